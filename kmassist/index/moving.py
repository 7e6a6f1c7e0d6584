"""Moving a library from one engine to another, and looking at one through the protocol alone.

A move is resumable: what the target holds already, and holds alike, is not copied again. It ends with a comparison of everything
and of what a question would find; whatever differs is said, and then the move is not done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kmassist.documents.document import Document
from kmassist.errors import IndexDamaged, IndexingError
from kmassist.index import Entry, Index
from kmassist.index.lexical import index_terms

QUESTIONS = 200
_K = 10
_SCORE = 1e-3
_OVERLAP = 0.98


@dataclass(frozen=True, slots=True)
class Step:
    """One document dealt with, of ``of``: copied, or found to be there."""

    done: int
    of: int
    name: str


@dataclass(frozen=True, slots=True)
class Parity:
    """What questions find in both: the widest difference of a score, and the mean share of the best ten in common."""

    questions: int = 0
    widest: float = 0.0
    overlap: float = 1.0


@dataclass(frozen=True, slots=True)
class Moved:
    """How a move ended; it is whole when ``differences`` is empty."""

    documents: int
    passages: int
    vectors: int
    records: int
    audit_lines: int
    copied: int
    corpus_digest: str
    parity: Parity
    differences: tuple[str, ...] = field(default=())


def move(source: Index, target: Index) -> Iterator[Step | Moved]:
    """Copy everything from one library to another; the last that is given is `Moved`.

    Args:
        source: is only read.
        target: empty, or what an earlier move of the same library left.

    Raises:
        IndexingError: the target holds something else.
    """
    listed = source.documents()
    held = {document.doc_id: document for document in target.documents()}
    if foreign := sorted(held.keys() - {document.doc_id for document in listed}):
        raise IndexingError(
            f"The library to move to holds documents of its own ({foreign[0]} and {len(foreign) - 1} more).",
            "Move to an empty one.",
        )
    _move_trail(source, target)
    copied = 0
    for number, document in enumerate(listed, start=1):
        if held.get(document.doc_id) != document:
            target.add(entry_of(source, document.doc_id))
            copied += 1
        yield Step(number, len(listed), document.source_name)
    _move_records(source, target)
    differences = list(_differences(source, target, [document.doc_id for document in listed]))
    parity = compare_answers(source, target, listed)
    if parity.widest > _SCORE:
        differences.append(f"a score differs by {parity.widest:.4f}, more than {_SCORE}")
    if parity.overlap < _OVERLAP:
        differences.append(
            f"of the best {_K} only {parity.overlap:.3f} are the same, less than {_OVERLAP}"
        )
    if not differences:
        target.audit("move", documents=len(listed), copied=copied)
    stats = target.stats()
    yield Moved(
        stats.documents,
        stats.passages,
        stats.dense_passages,
        sum(len(target.records(kind)) for kind in target.record_kinds()),
        len(target.audit_trail()),
        copied,
        stats.corpus_digest,
        parity,
        tuple(differences),
    )


def entry_of(index: Index, doc_id: str) -> Entry:
    """A stored document with everything that belongs to it, as it would be added."""
    document, passages = index.document(doc_id), index.passages_of(doc_id)
    found = index.vectors([passage.passage_id for passage in passages])
    vectors = sentences = None
    if found and len(found) == len(passages):
        vectors = np.stack([found[passage.passage_id][0] for passage in passages])
        sentences = [found[passage.passage_id][1] for passage in passages]
        if any(len(own) != len(p.sentences) for own, p in zip(sentences, passages, strict=True)):
            sentences = None
    return Entry(document, passages, vectors, sentences, index.original(doc_id))


def _move_trail(source: Index, target: Index) -> None:
    """The trail comes first, so that what this move does stands after it; one begun before stands there already."""
    lines, held = source.audit_trail(), target.audit_trail()
    if held[: len(lines)] != lines:
        target.adopt_trail(lines)


def _move_records(source: Index, target: Index) -> None:
    for kind in sorted({*source.record_kinds(), *target.record_kinds()}):
        wanted, held = source.records(kind), target.records(kind)
        for record_id in held.keys() - wanted.keys():
            target.delete_record(kind, record_id)
        for record_id, body in wanted.items():
            if held.get(record_id) != body:
                target.put_record(kind, record_id, body)


def _differences(source: Index, target: Index, doc_ids: Sequence[str]) -> Iterator[str]:
    one, other = source.stats(), target.stats()
    for name in ("documents", "passages", "dense_passages", "corpus_digest", "embedder"):
        if getattr(one, name) != getattr(other, name):
            yield f"{name.replace('_', ' ')}: {getattr(one, name)} here, {getattr(other, name)} there"
    for doc_id in doc_ids:
        if digest_of(source, doc_id) != digest_of(target, doc_id):
            yield f"{doc_id} is not the same in both"
    for kind in sorted({*source.record_kinds(), *target.record_kinds()}):
        if source.records(kind) != target.records(kind):
            yield f"the records of {kind} are not the same"
    lines = source.audit_trail()
    if target.audit_trail()[: len(lines)] != lines:
        yield "the audit trail is not the same"


def digest_of(index: Index, doc_id: str) -> str:
    """SHA-256 of all that is stored of a document: text, metadata, passages, vectors and the original file."""
    entry = entry_of(index, doc_id)
    digest = hashlib.sha256(entry.document.model_dump_json().encode())
    for passage in entry.passages:
        digest.update(repr(passage).encode())
    for part in (entry.vectors, *(entry.sentence_vectors or ())):
        digest.update(b"-" if part is None else part.tobytes())
    digest.update(hashlib.sha256(entry.original).digest() if entry.original is not None else b"-")
    return digest.hexdigest()


def compare_answers(source: Index, target: Index, listed: Sequence[Document]) -> Parity:
    """Ask both the same questions: words of passages spread over the library, and their vectors."""
    widest, overlaps, asked = 0.0, [], 0
    for terms, vector in _questions(source, listed):
        asked += 1
        runs = [(source.lexical(terms, _K), target.lexical(terms, _K))]
        if vector is not None:
            runs.append((source.dense(vector, _K), target.dense(vector, _K)))
        for one, other in runs:
            first = {hit.passage_id: hit.score for hit in one}
            second = {hit.passage_id: hit.score for hit in other}
            common = first.keys() & second.keys()
            widest = max([widest, *(abs(first[pid] - second[pid]) for pid in common)])
            overlaps.append(
                len(common) / max(1, len(first), len(second)) if first or second else 1.0
            )
    return Parity(asked, widest, float(np.mean(overlaps)) if overlaps else 1.0)


def _questions(
    index: Index, listed: Sequence[Document]
) -> Iterator[tuple[Mapping[str, float], Any]]:
    """Of `QUESTIONS` documents, evenly spread, a passage's first terms with its vector; several of each where there are few."""
    if not listed:
        return
    for number in range(QUESTIONS):
        document = listed[number * len(listed) // QUESTIONS]
        passages = index.passages_of(document.doc_id)
        if not passages:
            continue
        passage = passages[number % len(passages)]
        terms = dict.fromkeys(index_terms(_untitled(document), passage)[:8], 1.0)
        found = index.vectors([passage.passage_id]).get(passage.passage_id)
        yield (
            terms,
            None if found is None else found[0] / max(1e-9, float(np.linalg.norm(found[0]))),
        )


def _untitled(document: Document) -> Document:
    """The document without its title, whose words all its passages share."""
    return document.model_copy(
        update={"metadata": document.metadata.model_copy(update={"title": ""})}
    )


def problems_of(index: Index, *, is_deep: bool) -> list[str]:
    """What is wrong with a library, one sentence each, as the protocol alone can tell.

    Args:
        index: any engine's.
        is_deep: read every row and file, which compares each with its check.
    """
    found = list(getattr(index, "audit_problems", list)())
    try:
        listed = index.documents()
    except IndexDamaged as error:
        return [*found, error.message]
    for document in listed if is_deep else ():
        try:
            entry_of(index, document.doc_id)
        except IndexDamaged as error:
            found.append(error.message)
    for kind in index.record_kinds():
        try:
            index.records(kind)
        except IndexDamaged as error:
            found.append(error.message)
    return found
