"""The sentences that an answer begins with: the nearest to what was asked, whatever their kind of source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kmassist.documents.document import Document, SourceType
from kmassist.documents.in_force import out_of_force
from kmassist.evidence.closest import Closest, as_ordered
from kmassist.evidence.model import NEARLY, Evidence, FoundPassage, Part, Source
from kmassist.evidence.places import NOWHERE, Places
from kmassist.evidence.select import (
    can_answer,
    excerpt_of,
    is_said,
    repeated_sentences,
)

_CLOSEST = 8
"""Sentences shown before all others."""
_Candidate = tuple[float, FoundPassage, int]
"""Score of a sentence, its passage, and which of its sentences it is."""


def closest_sources(
    found: Sequence[FoundPassage],
    documents: Mapping[str, Document],
    count: int,
    *,
    asks_figure: bool = True,
    places: Places = NOWHERE,
) -> tuple[Source, ...]:
    """The best sentences of the passages read, one excerpt a source, whatever their kind of source, best first.

    What is out of force is left out, and a sentence that says nearly the same as a better one, or stands in the same quotation.
    A line that was composed from a table is a figure: where none is asked for, a written sentence that is nearly as good, in a
    passage that is about the question as much, comes first. So does one of a source with a date that can be before one whose
    date is after today: that date is wrong, or what it says is not out yet.
    """
    repeated = repeated_sentences(found)
    candidates = sorted(
        (
            (score, item, i)
            for item in found
            if item.is_ordered and not out_of_force(documents[item.passage.doc_id].metadata)
            for i, score in enumerate(item.sentence_scores)
            if can_answer(item.passage, i, documents[item.passage.doc_id], repeated)
        ),
        key=lambda c: (-c[0], c[1].passage.passage_id, c[2]),
    )
    if not asks_figure:
        _let_pass(candidates, lambda c: _is_composed(c, documents), about=1.0)
    _let_pass(candidates, lambda c: bool(documents[c[1].passage.doc_id].metadata.to_come), NEARLY)
    if places.asked:
        _let_pass(candidates, lambda c: not _is_of(places, c, documents), NEARLY)
    said: list[frozenset[str]] = []
    chosen: dict[tuple[str, int, int], Source] = {}
    for score, item, i in candidates:
        if len(chosen) == count:
            break
        if not is_said(item.passage.sentence(i), said):
            source = one_sentence(item, i, score, documents)
            chosen.setdefault(_place(source), source)
    return tuple(chosen.values())


def _let_pass(
    candidates: list[_Candidate], is_lesser: Callable[[_Candidate], bool], about: float
) -> None:
    """Put the first of those that are nearly as good in front, when the best one is a lesser kind and it is not.

    ``about`` is how likely its passage must be about the question, as a share of the best one's likelihood.
    """
    if not candidates or not is_lesser(candidates[0]):
        return
    best, held, _ = candidates[0]
    for at, candidate in enumerate(candidates):
        score, item, _ = candidate
        is_as_near = item.probability >= about * held.probability and score >= NEARLY * best
        if is_as_near and not is_lesser(candidate):
            candidates.insert(0, candidates.pop(at))
            return


def _place(source: Source) -> tuple[str, int, int]:
    """Which words of which document a source of one sentence quotes."""
    (excerpt,) = source.excerpts
    return excerpt.doc_id, excerpt.start, excerpt.end


def _is_of(places: Places, candidate: _Candidate, documents: Mapping[str, Document]) -> bool:
    _, item, number = candidate
    said = f"{item.passage.heading} {item.passage.sentence(number)}"
    return places.are_said_of(said, documents[item.passage.doc_id])


def _is_composed(candidate: _Candidate, documents: Mapping[str, Document]) -> bool:
    _, item, number = candidate
    return documents[item.passage.doc_id].is_composed(*item.passage.sentences[number])


@dataclass(frozen=True, slots=True)
class PartRead:
    """A part of a question with what was made of the passages in its light, whether it asks for a figure, and the kinds of source
    that it needs."""

    asked: str
    closest: Closest
    asks_figure: bool
    needs: frozenset[SourceType] = frozenset()


def with_closest(
    evidence: Evidence,
    parts: Sequence[PartRead],
    closest: Closest,
    found: Sequence[FoundPassage],
    documents: Mapping[str, Document],
    *,
    places: Places = NOWHERE,
) -> Evidence:
    """The evidence with the sentences nearest to an answer, the one that says it is not known, and how likely they answer.

    Of a question that asks several things, the first sentence of each part comes first, in the order asked.

    Args:
        evidence: what was found.
        parts: at least one.
        closest: what was made of all of them (`of_all_parts`).
        found: passages with their sentences' scores for the whole question.
        documents: theirs.
        places: those that the question names.
    """
    asks_figure = any(part.asks_figure for part in parts)
    ordered = closest_sources(found, documents, _CLOSEST, asks_figure=asks_figure, places=places)
    is_parted = len(parts) > 1
    firsts = _firsts(parts, found, documents, places) if is_parted or parts[0].needs else []
    lead = {_place(source): source for source in firsts if source}
    ordered = (*lead.values(), *(s for s in ordered if _place(s) not in lead))[:_CLOSEST]
    by_id = {item.passage.passage_id: item for item in found}
    unknown: Source | None = None
    if closest.not_known:
        passage_id, number = closest.not_known
        item = by_id[passage_id]
        document = documents[item.passage.doc_id]
        if not out_of_force(document.metadata) and can_answer(
            item.passage, number, document, frozenset()
        ):
            unknown = one_sentence(item, number, closest.scores[passage_id][number], documents)
    return replace(
        evidence,
        closest=ordered,
        not_known=unknown,
        places=places,
        answered=closest.probability,
        parts=tuple(
            Part(part.asked, part.closest.probability, first)
            for part, first in zip(parts, firsts, strict=True)
        )
        if is_parted
        else (),
    )


def _firsts(
    parts: Sequence[PartRead],
    found: Sequence[FoundPassage],
    documents: Mapping[str, Document],
    places: Places,
) -> list[Source | None]:
    """A sentence of its own for each part: of those nearly as good as the best, one of a kind of source that the part needs."""
    firsts: list[Source | None] = []
    for part in parts:
        taken = {_place(first) for first in firsts if first}
        ordered = [as_ordered(item, part.closest) for item in found]
        near = [
            source
            for source in closest_sources(
                ordered, documents, _CLOSEST, asks_figure=part.asks_figure, places=places
            )
            if _place(source) not in taken
        ]
        least = NEARLY * max((source.excerpts[0].score for source in near), default=0.0)
        needed = (
            source
            for source in near
            if source.excerpts[0].score >= least
            and source.document.metadata.source_type in part.needs
        )
        firsts.append(next(needed, next(iter(near), None)))
    return firsts


def one_sentence(
    item: FoundPassage, number: int, score: float, documents: Mapping[str, Document]
) -> Source:
    """One sentence as a source of its own."""
    excerpt = excerpt_of(item, [number], score)
    return Source(documents[item.passage.doc_id], (excerpt,), item.probability)
