"""Sharing a brief with another service, taking one in, and the scale-up check, as a person does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kmassist.settings.model import Settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.brief import BriefScreen
from kmassist.tui.screens.confirm import ConfirmScreen, PromptScreen
from kmassist.tui.screens.document import DocumentScreen
from kmassist.tui.screens.form import FormScreen
from kmassist.tui.screens.passage import PassageScreen
from kmassist.tui.screens.scale import ScaleScreen
from kmassist.tui.screens.shared import BundleScreen, SharedScreen
from kmassist.tui.widgets.claim import ClaimView
from kmassist.tui.widgets.key_line import KeyLine
from tests.tui.conftest import open_on
from tests.tui.driving import QUESTION, TODAY, ask, ready, settle, shown, until


async def write_bundle(app: KmassistApp, path: Path, context: str) -> None:
    """From the list of briefs to a file, with the keys that the line of keys offers."""
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assistant = await app.library.ready()
        assistant.briefs.save(assistant.briefs.compose(QUESTION, "research"))
        await pilot.press("f6")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BriefScreen))
        await settle(pilot)
        assert {"s", "u"} <= set(app.screen.query_one(KeyLine).shown)
        await pilot.press("s")
        await settle(pilot)
        form = app.screen
        assert isinstance(form, FormScreen)
        form.query_one("#service").value = "Ashcombe"  # type: ignore[attr-defined]
        form.query_one("#context").value = context  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, BundleScreen))
        text = shown(app.screen)
        assert "Nothing has left yet" in text
        assert "staffing: one midwife" in text
        assert "From Ashcombe" in text
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        app.screen.query_one("#field").value = str(path)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, path.exists)
        await settle(pilot)
        assert not app.faults


async def test_a_brief_travels_to_another_service(
    filled_app: KmassistApp, own_settings: Callable[[str], Settings], tmp_path: Path
) -> None:
    bundle = tmp_path / "triage.zip"
    await write_bundle(
        filled_app, bundle, "staffing: one midwife [bold]from 16:00[/]; size: 3,100 births"
    )
    settings = own_settings("elsewhere")
    other = KmassistApp(lambda: open_on(settings), today=TODAY)
    async with other.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await pilot.press("f6")
        await settle(pilot)
        await pilot.press("b")
        await settle(pilot)
        assert isinstance(other.screen, SharedScreen)
        await pilot.press("i")
        await settle(pilot)
        other.screen.query_one("#field").value = str(bundle)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(other.screen, BundleScreen))
        assert "Nothing is taken in yet" in shown(other.screen)
        assert (await other.library.ready()).status().documents == 0
        await pilot.press("enter")
        await until(pilot, lambda: bool(other.library.opened.sharing.received()))
        await settle(pilot)
        assert isinstance(other.screen, SharedScreen)
        assert (await other.library.ready()).status().documents > 0
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(other.screen, BundleScreen))
        assert "[bold]from 16:00[/]" in shown(other.screen)
        assert "enter" not in other.screen.query_one(KeyLine).shown  # it is in already
        assert not other.faults


async def test_what_is_no_bundle_is_said_and_nothing_taken_in(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    path = tmp_path / "note.zip"
    path.write_text("not a zip", encoding="utf-8")
    async with filled_app.run_test(size=(100, 30), notifications=True) as pilot:
        await ready(pilot)
        await pilot.press("f6", "b")
        await settle(pilot)
        await pilot.press("i")
        await settle(pilot)
        filled_app.screen.query_one("#field").value = str(path)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: filled_app.faults)
        assert isinstance(filled_app.screen, SharedScreen)
        assert not filled_app.library.opened.sharing.received()


async def test_a_bundle_with_what_looks_like_personal_data_asks_first(
    filled_app: KmassistApp, own_settings: Callable[[str], Settings], tmp_path: Path
) -> None:
    bundle = tmp_path / "triage.zip"
    await write_bundle(filled_app, bundle, "staffing: one midwife")
    settings = own_settings("elsewhere")
    other = KmassistApp(lambda: open_on(settings), today=TODAY)
    async with other.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        desk = (await other.library.ready()).sharing
        screened = desk._screened
        asked: list[str] = []

        def strict(document: object, consent: str) -> object:
            asked.append(consent)
            if consent != "redact":
                from kmassist.errors import UnreadableSource

                raise UnreadableSource(
                    "The bundle looks as if it held personal data: 1 NHS number.",
                    "Redact.",
                    kind="identifiers",
                )
            return screened(document, consent)  # type: ignore[arg-type]

        desk._screened = strict  # type: ignore[assignment, method-assign]
        screen = SharedScreen()
        await other.push_screen(screen)
        screen._take_in(bundle)
        await until(pilot, lambda: isinstance(other.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: bool(desk.received()))
        assert asked[0] == ""
        assert set(asked[1:]) == {"redact"}


async def test_the_scale_up_check_of_a_question_and_of_a_pilot(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    async with filled_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await ask(pilot)
        await pilot.press("ctrl+t")
        await until(
            pilot,
            lambda: (
                isinstance(filled_app.screen, ScaleScreen) and filled_app.screen.query(ClaimView)
            ),
        )
        text = shown(filled_app.screen)
        assert "What must be known before the decision" in text
        assert "No target described yet" in text
        await pilot.press("t")
        await settle(pilot)
        filled_app.screen.query_one("#sites").value = "4"  # type: ignore[attr-defined]
        filled_app.screen.query_one("#name").value = "Region [x]"  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await until(
            pilot,
            lambda: (
                isinstance(filled_app.screen, ScaleScreen)
                and "Region [x]" in shown(filled_app.screen)
            ),
        )
        await settle(pilot)
        await pilot.press("x")
        await settle(pilot)
        target = tmp_path / "check.md"
        filled_app.screen.query_one("#field").value = str(target)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, target.exists)
        await settle(pilot)
        assert isinstance(filled_app.screen, ScaleScreen)
        filled_app.screen.query(ClaimView).first().focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(filled_app.screen, PassageScreen))
        await pilot.press("escape", "escape")
        await settle(pilot)
        trial = next(
            d for d in filled_app.library.opened.sources() if "Kestrel" in d.metadata.title
        )
        await filled_app.push_screen(DocumentScreen(trial.doc_id))
        await settle(pilot)
        await pilot.press("u")
        await until(
            pilot,
            lambda: (
                isinstance(filled_app.screen, ScaleScreen) and filled_app.screen.query(ClaimView)
            ),
        )
        assert "Kestrel trial" in shown(filled_app.screen)
        assert not filled_app.faults


async def test_a_question_that_nothing_bears_on_has_no_scale_up_check(
    filled_app: KmassistApp,
) -> None:
    async with filled_app.run_test(size=(80, 24), notifications=True) as pilot:
        await ready(pilot)
        await filled_app.push_screen(ScaleScreen("zebra quagga okapi tapir"))
        await until(pilot, lambda: filled_app.faults)
        await settle(pilot)
        assert not isinstance(filled_app.screen, ScaleScreen)
