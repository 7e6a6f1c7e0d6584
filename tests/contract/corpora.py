"""Small made-up documents for the index suites: random words, random unit vectors, no model."""

from __future__ import annotations

import random

import numpy as np

from kmassist.documents.document import Document, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import split_document
from kmassist.index import Entry

DIMENSION = 16
EMBEDDER = "made-up@0"
_WORDS = (
    "triage midwife labour woman birth audit guideline cost ward infant caesarean induction haemorrhage sepsis scan trial "
    "policy telephone assessment outcome staff delay review consent feedback antenatal postnatal breastfeeding diabetes"
)
WORDS = tuple(_WORDS.split())


def unit(rng: np.random.Generator, rows: int, dimension: int = DIMENSION) -> np.ndarray:
    """Random unit vectors of shape (rows, dimension)."""
    vectors = rng.standard_normal((rows, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def make_entry(
    number: int,
    *,
    sentences: int = 12,
    title: str = "",
    source_type: SourceType | None = SourceType.AUD,
    published: str | None = "2021",
    topics: tuple[str, ...] = (),
    with_vectors: bool = True,
    words: tuple[str, ...] = WORDS,
    dimension: int = DIMENSION,
    max_words: int = 25,
) -> Entry:
    """Document ``number``: the same number gives the same document."""
    rng = random.Random(number)
    lines = [
        " ".join(rng.choices(words, k=8)).capitalize() + f" in unit {number}."
        for _ in range(sentences)
    ]
    text = " ".join(lines)
    document = Document(
        doc_id=make_doc_id(text),
        text=text,
        metadata=Metadata(
            title=title or f"Report {number}",
            source_type=source_type,
            published=published,
            topics=topics,
        ),
        source_name=f"report-{number}.txt",
    )
    passages = split_document(document, max_words=max_words)
    generator = np.random.default_rng(number)
    return Entry(
        document,
        passages,
        unit(generator, len(passages), dimension) if with_vectors else None,
        [unit(generator, len(p.sentences), dimension) for p in passages] if with_vectors else None,
        text.encode(),
    )
