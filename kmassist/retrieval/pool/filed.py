"""Policies that people filed where the subject is filed: to be checked, before a pool says that there is none.

A statement of policy gives a line or two to each of many subjects, so that no sign of the whole document tells that it is about
one of them. Where people have filed it under the pool's own topic they have said so. A topic is the pool's own when more than
half of the documents on the subject are filed under it, and at least half of those filed under it are in the pool: what most of a
library is filed under is so nobody's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from kmassist.documents.document import Document, SourceType
from kmassist.retrieval.pool import Held, Pool, Standing

_LEAST = 2
"""Documents on the subject that say where it is filed."""


def with_policies(
    pool: Pool, filed_under: Callable[[str], Sequence[Document]], settled: Collection[str] = ()
) -> Pool:
    """The pool, where it holds no policy with those that are filed under its own topics, to be checked.

    Args:
        pool: of a subject.
        filed_under: the documents filed under a topic, by its code.
        settled: documents of which a person has said whether they are about the subject.
    """
    if any(held.source_type is SourceType.POL for held in pool):
        return pool
    filed = [d for topic in _own_topics(pool, filed_under) for d in filed_under(topic)]
    return with_kinds(pool, [d for d in filed if d.metadata.source_type is SourceType.POL], settled)


def with_kinds(pool: Pool, documents: Iterable[Document], settled: Collection[str] = ()) -> Pool:
    """The pool with those of some documents whose kind it holds nothing of, to be checked."""
    held = {one.source_type for one in pool}
    added = {
        document.doc_id: document
        for document in documents
        if document.metadata.source_type not in held and document.doc_id not in settled
    }
    more = [Held(document, 0.0, Standing.TO_CHECK) for _, document in sorted(added.items())]
    return replace(pool, held=(*pool.held, *more))


def _own_topics(pool: Pool, filed_under: Callable[[str], Sequence[Document]]) -> list[str]:
    on = [set(h.document.metadata.topics) for h in pool if h.standing is Standing.ON]
    filed = [topics for topics in on if topics]
    counts = Counter(topic for topics in filed for topic in topics)
    if len(filed) < _LEAST:
        return []
    shared = [topic for topic, count in sorted(counts.items()) if 2 * count > len(filed)]
    under = {topic: [d.doc_id for d in filed_under(topic)] for topic in shared}
    return [t for t, ids in under.items() if 2 * len(pool.doc_ids & set(ids)) >= len(ids)]
