"""Proposal: what a document seems to say of itself, with the words it is read from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict

from kmassist.documents.document import Document


class Proposal(BaseModel):
    """A value for a field (dotted inside a record), the words ``text[start:end]`` that it is read from, and their page or line."""

    model_config = ConfigDict(frozen=True)

    field: str
    value: Any
    quote: str
    start: int
    place: str = ""

    def placed_in(self, document: Document) -> Proposal:
        """With its place: the page where there are pages, else the line, counted from 1."""
        page = document.page_at(self.start) if len(document.pages) > 1 else None
        line = 1 + sum(bool(part.strip()) for part in document.text[: self.start].split("\n")[:-1])
        return self.model_copy(update={"place": f"page {page.number}" if page else f"line {line}"})

    def masked(self, mask: Callable[[str], str]) -> Proposal:
        """As it may leave the library: a count that is read from words with a small number in them is not shown."""
        quote = mask(self.quote)
        if quote == self.quote:
            return self
        value = "not shown (small numbers)" if isinstance(self.value, int) else self.value
        return self.model_copy(update={"quote": quote, "value": value})
