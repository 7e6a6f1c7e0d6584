"""Bars against targets, series over time and studies side by side as shapes, drawn alike in SVG, PDF and pictures. Nothing is told by colour alone."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from xml.sax.saxutils import escape

from kmassist.pages.blocks import Bar, Chart, ForestPlot, LineChart, Strip
from kmassist.pages.forest_plot import forest_height, forest_shapes
from kmassist.pages.line_chart import LINE_CHART_HEIGHT, line_shapes
from kmassist.pages.shapes import INK, MISSED, REACHED, RULE, TRACK, WIDTH, Shape
from kmassist.pages.strip import strip_height, strip_shapes

_LEFT, _RIGHT = 4.0, 190.0
_ROW, _BAR, _TOP, _BOTTOM = 52.0, 14.0, 6.0, 26.0
_LABEL = 110
_TITLE, _TITLE_LINE = 95, 17.0
"""Characters of a line of the title of a drawing that stands alone, and the line's height."""


def height_of(chart: Chart) -> float:
    """How high the drawing is."""
    if isinstance(chart, LineChart):
        return LINE_CHART_HEIGHT
    if isinstance(chart, Strip):
        return strip_height(chart)
    if isinstance(chart, ForestPlot):
        return forest_height(chart)
    return _TOP + _ROW * len(chart.bars) + _BOTTOM


def proportion(chart: Chart) -> float:
    """Its height as a share of its width."""
    return height_of(chart) / WIDTH


def shapes_of(chart: Chart) -> list[Shape]:
    """Each bar with its interval and target and a scale from 0 to 100 percent; or a series, or studies side by side."""
    if isinstance(chart, LineChart):
        return list(line_shapes(chart))
    if isinstance(chart, Strip):
        return list(strip_shapes(chart))
    if isinstance(chart, ForestPlot):
        return list(forest_shapes(chart))
    shapes = [
        shape for place, bar in enumerate(chart.bars) for shape in _bar(bar, _TOP + _ROW * place)
    ]
    return [*shapes, *_scale(_TOP + _ROW * len(chart.bars))]


def _at(percent: float) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * min(100.0, max(0.0, percent)) / 100


def _bar(bar: Bar, top: float) -> Iterator[Shape]:
    label = " ".join(bar.label.split())
    size = max(7.0, min(10.0, 10.0 * _LABEL / max(1, len(label))))
    line, *others = textwrap.wrap(label, int(_LABEL * 10 / size)) or [""]
    yield Shape("words", _LEFT, top + 12, words=line + (" …" if others else ""), size=size)
    y = top + 18
    yield Shape("box", _LEFT, y, _at(100), y + _BAR, TRACK)
    yield Shape(
        "box", _LEFT, y, _at(bar.value), y + _BAR, MISSED if bar.is_met is False else REACHED
    )
    if bar.low is not None and bar.high is not None:
        middle = y + _BAR / 2
        yield Shape("line", _at(bar.low), middle, _at(bar.high), middle, INK, thickness=1.2)
        for end in (bar.low, bar.high):
            yield Shape("line", _at(end), middle - 3, _at(end), middle + 3, INK, thickness=1.2)
    if bar.target is not None:
        yield Shape(
            "line", _at(bar.target), y - 4, _at(bar.target), y + _BAR + 4, INK, thickness=2.4
        )
    met = {True: "target met", False: "target not met", None: ""}[bar.is_met]
    target = f" ({bar.target_words})" if bar.target_words else ""
    yield Shape("words", _at(100) + 8, y + 7, words=f"{bar.shown}{target}", size=10)
    yield Shape("words", _at(100) + 8, y + 18, words=met, size=9)


def _scale(top: float) -> Iterator[Shape]:
    yield Shape("line", _LEFT, top, _at(100), top, RULE)
    for percent in (0, 25, 50, 75, 100):
        yield Shape("line", _at(percent), top, _at(percent), top + 3, RULE)
        yield Shape(
            "words",
            _at(percent) - (0 if percent == 0 else 10),
            top + 14,
            words=f"{percent}%",
            size=8,
            colour=RULE,
        )
    yield Shape("words", _at(100) + 14, top + 14, words="thick line: target", size=8, colour=RULE)


def _title(chart: Chart, *, is_alone: bool) -> list[Shape]:
    """The caption over a drawing that has no page around it to say what it shows."""
    lines = textwrap.wrap(chart.caption, _TITLE) if is_alone else []
    return [
        Shape("words", _LEFT, _TITLE_LINE * (place - len(lines)) + 12, words=line, size=11)
        for place, line in enumerate(lines)
    ]


def to_svg(chart: Chart, *, identity: str, is_alone: bool = False) -> str:
    """The drawing as an SVG element with a title and a description for screen readers; alone, its caption stands over it."""
    title = _title(chart, is_alone=is_alone)
    above = _TITLE_LINE * len(title)
    height = height_of(chart) + above
    parts = [
        f'<svg role="img" aria-labelledby="{identity}-t {identity}-d" viewBox="0 {0 - above:g} {WIDTH:g} {height:g}" '
        'xmlns="http://www.w3.org/2000/svg" font-family="inherit">',
        f'<title id="{identity}-t">{escape(chart.caption)}</title><desc id="{identity}-d">{escape(chart.says)}</desc>',
    ]
    for shape in [*title, *shapes_of(chart)]:
        if shape.kind == "box":
            size = f'width="{max(0.0, shape.x2 - shape.x):.1f}" height="{shape.y2 - shape.y:.1f}"'
            parts.append(
                f'<rect x="{shape.x:.1f}" y="{shape.y:.1f}" {size} fill="{shape.colour}"/>'
            )
        elif shape.kind == "line":
            ends = f'x1="{shape.x:.1f}" y1="{shape.y:.1f}" x2="{shape.x2:.1f}" y2="{shape.y2:.1f}"'
            parts.append(
                f'<line {ends} stroke="{shape.colour}" stroke-width="{shape.thickness:g}"/>'
            )
        else:
            place = f'x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size:g}" fill="{shape.colour}"'
            parts.append(f"<text {place}>{escape(shape.words)}</text>")
    return "".join([*parts, "</svg>"])


def to_png(chart: Chart, *, scale: float = 3.0, is_alone: bool = False) -> bytes:
    """The drawing as a PNG picture, the same bytes every time; alone, its caption stands over it."""
    from PIL import Image, ImageDraw, ImageFont

    from kmassist.pages.fonts import REGULAR, font_path

    title = _title(chart, is_alone=is_alone)
    above = _TITLE_LINE * len(title)
    size = int(WIDTH * scale), int((height_of(chart) + above) * scale)
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for shape in [*title, *shapes_of(chart)]:
        x, x2 = shape.x * scale, shape.x2 * scale
        y, y2 = (shape.y + above) * scale, (shape.y2 + above) * scale
        if shape.kind == "box" and x2 > x:
            pen.rectangle((x, y, x2, y2), fill=shape.colour)
        elif shape.kind == "line":
            pen.line(
                (x, y, x2, y2), fill=shape.colour, width=max(1, round(shape.thickness * scale))
            )
        elif shape.kind == "words":
            font = ImageFont.truetype(str(font_path(REGULAR)), shape.size * scale)
            pen.text((x, y), shape.words, fill=shape.colour, font=font, anchor="ls")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
