"""Composing briefs: what they say, what they keep back, and that nothing altered gets through."""

import pytest

from kmassist.answers.model import Status
from kmassist.briefs import (
    Audience,
    Brief,
    Circumstances,
    GapLine,
    Withheld,
    check_brief,
    compose_brief,
)
from kmassist.briefs.etd import etd_table
from kmassist.briefs.files import brief_json
from kmassist.briefs.layout.fitting import Piece
from kmassist.briefs.layout.missing import gap_blocks
from kmassist.briefs.layout.points import told
from kmassist.briefs.layout.rest import unsaid
from kmassist.briefs.layout.sections import _kinds
from kmassist.briefs.layout.wording import Wording, finding_inline
from kmassist.briefs.model import FindingLine, KeyMessage
from kmassist.briefs.order import ranked
from kmassist.briefs.withholding import withheld_too
from kmassist.coverage import RuleTrace, State
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import PPIRecord, Sharing
from kmassist.errors import ExportError
from kmassist.pages.blocks import Paragraph, Table, inlines, plain, text
from kmassist.privacy.masking import hide_in_metadata
from tests.present import present
from tests.unit.briefs_at_hand import AROUND
from tests.unit.sample_briefs import (
    PICKED,
    PRIVACY,
    QUESTION,
    TODAY,
    answer_of,
    compose,
    compose_anew,
    excerpts,
    read,
    triage,
)


def gap_tables(brief: Brief) -> list[Table]:
    return [b for b in gap_blocks(brief, Wording(brief.audience)) if isinstance(b, Table)]


def test_small_numbers_in_the_record_of_who_was_heard_are_hidden_too() -> None:
    document = read(
        "ppi/triage-waits-listening-event-2026.docx",
        ppi=PPIRecord.model_validate(
            {
                "number": 3,
                "groups": ("four fathers or partners",),
                "not_heard": ("teenagers (two took part)",),
                "changed": "One complaint led to it.",
            }
        ),
    )
    shown = hide_in_metadata(document, PRIVACY).ppi
    assert shown is not None
    assert (shown.number, shown.groups, shown.not_heard) == (
        None,
        ("<5 fathers or partners",),
        ("teenagers (<5 took part)",),
    )
    assert shown.changed == "<5 complaint led to it."
    picked = {
        "ppi/triage-waits-listening-event-2026.docx": (document, excerpts(document, ("wait",)))
    }
    brief = compose_brief(
        answer_of(picked),
        {document.doc_id: document},
        audience=Audience.CLINICAL,
        circumstances=AROUND,
    )
    assert brief.equity.not_heard == ((1, "teenagers (<5 took part)"),)
    assert "four fathers" not in brief.model_dump_json()


class TestContent:
    def test_every_kind_of_knowledge_has_its_cell_and_its_words_or_its_absence(self) -> None:
        brief = compose()
        assert [cell.source_type for cell in brief.cells] == list(SourceType)
        for kind in SourceType:
            assert bool(brief.claims.get(kind)) != bool(brief.absences.get(kind))

    def test_a_sound_brief_has_no_problem(self) -> None:
        for audience in Audience:
            assert check_brief(compose(audience.value), triage()[1], PRIVACY) == []

    def test_page_one_has_a_point_of_every_kind_there_is(self) -> None:
        messages = compose().key_messages
        assert {m.slot for m in messages} >= {"problem", "effect", "cost", "people", "staff"}
        assert all(m.claim or m.figure or m.finding for m in messages)
        assert next(m.rank for m in messages if m.slot == "problem") == 0

    def test_of_quotations_alike_the_likelier_to_answer_comes_first(self) -> None:
        claim = compose().claims[SourceType.PUB][0]
        unlikely = claim.model_copy(update={"probability": 0.01})
        assert ranked([unlikely, claim], QUESTION) == [claim, unlikely]

    def test_patients_have_their_place_on_the_first_page(self) -> None:
        for audience in Audience:
            leads = [message.lead for message in compose(audience.value).key_messages]
            assert SourceType.PPI.label in leads

    def test_the_audit_is_computed_from_its_record(self) -> None:
        figure = next(figure for figure in compose().audit if figure.count == "104 of 260")
        assert figure.percent == 40.0
        assert (figure.low, figure.high) == (34.2, 46.1)
        assert figure.is_met is False

    def test_the_table_of_judgements_stays_empty_for_people(self) -> None:
        brief = compose(narrative={"etd.1": "Yes, it is."})
        assert len(brief.etd) == 12
        assert brief.narrative == {"etd.1": "Yes, it is."}

    def test_certainty_is_only_what_a_source_states(self) -> None:
        for line in compose().findings:
            document = triage()[1][line.doc_id]
            assert bool(line.certainty) == bool(document.metadata.findings[line.index].certainty)

    def test_without_patients_the_brief_says_so_and_what_to_do(self) -> None:
        picked = {n: (d := read(n), excerpts(d, w)) for n, w in PICKED.items() if "ppi/" not in n}
        documents = {d.doc_id: d for d, _ in picked.values()}
        brief = compose_brief(
            answer_of(picked), documents, audience=Audience.CLINICAL, circumstances=AROUND
        )
        assert "None in this corpus" in brief.absences[SourceType.PPI]
        assert any(gap.source_type is SourceType.PPI for gap in brief.gaps)

    def test_a_source_still_to_check_is_named_and_neither_counted_nor_a_command(self) -> None:
        near = read("policy/three-rivers-lmns-statement-2026.docx")
        answer, documents = triage()
        cell = answer.coverage.cell(SourceType.POL)
        trace = RuleTrace(code="", ahrq="", says="To check: kmassist coverage QUESTION --about ID.")
        unsure = cell.model_copy(
            update={"state": State.TO_CHECK, "doc_ids": (near.doc_id,), "trace": (trace,)}
        )
        cells = tuple(unsure if c is cell else c for c in answer.coverage.cells)
        rows = tuple(
            row.model_copy(update={"absence": unsure.says})
            if row.source_type is SourceType.POL
            else row
            for row in answer.rows
        )
        coverage = answer.coverage.model_copy(update={"cells": cells})
        brief = compose_brief(
            answer.model_copy(update={"coverage": coverage, "rows": rows}),
            {**documents, near.doc_id: near},
            [GapLine(source_type=SourceType.POL, code="", reason=unsure.says)],
            audience=Audience.COMMISSIONER,
            circumstances=AROUND,
        )
        title = near.metadata.title
        assert [gap.reason for gap in brief.gaps] == [
            f"To check: “{title}” may be about this. A person has to look."
        ]
        assert brief.absences[SourceType.POL] == (
            f"To check: “{title}” may be about this. A person has to look."
        )
        line = next(line for line in brief.sources if line.doc_id == near.doc_id)
        assert line.note == "may be about the question: a person has to look"

    def test_a_recorded_finding_carries_the_badges_of_its_source(self) -> None:
        for line in compose().findings:
            synthetic = triage()[1][line.doc_id].metadata.is_synthetic
            assert ("synthetic" in plain(finding_inline(line))) is synthetic

    def test_a_question_that_the_corpus_does_not_answer_gets_no_narrative(self) -> None:
        empty = answer_of({})
        brief = compose_brief(empty, {}, audience=Audience.RESEARCH, circumstances=AROUND)
        assert empty.status is Status.NOT_ANSWERABLE
        assert brief.key_messages[0].kind == "corpus"
        assert not brief.claims
        assert not brief.audit
        assert all(line.is_empty for line in brief.etd)

    def test_equity_names_who_was_not_heard(self) -> None:
        assert any("teenagers" in words for _, words in compose().equity.not_heard)

    def test_the_same_input_gives_the_same_brief(self) -> None:
        assert brief_json(compose_anew()) == brief_json(compose_anew())


class TestScaleUp:
    def test_a_single_site_leaves_sustainability_and_reach_open(self) -> None:
        check = compose().scale_up
        assert check is not None
        states = {line.domain: line.state for line in check.domains}
        assert len(states) == 10
        assert states["Sustainability"] == "missing"
        assert states["The problem"] == "evidenced"

    def test_what_was_not_measured_does_not_count(self) -> None:
        check = compose().scale_up
        assert check is not None
        for line in check.domains:
            if line.state != "missing":
                assert not any("did not measure" in claim.text for claim in line.claims)


class TestSharing:
    @pytest.mark.parametrize("audience", ["public", "research"])
    def test_what_may_not_leave_cannot_be_composed_in(self, audience: str) -> None:
        name = "ppi/triage-waits-listening-event-2026.docx"
        document = read(name, sharing=Sharing.NHS)
        picked = {name: (document, excerpts(document, ("wait",)))}
        with pytest.raises(ExportError, match="may not enter"):
            compose_brief(
                answer_of(picked),
                {document.doc_id: document},
                audience=Audience(audience),
                circumstances=AROUND,
            )

    @pytest.mark.parametrize(
        ("because", "says"),
        [
            (
                "Needed, thin: cost and economics; absent: guideline, local audit and data. No more.",
                "Needed, thin: cost and economics; absent: guideline; withheld from this audience: local audit and data. No more.",
            ),
            (
                "Needed, absent: local audit and data.",
                "Needed, withheld from this audience: local audit and data.",
            ),
            ("It is so.", "It is so. Withheld from this audience: local audit and data."),
        ],
    )
    def test_what_is_withheld_is_not_called_absent_beside_it(self, because: str, says: str) -> None:
        assert withheld_too(because, {SourceType.AUD}) == says
        assert withheld_too(because, frozenset()) == because

    def test_gaps_of_one_sort_that_ask_for_the_same_are_one_row(self) -> None:
        """Each kind had a row that asked its document's owner for what it does not state."""
        step = {"name": "Incompletely described", "first_step": "Ask the owner."}
        gaps = tuple(
            GapLine(source_type=kind, code="G9", reason=f"Not stated: {what}.", **step)
            for kind, what in ((SourceType.PUB, "country"), (SourceType.AUD, "target"))
        )
        brief = compose("commissioner").model_copy(update={"gaps": gaps})
        (table, *_) = gap_tables(brief)
        ((kinds, why, *_),) = table.rows
        assert plain(kinds).startswith("Published research; Local audit and data. ")
        assert plain(why) == "Not stated: country. Not stated: target."
        asks_nothing = tuple(gap.model_copy(update={"first_step": ""}) for gap in gaps)
        (table, *_) = gap_tables(brief.model_copy(update={"gaps": asks_nothing}))
        assert len(table.rows) == 2

    def test_the_brief_says_what_was_withheld_and_how_far_it_may_go(self) -> None:
        name = "ppi/triage-waits-listening-event-2026.docx"
        document = read(name, sharing=Sharing.TEAM)
        picked = {name: (document, excerpts(document, ("wait",)))}
        around = Circumstances(
            today=TODAY.isoformat(), withheld=Withheld(documents=2, by_type=(("AUD", 2),))
        )
        brief = compose_brief(
            answer_of(picked),
            {document.doc_id: document},
            audience=Audience.CLINICAL,
            circumstances=around,
        )
        assert brief.sharing is Sharing.TEAM
        assert brief.withheld.documents == 2


def test_a_kind_that_page_one_quotes_is_not_said_to_be_silent_behind_it() -> None:
    brief = compose("commissioner")
    quoted = next(m.claim for m in brief.key_messages if m.claim)
    kind, wording = present(quoted.citation.source_type), Wording(Audience.COMMISSIONER)
    silent = brief.model_copy(update={"claims": {}, "absences": {kind: "No sentence answers."}})
    behind = unsaid(silent, [])
    assert "No sentence answers." not in words_behind(behind, wording, kind)
    assert quoted.text in words_behind(behind, wording, kind)
    page_one = [Paragraph(text(told(quoted.citation)))]
    assert quoted.text not in words_behind(unsaid(silent, page_one), wording, kind)
    nothing = unsaid(silent.model_copy(update={"key_messages": ()}), [])
    assert "No sentence answers." in words_behind(nothing, wording, kind)


def test_a_criterion_is_fed_by_what_page_one_tells_of_it_and_else_stays_empty() -> None:
    brief = compose("commissioner")
    claim = next(m.claim for m in brief.key_messages if m.claim)

    def fed(slot: str, *, is_unchecked: bool = False) -> set[int]:
        told = KeyMessage(
            kind="quotation", lead="", slot=slot, claim=claim, is_unchecked=is_unchecked
        )
        lines = etd_table(brief.claims, (), (), [told])
        return {line.number for line in lines if claim in line.claims and line.number in {1, 2, 11}}

    assert fed("bad") == {1, 11}
    assert fed("effect") == {2}
    assert fed("bad", is_unchecked=True) == set()


def test_what_is_filed_elsewhere_or_told_in_words_is_left_out_behind_page_one() -> None:
    brief = compose("commissioner")
    kind, held = next(iter(brief.claims.items()))
    claim = held[0]
    alone = brief.model_copy(update={"claims": {kind: (claim,)}, "key_messages": ()})
    assert unsaid(alone, []).claims
    assert not unsaid(alone.model_copy(update={"beside": (claim.citation.doc_id,)}), []).claims

    result = next(m.claim for m in brief.key_messages if m.claim and "41.0%" in m.claim.text)
    line = FindingLine(
        number=result.citation.number,
        doc_id=result.citation.doc_id,
        cite_as="x",
        index=0,
        outcome="seen in time",
        estimate="41.0% to 73.0%",
    )
    twice = brief.model_copy(update={"findings": (line,)})
    page_one = [Paragraph(text(told(result.citation)))]
    assert unsaid(twice, []).findings
    assert not unsaid(twice, page_one).findings


def words_behind(brief: Brief, wording: Wording, kind: SourceType) -> str:
    """What a section says of a kind of knowledge."""
    parts = [
        part.blocks if isinstance(part, Piece) else (part,) for part in _kinds(brief, wording, kind)
    ]
    blocks = [block for held in parts for block in held]
    return "\n".join(plain(words) for block in blocks for words in inlines(block))
