"""What a person says of a quotation: a form over it, and what was said before shown under it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.widget import Widget

from kmassist.records.remarks import Said
from kmassist.tui.context import context
from kmassist.tui.screens.form import Field, FormScreen
from kmassist.tui.widgets.claim import ClaimView, recall_feedback

_ABOUT = (
    "What you say is kept with your role and shown under the quotation. It changes no answer and no order: it is exported as gold "
    "questions ('kmassist feedback export'), so that a change can be measured before it is made."
)


def feedback_form(turn: Widget, question: str, view: ClaimView) -> FormScreen:
    """A form over one quotation."""
    app = context(turn)
    around: Any = next((node for node in view.ancestors if node.has_class("turn")), turn)

    async def save(changes: Mapping[str, Any]) -> None:
        said = Said(changes.get("said") or Said.NOT_RELEVANT.value)
        kept = await app.library.call(
            lambda a: a.remarks.say(
                question, said, view.claim.citation, reason=str(changes.get("reason", ""))
            )
        )
        app.say("It is kept. The answer stays as it is.", kept.said.value.capitalize())
        await recall_feedback(around, question)

    choices = [(s.value, s.value) for s in Said if s is not Said.NOTHING_ANSWERS]
    fields = [
        Field("said", "It is", Said.NOT_RELEVANT.value, choices, is_needed=True),
        Field("reason", "Why", "", hint="needed unless it answers"),
    ]
    return FormScreen(
        "Feedback on this quotation", fields, save, about=_ABOUT, verb="Keep", saves_unchanged=True
    )
