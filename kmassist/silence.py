"""What a source never says of the question, in its whole text: the figure, the practice, the outcome, or a word it turns on.

A source may be on the topic and still not speak to what is asked: a review of continuity that never names preterm birth, a trial
of misoprostol that never mentions a miscarriage. Lay words have many forms, so each rule is shy:

- a *figure* is missing when the question asks for one of a kind (money, a length of time...) and the source gives none of that kind;
- an *outcome* is unnamed when it is listed in ``data/outcomes.yaml`` or a key word, and only sources that measure are held to it;
- a *practice* is unnamed when the source lacks a key word of it and is about none of its topics;
- the *subject* is unnamed when the source lacks an informative word in every form that is known, and that word names one
  treatment, device or group of people (``particular`` in ``data/vocabulary.yaml``), or weighs enough: how much of the question's
  meaning goes with it, and how much nearer to the source's sentences the question is without it, in cosines, taken together. Were the
  word there under another name, leaving it out would take the question further away (erasure: Li, Monroe and Jurafsky 2016,
  arXiv:1612.08220). A key word is not weighed where the source is on its topic, for a topic has many words. The number is in
  ``data/relevance.json``. It is not looked for where another of the four is missing already, lest one lack count twice.

Which words a source has is asked of the word index, so that no text is read and split again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kmassist.answerable import fitted
from kmassist.directions import name_outcomes, names_one_of
from kmassist.documents import Document, SourceType
from kmassist.index import Filter
from kmassist.quantities import Quantity, gives, quantity_asked
from kmassist.questions import QuestionType, intervention_of, outcome_of, read_frame
from kmassist.retrieval import meaning_of
from kmassist.text import words

if TYPE_CHECKING:
    from kmassist.embedding import Embedder, Vectors
    from kmassist.evidence import Evidence, Source, Study
    from kmassist.index import Index
    from kmassist.retrieval import Retrieval
    from kmassist.vocabulary import Reading, Term, Vocabulary

_MEASURE = frozenset({SourceType.PUB, SourceType.AUD, SourceType.SVE})
"""Kinds of source that measure outcomes; people, guidelines and policies speak of a practice without naming each."""


class Silence:
    """One question, ready to be held against whole documents."""

    def __init__(
        self,
        reading: Reading,
        kinds: Sequence[str],
        retrieval: Retrieval,
        *,
        index: Index,
        embedder: Embedder,
        vocabulary: Vocabulary,
    ) -> None:
        self._reading, self._retrieval = reading, retrieval
        self._index, self._embedder, self._vocabulary = index, embedder, vocabulary
        frame = read_frame(reading.text, [QuestionType(kind) for kind in kinds])
        self._outcome, self._practice = outcome_of(frame), intervention_of(frame)
        self._quantity = quantity_asked(reading.text)
        self._listed = name_outcomes(self._outcome)
        self._practice_topics = set(vocabulary.topics_of(self._practice))
        self._without: dict[str, Vectors] = {}

    def looked_for(self, evidence: Evidence) -> Evidence:
        """The evidence with what each source that counts never names; as it was where the word index is missing."""
        doc_ids = {source.document.doc_id for study in evidence.studies for source in study.sources}
        if not doc_ids or not self._index.capabilities.lexical:
            return evidence
        held = self._words_held(doc_ids)

        def looked_at(study: Study) -> Study:
            sources = (replace(s, never_names=dict(self._unnamed(s, held[s.document.doc_id]))) for s in study.sources)
            return replace(study, sources=tuple(sources))

        return replace(evidence, by_type={kind: tuple(map(looked_at, found)) for kind, found in evidence.by_type.items()})

    def _words_held(self, doc_ids: Set[str]) -> dict[str, set[str]]:
        """doc_id -> which stems of the question's words, in all their forms, stand anywhere in the document."""
        held: dict[str, set[str]] = {doc_id: set() for doc_id in doc_ids}
        where, everything = Filter(doc_ids=frozenset(doc_ids)), self._index.stats().passages
        for stem in {stem for term in self._reading.informative for form in term.forms for stem in form}:
            for hit in self._index.lexical({stem: 1.0}, everything, where):
                held[hit.passage_id.rpartition(":")[0]].add(stem)
        return held

    def _unnamed(self, source: Source, held: set[str]) -> Iterator[tuple[str, str]]:
        """Element (``figure``, ``outcome``, ``intervention``, ``subject``) and the words for it that the document never names."""
        document = source.document
        if self._quantity and not self._gives_one(self._quantity, source):
            yield "figure", self._quantity.value
            return
        lacks_outcome = document.metadata.source_type in _MEASURE and self._lacks_outcome(document, held)
        lacks_practice = self._lacks_practice(document, held)
        if lacks_outcome:
            yield "outcome", self._outcome
        if lacks_practice:
            yield "intervention", self._practice
        if not lacks_outcome and not lacks_practice and (foreign := self._foreign(document, held)):
            yield "subject", ", ".join(foreign)

    def _gives_one(self, quantity: Quantity, source: Source) -> bool:
        quoted = any(gives(quantity, excerpt.quote) for excerpt in source.excerpts)
        return quoted or any(gives(quantity, passage.text) for passage in self._index.passages_of(source.document.doc_id))

    def _keys(self, slot: str) -> list[Term]:
        return [term for term in self._reading.informative if term.is_key and term.word in words(slot)]

    def _lacks_outcome(self, document: Document, held: set[str]) -> bool:
        keys = self._keys(self._outcome)
        if not (self._listed or keys) or any(term.is_covered_by(held) for term in keys):
            return False
        if not self._listed:
            return True
        passages = self._index.passages_of(document.doc_id)
        texts = (document.metadata.title, *(f"{p.heading} {p.text}" for p in passages))
        return not any(names_one_of(self._listed, text) for text in texts)

    def _lacks_practice(self, document: Document, held: set[str]) -> bool:
        if not self._practice_topics or self._practice_topics & set(document.metadata.topics):
            return False
        return not all(term.is_covered_by(held) for term in self._keys(self._practice))

    def _foreign(self, document: Document, held: set[str]) -> list[str]:
        """Words that the document lacks and without which the question would be nearer to it."""
        told = words(self._outcome) if document.metadata.source_type not in _MEASURE else ()
        missing = [t for t in self._reading.informative if not t.is_covered_by(held) and t.word not in told]
        named = [term.word for term in missing if self._vocabulary.is_particular(term.word)]
        if named:
            return named
        missing = [t for t in missing if not (t.is_key and self._topics_of(t) & set(document.metadata.topics))]
        asked = self._retrieval.vector
        pairs = [pair for key, pair in self._retrieval.vectors.items() if key.rpartition(":")[0] == document.doc_id]
        if asked is None or not pairs or not missing:
            return []
        least = fitted()["silence"]["least_weight"]
        texts = np.concatenate([np.vstack([passage[None], sentences]) for passage, sentences in pairs])
        nearest = float((texts @ asked).max())

        def weight(word: str) -> float:
            without = self._question_without(word)
            return 1 - float(without @ asked) + float((texts @ without).max()) - nearest

        return [term.word for term in missing if weight(term.word) >= least]

    def _topics_of(self, term: Term) -> set[str]:
        """The topics that a key word stands for; the question's, when it is none of a topic."""
        return set(self._vocabulary.topics_of(term.word) or self._reading.topics)

    def _question_without(self, word: str) -> Vectors:
        if word not in self._without:
            shorter = re.sub(rf"(?<![\w-]){re.escape(word)}(?!\w)", " ", self._reading.text, flags=re.IGNORECASE)
            self._without[word] = self._embedder.embed_query(meaning_of(self._vocabulary.read_question(shorter), self._index))
        return self._without[word]
