"""Decisions: what was decided, what knowledge it used, what came of it, and how much of what is known gets used."""

from kmassist.records.decisions.checks import (
    Check,
    left_out_without_reason,
    sign_off_checks,
    study_uses,
    unmarked,
)
from kmassist.records.decisions.ratio import (
    Every,
    Period,
    Ratio,
    over_time,
    overall,
    realisation,
    recorded,
)
from kmassist.records.decisions.record import (
    Challenge,
    DecisionRecord,
    Kind,
    Mark,
    Relevant,
    Review,
    Step,
    Use,
)
from kmassist.records.decisions.steps import (
    challenge,
    mark_source,
    open_again,
    overdue,
    reply,
    review,
    sign_off,
)

__all__ = [
    "Challenge",
    "Check",
    "DecisionRecord",
    "Every",
    "Kind",
    "Mark",
    "Period",
    "Ratio",
    "Relevant",
    "Review",
    "Step",
    "Use",
    "challenge",
    "left_out_without_reason",
    "mark_source",
    "open_again",
    "over_time",
    "overall",
    "overdue",
    "realisation",
    "recorded",
    "reply",
    "review",
    "sign_off",
    "sign_off_checks",
    "study_uses",
    "unmarked",
]
