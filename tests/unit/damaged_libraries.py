"""Libraries to be damaged, and what damages them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract.corpora import make_entry
from tests.unit.local_library import opened

COUNT = 8


def stocked(tmp_path: Path) -> Path:
    """A library of `COUNT` made-up documents and one gap record."""
    path = tmp_path / "library"
    with opened(path, create=True) as index:
        for n in range(COUNT):
            index.add(make_entry(n))
        index.compact()
        index.put_record("gap", "g1", {"code": "NO_PPI"})
    return path


def reread(data: bytes, name: str, doc_id: str) -> Any:
    """What the readers do, for the made-up documents: the text names its number."""
    number = int(data.decode().rsplit(" ", 1)[1].rstrip("."))
    return [make_entry(number)]


def flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 0x10
    file.write_bytes(data)
