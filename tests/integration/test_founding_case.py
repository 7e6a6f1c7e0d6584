"""The founding case from end to end: from an audit that falls short to knowledge that is used, and passed on.

A unit finds that women wait too long in maternity triage. Nothing published is at hand, so the service looks further, realises
that little is known, generates knowledge itself, develops it into practice with the front line, briefs, decides, is challenged
over what women said, and shares what it learned with another service. `docs/founding-case.md` tells the same story.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from kmassist.assistant import Assistant
from kmassist.assistant.add import AddSummary
from kmassist.coverage import State
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import Origin
from kmassist.embedding import open_embedder
from kmassist.errors import RecordError
from kmassist.gaps import ClaimStrength, Warrant
from kmassist.records.contributions import Breadth
from kmassist.records.decisions import Use
from kmassist.settings.model import load_settings
from tests.adding import add as add_to

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
QUESTION = "Should we commission a first assessment by a midwife within 15 minutes for women who wait in maternity triage?"
BEFORE = (
    "audit/triage-15-minutes-ashcombe-2026",
    "ppi/triage-waits-listening-event-2026",
    "frontline/triage-team-debrief-2026",
    "economic/triage-staffing-cost-2026",
    "published/swepis-2019-induction-41-weeks",
)
PILOT = "evaluation/triage-pathway-pilot-2026"


def service(folder: Path, name: str) -> Assistant:
    """A service with a library of its own; the small embedder needs no model and a cut-off of its own."""
    flags = {"library": str(folder / "library"), "site.name": name, "answer.relevance_cutoff": 0.05}
    return Assistant.open(load_settings(flags), create=True, embedder=open_embedder("hashing"))


def add(assistant: Assistant, folder: Path, *names: str) -> AddSummary:
    """Copy sources of the demonstration corpus into a folder by kind, and add it."""
    for name in names:
        for file in SAMPLE.glob(f"{name}*"):
            (folder / name.split("/")[0]).mkdir(parents=True, exist_ok=True)
            shutil.copy(file, folder / name.split("/")[0])
    summary = add_to(assistant, folder)
    assert not summary.skipped
    return summary


def published_gap(assistant: Assistant) -> Warrant:
    """What the empty published row warrants now."""
    coverage = assistant.answer(QUESTION).coverage
    assert coverage.cell(SourceType.PUB).state is State.ABSENT
    return next(
        w
        for w in assistant.gaps.warrants(coverage)
        if w.source_type is SourceType.PUB and w.code == "G1"
    )


@pytest.fixture
def vale(tmp_path: Path) -> Assistant:
    assistant = service(tmp_path / "vale", "Marlow Vale Maternity Services")
    add(assistant, tmp_path / "sources", *BEFORE)
    return assistant


def test_the_founding_case(vale: Assistant, tmp_path: Path) -> None:
    # 1 Notice: an audit falls short of its target, and the corpus itself says so
    shortfall = next(
        g for g in vale.gaps.propose() if g.trigger.is_shortfall and "15 minutes" in g.title
    )
    gap = vale.gaps.add(
        **{
            **shortfall.model_dump(exclude={"gap_id", "owner_role"}),
            "question": QUESTION,
            "source_type": SourceType.PUB,
        }
    )
    vale.gaps.set_role(stage=1, role="consultant obstetrician, triage lead")

    # 2 Ask: eight rows, the published one empty, and nothing is said about the world beyond this corpus
    answer = vale.answer(QUESTION)
    rows = {row.source_type: row for row in answer.rows}
    assert len(answer.rows) == 8
    assert not rows[SourceType.PUB].claims
    assert rows[SourceType.PUB].absence.startswith("None in this corpus")
    assert rows[SourceType.PPI].claims
    warrant = published_gap(vale)
    assert warrant.claim is ClaimStrength.CORPUS
    assert warrant.generation is not None
    assert not warrant.generation.is_proposed

    # 3 Search elsewhere, and log it: now it is probably a gap in what is known, not only here
    vale.gaps.log_search(
        question=QUESTION,
        gap_id=gap.gap_id,
        databases=("MEDLINE", "CINAHL"),
        strategy="(triage OR unscheduled) AND (maternity OR obstetric) AND assessment",
        by_role="clinical lead",
        registers=("ISRCTN",),
    )
    warrant = published_gap(vale)
    assert warrant.claim is ClaimStrength.PROBABLE

    # 4 Six conditions: those that fail are named, one by one they are met, and then a person may decide to generate knowledge
    assert warrant.generation is not None
    assert {c.number for c in warrant.generation.failing} == {5, 6}
    vale.gaps.edit(
        gap.gap_id,
        {
            "cases_a_year": 7800,
            "cases_needed": 1200,
            "owner_role": "consultant obstetrician",
            "leadership_stage": 4,
        },
    )
    warrant = published_gap(vale)
    assert warrant.generation is not None
    assert warrant.generation.is_proposed
    assert len(warrant.generation.conditions) == 6

    # 5 Plan, with roles by stage: a vacant one is a warning and no block
    assert vale.gaps.stages()[3].vacant
    vale.gaps.set_role(stage=4, role="university researcher")
    vale.gaps.set_role(stage=4, role="consultant obstetrician")
    assert not vale.gaps.stages()[3].vacant

    # 6 The service's own evaluation becomes internal knowledge
    added = add(vale, tmp_path / "own", PILOT).added[0]
    pilot = vale.source(added.doc_id)
    assert pilot.metadata.origin is Origin.INTERNAL
    assert vale.answer(QUESTION).coverage.cell(SourceType.SVE).studies == 1

    # 7 Developed into practice together: one discipline is thin
    vale.sharing.co_develop(
        "triage pathway",
        role="ward lead",
        discipline="Midwifery",
        changed="the form moved to the door",
    )
    assert vale.sharing.state("triage pathway").breadth is Breadth.THIN
    vale.sharing.co_develop(
        "triage pathway", role="registrar", discipline="Obstetrics", changed="one call for review"
    )
    assert vale.sharing.state("triage pathway").breadth is Breadth.BROAD

    # 8 What must be known before it goes further
    check = vale.scaling.check(pilot.doc_id)
    assert "Sustainability" in {line.domain for line in check.of_state("missing")}

    # 9 Brief
    brief = vale.briefs.compose(QUESTION, "commissioner")
    vale.briefs.save(brief)
    vale.sharing.contribute(
        brief.brief_id, role="MNVP chair", what="asked what women were told while they waited"
    )
    assert vale.briefs.check(brief) == []

    # 10 Decide: what women said cannot be left out in silence
    assert all(ratio.ratio is None for ratio in vale.decisions.ratios())
    record = vale.decisions.new(
        QUESTION,
        decision="Fund a first-assessment midwife at both units for a year",
        kind="commission",
        body="LMNS board",
        priority="Safe triage",
        roles=("commissioner", "consultant obstetrician", "MNVP chair"),
        review_date="2027-05-01",
        brief_id=brief.brief_id,
    )
    heard = next(r for r in record.relevant if r.source_type is SourceType.PPI)
    for source in record.relevant:
        if source is not heard:
            vale.decisions.mark(record.decision_id, source.doc_id, Use.USED)
    assert [c.code for c in vale.decisions.checks(record.decision_id) if c.blocks] == ["G10-PPI"]
    with pytest.raises(RecordError, match="Patient and public involvement"):
        vale.decisions.sign_off(record.decision_id, by_role="chair")
    with pytest.raises(RecordError, match="without a reason"):
        vale.decisions.mark(record.decision_id, heard.doc_id, Use.SET_ASIDE)
    vale.decisions.mark(
        record.decision_id,
        heard.doc_id,
        Use.SET_ASIDE,
        reason="only 34 women were heard",
        by_role="chair",
    )
    vale.decisions.challenge(
        record.decision_id,
        "Few is not unreliable: they asked to be told how long.",
        by_role="MNVP chair",
        doc=heard.doc_id,
    )
    with pytest.raises(RecordError, match="challenge"):
        vale.decisions.sign_off(record.decision_id, by_role="chair")
    vale.decisions.reply(
        record.decision_id, 1, "Waiting times go on a board; we ask again in May.", by_role="chair"
    )
    vale.decisions.sign_off(record.decision_id, by_role="chair")

    # 11 The realisation ratio shows the founding study's finding on the service's own decision, and moves when it is put right
    ratios = {r.source_type: r.ratio for r in vale.decisions.ratios()}
    assert (ratios[SourceType.SVE], ratios[SourceType.AUD], ratios[SourceType.PPI]) == (
        1.0,
        1.0,
        0.0,
    )
    assert ratios[SourceType.PUB] is None
    vale.decisions.open_again(
        record.decision_id, by_role="chair", reason="what women asked for is taken up"
    )
    vale.decisions.mark(record.decision_id, heard.doc_id, Use.USED)
    signed = vale.decisions.sign_off(record.decision_id, by_role="chair")
    assert {r.ratio for r in vale.decisions.ratios() if r.relevant} == {1.0}
    assert any(
        "only 34 women" in step.what for step in signed.history
    )  # nothing is taken out of the history
    assert vale.decisions.overdue(date(2027, 6, 1)) == (signed,)

    vale.decisions.write_in_brief(signed.decision_id)
    told = vale.briefs.markdown(vale.briefs.open(brief.brief_id))
    assert "LMNS board decided on" in told
    assert "Few is not unreliable" in told

    # 12 Pass it on
    bundle = vale.sharing.bundle(
        brief.brief_id,
        context=[{"aspect": "Size", "says": "about 7,800 unscheduled attendances a year"}],
        adaptations=[{"changed": "a first look before any form", "why": "women asked for it"}],
        topic="triage pathway",
    )
    path = vale.sharing.export(bundle, tmp_path / "triage.kmbundle.zip")
    usage = vale.assessment.usage()
    assert (usage.decisions, usage.searches, usage.briefs, usage.shared, usage.disciplines) == (
        1,
        1,
        1,
        1,
        2,
    )
    vale.close()

    # 13 A second service takes it in: ids, dates and provenance stay, and the origin is marked
    with service(tmp_path / "other", "Elsewhere NHS Trust") as other:
        received = other.sharing.take_in(path)
        assert received == other.sharing.open(bundle.bundle_id)
        assert other.sharing.take_in(path) == received  # the same bundle again changes nothing
        for mine, theirs in zip(brief.sources, received.sources, strict=True):
            assert (mine.doc_id, mine.metadata.dated, mine.source_sha256, mine.source_name) == (
                theirs.doc_id, theirs.metadata.dated, theirs.source_sha256, theirs.source_name,
            )  # fmt: skip
            assert theirs.metadata.origin is Origin.EXTERNAL
        documents = other.sources()
        assert {d.metadata.origin for d in documents} == {Origin.EXTERNAL}
        assert {d.metadata.quoted_by for d in documents} <= {"Marlow Vale Maternity Services", ""}
        assert any(d.metadata.quoted_by for d in documents)
        assert {d.doc_id for d in documents} == set(received.doc_ids)
        assert received.bundle.decisions[0].decision_id == record.decision_id
        assert other.decisions.list() == []  # another service's decision is not this one's
        own = next(d for d in documents if d.metadata.title.startswith("What Marlow Vale"))
        found = other.search("what was adapted in the triage pathway and why", k=20)
        assert own.doc_id in {f.document.doc_id for f in found}


def test_records_survive_closing_forgetting_and_adding_again(
    vale: Assistant, tmp_path: Path
) -> None:
    record = vale.decisions.new(QUESTION, decision="Yes", body="Board")
    kept = vale.decisions.mark(record.decision_id, "1", Use.USED)
    vale.sharing.co_develop("triage", role="lead", discipline="Midwifery", changed="the desk")
    vale.assessment.answer([3] * 24, round_name="r")
    first = record.relevant[0]
    vale.forget(first.doc_id)
    vale.close()
    with service(tmp_path / "vale", "Marlow Vale Maternity Services") as again:
        # That a source was used is still said, its title and words are not: it was forgotten.
        left = again.decisions.open(record.decision_id)
        assert left.marks == kept.marks
        assert [r.doc_id for r in left.relevant] == [r.doc_id for r in kept.relevant]
        assert first.title not in left.model_dump_json()
        add(again, tmp_path / "sources", *BEFORE)
        assert again.decisions.open(record.decision_id) == left
        assert len(again.sharing.log()) == 1
        assert again.assessment.rounds() == {"r": (1, False)}


def test_for_the_pilot_alone_sustainability_cost_and_reach_are_missing(tmp_path: Path) -> None:
    with service(tmp_path, "Elsewhere") as assistant:
        names = ("published/kenyon-2017-bsots", "published/dharni-2025-bsots-implementation")
        add(assistant, tmp_path / "sources", *names)
        alone = {
            line.domain: line.state
            for line in assistant.scaling.check("kenyon-2017-bsots.md").result.domains
        }
        assert len(alone) == 10
        for domain in ("Sustainability", "Costs and benefits", "Reach and acceptability"):
            assert alone[domain] == "missing"
        beside = assistant.scaling.check(
            "kenyon-2017-bsots.md", beside=["dharni-2025-bsots-implementation.md"]
        )
        now = {line.domain: line.state for line in beside.result.domains}
        changed = {domain for domain in alone if alone[domain] != now[domain]}
        assert {"Implementation infrastructure", "Sustainability"} <= changed
        assert now["Costs and benefits"] == now["Reach and acceptability"] == "missing"
        for line in beside.result.domains:
            for claim in line.claims:
                assert (
                    assistant.source(claim.citation.doc_id).text[
                        claim.citation.start : claim.citation.end
                    ]
                    == claim.text
                )
