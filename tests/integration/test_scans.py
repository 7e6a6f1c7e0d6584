"""A scan: refused without a text layer, added when its words can be recognised, and marked as recognised."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import shutil
from pathlib import Path

import pytest

from kmassist.errors import MissingExtra, UnreadableSource
from kmassist.readers import ocr
from kmassist.readers.sandbox import Sandbox
from tests.conftest import Run

CAN_RECOGNISE = (
    importlib.util.find_spec("ocrmypdf") is not None and shutil.which("tesseract") is not None
)
needs_ocr = pytest.mark.skipif(
    not CAN_RECOGNISE, reason="ocrmypdf (kmassist[ocr]) or tesseract is not installed"
)
SENTENCE = "Midwives offered a structured assessment within fifteen minutes of arrival."


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of print as a picture, as a scanner makes it: no text layer."""
    import pypdfium2
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    printed = io.BytesIO()
    page = Canvas(printed, pagesize=(595, 842))
    page.setFont("Helvetica-Bold", 22)
    page.drawString(72, 760, "Triage on arrival at the maternity unit")
    page.setFont("Helvetica", 13)
    for number, line in enumerate(
        [
            SENTENCE,
            "Women waited for less time than in the year before.",
            "Staff asked for more rooms.",
        ]
    ):
        page.drawString(72, 700 - 24 * number, line)
    page.save()
    picture = pypdfium2.PdfDocument(printed.getvalue())[0].render(scale=200 / 72).to_pil()
    path = tmp_path_factory.mktemp("scan") / "scan.pdf"
    copy = Canvas(str(path), pagesize=(595, 842))
    copy.drawImage(ImageReader(picture), 0, 0, 595, 842)
    copy.save()
    return path


def test_scan_is_refused_with_the_way_out(kmassist: Run, scan: Path) -> None:
    done = kmassist("add", str(scan), "--type", "PUB")
    assert done.code == 1
    assert "no text layer" in done.err
    assert "--ocr" in done.err


def test_without_the_extra_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtra) as caught:
        ocr.require_ocr()
    assert "pip install 'kmassist[ocr]'" in caught.value.hint


@pytest.mark.skipif(
    CAN_RECOGNISE, reason="ocrmypdf and tesseract are installed, so there is nothing to refuse"
)
def test_command_line_says_what_is_missing_before_it_reads(kmassist: Run, scan: Path) -> None:
    done = kmassist("add", str(scan), "--ocr", "--type", "PUB")
    assert done.code == 1
    assert "Reading a scan needs" in done.err
    assert "Traceback" not in done.err


@needs_ocr
def test_scan_is_added_found_and_marked(kmassist: Run, scan: Path) -> None:
    added = kmassist("add", str(scan), "--ocr", "--type", "PUB", "--json")
    assert added.code == 0, added.err
    assert len(added.json["added"]) == 1
    shown = kmassist("sources", "show", added.json["added"][0]["doc_id"], "--json").json
    assert ocr.WARNING in shown["warnings"]
    assert shown["source_sha256"] == hashlib.sha256(scan.read_bytes()).hexdigest()
    assert SENTENCE in kmassist("search", "structured assessment on arrival", "--json").out
    again = kmassist("add", str(scan), "--ocr", "--type", "PUB", "--json")
    assert len(again.json["unchanged"]) == 1


@needs_ocr
def test_sandbox_keeps_the_page_and_leaves_nothing_behind(
    scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Sandbox() as sandbox:
        (document,) = sandbox.read(scan, ocr=True)
    assert SENTENCE in document.text
    assert [page.number for page in document.pages] == [1]
    assert not list(tmp_path.iterdir())


@needs_ocr
def test_recognition_that_takes_too_long_is_stopped_whole(
    scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("kmassist.readers.sandbox._OCR_SECONDS", 0.2)
    with Sandbox() as sandbox, pytest.raises(UnreadableSource) as caught:
        sandbox.read(scan, ocr=True)
    assert caught.value.kind == "limit"
    assert not list(tmp_path.iterdir())
