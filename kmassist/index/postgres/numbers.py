"""Lists of whole numbers as the server reads them in a binary COPY, made in one piece: psycopg writes them number by number."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from psycopg.adapt import Dumper
from psycopg.pq import Format

INT4, INT4_LIST = 23, 1007
"""The types' fixed numbers in every PostgreSQL (pg_type.dat)."""


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
