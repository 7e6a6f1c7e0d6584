"""Comparing a folder with what the library holds of it: which files are new, changed, renamed, gone or back. Nothing is done."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kmassist.documents.document import Document
from kmassist.documents.values import storable_text
from kmassist.errors import SourceError, UnsupportedFormat
from kmassist.events import Event, Progress
from kmassist.readers import LEFT_OUT, look_through, read_bytes
from kmassist.readers.finding import NOT_DOWNLOADED
from kmassist.readers.metadata.frontmatter import sidecar_of
from kmassist.records.folders import (
    FolderState,
    ForgottenFile,
    Missing,
    Move,
    SeenFile,
    SetAside,
    SyncPlan,
)


@dataclass(frozen=True, slots=True)
class Looked(Event):
    """A folder was compared with the library; always the last event of a look."""

    plan: SyncPlan


class Look:
    """One look at a folder.

    Args:
        folder: an absolute path.
        documents: all that the library holds, without text.
        state: how its files were last time.
        aside: what is set aside, of any folder.
        forgotten: what must not come back by itself.
    """

    def __init__(
        self,
        folder: Path,
        documents: Iterable[Document],
        state: FolderState,
        aside: Mapping[str, SetAside],
        forgotten: Sequence[ForgottenFile],
    ) -> None:
        self._folder = folder
        self._state = state
        self._before = {file.path: file for file in state.files}
        self._aside = aside
        self._held: dict[str, list[Document]] = defaultdict(list)
        for document in documents:
            if is_below(document.source_path, folder):
                self._held[document.source_path].append(document)
        self._never = {f.sha256 for f in forgotten if f.sha256}
        self.seen: dict[str, SeenFile] = {}
        """What was looked at so far, also when the look is stopped."""
        self._not_seen: dict[str, str] = {}
        self._other = 0

    def events(self) -> Generator[Event, None, None]:
        """Progress while files are looked at, then Looked."""
        try:
            is_there = self._folder.is_dir() and os.access(self._folder, os.R_OK)
        except OSError:
            is_there = False
        if not is_there:
            yield Looked(self._in_doubt("The folder is not there."))
            return
        paths = self._paths()
        if not paths and self._held and not self._not_seen:
            yield Looked(self._in_doubt("The folder is empty."))
            return
        changed, new = [], []
        for number, path in enumerate(paths):
            yield Progress("looking", number, len(paths), path.name)
            file = self._look_at(path, must_hash=key_of(path) in self._held)
            if file is None:
                continue
            known = self._held.get(file.path)
            if known is None:
                new.append(path)
            elif self._is_other(file, known):
                changed.append(path)
        yield from self._hashed(new, changed)
        yield Looked(self._plan([key_of(p) for p in new], [key_of(p) for p in changed]))

    def _paths(self) -> list[Path]:
        """Every file that some reader takes; what cannot be looked at is remembered."""
        paths = []
        for path, problem in look_through([self._folder]):
            if problem is None:
                paths.append(path)
            elif isinstance(problem, UnsupportedFormat):
                self._other += 1
            elif getattr(problem, "kind", "") != LEFT_OUT:
                waiting = NOT_DOWNLOADED.fullmatch(path.name)
                there = path.with_name(waiting[1]) if waiting else path
                self._not_seen[key_of(there)] = str(problem)
        return paths

    def _look_at(self, path: Path, *, must_hash: bool) -> SeenFile | None:
        """The file as it is now; its digest is taken from last time where it cannot have changed. None when it cannot be read."""
        key = key_of(path)
        before = self._before.get(key)
        try:
            now = _as_it_is(path, key)
            if before and before.is_as(now) and (before.sha256 or not must_hash):
                now = before
            elif must_hash:
                digest = hashlib.sha256(read_bytes(path)).hexdigest()
                kept = (
                    {"outcome": before.outcome, "says": before.says}
                    if before and before.sha256 == digest
                    else {}
                )
                now = now.model_copy(update={"sha256": digest, **kept})
        except (OSError, SourceError) as problem:
            self._not_seen[key] = str(problem)
            return None
        self.seen[key] = now
        return now

    def _is_other(self, file: SeenFile, known: Sequence[Document]) -> bool:
        """Whether a file is not as it was when its documents were read, or what stands beside it and describes it is not."""
        before = self._before.get(file.path)
        if before is not None and before.beside != file.beside:
            return True
        parts = {doc_id for doc_id, one in self._aside.items() if one.is_part}
        return file.sha256 not in {d.source_sha256 for d in known if d.doc_id not in parts}

    def _hashed(self, new: Sequence[Path], changed: Sequence[Path]) -> Generator[Event, None, None]:
        """Digests of new files, where one of them may be a file that was renamed, or one that was forgotten."""
        gone = [key for key in self._held if key not in self.seen and not self._is_hidden(key)]
        if not (gone or changed or self._never):
            return
        for number, path in enumerate(new):
            yield Progress("looking", number, len(new), path.name)
            self._look_at(path, must_hash=True)

    def _is_hidden(self, key: str) -> bool:
        """Whether a file cannot be looked at now, or lies in a folder that cannot."""
        return any(key == path or is_below(key, Path(path)) for path in self._not_seen)

    # -- what to do -------------------------------------------------------------------------------------------------

    def _in_doubt(self, why: str) -> SyncPlan:
        return SyncPlan(
            str(self._folder),
            self._state.folder_id,
            missing=tuple(self._missing(sorted(self._held))),
            doubt=f"{why} It may be a shared drive that is away. Nothing is set aside.",
            unchanged=0,
            titles=self._titles(),
        )

    def _plan(self, new: Sequence[str], changed: Sequence[str]) -> SyncPlan:
        away = [k for k in self._held if k not in self.seen and not self._is_hidden(k)]
        moved = self._moves(away, changed, new)
        old, now = {m.old for m in moved}, {m.new for m in moved}
        missing = sorted(k for k in away if k not in old and not self._is_aside(k))
        counted = sum(not self._is_aside(k) for k in self._held)
        # A file under a name whose former content lies elsewhere now is another file.
        fresh = [self.seen[k] for k in [*new, *(k for k in changed if k in old)] if k not in now]
        return SyncPlan(
            str(self._folder),
            self._state.folder_id,
            new=tuple(f.path for f in fresh if not f.outcome and f.sha256 not in self._never),
            changed=tuple(k for k in changed if k not in old and k not in now),
            moved=moved,
            missing=tuple(self._missing(missing)),
            doubt=_doubt(len(missing), counted),
            returned=self._returned(moved),
            aside=self._still_aside(set(away) - old),
            waiting=tuple((f.path, f.says) for f in fresh if f.outcome == "not read"),
            not_seen=tuple(sorted(self._not_seen.items())),
            other=self._other,
            forgotten=sum(bool(f.sha256) and f.sha256 in self._never for f in fresh),
            unchanged=len(self.seen) - len(new) - len(changed),
            seen=dict(self.seen),
            titles=self._titles(),
        )

    def _returned(self, moved: Sequence[Move]) -> tuple[str, ...]:
        """Documents set aside whose file is there again, under its own name or another."""
        there = [d.doc_id for key in sorted(self.seen) for d in self._held.get(key, ())]
        there += [doc_id for move in moved for doc_id in move.doc_ids]
        known = (doc_id for doc_id in dict.fromkeys(there) if doc_id in self._aside)
        return tuple(doc_id for doc_id in known if not self._aside[doc_id].is_part)

    def _still_aside(self, away: Collection[str]) -> dict[str, str]:
        """doc_id -> since when, of what is set aside and has not come back."""
        return {
            d.doc_id: self._aside[d.doc_id].since
            for key in sorted(self._held)
            for d in self._held[key]
            if d.doc_id in self._aside and (key in away or self._aside[d.doc_id].is_part)
        }

    def _moves(
        self, away: Sequence[str], changed: Sequence[str], new: Sequence[str]
    ) -> tuple[Move, ...]:
        """Files whose content lies under another name now: known by digest, where the old place no longer holds it."""
        left: dict[str, list[str]] = defaultdict(list)
        for key in [*sorted(away), *sorted(changed)]:
            for digest in sorted({d.source_sha256 for d in self._held[key]} - {""}):
                left[digest].append(key)
        moved = []
        for key in sorted([*new, *changed]):
            file = self.seen[key]
            old = next((k for k in left.get(file.sha256, ()) if k != key), None)
            if old is None:
                continue
            left[file.sha256].remove(old)
            documents = self._held[old]
            ids = tuple(d.doc_id for d in documents)
            moved.append(Move(old, key, ids, _must_be_read(documents, old, file)))
        return tuple(moved)

    def _missing(self, keys: Iterable[str]) -> Iterable[Missing]:
        return (Missing(k, {d.doc_id: title_of(d) for d in self._held[k]}) for k in keys)

    def _is_aside(self, key: str) -> bool:
        return all(d.doc_id in self._aside for d in self._held[key])

    def _titles(self) -> dict[str, str]:
        return {d.doc_id: title_of(d) for documents in self._held.values() for d in documents}


def _must_be_read(documents: Sequence[Document], old: str, file: SeenFile) -> bool:
    """Whether a file beside it, or the folder it lies in now, may say something else of the documents."""
    origins = {origin for d in documents for origin in d.metadata.came_from.values()}
    if file.beside or "sidecar" in origins:
        return True
    depends = "folder" in origins or not all(d.metadata.source_type for d in documents)
    return depends and Path(old).parent != Path(file.path).parent


def key_of(path: Path) -> str:
    """A path as it is stored."""
    return storable_text(str(path))


def _doubt(missing: int, held: int) -> str:
    if missing * 2 <= held:
        return ""
    return (
        f"{missing} of {held} files of the folder are gone at once. It may be a shared drive that is partly away. "
        "Nothing is set aside."
    )


def _as_it_is(path: Path, key: str) -> SeenFile:
    info, beside = path.stat(), sidecar_of(path)
    described = beside.stat() if beside else None
    return SeenFile(
        path=key,
        size=info.st_size,
        changed=info.st_mtime_ns,
        beside=f"{described.st_size}:{described.st_mtime_ns}" if described else "",
    )


def is_below(path: str, folder: Path) -> bool:
    """Whether a stored path lies in a folder, at any depth."""
    return path.startswith(key_of(folder).rstrip(os.sep) + os.sep)


def title_of(document: Document) -> str:
    """What a person calls a document."""
    return document.metadata.title or document.source_name
