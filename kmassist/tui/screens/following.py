"""What a conversation has beside asking: following a question, and keeping one that could not be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from kmassist.tui.keys import HIDDEN, keys
from kmassist.tui.screens.main import MainScreen

if TYPE_CHECKING:
    from kmassist.answers.model import Answer


class FollowingScreen(MainScreen):
    """A place where the answer at hand can be followed."""

    BINDINGS = keys(
        (
            "ctrl+g",
            "follow",
            "Follow",
            "Be told when this question is answered differently",
            HIDDEN,
        ),
    )

    @property
    def latest_answer(self) -> Answer | None:
        return None

    @work(name="follow", group="follow")
    async def action_follow(self) -> None:
        answer = self.latest_answer
        if answer is None:
            return
        _, standing = await self.kmassist.library.call(
            lambda a: a.follow.follow(answer.resolved_question, answer=answer), warm=True
        )
        says = f"Now: {standing.says}. A change is told once, and listed under F10."
        self.kmassist.say(says, "This question is followed.")

    async def note(self, answer: Answer | None) -> None:
        """After an answer was shown: keep the question when it could not be answered."""
        if answer is not None:
            await self.kmassist.library.call(lambda a: a.follow.note(answer), warm=True)
