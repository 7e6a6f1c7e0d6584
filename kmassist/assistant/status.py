"""What is in a library and whether it can be searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kmassist.index import Index


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """What is in the library and whether both legs of the search work."""

    path: str
    documents: int
    passages: int
    by_type: Mapping[str, int]
    corpus_digest: str
    embedder: str
    has_lexical: bool
    has_dense: bool
    not_embedded: int
    undated: int
    without_type: int
    synthetic: int
    newest: str
    degraded: tuple[str, ...]


def status_of(path: str, index: Index) -> LibraryStatus:
    """Size, identity and health, without loading the model."""
    stats, capabilities, documents = (
        index.stats(),
        index.capabilities,
        index.documents(),
    )
    missing = stats.passages - stats.dense_passages
    degraded = []
    if not capabilities.lexical:
        degraded.append("The word index is missing: run 'kmassist doctor --repair'.")
    if not capabilities.dense and stats.passages:
        degraded.append("The meaning index is missing: run 'kmassist doctor --repair'.")
    if missing and capabilities.dense:
        degraded.append(f"{missing} passages have no vector yet: run 'kmassist doctor --repair'.")
    return LibraryStatus(
        path=path,
        documents=stats.documents,
        passages=stats.passages,
        by_type=stats.by_type,
        corpus_digest=stats.corpus_digest,
        embedder=stats.embedder,
        has_lexical=capabilities.lexical,
        has_dense=capabilities.dense,
        not_embedded=missing,
        undated=sum(d.metadata.dated is None for d in documents),
        without_type=sum(d.metadata.source_type is None for d in documents),
        synthetic=sum(d.metadata.is_synthetic for d in documents),
        newest=max((d.metadata.dated for d in documents if d.metadata.dated), default=""),
        degraded=tuple(degraded),
    )
