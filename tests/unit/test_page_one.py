"""How page one is laid out: its parts in order, what is withheld or to check, and that it is one page."""

import re

import pytest
from markdown_it import MarkdownIt

from kmassist.answers.model import Status
from kmassist.answers.presentation import marked
from kmassist.briefs import Audience, Brief, Circumstances, Withheld, compose_brief
from kmassist.briefs.evidence_table import evidence_rows
from kmassist.briefs.layout import lay_out
from kmassist.briefs.layout.one_page import one_page
from kmassist.briefs.layout.points import said, told
from kmassist.briefs.layout.wording import Wording
from kmassist.briefs.model import Equity, KeyMessage
from kmassist.briefs.parts import SLOTS
from kmassist.coverage import State, Verdict
from kmassist.documents.document import SourceType
from kmassist.pages.blocks import Block, Contents, Heading, Strip, citation_order, inlines, plain
from kmassist.pages.markdown import to_markdown
from kmassist.text.words import reading_age
from tests.unit.sample_briefs import compose, triage


def words_of(blocks: tuple[Block, ...] | list[Block]) -> str:
    return "\n".join(plain(words) for block in blocks for words in inlines(block))


def page_one(brief: Brief) -> list[Block]:
    blocks = list(lay_out(brief).blocks)
    at = next(
        (n for n, b in enumerate(blocks) if isinstance(b, Heading) and b.anchor == "detail"), None
    )
    return blocks[:at]


@pytest.mark.parametrize("audience", list(Audience))
class TestLayout:
    def test_a_strip_of_eight_kinds_stands_on_page_one(self, audience: Audience) -> None:
        strip = next(b for b in page_one(compose(audience.value)) if isinstance(b, Strip))
        assert len(strip.tiles) == 8
        assert all(tile.mark and tile.state for tile in strip.tiles)

    def test_nothing_is_said_twice(self, audience: Audience) -> None:
        brief = compose(audience.value)
        blocks = lay_out(brief).blocks
        words = words_of(list(blocks))
        for message in brief.key_messages:
            if message.claim and len(message.claim.text) > 40:
                assert words.count(message.claim.text) <= 1
                ways = {marked(message.claim.citation), told(message.claim.citation)}
                assert sum(words.count(way) for way in ways) <= 1
            if message.figure:
                assert words.count(f"{message.figure.criterion.rstrip('.')}: ") <= 1

    def test_every_number_that_is_cited_has_its_entry_and_no_other(
        self, audience: Audience
    ) -> None:
        brief = compose(audience.value)
        blocks = lay_out(brief).blocks
        entries = [e.number for b in blocks for e in getattr(b, "entries", ())]
        assert entries == citation_order(blocks)

    def test_contents_stand_in_a_long_document_only(self, audience: Audience) -> None:
        assert not any(isinstance(b, Contents) for b in lay_out(compose(audience.value)).blocks)


def test_withheld_is_never_nothing_found() -> None:
    answer, documents = triage()
    brief = compose_brief(
        answer,
        documents,
        audience=Audience.PUBLIC,
        circumstances=Circumstances(
            today="2026-11-23", withheld=Withheld(documents=2, by_type=(("POL", 2),))
        ),
    )
    assert brief.absences[SourceType.POL].startswith("Withheld: 2 sources of this kind are about")
    assert not any(gap.source_type is SourceType.POL for gap in brief.gaps)
    strip = next(b for b in page_one(brief) if isinstance(b, Strip))
    assert [t.state for t in strip.tiles if t.mark == "="] == ["withheld (2)"]
    assert "Withheld" in words_of(page_one(brief))


def test_a_source_stands_once_for_each_group() -> None:
    for line in compose().equity.lines:
        held = [*line.heard_by, *line.reported_by, *line.not_heard_by]
        assert len(held) == len(set(held))


def test_plain_words_have_a_reading_age() -> None:
    assert reading_age("The cat sat on the mat. It was glad.") == 5
    assert (
        reading_age("Multidisciplinary organisational reconfiguration necessitates consideration.")
        > 18
    )
    brief = compose("public")
    age = re.search(r"Reading age of the quotations: about (\d+) .*", words_of(page_one(brief)))
    assert age
    assert int(age[1]) > 11  # the NHS asks for 9 to 11
    assert age[0].endswith("say it in plainer words beside it.")


def test_nothing_but_the_contents_does_not_fill_a_page() -> None:
    brief = compose("commissioner")
    held = {kind: claims * 12 for kind, claims in brief.claims.items()}
    listed = lay_out(brief.model_copy(update={"claims": held}), annex=True).blocks
    at = next(place for place, block in enumerate(listed) if isinstance(block, Contents))
    behind = listed[at + 1]
    assert isinstance(behind, Heading)
    assert not behind.starts_page


def test_the_parts_have_one_order() -> None:
    order = [SLOTS.index(m.slot) for m in compose().key_messages]
    assert order == sorted(order)


def unanswered() -> Brief:
    answer, documents = triage()
    answer = answer.model_copy(update={"status": Status.NOT_ANSWERABLE})
    around = Circumstances(today="2026-11-23")
    return compose_brief(answer, documents, audience=Audience.CLINICAL, circumstances=around)


def test_what_is_to_be_checked_is_not_said_to_answer_nothing() -> None:
    brief = unanswered().model_copy(update={"verdict": Verdict.TO_CHECK})
    words = words_of(page_one(brief))
    assert "whether it answers the question is to be checked" in words


def test_what_is_held_on_the_subject_stands_where_the_question_is_not_answered() -> None:
    brief = unanswered()
    words = words_of(page_one(brief))
    assert "it does not answer the question" in words
    assert {m.slot for m in brief.key_messages} >= {"problem", "cost"}
    assert "No words of patients or carers are in this brief" not in words


@pytest.mark.parametrize("kind", [SourceType.POL, SourceType.ECO, SourceType.FLK])
@pytest.mark.parametrize(("topics", "is_named"), [(("TRI",), True), ((), True), (("COC",), False)])
def test_what_is_to_check_is_named_with_its_reference_where_none_of_its_kind_is_quoted(
    kind: SourceType, topics: tuple[str, ...], is_named: bool
) -> None:
    brief = compose("commissioner")
    line = next(s for s in brief.sources if s.metadata.source_type is SourceType.FLK)
    metadata = line.metadata.model_copy(update={"title": "A statement", "topics": topics})
    update = {"state": State.TO_CHECK, "doc_ids": (line.doc_id,)}
    quiet = brief.model_copy(
        update={
            "cells": tuple(
                c.model_copy(update=update) if c.source_type is kind else c for c in brief.cells
            ),
            "sources": tuple(
                s.model_copy(update={"metadata": metadata}) if s is line else s
                for s in brief.sources
            ),
            "key_messages": tuple(
                m
                for m in brief.key_messages
                if not m.claim or m.claim.citation.source_type not in {kind, SourceType.FLK}
            ),
            "costs": (),
        }
    )
    words = words_of(page_one(quiet))
    says = f"To check: “A statement” may be about this. A person has to look. [{line.number}]"
    assert (says in words) is is_named
    assert says not in words_of(page_one(quiet.model_copy(update={"cells": brief.cells})))


@pytest.mark.parametrize(
    ("quote", "told_as"),
    [
        ("2. The board has set nothing aside.", "The board has set nothing aside."),
        ("5.4 The team does not provide respite.", "The team does not provide respite."),
        ("4.2.1. Two visits are made.", "Two visits are made."),
        ("2.5 midwives are needed.", "2.5 midwives are needed."),
    ],
)
def test_the_number_of_an_item_of_a_list_is_not_told(quote: str, told_as: str) -> None:
    claim = next(c for c in compose().all_claims if not c.citation.is_computed)
    numbered = claim.citation.model_copy(update={"quote": quote})
    words = plain(said(claim.model_copy(update={"citation": numbered})))
    assert words.startswith(f"“{told_as}” (")
    assert "from a table" not in words


def test_the_evidence_table_gives_what_a_source_found_before_what_it_did_not() -> None:
    brief = compose("research")
    line = next(s for s in brief.sources if s.metadata.source_type is SourceType.SVE)
    claim = next(c for c in brief.claims[SourceType.SVE] if c.citation.number == line.number)

    def said_of(quote: str, slot: str, *, is_computed: bool = False) -> KeyMessage:
        update = {"quote": quote, "is_computed": is_computed}
        cited = claim.model_copy(update={"citation": claim.citation.model_copy(update=update)})
        return KeyMessage(kind="quotation", lead="", slot=slot, claim=cited)

    told = (
        said_of("Costs were not collected.", "unknown"),
        said_of("The wait was long in both rounds.", "effect"),
        said_of("Waits fell from 40% to 20%.", "effect"),
        said_of("Item: Wait; Before: 40%; After: 20%.", "effect", is_computed=True),
    )
    update = {"key_messages": told, "claims": {}, "findings": (), "audit": (), "etd": ()}
    bare = brief.model_copy(update={**update, "scale_up": None, "equity": Equity()})
    row = next(r for r in evidence_rows(bare) if r[0] == f"[{line.number}]")
    assert row[-1].startswith("“Waits fell from 40% to 20%.”")
    assert row[-2] == "Wait. Before: 40%; After: 20%"


def test_a_result_in_the_evidence_table_has_its_percentage_and_its_direction_apart() -> None:
    brief = compose("research")
    (figure, *_), (line, *_) = brief.audit, brief.findings
    counted = figure.model_copy(update={"criterion": "Seen.", "count": "6 of 9", "percent": 66.7})
    fell = line.model_copy(
        update={
            "number": figure.number,
            "outcome": "wait",
            "measure": "",
            "estimate": "9 v 27",
            "interval": "",
            "direction": "decrease",
        }
    )
    rows = evidence_rows(brief.model_copy(update={"audit": (counted,), "findings": (fell,)}))
    results = next(r[-2] for r in rows if r[0] == f"[{figure.number}]")
    assert results.startswith("wait: 9 v 27, decrease; Seen: 6 of 9 (66.7%")


def test_sections_begin_on_a_page_one_that_holds_little() -> None:
    brief = compose("commissioner")
    little = brief.model_copy(update={"key_messages": (), "costs": ()})
    filled = little.model_copy(update={"narrative": {"decision": "To fund it. " * 400}})
    for one, starts in ((filled, True), (little, False)):
        found = [b for b in lay_out(one).blocks if isinstance(b, Heading) and b.anchor == "detail"]
        assert [heading.starts_page for heading in found] == [starts]


def test_a_second_result_takes_room_before_what_patients_ask_for() -> None:
    """The own pilot stands beside a published study."""
    brief = compose("commissioner")
    claim = next(m.claim for m in brief.key_messages if m.claim)

    def told(slot: str, rank: int, words: str) -> KeyMessage:
        cited = claim.citation.model_copy(update={"quote": words, "masks": ()})
        quoted = claim.model_copy(update={"citation": cited})
        return KeyMessage(kind="quotation", lead="", slot=slot, rank=rank, claim=quoted)

    words = ("A study found less.", "The pilot found less.", "They ask for a phone.")
    messages = (told("effect", 0, words[0]), told("effect", 1, words[1]), told("asks", 0, words[2]))
    bare = brief.model_copy(update={"key_messages": messages, "costs": (), "conflicts": ()})
    wording = Wording(Audience.COMMISSIONER)
    for room in range(800, 100, -4):
        page = words_of(one_page(bare, wording, room, lambda _: 1.0, []))
        left_out = [said for said in words if said not in page]
        if left_out:
            break
    assert left_out == [words[2]]


def test_marks_of_the_strip_begin_no_list_in_markdown() -> None:
    page = MarkdownIt("commonmark").render(to_markdown(lay_out(compose("commissioner"))))
    assert "<li>+ " in page
    assert "<li>- " in page
