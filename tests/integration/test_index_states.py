"""The embedded index against a dictionary, over random histories: add, replace, edit, forget, merge, reopen, damage, search."""

from __future__ import annotations

import random
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kmassist.documents.document import SourceType
from kmassist.index import Filter
from kmassist.index.backup import backup, restore
from kmassist.index.doctor import check
from kmassist.index.local import open_local, open_memory
from kmassist.text.words import stem
from tests.contract.corpora import make_entry, unit

DIMENSION = 8
QUERY = unit(np.random.default_rng(3), 1, DIMENSION)[0]
TERMS = {stem(w): 1.0 for w in ("triage", "midwife", "report", "edited")}
NUMBERS = st.integers(0, 15)
EDITED = Filter(source_types=frozenset({SourceType.POL}))


@cache
def entry_of(number: int, title: str) -> Any:
    kind = (
        SourceType.POL if title.startswith(("Edited", "Other")) else SourceType.AUD
    )  # editing moves it into a filter
    return make_entry(
        number,
        title=title,
        source_type=kind,
        sentences=1 + number % 4,
        dimension=DIMENSION,
        with_vectors=number != 5,
    )


def pairs(run: Any) -> Any:
    return [(hit.passage_id, hit.score) for hit in run]


def found_in(index: Any) -> Any:
    """What searches give, what is held, and the digest of all."""
    stats = index.stats()
    counts = (stats.corpus_digest, stats.documents, stats.passages)
    return pairs(index.lexical(TERMS, 20)), pairs(index.dense(QUERY, 20)), counts, index.documents()


@cache
def found_afresh(held: tuple[tuple[int, str], ...]) -> Any:
    """The same of a fresh index of these documents: most steps lead back to what was held before."""
    with open_memory(embedder="made-up", dimension=DIMENSION) as fresh:
        for number, title in held:
            fresh.add(entry_of(number, title))
        return found_in(fresh)


class Library(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "library"
        self.held: dict[int, str] = {}
        self.index = self.opened()
        self.reader = self.reading()

    def opened(self) -> Any:
        return open_local(str(self.path), embedder="made-up", dimension=DIMENSION, create=True)

    def reading(self) -> Any:
        return open_local(str(self.path), embedder="made-up", dimension=DIMENSION, read_only=True)

    @rule(number=NUMBERS, edition=st.integers(0, 2))
    def add(self, number: Any, edition: Any) -> None:
        self.held[number] = f"Report {number} edition {edition}"
        self.index.add(entry_of(number, self.held[number]))

    @rule(number=NUMBERS, old=NUMBERS)
    def replace(self, number: Any, old: Any) -> None:
        self.held.pop(old, None)
        self.held[number] = f"Report {number}"
        self.index.add(
            entry_of(number, self.held[number]), replaces=entry_of(old, "").document.doc_id
        )

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def edit(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.held)))
        self.held[number] = f"Edited {number}"
        self.index.update_metadata(entry_of(number, self.held[number]).document)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), purge=st.booleans())
    def forget(self, data: Any, purge: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.held)))
        del self.held[number]
        self.index.delete(entry_of(number, "").document.doc_id, purge=purge)

    @rule()
    def merge(self) -> None:
        self.index.compact()

    @rule()
    def reopen(self) -> None:
        self.index.close()
        self.index = self.opened()

    @rule()
    def leave_without_closing(self) -> None:
        self.index._close_files()
        self.index = self.opened()

    @rule(number=NUMBERS)
    def another_writer_adds(self, number: Any) -> None:
        with self.opened() as other:
            self.held[number] = f"Other {number}"
            other.add(entry_of(number, self.held[number]))

    @rule()
    def a_reader_looks(self) -> None:
        """It stays open over what happens between two looks, but for damage and moves."""
        for where in (None, EDITED):
            assert pairs(self.reader.lexical(TERMS, 20, where)) == pairs(
                self.index.lexical(TERMS, 20, where)
            )
            assert pairs(self.reader.dense(QUERY, 20, where)) == pairs(
                self.index.dense(QUERY, 20, where)
            )

    @rule(seed=st.integers(0, 2**16), cut=st.booleans())
    def damage_a_generation(self, seed: Any, cut: Any) -> None:
        self.index.close()
        files = sorted((self.path / "idx").glob("gen-*/*"))
        files = [file for file in files if file.stat().st_size]
        if files:
            rng = random.Random(seed)
            file = rng.choice(files)
            data = bytearray(file.read_bytes())
            if cut:
                data = data[: rng.randrange(len(data))]
            else:
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            file.write_bytes(data)
            assert check(self.path, is_deep=True)
        self.index = self.opened()
        self.reader.close()
        self.reader = self.reading()

    @rule()
    def move_by_backup(self) -> None:
        backup(self.path, self.folder / "backup.zip")
        self.index.close()
        self.reader.close()
        shutil.rmtree(self.path)
        restore(self.folder / "backup.zip", self.path)
        self.index = self.opened()
        self.reader = self.reading()

    @invariant()
    def answers_are_those_of_a_fresh_index(self) -> None:
        if not hasattr(self, "index"):
            return
        assert found_in(self.index) == found_afresh((*sorted(self.held.items()),))

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.reader.close()
            self.index.close()
            errors = [
                f
                for f in check(self.path, is_deep=True)
                if f.severity == "error" and "gen-" not in f.file
            ]
            assert not errors
            shutil.rmtree(self.folder)


TestLibrary = Library.TestCase
TestLibrary.settings = settings(
    max_examples=100,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
