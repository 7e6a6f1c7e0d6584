"""What an answer is handed on to: a brief of it in one key, and the check of what must be known before it spreads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import work

from kmassist.tui.keys import HIDDEN, keys
from kmassist.tui.screens.following import FollowingScreen

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.briefs import Brief


class AnswerScreen(FollowingScreen):
    """A place that shows an answer; a subclass says which one is at hand."""

    BINDINGS = keys(
        (
            "ctrl+b",
            "brief_this",
            "Brief",
            "Brief this: put this answer on paper: a brief for a meeting, every quotation checked",
        ),
        (
            "ctrl+t",
            "scale_up",
            "Scale-up",
            "What must be known before what you asked about spreads",
            HIDDEN,
        ),
    )

    @property
    def answer_at_hand(self) -> Answer | None:
        """The answer that keys act on."""
        return None

    def action_copy(self) -> None:
        from kmassist.answers.presentation import answer_markdown

        if answer := self.answer_at_hand:
            self.kmassist.copy_text(answer_markdown(answer), "Answer")

    @work
    async def action_brief_this(self) -> None:
        """Compose a brief of the answer, keep it and open it."""
        from kmassist.tui.screens.brief import BriefScreen

        answer = self.answer_at_hand
        if answer is None:
            return

        def make(a: Any) -> tuple[Brief, str]:
            brief = a.briefs.compose(answer)
            return brief, a.briefs.save(brief)

        self.kmassist.say("Composing and checking every quotation…")
        brief, revision_id = await self.kmassist.library.call(make, warm=True)
        self.app.push_screen(BriefScreen(brief, revision_id))

    def action_scale_up(self) -> None:
        from kmassist.tui.screens.scale import ScaleScreen

        if answer := self.answer_at_hand:
            self.app.push_screen(ScaleScreen(answer.resolved_question))
