"""Findings of three or more studies on the same outcome by the same measure, side by side."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from kmassist.briefs.layout.wording import capital
from kmassist.briefs.model import FindingLine
from kmassist.pages.blocks import ForestPlot, ForestRow
from kmassist.text.words import stem, words

LEAST_STUDIES = 3
_NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?")
_RATIOS = frozenset({"rr", "or", "hr", "irr", "arr", "aor", "ahr", "ratio"})


def forest_plots(findings: Iterable[FindingLine]) -> Iterator[ForestPlot]:
    """One drawing an outcome and measure that at least `LEAST_STUDIES` sources report with an estimate."""
    groups: dict[tuple[str, tuple[str, ...]], dict[int, tuple[FindingLine, ForestRow]]] = (
        defaultdict(dict)
    )
    for line in findings:
        row = _row(line)
        if row is not None:
            key = (line.measure.casefold(), tuple(sorted({stem(w) for w in words(line.outcome)})))
            groups[key].setdefault(line.number, (line, row))
    for (measure, _), held in groups.items():
        if len(held) < LEAST_STUDIES:
            continue
        lines = [line for line, _ in held.values()]
        rows = tuple(row for _, row in held.values())
        is_ratio = bool(set(words(measure)) & _RATIOS) and all(_is_positive(row) for row in rows)
        yield ForestPlot(
            caption=f"{capital(lines[0].outcome)}: {lines[0].measure} in {len(rows)} studies, not pooled",
            bars=(),
            says=" ".join(f"{row.label}: {row.shown}." for row in rows),
            rows=rows,
            no_effect=1.0 if is_ratio else 0.0,
            is_ratio=is_ratio,
        )


def _row(line: FindingLine) -> ForestRow | None:
    """The finding with its numbers; None where it gives no single estimate."""
    found = _numbers(line.estimate)
    if len(found) != 1:
        return None
    low, high = (
        bounds
        if len(bounds := _numbers(line.interval.replace(" to ", "; "))) == 2
        else (None, None)
    )
    interval = f" ({line.interval})" if line.interval else ""
    return ForestRow(
        f"[{line.number}] {line.cite_as}", found[0], low, high, f"{line.estimate}{interval}"
    )


def _numbers(text: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in _NUMBER.findall(text)]


def _is_positive(row: ForestRow) -> bool:
    return row.estimate > 0 and (row.low is None or row.low > 0)
