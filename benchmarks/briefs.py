"""Pages of briefs: every demonstration question for every audience, `python -m benchmarks.briefs [--library DIR] [--keep DIR]`.

A brief is one page, then at most three, then the annex. Pages are counted in the PDF as written, and in the Word file as
LibreOffice sets it (left out where `soffice` is not installed), by the bookmarks of the two headings that begin the layers.
Writes benchmarks/results/briefs.json: how many briefs have how many pages in each layer.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pypdfium2
import yaml

from kmassist.assistant import Assistant
from kmassist.briefs import Audience
from kmassist.config import Settings
from kmassist.export import brief_bytes

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "corpus" / "sample" / "questions.yaml"
OUT = Path(__file__).parent / "results" / "briefs.json"
LAYERS = ("one page", "middle", "annex")
AS_PDF = 'pdf:writer_pdf_Export:{"ExportBookmarks":{"type":"boolean","value":"true"}}'


def layers(data: bytes) -> tuple[int, int, int]:
    """Pages of the three layers of a brief's PDF."""
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    at = {mark.get_title(): mark.get_dest().get_index() for mark in document.get_toc() if mark.level == 0}
    detail = at["In more detail"]
    annex = at.get("Annex", at.get("How this was made", len(document)))
    return detail, annex - detail, len(document) - annex


def write_all(assistant: Assistant, folder: Path) -> None:
    """Each question for each audience as PDF and Word file."""
    items = {item["id"]: item for item in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))}
    for name, item in items.items():
        before = items.get(item.get("follows", ""))
        previous = assistant.answer(before["question"]) if before else None
        answer = assistant.answer(item["question"], previous=previous)
        for audience in Audience:
            brief = assistant.briefs.compose(answer, audience)
            for suffix in (".pdf", ".docx"):
                (folder / f"{name}-{audience.value}{suffix}").write_bytes(brief_bytes(brief, suffix))


def set_by_libreoffice(folder: Path) -> Path | None:
    """The Word files as LibreOffice prints them; None when it is not installed."""
    soffice = shutil.which("soffice")
    if soffice is None:
        return None
    printed = folder / "word"
    files = [str(path) for path in sorted(folder.glob("*.docx"))]
    command = [soffice, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", AS_PDF]
    subprocess.run([*command, "--outdir", str(printed), *files], check=True, capture_output=True)
    return printed


def figures(folder: Path) -> dict[str, Any]:
    """How many briefs have how many pages in each layer, and which are over one and three."""
    found = {path.stem: layers(path.read_bytes()) for path in sorted(folder.glob("q*.pdf"))}
    counts = {
        layer: {str(pages): n for pages, n in sorted(Counter(one[place] for one in found.values()).items())}
        for place, layer in enumerate(LAYERS)
    }
    return {"briefs": len(found), **counts, "over": [name for name, one in found.items() if one[0] > 1 or one[1] > 3]}


def main() -> None:
    """Compose, write, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, help="a library that holds corpus/sample already")
    parser.add_argument("--keep", type=Path, help="a folder for the files, to look at")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = options.keep or Path(place) / "briefs"
        folder.mkdir(parents=True, exist_ok=True)
        with Assistant.open(Settings(library=options.library or Path(place) / "library"), create=True) as assistant:
            if options.library is None:
                for _ in assistant.add([QUESTIONS.parent]):
                    pass
            write_all(assistant, folder)
        report = {"pdf": figures(folder)}
        printed = set_by_libreoffice(folder)
        if printed is not None:
            report["word"] = figures(printed)
    for name, row in report.items():
        print(name, json.dumps(row))
    OUT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
