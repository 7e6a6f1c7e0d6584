"""class Library(Engine): a library in a database as it is opened, its transactions, and the services that share it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from kmassist.errors import (
    IndexDamaged,
    IndexIncomplete,
    IndexingError,
    IndexMismatch,
    IndexNotFound,
)
from kmassist.index import Stats
from kmassist.index.database import row_check
from kmassist.index.engine import Engine, check_embedder
from kmassist.index.lexical import words_fingerprint
from kmassist.index.postgres import dense, partitions, schema, store, writing
from kmassist.index.postgres.address import COMMON, Address
from kmassist.index.postgres.connection import Server, run
from kmassist.index.postgres.partitions import Part

if TYPE_CHECKING:
    from kmassist.index.postgres.connection import Cursor

log = logging.getLogger(__name__)
T = TypeVar("T")


class Library(Engine):
    """What every call of the engine goes through."""

    def __init__(
        self,
        address: Address,
        *,
        embedder: str,
        dimension: int,
        create: bool = False,
        read_only: bool = False,
    ) -> None:
        super().__init__(read_only)
        self.address = address
        self._told: set[str] = set()
        self._own = ""
        self._hidden: tuple[Any, dict[str, tuple[str, ...]]] = (None, {})
        self._counted: tuple[Any, Stats] | None = None
        self._numbers: dict[str, dict[str, int]] = {}
        self._changed: Part | None = None
        self._server = Server(address)
        try:
            self.embedder, self.dimension = self._check_library(embedder, dimension, create=create)
            self._server.read(self._parts)
        except BaseException:
            self._server.close()
            raise

    def _check_library(self, embedder: str, dimension: int, *, create: bool) -> tuple[str, int]:
        held = self._server.read(_settings)
        if held is None and create and not self._is_read_only:
            held = self._server.write(lambda cursor: _made(cursor, embedder, dimension))
        if held is None:
            raise IndexNotFound(
                f"There is no library in {self.address.shown}.",
                "Make one with `kmassist add PATH`.",
            )
        if int(held["format"]) != schema.VERSION:
            age, then = (
                ("A newer", "Update kmassist.")
                if int(held["format"]) > schema.VERSION
                else (
                    "An earlier",
                    "Move it with that one: `kmassist migrate` to a folder, and back from there.",
                )
            )
            raise IndexMismatch(f"{age} kmassist made this library.", then)
        ours = held["embedder"], int(held["dimension"])
        check_embedder(ours, (embedder, dimension))
        return ours

    # transactions -----------------------------------------------------------------------------------------------------

    def _readable(self, cursor: Cursor) -> list[Part]:
        return partitions.readable(cursor, self.address.partition, is_alone=self.address.is_alone)

    def _parts(self, cursor: Cursor) -> list[Part]:
        """What may be read now, whole and made by the rules of this program."""
        parts = self._readable(cursor)
        for part in parts:
            if part.generation != words_fingerprint():
                raise IndexMismatch(
                    f"The words of '{part.name}' were indexed by another version of kmassist.",
                    "Use the version that the region uses, or have its administrators run `kmassist services reindex`.",
                )
        state = [(part.name, part.seq) for part in parts]
        if self._hidden[0] != state:
            self._hidden = state, partitions.hidden(cursor, parts)
        hidden = self._hidden[1]
        return (
            [replace(part, hidden=hidden.get(part.name, ())) for part in parts] if hidden else parts
        )

    def _read(self, act: Callable[[Cursor, list[Part]], T]) -> T:
        return self._server.read(lambda cursor: act(cursor, self._parts(cursor)))

    def _read_own(self, act: Callable[[Cursor, Part], T]) -> T:
        return self._read(
            lambda cursor, parts: act(cursor, partitions.own(parts, self.address.partition))
        )

    def _write(self, act: Callable[[Cursor, Part, list[Part]], Part | None]) -> None:
        """One change of the own partition; ``act`` gives the partition as it is then when its state changed."""
        self._refuse_read_only()

        def change(cursor: Cursor) -> Part | None:
            parts, own = self._held(cursor)
            done = act(cursor, own, parts)
            if done is not None:
                partitions.put_state(cursor, done)
            return done

        done = self._server.write(change)
        self._changed = done or self._changed
        self._make_graph_if_due(done)

    def _remembered(self, part: Part) -> dict[str, int]:
        """The terms' numbers in a partition, as far as this program has met them."""
        return self._numbers.setdefault(part.name, {})

    def _make_graph_if_due(self, part: Part | None, *, at_close: bool = False) -> None:
        """Make the graph of a partition's vectors, when it is large and has none."""
        if part is None or not dense.is_due(part, at_close=at_close):
            return

        def change(cursor: Cursor) -> None:
            _, own = self._held(cursor)
            if dense.is_due(own, at_close=at_close):  # somebody else may have been here
                dense.make_graph(cursor, own)

        try:
            self._server.write(change)
        # What was added is durable and found; only slower, until the next writer asks again.
        except IndexingError as error:
            self._notice(f"The graph of the vectors could not be made: {error.message}")

    def _held(self, cursor: Cursor) -> tuple[list[Part], Part]:
        """What may be read, and the own partition, whose lock is held: read after it was taken, for another writer may have been here."""
        name = self._own
        while True:
            if name:
                lock = f"kmassist {name}"
                run(cursor, "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (lock,))
            parts = self._parts(cursor)
            own = partitions.own(parts, self.address.partition)
            if own.name == name:
                self._own = name
                return parts, own
            name = (
                own.name
            )  # the first change, or the role's rights are others than at the last one

    def reindex(self) -> None:
        """Make the words of the own partition again from its documents, by the rules of this program; one transaction."""

        def change(cursor: Cursor) -> None:
            parts = self._readable(cursor)
            part = partitions.own(parts, self.address.partition)
            run(
                cursor,
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                (f"kmassist {part.name}",),
            )
            part = replace(part, length=0, mean=0.0, generation=words_fingerprint(), hidden=())
            numbers: dict[str, int] = {}
            for table in ("words", "term"):
                run(cursor, f"DELETE FROM {part.schema}.{table}")
            for found, _ in list(store.documents(cursor, [part], None)):
                passages = store.passages_of(cursor, [part], found.doc_id)
                counted = writing.counted_terms(found, passages)
                part = writing.put_words(
                    cursor, part, found, passages, counted=counted, numbers=numbers
                )
            partitions.put_state(cursor, replace(part, seq=part.seq + 1))

        self._server.write(change)

    def add_service(self, name: str, role: str) -> None:
        """Make a service's partition; the role of the database reads and writes it and reads the common one."""

        def make(cursor: Cursor) -> bool:
            partitions.make_partition(cursor, name, role, words_fingerprint())
            return partitions.hide_sizes(cursor)

        if not self._server.write(make):
            self._notice(
                "Every role of this database can still see how many rows each service has: only a superuser can hide that."
            )

    def services(self) -> list[Part]:
        """The partitions that may be read, the one that changes go to first."""
        return self._server.read(self._readable)

    def close(self) -> None:
        """See `Index.close`; a writer makes the graph of a large part's vectors first."""
        self._make_graph_if_due(self._changed, at_close=True)
        self._changed = None
        self._server.close()


def _settings(cursor: Cursor) -> dict[str, str] | None:
    """What the database says of its library; None when there is none."""
    ((found,),) = run(
        cursor, "SELECT to_regclass(%s) IS NOT NULL", (f"{schema.MAIN}.library",)
    ).fetchall()
    if not found:
        return None
    held = {}
    for key, value, check in run(
        cursor, f"SELECT key, value, row_check FROM {schema.MAIN}.library"
    ).fetchall():
        if row_check(key, value) != bytes(check):
            raise IndexDamaged(
                f"The setting '{key}' of the library has changed.", "Restore a backup."
            )
        held[key] = value
    if not held.keys() >= {"format", "embedder", "dimension"}:
        raise IndexIncomplete("The library's own settings are missing.", "Restore a backup.")
    return held


def _made(cursor: Cursor, embedder: str, dimension: int) -> dict[str, str]:
    """Make a library where there is none."""
    run(cursor, "SELECT pg_advisory_xact_lock(hashtextextended('kmassist', 0))")
    if held := _settings(cursor):
        return held
    partitions.make_library(cursor, dimension)
    held = {"format": str(schema.VERSION), "embedder": embedder, "dimension": str(dimension)}
    for key, value in held.items():
        sql = f"INSERT INTO {schema.MAIN}.library (key, value, row_check) VALUES (%s, %s, %s)"
        run(cursor, sql, (key, value, row_check(key, value)))
    partitions.make_partition(cursor, COMMON, "", words_fingerprint())
    return held
