"""The brief desk on a real library: keeping, completing, withholding, exporting, taking in."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmassist.answers.model import Answer
from kmassist.assistant import Assistant
from kmassist.assistant.briefs import BriefDesk
from kmassist.briefs import Audience, ReviewState
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import Origin, Sharing
from kmassist.errors import ExportError, RecordError, UncitedClaim, UnreadableSource
from kmassist.settings.model import load_settings
from tests.unit.sample_briefs import PICKED, TODAY, answer_of, excerpts

REVIEW = "Consultant midwife"


@pytest.fixture
def assistant(picked: Path) -> Iterator[Assistant]:
    settings = load_settings(
        {"library": picked, "embedding.model": "hashing", "site.name": "Marlow Vale"}
    )
    with Assistant.open(settings) as held:
        yield held


@pytest.fixture
def desk(assistant: Assistant) -> BriefDesk:
    return BriefDesk(assistant, today=lambda: TODAY)


def answer(assistant: Assistant) -> Answer:
    """What the product answers when the sentences picked by hand are found."""
    by_name = {document.source_name: document.doc_id for document in assistant.sources()}
    picked = {}
    for name, needles in PICKED.items():
        document = assistant.source(by_name[Path(name).name])
        picked[name] = (document, excerpts(document, needles))
    return answer_of(picked, digest=assistant.index.stats().corpus_digest)


def test_a_brief_of_an_answer_is_sound_and_has_its_gaps(
    assistant: Assistant, desk: BriefDesk
) -> None:
    brief = desk.compose(answer(assistant), "commissioner")
    assert desk.check(brief) == []
    assert brief.site == "Marlow Vale"
    assert any(gap.first_step for gap in brief.gaps)
    assert len(brief.stages) == 8


def test_a_brief_of_a_question_is_sound(desk: BriefDesk) -> None:
    brief = desk.compose("How long do women wait in triage?", Audience.PUBLIC)
    assert desk.check(brief) == []


@pytest.mark.parametrize(
    ("cell", "written", "kept"),
    [
        ("etd.1", "yes, since women wait", "Yes, since women wait"),
        ("etd.1", "Don\u2019t know", "Don't know"),
        ("etd.4", "Low: two small studies", "Low: two small studies"),
        ("etd.5", "Possibly important. Few were asked.",
         "Possibly important uncertainty or variability. Few were asked."),
        ("etd.12", "Probably yes - with a second midwife", "Probably yes - with a second midwife"),
    ],
)  # fmt: skip
def test_a_judgement_is_one_of_grades_own_options(
    assistant: Assistant, desk: BriefDesk, cell: str, written: str, kept: str
) -> None:
    brief = desk.compose(answer(assistant), "clinical")
    desk.save(brief)
    assert desk.set_narrative(brief.brief_id, cell, written)[cell] == kept


@pytest.mark.parametrize("written", ["Certainly", "No one was asked", "Probably", "Low", ". Why"])
def test_any_other_judgement_is_refused_with_the_options(
    assistant: Assistant, desk: BriefDesk, written: str
) -> None:
    brief = desk.compose(answer(assistant), "clinical")
    desk.save(brief)
    with pytest.raises(RecordError, match="none of the options for") as refused:
        desk.set_narrative(brief.brief_id, "etd.1", written)
    assert "No; Probably no; Probably yes; Yes; Varies; Don't know" in refused.value.hint
    assert not desk.narrative(brief.brief_id)


def test_revisions_are_kept_once_and_opened_by_the_start_of_their_id(
    assistant: Assistant, desk: BriefDesk
) -> None:
    brief = desk.compose(answer(assistant), "clinical")
    revision = desk.save(brief)
    assert desk.save(brief) == revision
    assert desk.open(brief.brief_id[:6]) == brief
    assert [entry.revision_id for entry in desk.list()] == [revision]
    with pytest.raises(RecordError, match="There is no brief"):
        desk.open("zzz")
    assert desk.delete(brief.brief_id) == [revision]
    assert not desk.list()


def test_what_people_write_survives_composing_again(assistant: Assistant, desk: BriefDesk) -> None:
    given = answer(assistant)
    brief = desk.compose(given, "clinical")
    desk.save(brief)
    desk.set_narrative(brief.brief_id, "context", "Women told us they wait.")
    desk.set_narrative(brief.brief_id, "etd.3", "Small.")
    again = desk.compose(given, "clinical")
    assert again.narrative == {"context": "Women told us they wait.", "etd.3": "Small."}
    assert "Women told us they wait." in desk.markdown(again)
    desk.set_narrative(brief.brief_id, "etd.3", "")
    assert "etd.3" not in desk.narrative(brief.brief_id)
    with pytest.raises(RecordError, match="no cell"):
        desk.set_narrative(brief.brief_id, "verdict", "Yes")


def test_review_and_signature_hold_for_one_version(assistant: Assistant, desk: BriefDesk) -> None:
    brief = desk.compose(answer(assistant), "clinical")
    desk.save(brief)
    with pytest.raises(RecordError, match="after another role"):
        desk.set_state(brief.brief_id, "signed off", role="Clinical director")
    assert desk.set_state(brief.brief_id, "reviewed", role=REVIEW).state is ReviewState.REVIEWED
    with pytest.raises(RecordError, match="after another role"):
        desk.set_state(brief.brief_id, "signed off", role=REVIEW)
    signed = desk.set_state(brief.brief_id, "signed off", role="Clinical director")
    assert signed.state is ReviewState.SIGNED_OFF
    assert "SIGNED OFF" in desk.markdown(signed)
    assert REVIEW in desk.markdown(signed)
    desk.set_narrative(brief.brief_id, "options", "Another thought.")
    assert desk.open(brief.brief_id).state is ReviewState.DRAFT


def test_what_may_not_leave_stays_out_and_is_counted(
    assistant: Assistant, desk: BriefDesk, tmp_path: Path
) -> None:
    inside = next(d for d in assistant.sources() if d.metadata.source_type is SourceType.FLK)
    assistant.edit(inside.doc_id, {"sharing": "team"})
    given = answer(assistant)
    for audience in (Audience.COMMISSIONER, Audience.RESEARCH, Audience.PUBLIC):
        brief = desk.compose(given, audience)
        assert brief.withheld.documents == 1
        assert brief.withheld.by_type == (("FLK", 1),)
        text = desk.json(brief)
        assert inside.doc_id not in text
        assert (inside.metadata.title or "?") not in text
        assert "Protect the first-assessment midwife" not in text
        assert "left out, because" in desk.markdown(brief)
    assert desk.compose(given, Audience.CLINICAL).sharing is Sharing.TEAM


def test_a_mark_set_later_stops_the_export(
    assistant: Assistant, desk: BriefDesk, tmp_path: Path
) -> None:
    brief = desk.compose(answer(assistant), "public")
    cited = next(iter(brief.claims[SourceType.PPI])).citation.doc_id
    assistant.edit(cited, {"sharing": "nhs-internal"})
    with pytest.raises(ExportError, match="may no longer go"):
        desk.export(brief, tmp_path / "brief.md")
    assert not list(tmp_path.glob("brief*"))


def test_a_tampered_brief_is_not_exported(
    assistant: Assistant, desk: BriefDesk, tmp_path: Path
) -> None:
    brief = desk.compose(answer(assistant), "clinical")
    claim = brief.claims[SourceType.PPI][0]
    wrong = claim.model_copy(
        update={"citation": claim.citation.model_copy(update={"quote": claim.text + " Never."})}
    )
    with pytest.raises(UncitedClaim):
        desk.export(
            brief.model_copy(update={"claims": {**brief.claims, SourceType.PPI: (wrong,)}}),
            tmp_path / "brief.pdf",
        )
    assert not list(tmp_path.glob("brief*"))


def test_a_forgotten_source_takes_the_briefs_that_quote_it_along(
    assistant: Assistant, desk: BriefDesk, tmp_path: Path
) -> None:
    brief = desk.compose(answer(assistant), "clinical")
    desk.save(brief)
    gone = brief.claims[SourceType.PPI][0].citation.doc_id
    assistant.forget(gone)
    with pytest.raises(UncitedClaim, match="not in the library"):
        desk.export(brief, tmp_path / "brief.md")
    assert not desk.list()


def test_what_changed_since(assistant: Assistant, desk: BriefDesk) -> None:
    given = answer(assistant)
    old = desk.compose(given, "clinical")
    desk.save(old)
    later = given.model_copy(update={"searched_on": "2027-03-01"})
    assert desk.diff(old, desk.compose(later, "clinical")).new_on == TODAY.isoformat()
    assert desk.changes_since(old.brief_id).title == old.title


def test_another_site_takes_it_in(assistant: Assistant, desk: BriefDesk, tmp_path: Path) -> None:
    brief = desk.compose(answer(assistant), "public")
    path = desk.export(brief, tmp_path / "theirs.json")
    documents = desk.import_json(path)
    assert {document.metadata.origin for document in documents} == {Origin.EXTERNAL}
    assert {document.metadata.source_type for document in documents} >= {
        SourceType.PUB,
        SourceType.PPI,
        SourceType.AUD,
    }
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UnreadableSource):
        desk.import_json(tmp_path / "bad.json")


def test_another_library_takes_the_brief_in_once_and_can_be_asked(
    assistant: Assistant, desk: BriefDesk, tmp_path: Path
) -> None:
    path = desk.export(desk.compose(answer(assistant), "public"), tmp_path / "theirs.json")
    settings = load_settings({"library": tmp_path / "other", "embedding.model": "hashing"})
    with Assistant.open(settings, create=True) as other:
        added = other.sharing.take_in_brief(path)
        assert len(added) >= 5
        assert {document.metadata.origin for document in other.sources()} == {Origin.EXTERNAL}
        assert other.sharing.take_in_brief(path) == []
        found = other.search("assessed by a midwife within 15 minutes")
        assert found
    assert assistant.sharing.take_in_brief(path) != added  # studies held here are not counted twice


def test_a_recorded_gap_brings_owner_due_date_and_who_raised_it(
    assistant: Assistant, desk: BriefDesk
) -> None:
    given = answer(assistant)
    assistant.gaps.add(
        title="No cost study of the pathway",
        question=given.question,
        source_type=SourceType.ECO,
        owner_role="Finance lead",
        due=dt.date(2027, 1, 31).isoformat(),
        raised_by="Patient panel",
    )
    brief = desk.compose(given, "clinical")
    line = next(gap for gap in brief.gaps if gap.source_type is SourceType.ECO)
    assert (line.owner_role, line.due) == ("Finance lead", "2027-01-31")
    assert any("Patient panel" in trigger for trigger in brief.triggers)
    assert not desk.compose(given, "public").triggers


def test_a_decision_shows_what_was_used_and_what_was_set_aside(
    assistant: Assistant, desk: BriefDesk
) -> None:
    given = answer(assistant)
    record = assistant.decisions.new(
        given.question, answer=given, decision="Extend the pathway to Ashcombe", body="Board"
    )
    used, aside = given.references[0].doc_id, given.references[1].doc_id
    assistant.decisions.mark(record.decision_id, used, "used")
    assistant.decisions.mark(record.decision_id, aside, "set aside", reason="An older version")
    brief = desk.compose(given, "clinical")
    (line,) = brief.decisions
    assert {(mark.doc_id, mark.use) for mark in line.marks} == {
        (used, "used"),
        (aside, "set aside"),
    }
    assert len(line.unmarked) == len(brief.sources) - 2
    assert "An older version" in desk.markdown(brief, annex=True)
    assert not desk.compose(given, "public").decisions
