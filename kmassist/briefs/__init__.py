"""The evidence brief: from an answer to a document that people complete, review and sign."""

from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.checking import check_brief, require_sound
from kmassist.briefs.circumstances import Circumstances
from kmassist.briefs.compose import compose_brief
from kmassist.briefs.model import (
    Audience,
    Brief,
    DecisionLine,
    DecisionMark,
    GapLine,
    ReviewState,
    ScaleUp,
    SignOff,
    Withheld,
    brief_id_of,
)

__all__ = [
    "Audience",
    "AuditFigure",
    "Brief",
    "Circumstances",
    "DecisionLine",
    "DecisionMark",
    "GapLine",
    "ReviewState",
    "ScaleUp",
    "SignOff",
    "Withheld",
    "brief_id_of",
    "check_brief",
    "compose_brief",
    "require_sound",
]
