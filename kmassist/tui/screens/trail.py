"""Audit trail: who did what and when, narrowed and written to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import DataTable, Static

from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import PromptScreen, when_given
from kmassist.tui.widgets.sheet import Column, Row, Sheet, plain

if TYPE_CHECKING:
    from kmassist.assistant.trail import AuditLine

_COLUMNS = (
    Column("n", "n", 5),
    Column("at", "At (UTC)", 16),
    Column("role", "Role", 22, narrow=12),
    Column("what", "What", least=14),
    Column("of", "Of", 18, is_spare=True),
    Column("details", "Details", least=20, is_spare=True),
)


class TrailScreen(Card[None]):
    """The whole trail, the latest first."""

    ABOUT: ClassVar[str] = (
        "Every change, export, review and signature: who by role, what and when. It holds roles, ids, counts and digests, never "
        "a document's words. / keeps the lines that hold all words you type; x writes what is shown to a file."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to where you were"),
        ("x", "export", "Export", "Write what is shown to a .csv, .json or .md file"),
    )
    CSS = """
    TrailScreen .card { max-width: 160; }
    TrailScreen #trail { height: 1fr; margin-top: 1; }
    TrailScreen #trail-details { height: auto; max-height: 4; margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[str, AuditLine] = {}
        self._held: set[str] = set()

    def body(self) -> ComposeResult:
        """Head, table, the whole of the line at the cursor."""
        yield Static("", markup=False, id="trail-head")
        yield Sheet(_COLUMNS, sort_by="n", is_reversed=True, id="trail")
        yield Static("", markup=False, id="trail-details")

    async def fill(self) -> None:
        from kmassist.assistant.trail import trail_rows

        lines, held = await context(self).library.call(
            lambda a: (a.trail(), {document.doc_id for document in a.sources()})
        )
        self._held = held
        self._lines = {str(line.n): line for line in lines}
        rows = []
        for n, at, *rest in trail_rows(lines):
            cells = (plain(n, order=f"{int(n):09d}"), plain(at[:16]), *map(plain, rest))
            rows.append(Row(n, cells))
        self.query_one(Sheet).fill(rows)
        self._say()

    def _say(self) -> None:
        shown, held = self.query_one(Sheet).shown, len(self._lines)
        count = f"{held:,} lines" if shown == held else f"{shown:,} of {held:,} lines"
        self.query_one("#trail-head", Static).update(
            words(("Audit trail", "bold"), (f"  {count}", "$km-quiet"))
        )

    @on(DataTable.RowHighlighted, "#trail")
    def _details(self, event: DataTable.RowHighlighted) -> None:
        from kmassist.assistant.trail import TRAIL_HEADER, trail_rows

        line = self._lines.get(str(event.row_key.value))
        said = ""
        if line is not None:
            pairs = zip(TRAIL_HEADER, trail_rows([line])[0], strict=True)
            said = " · ".join(f"{name} {value}" for name, value in pairs if value)
        self.query_one("#trail-details", Static).update(words((one_line(said, 400), "$km-quiet")))

    @on(DataTable.RowSelected, "#trail")
    def _open(self, event: DataTable.RowSelected) -> None:
        event.stop()
        line = self._lines.get(str(event.row_key.value))
        if line is None or line.doc_id not in self._held:
            context(self).say("No document that is held stands behind this line.")
            return
        from kmassist.tui.screens.document import DocumentScreen

        self.app.push_screen(DocumentScreen(line.doc_id))

    @on(Sheet.Filtered)
    def _filtered(self) -> None:
        self._say()

    def action_export(self) -> None:
        sheet = self.query_one(Sheet)
        lines = [self._lines[str(key.value)] for key in sheet.rows if str(key.value) in self._lines]
        lines.sort(key=lambda line: line.n)
        where = str(Path.home() / "audit-trail.csv")
        self.app.push_screen(
            PromptScreen("Export to", where, detail="Ends in .csv, .json or .md", is_path=True),
            when_given(lambda path: self._export(Path(path).expanduser(), lines)),
        )

    @work
    async def _export(self, path: Path, lines: Sequence[AuditLine]) -> None:
        from kmassist.assistant.trail import write_trail

        app = context(self)
        written = await app.library.call(lambda a: write_trail(a.index, path, lines))
        app.say(f"{len(lines)} lines to {written}", "Exported.")
        self._load()
