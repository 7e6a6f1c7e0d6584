"""Web pages: the main text by trafilatura, without menus; headings, lists and tables keep the form that the page gives them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmassist.documents.document import Document, clean_text
from kmassist.documents.metadata import AuditCriterion
from kmassist.documents.names import is_body
from kmassist.errors import UnreadableSource
from kmassist.offline import without_ipv6
from kmassist.readers.content import TextBuilder, decode, finish, one_line, values
from kmassist.readers.html_blocks import Block, Page, write_blocks
from kmassist.readers.html_tree import Element, parse_page
from kmassist.readers.metadata.guidance import find_published, find_review, is_generic_title
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.metadata.title_page import is_issuer
from kmassist.readers.office_tables import audit_layers
from kmassist.text.dates import parse_date

_HUGE_TAG = re.compile(rb"<[a-zA-Z][^<>]{200000}")
_EMBEDDED = re.compile(rb"data:[\w/+.;=-]{0,100},[^\"'\s)<>]{200,}")
MAX_TAGS = 400_000
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,20})""", re.I)
_LONGEST_DATE, _MOST_DATES = 120, 300
"""Letters of a line of a footer that may date the page, and how many such lines are looked at."""
_LEAST_LINKS = 3
"""Names of pages in a row that are a menu; fewer may be where the text sends the reader."""
_DEEPEST = 250  # trafilatura walks the tree by recursion


class HtmlReader:
    """``.html``, ``.htm`` and ``.xhtml``."""

    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")

    def recognises(self, head: bytes) -> bool:
        """Whether it begins as a page."""
        return bool(re.search(rb"<!doctype html|<html|<body", head[:2048], re.I))

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document of the main text."""
        # Pictures and typefaces that were saved inside the page are no markup.
        markup = _EMBEDDED.sub(b"data:,", data)
        if _HUGE_TAG.search(markup) or markup.count(b"<") > MAX_TAGS:
            raise UnreadableSource(
                f"{clean_text(path.name)} was refused: it has more markup than a page has.",
                "Save it as PDF or text.",
                kind="limit",
            )
        root = parse_page(_decode(markup))
        meta, title = _tags(root)
        main = _main_text(root)
        headings = main.builder.headings
        said = _metadata(meta, title, next((h.title for h in headings if h.level == 1), ""))
        layers = [Layer("file", said)]
        if not said.get("journal"):  # a table of a trial may look like an audit's
            layers += audit_layers(main.criteria)
        document = finish(main.builder, path, data, layers, media_type="text/html")
        return [document.model_copy(update={"running_heads": main.dates})]


def _decode(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode(declared.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)[0]


@dataclass(frozen=True, slots=True)
class _Main:
    """The main text of a page, the criteria of audits in it, and lines of its footers that date the page."""

    builder: TextBuilder
    criteria: list[AuditCriterion]
    dates: tuple[str, ...]


def _main_text(root: Element) -> _Main:
    """The blocks that trafilatura takes for main text; all of them on a page without menus, such as a report saved as HTML."""
    page = Page(root)
    kept = _inside_main([block for block in page.blocks if block.frame != "outer"])
    size = _size(kept)
    if page.linked >= 0.2 * max(1, size) and page.deepest <= _DEEPEST:
        kept = _chosen(root, kept)
    menus = _menus(page.blocks)
    kept = [block for block in kept if id(block) not in menus] or kept
    builder = TextBuilder()
    criteria = write_blocks(builder, kept)
    page.say(builder)
    left = sum(len(text.split()) for block in page.blocks for text in block.texts()) - sum(
        len(text.split()) for block in kept for text in block.texts()
    )
    if left > 0:
        builder.warn(
            f"Menus, side boxes and footers around the main text were left out ({left} words)."
        )
    inside = {id(block) for block in kept}
    beside = [text for block in page.blocks if id(block) not in inside for text in block.texts()]
    dates = [
        text
        for text in beside[-_MOST_DATES:]
        if len(text) <= _LONGEST_DATE and _dates_the_page(text)
    ]
    return _Main(builder, criteria, tuple(dates))


def _inside_main(blocks: list[Block]) -> list[Block]:
    """The blocks without what stands beside the main part that the page marks, where this holds most of its words."""
    inside = [block for block in blocks if block.frame != "beside"]
    if 2 * _size(inside) < _size(blocks):
        return blocks
    return [
        block
        for block in blocks
        if block.frame != "beside" or (block.kind == "heading" and block.level == 1)
    ]


def _size(blocks: Sequence[Block]) -> int:
    return sum(len(text) for block in blocks for text in block.texts())


def _menus(blocks: Sequence[Block]) -> set[int]:
    """Blocks that are names of other pages one after the other, whatever tags they have: menus and lists of what is near."""
    found: set[int] = set()
    for is_link, run in itertools.groupby(blocks, key=lambda block: block.is_link):
        menu = list(run)
        if is_link and sum(block.anchors for block in menu) >= _LEAST_LINKS:
            found |= {id(block) for block in menu}
    return found


def _dates_the_page(line: str) -> bool:
    return bool(find_published(line) or find_review(line))


def _chosen(root: Element, blocks: list[Block]) -> list[Block]:
    """The blocks that trafilatura takes for main text, with the side boxes inside it; all where it finds too little."""
    with without_ipv6():
        import trafilatura
    try:
        found = (
            trafilatura.extract(
                root, include_tables=True, include_comments=False, favor_recall=True
            )
            or ""
        )
    except (ValueError, RecursionError, TypeError, AttributeError, LookupError):
        return blocks
    main = _bare(found)
    kept = [block for block in blocks if _belongs(block, main, found)]
    size = _size(kept)
    return kept if len(main) > 200 and size >= 0.5 * len(found) else blocks


def _belongs(block: Block, main: str, found: str) -> bool:
    if block.frame == "inner" and 2 * block.linked < len(block.text):
        return True
    if block.kind == "heading" and block.level == 1 and not block.linked:
        return True  # trafilatura drops the page's own where it repeats the title
    parts = [bare for text in block.texts() if (bare := _bare(text))]
    if not parts:
        return any(text.strip() and text.strip() in found for text in block.texts())
    return sum(part in main for part in parts) >= 0.7 * len(parts)


def _bare(text: str) -> str:
    """Its letters: what is raised, as an exponent or a mark of a reference, is written otherwise there."""
    return re.sub(r"[\W\d_]+", "", text).casefold()


def _tags(root: Element) -> tuple[dict[str, list[str]], str]:
    """The meta tags by name, and the title."""
    meta: dict[str, list[str]] = {}
    for tag in root.iter("meta"):
        name = str(tag.get("name") or tag.get("property") or "").casefold()
        if name and tag.get("content") and len(meta) < 200:
            meta.setdefault(name, []).append(str(tag.get("content"))[:2000])
    title = next(root.iter("title"), None)
    return meta, "".join(map(str, title.itertext()))[:500] if title is not None else ""


def _best_part(parts: Sequence[str], heading: str) -> str:
    """The first heading, where it holds a part of the page's title or has nothing of it; else the part that it repeats
    most; without such a part the longest that names no body.
    """
    said = _words(heading)
    best = max(parts, key=lambda part: (len(said & _words(part)), not is_body(part), len(part)))
    told = _words(" ".join(parts))
    is_surer = _words(best) <= said or said <= told or not said & told
    return heading if said and is_surer and not is_generic_title(heading) else best


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text.casefold()))


def _metadata(meta: dict[str, list[str]], title: str, heading: str = "") -> dict[str, Any]:
    """What the page's own tags say. The page's title loses the name of its site; dates of change are not of publication."""

    def first(*names: str) -> str:
        return next((meta[name][0].strip() for name in names if meta.get(name)), "")

    named = one_line(title)
    site = first("og:site_name")
    parts = [part for part in re.split(r"\s+[|·–—-]\s+", named) if part.strip()]
    body = ""
    says_more = (
        len(_words(heading)) > 2 and not is_issuer(heading) and not is_generic_title(heading)
    )
    if len(parts) == 1 and (says_more or _words(named) <= _words(heading)):
        named = heading
    if len(parts) > 1 and (not site or site.casefold() in named.casefold()):
        named = _best_part(parts, heading)
        body = next((part for part in reversed(parts) if part != named and is_body(part)), "")
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
                m.group(0)
                if (
                    m := re.search(
                        r"10\.\d{4,9}/\S+", first("citation_doi", "dc.identifier", "prism.doi")
                    )
                )
                else ""
            ),
            pmid=first("citation_pmid"),
            volume=first("citation_volume"),
            issue=first("citation_issue"),
            issuer=first("dc.publisher", "dcterms.publisher", "citation_publisher") or body,
            language=first("dc.language", "citation_language")[:10],
        )
    )
