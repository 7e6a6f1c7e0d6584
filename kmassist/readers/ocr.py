"""A text layer for a scan, by ocrmypdf and tesseract when they are installed (the ``ocr`` extra)."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from kmassist.documents.document import Document
from kmassist.errors import MissingExtra, UnreadableSource

TIMEOUT_SECONDS = 540
"""Less than the 600 seconds after which the sandbox ends the whole child, so that this module's message is the one seen."""
WARNING = "Text made by optical character recognition: check quotations against the page."
_SETTINGS = (
    "--force-ocr",  # only files without a readable text layer come here; letters without meaning are no reason to skip a page
    "--rotate-pages",
    "--rotate-pages-threshold=2",  # the default of 14 leaves short pages upside down, and they then read as nonsense
    "--output-type=pdf",
    "--optimize=0",  # the file is thrown away: only its words are kept
    "--jobs=1",
    "--quiet",
)
_NEEDS_PROGRAM = 3  # exit code of ocrmypdf


def require_ocr() -> None:
    """Says at once when scans cannot be read here.

    Raises:
        MissingExtra: ocrmypdf or tesseract is not installed.
    """
    if importlib.util.find_spec("ocrmypdf") is None:
        raise MissingExtra(
            "Reading a scan needs ocrmypdf, which is not installed.",
            "Run: pip install 'kmassist[ocr]' (tesseract and Ghostscript come from the system's package manager).",
        )
    if shutil.which("tesseract") is None:
        raise MissingExtra(
            "Reading a scan needs the program tesseract, which is not installed.",
            "Install tesseract-ocr and ghostscript with the system's package manager.",
        )


def add_text_layer(data: bytes) -> bytes:
    """The same PDF with the words that optical character recognition finds.

    Raises:
        MissingExtra: ocrmypdf or a program it needs is not installed. UnreadableSource: it failed or took too long.
    """
    require_ocr()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "scan.pdf", Path(folder) / "text.pdf"
        source.write_bytes(data)
        command = [sys.executable, "-m", "ocrmypdf", *_SETTINGS, str(source), str(target)]
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter
                command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise UnreadableSource(
                f"Recognising the scan took longer than {TIMEOUT_SECONDS // 60} minutes.",
                "Split it.",
                kind="limit",
            ) from None
        if done.returncode == _NEEDS_PROGRAM:
            raise MissingExtra(
                "Reading a scan needs a program that is not installed.",
                "Install tesseract-ocr and ghostscript with the system's package manager.",
            )
        if done.returncode != 0 or not target.exists():
            raise UnreadableSource(
                "The scan could not be recognised.",
                "Try 'ocrmypdf SCAN.pdf NEW.pdf' by itself: it says why. Then add the new file.",
                kind="no_text_layer",
            )
        return target.read_bytes()


def mark_recognised(document: Document, scan: bytes) -> Document:
    """The document as one of the scan itself: its digest, and a warning that the words were recognised."""
    return document.model_copy(
        update={
            "source_sha256": hashlib.sha256(scan).hexdigest(),
            "warnings": (WARNING, *document.warnings),
        }
    )
