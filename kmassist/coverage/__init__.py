"""Coverage: the question x source-type matrix, with the rule that decided each cell and its numbers."""

from kmassist.coverage.cover import cover, kinds_that_speak, unused
from kmassist.coverage.matrix import (
    ALSO_TO_CHECK,
    Conflict,
    Coverage,
    CoverageCell,
    OverrideRecord,
    RuleTrace,
    State,
    Verdict,
)
from kmassist.documents.required_metadata import missing_metadata
from kmassist.question.types import Need

__all__ = [
    "ALSO_TO_CHECK",
    "Conflict",
    "Coverage",
    "CoverageCell",
    "Need",
    "OverrideRecord",
    "RuleTrace",
    "State",
    "Verdict",
    "cover",
    "kinds_that_speak",
    "missing_metadata",
    "unused",
]
