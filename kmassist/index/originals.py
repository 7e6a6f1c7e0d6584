"""Originals: the files as they were read, each under its SHA-256, written before the row that refers to it.

What takes less room so lies as gzip packs it, under the SHA-256 of what comes out: ``gunzip`` gives it back without this program.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from contextlib import suppress
from pathlib import Path

from kmassist.errors import IndexDamaged
from kmassist.index import files

_DIGEST = re.compile(r"[0-9a-f]{64}")
_WORTH_PACKING = 0.9
"""Of its size at most, or it lies as it is: most PDF and Word files are packed already."""
_MOST_PACKED = 64 << 20
"""Bytes of a file that is packed: one that unpacks to more is none of ours."""


def packed(data: bytes) -> bytes:
    """A file's bytes as they lie on the disk; the same for the same bytes."""
    if len(data) > _MOST_PACKED:
        return data
    less = gzip.compress(data, mtime=0)
    return less if len(less) <= _WORTH_PACKING * len(data) else data


def unpacked(data: bytes, sha256: str) -> bytes | None:
    """What `packed` was given, by its SHA-256; None when that is no longer to be had."""
    if hashlib.sha256(data).hexdigest() == sha256:
        return data
    with suppress(zlib.error):
        less = zlib.decompressobj(zlib.MAX_WBITS | 16)
        whole = less.decompress(data, _MOST_PACKED)
        if less.eof and not less.unused_data and hashlib.sha256(whole).hexdigest() == sha256:
            return whole
    return None


class Originals:
    """Files of a library's ``blobs`` folder, or held in memory.

    Args:
        folder: None keeps them in memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._held: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        """Store a file durably and give its SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._folder:
            self._held[sha256] = data
        elif self.get(sha256) is None:  # also when what is there has been damaged
            path = self.path(sha256)
            files.make_folder(path.parent)
            files.write_atomic(path, packed(data))
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """A file's bytes; None when it is missing or has changed."""
        if not self._folder:
            return self._held.get(sha256)
        with suppress(FileNotFoundError, IndexDamaged):
            return unpacked(files.read_bytes(self.path(sha256)), sha256)
        return None

    def has(self, sha256: str) -> bool:
        """Whether a file of that name is there, whatever is in it."""
        with suppress(IndexDamaged):
            return self.path(sha256).is_file()
        return False

    def drop(self, sha256: str) -> None:
        """Remove a file, durably."""
        if self._folder:
            files.remove(self.path(sha256))
        self._held.pop(sha256, None)

    def names(self) -> list[str]:
        """The digest of every file there."""
        if not self._folder:
            return sorted(self._held)
        return sorted(path.name for path in self._folder.glob("*/*") if self._is_ours(path))

    @staticmethod
    def _is_ours(path: Path) -> bool:
        return bool(_DIGEST.fullmatch(path.name)) and path.name.startswith(path.parent.name)

    def sweep(self) -> list[str]:
        """Remove what a writer that died left half written; gives the names."""
        left = (
            [path for path in self._folder.glob("*/*") if files.is_leftover(path)]
            if self._folder
            else []
        )
        for path in left:
            files.remove(path)
        return [path.name for path in left]

    def loose(self, used: set[str]) -> list[Path]:
        """Files that no document refers to."""
        if not self._folder:
            return []
        return [
            path
            for path in sorted(self._folder.glob("*/*"))
            if self._is_ours(path) and path.name not in used
        ]

    def path(self, sha256: str) -> Path:
        """Where a file lies.

        Raises:
            IndexDamaged: the name is no digest, so that it could be a path to anywhere.
        """
        assert self._folder
        if not _DIGEST.fullmatch(sha256):
            raise IndexDamaged(
                "The name of a stored original has changed since it was written.",
                "Add the file again.",
            )
        return self._folder / sha256[:2] / sha256
