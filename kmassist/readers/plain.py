"""Markdown and plain text with YAML front matter. Markup is parsed by markdown-it, so that quotations are clean words."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

from kmassist.documents.document import Document, clean_text
from kmassist.documents.metadata import AuditCriterion
from kmassist.readers.content import TextBuilder, finish, read_text, stand_apart
from kmassist.readers.html_blocks import Page, write_blocks
from kmassist.readers.html_tree import parse_page
from kmassist.readers.metadata.frontmatter import split_front_matter
from kmassist.readers.office_tables import audit_layers
from kmassist.text.shipped import english

_UNDERLINE = re.compile(r"^(={3,}|-{3,}|~{3,})\s*$")


class PlainReader:
    """``.md`` and ``.txt``: headings, paragraphs, list items and table rows, one line each."""

    suffixes: tuple[str, ...] = (".md", ".markdown", ".txt", ".text")

    def recognises(self, head: bytes) -> bool:
        """Never: plain text is what is left."""
        return False

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document; see Reader.read."""
        text, faults = read_text(data, clean_text(path.name))
        body, layer, warnings = split_front_matter(text)
        builder = TextBuilder()
        for warning in (*faults, *warnings):
            builder.warn(warning)
        is_markdown = path.suffix.lower() in (".md", ".markdown")
        layers = [layer]
        if is_markdown:
            layers += audit_layers(add_markdown(builder, body))
        else:
            layers += audit_layers(_add_text(builder, body))
        return [
            finish(
                builder,
                path,
                data,
                layers,
                media_type="text/markdown" if is_markdown else "text/plain",
            )
        ]


def add_markdown(builder: TextBuilder, source: str) -> list[AuditCriterion]:
    """The words of a Markdown text, with headings as spans; raw HTML is read as in a page, link targets are left out.

    Returns:
        The criteria of audits among its tables.
    """
    page = Page(parse_page(_markdown().render(source)))
    criteria = write_blocks(builder, page.blocks, is_tight=True)
    page.say(builder)
    return criteria


@cache
def _markdown() -> MarkdownIt:
    # Where a line ends is kept: the blocks of a page tell wrapped lines from those of a title page.
    parser = MarkdownIt("commonmark", {"maxNesting": 40, "breaks": True}).enable(
        ["table", "strikethrough"]
    )
    # The words of a picture stand for it.
    parser.add_render_rule("image", lambda _, tokens, at, options, env: escape(tokens[at].content))
    return parser


def _add_text(builder: TextBuilder, body: str) -> list[AuditCriterion]:
    """Blocks of plain text: underlined lines are headings, wrapped lines are joined, list items and labels keep theirs, and
    what is drawn with bars or tabs is a table.

    Returns:
        The criteria of audits among its tables.
    """
    criteria: list[AuditCriterion] = []
    for block in re.split(r"\n\s*\n", body.replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line.rstrip() for line in block.split("\n") if line.strip()]
        if len(lines) >= 2 and _UNDERLINE.match(lines[1]) and len(lines[0]) <= 200:
            builder.heading(lines[0], 1 if lines[1].startswith("=") else 2)
            lines = lines[2:]
        if table := _drawn_table(lines):
            criteria += add_markdown(builder, table)
        else:
            _add_lines(builder, lines)
    return criteria


_RULE = re.compile(r"[\s|:+=-]+")


def _drawn_table(lines: list[str]) -> str:
    """Lines with as many cells each between bars or tabs, as a table of Markdown; empty when they are none."""
    for mark in ("|", "\t"):
        kept = [line for line in lines if not _RULE.fullmatch(line)]
        rows = [[cell.strip() for cell in line.strip().strip(mark).split(mark)] for line in kept]
        if len(rows) > 1 and len(rows[0]) > 1 and {len(row) for row in rows} == {len(rows[0])}:
            drawn = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
            drawn.insert(1, " | ".join(["---"] * len(rows[0])))
            return "\n".join(f"| {line} |" for line in drawn)
    return ""


_ITEM = re.compile(r"^\s*(?:[-•*–]|\d{1,3}[.)]|[a-z][.)])\s+(?=\S)")
_LABEL = re.compile(r"^[A-Z][^.:]{1,48}:\s+\S")


def _add_lines(builder: TextBuilder, lines: list[str]) -> None:
    """A paragraph, or a list: a line starts anew when it is an item, a label, or follows a line too short to be wrapped."""
    widest = max((len(line) for line in lines), default=0)
    are_apart = stand_apart(lines)
    is_first = True
    for number, line in enumerate(lines):
        item = _ITEM.match(line)
        # A wrapped line nearly reaches the width of its block; a short one that ends a sentence ends the line too.
        before = lines[number - 1] if number else ""
        ended = 0 < len(before) < 0.6 * widest and (
            before.endswith((".", ":", "?", "!", ";"))
            or (
                line.lstrip()[:1].isupper()
                and not english("readers", "goes_on_in_the_next_line").search(before)
            )
        )
        words = line[item.end() :] if item and line.lstrip()[0] in "-•*–" else line
        if is_first:
            builder.paragraph(words)
            is_first = False
        elif item or are_apart or _LABEL.match(line) or ended:
            builder.line(words)
        else:
            builder.continue_line(words)
