"""Adding sources: read in a killable process, screened for personal data, embedded in batches, stored one transaction each."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmassist.assistant.holding import hold_own_work, settle_identifiers
from kmassist.assistant.match import Matcher, Pending
from kmassist.assistant.preparing import limits_of, root_of, take_proposals
from kmassist.assistant.read_ahead import ReadAhead
from kmassist.assistant.reuse import Encoding, Held, Input, encode, held_vectors
from kmassist.documents.document import Document
from kmassist.documents.editing import field_label
from kmassist.documents.metadata import SCREENED_OUT
from kmassist.errors import IndexLocked, KmassistError, SourceError, UnreadableSource
from kmassist.events import Added, Event, Progress, Skipped, Warned
from kmassist.index import Entry, Index
from kmassist.question.vocabulary import Vocabulary
from kmassist.readers import LEFT_OUT, look_through, read_bytes
from kmassist.readers import check_exists as check_exists  # noqa: PLC0414 - front ends take it from here
from kmassist.readers.metadata.proposals import propose
from kmassist.readers.ocr import require_ocr
from kmassist.readers.sandbox import Sandbox
from kmassist.settings.model import DatabaseUrl, Settings
from kmassist.text.words import amid

if TYPE_CHECKING:
    from kmassist.assistant.gaps import GapDesk
    from kmassist.embedding.embedder import Embedder

_BATCH, _FIRST_BATCH = 64, 16
"""Passages embedded together: batches sorted by length keep the encoder's throughput, short documents alone would not. An
encoder that is idle begins with fewer."""
_AHEAD = 2
"""Batches that are with the encoder at a time: the next one begins where the last one no longer keeps every core busy."""
_TELL_SECONDS = 0.2


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
            lists = {
                "added": self.added,
                "updated": self.updated,
                "unchanged": self.unchanged,
                "duplicate": self.duplicates,
            }
            lists[event.outcome].append(event)

    @property
    def failed(self) -> list[Skipped]:
        """Files that should have been stored and were not; one that was left out on purpose is none of them."""
        return [event for event in self.skipped if event.kind != LEFT_OUT]

    @property
    def changed(self) -> int:
        """Documents that were stored or replaced."""
        return len(self.added) + len(self.updated)


@dataclass(frozen=True, slots=True)
class _Choices:
    """What somebody chose for one run; see `Adding.add`."""

    overrides: Mapping[str, Any]
    consent: Mapping[str, str]
    ocr: bool
    accept_proposals: bool
    screened_out: bool


@dataclass(frozen=True, slots=True)
class _Batch:
    """Documents whose passages the encoder has, in the order in which they are to be stored."""

    waiting: Sequence[Pending]
    vectors: Encoding


@contextmanager
def _encoders() -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(_AHEAD, "encode-ahead")
    try:
        yield pool
    finally:
        # Whoever stops does not wait: a batch under way stores nothing, and what is not stored is found next time.
        pool.shutdown(wait=False, cancel_futures=True)


class Adding:
    """One run of adding sources to a library."""

    def __init__(
        self,
        settings: Settings,
        index: Index,
        embedder: Embedder,
        vocabulary: Vocabulary,
        gaps: GapDesk | None = None,
        *,
        set_aside: Callable[[str], None] | None = None,
        never: Collection[str] = (),
    ) -> None:
        """``set_aside`` is told of a document that its file no longer holds, instead of its removal; ``never`` are doc_ids that
        are not stored."""
        self._settings = settings
        self._index = index
        self._embedder = embedder
        self._vocabulary = vocabulary
        self._gaps = gaps
        self._gone: Callable[[str], None] = set_aside or index.delete
        self._never = never

    def add(
        self,
        paths: Sequence[Path],
        *,
        overrides: Mapping[str, Any],
        consent: Mapping[str, str],
        ocr: bool = False,
        accept_proposals: bool = False,
        screened_out: bool = False,
        root: Path | None = None,
    ) -> Generator[Event, None, None]:
        """Read, split, embed and store every source under the paths; each document in one transaction.

        Args:
            paths: files and folders, folders recursively.
            overrides: metadata that wins over what the files say.
            consent: file name, path or ``*`` -> what to do about identifiers found in it: ``redact``, or a reason to accept.
            ocr: try optical character recognition on scans.
            accept_proposals: take what plain documents seem to say of themselves (see `propose`).
            screened_out: store references too that a screening tool marks as excluded.
            root: the folder that the paths are of, where they were not found by naming it here; see `root_of`.

        Raises:
            MissingExtra: ``ocr`` without ocrmypdf or tesseract, before anything is read.

        Yields:
            Progress, for each stored document Added (after its commit), for each file that yields none Skipped. One bad
            file never stops the rest; closing the generator stops between documents and loses none that was announced.
        """
        if ocr:
            require_ocr()
        matcher = Matcher(self._index, self._gone)
        choices = _Choices(overrides, consent, ocr, accept_proposals, screened_out)
        files = [
            (*found, root_of(root or given)) for given in paths for found in look_through([given])
        ]
        yield from _others_may_change(self._settings)
        begun, waiting, encoding = time.monotonic(), list[Pending](), deque[_Batch]()
        with (
            Sandbox(limits_of(self._settings)) as sandbox,
            ReadAhead(sandbox) as ahead,
            _encoders() as pool,
        ):
            for number, (path, problem, _) in enumerate(files):
                left = (
                    (time.monotonic() - begun) / number * (len(files) - number) if number else 0.0
                )
                yield Progress("adding", number, len(files), path.name, left)
                ahead.fill(
                    (file, partial(self._read, sandbox, file, folder, choices))
                    if bad is None
                    else None
                    for file, bad, folder in files[ahead.begun :]
                )
                for step in self._prepare(path, problem, ahead.next(), matcher, choices):
                    if isinstance(step, Pending):
                        waiting.append(step)
                    else:
                        yield step
                while encoding and encoding[0].vectors.done():
                    yield from self._store(encoding.popleft())
                if sum(len(p.passages) for p in waiting) >= (_BATCH if encoding else _FIRST_BATCH):
                    encoding.append(self._encode(waiting, pool))
                    waiting = []
                while len(encoding) > _AHEAD:
                    yield from _until_done(encoding[0], number + 1, len(files))
                    yield from self._store(encoding.popleft())
            if waiting:
                encoding.append(self._encode(waiting, pool))
            while encoding:
                yield from _until_done(encoding[0], len(files), len(files))
                yield from self._store(encoding.popleft())
        yield Progress("adding", len(files), len(files))

    def _prepare(
        self,
        path: Path,
        problem: SourceError | None,
        read: Callable[[], tuple[list[Document], bytes]],
        matcher: Matcher,
        choices: _Choices,
    ) -> Iterator[Event | Pending]:
        """What is to be stored of one file, and a word about each thing that is not."""
        try:
            if problem is not None:
                raise problem
            documents, data = read()
            hold_own_work(path, documents, choices.consent, audit=self._index.audit)
            settled = settle_identifiers(
                path,
                documents,
                data,
                choices.consent,
                self._settings.privacy,
                audit=self._index.audit,
                scrub=self._scrub,
            )
        except SourceError as error:
            yield Skipped(str(path), error.message, error.hint, getattr(error, "kind", ""))
            return
        yield from settled.notes
        documents, said = _choose(path, settled.documents, matcher.known, choices)
        yield from said
        yield from matcher.against(path, documents, settled.original, is_chosen=settled.is_chosen)

    def _scrub(self, path: Path) -> tuple[bytes, str]:
        """In a child of its own: the other one is reading ahead."""
        with Sandbox(limits_of(self._settings)) as alone:
            return alone.scrub(path)

    def _read(
        self, sandbox: Sandbox, path: Path, root: Path, choices: _Choices
    ) -> tuple[list[Document], bytes]:
        documents = sandbox.read(
            path,
            overrides=choices.overrides,
            root=root,
            find_topics=self._vocabulary.topics_of,
            ocr=choices.ocr,
        )
        documents = [document for document in documents if document.doc_id not in self._never]
        data = read_bytes(
            path
        )  # with the same care: what was a file for the child may be a pipe or a device by now
        if (
            documents
            and documents[0].source_sha256
            and hashlib.sha256(data).hexdigest() != documents[0].source_sha256
        ):
            raise UnreadableSource(
                "The file changed while it was being read.",
                "Add it again when nobody is writing to it.",
            )
        return documents, data

    def _encode(self, waiting: Sequence[Pending], pool: ThreadPoolExecutor) -> _Batch:
        held: dict[Input, Held] = {}
        for item in waiting:
            if item.before:
                held |= held_vectors(self._index, item.before)
        documents = [(item.document.metadata.title, item.passages) for item in waiting]
        return _Batch(waiting, encode(documents, held, self._embedder, pool))

    def _store(self, batch: _Batch) -> Iterator[Event]:
        vectors, sentences = batch.vectors.vectors()
        first = 0
        for item in batch.waiting:
            last = first + len(item.passages)
            entry = Entry(
                item.document, item.passages, vectors[first:last], sentences[first:last], item.data
            )
            first = last
            try:
                self._index.add(entry, replaces=item.replaces)
            except IndexLocked:
                raise
            except KmassistError as error:
                yield Skipped(str(item.path), error.message, error.hint)
                continue
            except (
                ValueError,
                OverflowError,
            ) as error:  # one document that cannot be written never stops the rest
                says = f"It could not be stored ({type(error).__name__})."
                yield Skipped(str(item.path), says, "Save it under another name, or report it.")
                continue
            yield Added(
                str(item.path),
                item.document.doc_id,
                item.document.metadata.title,
                item.outcome,
                item.note,
            )
            for warning in item.document.warnings:
                yield Warned(f"{item.path.name}: {warning}")
            if proposals := propose(item.document):
                said = ", ".join(amid(field_label(p.field.rpartition(".")[2])) for p in proposals)
                yield Warned(
                    f"{item.path.name} seems to say its {said}.",
                    f"See 'kmassist sources show {item.document.doc_id[:9]}'; take it with --accept-proposals, or correct it.",
                )
            closes = self._gaps.may_close(item.document) if self._gaps else ()
            if closes:
                yield Warned(
                    f"{item.path.name} may close {', '.join(f'gap {g}' for g in closes)}.",
                    "See 'kmassist gaps list'.",
                )


def _until_done(batch: _Batch, done: int, total: int) -> Iterator[Event]:
    """Where it stands, again and again while a batch is encoded: who takes these may stop at each."""
    while not batch.vectors.wait(_TELL_SECONDS):
        yield Progress("encoding", done, total)


def _choose(
    path: Path, documents: list[Document], known: Mapping[str, Document], choices: _Choices
) -> tuple[list[Document], list[Event]]:
    """The documents to store, with what they propose when that is taken, and a word about references that are left out.

    What was excluded in screening and somebody stored all the same stays.
    """
    left = [
        document
        for document in documents
        if document.metadata.status == SCREENED_OUT
        and not choices.screened_out
        and document.doc_id not in known
    ]
    kept = [document for document in documents if document not in left]
    reason = f"{len(left)} of {len(documents)} references were excluded in screening and left out."
    hint = "Add them too with --screened-out, if you want them."
    said: list[Event] = [Skipped(str(path), reason, hint, LEFT_OUT)] if left else []
    return [
        take_proposals(document) for document in kept
    ] if choices.accept_proposals else kept, said


def _others_may_change(settings: Settings) -> Iterator[Warned]:
    """What to say of a library whose folder other accounts may write in: they could move it away or put another in its place."""
    if os.name != "posix" or isinstance(settings.library, DatabaseUrl):
        return
    if settings.folder.is_dir() and stat.S_IMODE(settings.folder.stat().st_mode) & (
        stat.S_IWGRP | stat.S_IWOTH
    ):
        yield Warned(
            f"Other accounts of this computer may change files in {settings.folder}.",
            f"Keep the library in a folder of your own, or: chmod 700 '{settings.folder}'",
        )
