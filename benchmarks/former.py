"""A library as the kmassist of format 1 wrote it, made of one of now: so that bringing it up to date can be broken at every place."""

from __future__ import annotations

from pathlib import Path

import apsw

from kmassist.index import packed, schema
from kmassist.index.database import row_check
from kmassist.index.local import open_local

_TEXT = "rest TEXT NOT NULL,                 -- what of its text stands in no passage\n    text_check BLOB NOT NULL            -- of layout and text\n"
_VECTORS = "(\n    id INTEGER PRIMARY KEY,\n    vectors BLOB NOT NULL,              -- of each sentence a scale (float32) and signed bytes\n    row_check BLOB NOT NULL\n)"
_FORMER_VECTORS = "(id INTEGER PRIMARY KEY, vectors BLOB NOT NULL, row_check BLOB NOT NULL)"
_VECTOR = "(\n    id INTEGER PRIMARY KEY,\n    vector BLOB NOT NULL,               -- a scale (float32) and signed bytes\n    row_check BLOB NOT NULL\n)"
_FORMER_VECTOR = "(id INTEGER PRIMARY KEY, vector BLOB NOT NULL, row_check BLOB NOT NULL)"


def tables() -> str:
    """The tables of format 1, letter by letter."""
    found = schema.TABLES.replace(_TEXT, "text TEXT NOT NULL,\n    text_check BLOB NOT NULL\n")
    found = found.replace(f"sentence_vectors {_VECTORS}", f"sentence_vectors {_FORMER_VECTORS}")
    return found.replace(f" vectors {_VECTOR}", f" vectors {_FORMER_VECTOR}")


def make_former(path: Path, *, embedder: str, dimension: int) -> None:
    """Turn the library there into one of format 1; nobody may have it open."""
    with open_local(str(path), embedder=embedder, dimension=dimension) as index:
        texts = {d.doc_id: index.document(d.doc_id).text for d in index.documents()}
    former = tables()
    connection = apsw.Connection(str(path / "km.db"))
    connection.create_scalar_function("of_document", texts.get)
    connection.create_scalar_function(
        "halves", lambda b: packed.from_bytes(b, dimension).astype("<f2").tobytes()
    )
    connection.create_scalar_function("km_check", row_check)
    with connection:
        connection.execute("DROP INDEX documents_by_blob; DROP INDEX vectors_by_id")
        for name, columns in (
            ("documents", "seq, doc_id, source_type, year, topics, facet_check, blob, body, body_check, layout, "
                          "of_document(doc_id), text_check"),
            ("sentence_vectors", "id, halves(vectors), km_check(id, halves(vectors))"),
            ("vectors", "id, halves(vector), km_check(id, halves(vector))"),
        ):  # fmt: skip
            connection.execute(f"ALTER TABLE {name} RENAME TO newer")
            start = former.index(f"CREATE TABLE {name} (")
            connection.execute(former[start : former.index(");\n", start) + 2])
            connection.execute(f"INSERT INTO {name} SELECT {columns} FROM newer")
            connection.execute("DROP TABLE newer")
        for line in former.splitlines():
            if line.startswith(("CREATE INDEX documents_by_blob", "CREATE INDEX vectors_by_id")):
                connection.execute(line)
        connection.execute("PRAGMA user_version=1")
    connection.execute("VACUUM")
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    connection.close()
