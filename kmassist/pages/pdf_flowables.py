"""What a PDF page is set from: words, tables, pictures and lines of contents that mark themselves for those who hear it."""

from __future__ import annotations

from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
)
from reportlab.platypus import Paragraph as Words
from reportlab.platypus import Table as Grid

from kmassist.pages.blocks import (
    Chart,
    Heading,
    clean,
)
from kmassist.pages.chart import height_of, proportion, shapes_of
from kmassist.pages.pdf_tags import Path

MARGIN = 1.9 * cm
ROOM = A4[0] - 2 * MARGIN
FACE = "KmSans"


class Tagged(Words):
    """A paragraph that marks itself; its parts on two pages are one element."""

    km_path: Path = ()
    km_scope = ""
    km_is_head = False

    def draw(self) -> None:
        with self.canv.content(self.km_path, scope=self.km_scope, is_repeated=self.km_is_head):
            super().draw()

    def split(self, width: float, height: float) -> list[Any]:
        parts: list[Any] = super().split(width, height)
        for part in parts:
            part.km_path, part.km_scope, part.km_is_head = (
                self.km_path,
                self.km_scope,
                self.km_is_head,
            )
        return parts


class RuledGrid(Grid):
    """A table whose rules and shades are decoration."""

    def _drawBkgrnd(self) -> None:  # noqa: N802 - reportlab's name
        with self.canv.artifact():
            super()._drawBkgrnd()

    def _drawLines(self) -> None:  # noqa: N802 - reportlab's name
        with self.canv.artifact():
            super()._drawLines()


class Picture(Flowable):
    """A chart, with all of it told in words for those who cannot see it."""

    def __init__(self, chart: Chart, path: Path) -> None:
        super().__init__()
        self.chart, self.path = chart, path
        self.width, self.height = ROOM, ROOM * proportion(chart)
        self.scale = self.height / height_of(chart)

    def draw(self) -> None:
        with self.canv.content(self.path, alt=clean(self.chart.says)):
            pen = self.canv
            pen.saveState()
            for shape in shapes_of(self.chart):
                x, x2 = shape.x * self.scale, shape.x2 * self.scale
                y, y2 = self.height - shape.y * self.scale, self.height - shape.y2 * self.scale
                pen.setFillColor(HexColor(shape.colour))
                pen.setStrokeColor(HexColor(shape.colour))
                if shape.kind == "box":
                    pen.rect(x, y2, x2 - x, y - y2, stroke=0, fill=1)
                elif shape.kind == "line":
                    pen.setLineWidth(shape.thickness * self.scale)
                    pen.line(x, y, x2, y2)
                else:
                    pen.setFont(FACE, shape.size * self.scale)
                    pen.drawString(x, y, clean(shape.words))
            pen.restoreState()


class ContentsLine(Flowable):
    """One line of the table of contents: title, dots, page; the whole line leads there."""

    def __init__(self, heading: Heading, page: int | None, path: Path) -> None:
        super().__init__()
        self.heading, self.page, self.path = heading, page, path
        self.height = 13.0

    def wrap(self, width: float, _: float) -> tuple[float, float]:
        self.width = width
        return width, self.height

    def draw(self) -> None:
        pen, size, indent = self.canv, 9.2, 10.0 * (self.heading.level - 1)
        face = f"{FACE}-B" if self.heading.level == 1 else FACE
        page = str(self.page or "")
        with pen.content(self.path):
            pen.saveState()
            pen.setFont(face, size)
            pen.drawString(indent, 3, clean(self.heading.text))
            pen.drawRightString(self.width, 3, page)
            pen.restoreState()
            where = (0, 0, self.width, self.height)
            pen.linkRect(
                f"To {clean(self.heading.text)}", f"at-{self.heading.anchor}", where, relative=1
            )
        start = indent + pdfmetrics.stringWidth(self.heading.text, face, size) + 4
        stop = self.width - pdfmetrics.stringWidth(page, face, size) - 4
        with pen.artifact():
            pen.saveState()
            pen.setDash(0.6, 2.6)
            pen.setStrokeColor(HexColor("#5a5a5a"))
            pen.setLineWidth(0.6)
            if stop > start:
                pen.line(start, 4, stop, 4)
            pen.restoreState()


_TALLEST = A4[1] - 6 * cm


_HEADS = frozenset({"h1", "h2", "h3", "caption"})


def kept_with_tables(flowables: list[Any]) -> list[Any]:
    """Headings and caption of a table go to the next page when its first row does, without dragging the whole table along."""
    story: list[Any] = []
    run: list[Any] = []
    for flowable in flowables:
        if isinstance(flowable, Tagged) and flowable.style.name in _HEADS:
            run.append(flowable)
            continue
        if isinstance(flowable, RuledGrid):
            heads = sum(
                words.wrap(ROOM, A4[1])[1] + words.getSpaceBefore() + words.getSpaceAfter()
                for words in run
            )
            flowable.wrap(ROOM, A4[1])
            # a row is broken only when no page could hold it
            flowable.splitInRow = int(max(flowable._rowHeights) > _TALLEST)
            for words in run:
                words.keepWithNext = 0
            story.append(CondPageBreak(heads + sum(flowable._rowHeights[:2]) + 2))
        story += [*run, flowable]
        run = []
    return [*story, *run]
