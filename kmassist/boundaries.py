"""What kmassist turns away: questions about one patient. It is for service-level questions (intended use, domain F2)."""

from __future__ import annotations

import re

REDIRECT = (
    "This reads like a question about one patient. kmassist is for service-level questions: it gives no advice on an individual. "
    "Use your clinical guideline, the on-call team or the electronic record, and ask here about women in general."
)

_PATIENT = re.compile(
    r"\b(?:my|our|this|a|the)\s+(?:\w+\s+){0,2}(?:patient|lady|woman|client|mum|mother|girl)\b(?=.{0,80}\b(?:who is|who's|is|has|had|was|with|she|her|"
    r"now|today|tonight|presented|presenting|attended|came in|in bed|in room|bed \d)\b)",
    re.I | re.S,
)
_OWN = re.compile(r"\b(?:my|this) (?:patient|lady|client)\b|\bpatient in (?:bed|room|bay)\b|\bshe is \d{1,2}\+\d\b|\bI(?:'m| am) \d{1,2} weeks\b|\bam I\b.*\bpregnan", re.I)
_AGE = re.compile(r"\b(?:\d{2}[- ]?(?:year|yr)s?[- ]?old|\d{2} ?(?:yo|y/o)|aged? \d{2}|para \d|G\d ?P\d|gravida \d)\b", re.I)
_GESTATION = re.compile(r"\b(?:2[0-9]|3[0-9]|4[0-3])\+[0-6]\b|\b(?:2[0-9]|3[0-9]|4[0-3]) ?(?:weeks|wks)\b", re.I)
_RESULT = re.compile(
    r"\b(?:BP|blood pressure)\s*(?:is|of|was)?\s*\d{2,3}\s*/\s*\d{2,3}\b|\b(?:Hb|haemoglobin|platelets|lactate|CRP|urate|creatinine|temp(?:erature)?|pulse|"
    r"sats|PCR|glucose)\s*(?:is|of|was|=|:)?\s*\d+(?:\.\d+)?\b",
    re.I,
)
_NOW = re.compile(r"\b(?:she|her|he|his|patient)\b|\b(?:today|tonight|right now|just (?:arrived|attended|presented))\b", re.I)
_DOSE_FOR_ME = re.compile(r"\b(?:what|which|how much) dose should I (?:give|prescribe)\b", re.I)


def is_about_one_patient(question: str) -> bool:
    """Whether a question is about an individual: own patient, or age, gestation and results of one person together."""
    if _OWN.search(question) or _DOSE_FOR_ME.search(question):
        return True
    marks = sum(bool(pattern.search(question)) for pattern in (_AGE, _GESTATION, _RESULT))
    if marks >= 2 or (marks == 1 and _NOW.search(question) and not re.search(r"\b(?:women|people|mothers|babies)\b", question, re.I)):
        return True
    return bool(_PATIENT.search(question)) and marks >= 1
