"""The lists of what keeps a person abreast, as rows: what is new, followed, unanswered, due, and the folders in step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmassist.tui.standing import kind_of

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.records.news import Visit


@dataclass(frozen=True, slots=True)
class Line:
    """One row, what is said of it below the table, and what Enter does: ``opens`` a document, a question or a folder."""

    key: str
    kind: str
    what: str
    says: str
    when: str
    detail: str = ""
    opens: tuple[str, str] = ("", "")
    is_late: bool = False


@dataclass(slots=True)
class FirstVisit:
    """From when news are counted: the last visit as it was when this screen was first shown."""

    start: Visit | None = None


EMPTY = {
    "new": "Nothing is new since your last visit.",
    "followed": "No question is followed. Press Ctrl+G on an answer to follow it.",
    "unanswered": "No question is waiting for an answer.",
    "due": "Nothing is due in the next 60 days.",
    "folders": "No folder is kept in step. Press n to name one.",
}


def _new(assistant: Assistant, visit: FirstVisit) -> list[Line]:
    """What is new since the visit before this one; looking counts as a visit."""
    if visit.start is None:
        visit.start = assistant.news.last_visit
    news = assistant.news.since(visit=visit.start)
    assistant.follow.tell()
    assistant.news.visited()
    topics = assistant.vocabulary.topics
    lines = []
    for gap in news.gaps:
        verb = "may reopen" if gap.may_reopen else "may close"
        lines.append(Line(f"gap {gap.gap_id}", f"gap {gap.gap_id}", gap.title, verb, "", gap.why))
    for brief in news.briefs:
        changes = "; ".join(brief.changes)
        lines.append(
            Line(brief.brief_id, "brief", brief.title, "would differ", brief.composed_on, changes)
        )
    for kind, groups in news.by_kind():
        for topic, sources in groups:
            label = topics[topic].label if topic in topics else topic
            lines += [
                Line(
                    s.doc_id,
                    s.change,
                    s.title,
                    f"{kind_of(kind)} · {label or 'no topic'}",
                    s.on,
                    s.cite_as,
                    ("document", s.doc_id),
                )
                for s in sources
            ]
    return lines


def _followed(assistant: Assistant, visit: FirstVisit) -> list[Line]:
    lines = []
    for followed, standing in assistant.follow.list():
        turns = standing.turns if standing else ()
        detail = " ".join(f"{t.on}: {' '.join(t.says)}" for t in reversed(turns))
        lines.append(
            Line(
                followed.follow_id,
                f"turned {len(turns)}x" if turns else "as it was",
                followed.question,
                standing.standing.says if standing else "not asked yet",
                turns[-1].on if turns else followed.since,
                detail or f"Followed since {followed.since}; it has not turned.",
                ("question", followed.question),
            )
        )
    return lines


def _unanswered(assistant: Assistant, visit: FirstVisit) -> list[Line]:
    return [
        Line(
            q.question_id,
            f"{q.times} times" if q.times > 1 else "once",
            q.question,
            group.subject,
            q.last_asked,
            f"Asked first on {q.first_asked}, last on {q.last_asked}.",
            ("question", q.question),
        )
        for group in assistant.follow.unanswered()
        for q in group.questions
    ]


def _due(assistant: Assistant, visit: FirstVisit) -> list[Line]:
    return [
        Line(
            f"{number} {item.record}",
            "late" if item.is_late else "soon",
            item.what,
            item.owner,
            item.due,
            f"{item.kind}, {item.when}. {item.next_step} {item.issuer}".strip(),
            ("", "") if " " in item.record else ("document", item.record),
            item.is_late,
        )
        for number, item in enumerate(assistant.news.due(within=60))
    ]


def _folders(assistant: Assistant, visit: FirstVisit) -> list[Line]:
    lines = [
        Line(
            folder.folder_id,
            "folder",
            folder.path,
            state.problem or f"{len(state.files)} files",
            state.checked_at[:10] or "never",
            state.problem
            or f"Last checked {state.checked_at[:16].replace('T', ' ') or 'never'}; Enter looks.",
            ("folder", folder.path),
            bool(state.problem),
        )
        for folder, state in assistant.folders.list()
    ]
    titles = {d.doc_id: d.metadata.title or d.source_name for d in assistant.sources()}
    return lines + [
        Line(
            f"aside {one.doc_id}",
            "set aside",
            titles.get(one.doc_id, one.doc_id),
            "its file is gone",
            one.since[:10],
            "It stays in the library and is not quoted as current.",
            ("document", one.doc_id),
        )
        for one in assistant.folders.aside().values()
    ]


READERS: dict[str, Callable[[Assistant, FirstVisit], list[Line]]] = {
    "new": _new,
    "followed": _followed,
    "unanswered": _unanswered,
    "due": _due,
    "folders": _folders,
}
