"""Text from documents, file names and errors, made harmless before it reaches a widget.

Textual writes control characters of a text to the terminal as they are and reads ``[...]`` of a plain string as markup that
can fire actions. So nothing from outside is shown but through `safe` (no control characters) inside a `Content` or a rich
`Text` (no markup).
"""

from __future__ import annotations

from rich.text import Text
from textual.content import Content

from kmassist.text.characters import clean_text


def safe(text: object) -> str:
    """The text without anything a terminal would obey; white space at its two ends is kept as it was (tabs as spaces)."""
    raw = str(text)
    cleaned = clean_text(raw)
    if not cleaned:
        return _edge(raw)
    left = raw[: len(raw) - len(raw.lstrip())]
    right = raw[len(raw.rstrip()) :]
    return _edge(left) + cleaned + _edge(right)


def one_line(text: object, limit: int = 0) -> str:
    """`safe` on one line, cut at a word's end after ``limit`` characters (0: not cut)."""
    flat = " ".join(safe(text).split())
    if not limit or len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    head, _, _ = cut.rpartition(" ")
    return (head or cut) + "…"


def words(*parts: str | tuple[str, str]) -> Content:
    """Content of plain strings and (string, style) pairs, each made `safe`; nothing in it is markup."""
    return Content.assemble(
        *((safe(p), "") if isinstance(p, str) else (safe(p[0]), p[1]) for p in parts)
    )


def cell(text: object, style: str = "", limit: int = 0) -> Text:
    """One cell of a table: rich text without markup, on one line."""
    return Text(one_line(text, limit), style=style, no_wrap=True, overflow="ellipsis", end="")


def _edge(space: str) -> str:
    return "".join("\n" if c == "\n" else " " for c in space if c in " \n\t")
