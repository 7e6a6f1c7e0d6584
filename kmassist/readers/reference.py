"""Reference: one entry of a bibliographic export, and the document it becomes (title, abstract, keywords)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmassist.documents import Design, Document, SourceType
from kmassist.errors import UnreadableSource
from kmassist.readers.content import TextBuilder, finish, one_line, values
from kmassist.readers.dates import parse_date
from kmassist.readers.provenance import Layer

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
_NOT_RESEARCH = re.compile(
    r"^(rprt|report|govdoc|stand|bill|legal|stat|statute|case|news|newspaper article|blog|elec|web ?page|webpage|map|video|mpct|sound|slide|comp"
    r"|pcomm|icomm|pamp|manual|misc|patent|pat|techreport|book|ebook|whole book|edbook|booklet)$",
    re.I,
)
_SECTION = re.compile(
    r"(?<=[.!?)\]])\s+(?=(?:BACKGROUND|OBJECTIVES?|AIMS?|PURPOSE|DESIGN|SETTING|PARTICIPANTS|POPULATION|SAMPLE|PATIENTS|INTERVENTIONS?|MAIN OUTCOME"
    r"|OUTCOME|MEASUREMENTS|METHODS?|DATA|SEARCH|SELECTION|RESULTS?|FINDINGS|MAIN RESULTS|CONCLUSIONS?|INTERPRETATION|DISCUSSION|FUNDING|TRIAL"
    r"|IMPLICATIONS|Background|Objectives?|Methods?|Results?|Findings|Conclusions?|Interpretation)[A-Za-z /&,'-]{0,40}:)"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What an export says of one publication; text as it stands there. ``sections`` are (label, text) of the abstract."""

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

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing at all to cite it by."""
        return not any(part.strip() for part in (self.title, *(text for _, text in self.sections), self.citation))

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


def documents_of(
    references: Iterable[Reference], path: Path, data: bytes, *, media_type: str, warnings: Iterable[str] = ()
) -> list[Document]:
    """One document per reference that has a title or an abstract, with locator ``#n`` by its place in the file.

    Raises:
        UnreadableSource: there is none (``empty``), or there are too many (``limit``).
    """
    found: list[Document] = []
    everything = list(references)
    if len(everything) > MAX_REFERENCES:
        raise UnreadableSource(
            f"{one_line(path.name)} holds more than {MAX_REFERENCES:,} references.", "Export it in several files.", kind="limit"
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
            apart = identifier if identifier and names[identifier] == 1 else "" if len(everything) == 1 else f"#{number}"
            document = _document(reference, number, path, data, media_type=media_type, apart=apart)
            # What went wrong with the file as a whole is said once, with the first reference.
            extra = tuple(notes) if not found else ()
            found.append(document.model_copy(update={"warnings": (*extra, *document.warnings)}) if extra else document)
    if not found:
        raise UnreadableSource(
            f"{one_line(path.name)} has no reference with a title or an abstract.", "Export it again.", kind="empty"
        )
    return found


def _document(reference: Reference, number: int, path: Path, data: bytes, *, media_type: str, apart: str) -> Document:
    builder = TextBuilder()
    title = tidy_title(reference.title)
    sections = [(label, text) for label, text in reference.sections if text.strip()]
    if sections:
        builder.heading(title, 1)
        for label, text in sections:
            if label:
                builder.heading(tidy_label(label), 2)
            for piece in _SECTION.split(one_line(text)):
                builder.paragraph(piece)
    elif not title:
        builder.paragraph(f"{reference.citation}.")
        builder.warn("There is neither title nor abstract.")
    else:
        builder.paragraph(title if title.endswith((".", "?", "!")) else f"{title}.")
        builder.warn("There is no abstract: only the title can be found.")
    keywords = [word for word in map(one_line, reference.keywords) if word]
    if keywords:
        builder.paragraph(f"Keywords: {'; '.join(keywords)}.")
    types = {kind.casefold() for kind in reference.publication_types}
    is_guideline = any("guideline" in kind for kind in types)
    guess: dict[str, Any] = {}
    if is_guideline:
        guess["source_type"] = SourceType.GDL
    elif not _NOT_RESEARCH.match(reference.kind.strip()):
        guess["source_type"] = SourceType.PUB
    design = next((design for name, design in _DESIGN_BY_TYPE if any(kind.startswith(name) for kind in types)), None)
    said = values(
        title=title,
        authors=[name for name in map(tidy_author, reference.authors) if name],
        journal=reference.journal,
        published=tidy_date(reference.date),
        volume=reference.volume,
        issue=reference.issue,
        pages=reference.pages,
        doi=tidy_doi(reference.doi),
        pmid=_digits(reference.pmid, 9),
        pmcid=_pmcid(reference.pmcid),
        isbn=reference.isbn,
        url=reference.url,
        language=reference.language,
        registration=reference.registration,
        keywords=keywords,
        design=None if is_guideline else design,
        issuer=reference.publisher if not reference.authors else "",
        status="retracted" if "retracted publication" in types else "",
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
    return tidy_doi(reference.doi) or reference.pmid or reference.pmcid


def tidy_title(raw: str) -> str:
    """A title without the brackets of a translated one and without a lone full stop at its end."""
    title = re.sub(r"</?(?:i|b|sub|sup|em|strong)>", "", one_line(raw))
    if title.startswith("[") and title.rstrip(".").endswith("]"):
        title = title.rstrip(".")[1:-1]
    return title[:-1] if title.endswith(".") and not title.endswith("..") else title


def tidy_label(raw: str) -> str:
    """An abstract's section name: ``METHODS AND FINDINGS:`` is ``Methods and findings``."""
    label = one_line(raw).strip(" :.")
    return label.capitalize() if label.isupper() else label


def tidy_author(raw: str) -> str:
    """``Surname, Given`` as far as the export tells them apart."""
    name = one_line(raw).strip(" ;,")
    return "" if name.casefold() in ("anonymous", "et al", "et al.", "[anonymous]") else name


def tidy_date(raw: str) -> str | None:
    """The date of publication in ISO form: ``2017/03/12/``, ``2017 Mar 12``, ``1 Mar 2017``; None without a sensible year."""
    text = one_line(str(raw)).strip(" /")
    match = re.match(r"((?:1[89]|20)\d\d)(?:[/-](\d{1,2}))?(?:[/-](\d{1,2}))?(?![\d])", text)
    if match and match.group(2):
        return parse_date("-".join(part for part in match.groups() if part)) or match.group(1)
    words = re.match(r"((?:1[89]|20)\d\d)\s+([A-Za-z]{3,9})\.?(?:\s*-\s*[A-Za-z]{3,9}\.?)?(?:\s+(\d{1,2})(?!\d))?", text)
    if words:
        return parse_date(f"{words.group(3) or ''} {words.group(2)} {words.group(1)}".strip()) or words.group(1)
    if match:
        return match.group(1)
    return parse_date(text)


def tidy_doi(raw: str) -> str:
    """The DOI in a field that may hold a link or more words; empty when there is none."""
    match = re.search(r"10\.\d{4,9}/\S+", raw)
    return match.group(0).rstrip(".,;]").lower() if match else ""


def _digits(raw: str, most: int) -> str:
    match = re.fullmatch(rf"\s*(?:PMID:?\s*)?(\d{{1,{most}}})\s*", raw, re.I)
    return match.group(1) if match else ""


def _pmcid(raw: str) -> str:
    match = re.search(r"PMC\s?(\d{3,9})|^\s*(\d{3,9})\s*$", raw, re.I)
    return f"PMC{match.group(1) or match.group(2)}" if match else ""
