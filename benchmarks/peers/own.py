"""kmassist itself, filled and asked as the peers are: `python -m benchmarks.peers.own FOLDER`. See `engines`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.peers.engines import Ask, K, run
from benchmarks.peers.sets import read_entries
from kmassist.index.local import open_local
from kmassist.question.vocabulary import Vocabulary
from kmassist.retrieval.retrieve import retrieve


class Given:
    """An embedder that gives the vector of the question that is asked, whatever it reads."""

    fingerprint = "given"

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.vector = np.zeros(dimension, np.float32)

    def embed_query(self, text: str) -> np.ndarray:
        """The vector that was set."""
        return self.vector


def filled(folder: Path) -> Ask:
    """A library on disk; a question is read, both legs are asked and joined, and the best get their vectors."""
    entries = read_entries(folder)
    vocabulary = Vocabulary.load()
    embedder = Given(entries[0].vectors.shape[1])
    index = open_local(
        str(Path(tempfile.mkdtemp(prefix="kmpeers-")) / "library"),
        embedder=embedder.fingerprint,
        dimension=embedder.dimension,
        create=True,
    )
    for entry in entries:
        index.add(entry)
    index.compact()

    def ask(text: str, vector: np.ndarray) -> list[tuple[str, float]]:
        embedder.vector = vector
        found = retrieve(vocabulary.read_question(text), index, embedder, k=K, depth=200)
        return [(hit.passage_id, hit.score) for hit in found.run.hits[:K]]

    return ask


if __name__ == "__main__":
    run(Path(sys.argv[1]), lambda: filled(Path(sys.argv[1])))
