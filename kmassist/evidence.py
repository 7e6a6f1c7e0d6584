"""Evidence: what the corpus holds on a question, grouped by source type, one entry a study, exact quotations only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kmassist.documents import Design, Document, SourceType
from kmassist.passages import Passage
from kmassist.text import words


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage with the gate's probability, the ranking score and one score a sentence."""

    passage: Passage
    probability: float
    score: float
    sentence_scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An exact quotation: ``document.text[start:end] == quote``, whole sentences.

    ``before`` and ``after`` are the neighbouring sentences; ``probability`` is the relevance gate's, 0 to 1.
    """

    doc_id: str
    passage_id: str
    start: int
    end: int
    quote: str
    page: int | None
    page_is_estimated: bool
    section: str
    probability: float
    score: float
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A document (without its text) and what it says on the question, best first."""

    document: Document
    excerpts: tuple[Excerpt, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Study:
    """Reports of one study, best first; most studies have one. Counting is by study, never by passage."""

    key: str
    source_type: SourceType
    sources: tuple[Source, ...]

    @property
    def probability(self) -> float:
        """The best report's."""
        return max(source.probability for source in self.sources)

    @property
    def dated(self) -> str | None:
        """The newest evidence date of its reports."""
        return max((s.document.metadata.dated for s in self.sources if s.document.metadata.dated), default=None)

    @property
    def design(self) -> Design | None:
        """The design of the first report that states one."""
        return next((s.document.metadata.design for s in self.sources if s.document.metadata.design), None)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A study that bears on the question but does not count, and why (withdrawn, superseded, undated...)."""

    study: Study
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found.

    ``by_type`` has all eight types, also empty ones, in their fixed order; ``nearest`` did not pass the gate and may be
    shown only as "related, not direct"; ``uncovered_terms`` are informative words of the question that nothing found uses.
    """

    by_type: Mapping[SourceType, tuple[Study, ...]]
    nearest: tuple[Study, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    uncovered_terms: tuple[str, ...] = ()
    answerable_probability: float = 0.0
    cutoff: float = 0.5
    topics: tuple[str, ...] = field(default=())

    @property
    def studies(self) -> tuple[Study, ...]:
        """Every study that passed the gate, in order of type."""
        return tuple(study for studies in self.by_type.values() for study in studies)


def choose_sentences(
    passage: Passage, sentence_scores: Sequence[float], limit: int, *, floor: float = 0.6
) -> list[tuple[int, int, float]]:
    """The best sentences of a passage as (start, end, score), in order of the text; neighbours are joined.

    Args:
        passage: the passage.
        sentence_scores: one score a sentence, larger is better.
        limit: the most sentences to take.
        floor: a sentence must reach this share of the best one's score.
    """
    if not sentence_scores:
        return [(passage.start, passage.end, 0.0)]
    order = sorted(range(len(sentence_scores)), key=lambda i: (-sentence_scores[i], i))
    best = sentence_scores[order[0]]
    taken = sorted(i for i in order[:limit] if sentence_scores[i] >= floor * best or i == order[0])
    spans: list[tuple[int, int, float]] = []
    for i in taken:
        start, end = passage.sentences[i]
        joined = passage.text[spans[-1][1] - passage.start : start - passage.start] if spans else "x"
        if spans and not joined.strip():
            spans[-1] = (spans[-1][0], end, max(spans[-1][2], sentence_scores[i]))
        else:
            spans.append((start, end, sentence_scores[i]))
    return spans


def assemble(
    found: Sequence[FoundPassage],
    documents: Mapping[str, Document],
    *,
    cutoff: float,
    sentences_per_source: int,
    nearest: int,
    uncovered_terms: Sequence[str] = (),
    answerable_probability: float = 0.0,
    topics: Sequence[str] = (),
) -> Evidence:
    """Group what was found by source type and study; drop near-duplicate quotations; put aside what is withdrawn.

    Args:
        found: passages with their probability and sentence scores, in any order.
        documents: metadata of every document in ``found``.
        cutoff: probability from which a passage bears on the question.
        sentences_per_source: the most quoted sentences of one document.
        nearest: how many studies below the cut-off to keep as "related, not direct".
        uncovered_terms, answerable_probability, topics: carried through.

    Returns:
        Evidence in a total order: within a type by probability, ties by key.
    """
    by_doc: dict[str, list[FoundPassage]] = {}
    for item in sorted(found, key=lambda f: (-f.probability, -f.score, f.passage.passage_id)):
        by_doc.setdefault(item.passage.doc_id, []).append(item)
    said: list[frozenset[str]] = []
    repeated = _repeated_sentences(found)
    relevant: dict[str, list[Source]] = {}
    below: dict[str, list[Source]] = {}
    for doc_id, items in by_doc.items():
        passed = [item for item in items if item.probability >= cutoff]
        source = Source(
            documents[doc_id],
            tuple(_excerpts(passed or items[:1], sentences_per_source, repeated, said if passed else [])),
            items[0].probability,
        )
        (relevant if passed else below).setdefault(_study_key(documents[doc_id]), []).append(source)
    by_type: dict[SourceType, list[Study]] = {kind: [] for kind in SourceType}
    excluded: list[Excluded] = []
    for study in _studies(relevant):
        reason = _why_excluded(study)
        if reason:
            excluded.append(Excluded(study, reason))
        else:
            by_type[study.source_type].append(study)
    return Evidence(
        by_type={kind: tuple(studies) for kind, studies in by_type.items()},
        nearest=tuple(study for study in _studies(below) if not _why_excluded(study))[:nearest],
        excluded=tuple(excluded),
        uncovered_terms=tuple(uncovered_terms),
        answerable_probability=answerable_probability,
        cutoff=cutoff,
        topics=tuple(topics),
    )


def _study_key(document: Document) -> str:
    meta = document.metadata
    title = " ".join(words(meta.title))
    return meta.study_key or (f"title:{title}:{meta.year}" if title and meta.year else f"doc:{document.doc_id}")


def _studies(groups: Mapping[str, list[Source]]) -> list[Study]:
    studies = []
    for key, sources in groups.items():
        ordered = tuple(sorted(sources, key=lambda s: (-s.probability, s.document.doc_id)))
        for kind in SourceType:  # reports of one study may be of two types: a trial and the local note on it
            same = tuple(s for s in ordered if (s.document.metadata.source_type or SourceType.PUB) is kind)
            if same:
                studies.append(Study(key, kind, same))
    return sorted(studies, key=lambda s: (-s.probability, -_best_score(s), s.key))


def _best_score(study: Study) -> float:
    return max((e.score for source in study.sources for e in source.excerpts), default=0.0)


_OUT = re.compile(r"\b(withdrawn|superseded|retracted|rescinded|replaced by)\b", re.I)


def _why_excluded(study: Study) -> str:
    for source in study.sources:
        meta = source.document.metadata
        if meta.superseded_by:
            return f"superseded by {meta.superseded_by}"
        found = _OUT.search(meta.status)
        if found:
            return found.group().lower()
    return ""


def _repeated_sentences(found: Sequence[FoundPassage]) -> frozenset[str]:
    """Sentences that stand in three or more documents: notices and templates, never an answer."""
    where: dict[str, set[str]] = {}
    for item in found:
        for number in range(len(item.passage.sentences)):
            where.setdefault(item.passage.sentence(number), set()).add(item.passage.doc_id)
    return frozenset(sentence for sentence, docs in where.items() if len(docs) >= 3)


def _excerpts(items: Sequence[FoundPassage], limit: int, repeated: frozenset[str], said: list[frozenset[str]]) -> list[Excerpt]:
    chosen: list[Excerpt] = []
    for item in items:
        passage = item.passage
        scores = [0.0 if passage.sentence(i) in repeated else max(score, 0.0) for i, score in enumerate(item.sentence_scores)]
        for start, end, score in sorted(choose_sentences(passage, scores, limit), key=lambda s: (-s[2], s[0])):
            if len(chosen) >= limit:
                break
            quote = passage.text[start - passage.start : end - passage.start]
            terms = frozenset(words(quote))
            if any(len(terms & other) >= 0.85 * len(terms | other) for other in said):
                continue
            said.append(terms)
            inside = [i for i, (a, b) in enumerate(passage.sentences) if a < end and b > start]
            first, last = (inside[0], inside[-1]) if inside else (0, len(passage.sentences) - 1)
            chosen.append(
                Excerpt(
                    doc_id=passage.doc_id,
                    passage_id=passage.passage_id,
                    start=start,
                    end=end,
                    quote=quote,
                    page=passage.page,
                    page_is_estimated=passage.page_is_estimated,
                    section=passage.heading,
                    probability=item.probability,
                    score=score,
                    before=passage.sentence(first - 1) if first > 0 else "",
                    after=passage.sentence(last + 1) if last + 1 < len(passage.sentences) else "",
                )
            )
    return chosen
