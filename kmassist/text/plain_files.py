"""Plain files with care: one that a person named is read, one for its owner alone is written to."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

MOST = 64 << 20
"""Bytes of a bundle, a brief, a template, a vocabulary."""
A_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)
"""What a name must not begin with: Windows takes it for a device."""


def read_plain_file(path: Path, *, most: int = MOST) -> bytes:
    """The bytes of an ordinary file. A pipe would wait for ever and a device never end; a large one would fill the memory.

    Raises:
        OSError: it cannot be read, is no ordinary file, or is longer than ``most``.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path.expanduser(), flags), "rb") as file:
        info = os.fstat(file.fileno())
        if not stat.S_ISREG(info.st_mode):
            raise OSError(errno.EINVAL, "It is not an ordinary file", str(path))
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"It is larger than {most >> 20} MB", str(path))
    return data


def append_private(path: Path, words: str) -> None:
    """Add to a file that its owner alone may read, and its folder too; a link in its place is not followed.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8") as out:
        out.write(words)
