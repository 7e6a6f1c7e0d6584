"""Speed at size of both engines on made-up text: `python -m benchmarks.scale [--sizes 1000,10000,100000] [--engines embedded,postgres]`.

Text and vectors are those of `benchmarks.index` (Zipf words, vectors around 200 centres). Milliseconds are without the encoder,
on the clock, and depend on what else the machine does: the load average is in the table. The PostgreSQL server is the one that the
tests start. Writes benchmarks/results/scale.json; sizes and engines measured before are kept. With ``--keep FOLDER`` the library
in a folder stays there, and the next run asks it again without filling it; with ``--at-once`` it is filled without waiting for
the disk and merged once, so that a million takes half an hour and not most of two: such a filling is not timed.
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
from contextlib import AbstractContextManager, contextmanager
from functools import partial
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
from kmassist.index import Filter, Index, folder
from kmassist.index import dense as lists
from kmassist.index.local import open_local
from kmassist.index.postgres import dense, open_postgres
from kmassist.text.words import stem, tokenise
from tests.servers import Postgres

KNOWN: dict[str, Any] = {"embedder": "bench", "dimension": DIMENSION}
FILLING = (
    *("load average, filling", "fill_passages_per_s", "merge_s", "indexed_passages_per_s"),
    *("fill_and_merge_cpu_s", "merge_cpu_s"),
)
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
def place(engine: str, kept: Path | None) -> Iterator[tuple[Any, Any]]:
    """How to open a library of an engine, and how many megabytes each part of it takes."""
    if engine == "embedded":
        library = (kept or Path(tempfile.mkdtemp(prefix="kmscale-"))) / "library"
        try:
            yield (
                lambda **options: open_local(str(library), **KNOWN, **options),
                lambda: sizes(library),
            )
        finally:
            if kept is None:
                shutil.rmtree(library.parent)
        return
    settings = {"shared_buffers": "512MB", "max_wal_size": "4GB", "maintenance_work_mem": "512MB"}
    with Postgres(fsync="on", **settings) as server:
        server.psql("CREATE DATABASE region")
        rest = server.url("region").partition(":")[2]
        yield (
            lambda **options: open_postgres(rest, **KNOWN, **options),
            lambda: {"all": int(server.psql("SELECT pg_database_size('region')").stdout) / 1e6},
        )


def sizes(library: Path) -> dict[str, float]:
    """Megabytes of the files of a library, by what they are."""
    found = {"all": 0.0, "km.db": 0.0, "blobs": 0.0, "idx": 0.0}
    for file in library.rglob("*"):
        if file.is_file():
            part = file.relative_to(library).parts[0]
            found["all"] += file.stat().st_size / 1e6
            found[part] = found.get(part, 0.0) + file.stat().st_size / 1e6
    return found


def filled(engine: str, index: Index, size: int) -> dict[str, Any]:
    """Fill an empty library and close it."""
    found: dict[str, Any] = {"load average, filling": [round(x, 1) for x in os.getloadavg()]}
    spent, worked_for = 0.0, time.process_time()
    for entry in make_entries(size):
        began = time.perf_counter()
        index.add(entry)
        spent += time.perf_counter() - began
    found["fill_passages_per_s"] = round(size / spent)
    # A folder merges, a database makes the graph of vectors when its writer closes: this is the figure to compare.
    found["merge_s"], _ = lasting(index.compact if engine == "embedded" else index.close)  # type: ignore[attr-defined]
    found["indexed_passages_per_s"] = round(size / (spent + found["merge_s"]))
    found["fill_and_merge_cpu_s"] = round(time.process_time() - worked_for)
    index.close()
    return found


def filled_at_once(index: Any, size: int) -> dict[str, Any]:
    """Fill an empty library in a folder for asking alone."""
    limit, sync, folder.PENDING_LIMIT, os.fsync = folder.PENDING_LIMIT, os.fsync, 1 << 60, int
    index._database.execute("PRAGMA synchronous=OFF")
    try:
        for entry in make_entries(size):
            index.add(entry)
    finally:
        folder.PENDING_LIMIT, os.fsync = limit, sync
        index._database.execute("PRAGMA synchronous=FULL")
    found = worked("merge", index.compact)
    index.close()
    return found


def measured(
    engine: str, size: int, kept: Path | None, before: dict[str, Any], *, at_once: bool = False
) -> dict[str, Any]:
    found: dict[str, Any] = {"load average": [round(x, 1) for x in os.getloadavg()]}
    asked = questions()
    with place(engine, kept) as (opened, megabytes):
        index: Index = opened(create=True)
        if index.stats().passages < size:
            found |= (filled_at_once if at_once else partial(filled, engine))(index, size)
        else:
            found |= {name: before[name] for name in before if name in FILLING}
            index.close()
        found["disk_mb"] = {name: round(held) for name, held in megabytes().items()}
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
        find_all = exactly if engine == "embedded" else exactly_in_postgres
        found["recall@10"] = recall(index, [v for _, v in asked[:50]], find_all)
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


def recall(
    index: Index, vectors: list[np.ndarray], find_all: Callable[[], AbstractContextManager[None]]
) -> float:
    """Of the exact ten nearest, the share that is found."""
    found = [{hit.passage_id for hit in index.dense(v, 10)} for v in vectors]
    with find_all():
        exact = [{hit.passage_id for hit in index.dense(v, 10)} for v in vectors]
    return round(float(np.mean([len(a & b) / 10 for a, b in zip(found, exact, strict=True)])), 4)


@contextmanager
def exactly() -> Iterator[None]:
    """Every list of an inverted file is read."""
    share = lists._SHARE
    lists._SHARE = 1.0
    try:
        yield
    finally:
        lists._SHARE = share


@contextmanager
def exactly_in_postgres() -> Iterator[None]:
    """No graph is used."""
    below = dense.EXACT_BELOW
    dense.EXACT_BELOW = 1 << 60
    try:
        yield
    finally:
        dense.EXACT_BELOW = below


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
    parser.add_argument("--keep", type=Path, help="of one size of the folder's engine alone")
    parser.add_argument("--at-once", action="store_true")
    parser.add_argument("--out", type=Path, default=RESULTS / "scale.json")
    arguments = parser.parse_args()
    report: dict[str, Any] = {"sizes": {}}
    if arguments.out.is_file():
        report = json.loads(arguments.out.read_text(encoding="utf-8"))
    report["processors"] = os.cpu_count()
    for size in map(int, arguments.sizes.split(",")):
        for engine in arguments.engines.split(","):
            held = report["sizes"].setdefault(str(size), {})
            held[engine] = found = measured(
                engine,
                size,
                arguments.keep,
                held.get(engine, {}),
                at_once=arguments.at_once and engine == "embedded",
            )
            print(json.dumps({f"{size} {engine}": found}, indent=1), flush=True)
            arguments.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
