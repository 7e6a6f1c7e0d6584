"""What keeping in step with a folder costs: passages encoded by a rename, a move, a second copy saved anew and a changed paragraph.

    python -m benchmarks.in_step [--keep]

On the demonstration corpus's Markdown files, with an embedder that counts what it is given; the share encoded does not depend on the
model. Part of what is shown in docs/measurements.md.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kmassist.assistant import Assistant
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.settings.model import load_settings

SAMPLE = Path(__file__).parents[1] / "corpus" / "sample"
RESULT = Path(__file__).parent / "results" / "in_step.json"


class Counting(HashingEmbedder):
    """Counts the passages that it encodes."""

    encoded = 0

    def embed(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]):  # type: ignore[no-untyped-def]
        """As the class above, counted."""
        self.encoded += len(texts)
        return super().embed(texts, spans)


def measure(home: Path) -> list[dict[str, object]]:
    """One row for each thing that happens to every file of the folder."""
    folder, embedder, rows = home / "share", Counting(), []
    for file in sorted(SAMPLE.rglob("*.md")):
        if file.parent != SAMPLE:
            target = folder / file.parent.name / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    with Assistant.open(
        load_settings({"library": str(home / "library")}), create=True, embedder=embedder
    ) as a:

        def sync(what: str) -> None:
            before = embedder.encoded
            plan = a.folders.plan(folder)
            list(a.folders.carry_out(plan, believe=True))
            files = len(plan.new) + len(plan.changed) + len(plan.moved)
            held = a.index.stats().passages
            rows.append({"what": what, "files": files, "encoded": embedder.encoded - before, "passages": held})  # fmt: skip

        sync("added")
        for file in sorted(folder.rglob("*.md")):
            file.rename(file.with_name(f"2026 {file.name}"))
        sync("renamed")
        for file in sorted(folder.rglob("*.md")):
            (folder / "old").mkdir(exist_ok=True)
            file.rename(folder / "old" / file.name)
        sync("moved to another folder")
        for file in sorted(folder.rglob("*.md")):
            file.write_bytes(file.read_bytes() + b"\n")
        sync("saved again, the same words")
        for file in sorted(folder.rglob("*.md")):
            file.write_bytes(file.read_bytes() + b"\n\nThe ward asked for this sentence in June.\n")
        sync("a sentence added at the end")
    return rows


def main() -> None:
    """Print the table; ``--keep`` writes it down."""
    with tempfile.TemporaryDirectory() as home:
        rows = measure(Path(home))
    for row in rows:
        print(f"{row['what']:<30}{row['files']:>6} files{row['encoded']:>7} of {row['passages']} passages encoded")  # fmt: skip
    if "--keep" in sys.argv:
        RESULT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
