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
from kmassist.evidence.roles import Role, Sentence, Weighed, roles_of
from kmassist.evidence.select import can_answer, with_whole_speech

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
    by_passage: dict[str, dict[int, tuple[float, Mapping[Role, float]]]] = {}
    for (document, passage, number), likeness, does in zip(found, near, roles, strict=True):
        by_doc.setdefault(document.doc_id, []).append(float(likeness))
        by_passage.setdefault(passage.passage_id, {})[number] = (float(likeness), does)
    focus = {
        doc_id: round(float(np.mean(sorted(values)[-_OF_A_SOURCE:])), 4)
        for doc_id, values in by_doc.items()
    }
    for passage in dict.fromkeys(passage for _, passage, _ in found):
        of = by_passage[passage.passage_id]
        for first, last in voices(passage, of):
            held = [of[number] for number in range(first, last + 1) if number in of]
            yield Weighed(
                passage.doc_id,
                passage.sentences[first][0],
                passage.sentences[last][1],
                round(max(likeness for likeness, _ in held), 4),
                focus[passage.doc_id],
                mean_roles([does for _, does in held]),
            )


def voices(passage: Passage, numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last sentence of all that is quoted together: one that opens or closes somebody's speech with all of that speech."""
    found = {with_whole_speech(passage, number, number) for number in numbers}
    speeches = {(first, last) for first, last in found if first < last}
    alone = {(n, n) for n in numbers if not any(first <= n <= last for first, last in speeches)}
    return sorted(speeches | alone)


def mean_roles(found: Sequence[Mapping[Role, float]]) -> Mapping[Role, float]:
    """What sentences do together: of a voice "He is eleven." alone would be good."""
    if len(found) == 1 or not all(found):
        return found[0]
    return {role: sum(does.get(role, 0.0) for does in found) / len(found) for role in Role}


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
