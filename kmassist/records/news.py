"""What is new since a day, a visit or a brief: sources by kind and topic, and what they touch. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kmassist.documents.document import Document, SourceType
from kmassist.documents.frozen import Frozen
from kmassist.index.trail import AuditLine
from kmassist.records.followed import Turn

VISIT = "visit"
"""Kind of the record of when a role last looked at what is new."""


class Visit(Frozen):
    """When a role last looked, in UTC, and the last line of the audit trail then."""

    role: str
    at: str
    line: int = 0


class NewSource(Frozen):
    """A source that came, or changed, since. ``change`` is ``new``, ``changed``, ``corrected`` or ``set aside``."""

    doc_id: str
    title: str
    cite_as: str
    source_type: SourceType | None
    topics: tuple[str, ...]
    change: str
    on: str


class TouchedGap(Frozen):
    """A gap that new sources may close, or one that was closed by a source that is not what it was."""

    gap_id: str
    title: str
    why: str
    doc_ids: tuple[str, ...]
    may_reopen: bool = False


class TouchedBrief(Frozen):
    """A kept brief that would read differently now, with the sentences that changed."""

    brief_id: str
    title: str
    composed_on: str
    changes: tuple[str, ...]


class News(Frozen):
    """What is new. ``since`` is a moment or a day as it was asked for."""

    since: str
    until: str
    sources: tuple[NewSource, ...] = ()
    forgotten: int = 0
    turns: tuple[Turn, ...] = ()
    gaps: tuple[TouchedGap, ...] = ()
    briefs: tuple[TouchedBrief, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.sources or self.forgotten or self.turns or self.gaps or self.briefs)

    def by_kind(self) -> list[tuple[SourceType | None, list[tuple[str, list[NewSource]]]]]:
        """Kinds in fixed order, each with its topics (empty for none) and their sources; a source stands under its first topic."""
        grouped = []
        for kind in (*SourceType, None):
            own = [s for s in self.sources if s.source_type is kind]
            topics = sorted({_first_topic(s) for s in own}, key=lambda t: (not t, t))
            if own:
                grouped.append(
                    (kind, [(t, [s for s in own if _first_topic(s) == t]) for t in topics])
                )
        return grouped


def _first_topic(source: NewSource) -> str:
    return source.topics[0] if source.topics else ""


def changed_sources(
    lines: Iterable[AuditLine], documents: Mapping[str, Document], aside: Iterable[str]
) -> tuple[tuple[NewSource, ...], int]:
    """Sources that the lines of the trail since then name, by kind and title, and how many were forgotten."""
    acts: dict[str, list[AuditLine]] = {}
    forgotten = 0
    for line in lines:
        if line.doc_id and line.action in ("add", "update", "edit"):
            acts.setdefault(line.doc_id, []).append(line)
        forgotten += line.action == "forget"
    away, found = set(aside), []
    for doc_id, told in acts.items():
        document = documents.get(doc_id)
        change = _change(told, doc_id in away)
        if document is None or not change:
            continue
        meta = document.metadata
        found.append(
            NewSource(
                doc_id=doc_id,
                title=meta.title or document.source_name,
                cite_as=document.cite_as,
                source_type=meta.source_type,
                topics=meta.topics,
                change=change,
                on=told[-1].at[:10],
            )
        )
    return tuple(sorted(found, key=lambda s: (s.change, s.title.casefold(), s.doc_id))), forgotten


def _change(told: Sequence[AuditLine], is_aside: bool) -> str:
    """What became of a document; empty for one whose file was only renamed."""
    if is_aside:
        return "set aside"
    if any(line.action == "add" for line in told):
        return "new"
    if any(line.action == "update" for line in told):
        return "changed"
    fields = {field for line in told for field in line.details.get("changed", ())}
    return "corrected" if fields - {"place", "status"} else ""
