"""Checks an office file (a zip archive) before any parser opens it: bombs, encryption, forged entries."""

from __future__ import annotations

import io
import itertools
import struct
import zipfile
import zlib

from kmassist.errors import UnreadableSource

MAX_MEMBERS = 2_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
_RATIO_FROM = 1024 * 1024  # a small member may be very repetitive


def check_archive(data: bytes, name: str) -> None:
    """Refuse an archive that is damaged, encrypted, holds too much, or lies about what it holds.

    Every member is unpacked once, counted and thrown away, because a header may claim any size.

    Raises:
        UnreadableSource: kind ``damaged``, ``password`` or ``limit``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_directory(members, name)
            total = 0
            for member in members:
                total += _unpacked(archive, member, total, name)
    except (
        zipfile.BadZipFile,
        EOFError,
        zlib.error,
        NotImplementedError,
        OSError,
        ValueError,
        struct.error,
        RuntimeError,
    ) as problem:
        raise UnreadableSource(
            f"{name} is damaged: it is not a whole office file.", "Open it in the program that made it and save it again."
        ) from problem


def _check_directory(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MAX_MEMBERS:
        raise _too_much(name, f"it has more than {MAX_MEMBERS:,} parts")
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableSource(f"{name} is protected with a password.", "Save it without one.", kind="password")
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise UnreadableSource(f"{name} is damaged: it holds two parts of one name.", "Save it again.")
    if any(part.startswith(("/", "\\")) or ".." in part.replace("\\", "/").split("/") for part in names):
        raise UnreadableSource(f"{name} holds parts with unsafe names.", "Save it again.")
    ranges = sorted((member.header_offset, member.header_offset + 30 + member.compress_size) for member in members)
    if any(following[0] < before[1] for before, following in itertools.pairwise(ranges)):
        raise UnreadableSource(f"{name} is damaged: its parts overlap.", "Save it again.", kind="limit")


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, before: int, name: str) -> int:
    size = 0
    with archive.open(member) as stream:
        while piece := stream.read(1 << 20):
            size += len(piece)
            if before + size > MAX_UNPACKED:
                raise _too_much(name, f"it unpacks to more than {MAX_UNPACKED // 1024**2} MB")
            if size > _RATIO_FROM and size > MAX_RATIO * max(1, member.compress_size):
                raise _too_much(name, "it unpacks to far more than its size")
    return size


def _too_much(name: str, why: str) -> UnreadableSource:
    return UnreadableSource(f"{name} was refused: {why}.", "Save it again without pictures, or split it.", kind="limit")
