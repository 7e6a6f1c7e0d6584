"""A study with what the rules need to know of it: whether it counts, how directly it fits and how old it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kmassist.coverage.age import Age, judge_age
from kmassist.coverage.directness import Asked, Directness, Fit, judge_directness
from kmassist.documents.document import Document, SourceType
from kmassist.documents.in_force import is_unfinished, why_not_counted
from kmassist.documents.metadata import Design, Finding, Metadata, Setting
from kmassist.documents.required_metadata import REVIEWS
from kmassist.evidence.model import Source, Study
from kmassist.settings.model import AgeSettings
from kmassist.text.words import words

_LONG_TITLE = 5
ELEMENTS = ("figure", "outcome", "subject")
"""Elements of a question that a source on its subject may be silent on; see `evidence.unnamed`."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A study that counts. ``study`` holds only its reports that count."""

    study: Study
    fit: Fit
    age: Age

    @property
    def documents(self) -> tuple[Document, ...]:
        """Its reports, best first."""
        return tuple(source.document for source in self.study.sources)

    @property
    def metas(self) -> tuple[Metadata, ...]:
        """The metadata of its reports, best first."""
        return tuple(d.metadata for d in self.documents)

    @property
    def name(self) -> str:
        """Short form of its best report."""
        return self.documents[0].cite_as

    @property
    def is_direct(self) -> bool:
        """Whether everything that could be read matches."""
        return self.fit.directness is Directness.DIRECT

    @property
    def lacks(self) -> str:
        """What of the question no part of any of its reports says; empty when one says all."""
        said = {element: self.study.never_names(element) for element in ELEMENTS}
        return "; ".join(
            f"{'gives no' if element == 'figure' else 'nowhere names'} {words}"
            for element, words in said.items()
            if words
        )

    @property
    def is_in_date(self) -> bool:
        """Whether it is not outdated; amber is still in date."""
        return self.age.level != "red"

    @property
    def designs(self) -> frozenset[Design]:
        """Every design its reports state."""
        return frozenset(m.design for m in self.metas if m.design)

    @property
    def is_review(self) -> bool:
        """Whether it is a synthesis of studies."""
        return bool(self.designs & REVIEWS)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings of all reports, the best report's first."""
        return tuple(finding for m in self.metas for finding in m.findings)

    @property
    def people(self) -> int | None:
        """The largest number of people a report states."""
        return max((m.sample_size for m in self.metas if m.sample_size is not None), default=None)

    @property
    def events(self) -> int | None:
        """The largest number of events of one outcome."""
        return max((f.events for f in self.findings if f.events is not None), default=None)

    @property
    def is_local(self) -> bool:
        """Whether every report is this service's own."""
        return all(
            m.setting is Setting.UK_LOCAL or (m.origin is not None and m.origin.value == "internal")
            for m in self.metas
        )


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A study that is about the question but cannot count, and why."""

    study: Study
    reason: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """The studies of one source type: those that count, those that cannot, and those still running."""

    counted: tuple[Judged, ...] = ()
    not_counted: tuple[NotCounted, ...] = ()
    unfinished: tuple[Study, ...] = ()

    @property
    def has_any(self) -> bool:
        """Whether any counts or is still running."""
        return bool(self.counted or self.unfinished)

    @property
    def speaking(self) -> tuple[Judged, ...]:
        """Counted and not silent on what is asked."""
        return tuple(j for j in self.counted if not j.lacks)

    @property
    def direct(self) -> tuple[Judged, ...]:
        """Speaking and direct."""
        return tuple(j for j in self.speaking if j.is_direct)

    @property
    def sound(self) -> tuple[Judged, ...]:
        """Direct and in date: what sufficiency is judged on."""
        return tuple(j for j in self.direct if j.is_in_date)


def sort_studies(
    studies: Iterable[Study], asked: Asked, today: dt.date, limits: AgeSettings
) -> Sorted:
    """Sort studies of one type by whether they count (domain D2); merges reports of one study that came apart."""
    candidates: list[tuple[Study, Fit]] = []
    not_counted: list[NotCounted] = []
    unfinished: list[Study] = []
    for study in _merge(studies):
        usable = tuple(s for s in study.sources if not why_not_counted(s.document, today))
        if not usable:
            not_counted.append(NotCounted(study, why_not_counted(study.sources[0].document, today)))
        elif all(is_unfinished(s.document.metadata) for s in usable):
            unfinished.append(study)
        else:
            finished = tuple(s for s in usable if not is_unfinished(s.document.metadata))
            kept = Study(study.key, study.source_type, finished)
            candidates.append((kept, judge_directness(kept, asked)))
    newest_rct = max(
        (
            s.dated or ""
            for s, fit in candidates
            if fit.directness is Directness.DIRECT and _is_rct(s)
        ),
        default="",
    )
    counted = tuple(
        Judged(study, fit, _study_age(study, today, limits, newest_rct))
        for study, fit in candidates
    )
    return Sorted(counted, tuple(not_counted), tuple(unfinished))


def _is_rct(study: Study) -> bool:
    return any(s.document.metadata.design is Design.RCT for s in study.sources)


def _study_age(study: Study, today: dt.date, limits: AgeSettings, newest_rct: str) -> Age:
    """The age of the report that ages best: a study is as current as its newest report."""
    order = {"": 0, "amber": 1, "red": 2}
    ages = [
        judge_age(s.document.metadata, today, limits, newest_direct_rct=newest_rct)
        for s in study.sources
    ]
    return min(ages, key=lambda age: order[age.level])


def _merge(studies: Iterable[Study]) -> list[Study]:
    """One entry a study and no document twice, in the order found. Equal long titles of one year are one study."""
    merged: dict[str, list[Source]] = {}
    types: dict[str, SourceType | None] = {}
    same: dict[tuple[str, int | None], str] = {}
    for study in studies:
        key = study.key
        for source in study.sources:
            title = words(source.document.metadata.title)
            if len(title) >= _LONG_TITLE:
                key = same.setdefault((" ".join(title), source.document.metadata.year), key)
        sources = merged.setdefault(key, [])
        types.setdefault(key, study.source_type)
        seen = {s.document.doc_id for s in sources}
        sources.extend(s for s in study.sources if s.document.doc_id not in seen)
    return [Study(key, types[key], tuple(sources)) for key, sources in merged.items() if sources]


def doc_ids(judged: Sequence[Judged]) -> tuple[str, ...]:
    """The documents of studies in order, each once."""
    return tuple(dict.fromkeys(d.doc_id for j in judged for d in j.documents))
