"""A PRISMA 2020 flow diagram of a screening, as text and as a picture (Page et al. 2021, BMJ 372:n71)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from kmassist.records.screening import Flow


@dataclass(frozen=True, slots=True)
class _Box:
    """One box: its stage, the flow that goes on, and what leaves it to the right."""

    stage: str
    lines: tuple[str, ...]
    aside: tuple[str, ...] = ()


def _boxes(flow: Flow) -> tuple[_Box, ...]:
    return (
        _Box(
            "Identification",
            (
                f"Records identified from databases (n = {flow.total})",
                *(f"  {name} (n = {count})" for name, count in flow.identified),
            ),
            (
                "Records removed before screening:",
                f"  duplicates (n = {flow.duplicates})",
                f"  in the library already (n = {flow.held})",
            ),
        ),
        _Box(
            "Screening",
            (
                f"Records screened (n = {flow.screened})",
                *((f"  still to be screened (n = {flow.waiting})",) if flow.waiting else ()),
            ),
            (f"Records excluded (n = {flow.excluded})", *_reasons(flow.excluded_for)),
        ),
        _Box(
            "",
            (f"Reports sought for retrieval (n = {flow.sought})",),
            (f"Reports not retrieved (n = {flow.not_retrieved})",),
        ),
        _Box(
            "",
            (f"Reports assessed for eligibility (n = {flow.assessed})",),
            (f"Reports excluded (n = {flow.not_eligible})", *_reasons(flow.not_eligible_for)),
        ),
        _Box("Included", (f"Reports included (n = {flow.included})",)),
    )


def _reasons(reasons: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    return tuple(f"  {reason} (n = {count})" for reason, count in reasons)


def flow_text(flow: Flow) -> str:
    """The flow from top to bottom, what leaves it indented under an arrow."""
    lines: list[str] = []
    for box in _boxes(flow):
        if box.stage:
            lines += ["", box.stage] if lines else [box.stage]
        lines += [f"  {line}" for line in box.lines]
        lines += [f"    {'-> ' if at == 0 else '   '}{line}" for at, line in enumerate(box.aside)]
    return "\n".join(lines) + "\n"


_WIDE, _GAP, _LINE, _PAD, _SIDE = 330, 40, 17, 10, 34
_LEAST = 2
"""Lines that a box has room for, so that the name of a stage fits beside it."""


def flow_svg(flow: Flow, title: str) -> str:
    """The diagram with a title and the whole text as its description, for screen readers."""
    parts: list[str] = []
    y, middle = 50, _SIDE + _WIDE / 2
    stage_from, stage_name = y, ""
    previous = 0.0
    for box in _boxes(flow):
        left, right = _folded(box.lines), _folded(box.aside)
        high = max(len(left), len(right), _LEAST) * _LINE + 2 * _PAD
        if box.stage:
            if stage_name:
                parts.append(_stage(stage_name, stage_from, y - 20))
            stage_name, stage_from = box.stage, y
        if previous:
            parts.append(_arrow(middle, previous, middle, y))
        parts += _box(_SIDE, y, high, left)
        if right:
            x = _SIDE + _WIDE + _GAP
            parts.append(_arrow(_SIDE + _WIDE, y + high / 2, x, y + high / 2))
            parts += _box(x, y, high, right)
        previous = y + high
        y += high + 30
    parts.append(_stage(stage_name, stage_from, y - 30))
    width = _SIDE + 2 * _WIDE + _GAP + 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}" role="img" '
        'aria-labelledby="t d" font-family="sans-serif" font-size="12" fill="#1b1b1b">\n'
        f'<title id="t">{escape(title)}</title>\n<desc id="d">{escape(flow_text(flow))}</desc>\n'
        '<defs><marker id="a" markerWidth="9" markerHeight="9" refX="8" refY="4" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#595959"/></marker></defs>\n'
        f'<rect width="{width}" height="{y}" fill="#ffffff"/>\n'
        f'<text x="{_SIDE}" y="28" font-size="15">{escape(textwrap.shorten(title, 90, placeholder="…"))}</text>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _folded(lines: Sequence[str]) -> list[str]:
    folded = []
    for line in lines:
        indent = "\u2003" if line.startswith("  ") else ""
        rest = textwrap.wrap(line.strip(), 48 - len(indent))
        folded += [indent + rest[0], *(f"{indent}\u2003{part}" for part in rest[1:])]
    return folded


def _box(x: float, y: float, high: float, lines: Sequence[str]) -> list[str]:
    rect = (
        f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{high}" fill="#ffffff" stroke="#595959"/>'
    )
    text = [
        f'<text x="{x + _PAD}" y="{y + _PAD + 13 + at * _LINE}">{escape(line)}</text>'
        for at, line in enumerate(lines)
    ]
    return [rect, *text]


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#595959" marker-end="url(#a)"/>'


def _stage(name: str, top: float, bottom: float) -> str:
    middle = (top + bottom) / 2
    return (
        f'<rect x="4" y="{top}" width="22" height="{bottom - top}" fill="#dce9f5" stroke="#595959"/>'
        f'<text x="0" y="0" text-anchor="middle" font-size="11" transform="translate(19 {middle}) rotate(-90)">{escape(name)}</text>'
    )
