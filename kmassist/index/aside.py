"""What is kept apart: the folder ``quarantine`` with what was damaged, and the mark that acknowledged changes are gone.

    library/  quarantine/  km.db-<random> gen-...-<random> (damaged)   originals/<sha256> (no document refers to them)
              km.db.lost   "first last": changes that were acknowledged and that the database no longer holds

A database that was rolled back looks sound. Once its loss was noticed the mark says so until a repair has run, whatever is
written meanwhile. An original that no document refers to may be all that is left of what is gone: it is moved, never
removed, unless it is that of a document which is being forgotten. Whatever else a person keeps in a folder of that name
is theirs.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from pathlib import Path

from kmassist.errors import IndexingError
from kmassist.index import files
from kmassist.index.database import DATABASE
from kmassist.index.originals import unpacked

FOLDER, ORIGINALS = "quarantine", "originals"
LOST = f"{DATABASE}.lost"
_OURS = re.compile(r"(?:gen-\d{12}-[0-9a-f]{16}|km\.db[a-z0-9.-]*)-[0-9a-f]{8}")
_LONGEST = 100


def put(entry: Path, library: Path) -> None:
    """Move a damaged file or folder of the library aside, where nothing reads it."""
    folder = library / FOLDER
    files.make_folder(folder)
    files.rename(entry, folder / f"{entry.name}-{secrets.token_hex(4)}")


def put_original(entry: Path, library: Path) -> None:
    """Move an original that no document refers to aside, under its own name; it lies there as it was read, to be added again."""
    folder = library / FOLDER / ORIGINALS
    files.make_folder(folder)
    data = files.read_bytes(entry)
    whole = unpacked(data, entry.name)
    if whole is None or whole is data:
        files.rename(entry, folder / entry.name)
    else:
        files.write_atomic(folder / entry.name, whole)
        files.remove(entry)


def damaged(library: Path) -> list[Path]:
    """What was damaged and moved aside, sorted."""
    return sorted(entry for entry in _entries(library / FOLDER) if _OURS.fullmatch(entry.name))


def originals(library: Path) -> list[Path]:
    """Originals that no document refers to, sorted."""
    return sorted(_entries(library / FOLDER / ORIGINALS))


def empty(library: Path) -> bool:
    """Remove what was damaged and moved aside, not the originals; whether there was anything."""
    found = damaged(library)
    for entry in found:
        files.remove_tree(entry) if entry.is_dir() else files.remove(entry)
    _tidy(library)
    return bool(found)


def forget_original(library: Path, sha256: str) -> None:
    """Remove an original that was moved aside, because its document is forgotten."""
    files.remove(library / FOLDER / ORIGINALS / sha256)
    _tidy(library)


def mark_lost(library: Path, first: int, last: int) -> None:
    """Remember durably that these changes are gone; those marked before stay marked."""
    before = lost(library)
    if before:
        first, last = min(first, before[0]), max(last, before[1])
    files.write_atomic(library / LOST, f"{first} {last}\n".encode())


def lost(library: Path) -> tuple[int, int] | None:
    """First and last change that is marked as gone; a mark that cannot be read still says that something is."""
    try:
        words = files.read_bytes(library / LOST, limit=_LONGEST).split()
    except FileNotFoundError:
        return None
    is_whole = len(words) == 2 and all(word.isdigit() for word in words)
    return (int(words[0]), int(words[1])) if is_whole else (0, 0)


def clear_lost(library: Path) -> None:
    """A repair has run: what could be had again is there."""
    files.remove(library / LOST)


def loss_message(first: int, last: int) -> str:
    """One sentence on changes that are gone."""
    if first == last:
        what = (
            f"Change {first} of {DATABASE} is gone" if last else f"Changes of {DATABASE} are gone"
        )
    else:
        what = f"Changes {first} to {last} of {DATABASE} are gone"
    return f"{what}: it was damaged, or replaced by an older copy. Run `kmassist doctor --repair`."


def _entries(folder: Path) -> list[Path]:
    if folder.is_symlink() or not folder.is_dir():
        return []
    return list(folder.iterdir())


def _tidy(library: Path) -> None:
    for folder in (library / FOLDER / ORIGINALS, library / FOLDER):
        with suppress(OSError, IndexingError):
            if not folder.is_symlink():
                folder.rmdir()  # only when nothing is left in it
