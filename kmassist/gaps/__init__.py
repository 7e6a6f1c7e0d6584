"""Gaps: how strong a claim of a gap is, what it warrants, and the records that keep it in the library."""

from kmassist.gaps.claims import ClaimStrength, claim_of
from kmassist.gaps.conditions import Condition, Generation
from kmassist.gaps.epicot import Epicot, epicot_markdown, make_epicot
from kmassist.gaps.records import GapRecord, GapStage, Knowledge, RoleRecord, SearchRecord, Trigger
from kmassist.gaps.roles import Stage, stages
from kmassist.gaps.warrants import Warrant, warrants

__all__ = [
    "ClaimStrength",
    "Condition",
    "Epicot",
    "GapRecord",
    "GapStage",
    "Generation",
    "Knowledge",
    "RoleRecord",
    "SearchRecord",
    "Stage",
    "Trigger",
    "Warrant",
    "claim_of",
    "epicot_markdown",
    "make_epicot",
    "stages",
    "warrants",
]
