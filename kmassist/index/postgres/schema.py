"""The tables of a library in PostgreSQL: one parent a table, one partition a service, each service's in a schema of its own.

Access is by GRANT on a service's schema. Nothing is granted on the parents, so that a role reads the partitions that are
its own and no other; row-level security would hide rows and still show, by its statistics, which words others hold.
"""

from __future__ import annotations

VERSION = 3
"""1 and 2 were of no version that went out: a graph of vectors from the first row on, vectors of sentences in half precision."""
MAIN = "kmassist"
"""Schema of the parents, of the list of services and of the library's settings."""
TERMS = 1_000_000_000
"""Dimensions of a sparse vector: term ids stay below."""

LIBRARY = """
CREATE SCHEMA {main};
CREATE TABLE {main}.library (key text PRIMARY KEY, value text NOT NULL, row_check bytea NOT NULL);
CREATE TABLE {main}.service (name text COLLATE "C" PRIMARY KEY, schema text NOT NULL, role text NOT NULL DEFAULT '');
CREATE TABLE {main}.state (
    service text NOT NULL,
    seq bigint NOT NULL, documents bigint NOT NULL, passages bigint NOT NULL, vectors bigint NOT NULL,
    length bigint NOT NULL,             -- terms in all passages
    mean float8 NOT NULL,               -- mean length that words.weights were made with
    generation text NOT NULL,           -- the rule by which words were made from passages
    has_all_sentences boolean NOT NULL,
    row_check bytea NOT NULL,
    PRIMARY KEY (service)
) PARTITION BY LIST (service);
CREATE TABLE {main}.meta (
    service text NOT NULL, key text NOT NULL, value text NOT NULL, row_check bytea NOT NULL, PRIMARY KEY (service, key)
) PARTITION BY LIST (service);
CREATE TABLE {main}.document (
    service text NOT NULL, doc_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    source_type text NOT NULL, year int, topics text[] NOT NULL, facet_check bytea NOT NULL,
    blob text, body text NOT NULL, body_check bytea NOT NULL,
    metadata text NOT NULL,             -- the part of body that the corpus digest is made of
    layout text NOT NULL, text text NOT NULL, text_check bytea NOT NULL,
    PRIMARY KEY (service, doc_id)
) PARTITION BY LIST (service);
CREATE INDEX document_by_blob ON {main}.document (blob);
CREATE TABLE {main}.original (
    service text NOT NULL, sha256 text NOT NULL, data bytea NOT NULL, PRIMARY KEY (service, sha256)
) PARTITION BY LIST (service);
CREATE TABLE {main}.passage (
    service text NOT NULL, passage_id text COLLATE "C" NOT NULL, doc_id text COLLATE "C" NOT NULL, ordinal int NOT NULL,
    text text NOT NULL, start int NOT NULL, "end" int NOT NULL, sentences bytea NOT NULL, heading text NOT NULL,
    page int, page_is_estimated int NOT NULL, row_check bytea NOT NULL,
    sentence_vectors bytea, sentence_check bytea,
    PRIMARY KEY (service, passage_id)
) PARTITION BY LIST (service);
CREATE INDEX passage_by_document ON {main}.passage (doc_id, ordinal);
CREATE TABLE {main}.words (             -- what the lexical leg reads
    service text NOT NULL, passage_id text COLLATE "C" NOT NULL, doc_id text COLLATE "C" NOT NULL,
    source_type text NOT NULL, year int, topics text[] NOT NULL,
    terms int[] NOT NULL, counts int[] NOT NULL, length int NOT NULL, weights sparsevec({terms}) NOT NULL,
    PRIMARY KEY (service, passage_id)
) PARTITION BY LIST (service);
CREATE INDEX words_by_document ON {main}.words (doc_id);
CREATE INDEX words_by_term ON {main}.words USING gin (terms);
CREATE TABLE {main}.term (
    service text NOT NULL, term text COLLATE "C" NOT NULL, id int NOT NULL, df int NOT NULL,
    PRIMARY KEY (service, term)
) PARTITION BY LIST (service);
CREATE INDEX term_by_id ON {main}.term (id);
CREATE TABLE {main}.vector (            -- what the dense leg reads
    service text NOT NULL, passage_id text COLLATE "C" NOT NULL, doc_id text COLLATE "C" NOT NULL,
    source_type text NOT NULL, year int, topics text[] NOT NULL,
    vector halfvec({dimension}) NOT NULL, row_check bytea NOT NULL,
    PRIMARY KEY (service, passage_id)
) PARTITION BY LIST (service);
CREATE INDEX vector_by_document ON {main}.vector (doc_id);
CREATE TABLE {main}.records (
    service text NOT NULL, kind text COLLATE "C" NOT NULL, record_id text COLLATE "C" NOT NULL, body text NOT NULL,
    row_check bytea NOT NULL, PRIMARY KEY (service, kind, record_id)
) PARTITION BY LIST (service);
CREATE TABLE {main}.audit (
    service text NOT NULL, n bigint NOT NULL, at text NOT NULL, actor text NOT NULL, action text NOT NULL, doc_id text NOT NULL,
    details text NOT NULL, previous bytea NOT NULL, digest bytea NOT NULL, PRIMARY KEY (service, n)
) PARTITION BY LIST (service);
CREATE FUNCTION {main}.audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END$$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON {main}.audit FOR EACH ROW EXECUTE FUNCTION {main}.audit_is_kept();
"""
"""Made once; `{{dimension}}` is that of the embedder."""

TABLES = (
    *("state", "meta", "document", "original", "passage"),
    *("words", "term", "vector", "records", "audit"),
)
"""The tables that every service has a partition of."""
INDEXES = 16
"""Indexes of one service's partitions, keys included, without the graph of vectors, which a large part alone has."""

PARTITION = """
CREATE TABLE {schema}.{table} PARTITION OF {main}.{table} FOR VALUES IN ('{name}');
ALTER TABLE {schema}.{table} ALTER COLUMN service SET DEFAULT '{name}';
"""

TUNING = """
CREATE SEQUENCE {schema}.term_id AS int;
ALTER TABLE {schema}.term ALTER COLUMN id SET DEFAULT nextval('{schema}.term_id');
ALTER TABLE {schema}.term SET (fillfactor = 60);
ALTER TABLE {schema}.words ALTER COLUMN weights SET STORAGE MAIN;
ALTER TABLE {schema}.vector ALTER COLUMN vector SET STORAGE PLAIN;
ALTER TABLE {schema}.passage ALTER COLUMN sentence_vectors SET STORAGE EXTERNAL;
CREATE FUNCTION {schema}.index_vectors() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
    'CREATE INDEX vector_by_meaning ON {schema}.vector USING hnsw (vector public.halfvec_ip_ops) WITH (m = 16, ef_construction = 64)';
REVOKE ALL ON FUNCTION {schema}.index_vectors() FROM PUBLIC;
"""
"""A counter of a term is changed in place, what a search reads is not put away elsewhere, vectors, which do not get smaller, are not
compressed; and whoever writes a part, though it is not the owner, may have the graph of its vectors made once there are many."""

READ = """
GRANT USAGE ON SCHEMA {main}, {schema} TO {role};
GRANT SELECT ON {main}.library, {main}.service TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role};
"""
WRITE = """
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
REVOKE UPDATE, DELETE ON {schema}.audit FROM {role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
GRANT EXECUTE ON FUNCTION {schema}.index_vectors() TO {role};
"""

HIDE_SIZES = r"""
DO $$
DECLARE f regprocedure; columns text;
BEGIN
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (
        p.proname IN ('pg_relation_size', 'pg_table_size', 'pg_total_relation_size', 'pg_indexes_size', 'pg_relation_filenode')
        OR (p.proname LIKE 'pg\_stat\_get\_%' AND p.proargtypes[0] = 'oid'::regtype))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC; GRANT EXECUTE ON FUNCTION %s TO pg_monitor', f, f);
    END LOOP;
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
        WHERE attrelid = 'pg_catalog.pg_class'::regclass AND attnum > 0
        AND attname NOT IN ('reltuples', 'relpages', 'relallvisible', 'relallfrozen');
    REVOKE SELECT ON pg_catalog.pg_class FROM PUBLIC;
    EXECUTE format('GRANT SELECT (%s) ON pg_catalog.pg_class TO PUBLIC', columns);
    GRANT SELECT ON pg_catalog.pg_class TO pg_monitor;
END $$;
"""
"""What the server's own catalogue tells everybody of every table, how many rows and bytes it has, it then tells its monitors alone."""


def schema_of(name: str) -> str:
    """The schema of a service's partition."""
    return f"{MAIN}_{name}"
