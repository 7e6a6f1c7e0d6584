"""The parts of a question: who, what is done, compared with what, to what end, where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kmassist.question.subject import is_framing, read_subject
from kmassist.question.types import QuestionType, question_data
from kmassist.text.shipped import english, english_patterns
from kmassist.text.words import words

_POPULATION = english_patterns("question", "population")


_INTERVENTION = english_patterns("question", "intervention")  # fmt: skip


_COMPARISON = english("question", "comparison")


_OUTCOME = english_patterns("question", "outcome")


_SAFETY = english("question", "safety")


_SETTING = english("question", "setting")


_SLOTS = {
    "PICO": ("population", "intervention", "comparison", "outcome", "setting"),
    "SPIDER": ("sample", "phenomenon of interest", "design", "evaluation", "research type"),
    "SPICE": ("setting", "perspective", "intervention", "comparison", "evaluation"),
    "ECLIPSE": ("expectation", "client group", "location", "impact", "professionals", "service"),
}


_EMPTY_WORDS = frozenset(
    ["it", "this", "that", "they", "them", "there", "we", "us", "x", "y", "one", "any", "some"]
)


def read_frame(
    question: str, types: Sequence[QuestionType], *, subject: str = ""
) -> dict[str, str]:
    """Slots of a search frame as far as the question's own words fill them.

    The frame is PICO for effect and diagnosis, SPIDER for experience, SPICE for cost and how-to, ECLIPSE for services;
    the most particular type decides. Keys besides the slots: ``frame`` and ``sentence`` ("I looked for ..."). A slot that
    cannot be read is left out. Questions about the corpus itself have no frame.

    ``subject`` is what the library is searched for; the sentence says that and nothing else, whatever the slots hold.
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
    return {"frame": name, **filled, "sentence": _sentence(filled, flat, types, subject)}


def intervention_of(frame: Mapping[str, str]) -> str:
    """The words of the frame that name the practice or service, whichever frame it is; empty when unread."""
    return (
        frame.get("intervention")
        or frame.get("service")
        or frame.get("phenomenon of interest")
        or ""
    )


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
        value = _without_framing(value) if slot == "intervention" else value
        if value and set(words(value)) - _EMPTY_WORDS:
            read[slot] = value
    if "outcome" not in read and _SAFETY.search(flat):
        read["outcome"] = "safety"
    return read


def _without_framing(value: str) -> str:
    """The words from the first that names something: no "pay" before "for professional interpreters"."""
    parts = value.split()
    first = next((at for at, word in enumerate(parts) if not is_framing(word.strip("'\".,"))), None)
    return "" if first is None else " ".join(parts[first:])


def _first(patterns: Sequence[re.Pattern[str]], flat: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(flat))), None)


def _sentence(
    filled: Mapping[str, str], flat: str, types: Sequence[QuestionType], subject: str
) -> str:
    asked = " and ".join(QuestionType(t).label.lower() for t in types)
    about = subject or read_subject(flat).said or flat.rstrip("?. ")
    parts = [f'"{about}"']
    who = filled.get("population") or filled.get("client group") or filled.get("sample")
    if who and who not in about:
        parts.append(f"for {who}")
    where = filled.get("setting") or filled.get("location") or ""
    if where.startswith(("at ", "in ", "across ")) and where not in " ".join(parts) + filled.get(
        "comparison", ""
    ):
        parts.append(where)
    if than := filled.get("comparison"):
        parts.append(f"compared with {than}")
    outcome = outcome_of(filled)
    if outcome and outcome not in about and (intervention_of(filled) or outcome == "safety"):
        parts.append(f"and its effect on {outcome}" if outcome != "safety" else "and its safety")
    return f"I looked for {' '.join(parts)}; read as a question of {asked}."
