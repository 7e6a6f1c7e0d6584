"""What a figure of a sentence belongs to: the date that stands with it, and the words around it.

A sentence may have every figure of its source and still say another thing: last year's figure told as this year's, or two
figures that changed places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from kmassist.text.words import stem, words
from kmassist.verification.model import Aspect, Difference
from kmassist.verification.patterns import pattern
from kmassist.verification.quantities import Figure, dates, figures, is_same

_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


@dataclass(frozen=True, slots=True)
class _Bound:
    """A figure with the stretch of its sentence in which it stands."""

    figure: Figure
    stretch: str

    @property
    def date(self) -> str:
        """The one date of the stretch, lower case; empty for none or several."""
        found = dates(self.stretch)
        return found[0] if len(found) == 1 else ""

    @property
    def words(self) -> frozenset[str]:
        """Stems of the stretch, its figures left out."""
        return frozenset(stem(w) for w in words(self.stretch) if not w[0].isdigit())


def misplaced(claim: str, evidence: str) -> Iterator[Difference]:
    """Figures that the claim gives to another date, or to each other's words, than its evidence sentence does."""
    ours, theirs = _bound(claim), _bound(evidence)
    pairs = [(one, other) for one in ours if (other := _only(one, theirs)) is not None]
    for one, other in pairs:
        if one.date and other.date and _years(one.date).isdisjoint(_years(other.date)):
            yield Difference(
                aspect=Aspect.DATE,
                draft=f"{one.figure.text}, {one.date}",
                source=f"{other.figure.text}, {other.date}",
            )
    for (one, other), (second, another) in combinations(pairs, 2):
        if one.figure.unit != second.figure.unit or one.stretch == second.stretch:
            continue
        straight = _shared(one, other) + _shared(second, another)
        crossed = _shared(one, another) + _shared(second, other)
        if crossed > straight + 1:
            yield Difference(
                aspect=Aspect.NUMBER,
                draft=f"{one.figure.text} … {second.figure.text}",
                source=f"{other.figure.text} … {another.figure.text}",
            )


def _bound(text: str) -> list[_Bound]:
    cuts = [0, *(m.end() for m in pattern("stretch").finditer(text)), len(text)]
    spans = list(pairwise(cuts))
    return [
        _Bound(figure, text[start:end])
        for figure in figures(text)
        for start, end in spans
        if start <= figure.start < end
    ]


def _only(one: _Bound, theirs: Sequence[_Bound]) -> _Bound | None:
    """The same figure in the other sentence, when it stands there once."""
    same = [other for other in theirs if is_same(one.figure, other.figure)]
    return same[0] if len(same) == 1 else None


def _shared(one: _Bound, other: _Bound) -> int:
    return len(one.words & other.words)


def _years(date: str) -> set[str]:
    return set(_YEAR.findall(date))
