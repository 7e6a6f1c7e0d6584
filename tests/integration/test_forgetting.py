"""Forgetting reaches every kind of record; bundles keep nothing raw and overwrite nothing; the trail names who did what."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kmassist.assistant import Assistant
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.errors import RecordError, UnreadableSource
from kmassist.index.trail import record_digest
from kmassist.records.bundle_files import write_bundle
from kmassist.records.forgetting import WAYS, way_of
from kmassist.settings.model import load_settings
from tests.on_disk import every_file
from tests.unit.test_sharing import brief, bundle

TITLE = "Zanzibarian triage whistleblower audit"
WORDS = "The quokka bell rang seven minutes late on each winter night in triage."
FILES = {
    "audit/zanzibar.md": f"""---
title: {TITLE}
source_type: AUD
evidence_date: 2026-01
issuer: Marlow Vale
topics: [TRI]
audit: [{{criterion: Quokka bells answered in triage, numerator: 20, denominator: 60, target_percent: 90, period_end: 2026-01}}]
---
# {TITLE}

{WORDS}
""",
    "ppi/other.md": """---
title: Talks about triage
source_type: PPI
evidence_date: 2026-02
---
# Talks

Women said that the wait in triage was long and that nobody told them why.
""",
}


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    for name, text in FILES.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(text, encoding="utf-8")
    settings = load_settings({"library": str(tmp_path / "library"), "site.role": "audit lead"})
    found = Assistant.open(settings, create=True, embedder=HashingEmbedder())
    list(found.add([tmp_path / "in"]))
    return found


def held(folder: Path) -> str:
    """Every byte of a library, as far as it is text, in one string."""
    parts = [data for _, data in every_file(folder)]
    return " ".join(re.findall(r"[\w ,.'-]+", b" ".join(parts).decode("utf-8", "ignore")))


def doc_id(assistant: Assistant, title: str) -> str:
    return next(d.doc_id for d in assistant.sources() if d.metadata.title == title)


def test_the_whole_library_is_rid_of_a_forgotten_documents_title_and_words(
    assistant: Assistant,
) -> None:
    answer = assistant.answer("Do bells in triage ring late?")
    session = assistant.sessions.append(
        assistant.sessions.new(TITLE), f"What does the {TITLE} say?", answer=answer
    )
    assistant.sessions.append(
        session, "and at night?", answer=assistant.answer("Which audits are there?")
    )
    for gap in assistant.gaps.propose():
        assistant.gaps.add(**gap.model_dump(exclude={"gap_id"}))
    assistant.gaps.add(title="Bells", notes=f"See the {TITLE}. Ask the wards.")
    decision = assistant.decisions.new(
        "Do bells in triage ring late?", answer=answer, decision=f"Buy bells. {WORDS}"
    )
    assistant.index.put_record("bundle", "u1", {"a": {"quote": WORDS, "title": TITLE}})
    assistant.briefs.save(assistant.briefs.compose(answer, "clinical"))
    assert TITLE in held(Path(str(assistant.settings.library)))
    assistant.forget(doc_id(assistant, TITLE))
    folder = assistant.settings.library
    kept = assistant.gaps.list()
    assistant.close()
    left = held(Path(str(folder)))
    for words in (TITLE, "quokka bell rang", "Quokka bells", "minutes late on each winter"):
        assert words.casefold() not in left.casefold(), words
    assert any("Ask the wards." in gap.notes for gap in kept)
    assert decision.decision_id in left


def test_another_documents_words_are_not_taken_out(assistant: Assistant) -> None:
    gap = assistant.gaps.add(
        title="Waits",
        notes="Women said that the wait in triage was long and that nobody told them why.",
    )
    assistant.forget(doc_id(assistant, TITLE))
    assert assistant.gaps.get(gap.gap_id).notes.startswith("Women said")


def test_every_kind_of_record_says_how_it_forgets(assistant: Assistant) -> None:
    assistant.gaps.add(title="Bells")
    assistant.sessions.append(assistant.sessions.new("x"), "x")
    for kind in assistant.index.record_kinds():
        assert kind in WAYS or kind.partition(":")[0] + ":" in WAYS
        assert way_of(kind)


def zipped(tmp_path: Path, **values: Any) -> Path:
    path = tmp_path / "b.zip"
    path.write_bytes(write_bundle(bundle(**values), "x"))
    return path


def test_what_a_bundle_says_anywhere_is_looked_through(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = zipped(
        tmp_path,
        brief=brief(narrative={"context": "Mrs Jane Smith, NHS number 943 476 5919, was moved."}),
    )
    with pytest.raises(UnreadableSource, match="personal data"):
        assistant.sharing.take_in(path)
    received = assistant.sharing.take_in(path, consent="redact")
    assert "943 476 5919" not in received.model_dump_json()
    assert "943 476 5919" not in str(assistant.index.records("bundle"))


def test_a_bundle_can_be_deleted_with_what_was_made_of_it(
    assistant: Assistant, tmp_path: Path
) -> None:
    received = assistant.sharing.take_in(zipped(tmp_path))
    assert received.doc_ids
    assistant.sharing.delete(received.bundle.bundle_id)
    assert not assistant.sharing.received()
    assert not set(received.doc_ids) & {d.doc_id for d in assistant.sources()}


def test_an_import_leaves_what_was_corrected_here(assistant: Assistant, tmp_path: Path) -> None:
    first = assistant.sharing.take_in(zipped(tmp_path))
    assistant.edit(first.doc_ids[0], {"title": "Corrected here"})
    forged = brief()
    sources = tuple(
        line.model_copy(
            update={"metadata": line.metadata.model_copy(update={"status": "withdrawn"})}
        )
        for line in forged.sources
    )
    changed = forged.model_copy(update={"sources": sources})
    assistant.sharing.take_in(zipped(tmp_path, brief=changed))
    for held_id in first.doc_ids:
        assert not assistant.source(held_id).metadata.status
    assert assistant.source(first.doc_ids[0]).metadata.title == "Corrected here"


def test_a_source_marked_anew_does_not_leave_in_a_later_bundle(assistant: Assistant) -> None:
    made = assistant.briefs.compose(assistant.answer("Do bells in triage ring late?"), "clinical")
    revision = assistant.briefs.save(made)
    for line in made.sources:
        assistant.edit(line.doc_id, {"sharing": "team"})
    with pytest.raises(RecordError, match="for the team alone"):
        assistant.sharing.bundle(revision, from_service="Marlow Vale")


def test_the_trail_says_which_role_did_what_and_what_changed(
    assistant: Assistant, tmp_path: Path
) -> None:
    name = doc_id(assistant, "Talks about triage")
    assistant.edit(name, {"evidence_date": "2026-03"})
    gap = assistant.gaps.add(title="Bells")
    assistant.gaps.edit(gap.gap_id, {"owner_role": "matron"})
    assistant.gaps.export(tmp_path / "gaps.csv")
    lines = assistant.trail()
    assert {line.actor for line in lines} == {"audit lead"}
    acts = {line.action: line for line in lines}
    assert acts["edit"].details["changed"] == ["evidence_date"]
    assert acts["change gap"].details["changed"] == ["owner_role"]
    assert acts["export"].details == {"what": "gaps", "form": "csv", "count": 1}
    assert "Bells" not in str(lines)
    assert [line.action for line in assistant.trail(action="export")] == ["export"]


def test_a_signed_decision_has_its_digest_in_the_trail(assistant: Assistant) -> None:
    answer = assistant.answer("Do bells in triage ring late?")
    record = assistant.decisions.new(
        "Do bells ring late?", answer=answer, decision="Buy bells", body="Board"
    )
    assistant.decisions.sign_off(record.decision_id, by_role="chair", anyway="agreed in the room")
    body = assistant.index.records("decision")[record.decision_id]
    last = assistant.trail(action="change decision")[-1]
    assert last.details["digest"] == record_digest(body)


def test_one_file_that_says_withdrawn_does_not_silence_another(
    assistant: Assistant, tmp_path: Path
) -> None:
    text = "---\ntitle: {0}\nsource_type: PUB\npublished: 2020\ndoi: 10.1000/x{1}\n---\n# {0}\n\nTriage by a midwife shortened the wait of women in triage{2}.\n"
    (tmp_path / "a.md").write_text(text.format("A trial of triage", "", ""), encoding="utf-8")
    (tmp_path / "b.md").write_text(
        text.format("A copy", "\nstatus: withdrawn", " or so"), encoding="utf-8"
    )
    list(assistant.add([tmp_path / "a.md", tmp_path / "b.md"]))
    answer = assistant.answer("Does triage by a midwife shorten the wait?")
    assert "A trial of triage" in {r.title for r in answer.references}
    assert any("A copy" in said for said in answer.set_aside)
