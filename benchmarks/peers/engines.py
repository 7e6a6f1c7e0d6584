"""One other engine, filled and asked: `python engines.py NAME FOLDER`. Run by `benchmarks.peers` in the environment of the peers.

Knows nothing of kmassist. The folder holds passages.jsonl (id, text), vectors.npy, questions.jsonl (id, text) and asked.npy; every
engine gets these passages with these vectors and answers with its own hybrid search as its documentation shows it, ids and
scores, the best first, at most 100. Writes answers.json: the runs, seconds of building, milliseconds of each question, memory.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ |= {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "LANCE_CPU_THREADS": "1",
    "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false",
    "HAYSTACK_TELEMETRY_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False", "DO_NOT_TRACK": "1",
}  # fmt: skip

import numpy as np

K = 100
Passages = Sequence[tuple[str, str]]
Ask = Callable[[str, np.ndarray], list[tuple[str, float]]]
"""A question's words and its vector -> (passage id, score), the best first."""


def llama_index(passages: Passages, vectors: np.ndarray) -> Ask:
    """Vectors and BM25, joined by reciprocal ranks (QueryFusionRetriever)."""
    from llama_index.core import VectorStoreIndex
    from llama_index.core.embeddings import MockEmbedding
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.core.schema import QueryBundle, TextNode
    from llama_index.retrievers.bm25 import BM25Retriever

    nodes = [
        TextNode(id_=key, text=text, embedding=vector.tolist())
        for (key, text), vector in zip(passages, vectors, strict=True)
    ]
    index = VectorStoreIndex(nodes, embed_model=MockEmbedding(embed_dim=vectors.shape[1]))
    legs = [
        index.as_retriever(similarity_top_k=K),
        BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=K),
    ]
    both = QueryFusionRetriever(
        legs, similarity_top_k=K, num_queries=1, mode="reciprocal_rerank", use_async=False, llm=MockLLM()
    )  # fmt: skip

    def ask(text: str, vector: np.ndarray) -> list[tuple[str, float]]:
        found = both.retrieve(QueryBundle(query_str=text, embedding=vector.tolist()))
        return [(hit.node.node_id, float(hit.score)) for hit in found]

    return ask


def haystack(passages: Passages, vectors: np.ndarray) -> Ask:
    """BM25 and vectors in memory, joined by reciprocal ranks (DocumentJoiner)."""
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
    store.write_documents(
        [
            Document(id=key, content=text, embedding=vector.tolist())
            for (key, text), vector in zip(passages, vectors, strict=True)
        ]
    )
    words = InMemoryBM25Retriever(store, top_k=K)
    meaning = InMemoryEmbeddingRetriever(store, top_k=K)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=K)

    def ask(text: str, vector: np.ndarray) -> list[tuple[str, float]]:
        legs = [
            words.run(query=text)["documents"],
            meaning.run(query_embedding=vector.tolist())["documents"],
        ]
        return [(d.id, float(d.score)) for d in joiner.run(documents=legs)["documents"]]

    return ask


def lancedb(passages: Passages, vectors: np.ndarray) -> Ask:
    """Full text and vectors, joined by reciprocal ranks (RRFReranker)."""
    import lancedb as lance
    from lancedb.rerankers import RRFReranker

    base = lance.connect(tempfile.mkdtemp(prefix="kmpeers-"))
    rows = [
        {"id": key, "text": text, "vector": vector.tolist()}
        for (key, text), vector in zip(passages, vectors, strict=True)
    ]
    table = base.create_table("passages", rows)
    table.create_fts_index("text", stem=True, remove_stop_words=True)
    reranker = RRFReranker()

    def ask(text: str, vector: np.ndarray) -> list[tuple[str, float]]:
        asked = table.search(query_type="hybrid").vector(vector).text(text).distance_type("dot")
        found = asked.rerank(reranker).limit(K).to_list()
        return [(row["id"], float(row["_relevance_score"])) for row in found]

    return ask


def txtai(passages: Passages, vectors: np.ndarray) -> Ask:
    """Hybrid search as it comes (hybrid=True)."""
    from txtai import Embeddings

    known = {text: vector for (_, text), vector in zip(passages, vectors, strict=True)}
    asked: dict[str, np.ndarray] = {}

    def transform(texts: Sequence[str]) -> np.ndarray:
        return np.stack([asked[t] if t in asked else known[t] for t in texts])

    embeddings = Embeddings(method="external", transform=transform, hybrid=True, content=False)
    embeddings.index([(key, text, None) for key, text in passages])

    def ask(text: str, vector: np.ndarray) -> list[tuple[str, float]]:
        asked[text] = vector
        return [(key, float(score)) for key, score in embeddings.search(text, K)]

    return ask


def qdrant_client(passages: Passages, vectors: np.ndarray) -> Ask:
    """The client's own engine in memory: sparse BM25 weights and vectors, joined by reciprocal ranks."""
    import bm25s
    import Stemmer
    from qdrant_client import QdrantClient, models

    stemmer = Stemmer.Stemmer("english")

    def counted(texts: Sequence[str]) -> list[Counter[str]]:
        split = bm25s.tokenize(
            list(texts), stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False
        )
        return [Counter(terms) for terms in split]

    numbers: dict[str, int] = {}
    counts = counted([text for _, text in passages])
    mean = sum(sum(c.values()) for c in counts) / len(counts)

    def sparse(weights: dict[str, float]) -> Any:
        ids = [numbers.setdefault(term, len(numbers)) for term in weights]
        return models.SparseVector(indices=ids, values=list(weights.values()))

    client = QdrantClient(":memory:")
    client.create_collection(
        "passages",
        vectors_config={"dense": models.VectorParams(size=vectors.shape[1], distance=models.Distance.DOT)},
        sparse_vectors_config={"words": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )  # fmt: skip
    points = []
    for number, (vector, c) in enumerate(zip(vectors, counts, strict=True)):
        norm = 1.2 * (0.25 + 0.75 * sum(c.values()) / mean)
        words = sparse({t: n * 2.2 / (n + norm) for t, n in c.items()})
        points.append(models.PointStruct(id=number, vector={"dense": vector.tolist(), "words": words}))  # fmt: skip
    client.upsert("passages", points)

    def ask(text: str, vector: np.ndarray) -> list[tuple[str, float]]:
        words = sparse(dict.fromkeys(counted([text])[0], 1.0))
        found = client.query_points(
            "passages",
            prefetch=[
                models.Prefetch(query=words, using="words", limit=K),
                models.Prefetch(query=vector.tolist(), using="dense", limit=K),
            ],
            query=models.FusionQuery(fusion=models.Fusion.RRF),
            limit=K,
        )
        return [(passages[int(p.id)][0], float(p.score)) for p in found.points]

    return ask


def chromadb(passages: Passages, vectors: np.ndarray) -> Ask:
    """Vectors alone: its own engine in one process has no search by words that ranks."""
    import chromadb as chroma

    client = chroma.EphemeralClient(settings=chroma.Settings(anonymized_telemetry=False))
    held = client.create_collection(
        "passages", metadata={"hnsw:space": "ip"}, embedding_function=None
    )
    for start in range(0, len(passages), 1000):
        part = passages[start : start + 1000]
        held.add(
            ids=[key for key, _ in part],
            embeddings=vectors[start : start + 1000],
            documents=[text for _, text in part],
        )

    def ask(text: str, vector: np.ndarray) -> list[tuple[str, float]]:
        found = held.query(query_embeddings=[vector], n_results=K, include=["distances"])
        return [
            (k, 1 - float(d)) for k, d in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    return ask


ENGINES: dict[str, tuple[Callable[[Passages, np.ndarray], Ask], tuple[str, ...]]] = {
    "llama-index": (llama_index, ("llama-index-core", "llama-index-retrievers-bm25")),
    "haystack": (haystack, ("haystack-ai",)),
    "lancedb": (lancedb, ("lancedb",)),
    "txtai": (txtai, ("txtai",)),
    "qdrant-client": (qdrant_client, ("qdrant-client", "bm25s", "PyStemmer")),
    "chromadb": (chromadb, ("chromadb",)),
}
"""Name -> how it is filled, and what is installed for it."""


def lines(path: Path) -> list[tuple[str, str]]:
    """(id, text) of each line."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(row["id"], row["text"]) for row in rows]


def run(folder: Path, build: Callable[[], Ask]) -> None:
    """Build, ask every question once, write answers.json."""
    questions, asked = lines(folder / "questions.jsonl"), np.load(folder / "asked.npy")
    began = time.perf_counter()
    ask = build()
    built = time.perf_counter() - began
    ask(questions[0][1], asked[0])
    runs, clock, processor = {}, [], []
    for (key, text), vector in zip(questions, asked, strict=True):
        began, worked = time.perf_counter(), time.process_time()
        runs[key] = ask(text, vector)
        processor.append(1000 * (time.process_time() - worked))
        clock.append(1000 * (time.perf_counter() - began))
    found = {
        "build_s": round(built, 2),
        "p50_ms": round(float(np.percentile(clock, 50)), 2),
        "p95_ms": round(float(np.percentile(clock, 95)), 2),
        "cpu_p50_ms": round(float(np.percentile(processor, 50)), 2),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "runs": runs,
    }
    (folder / "answers.json").write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    place = Path(sys.argv[2])
    run(
        place,
        lambda: ENGINES[sys.argv[1]][0](
            lines(place / "passages.jsonl"), np.load(place / "vectors.npy")
        ),
    )
