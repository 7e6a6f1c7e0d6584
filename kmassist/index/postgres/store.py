"""What is read of documents, passages and vectors in PostgreSQL, over all partitions that the caller may read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from kmassist.documents.document import Document
from kmassist.documents.passages import Passage
from kmassist.errors import DocumentNotFound
from kmassist.index import Filter
from kmassist.index.packed import from_bytes, singles, stored_passages
from kmassist.index.postgres.connection import run
from kmassist.index.postgres.partitions import Part
from kmassist.index.rows import (
    PASSAGE,
    check_row,
    document_of,
    passage_of,
    whole,
)

if TYPE_CHECKING:
    from kmassist.index.postgres.connection import Cursor

Vectors = NDArray[np.float32]
_FACETS = "source_type, year, topics"
_DOCUMENT = "doc_id, seq, blob, body, body_check"


def conditions(where: Filter | None, part: Part) -> tuple[str, list[Any]]:
    """A filter as SQL to follow other conditions, and its values; the documents hidden in a partition never pass."""
    tests: list[tuple[str, Any]] = []
    if part.hidden:
        tests.append(("doc_id <> ALL(%s::text[])", list(part.hidden)))
    if where is not None:
        tests += [
            (sql, value)
            for sql, value in (
                ("source_type = ANY(%s::text[])", sorted(map(str, where.source_types))),
                ("topics && %s::text[]", sorted(where.topics)),
                ("doc_id = ANY(%s::text[])", sorted(where.doc_ids)),
                ("doc_id <> ALL(%s::text[])", sorted(where.without_doc_ids)),
            )
            if value
        ]
        tests += [
            (sql, year)
            for sql, year in (
                ("year >= %s::int", where.year_from),
                ("year <= %s::int", where.year_to),
            )
            if year is not None
        ]
    return "".join(f" AND {sql}" for sql, _ in tests), [value for _, value in tests]


def each(
    parts: Sequence[Part], sql: str, before: Sequence[Any] = (), where: Filter | None = None
) -> tuple[str, list[Any]]:
    """The same rows of every partition.

    Args:
        parts: the partitions.
        sql: names its table ``{schema}.x`` and ends in a condition, which the filter's follow.
        before: values that stand in ``sql``.
        where: the filter.
    """
    said, values = [], []
    for part in parts:
        more, own = conditions(where, part)
        said.append(f"({sql.format(schema=part.schema)}{more})")
        values += [*before, *own]
    return " UNION ALL ".join(said), values


def rows_of(
    cursor: Cursor,
    parts: Sequence[Part],
    sql: str,
    before: Sequence[Any] = (),
    where: Filter | None = None,
) -> list[tuple[Any, ...]]:
    return run(cursor, *each(parts, sql, before, where)).fetchall()


# reading --------------------------------------------------------------------------------------------------------------


def documents(
    cursor: Cursor, parts: Sequence[Part], where: Filter | None
) -> Iterator[tuple[Document, str]]:
    """Documents without text in order of doc_id, each with what had to be left out of it."""
    rows = rows_of(
        cursor, parts, f"SELECT {_DOCUMENT} FROM {{schema}}.document WHERE true", where=where
    )
    if where is None:
        whole("documents", len(rows), sum(part.documents - len(part.hidden) for part in parts))
    for doc_id, seq, blob, body, check in sorted(rows):
        check_row(f"metadata of {doc_id}", check, seq, doc_id, blob, body)
        yield document_of(doc_id, {**json.loads(body), "text": ""})


def document(cursor: Cursor, parts: Sequence[Part], doc_id: str) -> tuple[Document, str]:
    """One document with its text, and what had to be left out of it."""
    sql = f"SELECT layout, text, text_check, {_DOCUMENT} FROM {{schema}}.document WHERE doc_id = %s"
    for layout, text, text_check, _, seq, blob, body, check in rows_of(
        cursor, parts, sql, [doc_id]
    ):
        check_row(f"text of {doc_id}", text_check, layout, text)
        check_row(f"metadata of {doc_id}", check, seq, doc_id, blob, body)
        return document_of(doc_id, {**json.loads(body), **json.loads(layout), "text": text})
    raise _none(doc_id)


def place_of(cursor: Cursor, parts: Sequence[Part], doc_id: str) -> tuple[str, str | None]:
    """The partition that holds a document, and the SHA-256 of its stored original."""
    for part in parts:
        rows = rows_of(
            cursor, [part], "SELECT blob FROM {schema}.document WHERE doc_id = %s", [doc_id]
        )
        if rows:
            return part.name, rows[0][0]
    raise _none(doc_id)


def _none(doc_id: str) -> DocumentNotFound:
    return DocumentNotFound(
        f"There is no document '{doc_id}' in this library.", "See `kmassist sources list`."
    )


def original(cursor: Cursor, part: Part, sha256: str) -> bytes | None:
    """A stored file; None when it is missing or has changed."""
    rows = run(
        cursor, f"SELECT data FROM {part.schema}.original WHERE sha256 = %s", (sha256,)
    ).fetchall()
    data = bytes(rows[0][0]) if rows else b""
    return data if rows and hashlib.sha256(data).hexdigest() == sha256 else None


def passages(
    cursor: Cursor, parts: Sequence[Part], passage_ids: Sequence[str]
) -> dict[str, Passage]:
    """Passage of each id that is held."""
    sql = f"SELECT {PASSAGE}, row_check FROM {{schema}}.passage WHERE passage_id = ANY(%s::text[])"
    found = (passage_of(row) for row in rows_of(cursor, parts, sql, [list(passage_ids)]))
    return {passage.passage_id: passage for passage in found}


def passages_of(cursor: Cursor, parts: Sequence[Part], doc_id: str) -> list[Passage]:
    """All passages of a document, in order."""
    sql = f"SELECT {PASSAGE}, row_check FROM {{schema}}.passage WHERE doc_id = %s"
    found = sorted(
        (passage_of(row) for row in rows_of(cursor, parts, sql, [doc_id])), key=lambda p: p.ordinal
    )
    whole(f"passages of {doc_id}", len(found), found[-1].ordinal + 1 if found else 0)
    return found


def vectors(
    cursor: Cursor, parts: Sequence[Part], passage_ids: Sequence[str], dimension: int
) -> dict[str, tuple[Vectors, Vectors]]:
    """Passage id -> its vector and its sentences' vectors, float32."""
    halves, sentences_of = {}, {}
    for part in parts:
        sql = (
            f"SELECT v.passage_id, vector, v.row_check, sentence_vectors, sentence_check FROM {part.schema}.vector v"
            f" JOIN {part.schema}.passage p USING (service, passage_id) WHERE v.passage_id = ANY(%s::text[])"
        )
        more, values = conditions(None, part)
        sql += more.replace("doc_id", "v.doc_id")
        for pid, vector, check, sentences, sentences_check in run(
            cursor, sql, [list(passage_ids), *values]
        ):
            halves[pid] = checked_half(pid, vector, check)
            if sentences is not None:
                check_row(f"sentence vectors of {pid}", sentences_check, pid, bytes(sentences))
            elif part.has_all_sentences:
                whole(f"sentence vectors of {pid}", 0, 1)
            sentences_of[pid] = from_bytes(bytes(sentences or b""), dimension)
    held = as_held(np.stack([*halves.values()])) if halves else ()
    return {pid: (vector, sentences_of[pid]) for pid, vector in zip(halves, held, strict=True)}


def as_held(halves: NDArray[np.float16]) -> Vectors:
    """Passages' vectors as every engine reads them, also those of before all were stored so."""
    return singles(stored_passages(halves, *halves.shape))


def checked_half(passage_id: str, vector: HalfVector, check: bytes) -> NDArray[np.float16]:
    """A stored passage vector."""
    half = np.ascontiguousarray(vector.to_numpy(), "<f2")
    check_row(f"vector of {passage_id}", check, passage_id, half.tobytes())
    return half


def by_type(cursor: Cursor, parts: Sequence[Part]) -> dict[str, int]:
    """Documents of each source type; an untyped one counts under the empty name."""
    said, values = each(parts, "SELECT source_type FROM {schema}.document WHERE true")
    sql = f"SELECT source_type, count(*) FROM ({said}) AS every GROUP BY 1 ORDER BY 1"
    return dict(run(cursor, sql, values).fetchall())


def count_hidden(cursor: Cursor, parts: Sequence[Part], table: str) -> int:
    """Rows of documents that are passed over, because another partition holds them too."""
    count = 0
    for part in parts:
        if part.hidden:
            sql = f"SELECT count(*) FROM {part.schema}.{table} WHERE doc_id = ANY(%s::text[])"
            ((more,),) = run(cursor, sql, [list(part.hidden)]).fetchall()
            count += more
    return count


def corpus_digest(cursor: Cursor, parts: Sequence[Part]) -> str:
    """The embedded engine's digest of the same documents."""
    said, values = each(parts, "SELECT doc_id, metadata FROM {schema}.document WHERE true")
    digest = hashlib.sha256()
    for doc_id, metadata in run(cursor, f"{said} ORDER BY doc_id", values):
        digest.update(f"{doc_id}\n{metadata}\n".encode())
    return digest.hexdigest()


def terms_from(cursor: Cursor, parts: Sequence[Part], start: str) -> Iterable[str]:
    """Terms that begin so."""
    said = " UNION ".join(
        f"SELECT term FROM {part.schema}.term WHERE starts_with(term, %s)" for part in parts
    )
    return sorted(term for (term,) in run(cursor, said, [start] * len(parts)))
