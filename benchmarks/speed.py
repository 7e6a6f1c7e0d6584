"""Speed of the whole product: `python -m benchmarks.speed`. Ratios in one run; machines differ. Writes results/speed.json.

- ingest: passages a second of `add` against the bare encoder on the very same inputs, for the demonstration corpus (137 small
  documents of every format, where the start of the reading process weighs) and for 40 trials in full text
- ask: a cold `kmassist ask` and `kmassist --help` in processes of their own, and a warm question
- memory: peak resident size of adding and asking
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kmassist.assistant import Assistant
from kmassist.embedding.embedder import passage_input
from kmassist.settings.model import load_settings

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "corpus" / "sample"
DATA = ROOT.parent / "shared" / "data"
OUT = Path(__file__).parent / "results" / "speed.json"
QUESTION = "How should we triage women who attend unscheduled?"


def ingest(library: Path, sources: list[Path]) -> dict[str, float]:
    """Add the sources, then encode the same inputs with the bare model, in batches of the same size and with every core.

    The model is loaded before either clock starts.
    """
    settings = load_settings({"library": str(library)})
    with Assistant.open(settings, create=True) as assistant:
        assistant.embedder.embed(["The model is loaded."], [[]])
        start = time.perf_counter()
        for _ in assistant.add(sources):
            pass
        added = time.perf_counter() - start
        titles = {d.doc_id: d.metadata.title for d in assistant.sources()}
        inputs = [passage_input(p, titles[d])[0] for d in titles for p in assistant.passages(d)]
        model = assistant.embedder._model  # type: ignore[attr-defined]
        assistant.embedder._torch.set_num_threads(os.cpu_count() or 1)  # type: ignore[attr-defined]
        start = time.perf_counter()
        model.encode(inputs, batch_size=settings.embedding.batch_size, show_progress_bar=False)
        bare = time.perf_counter() - start
    return {
        "passages": len(inputs),
        "add_per_second": round(len(inputs) / added, 1),
        "bare_encoder_per_second": round(len(inputs) / bare, 1),
        "ratio": round(bare / added, 3),
    }


def timed(library: Path, *args: str, times: int = 3) -> float:
    """Median seconds of a command in a process of its own."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "kmassist", "--library", str(library), *args],
            capture_output=True,
            check=True,
            env=dict(os.environ),
        )
        seconds.append(time.perf_counter() - start)
    return round(statistics.median(seconds), 3)


def warm(library: Path) -> dict[str, float]:
    """Milliseconds of a question once everything is loaded."""
    with Assistant.open(load_settings({"library": str(library)}), read_only=True) as assistant:
        assistant.answer(QUESTION)
        seconds = []
        for _ in range(10):
            start = time.perf_counter()
            assistant.answer(QUESTION)
            seconds.append(time.perf_counter() - start)
    return {
        "median_ms": round(1000 * statistics.median(seconds), 1),
        "worst_ms": round(1000 * max(seconds), 1),
    }


def main() -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory() as place:
        library = Path(place) / "library"
        report: dict[str, Any] = {"ingest": ingest(library, [SAMPLE])}
        trials = sorted((DATA / "maternity_trials" / "jats").glob("*.xml"))[:40]
        if trials:
            report["ingest_of_40_trials"] = ingest(Path(place) / "trials", trials)
        report["help_seconds"] = timed(library, "--help")
        report["cold_ask_seconds"] = timed(library, "ask", QUESTION)
        report["status_seconds"] = timed(library, "status")
        report["warm_ask"] = warm(library)
        report["peak_memory_megabytes"] = round(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        )
    print(json.dumps(report, indent=1))
    OUT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
