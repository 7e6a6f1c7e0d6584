"""The line above the keys: what loads, what is being added, what is in the library."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import ProgressBar, Static

from kmassist.errors import KmassistError
from kmassist.text.counts import counted
from kmassist.tui.context import context
from kmassist.tui.safe import one_line, words

LOOK_AGAIN_SECONDS = 5.0
"""How often the library is asked whether another window or a command changed it."""


class StatusLine(Static):
    """One line, never more. That of the screen on top notices what another window does to the library."""

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._corpus = ""
        self._digest = ""

    def on_mount(self) -> None:
        app = context(self)
        app.status_changed.subscribe(self, lambda _: self._show())
        app.library_changed.subscribe(self, lambda _: self._count())
        self._show()
        if app.library.is_open:
            self._count()
        self.set_interval(LOOK_AGAIN_SECONDS, self._look_again)

    async def _look_again(self) -> None:
        app = context(self)
        is_adding = app.intake is not None and app.intake.is_running
        if not self._digest or is_adding or not self.screen.is_current:
            return
        try:
            stats = await app.library.call(lambda a: a.index.stats())
        except KmassistError:
            return  # whatever is asked of the library next says it
        if self._digest not in ("", stats.corpus_digest):
            app.library_changed.publish(None)

    @work(exclusive=True, group="count")
    async def _count(self) -> None:
        app = context(self)
        if not app.library.is_open:
            return
        status = await app.library.call(lambda a: a.status())
        self._digest = status.corpus_digest
        name = one_line(app.settings.site.corpus_name, 30)
        count = status.documents
        documents = counted(count, "document") if count else "no documents yet"
        parts = [f"{name[:1].upper()}{name[1:]}: {documents}"]
        if app.library.set_name:
            parts.insert(0, f"Only the set “{one_line(app.library.set_name, 30)}”")
        if app.is_demonstration:
            parts.insert(0, "Demonstration, its trusts are fictional")
        if status.newest:
            parts.append(f"newest {status.newest}")
        parts += [one_line(text) for text in status.degraded]
        self._corpus = " · ".join(parts)
        self._show()

    def _show(self) -> None:
        app = context(self)
        intake = app.intake
        parts: list[Content] = []
        if intake and intake.is_running:
            parts.append(words((intake.says(), "$km-link")))
        elif app.loading:
            parts.append(words((app.loading, "$km-link")))
        if self._corpus:
            parts.append(words((self._corpus, "$km-quiet")))
        self.update(Content("  ").join(parts))


class IntakeBar(Horizontal):
    """Shown while documents are added, gone otherwise."""

    def compose(self) -> ComposeResult:
        yield ProgressBar(show_eta=False, id="intake-progress")
        yield Static("", markup=False, id="intake-words")

    def on_mount(self) -> None:
        context(self).status_changed.subscribe(self, lambda _: self._show())
        self._show()

    def _show(self) -> None:
        intake = context(self).intake
        self.display = intake is not None and intake.is_running
        if intake is None or not self.is_mounted:
            return
        self.query_one(ProgressBar).update(total=intake.total or None, progress=intake.done)
        self.query_one("#intake-words", Static).update(
            words(intake.says(), (f"  {one_line(intake.latest, 40)}", "$km-quiet"))
        )
