"""From a subject to its pool: the signals, the fitted model, what people have said and what is filed under a topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from kmassist.embedding.embedder import Embedder
from kmassist.errors import ModelUnavailable
from kmassist.index import Filter, Index
from kmassist.question.subject import read_subject
from kmassist.question.understand import understand
from kmassist.question.vocabulary import Vocabulary
from kmassist.retrieval.pool import Held, Pool, Standing, beside_those_on_it
from kmassist.retrieval.pool.arrays import WHOLE, Arrays, LibraryArrays
from kmassist.retrieval.pool.filed import with_kinds, with_policies
from kmassist.retrieval.pool.model import fitted
from kmassist.retrieval.pool.said import Said, same_subject
from kmassist.retrieval.pool.signals import Asked, Look, signals
from kmassist.retrieval.pool.titles import likeliest, titled
from kmassist.retrieval.retrieve import meaning_of
from kmassist.text.words import tokenise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.documents.document import Document
    from kmassist.question.interpretation import Reading

_Name = TypeVar("_Name", str, frozenset[str])
_MATCHED = 400
"""Passages that a search for words brings."""
_TOO_COMMON = 0.35
"""A stem in more than this share of the passages tells nothing."""
_COMMON = 0.5
"""A topic that more than this share of the documents is filed under tells nothing."""


@dataclass(frozen=True, slots=True)
class IndexWords:
    """The word index as the signals ask it; what it said of a stem or a passage is kept while the library is the same."""

    index: Index
    _holding: dict[str, list[str]] = field(default_factory=dict)
    _stems: dict[str, Counter[str]] = field(default_factory=dict)
    _rarity: dict[str, float | None] = field(default_factory=dict)

    def matches(self, terms: Mapping[str, float]) -> Mapping[str, float]:
        """See `signals.Words.matches`."""
        return {hit.passage_id: hit.score for hit in self.index.lexical(terms, _MATCHED)}

    def stems(self, passage_ids: Sequence[str]) -> Sequence[Counter[str]]:
        """See `signals.Words.stems`."""
        new = [passage_id for passage_id in passage_ids if passage_id not in self._stems]
        for p in self.index.passages(new):
            self._stems[p.passage_id] = Counter(tokenise(f"{p.heading} {p.text}"))
        return [self._stems[pid] for pid in passage_ids if pid in self._stems]

    def holding(self, stems: Sequence[str]) -> Mapping[str, Collection[str]]:
        """See `signals.Words.holding`."""
        if new := [stem for stem in stems if stem not in self._holding]:
            most = min(self.index.stats().passages, WHOLE)
            for stem in new:
                found = self.index.lexical({stem: 1.0}, most)
                self._holding[stem] = [hit.passage_id for hit in found]
        return {stem: self._holding[stem] for stem in stems}

    def rarity(self, stems: Sequence[str]) -> Mapping[str, float]:
        """See `signals.Words.rarity`."""
        if new := [stem for stem in stems if stem not in self._rarity]:
            passages = self.index.stats().passages
            for stem, found in self.index.document_frequency(new).items():
                is_telling = 0 < found <= _TOO_COMMON * passages
                self._rarity[stem] = (
                    log(1 + (passages - found + 0.5) / (found + 0.5)) if is_telling else None
                )
        return {stem: rare for stem in stems if (rare := self._rarity[stem]) is not None}


def _at_least(found: dict[str, float], least: Mapping[str, float]) -> dict[str, float]:
    """Probabilities, none of them lower than those given."""
    return {
        doc_id: max(found.get(doc_id, 0.0), least.get(doc_id, 0.0)) for doc_id in {**found, **least}
    }


def subject_text(reading: Reading) -> str:
    """The subject that a question was read with; its own words where none could be told apart."""
    return reading.subject.text or reading.text


def _gathered(named: Iterable[tuple[_Name, str]]) -> dict[_Name, frozenset[str]]:
    """Name -> the codes of all that have it."""
    found: dict[_Name, frozenset[str]] = {}
    for name, code in named:
        found[name] = found.get(name, frozenset()) | {code}
    return found


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was found in a library, kept while it is the same: its words, the log-odds of all documents when the title of one is
    looked for (by its number), and what is filed under topics."""

    arrays: Arrays
    words: IndexWords
    titles: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    filed: dict[frozenset[str], list[Document]] = field(default_factory=dict)


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
        self._kept: _Kept | None = None

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
        held.sort(key=lambda h: (-h.probability, h.document.doc_id))
        pool = Pool(subject, beside_those_on_it(held, fitted().beside))
        pool = with_policies(pool, lambda topic: self._filed(topic, where), said)
        named = self._topics_by_acronym.get(frozenset(tokenise(subject)), frozenset())
        filed = frozenset(d.doc_id for d in self._filed_apart(named))
        return with_kinds(pool, self._documents(filed, where), said)

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
        arrays, first = seen.arrays, fitted().first(seen.values)
        of_titles = self._of_titles(arrays, likeliest(first))
        values = fitted().probabilities(titled(first, of_titles, arrays.alike)).tolist()
        probability = dict(zip(arrays.doc_ids, values, strict=True))
        probability.update(dict.fromkeys(self._filed_under(subject), 1.0))
        return probability

    def pools_of_questions(
        self, questions: Sequence[str], *, where: Filter | None = None
    ) -> list[Pool | None]:
        """The pools of the subjects that questions have when they are read; see `pool_of`."""
        readings = [self.read(question) for question in questions]
        subjects = [
            subject
            for reading in readings
            for subject in (subject_text(reading), reading.subject.wider, reading.subject.core)
            if subject
        ]
        if not self.why_none:
            with suppress(ModelUnavailable):  # each pool says so
                self._asked(subjects)  # their vectors all at once: kept for the pools
        return [
            self.pool_of(
                subject_text(reading),
                wider=reading.subject.wider,
                core=reading.subject.core,
                where=where,
            )
            for reading in readings
        ]

    def subject_of(self, question: str) -> str:
        """The subject of a question, in words put right: what a pool is asked for."""
        return subject_text(self.read(question))

    def read(self, question: str) -> Reading:
        """A question as it is read against this library."""
        reading, _ = understand(question, self._index, self._vocabulary, self._embedder)
        return reading

    def look_for(self, subject: str) -> Look | None:
        """What the library shows of a subject; None where nothing has a vector.

        Raises:
            ModelUnavailable: the model cannot be loaded.
        """
        asked = self._asked([subject])[0]
        arrays = self._arrays.near(asked.vector, asked.terms)
        return None if arrays is None else signals(arrays, asked, self._kept_of(arrays).words)

    def _kept_of(self, arrays: Arrays) -> _Kept:
        """What is kept of these arrays; those of a large library are made anew for each subject."""
        if self._kept is None or self._kept.arrays is not arrays:
            self._kept = _Kept(arrays, IndexWords(self._index))
        return self._kept

    def title_of(self, document: Document) -> str:
        """What is looked for when a document's title is: the subject of it, or the whole where it has none."""
        title = document.metadata.title
        return self.subject_of(title) or title

    def _asked(self, subjects: Sequence[str]) -> list[Asked]:
        readings = [self._vocabulary.read_question(subject) for subject in subjects]
        meanings = [meaning_of(reading, self._index) for reading in readings]
        return [
            Asked(
                vector,
                reading.query.terms,
                [term.forms for term in reading.informative],
                fitted().background if self._background is None else self._background,
            )
            for reading, vector in zip(
                readings, self._embedder.embed_queries(meanings), strict=True
            )
        ]

    def _of_titles(self, arrays: Arrays, numbers: Sequence[int]) -> dict[int, NDArray[np.float64]]:
        """Number of a document -> log-odds of all of them when its title is looked for."""
        words, kept = self._kept_of(arrays).words, self._kept_of(arrays).titles
        wanted = {arrays.doc_ids[number]: number for number in numbers if number not in kept}
        titles = {
            wanted[document.doc_id]: title
            for document in self._documents(frozenset(wanted), None)
            if (title := self.title_of(document))  # one without tells nothing of the others
        }
        for number, asked in zip(titles, self._asked([*titles.values()]), strict=True):
            seen = signals(arrays, asked, words)
            kept[number] = fitted().first(seen.values)
        return {number: kept[number] for number in numbers if number in kept}

    @cached_property
    def _topics_by_words(self) -> Mapping[frozenset[str], frozenset[str]]:
        """Stems of a topic's label, and of the subject of it -> the topics of that name."""
        names_in = self._vocabulary.names_in
        return _gathered(
            (frozenset(tokenise(name)), code)
            for code, topic in self._vocabulary.topics.items()
            for name in {topic.label, read_subject(topic.label, names=names_in(topic.label)).text}
            if name
        )

    @cached_property
    def _topics_by_acronym(self) -> Mapping[frozenset[str], frozenset[str]]:
        """Stems of an acronym with its long form -> the topics that have either for a term: BSOTS stands for maternity triage.

        What is held on the topic and does not use the name is to be checked before a kind is said to be absent.
        """
        topics = self._vocabulary.topics.items()
        by_term = _gathered((term.lower(), code) for code, topic in topics for term in topic.terms)
        return _gathered(
            (frozenset(tokenise(f"{acronym} {sense.means}")), code)
            for acronym, senses in self._vocabulary.acronyms.items()
            for sense in senses
            for name in (acronym, sense.means)
            for code in by_term.get(name.lower(), ())
        )

    def _documents(self, doc_ids: frozenset[str], where: Filter | None) -> list[Document]:
        """Those of these documents that the search is not narrowed away from."""
        asked = where or Filter()
        ids = doc_ids & asked.doc_ids if asked.doc_ids else doc_ids
        return self._index.documents(replace(asked, doc_ids=ids)) if ids else []

    def _filed(self, topic: str, where: Filter | None) -> list[Document]:
        """Documents filed under a topic that the search is not narrowed away from."""
        asked = where or Filter()
        if asked.is_empty:
            return self._filed_under_any(frozenset({topic}))
        is_wanted = not asked.topics or topic in asked.topics
        return self._index.documents(replace(asked, topics=frozenset({topic}))) if is_wanted else []

    def _filed_under_any(self, topics: frozenset[str]) -> list[Document]:
        kept = self._kept.filed if self._kept else {}
        if topics not in kept:
            kept[topics] = self._index.documents(Filter(topics=topics))
        return kept[topics]

    def _filed_under(self, subject: str) -> list[str]:
        """Documents filed under the topic that the subject is, in its own words."""
        topics = self._topics_by_words.get(frozenset(tokenise(subject)), frozenset())
        return [d.doc_id for d in self._filed_apart(topics)]

    def _filed_apart(self, topics: frozenset[str]) -> list[Document]:
        """Documents filed under any of these topics; none where most are: what most share tells nothing."""
        filed = self._filed_under_any(topics) if topics else []
        return filed if len(filed) <= _COMMON * self._index.stats().documents else []
