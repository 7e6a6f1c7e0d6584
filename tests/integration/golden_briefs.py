"""The briefs that are kept as goldens: six demonstration questions that differ, through the whole product with the real model."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser

import pypdfium2
from lxml import etree

from kmassist.answers.presentation import marked
from kmassist.briefs import Audience, Brief
from kmassist.briefs.layout import lay_out
from kmassist.documents.source_types import SourceType
from kmassist.pages.blocks import (
    Block,
    Bullets,
    Chart,
    Heading,
    Notice,
    Paragraph,
    Quotation,
    References,
    Strip,
    Table,
    plain,
)

TODAY = dt.date(2026, 11, 23)
AUDIENCES = (Audience.CLINICAL, Audience.COMMISSIONER, Audience.RESEARCH, Audience.PUBLIC)
"""The others are composed of one question without a model (tests/unit/test_brief_golden.py)."""
QUESTIONS = {
    "triage": "How should we triage women who attend unscheduled?",
    "oasi": "Does the OASI bundle reduce third degree tears?",
    "home-induction": "Should we offer induction at home?",
    "scale-up": "Should we roll out the consultant unit's way of prioritising unscheduled attenders to Ashcombe and Brindle, "
    "and what would it take?",
    "nothing": "When should a woman with intrahepatic cholestasis be delivered?",
    "withheld": "With one pot of money, interpreters or bilingual advocates?",
}
WITHHELD = {"interpreter-cost-2026.pdf": "nhs-internal", "interpreter-use-2025.csv": "team"}
"""Files marked so before the question named "withheld" is asked (names that are not in the corpus are an error)."""
_MARK = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def flat(words: str) -> str:
    """Words with single spaces."""
    return " ".join(words.split())


def outline(brief: Brief) -> str:
    """The brief without its annex, block by block, and how much each table holds."""
    lines = [
        f"{brief.audience.value}: {brief.verdict.value}; {len(brief.sources)} sources, {len(brief.all_claims)} quotations"
    ]
    for block in lay_out(brief).blocks:
        lines += _lines(block)
    return "\n".join(lines)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, words):
            yield f"{'#' * level} {words}"
        case Quotation(words, source):
            yield f"{words} {source[-1].text}"
        case Table():
            yield f"table: {block.caption} ({len(block.rows)} rows)"
        case Strip(tiles=tiles):
            yield "; ".join(f"{tile.mark} {tile.name}: {tile.state}" for tile in tiles)
        case Chart(_, bars):
            yield f"chart: {len(bars)} bars"
        case Bullets(items):
            yield from (f"- {plain(item)}" for item in items)
        case Notice(_, words):
            yield f"! {plain(words)}"
        case Paragraph(words):
            yield plain(words)
        case References(entries):
            yield from (f"[{entry.number}] {plain(entry.words)}" for entry in entries)
        case _:
            return


_headings: dict[str, list[str]] = {}


def headings(brief: Brief) -> list[str]:
    """The headings of a brief with its annex in order, as its layout has them."""
    if brief.brief_id not in _headings:
        blocks = lay_out(brief, annex=True).blocks
        _headings[brief.brief_id] = [block.text for block in blocks if isinstance(block, Heading)]
    return _headings[brief.brief_id]


def quotations(brief: Brief) -> list[str]:
    """Every quotation of the answer that must stand in every document, marks and masks and all."""
    return [
        marked(claim.citation)
        for kind, claims in brief.claims.items()
        for claim in claims
        if not (kind is SourceType.AUD and claim.citation.is_computed)  # these stand in its table
    ]


class Page(HTMLParser):
    """What an HTML file says, by a parser that knows nothing of kmassist."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.parts: list[str] = []
        self._heading: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self._heading = []
        if tag == "a" and held.get("href"):
            self.links.append(str(held["href"]))
        if held.get("id"):
            self.ids.append(str(held["id"]))

    def handle_endtag(self, tag: str) -> None:
        if re.fullmatch(r"h[1-6]", tag) and self._heading is not None:
            self.headings.append(flat("".join(self._heading)))
            self._heading = None

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
        if self._heading is not None:
            self._heading.append(data)

    @property
    def words(self) -> str:
        """All of its words."""
        return flat("".join(self.parts))


class Word:
    """What a DOCX file says, read as the zip of XML that it is."""

    def __init__(self, data: bytes) -> None:
        package = zipfile.ZipFile(io.BytesIO(data))
        self.tree = etree.fromstring(package.read("word/document.xml"))
        relations = etree.fromstring(package.read("word/_rels/document.xml.rels"))
        self.targets = {relation.get("Id"): relation.get("Target") for relation in relations}

    @property
    def headings(self) -> list[str]:
        """Text of the paragraphs in heading styles."""
        found = []
        for paragraph in self.tree.iter(f"{_MARK}p"):
            style = paragraph.find(f"{_MARK}pPr/{_MARK}pStyle")
            if style is not None and str(style.get(f"{_MARK}val")).startswith("Heading"):
                found.append(self._text(paragraph))
        return found

    @property
    def words(self) -> str:
        """All words, paragraph by paragraph."""
        return flat(" ".join(map(self._text, self.tree.iter(f"{_MARK}p"))))

    @property
    def references(self) -> list[str]:
        """The words of the references in the order in which the text links to them first."""
        anchors = [link.get(f"{_MARK}anchor") or "" for link in self.tree.iter(f"{_MARK}hyperlink")]
        words = {
            mark.get(f"{_MARK}name"): self._text(paragraph)
            for paragraph in self.tree.iter(f"{_MARK}p")
            for mark in paragraph.iter(f"{_MARK}bookmarkStart")
        }
        return [words[name] for name in dict.fromkeys(anchors) if name.startswith("km_ref_")]

    @property
    def broken_links(self) -> list[str]:
        """Links to no bookmark and to no address."""
        marks = {mark.get(f"{_MARK}name") for mark in self.tree.iter(f"{_MARK}bookmarkStart")}
        broken = []
        for link in self.tree.iter(f"{_MARK}hyperlink"):
            anchor = link.get(f"{_MARK}anchor")
            target = self.targets.get(
                link.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")
            )
            if not (anchor in marks or (target or "").startswith(("http", "mailto:"))):
                broken.append(anchor or str(target))
        return broken

    @staticmethod
    def _text(paragraph: etree._Element) -> str:
        parts = [
            node.text or "" if node.tag == f"{_MARK}t" else " "
            for node in paragraph.iter(f"{_MARK}t", f"{_MARK}br")
        ]
        return flat("".join(parts))


class Printed:
    """What a PDF file says, read by PDFium: its words without spaces, its outline and its pages."""

    def __init__(self, data: bytes) -> None:
        self._document = pypdfium2.PdfDocument(data)
        pages = [page.get_textpage().get_text_bounded() for page in self._document]
        self.words = squeezed(" ".join(pages))
        self.outline = [
            (mark.get_title(), mark.get_dest().get_index() + 1) for mark in self._document.get_toc()
        ]

    @property
    def pages(self) -> int:
        """How many it has."""
        return len(self._document)


def squeezed(words: str) -> str:
    """Words without white space and hyphens, which the end of a line may add or take."""
    return re.sub(r"[\s\u00ad\u0002\ufffe-]", "", words)
