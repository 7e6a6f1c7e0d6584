"""The sentences of a subject's sources, weighed for page one of a brief: how near each is to the subject, and what it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kmassist.answers.model import Answer
from kmassist.coverage import State
from kmassist.documents.document import Document
from kmassist.documents.in_force import out_of_force
from kmassist.errors import ModelUnavailable
from kmassist.evidence.roles import Sentence, Weighed, roles_of
from kmassist.evidence.select import can_answer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.assistant import Assistant
    from kmassist.documents.passages import Passage

    Vector = NDArray[np.float32]

_OF_A_SOURCE = 5
"""Sentences nearest to the subject by which a source is told to be about it."""


def weighed(
    assistant: Assistant, answer: Answer, documents: Mapping[str, Document]
) -> tuple[Weighed, ...]:
    """Every sentence that may be quoted of the sources in the subject's pool, in their order; nothing without vectors.

    A sentence is held against the subject and what the pool says of it: the subject's vector and, for each source counted, that
    of its passage nearest to it, in sum. Sources of many subjects are so told apart sentence by sentence.
    """
    held = [d for d in _pool(answer, documents) if not out_of_force(d.metadata)]
    passages = {d.doc_id: assistant.index.passages_of(d.doc_id) for d in held}
    ids = [p.passage_id for found in passages.values() for p in found]
    vectors = assistant.index.vectors(ids)
    try:
        subject = assistant.embedder.embed_query(answer.subject or answer.resolved_question)
    except ModelUnavailable:
        return ()
    counted = _doc_ids(answer, checked=True)
    nearest = [
        max((vectors[p.passage_id][0] for p in found if p.passage_id in vectors), key=subject.dot)
        for doc_id, found in passages.items()
        if doc_id in counted and any(p.passage_id in vectors for p in found)
    ]
    about = subject + (np.mean(nearest, axis=0) if nearest else 0.0)
    about = about / np.linalg.norm(about)
    repeated = _in_several(passages)
    found = [
        (document, passage, number)
        for document in held
        for passage in passages[document.doc_id]
        if passage.passage_id in vectors
        for number in range(len(passage.sentences))
        if can_answer(passage, number, document, repeated)
    ]
    if not found:
        return ()
    rows = np.stack([vectors[passage.passage_id][1][number] for _, passage, number in found])
    return tuple(_weigh(found, rows, rows @ about, assistant.embedder.fingerprint))


def _weigh(
    found: list[tuple[Document, Passage, int]], rows: Vector, near: Vector, fingerprint: str
) -> Iterable[Weighed]:
    sentences = [
        Sentence(
            " ".join(passage.sentence(number).split()),
            document.metadata.source_type,
            passage.heading,
        )
        for document, passage, number in found
    ]
    roles = roles_of(sentences, rows, fingerprint)
    by_doc: dict[str, list[float]] = {}
    for (document, _, _), likeness in zip(found, near, strict=True):
        by_doc.setdefault(document.doc_id, []).append(float(likeness))
    focus = {
        doc_id: round(float(np.mean(sorted(values)[-_OF_A_SOURCE:])), 4)
        for doc_id, values in by_doc.items()
    }
    for (document, passage, number), likeness, does in zip(found, near, roles, strict=True):
        start, end = passage.sentences[number]
        yield Weighed(
            document.doc_id, start, end, round(float(likeness), 4), focus[document.doc_id], does
        )


def _in_several(passages: Mapping[str, Sequence[Passage]]) -> frozenset[str]:
    """Sentences that stand alike in several sources: notices and headings of a form."""
    counts = Counter(
        words
        for found in passages.values()
        for words in {p.sentence(n) for p in found for n in range(len(p.sentences))}
    )
    return frozenset(words for words, count in counts.items() if count > 1)


def _pool(answer: Answer, documents: Mapping[str, Document]) -> list[Document]:
    return [
        documents[d]
        for d in sorted(_doc_ids(answer) | _doc_ids(answer, checked=True))
        if d in documents
    ]


def _doc_ids(answer: Answer, *, checked: bool = False) -> set[str]:
    """Documents of the pool: those counted, or with those that a person has yet to look at."""
    cells = [cell for cell in answer.coverage.cells if cell.state is not State.ABSENT]
    unchecked = {doc_id for cell in cells for doc_id in cell.unchecked} if checked else set()
    return {doc_id for cell in cells for doc_id in cell.held} - unchecked
