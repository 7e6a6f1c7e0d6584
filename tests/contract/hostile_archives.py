"""Archives that are wrong, each in its own way: too large when unpacked, overlapping, patched."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from tests.contract import damage, sources
from tests.contract.canary import CANARY_FILE, Files


def archives() -> Files:
    """Word and Excel files whose archive is the attack."""
    for suffix, good in ((".docx", sources.docx()), (".xlsx", sources.audit_xlsx())):
        names = zipfile.ZipFile(io.BytesIO(good)).namelist()
        main = next(name for name in names if name.endswith(("document.xml", "sheet1.xml")))
        for megabytes in (5, 60, 150):
            yield (
                f"bomb{megabytes}{suffix}",
                damage.repacked(good, main, b"<w>" + b" " * megabytes * 1_000_000 + b"</w>"),
            )
        for what, extra in {
            "climb": "../../../evil.xml",
            "absolute": "/tmp/evil.xml",
            "drive": "C:\\evil.xml",
            "nul": "a\x00b.xml",
            "reversed": "word/\u202elmx.exe",
            "long": "x" * 60_000,
            "device": "CON/aux.xml",
            "folder": "word/",
        }.items():
            yield f"{what}{suffix}", _with(good, [(zipfile.ZipInfo(extra), b"x")])
        link = zipfile.ZipInfo("word/link.xml")
        link.external_attr = 0o120777 << 16
        yield f"link{suffix}", _with(good, [(link, CANARY_FILE.encode())])
        yield f"twice{suffix}", _with(good, [(zipfile.ZipInfo(main), b"<other/>")])
        yield f"nested{suffix}", _with(good, [(zipfile.ZipInfo("inner.zip"), good)])
        yield f"bzip2{suffix}", _with(good, [], zipfile.ZIP_BZIP2)
        yield f"lzma{suffix}", _with(good, [], zipfile.ZIP_LZMA)
        yield (
            f"many{suffix}",
            _with(good, [(zipfile.ZipInfo(f"p{n}.xml"), b"x") for n in range(5_000)]),
        )
        for what, at, value in (
            ("locked", 6, 1),
            ("method", 8, 99),
            ("crc", 14, 0xDEAD),
            ("small size", 22, 3),
            ("huge size", 22, 0x7FFFFFF0),
            ("long name", 26, 0xFFF0),
        ):
            yield f"{what} here{suffix}", _patched(good, b"PK\x03\x04", at, value)
        for what, at, value in (
            ("locked", 8, 1), ("method", 10, 99), ("crc", 16, 0xDEAD), ("small size", 24, 3), ("huge size", 24, 0x7FFFFFF0), ("offset", 42, 0x7FFFFFF0),
        ):  # fmt: skip
            yield f"{what} there{suffix}", _patched(good, b"PK\x01\x02", at, value)
        yield f"cut{suffix}", good[: len(good) // 2]
        yield f"headless{suffix}", good[len(good) // 2 :]
        yield f"before{suffix}", b"#!/bin/sh\n" + good
        yield f"comment{suffix}", good + b"A" * 70_000
        yield f"overlapping{suffix}", _overlapping(40)


def _with(
    data: bytes, extra: list[tuple[zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", method) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        for info, content in extra:
            target.writestr(info, content)
    return out.getvalue()


def _patched(data: bytes, mark: bytes, at: int, value: int) -> bytes:
    """Every header of one kind with another value in a field."""
    changed, where = bytearray(data), -1
    wide = at in (14, 16, 22, 24, 42)
    while (where := changed.find(mark, where + 1)) >= 0:
        struct.pack_into(
            "<I" if wide else "<H", changed, where + at, value & (0xFFFFFFFF if wide else 0xFFFF)
        )
    return bytes(changed)


def _overlapping(count: int) -> bytes:
    """Many entries of the directory that all point at one compressed megabyte."""
    content = zlib.compress(b"a" * 1_000_000, 9)[2:-4]
    name = b"word/document.xml"
    crc = zlib.crc32(b"a" * 1_000_000)
    local = (
        b"PK\x03\x04"
        + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(content), 1_000_000, len(name), 0)
        + name
        + content
    )
    directory = b"".join(
        b"PK\x01\x02"
        + struct.pack(
            "<HHHHHHIIIHHHHHII",
            20,
            20,
            0,
            8,
            0,
            0,
            crc,
            len(content),
            1_000_000,
            len(name),
            0,
            0,
            0,
            0,
            0,
            0,
        )
        + name
        for _ in range(count)
    )
    return (
        local
        + directory
        + b"PK\x05\x06"
        + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(local), 0)
    )
