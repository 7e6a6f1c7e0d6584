"""Speed and size of the index on made-up text: `python benchmarks/index.py [--sizes 1000,10000,100000]`.

Passages are 90 random words of a Zipf vocabulary, vectors are random unit vectors around 200 centres: good for time and
size, not for quality. Milliseconds depend on the machine and on what else runs there; the ratios are what to look at.
Writes benchmarks/results/index.json.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from kmassist.documents.document import Document, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import Passage
from kmassist.index import Entry, Filter
from kmassist.index.lexical import K1, B, Lexical, index_terms, postings_of
from kmassist.index.local import open_local
from kmassist.text.words import stem, tokenise

DIMENSION = 384
RESULTS = Path(__file__).parent / "results"
TYPES = list(SourceType)


@lru_cache(maxsize=1)
def vocabulary(size: int = 60_000) -> np.ndarray:
    """Made-up words, the short ones first."""
    rng = np.random.default_rng(1)
    letters = np.array(list("bcdfghklmnprst")), np.array(list("aeiou"))
    return np.array(
        [
            "".join(rng.choice(letters[i % 2]) for i in range(5 + n // 6000)) + "q"
            for n in range(size)
        ]
    )


def zipf(rng: np.random.Generator, count: int, size: int) -> np.ndarray:
    """Ranks drawn with probability proportional to 1 / (rank + 3)."""
    total = _totals(size)
    return np.searchsorted(total, rng.random(count) * total[-1])


@lru_cache(maxsize=1)
def _totals(size: int) -> np.ndarray:
    return np.cumsum(1 / (np.arange(size) + 3.0))


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def make_vectors(rng: np.random.Generator, count: int) -> np.ndarray:
    return unit(
        _centres()[rng.integers(0, 200, count)]
        + 0.9 * unit(rng.standard_normal((count, DIMENSION)))
    )


@lru_cache(maxsize=1)
def _centres() -> np.ndarray:
    return unit(np.random.default_rng(2).standard_normal((200, DIMENSION)))


def make_entries(passages: int, per_document: int = 20, sentences: int = 5):
    """Documents of ``per_document`` passages of 90 words."""
    words, rng = vocabulary(), np.random.default_rng(passages)
    for number in range(passages // per_document):
        drawn = words[zipf(rng, per_document * sentences * 18, len(words))].reshape(
            per_document * sentences, 18
        )
        lines = [" ".join(line).capitalize() + "." for line in drawn]
        text = "\n".join(lines)
        doc_id = make_doc_id(text)
        metadata = Metadata(
            title=" ".join(drawn[0, :6]),
            source_type=TYPES[number % 8],
            published=str(2000 + number % 25),
            topics=(f"t{number % 9}",),
        )
        ends = np.cumsum([len(line) + 1 for line in lines]).tolist()
        spans = [(end - len(line) - 1, end - 1) for line, end in zip(lines, ends, strict=True)]
        split = []
        for ordinal in range(per_document):
            own = tuple(spans[ordinal * sentences : (ordinal + 1) * sentences])
            start, end = own[0][0], own[-1][1]
            split.append(
                Passage(
                    f"{doc_id}:{ordinal:05d}", doc_id, ordinal, text[start:end], start, end, own
                )
            )
        vectors = make_vectors(rng, len(split))
        within = [np.repeat(v[None], sentences, axis=0) for v in vectors]
        document = Document(
            doc_id=doc_id, text=text, metadata=metadata, source_name=f"{number}.txt"
        )
        yield Entry(document, split, vectors, within, text.encode())


def timed(calls: Sequence[Callable[[], object]]) -> dict[str, float]:
    """Milliseconds of each call, after one call to warm up: on the clock, and of this thread's processor time.

    On a machine that is busy with other things the second is the one to compare.
    """
    calls[0]()
    clock, processor = [], []
    for call in calls:
        began, worked = time.perf_counter(), time.thread_time()
        call()
        processor.append(1000 * (time.thread_time() - worked))
        clock.append(1000 * (time.perf_counter() - began))
    figures = {
        "p50_ms": (clock, 50),
        "p95_ms": (clock, 95),
        "cpu_p50_ms": (processor, 50),
        "cpu_p95_ms": (processor, 95),
    }
    return {name: round(float(np.percentile(spent, q)), 3) for name, (spent, q) in figures.items()}


def lasting(call: Callable[[], object]) -> tuple[float, object]:
    """Seconds on the clock, and what the call gave."""
    start = time.perf_counter()
    result = call()
    return round(time.perf_counter() - start, 3), result


def bm25s_engine(rows: list[list[str]], queries: list[list[str]]) -> dict[str, object]:
    """bm25s (Lu 2024) with Lucene's idf."""
    import bm25s

    engine = bm25s.BM25(method="lucene", k1=K1, b=B)
    seconds, _ = lasting(lambda: engine.index(rows, show_progress=False))
    asked = [
        lambda q=q: engine.retrieve([q], k=100, show_progress=False, n_threads=1) for q in queries
    ]
    return {"build_s": seconds, **timed(asked)}


def tantivy_engine(rows: list[list[str]], queries: list[list[str]]) -> dict[str, object]:
    """tantivy with one writing thread."""
    import tantivy

    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("t", stored=False, tokenizer_name="whitespace")
        .build()
    )
    index = tantivy.Index(schema)

    def fill() -> None:
        writer = index.writer(128_000_000, 1)
        for row in rows:
            writer.add_document(tantivy.Document(t=" ".join(row)))
        writer.commit()
        writer.wait_merging_threads()

    seconds, _ = lasting(fill)
    index.reload()
    searcher = index.searcher()
    asked = [
        lambda q=q: searcher.search(index.parse_query(" ".join(q), ["t"]), 100) for q in queries
    ]
    return {"build_s": seconds, **timed(asked)}


def engines(rows: list[list[str]], queries: list[list[str]]) -> dict[str, object]:
    """BM25 engines on the same tokens, top 100."""
    found: dict[str, object] = {}
    seconds, postings = lasting(lambda: postings_of(rows))
    leg = Lexical(postings)
    total = int(postings.lengths.sum())

    def own(query: list[str]) -> np.ndarray:
        scores = leg.scores(
            dict.fromkeys(query, 1.0), passages=len(rows), total_length=total, is_live=None
        )
        return np.argpartition(-scores, 100)[:100]

    found["own"] = {"build_s": seconds, **timed([lambda q=q: own(q) for q in queries])}

    for name, compare in (("bm25s", bm25s_engine), ("tantivy", tantivy_engine)):
        if importlib.util.find_spec(
            name
        ):  # compared where they are installed; kmassist does not need them
            found[name] = compare(rows, queries)

    import apsw

    memory = apsw.Connection(":memory:")
    memory.execute("CREATE VIRTUAL TABLE f USING fts5(t, content='')")
    seconds, _ = lasting(
        lambda: memory.executemany(
            "INSERT INTO f(t) VALUES (?)", ((" ".join(row),) for row in rows)
        )
    )
    sql = "SELECT rowid FROM f WHERE f MATCH ? ORDER BY bm25(f) LIMIT 100"
    few = queries[:20]
    asked = [" OR ".join(f'"{t}"' for t in q) for q in few]
    found["fts5"] = {
        "build_s": seconds,
        **timed([lambda q=q: memory.execute(sql, (q,)).fetchall() for q in asked]),
    }
    memory.close()

    from rank_bm25 import BM25Okapi

    seconds, okapi = lasting(lambda: BM25Okapi(rows, k1=K1, b=B))
    found["rank-bm25"] = {
        "build_s": seconds,
        **timed([lambda q=q: np.argpartition(-okapi.get_scores(q), 100)[:100] for q in few[:10]]),
    }
    ratio = found["rank-bm25"]["cpu_p50_ms"] / found["own"]["cpu_p50_ms"]  # type: ignore[index]
    found["rank-bm25 / own, cpu p50"] = round(ratio, 1)
    return found


def scans(count: int, with_graph: bool) -> dict[str, object]:
    """Ways of finding the 100 nearest vectors; recall is against the exact scan."""
    import faiss

    faiss.omp_set_num_threads(1)
    rng = np.random.default_rng(3)
    vectors, queries = make_vectors(rng, count), make_vectors(rng, 50)
    exact = faiss.IndexFlatIP(DIMENSION)
    found: dict[str, object] = {}
    seconds, _ = lasting(lambda: exact.add(vectors))
    truth = [set(exact.search(q[None], 100)[1][0].tolist()) for q in queries]
    found["flat float32"] = {
        "build_s": seconds,
        **timed([lambda q=q: exact.search(q[None], 100) for q in queries]),
    }
    found["numpy"] = timed(
        [lambda q=q: np.argpartition(-(vectors @ q), 100)[:100] for q in queries]
    )
    half = faiss.IndexScalarQuantizer(
        DIMENSION, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    half.train(vectors[:1])
    seconds, _ = lasting(lambda: half.add(vectors))
    found["flat float16 (used)"] = {
        "build_s": seconds,
        **timed([lambda q=q: half.search(q[None], 100) for q in queries]),
    }
    lists = int(4 * count**0.5)
    inverted = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(DIMENSION),
        DIMENSION,
        lists,
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
        False,
    )
    inverted.cp.niter = 8
    step = max(1, count // (lists * 40))
    seconds, _ = lasting(lambda: (inverted.train(vectors[::step]), inverted.add(vectors)))
    for probes in (16, 48, 128):
        inverted.nprobe = probes
        got = [set(inverted.search(q[None], 100)[1][0].tolist()) for q in queries]
        recall = float(np.mean([len(a & b) / 100 for a, b in zip(truth, got, strict=True)]))
        found[f"inverted file, {probes} of {lists} lists"] = {
            "build_s": seconds,
            "recall": round(recall, 3),
            **timed([lambda q=q: inverted.search(q[None], 100) for q in queries]),
        }
    if with_graph:
        graph = faiss.IndexHNSWFlat(DIMENSION, 32, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction, graph.hnsw.efSearch = 80, 128
        seconds, _ = lasting(lambda: graph.add(vectors))
        got = [set(graph.search(q[None], 100)[1][0].tolist()) for q in queries]
        recall = float(np.mean([len(a & b) / 100 for a, b in zip(truth, got, strict=True)]))
        found["graph (HNSW 32, ef 128)"] = {
            "build_s": seconds,
            "recall": round(recall, 3),
            **timed([lambda q=q: graph.search(q[None], 100) for q in queries]),
        }
    return found


REOPEN = """
import time, sys, json, resource
start = time.perf_counter()
import numpy as np
from kmassist.index.local import open_local
loaded = time.perf_counter()
index = open_local(sys.argv[1], embedder="bench", dimension=384, read_only=True)
index.lexical({t: 1.0 for t in sys.argv[2].split()}, 100)
lexical = time.perf_counter()
index.dense(np.full(384, 384**-0.5, np.float32), 100)
dense = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"import_s": round(loaded - start, 3), "first_lexical_s": round(lexical - loaded, 3),
                  "first_dense_s": round(dense - lexical, 3), "peak_mb": round(peak)}))
"""


def library(folder: Path, size: int, queries: list[list[str]]) -> dict[str, object]:
    """The product's own index: filling, merging, searching, adding one, forgetting one, opening again."""
    found: dict[str, object] = {}
    entries = make_entries(size)
    spent = 0.0
    index = open_local(str(folder), embedder="bench", dimension=DIMENSION, create=True)
    for entry in entries:
        start = time.perf_counter()
        index.add(entry)
        spent += time.perf_counter() - start
    found["fill_passages_per_s"] = round(size / spent)
    found["merge_s"], _ = lasting(index.compact)
    rng = np.random.default_rng(5)
    vectors = make_vectors(rng, len(queries))
    where = Filter(source_types=frozenset({SourceType.PUB, SourceType.AUD}), year_from=2010)
    terms = [dict.fromkeys(q, 1.0) for q in queries]
    found["lexical"] = timed([lambda t=t: index.lexical(t, 100) for t in terms])
    found["dense"] = timed([lambda v=v: index.dense(v, 100) for v in vectors])
    found["both"] = timed(
        [
            lambda t=t, v=v: (index.lexical(t, 100), index.dense(v, 100))
            for t, v in zip(terms, vectors, strict=True)
        ]
    )
    found["both, filtered"] = timed(
        [
            lambda t=t, v=v: (index.lexical(t, 100, where), index.dense(v, 100, where))
            for t, v in zip(terms, vectors, strict=True)
        ]
    )

    def add_and_find(entry: Entry) -> None:
        index.add(entry)
        wanted = entry.passages[0].passage_id
        assert wanted in {
            hit.passage_id
            for hit in index.lexical(dict.fromkeys(tokenise(entry.passages[0].text), 1.0), 5)
        }
        assert wanted in {hit.passage_id for hit in index.dense(entry.vectors[0], 5)}

    more = list(make_entries(500 + size % 7, per_document=20))
    found["add one of 20 passages until found"] = timed(
        [lambda e=e: add_and_find(e) for e in more[1:16]]
    )
    found["both, after 300 added passages"] = timed(
        [
            lambda t=t, v=v: (index.lexical(t, 100), index.dense(v, 100))
            for t, v in zip(terms, vectors, strict=True)
        ]
    )
    found["forget_one_s"], _ = lasting(lambda: index.delete(more[1].document.doc_id))
    found["close_s"], _ = lasting(index.close)
    found["disk_mb"] = round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6)
    run = [sys.executable, "-c", REOPEN, str(folder), " ".join(queries[0])]
    found["reopen"] = json.loads(
        subprocess.run(run, capture_output=True, text=True, check=True).stdout
    )
    index = open_local(str(folder), embedder="bench", dimension=DIMENSION)
    index.add(more[1])
    shutil.rmtree(folder / "idx")
    del index
    gc.collect()
    index = open_local(str(folder), embedder="bench", dimension=DIMENSION)
    found["rebuild_from_database_s"], _ = lasting(index.compact)
    index.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--parts", default="engines,scans,library")
    parser.add_argument("--out", type=Path, default=RESULTS / "index.json")
    arguments = parser.parse_args()
    report: dict[str, Any] = {"sizes": {}}
    if arguments.out.is_file():  # sizes and parts measured before are kept
        report = json.loads(arguments.out.read_text(encoding="utf-8"))
    report |= {"python": platform.python_version(), "processors": os.cpu_count()}
    for size in map(int, arguments.sizes.split(",")):
        words = vocabulary()
        drawn = [words[zipf(np.random.default_rng(10 + i), 7, len(words))] for i in range(100)]
        queries = [sorted({stem(w) for w in q}) for q in drawn]
        found: dict[str, Any] = report["sizes"].setdefault(str(size), {})
        found["load average"] = (
            [round(load, 1) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None
        )
        if "engines" in arguments.parts:
            rows = [index_terms(e.document, p) for e in make_entries(size) for p in e.passages]
            found["bm25"] = engines(rows, queries)
            del rows
        if "scans" in arguments.parts:
            found["vectors"] = scans(size, with_graph=size <= 20_000)
        gc.collect()
        if "library" in arguments.parts:
            with tempfile.TemporaryDirectory() as folder:
                found["library"] = library(Path(folder) / "library", size, queries)
        found["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({size: found}, indent=1), flush=True)
        arguments.out.parent.mkdir(exist_ok=True)
        arguments.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
