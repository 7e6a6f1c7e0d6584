"""What stands in quotation marks stands in the source; what does not says what it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.quotations import faults, questions
from kmassist.answers.model import Answer, Citation
from kmassist.answers.presentation import answer_markdown, badges, citation_line, marked
from kmassist.assistant import Assistant
from kmassist.documents.document import Document
from kmassist.documents.source_types import SourceType
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.privacy.masks import Mask
from kmassist.settings.model import load_settings

AUDIT = """criterion,numerator,denominator,target
Women seen by a midwife within 15 minutes in triage,57,60,95
Women sent home from triage without advice,3,560,0
"""
PPI = """---
title: Talks in triage
source_type: PPI
evidence_date: 2026-03
---
# Talks in triage

In triage 2 Somali women waited longer than an hour for a midwife. Of 41 women in triage, 38 were glad of the board.
"""
DIGEST = """---
title: A trial of triage
source_type: PUB
published: 2020-01
---
# A trial of triage

Triage by a midwife shortened the wait of 900 women in triage by 11 minutes.

Checked against: 10.1000/x (secondary notes; the paper itself was not read)
"""


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    for folder, name, text in (
        ("audit", "a.csv", AUDIT),
        ("ppi", "p.md", PPI),
        ("published", "d.md", DIGEST),
    ):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / name).write_text(text, encoding="utf-8")
    settings = load_settings({"library": str(tmp_path / "library")})
    found = Assistant.open(settings, create=True, embedder=HashingEmbedder())
    list(found.add([tmp_path / "in"]))
    return found


def cited(answer: Answer) -> list[Citation]:
    return [claim.citation for claim in (*answer.claims, *answer.nearest)]


def test_a_line_composed_from_a_sheet_has_no_quotation_marks(assistant: Assistant) -> None:
    answer = assistant.answer("Are women in triage seen by a midwife within 15 minutes?")
    lines = [c for c in cited(answer) if c.source_type is SourceType.AUD]
    assert lines
    for citation in lines:
        assert citation.is_computed
        assert "“" not in marked(citation)
        assert f"(computed from [{citation.number}])" in marked(citation)


def test_figures_stand_on_the_owners_screen_and_are_masked_in_what_leaves(
    assistant: Assistant,
) -> None:
    answer = assistant.answer("How long do women wait for a midwife in triage?")
    told = " ".join(marked(c) for c in cited(answer))
    assert "2 Somali women" in told
    left = assistant.leaving(answer)
    for text in (
        left.model_dump_json(),
        answer_markdown(left),
        " ".join(marked(c) for c in cited(left)),
    ):
        assert "2 Somali" not in text
        assert "38 were" not in text
    assert assistant.verify(left) == []
    assert assistant.leaving(left) == left


def test_with_the_setting_the_screen_is_masked_as_well(assistant: Assistant) -> None:
    privacy = assistant.settings.privacy.model_copy(update={"mask_on_screen": True})
    assistant.settings = assistant.settings.model_copy(update={"privacy": privacy})
    answer = assistant.answer("How long do women wait for a midwife in triage?")
    assert "2 Somali" not in answer.model_dump_json()


def test_every_quoted_stretch_stands_at_its_place(assistant: Assistant) -> None:
    documents = {d.doc_id: assistant.index.document(d.doc_id) for d in assistant.sources()}
    for question in questions(list(documents.values()), 20):
        answer = assistant.answer(question)
        assert list(faults(answer, documents)) == []
        assert list(faults(assistant.leaving(answer), documents)) == []


def test_a_mask_stands_between_two_quotations() -> None:
    citation = Citation(
        number=1, doc_id="d", passage_id="p", title="t", cite_as="c", source_type=SourceType.PPI, start=10, end=31,
        quote="Of 41 women, 38 came.", masks=(Mask(23, 25, ">36"),),
    )  # fmt: skip
    assert marked(citation.masked()) == "“Of 41 women,” [more than 36] “came.”"


def test_a_digest_says_so_wherever_it_is_cited(assistant: Assistant) -> None:
    answer = assistant.answer("Does triage by a midwife shorten the wait?")
    found = [c for c in cited(answer) if c.source_type is SourceType.PUB]
    assert found
    assert all(badges(c) == ["digest, paper not read"] for c in found)
    assert "digest, paper not read" in citation_line(found[0])
    reference = next(r for r in answer.references if r.source_type is SourceType.PUB)
    assert badges(reference) == ["digest, paper not read"]


def test_words_that_came_with_a_brief_say_who_quoted_them() -> None:
    document = Document(doc_id="d", text="x", metadata={"quoted_by": "Marlow Vale"})
    citation = Citation(
        number=1, doc_id="d", passage_id="p", title="t", cite_as="c", source_type=SourceType.GDL, start=0, end=1, quote="x",
        quoted_by=document.metadata.quoted_by,
    )  # fmt: skip
    assert re.search(r"as quoted by Marlow Vale", citation_line(citation))


def test_a_number_printed_on_the_page_stands_beside_that_of_the_page() -> None:
    citation = Citation(
        number=1, doc_id="d", passage_id="p", title="t", cite_as="c", source_type=SourceType.GDL, start=0, end=1, quote="x",
        page=4, page_label="ii",
    )  # fmt: skip
    assert citation.place == "p. 4 (printed ii)"
    assert "p. 4 (printed ii)" in citation_line(citation)
