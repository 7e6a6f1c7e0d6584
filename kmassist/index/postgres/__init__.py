"""The engine for a region: a library in a PostgreSQL database with pgvector, shared by many services and many readers.

Opened as ``postgresql://user@host/database``. ``?partition=NAME`` says for which service; see `address`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmassist.errors import MissingExtra

if TYPE_CHECKING:
    from kmassist.index.postgres.engine import PostgresIndex


def open_postgres(
    rest: str, *, embedder: str, dimension: int, create: bool = False, read_only: bool = False
) -> PostgresIndex:
    """Open the library of a database; see `kmassist.index.open_index`.

    Args:
        rest: the URL after its scheme.
        embedder: as there; an empty one opens any library.
        dimension: as there.
        create: make the tables when they are not there; needs a role that may.
        read_only: write nothing.

    Raises:
        MissingExtra: the client library is not installed.
        BackendUnavailable: the server cannot be reached, or refuses.
        IndexIncomplete: a partition or an index of the database is missing.
    """
    try:
        from kmassist.index.postgres.engine import PostgresIndex
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("psycopg", "psycopg_pool", "pgvector", ""):
            raise
        raise MissingExtra(
            "A library in PostgreSQL needs a client that is not installed.",
            "Install it: pip install 'kmassist[postgres]'",
        ) from error
    from kmassist.index.postgres.address import Address

    return PostgresIndex(
        Address.of(rest), embedder=embedder, dimension=dimension, create=create, read_only=read_only
    )
