"""Lines, boxes and shaded areas drawn on a PDF page, and the grids of cells they make."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdfium2 import raw

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""
Edge = tuple[float, float, float]
"""A straight line: its place across, and where it begins and ends along."""
_MOST_OBJECTS, _MOST_SEGMENTS = 6_000, 20_000
_FARTHEST = 1e6
_MOST_DARK = 300
"""Filled areas, the largest of a page, that are looked at for each white letter."""
_THIN = 3.0
_LEAST_DOT, _LARGEST_DOT, _MOST_DOTS = 1.2, 8.0, 300
"""Points across a drawn mark of a list, and how many a page has; a chart has more."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The page's box in points and the quarter turn, in degrees, that brings letters upright."""

    degrees: int
    left: float
    bottom: float
    right: float
    top: float

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A box of the page as it stands in the turned frame."""
        if self.degrees == 90:
            return bottom - self.bottom, self.right - right, top - self.bottom, self.right - left
        if self.degrees == 180:
            return self.right - right, self.top - top, self.right - left, self.top - bottom
        if self.degrees == 270:
            return self.top - top, left - self.left, self.top - bottom, right - self.left
        return left - self.left, bottom - self.bottom, right - self.left, top - self.bottom

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the frame."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.degrees in (90, 270) else (width, height)


_MOST_OF_A_PAGE = 0.8


@dataclass(slots=True)
class Rules:
    """What is drawn on a page, in the page's own points: thin lines, filled areas with whether they are dark, struck places."""

    thin: list[Box] = field(default_factory=list)
    filled: list[tuple[Box, bool]] = field(default_factory=list)
    struck: list[Box] = field(default_factory=list)
    dots: list[Box] = field(default_factory=list)
    """Small drawn marks that are as wide as high: browsers draw the marks of lists."""
    shown: int = 0
    unseen: int = 0
    """Pieces of text that are printed, and that are not: invisible, or under a picture of the whole page."""
    _flat: dict[int, dict[int, list[Edge]]] = field(default_factory=dict)
    _dark: dict[int, list[Box]] = field(default_factory=dict)
    _notes: dict[int, list[Box]] = field(default_factory=dict)

    def turned(self, turn: Turn) -> tuple[list[Edge], list[Edge], list[tuple[Box, bool]]]:
        """Flat and upright lines and filled areas in a turned frame."""
        flat: list[Edge] = []
        upright: list[Edge] = []
        for thin in self.thin:
            left, bottom, right, top = turn.box(*thin)
            if right - left >= top - bottom:
                flat.append(((bottom + top) / 2, left, right))
            else:
                upright.append(((left + right) / 2, bottom, top))
        return flat, upright, [(turn.box(*box), is_dark) for box, is_dark in self.filled]

    def marks(self, turn: Turn) -> list[Box]:
        """Drawn marks in a turned frame; none on a page that has very many."""
        return [turn.box(*dot) for dot in self.dots] if len(self.dots) <= _MOST_DOTS else []

    def upright(self, turn: Turn) -> list[Edge]:
        """Upright lines of a frame that are long enough to part cells; remembers the frame for ``strikes`` and ``is_dark``."""
        flat, walls, _ = self.turned(turn)
        rows: dict[int, list[Edge]] = {}
        for edge in flat:
            rows.setdefault(int(edge[0] // 8), []).append(edge)
        self._flat[turn.degrees] = rows
        dark = [turn.box(*box) for box, is_dark in self.filled if is_dark]
        dark.sort(key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))  # the largest first
        self._dark[turn.degrees] = dark[:_MOST_DARK]
        self._notes[turn.degrees] = [turn.box(*box) for box in self.struck[:_MOST_DARK]]
        return [wall for wall in walls if wall[2] - wall[1] >= 6]

    def strikes(
        self, degrees: int, x: float, base: float, size: float
    ) -> tuple[float, float] | None:
        """Both ends of the line that goes through a letter, or of the note that strikes it out; None when nothing does.

        A line of a table stands between lines of text.
        """
        for row in range(int(base // 8), int((base + 0.4 * size) // 8) + 1):
            for y, left, right in self._flat[degrees].get(row, ()):
                if base + 0.13 * size <= y <= base + 0.4 * size and left - 1 <= x <= right + 1:
                    return left, right
        boxes = self._notes[degrees]
        is_noted = any(
            box[0] <= x <= box[2] and box[1] <= base + 0.2 * size <= box[3] for box in boxes
        )
        return (x, x) if is_noted else None

    def is_dark(self, degrees: int, x: float, y: float) -> bool:
        """Whether something that is not white is drawn at a place."""
        boxes = self._dark[degrees]
        return any(box[0] - 2 <= x <= box[2] + 2 and box[1] - 2 <= y <= box[3] + 2 for box in boxes)


def read_rules(page: Any) -> Rules:
    """What is drawn on a page of pdfium; a page with very many objects, as a chart has, is read in part."""
    rules = Rules()
    left, bottom, right, top = page.get_cropbox()
    walk = _Objects(rules, _MOST_OF_A_PAGE * abs((right - left) * (top - bottom)))
    handle = page.raw
    for number in range(min(raw.FPDFPage_CountObjects(handle), _MOST_OBJECTS)):
        walk.take(raw.FPDFPage_GetObject(handle, number))
    _read_notes(handle, rules)
    return rules


def _read_notes(page: Any, rules: Rules) -> None:
    """Places that notes of the kind StrikeOut mark."""
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), 2_000)):
        note = raw.FPDFPage_GetAnnot(page, number)
        if not note:
            continue
        try:
            if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_STRIKEOUT:
                points = raw.FS_QUADPOINTSF()
                for place in range(min(raw.FPDFAnnot_CountAttachmentPoints(note), 500)):
                    if raw.FPDFAnnot_GetAttachmentPoints(note, place, points):
                        xs = (points.x1, points.x2, points.x3, points.x4)
                        ys = (points.y1, points.y2, points.y3, points.y4)
                        rules.struck.append((min(xs), min(ys), max(xs), max(ys)))
        finally:
            raw.FPDFPage_CloseAnnot(note)


class _Objects:
    def __init__(self, rules: Rules, page: float) -> None:
        self._rules = rules
        self._page = page
        self._segments = 0
        self._place = [ctypes.c_float() for _ in range(4)]
        self._colour = [ctypes.c_uint() for _ in range(4)]

    def take(self, item: Any) -> None:
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            mode = raw.FPDFTextObj_GetTextRenderMode(item)
            if mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
                self._rules.unseen += 1
            else:
                self._rules.shown += 1
            return
        if kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
            if raw.FPDFPageObj_GetBounds(item, *self._place):
                left, bottom, right, top = (number.value for number in self._place)
                self._rules.filled.append(((left, bottom, right, top), True))
                if (right - left) * (top - bottom) > self._page:
                    self._rules.unseen += self._rules.shown
                    self._rules.shown = 0
            return
        if kind != raw.FPDF_PAGEOBJ_PATH:
            return
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(item, fill, stroke)
        if not fill.value and not stroke.value:
            return
        is_dark = False
        if fill.value and raw.FPDFPageObj_GetFillColor(item, *self._colour):
            is_dark = (
                self._colour[3].value > 0 and min(part.value for part in self._colour[:3]) < 250
            )
        for points, has_curves in self._subpaths(item):
            self._subpath(
                points,
                has_curves,
                is_filled=bool(fill.value),
                is_dark=is_dark,
                is_drawn=bool(stroke.value),
            )

    def _subpath(
        self,
        points: list[tuple[float, float]],
        has_curves: bool,
        *,
        is_filled: bool,
        is_dark: bool,
        is_drawn: bool,
    ) -> None:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if not all(abs(place) < _FARTHEST for place in (*xs, *ys)):
            return  # beyond any page, or no number at all
        box = (min(xs), min(ys), max(xs), max(ys))
        width, height = box[2] - box[0], box[3] - box[1]
        if _LEAST_DOT <= width <= _LARGEST_DOT and abs(width - height) <= 0.1 * width:
            self._rules.dots.append(box)
        if min(width, height) <= _THIN:
            if max(width, height) >= 4 and (is_drawn or is_dark):
                self._rules.thin.append(box)
            return
        if is_filled:
            self._rules.filled.append((box, is_dark))
        if not is_drawn or has_curves:
            return
        for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
            if min(abs(x0 - x1), abs(y0 - y1)) < 1 and max(abs(x0 - x1), abs(y0 - y1)) >= 4:
                self._rules.thin.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))

    def _subpaths(self, item: Any) -> Iterator[tuple[list[tuple[float, float]], bool]]:
        """Points of each part of a path in the page's points, and whether it has curves."""
        matrix = raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(item, matrix)
        x, y = ctypes.c_float(), ctypes.c_float()
        points: list[tuple[float, float]] = []
        has_curves = False
        for number in range(raw.FPDFPath_CountSegments(item)):
            self._segments += 1
            if self._segments > _MOST_SEGMENTS:
                return
            segment = raw.FPDFPath_GetPathSegment(item, number)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO and len(points) > 1:
                yield points, has_curves
            if kind == raw.FPDF_SEGMENT_MOVETO:
                points, has_curves = [], False
            has_curves = has_curves or kind == raw.FPDF_SEGMENT_BEZIERTO
            if raw.FPDFPathSegment_GetPoint(segment, x, y):
                points.append(
                    (
                        matrix.a * x.value + matrix.c * y.value + matrix.e,
                        matrix.b * x.value + matrix.d * y.value + matrix.f,
                    )
                )
        if len(points) > 1:
            yield points, has_curves
