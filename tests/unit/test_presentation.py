"""One presentation of an answer: terminal, plain conversation, Markdown and interface say the same."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from kmassist.answers.model import Answer, Citation, Claim, CorpusIdentity, Status, TypeRow
from kmassist.answers.presentation import (
    NOT_KNOWN,
    answer_markdown,
    named,
    place_shown,
    sections,
)
from kmassist.assistant import Assistant
from kmassist.cli.chat import plain_lines
from kmassist.cli.render import answer_lines, short_lines
from kmassist.coverage import (
    ALSO_TO_CHECK,
    Conflict,
    Coverage,
    CoverageCell,
    Need,
    RuleTrace,
    State,
    Verdict,
)
from kmassist.documents.document import SourceType
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.settings.model import load_settings
from kmassist.tui.widgets.turn import answer_widgets


def claim(kind: SourceType, quote: str, number: int, start: int = 0) -> Claim:
    return Claim(
        citation=Citation(
            number=number, doc_id=f"d{number}", passage_id=f"d{number}:00000", title=f"Title {number}",
            cite_as=f"Author {number}", source_type=kind, start=start, end=start + len(quote), quote=quote,
        ),
        probability=0.9,
    )  # fmt: skip


ALSO = f"{ALSO_TO_CHECK}“A diary” (d9) may be about this."


def an_answer() -> Answer:
    audit = claim(SourceType.AUD, "Waits were shorter than before.", 1)
    voices = claim(SourceType.PPI, "Women felt alone at night.", 2)
    rows = []
    for kind in SourceType:
        found = tuple(c for c in (audit, voices) if c.citation.source_type is kind)
        absence = "" if found else "None in this corpus of 9 documents, searched 2026-11-23."
        rows.append(TypeRow(source_type=kind, studies=len(found), claims=found, absence=absence))
    cells = tuple(
        CoverageCell(
            source_type=row.source_type,
            need=Need.REQUIRED,
            state=State.SUFFICIENT if row.claims else State.ABSENT,
            to_check=("d9",) if row.source_type is SourceType.PPI else (),
            trace=(RuleTrace(code="", ahrq="", says=ALSO),)
            if row.source_type is SourceType.PPI
            else (),
        )
        for row in rows
    )
    conflict = Conflict(
        outcome="waiting time", kind="research-local audit", left_doc_id="d1", left_says="waits fell",
        right_doc_id="d2", right_says="waits rose",
    )  # fmt: skip
    coverage = Coverage(
        question="How long?",
        types=("T1",),
        cells=cells,
        verdict=Verdict.PARTLY,
        conflicts=(conflict,),
    )
    return Answer(
        question="How long?", resolved_question="How long?", status=Status.PARTLY, rows=tuple(rows), references=(),
        nearest=(), coverage=coverage, searched_on="2026-11-23", set_aside=("Old guideline: withdrawn",),
        closest=(audit,), not_known=claim(SourceType.SVE, "Nobody counted the night calls.", 3),
        corpus=CorpusIdentity(name="this corpus", documents=9, passages=9, digest="abc"),
    )  # fmt: skip


def test_sentences_that_all_stand_above_are_not_quoted_again_together() -> None:
    both, first = "Waits fell. Women slept.", "Waits fell."
    joined = claim(SourceType.AUD, both, 1)
    above = (claim(SourceType.AUD, "Women slept.", 1, start=12), claim(SourceType.AUD, first, 1))
    row = TypeRow(source_type=SourceType.AUD, studies=1, claims=(joined,))
    answer = an_answer()
    assert answer.model_copy(update={"closest": above}).others(row) == ()
    assert answer.model_copy(update={"closest": above[:1]}).others(row) == (joined,)
    elsewhere = (above[0], claim(SourceType.AUD, first, 2))
    assert answer.model_copy(update={"closest": elsewhere}).others(row) == (joined,)


def in_the_interface(answer: Answer) -> str:
    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            yield from answer_widgets(answer)

    async def read() -> str:
        app = Shown()
        async with app.run_test(size=(160, 200)) as pilot:
            folded: Any
            for folded in app.query("Kind, More"):
                folded.action_unfold()
            await pilot.pause()
            return "\n".join(str(w.render()) for w in app.query(Static))

    return asyncio.run(read())


FACES = {
    "terminal": lambda answer: "\n".join(answer_lines(answer, is_whole=True)),
    "plain": lambda answer: "\n".join(plain_lines(answer)),
    "Markdown": answer_markdown,
    "interface": in_the_interface,
}


@pytest.mark.parametrize("face", FACES)
def test_every_face_says_all_that_an_answer_holds(face: str) -> None:
    answer = an_answer()
    told = " ".join(FACES[face](answer).split())
    for section in sections(answer):
        assert section.heading.rstrip(".:") in told
        assert all(c.citation.quote in told for c in section.claims)
    for words in (
        "waits fell",
        "waits rose",
        "waiting time, research against local audit",
        "Old guideline: withdrawn",
        "Nobody counted",
        "Guideline",
        ALSO,
    ):
        assert words.casefold() in told.casefold(), words


@pytest.mark.parametrize("face", FACES)
def test_a_sentence_that_may_answer_stands_first_and_nobody_is_told_that_nothing_does(
    face: str,
) -> None:
    answered = an_answer()
    coverage = answered.coverage.model_copy(update={"verdict": Verdict.TO_CHECK})
    rows = tuple(row.model_copy(update={"claims": ()}) for row in answered.rows)
    near, other = claim(SourceType.FLK, "Nights are busier.", 4), answered.closest[0]
    answer = answered.model_copy(
        update={
            "status": Status.TO_CHECK,
            "coverage": coverage,
            "rows": rows,
            "closest": (),
            "nearest": (near, other),
        }
    )
    told = " ".join(FACES[face](answer).split())
    assert "not answer" not in told.lower()
    assert told.index("to answer it. Check the nearest") < told.index(near.citation.quote)
    assert told.index(near.citation.quote) < told.index(other.citation.quote)
    assert told.count(near.citation.quote) == 1


@pytest.mark.parametrize("is_first", [True, False])
def test_a_sentence_is_not_told_both_as_an_answer_and_as_not_known(is_first: bool) -> None:
    answer = an_answer()
    gap = answer.closest[0] if is_first else claim(SourceType.SVE, "Nobody counted.", 3)
    closest = (*answer.closest, *(() if is_first else (gap,)))
    told = answer.model_copy(update={"closest": closest, "not_known": gap})
    leading = [c for s in sections(told) if s.kind in {"direct", "leading"} for c in s.claims]
    assert leading.count(gap) == 1
    assert (NOT_KNOWN in {section.heading for section in sections(told)}) is not is_first


def test_what_stands_above_is_not_said_again_below() -> None:
    told = [c.citation.quote for section in sections(an_answer()) for c in section.claims]
    assert len(told) == len(set(told))


def test_a_kind_whose_row_says_quoted_above_is_quoted_before_anything_is_folded() -> None:
    audits = tuple(
        claim(SourceType.AUD, f"{number} of 60 were seen.", 1, 40 * number) for number in range(5)
    )
    trial = claim(SourceType.PUB, "Waits fell by a third in the trial.", 2)
    usual = an_answer()
    rows = tuple(
        row.model_copy(update={"studies": 1, "claims": (trial,), "absence": ""})
        if row.source_type is SourceType.PUB
        else row
        for row in usual.rows
    )
    answer = usual.model_copy(update={"closest": (*audits, trial), "rows": rows})
    (row,) = [part for part in sections(answer) if part.source_type is SourceType.PUB]
    assert row.notes == ("Quoted above.",)
    said = "\n".join(answer_lines(answer))
    assert trial.citation.quote in " ".join(said.split())
    assert audits[4].citation.quote not in said
    leading = next(part for part in sections(answer) if part.kind == "leading")
    shown, folded = leading.folded(2)
    assert [c.citation.number for c in shown] == [1, 1, 2]
    assert folded == audits[3:]


def test_a_source_of_no_known_kind_is_shown_under_none(tmp_path: Path) -> None:
    """It is set aside with the way to give it a kind, not taken for published research."""
    (tmp_path / "notes.txt").write_text(
        "Notes on induction at home\n\nWomen who had their induction of labour at home slept better.\n",
        encoding="utf-8",
    )
    settings = load_settings({"library": str(tmp_path / "library")})
    with Assistant.open(settings, create=True, embedder=HashingEmbedder()) as assistant:
        list(assistant.add([tmp_path / "notes.txt"]))
        (document,) = assistant.index.documents()
        answer = assistant.answer("Is induction of labour at home safe?")
    assert document.metadata.source_type is None
    assert answer.coverage.cell(SourceType.PUB).state is State.ABSENT
    assert [reference.source_type for reference in answer.references] == [None]
    assert f"sources edit {document.doc_id} --set source_type=" in answer.set_aside[0]
    assert {claim.citation.is_anonymous for claim in (*answer.closest, *answer.nearest)} == {True}
    said = "\n".join(answer_lines(answer))
    assert "(kind not known; undated)" in said
    assert "published research;" not in said
    assert "Kind not known: “Women" in "\n".join(short_lines(answer))
    assert "Kind not known" in answer_markdown(answer)


@pytest.mark.parametrize(
    ("title", "cite_as", "section", "said"),
    [
        ("Board paper, 18 March 2026", "Board paper, 18 March 2026, undated", "Board paper, 18 March 2026", ["Board paper, 18 March 2026", "undated"]),
        ("Latent phase of labour", "Latent phase of labour 2025", "Calls", ["Latent phase of labour", "Calls"]),
        ("Waits in triage", "Marlow Vale 2026", "Results", ["Waits in triage", "Marlow Vale 2026", "Results"]),
    ],
)  # fmt: skip
def test_a_source_that_names_nobody_is_called_by_its_title_once(
    title: str, cite_as: str, section: str, said: list[str]
) -> None:
    citation = claim(SourceType.AUD, "Waits fell.", 1).citation.model_copy(
        update={
            "title": title,
            "cite_as": cite_as,
            "is_anonymous": cite_as.startswith(title),
            "section": section,
            "page": None,
            "date": "" if cite_as.endswith("undated") else "2026",
        }
    )
    kind = "local audit and data"
    facts = [part for part in (*named(citation), place_shown(citation)) if part and part != kind]
    assert facts == said
