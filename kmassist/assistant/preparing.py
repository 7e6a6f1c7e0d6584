"""A document made ready to be stored: what a person settled kept, split into passages, embedded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kmassist.documents.document import Document
from kmassist.documents.editing import edit_metadata
from kmassist.documents.metadata import Metadata, Sharing
from kmassist.documents.passages import split_document
from kmassist.documents.required_metadata import with_current_warnings
from kmassist.documents.source_types import LOCAL_TYPES
from kmassist.embedding.embedder import passage_input
from kmassist.index import Entry
from kmassist.readers.metadata.proposals import propose
from kmassist.readers.sandbox import Limits
from kmassist.settings.model import Settings

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Embedder


def make_entry(embedder: Embedder, document: Document, data: bytes | None) -> Entry:
    """Split and embed one document."""
    passages = split_document(document)
    inputs = [passage_input(passage, document.metadata.title) for passage in passages]
    vectors, sentences = embedder.embed(
        [text for text, _ in inputs], [spans for _, spans in inputs]
    )
    return Entry(document, passages, vectors, sentences, data)


def limits_of(settings: Settings) -> Limits:
    """The sandbox's limits from the settings."""
    return Limits(
        wall_seconds=settings.limits.seconds,
        memory_bytes=settings.limits.memory_megabytes * 1024 * 1024,
    )


def root_of(given: Path) -> Path:
    """Folder names from the one that was named downwards tell of a document; those above it do not."""
    return given.parent if given.is_dir() else given.parent.parent


def keep_inside(document: Document) -> Document:
    """What a service made itself stays inside the NHS unless somebody marked it otherwise."""
    meta = document.metadata
    if "sharing" in meta.came_from or (meta.source_type and meta.source_type not in LOCAL_TYPES):
        return document
    came_from = {**meta.came_from, "sharing": "detected"}
    return document.model_copy(
        update={
            "metadata": meta.model_copy(update={"sharing": Sharing.NHS, "came_from": came_from})
        }
    )


def take_proposals(document: Document) -> Document:
    """The document with every value that its words propose, marked as confirmed by a person."""
    changes = {proposal.field: proposal.value for proposal in propose(document)}
    if not changes:
        return document
    metadata = edit_metadata(document.metadata, changes, origin="confirmed")
    return with_current_warnings(document.model_copy(update={"metadata": metadata}))


_BY_A_PERSON = ("edited", "confirmed")


def keep_edits(old: Metadata, new: Metadata) -> Metadata:
    """Carry over what a person corrected or confirmed."""
    origins = {name: origin for name, origin in old.came_from.items() if origin in _BY_A_PERSON}
    edited = {name: getattr(old, name) for name in origins}
    came_from = {**new.came_from, **origins}
    return new.model_copy(update={**edited, "came_from": came_from}) if edited else new
