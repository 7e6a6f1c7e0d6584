"""The tables of a library and how an older library becomes a newer one."""

from __future__ import annotations

VERSION = 3
APPLICATION_ID = 0x6B6D6173
"""Marks the file as a library of kmassist ("kmas")."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, row_check BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    seq INTEGER PRIMARY KEY,            -- the change that made this row; never used twice
    doc_id TEXT NOT NULL UNIQUE,
    source_type TEXT NOT NULL, year INTEGER, topics TEXT NOT NULL, facet_check BLOB NOT NULL,
    blob TEXT,                          -- SHA-256 of the stored original
    body TEXT NOT NULL,                 -- JSON of the document without text, pages and headings
    body_check BLOB NOT NULL,
    layout TEXT NOT NULL,               -- JSON of pages and headings
    rest TEXT NOT NULL,                 -- what of its text stands in no passage
    text_check BLOB NOT NULL            -- of layout and text
);
CREATE INDEX documents_by_blob ON documents (blob);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,
    passage_id TEXT NOT NULL UNIQUE,
    doc_id TEXT NOT NULL, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    page INTEGER, page_is_estimated INTEGER NOT NULL,
    heading TEXT NOT NULL, text TEXT NOT NULL,
    sentences BLOB NOT NULL,            -- pairs of int32
    row_check BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (doc_id, ordinal);
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY,
    vector BLOB NOT NULL,               -- a scale (float32) and signed bytes
    row_check BLOB NOT NULL
);
CREATE INDEX vectors_by_id ON vectors (id);  -- so that counting them does not read them
CREATE TABLE sentence_vectors (
    id INTEGER PRIMARY KEY,
    vectors BLOB NOT NULL,              -- of each sentence a scale (float32) and signed bytes
    row_check BLOB NOT NULL
);
CREATE TABLE embeddings (
    fingerprint TEXT NOT NULL, digest TEXT NOT NULL, doc_id TEXT NOT NULL, vectors BLOB NOT NULL, row_check BLOB NOT NULL,
    PRIMARY KEY (fingerprint, digest)
);
CREATE INDEX embeddings_by_document ON embeddings (doc_id);
CREATE TABLE records (
    kind TEXT NOT NULL, record_id TEXT NOT NULL, body TEXT NOT NULL, row_check BLOB NOT NULL, PRIMARY KEY (kind, record_id)
) WITHOUT ROWID;
CREATE TABLE audit (
    n INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, doc_id TEXT NOT NULL,
    details TEXT NOT NULL, previous BLOB NOT NULL, digest BLOB NOT NULL
);
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
"""
"""Compared with a library's own description letter by letter. ``embeddings`` is no longer written: a document that comes back
takes its vectors from its own rows (`kmassist.assistant.reuse`)."""


MIGRATIONS: dict[int, str] = {
    1: """
DROP INDEX documents_by_blob;
ALTER TABLE documents RENAME TO former;
CREATE TABLE documents (
    seq INTEGER PRIMARY KEY,            -- the change that made this row; never used twice
    doc_id TEXT NOT NULL UNIQUE,
    source_type TEXT NOT NULL, year INTEGER, topics TEXT NOT NULL, facet_check BLOB NOT NULL,
    blob TEXT,                          -- SHA-256 of the stored original
    body TEXT NOT NULL,                 -- JSON of the document without text, pages and headings
    body_check BLOB NOT NULL,
    layout TEXT NOT NULL,               -- JSON of pages and headings
    rest TEXT NOT NULL,                 -- what of its text stands in no passage
    text_check BLOB NOT NULL            -- of layout and text
);
INSERT INTO documents SELECT seq, doc_id, source_type, year, topics, facet_check, blob, body, body_check, layout, km_rest(
    text, (SELECT json_group_array(json_array(start, "end")) FROM passages WHERE passages.doc_id = former.doc_id)
), text_check FROM former ORDER BY seq;
DROP TABLE former;
CREATE INDEX documents_by_blob ON documents (blob);
ALTER TABLE sentence_vectors RENAME TO former;
CREATE TABLE sentence_vectors (
    id INTEGER PRIMARY KEY,
    vectors BLOB NOT NULL,              -- of each sentence a scale (float32) and signed bytes
    row_check BLOB NOT NULL
);
INSERT INTO sentence_vectors
    SELECT id, packed, CASE WHEN row_check = km_check(id, vectors) THEN km_check(id, packed) ELSE row_check END
    FROM (SELECT *, km_packed(vectors, (SELECT value FROM meta WHERE key = 'dimension')) AS packed FROM former) ORDER BY id;
DROP TABLE former;
""",
    2: """
DROP INDEX vectors_by_id;
ALTER TABLE vectors RENAME TO former;
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY,
    vector BLOB NOT NULL,               -- a scale (float32) and signed bytes
    row_check BLOB NOT NULL
);
INSERT INTO vectors
    SELECT id, packed, CASE WHEN row_check = km_check(id, vector) THEN km_check(id, packed) ELSE row_check END
    FROM (SELECT *, km_packed(vector, (SELECT value FROM meta WHERE key = 'dimension')) AS packed FROM former) ORDER BY id;
DROP TABLE former;
CREATE INDEX vectors_by_id ON vectors (id);  -- so that counting them does not read them
""",
}
"""SQL that takes a library from the version of its key to the next; each runs in one transaction, after a copy was made. It names the
tables of the version that it leads to, comments and all, which later ones no longer change.

2: a text stands once, in its passages, and a number of a sentence's vector takes one byte. 3: so does one of a passage's vector, and
originals lie compressed, which tells an earlier kmassist to leave them alone; those that are there stay as they are. A row that
was damaged stays so: its check is of what was written first.
"""
