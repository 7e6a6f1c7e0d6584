"""JATS full text: front matter as metadata, abstract and body as sections. The reference list is left out: it is not evidence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from kmassist.documents.countries import countries_in
from kmassist.documents.document import Document, SourceType
from kmassist.readers.content import TextBuilder, finish, values
from kmassist.readers.grid import add_blocks, block_lines
from kmassist.readers.grid_headers import Unmarked
from kmassist.readers.grid_reading import read_grid
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.raised import CLOSE, OPEN, exponent, settle_raised
from kmassist.readers.xml_tables import grid_of_table
from kmassist.readers.xml_tree import Element, children, find, local_name, words
from kmassist.text.dates import parse_date

_SKIP = frozenset(
    {
        "fig",
        "graphic",
        "inline-graphic",
        "media",
        "supplementary-material",
        "ref-list",
        "tex-math",
        "strike",
        "object-id",
        "alternatives",
    }
)
_NOT_RESEARCH = (
    "editorial",
    "news",
    "letter",
    "obituary",
    "book-review",
    "correction",
    "retraction",
    "announcement",
    "addendum",
)
_BLOCKS = frozenset(
    {
        "p",
        "sec",
        "list",
        "def-list",
        "table-wrap",
        "disp-quote",
        "boxed-text",
        "statement",
        "title",
        "fig",
        "fig-group",
        "disp-formula",
    }
)


def read_article(
    article: Element, path: Path, data: bytes, number: int = 1, total: int = 1
) -> Document:
    meta = find(article, "front", "article-meta")
    meta = meta if meta is not None else find(article, "front-stub")
    builder = TextBuilder()
    builder.heading(_title(meta), 1)
    for abstract in children(meta, "abstract"):
        if abstract.get("abstract-type") in ("graphical", "teaser", "toc"):
            continue
        builder.heading(words(find(abstract, "title")) or "Abstract", 2)
        _add(builder, abstract, 3)
    body = find(article, "body")
    if body is not None:
        _add(builder, body, 2)
    for part in children(find(article, "floats-group"), "table-wrap"):
        _add_table(builder, part)
    back = find(article, "back")
    for part in children(back, "ack", "app-group", "sec"):
        is_thanks = local_name(part) == "ack"
        builder.heading(_text(find(part, "title")) or ("Acknowledgements" if is_thanks else ""), 2)
        _add(builder, part, 3)
    struck = sum(1 for _ in article.iter("{*}strike"))
    builder.warn_left_out(struck, "struck-out piece")
    if body is None:
        builder.warn("There is no full text in this file, only the abstract.")
    locator = f"#{number}" if total > 1 else ""
    said = _metadata(article, meta)
    kind = (article.get("article-type") or "").casefold()
    guess: dict[str, Any] = {} if kind in _NOT_RESEARCH else {"source_type": SourceType.PUB}
    guess["country"] = _country(meta)
    return finish(
        builder,
        path,
        data,
        [Layer("file", said), Layer("detected", guess)],
        media_type="application/jats+xml",
        locator=locator,
        apart=locator,
    )


def _title(meta: Element | None) -> str:
    group = find(meta, "title-group")
    title, subtitle = _text(find(group, "article-title")), _text(find(group, "subtitle"))
    return f"{title.rstrip(':')}: {subtitle}" if title and subtitle else title


def _metadata(article: Element, meta: Element | None) -> dict[str, Any]:
    ids = {str(e.get("pub-id-type")): words(e) for e in children(meta, "article-id")}
    journal = find(article, "front", "journal-meta")
    title = find(journal, "journal-title-group", "journal-title")
    first, last = words(find(meta, "fpage")), words(find(meta, "lpage"))
    kind = (article.get("article-type") or "").casefold()
    funding = words(find(meta, "funding-group", "funding-statement"))
    return dict(
        values(
            title=_title(meta),
            authors=_authors(meta),
            journal=words(title if title is not None else find(journal, "journal-title")),
            published=_published(meta),
            volume=words(find(meta, "volume")),
            issue=words(find(meta, "issue")),
            pages=f"{first}-{last}"
            if first and last and first != last
            else first or words(find(meta, "elocation-id")),
            doi=ids.get("doi", ""),
            pmid=ids.get("pmid", "") if ids.get("pmid", "").isdigit() else "",
            pmcid=next(
                (
                    f"PMC{ids[key].upper().removeprefix('PMC')}"
                    for key in ("pmcid", "pmc")
                    if ids.get(key)
                ),
                "",
            ),
            keywords=[
                words(k)
                for group in children(meta, "kwd-group")
                for k in group.iter("{*}kwd")
                if words(k)
            ][:60],
            licence=_licence(meta),
            language=(article.get("{http://www.w3.org/XML/1998/namespace}lang") or "").casefold()[
                :5
            ],
            funding=funding,
            status="retracted"
            if kind == "retraction" or _title(meta).casefold().startswith("retracted")
            else "",
        )
    )


def _authors(meta: Element | None) -> list[str]:
    found: list[str] = []
    for group in children(meta, "contrib-group"):
        for contrib in children(group, "contrib"):
            if contrib.get("contrib-type", "author") != "author":
                continue
            name = find(contrib, "name")
            name = name if name is not None else find(contrib, "name-alternatives", "name")
            if name is not None:
                given, surname = words(find(name, "given-names")), words(find(name, "surname"))
                found.append(f"{surname}, {given}" if given else surname)
            elif words(find(contrib, "collab")):
                found.append(_collab(contrib))
    return [name for name in found if name]


def _country(meta: Element | None) -> str:
    """The one country of all affiliations, where title and abstract name none."""
    told = f"{_title(meta)} {' '.join(words(a) for a in children(meta, 'abstract'))}"
    if meta is None or countries_in(told):
        return ""
    named = countries_in("\n".join(words(a) for a in meta.iter("{*}aff")))
    return named[0] if len(named) == 1 else ""


def _collab(contrib: Element) -> str:
    collab = find(contrib, "collab")
    return (
        " ".join(str(collab.text or "").split())
        if collab is not None and str(collab.text or "").strip()
        else words(collab)
    )


def _published(meta: Element | None) -> str | None:
    """The earliest full date of publication; collection years and dates of receipt do not win over it."""
    dates: list[tuple[str, str]] = []
    for entry in children(meta, "pub-date"):
        kind = str(entry.get("pub-type") or entry.get("date-type") or "")
        # An accepted manuscript reaches a repository long after: that is no publication date.
        if kind in ("nihms-submitted", "pmc-release", "received", "accepted", "retracted"):
            continue
        year, month, day = (words(find(entry, part)) for part in ("year", "month", "day"))
        stated = parse_date(
            f"{day} {month} {year}"
            if month and not month.isdigit()
            else "-".join(p for p in (year, month, day) if p)
        )
        if stated:
            dates.append((kind, stated))
    if not dates:
        return parse_date(words(find(meta, "permissions", "copyright-year")))
    earliest_year = min(date[:4] for _, date in dates)
    return max(
        (date for _, date in dates if date[:4] == earliest_year), key=lambda date: (len(date), date)
    )


def _licence(meta: Element | None) -> str:
    entry = find(meta, "permissions", "license")
    if entry is None:
        return ""
    link = next(
        (
            str(value)
            for e in entry.iter()
            for key, value in e.attrib.items()
            if str(key).endswith("href") and "creativecommons" in str(value)
        ),
        "",
    )
    match = re.search(r"creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/(\d\.\d)", link)
    if match:
        return (
            f"CC0 {match.group(3)}"
            if match.group(1) == "publicdomain"
            else f"CC {match.group(2).upper()} {match.group(3)}"
        )
    return str(entry.get("license-type") or "")[:60]


def _add(builder: TextBuilder, parent: Element, level: int) -> None:
    """The blocks of a section, in order; sections inside it are one level down."""
    for child in children(parent):
        name = local_name(child)
        if name == "sec":
            title = words(find(child, "title"))
            if title.strip(" .:").casefold() in (
                "supplementary material",
                "supporting information",
            ):
                continue
            builder.heading(_text(find(child, "title")).strip(" :"), level)
            _add(builder, child, level + 1)
        elif name == "p":
            _add_paragraph(builder, child, level)
        elif name in ("list", "def-list"):
            _add_list(builder, child)
        elif name == "table-wrap":
            _add_table(builder, child)
        elif name == "fig":
            caption = _text(find(child, "caption"))
            if caption:
                builder.paragraph(f"{words(find(child, 'label'))} {caption}")
        elif name in (
            "disp-quote",
            "boxed-text",
            "statement",
            "app",
            "fig-group",
            "disp-formula-group",
        ):
            _add(builder, child, level)


def _add_paragraph(builder: TextBuilder, element: Element, level: int) -> None:
    """A paragraph; lists, tables and figures that stand inside it follow it as blocks of their own."""
    builder.paragraph(_text(element))
    for child in children(element):
        if local_name(child) in _BLOCKS - {"p", "title"}:
            holder = child.makeelement("wrap", {})
            tail, child.tail = child.tail, None
            position = list(element).index(child)
            holder.append(child)
            _add(builder, holder, level)
            element.insert(position, child)
            child.tail = tail


def _add_list(builder: TextBuilder, element: Element) -> None:
    is_numbered = element.get("list-type") == "order"
    for number, item in enumerate(children(element, "list-item", "def-item"), 1):
        if local_name(item) == "def-item":
            builder.line(f"{_text(find(item, 'term'))}: {_text(find(item, 'def'))}")
            continue
        label = words(find(item, "label")) or (f"{number}." if is_numbered else "")
        texts = [_text(part) for part in children(item, "p", "title")]
        builder.line(" ".join(filter(None, [label, *texts])))
        for inner in children(item, "list"):
            _add_list(builder, inner)


def _add_table(builder: TextBuilder, wrap: Element) -> None:
    """The caption as a paragraph, then one line a row with each value's heading."""
    caption = " ".join(
        part for part in (words(find(wrap, "label")), _text(find(wrap, "caption"))) if part
    )
    builder.paragraph(caption)
    for table in wrap.iter("{*}table"):
        if next(table.iterancestors("{*}table"), None) is not None:
            continue  # read with the cell that it stands in
        add_blocks(
            builder,
            read_grid(grid_of_table(table, _text), Unmarked.OVER_FIGURES),
            is_tight=bool(caption),
        )
    for foot in children(wrap, "table-wrap-foot"):
        builder.paragraph(_text(foot))


def _text(element: Element | None) -> str:
    """The words of an element without figures, formulas in TeX, nested blocks and footnote marks.

    An exponent is written ``10^6``; a raised mark of reference is left out, so that it is no part of a number.
    """
    if element is None:
        return ""
    pieces: list[str] = []
    _collect(element, pieces, is_top=True)
    text = " ".join(settle_raised("".join(pieces)).split())
    # Brackets left empty by removed citation marks.
    return (
        re.sub(r"\s*[\[(][\s,;–-]*[\])]", "", text)
        if re.search(r"[\[(][\s,;–-]*[\])]", text)
        else text
    )


def _collect(element: Element, pieces: list[str], *, is_top: bool = False) -> None:
    pieces.append(str(element.text or ""))
    for child in element:
        name = local_name(child)
        if not isinstance(child.tag, str) or name in _SKIP:
            pass
        elif name == "table" and local_name(element) in ("td", "th", "entry"):
            # A table inside a cell: its rows with their own headings, never run together.
            pieces.append(f" {_said_in_a_row(child)} ")
        elif name in _BLOCKS and not (
            is_top
            and local_name(element)
            in (
                "caption",
                "table-wrap-foot",
                "list-item",
                "def",
                "abstract",
                "td",
                "th",
                "entry",
                "fn",
            )
        ):
            if name in ("p", "title"):
                pieces.append(" ")
                _collect(child, pieces)
                pieces.append(" ")
        elif name == "sup":
            pieces.append(OPEN)
            _collect(child, pieces)
            pieces.append(CLOSE)
        elif local_name(element) == "msup" and element.index(child) == len(element) - 1:
            raised: list[str] = []
            _collect(child, raised)
            pieces.append(exponent("".join(raised)))
        elif name == "xref" and _is_mark(child, "".join(pieces[-3:])):
            if child.get("ref-type") == "bibr":  # with the next of the same mark: "2, 3"
                pieces.append(f"{OPEN}{words(child)}{CLOSE}")
        elif name in ("p", "title", "fn", "break", "td"):
            pieces.append(" ")
            _collect(child, pieces, is_top=name == "fn")
            pieces.append(" ")
        else:
            _collect(child, pieces)
        pieces.append(str(child.tail or ""))


def _said_in_a_row(table: Element) -> str:
    """The rows of a table that stands inside a cell, each value with its heading."""
    return " ".join(block_lines(read_grid(grid_of_table(table, _text), Unmarked.OVER_FIGURES)))


def _is_mark(xref: Element, before: str) -> bool:
    """Whether a cross-reference is a mark: of a footnote, or a number of a citation that touches the word before it."""
    kind, text = xref.get("ref-type"), words(xref)
    if kind in ("fn", "table-fn", "corresp", "aff"):
        return len(text) == 1 or not text[:1].isalpha()
    goes_on = re.search(rf"{CLOSE}[\s,;–-]*$", before)  # the next of the same mark
    touches = goes_on or (before and not re.search(r"(?:[\s(\[–-]|\d[,;])$", before))
    return kind == "bibr" and bool(touches) and bool(re.fullmatch(r"[\d,;–-]+", text))
