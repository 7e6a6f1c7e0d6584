"""The documents of one cell of the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.tui.safe import one_line, words
from kmassist.tui.standing import kind_of, warnings_of
from kmassist.tui.widgets.choices import Choices
from kmassist.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kmassist.tui.app import KmassistApp


class TopicScreen(ModalScreen[None]):
    """A list to open documents from."""

    ABOUT: ClassVar[str] = "The documents on this topic and of this kind, the newest first. Enter opens one."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", tooltip="Back to the map", key_display="Esc"),
    ]

    def __init__(self, topic: str, says: str, doc_ids: Sequence[str]) -> None:
        super().__init__()
        self._topic, self._says, self._doc_ids = topic, says, list(dict.fromkeys(doc_ids))

    def compose(self) -> ComposeResult:
        """Head and list."""
        with Vertical(classes="card"):
            yield Static(words((self._topic, "bold"), (f"\n{self._says}", "$km-quiet")), markup=False)
            yield Choices(id="topic-documents")
        yield KeyLine()

    def on_mount(self) -> None:
        """Fetch."""
        self.query_one(OptionList).focus()
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        app, wanted = cast("KmassistApp", self.app), set(self._doc_ids)
        documents = [d for d in await app.library.call(lambda a: a.sources()) if d.doc_id in wanted]
        listed = self.query_one(OptionList)
        for document in sorted(documents, key=lambda d: (d.metadata.dated or "", d.doc_id), reverse=True):
            meta = document.metadata
            warnings = warnings_of(document, app.today(), app.settings.coverage.age)
            facts = [
                kind_of(meta.source_type),
                meta.design.label if meta.design else "",
                meta.dated or "undated",
                document.cite_as,
            ]
            said = " · ".join(one_line(f, 60) for f in facts if f)
            alarm = f"\n  ! {', '.join(warnings)}" if warnings else ""
            row = words(
                (one_line(meta.title or document.source_name, 100), "bold"), (f"\n  {said}", "$km-quiet"), (alarm, "$km-check")
            )
            listed.add_option(Option(row, id=document.doc_id))
        listed.action_first()
        if not documents:
            listed.add_option(Option(words(("None in this corpus.", "$km-quiet")), disabled=True))

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        from kmassist.tui.screens.document import DocumentScreen

        event.stop()
        self.app.push_screen(DocumentScreen(str(event.option.id)))
