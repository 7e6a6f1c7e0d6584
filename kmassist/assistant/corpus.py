"""The documents of a library: viewing, editing and what else covers the same ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmassist.answers.model import Answer
from kmassist.answers.write import check_citation
from kmassist.documents.document import Document, ids_meant
from kmassist.documents.editing import edit_metadata
from kmassist.documents.required_metadata import with_current_warnings
from kmassist.errors import DocumentNotFound
from kmassist.index import Filter, Index
from kmassist.privacy.masking import SmallNumbers
from kmassist.privacy.masks import applied

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Embedder


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

    def find(self, doc: str) -> str:
        """The doc_id meant by an id, the start of one, or a file name.

        Raises:
            DocumentNotFound: none matches, or several do.
        """
        wanted = doc.strip()
        if self._index.documents(Filter(doc_ids=frozenset({wanted}))):
            return wanted
        found = ids_meant(wanted, self._index.documents())
        if len(found) == 1:
            return found[0]
        if found:
            raise DocumentNotFound(
                f"'{doc}' matches {len(found)} documents.",
                "Give the whole id from 'kmassist sources list'.",
            )
        raise DocumentNotFound(f"No document has the id '{doc}'.", "See 'kmassist sources list'.")

    def verify(self, answer: Answer) -> list[str]:
        """What does not hold in an answer; empty when every quotation stands at its place of its file."""
        problems = []
        for claim in (*answer.claims, *answer.nearest):
            try:
                document = self._index.document(claim.citation.doc_id)
            except DocumentNotFound:
                problems.append(
                    f"[{claim.citation.number}] {claim.citation.cite_as}: the document is no longer in the library."
                )
                continue
            problem = check_citation(claim.citation, document)
            if problem:
                problems.append(problem)
        return problems

    def view(
        self,
        doc_id: str,
        start: int,
        end: int,
        around: int = 1200,
        *,
        gate: SmallNumbers | None = None,
    ) -> PassageView:
        """The quotation at ``start:end`` with up to ``around`` characters on each side, cut at word ends.

        With a ``gate`` small numbers of people are masked in all three parts.
        """

        def shown(first: int, last: int) -> str:
            masks = gate.in_place(document, first, last) if gate else ()
            return applied(text[first:last], masks, start=first)

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
        kind = document.metadata.source_type
        named = gate.named(document) if gate else document
        return PassageView(
            document=named.model_copy(update={"text": ""}),
            heading=gate.in_words(heading, kind=kind) if gate else heading,
            page=page.number if page else None,
            page_is_estimated=page.is_estimated if page else False,
            before=shown(left, start).lstrip(),
            quote=shown(start, end),
            after=shown(end, right).rstrip(),
        )

    def edit(self, doc_id: str, changes: Mapping[str, Any], origin: str) -> Document:
        """Correct metadata fields (see `edit_metadata`); each is marked with its origin and survives adding the file again.

        Raises:
            RecordError: a field is unknown or its value cannot be used.
            DocumentNotFound: no such document.
        """
        document = self._index.document(doc_id)
        metadata = edit_metadata(document.metadata, changes, origin=origin)
        changed = with_current_warnings(document.model_copy(update={"metadata": metadata}))
        if metadata.title == document.metadata.title:
            self._index.update_metadata(changed)
        else:  # the title is part of what is searched
            from kmassist.assistant.preparing import make_entry

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
        run = self._index.dense(
            centre.astype(np.float32), 20 * k, Filter(without_doc_ids=frozenset({doc_id}))
        )
        order = list(
            dict.fromkeys(p.doc_id for p in self._index.passages(h.passage_id for h in run))
        )[:k]
        documents = {d.doc_id: d for d in self._index.documents(Filter(doc_ids=frozenset(order)))}
        return [documents[d] for d in order if d in documents]
