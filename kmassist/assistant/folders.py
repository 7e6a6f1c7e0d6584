"""Keeping the library in step with folders: looked at, shown, and done when a person agrees. Nothing is ever deleted silently."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kmassist.assistant.look import Look, Looked, is_below, title_of
from kmassist.documents.document import Document
from kmassist.documents.values import storable_text
from kmassist.errors import DocumentNotFound, IndexingError, KmassistError, RecordError
from kmassist.events import Added, Event, FileGone, Skipped
from kmassist.readers import LEFT_OUT, check_exists
from kmassist.records.folders import (
    ASIDE,
    FOLDER,
    FORGOTTEN,
    SET_ASIDE,
    STATE,
    Folder,
    FolderState,
    ForgottenFile,
    Move,
    SeenFile,
    SetAside,
    SyncPlan,
    with_file,
    without_file,
)
from kmassist.records.store import Records
from kmassist.text import clock

if TYPE_CHECKING:
    from kmassist.assistant import Assistant


@dataclass(frozen=True, slots=True)
class Checked:
    """When the file of a document was last compared with it; ``says`` is the sentence for a person."""

    at: str
    is_gone: bool
    says: str


class FolderDesk:
    """The folders that a library is kept in step with."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._index = assistant.index
        see = "kmassist sync --list"
        self._folders = Records(self._index, FOLDER, Folder, see=see)
        self._states = Records(
            self._index, STATE, FolderState, key="folder_id", noun="folder", see=see
        )
        self._aside = Records(self._index, ASIDE, SetAside, key="doc_id", noun="document", see=see)
        self._forgotten = Records(
            self._index, FORGOTTEN, ForgottenFile, key="doc_id", noun="document", see=see
        )

    # -- the folders ------------------------------------------------------------------------------------------------

    def list(self) -> Sequence[tuple[Folder, FolderState]]:
        """Folders with what was last seen of them, in the order in which they were begun."""
        states = {s.folder_id: s for s in self._states.all()}
        return [
            (f, states.get(f.folder_id, FolderState(folder_id=f.folder_id)))
            for f in self._folders.all()
        ]

    def find(self, folder: Path | str) -> Folder | None:
        """The folder of that path, or of that number."""
        wanted = {str(folder), storable_text(str(Path(folder).absolute()))}
        return next((f for f in self._folders.all() if {f.folder_id, f.path} & wanted), None)

    def stop(self, folder: Path | str) -> Folder:
        """Keep a folder in step no longer; its documents stay in the library.

        Raises:
            RecordError: it is none of the folders.
        """
        found = self.find(folder)
        if found is None:
            raise RecordError(f"'{folder}' is not kept in step.", "See 'kmassist sync --list'.")
        if found.folder_id in self._index.records(STATE):
            self._states.delete(found.folder_id)
        return self._folders.delete(found.folder_id)

    def aside(self) -> Mapping[str, SetAside]:
        """doc_id -> what is set aside because its file is gone."""
        return {one.doc_id: one for one in self._aside.all()}

    def checked(self, document: Document) -> Checked | None:
        """When the file of a document was last compared with it; None when no folder is kept in step with it."""
        gone = self.aside().get(document.doc_id)
        for folder, state in self.list():
            if is_below(document.source_path, Path(folder.path)) and state.checked_at:
                when = state.checked_at[:16].replace("T", " ")
                if gone:
                    says = f"Its file is gone, noticed {gone.since[:10]}; last looked for {when}."
                    return Checked(state.checked_at, True, says)
                file = next((f for f in state.files if f.path == document.source_path), None)
                if file and file.sha256 in ("", document.source_sha256):
                    says = f"Compared with its file {when}."
                    return Checked(state.checked_at, False, says)
                if file:
                    says = f"Its file has changed, noticed {when}: run 'kmassist sync'."
                    return Checked(state.checked_at, False, says)
        return None

    # -- looking ----------------------------------------------------------------------------------------------------

    def look(self, folder: Path) -> Generator[Event, None, None]:
        """Compare a folder with the library: Progress, then Looked. Nothing is changed but what was last seen.

        Raises:
            SourceNotFound: there is no such folder, and the library holds nothing of it.
            RecordError: it is a file.
        """
        folder = folder.absolute()
        known = self.find(folder)
        documents = self._index.documents()
        if known is None and not any(is_below(d.source_path, folder) for d in documents):
            check_exists(folder)
        if folder.is_file():
            raise RecordError(
                f"'{folder.name}' is a file.", "Name the folder it lies in, or use 'kmassist add'."
            )
        state = self._state(known)
        look = Look(folder, documents, state, self.aside(), self._forgotten.all())
        try:
            yield from look.events()
        finally:
            if known and look.seen:  # digests are worth keeping, also of a look that was stopped
                kept = {f.path: f for f in state.files}
                with suppress(IndexingError):  # a library opened for reading keeps none
                    self._keep(known, kept | self._as_before(known, look.seen), "")

    def plan(self, folder: Path) -> SyncPlan:
        """What a folder and the library differ in; see `look`."""
        *_, last = self.look(folder)
        assert isinstance(last, Looked)
        return last.plan

    def _state(self, folder: Folder | None) -> FolderState:
        states = {s.folder_id: s for s in self._states.all()} if folder else {}
        empty = FolderState(folder_id=folder.folder_id if folder else "")
        return states.get(empty.folder_id, empty)

    def _keep(
        self, folder: Folder, files: Mapping[str, SeenFile], checked_at: str, problem: str = ""
    ) -> None:
        before = self._state(folder)
        state = FolderState(
            folder_id=folder.folder_id,
            checked_at=checked_at or before.checked_at,
            problem=problem,
            files=tuple(files[key] for key in sorted(files)) or before.files,
        )
        if state != before:
            self._states.put(state)

    # -- doing ------------------------------------------------------------------------------------------------------

    def carry_out(
        self,
        plan: SyncPlan,
        *,
        believe: bool = False,
        consent: Mapping[str, str] | None = None,
        **options: bool,
    ) -> Generator[Event, None, None]:
        """Do what a plan says: moves first, then what is gone or back, then what is new or changed.

        Each step is a transaction of its own; closing the generator stops between documents, and the next look finds what
        is left. Nothing is forgotten here: what is gone is set aside.

        Args:
            plan: of `look`.
            believe: set aside what is missing although that is in doubt (``plan.doubt``).
            consent: see `Adding.add`.
            options: ``ocr``, ``accept_proposals``, ``screened_out``; see `Adding.add`.
        """
        folder = self._begun(plan)
        doubt = "" if believe else plan.doubt
        run = self._as_before(folder, plan.seen)
        is_whole = False
        try:
            for move in plan.moved:
                yield from self._moved(move)
                if not move.must_be_read:
                    run[move.new] = plan.seen[move.new]
            yield from self._gone_and_back(plan, doubt)
            again = [m.new for m in plan.moved if m.must_be_read]
            paths = [*plan.new, *plan.changed, *again]
            yield from self._read(folder, paths, (run, plan.seen), consent or {}, options)
            is_whole = True
            yield from self._assistant.follow.ask_again()
        finally:
            with suppress(KmassistError):
                at = clock.stamp() if is_whole and not doubt else ""
                self._keep(folder, run, at, doubt if is_whole else "")

    def _as_before(self, folder: Folder, seen: Mapping[str, SeenFile]) -> dict[str, SeenFile]:
        """The files as they are, but for what stands beside them: that counts when it was read."""
        before = {f.path: f for f in self._state(folder).files}
        return {
            key: file.model_copy(update={"beside": before[key].beside}) if key in before else file
            for key, file in seen.items()
        }

    def _begun(self, plan: SyncPlan) -> Folder:
        found = self.find(plan.folder)
        if found is None:
            found = Folder(
                folder_id=self._folders.next_number(),
                path=storable_text(plan.folder),
                begun=clock.today().isoformat(),
            )
            self._folders.put(found)
        return found

    def _moved(self, move: Move) -> Generator[Event, None, None]:
        """The documents of a file know where it lies now; nothing is read or encoded."""
        for doc_id in move.doc_ids:
            try:
                document = self._index.document(doc_id)
            except DocumentNotFound:  # reading it again made another document of it
                continue
            if document.source_path != move.old:
                continue
            place = {"source_path": move.new, "source_name": Path(move.new).name}
            self._index.update_metadata(document.model_copy(update=place))
            is_near = Path(move.old).parent == Path(move.new).parent
            says = f"moved from {Path(move.old).name if is_near else move.old}"
            yield Added(move.new, doc_id, title_of(document), "updated", says)

    def _gone_and_back(self, plan: SyncPlan, doubt: str) -> Generator[Event, None, None]:
        for missing in () if doubt else plan.missing:
            for doc_id, title in missing.titles.items():
                self._set_aside(doc_id)
                yield FileGone(missing.path, doc_id, title)
        for doc_id in plan.returned:
            self._returned([doc_id])
            yield FileGone("", doc_id, plan.titles.get(doc_id, ""), is_back=True)

    def _set_aside(self, doc_id: str, *, is_part: bool = False) -> None:
        """A document whose file is gone stays, is no longer quoted as current, and says why."""
        if doc_id in self.aside():
            return
        document = self._index.document(doc_id)
        meta, now = document.metadata, clock.stamp()
        origin = meta.came_from.get("status", "")
        self._aside.put(
            SetAside(doc_id=doc_id, since=now, is_part=is_part, status=meta.status, origin=origin)
        )
        marked = without_file(meta, now[:10], is_part=is_part)
        self._index.update_metadata(document.model_copy(update={"metadata": marked}))

    def _returned(self, doc_ids: Collection[str]) -> None:
        aside = self.aside()
        for doc_id in doc_ids:
            if doc_id in aside:
                document = self._index.document(doc_id)
                if document.metadata.came_from.get("status") == SET_ASIDE:
                    meta = with_file(document.metadata, aside[doc_id])
                    self._index.update_metadata(document.model_copy(update={"metadata": meta}))
                self._aside.delete(doc_id)

    def _read(
        self,
        folder: Folder,
        paths: Sequence[str],
        files: tuple[dict[str, SeenFile], Mapping[str, SeenFile]],
        consent: Mapping[str, str],
        options: Mapping[str, bool],
    ) -> Generator[Event, None, None]:
        """Add what is new or changed; what became of each file is remembered in the first of ``files``."""
        if not paths:
            return
        run, seen = files
        held = self._index.documents()
        gone: list[Document] = []
        by_id = {d.doc_id: d for d in held}

        def set_aside(doc_id: str) -> None:
            self._set_aside(doc_id, is_part=True)
            gone.append(by_id[doc_id])

        never = {f.doc_id for f in self._forgotten.all()} - by_id.keys()
        events = self._assistant.adding(set_aside=set_aside, never=never).add(
            [Path(p) for p in paths],
            overrides={},
            consent=consent,
            root=Path(folder.path),
            **options,
        )
        for event in events:
            if isinstance(event, Added | Skipped) and (key := storable_text(event.path)) in seen:
                if isinstance(event, Added):
                    self._returned([event.doc_id])
                run[key] = seen[key].model_copy(update=_outcome(event))
            yield event
            while gone:
                document = gone.pop()
                yield FileGone(document.source_path, document.doc_id, title_of(document))


def _outcome(event: Added | Skipped) -> dict[str, str]:
    """What is remembered of a file that was read."""
    if isinstance(event, Added):
        return {"outcome": "copy" if event.outcome == "duplicate" else "", "says": event.note}
    outcome = "left out" if event.kind == LEFT_OUT else "not read"
    return {"outcome": outcome, "says": event.reason}
