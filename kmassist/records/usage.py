"""What use of the library itself says about a service's capabilities, to stand beside opinion. Counts only; pure."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from kmassist.documents.document import SourceType
from kmassist.documents.frozen import Frozen
from kmassist.text.counts import counted


class Usage(Frozen):
    """Counts over the whole library. Ratios are 0 to 1 or None when nothing could be counted."""

    documents_by_type: dict[SourceType, int] = Field(default_factory=dict)
    dated: int = 0
    searches: int = 0
    questions: int = 0
    briefs: int = 0
    drafts: int = 0
    decisions: int = 0
    decisions_with_several_kinds: int = 0
    decisions_with_priority: int = 0
    realisation: float | None = None
    ppi_realisation: float | None = None
    reviewed: int = 0
    overdue: int = 0
    stages_named: int = 0
    roles_deciding: int = 0
    co_development: int = 0
    disciplines: int = 0
    contributions: int = 0
    challenges: int = 0
    challenges_answered: int = 0
    shared: int = 0
    received: int = 0
    internal_documents: int = 0
    responses: int = 0


def what_use_says(use: Usage) -> Mapping[str, str]:
    """Dimension id of the shipped checklist -> one sentence of counts; a site's own dimensions have none unless ids agree."""
    total = sum(use.documents_by_type.values())
    kinds = sum(count > 0 for count in use.documents_by_type.values())
    return {
        "acquisition": (
            f"{counted(total, 'document')} of {kinds} of the 8 kinds; "
            f"{counted(use.searches, 'search', 'searches')} made elsewhere and logged."
        ),
        "assimilation": f"{use.dated} of {counted(total, 'document')} dated; {counted(use.questions, 'question')} kept.",
        "transformation": (
            f"{counted(use.briefs, 'brief')}; {use.decisions_with_several_kinds} of {counted(use.decisions, 'signed decision')} "
            "used three or more kinds of source."
        ),
        "exploitation": (
            f"{counted(use.decisions, 'signed decision')}, {use.drafts} in draft; realisation ratio {_ratio(use.realisation)}, "
            f"of patient and public involvement {_ratio(use.ppi_realisation)}; {use.reviewed} reviewed, {use.overdue} overdue."
        ),
        "leadership": f"{use.stages_named} of 8 stages have a role named.",
        "systems": f"{counted(total, 'document')} held with their origin; {use.dated} dated.",
        "networks": f"{counted(use.shared, 'bundle')} given to other services, {use.received} taken from them.",
        "development": f"{counted(use.internal_documents, 'document')} of our own making; use says nothing about teaching.",
        "strategy": f"{use.decisions_with_priority} of {counted(use.decisions, 'signed decision')} name the priority they serve.",
        "participation": (
            f"{counted(use.roles_deciding, 'role')} took part in decisions; {counted(use.contributions, 'contribution')} to briefs; "
            f"{counted(use.co_development, 'change')} co-developed by {counted(use.disciplines, 'discipline')}; "
            f"{use.challenges_answered} of {counted(use.challenges, 'challenge')} answered."
        ),
    }


def _ratio(value: float | None) -> str:
    return "not known yet" if value is None else f"{value:.2f}"
