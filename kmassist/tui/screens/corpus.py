"""Corpus: the documents of the library, what is known of each and what each lacks."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

from kmassist.documents.document import Document
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.document import particulars
from kmassist.tui.screens.main import MainScreen
from kmassist.tui.standing import kind_of, warnings_of
from kmassist.tui.widgets.sheet import Column, Row, Sheet, plain
from kmassist.tui.widgets.status_line import IntakeBar

_COLUMNS = (
    Column("kind", "Kind", 10),
    Column("title", "Title", least=24),
    Column("dated", "Evidence", 10, needs=70),
    Column("warns", "To check", 26, narrow=16),
    Column("topic", "Topics", 18, is_spare=True),
)


class CorpusScreen(MainScreen):
    """All documents, sortable and filterable."""

    mode = "corpus"
    ABOUT = (
        "Every document of the library with its kind, title, the date of its evidence, what should be checked and its topics. "
        "Add files or folders with a; nothing is stored before you have seen what was read from it. A click on a heading, or "
        "s, sorts; / finds by any words. Removing a document removes its text, its vectors and the stored copy."
    )
    BINDINGS = keys(
        ("a", "add", "Add", "Add files or folders"),
        ("e", "edit", "Edit", "Correct what is known about this document"),
        ("delete,d", "forget", "Forget", "Remove this document from the library"),
        ("x", "cancel", "Stop adding", "Stop after the document at hand; what is stored stays"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._documents: dict[str, Document] = {}

    def body(self) -> Iterable[Widget]:
        hint = "Words of title, kind, topic, author; set:name"
        with Vertical(id="table-frame"):
            yield Sheet(_COLUMNS, sort_by="kind", find_hint=hint, id="documents")
            yield Static("", markup=False, id="empty")
        yield Static("", markup=False, id="particulars")
        yield IntakeBar()

    def on_mount(self) -> None:
        self.query_one("#documents").focus()
        self.kmassist.library_changed.subscribe(self, lambda _: self._load())
        self.kmassist.status_changed.subscribe(self, lambda _: self.refresh_bindings())
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        if not self.kmassist.library.is_open:
            self._say_empty("The library is opening…")
            return
        library = self.kmassist.library
        documents, sets = await library.call(lambda a: (a.sources(library.where(a)), a.sets.list()))
        self._documents = {d.doc_id: d for d in documents}
        warn = self.kmassist.theme_colour("km-check")
        today, ages = self.kmassist.today(), self.kmassist.settings.coverage.age
        rows = []
        for document in documents:
            meta, warnings = document.metadata, warnings_of(document, today, ages)
            cells = (
                plain(kind_of(meta.source_type)),
                plain(meta.title or document.source_name),
                plain(meta.date_shown or "-", order=meta.dated or ""),
                plain(", ".join(warnings), warn if warnings else ""),
                plain(", ".join(meta.topics)),
            )
            kind = meta.source_type.label if meta.source_type else ""
            named = " ".join(f"set:{one.name}" for one in sets if one.holds(document))
            rows.append(
                Row(
                    document.doc_id,
                    cells,
                    f"{kind} {' '.join(meta.authors)} {meta.issuer} {document.source_name} {named}",
                )
            )
        self.query_one(Sheet).fill(rows)
        self._say_empty("" if rows else "No documents yet. Press a to add a file or a folder.")
        self.refresh_bindings()

    def _say_empty(self, sentence: str) -> None:
        empty = self.query_one("#empty", Static)
        empty.update(words((sentence, "$km-quiet")))
        empty.display = bool(sentence)
        self.query_one(Sheet).display = not sentence
        self.query_one("#particulars").display = not sentence

    @property
    def document(self) -> Document | None:
        """The one at the cursor."""
        return self._documents.get(self.query_one(Sheet).key_at_cursor or "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that do something now are offered."""
        if not self.is_mounted:
            return True
        if action in ("edit", "forget", "add") and isinstance(self.focused, Input):
            return False  # these are letters there
        if action in ("edit", "forget"):
            return self.document is not None
        if action == "cancel":
            return self.kmassist.intake is not None and self.kmassist.intake.is_running
        return True

    @on(DataTable.RowHighlighted)
    def _highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        document = self.document
        if document is None:
            self.query_one("#particulars", Static).update("")
            return
        warnings = warnings_of(document, self.kmassist.today(), self.kmassist.settings.coverage.age)
        alarm = (
            words((f"! To check: {', '.join(warnings)}\n", "$km-check"))
            if warnings
            else Content("")
        )
        self.query_one("#particulars", Static).update(
            Content.assemble(alarm, particulars(document))
        )

    @on(DataTable.RowSelected)
    def _open(self, event: DataTable.RowSelected) -> None:
        from kmassist.tui.screens.document import DocumentScreen

        event.stop()
        if self.document:
            self.app.push_screen(DocumentScreen(self.document.doc_id))

    def action_add(self) -> None:
        from kmassist.tui.screens.add import AddScreen

        self.app.push_screen(AddScreen())

    def action_edit(self) -> None:
        from kmassist.tui.screens.document import edit_document

        if self.document:
            self.app.push_screen(edit_document(self.kmassist, self.document))

    def action_forget(self) -> None:
        from kmassist.tui.screens.confirm import ask_first

        document = self.document
        if document is None:
            return
        title = one_line(document.metadata.title or document.source_name, 80)
        detail = "Its text, vectors and stored copy leave the library. The file it came from is not touched."
        ask_first(
            self,
            f"Forget “{title}”?",
            detail,
            "Forget it",
            lambda: self._forget(document.doc_id, title),
        )

    @work
    async def _forget(self, doc_id: str, title: str) -> None:
        await self.kmassist.library.call(lambda a: a.forget(doc_id))
        self.kmassist.say(title, "Removed from the library.")
        self.kmassist.library_changed.publish(None)

    def action_cancel(self) -> None:
        if self.kmassist.intake:
            self.kmassist.intake.cancel()
            self.kmassist.say("What is stored stays.", "Adding stops after the document at hand.")
