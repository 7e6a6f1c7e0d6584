"""What kmassist turns away: questions about one patient. It is for service-level questions (intended use, domain F2).

A person is turned away for whom a decision is wanted and who is identified (``my patient``, ``bed 4``, an NHS number) or
described (a person with a clinical picture that adds up). A rule of the unit may be asked in the same words: "how long can
she wait on yellow" describes nobody. The patterns are data (``data/one_patient.yaml``), measured by benchmarks/privacy.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from kmassist.privacy.identifiers import IdentifierKind, find_identifiers
from kmassist.text.shipped import shipped_data, written_out

REDIRECT = (
    "This reads like a question about one patient. kmassist is for service-level questions: it gives no advice on an "
    "individual. Use your clinical guideline, the on-call team or the electronic record, and ask here about women in general."
)
NUMBER_KEPT_OUT = (
    "A patient's number stands in the question: nothing was searched. Ask again without it."
)
RULE_OFFERED = "What guidelines and policies here say on it stands below, if they do: for service-level use alone."

_ENOUGH, _SERVICE_WEIGHT = 2, 2


@cache
def one_patient_data() -> Mapping[str, Any]:
    """The patterns with their examples, macros written out: part -> rows of pattern, matches, not."""
    data = dict(shipped_data("one_patient.yaml"))
    macros: dict[str, str] = data.pop("macros")

    return {
        part: [{**row, "pattern": written_out(row["pattern"], macros)} for row in rows]
        for part, rows in data.items()
    }


@cache
def _patterns(part: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row["pattern"], re.I) for row in one_patient_data()[part])


def holds_patient_number(question: str) -> bool:
    """Whether an NHS number stands in it."""
    return any(found.kind is IdentifierKind.NHS_NUMBER for found in find_identifiers(question))


def is_about_one_patient(question: str) -> bool:
    """Whether a decision is wanted for one person who is identified or described."""
    question = " ".join(question[:4000].split())
    if _signs("identified", question) or holds_patient_number(question):
        return True
    person, clinical = min(1, _signs("person", question)), _signs("clinical", question)
    is_described = clinical > 0 and person + clinical >= _ENOUGH
    signs = person + clinical + min(1, _signs("asked", question))
    return is_described and signs >= _ENOUGH + (
        _SERVICE_WEIGHT if _signs("service", question) else 0
    )


def _signs(part: str, question: str) -> int:
    return sum(bool(pattern.search(question)) for pattern in _patterns(part))
