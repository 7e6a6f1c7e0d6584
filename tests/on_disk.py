"""What a folder says to whoever looks into its files, packed originals unpacked: a test that words are gone must see them when not."""

from __future__ import annotations

from pathlib import Path

from kmassist.index.originals import unpacked


def every_file(folder: Path) -> list[tuple[Path, bytes]]:
    """Each file below a folder and its bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path, _said(path)) for path in files]


def every_byte_in(folder: Path) -> bytes:
    """The bytes of all of them, one after another."""
    return b"".join(data for _, data in every_file(folder))


def _said(path: Path) -> bytes:
    data = path.read_bytes()
    whole = unpacked(data, path.name)
    return data if whole is None else whole
