"""Rich text (``.rtf``) by striprtf: paragraphs and tables. Word and WordPad write it; Outlook keeps mails in it."""

from __future__ import annotations

import re
from pathlib import Path

from kmassist.documents.document import Document, clean_text
from kmassist.documents.metadata import AuditCriterion
from kmassist.errors import UnreadableSource
from kmassist.readers.content import TextBuilder, finish, one_line
from kmassist.readers.grid import Cell
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.office_tables import add_rows, audit_layers
from kmassist.readers.raised import raise_text, settle_raised

# Groups of words that are deleted, hidden or struck out; a group ends with its brace.
_WITHDRAWN = re.compile(rb"\{[^{}]*\\(?:deleted|strike|striked1|v)(?![a-z0-9])[^{}]*\}")
_RAISED = re.compile(
    rb"\{[^{}]*\\super(?![a-z0-9])\s?([^{}\\]*)\}|\\super(?![a-z0-9])\s?([^{}\\]*)\\(?:nosupersub|super0|plain)(?![a-z0-9])\s?"
)
_BRACE = re.compile(rb"\\[\\{}]|[{}]")
_MARGIN = re.compile(rb"\{\\(?:header|footer)[lrf]?(?![a-z])")
_ENCODING = re.compile(rb"\\ansicpg(\d{3,5})")


class RtfReader:
    """``.rtf``."""

    suffixes: tuple[str, ...] = (".rtf",)

    def recognises(self, head: bytes) -> bool:
        """Whether it begins as rich text."""
        return head.lstrip().startswith(b"{\\rtf")

    def read(self, path: Path, data: bytes) -> list[Document]:
        if not self.recognises(data[:100]):
            raise UnreadableSource(
                f"{clean_text(path.name)} is damaged: it is no rich text.",
                "Save it again as .docx.",
            )
        builder = TextBuilder()
        gone = len(_WITHDRAWN.findall(data))
        kept, margins = _without_margins(_WITHDRAWN.sub(b"", data))
        criteria = add_rtf(builder, kept)
        for line in dict.fromkeys(margins):
            builder.paragraph(line)
        builder.warn_left_out(gone, "hidden, deleted or struck-out piece")
        title = re.search(rb"\{\\title ([^{}\\]{8,250})\}", data)
        guess = {"title": one_line(title.group(1).decode("cp1252", "replace"))} if title else {}
        return [
            finish(
                builder,
                path,
                data,
                [*audit_layers(criteria), Layer("detected", guess)],
                media_type="application/rtf",
            )
        ]


def _raised(match: re.Match[bytes]) -> bytes:
    inside = match.group(1) if match.group(1) is not None else match.group(2)
    return raise_text(inside.decode("latin-1")).encode("latin-1")


def _without_margins(data: bytes) -> tuple[bytes, list[str]]:
    """The text without the heads and feet of its pages, and the lines of these: who issued it often stands there alone."""
    kept, margins, at = list[bytes](), dict[bytes, None](), 0
    while begun := _MARGIN.search(data, at):
        end = _end_of_group(data, begun.start())
        margins[data[begun.end() : end]] = None  # each section says the same again
        kept.append(data[at : begun.start()])
        at = end
    lines: list[str] = []
    for margin in margins:
        part = TextBuilder()
        add_rtf(part, _beginning(data) + margin)
        lines += [line for line in part.text.split("\n") if any(map(str.isalpha, line))]
    return b"".join([*kept, data[at:]]), lines


def _beginning(data: bytes) -> bytes:
    stated = _ENCODING.search(data[:2_000])
    return b"{\\rtf1\\ansi" + (stated.group() if stated else b"") + b" "


def _end_of_group(data: bytes, start: int) -> int:
    """Where the group ends that begins there."""
    depth = 0
    for brace in _BRACE.finditer(data, start):
        depth += {b"{": 1, b"}": -1}.get(brace.group(), 0)
        if not depth:
            return brace.end()
    return len(data)


def add_rtf(builder: TextBuilder, data: bytes) -> list[AuditCriterion]:
    """The paragraphs of rich text; lines of cells, which end with a bar each, are the rows of a table. Gives its criteria."""
    from striprtf.striprtf import rtf_to_text

    data = _RAISED.sub(_raised, data)
    stated = _ENCODING.search(data[:2_000])
    encoding = f"cp{stated.group(1).decode()}" if stated else "cp1252"
    try:
        text = rtf_to_text(data.decode("latin-1"), encoding=encoding, errors="replace")
    except (LookupError, ValueError):
        text = rtf_to_text(data.decode("latin-1"), encoding="cp1252", errors="replace")
    criteria: list[AuditCriterion] = []
    rows: list[list[Cell]] = []
    for line in [*settle_raised(str(text)).split("\n"), ""]:
        if line.rstrip().endswith("|") and "|" in line:
            rows.append([Cell(one_line(part)) for part in line.rstrip()[:-1].split("|")])
            continue
        if rows:
            criteria += add_rows(builder, rows)
            rows = []
        builder.paragraph(line)
    return criteria
