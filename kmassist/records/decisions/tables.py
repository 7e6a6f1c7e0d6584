"""Decisions and realisation ratios as tables and Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.documents.source_types import kind_code, kind_in_words
from kmassist.records.decisions.checks import sign_off_checks
from kmassist.records.decisions.ratio import Period, Ratio, overall
from kmassist.records.decisions.record import DecisionRecord, Use
from kmassist.text.tables import to_markdown

Table = tuple[list[str], list[list[object]]]

_SOURCE = [
    "decision_id",
    "date",
    "body",
    "question",
    "decision",
    "signed_off_on",
    "doc_id",
    "study",
    "source_type",
    "source",
]


def decision_table(records: Sequence[DecisionRecord]) -> Table:
    """One line for each relevant source of each decision."""
    header = [*_SOURCE, "dated", "use", "reason", "by_role", "review_date", "outcome"]
    rows: list[list[object]] = []
    for d in records:
        for source in d.relevant:
            mark = d.mark_of(source.doc_id)
            rows.append(
                [
                    d.decision_id, d.date, d.body, d.question, d.decision, d.signed_off_on,
                    source.doc_id, source.study_key, kind_code(source.source_type), f"{source.cite_as}: {source.title}",
                    source.dated, d.use_of(source.doc_id).value, mark.reason if mark else "", mark.by_role if mark else "",
                    d.review_date, d.outcome,
                ]
            )  # fmt: skip
    return header, rows


def _by_use(d: DecisionRecord) -> list[str]:
    """The relevant sources in tables, by what became of them."""
    lines: list[str] = []
    for use in (Use.USED, Use.NOTED, Use.SET_ASIDE, Use.UNMARKED):
        sources = [s for s in d.relevant if d.use_of(s.doc_id) is use]
        if sources:
            rows = [
                [
                    kind_in_words(s.source_type),
                    f"{s.cite_as}: {s.title}",
                    s.dated,
                    (m.reason if (m := d.mark_of(s.doc_id)) else ""),
                ]
                for s in sources
            ]
            lines += [
                "",
                f"## {use.value.capitalize()} ({len(sources)})",
                "",
                to_markdown(["Kind", "Source", "Dated", "Reason"], rows),
            ]
    return lines


def decision_markdown(d: DecisionRecord) -> str:
    """The whole record for a committee's papers."""
    signed = (
        f"signed off on {d.signed_off_on} by {d.signed_off_by}"
        if d.is_signed_off
        else "draft, not signed off"
    )
    facts = [
        ("Decided by", d.body),
        ("Date", d.date),
        ("Kind", d.kind.value),
        ("Question", d.question),
        ("Priority it serves", d.priority),
        ("Took part", ", ".join(d.roles)),
        ("State", signed),
        ("Signed although", d.signed_off_anyway),
        ("Review due", d.review_date),
        (
            "Library searched",
            f"{d.searched_on}, corpus {d.corpus_digest[:12]}" if d.searched_on else "",
        ),
        ("From", d.from_service),
    ]
    lines = [f"# Decision: {_flat(d.decision) or 'not yet worded'}", ""]
    lines += [f"- **{name}:** {_flat(value)}" for name, value in facts if value]
    lines += _by_use(d)
    if not d.is_signed_off and (checks := sign_off_checks(d)):
        lines += ["", "## Before it is signed", "", *(f"- {c.says}" for c in checks)]
    if d.challenges:
        lines += ["", "## Challenges", ""]
        lines += [
            f"- {c.on}, {_flat(c.by_role)}: {_flat(c.says)} **Reply:** {_flat(c.reply) or 'none yet'}"
            for c in d.challenges
        ]
    if d.reviews:
        lines += ["", "## What came of it", ""]
        lines += [
            f"- {r.on}: {_flat(r.outcome)}{f' Then: {_flat(r.follow_up)}' if r.follow_up else ''}"
            for r in d.reviews
        ]
    lines += [
        "",
        "## History",
        "",
        *(
            f"- {step.on}: {_flat(step.what)}{f' ({_flat(step.by_role)})' if step.by_role else ''}"
            for step in d.history
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


def decision_summary(d: DecisionRecord) -> str:
    """The record in a few lines of Markdown, for a brief: what was decided, and what became of each source."""
    signed = (
        f", signed off on {d.signed_off_on} by {_flat(d.signed_off_by)}"
        if d.is_signed_off
        else " (draft)"
    )
    lines = [
        f"{_flat(d.body) or 'The body'} decided on {d.date or 'a day not stated'}{signed}: {_flat(d.decision)}",
        "",
    ]
    for use in Use:
        named = []
        for source in d.relevant:
            if d.use_of(source.doc_id) is use:
                mark = d.mark_of(source.doc_id)
                named.append(
                    _flat(source.name)
                    + (f" (because: {_flat(mark.reason)})" if mark and mark.reason else "")
                )
        if named:
            lines.append(f"- **{use.value.capitalize()}:** {'; '.join(named)}")
    lines += [
        f"- **Challenge of {_flat(c.by_role)}:** {_flat(c.says)} Reply: {_flat(c.reply) or 'none yet'}"
        for c in d.challenges
    ]
    lines.append(
        f"- **Review:** {d.review_date or 'no date set'}"
        + (f"; {_flat(d.outcome)}" if d.outcome else "")
    )
    return "\n".join(lines)


def use_table(ratios: Sequence[Ratio], periods: Sequence[Period]) -> Table:
    """Every ratio, for all decisions and for each period."""
    header = [
        "period",
        "source_type",
        "label",
        "relevant",
        "used",
        "noted",
        "set_aside",
        "not_marked",
        "ratio",
    ]
    rows = [_row("all", ratio) for ratio in (*ratios, overall(ratios))]
    for period in periods:
        rows += [_row(period.label, ratio) for ratio in (*period.ratios, period.overall)]
    return header, rows


def _row(period: str, r: Ratio) -> list[object]:
    kind = r.source_type.value if r.source_type else "ALL"
    share = "" if r.ratio is None else round(r.ratio, 4)
    return [period, kind, r.label, r.relevant, r.used, r.noted, r.set_aside, r.not_marked, share]


def use_markdown(ratios: Sequence[Ratio], periods: Sequence[Period]) -> str:
    """The ratios as tables: over all recorded decisions, and kind by period."""
    whole = overall(ratios)
    rows = [
        [r.label, r.relevant, r.used, r.noted, r.set_aside, r.not_marked, r.words]
        for r in (*ratios, whole)
    ]
    header = [
        "Kind of source",
        "Relevant",
        "Used",
        "Noted",
        "Set aside",
        "Not marked",
        "Realisation ratio",
    ]
    lines = ["# How much of what is known gets used", "", EXPLAINS, "", to_markdown(header, rows)]
    if periods:
        labels = ["Kind of source", *(f"{p.label} ({p.decisions})" for p in periods)]
        by_kind: list[list[object]] = [
            [r.label, *(p.ratios[i].words for p in periods)] for i, r in enumerate(ratios)
        ]
        by_kind.append([whole.label, *(p.overall.words for p in periods)])
        lines += ["## Over time (decisions)", "", to_markdown(labels, by_kind)]
    return "\n".join(lines)


EXPLAINS = (
    "Realisation ratio: of the studies that were relevant for a signed decision, the share it used. "
    "Drafts do not count; a study in two files counts once. A low ratio is a question to ask, not a fault."
)


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;")
