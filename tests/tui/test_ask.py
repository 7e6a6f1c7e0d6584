"""The Ask screen: a question, its stages, its citations, its strip; what cancels, what is dropped, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import OptionList, Static

from kmassist.cli.chat import plain_lines
from kmassist.cli.render import SAY_WHICH
from kmassist.documents.document import SourceType
from kmassist.events import Answered
from kmassist.settings.model import Settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.messages import TurnEvent
from kmassist.tui.screens.ask import UNFOLDED, AskScreen
from kmassist.tui.screens.cell import CellScreen
from kmassist.tui.screens.document import DocumentScreen
from kmassist.tui.screens.passage import PassageScreen
from kmassist.tui.widgets.claim import ClaimView
from kmassist.tui.widgets.question_input import QuestionInput
from kmassist.tui.widgets.strip import CoverageStrip
from kmassist.tui.widgets.turn import Folded, answer_widgets
from tests.tui.conftest import DOCUMENTS
from tests.tui.driving import QUESTION, TODAY, ask, hold, ready, settle, shown, until, write


async def test_typing_works_before_the_library_is_open(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        assert isinstance(filled_app.screen, AskScreen)
        assert filled_app.loading  # the status line says what loads
        await write(pilot, "triage?")
        assert filled_app.screen.query_one(QuestionInput).value == "triage?"
        await pilot.press("enter")  # waits for the model and is answered
        await until(pilot, lambda: filled_app.latest_answer is not None)
        assert filled_app.loading == ""


async def test_keys_typed_before_the_first_paint_wait_for_the_question_field(
    filled_app: KmassistApp,
) -> None:
    for character in "triage?":
        filled_app._typed_early.append(Key(character, character))
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: filled_app.screen.query_one(QuestionInput).value == "triage?")


async def test_two_lines_typed_before_the_first_paint_are_two_questions(
    filled_app: KmassistApp,
) -> None:
    for line in ("triage?", "birth?"):
        filled_app._typed_early += [Key(character, character) for character in line]
        filled_app._typed_early.append(Key("ctrl+j", None))
    async with filled_app.run_test(size=(100, 30)) as pilot:
        screen = filled_app.screen
        assert isinstance(screen, AskScreen)
        await until(pilot, lambda: len(screen.turns) == 2)
        assert [turn.question for turn in screen.turns] == ["triage?", "birth?"]
        assert screen.query_one(QuestionInput).value == ""


async def test_an_answer_quotes_its_sources_and_names_what_is_missing(
    filled_app: KmassistApp,
) -> None:
    async with filled_app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        screen = await ask(pilot)
        text = shown(screen.turns[0])
        assert "Standard triage raised the share of women who attend unscheduled" in text
        assert "[1]" in text
        assert "Published research" in text
        assert "searched 2026-11-23" in text
        assert text.index("In short") < text.index("Published research (2 sources)")
        assert "Published research (2 sources): Quoted above." in text
        assert "Missing" in text
        assert "Service evaluation or pilot" in text
        coverage = screen.query_one(CoverageStrip).coverage
        assert coverage is not None
        assert len(coverage.cells) == 8
        assert screen.query_one(CoverageStrip).option_count == 8


async def test_a_citation_opens_in_its_context(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await ask(pilot)
        await pilot.press("tab")
        claim = filled_app.focused
        assert isinstance(claim, ClaimView)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(filled_app.screen, PassageScreen)
        assert claim.claim.text in shown(filled_app.screen)
        first = filled_app.screen.citation
        await pilot.press("right")
        await settle(pilot)
        assert filled_app.screen.citation is not first
        await pilot.press("d")
        await settle(pilot)
        assert isinstance(filled_app.screen, DocumentScreen)
        await pilot.press("w")
        await settle(pilot)
        assert filled_app.screen.query_one("#also", OptionList).option_count > 0
        await pilot.press("escape", "escape")
        await settle(pilot)
        assert isinstance(filled_app.screen, AskScreen)
        assert not filled_app.faults


async def test_a_click_opens_a_citation(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        screen = await ask(pilot)
        await pilot.click(screen.query(ClaimView).first())
        await settle(pilot)
        assert isinstance(filled_app.screen, PassageScreen)


async def test_the_strip_shows_passages_or_the_gap_card(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        screen = await ask(pilot)
        assert not screen.query_one("#evidence").display
        await pilot.press("f9")  # one key away at 80 columns
        assert screen.query_one("#evidence").display
        kinds = list(SourceType)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(filled_app.screen, CellScreen)
        await until(pilot, lambda: filled_app.screen.query(ClaimView))
        for _ in range(kinds.index(SourceType.SVE)):
            await pilot.press("right")
            await settle(pilot)
        await until(pilot, lambda: "First step" in shown(filled_app.screen))
        text = shown(filled_app.screen)
        assert "- absent" in text
        assert "First step" in text
        assert text.count("No service evaluation or pilot source on this in the corpus") == 1
        await pilot.press("g")
        await settle(pilot)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert [gap.source_type for gap in (await filled_app.library.ready()).gaps.list()] == [
            SourceType.SVE
        ]
        await pilot.press("escape", "escape")
        assert screen.query_one(QuestionInput).has_focus
        assert not screen.query_one("#evidence").display


async def test_documents_to_check_beside_those_that_count_are_a_key_away(
    filled_app: KmassistApp,
) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        answer = (await ask(pilot)).latest_answer
        assert answer is not None
        held = (await filled_app.library.ready()).sources()
        row = next(row for row in answer.rows if row.claims)
        cell = answer.coverage.cell(row.source_type)
        near = next(d.doc_id for d in held if d.doc_id not in cell.held)
        beside = cell.model_copy(update={"to_check": (near,)})
        cells = tuple(beside if c is cell else c for c in answer.coverage.cells)
        coverage = answer.coverage.model_copy(update={"cells": cells})
        answer = answer.model_copy(update={"coverage": coverage})
        told = " ".join(str(w.render()) for w in answer_widgets(answer) if isinstance(w, Static))
        assert "then a or n" in told  # by keys here, by a command on the command line
        assert SAY_WHICH in plain_lines(answer)
        filled_app.push_screen(CellScreen(answer, row.source_type))
        await settle(pilot)
        assert filled_app.screen.query(ClaimView).first().has_focus
        await pilot.press("a")  # the first press leads to them, the next one tells
        listed = filled_app.screen.query_one("#to-check", OptionList)
        assert listed.has_focus
        assert listed.highlighted_option is not None
        assert listed.highlighted_option.id == near


async def test_the_arrow_brings_back_earlier_questions(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        screen = await ask(pilot, "triage?")
        await write(pilot, "half a th")
        field = screen.query_one(QuestionInput)
        await pilot.press("up")
        assert field.value == "triage?"
        await pilot.press("down")
        assert field.value == "half a th"


async def test_escape_cancels_and_late_events_are_dropped(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        screen = await ask(pilot, "triage?")
        answer = screen.latest_answer
        assert answer is not None
        gate = await hold(filled_app)
        screen.ask("What about twins?")
        await until(pilot, lambda: screen.running is not None)
        stale = screen._ticket
        await pilot.press("escape")
        assert screen.running is None
        gate.set()
        screen.post_message(TurnEvent(stale, Answered(answer)))
        await settle(pilot)
        assert len(screen.turns) == 2
        assert screen.turns[1].answer is None
        assert "Cancelled." in shown(screen.turns[1])
        kept = (await filled_app.library.ready()).sessions
        _, turns = kept.open(kept.list()[0].session_id)
        assert [turn.note for turn in turns] == ["", "Cancelled."]


async def test_a_second_question_stops_the_first(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        screen = filled_app.screen
        assert isinstance(screen, AskScreen)
        gate = await hold(filled_app)
        screen.ask("first?")
        await until(pilot, lambda: screen.running is not None)
        screen.ask("second triage?")
        gate.set()
        await until(pilot, lambda: len(screen.turns) == 2 and screen.turns[1].answer is not None)
        assert screen.turns[0].answer is None


async def test_every_turn_is_saved_and_reopened(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        screen = await ask(pilot)
        await ask(pilot, "and for twins?")
        answers = [view.answer for view in screen.turns]
        await pilot.press("ctrl+r")
        await settle(pilot)
        assert not screen.turns
        assert screen.query_one("#welcome").display
        await pilot.press("f7", "enter")
        await until(pilot, lambda: filled_app.screen is screen and len(screen.turns) == 2)
        await settle(pilot)
        assert [view.answer for view in screen.turns] == answers
        await ask(pilot, "and for interpreters?")
        kept = (await filled_app.library.ready()).sessions.list()
        assert [(session.turns, session.name) for session in kept] == [(3, QUESTION)]


async def test_an_empty_library_says_what_to_do(empty_app: KmassistApp) -> None:
    async with empty_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert "The library is empty. Begin here" in str(
            empty_app.screen.query_one("#starters-title", Static).content
        )
        screen = await ask(pilot, "triage?")
        assert screen.latest_answer is not None
        assert "Not answerable from this corpus" in shown(screen.turns[0])
        assert not empty_app.faults


async def test_starters_come_from_the_corpus(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        screen = filled_app.screen
        assert isinstance(screen, AskScreen)
        await until(pilot, lambda: screen.query_one("#starters", OptionList).option_count)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: screen.latest_answer is not None)
        assert "triage" in screen.turns[0].question


async def test_copying_keeps_a_file_for_terminals_that_refuse(filled_app: KmassistApp) -> None:
    from kmassist.tui.preferences import state_folder

    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await ask(pilot)
        await pilot.press("ctrl+y")
        await settle(pilot)
        whole = (state_folder() / "copied.txt").read_text(encoding="utf-8")
        assert filled_app.clipboard == whole
        assert "### In short" in whole
        assert "### Published research" in whole
        assert "- Service evaluation or pilot: absent" in whole
        await pilot.press("tab", "c")
        await settle(pilot)
        assert filled_app.clipboard.startswith("“")
        assert "[1] Kestrel et al. 2019" in filled_app.clipboard  # the sentence that stands closest


async def test_neighbouring_sentences_on_request(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        screen = await ask(pilot)
        views = [view for view in screen.query(ClaimView) if view.claim.after]
        assert views
        views[0].focus()
        await pilot.press("n")
        assert views[0].claim.after in str(views[0].content)


async def test_live_resize_moves_the_strip(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(160, 48)) as pilot:
        await ready(pilot)
        screen = await ask(pilot)
        assert screen.query_one("#evidence").display
        for size in ((80, 24), (200, 60), (99, 30), (100, 30)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert screen.query_one("#evidence").display == (size[0] >= 100), size
        assert not filled_app.faults


async def test_a_long_conversation_stays_quick_to_scroll(filled_app: KmassistApp) -> None:
    """Thirty turns: the oldest fold to their question and verdict, and open again with Enter."""
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        screen = await ask(pilot)
        answer = screen.latest_answer
        assert answer is not None
        kept = (await filled_app.library.ready()).sessions
        session = kept.new("Long")
        for _ in range(30):
            session = kept.append(session, QUESTION, answer=answer)
        filled_app.reopen_session(session.session_id)
        await until(pilot, lambda: len(screen.turns) == 30 and screen.turns[-1].answer)
        await settle(pilot)
        folded = [view for view in screen.turns if view.is_folded]
        assert len(folded) == 30 - UNFOLDED
        assert len(screen.query(ClaimView)) < 20 * UNFOLDED
        view = folded[-1]
        assert "Partly answered" in shown(view)
        await pilot.press("tab")
        fold = view.query_one(Folded)
        fold.focus()
        await pilot.press("enter")
        await settle(pilot)
        assert not view.is_folded
        assert view.query(ClaimView)


@pytest.mark.model
async def test_the_real_model_answers_from_the_terminal(
    tmp_path: Path, own_settings: Callable[[str], Settings]
) -> None:
    from kmassist.assistant import Assistant

    settings = own_settings("model")
    for name, text in DOCUMENTS.items():
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with Assistant.open(settings, create=True) as assistant:
        list(assistant.add([tmp_path / "files"]))
    app = KmassistApp(lambda: Assistant.open(settings), today=TODAY)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        screen = await ask(pilot, "What do women tell us about triage waits?")
        assert screen.latest_answer is not None
        assert "nobody said how long the triage wait would be" in shown(screen.turns[0])
        assert not app.faults
