"""The text of a document as it is read: its tables as tables, what brought one here marked, words found in all of it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from kmassist.documents.document import ComposedSpan, Document
from kmassist.tui.safe import words
from kmassist.tui.widgets.find import Finder, PlaceFinder, TextFinder, pattern_of
from kmassist.tui.widgets.tables import audit_table, parts_of

LONGEST = 200_000
"""Characters shown at once; a longer text is shown around the place at hand."""


class DocumentText(VerticalScroll):
    """Scrolls; filled by `show`."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.document: Document | None = None

    def compose(self) -> ComposeResult:
        yield Vertical(id="document-text")

    async def show(self, document: Document, marked: Sequence[tuple[int, int]] = ()) -> None:
        """The text with stretches of it marked, scrolled to the first of them.

        Args:
            document: whose text.
            marked: start and end in its text, characters.
        """
        self.document = document
        text, start = document.text, 0
        first = marked[0][0] if marked else 0
        if len(text) > LONGEST:
            start = max(0, min(first - LONGEST // 2, len(text) - LONGEST))
            text = text[start : start + LONGEST]
        spans = [
            ComposedSpan(start=max(0, c.start - start), end=min(len(text), c.end - start))
            for c in document.composed
            if c.start < start + len(text) and c.end > start
        ]
        width = max(20, self.content_region.width)
        parts = parts_of(text, spans, [(a - start, b - start) for a, b in marked], width)
        shown = [Static(part.shown, markup=False, classes="part") for part in parts]
        holder = self.query_one("#document-text", Vertical)
        await holder.remove_children()
        if document.metadata.audit:
            table = audit_table(document.metadata.audit, width)
            await holder.mount(Static(table, markup=False, classes="part", id="document-audit"))
        await holder.mount_all(shown)
        if marked:
            at = max(n for n, part in enumerate(parts) if part.start <= max(0, first - start))
            above = text[parts[at].start : max(0, first - start)]
            self.call_after_refresh(self._to, shown[at], above)

    def _to(self, part: Static, above: str) -> None:
        width = max(20, self.scrollable_content_region.width)
        lines = words(above).get_height({}, width) if above else 0
        top = part.virtual_region.y + min(lines, part.size.height)
        self.scroll_to(y=max(0, top - self.size.height // 3), animate=False)

    def finder(self) -> Finder:
        """In what is shown; in the whole text where only a part of it is."""
        if self.document is not None and len(self.document.text) > LONGEST:
            return LongTextFinder(self)
        return TextFinder(self)


class LongTextFinder(PlaceFinder):
    """The words in a text of which only the surroundings of one place are shown."""

    def __init__(self, shown: DocumentText) -> None:
        self._shown = shown
        self._places: list[tuple[int, int]] = []

    async def find(self, said: str) -> int:
        """Places in the whole text."""
        pattern, document = pattern_of(said), self._shown.document
        text = document.text if document is not None else ""
        self._places = [found.span() for found in pattern.finditer(text)] if pattern else []
        return len(self._places)

    async def show(self, place: int) -> None:
        """The text around it."""
        assert self._shown.document is not None
        await self._shown.show(self._shown.document, [self._places[place]])

    def close(self) -> None:
        """The text stays where it is."""
