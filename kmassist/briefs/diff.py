"""What changed between two briefs, or between one brief and itself after the corpus grew."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from kmassist.answers.presentation import marked
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.model import Brief, FindingLine, SourceLine
from kmassist.documents.document import SourceType
from kmassist.pages.markdown import escape
from kmassist.text.counts import counted

_IS_THERE = "quoted"
"""What stands for a quotation, which has no value besides being there."""


class Change(BaseModel):
    """One difference: ``before`` or ``after`` is empty when there was or is nothing."""

    model_config = ConfigDict(frozen=True)

    what: str
    name: str
    before: str = ""
    after: str = ""

    @property
    def says(self) -> str:
        """One line."""
        if not self.before:
            return f"New: {self.name}" + (
                f": {self.after}" if self.after not in {"", _IS_THERE} else ""
            )
        if not self.after:
            return f"Gone: {self.name}" + (
                f": {self.before}" if self.before not in {self.name, _IS_THERE} else ""
            )
        return f"{self.name}: {self.before} → {self.after}"


class BriefDiff(BaseModel):
    """All differences, grouped by ``what`` in a fixed order."""

    model_config = ConfigDict(frozen=True)

    old_on: str
    new_on: str
    title: str
    changes: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed that a reader sees."""
        return not self.changes


def diff_briefs(old: Brief, new: Brief) -> BriefDiff:
    """Compare two briefs of the same or a similar question."""
    changes = [
        *_pairs(
            "Corpus",
            {"documents": str(old.method.corpus.documents)},
            {"documents": str(new.method.corpus.documents)},
        ),
        *_pairs("Verdict", {"verdict": old.verdict.value}, {"verdict": new.verdict.value}),
        *_pairs("Kinds of knowledge", _states(old), _states(new)),
        *_pairs("Sources", _sources(old), _sources(new)),
        *_pairs("Local audit", _figures(old), _figures(new)),
        *_pairs("Findings", _findings(old), _findings(new)),
        *_pairs("Quotations", _quotations(old), _quotations(new)),
        *_pairs("Conflicts", _conflicts(old), _conflicts(new)),
        *_pairs("Gaps", _gaps(old), _gaps(new)),
        *_pairs("Written by people", old.narrative, new.narrative),
        *_pairs("State", {"state": old.state.value}, {"state": new.state.value}),
    ]
    return BriefDiff(
        old_on=old.composed_on, new_on=new.composed_on, title=new.title, changes=tuple(changes)
    )


def _pairs(what: str, old: dict[str, str], new: dict[str, str]) -> list[Change]:
    names = [*new, *(name for name in old if name not in new)]
    return [
        Change(what=what, name=name, before=old.get(name, ""), after=new.get(name, ""))
        for name in names
        if old.get(name, "") != new.get(name, "")
    ]


def _states(brief: Brief) -> dict[str, str]:
    return {
        cell.source_type.label: f"{cell.state.words}, {counted(cell.studies, 'study', 'studies')}"
        for cell in brief.cells
    }


def _sources(brief: Brief) -> dict[str, str]:
    """By study and kind, not by file, so that a new copy of one paper is no news."""
    return {line.metadata.title or line.cite_as: _when(line) for line in brief.sources}


def _when(line: SourceLine) -> str:
    kind = line.metadata.source_type
    return f"{kind.label if kind else 'kind not stated'}, {line.metadata.date_shown or 'undated'}"


def _figures(brief: Brief) -> dict[str, str]:
    return {figure.criterion: _figure(figure) for figure in brief.audit}


def _figure(figure: AuditFigure) -> str:
    percent = f"{figure.percent:.1f}%" if figure.percent is not None else "not shown"
    return f"{percent} ({figure.count or 'no count'}), {figure.verdict}"


def _findings(brief: Brief) -> dict[str, str]:
    return {f"{line.outcome} ({line.cite_as})": _finding(line) for line in brief.findings}


def _finding(line: FindingLine) -> str:
    return (
        "; ".join(
            part for part in (line.estimate, line.interval, line.direction, line.certainty) if part
        )
        or "not stated"
    )


def _quotations(brief: Brief) -> dict[str, str]:
    return {
        f"{claim.citation.cite_as}: {marked(claim.citation)}": _IS_THERE
        for kind in SourceType
        for claim in brief.claims.get(kind, ())
    }


def _conflicts(brief: Brief) -> dict[str, str]:
    return {pair.outcome: f"{pair.left} / {pair.right}" for pair in brief.conflicts}


def _gaps(brief: Brief) -> dict[str, str]:
    return {
        f"{gap.source_type.label if gap.source_type else 'across kinds'}: {gap.name}": gap.strength
        for gap in brief.gaps
        if gap.is_required
    }


def diff_markdown(diff: BriefDiff) -> str:
    """The differences between two briefs as Markdown."""
    lines = [
        f"# What changed: {escape(diff.title)}",
        "",
        f"From {diff.old_on} to {diff.new_on}.",
        "",
    ]
    if diff.is_empty:
        lines.append("Nothing changed.")
    for what in dict.fromkeys(change.what for change in diff.changes):
        lines += [f"## {what}", ""]
        lines += [f"- {escape(change.says)}" for change in diff.changes if change.what == what]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
