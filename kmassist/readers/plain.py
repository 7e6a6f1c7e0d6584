"""Markdown and plain text with YAML front matter. Markup is parsed by markdown-it, so that quotations are clean words."""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kmassist.documents import Document
from kmassist.readers.content import TextBuilder, decode, finish
from kmassist.readers.frontmatter import split_front_matter

_UNDERLINE = re.compile(r"^(={3,}|-{3,}|~{3,})\s*$")


class PlainReader:
    """``.md`` and ``.txt``: headings, paragraphs, list items and table rows, one line each."""

    suffixes: tuple[str, ...] = (".md", ".markdown", ".txt", ".text")

    def recognises(self, head: bytes) -> bool:
        """Never: plain text is what is left."""
        return False

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document; see Reader.read."""
        text, encoding = decode(data)
        body, layer, warnings = split_front_matter(text)
        builder = TextBuilder()
        for warning in warnings:
            builder.warn(warning)
        if "\ufffd" in body:
            builder.warn(f"Some characters could not be read as {encoding}.")
        is_markdown = path.suffix.lower() in (".md", ".markdown")
        if is_markdown:
            add_markdown(builder, body)
        else:
            _add_text(builder, body)
        return [finish(builder, path, data, [layer], media_type="text/markdown" if is_markdown else "text/plain")]


def add_markdown(builder: TextBuilder, source: str) -> None:  # noqa: PLR0912 - one branch a kind of token
    """The words of a Markdown text, with headings as spans; raw HTML, link targets and comments are left out."""
    tokens = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table").parse(source)
    header: list[str] = []
    row: list[str] = []
    depth, in_head, prefix = 0, False, ""
    for position, token in enumerate(tokens):
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif kind in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif kind == "list_item_open":
            prefix = "" if token.info in ("", None) else f"{token.info}. "
        elif kind == "thead_open":
            in_head, header = True, []
        elif kind == "thead_close":
            in_head = False
        elif kind == "tr_open":
            row = []
        elif kind == "tr_close":
            if in_head:
                header = row
            else:
                builder.line(table_row(header, row))
        elif kind in ("fence", "code_block"):
            for line in token.content.splitlines():
                builder.line(line)
        elif kind == "inline":
            words = _inline(token)
            before = tokens[position - 1]
            if before.type in ("th_open", "td_open"):
                row.append(words)
            elif before.type == "heading_open":
                builder.heading(words, int(before.tag[1]))
            elif depth:
                builder.line(f"{prefix}{words}")
                prefix = ""
            else:
                builder.paragraph(words)


def table_row(header: list[str], row: list[str]) -> str:
    """One table row as a line, ``Header: value; ...``; empty cells are left out, a lone first cell stays as it is."""
    cells = [
        f"{header[i]}: {value}" if i < len(header) and header[i] and header[i] != value else value
        for i, value in enumerate(row)
        if value.strip()
    ]
    line = "; ".join(cells)
    return line if not line or line.endswith((".", "!", "?")) else f"{line}."


def _inline(token: Token) -> str:
    pieces: list[str] = []
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
        elif child.type == "image":
            pieces.append(child.content)
        elif child.type == "html_inline" and child.content.lower().startswith("<br"):
            pieces.append(" ")
    return "".join(pieces)


def _add_text(builder: TextBuilder, body: str) -> None:
    """Blocks of plain text: underlined lines are headings, wrapped lines are joined, list items and labels keep theirs."""
    for block in re.split(r"\n\s*\n", body.replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line.rstrip() for line in block.split("\n") if line.strip()]
        if len(lines) >= 2 and _UNDERLINE.match(lines[1]) and len(lines[0]) <= 200:
            builder.heading(lines[0], 1 if lines[1].startswith("=") else 2)
            lines = lines[2:]
        _add_lines(builder, lines)


_ITEM = re.compile(r"^\s*(?:[-•*–]|\d{1,3}[.)]|[a-z][.)])\s+(?=\S)")
_LABEL = re.compile(r"^[A-Z][^.:]{1,48}:\s+\S")


def _add_lines(builder: TextBuilder, lines: list[str]) -> None:
    """A paragraph, or a list: a line starts anew when it is an item, a label, or follows a line too short to be wrapped."""
    widest = max((len(line) for line in lines), default=0)
    is_first = True
    for number, line in enumerate(lines):
        item = _ITEM.match(line)
        # A wrapped line nearly reaches the width of its block; a short one that ends a sentence ends the line too.
        ended = number > 0 and len(lines[number - 1]) < 0.6 * widest and lines[number - 1].endswith((".", ":", "?", "!", ";"))
        words = line[item.end() :] if item and line.lstrip()[0] in "-•*–" else line
        if is_first:
            builder.paragraph(words)
            is_first = False
        elif item or _LABEL.match(line) or ended:
            builder.line(words)
        else:
            builder.continue_line(words)
