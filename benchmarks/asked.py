"""The judged questions of whole areas with the sentences that the product looks at for each, kept by what they were made from."""

from __future__ import annotations

import hashlib
import pickle
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from benchmarks.judged_collections import Collection, cache, collections, embedder_of_all
from benchmarks.judged_sentences import golds, is_same, stated_gaps
from kmassist.evidence.looked_at import SIGNALS, Sentence, look_at
from kmassist.evidence.reading import title_of
from kmassist.evidence.relevance import judge
from kmassist.evidence.select import can_answer
from kmassist.question.understand import understand
from kmassist.retrieval.retrieve import retrieve

FOREIGN = 12
"""Questions of other areas asked of each library, which it cannot answer."""
SCORES = cache() / "reader-crossed.pickle"
"""A list of `ScoredWindow` for each question, by a reader that never saw its area; `train_reader` writes it."""


@dataclass(frozen=True, slots=True)
class ScoredWindow:
    """Sentences that were read together, by their numbers, with what the reader said of each and of the whole."""

    members: list[int]
    scores: list[float]
    whole: float


@dataclass(slots=True)
class Asked:
    """One question of one library, what was looked at for it, and which of it is right.

    ``kind``: 1 answerable, 0 near miss, -1 of another area; ``titles``: what a sentence's document and section are called;
    ``quotable``: what may be quoted at all.
    """

    area: str
    question: str
    kind: int
    vector: Any
    sentences: list[Sentence]
    vectors: Any
    texts: list[str]
    titles: list[str]
    quotable: list[bool]
    right: list[bool]
    unknown: list[bool]
    gate: float

    def windows(self, runs: Callable[[Sequence[str]], list[range]]) -> list[list[int]]:
        """Numbers of the sentences of each window, passage by passage."""
        found = []
        for _, members in groupby(
            range(len(self.sentences)), lambda i: self.sentences[i].passage_id
        ):
            places = list(members)
            found += [
                [places[i] for i in window] for window in runs([self.texts[i] for i in places])
            ]
        return found


def all_asked(names: Sequence[str] = ()) -> list[Asked]:
    """Every question of these libraries, of all without names."""
    areas = collections()
    return [
        asked
        for one in areas
        if not names or one.name in names
        for asked in _kept(one, [q for other in areas if other is not one for q in other.questions])
    ]


def _kept(one: Collection, others: Sequence[dict[str, Any]]) -> list[Asked]:
    """A library's questions from the cache, or looked at now."""
    stamp = hashlib.sha256(
        "|".join([one.digest, embedder_of_all().fingerprint, *SIGNALS]).encode()
    ).hexdigest()[:16]
    path = cache() / f"asked-{one.name}-{stamp}.pickle"
    if not path.is_file():
        found = _look(one, random.Random(one.name).sample(list(others), FOREIGN))
        path.write_bytes(pickle.dumps(found))
        print("looked at", one.name, flush=True)
    kept: list[Asked] = pickle.loads(path.read_bytes())
    return kept


def _look(one: Collection, foreign: Sequence[dict[str, Any]]) -> list[Asked]:
    """Every question of a library through the product."""
    found, embedder = [], embedder_of_all()
    with one.open(embedder) as assistant:
        index, vocabulary = assistant.index, assistant.vocabulary
        documents = {d.doc_id: d for d in assistant.sources()}
        for question in (*one.questions, *({**q, "y": -1} for q in foreign)):
            reading, _ = understand(question["q"], index, vocabulary, embedder)
            retrieval = retrieve(reading, index, embedder, k=200, depth=200, reserve=5)
            judgement = judge(reading, retrieval, index)
            passages = {
                p.passage_id: p for p in index.passages(j.passage_id for j in judgement.passages)
            }
            sentences, vectors = look_at(reading.text, judgement, retrieval, passages, documents)
            of = [passages[s.passage_id] for s in sentences]
            texts = [p.sentence(s.number) for p, s in zip(of, sentences, strict=True)]
            right = golds(question) if question["y"] == 1 else []
            gaps = stated_gaps(question)
            found.append(
                Asked(
                    one.name,
                    reading.text,
                    question["y"],
                    retrieval.vector,
                    sentences,
                    vectors.astype(np.float16),
                    texts,
                    [title_of(p, documents[p.doc_id]) for p in of],
                    [
                        can_answer(p, s.number, documents[p.doc_id], set())
                        for p, s in zip(of, sentences, strict=True)
                    ],
                    [any(is_same(gold, text) for gold in right) for text in texts],
                    [any(is_same(gap, text) for gap in gaps) for text in texts],
                    judgement.answerable_probability,
                )
            )
    return found
