"""Lists of whole numbers and sparse vectors in the server's binary form, made in one piece: psycopg and pgvector go number by number."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

INT4, INT4_LIST = 23, 1007
"""The types' fixed numbers in every PostgreSQL (pg_type.dat)."""


class Numbers(list[int]):
    """A value of a statement that is int4[]."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse vector: places, ascending and counted from 0, and what stands there; both of shape (n,)."""

    places: NDArray[np.int32]
    values: NDArray[np.float64]
    dimensions: int


class NumbersDumper(Dumper):
    """A sequence of integers of 32 bits -> int4[]."""

    format = Format.BINARY
    oid = INT4_LIST

    def dump(self, obj: Sequence[int]) -> bytes:
        """The header of an array of one dimension, then each number after its length in bytes."""
        if not len(obj):
            return struct.pack("!iiI", 0, 0, INT4)
        rows = np.empty((len(obj), 2), ">i4")
        rows[:, 0] = 4
        rows[:, 1] = obj
        return struct.pack("!iiIii", 1, 0, INT4, len(obj), 1) + rows.tobytes()


class SparseDumper(Dumper):
    """`Sparse` -> pgvector's sparsevec, in single precision."""

    format = Format.BINARY

    @classmethod
    def of(cls, number: int) -> type[SparseDumper]:
        """The dumper for the type's number in one database, where an extension gave it."""
        return type(cls.__name__, (cls,), {"oid": number})

    def dump(self, obj: Sparse) -> bytes:
        """Dimensions, how many places, a zero; the places; the values."""
        head = struct.pack("!iii", obj.dimensions, len(obj.places), 0)
        return head + obj.places.astype(">i4").tobytes() + obj.values.astype(">f4").tobytes()
