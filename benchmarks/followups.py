"""What becomes of a follow-up: `python -m benchmarks.followups [--areas FOLDER]`.

Each row of benchmarks/data/followups.yaml is a question and what is typed after it, with what should come of it: *keep* the
subject, *narrow* it, or take a *new* one in its place. Right: the words of ``names`` are in what is asked then, and the subject
before is there or gone as it should be. The two demonstration corpora are always asked; the areas of FOLDER where it is given
(one folder an area, its files in ``documents``). Writes benchmarks/results/followups.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from kmassist.assistant import Assistant
from kmassist.events import Read
from kmassist.settings.file import SAMPLES, sample_corpus
from kmassist.settings.model import Settings

HERE = Path(__file__).parent
ROWS = HERE / "data" / "followups.yaml"
_NEW = "new"


def rows() -> dict[str, list[dict[str, Any]]]:
    """Library -> its rows."""
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(ROWS.read_text(encoding="utf-8"))
    return found


def is_right(assistant: Assistant, row: dict[str, Any]) -> tuple[bool, str]:
    """Whether a follow-up came out as it should, and how it was read."""
    before = assistant.answer(row["first"])
    read = next(assistant.ask(row["followup"], previous=before))
    assert isinstance(read, Read)
    said = read.reading.text.casefold()
    is_named = all(name.casefold() in said for name in row["names"])
    keeps = before.resolved_question.rstrip(" ?.!").casefold() in said
    return is_named and keeps is (row["outcome"] != _NEW), read.reading.text


def folders(areas: Path | None) -> Iterator[tuple[str, Path]]:
    """The libraries that can be asked, with the folder of their documents."""
    for name in rows():
        area = areas / name / "documents" if areas else None
        if name in SAMPLES:
            yield name, sample_corpus(name)
        elif area and area.is_dir():
            yield name, area


def main() -> None:
    """Ask, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--areas", type=Path, help="folder of libraries of other areas")
    options = parser.parse_args()
    found: dict[str, Any] = {}
    for name, folder in folders(options.areas):
        with (
            tempfile.TemporaryDirectory() as place,
            Assistant.open(Settings(library=Path(place) / "library"), create=True) as assistant,
        ):
            for _ in assistant.add([folder]):
                pass
            told = [(row, *is_right(assistant, row)) for row in rows()[name]]
        wrong = [f"{row['followup']}: {read}" for row, right, read in told if not right]
        found[name] = {"followups": len(told), "right": len(told) - len(wrong), "wrong": wrong}
        print(name, json.dumps(found[name], ensure_ascii=False))
    path = HERE / "results" / "followups.json"
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
