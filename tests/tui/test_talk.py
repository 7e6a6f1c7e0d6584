"""What is said beside questions: yes to a correction, thanks, summarise, compare."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from textual.widgets import OptionList

from kmassist.answers.model import Answer
from kmassist.cli.chat import chat
from kmassist.settings.model import Settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.add import AddScreen
from kmassist.tui.widgets.key_line import KeyLine
from kmassist.tui.widgets.question_input import QuestionInput
from tests.tui.conftest import open_on
from tests.tui.driving import QUESTION, TODAY, ask, ready, settle, shown, until


def with_slip(answer: Answer) -> Answer:
    """The answer to a question with a word that no source has and that is told with a suggestion."""
    asked = answer.question.replace("triage", "trijage")
    changes = {"question": asked, "resolved_question": asked, "unknown": {"trijage": "triage"}}
    return answer.model_copy(update=changes)


async def test_enter_in_an_empty_field_asks_with_the_word_that_may_be_meant(
    filled_app: KmassistApp,
) -> None:
    app = filled_app
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        screen = await ask(pilot, "How should we trijage women who attend unscheduled?")
        assert screen.latest_answer is not None
        assert screen.latest_answer.unknown == {"trijage": ""}  # nothing is like it
        await pilot.press("enter")
        await settle(pilot)
        assert len(screen.turns) == 1  # nothing to ask
        view = screen.turns[-1]
        await view.show_answer(
            with_slip(screen.latest_answer.model_copy(update={"question": QUESTION}))
        )
        app.screen.refresh_bindings()
        await settle(pilot)
        assert f"› {QUESTION}" in shown(view)
        line = app.screen.query_one(KeyLine)
        await until(pilot, lambda: "Enter Ask corrected" in line.render().plain)
        await pilot.press("x")
        await until(pilot, lambda: "Enter Ask corrected" not in line.render().plain)
        await pilot.press("backspace")
        await until(pilot, lambda: "Enter Ask corrected" in line.render().plain)
        await pilot.press("enter")
        await until(pilot, lambda: len(screen.turns) == 2 and screen.turns[-1].is_over)
        assert screen.turns[-1].question == QUESTION
        assert not screen.turns[-1].answer.corrected  # type: ignore[union-attr]
        await settle(pilot)
        assert screen.query_one(QuestionInput).has_focus
        assert not app.faults


async def test_talk_between_questions_is_answered_and_keeps_the_subject(
    filled_app: KmassistApp,
) -> None:
    async with filled_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        first = (await ask(pilot)).latest_answer
        assert first is not None
        screen = await ask(pilot, "thanks")
        assert shown(screen).count("Nothing to search for.") == 1
        assert screen.latest_answer == first
        answer = (await ask(pilot, "compare these")).turns[-1].answer
        assert answer is not None
        assert screen.latest_answer == first  # a brief is one of what was asked
        assert answer.coverage == first.coverage
        named = [claim.citation.doc_id for claim in answer.claims]
        assert sorted(named) == sorted({claim.citation.doc_id for claim in first.claims})
        assert answer.notes[0].startswith("Side by side")
        assert "Understood as" not in shown(filled_app.screen)
        assert "Not answerable" not in shown(screen)
        answer = (await ask(pilot, "and for twins?")).latest_answer
        assert answer is not None
        assert (
            answer.resolved_question
            == "How should we triage women who attend unscheduled; for twins?"
        )


async def test_a_command_typed_as_a_question_leads_to_the_place_and_to_its_question(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    app = filled_app
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        screen = await ask(pilot, f'kmassist brief "{QUESTION}" --for board')
        said = shown(screen.turns[-1])
        assert "Ctrl+B" in said
        assert "› Go to Briefs (F6)" in said
        assert screen.offered == QUESTION
        await pilot.press("enter")
        await until(pilot, lambda: len(screen.turns) == 2 and screen.turns[-1].is_over)
        assert screen.turns[-1].question == QUESTION
        mine = tmp_path / "mine"  # beside it lies the library, which takes long to look through
        mine.mkdir()
        (mine / "audit.txt").write_text("We saw 40 women.")
        screen = await ask(pilot, f"add {mine}")
        await pilot.press("tab")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AddScreen))
        await until(pilot, lambda: "1 file. Press Add to store." in shown(app.screen))
        row = app.screen.query_one("#preview-list", OptionList).get_option_at_index(0)
        assert "audit" in str(row.prompt)
        await pilot.press("escape")
        assert app.current_mode == "corpus"
        assert not app.faults


def test_the_short_form_is_the_best_sentence_of_each_kind(filled_library: Settings) -> None:
    with open_on(filled_library) as assistant:
        first = assistant.answer(QUESTION, today=TODAY)
        short = assistant.answer("yes please summarise", previous=first, today=TODAY)
        kinds = [claim.citation.source_type for claim in short.claims]
        assert len(kinds) == len(set(kinds)) > 2
        assert short.references == first.references
        alone = assistant.answer("compare", today=TODAY)
        assert not alone.claims
        assert alone.notes[0].startswith("Name what is to be compared")
        both = "compare the Kestrel trial of triage with the Plover trial of telephone triage"
        sides = assistant.answer(both, today=TODAY).notes
        assert [note.split()[0] for note in sides] == ["the", "Kestrel", "the", "Plover"]


def test_the_plain_conversation_asks_and_takes_a_yes(
    filled_library: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_on(filled_library) as assistant:
        slipped = with_slip(assistant.answer(QUESTION, today=TODAY))
        real = assistant.answer
        asked: list[str] = []

        def answer(question: str, **options: object) -> Answer:
            asked.append(question)
            return slipped if len(asked) == 1 else real(question, **options)

        monkeypatch.setattr(assistant, "answer", answer)
        monkeypatch.setattr("sys.stdin", io.StringIO("a question\n:yes\n:yes\n:quit\n"))
        assert chat(assistant, plain=True) == 0
    assert "NO_COLOR" not in os.environ  # what comes after is not robbed of its colour
    said = capsys.readouterr().out
    assert f"Did you mean: {QUESTION} (:yes asks that)" in said
    assert asked == ["a question", QUESTION]
    assert said.count("Did you mean") == 1
