"""A library that many services share: moving to it and back, and who reads what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from kmassist.embedding import open_embedder
from kmassist.errors import ConfigError
from kmassist.events import Progress
from kmassist.index import open_index
from kmassist.index.moving import Moved, move
from kmassist.index.postgres.address import own_part
from kmassist.settings.file import kept_role
from kmassist.settings.model import DatabaseUrl, Settings


@dataclass(frozen=True, slots=True)
class Service:
    """One part of a shared library, as far as the caller may see it."""

    name: str
    documents: int
    passages: int
    may_write: bool


def move_library(settings: Settings, target: str, progress: Callable[[Progress], None]) -> Moved:
    """Copy the library of these settings to another place, and compare both.

    Args:
        settings: whose library is moved; it stays as it is.
        target: a folder or the address of a database.
        progress: told of every document.

    Raises:
        ConfigError: both are the same place.
        IndexingError: the target holds something else.
    """
    place = own_part(str(settings.library))
    if own_part(target) == place:
        raise ConfigError("A library cannot be moved to where it is.", "Name another place.")
    embedder = open_embedder(settings.embedding.model)
    opened = partial(open_index, embedder=embedder.fingerprint, dimension=embedder.dimension)
    source = opened(place, read_only=True)
    try:
        other = opened(own_part(target), create=True)
        other.actor = settings.site.role or kept_role()
        try:
            for event in move(source, other):
                if isinstance(event, Moved):
                    return event
                progress(Progress("adding", event.done, event.of, event.name))
        finally:
            other.close()
    finally:
        source.close()
    raise AssertionError("a move ends with what was moved")


class _Shared(Protocol):
    """What an engine can do whose library several services share."""

    def services(self) -> Sequence[_Part]: ...
    def add_service(self, name: str, role: str) -> None: ...
    def reindex(self) -> None: ...
    def close(self) -> None: ...


class _Part(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def documents(self) -> int: ...
    @property
    def passages(self) -> int: ...
    @property
    def may_write(self) -> bool: ...


@contextmanager
def _shared(settings: Settings) -> Iterator[_Shared]:
    if not isinstance(settings.library, DatabaseUrl):
        raise ConfigError(
            "Only a library in a database is shared by several services.",
            "Name it: --library postgresql://USER@HOST/DATABASE",
        )
    index = cast(_Shared, open_index(str(settings.library), embedder="", dimension=0))
    try:
        yield index
    finally:
        index.close()


def services(settings: Settings) -> list[Service]:
    """The parts of a shared library that the caller may read, the one that changes go to first."""
    with _shared(settings) as index:
        parts = index.services()
    return [Service(part.name, part.documents, part.passages, part.may_write) for part in parts]


def add_service(settings: Settings, name: str, role: str) -> None:
    """Make a service's part; a role of the database that exists may then read and write it, and read the common part."""
    with _shared(settings) as index:
        index.add_service(name, role)


def reindex(settings: Settings) -> None:
    """Make the words of the own part again, after a version that splits words otherwise."""
    with _shared(settings) as index:
        index.reindex()
