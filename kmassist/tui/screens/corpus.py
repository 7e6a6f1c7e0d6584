"""Corpus: the documents of the library, what is known of each and what each lacks."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import DataTable, Input

from kmassist.documents.document import Document
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.document import particulars
from kmassist.tui.screens.listing import ListScreen
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


class CorpusScreen(ListScreen[Document]):
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

    def body(self) -> Iterable[Widget]:
        hint = "Words of title, kind, topic, author; set:name"
        yield from self.table(Sheet(_COLUMNS, sort_by="kind", find_hint=hint, id="documents"))
        yield IntakeBar()

    def on_mount(self) -> None:
        self.kmassist.status_changed.subscribe(self, lambda _: self.refresh_bindings())

    async def fill(self) -> None:
        if not self.kmassist.library.is_open:
            self.say_instead("The library is opening…")
            return
        library = self.kmassist.library
        documents, sets = await library.call(lambda a: (a.sources(library.where(a)), a.sets.list()))
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
        nothing = "No documents yet. Press a to add a file or a folder."
        self.show({d.doc_id: d for d in documents}, rows, nothing)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that do something now are offered."""
        if not self.is_mounted:
            return True
        if action in ("edit", "forget", "add") and isinstance(self.focused, Input):
            return False  # these are letters there
        if action in ("edit", "forget"):
            return self.at_cursor is not None
        if action == "cancel":
            return self.kmassist.intake is not None and self.kmassist.intake.is_running
        return True

    def describe(self, one: Document) -> Content:
        warnings = warnings_of(one, self.kmassist.today(), self.kmassist.settings.coverage.age)
        alarm = (
            words((f"! To check: {', '.join(warnings)}\n", "$km-check"))
            if warnings
            else Content("")
        )
        return Content.assemble(alarm, particulars(one))

    @on(DataTable.RowSelected)
    def _open(self, event: DataTable.RowSelected) -> None:
        from kmassist.tui.screens.document import DocumentScreen

        event.stop()
        if self.at_cursor:
            self.app.push_screen(DocumentScreen(self.at_cursor.doc_id))

    def action_add(self) -> None:
        from kmassist.tui.screens.add import AddScreen

        self.app.push_screen(AddScreen())

    def action_edit(self) -> None:
        from kmassist.tui.screens.document import edit_document

        if self.at_cursor:
            self.app.push_screen(edit_document(self.kmassist, self.at_cursor))

    def action_forget(self) -> None:
        from kmassist.tui.screens.confirm import ask_first

        document = self.at_cursor
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
