"""One document: what is known about it, its whole text with the passages at hand marked, and what else covers this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.documents import Document, SourceType
from kmassist.tui.safe import one_line, words
from kmassist.tui.widgets.choices import Choices
from kmassist.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kmassist.tui.app import KmassistApp

_LONGEST = 200_000
"""Characters shown at once; a longer text is shown around the place at hand."""


class DocumentScreen(ModalScreen[None]):
    """The whole of one source."""

    ABOUT: ClassVar[str] = (
        "The whole text as it was indexed; what brought you here is marked. Below it: documents nearest in meaning."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", key_display="Esc", tooltip="Back to where you came from"),
        Binding("o", "original", "Original", tooltip="Open the original file"),
        Binding("u", "scale_up", "Scale-up", tooltip="What must be known before this pilot spreads to other places"),
        Binding("w", "also", "What else covers this", tooltip="The documents nearest in meaning"),
    ]

    def __init__(self, doc_id: str, *, marked: Sequence[tuple[int, int]] = ()) -> None:
        super().__init__()
        self._doc_id = doc_id
        self._marked = tuple(marked)
        self._others: list[Document] = []
        self._is_trial = False

    def compose(self) -> ComposeResult:
        """Head, text, others."""
        with Vertical(classes="card"):
            yield Static("", markup=False, id="document-head")
            with VerticalScroll(id="document-scroll"):
                yield Static("", markup=False, id="document-text")
            yield Static("", markup=False, id="also-title")
            yield Choices(id="also")
        yield KeyLine()

    def on_mount(self) -> None:
        """Fetch and show."""
        self.query_one("#also").display = self.query_one("#also-title").display = False
        self.query_one("#document-scroll").focus()
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what was tried somewhere can spread."""
        return self._is_trial if action == "scale_up" else True

    def action_scale_up(self) -> None:
        """The check of this pilot."""
        from kmassist.tui.screens.scale import ScaleScreen

        self.app.push_screen(ScaleScreen(self._doc_id))

    def action_original(self) -> None:
        """The original file."""
        cast("KmassistApp", self.app).open_original(self._doc_id)

    @work(exclusive=True, group="show")
    async def _show(self) -> None:
        document = await cast("KmassistApp", self.app).library.call(lambda a: a.source(self._doc_id))
        self.query_one("#document-head", Static).update(particulars(document))
        self._is_trial = document.metadata.source_type in (SourceType.SVE, SourceType.PUB)
        self.refresh_bindings()
        text, start = document.text, 0
        first = self._marked[0][0] if self._marked else 0
        if len(text) > _LONGEST:
            start = max(0, min(first - _LONGEST // 2, len(text) - _LONGEST))
            text = text[start : start + _LONGEST]
        self.query_one("#document-text", Static).update(marked_text(text, [(a - start, b - start) for a, b in self._marked]))
        if self._marked:
            self.call_after_refresh(self._to, text[: max(0, first - start)])

    @work(exclusive=True, group="also")
    async def action_also(self) -> None:
        """Other documents nearest in meaning."""
        self._others = await cast("KmassistApp", self.app).library.call(lambda a: a.also_covers(self._doc_id), warm=True)
        options, title = self.query_one("#also", OptionList), self.query_one("#also-title", Static)
        rows = [(d.metadata.source_type.label if d.metadata.source_type else "no type", d) for d in self._others]
        options.set_options(Option(words(one_line(d.metadata.title, 90), (f"  {kind}", "$km-quiet"))) for kind, d in rows)
        title.update(words(("What else covers this" if rows else "Nothing else covers this.", "bold")))
        title.display, options.display = True, bool(rows)
        if rows:
            options.focus()

    @on(OptionList.OptionSelected, "#also")
    def _open_other(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.app.push_screen(DocumentScreen(self._others[event.option_index].doc_id))

    def _to(self, above: str) -> None:
        scroll = self.query_one("#document-scroll", VerticalScroll)
        width = max(20, scroll.scrollable_content_region.width)
        scroll.scroll_to(y=max(0, words(above).get_height({}, width) - scroll.size.height // 3), animate=False)


def marked_text(text: str, marked: Sequence[tuple[int, int]]) -> Content:
    """The text with some stretches marked."""
    parts: list[str | tuple[str, str]] = []
    cursor = 0
    for start, end in sorted(marked):
        if start >= cursor:
            parts += [text[cursor:start], (text[start:end], "$km-on-marked on $km-marked")]
            cursor = end
    return words(*parts, text[cursor:])


def particulars(document: Document) -> Content:
    """What is known about a document, and where the values came from, in a few lines."""
    meta = document.metadata
    kind = meta.source_type.label if meta.source_type else "kind of source unknown"
    facts = [kind, meta.design.label if meta.design else "", meta.journal, meta.setting.value if meta.setting else ""]
    dates = [
        f"evidence of {meta.evidence_date}" if meta.evidence_date else "",
        f"published {meta.published}" if meta.published else "",
    ]
    dates += [
        f"review by {meta.review_by}" if meta.review_by else "",
        f"superseded by {meta.superseded_by}" if meta.superseded_by else "",
    ]
    dates = [d for d in dates if d] or ["undated"]
    rest = [
        f"doi:{meta.doi}" if meta.doi else "",
        f"sharing: {meta.sharing.value}",
        f"topics: {', '.join(meta.topics)}" if meta.topics else "no topic",
    ]
    rest += ["synthetic, made for demonstration" if meta.is_synthetic else "", document.source_name, document.doc_id]
    lines: list[str | tuple[str, str]] = [
        (one_line(meta.title) or one_line(document.source_name), "bold"),
        "\n",
        one_line(document.cite_as),
    ]
    lines += [(" · " + " · ".join(one_line(f, 60) for f in [*facts, *dates] if f), "$km-quiet")]
    lines += ["\n", (" · ".join(one_line(f, 80) for f in rest if f), "$km-quiet")]
    lines += [("\n! " + one_line(warning), "$km-check") for warning in document.warnings]
    return words(*lines)
