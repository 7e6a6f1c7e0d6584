"""The truth of a library: documents, passages, vectors and records in SQLite, one transaction per change.

Every row carries a BLAKE2b check of its columns, made when it was written and compared when it is read, so that a flipped
bit is an error and never a quotation. Vectors are kept in half precision.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from kmassist.documents import Document
from kmassist.errors import DocumentNotFound, IndexDamaged, IndexingError
from kmassist.index import Entry, Filter
from kmassist.index.database import REPAIR, Database, row_check
from kmassist.passages import Passage

T = TypeVar("T")

Vectors = NDArray[np.float32]
_AT_ONCE = 500  # bound variables of one statement, well under SQLite's limit
_PASSAGE = 'passage_id, doc_id, ordinal, text, start, "end", sentences, heading, page, page_is_estimated'


def _whole(what: str, found: int, expected: int) -> None:
    """Damage may make rows of a table vanish without an error; an index of it, or a count, still knows of them."""
    if found != expected:
        raise IndexDamaged(f"Some of the stored {what} cannot be found.", REPAIR)


def _are_texts(*columns: Any) -> None:
    """A flipped bit may turn a text into a blob of the same bytes, which the check of a row does not tell apart."""
    if not all(isinstance(column, str) for column in columns):
        raise IndexDamaged("A stored text is no text any more.", REPAIR)


def _check(what: str, expected: bytes, *columns: Any) -> None:
    if row_check(*columns) != expected:
        raise IndexDamaged(f"The stored {what} has changed since it was written.", REPAIR)


@dataclass(frozen=True, slots=True)
class Facet:
    """What a filter looks at, and ``seq``, the change that last made the document."""

    seq: int
    doc_id: str
    source_type: str
    year: int | None
    topics: frozenset[str]

    def passes(self, where: Filter) -> bool:
        """Whether the filter lets the document through; an undated document passes no limit of years."""
        return not (
            (where.source_types and self.source_type not in where.source_types)
            or (where.doc_ids and self.doc_id not in where.doc_ids)
            or (self.doc_id in where.without_doc_ids)
            or (where.topics and self.topics.isdisjoint(where.topics))
            or (where.year_from is not None and (self.year is None or self.year < where.year_from))
            or (where.year_to is not None and (self.year is None or self.year > where.year_to))
        )


def facet_of(document: Document, seq: int) -> Facet:
    """What a filter sees of a document."""
    meta = document.metadata
    return Facet(seq, document.doc_id, str(meta.source_type or ""), meta.year, frozenset(meta.topics))


def to_halves(vectors: Any, rows: int, dimension: int, what: str) -> NDArray[np.float16]:
    """Vectors as they are stored, shape (rows, dimension).

    Raises:
        IndexingError: another shape, or a value that is no finite number.
    """
    halves = np.asarray(vectors, dtype=np.float32)
    if halves.shape != (rows, dimension) or not np.isfinite(halves).all():
        raise IndexingError(
            f"The {what} have shape {halves.shape} or a value that is not finite; expected ({rows}, {dimension})."
        )
    return np.ascontiguousarray(halves, dtype="<f2")


class Store:
    """Reads and writes rows; the caller opens transactions and holds the writer's lock."""

    def __init__(self, database: Database, dimension: int) -> None:
        self.database = database
        self.dimension = dimension
        self._digest = -1, ""

    # settings ---------------------------------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """One setting of the library."""
        return self.database.meta(key)

    def set_meta(self, key: str, value: str) -> None:
        """Set one setting of the library."""
        self.database.set_meta(key, value)

    @property
    def seq(self) -> int:
        """Number of the last change to the corpus."""
        return int(self.meta("seq") or 0)

    def _next_seq(self) -> int:
        seq = self.seq + 1
        self.set_meta("seq", str(seq))
        return seq

    # writing ----------------------------------------------------------------------------------------------------------

    def put(self, entry: Entry, blob: str | None) -> int:
        """Write a document and all that belongs to it; gives its change number."""
        document, seq = entry.document, self._next_seq()
        layout = document.model_dump_json(include={"pages", "headings"})
        self.database.execute(
            "INSERT INTO documents (seq, doc_id, source_type, year, topics, facet_check, blob, body, body_check, layout, text,"
            " text_check) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (seq, document.doc_id, *_body(document, blob, seq), layout, document.text, row_check(layout, document.text)),
        )
        first = (self.database.value("SELECT max(id) FROM passages") or 0) + 1
        rows = []
        for number, passage in enumerate(entry.passages, start=first):
            spans = np.array(passage.sentences, "<i4").tobytes()
            columns = (
                *(passage.passage_id, passage.doc_id, passage.ordinal, passage.text, passage.start, passage.end, spans),
                *(passage.heading, passage.page, int(passage.page_is_estimated)),
            )
            rows.append((number, *columns, row_check(*columns)))
        self.database.execute_many(f"INSERT INTO passages (id, {_PASSAGE}, row_check) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        if entry.vectors is not None and len(entry.passages):
            self._put_vectors(entry, first)
        return seq

    def _put_vectors(self, entry: Entry, first: int) -> None:
        halves = to_halves(entry.vectors, len(entry.passages), self.dimension, "passage vectors")
        blobs = [vector.tobytes() for vector in halves]
        self.database.execute_many(
            "INSERT INTO vectors VALUES (?,?,?)",
            [(first + i, blob, row_check(first + i, blob)) for i, blob in enumerate(blobs)],
        )
        if entry.sentence_vectors is None:
            self.set_meta("without_sentences", "1")
            return
        rows = []
        for i, (passage, vectors) in enumerate(zip(entry.passages, entry.sentence_vectors, strict=True)):
            blob = to_halves(vectors, len(passage.sentences), self.dimension, "sentence vectors").tobytes()
            rows.append((first + i, blob, row_check(first + i, blob)))
        self.database.execute_many("INSERT INTO sentence_vectors VALUES (?,?,?)", rows)

    def put_metadata(self, document: Document) -> int:
        """Replace what is known about a document, not its text; gives the change number."""
        blob = self.blob_of(document.doc_id)
        seq = self._next_seq()
        self.database.execute(
            "UPDATE documents SET seq=?, source_type=?, year=?, topics=?, facet_check=?, blob=?, body=?, body_check=?"
            " WHERE doc_id=?",
            (seq, *_body(document, blob, seq), document.doc_id),
        )
        return seq

    def remove(self, doc_id: str, *, keep_embeddings: bool = False) -> int:
        """Remove a document's rows, cached embeddings too unless it is about to come back; gives the change number."""
        seq = self._next_seq()
        for table in ("vectors", "sentence_vectors"):
            self.database.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM passages WHERE doc_id = ?)", (doc_id,))
        for table in ("passages", "documents") if keep_embeddings else ("passages", "documents", "embeddings"):
            self.database.execute(f"DELETE FROM {table} WHERE doc_id = ?", (doc_id,))
        return seq

    # reading ----------------------------------------------------------------------------------------------------------

    def has(self, doc_id: str) -> bool:
        """Whether a document is held."""
        return bool(self.database.execute("SELECT 1 FROM documents WHERE doc_id = ?", (doc_id,)))

    def document(self, doc_id: str) -> Document:
        """One document with its text."""
        rows = self.database.execute(
            "SELECT layout, text, text_check, seq, blob, body, body_check FROM documents WHERE doc_id = ?", (doc_id,)
        )
        if not rows:
            raise DocumentNotFound(f"There is no document '{doc_id}' in this library.", "See `kmassist sources list`.")
        layout, text, text_check, seq, blob, body, body_check = rows[0]
        _check(f"text of {doc_id}", text_check, layout, text)
        _check(f"metadata of {doc_id}", body_check, seq, doc_id, blob, body)
        return Document.model_validate({**json.loads(body), **json.loads(layout), "text": text})

    def searchable(self, doc_id: str) -> tuple[Document, list[Passage], dict[str, NDArray[np.float16]]]:
        """What searching needs of a document that is there: it without its text, its passages, vectors as `vectors_of`."""
        sql = "SELECT doc_id, seq, blob, body, body_check FROM documents WHERE doc_id = ?"
        documents = [_without_text(row) for row in self.database.execute(sql, (doc_id,))]
        _whole("documents", len(documents), 1)
        sql = (
            f"SELECT p.id, vector, v.row_check, {_PASSAGE}, p.row_check FROM passages p LEFT JOIN vectors v ON v.id = p.id"
            " WHERE doc_id = ? ORDER BY ordinal"
        )
        passages, vectors = [], {}
        for number, vector, check, *row in self.database.execute(sql, (doc_id,)):
            passages.append(passage := _passage(tuple(row)))
            if vector is not None:
                vectors[passage.passage_id] = self._vector(passage.passage_id, number, vector, check)
        self._are_all(doc_id, passages)
        _whole(f"vectors of {doc_id}", len(vectors), self._listed_vectors("doc_id = ?", [doc_id]))
        return documents[0], passages, vectors

    def documents(self, where: Filter | None) -> Iterator[Document]:
        """Documents without text, in order of doc_id."""
        columns = "SELECT doc_id, seq, blob, body, body_check FROM documents"
        if where is not None and where.doc_ids and where == Filter(doc_ids=where.doc_ids):  # on the path of every question
            wanted, parts = None, list(_in_parts(f"{columns} WHERE doc_id IN", sorted(where.doc_ids)))
        else:
            wanted = None if where is None else {facet.doc_id for facet in self.facets() if facet.passes(where)}
            parts = [(f"{columns} NOT INDEXED ORDER BY doc_id", [])]
            self._has_all_documents()
        rows = (row for sql, part in parts for row in self.database.execute(sql, part))
        for row in sorted(rows) if wanted is None and where is not None else rows:
            if wanted is None or row[0] in wanted:
                yield _without_text(row)

    def _has_all_documents(self) -> None:
        listed = self.database.value("SELECT count(*) FROM documents INDEXED BY documents_by_blob")
        _whole("documents", len(self.database.execute("SELECT seq FROM documents NOT INDEXED")), listed)

    def facets(self, *, after: int = 0) -> list[Facet]:
        """What filters see of the documents changed after ``after``, in order of change."""
        if not after:
            self._has_all_documents()
        sql = "SELECT seq, doc_id, source_type, year, topics, facet_check FROM documents WHERE seq > ? ORDER BY seq"
        facets = []
        for *columns, check in self.database.execute(sql, (after,)):
            _check(f"entry of {columns[1]}", check, *columns)
            seq, doc_id, kind, year, topics = columns
            _are_texts(doc_id, kind, topics)
            facets.append(Facet(seq, doc_id, kind, year, frozenset(json.loads(topics)) if topics != "[]" else frozenset()))
        return facets

    def count_documents(self) -> int:
        """Documents held, as an index of them knows."""
        # With a condition, so that SQLite uses this index, the narrowest; a bare count goes through another.
        sql = "SELECT count(*) FROM documents INDEXED BY sqlite_autoindex_documents_1 WHERE doc_id >= ''"
        return int(self.database.value(sql))

    def gone(self, seqs: set[int]) -> set[int]:
        """Which of these changes' documents are not held any more: what an index does not list, the table must not have."""
        sql = "SELECT json_group_array(seq) FROM documents INDEXED BY documents_by_blob"  # one text, thrice as fast as rows
        missing = seqs.difference(json.loads(self.database.value(sql)))
        for sql, part in _in_parts("SELECT count(*) FROM documents NOT INDEXED WHERE seq IN", sorted(missing)):
            _whole("documents", 0, self.database.value(sql, part))
        return missing

    def passages(self, passage_ids: Sequence[str]) -> dict[str, Passage]:
        """Passage of each id that is held."""
        found = {}
        for sql, part in _in_parts(f"SELECT {_PASSAGE}, row_check FROM passages WHERE passage_id IN", passage_ids):
            for row in self.database.execute(sql, part):
                passage = _passage(row)
                found[passage.passage_id] = passage
        self._are_unknown(set(passage_ids) - found.keys())
        return found

    def _are_unknown(self, passage_ids: Iterable[str]) -> None:
        """Those that one index does not find must not be known to another."""
        sql = "SELECT count(*) FROM passages INDEXED BY passages_by_document WHERE doc_id = ? AND ordinal = ?"
        for passage_id in passage_ids:
            doc_id, _, ordinal = passage_id.rpartition(":")
            if ordinal.isdigit():
                _whole("passages", 0, self.database.value(sql, (doc_id, int(ordinal))))

    def passages_of(self, doc_id: str) -> list[Passage]:
        """All passages of a document, in order."""
        sql = f"SELECT {_PASSAGE}, row_check FROM passages WHERE doc_id = ? ORDER BY ordinal"
        passages = [_passage(row) for row in self.database.execute(sql, (doc_id,))]
        self._are_all(doc_id, passages)
        return passages

    def _are_all(self, doc_id: str, passages: Sequence[Passage]) -> None:
        sql = "SELECT count(*) FROM passages INDEXED BY sqlite_autoindex_passages_1 WHERE passage_id >= ? AND passage_id < ?"
        listed = self.database.value(sql, (f"{doc_id}:", f"{doc_id};"))  # the other index than the one just used
        _whole(f"passages of {doc_id}", len(passages), listed)
        if any(passage.doc_id != doc_id or passage.ordinal != number for number, passage in enumerate(passages)):
            raise IndexDamaged(f"The stored passages of {doc_id} are not its own.", REPAIR)

    def vectors_of(self, doc_id: str) -> dict[str, NDArray[np.float16]]:
        """Passage id -> passage vector as stored, for the passages of a document that were embedded."""
        sql = "SELECT passage_id, p.id, vector, v.row_check FROM passages p JOIN vectors v ON v.id = p.id WHERE doc_id = ?"
        found = {pid: self._vector(pid, *row) for pid, *row in self.database.execute(sql, (doc_id,))}
        _whole(f"vectors of {doc_id}", len(found), self._listed_vectors("doc_id = ?", [doc_id]))
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
            f"SELECT p.id, vector, v.row_check, vectors, s.row_check, {_PASSAGE}, p.row_check FROM passages p"
            " JOIN vectors v ON v.id = p.id"
            " LEFT JOIN sentence_vectors s ON s.id = p.id WHERE passage_id IN"
        )
        has_all = self.meta("without_sentences") is None
        for statement, part in _in_parts(sql, passage_ids):
            for number, vector, check, sentences, sentences_check, *row in self.database.execute(statement, part):
                pid = _passage(tuple(row)).passage_id  # the whole row, so that a damaged index cannot lead to another's vector
                if sentences is not None:
                    _check(f"sentence vectors of {pid}", sentences_check, number, sentences)
                elif has_all:
                    _whole(f"sentence vectors of {pid}", 0, 1)
                several = np.frombuffer(sentences or b"", "<f2").reshape(-1, self.dimension).astype(np.float32)
                found[pid] = self._vector(pid, number, vector, check).astype(np.float32), several
        missing = [pid for pid in passage_ids if pid not in found]
        self._are_unknown(set(missing) - self.passages(missing).keys())
        for which, part in _in_parts("passage_id IN", missing):
            _whole("vectors", 0, self._listed_vectors(which, part))
        return found

    def _vector(self, passage_id: str, number: int, vector: bytes, check: bytes) -> NDArray[np.float16]:
        _check(f"vector of {passage_id}", check, number, vector)
        return np.frombuffer(vector, "<f2")

    # originals, the embedding cache, records --------------------------------------------------------------------------

    def blob_of(self, doc_id: str) -> str | None:
        """SHA-256 of a document's stored original."""
        rows = self.database.execute("SELECT blob FROM documents WHERE doc_id = ?", (doc_id,))
        if not rows:
            raise DocumentNotFound(f"There is no document '{doc_id}' in this library.", "See `kmassist sources list`.")
        return None if rows[0][0] is None else str(rows[0][0])

    def blobs(self) -> set[str]:
        """SHA-256 of every original that a document refers to."""
        return {row[0] for row in self.database.execute("SELECT DISTINCT blob FROM documents WHERE blob IS NOT NULL")}

    def uses_blob(self, blob: str) -> bool:
        """Whether some document refers to that original."""
        return bool(self.database.execute("SELECT 1 FROM documents WHERE blob = ? LIMIT 1", (blob,)))

    def embeddings(self, fingerprint: str, digests: Iterable[str]) -> dict[str, Vectors]:
        """Cached embeddings: text digest -> vectors of shape (rows, dimension)."""
        found = {}
        sql = "SELECT digest, doc_id, vectors, row_check FROM embeddings WHERE fingerprint = ? AND digest IN"
        for statement, part in _in_parts(sql, list(digests)):
            for digest, doc_id, blob, check in self.database.execute(statement, (fingerprint, *part)):
                _check("cached embedding", check, fingerprint, digest, doc_id, blob)
                found[digest] = np.frombuffer(blob, "<f2").reshape(-1, self.dimension).astype(np.float32)
        return found

    def put_embeddings(self, fingerprint: str, doc_id: str, embeddings: Mapping[str, Any]) -> None:
        """Cache embeddings on behalf of a document; they go when it goes."""
        rows = []
        for digest, vectors in embeddings.items():
            matrix = np.atleast_2d(np.asarray(vectors, np.float32))
            blob = to_halves(matrix, len(matrix), self.dimension, "embeddings").tobytes()
            rows.append((fingerprint, digest, doc_id, blob, row_check(fingerprint, digest, doc_id, blob)))
        self.database.execute_many("INSERT OR REPLACE INTO embeddings VALUES (?,?,?,?,?)", rows)

    def records(self, kind: str) -> dict[str, dict[str, Any]]:
        """Every record of a kind."""
        found = {}
        sql = "SELECT record_id, body, row_check FROM records WHERE kind = ? ORDER BY record_id"
        for record_id, body, check in self.database.execute(sql, (kind,)):
            _check(f"{kind} record {record_id}", check, kind, record_id, body)
            found[record_id] = json.loads(body)
        if expected := self.meta(f"records:{kind}"):  # not counted in a library that 0.1.0 of the first days made
            _whole(f"records of {kind}", len(found), int(expected))
        return found

    def _note_count(self, kind: str) -> None:
        self.set_meta(f"records:{kind}", str(self.database.value("SELECT count(*) FROM records WHERE kind = ?", (kind,))))

    def record(self, kind: str, record_id: str) -> dict[str, Any]:
        """One record that is there."""
        sql = "SELECT body, row_check FROM records WHERE kind = ? AND record_id = ?"
        body, check = self.database.execute(sql, (kind, record_id))[0]
        _check(f"{kind} record {record_id}", check, kind, record_id, body)
        found: dict[str, Any] = json.loads(body)
        return found

    def put_record(self, kind: str, record_id: str, body: Mapping[str, Any]) -> None:
        """Store or replace a record."""
        text = json.dumps(dict(body), ensure_ascii=False, sort_keys=True)
        self.database.execute(
            "INSERT OR REPLACE INTO records VALUES (?,?,?,?)", (kind, record_id, text, row_check(kind, record_id, text))
        )
        self._note_count(kind)

    def delete_record(self, kind: str, record_id: str) -> None:
        """Remove a record."""
        self.database.execute("DELETE FROM records WHERE kind = ? AND record_id = ?", (kind, record_id))
        self._note_count(kind)

    # figures ----------------------------------------------------------------------------------------------------------

    def count_passages(self, *, after: int = 0) -> int:
        """Passages of the documents changed after ``after``."""
        if not after:
            return int(self.database.value("SELECT count(*) FROM passages"))
        sql = "SELECT count(*) FROM passages WHERE doc_id IN (SELECT doc_id FROM documents WHERE seq > ?)"
        return int(self.database.value(sql, (after,)))

    def count_vectors(self) -> int:
        """Passages that have a vector."""
        return int(self.database.value("SELECT count(*) FROM vectors"))

    def is_dense(self) -> bool:
        """Whether some passage has a vector, or there is no passage yet."""
        sql = "SELECT EXISTS (SELECT 1 FROM vectors) OR NOT EXISTS (SELECT 1 FROM passages)"
        return bool(self.database.value(sql))

    def by_type(self) -> dict[str, int]:
        """Documents of each source type; an untyped one counts under the empty name."""
        return dict(self.database.execute("SELECT source_type, count(*) FROM documents GROUP BY 1 ORDER BY 1"))

    def corpus_digest(self) -> str:
        """SHA-256 over ids and metadata of all documents, whatever the order they came in; where a file lay does not count."""
        seq = self.seq
        if seq != self._digest[0]:
            self._digest = seq, self._compute_digest()
        return self._digest[1]

    def _compute_digest(self) -> str:
        digest = hashlib.sha256()
        sql = "SELECT doc_id, json_extract(body, '$.metadata') FROM documents ORDER BY doc_id"
        for doc_id, metadata in self.database.execute(sql):
            digest.update(f"{doc_id}\n{metadata}\n".encode())
        return digest.hexdigest()


def _in_parts(sql: str, values: Sequence[T]) -> Iterator[tuple[str, Sequence[T]]]:
    for start in range(0, len(values), _AT_ONCE):
        part = values[start : start + _AT_ONCE]
        yield f"{sql} ({','.join('?' * len(part))})", part


def _without_text(row: tuple[Any, ...]) -> Document:
    doc_id, seq, blob, body, check = row
    _check(f"metadata of {doc_id}", check, seq, doc_id, blob, body)
    return Document.model_validate({**json.loads(body), "text": ""})


def _passage(row: tuple[Any, ...]) -> Passage:
    *columns, check = row
    pid, doc_id, ordinal, text, start, end, spans, heading, page, is_estimated = columns
    _check(f"passage {pid}", check, *columns)
    _are_texts(pid, doc_id, text, heading)
    pairs = np.frombuffer(spans, "<i4").reshape(-1, 2).tolist()
    return Passage(pid, doc_id, ordinal, text, start, end, tuple(map(tuple, pairs)), heading, page, bool(is_estimated))


def _body(document: Document, blob: str | None, seq: int) -> tuple[Any, ...]:
    """Columns source_type to body_check of a document's row."""
    facet = facet_of(document, seq)
    columns = facet.source_type, facet.year, json.dumps(sorted(facet.topics), ensure_ascii=False)
    body = document.model_dump_json(exclude={"text", "pages", "headings"})
    facet_check = row_check(seq, document.doc_id, *columns)
    return *columns, facet_check, blob, body, row_check(seq, document.doc_id, blob, body)
