"""Which files of the given paths are sources: recursive, sorted, following no symbolic link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from kmassist.documents import clean_text
from kmassist.errors import SourceError, SourceNotFound, UnreadableSource, UnsupportedFormat
from kmassist.readers.frontmatter import is_sidecar

MAX_DEPTH = 64
_SETTINGS = frozenset({".yaml", ".yml", ".toml"})
_NOT_SOURCES = ("readme", "license", "licence", "changelog", "notice", "thumbs.db", "desktop.ini", "~$")


def find_sources(paths: Iterable[Path]) -> Iterator[Path]:
    """Every file below the paths that some reader takes, each once, in sorted order.

    Raises:
        SourceNotFound: one of the paths does not exist (before anything is yielded for it).
    """
    for path, problem in look_through(paths):
        if problem is None:
            yield path


def look_through(paths: Iterable[Path]) -> Iterator[tuple[Path, SourceError | None]]:
    """Every file below the paths with the reason it is no source, or None when it is one.

    Left out without a word inside folders: hidden files, sidecars and other YAML, README and licence files, office lock files. A file
    that is named itself is taken whatever its name. Symbolic links inside a folder are refused, so nothing outside the
    folder is read by accident; a link that is named itself is followed.

    Raises:
        SourceNotFound: one of the paths does not exist.
    """
    from kmassist.readers import supported_suffixes

    suffixes = frozenset(supported_suffixes())
    seen: set[str] = set()
    for given in paths:
        path = Path(given)
        if not path.exists():
            raise SourceNotFound(f"There is no file or folder {clean_text(str(given))}.", "Check the path.")
        for found, problem in _walk(path, suffixes, 0) if path.is_dir() else [(path, _problem(path, suffixes))]:
            key = os.path.realpath(found)
            if key not in seen:
                seen.add(key)
                yield found, problem


def _walk(folder: Path, suffixes: frozenset[str], depth: int) -> Iterator[tuple[Path, SourceError | None]]:
    if depth > MAX_DEPTH:
        yield folder, UnreadableSource(f"Folders below {_name(folder)} are nested too deeply.", kind="limit")
        return
    try:
        with os.scandir(folder) as entries:
            names = sorted(entries, key=lambda entry: entry.name)
    except OSError as problem:
        yield folder, UnreadableSource(f"The folder {_name(folder)} cannot be read: {problem.strerror}.")
        return
    for entry in names:
        path = Path(entry.path)
        if (
            entry.name.startswith(".")
            or entry.name.casefold().startswith(_NOT_SOURCES)
            or is_sidecar(path)
            or path.suffix.lower() in _SETTINGS
        ):
            continue
        if entry.is_symlink():
            yield path, UnreadableSource(f"{_name(path)} is a link and was not followed.", "Add the file it points to.")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, suffixes, depth + 1)
        else:
            yield path, _problem(path, suffixes)


def _problem(path: Path, suffixes: frozenset[str]) -> SourceError | None:
    try:
        mode = path.stat().st_mode
    except OSError as problem:
        return UnreadableSource(f"{_name(path)} cannot be read: {problem.strerror}.")
    if not stat.S_ISREG(mode):
        return UnreadableSource(f"{_name(path)} is not an ordinary file.", "Only ordinary files are read.")
    if path.suffix.lower() not in suffixes:
        return UnsupportedFormat(f"{_name(path)} is of a kind that kmassist does not read.")
    return None


def _name(path: Path) -> str:
    return clean_text(path.name)
