"""What screens and widgets may ask of the application: named here, so that they need not import it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.dom import DOMNode
    from textual.screen import Screen
    from textual.signal import Signal

    from kmassist.answers.model import Answer
    from kmassist.settings.model import Settings
    from kmassist.tui.intake import Intake
    from kmassist.tui.library import Library


class Context(Protocol):
    """The running application, as its parts see it."""

    intake: Intake | None
    latest_answer: Answer | None
    loading: str
    status_changed: Signal[str]
    library_changed: Signal[None]

    @property
    def library(self) -> Library:
        """The assistant, or the promise of one."""

    @property
    def is_opening(self) -> bool:
        """Whether the library is still being opened."""

    @property
    def settings(self) -> Settings:
        """The settings in force."""

    @property
    def is_demonstration(self) -> bool:
        """Whether the library holds a demonstration corpus."""

    def begin(self, said: str) -> bool:
        """Do what a line of the first screen offers; False when it is a question."""

    def today(self) -> dt.date:
        """The day that ages are counted from."""

    def say(self, message: str, title: str = "", *, severity: str = "information") -> None:
        """Show a short notice."""

    def report(self, error: BaseException) -> None:
        """Show an error and what to do next."""

    def theme_colour(self, variable: str) -> str:
        """A colour of the theme in force, as ``#rrggbb``."""

    def copy_text(self, text: str, what: str) -> None:
        """Copy, and say where the text went."""

    def ask_question(self, question: str) -> None:
        """Go to the conversation and ask."""

    def open_original(self, doc_id: str) -> object:
        """Hand the original file of a document to the program that opens such files."""

    def reopen_session(self, session_id: str) -> object:
        """Continue a kept conversation; runs in the background."""

    def add_documents(
        self,
        paths: Sequence[Path],
        *,
        overrides: Mapping[str, Any] | None = None,
        consent: Mapping[str, str] | None = None,
        **options: bool,
    ) -> None:
        """Add files and folders in the background; one run at a time."""

    def push_screen(self, screen: Screen[Any], callback: Callable[[Any], Any] | None = None) -> Any:
        """Show a screen over this one."""


def context(node: DOMNode) -> Context:
    """The application that a screen or widget belongs to."""
    return cast("Context", node.app)
