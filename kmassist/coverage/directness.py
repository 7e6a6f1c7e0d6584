"""Directness: do population, intervention, outcome and setting of a study match the question, as far as they can be read?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from kmassist.documents import Document, Setting, SourceType
from kmassist.evidence import Study
from kmassist.questions import intervention_of, question_data
from kmassist.text import STOP_WORDS, stem, words


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
    """What of the question directness needs: its text, frame, topics, unread words and the setting it is for."""

    question: str
    frame: Mapping[str, str]
    topics: tuple[str, ...]
    uncovered_terms: tuple[str, ...]
    setting: str

    @property
    def is_uk(self) -> bool:
        """Whether the answer is for a UK service and the question does not ask of another setting."""
        return self.setting.startswith("UK") and not _settings()["LMIC"].search(self.question)


# Research from another high-income country is taken as direct; what local people, staff or money say there is not.
_TRAVELS = frozenset({SourceType.PUB, SourceType.GDL})


@cache
def _settings() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(pattern, re.I) for name, pattern in question_data()["settings"].items()}


@cache
def _populations() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    return {
        dimension: {value: re.compile(pattern, re.I) for value, pattern in values.items()}
        for dimension, values in question_data()["populations"].items()
    }


@cache
def _countries() -> Mapping[str, str]:
    return {name: setting for setting, names in question_data()["countries"].items() for name in names}


def judge_directness(study: Study, asked: Asked) -> Fit:
    """Compare one study with the question. What cannot be read counts as no difference and is named in ``unread``."""
    documents = [source.document for source in study.sources]
    differs: list[str] = []
    unread: list[str] = []
    intervention = _intervention(study, documents, asked)
    practice = set(words(intervention_of(asked.frame)))
    is_told = bool(intervention) and set(words(study.never_names("subject"))) <= practice  # one lack does not count twice
    for element, verdict in (
        ("population", _population(documents, asked)),
        ("intervention", intervention),
        ("outcome", _unnamed(study, "outcome")),
        ("subject", "" if is_told else _unnamed(study, "subject")),
        ("figure", f"gives no {kind}" if (kind := study.never_names("figure")) else ""),
        ("setting", _setting(documents, study.source_type, asked)),
    ):
        if verdict is None:
            unread.append(element)
        elif verdict:
            differs.append(f"{element}: {verdict}")
    far = any(note.endswith("low- and middle-income country, for a UK service") for note in differs)
    count = len(differs)
    directness = Directness.INDIRECT if far or count >= 2 else Directness.PARTIAL if count else Directness.DIRECT
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


def _intervention(study: Study, documents: Sequence[Document], asked: Asked) -> str | None:
    phrase = intervention_of(asked.frame)
    wanted = _content(phrase or asked.question)
    silent = {stem(w) for term in asked.uncovered_terms for w in words(term)}
    if phrase and wanted and wanted <= silent:
        return f"nothing here mentions {phrase}"
    if unnamed := _unnamed(study, "intervention"):
        return unnamed
    topics = {topic for d in documents for topic in d.metadata.topics}
    named = " ".join(f"{d.metadata.intervention} {d.metadata.title} {' '.join(d.metadata.keywords)}" for d in documents)
    quoted = " ".join(e.quote for source in study.sources for e in source.excerpts)
    if not topics and not any(d.metadata.intervention for d in documents):
        return None
    if topics and asked.topics and not topics & set(asked.topics) and not wanted & _content(f"{named} {quoted}"):
        return f"about {', '.join(sorted(topics))}, asked {', '.join(sorted(asked.topics))}"
    return ""


def _unnamed(study: Study, element: str) -> str:
    words_asked = study.never_names(element)
    return f"nowhere names {words_asked}" if words_asked else ""


def _setting(documents: Sequence[Document], source_type: SourceType, asked: Asked) -> str | None:
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
    named = {_countries().get(part.strip().casefold()) for part in re.split(r"[,;/&]|\band\b", country)}
    kinds = {"UK": Setting.UK_OTHER, "HIC": Setting.HIC, "LMIC": Setting.LMIC}
    return frozenset(kinds[name] for name in named if name)


def _content(text: str) -> set[str]:
    return {stem(w) for w in words(text) if w not in STOP_WORDS and len(w) > 2}
