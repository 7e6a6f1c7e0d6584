"""Question types, what each asks of the corpus, and the frame shown back. The cue words are data: data/questions.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from kmassist.documents import SourceType
from kmassist.quantities import quantity_asked
from kmassist.text import words


class QuestionType(StrEnum):
    """What a question asks for (domain taxonomy C3); several may hold."""

    EFFECT = "T1"
    SERVICE_MODEL = "T2"
    SCALE_UP = "T3"
    LOCAL_PERFORMANCE = "T4"
    EXPERIENCE = "T5"
    COST = "T6"
    IMPLEMENTATION = "T7"
    DIAGNOSIS = "T8"
    MANDATE = "T9"
    CORPUS = "T10"

    @property
    def label(self) -> str:
        """The words a person reads."""
        return _cues()[self].label


class Need(StrEnum):
    """What the question asks of a source type (domain C3)."""

    REQUIRED = "required"
    DESIRABLE = "desirable"
    NOT_NEEDED = "not needed"


_LETTERS = {"R": Need.REQUIRED, "d": Need.DESIRABLE, ".": Need.NOT_NEEDED}
_STRENGTH = {Need.REQUIRED: 2, Need.DESIRABLE: 1, Need.NOT_NEEDED: 0}


@dataclass(frozen=True, slots=True)
class _Cues:
    label: str
    needs: Mapping[SourceType, Need]
    any_of: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]


@cache
def question_data() -> Mapping[str, Any]:
    """The cue words, frames, population words and countries of data/questions.yaml."""
    loaded: Mapping[str, Any] = yaml.safe_load((files("kmassist") / "data" / "questions.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def _cues() -> Mapping[QuestionType, _Cues]:
    table: dict[QuestionType, _Cues] = {}
    for code, row in question_data()["types"].items():
        table[QuestionType(code)] = _Cues(
            label=row["label"],
            needs={kind: _LETTERS[letter] for kind, letter in zip(SourceType, row["needs"].split(), strict=True)},
            any_of=tuple(re.compile(p, re.I) for p in row["any"]),
            unless=tuple(re.compile(p, re.I) for p in row.get("unless", ())),
        )
    return table


def classify(question: str) -> tuple[QuestionType, ...]:
    """The types of a question in the order T1 to T10, at least one.

    A question about the corpus itself (T10) has that type alone. Without any cue the question is read as one of effect,
    which asks for published research and a guideline.
    """
    flat = " ".join(question.replace("’", "'").split())
    found = tuple(
        kind
        for kind, cues in _cues().items()
        if any(p.search(flat) for p in cues.any_of) and not any(p.search(flat) for p in cues.unless)
    )
    if QuestionType.CORPUS in found:
        return (QuestionType.CORPUS,)
    return found or tuple(QuestionType(code) for code in question_data()["fallback"])


def needs(types: Sequence[QuestionType]) -> Mapping[SourceType, Need]:
    """What the types together ask of each of the eight source types: the strongest need of any of them."""
    rows = [_cues()[QuestionType(kind)].needs for kind in types]
    return {
        source_type: max((row[source_type] for row in rows), key=_STRENGTH.__getitem__, default=Need.NOT_NEEDED)
        for source_type in SourceType
    }


_OWN = re.compile(r"\b(?:our|ours|we|us|here|locally|(?:this|my) (?:trust|unit|hospital|service|ward))\b", re.I)
_OUGHT = re.compile(r"\b(?:should|must|ought|have to|has to|need to|supposed|meant to|allowed|target|standard)\b", re.I)


def asks_what_is_done_here(question: str, types: Sequence[QuestionType]) -> bool:
    """Whether it asks for a figure of one's own service and for nothing else ("what is our epidural rate").

    What is done in a service is not said by research, a guideline or a policy: they give it something to be compared with.
    """
    is_only_local = tuple(types) == (QuestionType.LOCAL_PERFORMANCE,)
    return is_only_local and bool(quantity_asked(question) and _OWN.search(question)) and not _OUGHT.search(question)


_WHO = (
    r"(?:[\w'-]+ ){0,3}?(?:women|mothers|parents|families|fathers|partners|babies|infants|newborns|people|staff|midwives|patients|"
    r"pregnanc(?:y|ies)|births?|labours?|twins|teenagers|smokers)"
)
_POPULATION = [
    re.compile(
        rf"\b(?:for|in|among|amongst|of|do|did|have|with|triage|support|offer)\s+(?P<x>{_WHO}(?:\s+(?:with|who|whose|after|under|over|aged|at)\s+[^?,;:]+?)?)"
        r"(?=\s+(?:and|or|reduce|improve|cut|prevent|say|said|tell|told|feel|felt|think|want|compared|versus|than|in|by|be|have|as)\b|[?,;:.]|$)",
        re.I,
    ),
    re.compile(r"^(?P<x>(?:low|high|higher|lower)[- ]risk (?:women|pregnanc(?:y|ies)|mothers))", re.I),
    re.compile(r"\b(?P<x>women (?:who|with|whose) [^?,;:]+?)(?=\s+(?:and|or|safe|be|have)\b|[?,;:.]|$)", re.I),
]
_VERB = (
    r"(?:reduces?|cuts?|prevents?|lowers?|improves?|increases?|raises?|changes?|affects?|helps?|works?|shortens?|leads? to|stops?|"
    r"detects?|predicts?|identif(?:y|ies)|saves?|costs?|meets?|makes?|"
    r"brings? down|slows? down|avoids?|results? in|means? (?:more|fewer|less)|protects?|really|actually)"
)
_INTERVENTION = [
    re.compile(rf"^(?:does|do|can|could|will|would|did)\s+(?:an?\s+|the\s+)?(?P<x>.+?)\s+{_VERB}\b", re.I),
    re.compile(r"^(?:is|are)\s+(?:an?\s+|the\s+)?(?P<x>.+?)\s+(?:as\s+|any\s+|really\s+|actually\s+|much\s+)?(?:safe|effective|acceptable|better|cost|worth|feasible|good|mandatory|required)\b", re.I),
    re.compile(r"\b(?:should|must|can|do)\s+(?:we|i|the \w+|a trust|trusts|every \w+)\s+(?:scale up|roll out|spread|commission|fund|invest in|close|"
               r"open|keep|offer|provide|introduce|have|expand|implement|train staff in|run|use|buy|be)\s+(?:an?\s+|the\s+)?(?P<x>.+?)(?=\s+(?:to|for|from|in|at|across|and what|and how)\b|[?,;:]|$)", re.I),
    re.compile(r"^(?:scale(?: up)?|roll out|spread|commission|fund|invest in|keep|open|close|offer|expand|introduce|retain)\s+(?:an?\s+|the\s+)?(?P<x>.+?)(?=\s+(?:to|for|from|in|at|across)\b|[?,;:]|$)", re.I),
    re.compile(r"\b(?:best|right) (?:practice|way|time|model|treatment|method)\s+(?:for|of|to)\s+(?:an?\s+|the\s+)?(?P<x>[^?,;:]+)", re.I),
    re.compile(r"\bmodel of\s+(?P<x>[^?,;:]+?)(?=\s+(?:works?|for|in)\b|[?,;:]|$)", re.I),
    re.compile(r"^(?P<x>[^?,;:]{4,70}):\s*(?:value for money|is it|what|who|does|worth)", re.I),
    re.compile(r"\bwhen should\s+(?:an?\s+|the\s+)?(?P<x>.+?)\s+be\b", re.I),
    re.compile(r"^(?P<x>[^?,;:]{3,70}?)(?:'s|s')? (?:effects?|impact) on\b", re.I),
    re.compile(r"\b(?:effects?|impact|cost|benefits?|safety|barriers to|experiences?|views?|price)\s+(?:of|to|on|for)\s+(?:offering\s+|using\s+|an?\s+|the\s+)?(?P<x>.+?)(?=\s+(?:on|in|for|among|at|with)\b|[?,;:]|$)", re.I),
    re.compile(r"\b(?:say|think|feel|felt|told us|tell us|said)\s+(?:about|of)\s+(?:being\s+|an?\s+|the\s+)?(?P<x>.+?)(?=[?,;:]|$)", re.I),
    re.compile(r"^how (?:do|can|should|could|might) (?:we|staff|a trust)\s+(?P<x>.+?)(?=[?,;:]|$)", re.I),
    re.compile(r"\bhow much (?:does|do|would|will)\s+(?:an?\s+|the\s+)?(?P<x>.+?)\s+cost\b", re.I),
    re.compile(r"^(?P<x>[\w][\w' -]{3,60}?)\s+(?:for|in|after|at)\s+[\w' -]+(?:\?|:|,)", re.I),
]  # fmt: skip
_COMPARISON = re.compile(
    r"\b(?:compared (?:with|to)|versus|vs\.?|rather than|instead of|or wait (?:to|until|for)|as (?:safe|good|effective) as|better than|"
    r"safer than|cheaper than)\s+(?:an?\s+|the\s+)?(?P<x>[^?,;:]+)",
    re.I,
)
_OUTCOME_ENDS = r"(?P<x>[^?,;:]+?)(?=\s+(?:in|for|among|compared|versus|than|when|at|with|without|after|if)\b|[?,;:]|$)"
_OUTCOME = [
    re.compile(
        r"\b(?:reduces?|cuts?(?: down(?: on)?)?|prevents?|lowers?|improves?|increases?|raises?|changes?|affects?|shortens?|leads? to|detects?|predicts?|avoids?"
        r"|brings? down|slows? down|results? in|means?(?= (?:more|fewer|less))|makes? a difference to|protects? (?:\w+ )?(?:against|from))\s+"
        rf"(?!(?:in|for|among|than|with|after)\b)(?:the\s+|our\s+|their\s+)?(?:risk of\s+|rates? of\s+)?(?:more\s+|fewer\s+|less\s+)?{_OUTCOME_ENDS}",
        re.I,
    ),
    re.compile(rf"\b(?:effects?|impact) of [^?,;:]+? on (?:the\s+|our\s+)?(?:risk of\s+|rates? of\s+)?{_OUTCOME_ENDS}", re.I),
    re.compile(rf"\b(?:effects?|impact) on (?:the\s+|our\s+)?(?:risk of\s+|rates? of\s+)?{_OUTCOME_ENDS}", re.I),
    re.compile(
        r"\bmakes?\s+(?P<x>[^?,;:]+? (?:quicker|faster|shorter|longer)|[^?,;:]+?(?= (?:less|more) (?:likely|common)))\b", re.I
    ),
    re.compile(rf"\bis there (?:any )?(?:less|fewer|more|lower|higher) {_OUTCOME_ENDS}", re.I),
    re.compile(r"^(?:are|is) (?:the\s+|our\s+)?(?P<x>[^?,;:]{3,40}?) (?:lower|higher|reduced|less common|more common)\b", re.I),
]
_SAFETY = re.compile(r"\b(safe|safer|safety|harms?|harmful|risky)\b", re.I)
_SETTING = re.compile(
    r"\b(?P<x>(?:at|in) (?:home|hospital|the community|labour ward|triage|primary care|this trust|our (?:trust|unit|service|hospital|lmns))|"
    r"across (?:the |all )?[\w ]+?(?=[?,;:]|$)|telephone|outpatient|remote)\b",
    re.I,
)
_SLOTS = {
    "PICO": ("population", "intervention", "comparison", "outcome", "setting"),
    "SPIDER": ("sample", "phenomenon of interest", "design", "evaluation", "research type"),
    "SPICE": ("setting", "perspective", "intervention", "comparison", "evaluation"),
    "ECLIPSE": ("expectation", "client group", "location", "impact", "professionals", "service"),
}
_EMPTY_WORDS = frozenset(["it", "this", "that", "they", "them", "there", "we", "us", "x", "y", "one", "any", "some"])


def read_frame(question: str, types: Sequence[QuestionType]) -> dict[str, str]:
    """Slots of a search frame as far as the question's own words fill them.

    The frame is PICO for effect and diagnosis, SPIDER for experience, SPICE for cost and how-to, ECLIPSE for services;
    the most particular type decides. Keys besides the slots: ``frame`` and ``sentence`` ("I looked for ..."). A slot that
    cannot be read is left out. Questions about the corpus itself have no frame.
    """
    flat = " ".join(question.replace("’", "'").split())
    kinds = {str(QuestionType(t)) for t in types}
    name = next((frame for code, frame in question_data()["frames"].items() if code in kinds), "")
    if not name:
        return {}
    read = _read(flat)
    slots = {
        "PICO": read,
        "SPIDER": {
            "sample": read.get("population", ""),
            "phenomenon of interest": read.get("intervention", ""),
            "evaluation": "experience and views",
            "research type": "qualitative, survey and involvement work",
        },
        "SPICE": {
            "setting": read.get("setting", ""),
            "perspective": "the NHS" if "T6" in kinds else "staff and service",
            "intervention": read.get("intervention", ""),
            "comparison": read.get("comparison", ""),
            "evaluation": "cost and resources" if "T6" in kinds else read.get("outcome", ""),
        },
        "ECLIPSE": {
            "client group": read.get("population", ""),
            "location": read.get("setting", ""),
            "impact": read.get("outcome", ""),
            "service": read.get("intervention", ""),
        },
    }[name]
    filled = {slot: slots[slot] for slot in _SLOTS[name] if slots.get(slot)}
    return {"frame": name, **filled, "sentence": _sentence(filled, flat, types)}


def intervention_of(frame: Mapping[str, str]) -> str:
    """The words of the frame that name the practice or service, whichever frame it is; empty when unread."""
    return frame.get("intervention") or frame.get("service") or frame.get("phenomenon of interest") or ""


def outcome_of(frame: Mapping[str, str]) -> str:
    """The words of the frame that name the outcome; empty when unread."""
    return frame.get("outcome") or frame.get("impact") or ""


def _read(flat: str) -> dict[str, str]:
    read: dict[str, str] = {}
    comparison = _COMPARISON.search(flat)
    for slot, match in (
        ("population", _first(_POPULATION, flat)),
        ("intervention", _first(_INTERVENTION, flat)),
        ("comparison", comparison),
        ("outcome", _first(_OUTCOME, flat)),
        ("setting", _SETTING.search(flat)),
    ):
        value = match.group("x").strip(" '\"") if match else ""
        if value and set(words(value)) - _EMPTY_WORDS:
            read[slot] = value
    if "outcome" not in read and _SAFETY.search(flat):
        read["outcome"] = "safety"
    return read


def _first(patterns: Sequence[re.Pattern[str]], flat: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(flat))), None)


def _sentence(filled: Mapping[str, str], flat: str, types: Sequence[QuestionType]) -> str:
    asked = " and ".join(QuestionType(t).label.lower() for t in types)
    subject = intervention_of(filled)
    parts = [f'"{subject}"' if subject else f'"{flat.rstrip("?. ")}"']
    if who := filled.get("population") or filled.get("client group") or filled.get("sample"):
        parts.append(f"for {who}")
    where = filled.get("setting") or filled.get("location") or ""
    if where.startswith(("at ", "in ", "across ")) and where not in " ".join(parts) + filled.get("comparison", ""):
        parts.append(where)
    if than := filled.get("comparison"):
        parts.append(f"compared with {than}")
    outcome = outcome_of(filled)
    if outcome and (subject or outcome == "safety"):
        parts.append(f"and its effect on {outcome}" if outcome != "safety" else "and its safety")
    return f"I looked for {' '.join(parts)}; read as a question of {asked}."
