"""Adding sources: read in a killable process, screened for personal data, embedded in batches, stored one transaction each."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmassist.assistant.redaction import redact_document, scan_document
from kmassist.config import Settings
from kmassist.documents import Document, Metadata, Sharing, SourceType
from kmassist.embedding import passage_input
from kmassist.errors import IndexLocked, KmassistError, SourceError, UnreadableSource
from kmassist.events import Added, Event, Progress, Skipped, Warned
from kmassist.identifiers import IdentifierKind, summarise
from kmassist.index import Entry, Index
from kmassist.passages import Passage, split_document
from kmassist.readers import look_through
from kmassist.readers.ocr import require_ocr
from kmassist.readers.sandbox import Limits, Sandbox
from kmassist.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kmassist.assistant.gap_desk import GapDesk
    from kmassist.embedding import Embedder, Vectors

_BATCH, _FIRST_BATCH = 64, 16
"""Passages embedded together: batches sorted by length keep the encoder's throughput, short documents alone would not. An
encoder that is idle begins with fewer."""
_AHEAD = 2
"""Batches that are with the encoder at a time: the next one begins where the last one no longer keeps every core busy."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One document as it would be stored. ``identifiers`` are masked; ``missing`` are what its kind should say and does not."""

    document: Document
    passages: int
    missing: tuple[str, ...]
    identifiers: tuple[str, ...]
    already: str


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
            lists = {"added": self.added, "updated": self.updated, "unchanged": self.unchanged, "duplicate": self.duplicates}
            lists[event.outcome].append(event)

    @property
    def changed(self) -> int:
        """Documents that were stored or replaced."""
        return len(self.added) + len(self.updated)


@dataclass(frozen=True, slots=True)
class _Pending:
    """A document that is read and waits for its vectors. ``replaces`` is the doc_id it takes the place of."""

    path: Path
    document: Document
    passages: list[Passage]
    data: bytes | None
    replaces: str | None
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class _Batch:
    """Documents whose passages the encoder has, in the order in which they are to be stored."""

    waiting: Sequence[_Pending]
    vectors: Future[tuple[Vectors, list[Vectors]]]


@contextmanager
def _encoders() -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(_AHEAD, "encode-ahead")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)  # whoever stops waits for a batch at most


class Adding:
    """One run of adding sources to a library."""

    def __init__(
        self, settings: Settings, index: Index, embedder: Embedder, vocabulary: Vocabulary, gaps: GapDesk | None = None
    ) -> None:
        self._settings = settings
        self._index = index
        self._embedder = embedder
        self._vocabulary = vocabulary
        self._gaps = gaps
        self._known: dict[str, Document] = {}

    def add(
        self, paths: Sequence[Path], *, overrides: Mapping[str, Any], consent: Mapping[str, str], ocr: bool = False
    ) -> Generator[Event, None, None]:
        """Read, split, embed and store every source under the paths; each document in one transaction.

        Args:
            paths: files and folders, folders recursively.
            overrides: metadata that wins over what the files say.
            consent: file name, path or ``*`` -> what to do about identifiers found in it: ``redact``, or a reason to accept.
            ocr: try optical character recognition on scans.

        Raises:
            MissingExtra: ``ocr`` without ocrmypdf or tesseract, before anything is read.

        Yields:
            Progress, for each stored document Added (after its commit), for each file that yields none Skipped. One bad
            file never stops the rest; closing the generator stops between documents and loses none that was announced.
        """
        if ocr:
            require_ocr()
        self._known = {d.doc_id: d for d in self._index.documents()}
        files = [(path, problem, root_of(given)) for given in paths for path, problem in look_through([given])]
        begun, waiting, encoding = time.monotonic(), list[_Pending](), deque[_Batch]()
        with Sandbox(limits_of(self._settings)) as sandbox, _ReadAhead(sandbox) as ahead, _encoders() as pool:
            for number, (path, problem, _) in enumerate(files):
                left = (time.monotonic() - begun) / number * (len(files) - number) if number else 0.0
                yield Progress("adding", number, len(files), path.name, left)
                ahead.fill(
                    (file, partial(self._read, sandbox, file, folder, overrides, ocr)) if bad is None else None
                    for file, bad, folder in files[ahead.begun :]
                )
                read = ahead.next()
                try:
                    if problem is not None:
                        raise problem
                    documents, data = read()
                    documents, is_redacted, notes = self._screen(path, documents, consent)
                except SourceError as error:
                    yield Skipped(str(path), error.message, error.hint, getattr(error, "kind", ""))
                    continue
                yield from notes
                for step in self._sort(path, documents, None if is_redacted else data):
                    if isinstance(step, _Pending):
                        waiting.append(step)
                    else:
                        yield step
                while encoding and encoding[0].vectors.done():
                    yield from self._store(encoding.popleft())
                if sum(len(p.passages) for p in waiting) >= (_BATCH if encoding else _FIRST_BATCH):
                    encoding.append(self._encode(waiting, pool))
                    waiting = []
                while len(encoding) > _AHEAD:
                    yield from self._store(encoding.popleft())
            if waiting:
                encoding.append(self._encode(waiting, pool))
            while encoding:
                yield from self._store(encoding.popleft())
        yield Progress("adding", len(files), len(files))

    def _read(
        self, sandbox: Sandbox, path: Path, root: Path, overrides: Mapping[str, Any], ocr: bool
    ) -> tuple[list[Document], bytes]:
        documents = sandbox.read(path, overrides=overrides, root=root, find_topics=self._vocabulary.topics_of, ocr=ocr)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UnreadableSource(f"The file cannot be read ({error.strerror}).", "Check that it is still there.") from error
        if documents and documents[0].source_sha256 and hashlib.sha256(data).hexdigest() != documents[0].source_sha256:
            raise UnreadableSource("The file changed while it was being read.", "Add it again when nobody is writing to it.")
        return documents, data

    def _screen(
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
            replaced = [item for item in found if item.kind is not IdentifierKind.NHS_TEST_NUMBER]
            notes.append(
                Warned(f"{path.name}: replaced {'; '.join(summarise(replaced))}. This is no claim that it is anonymous.")
            )
            return [redact_document(document, pattern) for document in documents], True, notes
        self._index.audit("accept identifiers", doc_id=documents[0].doc_id, reason=choice, count=len(blocking))
        return documents, False, notes

    def _sort(self, path: Path, documents: Sequence[Document], data: bytes | None) -> Iterator[Event | _Pending]:
        """What is to be stored of a file, and what is not and why."""
        now = {document.doc_id for document in documents}
        gone = [d.doc_id for d in self._known.values() if d.source_path == str(path) and d.doc_id not in now]
        for found in documents:
            document, same = _kept_inside(found), self._known.get(found.doc_id)
            title = document.metadata.title
            if same is not None and same.source_path != document.source_path and Path(same.source_path).exists():
                yield Added(str(path), same.doc_id, title, "duplicate", f"same text as {same.source_name} ({same.doc_id})")
                continue
            if same is not None:
                document = document.model_copy(update={"metadata": _keep_edits(same.metadata, document.metadata)})
                if document.metadata == same.metadata and document.source_sha256 == same.source_sha256:
                    yield Added(str(path), same.doc_id, title, "unchanged")
                    continue
            replaces = gone.pop(0) if gone and same is None else None
            outcome = "updated" if same is not None or replaces else "added"
            note = self._note(document)
            if replaces:
                self._known.pop(replaces, None)
            self._known[document.doc_id] = document.model_copy(update={"text": "", "pages": (), "headings": ()})
            yield _Pending(path, document, split_document(document), data, replaces, outcome, note)
        for doc_id in gone:  # the file no longer holds what was stored from it
            self._index.delete(doc_id)
            self._known.pop(doc_id, None)

    def _note(self, document: Document) -> str:
        key = document.metadata.study_key
        others = (d for d in self._known.values() if key and d.metadata.study_key == key and d.doc_id != document.doc_id)
        other = next(others, None)
        return f"another report of the study in {other.source_name}; counted once" if other else ""

    def _encode(self, waiting: Sequence[_Pending], pool: ThreadPoolExecutor) -> _Batch:
        inputs = [passage_input(p, item.document.metadata.title) for item in waiting for p in item.passages]
        return _Batch(waiting, pool.submit(self._embedder.embed, [text for text, _ in inputs], [spans for _, spans in inputs]))

    def _store(self, batch: _Batch) -> Iterator[Event]:
        vectors, sentences = batch.vectors.result()
        first = 0
        for item in batch.waiting:
            last = first + len(item.passages)
            entry = Entry(item.document, item.passages, vectors[first:last], sentences[first:last], item.data)
            first = last
            try:
                self._index.add(entry, replaces=item.replaces)
            except IndexLocked:
                raise
            except KmassistError as error:
                yield Skipped(str(item.path), error.message, error.hint)
                continue
            yield Added(str(item.path), item.document.doc_id, item.document.metadata.title, item.outcome, item.note)
            for warning in item.document.warnings:
                yield Warned(f"{item.path.name}: {warning}")
            closes = self._gaps.may_close(item.document) if self._gaps else ()
            if closes:
                yield Warned(
                    f"{item.path.name} may close {', '.join(f'gap {g}' for g in closes)}.", "See 'kmassist gaps list'."
                )


_Read = Callable[[], tuple[list[Document], bytes]]


class _ReadAhead:
    """Reads the next files in a thread of its own while the encoder is busy; at most so many files and bytes ahead."""

    _FILES, _BYTES = 24, 32 * 1024 * 1024

    def __init__(self, sandbox: Sandbox) -> None:
        self.begun = 0
        self._sandbox = sandbox
        self._waiting: deque[tuple[_Read, int]] = deque()
        self._pool = ThreadPoolExecutor(1, "read-ahead")

    def __enter__(self) -> _ReadAhead:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._sandbox.close()  # ends the read that is under way, so that waiting is short
        self._pool.shutdown()

    def fill(self, files: Iterable[tuple[Path, _Read] | None]) -> None:
        """Begin reading until enough is ahead; None stands for a file that is not read."""
        for file in files:
            held = sum(size for _, size in self._waiting)
            if self._waiting and (len(self._waiting) >= self._FILES or held >= self._BYTES):
                return
            self.begun += 1
            if file is None:
                self._waiting.append((_nothing, 0))
            else:
                path, read = file
                size = path.stat().st_size if path.is_file() else 0
                self._waiting.append((self._pool.submit(read).result, size))

    def next(self) -> _Read:
        """What waits for the first file that was begun: its result, or its error."""
        return self._waiting.popleft()[0]


def _nothing() -> tuple[list[Document], bytes]:
    return [], b""


def inspect_paths(
    settings: Settings,
    vocabulary: Vocabulary,
    path: Path,
    overrides: Mapping[str, Any],
    *,
    ocr: bool = False,
    known: Mapping[str, Document] | None = None,
) -> list[Inspection]:
    """What would be stored from a file or folder, before anything is; needs no library.

    Raises:
        SourceError: a file cannot be read. MissingExtra: ``ocr`` without ocrmypdf or tesseract.
    """
    if ocr:
        require_ocr()
    pattern = settings.privacy.hospital_number_pattern
    found = []
    with Sandbox(limits_of(settings)) as sandbox:
        for file, problem in look_through([path]):
            if problem is not None:
                raise problem
            for read in sandbox.read(file, overrides=overrides, root=root_of(path), find_topics=vocabulary.topics_of, ocr=ocr):
                document = _kept_inside(read)
                same = (known or {}).get(document.doc_id)
                found.append(
                    Inspection(
                        document=document,
                        passages=len(split_document(document)),
                        missing=document.warnings,
                        identifiers=tuple(summarise(i for i in scan_document(document, pattern) if i.blocks)),
                        already=f"already in the library as {same.source_name}" if same else "",
                    )
                )
    return found


def make_entry(embedder: Embedder, document: Document, data: bytes | None) -> Entry:
    """Split and embed one document."""
    passages = split_document(document)
    inputs = [passage_input(passage, document.metadata.title) for passage in passages]
    vectors, sentences = embedder.embed([text for text, _ in inputs], [spans for _, spans in inputs])
    return Entry(document, passages, vectors, sentences, data)


def limits_of(settings: Settings) -> Limits:
    """The sandbox's limits from the settings."""
    return Limits(wall_seconds=settings.limits.seconds, memory_bytes=settings.limits.memory_megabytes * 1024 * 1024)


def root_of(given: Path) -> Path:
    """Folder names from the one that was named downwards speak for a document; those above it do not."""
    return given.parent if given.is_dir() else given.parent.parent


_INSIDE = frozenset({None, SourceType.AUD, SourceType.PPI, SourceType.FLK, SourceType.SVE})


def _kept_inside(document: Document) -> Document:
    """What a service made itself stays inside the NHS unless somebody marked it otherwise."""
    meta = document.metadata
    if "sharing" in meta.came_from or meta.source_type not in _INSIDE:
        return document
    came_from = {**meta.came_from, "sharing": "detected"}
    return document.model_copy(update={"metadata": meta.model_copy(update={"sharing": Sharing.NHS, "came_from": came_from})})


def _keep_edits(old: Metadata, new: Metadata) -> Metadata:
    """Carry over what a person corrected by hand."""
    edited = {name: getattr(old, name) for name, origin in old.came_from.items() if origin == "edited"}
    came_from = {**new.came_from, **dict.fromkeys(edited, "edited")}
    return new.model_copy(update={**edited, "came_from": came_from}) if edited else new
