"""Document: one source as kmassist understands it, with typed metadata that says where each value came from.

Offsets everywhere are Unicode code points into ``Document.text``; ``end`` is exclusive.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

from kmassist.documents.metadata import Metadata, _Frozen
from kmassist.documents.names import parse_name
from kmassist.documents.source_types import SourceType as SourceType  # noqa: PLC0414 - likewise
from kmassist.text.characters import clean_text as clean_text  # noqa: PLC0414 - one of this module's names
from kmassist.text.quoted import name_of


class PageSpan(_Frozen):
    """Page ``number`` (from 1) covers ``text[start:end]``; ``is_estimated`` when the file does not say so itself.

    ``label`` is what is printed on the page where that is another number, such as "iv"; empty where it is the same.
    """

    number: int
    start: int
    end: int
    is_estimated: bool = False
    label: str = ""


class HeadingSpan(_Frozen):
    """A heading of ``level`` (from 1) whose own words are ``text[start:end]``."""

    level: int
    start: int
    end: int
    title: str


class ApparatusSpan(_Frozen):
    """``text[start:end]`` is of a kind that is never quoted as evidence: ``contents``, ``references``, ``document control``,
    ``interests``, ``template``, ``grading``, ``earlier mail``, ``notice`` or ``signature``."""

    kind: str
    start: int
    end: int


_SHEETS = frozenset(
    {"text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
)


class ComposedSpan(_Frozen):
    """``text[start:end]`` was written by kmassist from a table: no words of the source, never in quotation marks."""

    start: int
    end: int


class LeftOut(_Frozen):
    """A part of a file that its reader took no words from: its kind, its name where it has one, and its words."""

    kind: str
    name: str = ""
    text: str = ""


class Document(_Frozen):
    """One source: normalised text, its pages and headings, its metadata and the digest of the file it came from.

    Readers write ``text`` so that a newline always ends a sentence: a paragraph, a heading, a list item and a table row
    are one line each, and a blank line stands between blocks. ``running_heads`` are lines that repeat on the pages and are not
    in the text; they serve to find metadata and are not kept. ``source_path`` is the absolute path it was read from;
    ``left_out`` is what the file holds besides, until somebody decided about it; it is never stored.
    ``locator`` tells apart the documents of one file (a reference's number, a sheet's name) and is empty otherwise.
    """

    doc_id: str
    text: str
    metadata: Metadata
    pages: tuple[PageSpan, ...] = ()
    headings: tuple[HeadingSpan, ...] = ()
    apparatus: tuple[ApparatusSpan, ...] = ()
    composed: tuple[ComposedSpan, ...] = ()
    source_name: str = ""
    source_path: str = ""
    source_sha256: str = ""
    media_type: str = ""
    locator: str = ""
    running_heads: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def page_at(self, offset: int) -> PageSpan | None:
        """The page on which the character at that place of the text stands; None without pages."""
        return next((page for page in self.pages if page.start <= offset < page.end), None)

    def apparatus_at(self, offset: int) -> str:
        """The kind of apparatus at that place of the text; empty for what the document says itself. Needs no text."""
        return next((a.kind for a in self.apparatus if a.start <= offset < a.end), "")

    def is_composed(self, start: int, end: int) -> bool:
        """Whether any of ``text[start:end]`` was written by kmassist from a table or a sheet."""
        return any(span.start < end and start < span.end for span in self.composed) or (
            not self.composed and self.media_type in _SHEETS  # stored before spans were kept
        )

    @property
    def titled_text(self) -> str:
        """The text with its title in the first line, for what is told by a document's first words."""
        title, first = self.metadata.title, self.text.partition("\n")[0].lstrip("# ").strip()
        is_there = not title or title.casefold() == first.casefold()
        return self.text if is_there else f"{title}. {self.text}"

    @property
    def is_anonymous(self) -> bool:
        """Whether neither an author nor an issuer is known."""
        return not (self.metadata.authors or self.metadata.issuer)

    @property
    def cite_as(self) -> str:
        """Short form for a citation: ``Kenyon 2017``, ``NICE 2021``; the title's start when nobody is named."""
        meta = self.metadata
        who = meta.issuer
        if meta.authors:
            first, *others = (
                name.literal or name.family for name in map(parse_name, meta.authors[:2])
            )
            who = (
                f"{first} and {others[0]}"
                if len(meta.authors) == 2
                else first + (" et al." if others else "")
            )
        if not who:
            name = meta.title or self.source_name
            who = name if len(name) <= 40 else name[:39].rsplit(" ", 1)[0] + "…"
        who = name_of(who)
        if not meta.year:
            return f"{who}, undated"
        return who if who.endswith(f" {meta.year}") else f"{who} {meta.year}"


def make_doc_id(text: str, locator: str = "") -> str:
    """The id of a document: ``d`` and 16 hexadecimal digits of the SHA-256 of its normalised content.

    Case, spacing and line breaks do not count, so that one text from two formats of a file has one id.
    """
    content = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return "d" + hashlib.sha256(f"{content}\n{locator}".encode()).hexdigest()[:16]


def ids_meant(wanted: str, documents: Iterable[Document]) -> list[str]:
    """Ids of the documents with that id, name or path; where there is none, of those whose id begins so."""
    held = list(documents)
    named = [d.doc_id for d in held if wanted in {d.doc_id, d.source_name, d.source_path}]
    return named or [d.doc_id for d in held if len(wanted) >= 3 and d.doc_id.startswith(wanted)]
