"""Small files as people really make them: is each figure, heading and word read as the file means it?

What is right for each file of ../shared/data/inputs is in ``data/inputs.yaml``. Run: ``python -m benchmarks.inputs [FOLDER]``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from kmassist.documents.document import Document
from kmassist.errors import KmassistError
from kmassist.readers.sandbox import Sandbox

ROOT = Path(__file__).parents[1]
INPUTS = ROOT.parent / "shared" / "data" / "inputs"
_RESULTS = ROOT / "benchmarks" / "results" / "inputs.json"


def expected() -> dict[str, dict[str, Any]]:
    """What is right, by file: ``has``, ``lacks``, ``says``, ``title`` and ``fields``."""
    path = ROOT / "benchmarks" / "data" / "inputs.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def wrong_with(right: Mapping[str, Any], documents: list[Document], refusal: str) -> list[str]:
    """What differs from what is right; nothing when the file was read as it should be."""
    text = "\n\n".join(document.text for document in documents)
    said = "\n".join([refusal, *(w for document in documents for w in document.warnings)])
    problems = [f"lacks “{piece}”" for piece in right.get("has", ()) if piece not in text]
    problems += [f"has “{piece}”" for piece in right.get("lacks", ()) if piece in text]
    problems += [f"does not say “{piece}”" for piece in right.get("says", ()) if piece not in said]
    if "fields" in right:
        title = right.get("title", "")
        document = next((d for d in documents if d.metadata.title.startswith(title)), None)
        if document is None:
            return [*problems, "no such document"]
        for name, value in right["fields"].items():
            found = getattr(document.metadata, name)
            found = list(found) if isinstance(found, tuple) else found or None
            if (str(found) if isinstance(value, str) else found) != value:
                problems.append(f"{name} is {found!r}, not {value!r}")
    return problems


def try_inputs(folder: Path = INPUTS) -> dict[str, list[str]]:
    """Reads each file as ``add`` does; what is wrong with it, by file."""
    found: dict[str, list[str]] = {}
    with Sandbox() as sandbox:
        for name, right in expected().items():
            documents: list[Document] = []
            refusal = ""
            try:
                documents = sandbox.read(folder / name)
            except KmassistError as problem:
                refusal = f"{problem} {problem.hint}"
            found[name] = wrong_with(right, documents, refusal)
    return found


def main() -> int:
    """Prints what is wrong, kind by kind, and keeps the figures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else INPUTS
    if not folder.is_dir():
        print(f"{folder} is not here: the inputs are not in a user's clone.")
        return 0
    found = try_inputs(folder)
    for name, problems in found.items():
        if problems:
            print(f"{name}: {'; '.join(problems)}")
    right = sum(not problems for problems in found.values())
    print(f"{right} of {len(found)} files of {len({n.split('/')[0] for n in found})} kinds right")
    _RESULTS.write_text(
        json.dumps(
            {"files": len(found), "right": right, "wrong": {n: p for n, p in found.items() if p}},
            indent=1,
        )
        + "\n"
    )
    return int(right < len(found))


if __name__ == "__main__":
    sys.exit(main())
