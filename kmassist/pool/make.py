"""From a subject to its pool: the signals, the fitted model, what people have said and what is filed under a topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np

from kmassist.embedding.embedder import Embedder
from kmassist.errors import ModelUnavailable
from kmassist.index import Filter, Index
from kmassist.pool import Held, Pool, Standing
from kmassist.pool.arrays import WHOLE, LibraryArrays
from kmassist.pool.said import Said, same_subject
from kmassist.pool.signals import SIGNALS, Asked, Look, signals
from kmassist.question.subject import read_subject
from kmassist.question.understand import understand
from kmassist.question.vocabulary import Vocabulary
from kmassist.retrieval.retrieve import meaning_of
from kmassist.text.shipped import shipped_data
from kmassist.text.words import tokenise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.documents.document import Document
    from kmassist.question.interpretation import Reading

_MATCHED = 400
"""Passages that a search for words brings."""
_TOO_COMMON = 0.35
"""A stem in more than this share of the passages tells nothing."""
_COMMON = 0.5
"""A topic that more than this share of the documents is filed under tells nothing."""


SMALL, WHOLE_FROM = 19, 25
"""Documents up to which a library is judged by the trees of small libraries alone, and from which by those of whole ones."""


@dataclass(frozen=True)
class Forest:
    """Boosted trees over `SIGNALS`.

    Attributes:
        feature: the signal that a node asks, shape (trees, nodes); a leaf leads to itself.
        threshold: up to which the left branch is taken, same shape.
        left, right: where the branches lead, same shape.
        value: log-odds that a leaf adds, 0 for a node, same shape.
        baseline: log-odds to begin with.
        depth: most steps from root to leaf.
    """

    feature: NDArray[np.intp]
    threshold: NDArray[np.float64]
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    value: NDArray[np.float64]
    baseline: float
    depth: int

    @classmethod
    def read(cls, numbers: Mapping[str, Any]) -> Forest:
        """From the numbers of ``data/presence.json``."""
        trees = numbers["trees"]
        return cls(
            feature=np.array(trees["feature"], np.intp),
            threshold=np.array(trees["threshold"], np.float64),
            left=np.array(trees["left"], np.intp),
            right=np.array(trees["right"], np.intp),
            value=np.array(trees["value"], np.float64),
            baseline=numbers["baseline"],
            depth=numbers["depth"],
        )

    def log_odds(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """One a document, for rows of shape (documents, signals)."""
        trees = np.arange(len(self.feature))
        node = np.zeros((len(rows), len(trees)), np.intp)
        documents = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            is_left = rows[documents, self.feature[trees, node]] <= self.threshold[trees, node]
            node = np.where(is_left, self.left[trees, node], self.right[trees, node])
        z: NDArray[np.float64] = self.baseline + self.value[trees, node].sum(axis=1)
        return z


@dataclass(frozen=True)
class Model:
    """The numbers of ``data/presence.json``.

    Attributes:
        whole: fitted on libraries of some size.
        small: fitted on small parts of them too, two of them with little but one subject. What a library's own mean tells
            there, and how far the best documents lead, means something else.
        low, high: probabilities from which a document is to be checked, and is on the subject.
        background: mean of the passage vectors of many libraries, shape (dimension,).
        embedder: start of the fingerprint of the embedder whose vectors the trees were fitted on.
    """

    whole: Forest
    small: Forest
    low: float
    high: float
    background: NDArray[np.float32]
    embedder: str

    def probabilities(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """One a document, for rows of shape (documents, signals); a library between small and whole goes by both."""
        documents = np.exp(rows[:, SIGNALS.index("size")])
        share = np.clip((WHOLE_FROM - documents) / (WHOLE_FROM - SMALL), 0.0, 1.0)
        z = np.zeros(len(rows))
        if (share < 1).any():
            z += (1 - share) * self.whole.log_odds(rows)
        if (share > 0).any():
            z += share * self.small.log_odds(rows)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -30.0, 30.0))))

    def standing(self, probability: float) -> Standing | None:
        """By the cut-offs; None below both."""
        if probability >= self.high:
            return Standing.ON
        return Standing.TO_CHECK if probability >= self.low else None


@lru_cache(maxsize=1)
def fitted() -> Model:
    """The model that ``python -m benchmarks.fit_presence`` wrote."""
    numbers = shipped_data("presence.json")
    if tuple(numbers["signals"]) != SIGNALS:
        raise AssertionError(
            "data/presence.json was fitted to other signals: run python -m benchmarks.fit_presence."
        )
    return Model(
        whole=Forest.read(numbers["whole"]),
        small=Forest.read(numbers["small"]),
        low=numbers["low"],
        high=numbers["high"],
        background=np.array(numbers["background"], np.float32),
        embedder=numbers["model"],
    )


@dataclass(frozen=True, slots=True)
class IndexWords:
    """The word index as the signals ask it."""

    index: Index

    def matches(self, terms: Mapping[str, float]) -> Mapping[str, float]:
        """See `signals.Words.matches`."""
        return {hit.passage_id: hit.score for hit in self.index.lexical(terms, _MATCHED)}

    def stems(self, passage_ids: Sequence[str]) -> Sequence[Counter[str]]:
        """See `signals.Words.stems`."""
        return [
            Counter(tokenise(f"{p.heading} {p.text}")) for p in self.index.passages(passage_ids)
        ]

    def holding(self, stems: Sequence[str]) -> Mapping[str, Collection[str]]:
        """See `signals.Words.holding`."""
        most = min(self.index.stats().passages, WHOLE)
        return {
            stem: [hit.passage_id for hit in self.index.lexical({stem: 1.0}, most)]
            for stem in stems
        }

    def rarity(self, stems: Sequence[str]) -> Mapping[str, float]:
        """See `signals.Words.rarity`."""
        passages = self.index.stats().passages
        return {
            stem: log(1 + (passages - found + 0.5) / (found + 0.5))
            for stem, found in self.index.document_frequency(stems).items()
            if 0 < found <= _TOO_COMMON * passages
        }


def _at_least(found: dict[str, float], least: Mapping[str, float]) -> dict[str, float]:
    """Probabilities, none of them lower than those given."""
    return {
        doc_id: max(found.get(doc_id, 0.0), least.get(doc_id, 0.0)) for doc_id in {**found, **least}
    }


def subject_text(reading: Reading) -> str:
    """The subject that a question was read with; its own words where none could be told apart."""
    return reading.subject.text or reading.text


class PoolMaker:
    """Pools of one library.

    Args:
        said: what people have said of documents and subjects, asked anew for each pool.
        background: mean of the passage vectors of many libraries; the fitted model's own unless one is being fitted.
    """

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        vocabulary: Vocabulary,
        said: Callable[[], Sequence[Said]] = lambda: (),
        *,
        background: NDArray[np.float32] | None = None,
    ) -> None:
        self._index, self._embedder, self._vocabulary, self._said = (
            index,
            embedder,
            vocabulary,
            said,
        )
        self._arrays = LibraryArrays(index)
        self._background = background

    def pool_of(
        self, subject: str, *, wider: str = "", core: str = "", where: Filter | None = None
    ) -> Pool | None:
        """The pool of a subject in its own words; None where the library has no vectors, has those of another model than the
        pool was fitted on, or the model cannot be loaded.

        Args:
            subject: `question.subject` gives it, free of who asks and who decides.
            wider: the same without what narrows it. No document is surer to be on a subject than on the wider one, unless
                somebody says so.
            core: the same without what it is hoped to reach: a document on that is on the subject.
            where: narrows what is in the pool, not what it is compared with.
        """
        seen = self._seen(subject)
        if seen is None:
            return None
        least = self._probabilities(core)
        probability = _at_least(self._by_model(subject, seen), least)
        if wider:
            most = _at_least(self._probabilities(wider, is_told=True), least)
            low = (
                fitted().low
            )  # off the wider subject alone is no reason to be absent: it is to check
            probability = {
                doc_id: min(p, max(most.get(doc_id, 0.0), low)) for doc_id, p in probability.items()
            }
        said = self._told(probability, seen.vector)
        standing = {doc_id: s for doc_id, p in probability.items() if (s := fitted().standing(p))}
        held = [
            Held(
                document,
                round(probability[document.doc_id], 6),
                standing[document.doc_id],
                said.get(document.doc_id, ""),
            )
            for document in self._documents(frozenset(standing), where)
        ]
        return Pool(subject, tuple(sorted(held, key=lambda h: (-h.probability, h.document.doc_id))))

    @property
    def why_none(self) -> str:
        """Why there are no pools, in words; empty where there are, and where the library has no vectors."""
        if self._embedder.fingerprint.startswith(fitted().embedder):
            return ""
        fitted_on, mine = (
            name.partition("@")[0] for name in (fitted().embedder, self._embedder.fingerprint)
        )
        return (
            f"Which documents are on the subject was told from the passages found, not document by document: that was learnt "
            f"on the vectors of {fitted_on}, and this library has those of {mine}. A kind said to be absent may be there."
        )

    def by_model(self, subject: str) -> Mapping[str, Standing | None]:
        """Each document's standing to a subject whatever people have said of it; empty where there are no pools."""
        seen = self._seen(subject)
        found = self._by_model(subject, seen) if seen is not None else {}
        return {doc_id: fitted().standing(p) for doc_id, p in found.items()}

    def _seen(self, subject: str) -> Look | None:
        if self.why_none:
            return None
        try:
            return self.look_for(subject)
        except ModelUnavailable:
            return None

    def _probabilities(self, subject: str, *, is_told: bool = False) -> dict[str, float]:
        """Of each document, with what people said where wanted; empty without a subject."""
        seen = self._seen(subject) if subject else None
        if seen is None:
            return {}
        found = self._by_model(subject, seen)
        if is_told:
            self._told(found, seen.vector)
        return found

    def _told(self, probability: dict[str, float], vector: NDArray[np.floating]) -> dict[str, str]:
        """Put what people said of documents and this subject into the probabilities; doc_id -> the role of who said it."""
        said = [s for s in self._said() if same_subject(s, vector)]
        probability.update({s.doc_id: float(s.is_about) for s in said})
        return {s.doc_id: s.by_role for s in said}

    def _by_model(self, subject: str, seen: Look) -> dict[str, float]:
        values = fitted().probabilities(seen.values).tolist()
        probability = dict(zip(seen.doc_ids, values, strict=True))
        probability.update(dict.fromkeys(self._filed_under(subject), 1.0))
        return probability

    def pool_of_question(self, question: str, *, where: Filter | None = None) -> Pool | None:
        """The pool of the subject that a question has when it is read; see `pool_of`."""
        reading = self._read(question)
        about = reading.subject
        return self.pool_of(subject_text(reading), wider=about.wider, core=about.core, where=where)

    def subject_of(self, question: str) -> str:
        """The subject of a question, in words put right: what a pool is asked for."""
        return subject_text(self._read(question))

    def _read(self, question: str) -> Reading:
        reading, _ = understand(question, self._index, self._vocabulary, self._embedder)
        return reading

    def look_for(self, subject: str) -> Look | None:
        """What the library shows of a subject; None where nothing has a vector.

        Raises:
            ModelUnavailable: the model cannot be loaded.
        """
        reading = self._vocabulary.read_question(subject)
        vector = self._embedder.embed_query(meaning_of(reading, self._index))
        terms = reading.query.terms
        arrays = self._arrays.near(vector, terms)
        if arrays is None:
            return None
        background = fitted().background if self._background is None else self._background
        asked = Asked(vector, terms, [term.forms for term in reading.informative], background)
        return signals(arrays, asked, IndexWords(self._index))

    @cached_property
    def _topics_by_words(self) -> Mapping[frozenset[str], frozenset[str]]:
        """Stems of a topic's label, and of the subject of it -> the topics of that name."""
        found: dict[frozenset[str], frozenset[str]] = {}
        for code, topic in self._vocabulary.topics.items():
            read = read_subject(topic.label, names=self._vocabulary.names_in(topic.label))
            for name in {topic.label, read.text} - {""}:
                stems = frozenset(tokenise(name))
                found[stems] = found.get(stems, frozenset()) | {code}
        return found

    def _documents(self, doc_ids: frozenset[str], where: Filter | None) -> list[Document]:
        """Those of these documents that the search is not narrowed away from."""
        asked = where or Filter()
        ids = doc_ids & asked.doc_ids if asked.doc_ids else doc_ids
        return self._index.documents(replace(asked, doc_ids=ids)) if ids else []

    def _filed_under(self, subject: str) -> list[str]:
        """Documents filed under the topic that the subject is, in its own words; a topic that most share tells nothing."""
        topics = self._topics_by_words.get(frozenset(tokenise(subject)), frozenset())
        if not topics:
            return []
        filed = self._index.documents(Filter(topics=topics))
        most = _COMMON * self._index.stats().documents
        return [d.doc_id for d in filed] if len(filed) <= most else []
