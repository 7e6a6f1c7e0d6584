"""What deleted rows leave in a SQLite file besides their own place, and overwriting it.

``secure_delete`` zeroes a row where it lies and a page that is freed. A row that had been moved, when its neighbours grew or went,
leaves a copy in the unused middle of the page it came from: between a page's list of cells and the cells. Nothing reads those
bytes, so that zeroing them in place changes nothing for anybody who reads meanwhile, and nothing if it is cut off.
The file format is https://www.sqlite.org/fileformat2.html, section 1.6.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import numpy as np
from numpy.typing import NDArray

_IS_TREE, _IS_INNER = np.zeros(256, np.bool_), np.zeros(256, np.bool_)
_IS_TREE[[2, 5, 10, 13]] = True
_IS_INNER[[2, 5]] = True
_AT_ONCE = 2 << 20
MOST_PAGES = 1 << 25
"""Of so many pages a page of another kind may begin as one of a tree does."""

Bytes = NDArray[np.uint8]


def scrub_file(connection: apsw.Connection, path: Path) -> bool:
    """Scrub the file of an open connection whose WAL is empty; see `scrub`. Only while holding the writer's lock."""
    connection.execute(
        "BEGIN IMMEDIATE"
    ).fetchall()  # whoever writes without our lock must wait too
    # By SQLite's own file: closing one opened otherwise would drop the locks that this process holds.
    flags = [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READWRITE, 0]
    file = apsw.VFSFile("", os.fspath(path.absolute()), flags)
    try:
        # Pages held in memory would be written back as they were.
        connection.execute("PRAGMA shrink_memory").fetchall()
        page_size = int(connection.pragma("page_size"))
        is_done = scrub(file.xFileSize(), page_size, file.xRead, file.xWrite)
        file.xSync(apsw.SQLITE_SYNC_FULL)
        return is_done
    finally:
        file.xClose()
        connection.execute("ROLLBACK").fetchall()


def scrub(
    size: int,
    page_size: int,
    read: Callable[[int, int], bytes],
    write: Callable[[bytes, int], object],
) -> bool:
    """Zero the unused middle of every tree page; False when the file is not one that this can be told of.

    Args:
        size: bytes of the file.
        page_size: bytes of a page.
        read: (amount, offset) -> bytes.
        write: (bytes, offset).
    """
    pages = size // page_size
    if pages >= MOST_PAGES:
        return False
    found = list(_used_middles(pages, page_size, read))
    if any(start > end for start, end in found):
        return False
    for start, end in found:
        write(bytes(end - start), start)
    return True


def _used_middles(
    pages: int, page_size: int, read: Callable[[int, int], bytes]
) -> Iterator[tuple[int, int]]:
    """(start, end) in the file of each unused middle that is not all zero."""
    step = max(1, _AT_ONCE // page_size)
    for first in range(0, pages, step):
        count = min(step, pages - first)
        data = read(count * page_size, first * page_size)
        block = np.frombuffer(data, np.uint8).reshape(count, page_size)
        header = np.zeros(count, np.int64)
        if first == 0:
            header[0] = 100  # the file's own header comes before
        kinds = block[np.arange(count), header]
        chosen = np.flatnonzero(_IS_TREE[kinds])
        starts, ends = _middles(block, chosen, header[chosen], kinds[chosen])
        begins = chosen * page_size
        starts, ends = begins + starts, begins + ends
        wrong = starts > ends
        wrong[~wrong] = _are_written(np.frombuffer(data, np.uint8), starts[~wrong], ends[~wrong])
        for a, b in zip(starts[wrong].tolist(), ends[wrong].tolist(), strict=True):
            yield first * page_size + a, first * page_size + b


def _are_written(
    data: Bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether any byte between is not zero, for each; they follow each other, and something lies between two."""
    if not len(starts):
        return np.zeros(0, np.bool_)
    words = data.view(np.uint64)
    first, last = (starts + 7) // 8, ends // 8  # the whole words inside
    found = np.zeros(len(starts), np.bool_)
    inner = first < last
    if inner.any():
        bounds = np.column_stack([first[inner], last[inner]]).ravel()
        found[inner] = np.bitwise_or.reduceat(words, bounds[bounds < len(words)])[::2] != 0
    for place in range(7):  # and the bytes before and after those
        for begin, end in (
            (starts, np.minimum(8 * first, ends)),
            (np.maximum(8 * last, starts), ends),
        ):
            at = begin + place
            is_inside = at < end
            found[is_inside] |= data[at[is_inside]] != 0
    return found


def _middles(
    block: Bytes, chosen: NDArray[np.intp], header: NDArray[np.int64], kinds: Bytes
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the list of cells ends and where the first cell begins, in each chosen page."""

    def number(place: int) -> NDArray[np.int64]:
        high = block[chosen, header + place].astype(np.int64)
        return high << 8 | block[chosen, header + place + 1]

    cells, first_cell = number(3), number(5)
    first_cell[first_cell == 0] = 65536
    start = header + np.where(_IS_INNER[kinds], 12, 8) + 2 * cells
    return start, np.where(first_cell > block.shape[1], -1, first_cell)
