"""class Folder: a library in a folder as it is opened, recovered, merged and closed; see `kmassist.index.local`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from kmassist.errors import IndexingError, IndexLocked, IndexNotFound
from kmassist.index import aside, files, segments, trail
from kmassist.index.database import DATABASE, Database
from kmassist.index.engine import Engine, check_embedder
from kmassist.index.generations import Generations
from kmassist.index.lexical import K1, B, terms_fingerprint
from kmassist.index.lock import WriterLock
from kmassist.index.opening import bring_up_to_date, finish_repair, has_data, refuse_a_fresh_start
from kmassist.index.originals import Originals
from kmassist.index.segments import Contents
from kmassist.index.store import Store
from kmassist.index.view import PENDING_LIMIT, View

log = logging.getLogger(__name__)

_KEPT = 2
"""Generations that are kept: the newest, and one that a reader may still be using."""


class Folder(Engine):
    """What every call of the embedded engine goes through; without a folder everything is in memory."""

    def __init__(
        self,
        folder: Path | None,
        *,
        embedder: str,
        dimension: int,
        create: bool = False,
        read_only: bool = False,
        lock_timeout_seconds: float = 5.0,
        k1: float = K1,
        b: float = B,
    ) -> None:
        super().__init__(read_only)
        self.folder = folder
        self._pending = 0
        self._due_from = 0
        self._originals = Originals(folder / "blobs" if folder else None)
        self._is_closed = False
        self._lock: WriterLock | None = None
        self._recorded_seq = 0
        if folder:
            self._prepare_folder(folder, create, lock_timeout_seconds)
        is_new = create and folder is not None and not has_data(folder / DATABASE)
        with self._lock if is_new and self._lock else nullcontext():
            if folder:
                refuse_a_fresh_start(folder)
            self._database = Database(
                folder / DATABASE if folder else None,
                create=create,
                read_only=read_only,
                writer=self._lock,
            )
        self._store = Store(self._database, dimension, self._notice)
        try:
            self._check_embedder(embedder, dimension)
            self._generations = (
                Generations(
                    folder / "idx",
                    self._store.dimension,
                    {"embedder": self.embedder, "terms": terms_fingerprint()},
                )
                if folder
                else None
            )
            self._view = View(self._store, self._generations, self._quarantine, k1=k1, b=b)
            self._recover()
        except BaseException:
            self._close_files()
            raise

    def _prepare_folder(self, folder: Path, create: bool, lock_timeout_seconds: float) -> None:
        """Take the writer's lock, if this is one, and bring what lies there up to date."""
        if create and not self._is_read_only:
            files.make_folder(folder)
        elif not folder.is_dir():
            raise IndexNotFound(
                f"There is no library in {folder}.", "Make one with `kmassist add PATH`."
            )
        lock = WriterLock(folder / "writer.lock", lock_timeout_seconds)
        # Before the database: a writer may be at work.
        self._recorded_seq = WriterLock.recorded_seq(folder / "writer.lock")
        finish_repair(folder, lock)
        if not self._is_read_only:
            self._lock = lock
        elif has_data(folder / DATABASE):
            bring_up_to_date(folder, lock)

    def _check_embedder(self, embedder: str, dimension: int) -> None:
        held, length = self._store.meta("embedder") or "", int(self._store.meta("dimension") or 0)
        if held:
            check_embedder((held, length), (embedder, dimension))
        if not held and embedder and not self._is_read_only:
            with self._lock or nullcontext(), self._database.transaction():
                self._store.set_meta("embedder", embedder)
                self._store.set_meta("dimension", str(dimension))
        self.embedder = held or embedder
        self._store.dimension = length or dimension

    def _recover(self) -> None:
        """Finish what a writer that died left unfinished, and learn whether an acknowledged change is gone."""
        if self._lock:
            # Whoever is writing now has done this already.
            with suppress(IndexLocked), self._lock.at_once():
                self._mark_loss(self._lock)
                self._sweep()
                if self._store.meta("purge"):
                    self.compact()
            self._pending = self._unmerged()
        if self.folder and (lost := aside.lost(self.folder) or self._lost_now()):
            self._notice(aside.loss_message(*lost))

    def _lost_now(self) -> tuple[int, int] | None:
        """What a reader finds gone that no writer has marked yet."""
        return (
            (self._store.seq + 1, self._recorded_seq)
            if self._recorded_seq > self._store.seq and not self._lock
            else None
        )

    def _mark_loss(self, lock: WriterLock) -> None:
        """Keep the evidence that changes are gone, before this writer's own changes take their numbers."""
        if not self.folder or lock.last_seq <= self._store.seq:
            return
        first, last = self._store.seq + 1, lock.last_seq
        aside.mark_lost(self.folder, first, last)
        for name in self._all_generations():
            self._quarantine(name)
        with self._database.transaction():
            self._audit("loss found", "", first=first, last=last)
        lock.last_seq = self._store.seq

    def _unmerged(self) -> int:
        """Passages that no generation holds."""
        newest = self._generations.newest_seq() if self._generations else 0
        return self._store.count_passages(after=newest) if newest < self._store.seq else 0

    def _sweep(self) -> None:
        """Remove what the writer before left half done, if it died or failed. Originals that no document refers to are
        moved aside, unless they are known to be unwanted; after a loss they stay where they are for a repair to read."""
        if not (self._lock and self._lock.was_interrupted and self.folder and self._generations):
            return
        self._lock.was_interrupted = False
        self._generations.sweep()
        self._originals.sweep()
        for entry in self.folder.glob(f"{files.TEMPORARY}*"):
            if files.is_leftover(entry):
                files.remove_tree(entry) if entry.is_dir() else files.remove(entry)
        unwanted = {self._lock.unfinished, *(self._store.meta("unwanted") or "").split()}
        for path in self._originals.loose(self._store.blobs()):
            if path.name in unwanted:
                files.remove(path)
            elif not aside.lost(self.folder):
                log.info(
                    "the original %s, which no document refers to, was moved to the quarantine",
                    path.name[:12],
                )
                aside.put_original(path, self.folder)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._refuse_read_only()
        with self._database.guard, self._lock or nullcontext():
            self._sweep()
            if self._view.is_open:
                self._view.current()  # another writer may have been here; its changes come before ours
            yield

    def compact(self) -> None:
        """Merge what changed into a new generation; after a `delete`, leave no byte of what was removed."""
        with self._writing():
            must_purge = bool(self._store.meta("purge"))
            contents = self._view.use(lambda snapshot: self._published(snapshot.merged()))
            if self._generations:
                self._generations.prune(1 if must_purge else _KEPT)
            self._view.start_from(contents)
            self._pending, self._due_from = 0, 0
            if must_purge:
                self._purge()

    def _published(self, contents: Contents) -> Contents:
        if not self._generations:
            return contents
        name = self._generations.publish(contents)
        return self._generations.load(name, contents.segments) or contents

    def _purge(self) -> None:
        if self.folder:
            aside.empty(self.folder)
            self._remove_copies()
        if self._database.erase():
            with self._database.transaction():
                self._database.execute("DELETE FROM meta WHERE key = 'purge'")
            self._database.checkpoint()

    def _remove_copies(self) -> None:
        """The copies kept of earlier formats, which hold what is being removed."""
        for copy in self.folder.glob(f"{DATABASE}.v*.bak") if self.folder else ():
            if copy.is_symlink() or not copy.is_dir():  # a folder of that name is somebody's own
                files.remove(copy)

    def _merge_if_due(self, added: int) -> None:
        self._pending += added
        if self._pending > PENDING_LIMIT and not self._due_from:  # counting them all takes its time
            self._due_from = min(segments.LARGEST // 2, self._store.count_passages() // 5)
        if self._pending > max(PENDING_LIMIT, self._due_from):
            self._pending, self._due_from = 0, 0
            self._try_to_merge()

    def _try_to_merge(self) -> None:
        try:
            self.compact()
        # What was changed is durable and searchable; merging waits for the next time.
        except IndexingError as error:
            self._notice(
                f"Changes could not be merged into a new index generation: {error.message}"
            )
            if self._lock:
                self._lock.is_marked = True

    def _acknowledge(self, seq: int) -> None:
        if self._lock:
            self._lock.note(seq)

    def _audit(self, action: str, doc_id: str, **details: Any) -> None:
        trail.append(self._database, action, actor=self.actor, doc_id=doc_id, details=details)

    def _all_generations(self) -> list[str]:
        return self._generations.names() if self._generations else []

    def _quarantine(self, name: str) -> None:
        self._notice(
            f"The index generation {name} is damaged; answers come from {DATABASE} until it is made again."
        )
        if self._is_read_only or not self._generations:
            return
        with suppress(IndexLocked), self._database.guard, self._lock or nullcontext():
            if (self._generations.folder / name).is_dir():
                self._generations.quarantine(name)
                with self._database.transaction():
                    self._audit("quarantine", "", generation=name)

    def close(self) -> None:
        """See `Index.close`; a writer merges what is pending first, unless another process is writing."""
        if self._is_closed:
            return
        try:
            if self._lock:
                with suppress(IndexLocked), self._writing():
                    self._merge_at_close()
                    # All is durable in the WAL; moving it needs room that may be wanting.
                    with suppress(IndexingError):
                        self._database.checkpoint()
        finally:
            self._close_files()

    def _merge_at_close(self) -> None:
        if self._store.meta("purge"):
            self.compact()
        elif self._unmerged() > max(
            64, min(PENDING_LIMIT // 2, self._store.count_passages() // 50)
        ):
            self._try_to_merge()

    def _close_files(self) -> None:
        self._is_closed = True
        if hasattr(self, "_view"):
            self._view.close()
        self._database.close()
        if self._lock:
            self._lock.close()
