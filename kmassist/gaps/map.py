"""The gap map: topics by source types, with how much, how good, how new and in what state, for the whole corpus."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kmassist.coverage import State
from kmassist.coverage.held import OnSubject
from kmassist.coverage.topic import PoolsOf, held_by_topic, judge_topic
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Sharing
from kmassist.documents.source_types import LOCAL_TYPES
from kmassist.settings.model import CoverageSettings
from kmassist.text.counts import counted

__all__ = ["GapMap", "MapCell", "MapRow", "make_map"]

NO_TOPIC = "-"
"""Code of the row of documents without a topic."""


@dataclass(frozen=True, slots=True)
class MapCell:
    """One topic and source type. ``code`` is one character a screen reader can say with ``state``; never colour alone."""

    source_type: SourceType
    studies: int
    documents: int
    best_design: str
    newest: str
    state: State
    doc_ids: tuple[str, ...]

    @property
    def code(self) -> str:
        """One ASCII mark of the state."""
        return self.state.symbol

    @property
    def counted(self) -> str:
        """How many, by the word for them: a local source is a report, a guideline or policy a document, any other a study."""
        if self.source_type in LOCAL_TYPES:
            return counted(self.studies, "report")
        if self.source_type in {SourceType.GDL, SourceType.POL}:
            return counted(self.studies, "document")
        return counted(self.studies, "study", "studies")

    @property
    def says(self) -> str:
        """The cell in words."""
        if not self.studies and self.state is State.TO_CHECK and self.doc_ids:
            return f"{self.source_type.label}: {counted(len(self.doc_ids), 'document')} to check"
        if not self.studies:
            return f"{self.source_type.label}: none ({self.state.words})"
        parts = [
            self.counted,
            self.best_design,
            f"newest {self.newest[:4]}" if self.newest else "",
            self.state.words,
        ]
        return f"{self.source_type.label}: {', '.join(p for p in parts if p)}"


@dataclass(frozen=True, slots=True)
class MapRow:
    """One topic: eight cells in fixed order."""

    topic: str
    label: str
    cells: tuple[MapCell, ...]

    @property
    def documents(self) -> int:
        """Documents of this topic."""
        return sum(cell.documents for cell in self.cells)

    def cell(self, source_type: SourceType) -> MapCell:
        return next(c for c in self.cells if c.source_type is source_type)


@dataclass(frozen=True, slots=True)
class GapMap:
    """The grid, topics in order of code, those without any document last when they are asked for."""

    rows: tuple[MapRow, ...]
    documents: int
    made_on: str
    corpus_name: str
    empty_topics: tuple[tuple[str, str], ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """Document id -> what a person reads of it, of every document behind a cell but those marked for the team alone."""

    def row(self, topic: str) -> MapRow | None:
        """One topic's row, by code in any case; None when the corpus has nothing on it."""
        return next((r for r in self.rows if r.topic.casefold() == topic.casefold()), None)


def make_map(
    documents: Sequence[Document],
    *,
    labels: Mapping[str, str],
    settings: CoverageSettings,
    today: dt.date,
    corpus_name: str = "this corpus",
    setting: str = "UK-local",
    topic: str | None = None,
    pools_of: PoolsOf = None,
) -> GapMap:
    """Draw up the map from metadata alone; a document of several topics stands in each.

    Args:
        documents: with or without text.
        labels: topic code -> words; topics without a document are listed in ``empty_topics``.
        settings: thresholds of the states.
        today: the day ages are counted to.
        corpus_name: for the heading.
        setting: of the service, for directness.
        topic: only this one.
        pools_of: see `held_by_topic`.
    """
    asked = [code for code in labels if topic is None or code.casefold() == topic.casefold()]
    by_topic = held_by_topic(documents, {code: labels[code] for code in asked}, pools_of)
    if loose := [d for d in documents if not d.metadata.topics]:
        by_topic[NO_TOPIC] = OnSubject.of_documents(loose)
    wanted = [t for t in sorted(by_topic) if topic is None or t.casefold() == topic.casefold()]
    wanted.sort(key=lambda code: (code == NO_TOPIC, code))
    rows = []
    for code in wanted:
        cells = tuple(
            MapCell(
                source_type=judged.source_type,
                studies=judged.studies,
                documents=len(judged.doc_ids) if judged.state is not State.TO_CHECK else 0,
                best_design=judged.best_design,
                newest=judged.newest,
                state=judged.state,
                doc_ids=judged.doc_ids,
            )
            for judged in judge_topic(
                by_topic[code], settings=settings, today=today, setting=setting
            )
        )
        rows.append(
            MapRow(code, labels.get(code, "No topic recorded" if code == NO_TOPIC else code), cells)
        )
    empty = (
        tuple((code, label) for code, label in sorted(labels.items()) if code not in by_topic)
        if topic is None
        else ()
    )
    behind = {doc_id for row in rows for cell in row.cells for doc_id in cell.doc_ids}
    names = {
        d.doc_id: f"{d.metadata.title or d.source_name} ({d.cite_as})"
        for d in documents
        if d.doc_id in behind and d.metadata.sharing is not Sharing.TEAM
    }
    return GapMap(tuple(rows), len(documents), today.isoformat(), corpus_name, empty, names)
