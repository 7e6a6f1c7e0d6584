"""Reference: one entry of a bibliographic export, and the document it becomes (title, abstract, keywords)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import SCREENED_OUT, Design
from kmassist.documents.names import tidy_names
from kmassist.errors import UnreadableSource
from kmassist.readers.content import TextBuilder, finish, one_line, values
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.references import tidy
from kmassist.text.shipped import english

MAX_REFERENCES = 50_000

_DESIGN_BY_TYPE: tuple[tuple[str, Design], ...] = (
    ("clinical trial protocol", Design.PROTOCOL),
    ("systematic review", Design.SYSTEMATIC_REVIEW),
    ("meta-analysis", Design.SYSTEMATIC_REVIEW),
    ("randomized controlled trial", Design.RCT),
    ("pragmatic clinical trial", Design.RCT),
    ("controlled clinical trial", Design.QUASI_EXPERIMENTAL),
    ("case reports", Design.CASE_SERIES),
    ("editorial", Design.OPINION),
    ("comment", Design.OPINION),
    ("consensus development conference", Design.OPINION),
)
_NOT_RESEARCH = english("references", "type_that_is_no_research")
_SECTION = english("references", "begins_a_section")


@dataclass(frozen=True, slots=True)
class Reference:
    """What an export says of one publication; text as it stands there. ``sections`` are (label, text) of the abstract.

    ``files`` are the attachments that it names, as written; ``collections`` the folders of a reference manager that it is in;
    ``screening`` is what a screening tool decided.
    """

    title: str = ""
    sections: tuple[tuple[str, str], ...] = ()
    authors: tuple[str, ...] = ()
    journal: str = ""
    date: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    isbn: str = ""
    url: str = ""
    publisher: str = ""
    language: str = ""
    registration: str = ""
    keywords: tuple[str, ...] = ()
    kind: str = ""
    publication_types: tuple[str, ...] = ()
    note: str = ""
    screening: str = ""
    files: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing at all to cite it by."""
        return not any(
            part.strip()
            for part in (self.title, *(text for _, text in self.sections), self.citation)
        )

    @property
    def citation(self) -> str:
        """What is known beside title and abstract, for an entry that has neither."""
        parts = [
            ", ".join(self.authors),
            self.journal,
            self.date.strip("/ "),
            self.doi,
            self.pmid and f"PMID {self.pmid}",
            self.note,
            self.publisher,
        ]
        return ". ".join(part.strip(" .") for part in parts if part and part.strip(" ."))


_SEVERAL = frozenset(
    field.name for field in fields(Reference) if str(field.type).startswith("tuple[")
)


def reference_of(record: Mapping[str, Any], table: Mapping[str, Sequence[str]]) -> Reference:
    """A reference out of a record, by a table of where each of its fields may stand, best first.

    Args:
        record: text, a list of texts or None by the names that the format has for its fields.
        table: fields of Reference, besides ``abstract``, and ``start`` and ``end`` for pages that stand apart.
    """
    found: dict[str, Any] = {}
    for field in table:
        texts = next((texts for name in table[field] if (texts := _texts(record.get(name)))), [])
        if texts:
            found[field] = tuple(texts) if field in _SEVERAL else texts[0]
    start, end = found.pop("start", ""), found.pop("end", "")
    if start and not found.get("pages"):
        found["pages"] = f"{start}-{end}" if end and end != start and "-" not in start else start
    return Reference(sections=(("", found.pop("abstract", "")),), **found)


def _texts(value: Any) -> list[str]:
    several = value if isinstance(value, (list, tuple)) else [value]
    return [text for item in several if item is not None and (text := tidy.stated(str(item)))]


def documents_of(
    references: Iterable[Reference],
    path: Path,
    data: bytes,
    *,
    media_type: str,
    warnings: Iterable[str] = (),
) -> list[Document]:
    """One document per reference that has a title or an abstract, with locator ``#n`` by its place in the file.

    Raises:
        UnreadableSource: there is none (``empty``), or there are too many (``limit``).
    """
    found: list[Document] = []
    everything = list(references)
    if len(everything) > MAX_REFERENCES:
        raise UnreadableSource(
            f"{one_line(path.name)} holds more than {MAX_REFERENCES:,} references.",
            "Export it in several files.",
            kind="limit",
        )
    blank = [str(n) for n, reference in enumerate(everything, 1) if reference.is_blank]
    notes = list(warnings)
    if blank:
        notes.append(
            f"{len(blank)} of {len(everything)} references hold nothing to cite and were left out (number {', '.join(blank[:10])})."
        )
    names = Counter(_identifier(reference) for reference in everything)
    for number, reference in enumerate(everything, 1):
        if not reference.is_blank:
            # An identifier keeps the id of a reference when an export is made again in another order.
            identifier = _identifier(reference)
            apart = (
                identifier
                if identifier and names[identifier] == 1
                else ""
                if len(everything) == 1
                else f"#{number}"
            )
            document = _document(reference, number, path, data, media_type=media_type, apart=apart)
            # What went wrong with the file as a whole is said once, with the first reference.
            extra = tuple(notes) if not found else ()
            found.append(
                document.model_copy(update={"warnings": (*extra, *document.warnings)})
                if extra
                else document
            )
    if not found:
        raise UnreadableSource(
            f"{one_line(path.name)} has no reference with a title or an abstract.",
            "Export it again.",
            kind="empty",
        )
    return found


def _words_of(reference: Reference, title: str, keywords: Sequence[str]) -> TextBuilder:
    """What a reference says that can be searched: title, abstract with its sections, keywords."""
    builder = TextBuilder()
    sections = tidy.abstract_sections(reference.sections)
    if sections:
        builder.heading(title, 1)
        for label, text in sections:
            if label:
                builder.heading(tidy.section_label(label), 2)
            for piece in _SECTION.split(text):
                builder.paragraph(piece)
    elif not title:
        builder.paragraph(f"{reference.citation}.")
        builder.warn("There is neither title nor abstract.")
    else:
        builder.paragraph(title if title.endswith((".", "?", "!")) else f"{title}.")
        builder.warn("There is no abstract: only the title can be found.")
    if keywords:
        builder.paragraph(f"Keywords: {'; '.join(keywords)}.")
    return builder


def _document(
    reference: Reference, number: int, path: Path, data: bytes, *, media_type: str, apart: str
) -> Document:
    title = tidy.title(reference.title)
    keywords = [word for word in map(tidy.plain, reference.keywords) if word]
    builder = _words_of(reference, title, keywords)
    types = {kind.casefold() for kind in reference.publication_types}
    is_guideline = any("guideline" in kind for kind in types)
    guess: dict[str, Any] = {}
    if is_guideline:
        guess["source_type"] = SourceType.GDL
    elif not _NOT_RESEARCH.match(reference.kind.strip()):
        guess["source_type"] = SourceType.PUB
    design = next(
        (
            design
            for name, design in _DESIGN_BY_TYPE
            if any(kind.startswith(name) for kind in types)
        ),
        None,
    )
    authors = tidy_names(reference.authors)
    status = tidy.withdrawn(title=title, notes=reference.note, types=reference.publication_types)
    if not status and (reference.screening or tidy.screened_out(reference.note)):
        status = SCREENED_OUT
    said = values(
        title=title,
        authors=authors,
        journal=tidy.plain(reference.journal),
        published=tidy.date(reference.date),
        volume=reference.volume,
        issue=reference.issue,
        pages=reference.pages,
        doi=tidy.doi(reference.doi),
        pmid=tidy.digits(reference.pmid, 9),
        pmcid=tidy.pmcid(reference.pmcid),
        isbn=reference.isbn,
        url=reference.url,
        language=reference.language,
        registration=reference.registration,
        keywords=keywords,
        collections=list(reference.collections),
        design=None if is_guideline else design,
        # A journal's publisher issues no single article: who issued it is said only where it is no article.
        issuer="" if authors and reference.journal else tidy.plain(reference.publisher),
        status=status,
        # A file that is attached to it is a report of the same study, also where no identifier says so.
        study_id=title.casefold()[:120] if reference.files and not _identifier(reference) else "",
    )
    return finish(
        builder,
        path,
        data,
        [Layer("file", said), Layer("detected", guess)],
        media_type=media_type,
        locator=f"#{number}",
        apart=apart,
    )


def _identifier(reference: Reference) -> str:
    return tidy.doi(reference.doi) or reference.pmid or reference.pmcid
