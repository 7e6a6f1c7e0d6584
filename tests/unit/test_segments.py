"""A generation of several segments: the same answers as one index in memory, and only what changed is written again."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmassist.index import dense, files, folder, generations, open_index, segments
from kmassist.index.packed import stored_passages
from kmassist.text.words import stem
from tests.contract.corpora import DIMENSION, EMBEDDER, WORDS, make_entry, unit
from tests.contract.test_index import pairs
from tests.unit.test_local import opened


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of 60 passages, inverted files from 100 vectors of a library on."""
    monkeypatch.setattr(segments, "LARGEST", 60)
    monkeypatch.setattr(folder, "PENDING_LIMIT", 40)
    monkeypatch.setattr(dense, "APPROXIMATE_FROM", 100)
    monkeypatch.setattr(dense, "_TRAINED_FROM", 30)
    monkeypatch.setattr(dense, "_SHARE", 1.0)


def questions(count: int) -> Iterator[Any]:
    rng = random.Random(3)
    for number in range(count):
        terms = {stem(word): rng.choice([1.0, 0.5]) for word in rng.sample(WORDS, 4)}
        yield terms, unit(np.random.default_rng(number), 1, DIMENSION)[0]


def assert_alike(ours: Any, memory: Any) -> None:
    for terms, vector in questions(12):
        assert pairs(ours.lexical(terms, 15)) == pairs(memory.lexical(terms, 15))
        assert pairs(ours.dense(vector, 15)) == pairs(memory.dense(vector, 15))
    every = memory.terms_from("")
    assert ours.document_frequency(every) == memory.document_frequency(every)


def inodes(library: Path) -> set[int]:
    (newest,) = sorted((library / "idx").glob("gen-*"))[-1:]
    return {path.stat().st_ino for path in newest.iterdir()}


@pytest.mark.parametrize("seed", [1, 2])
def test_several_segments_answer_as_one_index_does(tmp_path: Path, small: Any, seed: Any) -> None:
    rng = random.Random(seed)
    memory = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
    ours = opened(tmp_path / "library", create=True)
    held: list[str] = []
    for step in range(150):
        if held and rng.random() < 0.2:
            gone = held.pop(rng.randrange(len(held)))
            memory.delete(gone)
            ours.delete(gone, purge=rng.random() < 0.5)
        else:
            entry = make_entry(step, sentences=4 + step % 9)
            held.append(entry.document.doc_id)
            for index in (memory, ours):
                index.add(entry)
        if step % 30 == 29:
            ours.compact()
            assert_alike(ours, memory)
            ours.close()
            ours = opened(tmp_path / "library")
            assert_alike(ours, memory)
    assert len(ours._view.current().contents.segments) > 2
    assert any(segment.base().lists for segment in ours._view.current().contents.segments)
    ours.close()


def test_forgetting_writes_the_one_segment_again_and_leaves_no_trace_in_it(
    tmp_path: Path, small: Any
) -> None:
    path = tmp_path / "library"
    with opened(path, create=True) as index:
        for number in range(60):
            index.add(make_entry(number))
        index.compact()
        before = inodes(path)
        gone = make_entry(3)
        index.delete(gone.document.doc_id)
        assert len(index._view.current().contents.segments) > 3
        assert len(before & inodes(path)) > 0.6 * len(before)
        rows = stored_passages(gone.vectors, len(gone.passages), DIMENSION)
        for file in (path / "idx").rglob("*"):
            data = file.read_bytes() if file.is_file() else b""
            assert gone.document.doc_id.encode() not in data
            assert not [row for row in rows if row.tobytes() in data]


def test_vectors_not_read_yet_are_found_when_their_generation_is_gone(
    tmp_path: Path, small: Any
) -> None:
    path = tmp_path / "library"
    memory = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
    with opened(path, create=True) as index:
        for number in range(40):
            for each in (index, memory):
                each.add(make_entry(number))
    with opened(path) as index:
        index.lexical({stem("report"): 1.0}, 5)
        for number in (38, 39):  # of the last segment: the others are not looked into
            for each in (index, memory):
                each.delete(make_entry(number).document.doc_id)
        assert_alike(index, memory)
        assert index.notices == []
    assert not (path / "quarantine").exists() or not list((path / "quarantine").iterdir())


def test_a_disk_without_second_names_gets_copies(
    tmp_path: Path, small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    path = tmp_path / "library"
    monkeypatch.setattr(os, "link", refuse)
    memory = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
    with opened(path, create=True) as index:
        for number in range(40):
            for each in (index, memory):
                each.add(make_entry(number))
        index.compact()
        index.compact()
        assert_alike(index, memory)
    with opened(path) as index:
        assert_alike(index, memory)


def test_a_segment_that_vanished_is_made_again(tmp_path: Path, small: Any) -> None:
    """Another writer removed the generation that this one knows, or somebody did."""
    path = tmp_path / "library"
    memory = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
    with opened(path, create=True) as index:
        for number in range(40):
            for each in (index, memory):
                each.add(make_entry(number))
        index.compact()
        for generation in (path / "idx").glob("gen-*"):
            files.remove_tree(generation)
        for each in (index, memory):
            each.delete(make_entry(5).document.doc_id)
        assert_alike(index, memory)
    with opened(path) as index:
        assert_alike(index, memory)


def test_rows_that_lie_empty_are_cleared_away_when_they_are_many(
    tmp_path: Path, small: Any
) -> None:
    path = tmp_path / "library"
    with opened(path, create=True) as index:
        for number in range(60):
            index.add(make_entry(number))
        index.compact()
        first = index._view.current().contents.segments[0]
        for doc_id in first.doc_ids[: len(first.doc_ids) * 2 // 3].tolist():
            index.delete(doc_id.decode())
            now = index._view.current()
            assert now.passages > 0.75 * now.rows
        assert index.stats().passages == now.passages


def test_a_generation_of_another_format_is_made_afresh_when_a_writer_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then every opening reads the whole database for what a generation would tell."""
    path = tmp_path / "library"
    monkeypatch.setattr(generations, "FORMAT", generations.FORMAT - 1)
    with opened(path, create=True) as index:
        for number in range(20):
            index.add(make_entry(number))
        index.compact()
    monkeypatch.undo()
    with opened(path) as index:
        assert index._view.current().contents.name == ""
    with opened(path) as index:
        assert index._view.current().contents.name
        memory = open_index("memory:", embedder=EMBEDDER, dimension=DIMENSION)
        for number in range(20):
            memory.add(make_entry(number))
        assert_alike(index, memory)
