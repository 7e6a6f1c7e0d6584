"""What a file holds now, laid beside what the library has of it: new, changed, moved, stored already, or gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kmassist.assistant.preparing import keep_edits, keep_inside
from kmassist.documents.document import Document
from kmassist.documents.passages import Passage, split_document
from kmassist.documents.required_metadata import with_current_warnings
from kmassist.documents.values import storable_text
from kmassist.events import Added, Event
from kmassist.index import Index


@dataclass(frozen=True, slots=True)
class Pending:
    """A document that is read and waits for its vectors. ``replaces`` is the doc_id it takes the place of, ``before`` the one
    that may have vectors for it already."""

    path: Path
    document: Document
    passages: list[Passage]
    data: bytes | None
    replaces: str | None
    before: str | None
    outcome: str
    note: str


class Matcher:
    """The library's documents during one run of adding; ``known`` is kept up with what the run stores."""

    def __init__(self, index: Index, gone: Callable[[str], None]) -> None:
        """``gone`` is told of a document that its file no longer holds."""
        self._index = index
        self._gone = gone
        self.known: dict[str, Document] = {d.doc_id: d for d in index.documents()}

    def against(
        self,
        path: Path,
        documents: Sequence[Document],
        data: bytes | None,
        *,
        is_chosen: bool = False,
    ) -> Iterator[Event | Pending]:
        """What is to be stored of a file, and what is not and why. ``is_chosen``: the original becomes ``data``, whatever is held."""
        now = {document.doc_id for document in documents}
        gone = [
            d.doc_id
            for d in self.known.values()
            if d.source_path == storable_text(str(path)) and d.doc_id not in now
        ]
        for found in documents:
            document, same = keep_inside(found), self.known.get(found.doc_id)
            title = document.metadata.title
            if (
                same is not None
                and same.source_path != document.source_path
                and Path(same.source_path).exists()
            ):
                yield Added(
                    str(path),
                    same.doc_id,
                    title,
                    "duplicate",
                    f"same text as {same.source_name} ({same.doc_id})",
                )
                continue
            if same is not None:
                kept = keep_edits(same.metadata, document.metadata)
                document = with_current_warnings(document.model_copy(update={"metadata": kept}))
                if (
                    document.metadata == same.metadata
                    and document.source_sha256 == same.source_sha256
                    and not (is_chosen and self._index.original(same.doc_id) != data)
                ):
                    yield self._found_again(path, document, same)
                    continue
            replaces = self._predecessor(document, gone, len(documents)) if same is None else None
            if replaces:
                gone.remove(replaces)
                kept = keep_edits(self.known[replaces].metadata, document.metadata)
                document = with_current_warnings(document.model_copy(update={"metadata": kept}))
            outcome = "updated" if same is not None or replaces else "added"
            note = self._note(document)
            if replaces:
                self.known.pop(replaces, None)
            self.known[document.doc_id] = document.model_copy(
                update={"text": "", "pages": (), "headings": ()}
            )
            passages, before = split_document(document), same.doc_id if same else replaces
            yield Pending(path, document, passages, data, replaces, before, outcome, note)
        for doc_id in gone:  # the file no longer holds what was stored from it
            self._gone(doc_id)
            self.known.pop(doc_id, None)

    def _found_again(self, path: Path, document: Document, same: Document) -> Added:
        """What is stored already; its file may lie elsewhere now."""
        title = document.metadata.title
        if document.source_path == same.source_path:
            return Added(str(path), same.doc_id, title, "unchanged")
        self._index.update_metadata(document)
        self.known[same.doc_id] = document.model_copy(update={"text": ""})
        return Added(str(path), same.doc_id, title, "updated", f"moved from {same.source_path}")

    def _predecessor(self, document: Document, gone: Sequence[str], count: int) -> str | None:
        """Which stored document of the same file this one is a new form of: the same study, title or place in it."""
        old = [self.known[doc_id] for doc_id in gone]
        if count == 1 and len(old) == 1:
            return old[0].doc_id
        meta = document.metadata
        rules: tuple[Callable[[Document], bool], ...] = (
            lambda d: bool(meta.study_key) and d.metadata.study_key == meta.study_key,
            lambda d: bool(meta.title) and d.metadata.title == meta.title,
            lambda d: (
                bool(document.locator)
                and d.locator == document.locator
                and not document.locator.startswith("#")
            ),
        )
        for is_same in rules:
            for candidate in old:
                if is_same(candidate):
                    return candidate.doc_id
        return None

    def _note(self, document: Document) -> str:
        key = document.metadata.study_key
        others = (
            d
            for d in self.known.values()
            if key and d.metadata.study_key == key and d.doc_id != document.doc_id
        )
        other = next(others, None)
        return f"another report of the study in {other.source_name}; counted once" if other else ""
