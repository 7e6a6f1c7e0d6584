"""Conversations kept in the library: saved turn by turn, reopened as they were, exported."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmassist.answers.model import Answer, CorpusIdentity, Status
from kmassist.answers.presentation import answer_markdown
from kmassist.assistant.sessions import SessionDesk
from kmassist.coverage import Coverage, Verdict
from kmassist.errors import ExportError, RecordError
from kmassist.index import Index, open_index
from kmassist.records.sessions import name_after

_MINUTES = [0]


def ticking() -> dt.datetime:
    _MINUTES[0] += 1
    return dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC) + dt.timedelta(minutes=_MINUTES[0])


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = open_index(str(tmp_path / "library"), embedder="none/1", dimension=8, create=True)
    yield opened
    opened.close()


@pytest.fixture
def desk(index: Index) -> SessionDesk:
    return SessionDesk(index, now=ticking)


def an_answer(question: str) -> Answer:
    coverage = Coverage(question=question, types=("T1",), cells=(), verdict=Verdict.NOT_ANSWERABLE)
    return Answer(
        question=question,
        resolved_question=question,
        status=Status.NOT_ANSWERABLE,
        rows=(),
        references=(),
        nearest=(),
        coverage=coverage,
        corpus=CorpusIdentity(name="this corpus", documents=3, passages=9, digest="abc"),
        searched_on="2026-11-23",
    )


def test_a_turn_is_there_before_its_answer_and_after(desk: SessionDesk) -> None:
    session = desk.append(desk.new("How?"), "How?")
    _, (turn,) = desk.open(session.session_id)
    assert (turn.number, turn.question, turn.answer) == (1, "How?", None)
    session = desk.append(session, "How?", number=1, answer=an_answer("How?"))
    session = desk.append(session, "And why?", answer=an_answer("And why?"))
    stored, turns = desk.open(session.session_id)
    assert stored.turns == 2
    assert [turn.answer for turn in turns] == [an_answer("How?"), an_answer("And why?")]


def test_it_survives_closing_the_library(tmp_path: Path) -> None:
    def opened() -> Index:
        return open_index(str(tmp_path / "kept"), embedder="none/1", dimension=8, create=True)

    index = opened()
    desk = SessionDesk(index, now=ticking)
    session = desk.append(desk.new("How?"), "How?", answer=an_answer("How?"))
    index.close()
    index = opened()
    again, (turn,) = SessionDesk(index).open(session.session_id)
    assert (again, turn.answer) == (session, an_answer("How?"))
    index.close()


def test_the_last_used_comes_first_and_deleting_takes_the_turns(
    desk: SessionDesk, index: Index
) -> None:
    first = desk.append(desk.new("First?"), "First?")
    second = desk.append(desk.new("Second?"), "Second?")
    assert [s.session_id for s in desk.list()] == [second.session_id, first.session_id]
    first = desk.append(first, "More?")
    assert [s.session_id for s in desk.list()] == [first.session_id, second.session_id]
    desk.delete(first.session_id)
    assert [s.session_id for s in desk.list()] == [second.session_id]
    assert not index.records(f"session:{first.session_id}")
    desk.delete(first.session_id)  # again: nothing happens
    with pytest.raises(RecordError, match="no conversation"):
        desk.open(first.session_id)


def test_a_name_given_while_it_goes_on_is_kept(desk: SessionDesk) -> None:
    session = desk.append(desk.new("How?"), "How?")
    desk.rename(session.session_id, "  March meeting ")
    session = desk.append(session, "And why?")
    assert session.name == "March meeting"
    with pytest.raises(RecordError, match="needs a name"):
        desk.rename(session.session_id, " ")


def test_a_turn_of_another_version_keeps_its_question(desk: SessionDesk, index: Index) -> None:
    session = desk.append(desk.new("How?"), "How?", answer=an_answer("How?"))
    kind = f"session:{session.session_id}"
    body = index.records(kind)["00001"]
    index.put_record(kind, "00001", {**body, "answer": {"shape": "unknown"}})
    _, (turn,) = desk.open(session.session_id)
    assert turn.question == "How?"
    assert "another version" in turn.note


def test_export_writes_markdown_or_json_and_never_over_a_file(
    desk: SessionDesk, tmp_path: Path
) -> None:
    session = desk.append(desk.new("How?"), "How?", answer=an_answer("How?"))
    desk.append(session, "And why?", note="Cancelled.")
    text = desk.export(session.session_id, tmp_path / "talk.md").read_text(encoding="utf-8")
    assert text.startswith("# How?")
    assert "Not answerable from this corpus" in text
    assert "Cancelled." in text
    body = json.loads(
        desk.export(session.session_id, tmp_path / "talk.json").read_text(encoding="utf-8")
    )
    assert [turn["question"] for turn in body["turns"]] == ["How?", "And why?"]
    with pytest.raises(ExportError, match="is there already"):
        desk.export(session.session_id, tmp_path / "talk.md")
    assert desk.export(session.session_id, tmp_path / "talk.md", force=True)
    with pytest.raises(ExportError, match="There is no folder"):
        desk.export(session.session_id, tmp_path / "no" / "folder.md")


@pytest.mark.parametrize(
    ("question", "name"),
    [("How?", "How?"), ("  a\n b ", "a b"), ("word " * 30, "word " * 11 + "word…")],
)
def test_the_first_question_names_it(question: str, name: str) -> None:
    assert name_after(question) == name


def test_markdown_names_every_row() -> None:
    assert "Searched 2026-11-23: 3 documents" in answer_markdown(an_answer("How?"))
