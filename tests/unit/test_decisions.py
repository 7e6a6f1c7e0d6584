"""Decision records: marks, sign-off, challenges, reviews and the realisation ratio."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Metadata
from kmassist.errors import RecordError
from kmassist.records.decisions import (
    Challenge,
    DecisionRecord,
    Every,
    Kind,
    Mark,
    Relevant,
    Review,
    Use,
    challenge,
    left_out_without_reason,
    mark_source,
    open_again,
    over_time,
    overall,
    overdue,
    realisation,
    reply,
    review,
    sign_off,
    sign_off_checks,
    unmarked,
)

PUB, PPI, AUD = SourceType.PUB, SourceType.PPI, SourceType.AUD


def source(doc_id: str, kind: SourceType = PUB, study: str = "") -> Relevant:
    return Relevant(
        doc_id=doc_id,
        study_key=study or f"doc:{doc_id}",
        source_type=kind,
        cite_as=doc_id.upper(),
        title=doc_id,
    )


def record(*sources: Relevant, **values: object) -> DecisionRecord:
    body = {
        "decision_id": "c1",
        "question": "Should we?",
        "decision": "We will.",
        "body": "Board",
        "date": "2026-11-01",
    }
    return DecisionRecord.model_validate({**body, "relevant": sources, **values})


def mark(doc_id: str, use: Use = Use.USED, reason: str = "") -> Mark:
    return Mark(doc_id=doc_id, use=use, reason=reason, by_role="chair", on="2026-11-02")


def signed(*sources: Relevant, uses: dict[str, Use], **values: object) -> DecisionRecord:
    made = record(*sources, **values)
    for doc_id, use in uses.items():
        made = mark_source(made, mark(doc_id, use, "because"))
    return sign_off(made, by_role="chair", on="2026-11-03", anyway="for the test")


def test_sources_without_a_mark_are_listed_people_first() -> None:
    made = record(source("a"), source("p", PPI), source("b", AUD))
    assert [s.doc_id for s in unmarked(made)] == ["p", "a", "b"]
    assert [s.doc_id for s in unmarked(mark_source(made, mark("p")))] == ["a", "b"]


def test_a_mark_on_one_report_settles_its_study() -> None:
    made = record(source("paper", study="s"), source("protocol", study="s"), source("other"))
    assert [s.doc_id for s in unmarked(mark_source(made, mark("protocol")))] == ["other"]


def test_unmarked_can_be_asked_of_what_is_relevant_now() -> None:
    made = mark_source(record(source("a")), mark("a"))
    assert [s.doc_id for s in unmarked(made, [source("a"), source("new")])] == ["new"]


def test_setting_aside_needs_a_reason() -> None:
    with pytest.raises(RecordError, match="without a reason"):
        mark_source(record(source("a")), mark("a", Use.SET_ASIDE, "  "))


def test_a_source_that_is_not_relevant_cannot_be_marked() -> None:
    with pytest.raises(RecordError, match="not among"):
        mark_source(record(source("a")), mark("b"))


def test_people_left_out_without_a_reason_are_flagged() -> None:
    made = record(source("p", PPI))
    assert [s.doc_id for s in left_out_without_reason(made)] == ["p"]
    assert left_out_without_reason(mark_source(made, mark("p", Use.NOTED)))
    assert not left_out_without_reason(
        mark_source(made, mark("p", Use.NOTED, "heard, and asked for more"))
    )
    assert not left_out_without_reason(mark_source(made, mark("p")))
    assert [check.code for check in sign_off_checks(made) if check.blocks] == ["G10-PPI"]


def test_a_research_paper_noted_without_a_reason_is_no_flag() -> None:
    made = mark_source(record(source("a")), mark("a", Use.NOTED))
    assert not [check for check in sign_off_checks(made) if check.blocks]


def test_sign_off_refuses_what_is_unsettled_and_keeps_the_reason_to_go_without() -> None:
    made = record(source("a"), source("p", PPI))
    with pytest.raises(RecordError, match="cannot be signed yet"):
        sign_off(made, by_role="chair", on="2026-11-03")
    done = sign_off(made, by_role="chair", on="2026-11-03", anyway="urgent")
    assert done.is_signed_off
    assert done.signed_off_anyway == "urgent"
    assert "Patient and public involvement" in done.history[-1].what


@pytest.mark.parametrize("name", ["decision", "body", "date"])
def test_sign_off_never_goes_without_decision_body_and_date(name: str) -> None:
    with pytest.raises(RecordError, match=name):
        sign_off(record(**{name: ""}), by_role="chair", on="2026-11-03", anyway="whatever")


def test_what_only_asks_does_not_block() -> None:
    checks = sign_off_checks(record())
    assert {check.code for check in checks} == {"no-PPI", "no-review", "none-used"}
    assert not any(check.blocks for check in checks)


def test_marks_of_a_signed_record_stand_until_it_is_opened_again() -> None:
    done = signed(source("a"), uses={"a": Use.USED})
    with pytest.raises(RecordError, match="signed off"):
        mark_source(done, mark("a", Use.NOTED))
    with pytest.raises(RecordError, match="why"):
        open_again(done, by_role="chair", on="2026-11-04", reason=" ")
    again = mark_source(
        open_again(done, by_role="chair", on="2026-11-04", reason="challenged"),
        mark("a", Use.NOTED),
    )
    assert again.use_of("a") is Use.NOTED
    assert len(again.history) == len(done.history) + 2


def test_a_challenge_needs_a_reply_before_signing() -> None:
    made = mark_source(record(source("p", PPI)), mark("p", Use.SET_ASIDE, "too few women"))
    asked = challenge(
        made,
        Challenge(on="2026-11-05", by_role="MNVP chair", says="Few is not unreliable.", doc_id="p"),
    )
    assert "challenge" in {check.code for check in sign_off_checks(asked) if check.blocks}
    answered = reply(
        asked, 1, says="We will hear from more women.", by_role="chair", on="2026-11-06"
    )
    assert not answered.open_challenges
    assert sign_off(answered, by_role="chair", on="2026-11-07").challenges[0].reply
    with pytest.raises(RecordError):
        reply(asked, 2, says="x", by_role="chair", on="2026-11-06")
    with pytest.raises(RecordError):
        challenge(made, Challenge(on="2026-11-05", by_role="", says="?"))
    with pytest.raises(RecordError, match="not among"):
        challenge(made, Challenge(on="2026-11-05", by_role="x", says="?", doc_id="z"))


def test_reviews_move_the_date_that_is_due() -> None:
    done = signed(source("a"), uses={"a": Use.USED}, review_date="2026-12-01")
    assert overdue([done], date(2026, 12, 2)) == (done,)
    assert overdue([done], date(2026, 12, 1)) == ()
    with pytest.raises(RecordError, match="Only a signed"):
        review(record(), Review(on="2026-12-02", outcome="better"))
    later = review(
        done, Review(on="2026-12-02", outcome="54% seen in time", next_review="2027-06-01")
    )
    assert later.outcome == "54% seen in time"
    assert overdue([later], date(2027, 1, 1)) == ()
    assert overdue([review(done, Review(on="2026-12-02", outcome="done"))], date(2030, 1, 1)) == ()
    assert (
        overdue([record(review_date="2020-01-01")], date(2026, 1, 1)) == ()
    )  # a draft has nothing to review


def test_a_day_that_is_no_day_is_refused() -> None:
    with pytest.raises(ValueError, match="not a day"):
        record(date="2026-13-01")


def test_a_relevant_source_keeps_what_the_document_was() -> None:
    meta = Metadata(title="Seen in time", source_type=AUD, published="2026-01", issuer="Trust")
    kept = Relevant.of(Document(doc_id="d1", text="x", metadata=meta))
    assert (kept.source_type, kept.dated, kept.study_key) == (
        AUD,
        "2026-01",
        "title:seen in time:2026",
    )
    assert Relevant.of(Document(doc_id="d1", text="x", metadata=Metadata())).study_key == "doc:d1"


# -- the ratio ----------------------------------------------------------------------------------------------------------


def test_the_ratio_by_hand() -> None:
    sources = (source("a"), source("b"), source("p", PPI), source("q", PPI))
    uses = {"a": Use.USED, "b": Use.NOTED, "p": Use.SET_ASIDE}
    ratios = {r.source_type: r for r in realisation([signed(*sources, uses=uses)])}
    assert (ratios[PUB].ratio, ratios[PUB].relevant) == (0.5, 2)
    assert (ratios[PPI].ratio, ratios[PPI].set_aside, ratios[PPI].not_marked) == (0.0, 1, 1)
    assert ratios[AUD].ratio is None
    assert ratios[AUD].bar() == ""
    assert ratios[PUB].bar(10) == "#####....."
    assert overall(ratios.values()).ratio == 0.25


def test_drafts_and_decisions_of_other_services_do_not_count() -> None:
    draft = mark_source(record(source("a")), mark("a"))
    theirs = signed(source("a"), uses={"a": Use.USED}, from_service="Elsewhere")
    assert all(r.relevant == 0 for r in realisation([draft, theirs]))


def test_periods_follow_the_date_of_the_decision() -> None:
    first = signed(source("a"), uses={"a": Use.USED}, decision_id="c1", date="2026-03-31")
    second = signed(source("a"), uses={}, decision_id="c2", date="2026-04-01")
    assert [(p.label, p.overall.ratio) for p in over_time([second, first])] == [
        ("2026 Q1", 1.0),
        ("2026 Q2", 0.0),
    ]
    assert [p.label for p in over_time([first, second], Every.MONTH)] == ["2026-03", "2026-04"]
    assert [p.decisions for p in over_time([first, second], Every.YEAR)] == [2]


_KINDS = st.sampled_from([PUB, PPI, AUD])


@st.composite
def decisions(draw: st.DrawFn) -> list[DecisionRecord]:
    made = []
    for number in range(draw(st.integers(1, 4))):
        found = [
            source(f"d{i}", draw(_KINDS), draw(st.sampled_from(["", "s1", "s2"])))
            for i in range(draw(st.integers(0, 5)))
        ]
        uses = {
            s.doc_id: draw(st.sampled_from([Use.USED, Use.NOTED, Use.SET_ASIDE]))
            for s in found
            if draw(st.booleans())
        }
        made.append(signed(*found, uses=uses, decision_id=f"c{number}", kind=Kind.OTHER))
    return made


@given(decisions(), st.randoms())
def test_the_ratio_is_a_share_and_order_free(made: list[DecisionRecord], random: object) -> None:
    ratios = realisation(made)
    assert len(ratios) == 8
    assert all(r.ratio is None or 0.0 <= r.ratio <= 1.0 for r in (*ratios, overall(ratios)))
    shuffled = list(made)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    mixed = [
        d.model_copy(update={"relevant": d.relevant[::-1], "marks": d.marks[::-1]})
        for d in shuffled
    ]
    assert realisation(mixed) == ratios
    assert over_time(mixed) == over_time(made)


@given(decisions())
def test_duplicates_do_not_move_the_ratio(made: list[DecisionRecord]) -> None:
    twice = []
    for decision in made:
        copies = tuple(
            s.model_copy(update={"doc_id": f"{s.doc_id}-copy"}) for s in decision.relevant
        )
        twice.append(decision.model_copy(update={"relevant": (*decision.relevant, *copies)}))
    assert realisation([*twice, *twice]) == realisation(made)


@given(decisions())
def test_records_round_trip_through_json(made: list[DecisionRecord]) -> None:
    assert [DecisionRecord.model_validate_json(d.model_dump_json()) for d in made] == made
