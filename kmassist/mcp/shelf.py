"""Documents, briefs and templates under addresses: ``kmassist://documents/ID``, ``kmassist://briefs/ID``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from kmassist.assistant.prompting import fill, templates
from kmassist.assistant.visitor import Visitor
from kmassist.assistant.within import missing_says
from kmassist.errors import RecordError
from kmassist.mcp import told

_DOCUMENTS, _BRIEFS = "kmassist://documents/", "kmassist://briefs/"
_LONGEST = 100_000
"""Characters of a document that are given at once; the section tool reads the rest."""


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that can be read."""

    uri: str
    title: str
    description: str


class Shelf:
    """What a client can read or fill in."""

    templates = (
        ("document", _DOCUMENTS + "{doc_id}", "The text of a document, small numbers masked."),
        ("brief", _BRIEFS + "{brief_id}", "A kept evidence brief, as Markdown."),
    )

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    def list(self, _: object = None) -> Sequence[Held]:
        """Briefs, then documents, each in a total order."""
        briefs = [
            Held(_BRIEFS + b.brief_id, b.title, f"Evidence brief of {b.composed_on}, {b.verdict}")
            for b in self._visitor.briefs()
        ]
        documents = [
            Held(_DOCUMENTS + d.doc_id, d.metadata.title or d.source_name, told.source_block(d))
            for d in self._visitor.sources()
        ]
        return [*briefs, *documents]

    def read(self, uri: str) -> str:
        """The text under an address.

        Raises:
            DocumentNotFound, RecordError: there is none that may be shown.
        """
        if uri.startswith(_BRIEFS):
            return self._visitor.brief(unquote(uri.removeprefix(_BRIEFS)))
        if not uri.startswith(_DOCUMENTS):
            raise RecordError(f"There is nothing at '{uri[:80]}'.", "List the resources.")
        doc = unquote(uri.removeprefix(_DOCUMENTS))
        document, text = self._visitor.source(doc), self._visitor.text(doc)
        ends = told.lacking(self._visitor.lacks(doc))
        if len(text) > _LONGEST:
            ends = f"{len(text) - _LONGEST:,} characters are left out; read them by section. {ends}"
        return f"{told.source_block(document)}\n\n{text[:_LONGEST]}\n\n---\nMissing: {ends}"

    def prompts(self) -> Mapping[str, str]:
        """Name -> purpose of the templates that ship."""
        return {name: prompt.purpose for name, prompt in templates().items()}

    def filled(self, name: str, question: str) -> str:
        """A template with the evidence on a question.

        Raises:
            RecordError: there is no such template.
        """
        found = templates()
        if name not in found:
            raise RecordError(
                f"There is no template '{name}'.", f"There are: {', '.join(sorted(found))}."
            )
        answer, kept = self._visitor.answer(question)
        return f"{fill(found[name], answer)}\nMissing: {missing_says(answer, kept)}\n"
