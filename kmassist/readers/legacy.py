"""Files of Office before 2007, rewritten by LibreOffice where it is installed, else refused with what to save them as."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
import tempfile
import zipfile
from pathlib import Path

from kmassist.documents.document import Document, clean_text
from kmassist.errors import UnreadableSource

_INTO = {".doc": "docx", ".xls": "xlsx", ".ppt": "pptx"}
_SECONDS = 240.0
_CELL, _LEAST_CELLS = re.compile(rb"[\x20-\x7e]\x00?\x07"), 3
KIND = "old_office"
"""Kind of the refusal that a conversion may help: the sandbox then asks again, in a child of its own."""


class LegacyReader:
    """``.doc``, ``.xls`` and ``.ppt``: never read here, only recognised."""

    suffixes: tuple[str, ...] = tuple(_INTO)

    def recognises(self, head: bytes) -> bool:
        """Whether it is a compound file."""
        return head.startswith(b"\xd0\xcf\x11\xe0")

    def read(self, path: Path, data: bytes) -> list[Document]:
        """See convert().

        Raises:
            UnreadableSource: always, of kind ``old_office``.
        """
        name = clean_text(path.name)
        raise UnreadableSource(
            f"{name} is of an Office older than 2007.",
            f"Open it and save it as .{_INTO[path.suffix.lower()]}, or install LibreOffice, which kmassist then uses for it.",
            kind=KIND,
        )


def find_office() -> str:
    """The program that rewrites old files; empty when it is not installed."""
    known = (
        "/Applications/LibreOffice.app/Contents/MacOS/soffice",
        r"C:\Program Files\LibreOffice\program\soffice.exe",
    )
    return (
        shutil.which("soffice")
        or shutil.which("libreoffice")
        or next((p for p in known if Path(p).is_file()), "")
    )


def convert(path: Path, data: bytes) -> tuple[Path, bytes]:
    """The name and content of the file in today's format, made in a folder that is gone afterwards.

    Raises:
        UnreadableSource: LibreOffice is not there, could not open the file, or lost the cells of its tables.
    """
    office, name = find_office(), clean_text(path.name)
    into = _INTO[path.suffix.lower()]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source = Path(folder, f"source{path.suffix.lower()}")
        source.write_bytes(data)
        command = [
            office, f"-env:UserInstallation={Path(folder, 'profile').as_uri()}", "--headless", "--norestore", "--convert-to", into,
            "--outdir", folder, str(source),
        ]  # fmt: skip
        try:
            subprocess.run(  # noqa: S603 - a program of the computer's own, and a file of ours
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=False,
            )
            made = source.with_suffix(f".{into}").read_bytes()
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise UnreadableSource(
                f"{name} could not be rewritten by LibreOffice.",
                f"Open it and save it as .{into}.",
                kind="damaged",
            ) from problem
    if into == "docx" and _runs_cells_together(data, made):
        raise UnreadableSource(
            f"{name} has a table whose cells LibreOffice runs together.",
            "Open it in Word and save it as .docx.",
            kind="damaged",
        )
    return path.with_suffix(f".{into}"), made


def _runs_cells_together(old: bytes, made: bytes) -> bool:
    """Whether the text of the old file has cells, each with a mark at its end, and the new one has no table."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(old)) as file:
            stream = file.openstream("WordDocument").read()
        start, end = struct.unpack_from("<II", stream, 0x18)  # where its characters stand
        with zipfile.ZipFile(io.BytesIO(made)) as new:
            has_table = b"<w:tbl>" in new.read("word/document.xml")
    except (OSError, KeyError, struct.error, zipfile.BadZipFile):
        return False
    return not has_table and len(_CELL.findall(stream[start:end])) > _LEAST_CELLS
