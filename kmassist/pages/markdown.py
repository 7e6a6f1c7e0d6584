"""Blocks as Markdown (CommonMark with pipe tables). Words from documents can never act as Markdown, HTML or a link."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from kmassist.pages.blocks import (
    Bar,
    Block,
    Bullets,
    Chart,
    Contents,
    ForestPlot,
    Heading,
    Inline,
    Layout,
    LineChart,
    Notice,
    Paragraph,
    Quotation,
    References,
    Span,
    Strip,
    Table,
)

_SPECIAL = re.compile(r"([\\`*\[\]<|~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;))")
_LINE_START = re.compile(r"^(?:([-+=#>])|(\d+)([.)]))")
_AUTOLINK = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(:)|\b(www)(\.)|(?<=\w)()(@)(?=\w)")
_CHART_CELLS = 25


def escape(words: str) -> str:
    """Words as Markdown that reads as exactly these words within a line."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(words.split()))
    return _AUTOLINK.sub(
        lambda m: "\\".join(part for part in m.groups() if part is not None), escaped
    )


def _line(words: str) -> str:
    """Markdown that begins a line, so that its first characters make no list, heading or quotation."""
    return _LINE_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", words)


def to_markdown(layout: Layout) -> str:
    """The whole document."""
    parts = [
        f"# {escape(layout.title)}",
        f"{escape(layout.subtitle)}  \n**{escape(layout.status)}**",
    ]
    for block in layout.blocks:
        parts += [part for part in _block(block) if part]
    parts.append(f"---\n\n{escape(layout.footer)}")
    return "\n\n".join(parts) + "\n"


def _inline(inline: Inline) -> str:
    return "".join(_span(span, is_first=place == 0) for place, span in enumerate(inline))


def _span(span: Span, *, is_first: bool) -> str:
    if not span.text.strip():
        return " " if span.text else ""
    head = " " if span.text[0].isspace() and not is_first else ""
    tail = " " if span.text[-1].isspace() else ""
    words = escape(span.text)
    if span.is_strong:
        words = f"**{words}**"
    elif span.is_emphasis:
        words = f"*{words}*"
    if span.href:
        words = f"[{words}]({_address(span.href)})"
    return head + words + tail


def _address(href: str) -> str:
    bare = re.sub(r"[<>\s]", "", href)
    return f"<{bare}>" if re.search(r"[()]", bare) else bare


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, words, anchor):
            mark = f'<a id="{anchor}"></a>\n\n' if anchor else ""
            yield f"{mark}{'#' * (level + 1)} {escape(words)}"
        case Paragraph(words, style):
            yield f"*Note:* {_inline(words)}" if style == "small" else _line(_inline(words))
        case Quotation(words, source):
            yield f"> {escape(words)}\n>\n> — {_inline(source)}"
        case Bullets(items, is_numbered):
            yield "\n".join(
                f"{f'{n}.' if is_numbered else '-'} {_line(_inline(item))}"
                for n, item in enumerate(items, start=1)
            )
        case Table():
            yield _table(block)
        case Notice(kind, words):
            yield f"> **{kind.capitalize()}:** {_inline(words)}"
        case Chart():
            yield _chart(block)
        case References(entries):
            yield "\n\n".join(
                f'<a id="ref-{e.number}"></a>**\\[{e.number}\\]** {_inline(e.words)}'
                for e in entries
            )
        case Contents():
            return


def _table(table: Table) -> str:
    lines = [f"**{escape(table.caption)}**\n"] if table.caption and table.is_caption_shown else []
    lines.append("| " + " | ".join(escape(cell) for cell in table.header) + " |")
    lines.append("|" + " --- |" * len(table.header))
    lines += ["| " + " | ".join(_inline(cell) or " " for cell in row) + " |" for row in table.rows]
    return "\n".join(lines)


def series_lines(chart: LineChart, cells: int = _CHART_CELLS) -> list[str]:
    """A series as text, a line a point: its period, a bar to its value, the value and whether it is no chance."""
    width = max(len(point.label) for point in chart.points)
    lines = []
    for point in chart.points:
        bar = list("█" * round(point.value / 100 * cells)).copy()
        bar += "░" * (cells - len(bar))
        if chart.target is not None:
            bar[min(cells - 1, round(chart.target / 100 * cells))] = "|"
        marked = "  special cause" if point.is_marked else ""
        lines.append(f"{point.label:<{width}}  {''.join(bar)} {point.value:5.1f}%{marked}")
    target = f"; |: target {chart.target:g}%" if chart.target is not None else ""
    return [*lines, f"{chart.centre_words} {chart.centre:.1f}%{target}"]


def _chart(chart: Chart) -> str:
    """The caption, and below it tiles as a list, or any other drawing as text in a code block."""
    if isinstance(chart, Strip):
        tiles = [
            f"- {_line(escape(f'{tile.mark} {tile.name}: {tile.state}'))}" for tile in chart.tiles
        ]
        return "\n".join([f"**{escape(chart.caption)}**\n", *tiles])
    if isinstance(chart, LineChart):
        lines = series_lines(chart)
    elif isinstance(chart, ForestPlot):
        lines = [f"{row.label}: {row.shown}" for row in chart.rows]
    else:
        lines = [line for bar in chart.bars for line in _bar_lines(bar)]
    return "\n".join([f"**{escape(chart.caption)}**\n", "```text", *lines, "```"])


def _bar_lines(bar: Bar) -> Iterator[str]:
    """``█`` what was reached, ``|`` the target."""
    cells = list("░" * _CHART_CELLS)
    for place in range(round(bar.value / 100 * _CHART_CELLS)):
        cells[place] = "█"
    if bar.target is not None:
        cells[min(_CHART_CELLS - 1, round(bar.target / 100 * _CHART_CELLS))] = "|"
    target = f"  {bar.target_words}" if bar.target_words else ""
    met = {True: "  met", False: "  not met", None: ""}[bar.is_met]
    yield from textwrap.wrap(" ".join(bar.label.replace("`", "'").split()), 76) or [""]
    yield f"{''.join(cells)} {bar.shown}{target}{met}"
