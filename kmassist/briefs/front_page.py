"""What page one says: which sentence, figure or finding stands for each part of an answer to a board.

Parts, in the order they are read: the problem here (own figures, furthest from target first), what happens when it is done
(effect, then harm and what did not change), what it costs, what patients and carers say (good, bad, what they ask for), what
staff say, what is required and what money or decision there is, what is not known. A sentence stands for a part when it does
that (`evidence.roles`) and is near the subject; every sentence comes from a source of the subject's pool that is filed under a
topic of the source nearest to the subject, or under none. Of a source that a person has yet to look at only a sentence counts
that names the subject and is near it, and it says that it is to be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from math import log

from kmassist.answers.model import Claim
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.model import FindingLine, KeyMessage
from kmassist.briefs.nearness import nearness
from kmassist.briefs.parts import (
    OF_EXPERIENCE,
    OF_MANY_MATTERS,
    PARTS,
    SLOTS,
    Part,
    can_stand_alone,
    figures_in,
    has_figure,
    heads_of,
    is_beside,
    is_of_another_section,
    likely_of,
    weight_of_row,
)
from kmassist.documents.document import Document, SourceType
from kmassist.documents.source_types import kind_in_words
from kmassist.evidence.roles import Role, Weighed
from kmassist.evidence.salience import finding_weight, is_row, leans_back

Cite = Callable[[Document, int, int], Claim]
_LEAST_NEAR, _LEAST_NEAR_ABOUT, _LEAST_NEAR_FILED, _LEAST_NEAR_UNFILED = 0.5, 0.25, 0.4, 0.65
_ABOUT = 0.65
"""Shares of the nearest sentence's likeness to the subject that a sentence needs; the second where its source as a whole is
about the subject (`_ABOUT` of the likeness of the source most about it), the others where the source is yet to check and is
filed under the subject's topics, or is not. Of a source yet to check a sentence must share a word of the subject, from the last
share on it or its title, or, where the source is of one matter, the answer quotes it."""
_SURE = 0.6
"""How likely a second sentence of experience must do what its part asks for; a first one its part's `least`. In areas left out 20
of 29 told as good are so from 0.6 on, 26 of 51 from 0.45 on."""
_BOTTOM_LINE = 2.0
"""What a sentence of a costing counts for that gives the figure of its table's last row, the sum or the net."""
_LEAST_DIGITS = 3
"""Digits, with their points, of a figure that names a sum: ``19,260``, not ``18``."""
_FOCUS = 1.5
"""What a source's being about the subject weighs beside its sentence's own nearness."""
_FIGURES, _PER_PART = 4, 3
_BEHIND = 0.8
"""How much less merit than the best of its part a sentence may have."""
_LEANING = 0.5
"""What a sentence counts for that opens with a word for what stands before it, where one that stands alone is as good."""
_FIGURE_NEAR = 0.75
_MAIN = 1.25
"""What the first result that a study tells in words with a figure counts for, beside its others: it is the one that it was made for."""
_SAME_MATTER = 0.6
"""Share of the nearness of its source's nearest sentence that one needs of a source of many matters."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is about.

    Args:
        subject: its words, with what they were read as.
        topics: those that it names.
        ruled_out: topics that it says there is none of: what is filed there is beside the point.
        wants_figures: it asks how large a problem is, which an inquiry may tell where no own figure does.
    """

    subject: str
    topics: Set[str] = frozenset()
    ruled_out: Set[str] = frozenset()
    wants_figures: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentence: Weighed
    document: Document
    kind: SourceType
    text: str
    merit: float
    likely: float


class FrontPage:
    """Page one of one brief; ``beside`` are the documents of the pool that are filed elsewhere than its subject.

    Args:
        documents: of the subject's pool, by id, with text.
        unchecked: those of them that a person has yet to look at.
        sentences: theirs, weighed.
        cite: makes a claim of a stretch of a document, in the source's own words.
        asked: what the question is about.
        quoted: what the answer quotes, as document, start and end: of a source yet to check too it is about the question.
        sure: those of the documents that are on the subject directly; all that are checked, when not given.
    """

    def __init__(
        self,
        documents: Mapping[str, Document],
        unchecked: frozenset[str],
        sentences: Iterable[Weighed],
        cite: Cite,
        asked: Asked,
        *,
        quoted: Sequence[tuple[str, int, int]] = (),
        sure: Set[str] | None = None,
    ) -> None:
        self._documents, self._unchecked, self._cite = documents, unchecked, cite
        self._asked, self._quoted = asked, quoted
        self._sure = documents.keys() - unchecked if sure is None else sure - unchecked
        out = {d for d, held in documents.items() if asked.ruled_out & {*held.metadata.topics}}
        held = [s for s in sentences if s.doc_id in documents and s.doc_id not in out]
        self._most = max((s.near for s in held), default=0.0) or 1.0
        self._focus = max((s.focus for s in held), default=0.0)
        self._nearest: dict[str, float] = {}
        for s in held:
            self._nearest[s.doc_id] = max(self._nearest.get(s.doc_id, 0.0), s.near)
        self._here, elsewhere = self._filed(held)
        self.beside = elsewhere | out
        self._sentences = [s for s in held if s.doc_id not in elsewhere and self._is_near(s)]
        self._said: set[tuple[str, int]] = set()
        self._counted: dict[str, list[set[str]]] = {}
        last = [claim.text for claim in self.cost_rows()][-1:]
        self._bottom_line = {f for row in last for f in figures_in(row) if len(f) >= _LEAST_DIGITS}

    def messages(
        self, figures: Sequence[AuditFigure], findings: Sequence[FindingLine]
    ) -> tuple[KeyMessage, ...]:
        """Every part's messages, best first; those that more room is needed for have a higher rank."""
        found = list(self._problem(figures))
        if not found:
            kinds = (
                (SourceType.AUD, SourceType.POL) if self._asked.wants_figures else (SourceType.AUD,)
            )
            own = Part("problem", kinds, (Role.HARM, Role.BAD, Role.OTHER), True)
            found += self._told("problem", self._of(own))
        for part in PARTS:
            chosen = self._of(part)
            if part.slot == "effect" and not any(has_figure(c.text) for c in chosen):
                found += self._recorded(findings)
            found += self._told(part.slot, chosen)
        found += self._more()
        return tuple(sorted(found, key=lambda m: (SLOTS.index(m.slot), m.rank)))

    def _more(self) -> Iterator[KeyMessage]:
        """What the answer quotes besides of these sources, looked at and filed here: evidence for room that would be blank."""
        kept = {s.doc_id for s in self._sentences} - self._unchecked
        rank = 0
        for doc_id, start, end in self._quoted:
            is_said = any(d == doc_id and start <= at < end for d, at in self._said)
            if doc_id not in kept or is_said:
                continue
            document = self._documents[doc_id]
            if self._has_told_figures(doc_id, document.text[start:end]):
                continue
            text, kind = document.text[start:end], document.metadata.source_type
            if kind is None or kind is SourceType.AUD:  # an audit is told by its figures
                continue
            claim = self._cite(document, start, end)
            is_whole = can_stand_alone(text, document.is_composed(start, end), False)
            if is_beside(text, document) or not is_whole or len(claim.citation.masks) > 1:
                continue
            self._said.add((doc_id, start))
            yield KeyMessage(kind="quotation", lead=kind.label, slot="more", rank=rank, claim=claim)
            rank += 1

    def cost_rows(self) -> tuple[Claim, ...]:
        """The rows of the cost table nearest the subject: all of one table, in its order, when any of it gives money."""
        tables: dict[tuple[str, tuple[str, ...]], list[Weighed]] = {}
        for s in self._sentences:
            document = self._documents[s.doc_id]
            words = document.text[s.start : s.end]
            is_cost = document.metadata.source_type is SourceType.ECO
            if is_cost and s.doc_id not in self._unchecked and is_row(words):
                tables.setdefault((s.doc_id, heads_of(words)), []).append(s)
        priced = [
            rows
            for (doc_id, _), rows in sorted(tables.items())
            if len(rows) > 1 and any("£" in self._words(s) or s.does(Role.COST) > 0.5 for s in rows)
        ]
        if not priced:
            return ()
        best = max(priced, key=lambda rows: max(s.near for s in rows))
        return tuple(
            self._cite(self._documents[s.doc_id], s.start, s.end)
            for s in sorted(best, key=lambda s: s.start)
        )

    def _problem(self, figures: Sequence[AuditFigure]) -> Iterator[KeyMessage]:
        """Criteria near the subject that miss their target, furthest first; then one that meets it."""
        held = self._documents.keys() - (self._unchecked - {doc_id for doc_id, *_ in self._quoted})
        near = {
            (f.number, f.index): self._near_of(f)
            for f in figures
            if f.percent is not None and f.doc_id in held
        }
        least = _FIGURE_NEAR * max(near.values(), default=0.0)
        shown = [f for f in figures if least and near.get((f.number, f.index), 0.0) >= least]
        order = sorted(
            shown, key=lambda f: (f.is_met is not False, -_distance(f), f.number, f.index)
        )
        for rank, figure in enumerate(order[:_FIGURES]):
            yield KeyMessage(
                kind="figure",
                lead=SourceType.AUD.label,
                slot="problem",
                rank=rank,
                figure=figure,
                is_unchecked=figure.doc_id in self._unchecked,
            )

    def _near_of(self, figure: AuditFigure) -> float:
        return max(
            (
                s.near
                for s in self._sentences
                if s.doc_id == figure.doc_id and figure.criterion[:60] in self._words(s)
            ),
            default=0.0,
        )

    def _filed(self, held: Sequence[Weighed]) -> tuple[frozenset[str], frozenset[str]]:
        """Documents that share a topic with the one nearest to the subject, and those that share none; neither where that is
        filed under nothing.

        Where the question itself names topics it is the nearest of those filed there, and of its topics those that are named.
        Elsewhere topics are of a vocabulary that may not fit the library: of a kind that is all filed elsewhere the nearest
        stays.
        """
        near: dict[str, float] = {}
        for s in held:
            near[s.doc_id] = max(near.get(s.doc_id, 0.0), s.near + s.focus)
        checked = near.keys() - self._unchecked or near.keys()
        filed = {doc_id: frozenset(self._documents[doc_id].metadata.topics) for doc_id in near}
        asked = {doc_id for doc_id in checked if filed[doc_id] & self._asked.topics} or checked
        nearest = max(sorted(asked), key=near.__getitem__, default="")
        topics = filed.get(nearest, frozenset())
        is_named = bool(topics & self._asked.topics)
        topics = topics & self._asked.topics or topics
        here = frozenset(d for d in near if topics & filed[d])
        elsewhere = frozenset(d for d in near if topics and filed[d]) - here
        return here, elsewhere - (frozenset() if is_named else self._alone(elsewhere, near))

    def _alone(self, elsewhere: Set[str], near: Mapping[str, float]) -> frozenset[str]:
        """The nearest of each kind that is counted but all filed elsewhere: what the page says is held it tells."""
        by_kind: dict[SourceType | None, list[str]] = {}
        for doc_id in sorted(self._sure & near.keys()):
            by_kind.setdefault(self._documents[doc_id].metadata.source_type, []).append(doc_id)
        return frozenset(
            max(held, key=near.__getitem__) for held in by_kind.values() if elsewhere >= set(held)
        )

    def _words(self, s: Weighed) -> str:
        return self._documents[s.doc_id].text[s.start : s.end]

    def _is_near(self, s: Weighed) -> bool:
        is_one_of_many = self._documents[s.doc_id].metadata.source_type in OF_MANY_MATTERS
        if is_one_of_many and s.near < _SAME_MATTER * self._nearest[s.doc_id]:
            return False
        if s.doc_id not in self._unchecked:
            is_about = s.focus >= _ABOUT * self._focus
            return s.near >= (_LEAST_NEAR_ABOUT if is_about else _LEAST_NEAR) * self._most
        is_close = s.near >= _LEAST_NEAR_UNFILED * self._most
        if not is_close and (s.doc_id not in self._here or s.near < _LEAST_NEAR_FILED * self._most):
            return False
        is_quoted = not is_one_of_many and any(s.shares_words_with(*at) for at in self._quoted)
        title = self._documents[s.doc_id].metadata.title if is_close else ""
        return is_quoted or nearness(self._asked.subject, [f"{title} {self._words(s)}"])[0] > 0

    def _of(self, part: Part) -> list[_Candidate]:
        """Candidates for a part, best first, one a source before a second of any."""
        found = [c for s in self._sentences if (c := self._candidate(s, part))]
        if part.slot == "effect":
            found = list(_main_first(found))
        found.sort(
            key=lambda c: (self._is_unchecked(c), -c.merit, c.sentence.doc_id, c.sentence.start)
        )
        found = [c for c in found if c.merit >= found[0].merit - _BEHIND]
        if part.slot == "unknown":  # what studies leave open before what staff did not get on to
            found.sort(key=lambda c: c.kind is SourceType.FLK)
        turn: dict[str, int] = {}
        spread = []
        for place, candidate in enumerate(found):
            doc_id = candidate.sentence.doc_id
            spread.append((turn.get(doc_id, 0), place, candidate))
            turn[doc_id] = turn.get(doc_id, 0) + 1
        return [candidate for _, _, candidate in sorted(spread, key=lambda one: one[:2])]

    def _candidate(self, s: Weighed, part: Part) -> _Candidate | None:
        document = self._documents[s.doc_id]
        kind = document.metadata.source_type
        is_told_apart = bool(s.roles) == bool(part.roles) or kind is not SourceType.PPI
        text = self._words(s)
        is_elsewhere = is_of_another_section(part, document, s.start)
        if kind not in part.kinds or not is_told_apart or is_elsewhere or is_beside(text, document):
            return None
        likely = likely_of(s, part, text)
        if not likely or not can_stand_alone(
            text, document.is_composed(s.start, s.end), part.is_result
        ):
            return None
        merit = s.near / self._most + _FOCUS * s.focus / self._most
        merit += part.surely * log(likely)
        if part.is_measured:
            merit += log(weight_of_row(text) if is_row(text) else finding_weight(text, ""))
            if part.slot == "cost" and self._bottom_line & figures_in(text):
                merit += log(_BOTTOM_LINE)
        elif leans_back(text):
            merit += log(_LEANING)
        return _Candidate(s, document, kind, text, merit, likely)

    def _told(self, slot: str, chosen: Sequence[_Candidate]) -> Iterator[KeyMessage]:
        rank = 0
        for c in chosen:
            place, is_unchecked = (c.sentence.doc_id, c.sentence.start), self._is_unchecked(c)
            if place in self._said or (is_unchecked and rank):
                continue  # of sources yet to check one sentence is enough
            is_learnt = slot in OF_EXPERIENCE and bool(c.sentence.roles)
            if (rank and is_learnt and c.likely < _SURE) or self._has_told_figures(
                c.sentence.doc_id, c.text
            ):
                continue
            claim = self._cite(c.document, c.sentence.start, c.sentence.end)
            if len(claim.citation.masks) > (0 if is_row(c.text) else 1):
                continue  # too little is left of it
            self._said.add(place)
            yield KeyMessage(
                kind="quotation",
                lead=c.kind.label,
                slot=slot,
                rank=rank,
                claim=claim,
                is_unchecked=is_unchecked,
            )
            rank += 1
            if rank == _PER_PART:
                return

    def _has_told_figures(self, doc_id: str, text: str) -> bool:
        """Whether all its figures, two or more, stand in one sentence of the same source that is told already."""
        figures = figures_in(text)
        told = self._counted.setdefault(doc_id, [])
        if len(figures) > 1 and any(figures <= others for others in told):
            return True
        told.append(figures)
        return False

    def _is_unchecked(self, candidate: _Candidate) -> bool:
        return candidate.sentence.doc_id in self._unchecked

    def _recorded(self, findings: Sequence[FindingLine]) -> Iterator[KeyMessage]:
        """Results of the source most about the subject that its record states with a figure, where no sentence gives one."""
        kinds = {SourceType.PUB, SourceType.SVE}
        focus = {s.doc_id: s.focus for s in self._sentences if s.doc_id not in self._unchecked}
        held = [
            line
            for line in findings
            if line.estimate
            and line.doc_id in focus
            and self._documents[line.doc_id].metadata.source_type in kinds
        ]
        most = max((focus[line.doc_id] for line in held), default=0.0)
        best = [line for line in held if focus[line.doc_id] == most]
        for rank, line in enumerate(best[: _PER_PART - 1]):
            kind = kind_in_words(self._documents[line.doc_id].metadata.source_type)
            yield KeyMessage(kind="finding", lead=kind, slot="effect", rank=rank, finding=line)


def _main_first(found: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Candidates with the first of each source raised that gives a figure in words."""
    first: dict[str, int] = {}
    for c in found:
        if has_figure(c.text) and not is_row(c.text):
            doc_id, start = c.sentence.doc_id, c.sentence.start
            first[doc_id] = min(first.get(doc_id, start), start)
    for c in found:
        is_main = first.get(c.sentence.doc_id) == c.sentence.start
        yield replace(c, merit=c.merit + log(_MAIN)) if is_main else c


def _distance(figure: AuditFigure) -> float:
    """Percentage points from the target; 0 without one."""
    if figure.percent is None or figure.target is None:
        return 0.0
    return abs(figure.percent - figure.target)
