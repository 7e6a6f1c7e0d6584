"""The six questions of the SUPPORT tool for policy briefs (Lavis 2009), answered by machine as far as a machine can."""

from __future__ import annotations

from typing import Literal

from kmassist.briefs.model import Brief, SelfCheckLine
from kmassist.documents.document import SourceType
from kmassist.text.counts import counted


def self_check(brief: Brief) -> tuple[SelfCheckLine, ...]:
    """Six lines; the sixth stays with people."""
    method, options = brief.method, brief.narrative.get("options", "").strip()
    return (
        SelfCheckLine(
            question="Does the brief address a high-priority issue and describe its context?",
            met="yes"
            if brief.audit and brief.narrative.get("context")
            else "partly"
            if brief.audit or brief.triggers
            else "no",
            says=_priority(brief),
        ),
        SelfCheckLine(
            question="Does it describe the problem, the costs and consequences of options, and what implementing them takes?",
            met="partly" if options or brief.claims.get(SourceType.ECO) else "no",
            says=(
                "Options were written by people. "
                if options
                else "No options have been written yet. "
            )
            + (
                "Cost sources are quoted."
                if brief.claims.get(SourceType.ECO)
                else "No cost source is quoted."
            ),
        ),
        SelfCheckLine(
            question="Were systematic and transparent methods used to find, select and assess the evidence?",
            met="partly",
            says=f"One corpus was searched on {method.searched_on}; query, expansions, rules and thresholds are in the annex. "
            "The corpus is what this service chose to hold, not all that exists.",
        ),
        SelfCheckLine(
            question="Are quality, local applicability and equity considered?",
            met="yes"
            if brief.cells and 2 * _silent(brief) <= len(brief.equity.lines)
            else "partly",
            says=_quality(brief),
        ),
        SelfCheckLine(
            question="Does it use a graded-entry format?",
            met="yes",
            says="One page, then the sections in brief, then the annex.",
        ),
        SelfCheckLine(
            question="Was it reviewed for scientific quality and for relevance to the system?",
            met=_met(brief),
            says=_reviewers(brief),
        ),
    )


def _priority(brief: Brief) -> str:
    below = sum(figure.is_met is False for figure in brief.audit)
    local = (
        f"{below} of {len(brief.audit)} local audit criteria miss their target."
        if brief.audit
        else "No local audit is quoted."
    )
    context = "" if brief.narrative.get("context") else " The context has not been written yet."
    return local + context


def _quality(brief: Brief) -> str:
    stated = sum(bool(line.certainty) for line in brief.findings)
    silent = _silent(brief)
    directness = sum(cell.indirect for cell in brief.cells)
    return (
        f"Certainty is given only where a source states it ({stated} of {len(brief.findings)} findings). "
        f"{counted(directness, 'study is', 'studies are')} marked indirect. "
        f"{silent} of {len(brief.equity.lines)} equity dimensions have no source."
    )


def _silent(brief: Brief) -> int:
    """Dimensions of equity on which no source reports and nobody was heard."""
    return sum(
        not (line.reported_by or line.heard_by or line.not_heard_by) for line in brief.equity.lines
    )


def _met(brief: Brief) -> Literal["yes", "partly", "no", "for people"]:
    roles = {signed.role for signed in brief.sign_offs}
    return "for people" if not roles else "yes" if len(roles) >= 2 else "partly"


def _reviewers(brief: Brief) -> str:
    roles = sorted({signed.role for signed in brief.sign_offs})
    if not roles:
        return "Not yet: it needs two reviewers, named by role."
    return f"Reviewed by {', '.join(roles)}." + (
        "" if len(roles) >= 2 else " A second reviewer is needed."
    )
