"""The gap map: topics by source types, with how much, how good, how new and in what state, for the whole corpus."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kmassist.config import CoverageSettings
from kmassist.coverage import State
from kmassist.coverage.topics import judge_topic
from kmassist.documents import Document, SourceType

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
    def says(self) -> str:
        """The cell in words."""
        if not self.studies:
            return f"{self.source_type.label}: none ({self.state.value})"
        noun = "study" if self.studies == 1 else "studies"
        parts = [
            f"{self.studies} {noun}",
            self.best_design,
            f"newest {self.newest[:4]}" if self.newest else "",
            self.state.value,
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
        """The cell of one type."""
        return next(c for c in self.cells if c.source_type is source_type)


@dataclass(frozen=True, slots=True)
class GapMap:
    """The grid, topics in order of code, those without any document last when they are asked for."""

    rows: tuple[MapRow, ...]
    documents: int
    made_on: str
    corpus_name: str
    empty_topics: tuple[tuple[str, str], ...]

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
    """
    by_topic: dict[str, list[Document]] = {}
    for document in documents:
        for code in document.metadata.topics or (NO_TOPIC,):
            by_topic.setdefault(code, []).append(document)
    wanted = [t for t in sorted(by_topic) if topic is None or t.casefold() == topic.casefold()]
    wanted.sort(key=lambda code: (code == NO_TOPIC, code))
    rows = []
    for code in wanted:
        cells = tuple(
            MapCell(
                source_type=judged.source_type,
                studies=judged.studies,
                documents=len(judged.doc_ids),
                best_design=judged.best_design,
                newest=judged.newest,
                state=judged.state,
                doc_ids=judged.doc_ids,
            )
            for judged in judge_topic(code, by_topic[code], settings=settings, today=today, setting=setting)
        )
        rows.append(MapRow(code, labels.get(code, "No topic recorded" if code == NO_TOPIC else code), cells))
    empty = tuple((code, label) for code, label in sorted(labels.items()) if code not in by_topic) if topic is None else ()
    return GapMap(tuple(rows), len(documents), today.isoformat(), corpus_name, empty)
