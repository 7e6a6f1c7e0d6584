"""The gap map as CSV, self-contained HTML, SVG and PNG. Every cell carries its state as text."""

from __future__ import annotations

import io
import textwrap
from html import escape
from pathlib import Path

from kmassist.coverage import State
from kmassist.documents.document import SourceType
from kmassist.gaps.map import GapMap, MapCell, MapRow
from kmassist.text.counts import counted
from kmassist.text.tables import save_bytes, to_csv, written_as

_FILL = {
    State.SUFFICIENT: "#cfe8d5",
    State.THIN: "#fdf3c9",
    State.CONFLICTING: "#f3d6ee",
    State.OUTDATED_ONLY: "#f8dcc4",
    State.INDIRECT_ONLY: "#dbe4f5",
    State.SILENT: "#e9e4ef",
    State.TO_CHECK: "#ededed",
    State.ABSENT: "#c9c9c9",  # a gap stands out, what is there is light
}
_STYLE = """
body{font:16px/1.4 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:1.5rem;max-width:80rem}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;padding:.5rem 0}
th,td{border:1px solid #595959;padding:.35rem .5rem;text-align:left;vertical-align:top}thead th{background:#f0f0f0}
.mark{font-family:ui-monospace,monospace;font-weight:700}.small{font-size:.85rem;display:block}
details summary{cursor:pointer}fieldset{border:1px solid #595959;margin:.5rem 0}label{margin-right:1rem;display:inline-block}
:target{background:#fdf3c9}
:focus{outline:3px solid #1d4ed8;outline-offset:2px}.scroll{overflow-x:auto}
"""


def map_csv(grid: GapMap) -> str:
    """One line a topic and source type, so that it can be sorted and filtered; safe to open in a spreadsheet."""
    header = (
        "topic",
        "topic label",
        "source type",
        "studies",
        "documents",
        "best design",
        "newest",
        "state",
        "code",
    )
    return to_csv(
        header,
        [
            (
                row.topic,
                row.label,
                c.source_type.value,
                c.studies,
                c.documents,
                c.best_design,
                c.newest,
                c.state.words,
                c.code,
            )
            for row in grid.rows
            for c in row.cells
        ],
    )


def map_html(grid: GapMap) -> str:
    """One file without scripts or outside addresses: a table with headings for rows and columns, and the key in words.

    Columns and rows are filtered by the page's own style; each cell opens to the documents behind it.
    """
    head = "".join(
        f'<th scope="col" class="k-{k.value}">{k.value}<span class="small">{escape(k.label)}</span></th>'
        for k in SourceType
    )
    body = "\n".join(
        f'<tr{"" if _has_gap(row) else " class=full"}><th scope="row">{escape(row.topic)}'
        f'<span class="small">{escape(row.label)}</span></th>'
        + "".join(_html_cell(cell, grid) for cell in row.cells)
        + "</tr>"
        for row in grid.rows
    ).replace("class=full", 'class="full"')
    key = "".join(
        f"<li><span class='mark'>{escape(s.symbol)}</span> {escape(s.words)}</li>" for s in State
    )
    empty = ", ".join(f"{code} {label}" for code, label in grid.empty_topics)
    none = f"<p>Topics without any document: {escape(empty)}.</p>" if empty else ""
    held = "".join(
        f'<li id="{escape(doc_id)}">{escape(name)}</li>'
        for doc_id, name in sorted(grid.names.items(), key=lambda item: item[1].casefold())
    )
    listed = f"<h2>Documents</h2><ol>{held}</ol>" if held else ""
    return (
        f'<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>Gap map of {escape(grid.corpus_name)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}{_filter_style()}</style></head>\n'
        f"<body><main><h1>Gap map of {escape(grid.corpus_name)}</h1>\n"
        f"<p>{counted(grid.documents, 'document')} on {grid.made_on}. It shows what is in this corpus, not what is known.</p>\n"
        f"<h2>Key</h2><ul>{key}</ul>\n{_filters()}\n"
        f'<div class="scroll" role="region" aria-label="Gap map" tabindex="0"><table>'
        f"<caption>Topics by kind of knowledge: state, studies, best design, newest year</caption>\n"
        f'<thead><tr><th scope="col">Topic</th>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>\n{none}{listed}</main></body></html>\n"
    )


def _has_gap(row: MapRow) -> bool:
    return any(cell.state in (State.ABSENT, State.TO_CHECK) for cell in row.cells)


def _filters() -> str:
    boxes = "".join(
        f'<label><input type="checkbox" id="show-{k.value}" checked="checked" /> {escape(k.label)}</label> '
        for k in SourceType
    )
    gaps = '<label><input type="checkbox" id="gaps-only" /> only topics with something absent or to check</label>'
    return f"<fieldset><legend>Show</legend>{boxes}{gaps}</fieldset>"


def _filter_style() -> str:
    """Hides a column whose box is not ticked, and full rows when gaps alone are wanted; where a browser cannot, all stay shown."""
    columns = "".join(
        f"main:has(#show-{k.value}:not(:checked)) .k-{k.value}{{display:none}}" for k in SourceType
    )
    return f"{columns}main:has(#gaps-only:checked) tr.full{{display:none}}"


def _html_cell(cell: MapCell, grid: GapMap) -> str:
    more = [cell.counted, cell.best_design, cell.newest[:4]] if cell.studies else []
    state = f'<span class="mark">{escape(cell.code)}</span> {escape(cell.state.words)}'
    words = f'<span class="small">{escape(", ".join(x for x in more if x))}</span>'
    named = [doc_id for doc_id in cell.doc_ids if doc_id in grid.names]
    kept = len(cell.doc_ids) - len(named)
    if named or kept:
        links = "".join(
            f'<li><a href="#{escape(d)}">{escape(grid.names[d])}</a></li>' for d in named
        )
        links += f"<li>{kept} marked for the team alone</li>" if kept else ""
        state = f"<details><summary>{state}</summary><ul>{links}</ul></details>"
    return f'<td class="k-{cell.source_type.value}" style="background:{_FILL[cell.state]}">{state}{words}</td>'


_LEFT, _TOP, _WIDE, _HIGH = 260, 84, 96, 34


def map_svg(grid: GapMap) -> str:
    """A picture with a title and a description for screen readers; each cell shows its mark, count and newest year."""
    kinds = list(SourceType)
    width, height = _LEFT + _WIDE * len(kinds) + 10, _TOP + _HIGH * len(grid.rows) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="t d" font-family="sans-serif" font-size="13" fill="#1b1b1b">',
        f'<title id="t">Gap map of {escape(grid.corpus_name)}, {grid.made_on}</title>',
        f'<desc id="d">{escape(_describe(grid))}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="28" font-size="17">Gap map of {escape(grid.corpus_name)}, {grid.made_on}</text>',
    ]
    parts += [
        f'<text x="{_LEFT + _WIDE * i + 8}" y="{_TOP - 24}" font-weight="bold">{k.value}</text>'
        for i, k in enumerate(kinds)
    ]
    parts += [
        f'<text x="{_LEFT + _WIDE * i + 8}" y="{_TOP - 14 + 10 * at}" font-size="9">{escape(line)}</text>'
        for i, k in enumerate(kinds)
        for at, line in enumerate(_name_lines(k))
    ]
    for r, row in enumerate(grid.rows):
        y = _TOP + _HIGH * r
        parts += [
            f'<text x="10" y="{y + down}">{escape(line)}</text>' for down, line in _row_name(row)
        ]
        for i, cell in enumerate(row.cells):
            x = _LEFT + _WIDE * i
            parts.append(
                f'<rect x="{x}" y="{y}" width="{_WIDE - 4}" height="{_HIGH - 4}" fill="{_FILL[cell.state]}" stroke="#595959">'
                f"<title>{escape(f'{row.label}. {cell.says}')}</title></rect>"
                f'<text x="{x + 8}" y="{y + 20}">{escape(_mark(cell))}</text>'
            )
    key = "   ".join(f"{s.symbol} {s.words}" for s in State)
    parts += [f'<text x="10" y="{height - 12}">{escape(key)}</text>', "</svg>"]
    return "\n".join(parts) + "\n"


def _name_lines(kind: SourceType) -> list[str]:
    """The kind's name in two lines at most, to stand over its column."""
    return textwrap.wrap(kind.label, 18)[:2]


def _row_name(row: MapRow) -> list[tuple[int, str]]:
    """The topic's code and name in one line or two, each with how far down in its row it stands."""
    lines = textwrap.wrap(f"{row.topic} {row.label}", 38, max_lines=2, placeholder="…")
    return list(zip((21,) if len(lines) == 1 else (13, 27), lines, strict=True))


def _mark(cell: MapCell) -> str:
    return (
        f"{cell.code} {cell.studies}" + (f" ({cell.newest[:4]})" if cell.newest else "")
        if cell.studies
        else cell.code
    )


def _describe(grid: GapMap) -> str:
    return " ".join(
        f"{row.label}: {'; '.join(cell.says for cell in row.cells)}." for row in grid.rows
    )


def map_png(grid: GapMap, scale: float = 2.0) -> bytes:
    """The same picture as PNG, drawn as PDF and rendered; 72 points an inch times ``scale``."""
    import pypdfium2
    from reportlab.lib.colors import HexColor
    from reportlab.pdfgen.canvas import Canvas

    width, height = _LEFT + _WIDE * len(SourceType) + 10, _TOP + _HIGH * len(grid.rows) + 40
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=(width, height))

    def text(x: float, y: float, words: str, font: str = "Helvetica", size: int = 12) -> None:
        canvas.setFont(font, size)
        canvas.setFillColor(HexColor("#1b1b1b"))
        canvas.drawString(x, height - y, words)

    text(10, 28, f"Gap map of {grid.corpus_name}, {grid.made_on}", size=16)
    for i, kind in enumerate(SourceType):
        text(_LEFT + _WIDE * i + 8, _TOP - 24, kind.value, "Helvetica-Bold")
        for at, line in enumerate(_name_lines(kind)):
            text(_LEFT + _WIDE * i + 8, _TOP - 14 + 10 * at, line, size=8)
    for r, row in enumerate(grid.rows):
        y = _TOP + _HIGH * r
        for down, line in _row_name(row):
            text(10, y + down, line)
        for i, cell in enumerate(row.cells):
            canvas.setFillColor(HexColor(_FILL[cell.state]))
            canvas.setStrokeColor(HexColor("#595959"))
            canvas.rect(_LEFT + _WIDE * i, height - y - _HIGH + 4, _WIDE - 4, _HIGH - 4, fill=1)
            text(_LEFT + _WIDE * i + 8, y + 20, _mark(cell))
    text(10, height - 12, "   ".join(f"{s.symbol} {s.words}" for s in State))
    canvas.save()
    page = pypdfium2.PdfDocument(drawn.getvalue())[0]
    out = io.BytesIO()
    page.render(scale=scale).to_pil().save(out, format="PNG")
    return out.getvalue()


def write_map(grid: GapMap, path: Path, *, force: bool = False) -> Path:
    """Write the map in the format of the file's suffix: .html, .csv, .svg or .png.

    Raises:
        ExportError: another suffix, the file is there already and ``force`` is not given, or it cannot be written.
    """
    texts = {".html": map_html, ".csv": map_csv, ".svg": map_svg}
    suffix = written_as(path, (*texts, ".png"))
    return save_bytes(
        path, map_png(grid) if suffix == ".png" else texts[suffix](grid).encode(), force=force
    )
