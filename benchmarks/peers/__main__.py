"""kmassist beside other open engines, in one run: `python -m benchmarks.peers [--questions 300] [--sets scifact,libraries] [--environment FOLDER]`.

Installs the newest release of each that pip finds (llama-index, haystack-ai, lancedb, txtai, qdrant-client, chromadb) in a virtual
environment of its own, kept in ``--environment`` when one is named; PyTorch, which txtai asks for, is installed before as one
fixed version without graphics. What cannot be installed, or fails, is said and left out. Every engine is filled and asked in a process of
its own, one thread, one after the other: the same passages, the same vectors, the same questions, no encoder in the times.
kmassist's weights were chosen on SciFact's training questions and not on the libraries. Writes results/peers.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.peers.engines import ENGINES
from benchmarks.peers.sets import SETS, Set
from kmassist.assistant.evaluation import Ranked, measure

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "peers.json"
TORCH = "torch==2.13.0"
NO_GRAPHICS = ("nvidia", "triton", "cuda")
"""Names of packages made for graphics cards: gigabytes that nothing here uses."""


def environment(folder: Path) -> tuple[Path, dict[str, str]]:
    """The Python of the peers' environment, and why an engine is not in it."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.is_file():
        venv.create(folder, with_pip=True)
        install(python, TORCH)
    missing = {}
    for name, (_, packages) in ENGINES.items():
        said = install(python, *packages)
        if said:
            missing[name] = said
    return python, missing


def install(python: Path, *packages: str) -> str:
    """Install packages; why they are not installed, empty when they are."""
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]  # fmt: skip
    trial = subprocess.run([*pip, "--dry-run", "--report", "-", *packages], capture_output=True, text=True, check=False)  # fmt: skip
    if trial.returncode:
        return trial.stderr.strip().splitlines()[-1][:200]
    wanted = [item["metadata"]["name"] for item in json.loads(trial.stdout)["install"]]
    heavy = [name for name in wanted if name.lower().startswith(NO_GRAPHICS)]
    if heavy:
        return f"would install {', '.join(heavy[:3])}, made for graphics cards"
    done = subprocess.run([*pip, *packages], capture_output=True, text=True, check=False)
    return done.stderr.strip().splitlines()[-1][:200] if done.returncode else ""


def versions(python: Path) -> dict[str, str]:
    """Package -> version of what is compared."""
    done = subprocess.run([str(python), "-m", "pip", "list", "--format", "json"], capture_output=True, text=True, check=True)  # fmt: skip
    named = {packages[0] for _, packages in ENGINES.values()}
    rows = json.loads(done.stdout)
    return {row["name"]: row["version"] for row in rows if row["name"].lower() in named}


def ranked(run: list[tuple[str, float]], leave: frozenset[str]) -> Ranked:
    """Documents in the order of their best passage, what is neither right nor wrong left out."""
    best: dict[str, float] = {}
    for passage_id, score in run:
        doc_id = passage_id.rpartition(":")[0]
        best[doc_id] = max(best.get(doc_id, float("-inf")), score)
    rows = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return [row for row in rows if row[0] not in leave]


def measured(command: list[str], folder: Path, one: Set, limit: int) -> dict[str, Any]:
    """One engine on one set; ``failed`` says why there is nothing."""
    answers = folder / "answers.json"
    answers.unlink(missing_ok=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit, env=environment)  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"failed": f"not finished after {limit} seconds"}
    if not answers.is_file():
        return {"failed": (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]}
    found = json.loads(answers.read_text("utf-8"))
    runs = {
        key: ranked(run, one.optional.get(key, frozenset()))
        for key, run in found.pop("runs").items()
    }
    quality = {k: round(v, 4) for k, v in asdict(measure(one.judged, runs)).items()}
    return quality | found


def table(name: str, rows: dict[str, dict[str, Any]]) -> str:
    """As Markdown, the best first."""
    said = [
        f"| {name} | nDCG@10 | R@100 | build s | p50 / p95 ms | processor ms | memory MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for engine, row in sorted(rows.items(), key=lambda item: -item[1].get("ndcg10", -1)):
        said.append(
            f"| {engine} | {row['ndcg10']:.3f} | {row['recall100']:.3f} | {row['build_s']} | {row['p50_ms']} / {row['p95_ms']}"
            f" | {row['cpu_p50_ms']} | {row['peak_rss_mb']} |"
            if "failed" not in row
            else f"| {engine} | {row['failed']} | | | | | |"
        )
    return "\n".join(said)


def main() -> None:
    """Install, measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--environment", type=Path, help="where the peers are installed and kept")
    parser.add_argument(
        "--limit", type=int, default=900, help="seconds an engine may take for a set"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kmpeers-") as place:
        python, missing = environment(options.environment or Path(place) / "env")
        report: dict[str, Any] = {"versions": versions(python), "not installed": missing}
        print(report)
        for name in options.sets.split(","):
            one, folder = SETS[name](options.questions), Path(place) / name
            one.write(folder)
            engines = [engine for engine in ENGINES if engine not in missing]
            worker = str(Path(__file__).with_name("engines.py"))
            commands = {
                "kmassist": [sys.executable, "-m", "benchmarks.peers.own", str(folder)],
                **{engine: [str(python), worker, engine, str(folder)] for engine in engines},
            }
            rows = report[name] = {}
            for engine, command in commands.items():
                rows[engine] = measured(command, folder, one, options.limit)
                print(f"{name} {engine}: {rows[engine]}", flush=True)
            print(table(name, rows), flush=True)
            report[f"{name}, passages"] = sum(len(entry.passages) for entry in one.entries)
            shutil.rmtree(folder)
        RESULTS.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
