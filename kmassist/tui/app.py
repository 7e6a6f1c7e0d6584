"""KmassistApp: the places one can go to, the keys that work everywhere, the themes, and what is done about errors."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import events, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.signal import Signal
from textual.worker import WorkerFailed

from kmassist.errors import ExportError
from kmassist.text import clock, tables
from kmassist.tui.beginning import Beginning
from kmassist.tui.keys import printed
from kmassist.tui.library import Library
from kmassist.tui.places import ALL_PLACES
from kmassist.tui.preferences import Display, load_preferences, save_preferences, state_folder
from kmassist.tui.safe import one_line, safe
from kmassist.tui.theme import DEFAULT_THEME, THEME_LABELS, THEMES, StyleSheet

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.assistant import Assistant
    from kmassist.settings.model import Settings
    from kmassist.tui.intake import Intake
    from kmassist.tui.messages import OpenDocument
    from kmassist.tui.screens.ask import AskScreen

T = TypeVar("T")


class KmassistApp(Beginning):
    """A conversation with the evidence beside it."""

    TITLE = "kmassist"
    CSS_PATH = "kmassist.tcss"
    MODES = {place.mode: place.make for place in ALL_PLACES}  # noqa: RUF012 - declared by Textual
    DEFAULT_MODE = "ask"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (140, "-broad")]  # noqa: RUF012
    NOTIFICATION_TIMEOUT = 6
    COMMAND_PALETTE_DISPLAY = "^p"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f1",
            "help",
            "Help",
            tooltip="What this screen does and every key that works here",
            priority=True,
        ),
        *(
            Binding(place.key, f"go('{place.mode}')", place.label, show=False, priority=True)
            for place in ALL_PLACES
        ),
        Binding("slash", "find", "Find", tooltip="Find words in this list or text", priority=True),
        Binding("ctrl+k", "jump", "Jump", show=False, priority=True),
        Binding("question_mark", "help", "Help", show=False),
        Binding("q", "back_or_quit", "Back", show=False),
        Binding("f12", "next_theme", "Theme", show=False, tooltip="Dark, light, high contrast"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        assistant_factory: Callable[[], Assistant],
        display: Display | None = None,
        today: dt.date | None = None,
    ) -> None:
        super().__init__()
        self.stylesheet = StyleSheet(variables=self.get_css_variables())
        self._today = today
        self._looks = display or Display()
        self._factory = assistant_factory
        self._library: Library | None = None
        self.intake: Intake | None = None
        self.faults: list[BaseException] = []
        self.loading = "Starting…"
        self.latest_answer: Answer | None = None
        self.status_changed: Signal[str] = Signal(self, "status-changed")
        self.library_changed: Signal[None] = Signal(self, "library-changed")
        self._preferences = load_preferences()
        for theme in THEMES:
            self.register_theme(theme)
        self._is_painted = False
        self._typed_early: list[events.Event] = []
        self._styled_as = ""
        self.theme = self._first_theme()
        if self._is_motion_reduced():
            self.animation_level = "none"

    # -- start and end --------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.call_after_refresh(self._open)

    async def on_event(self, event: events.Event) -> None:
        """Keys that were typed before the question field was there wait for it."""
        if (
            not self._is_painted
            and isinstance(event, events.Key | events.Paste)
            and not event.is_forwarded
        ):
            self._typed_early.append(event)
            return
        await super().on_event(event)

    def refresh_css(self, animate: bool = True) -> None:
        """Before the first paint nothing has to be read again: it is enough that the style sheet has the theme's colours."""
        if self._is_painted:
            super().refresh_css(animate)
        elif self._styled_as != self.theme:
            self._styled_as = self.theme
            self.stylesheet.set_variables(self.get_css_variables())

    @work(name="open")
    async def _open(self) -> None:
        self._is_painted = True
        gc.freeze()
        gc.enable()
        for event in self._typed_early:
            self.post_message(event)
        await self.library.open()
        for title, reminder in await self.library.call(lambda a: a.news.reminders()):
            self.say(reminder, title, severity="warning")

    @property
    def library(self) -> Library:
        """The assistant, or the promise of one."""
        if self._library is None:
            self._library = Library(self._factory, self._tell)
        return self._library

    @property
    def is_opening(self) -> bool:
        """Whether a thread is still opening the library or loading the model."""
        return self._library is not None and self._library.is_busy_opening

    @property
    def settings(self) -> Settings:
        """The settings of the library, once it is open."""
        return self.library.opened.settings

    async def action_quit(self) -> None:
        """Leave; while documents are being added, the person is told first what is then left out."""
        from kmassist.tui.screens.confirm import ConfirmScreen

        if not self.intake or not self.intake.is_running or isinstance(self.screen, ConfirmScreen):
            self.exit()
            return
        asked = ConfirmScreen("Documents are being added. Leave?", self.intake.if_left(), "Leave")
        self.push_screen(asked, lambda is_yes: self.exit() if is_yes else None)

    def on_unmount(self) -> None:
        """Stop what still runs and let go of the library."""
        if self.intake:
            self.intake.cancel()
        if self._library:
            self._library.close()

    def _first_theme(self) -> str:
        """A flag or variable wins, then what was chosen last time, then the settings file, then dark."""
        said, remembered = self._looks.theme, self._preferences.theme
        wanted = said if self._looks.is_said_now else remembered or said
        wanted = next((name for name in (wanted, f"kmassist-{wanted}") if name in THEME_LABELS), "")
        return wanted or DEFAULT_THEME

    def _is_motion_reduced(self) -> bool:
        remembered = self._preferences.reduced_motion
        return self._looks.reduced_motion if remembered is None else remembered

    # -- status, errors -------------------------------------------------------------------------------------------

    def _tell(self, sentence: str) -> None:
        self.loading = sentence
        self.status_changed.publish(sentence)
        if not sentence or self.library.is_open:
            self.library_changed.publish(None)

    def say(self, message: str, title: str = "", *, severity: str = "information") -> None:
        """One notification, never markup."""
        level: Any = severity
        self.notify(
            safe(message),
            title=safe(title),
            severity=level,
            markup=False,
            timeout=10 if severity == "error" else 6,
        )

    def report(self, error: BaseException) -> None:
        """One human notification for an error, with what to do; the same error is never told twice."""
        from kmassist.tui.faults import explain

        if any(error is known for known in self.faults):
            return
        self.faults.append(error)
        fault = explain(error)
        self.say(fault.message, fault.title, severity="error")

    def _handle_exception(self, error: Exception) -> None:
        """The last resort: no traceback over the person's screen, but a file that says what happened."""
        from kmassist.tui.faults import write_log

        if isinstance(error, WorkerFailed):
            self.report(error.error)
            return
        if self.is_headless:  # tests want to see it
            super()._handle_exception(error)
            return
        path = write_log(error)
        self.exit(
            return_code=1,
            message=f"kmassist had to stop. Your conversation is saved; the details are in {path}",
        )

    # -- places, themes, commands ---------------------------------------------------------------------------------

    def action_go(self, mode: str) -> None:
        """Go to a place; what was open there is still open."""
        self.switch_mode(mode)

    def action_help(self) -> None:
        from kmassist.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_next_theme(self) -> None:
        names = [theme.name for theme in THEMES]
        self.action_use_theme(
            names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]
        )

    def action_use_theme(self, name: str) -> None:
        self.theme = name
        self._preferences = replace(self._preferences, theme=name)
        save_preferences(self._preferences)
        self.library_changed.publish(None)

    def action_toggle_motion(self) -> None:
        reduced = self.animation_level != "none"
        self.animation_level = "none" if reduced else "full"
        self._preferences = replace(self._preferences, reduced_motion=reduced)
        save_preferences(self._preferences)
        self.say("Motion is reduced." if reduced else "Motion is on.")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the interface, by name: places, themes, and what the screen at hand can do."""
        from kmassist.tui.commands import Palette, system_commands

        return system_commands(cast("Palette", self), screen)

    @work
    async def run_bound(self, action: str, node: DOMNode) -> None:
        await self.run_action(action, default_namespace=node)

    def get_key_display(self, binding: Binding) -> str:
        """Keys as they are printed on a keyboard."""
        return binding.key_display or printed(binding.key)

    def today(self) -> dt.date:
        """The person's own calendar day."""
        return self._today or clock.today()

    def ask_question(self, question: str) -> None:
        """Go to Ask and ask there."""
        self._go_and_ask(question)

    @work(name="go-and-ask")
    async def _go_and_ask(self, question: str) -> None:
        (await self._ask_screen()).ask(question)

    async def _ask_screen(self) -> AskScreen:
        """The Ask screen, in front."""
        from kmassist.tui.screens.ask import AskScreen

        await self.switch_mode("ask")
        while not isinstance(self.screen, AskScreen):
            await self.pop_screen()
        return self.screen

    @work(name="reopen")
    async def reopen_session(self, session_id: str) -> None:
        """Go to Ask and show a stored conversation there."""
        session, turns = await self.library.call(lambda a: a.sessions.open(session_id))
        await (await self._ask_screen()).reopen(session, turns)

    def theme_colour(self, variable: str) -> str:
        """The value of a theme variable, for rich text in tables."""
        return self.theme_variables.get(variable, "")

    # -- adding documents -----------------------------------------------------------------------------------------

    def add_documents(
        self,
        paths: Sequence[Path],
        *,
        overrides: Mapping[str, Any] | None = None,
        consent: Mapping[str, str] | None = None,
        **options: bool,
    ) -> None:
        """Add files and folders in the background; one run at a time. The options are those of `Adding.add`."""
        from kmassist.tui.intake import Intake

        if self.intake and self.intake.is_running:
            self.say(
                "Documents are being added already.",
                "Wait until that is finished, or cancel it.",
                severity="warning",
            )
            return
        self.intake = Intake(paths, self._intake_changed, overrides or {}, consent or {}, options)
        self._add(self.intake)

    @work(name="add")
    async def _add(self, intake: Intake) -> None:
        assistant = await self.library.ready(warm=True)
        await intake.run(assistant)
        if intake.error:
            self.report(intake.error)
        for warned in intake.warned[:3]:
            self.say(warned.hint, warned.message, severity="warning")
        for skipped in intake.skipped[:3]:
            name = one_line(Path(skipped.path).name, 50)
            self.say(f"{skipped.reason} {skipped.hint}", f"Left out: {name}", severity="warning")
        if not intake.error:
            self.say(intake.says())
        self.library_changed.publish(None)

    def _intake_changed(self) -> None:
        self.status_changed.publish(
            self.intake.says() if self.intake and self.intake.is_running else self.loading
        )

    # -- the clipboard and files ----------------------------------------------------------------------------------

    def copy_text(self, text: str, what: str) -> None:
        """Copy through the terminal (OSC 52) and keep the same text in a file for terminals that refuse."""
        self.copy_to_clipboard(text)
        path = state_folder() / "copied.txt"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            tables.save_bytes(path, text.encode(), force=True)
            self.say(
                f"If your terminal does not pass it on, it is also in {path}", f"{what} copied."
            )
        except (OSError, ExportError):
            self.say("", f"{what} copied.")

    def on_open_document(self, message: OpenDocument) -> None:
        """Show a document that a quotation leads to."""
        from kmassist.tui.screens.document import DocumentScreen

        self.push_screen(DocumentScreen(message.doc_id, marked=message.marked))

    @work(name="original")
    async def open_original(self, doc_id: str) -> None:
        """Open the stored file of a document: in its own program, or as a download in a browser."""
        from kmassist.tui.originals import hand_over

        found = await self.library.call(lambda a: a.original(doc_id))
        if found is None:
            self.say(
                "Only its text is in the library.",
                "The original file was not kept.",
                severity="warning",
            )
            return
        name, data = found
        self.say(await asyncio.to_thread(hand_over, self, name, data))
