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

from kmassist.briefs import Audience, Brief
from kmassist.export.blocks import Block, Bullets, Chart, Heading, Notice, Paragraph, Quotation, References, Table, plain
from kmassist.export.layout import lay_out

TODAY = dt.date(2026, 11, 23)
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


def outline(brief: Brief, *, is_whole: bool) -> str:
    """Headings, key messages, quotations with their citations, and how much each table and list holds."""
    lines = [f"{brief.audience.value}: {brief.verdict.value}; {len(brief.sources)} sources, {len(brief.all_claims)} quotations"]
    blocks = lay_out(brief).blocks
    for block in blocks if is_whole else [b for b in blocks if isinstance(b, Heading | Bullets | Notice)][:20]:
        lines += _lines(block)
    return "\n".join(lines)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, words):
            yield f"{'#' * level} {words}"
        case Quotation(words, source):
            yield f"“{words}” {source[-1].text}"
        case Table():
            yield f"table: {block.caption} ({len(block.rows)} rows)"
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


def headings(brief: Brief) -> list[str]:
    """The headings of a brief in order, as its layout has them."""
    return [block.text for block in lay_out(brief).blocks if isinstance(block, Heading)]


def quotations(brief: Brief) -> list[str]:
    """Every quotation of the answer that must stand in every document."""
    return [flat(claim.text) for claims in brief.claims.values() for claim in claims]


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
        has_notes = "word/endnotes.xml" in package.namelist()  # none where nothing is cited
        self.notes = etree.fromstring(package.read("word/endnotes.xml")) if has_notes else etree.Element("none")

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
        paragraphs = [*self.tree.iter(f"{_MARK}p"), *self.notes.iter(f"{_MARK}p")]
        return flat(" ".join(self._text(paragraph) for paragraph in paragraphs))

    @property
    def endnotes(self) -> list[str]:
        """The words of the endnotes in the order in which the text refers to them, which is how Word numbers them."""
        marks = [mark.get(f"{_MARK}id") for mark in self.tree.iter(f"{_MARK}endnoteReference")]
        words = {note.get(f"{_MARK}id"): flat(" ".join(map(self._text, note.iter(f"{_MARK}p")))) for note in self.notes}
        return [words[mark] for mark in marks]

    @property
    def broken_links(self) -> list[str]:
        """Links to no bookmark and to no address."""
        marks = {mark.get(f"{_MARK}name") for mark in self.tree.iter(f"{_MARK}bookmarkStart")}
        broken = []
        for link in self.tree.iter(f"{_MARK}hyperlink"):
            anchor = link.get(f"{_MARK}anchor")
            target = self.targets.get(link.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"))
            if not (anchor in marks or (target or "").startswith(("http", "mailto:"))):
                broken.append(anchor or str(target))
        fields = [code.text.split()[1] for code in self.tree.iter(f"{_MARK}instrText") if "NOTEREF" in (code.text or "")]
        return broken + [name for name in fields if name not in marks]

    @staticmethod
    def _text(paragraph: etree._Element) -> str:
        parts = [node.text or "" if node.tag == f"{_MARK}t" else " " for node in paragraph.iter(f"{_MARK}t", f"{_MARK}br")]
        return flat("".join(parts))


class Printed:
    """What a PDF file says, read by PDFium: its words without spaces, and the pages of its three layers."""

    def __init__(self, data: bytes) -> None:
        self._document = pypdfium2.PdfDocument(data)
        pages = [page.get_textpage().get_text_bounded() for page in self._document]
        self.words = squeezed(" ".join(pages))
        self.outline = [(mark.get_title(), mark.get_dest().get_index() + 1) for mark in self._document.get_toc()]

    def layers(self, detail: str, annex: str) -> tuple[int, int, int]:
        """Pages before the middle layer, of it, and of the annex, by the bookmarks of these titles."""
        at = dict(reversed(self.outline))
        return at[detail] - 1, at[annex] - at[detail], len(self._document) - at[annex] + 1


def squeezed(words: str) -> str:
    """Words without white space and hyphens, which the end of a line may add or take."""
    return re.sub(r"[\s\u00ad\u0002\ufffe-]", "", words)


def layer_titles(audience: Audience) -> tuple[str, str]:
    """The headings where the middle layer and the annex begin."""
    return "In more detail", "How this was made" if audience is Audience.PUBLIC else "Annex"
