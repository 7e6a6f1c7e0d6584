"""One quotation of an answer: a link to its place in its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.widgets import Static

from kmassist.answers import Claim
from kmassist.sessions import citation_line
from kmassist.tui.messages import OpenCitation
from kmassist.tui.safe import one_line, words

if TYPE_CHECKING:
    from kmassist.tui.app import KmassistApp


def source_line(claim: Claim) -> Content:
    """Number, short citation, kind, date and place of a quotation."""
    citation = claim.citation
    facts = [citation.cite_as, citation.design or citation.source_type.label.lower()]
    facts += [f"evidence of {citation.date}" if citation.date and citation.date[:4] not in citation.cite_as else ""]
    facts += [_place(claim), "synthetic" if citation.is_synthetic else ""]
    said = " · ".join(one_line(fact) for fact in facts if fact)
    return words((f"[{citation.number}]", "bold $km-link"), (f" {said}", "$km-quiet"))


def _place(claim: Claim) -> str:
    """The page, else the last heading above the words, unless that is only the title again."""
    citation = claim.citation
    if citation.page is not None:
        return citation.place
    heading = citation.section.split(" › ")[-1]
    return "" if heading.casefold() == citation.title.casefold() else one_line(heading, 40)


class ClaimView(Static, can_focus=True):
    """The words of a source with their citation; Enter or a click opens them in context."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Context", tooltip="See this sentence where it stands in its source"),
        Binding("down,j", "app.focus_next", "Next", show=False),
        Binding("up,k", "app.focus_previous", "Previous", show=False),
        Binding("n", "neighbours", "Around", tooltip="Show or hide the sentences before and after"),
        Binding("c", "copy", "Copy", tooltip="Copy this quotation with its citation"),
        Binding("o", "original", "Original", tooltip="Open the original file"),
    ]

    def __init__(self, claim: Claim) -> None:
        super().__init__(markup=False)
        self.claim = claim
        self._has_neighbours = False
        self._show()

    def action_open(self) -> None:
        """Open the passage."""
        self.post_message(OpenCitation(self.claim.citation))

    def on_click(self, event: Click) -> None:
        """A click is Enter."""
        event.stop()
        self.action_open()

    def action_neighbours(self) -> None:
        """The sentences around the quotation, on or off."""
        self._has_neighbours = not self._has_neighbours
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Neighbours are offered where there are any."""
        return bool(self.claim.before or self.claim.after) if action == "neighbours" else True

    def action_copy(self) -> None:
        """Quotation and citation to the clipboard."""
        text = f"“{self.claim.text}” {citation_line(self.claim.citation)}"
        cast("KmassistApp", self.app).copy_text(text, "Citation")

    def action_original(self) -> None:
        """The original file."""
        cast("KmassistApp", self.app).open_original(self.claim.citation.doc_id)

    def _show(self) -> None:
        quote: Content = words(f"“{' '.join(self.claim.text.split())}”")
        if self._has_neighbours:
            before = words((f"{self.claim.before} " if self.claim.before else "", "$km-quiet"))
            after = words((f" {self.claim.after}" if self.claim.after else "", "$km-quiet"))
            quote = Content.assemble(before, quote, after)
        self.update(Content.assemble(quote, "\n", source_line(self.claim)))
