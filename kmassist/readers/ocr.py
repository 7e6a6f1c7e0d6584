"""A text layer for a scan, by ocrmypdf when it is installed (the ``ocr`` extra)."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from kmassist.errors import MissingExtra, UnreadableSource

TIMEOUT_SECONDS = 600


def add_text_layer(data: bytes) -> bytes:
    """The same PDF with the words that optical character recognition finds.

    Raises:
        MissingExtra: ocrmypdf is not installed. UnreadableSource: it failed or took too long.
    """
    if importlib.util.find_spec("ocrmypdf") is None:
        raise MissingExtra(
            "Reading a scan needs ocrmypdf, which is not installed.",
            "Run: pip install 'kmassist[ocr]' (and install tesseract).",
        )
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "scan.pdf", Path(folder) / "text.pdf"
        source.write_bytes(data)
        command = [
            sys.executable,
            "-m",
            "ocrmypdf",
            "--skip-text",
            "--output-type",
            "pdf",
            "--jobs",
            "1",
            "--quiet",
            str(source),
            str(target),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)  # noqa: S603 - our own interpreter
        except subprocess.TimeoutExpired:
            raise UnreadableSource(
                f"Recognising the scan took longer than {TIMEOUT_SECONDS // 60} minutes.", "Split it.", kind="limit"
            ) from None
        if done.returncode != 0 or not target.exists():
            raise UnreadableSource(
                "The scan could not be recognised.", "Check that tesseract is installed.", kind="no_text_layer"
            )
        return target.read_bytes()
