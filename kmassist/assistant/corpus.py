"""Adding, inspecting, viewing, editing and removing documents."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from kmassist.assistant.redaction import redact_document, scan_document
from kmassist.config import Settings
from kmassist.documents import Document, Metadata
from kmassist.embedding import passage_input
from kmassist.errors import IndexLocked, KmassistError, RecordError, SourceError, UnreadableSource
from kmassist.events import Added, Event, Progress, Skipped, Warned
from kmassist.identifiers import IdentifierKind, summarise
from kmassist.index import Entry, Filter, Index
from kmassist.passages import Passage, split_document
from kmassist.readers import find_sources, read_source
from kmassist.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kmassist.assistant.gap_desk import GapDesk
    from kmassist.embedding import Embedder


@dataclass(frozen=True, slots=True)
class Inspection:
    """One document as it would be stored."""

    document: Document
    passages: int
    missing: tuple[str, ...]
    identifiers: tuple[str, ...]
    already: str


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


@dataclass(slots=True)
class AddSummary:
    """What a run of `add` did, gathered from its events."""

    added: list[Added] = field(default_factory=list)
    updated: list[Added] = field(default_factory=list)
    unchanged: list[Added] = field(default_factory=list)
    duplicates: list[Added] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Count one event."""
        if isinstance(event, Skipped):
            self.skipped.append(event)
        elif isinstance(event, Warned):
            self.warnings.append(event)
        elif isinstance(event, Added):
            {"added": self.added, "updated": self.updated, "unchanged": self.unchanged, "duplicate": self.duplicates}[
                event.outcome
            ].append(event)

    @property
    def changed(self) -> int:
        """Documents that were stored or replaced."""
        return len(self.added) + len(self.updated)


class Corpus:
    """The documents of a library."""

    def __init__(
        self, settings: Settings, index: Index, embedder: Embedder, vocabulary: Vocabulary, gaps: GapDesk | None = None
    ) -> None:
        self._settings = settings
        self._index = index
        self._embedder = embedder
        self._vocabulary = vocabulary
        self._gaps = gaps

    def add(
        self, paths: Sequence[Path], *, overrides: Mapping[str, Any], consent: Mapping[str, str], ocr: bool = False
    ) -> Iterator[Event]:
        """Read, split, embed and store every source under the paths; each document in one transaction.

        Args:
            paths: files and folders, folders recursively.
            overrides: metadata that wins over what the files say.
            consent: file name or path -> what to do about identifiers found in it: ``redact``, or a reason to accept.
            ocr: try optical character recognition on scans.

        Yields:
            Progress, and for each document Added, for each file that yields none Skipped. One bad file never stops the
            rest; closing the generator stops between documents.
        """
        files = [(file, _root(given)) for given in paths for file in find_sources([given])]
        known = {d.doc_id: d for d in self._index.documents()}
        begun = time.monotonic()
        for number, (path, root) in enumerate(files):
            left = (time.monotonic() - begun) / number * (len(files) - number) if number else 0.0
            yield Progress("adding", number, len(files), f"{path.name}|{left:.0f}")
            try:
                documents = read_source(path, overrides=overrides, root=root, ocr=ocr)
                data = path.read_bytes()
                documents, is_redacted, notes = self._without_identifiers(path, documents, consent)
            except SourceError as error:
                yield Skipped(str(path), error.message, error.hint, getattr(error, "kind", ""))
                continue
            except OSError as error:
                yield Skipped(
                    str(path), f"The file cannot be read ({error.strerror}).", "Check that it is still there.", "damaged"
                )
                continue
            yield from notes
            yield from self._add_documents(path, documents, None if is_redacted else data, known)
        yield Progress("adding", len(files), len(files), "|0")

    def _add_documents(
        self, path: Path, documents: Sequence[Document], data: bytes | None, known: dict[str, Document]
    ) -> Iterator[Event]:
        before = {d.doc_id: d for d in known.values() if d.source_path == str(path)}
        now = {document.doc_id for document in documents}
        gone = [doc_id for doc_id in before if doc_id not in now]
        for raw in documents:
            document = _with_topics(raw, self._vocabulary)
            same = known.get(document.doc_id)
            if same is not None and same.source_path != document.source_path and Path(same.source_path).exists():
                note = f"same text as {same.source_name} ({same.doc_id})"
                yield Added(str(path), document.doc_id, document.metadata.title, "duplicate", note)
                continue
            if same is not None and _same_metadata(same, document):
                yield Added(str(path), document.doc_id, document.metadata.title, "unchanged")
                continue
            if same is not None:
                document = document.model_copy(update={"metadata": _keep_edits(same.metadata, document.metadata)})
                if _same_metadata(same, document):
                    yield Added(str(path), document.doc_id, document.metadata.title, "unchanged")
                    continue
            replaces = gone.pop(0) if gone and same is None else None
            try:
                self._store(document, data, replaces)
            except IndexLocked:
                raise
            except KmassistError as error:
                yield Skipped(str(path), error.message, error.hint)
                continue
            outcome = "updated" if same is not None or replaces else "added"
            if replaces:
                known.pop(replaces, None)
            known[document.doc_id] = document.model_copy(update={"text": ""})
            yield Added(str(path), document.doc_id, document.metadata.title, outcome, self._note(document, known))
            for warning in document.warnings:
                yield Warned(f"{path.name}: {warning}")
            closes = self._gaps.may_close(document) if self._gaps else []
            if closes:
                yield Warned(f"{path.name} may close {', '.join(f'gap {g}' for g in closes)}.", "See 'kmassist gaps list'.")
        for doc_id in gone:  # the file no longer holds what was stored from it
            self._index.delete(doc_id)
            known.pop(doc_id, None)

    def _without_identifiers(
        self, path: Path, documents: list[Document], consent: Mapping[str, str]
    ) -> tuple[list[Document], bool, list[Event]]:
        """Hold back, redact or accept what looks like personal data; nothing of it is stored before the choice.

        Raises:
            UnreadableSource: of kind ``identifiers``, when there is personal data and no choice was made.
        """
        if not self._settings.privacy.scan:
            return documents, False, []
        pattern = self._settings.privacy.hospital_number_pattern
        scans = [(document, scan_document(document, pattern)) for document in documents]
        found = [item for _, items in scans for item in items]
        notes: list[Event] = []
        if any(item.kind is IdentifierKind.NHS_TEST_NUMBER for item in found):
            notes.append(Warned(f"{path.name} holds NHS numbers of the test range, which are never issued."))
        blocking = [item for item in found if item.blocks]
        if not blocking:
            return documents, False, notes
        choice = next((consent[key] for key in (str(path), path.name, "*") if key in consent), "")
        if not choice:
            raise UnreadableSource(
                f"It looks as if it holds personal data: {'; '.join(summarise(blocking))}.",
                "Nothing of it was stored. Look with 'kmassist inspect', then add it with --redact, or --accept REASON, or leave it out.",
                kind="identifiers",
            )
        if choice == "redact":
            notes.append(
                Warned(f"{path.name}: replaced {'; '.join(summarise(blocking))}. This is not a claim that it is anonymous.")
            )
            return [redact_document(document, items) for document, items in scans], True, notes
        self._index.audit("accept identifiers", doc_id=documents[0].doc_id, reason=choice, count=len(blocking))
        return documents, False, notes

    def _note(self, document: Document, known: Mapping[str, Document]) -> str:
        key = document.metadata.study_key
        other = next((d for d in known.values() if key and d.metadata.study_key == key and d.doc_id != document.doc_id), None)
        return f"another report of the study in {other.source_name}; counted once" if other else ""

    def _with_topics(self, document: Document) -> Document:
        if document.metadata.topics:
            return document
        topics = self._vocabulary.topics_of(
            f"{document.metadata.title}\n{' '.join(document.metadata.keywords)}\n{document.text}"
        )
        if not topics:
            return document
        came_from = {**document.metadata.came_from, "topics": "detected"}
        return document.model_copy(
            update={"metadata": document.metadata.model_copy(update={"topics": tuple(topics), "came_from": came_from})}
        )

    def _store(self, document: Document, data: bytes | None, replaces: str | None) -> None:
        self._index.add(make_entry(self._embedder, document, data), replaces=replaces)

    def inspect(self, path: Path, *, overrides: Mapping[str, Any], ocr: bool = False) -> list[Inspection]:
        """What would be stored from a file or folder, before anything is.

        Raises:
            SourceError: the file cannot be read.
        """
        known = {d.doc_id: d for d in self._index.documents()}
        return inspect_paths(self._settings, self._vocabulary, path, overrides, ocr=ocr, known=known)

    def view(self, doc_id: str, start: int, end: int, around: int = 1200) -> PassageView:
        """The quotation at ``start:end`` with up to ``around`` characters on each side, cut at paragraph or word ends."""
        document = self._index.document(doc_id)
        text = document.text
        left, right = max(0, start - around), min(len(text), end + around)
        if left:
            left = max(text.find(" ", left, start), text.find("\n", left, start), left)
        if right < len(text):
            right = max(text.rfind(" ", end, right), end)
        page = next((p for p in document.pages if p.start <= start < p.end), None)
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
            raise RecordError(f"'{changes.get(name)}' cannot be the {name}: {first['msg']}.", "") from error
        changed = document.model_copy(update={"metadata": metadata})
        self._index.update_metadata(changed)
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


def inspect_paths(
    settings: Settings,
    vocabulary: Vocabulary,
    path: Path,
    overrides: Mapping[str, Any],
    *,
    ocr: bool = False,
    known: Mapping[str, Document] | None = None,
) -> list[Inspection]:
    """What would be stored from a file or folder; needs no library.

    Raises:
        SourceError: a file cannot be read.
    """
    found = []
    for file in find_sources([path]):
        for raw in read_source(file, overrides=overrides, root=_root(path), ocr=ocr):
            document = _with_topics(raw, vocabulary)
            same = (known or {}).get(document.doc_id)
            found.append(
                Inspection(
                    document=document,
                    passages=len(split_document(document)),
                    missing=document.warnings,
                    identifiers=tuple(summarise(scan_document(document, settings.privacy.hospital_number_pattern))),
                    already=f"already in the library as {same.source_name}" if same else "",
                )
            )
    return found


def _with_topics(document: Document, vocabulary: Vocabulary) -> Document:
    if document.metadata.topics:
        return document
    topics = vocabulary.topics_of(f"{document.metadata.title}\n{' '.join(document.metadata.keywords)}\n{document.text}")
    if not topics:
        return document
    came_from = {**document.metadata.came_from, "topics": "detected"}
    return document.model_copy(
        update={"metadata": document.metadata.model_copy(update={"topics": tuple(topics), "came_from": came_from})}
    )


def make_entry(embedder: Embedder, document: Document, data: bytes | None) -> Entry:
    """Split and embed one document."""
    passages = split_document(document)
    inputs = [passage_input(passage, document.metadata.title) for passage in passages]
    vectors, sentences = embedder.embed([text for text, _ in inputs], [spans for _, spans in inputs])
    return Entry(document, passages, vectors, sentences, data)


def editable_fields() -> list[str]:
    """Metadata fields that one value can correct."""
    return [name for name in Metadata.model_fields if name != "came_from"]


def _root(given: Path) -> Path:
    """Folder names from the one that was named downwards speak for a document; those above it do not."""
    return given.parent if given.is_dir() else given.parent.parent


def _same_metadata(old: Document, new: Document) -> bool:
    return old.metadata == new.metadata and old.source_path == new.source_path


def _keep_edits(old: Metadata, new: Metadata) -> Metadata:
    """Carry over what a person corrected by hand."""
    edited = {name: getattr(old, name) for name, origin in old.came_from.items() if origin == "edited"}
    came_from = {**new.came_from, **dict.fromkeys(edited, "edited")}
    return new.model_copy(update={**edited, "came_from": came_from}) if edited else new
