"""The documents of a library: viewing, editing and what else covers the same ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from kmassist.assistant.adding import make_entry
from kmassist.documents import Document, Metadata
from kmassist.errors import RecordError
from kmassist.index import Filter, Index

if TYPE_CHECKING:
    from kmassist.embedding import Embedder


@dataclass(frozen=True, slots=True)
class PassageView:
    """A quotation with its surroundings, for showing in context."""

    document: Document
    heading: str
    page: int | None
    page_is_estimated: bool
    before: str
    quote: str
    after: str


class Corpus:
    """The documents of a library."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self._index = index
        self._embedder = embedder

    def view(self, doc_id: str, start: int, end: int, around: int = 1200) -> PassageView:
        """The quotation at ``start:end`` with up to ``around`` characters on each side, cut at word ends."""
        document = self._index.document(doc_id)
        text = document.text
        left, right = max(0, start - around), min(len(text), end + around)
        if left:
            left = max(text.find(" ", left, start), text.find("\n", left, start), left)
        if right < len(text):
            right = max(text.rfind(" ", end, right), end)
        page = document.page_at(start)
        heading = ""
        for span in document.headings:
            if span.start <= start:
                heading = span.title
        return PassageView(
            document=document.model_copy(update={"text": ""}),
            heading=heading,
            page=page.number if page else None,
            page_is_estimated=page.is_estimated if page else False,
            before=text[left:start].lstrip(),
            quote=text[start:end],
            after=text[end:right].rstrip(),
        )

    def edit(self, doc_id: str, changes: Mapping[str, Any]) -> Document:
        """Correct metadata fields; each is marked as edited and survives adding the file again.

        Raises:
            RecordError: a field is unknown or its value cannot be used.
            DocumentNotFound: no such document.
        """
        document = self._index.document(doc_id)
        values = document.metadata.model_dump()
        for name, value in changes.items():
            if name not in Metadata.model_fields or name == "came_from":
                raise RecordError(f"There is no metadata field '{name}'.", "Fields: " + ", ".join(editable_fields()) + ".")
            values[name] = value
            values["came_from"][name] = "edited"
        try:
            metadata = Metadata.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            says = str(first["msg"]).removeprefix("Value error, ")
            raise RecordError(f"'{changes.get(name)}' cannot be the {name.replace('_', ' ')}: {says}.") from error
        changed = document.model_copy(update={"metadata": metadata})
        if metadata.title == document.metadata.title:
            self._index.update_metadata(changed)
        else:  # the title is part of what is searched
            self._index.add(make_entry(self._embedder, changed, self._index.original(doc_id)))
        return changed

    def also_covers(self, doc_id: str, k: int) -> list[Document]:
        """Other documents nearest in meaning, best first."""
        import numpy as np

        found = self._index.vectors([p.passage_id for p in self._index.passages_of(doc_id)])
        if not found:
            return []
        centre = np.mean([vector for vector, _ in found.values()], axis=0)
        centre /= max(float(np.linalg.norm(centre)), 1e-9)
        run = self._index.dense(centre.astype(np.float32), 20 * k, Filter(without_doc_ids=frozenset({doc_id})))
        order = list(dict.fromkeys(p.doc_id for p in self._index.passages(h.passage_id for h in run)))[:k]
        documents = {d.doc_id: d for d in self._index.documents(Filter(doc_ids=frozenset(order)))}
        return [documents[d] for d in order if d in documents]


def editable_fields() -> list[str]:
    """Metadata fields that can be corrected."""
    return [name for name in Metadata.model_fields if name != "came_from"]
