"""In step with a folder: shown, then done; renamed by content; never deleted silently; stopped and gone on with."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from kmassist.assistant import Assistant
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.errors import RecordError, SourceNotFound
from kmassist.events import Added, Event, FileGone, Skipped
from kmassist.records.folders import UNSEEN, SyncPlan, plan_sections
from kmassist.settings.model import load_settings
from kmassist.text import clock

TOPICS = ("triage", "bereavement", "induction", "feeding")


class Counting(HashingEmbedder):
    """Counts what it is given to encode."""

    encoded = 0

    def embed(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> Any:
        """As the class above, counted."""
        self.encoded += len(texts)
        return super().embed(texts, spans)


def text_on(topic: str) -> str:
    parts = (
        f"Women told us about {topic} in part {n}. The {topic} team met on day {n}."
        for n in range(40)
    )
    return f"# Talks on {topic}\n\n" + "\n\n".join(parts) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    there = tmp_path / "share"
    for topic in TOPICS:
        (there / "ppi").mkdir(parents=True, exist_ok=True)
        (there / "ppi" / f"{topic}-talks.md").write_text(text_on(topic), encoding="utf-8")
    return there


@pytest.fixture
def embedder() -> Counting:
    return Counting()


@pytest.fixture
def assistant(tmp_path: Path, embedder: Counting) -> Iterator[Assistant]:
    settings = load_settings({"library": str(tmp_path / "library"), "site.role": "librarian"})
    with Assistant.open(settings, create=True, embedder=embedder) as found:
        yield found


def sync(assistant: Assistant, folder: Path, *, believe: bool = False) -> list[Event]:
    return list(assistant.folders.carry_out(assistant.folders.plan(folder), believe=believe))


def names(paths: Sequence[str]) -> list[str]:
    return [Path(path).name for path in paths]


def doc_of(assistant: Assistant, name: str) -> str:
    return next(d.doc_id for d in assistant.sources() if d.source_name == name)


def test_a_plan_changes_nothing_and_the_next_look_finds_nothing_to_do(
    assistant: Any, folder: Any
) -> None:
    plan = assistant.folders.plan(folder)
    assert (len(plan.new), assistant.sources(), assistant.folders.list()) == (4, [], [])
    assert all(d.metadata.source_type == "PPI" for d in assistant.sources())
    sync(assistant, folder)
    again = assistant.folders.plan(folder)
    assert (again.to_do, again.unchanged) == (0, 4)
    assert {d.metadata.source_type for d in assistant.sources()} == {"PPI"}


def test_a_renamed_file_keeps_its_corrections_and_costs_no_encoding(
    assistant: Any, folder: Any, embedder: Any
) -> None:
    sync(assistant, folder)
    doc_id = doc_of(assistant, "triage-talks.md")
    assistant.edit(doc_id, {"ppi.number": 27, "title": "What women say of triage"})
    before = embedder.encoded
    (folder / "ppi" / "triage-talks.md").rename(folder / "ppi" / "2026 triage.md")
    plan = assistant.folders.plan(folder)
    assert [(Path(m.old).name, Path(m.new).name) for m in plan.moved] == [
        ("triage-talks.md", "2026 triage.md")
    ]
    assert (plan.new, plan.missing) == ((), ())
    sync(assistant, folder)
    found = assistant.source(doc_id)
    assert found.source_name == "2026 triage.md"
    assert (found.metadata.title, found.metadata.ppi.number) == ("What women say of triage", 27)
    assert embedder.encoded == before
    assert assistant.folders.plan(folder).to_do == 0


def test_a_file_moved_to_the_folder_of_another_kind_is_read_again_without_encoding(
    assistant: Any, folder: Any, embedder: Any
) -> None:
    sync(assistant, folder)
    before = embedder.encoded
    (folder / "audit").mkdir()
    (folder / "ppi" / "feeding-talks.md").rename(folder / "audit" / "feeding-talks.md")
    sync(assistant, folder)
    assert assistant.source("feeding-talks.md").metadata.source_type == "AUD"
    assert (embedder.encoded, len(assistant.sources())) == (before, 4)


def test_a_changed_file_keeps_its_corrections_and_costs_its_new_words_alone(
    assistant: Any, folder: Any, embedder: Any
) -> None:
    sync(assistant, folder)
    doc_id = doc_of(assistant, "triage-talks.md")
    assistant.edit(doc_id, {"ppi.number": 27})
    before, file = embedder.encoded, folder / "ppi" / "triage-talks.md"
    whole = len(assistant.passages(doc_id))
    assert whole > 2
    file.write_text(text_on("triage") + "\nA last word on bells.\n", encoding="utf-8")
    assert names(assistant.folders.plan(folder).changed) == ["triage-talks.md"]
    sync(assistant, folder)
    assert assistant.source("triage-talks.md").metadata.ppi.number == 27
    assert 0 < embedder.encoded - before < whole
    assert any("bells" in f.citation.quote for f in assistant.search("a last word on bells"))


def test_what_is_taken_over_is_bit_for_bit_what_encoding_anew_gives(
    assistant: Any, folder: Any, tmp_path: Path
) -> None:
    sync(assistant, folder)
    (folder / "ppi" / "triage-talks.md").write_text(
        text_on("triage") + "\nA last word on bells.\n", encoding="utf-8"
    )
    sync(assistant, folder)
    settings = load_settings({"library": str(tmp_path / "fresh")})
    with Assistant.open(settings, create=True, embedder=HashingEmbedder()) as fresh:
        list(fresh.add([folder]))
        doc_id = doc_of(fresh, "triage-talks.md")
        ids = [p.passage_id for p in fresh.passages(doc_id)]
        ours, theirs = assistant.index.vectors(ids), fresh.index.vectors(ids)
    assert ours.keys() == theirs.keys() == set(ids)
    for one in ids:
        assert (ours[one][0] == theirs[one][0]).all()
        assert (ours[one][1] == theirs[one][1]).all()


def test_an_older_version_kept_under_another_name_takes_its_document_along(
    assistant: Any, folder: Any
) -> None:
    sync(assistant, folder)
    old = doc_of(assistant, "triage-talks.md")
    file = folder / "ppi" / "triage-talks.md"
    file.rename(folder / "ppi" / "triage-talks-2025.md")
    file.write_text(text_on("bells"), encoding="utf-8")
    sync(assistant, folder)
    assert assistant.source(old).source_name == "triage-talks-2025.md"
    assert doc_of(assistant, "triage-talks.md") != old
    assert len(assistant.sources()) == 5


def test_a_removed_file_is_set_aside_and_comes_back(assistant: Any, folder: Any) -> None:
    sync(assistant, folder)
    doc_id = doc_of(assistant, "triage-talks.md")
    assistant.edit(doc_id, {"status": "final"})
    file = folder / "ppi" / "triage-talks.md"
    kept = file.read_bytes()
    file.unlink()
    assert any(isinstance(e, FileGone) and e.doc_id == doc_id for e in sync(assistant, folder))
    held = assistant.source(doc_id)
    assert held.metadata.status.startswith("final; file removed from its folder, noticed ")
    answer = assistant.answer("What did women tell us about triage?")
    assert doc_id not in {claim.citation.doc_id for claim in answer.claims}
    assert any("file removed" in said for said in answer.set_aside)
    assert list(assistant.folders.plan(folder).aside) == [doc_id]
    assert "gone" in assistant.folders.checked(held).says
    file.write_bytes(kept)
    sync(assistant, folder)
    back = assistant.source(doc_id).metadata
    assert (back.status, back.came_from["status"]) == ("final", "edited")
    assert assistant.folders.aside() == {}


def test_forgetting_is_another_act_and_what_was_forgotten_does_not_come_back_by_itself(
    assistant: Any, folder: Any
) -> None:
    sync(assistant, folder)
    doc_id = doc_of(assistant, "triage-talks.md")
    assistant.forget(doc_id)
    plan = assistant.folders.plan(folder)
    assert (plan.new, plan.to_do, plan.forgotten) == ((), 0, 1)
    (folder / "ppi" / "triage-talks.md").rename(folder / "ppi" / "other-name.md")
    os.utime(folder / "ppi" / "other-name.md")
    sync(assistant, folder)
    assert doc_id not in {d.doc_id for d in assistant.sources()}
    list(assistant.add([folder / "ppi" / "other-name.md"]))
    assert assistant.source(doc_id).source_name == "other-name.md"
    assert assistant.folders.plan(folder).to_do == 0


@pytest.mark.parametrize("how", ["away", "empty", "mostly"])
def test_a_drive_that_is_away_empties_nothing(assistant: Any, folder: Any, how: str) -> None:
    sync(assistant, folder)
    away = folder.with_name("elsewhere")
    shutil.copytree(folder, away)
    if how == "away":
        shutil.rmtree(folder)
    else:
        for file in sorted(folder.rglob("*.md"))[: 4 if how == "empty" else 3]:
            file.unlink()
    plan = assistant.folders.plan(folder)
    assert plan.doubt
    assert [heading for heading, _ in plan_sections(plan)] == [plan.doubt, UNSEEN]
    assert plan.to_do == 0
    sync(assistant, folder)
    assert assistant.folders.aside() == {}
    assert not any("removed" in d.metadata.status for d in assistant.sources())
    assert assistant.folders.list()[0][1].problem
    if how == "mostly":
        sync(assistant, folder, believe=True)
        assert len(assistant.folders.aside()) == 3
    shutil.rmtree(folder, ignore_errors=True)
    away.rename(folder)
    sync(assistant, folder)
    assert assistant.folders.plan(folder).to_do == 0
    assert (assistant.folders.aside(), assistant.folders.list()[0][1].problem) == ({}, "")


def test_a_folder_that_cannot_be_listed_hides_its_files_and_loses_none(
    assistant: Any, folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(assistant, folder)
    scandir = os.scandir

    def refuses(path: Any) -> Any:
        if Path(path).name == "ppi":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    (folder / "note.md").write_text(text_on("bells"), encoding="utf-8")
    monkeypatch.setattr(os, "scandir", refuses)
    plan = assistant.folders.plan(folder)
    assert (plan.missing, names(plan.new), len(plan.not_seen)) == ((), ["note.md"], 1)


def test_references_that_a_file_no_longer_holds_are_set_aside(
    assistant: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "refs"
    folder.mkdir()
    record = "TY  - JOUR\nTI  - Trial {0} of bells\nAU  - Reed, A.\nPY  - 2024\nAB  - Bells {0} rang in ward {0}.\nER  - \n"
    file = folder / "export.ris"
    file.write_text("\n".join(record.format(n) for n in ("one", "two", "three")), encoding="utf-8")
    sync(assistant, folder)
    assert len(assistant.sources()) == 3
    file.write_text("\n".join(record.format(n) for n in ("one", "two")), encoding="utf-8")
    sync(assistant, folder)
    assert len(assistant.sources()) == 3
    assert [assistant.source(d).metadata.title for d in assistant.folders.aside()] == [
        "Trial three of bells"
    ]
    assert len(assistant.folders.plan(folder).aside) == 1
    file.write_text("\n".join(record.format(n) for n in ("one", "two", "three")), encoding="utf-8")
    sync(assistant, folder)
    assert assistant.folders.aside() == {}
    assert not any("removed" in d.metadata.status for d in assistant.sources())


def test_a_run_that_is_stopped_keeps_what_is_done_and_goes_on_there(
    assistant: Any, folder: Any
) -> None:
    events = assistant.folders.carry_out(assistant.folders.plan(folder))
    done = next(e for e in events if isinstance(e, Added))
    events.close()
    stored = {d.doc_id for d in assistant.sources()}
    assert done.doc_id in stored
    left = assistant.folders.plan(folder)
    assert len(left.new) == 4 - len(stored)
    sync(assistant, folder)
    assert len(assistant.sources()) == 4


def test_whoever_stops_does_not_wait_for_the_encoder(tmp_path: Path, folder: Any) -> None:
    go_on, begun = threading.Event(), threading.Event()

    class Slow(HashingEmbedder):
        def embed(self, texts: Any, spans: Any) -> Any:
            begun.set()
            assert go_on.wait(600)
            return super().embed(texts, spans)

    settings = load_settings({"library": str(tmp_path / "slow")})
    with Assistant.open(settings, create=True, embedder=Slow()) as slow:
        for number in range(3, 9):
            (folder / "ppi" / f"more-{number}.md").write_text(text_on(f"ward {number}"), "utf-8")
        events = slow.folders.carry_out(slow.folders.plan(folder))
        for _ in events:
            if begun.is_set():
                break
        events.close()  # while the encoder is at work
        events = slow.add([folder / "ppi" / "more-3.md"])
        assert any(getattr(event, "stage", "") == "encoding" for event in events)
        events.close()  # when all is read and only the encoder is waited for
        assert not go_on.is_set()
        go_on.set()
        sync(slow, folder)
        assert len(slow.sources()) == 10


def test_a_file_that_cannot_be_read_waits_until_it_changes(assistant: Any, folder: Any) -> None:
    bad = folder / "ppi" / "scan.pdf"
    bad.write_bytes(b"%PDF-1.4 nothing")
    assert any(isinstance(e, Skipped) for e in sync(assistant, folder))
    plan = assistant.folders.plan(folder)
    assert (plan.to_do, [Path(p).name for p, _ in plan.waiting]) == (0, ["scan.pdf"])
    bad.write_bytes(b"%PDF-1.4 nothing more")
    assert names(assistant.folders.plan(folder).new) == ["scan.pdf"]


def test_what_stands_beside_a_file_is_read_again_when_it_changes(
    assistant: Any, folder: Any
) -> None:
    beside = folder / "ppi" / "triage-talks.meta.yaml"
    beside.write_text("title: Triage one\n", encoding="utf-8")
    sync(assistant, folder)
    beside.write_text("title: Triage number two\n", encoding="utf-8")
    plan = assistant.folders.plan(folder)
    assert names(plan.changed) == ["triage-talks.md"]
    assert names(assistant.folders.plan(folder).changed) == [
        "triage-talks.md"
    ]  # a look does nothing
    sync(assistant, folder)
    assert assistant.source("triage-talks.md").metadata.title == "Triage number two"
    assert assistant.folders.plan(folder).to_do == 0


def test_each_source_knows_when_it_was_last_checked(
    assistant: Any, folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: day)
    sync(assistant, folder)
    document = assistant.source("triage-talks.md")
    assert assistant.folders.checked(document).says == "Compared with its file 2026-03-01 09:30."
    monkeypatch.setattr(clock, "now", lambda: day + dt.timedelta(days=2))
    sync(assistant, folder)
    assert assistant.folders.checked(document).at.startswith("2026-03-03")
    (folder / "ppi" / "triage-talks.md").write_text(text_on("bells"), encoding="utf-8")
    assistant.folders.plan(folder)
    assert "has changed" in assistant.folders.checked(document).says


def test_a_folder_is_named_rightly_and_can_be_let_go(assistant: Any, folder: Any) -> None:
    with pytest.raises(SourceNotFound):
        assistant.folders.plan(folder / "nowhere")
    with pytest.raises(RecordError):
        assistant.folders.plan(folder / "ppi" / "triage-talks.md")
    with pytest.raises(RecordError):
        assistant.folders.stop(folder)
    sync(assistant, folder)
    assistant.folders.stop(folder)
    assert (assistant.folders.list(), len(assistant.sources())) == ([], 4)
    actions = {line.action for line in assistant.trail()}
    assert {"add folder", "delete folder"} <= actions
    assert "add folder-state" not in actions


def test_a_plan_is_told_in_words(assistant: Any, folder: Any) -> None:
    plan = assistant.folders.plan(folder)
    assert plan_sections(plan)[0] == (
        "New, to be added",
        sorted(f"ppi/{topic}-talks.md" for topic in TOPICS),
    )
    assert plan_sections(SyncPlan(str(folder))) == []
