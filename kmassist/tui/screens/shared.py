"""Bundles from other services: listed, looked at, taken in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.errors import UnreadableSource
from kmassist.sharing import Received
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.bundle import BundleScreen
from kmassist.tui.screens.confirm import ConfirmScreen, PromptScreen
from kmassist.tui.widgets.choices import Choices
from kmassist.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kmassist.tui.app import KmassistApp


class SharedScreen(ModalScreen[None]):
    """What other services gave."""

    ABOUT: ClassVar[str] = (
        "Bundles that other services gave and this library took in, the latest first. Enter shows what is in one. With i you look at "
        "a bundle's file and take it in: its brief and what it learned become sources here, marked as external knowledge."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", tooltip="Back to the briefs", key_display="Esc"),
        Binding("i", "take_in", "Take in", tooltip="Look at a bundle's file, then take it in"),
    ]
    CSS = "SharedScreen #bundles { height: 1fr; margin-top: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._received: list[Received] = []

    @property
    def _kmassist(self) -> KmassistApp:
        return cast("KmassistApp", self.app)

    def compose(self) -> ComposeResult:
        """Head and list."""
        with Vertical(classes="card"):
            yield Static(words(("From other services", "bold")), markup=False)
            yield Choices(id="bundles")
        yield KeyLine()

    def on_mount(self) -> None:
        """Fetch."""
        self.query_one(OptionList).focus()
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        self._received = await self._kmassist.library.call(lambda a: a.sharing.received())
        rows = [
            Option(
                words(
                    (one_line(r.bundle.brief.title, 100), "bold"),
                    (
                        f"\n  {one_line(r.bundle.from_service, 60)} · taken in {r.received_on} · {r.bundle.bundle_id}",
                        "$km-quiet",
                    ),
                )
            )
            for r in self._received
        ]
        nothing = Option(words(("None yet. Press i to look at a bundle's file and take it in.", "$km-quiet")), disabled=True)
        listed = self.query_one(OptionList)
        listed.set_options(rows or [nothing])
        listed.action_first()

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._look_at(self._received[event.option_index])

    @work
    async def _look_at(self, received: Received) -> None:
        held = await self._kmassist.library.call(lambda a: a.sharing.held_here(received))
        self.app.push_screen(BundleScreen(received.bundle, held=held))

    def action_take_in(self) -> None:
        """A path, a look, a yes."""

        def take(path: str | None) -> None:
            if path:
                self._look_into(Path(path).expanduser())

        self.app.push_screen(
            PromptScreen("The bundle's file", detail="A .zip that another service exported", is_path=True), take
        )

    @work
    async def _look_into(self, path: Path) -> None:
        bundle = await self._kmassist.library.call(lambda a: a.sharing.read(path))
        says = "Nothing is taken in yet. Its brief and what it quotes would become sources here, marked as external."
        self.app.push_screen(BundleScreen(bundle, verb="Take it in", says=says, do=lambda: self._take_in(path)))

    @work
    async def _take_in(self, path: Path, consent: str = "") -> None:
        try:
            received = await self._kmassist.library.call(lambda a: a.sharing.take_in(path, consent=consent), warm=True)
        except UnreadableSource as error:
            if error.kind != "identifiers" or consent:
                raise

            def redact(is_yes: bool | None) -> None:
                if is_yes:
                    self._take_in(path, "redact")

            self.app.push_screen(ConfirmScreen(error.message, "It can be taken in with them replaced.", "Replace them"), redact)
            return
        count = len(received.doc_ids)
        self._kmassist.say(f"{count} {'document' if count == 1 else 'documents'}, marked as external.", "Taken in.")
        self._kmassist.library_changed.publish(None)
        self._load()
