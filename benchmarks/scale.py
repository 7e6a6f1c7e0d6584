"""Speed at size of both engines on made-up text: `python -m benchmarks.scale [--sizes 1000,10000,100000] [--engines embedded,postgres]`.

Text and vectors are those of `benchmarks.index` (Zipf words, vectors around 200 centres). Milliseconds are without the encoder,
on the clock, and depend on what else the machine does: the load average is in the table. The PostgreSQL server is the one that the
tests start. Writes benchmarks/results/scale.json; sizes and engines measured before are kept.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from benchmarks.index import (
    DIMENSION,
    RESULTS,
    lasting,
    make_entries,
    make_vectors,
    timed,
    vocabulary,
    zipf,
)
from kmassist.documents.document import SourceType
from kmassist.index import Filter, Index
from kmassist.index.local import open_local
from kmassist.index.postgres import dense, open_postgres
from kmassist.text.words import stem, tokenise
from tests.servers import Postgres

KNOWN: dict[str, Any] = {"embedder": "bench", "dimension": DIMENSION}
WHERE = Filter(source_types=frozenset({SourceType.PUB, SourceType.AUD}), year_from=2010)


def questions(count: int = 100) -> list[tuple[dict[str, float], np.ndarray]]:
    words = vocabulary()
    drawn = [words[zipf(np.random.default_rng(10 + i), 7, len(words))] for i in range(count)]
    vectors = make_vectors(np.random.default_rng(5), count)
    return [
        (dict.fromkeys(sorted({stem(w) for w in q}), 1.0), v)
        for q, v in zip(drawn, vectors, strict=True)
    ]


@contextmanager
def place(engine: str) -> Iterator[tuple[Any, Any]]:
    """How to open an empty library of an engine, and how many megabytes it takes."""
    if engine == "embedded":
        folder = Path(tempfile.mkdtemp(prefix="kmscale-")) / "library"
        try:
            yield (
                lambda **options: open_local(str(folder), **KNOWN, **options),
                lambda: sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6,
            )
        finally:
            shutil.rmtree(folder.parent)
        return
    settings = {"shared_buffers": "512MB", "max_wal_size": "4GB", "maintenance_work_mem": "512MB"}
    with Postgres(fsync="on", **settings) as server:
        server.psql("CREATE DATABASE region")
        rest = server.url("region").partition(":")[2]
        yield (
            lambda **options: open_postgres(rest, **KNOWN, **options),
            lambda: int(server.psql("SELECT pg_database_size('region')").stdout) / 1e6,
        )


def measured(engine: str, size: int) -> dict[str, Any]:
    found: dict[str, Any] = {"load average": [round(x, 1) for x in os.getloadavg()]}
    asked = questions()
    with place(engine) as (opened, megabytes):
        index: Index = opened(create=True)
        spent = 0.0
        for entry in make_entries(size):
            began = time.perf_counter()
            index.add(entry)
            spent += time.perf_counter() - began
        found["fill_passages_per_s"] = round(size / spent)
        # A folder merges, a database makes the graph of vectors when its writer closes: this is the figure to compare.
        found["merge_s"], _ = lasting(index.compact if engine == "embedded" else index.close)  # type: ignore[attr-defined]
        spent += found["merge_s"]
        found["indexed_passages_per_s"] = round(size / spent)
        index.close()
        found["disk_mb"] = round(megabytes())
        began = time.perf_counter()
        index = opened()
        found["open_s"] = round(time.perf_counter() - began, 3)
        found |= worked("first_words", lambda: index.lexical(asked[0][0], 100))
        found |= worked("first_vectors", lambda: index.dense(asked[0][1], 100))
        found["words"] = timed([lambda t=t: index.lexical(t, 100) for t, _ in asked])
        found["vectors"] = timed([lambda v=v: index.dense(v, 100) for _, v in asked])
        found["both"] = timed(
            [lambda t=t, v=v: (index.lexical(t, 100), index.dense(v, 100)) for t, v in asked]
        )
        found["both, filtered"] = timed(
            [
                lambda t=t, v=v: (index.lexical(t, 100, WHERE), index.dense(v, 100, WHERE))
                for t, v in asked
            ]
        )
        if engine == "postgres":
            found["recall@10"] = recall(index, [v for _, v in asked[:50]])
        more = list(make_entries(200 + size % 7, per_document=20))
        found["add one until found"] = timed(
            [lambda e=e: add_and_find(index, e) for e in more[1:8]]
        )
        found |= worked("forget_one", lambda: index.delete(more[1].document.doc_id))
        found |= worked("forget_another", lambda: index.delete(more[2].document.doc_id))
        index.close()
    found["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def worked(name: str, call: Callable[[], object]) -> dict[str, float]:
    """Seconds on the clock, and of this process's processor time: a database's own are in neither but the first."""
    began = time.process_time()
    clock, _ = lasting(call)
    return {f"{name}_s": clock, f"{name}_cpu_s": round(time.process_time() - began, 3)}


def recall(index: Index, vectors: list[np.ndarray]) -> float:
    """Of the exact ten nearest, the share that the graph finds."""
    kept = dense.EXACT_BELOW
    try:
        dense.EXACT_BELOW = 1
        graph = [{hit.passage_id for hit in index.dense(v, 10)} for v in vectors]
        dense.EXACT_BELOW = 1 << 60
        exact = [{hit.passage_id for hit in index.dense(v, 10)} for v in vectors]
    finally:
        dense.EXACT_BELOW = kept
    return round(float(np.mean([len(a & b) / 10 for a, b in zip(graph, exact, strict=True)])), 4)


def add_and_find(index: Index, entry: Any) -> None:
    index.add(entry)
    wanted = entry.passages[0].passage_id
    terms = dict.fromkeys(tokenise(entry.passages[0].text), 1.0)
    assert wanted in {hit.passage_id for hit in index.lexical(terms, 5)}
    assert wanted in {hit.passage_id for hit in index.dense(entry.vectors[0], 5)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--engines", default="embedded,postgres")
    parser.add_argument("--out", type=Path, default=RESULTS / "scale.json")
    arguments = parser.parse_args()
    report: dict[str, Any] = {"sizes": {}}
    if arguments.out.is_file():
        report = json.loads(arguments.out.read_text(encoding="utf-8"))
    report["processors"] = os.cpu_count()
    for size in map(int, arguments.sizes.split(",")):
        for engine in arguments.engines.split(","):
            found = measured(engine, size)
            report["sizes"].setdefault(str(size), {})[engine] = found
            print(json.dumps({f"{size} {engine}": found}, indent=1), flush=True)
            arguments.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
