"""Forgetting a document: it goes, and with it what records of every kind tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kmassist.assistant.look import is_below
from kmassist.documents.document import Document
from kmassist.index import Index
from kmassist.records.folders import FOLDER, FORGOTTEN, STATE, FolderState, ForgottenFile
from kmassist.records.forgetting import Trace, Way, way_of
from kmassist.text import clock


def forget(index: Index, doc_id: str) -> Document:
    """Remove a document and all that tells of it; returns what it was.

    Raises:
        DocumentNotFound: there is none of that id.
    """
    document = index.document(doc_id)
    others = [d for d in index.documents() if d.doc_id != doc_id]
    trace = Trace.of(document, others)
    _leave_in_folder(index, document, others)
    kept = {kind: index.records(kind) for kind in index.record_kinds()}
    told = {s for bodies in kept.values() for body in bodies.values() for s in trace.told_in(body)}
    texts = (index.document(d.doc_id) for d in others) if told else ()
    trace = trace.without_words_of(told, texts)
    for kind, bodies in kept.items():
        for record_id, body in bodies.items():
            if trace.is_in_record(body) and way_of(kind) is not Way.KEEP:
                _forget_in(index, kind, record_id, body, trace)
    index.delete(doc_id)
    return document


def _leave_in_folder(index: Index, document: Document, others: Sequence[Document]) -> None:
    """Its file may stay in a folder that is kept in step: it must not come back by itself, and its name is not kept."""
    folders = [body["path"] for body in index.records(FOLDER).values()]
    if not any(is_below(document.source_path, Path(folder)) for folder in folders):
        return
    is_shared = any(d.source_path == document.source_path for d in others)
    left = ForgottenFile(
        doc_id=document.doc_id,
        sha256="" if is_shared else document.source_sha256,
        on=clock.today().isoformat(),
    )
    index.put_record(FORGOTTEN, document.doc_id, left.model_dump(mode="json"))
    if is_shared:
        return
    for record_id, body in index.records(STATE).items():
        state = FolderState.model_validate(body)
        files = tuple(file for file in state.files if file.path != document.source_path)
        if files != state.files:
            kept = state.model_copy(update={"files": files})
            index.put_record(STATE, record_id, kept.model_dump(mode="json"))


def _forget_in(index: Index, kind: str, record_id: str, body: dict[str, Any], trace: Trace) -> None:
    way = way_of(kind)
    if way is Way.DROP or (way is Way.OWN and body.get("doc_id") == trace.doc_id):
        index.delete_record(kind, record_id)
        return
    if way is Way.ANSWER and body.get("answer") is not None:
        note = "The answer told of a document that was forgotten."
        body = {**body, "answer": None, "note": note}
    index.put_record(kind, record_id, trace.taken_out(body))
