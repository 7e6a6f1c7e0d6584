"""One quotation of an answer: a link to its place in its source."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from kmassist.answers.model import Claim
from kmassist.answers.presentation import badges, citation_line, marked, named, place_shown
from kmassist.records.remarks import feedback_says
from kmassist.tui.context import context
from kmassist.tui.keys import HIDDEN, keys
from kmassist.tui.messages import OpenCitation
from kmassist.tui.safe import one_line, words


class GiveFeedback(Message):
    """The person wants to say what a quotation is; ``question`` is added by what it stands in."""

    def __init__(self, view: ClaimView) -> None:
        super().__init__()
        self.view = view
        self.question = ""


def source_line(claim: Claim) -> Content:
    """Number, short citation, kind, date and place of a quotation."""
    citation = claim.citation
    facts = named(citation)
    facts += [
        f"evidence of {citation.date}"
        if citation.date and citation.date[:4] not in citation.cite_as
        else ""
    ]
    place = place_shown(citation)
    facts += [place if citation.page is not None else one_line(place, 40), *badges(citation)]
    said = " · ".join(one_line(fact) for fact in facts if fact)
    return words((f"[{citation.number}]", "bold $km-link"), (f" {said}", "$km-quiet"))


class ClaimView(Static, can_focus=True):
    """The words of a source with their citation; Enter or a click opens them in context."""

    BINDINGS = keys(
        ("enter", "open", "Context", "See this sentence where it stands in its source"),
        ("down,j", "app.focus_next", "Next"),
        ("up,k", "app.focus_previous", "Previous"),
        ("n", "neighbours", "Around", "Show or hide the sentences before and after"),
        ("c", "copy", "Copy", "Copy this quotation with its citation"),
        ("o", "original", "Original", "Open the original file", HIDDEN),
        (
            "f",
            "feedback",
            "Feedback",
            "Say that this is not relevant, of the wrong kind, or the answer",
            HIDDEN,
        ),
    )

    def __init__(self, claim: Claim) -> None:
        super().__init__(markup=False)
        self.claim = claim
        self.feedback = ""
        self._has_neighbours = False
        self._show()

    def action_open(self) -> None:
        self.post_message(OpenCitation(self.claim.citation))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_open()

    def action_neighbours(self) -> None:
        """The sentences around the quotation, on or off."""
        self._has_neighbours = not self._has_neighbours
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.claim.before or self.claim.after) if action == "neighbours" else True

    def action_copy(self) -> None:
        masked = self.claim.citation.masked()  # what is copied leaves the library
        text = f"{marked(masked)} {citation_line(masked)}"
        context(self).copy_text(text, "Citation")

    def action_feedback(self) -> None:
        """Say what it is; the answer stays as it is."""
        self.post_message(GiveFeedback(self))

    def show_feedback(self, said: str) -> None:
        """What a person said of it; empty for nothing."""
        self.feedback = said
        self._show()

    def action_original(self) -> None:
        context(self).open_original(self.claim.citation.doc_id)

    def _show(self) -> None:
        quote: Content = words(marked(self.claim.citation))
        if self._has_neighbours:
            before = words((f"{self.claim.before} " if self.claim.before else "", "$km-quiet"))
            after = words((f" {self.claim.after}" if self.claim.after else "", "$km-quiet"))
            quote = Content.assemble(before, quote, after)
        said = (
            words((f"\nYou said: {one_line(self.feedback)}", "$km-check")) if self.feedback else ""
        )
        self.update(Content.assemble(quote, "\n", source_line(self.claim), said))


async def recall_feedback(turn: Widget, question: str) -> None:
    """Show under each quotation of a turn what was said of it."""
    if not context(turn).library.is_open:
        return
    found = await context(turn).library.call(lambda a: a.remarks.feedback(question))
    said = {(one.doc_id, one.start): one for one in found}
    for view in turn.query(ClaimView):
        one = said.get((view.claim.citation.doc_id, view.claim.citation.start))
        if one is not None:
            view.show_feedback(feedback_says(one))
