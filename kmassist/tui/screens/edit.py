"""Correct what is known about a document. Only what was changed is written, and marked as edited by a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kmassist.documents import Design, Document, Setting, Sharing, SourceType
from kmassist.tui.screens.form import Field, FormScreen

if TYPE_CHECKING:
    from kmassist.tui.app import KmassistApp

_LINES = {
    "title": "Title",
    "authors": "Authors (with ;)",
    "issuer": "Issuer",
    "published": "Published",
    "evidence_date": "Evidence date",
    "review_by": "Review by",
    "superseded_by": "Superseded by",
    "topics": "Topics (with ;)",
    "population": "Population",
    "intervention": "Intervention",
    "sample_size": "Number of people",
    "doi": "DOI",
    "study_id": "Study",
}
_LISTS = frozenset({"authors", "topics"})
_NONE_WHEN_EMPTY = frozenset({"published", "evidence_date", "review_by", "sample_size"})
_CHOICES = {
    "source_type": ("Kind", [(t.label, t.value) for t in SourceType]),
    "design": ("Design", [(d.label, d.value) for d in Design]),
    "setting": ("Setting", [(s.value, s.value) for s in Setting]),
    "sharing": ("Sharing", [(s.value, s.value) for s in Sharing]),
}
_ABOUT = (
    "Dates are YYYY, YYYY-MM or YYYY-MM-DD; the evidence date is when the knowledge was gathered, and decides its age. On the "
    "right stands where a value came from. What you correct here stays when the file is added again."
)


def edit_document(app: KmassistApp, document: Document) -> FormScreen:
    """The form over one document's particulars."""
    values = document.metadata.model_dump(mode="json")
    came_from = document.metadata.came_from
    fields = [
        Field(name, label, values[name], choices, is_needed=name == "sharing", note=came_from.get(name, ""))
        for name, (label, choices) in _CHOICES.items()
    ]
    for name, label in _LINES.items():
        empty = None if name in _NONE_WHEN_EMPTY else ""
        fields.append(Field(name, label, values[name], is_list=name in _LISTS, empty=empty, note=came_from.get(name, "")))

    async def save(changes: Mapping[str, Any]) -> None:
        await app.library.call(lambda a: a.edit(document.doc_id, changes))
        app.say(", ".join(sorted(name.replace("_", " ") for name in changes)), "Corrected.")
        app.library_changed.publish(None)

    return FormScreen(document.metadata.title or document.source_name, fields, save, about=_ABOUT)
