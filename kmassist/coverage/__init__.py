"""Coverage: the question x source-type matrix, with the rule that decided each cell and its numbers."""

from kmassist.coverage.appraisal import missing_metadata
from kmassist.coverage.cover import cover, unused
from kmassist.coverage.matrix import Conflict, Coverage, CoverageCell, RuleTrace, State, Verdict
from kmassist.coverage.overrides import OverrideRecord
from kmassist.questions import Need

__all__ = [
    "Conflict",
    "Coverage",
    "CoverageCell",
    "Need",
    "OverrideRecord",
    "RuleTrace",
    "State",
    "Verdict",
    "cover",
    "missing_metadata",
    "unused",
]
