"""Computed figures: audit criteria against their targets, findings per outcome, agreements. All from structured records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kmassist.answers.presentation import badges
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.audit_series import AuditSeries, in_short, series_of
from kmassist.briefs.model import Agreement, FindingLine, KeyMessage
from kmassist.documents.document import Document
from kmassist.documents.metadata import AuditCriterion, Finding
from kmassist.privacy.masking import _is_plain, _share, hidden_criteria, hide_in_criterion
from kmassist.settings.model import PrivacySettings
from kmassist.text.words import tokenise


def audit_figures(
    document: Document, number: int, *, today: str, privacy: PrivacySettings
) -> tuple[AuditFigure, ...]:
    """Every criterion of an audit with the Wilson 95% interval, small counts hidden.

    A count is hidden when those who met the criterion, or those who did not, are few, since the total stands beside it; then
    no percentage is given either. Where criteria add up, to a whole or to another criterion, others are hidden as well, so
    that none can be had by subtraction.
    """
    criteria = document.metadata.audit
    hidden = hidden_criteria(criteria, privacy)
    return tuple(
        _figure(
            document,
            number,
            index,
            criterion,
            is_beside=index in hidden,
            today=today,
            privacy=privacy,
        )
        for index, criterion in enumerate(criteria)
    )


def _figure(
    document: Document,
    number: int,
    index: int,
    criterion: AuditCriterion,
    *,
    is_beside: bool,
    today: str,
    privacy: PrivacySettings,
) -> AuditFigure:
    page = _page_of(document, criterion)
    criterion = hide_in_criterion(criterion, privacy)
    share = _share(criterion, privacy)
    interval = criterion.wilson_interval()
    achieved = criterion.achieved_percent
    is_plain = share is not None and _is_plain(criterion, share) and not is_beside
    is_shown = is_plain and share is not None and bool(share.percent) and achieved is not None
    due = criterion.re_audit_due or ""
    return AuditFigure(
        number=number,
        doc_id=document.doc_id,
        cite_as=document.cite_as,
        index=index,
        criterion=criterion.criterion,
        standard_source=criterion.standard_source,
        count=""
        if share is None
        else f"not shown, of {share.total}"
        if is_beside
        else f"{share.n} of {share.total}",
        percent=round(achieved, 1) if is_shown and achieved is not None else None,
        low=round(interval[0], 1) if is_shown and interval else None,
        high=round(interval[1], 1) if is_shown and interval else None,
        target=criterion.target_percent,
        previous=criterion.previous_percent if is_shown else None,
        higher_is_better=criterion.is_floor,
        is_met=criterion.is_met if is_shown else None,
        is_hidden=share is not None and not is_shown,
        period=" to ".join(date for date in (criterion.period_start, criterion.period_end) if date),
        re_audit_due=due,
        is_overdue=bool(due) and due < today[: len(due)],
        action=criterion.action,
        owner_role=criterion.owner_role,
        page=page,
        locator=criterion.locator,
    )


def _page_of(document: Document, criterion: AuditCriterion) -> int | None:
    """The page that holds the criterion's words, when the source has pages."""
    place = document.text.find(criterion.criterion) if criterion.criterion else -1
    if place < 0:
        return None
    page = document.page_at(place)
    return page.number if page else None


def finding_lines(document: Document, number: int) -> tuple[FindingLine, ...]:
    """Every finding of a source's record, as recorded; certainty only when the source states it."""
    meta = document.metadata
    return tuple(
        FindingLine(
            number=number,
            doc_id=document.doc_id,
            cite_as=document.cite_as,
            index=index,
            outcome=finding.outcome,
            direction=finding.direction,
            estimate=finding.estimate,
            interval=_interval(finding),
            measure=finding.measure,
            design=meta.design.label if meta.design else "",
            certainty=f"{finding.certainty} ({finding.certainty_scheme or 'as stated by the source'})"
            if finding.certainty
            else "",
            date=meta.date_shown,
            setting=meta.setting.value if meta.setting else "",
            badges=tuple(badges(meta)),
        )
        for index, finding in enumerate(meta.findings)
    )


def _interval(finding: Finding) -> str:
    if finding.ci_low is None or finding.ci_high is None:
        return ""
    return f"{finding.ci_low:g} to {finding.ci_high:g}"


def agreements(
    findings: Iterable[FindingLine], documents: Mapping[str, Document]
) -> tuple[Agreement, ...]:
    """Outcomes for which two or more studies state one direction and none states another."""
    groups: dict[tuple[str, ...], list[FindingLine]] = {}
    for line in findings:
        key = tuple(sorted(set(tokenise(line.outcome))))
        if key and line.direction and line.direction != "unclear":
            groups.setdefault(key, []).append(line)
    found = []
    for lines in groups.values():
        studies = {documents[line.doc_id].metadata.study_key or line.doc_id for line in lines}
        if len({line.direction for line in lines}) == 1 and len(studies) > 1:
            numbers = tuple(sorted({line.number for line in lines}))
            found.append(
                Agreement(outcome=lines[0].outcome, direction=lines[0].direction, numbers=numbers)
            )
    return tuple(sorted(found, key=lambda a: (a.outcome, a.direction)))


def with_trends(
    messages: Iterable[KeyMessage], series: Sequence[AuditSeries]
) -> tuple[KeyMessage, ...]:
    """Own figures that are the last of a series with what the series says."""
    return tuple(
        m.model_copy(update={"text": in_short(held)})
        if m.figure and (held := series_of(m.figure, series))
        else m
        for m in messages
    )
