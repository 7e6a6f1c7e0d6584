"""The Python interface: a library that is open, and the seven things that most programs do with one.

Stable: names, arguments and what is returned change only with the major version. Everything else that kmassist can do is
reached through `Library.assistant`, which is not promised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmassist.assistant import Assistant
from kmassist.documents.source_types import checked_kind
from kmassist.index import Filter
from kmassist.settings.model import load_settings

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.assistant.add import AddSummary
    from kmassist.assistant.finding import Found
    from kmassist.briefs import Brief
    from kmassist.coverage import Coverage
    from kmassist.documents.document import Document
    from kmassist.verification.model import CheckReport

__all__ = ["Brief", "CheckReport", "Library", "open_library"]
_Path = str | PathLike[str]


def open_library(
    path: _Path | None = None,
    *,
    create: bool = False,
    read_only: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Library:
    """Open a library; it is a context manager that closes it.

    Args:
        path: its folder; without one the library that the command line uses.
        create: make it when it is not there.
        read_only: write nothing; several may read while one writes.
        settings: dotted name -> value, before those of the file and the environment: ``{"answer.nearest": 5}``.

    Raises:
        IndexNotFound, IndexMismatch, IndexLocked, ConfigError: as they say.
    """
    where = None if path is None else str(path)
    chosen = load_settings({"library": where, **(settings or {})})
    return Library(Assistant.open(chosen, create=create, read_only=read_only))


class Library:
    """An open library. Figures are as they stand in the sources; `leaving` masks those of few people."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        """All that kmassist can do; not part of the stable surface."""

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the library."""
        self.assistant.close()

    def documents(self) -> list[Document]:
        """All documents without their text, in order of doc_id."""
        return self.assistant.sources()

    def add(self, *paths: _Path, metadata: Mapping[str, Any] | None = None) -> AddSummary:
        """Add files and folders; what was added before is left alone, what has changed is replaced.

        Args:
            paths: files and folders.
            metadata: field -> value for all of them: ``{"source_type": "AUD", "sharing": "public"}``.

        Returns:
            What was added, changed, skipped and why. A file that cannot be read is skipped, never an error.
        """
        from kmassist.assistant.add import AddSummary

        summary = AddSummary()
        for event in self.assistant.add([Path(p) for p in paths], overrides=metadata):
            summary.take(event)
        return summary

    def ask(self, question: str, *, kinds: Sequence[str] = ()) -> Answer:
        """Answer a question with quotations. ``closest`` are the sentences that answer, ``missing`` the kinds that are not there.

        Args:
            question: about a service, never one patient.
            kinds: only these kinds of source, such as ``["AUD", "PPI"]``.
        """
        return self.assistant.answer(question, where=_filter(kinds))

    def search(self, question: str, *, k: int = 10, kinds: Sequence[str] = ()) -> list[Found]:
        """The best ``k`` passages in order, each with its best sentence (``citation.quote``), not judged."""
        return self.assistant.search(question, where=_filter(kinds), k=k)

    def coverage(self, question: str) -> Coverage:
        """The eight kinds of source for a question: ``cells`` in fixed order, each with its state and its documents."""
        return self.assistant.coverage(question)

    def check(self, draft: str | PathLike[str]) -> CheckReport:
        """Each sentence of a draft against the library: ``sentences`` with verdict, differences and evidence sentence.

        Args:
            draft: its words (str), or a file (`pathlib.Path`) of any kind that can be added.
        """
        from kmassist.assistant.drafts import Draft

        desk = self.assistant.drafts
        read = Draft("draft", draft) if isinstance(draft, str) else desk.read(Path(draft))
        return desk.check(read)

    def brief(self, question: str, *, audience: str = "clinical") -> Brief:
        """Compose an evidence brief for ``clinical``, ``commissioner``, ``research`` or ``public`` readers; nothing is kept."""
        return self.assistant.briefs.compose(question, audience)

    def export(self, brief: Brief, path: _Path, *, force: bool = False) -> Path:
        """Write a brief by the suffix of ``path``: .md, .docx, .pdf, .html, .json, .ris or .bib. Gates are those of any export."""
        return self.assistant.briefs.export(brief, Path(path), force=force)

    def leaving(self, answer: Answer) -> Answer:
        """An answer as it may leave the library: small numbers of people masked."""
        return self.assistant.leaving(answer)


def _filter(kinds: Sequence[str]) -> Filter | None:
    return Filter(source_types=frozenset(map(checked_kind, kinds))) if kinds else None
