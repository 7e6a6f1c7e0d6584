"""Narrative cells: what people wrote as plain Markdown, as blocks. No HTML, no images; links only to http, https and mailto."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kmassist.pages.blocks import Block, Bullets, Inline, Paragraph, Span


def narrative_blocks(markdown: str) -> list[Any]:
    """Paragraphs and lists; a heading becomes a paragraph in strong type, everything else its words."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).disable(["image"])
    return list(_blocks(parser.parse(markdown)))


def _blocks(tokens: list[Any]) -> Iterator[Block]:
    """Walk the parser's flat list; a list inside a list joins the outer one's items."""
    items: list[Inline] = []
    depth, is_numbered, is_heading = 0, False, False
    for token in tokens:
        if token.type.endswith("_list_open"):
            depth += 1
            is_numbered = token.type.startswith("ordered") if depth == 1 else is_numbered
        elif token.type.endswith("_list_close"):
            depth -= 1
            if depth == 0 and items:
                yield Bullets(tuple(items), is_numbered)
                items = []
        elif token.type in {"heading_open", "heading_close"}:
            is_heading = token.type == "heading_open"
        elif token.type == "inline" or token.type in {"code_block", "fence"}:
            spans = _words(token, is_strong=is_heading)
            if depth and spans:
                items.append(spans)
            elif spans:
                yield Paragraph(spans)


def _words(token: Any, *, is_strong: bool) -> Inline:
    if token.type == "inline":
        return tuple(_spans(token.children or [], is_strong=is_strong))
    words = " ".join(token.content.split())
    return (Span(words),) if words else ()


def _spans(children: list[Any], *, is_strong: bool) -> Iterator[Span]:
    strong, emphasis, href = int(is_strong), 0, ""
    for child in children:
        if child.type == "strong_open":
            strong += 1
        elif child.type == "strong_close":
            strong -= 1
        elif child.type == "em_open":
            emphasis += 1
        elif child.type == "em_close":
            emphasis -= 1
        elif child.type == "link_open":
            target = str(child.attrGet("href") or "")
            href = target if target.startswith(("https://", "http://", "mailto:")) else ""
        elif child.type == "link_close":
            href = ""
        elif child.type in {"softbreak", "hardbreak"}:
            yield Span(" ", strong > 0, emphasis > 0, href=href)
        elif child.content:
            yield Span(child.content, strong > 0, emphasis > 0, href=href)
