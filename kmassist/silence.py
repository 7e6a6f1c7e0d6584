"""What a source never says of the question, in its whole text: the practice, the outcome, or a word that the question turns on.

A source may be on the topic and still not speak to what is asked: a review of continuity that never names preterm birth, a trial
of misoprostol that never mentions a miscarriage. Lay words have many forms, so each rule is shy:

- an *outcome* is unnamed when it is listed in ``data/outcomes.yaml`` or a key word, and only sources that measure are held to it;
- a *practice* is unnamed when the source lacks a key word of it and is about none of its topics;
- the *subject* is unnamed when the source lacks an informative word in every form that is known (a key word only when the source
  is on none of the question's topics, for a topic has many words), the word carries much of the
  question's meaning, and without it the question is nearer to the source's sentences: were the word there under another
  name, leaving it out would have taken the question further away (erasure: Li, Monroe and Jurafsky 2016, arXiv:1612.08220).
  The two numbers are in ``data/relevance.json``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from kmassist.answerable import fitted
from kmassist.directions import name_outcomes
from kmassist.documents import Document, SourceType
from kmassist.questions import QuestionType, intervention_of, outcome_of, read_frame
from kmassist.text import tokenise, words

if TYPE_CHECKING:
    from kmassist.embedding import Embedder, Vectors
    from kmassist.evidence import Evidence, Study
    from kmassist.index import Index
    from kmassist.retrieval import Retrieval
    from kmassist.vocabulary import Reading, Term, Vocabulary

_MEASURE = frozenset({SourceType.PUB, SourceType.AUD, SourceType.SVE})
"""Kinds of source that measure outcomes; people, guidelines and policies speak of a practice without naming each."""


def with_silence(evidence: Evidence, silence: Silence) -> Evidence:
    """The evidence with what each source that counts never names."""

    def looked_at(study: Study) -> Study:
        return replace(study, sources=tuple(replace(s, never_names=silence.of(s.document)) for s in study.sources))

    return replace(evidence, by_type={kind: tuple(map(looked_at, found)) for kind, found in evidence.by_type.items()})


@dataclass(slots=True)
class Silence:
    """One question, ready to be held against whole documents."""

    reading: Reading
    kinds: Sequence[str]
    retrieval: Retrieval
    index: Index
    embedder: Embedder
    vocabulary: Vocabulary
    _without: dict[str, Vectors] = field(default_factory=dict)

    def of(self, document: Document) -> dict[str, str]:
        """Element (``outcome``, ``intervention``, ``subject``) -> the words of the question that the document never names."""
        passages = list(self.index.passages_of(document.doc_id))
        whole = " \n".join((document.metadata.title, *(f"{p.heading} {p.text}" for p in passages)))
        stems = frozenset(tokenise(whole))
        frame = read_frame(self.reading.text, [QuestionType(kind) for kind in self.kinds])
        unnamed: dict[str, str] = {}
        outcome, practice = outcome_of(frame), intervention_of(frame)
        if document.metadata.source_type in _MEASURE and self._lacks_outcome(outcome, whole, stems):
            unnamed["outcome"] = outcome
        if self._lacks_practice(practice, document, stems):
            unnamed["intervention"] = practice
        is_on_topic = bool(set(self.reading.topics) & set(document.metadata.topics))
        missing = [t for t in self.reading.informative if not t.is_covered_by(stems) and not (t.is_key and is_on_topic)]
        if not unnamed and (foreign := self._foreign([t.word for t in missing], [p.passage_id for p in passages])):
            unnamed["subject"] = ", ".join(foreign)
        return unnamed

    def _keys(self, slot: str) -> list[Term]:
        return [term for term in self.reading.informative if term.is_key and term.word in words(slot)]

    def _lacks_outcome(self, outcome: str, whole: str, stems: frozenset[str]) -> bool:
        listed, keys = set(name_outcomes(outcome)), self._keys(outcome)
        if not listed and not keys:
            return False
        return not listed & set(name_outcomes(whole)) and not any(term.is_covered_by(stems) for term in keys)

    def _lacks_practice(self, practice: str, document: Document, stems: frozenset[str]) -> bool:
        topics = set(self.vocabulary.topics_of(practice))
        if not topics or topics & set(document.metadata.topics):
            return False
        return not all(term.is_covered_by(stems) for term in self._keys(practice))

    def _foreign(self, missing: Sequence[str], passage_ids: Iterable[str]) -> list[str]:
        """Those of the words without which the question would be nearer to the document."""
        numbers, asked = fitted()["silence"], self.retrieval.vector
        pairs = [self.retrieval.vectors[key] for key in passage_ids if key in self.retrieval.vectors]
        if asked is None or not pairs or not missing:
            return []
        texts = np.concatenate([np.vstack([passage[None], sentences]) for passage, sentences in pairs])
        found = []
        for word in missing:
            without = self._question_without(word)
            nearer = float((texts @ without).max() - (texts @ asked).max())
            if 1 - float(without @ asked) >= numbers["least_share_of_meaning"] and nearer >= numbers["least_nearer_without"]:
                found.append(word)
        return found

    def _question_without(self, word: str) -> Vectors:
        if word not in self._without:
            shorter = re.sub(rf"(?<![\w-]){re.escape(word)}(?!\w)", " ", self.reading.text, flags=re.IGNORECASE)
            query = self.vocabulary.read_question(shorter).query
            self._without[word] = self.embedder.embed_query(query.dense_text or shorter)
        return self._without[word]
