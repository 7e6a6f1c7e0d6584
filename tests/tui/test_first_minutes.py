"""The first minutes: choose a library without leaving, know that the demonstration is fictional, take the tour, ask on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList, Static

from kmassist.tui import TO_DEMONSTRATION, TO_OWN_LIBRARY, welcome
from kmassist.tui.screens.help import HelpScreen
from kmassist.tui.screens.tour import STEPS, TourScreen
from kmassist.tui.widgets.claim import ClaimView
from kmassist.tui.widgets.key_line import KeyLine
from kmassist.tui.widgets.question_input import QuestionInput
from kmassist.tui.widgets.turn import Kind, NextQuestion
from tests.tui.driving import ask, ready, until


@pytest.fixture
def sample_app(filled_library: Any, filled_app: Any) -> Any:
    (filled_library.library / "sample-ready").touch()
    return filled_app


def offered(app: Any) -> list[str]:
    options = app.screen.query_one("#starters", OptionList)
    return [str(options.get_option_at_index(n).prompt) for n in range(options.option_count)]


async def choose(app: Any, pilot: Any, said: str) -> None:
    options = app.screen.query_one("#starters", OptionList)
    await until(pilot, lambda: said in offered(app))
    options.focus()
    options.highlighted = offered(app).index(said)
    await pilot.press("enter")
    await pilot.pause()


async def test_an_empty_library_offers_the_demonstration_and_ones_own_folder(
    empty_app: Any,
) -> None:
    async with empty_app.run_test() as pilot:
        await until(pilot, lambda: welcome.DEMONSTRATION in offered(empty_app))
        assert welcome.ADD in offered(empty_app)
        await choose(empty_app, pilot, welcome.DEMONSTRATION)
    assert empty_app.return_code == TO_DEMONSTRATION


async def test_the_demonstration_says_that_it_is_fictional_and_leads_back(sample_app: Any) -> None:
    async with sample_app.run_test() as pilot:
        await until(pilot, lambda: welcome.OWN in offered(sample_app))
        title = str(sample_app.screen.query_one("#starters-title", Static).render())
        assert "fictional" in title
        await choose(sample_app, pilot, welcome.OWN)
    assert sample_app.return_code == TO_OWN_LIBRARY


async def test_the_tour_has_six_steps_and_can_be_left(empty_app: Any) -> None:
    async with empty_app.run_test() as pilot:
        await choose(empty_app, pilot, welcome.TOUR)
        assert isinstance(empty_app.screen, TourScreen)
        await pilot.press("left", "enter", "enter", "left")
        assert empty_app.screen.number == 1
        await pilot.press("escape")
        assert not isinstance(empty_app.screen, TourScreen)
        await choose(empty_app, pilot, welcome.TOUR)
        await pilot.press(*["enter"] * (len(STEPS) - 1))
        keys = empty_app.screen.query_one(KeyLine)
        await until(pilot, lambda: "Enter Done" in keys.render().plain)
        await pilot.press("enter")
        assert not isinstance(empty_app.screen, TourScreen)


async def test_question_mark_helps_and_q_closes_then_leaves(empty_app: Any) -> None:
    async with empty_app.run_test() as pilot:
        await until(pilot, lambda: welcome.TOUR in offered(empty_app))
        empty_app.screen.query_one("#starters").focus()
        await pilot.press("question_mark")
        assert isinstance(empty_app.screen, HelpScreen)
        await pilot.press("q")
        assert not isinstance(empty_app.screen, HelpScreen)
        empty_app.screen.query_one(QuestionInput).focus()
        await pilot.press("q")
        assert empty_app.screen.query_one(QuestionInput).value == "q"  # a letter while typing
        await pilot.press("question_mark")
        assert empty_app.screen.query_one(QuestionInput).value == "q?"  # so is this
        await pilot.press("ctrl+u", "question_mark")
        assert isinstance(empty_app.screen, HelpScreen)  # no question begins with it


async def test_an_answer_begins_with_its_sentence_folds_the_rest_and_offers_what_to_ask(
    filled_app: Any,
) -> None:
    async with filled_app.run_test(size=(120, 40)) as pilot:
        screen = filled_app.screen
        await ready(pilot)
        answer = (await ask(pilot)).latest_answer
        assert answer is not None
        assert screen.query(ClaimView).first().claim == answer.closest[0]
        for kind in screen.query(Kind):
            kind.action_unfold()
        await pilot.pause()
        screen.query(NextQuestion).first().action_ask()
        await until(pilot, lambda: len(screen.turns) == 2)


@pytest.mark.parametrize(
    ("marked", "expected"), [("sample-ready", True), ("frailty-ready", True), ("km.db", False)]
)
def test_a_demonstration_is_known_by_its_mark(marked: str, expected: bool, tmp_path: Path) -> None:
    from kmassist.settings.file import is_demonstration

    (tmp_path / marked).touch()
    assert is_demonstration(tmp_path) is expected
