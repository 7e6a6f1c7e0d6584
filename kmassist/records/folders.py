"""Folders that a library is kept in step with, how their files were when they were last looked at, and what was set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from kmassist.documents.frozen import Frozen
from kmassist.documents.metadata import Metadata

FOLDER, STATE, ASIDE, FORGOTTEN = "folder", "folder-state", "aside", "forgotten-file"
"""Kinds of record: what a person decided, what was last seen, what is set aside, what must not come back by itself."""
SET_ASIDE = "set aside"
"""Where the status of a document came from whose file is gone."""


class Folder(Frozen):
    """A folder that is kept in step. ``begun`` is the day it was first looked at."""

    folder_id: str = ""
    path: str = Field(min_length=1)
    begun: str = ""


class SeenFile(Frozen):
    """A file as it was: its path, size in bytes, time of change in nanoseconds, what stands beside it, and its SHA-256.

    ``outcome`` is empty for one whose documents are held, ``not read``, ``left out`` or ``copy``; ``says`` why.
    """

    path: str
    size: int
    changed: int
    beside: str = ""
    sha256: str = ""
    outcome: str = ""
    says: str = ""

    def is_as(self, other: SeenFile) -> bool:
        """Whether size, time and what stands beside it are the same."""
        mine, theirs = ((f.path, f.size, f.changed, f.beside) for f in (self, other))
        return mine == theirs


class FolderState(Frozen):
    """What was seen when a folder was last looked at. ``problem`` says why the last look found nothing to go by."""

    folder_id: str
    checked_at: str = ""
    problem: str = ""
    files: tuple[SeenFile, ...] = ()


class SetAside(Frozen):
    """A document whose file is gone, with its status before: it stays in the library and is not quoted as current.

    ``is_part``: the file is there and no longer holds this reference or sheet.
    """

    doc_id: str
    since: str
    is_part: bool = False
    status: str = ""
    origin: str = ""


class ForgottenFile(Frozen):
    """A document that was forgotten while its file stayed in the folder: it does not come back by itself. No word of it."""

    doc_id: str
    sha256: str = ""
    on: str = ""


def without_file(metadata: Metadata, day: str, *, is_part: bool = False) -> Metadata:
    """The metadata of a document whose file is gone: its status says so, and whoever reads it sees since when."""
    what = "file removed this part" if is_part else "file removed from its folder"
    says = f"{what}, noticed {day}"
    status = f"{metadata.status}; {says}" if metadata.status else says
    came_from = {**metadata.came_from, "status": SET_ASIDE}
    return metadata.model_copy(update={"status": status, "came_from": came_from})


def with_file(metadata: Metadata, before: SetAside) -> Metadata:
    """The metadata as it was before its file was missed."""
    came_from = {k: v for k, v in metadata.came_from.items() if k != "status"}
    if before.origin:
        came_from["status"] = before.origin
    return metadata.model_copy(update={"status": before.status, "came_from": came_from})


@dataclass(frozen=True, slots=True)
class Move:
    """A file whose content lies elsewhere now. ``must_be_read``: what its folder or a file beside it says may have changed."""

    old: str
    new: str
    doc_ids: tuple[str, ...]
    must_be_read: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that is gone, and what is held of it: doc_id -> title."""

    path: str
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What a folder and the library differ in; nothing is done yet.

    ``doubt`` says why what is missing is not believed to be gone: the whole folder is away, empty, or most of it.
    ``returned`` are doc_ids whose file is back, ``aside`` those set aside before whose file is still gone (doc_id -> since).
    ``waiting`` are files that could not be read and have not changed since, ``not_seen`` those that cannot be looked at now,
    ``other`` how many are of a kind that nothing reads.
    """

    folder: str
    folder_id: str = ""
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[Move, ...] = ()
    missing: tuple[Missing, ...] = ()
    doubt: str = ""
    returned: tuple[str, ...] = ()
    aside: Mapping[str, str] = field(default_factory=dict)
    waiting: tuple[tuple[str, str], ...] = ()
    not_seen: tuple[tuple[str, str], ...] = ()
    other: int = 0
    forgotten: int = 0
    unchanged: int = 0
    seen: Mapping[str, SeenFile] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def to_do(self) -> int:
        """Files and documents that something is to be done about, without those in doubt."""
        certain = 0 if self.doubt else len(self.missing)
        return len(self.new) + len(self.changed) + len(self.moved) + len(self.returned) + certain


UNSEEN = "Not seen now; their documents stay as they are"
"""Heading of the files that a folder in doubt does not show."""


def plan_sections(plan: SyncPlan) -> list[tuple[str, list[str]]]:
    """What a plan would do, for a person: headings with the files beneath them; empty where there is nothing to say."""

    def named(path: str) -> str:
        return path.removeprefix(plan.folder).lstrip("/\\")

    def titled(doc_ids: Iterable[str]) -> list[str]:
        return [plan.titles.get(doc_id) or doc_id for doc_id in doc_ids]

    missing = [
        f"{named(m.path)}  ({'; '.join(title for title in m.titles.values())})"
        for m in plan.missing
    ]
    sections = [
        ("New, to be added", [named(path) for path in plan.new]),
        ("Changed, to be read again; corrections stay", [named(path) for path in plan.changed]),
        (
            "Renamed or moved; nothing is read anew but what their folder says",
            [f"{named(m.old)} → {named(m.new)}" for m in plan.moved],
        ),
        ("Back again", titled(plan.returned)),
        *([(plan.doubt, [])] if plan.doubt else []),
        (UNSEEN if plan.doubt else "Gone, to be set aside; nothing is deleted", missing),
        (
            "Set aside before and still gone",
            [
                f"{plan.titles.get(doc_id) or doc_id} (since {since[:10]})"
                for doc_id, since in plan.aside.items()
            ],
        ),
        (
            "Not read last time, and unchanged since",
            [f"{named(path)}: {says}" for path, says in plan.waiting],
        ),
        ("Not looked at", [says for _, says in plan.not_seen]),
    ]
    return [(heading, lines) for heading, lines in sections if lines or heading == plan.doubt]


def plan_counts(plan: SyncPlan) -> str:
    """One sentence on what was not to be done."""
    says = [f"{plan.unchanged} unchanged"]
    says += [f"{plan.other} of kinds that are not read"] if plan.other else []
    if plan.forgotten:
        says.append(
            f"{plan.forgotten} left out because you forgot them ('kmassist add FILE' brings one back)"
        )
    return f"{', '.join(says)}."


def plan_json(plan: SyncPlan) -> dict[str, Any]:
    """A plan for scripts."""
    return {
        "folder": plan.folder,
        "new": list(plan.new),
        "changed": list(plan.changed),
        "moved": [{"from": m.old, "to": m.new, "doc_ids": list(m.doc_ids)} for m in plan.moved],
        "missing": [{"path": m.path, "documents": dict(m.titles)} for m in plan.missing],
        "doubt": plan.doubt,
        "returned": list(plan.returned),
        "set_aside": dict(plan.aside),
        "not_read": [{"path": path, "reason": says} for path, says in plan.waiting],
        "not_seen": [{"path": path, "reason": says} for path, says in plan.not_seen],
        "other_kinds": plan.other,
        "forgotten": plan.forgotten,
        "unchanged": plan.unchanged,
    }
