"""Keeping abreast: questions that are followed, those that could not be answered, what is new and what is due."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kmassist.assistant import Assistant
from kmassist.assistant.due import NO_OWNER, by_owner
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.errors import RecordError
from kmassist.settings.model import load_settings
from kmassist.text import clock

WAITS = "Women said that the wait in triage was long and that nobody told them why."
BELLS = "The audit found that quokka bells in triage were answered within five minutes for 90% of women."
QUESTION = "What did women say about the wait in triage?"
BELL_QUESTION = "How fast are quokka bells answered in triage?"


@pytest.fixture
def clocked(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def to(day: str) -> None:
        at = dt.datetime.fromisoformat(f"{day}T10:00:00+00:00")
        monkeypatch.setattr(clock, "now", lambda: at)

    to("2026-01-05")
    return to


@pytest.fixture
def assistant(tmp_path: Path, clocked: Callable[[str], None]) -> Iterator[Assistant]:
    settings = load_settings({"library": str(tmp_path / "library"), "site.role": "audit lead"})
    with Assistant.open(settings, create=True, embedder=HashingEmbedder()) as found:
        yield found


def write(folder: Path, name: str, front: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{front}\n---\n\n{text}\n", encoding="utf-8")
    return path


def add(assistant: Assistant, *paths: Path) -> None:
    list(assistant.add(paths))


@pytest.fixture
def talks(assistant: Assistant, tmp_path: Path) -> Path:
    path = write(
        tmp_path / "in",
        "ppi/talks.md",
        "title: Talks about triage\nsource_type: PPI\nevidence_date: 2025-06\ntopics: [TRI]",
        WAITS,
    )
    add(assistant, path)
    return path


def bells(folder: Path) -> Path:
    front = "title: Bells in triage\nsource_type: AUD\nevidence_date: 2026-01\ntopics: [TRI]"
    return write(folder, "audit/bells.md", front, BELLS)


def test_a_followed_question_that_turns_is_told_once(
    assistant: Any, talks: Any, tmp_path: Path, clocked: Any
) -> None:
    followed, before = assistant.follow.follow(BELL_QUESTION, by_role="matron")
    assert before.verdict == "not answerable from this corpus"
    assert assistant.follow.follow(BELL_QUESTION.lower())[0] == followed
    clocked("2026-02-01")
    add(assistant, bells(tmp_path / "in"))
    (turn,) = assistant.follow.untold()
    assert turn.on == "2026-02-01"
    assert any("quokka bells" in sentence for sentence in turn.says)
    assert any(line.action == "followed question turned" for line in assistant.trail())
    assert list(assistant.follow.tell()) == [turn]
    assert (assistant.follow.tell(), assistant.follow.untold()) == ([], [])
    assert len(assistant.follow.list()[0][1].turns) == 1
    list(assistant.follow.ask_again())
    assert assistant.follow.untold() == []


def test_nothing_is_asked_again_while_corpus_and_day_are_the_same(
    assistant: Any, talks: Any, monkeypatch: pytest.MonkeyPatch, clocked: Any
) -> None:
    assistant.follow.follow(QUESTION)
    monkeypatch.setattr(type(assistant), "answer", lambda *_, **__: pytest.fail("asked"))
    list(assistant.follow.ask_again())
    clocked("2026-01-06")
    with pytest.raises(pytest.fail.Exception):
        list(assistant.follow.ask_again())


def test_what_looks_like_a_person_is_neither_followed_nor_kept(assistant: Any, talks: Any) -> None:
    about_one = "Should my patient in bed 4, NHS number 999 123 4560, wait for a quokka bell?"
    with pytest.raises(RecordError):
        assistant.follow.follow(about_one)
    for question in (about_one, "Was Mrs Edna Quillfeather of SW1A 1AA seen by the quokka team?"):
        assert assistant.follow.note(assistant.answer(question)) is None
    assert assistant.follow.unanswered() == []


def test_a_question_that_could_not_be_answered_is_kept_and_reopens(
    assistant: Any, talks: Any, tmp_path: Path, clocked: Any
) -> None:
    answer = assistant.answer(BELL_QUESTION)
    assert assistant.follow.unanswered() == []  # asking alone keeps nothing
    assistant.follow.note(answer)
    assistant.follow.note(answer)
    assistant.follow.note(assistant.answer("How many wombats work in theatre?"))
    groups = assistant.follow.unanswered()
    assert [(g.times, len(g.questions)) for g in groups] == [(2, 1), (1, 1)]
    out = tmp_path / "unanswered.json"
    assistant.follow.export(out)
    assert BELL_QUESTION in json.dumps(json.loads(out.read_text(encoding="utf-8")))
    assistant.follow.export(out.with_suffix(".csv"))
    assert "wombats" in out.with_suffix(".csv").read_text(encoding="utf-8")
    clocked("2026-02-01")
    add(assistant, bells(tmp_path / "in"))
    (turn,) = assistant.follow.tell()
    assert (turn.was_unanswered, turn.question) == (True, BELL_QUESTION)
    assert [q.question for g in assistant.follow.unanswered() for q in g.questions] == [
        "How many wombats work in theatre?"
    ]


def test_a_question_of_a_part_of_the_corpus_is_not_kept(assistant: Any, talks: Any) -> None:
    from kmassist.documents.document import SourceType
    from kmassist.index import Filter

    add_filter = Filter(source_types=frozenset({SourceType.AUD}))
    assert assistant.follow.note(assistant.answer(BELL_QUESTION, where=add_filter)) is None


def test_news_since_a_visit_a_day_and_a_brief(
    assistant: Any, talks: Any, tmp_path: Path, clocked: Any
) -> None:
    brief_id = assistant.briefs.save(assistant.briefs.compose(QUESTION, "clinical"))
    gap = assistant.gaps.add(
        title="Quokka bells answered in triage", topic="TRI", source_type="AUD"
    )
    closed = assistant.gaps.add(title="What women say")
    talks_id = assistant.sources()[0].doc_id
    assistant.gaps.close(closed.gap_id, doc_id=talks_id)
    first = assistant.news.since()
    assert [(s.title, s.change) for s in first.sources] == [("Talks about triage", "new")]
    assistant.news.visited()
    clocked("2026-02-01")
    assert assistant.news.since().is_empty
    assistant.follow.follow(BELL_QUESTION)
    add(assistant, bells(tmp_path / "in"))
    news = assistant.news.since()
    assert [(s.title, s.change, s.topics) for s in news.sources] == [
        ("Bells in triage", "new", ("TRI",))
    ]
    assert [t.question for t in news.turns] == [BELL_QUESTION]
    assert [(g.gap_id, g.may_reopen) for g in news.gaps] == [(gap.gap_id, False)]
    assert news.by_kind()[0][1][0][0] == "TRI"
    (touched,) = news.briefs
    assert brief_id.startswith(touched.brief_id)
    assert any("quokka" in change for change in touched.changes)
    assert assistant.news.since(brief_id).sources == news.sources
    assert len(assistant.news.since("2026").sources) == 2
    assert len(assistant.news.since("2026-02-01").sources) == 1
    with pytest.raises(RecordError):
        assistant.news.since("yesterday")
    clocked("2026-03-01")
    assistant.forget(talks_id)
    later = assistant.news.since("2026-03-01")
    assert (later.forgotten, [(g.gap_id, g.may_reopen) for g in later.gaps]) == (
        1,
        [(closed.gap_id, True)],
    )


def test_visits_are_of_a_role(assistant: Any, talks: Any, clocked: Any) -> None:
    assistant.news.visited()
    clocked("2026-01-07")
    assert assistant.news.since().is_empty
    assistant.index.actor = "librarian"
    assert len(assistant.news.since().sources) == 1


def test_what_is_due_by_owner(assistant: Any, tmp_path: Path, clocked: Any) -> None:
    clocked("2026-11-01")
    folder = tmp_path / "in"
    write(
        folder,
        "guideline/g.md",
        "title: Triage guideline\nsource_type: GDL\npublished: 2024-01\nreview_by: 2026-06\ntopics: [TRI]",
        "Triage within 15 minutes.",
    )
    write(
        folder,
        "guideline/new.md",
        "title: Feeding guideline\nsource_type: GDL\npublished: 2026-01\nreview_by: 2028-06",
        "Feed on demand.",
    )
    write(
        folder,
        "audit/a.md",
        "title: Bells audit\nsource_type: AUD\nevidence_date: 2025-06\naudit: [{criterion: Bells, numerator: 20, denominator: 60, re_audit_due: 2026-10, owner_role: audit lead}]",
        BELLS,
    )
    write(
        folder,
        "ppi/p.md",
        "title: Old talks\nsource_type: PPI\nevidence_date: 2020-01",
        "Parents spoke of parking.",
    )
    add(assistant, folder)
    assistant.gaps.set_role(stage=5, role="consultant midwife", topic="TRI")
    assistant.gaps.add(title="Night waits", owner_role="audit lead", due="2026-10-30")
    assistant.gaps.add(title="Later", due="2026-11-20")
    items = assistant.news.due()
    assert [(i.what, i.owner, i.days_late) for i in items] == [
        ("Old talks", NO_OWNER, items[0].days_late),
        ("Triage guideline", "consultant midwife", 124),
        ("Night waits", "audit lead", 2),
        ("Bells audit", "audit lead", 1),
    ]
    assert [owner for owner, _ in by_owner(items)] == ["audit lead", "consultant midwife", NO_OWNER]
    assert [i.what for i in assistant.news.due(within=30)][-1] == "Later"
    assert [i.what for i in assistant.news.due(owner="audit")] == ["Night waits", "Bells audit"]
    assistant.news.export_due(tmp_path / "due.md", items)
    assert "Triage guideline" in (tmp_path / "due.md").read_text(encoding="utf-8")


def test_results_of_running_studies_are_due_until_they_are_held(
    assistant: Any, tmp_path: Path, clocked: Any
) -> None:
    clocked("2026-11-01")
    folder = tmp_path / "in"
    registered = "source_type: PUB\ndesign: P\nresult_expected: "
    for name, said in (
        ("ringlet", f"title: Ringlet trial\nregistration: ISRCTN111\n{registered}2026-09"),
        ("skipper", f"title: Skipper trial\nregistration: ISRCTN222\n{registered}2027-03"),
    ):
        write(folder, f"published/{name}.md", said, f"Women will be asked about {name} bells.")
    add(assistant, folder)
    assistant.gaps.log_search(
        question="Do bells shorten waits?", databases="MEDLINE", strategy="bells", by_role="librarian",
        ongoing="Grayling trial of bells", result_expected="2026-10",
    )  # fmt: skip
    assert [(i.kind, i.what, i.due, i.owner) for i in assistant.news.due()] == [
        ("Results of a running study", "Ringlet trial", "2026-09-30", NO_OWNER),
        ("Results of a running study", "Grayling trial of bells", "2026-10-31", "librarian"),
    ]
    assert [i.what for i in assistant.news.due(within=200)][-1] == "Skipper trial"
    results = "title: Bells in triage\nsource_type: PUB\ndesign: 1b\nregistration: ISRCTN111"
    write(folder, "published/results.md", results, "Bells shortened waits for 40 of 80 women.")
    add(assistant, folder)
    assert [i.what for i in assistant.news.due()] == ["Grayling trial of bells"]


def test_a_followed_answer_turns_when_its_source_is_forgotten_and_keeps_no_word_of_it(
    assistant: Any, talks: Any, tmp_path: Path
) -> None:
    add(assistant, bells(tmp_path / "in"))
    assistant.follow.follow(BELL_QUESTION)
    assistant.forget("bells.md")
    list(assistant.follow.ask_again())
    (turn,) = assistant.follow.tell()
    assert "[forgotten]" in " ".join(turn.says)
    for kind in assistant.index.record_kinds():
        assert "answered within five minutes" not in json.dumps(assistant.index.records(kind))


def test_the_command_line_tells_a_turn_once(kmassist: Any, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder, "ppi/talks.md", "title: Talks\nsource_type: PPI\nevidence_date: 2025-06", WAITS)
    assert kmassist("sync", "--yes", str(folder)).code == 0
    asked = kmassist("ask", BELL_QUESTION)
    assert "quokka" in kmassist("unanswered").out, asked.out
    assert "Following question 1" in kmassist("follow", BELL_QUESTION).out
    bells(folder)
    waiting = kmassist("sync", str(folder))
    assert (waiting.code, "audit/bells.md" in waiting.out) == (4, True)
    done = kmassist("sync", "--json", str(folder), "--yes").json
    assert (done["done"]["added"], len(done["turned"])) == (1, 2)
    assert kmassist("sync", "--json", "--yes").json["turned"] == []
    assert kmassist("follow", "--json").json[0]["turns"][0]["is_told"]
    news = kmassist("new", "--json", "--since", "2020").json
    assert len(news["sources"]) == 2
    assert "Nothing is new" in kmassist("new").out or kmassist("new").out
    assert kmassist("due").code in (0, 4)
    shown = kmassist("sources", "show", "bells.md").out
    assert "Compared with its file" in shown
