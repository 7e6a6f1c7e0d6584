"""A quotation in its context: the sentence marked, the source's particulars above it, the original one key away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kmassist.answers.model import Citation
from kmassist.answers.presentation import badges, citation_line, marked, when
from kmassist.documents.source_types import kind_in_words
from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.messages import OpenDocument
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card

if TYPE_CHECKING:
    from kmassist.assistant import PassageView


class PassageScreen(Card[None]):
    """One quotation where it stands; the others of the same answer are an arrow away."""

    ABOUT: ClassVar[str] = (
        "The marked words are the quotation, exactly as they stand in the source; around them is the text before and after. "
        "A page with ~ is an estimate."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the answer"),
        ("left,p", "step(-1)", "Previous", "The quotation before"),
        ("right,n", "step(1)", "Next", "The next quotation"),
        ("o", "original", "Original", "Open the original file"),
        ("d", "document", "Document", "The whole text of this source"),
        ("c", "copy", "Copy", "Copy the quotation with its citation"),
    )

    def __init__(self, citation: Citation, citations: Sequence[Citation] = ()) -> None:
        super().__init__()
        self._citations = list(citations) or [citation]
        self._place = next((n for n, c in enumerate(self._citations) if c is citation), 0)

    @property
    def citation(self) -> Citation:
        """The one shown now."""
        return self._citations[self._place]

    def body(self) -> ComposeResult:
        yield Static("", markup=False, id="passage-head")
        with VerticalScroll(id="passage-scroll"):
            yield Static("", markup=False, id="passage-text")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The arrows are offered where there is more than one quotation."""
        return len(self._citations) > 1 if action == "step" else True

    def action_step(self, by: int) -> None:
        self._place = (self._place + by) % len(self._citations)
        self._load()

    def action_original(self) -> None:
        context(self).open_original(self.citation.doc_id)

    def action_document(self) -> None:
        citation = self.citation
        self.post_message(OpenDocument(citation.doc_id, ((citation.start, citation.end),)))

    def action_copy(self) -> None:
        masked = self.citation.masked()  # what is copied leaves the library
        text = f"{marked(masked)} {citation_line(masked)}"
        context(self).copy_text(text, "Citation")

    async def fill(self) -> None:
        citation = self.citation
        self.query_one("#passage-head", Static).update(self._head())
        view = await context(self).library.call(
            lambda a: a.view(
                citation.doc_id,
                citation.start,
                citation.end,
                is_masked=a.settings.privacy.mask_on_screen,
            )
        )
        self.query_one("#passage-head", Static).update(self._head(view))
        text = Content.assemble(words((view.before, "$km-quiet")), words((view.quote, "$km-on-marked on $km-marked")),
                                words((view.after, "$km-quiet")))  # fmt: skip
        static = self.query_one("#passage-text", Static)
        static.update(text)
        self.call_after_refresh(self._to_quote, view)

    def _to_quote(self, view: PassageView) -> None:
        """Bring the marked words to the upper third of the card."""
        scroll = self.query_one("#passage-scroll", VerticalScroll)
        width = max(20, scroll.scrollable_content_region.width)
        above = words(view.before).get_height({}, width) if view.before else 0
        scroll.scroll_to(y=max(0, above - scroll.size.height // 3), animate=False)

    def _head(self, view: PassageView | None = None) -> Content:
        citation = self.citation
        facts = [
            kind_in_words(citation.source_type),
            citation.design,
            when(citation),
        ]
        if view is not None:
            meta = view.document.metadata
            facts += [
                meta.journal,
                meta.setting.value if meta.setting else "",
                f"n = {meta.sample_size}" if meta.sample_size else "",
            ]
            facts += [
                f"review by {meta.review_by}" if meta.review_by else "",
                f"superseded by {meta.superseded_by}" if meta.superseded_by else "",
            ]
            facts += [
                f"doi:{meta.doi}" if meta.doi else "",
                *badges(citation),
            ]
        page = f"Page {citation.place.removeprefix('p. ')}" if citation.page is not None else ""
        headings = [
            h for h in citation.section.split(" › ") if h.casefold() != citation.title.casefold()
        ]
        place = " · ".join(
            one_line(part) for part in (page, " › ".join(headings), citation.source_name) if part
        )
        count = (
            f"  ({self._place + 1} of {len(self._citations)})" if len(self._citations) > 1 else ""
        )
        said = " · ".join(one_line(fact, 60) for fact in facts if fact)
        return words((f"[{citation.number}] ", "bold $km-link"), (one_line(citation.title), "bold"), (count, "$km-quiet"),
                     "\n", one_line(citation.cite_as), (f" · {said}", "$km-quiet"), "\n", (place, "$km-quiet"))  # fmt: skip
