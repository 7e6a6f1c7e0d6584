"""A conversation as it is shown and kept: its turns, the strip beside them, and what is opened from an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.containers import VerticalScroll
from textual.widgets import Static

from kmassist.documents.source_types import spelt_out
from kmassist.tui.messages import CellHighlighted, OpenCell, OpenCitation, OpenPlace
from kmassist.tui.safe import words
from kmassist.tui.screens.filtering import FilteringScreen
from kmassist.tui.widgets.strip import CoverageStrip

if TYPE_CHECKING:  # loaded behind the first paint, not before it
    from kmassist.answers.model import Answer
    from kmassist.assistant import Assistant
    from kmassist.records.sessions import Session
    from kmassist.tui.widgets.turn import TurnView

_LEGEND = "+ sufficient · o thin · x conflicting\n! outdated · ~ indirect · / silent\n? to check · - absent"


class ConversationScreen(FilteringScreen):
    """Turns of question and answer, each saved as it is shown, with the coverage of one beside them."""

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self._saving = asyncio.Lock()

    @property
    def turns(self) -> list[TurnView]:
        """All turns in order. They are asked for with every key: nothing else of the screen is looked through."""
        shown = self.query_one_optional("#conversation")
        held = shown.children if shown else ()
        return [cast("TurnView", view) for view in held if view.has_class("turn")]

    @property
    def running(self) -> TurnView | None:
        """The turn that is being answered."""
        return next((view for view in reversed(self.turns) if not view.is_over), None)

    @property
    def answered(self) -> TurnView | None:
        """The last turn that has an answer; thanks and the same told again are none."""
        return next((v for v in reversed(self.turns) if v.answer and not v.answer.is_reply), None)

    @property
    def latest_answer(self) -> Answer | None:
        """The last answer of this conversation."""
        view = self.answered
        return view.answer if view else None

    @property
    def offered(self) -> str:
        """The question that Enter asks in an empty field: with the words put right, or without the command before it."""
        newest = self.turns[-1].answer if self.turns else None
        return next((a.corrected for a in (newest, self.latest_answer) if a and a.corrected), "")

    @property
    def answer_at_hand(self) -> Answer | None:
        """The one at the focus, else the newest."""
        view = self._turn_at_focus()
        return view.answer if view else None

    def action_scroll(self, pages: int) -> None:
        """A page of the conversation, also while typing."""
        conversation = self.query_one("#conversation", VerticalScroll)
        conversation.scroll_relative(y=pages * max(1, conversation.size.height - 2), animate=False)

    @on(OpenCitation)
    def _open_citation(self, message: OpenCitation) -> None:
        from kmassist.tui.screens.passage import PassageScreen

        message.stop()
        view = next(
            (v for v in self.turns if v.answer and _cites(v.answer, message.citation)), None
        )
        citations = (
            [c.citation for c in (*view.answer.claims, *view.answer.nearest)]
            if view and view.answer
            else []
        )
        self.app.push_screen(PassageScreen(message.citation, citations))

    @on(OpenPlace)
    def _open_place(self, message: OpenPlace) -> None:
        message.stop()
        self.app.switch_mode(message.mode)
        if message.mode == "corpus" and message.path:
            from kmassist.tui.screens.add import AddScreen

            self.app.push_screen(AddScreen(named=message.path))

    @on(OpenCell)
    def _open_cell(self, message: OpenCell) -> None:
        from kmassist.tui.screens.cell import CellScreen

        message.stop()
        view = self._turn_at_focus()
        if view and view.answer:
            self.app.push_screen(CellScreen(view.answer, message.source_type))

    async def _save(self, view: TurnView, note: str = "") -> None:
        """Save a turn as it is shown now."""
        async with self._saving:
            session, answer = self._session, view.answer

            def keep(assistant: Assistant) -> Session:
                desk = assistant.sessions
                return desk.append(
                    session or desk.new(view.question),
                    view.question,
                    number=view.number,
                    answer=answer,
                    note=note,
                )

            self._session = await self.kmassist.library.call(keep)

    @work(group="save")
    async def _keep(self, view: TurnView, note: str) -> None:
        await asyncio.gather(self._save(view, note), self.note(view.answer))

    def _turn_at_focus(self) -> TurnView | None:
        focused = self.focused
        if focused is not None:
            for node in focused.ancestors_with_self:
                if node.has_class("turn") and cast("TurnView", node).answer:
                    return cast("TurnView", node)
        return self.answered

    def _show_strip(self, view: TurnView) -> None:
        assert view.answer is not None
        self.query_one(CoverageStrip).show_coverage(view.answer.coverage)
        self._title("Coverage of this question")

    @on(CellHighlighted)
    def _explain_cell(self, message: CellHighlighted) -> None:
        """Under the strip: the rule that decided the row at the cursor."""
        message.stop()
        coverage = self.query_one(CoverageStrip).coverage
        note = self.query_one("#evidence-note", Static)
        if coverage is None:
            note.update("")
            return
        cell = coverage.cell(message.source_type)
        said = spelt_out(cell.says) or "No rule is against it."
        note.update(
            words((cell.source_type.label, "bold"), "\n", said, ("\n\n" + _LEGEND, "$km-quiet"))
        )

    def _title(self, title: str) -> None:
        self.query_one("#evidence-title", Static).update(words((title, "bold")))

    def _bring_up(self, view: TurnView) -> None:
        self.query_one("#conversation", VerticalScroll).scroll_to_widget(
            view, top=True, animate=False
        )


def _cites(answer: Answer, citation: object) -> bool:
    return any(claim.citation is citation for claim in (*answer.claims, *answer.nearest))
