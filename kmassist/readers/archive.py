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
        OSError,
        ValueError,
        struct.error,
        RuntimeError,
    ) as problem:
        raise UnreadableSource(
            f"{name} is damaged: it is not a whole office file.",
            "Open it in the program that made it and save it again.",
        ) from problem


def _check_directory(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MAX_MEMBERS:
        raise _too_much(name, f"it has more than {MAX_MEMBERS:,} parts")
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableSource(
            f"{name} is protected with a password.", "Save it without one.", kind="password"
        )
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise UnreadableSource(
            f"{name} is damaged: it holds two parts of one name.", "Save it again."
        )
    if any(
        part.startswith(("/", "\\")) or ".." in part.replace("\\", "/").split("/") for part in names
    ):
        raise UnreadableSource(f"{name} holds parts with unsafe names.", "Save it again.")
    ranges = sorted(
        (member.header_offset, member.header_offset + 30 + member.compress_size)
        for member in members
    )
    if any(following[0] < before[1] for before, following in itertools.pairwise(ranges)):
        raise UnreadableSource(
            f"{name} is damaged: its parts overlap.", "Save it again.", kind="limit"
        )


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
    return UnreadableSource(
        f"{name} was refused: {why}.", "Save it again without pictures, or split it.", kind="limit"
    )


_STRICT = b"http://purl.oclc.org/ooxml/"
_OPEN = b"http://schemas.openxmlformats.org/"
_NAMES = (
    (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
    (b"officeDocument/extendedProperties", b"officeDocument/2006/extended-properties"),
    (b"officeDocument/customProperties", b"officeDocument/2006/custom-properties"),
    (b"officeDocument/docPropsVTypes", b"officeDocument/2006/docPropsVTypes"),
    (b"officeDocument/customXml", b"officeDocument/2006/customXml"),
    (b"officeDocument/bibliography", b"officeDocument/2006/bibliography"),
    (b"officeDocument/math", b"officeDocument/2006/math"),
    (b"officeDocument/characteristics", b"officeDocument/2006/characteristics"),
    (b"schemaLibrary/main", b"schemaLibrary/2006/main"),
    (b"wordprocessingml/main", b"wordprocessingml/2006/main"),
    (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
    (b"presentationml/main", b"presentationml/2006/main"),
    (b"drawingml/main", b"drawingml/2006/main"),
    (b"drawingml/chartDrawing", b"drawingml/2006/chartDrawing"),
    (b"drawingml/chart", b"drawingml/2006/chart"),
    (b"drawingml/diagram", b"drawingml/2006/diagram"),
    (b"drawingml/picture", b"drawingml/2006/picture"),
    (b"drawingml/lockedCanvas", b"drawingml/2006/lockedCanvas"),
    (b"drawingml/wordprocessingDrawing", b"drawingml/2006/wordprocessingDrawing"),
    (b"drawingml/spreadsheetDrawing", b"drawingml/2006/spreadsheetDrawing"),
)


def transitional(data: bytes) -> bytes:
    """The same package with transitional namespaces; ``data`` itself when it is not strict. Check the archive first."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if not any(
            _STRICT in archive.read(name)
            for name in archive.namelist()
            if name.endswith((".rels", "workbook.xml", "document.xml"))
        ):
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as rewritten:
            for info in archive.infolist():
                content = archive.read(info)
                if info.filename.endswith((".xml", ".rels")):
                    for strict, known in _NAMES:
                        content = content.replace(_STRICT + strict, _OPEN + known)
                rewritten.writestr(info.filename, content)
        return out.getvalue()
