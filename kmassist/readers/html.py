"""Web pages: the main text by trafilatura, without menus and footers. html.parser reads what trafilatura finds too little in."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from kmassist.documents import Document, clean_text
from kmassist.errors import UnreadableSource
from kmassist.offline import without_ipv6
from kmassist.readers.content import TextBuilder, decode, finish, one_line, values
from kmassist.readers.dates import parse_date
from kmassist.readers.plain import table_row
from kmassist.readers.provenance import Layer

_HUGE_TAG = re.compile(rb"<[a-zA-Z][^<>]{200000}")
MAX_TAGS = 400_000
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,20})""", re.I)


class HtmlReader:
    """``.html``, ``.htm`` and ``.xhtml``."""

    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")

    def recognises(self, head: bytes) -> bool:
        """Whether it begins as a page."""
        return bool(re.search(rb"<!doctype html|<html|<body", head[:2048], re.I))

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document of the main text."""
        name = clean_text(path.name)
        if _HUGE_TAG.search(data) or data.count(b"<") > MAX_TAGS:
            raise UnreadableSource(
                f"{name} was refused: it has more markup than a page has.", "Save it as PDF or text.", kind="limit"
            )
        source = _decode(data)
        page = _Page()
        page.feed(source)
        page.close()
        builder = _main_text(source, page)
        said = _metadata(page.meta, page.title)
        return [finish(builder, path, data, [Layer("file", said)], media_type="text/html")]


def _decode(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode(declared.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)[0]


def _main_text(source: str, page: _Page) -> TextBuilder:
    """The blocks that trafilatura takes for main text; all of them on a page without menus, such as a report saved as HTML.

    trafilatura decides what belongs to the text; headings, lists and tables keep the form that the page gives them.
    """
    everything = TextBuilder()
    _write(everything, page.blocks)
    if page.deepest > _DEEPEST or page.linked < 0.2 * max(1, len(everything)):
        return everything
    with without_ipv6():
        import trafilatura

    try:
        found = trafilatura.extract(source, include_tables=True, include_comments=False, favor_recall=True) or ""
    except (ValueError, RecursionError, TypeError, AttributeError, LookupError):
        return everything
    main = re.sub(r"\W+", "", found).casefold()
    chosen = TextBuilder()
    kept = [block for block in page.blocks if _belongs(block, main)]
    _write(chosen, kept)
    return chosen if len(main) > 200 and len(chosen) >= 0.5 * len(found) else everything


def _belongs(block: _Block, main: str) -> bool:
    parts = [re.sub(r"\W+", "", text).casefold() for text in block[1]]
    filled = [part for part in parts if part]
    return bool(filled) and sum(part in main for part in filled) >= 0.7 * len(filled)


_DEEPEST = 250  # trafilatura walks the tree by recursion
_Block = tuple[str, list[str], int]


def _write(builder: TextBuilder, blocks: list[_Block]) -> None:
    header: list[str] = []
    previous = ""
    for kind, texts, level in blocks:
        if kind == "heading":
            builder.heading(texts[0], level)
        elif kind == "header":
            header = texts
        elif kind == "row":
            if previous not in ("row", "header"):
                header = []
            line = table_row(header, texts)
            (builder.line if previous == "row" else builder.paragraph)(line)
        else:
            (builder.line if kind == "line" and previous == "line" else builder.paragraph)(texts[0])
        previous = kind


_IGNORED = frozenset(
    {"script", "style", "nav", "noscript", "template", "svg", "iframe", "select", "button", "footer", "aside", "object", "math"}
)
_INLINE_BREAK = frozenset({"br", "hr"})
_BLOCK_TAGS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "figure",
        "figcaption",
        "body",
        "form",
        "fieldset",
        "address",
        "caption",
        "summary",
        "details",
    ]
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)


class _Page(HTMLParser):
    """A streaming pass: blocks of words outside menus and scripts, the title and the meta tags. Depth costs nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[_Block] = []
        self.meta: dict[str, list[str]] = {}
        self.title = ""
        self.deepest = 0
        self.linked = 0
        self._links = 0
        self._depth = 0
        self._ignored: list[str] = []
        self._words: list[str] = []
        self._kind: tuple[str, int] = ("paragraph", 0)
        self._row: list[str] | None = None
        self._row_is_head = True
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        if tag not in _VOID:
            self._depth += 1
            self.deepest = max(self.deepest, self._depth)
        if self._ignored:
            if tag == self._ignored[-1]:
                self._ignored.append(tag)
            return
        given = dict(attrs)
        self._links += tag == "a"
        if tag in _IGNORED or (
            tag not in _VOID and ("hidden" in given or given.get("aria-hidden") == "true") and tag != "body"
        ):
            self._flush()
            self._ignored.append(tag)
        elif tag == "title":
            self._in_title = True
        elif tag == "meta" and len(self.meta) < 200:
            name = (given.get("name") or given.get("property") or "").casefold()
            if name and given.get("content"):
                self.meta.setdefault(name, []).append(str(given["content"])[:2000])
        elif tag in _INLINE_BREAK:
            self._words.append(" ")
        elif tag in _BLOCK_TAGS:
            self._open(tag)

    def handle_endtag(self, tag: str) -> None:
        """See HTMLParser."""
        self._depth = max(0, self._depth - 1)
        if self._ignored:
            if tag == self._ignored[-1]:
                self._ignored.pop()
            return
        if tag == "a":
            self._links = max(0, self._links - 1)
        if tag == "title":
            self._in_title = False
        elif tag in ("td", "th") and self._row is not None:
            self._row.append(one_line("".join(self._words)))
            self._words = []
        elif tag == "tr" and self._row is not None:
            if any(self._row):
                self.blocks.append(("header" if self._row_is_head else "row", self._row, 0))
            self._row = None
        elif tag in _BLOCK_TAGS:
            self._flush()

    def handle_data(self, data: str) -> None:
        """See HTMLParser."""
        if self._in_title and len(self.title) < 500:
            self.title += data
        elif not self._ignored:
            self._words.append(data)
            self.linked += len(data.strip()) if self._links else 0

    def close(self) -> None:
        """See HTMLParser."""
        super().close()
        self._flush()

    def _open(self, tag: str) -> None:
        if tag == "tr":
            self._flush()
            self._row, self._row_is_head = [], True
        elif tag in ("td", "th") and self._row is not None:
            self._words = []
            self._row_is_head = self._row_is_head and tag == "th"
        elif self._row is not None:
            self._words.append(" ")
        else:
            self._flush()
            level = int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else 0
            self._kind = ("heading", level) if level else ("line", 0) if tag in ("li", "dd", "dt") else ("paragraph", 0)

    def _flush(self) -> None:
        if self._row is not None:
            return
        text = one_line("".join(self._words))
        if text:
            self.blocks.append((self._kind[0], [text], self._kind[1]))
        self._words = []
        self._kind = ("paragraph", 0)


def _metadata(meta: dict[str, list[str]], title: str) -> dict[str, Any]:
    """What the page's own tags say. The page's title loses the name of its site; dates of change are not of publication."""

    def first(*names: str) -> str:
        return next((meta[name][0].strip() for name in names if meta.get(name)), "")

    named = one_line(title)
    site = first("og:site_name")
    parts = [part for part in re.split(r"\s+[|·–—]\s+", named) if part.strip()]
    if len(parts) > 1 and (not site or site.casefold() in named.casefold()):
        named = max(parts, key=len)
    return dict(
        values(
            title=first("citation_title", "dc.title", "dcterms.title", "og:title") or named,
            authors=meta.get("citation_author") or meta.get("dc.creator") or [],
            journal=first("citation_journal_title"),
            published=parse_date(
                first(
                    "citation_publication_date",
                    "citation_online_date",
                    "dc.date.issued",
                    "dcterms.issued",
                    "dc.date",
                    "article:published_time",
                )
            ),
            doi=(
                m.group(0) if (m := re.search(r"10\.\d{4,9}/\S+", first("citation_doi", "dc.identifier", "prism.doi"))) else ""
            ),
            pmid=first("citation_pmid"),
            volume=first("citation_volume"),
            issue=first("citation_issue"),
            issuer=first("dc.publisher", "dcterms.publisher", "citation_publisher"),
            language=first("dc.language", "citation_language")[:10],
        )
    )
