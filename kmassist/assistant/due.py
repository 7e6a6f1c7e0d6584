"""What is due: reviews, re-audits, results of running studies, involvement past its limit, gaps and decisions, by owner. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kmassist.coverage.age import latest_day
from kmassist.documents.document import Document, SourceType
from kmassist.documents.frozen import Frozen
from kmassist.documents.in_force import is_superseded, is_unfinished
from kmassist.documents.metadata import Metadata
from kmassist.gaps.records import GapRecord, GapStage, RoleRecord, SearchRecord
from kmassist.records.decisions import DecisionRecord
from kmassist.records.plan import Action, HandOver
from kmassist.settings.model import AgeSettings
from kmassist.text.counts import counted
from kmassist.text.tables import to_csv, to_markdown

_DAYS_A_MONTH = 30.4375
NO_OWNER = "nobody named"
_RESULTS = "Results of a running study"
_LIMITS = {
    SourceType.PPI: ("ppi_red", "Involvement to be renewed", "Ask people and families again."),
    SourceType.FLK: ("frontline_red", "Staff knowledge to be renewed", "Ask staff again."),
    SourceType.SVE: ("evaluation_red", "Evaluation to be renewed", "Evaluate again, or say why it still holds."),
}  # fmt: skip


class DueItem(Frozen):
    """One thing that is due on ``due`` (YYYY-MM-DD, the last day a partial date may mean). ``record`` is an id to open it by.

    ``owner`` is a role, or `NO_OWNER`; ``issuer`` who made it, where it is a source.
    """

    kind: str
    what: str
    due: str
    owner: str
    record: str
    next_step: str
    topic: str = ""
    issuer: str = ""
    days_late: int = 0

    @property
    def is_late(self) -> bool:
        """Whether the day has passed."""
        return self.days_late > 0

    @property
    def when(self) -> str:
        """How late it is, or how soon it is due."""
        days = abs(self.days_late)
        span = counted(days, "day")
        return f"{span} late" if self.is_late else f"in {span}" if days else "today"


def due_items(
    documents: Iterable[Document],
    gaps: Iterable[GapRecord],
    decisions: Iterable[DecisionRecord],
    roles: Sequence[RoleRecord],
    *,
    actions: Iterable[Action] = (),
    hand_overs: Iterable[HandOver] = (),
    searches: Iterable[SearchRecord] = (),
    limits: AgeSettings,
    today: dt.date,
    within: int = 0,
) -> tuple[DueItem, ...]:
    """Everything that is due up to ``within`` days from today, the longest overdue first."""
    documents, gaps = list(documents), list(gaps)
    titles = {gap.gap_id: gap.title for gap in gaps}
    found = [
        *(item for action in actions for item in _of_action(action)),
        *(item for handed in hand_overs for item in _of_hand_over(handed, titles)),
        *(item for d in documents for item in _of_document(d, roles, limits, today)),
        *_of_studies(documents, roles, today),
        *(item for search in searches for item in _of_search(search)),
        *(item for gap in gaps for item in _of_gap(gap)),
        *(item for decision in decisions for item in _of_decision(decision)),
    ]
    dated = (
        i.model_copy(update={"days_late": (today - dt.date.fromisoformat(i.due)).days})
        for i in found
    )
    chosen = (item for item in dated if item.days_late >= -within)
    return tuple(sorted(chosen, key=lambda i: (-i.days_late, i.kind, i.what, i.record)))


def _of_document(
    document: Document, roles: Sequence[RoleRecord], limits: AgeSettings, today: dt.date
) -> Iterator[DueItem]:
    meta = document.metadata
    if is_superseded(meta, today):
        return
    owner = _leader(meta, roles)
    reaudit = [c for c in meta.audit if c.re_audit_due]
    if meta.review_by:
        what = f"Review of {meta.source_type.label.lower() if meta.source_type else 'a source'}"
        says = "Look for a newer version, or confirm with its issuer that it still holds."
        yield _item(document, what, latest_day(meta.review_by), owner, says)
    if meta.in_force_until:
        says = "Find what replaces it."
        yield _item(document, "In force until", latest_day(meta.in_force_until), owner, says)
    if reaudit:
        first = min(reaudit, key=lambda c: (c.re_audit_due or "", c.criterion))
        day = latest_day(first.re_audit_due or "")
        named = next((c.owner_role for c in reaudit if c.owner_role), "")
        yield _item(document, "Re-audit due", day, named or owner, "Audit again.")
    if meta.source_type in _LIMITS and meta.dated:
        name, what, says = _LIMITS[meta.source_type]
        months = getattr(limits, name)
        day = latest_day(meta.dated) + dt.timedelta(days=round(months * _DAYS_A_MONTH))
        yield _item(document, what, day, owner, says)


def _of_studies(
    documents: Sequence[Document], roles: Sequence[RoleRecord], today: dt.date
) -> Iterator[DueItem]:
    """Registrations and protocols whose results are due, but for a study of which another source already reports results."""
    reported = {d.metadata.study_key for d in documents if not is_unfinished(d.metadata)} - {""}
    for document in documents:
        meta = document.metadata
        if (
            meta.result_expected
            and is_unfinished(meta)
            and meta.study_key not in reported
            and not is_superseded(meta, today)
        ):
            says = "See whether they are published, and add them; else ask those who run the study."
            yield _item(
                document, _RESULTS, latest_day(meta.result_expected), _leader(meta, roles), says
            )


def _of_search(search: SearchRecord) -> Iterator[DueItem]:
    if search.ongoing and search.result_expected:
        yield DueItem(
            kind=_RESULTS,
            what=search.ongoing,
            due=latest_day(search.result_expected).isoformat(),
            owner=search.by_role,
            record=f"search {search.search_id}",
            next_step="See whether they are published, and add them.",
            topic=search.topic,
        )


def _item(document: Document, kind: str, day: dt.date, owner: str, next_step: str) -> DueItem:
    """One thing that is due of a source; how late it is comes with the others'."""
    meta = document.metadata
    return DueItem(
        kind=kind,
        what=meta.title or document.source_name,
        due=day.isoformat(),
        owner=owner or NO_OWNER,
        record=document.doc_id,
        next_step=next_step,
        topic=", ".join(meta.topics),
        issuer=meta.issuer,
    )


def _leader(meta: Metadata, roles: Sequence[RoleRecord]) -> str:
    """The role that leads on a topic of the source, as far as one is recorded; the latest stage is the one for what is in use."""
    own = [r for r in roles if r.is_filled and r.topic and r.topic in meta.topics]
    return max(own, key=lambda r: (r.stage, r.role)).role if own else ""


def _of_gap(gap: GapRecord) -> Iterator[DueItem]:
    if gap.due and gap.stage is not GapStage.CLOSED:
        yield DueItem(
            kind="Gap to be acted on",
            what=gap.title,
            due=latest_day(gap.due).isoformat(),
            owner=gap.owner_role or NO_OWNER,
            record=f"gap {gap.gap_id}",
            next_step=gap.action or "Say what is done, or close it with a reason.",
            topic=gap.topic,
        )


def _of_decision(decision: DecisionRecord) -> Iterator[DueItem]:
    if decision.is_signed_off and decision.review_date:
        yield DueItem(
            kind="Decision to be reviewed",
            what=decision.decision or decision.question,
            due=decision.review_date,
            owner=(*decision.roles, decision.body, NO_OWNER)[0] or NO_OWNER,
            record=f"decision {decision.decision_id}",
            next_step="Record what came of it.",
        )


def _of_action(action: Action) -> Iterator[DueItem]:
    if action.due and not action.done:
        yield DueItem(
            kind="Action of the plan",
            what=action.what,
            due=action.due,
            owner=action.owner_role or NO_OWNER,
            record=f"action {action.action_id}",
            next_step="Do it, or say what came of it: kmassist assess done.",
        )


def _of_hand_over(handed: HandOver, titles: Mapping[str, str]) -> Iterator[DueItem]:
    if not handed.accepted and handed.gap_id in titles:
        yield DueItem(
            kind="Gap to be taken over",
            what=titles[handed.gap_id],
            due=handed.due,
            owner=handed.to_role,
            record=f"gap {handed.gap_id}",
            next_step=f"Take it over from {handed.from_role or 'nobody'}: kmassist gaps accept.",
        )


_HEADER = ("owner", "due", "late", "kind", "what", "next step", "topic", "issuer", "record")


def due_table(items: Sequence[DueItem]) -> tuple[Sequence[str], list[list[str]]]:
    """Header and rows, by owner, the longest overdue first."""
    return _HEADER, [
        [i.owner, i.due, i.when, i.kind, i.what, i.next_step, i.topic, i.issuer, i.record]
        for _, owned in by_owner(items)
        for i in owned
    ]


def by_owner(items: Sequence[DueItem]) -> list[tuple[str, list[DueItem]]]:
    """Owners with what is theirs, the one with most that is late first; what nobody owns stands at the end."""
    owners = {item.owner: [i for i in items if i.owner == item.owner] for item in items}
    return sorted(
        owners.items(), key=lambda o: (o[0] == NO_OWNER, -sum(i.is_late for i in o[1]), o[0])
    )


def due_text(items: Sequence[DueItem], form: str, today: dt.date) -> str:
    """The list as ``csv`` or ``md``."""
    header, rows = due_table(items)
    if form == "csv":
        return to_csv(header, rows)
    return f"# What is due on {today.isoformat()}\n\n{to_markdown(header, rows)}"
