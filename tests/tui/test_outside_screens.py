"""Strategies, screening, sets, feedback, notes, hand-overs and the action plan, with the keys a person has."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input, OptionList

from kmassist.documents.source_types import SourceType
from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.assess import AssessScreen
from kmassist.tui.screens.confirm import ConfirmScreen, PromptScreen
from kmassist.tui.screens.corpus import CorpusScreen
from kmassist.tui.screens.document import DocumentScreen
from kmassist.tui.screens.form import FormScreen
from kmassist.tui.screens.hand_over import HandOverScreen
from kmassist.tui.screens.plan import PlanScreen
from kmassist.tui.screens.screening import ScreeningScreen
from kmassist.tui.screens.searches import SearchesScreen
from kmassist.tui.screens.sets import SetsScreen
from kmassist.tui.screens.strategy import StrategyScreen
from kmassist.tui.widgets.claim import ClaimView
from kmassist.tui.widgets.key_line import KeyLine
from kmassist.tui.widgets.sheet import Sheet
from kmassist.tui.widgets.status_line import StatusLine
from tests.tui.driving import QUESTION, ask, ready, settle, shown, until

RECORD = "TY  - JOUR\nTI  - {0}\nAU  - {1}, A\nPY  - 2024\nAB  - {2}\nER  - \n"
RIS = "".join(
    RECORD.format(*row)
    for row in (
        ("Midwives in maternity triage: a trial", "Coot", "Triage by midwives shortened waits."),
        ("Triage of cattle in veterinary practice", "Bull", "Cows were triaged."),
        ("Triage of sheep in veterinary practice", "Lamb", "Sheep were triaged."),
    )
)


def fill(app: KmassistApp, **values: str) -> None:
    form = app.screen
    assert isinstance(form, FormScreen)
    for name, value in values.items():
        form.query_one(f"#{name}", Input).value = value


async def test_a_strategy_is_drawn_up_stepped_through_and_saved(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    app = filled_app
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f5")
        await settle(pilot)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, SearchesScreen))
        assert "No search is logged yet" in shown(app.screen) or app.screen.query_one(OptionList)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        app.screen.query_one("#field", Input).value = "Does telephone triage reduce waiting times?"
        await pilot.press("enter")
        await until(pilot, lambda: "MEDLINE (Ovid)" in shown(app.screen))
        assert isinstance(app.screen, StrategyScreen)
        assert "(telephon* adj3 triag*)" in shown(app.screen)
        await pilot.press("right")
        assert '"telephone triage"[tiab:~3]' in shown(app.screen)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        path = tmp_path / "strategy.md"
        app.screen.query_one("#field", Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, path.exists)
        assert "## CINAHL (EBSCO)" in path.read_text(encoding="utf-8")
        assert not app.faults


async def test_results_are_screened_with_keys_and_what_is_included_is_added(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    app, path = filled_app, tmp_path / "medline.ris"
    path.write_text(RIS, encoding="utf-8")
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        before = len((await app.library.ready()).sources())
        await pilot.press("f5")
        await settle(pilot)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, SearchesScreen))
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        fill(app, paths=str(path), databases="MEDLINE", question=QUESTION)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ScreeningScreen))
        await settle(pilot)
        assert "Triage by midwives shortened waits." in shown(app.screen)
        assert {"i", "e"} <= set(app.screen.query_one(KeyLine).shown)
        await pilot.press("i")
        await until(pilot, lambda: "Cows were triaged." in shown(app.screen))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        app.screen.query_one("#field", Input).value = "not people"
        await pilot.press("enter")
        await until(pilot, lambda: "Sheep were triaged." in shown(app.screen))
        assert "1 not people" in shown(app.screen)
        await pilot.press("1")
        await until(pilot, lambda: "Records screened (n = 3)" in shown(app.screen))
        assert "     not people (n = 2)" in shown(app.screen)
        await pilot.press("u")
        await until(pilot, lambda: "1 to screen" in shown(app.screen))
        await pilot.press("space")
        await pilot.press("1")
        await until(pilot, lambda: "0 to screen" in shown(app.screen))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        fill(app, by_role="librarian")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "finished" in shown(app.screen))
        assistant = await app.library.ready()
        assert len(assistant.sources()) == before + 1
        assert [s.by_role for s in assistant.gaps.searches()][-1] == "librarian"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, SearchesScreen))
        assert not app.faults


async def test_a_set_is_made_used_everywhere_and_left(filled_app: KmassistApp) -> None:
    app = filled_app
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await pilot.press("f3")
        await settle(pilot)
        everything = app.screen.query_one(Sheet).shown
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, SetsScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        fill(app, name="guidance", source_types="GDL")
        await pilot.press("ctrl+s")
        await until(
            pilot,
            lambda: (
                isinstance(app.screen, SetsScreen)
                and app.screen.query_one(OptionList).option_count == 2
            ),
        )
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, CorpusScreen))
        await settle(pilot)
        assert 0 < app.screen.query_one(Sheet).shown < everything
        assert "Only the set “guidance”" in str(app.screen.query_one(StatusLine).content)
        await pilot.press("f2")
        await settle(pilot)
        screen = await ask(pilot)
        answer = screen.latest_answer
        assert answer is not None
        assert any("narrowed to the set “guidance”" in note for note in answer.notes)
        assert {c.citation.source_type for c in answer.claims} <= {SourceType.GDL}
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, SetsScreen))
        await settle(pilot)
        await pilot.press("home", "enter")
        await settle(pilot)
        assert app.library.set_name == ""
        await pilot.press("f3")
        await settle(pilot)
        assert app.screen.query_one(Sheet).shown == everything
        await pilot.press("slash")
        app.screen.query_one("#find", Input).value = "set:guidance"
        await settle(pilot)
        assert 0 < app.screen.query_one(Sheet).shown < everything
        assert not app.faults


async def test_feedback_is_given_on_a_quotation_and_shown_again(filled_app: KmassistApp) -> None:
    app = filled_app
    async with app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        screen = await ask(pilot)
        before = screen.latest_answer
        view = next(iter(screen.query(ClaimView)))
        view.focus()
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        fill(app, reason="another ward")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "You said: not relevant (another ward)" in str(view.content))
        screen = await ask(pilot)
        await until(
            pilot,
            lambda: any("another ward" in v.feedback for v in screen.turns[-1].query(ClaimView)),
        )
        assert before is not None
        assert screen.latest_answer is not None
        assert [c.citation.span for c in screen.latest_answer.claims] == [
            c.citation.span for c in before.claims
        ]
        assert not app.faults


async def test_a_note_stands_with_its_source_as_no_evidence(filled_app: KmassistApp) -> None:
    app = filled_app
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f3")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DocumentScreen))
        await settle(pilot)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        app.screen.query_one("#field", Input).value = "Ask the author for the data."
        await pilot.press("enter")
        await until(
            pilot, lambda: "Note, no evidence: Ask the author for the data." in shown(app.screen)
        )
        assert not app.faults


async def test_a_gap_is_handed_over(filled_app: KmassistApp) -> None:
    app = filled_app
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assistant = await app.library.ready()
        gap = assistant.gaps.add(title="No audit of night triage", owner_role="audit lead")
        await pilot.press("f5")
        await settle(pilot)
        await pilot.press("p")
        await settle(pilot)
        sheet = app.screen.query_one("#register", Sheet)
        sheet.filter_by("night")
        await settle(pilot)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(app.screen, HandOverScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        fill(app, to_role="matron", due="2020-01-01")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(assistant.plans.hand_overs(gap.gap_id)) == 1)
        await until(pilot, lambda: isinstance(app.screen, HandOverScreen))
        await settle(pilot)
        line = app.screen.query_one(OptionList).get_option_at_index(0)
        assert "! overdue since 2020-01-01" in str(line.prompt)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: assistant.gaps.get(gap.gap_id).owner_role == "matron")
        assert not app.faults


async def test_a_plan_is_made_from_a_closed_round(filled_app: KmassistApp) -> None:
    app = filled_app
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assistant = await app.library.ready()
        size = len(assistant.assessment.instrument().items)
        for _ in range(5):
            assistant.assessment.answer([3] * size, round_name="2026-05")
        assistant.assessment.close_round("2026-05")
        await pilot.press("f8")
        await settle(pilot)
        app.push_screen(AssessScreen())
        await until(pilot, lambda: isinstance(app.screen, AssessScreen))
        await settle(pilot)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PlanScreen))
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        fill(app, owner_role="matron", due="2020-02-01")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(assistant.plans.actions()) == 1)
        await until(pilot, lambda: isinstance(app.screen, PlanScreen))
        await settle(pilot)
        assert "! 1 overdue" in shown(app.screen)
        assert assistant.plans.actions()[0].owner_role == "matron"
        assert not app.faults
