"""The line above the keys: what loads, what is being added, what is in the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import work
from textual.content import Content
from textual.widgets import Static

from kmassist.tui.safe import one_line, words

if TYPE_CHECKING:
    from kmassist.tui.app import KmassistApp


class StatusLine(Static):
    """One line, never more."""

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._corpus = ""

    def on_mount(self) -> None:
        """Listen to what changes."""
        app = cast("KmassistApp", self.app)
        app.status_changed.subscribe(self, lambda _: self._show())
        app.library_changed.subscribe(self, lambda _: self._count())
        self._show()
        if app.library.is_open:
            self._count()

    @work(exclusive=True, group="count")
    async def _count(self) -> None:
        app = cast("KmassistApp", self.app)
        if not app.library.is_open:
            return
        status = await app.library.call(lambda a: a.status())
        name = one_line(app.settings.site.corpus_name, 30)
        documents = "no documents yet" if not status.documents else f"{status.documents} documents"
        parts = [f"{name[:1].upper()}{name[1:]}: {documents}"]
        if status.newest:
            parts.append(f"newest {status.newest}")
        parts += [one_line(text) for text in status.degraded]
        self._corpus = " · ".join(parts)
        self._show()

    def _show(self) -> None:
        app = cast("KmassistApp", self.app)
        intake = app.intake
        parts: list[Content] = []
        if intake and intake.is_running:
            parts.append(words((intake.says(), "$km-link")))
        elif app.loading:
            parts.append(words((app.loading, "$km-link")))
        if self._corpus:
            parts.append(words((self._corpus, "$km-quiet")))
        self.update(Content("  ").join(parts))
