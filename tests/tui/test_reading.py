"""How a question was read, shown with its answer and changed there."""

from __future__ import annotations

from textual.pilot import Pilot

from kmassist.answers.model import Chosen
from kmassist.answers.presentation import answer_markdown
from kmassist.question.types import QuestionType
from kmassist.tui.app import KmassistApp
from kmassist.tui.widgets.claim import ClaimView
from kmassist.tui.widgets.question_input import QuestionInput
from kmassist.tui.widgets.reading import ReadingView
from tests.tui.driving import ask, hold, ready, settle, shown, until


async def test_a_follow_up_keeps_its_subject_and_shows_it(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await ask(pilot)
        screen = await ask(pilot, "and for twins?")
        answer = screen.latest_answer
        assert answer is not None
        assert answer.resolved_question.startswith(
            "How should we triage women who attend unscheduled"
        )
        assert f"Understood as: {answer.resolved_question}" in shown(screen.turns[1])


async def press_chip(pilot: Pilot[None], view: ReadingView, code: str) -> None:
    """Walk to a part of the reading with the arrows and switch it."""
    for _ in view.chips:
        if view.cursor.code == code:
            break
        await pilot.press("right")
    assert view.cursor.code == code
    await pilot.press("space")


async def test_each_part_of_the_reading_is_switched_in_the_answer(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        screen = await ask(pilot, "Does triage reduce waits for women with PROM?")
        before = screen.latest_answer
        assert before is not None
        assert before.changes == ()
        await pilot.press("ctrl+o")
        await settle(pilot)
        view = screen.turns[0].reading
        assert view is not None
        assert view.has_focus
        assert "PROM means" in str(view.content)
        [sense, other] = [chip for chip in view.chips if chip.kind == "sense"]
        wanted = other if sense.is_on else sense
        await press_chip(pilot, view, wanted.code)
        await until(pilot, lambda: screen.latest_answer is not before and screen.running is None)
        answer = screen.latest_answer
        assert answer is not None
        assert answer.senses["PROM"] == wanted.code
        assert answer.chosen.senses == {"PROM": wanted.code}
        assert len(screen.turns) == 1
        view = screen.turns[0].reading
        assert view is not None
        assert view.has_focus  # so that the next part can be switched at once
        assert (view.cursor.code, view.cursor.is_on) == (wanted.code, True)

        form = next(chip for chip in view.chips if chip.kind == "form")
        await press_chip(pilot, view, form.code)
        await until(
            pilot,
            lambda: (
                form.code in (screen.latest_answer or before).chosen.without
                and screen.running is None
            ),
        )
        answer = screen.latest_answer
        assert answer is not None
        assert form.code in answer.left_out[form.of]
        assert answer.chosen.senses == {"PROM": wanted.code}  # what was chosen before stays
        view = screen.turns[0].reading
        assert view is not None
        await pilot.press("space")  # and on again
        await until(
            pilot,
            lambda: not (screen.latest_answer or before).chosen.without and screen.running is None,
        )

        view = screen.turns[0].reading
        assert view is not None
        await press_chip(pilot, view, "types")
        assert len([chip for chip in view.chips if chip.kind == "type"]) == len(QuestionType)
        await press_chip(pilot, view, "T6")
        await until(
            pilot, lambda: "T6" in (screen.latest_answer or before).types and screen.running is None
        )
        await settle(pilot)
        answer = screen.latest_answer
        assert answer is not None
        assert answer.types == answer.chosen.types
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(screen.focused, QuestionInput)
        view = screen.turns[0].reading
        assert view is not None
        assert str(view.content).startswith("Changed by you: read as ")
        assert view.size.height == 1

        [session] = (await filled_app.library.ready()).sessions.list()
        _, [turn] = (await filled_app.library.ready()).sessions.open(session.session_id)
        assert turn.answer == answer  # what was changed is kept with the conversation
        assert f"Changed by the reader: {'; '.join(answer.changes)}." in answer_markdown(answer)


async def test_the_last_kind_of_a_question_stays(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40), notifications=True) as pilot:
        await ready(pilot)
        screen = await ask(pilot, "Does triage reduce waits?")
        before = screen.latest_answer
        assert before is not None
        await pilot.press("ctrl+o")
        await settle(pilot)
        view = screen.turns[0].reading
        assert view is not None
        for code in before.types[:-1]:
            await press_chip(pilot, view, code)
            await settle(pilot)
        await press_chip(pilot, view, before.types[-1])
        await settle(pilot)
        assert any("at least one kind" in n.message for n in filled_app._notifications)


async def test_the_mouse_unfolds_the_reading_and_switches_a_part(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        screen = await ask(pilot, "Does triage reduce waits for women with PROM?")
        view = screen.turns[0].reading
        assert view is not None
        await pilot.click(view, offset=(12, 0))
        await settle(pilot)
        assert view.has_focus
        assert screen.latest_answer is not None
        assert not screen.latest_answer.changes
        lines = [view.render_line(y).text for y in range(view.size.height)]
        wanted = next(chip for chip in view.chips if chip.kind == "sense" and not chip.is_on)
        at = next(
            (y, line.index(wanted.code)) for y, line in enumerate(lines) if wanted.code in line
        )
        await pilot.click(view, offset=(at[1] + view.gutter.left + 1, at[0]))
        await until(
            pilot,
            lambda: (
                screen.running is None and screen.latest_answer and screen.latest_answer.changes
            ),
        )
        assert screen.latest_answer.senses["PROM"] == wanted.code


async def test_a_follow_up_keeps_what_was_chosen(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        screen = await ask(pilot, "Does triage reduce waits for women with PROM?")
        await pilot.press("ctrl+o")
        view = screen.turns[0].reading
        assert view is not None
        wanted = next(chip for chip in view.chips if chip.kind == "sense" and not chip.is_on)
        await press_chip(pilot, view, wanted.code)
        await until(
            pilot,
            lambda: (
                screen.running is None and screen.latest_answer and screen.latest_answer.changes
            ),
        )
        await ask(pilot, "and for twins?")
        answer = screen.latest_answer
        assert answer is not None
        assert answer.senses["PROM"] == wanted.code
        assert answer.chosen.senses == {"PROM": wanted.code}


async def test_cancelling_another_reading_leaves_the_answer(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        screen = await ask(pilot)
        before = screen.latest_answer
        gate = await hold(filled_app)
        screen.ask_again(screen.turns[0], Chosen(types=("T6",)))
        await until(pilot, lambda: screen.running is not None)
        await pilot.press("escape")
        assert screen.running is None
        assert screen.latest_answer is before
        assert "Cancelled." in shown(screen.turns[0])
        assert screen.turns[0].query(ClaimView)
        gate.set()
        await settle(pilot)
        assert screen.latest_answer is before
