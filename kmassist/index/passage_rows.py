"""The rows of passages and of their vectors, and of their sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kmassist.documents.passages import Passage
from kmassist.errors import IndexDamaged
from kmassist.index import Entry
from kmassist.index.database import REPAIR, Database, row_check
from kmassist.index.packed import Stored, as_stored, from_bytes, singles, stored_passages, to_bytes
from kmassist.index.rows import (
    PASSAGE,
    check_row,
    passage_of,
    whole,
)

T = TypeVar("T")

Vectors = NDArray[np.float32]
_AT_ONCE = 500  # bound variables of one statement, well under SQLite's limit


class PassageRows:
    """Reads passages and vectors, and writes vectors; ``dimension`` is the length of each."""

    def __init__(self, database: Database, dimension: int) -> None:
        self.database = database
        self.dimension = dimension

    def passages(self, passage_ids: Sequence[str]) -> dict[str, Passage]:
        """Passage of each id that is held."""
        found = {}
        for sql, part in in_parts(
            f"SELECT {PASSAGE}, row_check FROM passages WHERE passage_id IN", passage_ids
        ):
            for row in self.database.execute(sql, part):
                passage = passage_of(row)
                found[passage.passage_id] = passage
        self._are_unknown(set(passage_ids) - found.keys())
        return found

    def _are_unknown(self, passage_ids: Iterable[str]) -> None:
        """Those that one index does not find must not be known to another."""
        sql = "SELECT count(*) FROM passages INDEXED BY passages_by_document WHERE doc_id = ? AND ordinal = ?"
        for passage_id in passage_ids:
            doc_id, _, ordinal = passage_id.rpartition(":")
            if ordinal.isdigit():
                whole("passages", 0, self.database.value(sql, (doc_id, int(ordinal))))

    def passages_of(self, doc_id: str) -> list[Passage]:
        """All passages of a document, in order."""
        sql = f"SELECT {PASSAGE}, row_check FROM passages WHERE doc_id = ? ORDER BY ordinal"
        passages = [passage_of(row) for row in self.database.execute(sql, (doc_id,))]
        self._are_all(doc_id, passages)
        return passages

    def _are_all(self, doc_id: str, passages: Sequence[Passage]) -> None:
        sql = "SELECT count(*) FROM passages INDEXED BY sqlite_autoindex_passages_1 WHERE passage_id >= ? AND passage_id < ?"
        listed = self.database.value(
            sql, (f"{doc_id}:", f"{doc_id};")
        )  # the other index than the one just used
        whole(f"passages of {doc_id}", len(passages), listed)
        if any(
            passage.doc_id != doc_id or passage.ordinal != number
            for number, passage in enumerate(passages)
        ):
            raise IndexDamaged(f"The stored passages of {doc_id} are not its own.", REPAIR)

    def vectors_of(self, doc_id: str) -> dict[str, Stored]:
        """Passage id -> passage vector as stored, for the passages of a document that were embedded."""
        sql = "SELECT passage_id, p.id, vector, v.row_check FROM passages p JOIN vectors v ON v.id = p.id WHERE doc_id = ?"
        found = {
            pid: self._vector(pid, *row) for pid, *row in self.database.execute(sql, (doc_id,))
        }
        whole(f"vectors of {doc_id}", len(found), self._listed_vectors("doc_id = ?", [doc_id]))
        return found

    def _listed_vectors(self, which: str, values: Sequence[str]) -> int:
        sql = (
            "SELECT count(*) FROM passages p WHERE EXISTS (SELECT 1 FROM vectors v INDEXED BY vectors_by_id WHERE v.id = p.id)"
            f" AND {which}"
        )
        return int(self.database.value(sql, values))

    def vectors(self, passage_ids: Sequence[str]) -> dict[str, tuple[Vectors, Vectors]]:
        """Passage id -> its vector and its sentences' vectors, float32."""
        found = {}
        sql = (
            f"SELECT p.id, vector, v.row_check, vectors, s.row_check, {PASSAGE}, p.row_check FROM passages p"
            " JOIN vectors v ON v.id = p.id"
            " LEFT JOIN sentence_vectors s ON s.id = p.id WHERE passage_id IN"
        )
        has_all = self.database.meta("without_sentences") is None
        for statement, part in in_parts(sql, passage_ids):
            for number, vector, check, sentences, sentences_check, *row in self.database.execute(
                statement, part
            ):
                pid = (
                    passage_of(tuple(row)).passage_id
                )  # the whole row, so that a damaged index cannot lead to another's vector
                if sentences is not None:
                    check_row(f"sentence vectors of {pid}", sentences_check, number, sentences)
                elif has_all:
                    whole(f"sentence vectors of {pid}", 0, 1)
                several = from_bytes(sentences or b"", self.dimension)
                own = self._vector(pid, number, vector, check)
                found[pid] = singles(as_stored(own, self.dimension))[0], several
        missing = [pid for pid in passage_ids if pid not in found]
        self._are_unknown(set(missing) - self.passages(missing).keys())
        for which, part in in_parts("passage_id IN", missing):
            whole("vectors", 0, self._listed_vectors(which, part))
        return found

    def _vector(self, passage_id: str, number: int, vector: bytes, check: bytes) -> Stored:
        """One vector's row of those that `stored_passages` gave."""
        check_row(f"vector of {passage_id}", check, number, vector)
        return np.frombuffer(vector, np.uint8)

    def put_vectors(self, entry: Entry, first: int) -> None:
        rows = stored_passages(entry.vectors, len(entry.passages), self.dimension)
        blobs = [row.tobytes() for row in rows]
        self.database.execute_many(
            "INSERT INTO vectors VALUES (?,?,?)",
            [(first + i, blob, row_check(first + i, blob)) for i, blob in enumerate(blobs)],
        )
        if entry.sentence_vectors is None:
            self.database.set_meta("without_sentences", "1")
            return
        several = []
        for i, (passage, vectors) in enumerate(
            zip(entry.passages, entry.sentence_vectors, strict=True)
        ):
            blob = to_bytes(vectors, len(passage.sentences), self.dimension)
            several.append((first + i, blob, row_check(first + i, blob)))
        self.database.execute_many("INSERT INTO sentence_vectors VALUES (?,?,?)", several)

    def count_passages(self, *, after: int = 0) -> int:
        """Passages of the documents changed after ``after``."""
        if not after:
            return int(self.database.value("SELECT count(*) FROM passages"))
        sql = "SELECT count(*) FROM passages WHERE doc_id IN (SELECT doc_id FROM documents WHERE seq > ?)"
        return int(self.database.value(sql, (after,)))

    def count_passages_of(self, doc_id: str) -> int:
        """Passages of a document."""
        sql = "SELECT count(*) FROM passages WHERE doc_id = ?"
        return int(self.database.value(sql, (doc_id,)))

    def count_vectors(self) -> int:
        return int(self.database.value("SELECT count(*) FROM vectors"))

    def is_dense(self) -> bool:
        """Whether some passage has a vector, or there is no passage yet."""
        sql = "SELECT EXISTS (SELECT 1 FROM vectors) OR NOT EXISTS (SELECT 1 FROM passages)"
        return bool(self.database.value(sql))


def in_parts(sql: str, values: Sequence[T]) -> Iterator[tuple[str, Sequence[T]]]:
    """The statement with so many ``?`` for each part of the values, few enough for one statement."""
    for start in range(0, len(values), _AT_ONCE):
        part = values[start : start + _AT_ONCE]
        yield f"{sql} ({','.join('?' * len(part))})", part
