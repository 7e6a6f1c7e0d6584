"""The truth of a library: documents, passages, vectors and records in SQLite, one transaction per change.

Every row carries a BLAKE2b check of its columns, made when it was written and compared when it is read, so that a flipped
bit is an error and never a quotation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from kmassist.documents.document import Document
from kmassist.documents.passages import Passage
from kmassist.errors import DocumentNotFound
from kmassist.index import Entry, Filter
from kmassist.index.database import Database, row_check
from kmassist.index.packed import Stored, rest_of, text_of
from kmassist.index.passage_rows import PassageRows, in_parts
from kmassist.index.record_rows import RecordRows
from kmassist.index.rows import (
    PASSAGE,
    Facet,
    are_texts,
    body_columns,
    check_row,
    document_of,
    passage_columns,
    passage_of,
    whole,
)

_MOST_MADE = 1_000
"""Documents without text that are kept as made from their rows, some 10 KB each: a question asks for a hundred, most of them again."""


class Store(PassageRows):
    """Reads and writes rows; the caller opens transactions and holds the writer's lock.

    Attributes:
        set_aside: doc_id -> what of it was left out when it was read, because it cannot be.
        on_set_aside: told of each, once.
    """

    def __init__(
        self,
        database: Database,
        dimension: int,
        on_set_aside: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        super().__init__(database, dimension)
        self.set_aside: dict[str, str] = {}
        self.on_set_aside = on_set_aside
        self._digest = -1, ""
        self._made: dict[str, tuple[bytes, Document]] = {}
        self.records = RecordRows(database)

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
            "INSERT INTO documents (seq, doc_id, source_type, year, topics, facet_check, blob, body, body_check, layout, rest,"
            " text_check) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                seq,
                document.doc_id,
                *body_columns(document, blob, seq),
                layout,
                rest_of(document.text, [(p.start, p.end) for p in entry.passages]),
                row_check(layout, document.text),
            ),
        )
        first = (self.database.value("SELECT max(id) FROM passages") or 0) + 1
        rows = []
        for number, passage in enumerate(entry.passages, start=first):
            columns = passage_columns(passage)
            rows.append((number, *columns, row_check(*columns)))
        self.database.execute_many(
            f"INSERT INTO passages (id, {PASSAGE}, row_check) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            rows,
        )
        if entry.vectors is not None and len(entry.passages):
            self.put_vectors(entry, first)
        return seq

    def put_metadata(self, document: Document) -> int:
        """Replace what is known about a document, not its text; gives the change number."""
        blob = self.blob_of(document.doc_id)
        seq = self._next_seq()
        self.database.execute(
            "UPDATE documents SET seq=?, source_type=?, year=?, topics=?, facet_check=?, blob=?, body=?, body_check=?"
            " WHERE doc_id=?",
            (seq, *body_columns(document, blob, seq), document.doc_id),
        )
        return seq

    def remove(self, doc_id: str) -> int:
        """Remove a document's rows; gives the change number."""
        seq = self._next_seq()
        for table in ("vectors", "sentence_vectors"):
            self.database.execute(
                f"DELETE FROM {table} WHERE id IN (SELECT id FROM passages WHERE doc_id = ?)",
                (doc_id,),
            )
        for table in ("passages", "documents", "embeddings"):
            self.database.execute(f"DELETE FROM {table} WHERE doc_id = ?", (doc_id,))
        return seq

    # reading ----------------------------------------------------------------------------------------------------------

    def has(self, doc_id: str) -> bool:
        """Whether a document is held."""
        return bool(self.database.execute("SELECT 1 FROM documents WHERE doc_id = ?", (doc_id,)))

    def document(self, doc_id: str) -> Document:
        """One document with its text."""
        rows = self.database.execute(
            "SELECT layout, rest, text_check, seq, blob, body, body_check FROM documents WHERE doc_id = ?",
            (doc_id,),
        )
        if not rows:
            raise DocumentNotFound(
                f"There is no document '{doc_id}' in this library.", "See `kmassist sources list`."
            )
        layout, rest, text_check, seq, blob, body, body_check = rows[0]
        parts = self.database.execute(
            "SELECT start, text FROM passages WHERE doc_id = ?", (doc_id,)
        )
        are_texts(rest, *(part for _, part in parts))
        text = text_of(rest, parts)
        check_row(f"text of {doc_id}", text_check, layout, text)
        check_row(f"metadata of {doc_id}", body_check, seq, doc_id, blob, body)
        return self._document(doc_id, {**json.loads(body), **json.loads(layout), "text": text})

    def searchable(self, doc_id: str) -> tuple[Document, list[Passage], dict[str, Stored]]:
        """What searching needs of a document that is there: it without its text, its passages, vectors as `vectors_of`."""
        sql = "SELECT doc_id, seq, blob, body, body_check FROM documents WHERE doc_id = ?"
        documents = [self._without_text(row) for row in self.database.execute(sql, (doc_id,))]
        whole("documents", len(documents), 1)
        sql = (
            f"SELECT p.id, vector, v.row_check, {PASSAGE}, p.row_check FROM passages p LEFT JOIN vectors v ON v.id = p.id"
            " WHERE doc_id = ? ORDER BY ordinal"
        )
        passages, vectors = [], {}
        for number, vector, check, *row in self.database.execute(sql, (doc_id,)):
            passages.append(passage := passage_of(tuple(row)))
            if vector is not None:
                vectors[passage.passage_id] = self._vector(
                    passage.passage_id, number, vector, check
                )
        self._are_all(doc_id, passages)
        whole(f"vectors of {doc_id}", len(vectors), self._listed_vectors("doc_id = ?", [doc_id]))
        return documents[0], passages, vectors

    def _without_text(self, row: tuple[Any, ...]) -> Document:
        doc_id, seq, blob, body, check = row
        check_row(f"metadata of {doc_id}", check, seq, doc_id, blob, body)
        made = self._made.get(doc_id)
        if made is None or made[0] != check:
            if len(self._made) >= _MOST_MADE:
                self._made.clear()
            document = self._document(doc_id, {**json.loads(body), "text": ""})
            self._made[doc_id] = made = check, document
        return made[1]

    def _document(self, doc_id: str, values: dict[str, Any]) -> Document:
        document, says = document_of(doc_id, values)
        if says and doc_id not in self.set_aside:
            self.set_aside[doc_id] = says
            self.on_set_aside(f"{says} Correct it with `kmassist sources edit {doc_id}`.")
        return document

    def documents(self, where: Filter | None) -> Iterator[Document]:
        """Documents without text, in order of doc_id."""
        columns = "SELECT doc_id, seq, blob, body, body_check FROM documents"
        if (
            where is not None and where.doc_ids and where == Filter(doc_ids=where.doc_ids)
        ):  # on the path of every question
            wanted, parts = (
                None,
                list(in_parts(f"{columns} WHERE doc_id IN", sorted(where.doc_ids))),
            )
        else:
            wanted = (
                None
                if where is None
                else {facet.doc_id for facet in self.facets() if facet.passes(where)}
            )
            parts = [(f"{columns} NOT INDEXED ORDER BY doc_id", [])]
            self._has_all_documents()
        rows = (row for sql, part in parts for row in self.database.execute(sql, part))
        for row in sorted(rows) if wanted is None and where is not None else rows:
            if wanted is None or row[0] in wanted:
                yield self._without_text(row)

    def _has_all_documents(self) -> None:
        listed = self.database.value("SELECT count(*) FROM documents INDEXED BY documents_by_blob")
        whole(
            "documents", len(self.database.execute("SELECT seq FROM documents NOT INDEXED")), listed
        )

    def facets(self, *, after: int = 0) -> list[Facet]:
        """What filters see of the documents changed after ``after``, in order of change."""
        if not after:
            self._has_all_documents()
        sql = "SELECT seq, doc_id, source_type, year, topics, facet_check FROM documents WHERE seq > ? ORDER BY seq"
        facets = []
        for *columns, check in self.database.execute(sql, (after,)):
            check_row(f"entry of {columns[1]}", check, *columns)
            seq, doc_id, kind, year, topics = columns
            are_texts(doc_id, kind, topics)
            facets.append(
                Facet(
                    seq,
                    doc_id,
                    kind,
                    year,
                    frozenset(json.loads(topics)) if topics != "[]" else frozenset(),
                )
            )
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
        for sql, part in in_parts(
            "SELECT count(*) FROM documents NOT INDEXED WHERE seq IN", sorted(missing)
        ):
            whole("documents", 0, self.database.value(sql, part))
        return missing

    # originals --------------------------------------------------------------------------------------------------------

    def blob_of(self, doc_id: str) -> str | None:
        """SHA-256 of a document's stored original."""
        rows = self.database.execute("SELECT blob FROM documents WHERE doc_id = ?", (doc_id,))
        if not rows:
            raise DocumentNotFound(
                f"There is no document '{doc_id}' in this library.", "See `kmassist sources list`."
            )
        return None if rows[0][0] is None else str(rows[0][0])

    def blobs(self) -> set[str]:
        """SHA-256 of every original that a document refers to."""
        return {
            row[0]
            for row in self.database.execute(
                "SELECT DISTINCT blob FROM documents WHERE blob IS NOT NULL"
            )
        }

    def uses_blob(self, blob: str) -> bool:
        """Whether some document refers to that original."""
        return bool(
            self.database.execute("SELECT 1 FROM documents WHERE blob = ? LIMIT 1", (blob,))
        )

    # figures ----------------------------------------------------------------------------------------------------------

    def by_type(self) -> dict[str, int]:
        """Documents of each source type; an untyped one counts under the empty name."""
        return dict(
            self.database.execute(
                "SELECT source_type, count(*) FROM documents GROUP BY 1 ORDER BY 1"
            )
        )

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
