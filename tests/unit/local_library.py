"""A library in a folder that the tests of the embedded index share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmassist.index.local import LocalIndex, open_local
from kmassist.text.words import stem
from tests.contract.corpora import DIMENSION, EMBEDDER, make_entry, unit


def opened(path: Path, **settings: Any) -> LocalIndex:
    return open_local(str(path), embedder=EMBEDDER, dimension=DIMENSION, **settings)


def pairs(run: Any) -> Any:
    return [(hit.passage_id, hit.score) for hit in run]


TERMS = {stem(w): 1.0 for w in ("triage", "report", "sepsis", "3")}


QUERY = unit(np.random.default_rng(42), 1)[0]


def answers(index: LocalIndex) -> Any:
    return (
        pairs(index.lexical(TERMS, 30)),
        pairs(index.dense(QUERY, 30)),
        index.stats().corpus_digest,
    )


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "library"
    with opened(path, create=True) as index:
        for n in range(12):
            index.add(make_entry(n))
    return path
