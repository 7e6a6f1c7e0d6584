"""What comes before a library's database is opened: a repair is finished, an older library brought up to date, a loss noticed."""

from __future__ import annotations

import os
from pathlib import Path

from kmassist.errors import IndexDamaged
from kmassist.index import schema
from kmassist.index.database import DATABASE, REPAIRED, Database, made_by_version, put_repaired
from kmassist.index.lock import WriterLock
from kmassist.index.originals import Originals


def finish_repair(folder: Path, lock: WriterLock) -> None:
    """Put in place what a repair that was cut off had made whole."""
    if (folder / REPAIRED).exists():
        with lock:
            put_repaired(folder / DATABASE)


def bring_up_to_date(folder: Path, lock: WriterLock) -> None:
    """Migrate the library of an earlier kmassist also when it is opened for reading only, if it can be written."""
    if made_by_version(folder / DATABASE) < schema.VERSION and os.access(folder, os.W_OK):
        try:
            Database(folder / DATABASE, create=False, read_only=False, writer=lock).close()
        finally:
            lock.close()


def refuse_a_fresh_start(folder: Path) -> None:
    """A folder that held documents and lost its database is damaged: an empty one in its place would hide the loss.

    Raises:
        IndexDamaged: stored originals are there, or a writer is known to have made a change durable.
    """
    if has_data(folder / DATABASE):
        return
    held = Originals(folder / "blobs").names() or WriterLock.recorded_seq(folder / "writer.lock")
    if held and not has_data(folder / DATABASE):
        raise IndexDamaged(
            f"{DATABASE} is missing from a library that held documents.",
            "Run `kmassist doctor --repair`, or restore a backup.",
        )


def has_data(path: Path) -> bool:
    """Whether a database was begun there."""
    return path.is_file() and path.stat().st_size > 0
