"""Judged sets of ../shared/data as indexes in memory, with embeddings kept in .cache between runs."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from kmassist.assistant.evaluation import Judged, fill, read_beir
from kmassist.documents.document import Document, clean_text
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import Passage
from kmassist.embedding.embedder import Embedder
from kmassist.index import Filter, Index, Stats, open_index
from kmassist.readers import read_source

Vectors = NDArray[np.float32]
Spans = Sequence[tuple[int, int]]

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
CACHE = Path(__file__).resolve().parents[1] / ".cache" / "embeddings.sqlite"
RESULTS = Path(__file__).resolve().parent / "results"


class Remembering:
    """An embedder that keeps what it embedded in a file, keyed by the words, their sentences and the model."""

    def __init__(self, embedder: Embedder, path: Path = CACHE) -> None:
        self._embedder = embedder
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path)
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, rows INTEGER, vectors BLOB)"
        )

    @property
    def fingerprint(self) -> str:
        """The embedder's own."""
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        """The embedder's own."""
        return self._embedder.dimension

    def key(self, text: str, spans: Spans) -> str:
        """Names a text: its words, its sentences' words and the model."""
        parts = [" ".join(text.split()), *(" ".join(text[a:b].split()) for a, b in spans)]
        return hashlib.sha256("\n".join([self.fingerprint, *parts]).encode()).hexdigest()[:32]

    def embed(self, texts: Sequence[str], spans: Sequence[Spans]) -> tuple[Vectors, list[Vectors]]:
        """See `Embedder.embed`."""
        keys = [self.key(text, of_text) for text, of_text in zip(texts, spans, strict=True)]
        missing = [i for i, key in enumerate(keys) if self._get(key) is None]
        if missing:
            vectors, sentences = self._embedder.embed(
                [texts[i] for i in missing], [spans[i] for i in missing]
            )
            for i, vector, of_text in zip(missing, vectors, sentences, strict=True):
                self.put(keys[i], np.vstack([vector[None], of_text]))
            self._file.commit()
        kept = [self._get(key) for key in keys]
        blocks = [block for block in kept if block is not None]
        first = (
            np.stack([block[0] for block in blocks])
            if blocks
            else np.zeros((0, self.dimension), np.float32)
        )
        return first, [block[1:] for block in blocks]

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder.embed_query`."""
        key = self.key(f"query: {text}", [])
        kept = self._get(key)
        if kept is None:
            kept = self._embedder.embed_query(text)[None]
            self.put(key, kept)
            self._file.commit()
        vector: Vectors = kept[0]
        return vector

    def embed_queries(self, texts: Sequence[str]) -> list[Vectors]:
        """See `Embedder.embed_queries`."""
        return [self.embed_query(text) for text in texts]

    def count_tokens(self, text: str) -> int:
        """See `Embedder.count_tokens`."""
        return self._embedder.count_tokens(text)

    def put(self, key: str, block: Vectors) -> None:
        """Keep a block of vectors, shape (1 + sentences, dimension)."""
        values = (key, len(block), np.ascontiguousarray(block, np.float32).tobytes())
        self._file.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", values)

    def _get(self, key: str) -> Vectors | None:
        row = self._file.execute("SELECT rows, vectors FROM kept WHERE key = ?", (key,)).fetchone()
        return None if row is None else np.frombuffer(row[1], np.float32).reshape(row[0], -1)


def load(name: str) -> Judged:
    """``scifact``, ``liveqa``, ``pubmedqa`` or ``trials``: documents, questions and judgements."""
    if name == "pubmedqa":
        items = json.loads((DATA / "pubmedqa" / "maternity.json").read_text(encoding="utf-8"))
        documents = tuple(
            Document(doc_id=k, text=clean_text("\n".join(v["CONTEXTS"])), metadata=Metadata())
            for k, v in items.items()
        )
        return Judged(
            name,
            {k: v["QUESTION"] for k, v in items.items()},
            {k: {k: 1} for k in items},
            documents,
        )
    if name == "trials":
        return _trials()
    return read_beir(DATA / name, least_grade=2 if name == "liveqa" else 1)


def _trials() -> Judged:
    folder = DATA / "maternity_trials"
    documents = []
    for path in sorted((folder / "jats").glob("*.xml")):
        documents += [d.model_copy(update={"doc_id": path.stem}) for d in read_source(path)[:1]]
    with (folder / "prompts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    questions = {
        r[
            "PromptID"
        ]: f"{r['Intervention']} compared with {r['Comparator']}: effect on {r['Outcome']}"
        for r in rows
    }
    return Judged(
        "trials",
        questions,
        {r["PromptID"]: {f"PMC{r['PMCID']}": 1} for r in rows},
        tuple(documents),
    )


class Still:
    """An index that nothing is added to any more: what is asked of it again is remembered, so that fitting takes minutes."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._stats = index.stats()
        self._documents = {document.doc_id: document for document in index.documents()}
        self._passages: dict[str, Passage] = {}

    def stats(self) -> Stats:
        """The index's own."""
        return self._stats

    def documents(self, where: Filter | None = None) -> list[Document]:
        """The index's own."""
        if where is None or replace(where, doc_ids=frozenset()) != Filter():
            return self._index.documents(where)
        return [self._documents[doc_id] for doc_id in sorted(where.doc_ids)]

    def passages(self, passage_ids: Iterable[str]) -> list[Passage]:
        """The index's own."""
        ids = list(passage_ids)
        self._passages.update(
            {
                p.passage_id: p
                for p in self._index.passages([i for i in ids if i not in self._passages])
            }
        )
        return [self._passages[i] for i in ids if i in self._passages]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)


def index_of(judged: Judged, embedder: Embedder) -> Index:
    """The documents in an index in memory."""
    index = open_index(
        "memory:", embedder=embedder.fingerprint, dimension=embedder.dimension, create=True
    )
    fill(
        index,
        judged.documents,
        embedder,
        progress=lambda done, total: print(f"\r{judged.name} {done}/{total}", end="", flush=True),
    )
    print()
    return cast(Index, Still(index))
