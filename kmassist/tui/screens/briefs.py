"""Briefs: compose from a question or the last answer, read, complete, review, export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.widget import Widget
from textual.widgets import DataTable

from kmassist.briefs import Audience
from kmassist.tui.keys import HIDDEN, keys
from kmassist.tui.safe import one_line
from kmassist.tui.screens.confirm import ConfirmScreen, when_given
from kmassist.tui.screens.form import Field, FormScreen
from kmassist.tui.screens.listing import ListScreen
from kmassist.tui.widgets.sheet import Column, Row, Sheet, plain

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.assistant.briefs import BriefEntry

_COLUMNS = (
    Column("composed", "Composed", 11),
    Column("title", "Brief", least=26),
    Column("audience", "For", 20, narrow=19, needs=78),
    Column("state", "State", 11),
    Column("verdict", "Answerable", 31, is_spare=True),
)


class BriefsScreen(ListScreen["BriefEntry"]):
    """Every kept brief, the newest first."""

    mode = "briefs"
    MEANWHILE = "Reading the list…"
    IS_READ_ON_RETURN = True
    ABOUT = (
        "A brief puts the evidence on a question on paper for a meeting: what is known, from which kinds of source, what is "
        "missing and what that warrants. Compose one with n, from the last question you asked or another. Every quotation is "
        "checked against its source before a brief leaves the library. What people write into it is kept beside it."
    )
    BINDINGS = keys(
        ("n", "compose_brief", "Compose", "A brief on the last question, or another"),
        ("delete,d", "delete", "Delete", "Delete this revision of the brief"),
        (
            "c",
            "check_draft",
            "Check draft",
            "Check each sentence of a paper or a reply against this library",
            HIDDEN,
        ),
        ("b", "bundles", "From others", "Bundles that other services gave; take one in"),
    )

    def body(self) -> Iterable[Widget]:
        sheet = Sheet(_COLUMNS, sort_by="composed", is_reversed=True, id="briefs")
        return self.table(sheet, is_described=False)

    async def fill(self) -> None:
        entries: Sequence[BriefEntry] = await self.kmassist.library.call(lambda a: a.briefs.list())
        rows = []
        for entry in entries:
            title = one_line(f"{entry.title} ({entry.revision_id.partition('@')[2]})")
            texts = (
                entry.composed_on,
                title,
                entry.audience.label,
                entry.state.value,
                entry.verdict,
            )
            rows.append(Row(entry.revision_id, tuple(plain(text) for text in texts)))
        nothing = (
            "No briefs yet. Ask a question (F2), then press n here to put the answer on paper."
        )
        self.show({entry.revision_id: entry for entry in entries}, rows, nothing)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.at_cursor is not None if action == "delete" else True

    @on(DataTable.RowSelected)
    def _open(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if self.at_cursor:
            self._read(self.at_cursor.revision_id)

    @work
    async def _read(self, revision_id: str) -> None:
        from kmassist.tui.screens.brief import BriefScreen

        brief = await self.kmassist.library.call(lambda a: a.briefs.open(revision_id))
        self.app.push_screen(BriefScreen(brief, revision_id))

    def action_bundles(self) -> None:
        from kmassist.tui.screens.shared import SharedScreen

        self.app.push_screen(SharedScreen())

    def action_compose_brief(self) -> None:
        answer = self.kmassist.latest_answer
        question = answer.resolved_question if answer else ""

        async def save(changes: Mapping[str, Any]) -> None:
            asked = str(changes.get("question", question))
            audience = str(changes.get("audience", Audience.CLINICAL.value))
            about = answer if answer and asked == question else asked
            self.kmassist.say("Composing and checking every quotation…")
            self._compose_it(about, audience)

        audiences = [(a.label[:1].upper() + a.label[1:], a.value) for a in Audience]
        fields = [
            Field(
                "question",
                "Question",
                question,
                is_needed=True,
                hint="the question the brief is about",
            ),
            Field("audience", "For", Audience.CLINICAL.value, audiences, is_needed=True),
        ]
        about = "The audience decides the order, the wording and which sources may enter: what may not leave is left out and counted."
        self.app.push_screen(
            FormScreen(
                "Compose a brief", fields, save, about=about, verb="Compose", saves_unchanged=True
            )
        )

    @work
    async def _compose_it(self, about: str | Answer, audience: str) -> None:
        library = self.kmassist.library

        def make(a: Any) -> str:
            return str(a.briefs.save(a.briefs.compose(about, audience, where=library.where(a))))

        revision_id = await self.kmassist.library.call(make, warm=True)
        self._load()
        self._read(revision_id)

    def action_delete(self) -> None:
        entry = self.at_cursor
        if entry is None:
            return
        title = one_line(entry.title, 60)
        detail = "This revision goes; what people wrote for this question stays."
        self.app.push_screen(
            ConfirmScreen(f"Delete “{title}”?", detail, "Delete it"),
            when_given(lambda _: self._delete(entry.revision_id)),
        )

    @work
    async def _delete(self, revision_id: str) -> None:
        await self.kmassist.library.call(lambda a: a.briefs.delete(revision_id))
        self._load()
