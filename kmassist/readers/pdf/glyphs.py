"""Letters of a PDF page as runs of words in upright frames: turned, doubled, hidden, raised and struck-out letters sorted out.

pdfium gives letters with their places in the order of the file. A *frame* holds the letters of one direction, turned so that
they stand upright; a notice along the margin or a sideways table is a frame of its own, and never mixes with the page's.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pypdfium2 import raw

from kmassist.readers.pdf.rules import Box, Rules, Turn

MAX_PAGE_CHARACTERS = 2_000_000
_ASKEW = 12
"""Degrees off the square from which letters are a watermark's."""
_LAM, _ALEFS = "\u0644", "\u0627\u0623\u0625\u0622"
_SOFT = "\u00ad"
_MARK_LETTERS = re.compile(r"[\d,;.\s\u2010-\u2015*†‡§¶#a-h-]+$")
_POWER = re.compile(r"[-\u2212\u2013]?\d{1,3}$")
_AS_PRINTED = {"2": "²", "3": "³"}
_LENGTH = re.compile(r"(?<![A-Za-z])(?:[cmkd]?m)$")


@dataclass(slots=True)
class Glyph:
    """One letter in its frame: left and right edge, baseline, height of its line box; ``index`` is pdfium's number."""

    text: str
    left: float
    right: float
    base: float
    size: float
    index: int
    rise: int = 0
    after_space: bool = False
    narrow_gap: bool = False
    struck_by: tuple[float, float] | None = None


@dataclass(slots=True)
class Run:
    """Letters that stand together on one line."""

    glyphs: list[Glyph] = field(default_factory=list)
    base: float = 0.0
    size: float = 0.0


@dataclass(slots=True)
class Letters:
    """All letters of a page by the quarter turn that makes them upright; ``askew`` are the words of watermarks.

    ``hidden`` counts letters that are white on white, ``struck`` those a line or a note strikes out,
    ``double`` those printed a second time.
    """

    frames: dict[int, list[Run]]
    askew: list[str]
    hidden: int = 0
    struck: int = 0
    double: int = 0


def read_letters(words: Any, box: Box, rules: Rules) -> Letters:
    """The runs of a page. ``words`` is a text page of pdfium, ``box`` the page's crop box."""
    turns = {degrees: Turn(degrees, *box) for degrees in (0, 90, 180, 270)}
    walk = _Walk(words, turns, rules)
    for index in range(min(words.count_chars(), MAX_PAGE_CHARACTERS)):
        walk.take(index)
    walk.close()
    return walk.letters


class _Walk:
    """Goes through the letters of a page once."""

    def __init__(self, words: Any, turns: dict[int, Turn], rules: Rules) -> None:
        self.letters = Letters({}, [])
        self._words, self._turns, self._rules = words, turns, rules
        self._run, self._degrees = Run(), 0
        self._space = self._break = False
        self._askew: list[str] = []
        self._seen: dict[tuple[int, str, int], list[tuple[float, float]]] = defaultdict(list)
        self._walls = {degrees: rules.upright(turn) for degrees, turn in turns.items()}
        self._loose = raw.FS_RECTF()
        self._numbers = [ctypes.c_double() for _ in range(4)]
        self._colour = [ctypes.c_uint() for _ in range(4)]

    def take(self, index: int) -> None:
        """One letter, by pdfium's number."""
        code = raw.FPDFText_GetUnicode(self._words, index)
        if code in (10, 13):
            self._break = self._space = True
            return
        text = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        if code in (0x02, 0xFFFE):
            text = _SOFT  # a hyphen that pdfium knows to end its line
        if not text:
            return
        if text.isspace():
            self._space = True
            return
        angle = -math.degrees(raw.FPDFText_GetCharAngle(self._words, index)) % 360  # clockwise
        angle = angle if math.isfinite(angle) else 0.0
        degrees = round(angle / 90) * 90 % 360
        if abs((angle - degrees + 180) % 360 - 180) > _ASKEW:
            self._askew.append((" " if self._space and self._askew else "") + text)
            self._space = False
            return
        glyph = self._glyph(index, text, self._turns[degrees])
        if (
            glyph is None
            or self._is_hidden(index, glyph, degrees)
            or self._is_double(glyph, degrees)
        ):
            self._space = True if glyph is None else self._space
            return
        if degrees != self._degrees or not self._belongs(glyph, degrees):
            self.close()
            self._degrees = degrees
        self._append(glyph)

    def close(self) -> None:
        """End the run that is open."""
        self._drop_struck()
        if self._run.glyphs:
            self.letters.frames.setdefault(self._degrees, []).append(self._run)
        if self._askew and (not self.letters.askew or self._break):
            self.letters.askew.append("")
        if self._askew:
            self.letters.askew[-1] += "".join(self._askew)
            self._askew = []
        self._run = Run()
        self._space = self._break = False

    def _drop_struck(self) -> None:
        """Take out the words of which most is struck out; a line may begin or end a little beside its word."""
        glyphs = self._run.glyphs
        if all(glyph.struck_by is None for glyph in glyphs):
            return
        left, right = glyphs[0].left - self._run.size, glyphs[-1].right + self._run.size
        for glyph in glyphs:
            # The line of a drawing goes on beyond the words that it happens to cross.
            if glyph.struck_by is not None and not (
                left <= glyph.struck_by[0] and glyph.struck_by[1] <= right
            ):
                glyph.struck_by = None
        words: list[list[Glyph]] = []
        for glyph in glyphs:
            if glyph.after_space or not words:
                words.append([])
            words[-1].append(glyph)
        kept = [
            word for word in words if 2 * sum(g.struck_by is not None for g in word) <= len(word)
        ]
        self.letters.struck += len(self._run.glyphs) - sum(map(len, kept))
        self._run.glyphs = [glyph for word in kept for glyph in word]

    def _glyph(self, index: int, text: str, turn: Turn) -> Glyph | None:
        numbers = self._numbers
        if not raw.FPDFText_GetCharBox(self._words, index, *numbers):
            return None
        left, right, bottom, top = (number.value for number in numbers)
        raw.FPDFText_GetCharOrigin(self._words, index, numbers[0], numbers[1])
        x, y = numbers[0].value, numbers[1].value
        placed = turn.box(left, bottom, right, top)
        base = turn.box(x, y, x, y)[1]
        size = placed[3] - placed[1]
        loose = self._loose
        if raw.FPDFText_GetLooseCharBox(self._words, index, loose):
            box = turn.box(loose.left, loose.bottom, loose.right, loose.top)
            height, width = abs(box[3] - box[1]), abs(box[2] - box[0])
            size = min(height, width * 3) if height > 200 else height or size
        if not all(map(math.isfinite, (*placed, base, size))) or size <= 0:
            return None
        if not placed[1] - size <= base <= placed[3] + size:
            base = placed[1]  # an origin that is far from its letter is a bent file's
        return Glyph(text, placed[0], placed[2], base, size, index, after_space=self._space)

    def _is_hidden(self, index: int, glyph: Glyph, degrees: int) -> bool:
        middle = (glyph.left + glyph.right) / 2
        glyph.struck_by = self._rules.strikes(degrees, middle, glyph.base, glyph.size)
        colour = self._colour
        if not raw.FPDFText_GetFillColor(self._words, index, *colour):
            return False
        is_white = min(part.value for part in colour[:3]) >= 250 and colour[3].value > 0
        if is_white and not self._rules.is_dark(degrees, middle, glyph.base + 0.25 * glyph.size):
            self.letters.hidden += 1
            return True
        return False

    def _is_double(self, glyph: Glyph, degrees: int) -> bool:
        """Whether the same letter stands at the same place already, as bold made by double printing does."""
        near, row = min(0.14 * glyph.size, 0.75 * (glyph.right - glyph.left)), round(glyph.base / 4)
        for line in (row - 1, row, row + 1):
            for left, base in self._seen[degrees, glyph.text, line]:
                if abs(left - glyph.left) < near and abs(base - glyph.base) < near:
                    last = self._run.glyphs[-1] if self._run.glyphs else None
                    if (
                        last is not None
                        and abs(last.left - left) < 0.01
                        and last.text == glyph.text
                    ):
                        continue  # the letters of one sign, such as "ff", share a place
                    self.letters.double += 1
                    return True
        self._seen[degrees, glyph.text, row].append((glyph.left, glyph.base))
        return False

    def _belongs(self, here: Glyph, degrees: int) -> bool:
        """Whether a letter goes on in the open run: on its line, or a little raised, with no column's gap or wall between."""
        run = self._run
        if not run.glyphs:
            return True
        before = run.glyphs[-1]
        size = max(run.size, here.size, 4.0)
        rise, gap = here.base - run.base, here.left - before.right
        is_other = abs(here.size - run.size) >= 0.15 * size or _is_smaller(
            here.size, run.size, rise
        )
        farthest = (0.75 if is_other else 0.3) * size
        is_number = len(run.glyphs) <= 4 and all(glyph.text.isdigit() for glyph in run.glyphs)
        if abs(rise) > farthest or gap > 3 * size or gap < -4 * size:
            return False
        if self._space and gap > (0.25 if is_number else 0.85) * size:
            return False  # another column; after a number perhaps that of a line in the margin
        if self._break and gap < -0.5 * size and not _is_rtl(here.text):
            return False
        return (not self._space and gap < 0.1 * size) or not any(
            before.right - 1 <= wall <= here.left + 1 and low <= here.base + 0.3 * size <= high
            for wall, low, high in self._walls[degrees]
        )

    def _append(self, glyph: Glyph) -> None:
        run = self._run
        if not run.glyphs:
            run.base, run.size = glyph.base, glyph.size
            glyph.after_space = False
        else:
            before = run.glyphs[-1]
            gap = glyph.left - before.right
            is_said = self._space and (
                not self._break or gap > 0.12 * glyph.size or glyph.base < run.base - 2
            )
            glyph.after_space = is_said or (self._degrees != 0 and gap > 0.3 * glyph.size)
            glyph.narrow_gap = (
                before.text[-1].isdigit()
                and glyph.text.isalpha()
                # A one is narrower than its place: "1st" leaves as much room as a narrow space elsewhere.
                and gap > (0.32 if before.text[-1] == "1" else 0.15) * glyph.size
            )
            self._raise(run, glyph)
        if (
            run.glyphs
            and glyph.text == _LAM
            and run.glyphs[-1].text in _ALEFS
            and abs(run.glyphs[-1].left - glyph.left) < 0.05 * glyph.size
            and abs(run.glyphs[-1].right - glyph.right) < 0.05 * glyph.size
        ):
            run.glyphs.insert(
                -1, glyph
            )  # one sign for both: its letters come in the order of the eye
            glyph.after_space, run.glyphs[-1].after_space = run.glyphs[-1].after_space, False
        else:
            run.glyphs.append(glyph)
        self._space = self._break = False

    @staticmethod
    def _raise(run: Run, glyph: Glyph) -> None:
        rise = glyph.base - run.base
        if _is_smaller(glyph.size, run.size, rise) and 0.08 * run.size < rise:
            glyph.rise = 1
        elif _is_smaller(glyph.size, run.size, rise) and rise < -0.03 * run.size:
            glyph.rise = -1
        elif run.size <= 0.84 * glyph.size and -0.75 * glyph.size < rise < -0.08 * glyph.size:
            for before in run.glyphs:
                before.rise = 1
            run.base, run.size = glyph.base, glyph.size


def _is_smaller(here: float, there: float, rise: float) -> bool:
    """Whether a letter is as much smaller as raised ones are; one that stands far from the line may be nearly as large."""
    return here <= (0.93 if abs(rise) > 0.25 * there else 0.84) * there


def _is_rtl(text: str) -> bool:
    return "\u0590" <= text <= "\u08ff" or "\ufb1d" <= text <= "\ufefc"


def text_of(glyphs: Sequence[Glyph]) -> str:
    """The words of a run: powers as ``^9``, marks of references in square brackets, narrow spaces as spaces."""
    pieces: list[str] = []
    number = 0
    while number < len(glyphs):
        glyph = glyphs[number]
        if glyph.after_space or glyph.narrow_gap:
            pieces.append(" ")
        if glyph.rise <= 0:
            pieces.append(glyph.text)
            number += 1
            continue
        last = number
        while last < len(glyphs) and glyphs[last].rise > 0:
            last += 1
        mark = "".join(
            (" " if g.after_space and i else "") + g.text for i, g in enumerate(glyphs[number:last])
        )
        pieces.append(
            _raised("".join(pieces), mark, "".join(g.text for g in glyphs[last : last + 2]))
        )
        number = last
    text = "".join(pieces)
    # A soft hyphen inside a line is only where the word may be broken; at its end it has broken it.
    return re.sub(rf"{_SOFT}(?=\S)", "", text)


def _raised(before: str, mark: str, after: str) -> str:
    """What raised letters are written as, by what stands before and after them."""
    is_power = _POWER.fullmatch(mark) is not None
    written = mark
    if is_power and (re.search(r"(?<![\d.,])10$", before) or not mark[0].isdigit()):
        written = f"^{mark}"
    elif mark in _AS_PRINTED and _LENGTH.search(before):
        written = _AS_PRINTED[mark]
    elif mark in ("o", "0", "°") and after[:1] in ("C", "F"):
        written = "°"
    elif re.search(r"\d$", before) and mark.casefold() in ("st", "nd", "rd", "th"):
        written = mark
    elif _MARK_LETTERS.fullmatch(mark) and re.search(r"\w", mark) and before.strip():
        written = f"[{mark.strip(' ,;.')}]"
    elif mark[-1:].isdigit() and not before.strip():
        written = f"{mark} "
    return written
