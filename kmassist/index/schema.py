"""The tables of a library and how an older library becomes a newer one."""

from __future__ import annotations

VERSION = 1
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
    text TEXT NOT NULL,
    text_check BLOB NOT NULL
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
CREATE TABLE vectors (id INTEGER PRIMARY KEY, vector BLOB NOT NULL, row_check BLOB NOT NULL);
CREATE INDEX vectors_by_id ON vectors (id);  -- so that counting them does not read them
CREATE TABLE sentence_vectors (id INTEGER PRIMARY KEY, vectors BLOB NOT NULL, row_check BLOB NOT NULL);
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

MIGRATIONS: dict[int, str] = {}
"""SQL that takes a library from the version of its key to the next; each runs in one transaction, after a copy was made."""
