"""Rows of documents, passages, words and vectors as they are written; the caller opens transactions and holds the lock."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from kmassist.documents.document import Document
from kmassist.documents.passages import Passage
from kmassist.index import Entry
from kmassist.index.database import row_check
from kmassist.index.lexical import K1, B, index_terms
from kmassist.index.packed import halves, stored_passages, to_bytes
from kmassist.index.postgres import store
from kmassist.index.postgres.connection import run
from kmassist.index.postgres.numbers import Numbers, Sparse
from kmassist.index.postgres.partitions import Part
from kmassist.index.postgres.schema import TERMS
from kmassist.index.rows import (
    PASSAGE,
    body_columns,
    passage_columns,
    whole,
)

if TYPE_CHECKING:
    from kmassist.index.postgres.connection import Cursor

_FACETS = "source_type, year, topics"
_MOST_REMEMBERED = 1_000_000
"""Terms whose numbers a program remembers."""


def put(
    cursor: Cursor,
    part: Part,
    entry: Entry,
    blob: str | None,
    dimension: int,
    *,
    numbers: dict[str, int],
) -> Part:
    """Write a document and all that belongs to it; gives the partition as it is then. ``numbers`` as in `put_words`."""
    document, passages = entry.document, list(entry.passages)
    seq = part.seq + 1
    layout = document.model_dump_json(include={"pages", "headings"})
    kind, year, _, facet_check, _, body, body_check = body_columns(document, blob, seq)
    topics = sorted(document.metadata.topics)
    run(
        cursor,
        f"INSERT INTO {part.schema}.document (doc_id, seq, {_FACETS}, facet_check, blob, body, body_check, metadata, layout,"
        " text, text_check) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)",
        (
            *(document.doc_id, seq, kind, year, topics, facet_check, blob, body, body_check),
            *(
                document.metadata.model_dump_json(),
                layout,
                document.text,
                row_check(layout, document.text),
            ),
        ),
    )
    has_vectors, sentences, counted = _put_passages(cursor, part, entry, dimension)
    part = put_words(cursor, part, document, passages, counted=counted, numbers=numbers)
    return replace(
        part,
        seq=seq,
        documents=part.documents + 1,
        passages=part.passages + len(passages),
        vectors=part.vectors + (len(passages) if has_vectors else 0),
        has_all_sentences=part.has_all_sentences and (sentences or not has_vectors),
    )


def _put_passages(
    cursor: Cursor, part: Part, entry: Entry, dimension: int
) -> tuple[bool, bool, list[Counter[str]]]:
    """Write passages with their vectors; gives whether there were any vectors, any of sentences, and `counted_terms`."""
    passages, facets = entry.passages, _facets(entry.document)
    own = sentences = None
    if entry.vectors is not None and passages:
        own = halves(stored_passages(entry.vectors, len(passages), dimension))
        if entry.sentence_vectors is not None:
            sentences = [
                to_bytes(vectors, len(passage.sentences), dimension)
                for passage, vectors in zip(passages, entry.sentence_vectors, strict=True)
            ]
    rows = []
    for number, passage in enumerate(passages):
        columns = passage_columns(passage)
        more = sentences[number] if sentences else None
        rows.append(
            (
                *columns,
                row_check(*columns),
                more,
                row_check(passage.passage_id, more) if more is not None else None,
            )
        )
    types = "text text int4 text int4 int4 bytea text int4 int4 bytea bytea bytea"
    table = f"{part.schema}.passage ({PASSAGE}, row_check, sentence_vectors, sentence_check)"
    with _copied(cursor, table, types, rows):
        counted = counted_terms(entry.document, passages)
    if own is not None:
        vectors = [
            (
                p.passage_id,
                p.doc_id,
                *facets,
                HalfVector(half),
                row_check(p.passage_id, half.tobytes()),
            )
            for p, half in zip(passages, own, strict=True)
        ]
        types = "text text text int4 text[] halfvec bytea"
        table = f"{part.schema}.vector (passage_id, doc_id, {_FACETS}, vector, row_check)"
        with _copied(cursor, table, types, vectors):
            pass
    return own is not None, sentences is not None, counted


def _facets(document: Document) -> tuple[str, int | None, list[str]]:
    """The columns `_FACETS`."""
    meta = document.metadata
    return str(meta.source_type or ""), meta.year, sorted(meta.topics)


def counted_terms(document: Document, passages: Sequence[Passage]) -> list[Counter[str]]:
    """How often each passage holds each of its terms."""
    return [Counter(index_terms(document, passage)) for passage in passages]


def put_words(
    cursor: Cursor,
    part: Part,
    document: Document,
    passages: Sequence[Passage],
    *,
    counted: Sequence[Counter[str]],
    numbers: dict[str, int],
) -> Part:
    """Write what the lexical leg reads of a document's passages; gives the partition with their terms counted.

    Args:
        cursor, part: where.
        document, passages: whose.
        counted: `counted_terms` of them.
        numbers: terms' numbers as the caller remembers them, some of them perhaps wrong by now; learnt ones are added.
    """
    lengths = [sum(counts.values()) for counts in counted]
    part = replace(part, length=part.length + sum(lengths))
    mean = part.mean or (sum(lengths) / max(1, len(lengths))) or 1.0
    df = Counter(term for counts in counted for term in counts)
    ids = _counted(cursor, part, df, numbers)
    facets = _facets(document)
    rows = []
    for passage, counts, length in zip(passages, counted, lengths, strict=True):
        terms = np.fromiter((ids[term] for term in counts), np.int32, len(counts))
        order = np.argsort(terms)
        terms = terms[order]
        held = np.fromiter(counts.values(), np.int32, len(counts))[order]
        rows.append(
            (
                *(passage.passage_id, passage.doc_id, *facets, terms, held, length),
                Sparse(terms, weights(held, length, mean), TERMS),
            )
        )
    types = "text text text int4 text[] int4[] int4[] int4 sparsevec"
    columns = f"passage_id, doc_id, {_FACETS}, terms, counts, length, weights"
    with _copied(cursor, f"{part.schema}.words ({columns})", types, rows):
        pass
    return replace(part, mean=mean)


def _counted(
    cursor: Cursor, part: Part, df: Mapping[str, int], numbers: dict[str, int]
) -> dict[str, int]:
    """Count terms as held by so many passages more; gives the number of each.

    What is remembered of a term is believed when the database holds that very term under that number.
    """
    known = sorted(numbers[term] for term in df if term in numbers)
    names = {numbers[term]: term for term in df if term in numbers}
    sql = (
        f"WITH counted AS (UPDATE {part.schema}.term AS t SET df = t.df + more.df"
        " FROM unnest(%b::int[], string_to_array(%s, E'\\n'), %b::int[]) AS more (id, term, df)"
        " WHERE t.id = more.id AND t.term = more.term RETURNING t.id) SELECT coalesce(array_agg(id), '{}') FROM counted"
    )
    values = (
        Numbers(known),
        "\n".join(names[n] for n in known),
        Numbers(df[names[n]] for n in known),
    )
    found = run(cursor, sql, values).fetchall()[0][0] if known else []
    ids = {names[number]: number for number in found}
    others = sorted(df.keys() - ids.keys())
    sql = (
        f"INSERT INTO {part.schema}.term AS t (term, df) SELECT * FROM unnest(string_to_array(%s, E'\\n'), %b::int[])"
        " ON CONFLICT (service, term) DO UPDATE SET df = t.df + excluded.df RETURNING term, id"
    )
    if others:
        counts = Numbers(df[name] for name in others)
        ids |= dict(run(cursor, sql, ("\n".join(others), counts)).fetchall())
    if len(numbers) > _MOST_REMEMBERED:
        numbers.clear()
    numbers |= ids
    return ids


def weights(counts: NDArray[np.int32], length: int, mean: float) -> NDArray[np.float64]:
    """What a passage's counts of terms add to a score, for the mean length that is kept; see `lexical`."""
    return counts / (counts + K1 * (1 - B + B * length / mean))


def weigh_again(cursor: Cursor, part: Part) -> Part:
    """Make the stored weights for the mean length of now."""
    part = replace(part, mean=part.length / part.passages)
    rows = run(
        cursor, f"SELECT passage_id, terms, counts, length FROM {part.schema}.words"
    ).fetchall()
    cursor.executemany(
        f"UPDATE {part.schema}.words SET weights = %s WHERE passage_id = %s".encode(),
        [
            (
                Sparse(
                    np.array(terms, np.int32),
                    weights(np.array(counts, np.int32), length, part.mean),
                    TERMS,
                ),
                pid,
            )
            for pid, terms, counts, length in rows
        ],
    )
    return part


@contextmanager
def _copied(
    cursor: Cursor, table: str, types: str, rows: Sequence[tuple[Any, ...]]
) -> Iterator[None]:
    """Write rows; what stands in the block is done while the server takes them in."""
    if not rows:
        yield
        return
    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types.split())
        for row in rows:
            copy.write_row(row)
        yield
    whole(f"rows of {table.partition(' ')[0]}", cursor.rowcount, len(rows))


def remove_words(cursor: Cursor, part: Part, doc_id: str) -> Part:
    """Take a document's words away, and terms that no passage holds any more."""
    schema = part.schema
    left = run(
        cursor,
        f"UPDATE {schema}.term SET df = df - gone.n FROM (SELECT t, count(*)::int AS n FROM {schema}.words, unnest(terms) AS t"
        " WHERE doc_id = %s GROUP BY t) AS gone WHERE id = gone.t RETURNING id, df",
        (doc_id,),
    ).fetchall()
    run(
        cursor,
        f"DELETE FROM {schema}.term WHERE id = ANY(%s::int[])",
        ([number for number, df in left if df <= 0],),
    )
    gone = run(cursor, f"DELETE FROM {schema}.words WHERE doc_id = %s RETURNING length", (doc_id,))
    return replace(part, length=part.length - sum(length for (length,) in gone.fetchall()))


def remove(cursor: Cursor, part: Part, doc_id: str) -> Part:
    """Remove a document and all that belongs to it; gives the partition as it is then."""
    part = remove_words(cursor, part, doc_id)
    counts = {}
    for table in ("vector", "passage"):
        run(cursor, f"DELETE FROM {part.schema}.{table} WHERE doc_id = %s", (doc_id,))
        counts[table] = cursor.rowcount
    gone = run(
        cursor, f"DELETE FROM {part.schema}.document WHERE doc_id = %s RETURNING blob", (doc_id,)
    ).fetchall()
    for (blob,) in gone:
        run(
            cursor,
            f"DELETE FROM {part.schema}.original WHERE sha256 = %s"
            f" AND NOT EXISTS (SELECT 1 FROM {part.schema}.document WHERE blob = %s)",
            (blob, blob),
        )
    return replace(
        part,
        seq=part.seq + 1,
        documents=part.documents - len(gone),
        passages=part.passages - counts["passage"],
        vectors=part.vectors - counts["vector"],
    )


def put_original(cursor: Cursor, part: Part, data: bytes | None) -> str | None:
    """Store a file under its SHA-256."""
    if data is None:
        return None
    sha256 = hashlib.sha256(data).hexdigest()
    run(
        cursor,
        f"INSERT INTO {part.schema}.original (sha256, data) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (sha256, data),
    )
    return sha256


def put_metadata(
    cursor: Cursor, part: Part, document: Document, blob: str | None, numbers: dict[str, int]
) -> Part:
    """Replace what is known about a document, not its text, in every row that tells of it."""
    seq = part.seq + 1
    kind, year, _, facet_check, _, body, body_check = body_columns(document, blob, seq)
    topics = sorted(document.metadata.topics)
    run(
        cursor,
        f"UPDATE {part.schema}.document SET seq=%s, source_type=%s, year=%s, topics=%s, facet_check=%s, body=%s, body_check=%s,"
        " metadata=%s WHERE doc_id=%s",
        (
            *(seq, kind, year, topics, facet_check, body, body_check),
            *(document.metadata.model_dump_json(), document.doc_id),
        ),
    )
    run(
        cursor,
        f"UPDATE {part.schema}.vector SET source_type=%s, year=%s, topics=%s WHERE doc_id=%s",
        (kind, year, topics, document.doc_id),
    )
    part = remove_words(cursor, part, document.doc_id)
    passages = store.passages_of(cursor, [part], document.doc_id)
    counted = counted_terms(document, passages)
    return replace(
        put_words(cursor, part, document, passages, counted=counted, numbers=numbers), seq=seq
    )
