"""Directness: do population, intervention, outcome and setting of a study match the question, as far as they can be read?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from kmassist.documents.countries import setting_of
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Setting
from kmassist.evidence.model import Study
from kmassist.question.types import question_data
from kmassist.text.shipped import english


class Directness(StrEnum):
    """How many elements of the question a study matches (domain D2 v)."""

    DIRECT = "direct"
    PARTIAL = "partial"
    INDIRECT = "indirect"


@dataclass(frozen=True, slots=True)
class Fit:
    """``differs`` and ``unread`` name elements; a difference says both sides (``population: twins, asked single baby``)."""

    directness: Directness
    differs: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the question directness needs: its text and the setting it is for.

    ``whole`` is the question as it was put where ``question`` leaves out what narrows it: a place that was named makes what
    comes from there direct.
    """

    question: str
    setting: str
    whole: str = ""

    @property
    def is_uk(self) -> bool:
        """Whether the answer is for a UK service and the question does not ask of another setting."""
        return self.setting.startswith("UK") and not _settings()["LMIC"].search(
            self.whole or self.question
        )


# Research from another high-income country is taken as direct; what local people, staff or money say there is not.
_TRAVELS = frozenset({SourceType.PUB, SourceType.GDL})


@cache
def _settings() -> Mapping[str, re.Pattern[str]]:
    return {
        name: re.compile(pattern, re.I) for name, pattern in question_data()["settings"].items()
    }


@cache
def _populations() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    return {
        dimension: {value: re.compile(pattern, re.I) for value, pattern in values.items()}
        for dimension, values in question_data()["populations"].items()
    }


def judge_directness(study: Study, asked: Asked) -> Fit:
    """Compare one study with the question. What cannot be read counts as no difference and is named in ``unread``.

    Whether it is about the practice at all was settled before, by the pool of the subject.
    """
    documents = [source.document for source in study.sources]
    differs: list[str] = []
    unread: list[str] = []
    for element, verdict in (
        ("population", _population(documents, asked)),
        ("setting", _setting(documents, study.source_type, asked)),
    ):
        if verdict is None:
            unread.append(element)
        elif verdict:
            differs.append(f"{element}: {verdict}")
    far = any(note.endswith("low- and middle-income country, for a UK service") for note in differs)
    count = len(differs)
    directness = (
        Directness.INDIRECT
        if far or count >= 2
        else Directness.PARTIAL
        if count
        else Directness.DIRECT
    )
    return Fit(directness, tuple(differs), tuple(unread))


def _population(documents: Sequence[Document], asked: Asked) -> str | None:
    """Empty when it matches, the difference when not, None when the study does not say."""
    theirs = " ".join(d.metadata.population for d in documents).strip()
    if not theirs:
        return None
    for values in _populations().values():
        wanted = {value for value, pattern in values.items() if pattern.search(asked.question)}
        found = {value for value, pattern in values.items() if pattern.search(theirs)}
        if wanted and found and not wanted & found:
            return f"{' and '.join(sorted(found))}, asked {' and '.join(sorted(wanted))}"
    return ""


def _setting(
    documents: Sequence[Document], source_type: SourceType | None, asked: Asked
) -> str | None:
    found = {setting for d in documents for setting in settings_of(d)}
    if not found:
        return None
    if not asked.is_uk or any(setting.startswith("UK") for setting in found):
        return ""
    if Setting.HIC in found:
        return "" if source_type in _TRAVELS else "another high-income country, asked the UK"
    return "low- and middle-income country, for a UK service"


def settings_of(document: Document) -> frozenset[Setting]:
    """The settings a document says itself, else those of the countries it names; empty when neither can be read."""
    meta = document.metadata
    if meta.setting:
        return frozenset({meta.setting})
    country = meta.country or (meta.economic.country if meta.economic else "")
    parts = english("coverage", "between_countries").split(country)
    return frozenset(setting for part in parts if (setting := setting_of(part.strip())))
