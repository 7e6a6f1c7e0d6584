"""The relevance gate: is a passage really about the question, and can the corpus answer it at all?

Probabilities come from explainable signals by logistic models whose fitted numbers are in ``data/relevance.json``;
``python -m benchmarks.fit_relevance`` refits them on judged data. The signals of a passage are these (those of the question
are in `answerable`); words count by their rarity (idf) in the corpus asked:

========== ===========================================================================================================
cosine      similarity of the passage and the question
sentence    similarity of the best sentence
words       BM25 score as a share of the highest one possible
coverage    share of the question's words, by rarity, in title, heading and passage
together    best sum, over sentences, of similarity and coverage: meaning and words in one place
pairs       share of the question's neighbouring word pairs that stand side by side
words_lead  ``words`` above the mean of the documents ranked 11th to 20th by it
together_lead  the same for ``together``
========== ===========================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

from kmassist.evidence.answerable import answerable, fitted, logit, sigmoid
from kmassist.index import Filter, Index
from kmassist.text.words import tokenise, words

if TYPE_CHECKING:
    from kmassist.documents.metadata import Metadata
    from kmassist.documents.passages import Passage
    from kmassist.question.interpretation import Reading, Term
    from kmassist.question.phrases import Stems
    from kmassist.retrieval.retrieve import Retrieval

SIGNALS = (
    "cosine",
    "sentence",
    "words",
    "coverage",
    "together",
    "pairs",
    "words_lead",
    "together_lead",
)
_BACKGROUND = slice(10, 20)
_EVERYDAY = 0.3
"""How much a word that says little about the subject counts, beside an informative one of the same rarity."""


@dataclass(frozen=True, slots=True)
class JudgedPassage:
    """A passage with the gate's probability that it is about the question.

    ``score`` is the ranking score; ``sentence_scores`` has one number from 0 to 1 a sentence, ``best_sentence`` its
    highest; ``signals`` are what the probability was computed from. ``counts`` says that it is about the question.
    """

    passage_id: str
    doc_id: str
    probability: float
    score: float
    sentence_scores: tuple[float, ...]
    best_sentence: int
    signals: Mapping[str, float] = field(default_factory=dict)
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every judged passage, most probable first, and the question as a whole.

    ``cutoff`` is the probability from which a passage counts for this question: the calibrated one, a share of the best
    passage's, or a strict one when no counting passage mentions a key term. ``answerable_probability`` is that the corpus holds anything
    that is about the question; ``uncovered_terms`` are informative words of the question that no passage above the cutoff
    uses (no judged passage at all, when none is above it).
    """

    passages: tuple[JudgedPassage, ...]
    cutoff: float
    answerable_probability: float
    uncovered_terms: tuple[str, ...]


def judge(reading: Reading, retrieval: Retrieval, index: Index) -> Judgement:
    """Judge the passages of a retrieval whose vectors were fetched: the best ones and the reserved ones.

    Args:
        reading: the question.
        retrieval: what `retrieve` found for it.
        index: the index it was found in.
    """
    question = _Question.of(reading, index)
    hits = [
        hit
        for hit in retrieval.run
        if retrieval.vector is None or hit.passage_id in retrieval.vectors
    ]
    passages = {p.passage_id: p for p in index.passages(hit.passage_id for hit in hits)}
    hits = [hit for hit in hits if hit.passage_id in passages]
    doc_ids = frozenset(p.doc_id for p in passages.values())
    about = (
        {d.doc_id: d.metadata for d in index.documents(Filter(doc_ids=doc_ids))} if doc_ids else {}
    )
    titles = {doc_id: metadata.title for doc_id, metadata in about.items()}
    judged = [
        question.look_at(
            passages[hit.passage_id],
            titles[passages[hit.passage_id].doc_id],
            retrieval,
            hit.score,
            hit.legs,
        )
        for hit in hits
    ]
    judged = [_decided(item) for item in _with_leads(judged)]
    judged.sort(key=lambda j: (-j.probability, j.passage_id))
    stems = {j.passage_id: _stems_of(titles[j.doc_id], passages[j.passage_id]) for j in judged}
    numbers = fitted()
    best = max((j.probability for j in judged), default=0.0)
    cutoff = numbers["cutoff"]
    probability = answerable(reading.text, *_by_document(judged))
    unmentioned = {
        j.passage_id
        for j in judged
        if not any(t.is_covered_by(stems[j.passage_id]) for t in reading.informative)
    }
    judged = _counted(
        judged, about, frozenset(reading.topics), unmentioned if reading.informative else set()
    )
    uncovered = _uncovered(reading, [stems[j.passage_id] for j in judged if j.counts])
    if any(term.is_key for term in uncovered) and best < numbers["cutoff_without_key_term"]:
        # What the question is named after is mentioned nowhere: only a very clear passage may still count.
        cutoff = numbers["cutoff_without_key_term"]
        probability *= numbers["question"]["without_key_term"]
        judged = [replace(j, counts=j.probability >= cutoff) for j in judged]
    if not any(j.counts for j in judged):
        uncovered = _uncovered(reading, list(stems.values()))
    return Judgement(
        tuple(judged),
        cutoff,
        round(probability, 6),
        _said(uncovered, reading),
    )


def _by_document(judged: Sequence[JudgedPassage]) -> tuple[list[Mapping[str, float]], list[float]]:
    """Signals and log-odds of each document's best-ranked passage, in order of the ranking."""
    first: dict[str, JudgedPassage] = {}
    for item in sorted(judged, key=lambda j: (-j.score, j.passage_id)):
        first.setdefault(item.doc_id, item)
    return [j.signals for j in first.values()], [logit(j.probability) for j in first.values()]


def _counted(
    judged: Sequence[JudgedPassage],
    about: Mapping[str, Metadata],
    asked: frozenset[str],
    unmentioned: Set[str],
) -> list[JudgedPassage]:
    """Mark the passages that are about the question.

    A passage is held against the best of its own kind of source, never against another kind's: what women say is not ranked
    away by a trial whose words happen to fit better. A document on the question's own topic needs less; a passage that mentions
    nothing that the question is about, in whatever form, needs much more, for only its meaning is in its favour.
    """
    numbers = fitted()
    best: dict[str | None, float] = {}
    for item in judged:
        kind = about[item.doc_id].source_type
        best[kind] = max(best.get(kind, 0.0), item.probability)

    def needs(item: JudgedPassage) -> float:
        metadata = about[item.doc_id]
        least = numbers["cutoff_on_topic"] if asked & set(metadata.topics) else numbers["cutoff"]
        if item.passage_id in unmentioned:
            least = numbers["cutoff_without_key_term"]
        return float(max(least, numbers["share_of_best"] * best[metadata.source_type]))

    return [replace(item, counts=item.probability >= needs(item)) for item in judged]


def _uncovered(reading: Reading, texts: Sequence[frozenset[str]]) -> list[Term]:
    seen = frozenset().union(*texts)
    return [term for term in reading.informative if not term.is_covered_by(seen)]


def _said(uncovered: Sequence[Term], reading: Reading) -> tuple[str, ...]:
    """Those words of the subject: that nothing mentions "morning" or "mind" tells nobody anything."""
    about = set(words(reading.subject.text))
    said = [term for term in uncovered if not about or about & set(words(term.word))]
    return tuple(_as_written(term.word, reading.text) for term in said)


def _as_written(word: str, question: str) -> str:
    """A short form keeps its capitals (PROM, HbA1c); a first letter alone tells nothing."""
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", question, re.IGNORECASE)
    return found[0] if found and not found[0][1:].islower() else word


@dataclass(frozen=True, slots=True)
class _Question:
    """A question's own words in order, each with its alternatives and its rarity in the corpus."""

    stems: tuple[str, ...]
    forms: Mapping[str, tuple[Stems, ...]]
    rarity: Mapping[str, float]
    parts: frozenset[str]

    @classmethod
    def of(cls, reading: Reading, index: Index) -> _Question:
        stems = tuple(dict.fromkeys(tokenise(reading.text)))
        forms: dict[str, tuple[Stems, ...]] = {stem: ((stem,),) for stem in stems}
        for term in reading.informative:
            own = term.forms[0][0]
            if own in forms:
                forms[own] = term.forms
        count = index.stats().passages
        parts = frozenset(part for options in forms.values() for form in options for part in form)
        frequency = index.document_frequency(parts)
        telling = {term.forms[0][0] for term in reading.informative} or set(stems)
        rarity = {}
        for stem, options in forms.items():
            # A word is as common as its most common form; a phrase as its rarest word.
            n = (
                max(min(frequency.get(part, 0) for part in form) for form in options if form)
                if options
                else 0
            )
            rarity[stem] = log(1 + (count - n + 0.5) / (n + 0.5)) * (
                1.0 if stem in telling else _EVERYDAY
            )
        return cls(stems, forms, rarity, parts)

    @property
    def total(self) -> float:
        return sum(self.rarity.values()) or 1.0

    def coverage(self, stems: frozenset[str]) -> float:
        """Share of the words, by rarity, that a text with these stems mentions."""
        there = self.parts & stems  # at once: most sentences hold none or one of them
        return sum(self.rarity[s] for s in self.stems if self._is_in(s, there)) / self.total

    def _is_in(self, stem: str, stems: frozenset[str]) -> bool:
        return any(all(part in stems for part in form) for form in self.forms[stem])

    def look_at(
        self,
        passage: Passage,
        title: str,
        retrieval: Retrieval,
        score: float,
        legs: Mapping[str, float],
    ) -> JudgedPassage:
        """Signals of one passage, without the leads, which need the others."""
        pair = retrieval.vectors.get(passage.passage_id)
        if pair is None or retrieval.vector is None:
            cosine, similar = 0.0, [0.0] * len(passage.sentences)
        else:
            cosine, similar = (
                float(pair[0] @ retrieval.vector),
                [float(x) for x in pair[1] @ retrieval.vector],
            )
        covered = [
            self.coverage(frozenset(_terms(passage.sentence(i))))
            for i in range(len(passage.sentences))
        ]
        both = [(s + c) / 2 for s, c in zip(similar, covered, strict=True)]
        scores = tuple(round(max(0.0, value), 6) for value in both)
        signals = {
            "cosine": cosine,
            "sentence": max(similar, default=0.0),
            "words": min(1.0, legs.get("lexical", 0.0) / self.total),
            "coverage": self.coverage(_stems_of(title, passage)),
            "together": max(both, default=0.0),
            "pairs": self._pairs(passage),
        }
        best = max(range(len(scores)), key=lambda i: (scores[i], -i)) if scores else 0
        return JudgedPassage(passage.passage_id, passage.doc_id, 0.0, score, scores, best, signals)

    def _pairs(self, passage: Passage) -> float:
        wanted = list(pairwise(self.stems))
        if not wanted:
            return 0.0
        there = set(pairwise(_terms(passage.text)))
        weight = [self.rarity[a] + self.rarity[b] for a, b in wanted]
        return sum(w for pair, w in zip(wanted, weight, strict=True) if pair in there) / (
            sum(weight) or 1.0
        )


def _with_leads(judged: Sequence[JudgedPassage]) -> list[JudgedPassage]:
    background = {name: _background(judged, name) for name in ("words", "together")}
    return [
        replace(
            j,
            signals={
                **j.signals,
                **{f"{name}_lead": j.signals[name] - level for name, level in background.items()},
            },
        )
        for j in judged
    ]


def _background(judged: Sequence[JudgedPassage], name: str) -> float:
    best: dict[str, float] = {}
    for item in judged:
        best[item.doc_id] = max(best.get(item.doc_id, 0.0), item.signals[name])
    ranked = sorted(best.values(), reverse=True)
    behind = ranked[_BACKGROUND]
    if behind:
        return sum(behind) / len(behind)
    # A corpus of a few documents has no background of its own: the level that is usual stands in for it.
    return min(float(fitted()["usual_background"][name]), ranked[-1]) if ranked else 0.0


def _decided(item: JudgedPassage) -> JudgedPassage:
    model = fitted()["passage"]
    z = model["intercept"] + sum(model["weights"][name] * item.signals[name] for name in SIGNALS)
    return replace(
        item,
        probability=sigmoid(z),
        signals={name: round(item.signals[name], 6) for name in SIGNALS},
    )


@lru_cache(maxsize=8_000)
def _terms(text: str) -> tuple[str, ...]:
    """Terms of a passage or a sentence, looked at several times for one question and again for the next."""
    return tuple(tokenise(text))


@lru_cache(maxsize=50_000)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(tokenise(text))


def _stems_of(title: str, passage: Passage) -> frozenset[str]:
    return _tokens(title) | _tokens(passage.heading) | frozenset(_terms(passage.text))
