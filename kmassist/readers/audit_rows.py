"""One row of an audit table: its figures, its criterion and its sentence. What is no share of cases stays as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from kmassist.documents.metadata import AuditCriterion
from kmassist.readers.audit_columns import (
    MEASURED,
    known_direction,
    pattern,
)
from kmassist.readers.grid import BLANK, Cell
from kmassist.readers.metadata.numbers import (
    is_error,
    is_suppressed,
    parse_count,
    parse_fraction,
    parse_percent,
    parse_target,
    read_figure,
    say_percent,
    say_target,
)
from kmassist.text.dates import parse_date, parse_period, say_date, say_period
from kmassist.text.shipped import english

_NONE = english("readers", "no_target")
_Cells = Mapping[str, Cell]
_RESULTS = ("achieved", "fraction", "stated")


@dataclass(frozen=True, slots=True)
class _Measure:
    """The result of one round. ``percent`` is 0 to 100; ``problem`` says why there is none."""

    numerator: int | None = None
    denominator: int | None = None
    percent: float | None = None
    written: str = ""
    problems: tuple[str, ...] = ()

    @property
    def has_cases(self) -> bool:
        return self.numerator is not None and bool(self.denominator)


@dataclass(slots=True)
class AuditRow:
    """One row: its cells by kind, and what is read out of them."""

    cells: dict[str, Cell]
    percent_kinds: frozenset[str]
    rounds: Mapping[str, str]
    where: str
    is_amount: bool
    is_sum: bool = False
    measure: _Measure = field(default_factory=_Measure)
    target: tuple[float | None, bool | None] = (None, None)
    unsure: str = ""
    """A figure without a unit, which may be a percentage or not, and where it stands."""

    def text(self, kind: str) -> str:
        """What the source shows in the column of that kind."""
        return self.cells.get(kind, BLANK).text

    @property
    def named(self) -> str:
        """The criterion with the site whose figures they are, where a table has those of several."""
        criterion, site = self.text("criterion").rstrip("."), self.text("site")
        return f"{criterion}, {site}" if site else criterion

    def criterion(self) -> tuple[AuditCriterion | None, list[str]]:
        """The criterion, if the row holds a share of cases or a percentage; and what is wrong with its figures."""
        named = (self.text("criterion"), self.text("site"))
        if self.is_sum or any(pattern("summary").fullmatch(name.strip(" :")) for name in named):
            return None, []
        self.target = self._read_target()
        self.measure = measure = self._measure(self.cells)
        problems = [f"In {self.where} {problem}" for problem in measure.problems]
        if self.is_amount or (not measure.has_cases and measure.percent is None):
            figure = read_figure(measure.written)
            is_count = not any(kind in self.cells for kind in _RESULTS)
            if figure and not (figure.unit or self.is_amount or problems or is_count):
                self.unsure = f"'{measure.written}' in {self.where}"
            return None, problems
        target, higher = self.target
        text = self.text("criterion")
        if higher is None:
            higher = self._stated_direction()
        known = (
            known_direction(text) if higher is None and (target is None or target < 50) else None
        )
        start, end = self._period()
        fields: dict[str, Any] = {
            "criterion": self.named,
            "standard_source": self.text("standard"),
            "target_percent": target,
            "numerator": measure.numerator if measure.has_cases else None,
            "denominator": measure.denominator if measure.has_cases else None,
            "eligible": parse_count(self.cells.get("eligible", BLANK).raw),
            "period_start": start,
            "period_end": end,
            "re_audit_due": parse_date(self.cells.get("re_audit", BLANK).raw),
            "previous_percent": self._previous(),
            "higher_is_better": known if higher is None else higher,
            "action": self.text("action"),
            "owner_role": self.text("owner"),
            "locator": self.where,
        }
        try:
            return AuditCriterion(**fields), problems
        except ValidationError:
            problems.append(
                f"In {self.where} the figures do not make sense; they were kept as text only."
            )
            return None, problems

    def _stated_direction(self) -> bool | None:
        better = self.text("better").strip().casefold()
        if better in ("no", "false", "0", "lower", "down", "n", "decrease", "low", "↓"):
            return False
        if better in ("yes", "true", "1", "higher", "up", "y", "increase", "high", "↑"):
            return True
        return False if pattern("lower").search(self.text("criterion")) else None

    def _read_target(self) -> tuple[float | None, bool | None]:
        cell = self.cells.get("target", BLANK)
        percent, higher = parse_target(cell.raw, is_fraction=cell.is_percent)
        return (None if self.is_amount else percent), higher

    def _measure(self, cells: _Cells) -> _Measure:
        shown = [
            cells[kind]
            for kind in (*_RESULTS, "numerator", "denominator", "failed")
            if kind in cells
        ]
        written = next((cells[kind].text for kind in (*_RESULTS, "numerator") if kind in cells), "")
        wrong = [cell.text for cell in shown if is_error(cell.text)]
        hidden = [cell.text for cell in shown if is_suppressed(cell.text)]
        if wrong or hidden:
            why = (
                f"the sheet has an error value ({wrong[0]}); it was kept as text."
                if wrong
                else f"figures are suppressed in the source ({hidden[0]}); they were kept as written."
            )
            return _Measure(written=written, problems=(why,))
        numerator, denominator = _cases(cells)
        problems: list[str] = []
        if numerator is not None and denominator is not None and numerator > denominator:
            problems.append(
                f"more cases met the standard ({numerator}) than there were ({denominator}); the figures were left out."
            )
            return _Measure(written=written, problems=tuple(problems))
        percent = self._percent(cells, numerator, denominator)
        if numerator is None and denominator and percent is not None:
            exact = percent * denominator / 100
            if abs(exact - round(exact)) < 0.05:
                numerator = round(exact)
                problems.append(
                    "the number of cases that met the standard was worked out from "
                    f"{say_percent(percent)}% of {denominator}."
                )
        elif numerator is not None and denominator and percent is not None:
            worked = 100 * numerator / denominator
            if abs(worked - percent) > 0.6:
                problems.append(
                    f"the sheet says {say_percent(percent)}% but {numerator} of {denominator} is {say_percent(worked)}%."
                )
        return _Measure(numerator, denominator, percent, written, tuple(problems))

    def _percent(
        self, cells: _Cells, numerator: int | None, denominator: int | None
    ) -> float | None:
        """The result's percentage. A lone number is one only where a sign, a format, the heading or the cases say so."""
        kind = next((kind for kind in _RESULTS if kind in cells), "")
        cell = cells.get(kind, BLANK)
        percent = parse_percent(cell.raw, is_fraction=cell.is_percent)
        if percent is None or cell.is_percent or "%" in cell.text or "cent" in cell.text.casefold():
            return percent
        if numerator is not None and denominator:
            is_fraction = percent <= 1 and abs(100 * percent - 100 * numerator / denominator) < 1
            return 100 * percent if is_fraction else percent
        if kind == "stated" or self.is_amount or (0 < percent <= 1 and (self.target[0] or 100) > 1):
            return None
        figure = read_figure(self.text("target"))
        says = kind in self.percent_kinds or "target" in self.percent_kinds
        return percent if says or (figure is not None and figure.is_percent) else None

    def earlier(self) -> list[tuple[str, _Measure]]:
        """The results of earlier rounds by their label, in the order of the columns."""
        found: list[tuple[str, _Measure]] = []
        for label in dict.fromkeys(self.rounds.values()):
            cells = {
                kind.split("@")[0]: self.cells[kind]
                for kind, name in self.rounds.items()
                if name == label and kind in self.cells
            }
            if cells:
                found.append((label, self._measure(cells)))
        return found

    def _previous(self) -> float | None:
        cell = self.cells.get("previous", BLANK)
        if cell.text:
            return parse_percent(cell.raw, is_fraction=cell.is_percent)
        rounds = self.earlier()
        if not rounds:
            return None
        last = rounds[-1][1]
        return (
            100 * (last.numerator or 0) / (last.denominator or 1)
            if last.has_cases
            else last.percent
        )

    def _period(self) -> tuple[str | None, str | None]:
        first, last = self.cells.get("start", BLANK), self.cells.get("end", BLANK)
        start, end = parse_date(first.raw), parse_date(last.raw)
        if start is None and end is None:
            return parse_period(self.cells.get("period", BLANK).raw)
        if start and end is None and isinstance(first.raw, str):
            return parse_period(first.raw)
        return start, end

    def say(self, item: AuditCriterion | None, others: Sequence[tuple[str, str]]) -> str:
        """One line: the measured sentence first, then what else the row says. Empty when the row is best kept as it is."""
        measure = self.measure
        parts: list[str] = []
        if item and measure.has_cases:
            low, high = item.wilson_interval() or (0.0, 100.0)
            parts.append(
                f"{measure.numerator} of {measure.denominator} ({say_percent(item.achieved_percent or 0.0)}%, "
                f"95% interval {say_percent(low)} to {say_percent(high)})"
            )
        elif item:
            parts.append(_say(measure))
        elif measure.has_cases:
            parts.append(f"{measure.numerator} of {measure.denominator}")
        elif read_figure(measure.written) and not measure.problems:
            parts.append(measure.written)
        else:
            return ""
        parts += self._target_words(item)
        period = say_period(*self._period()) or self.text("period")
        parts += [period] if period else []
        if item and item.is_met is not None:
            parts.append("met" if item.is_met else "not met")
        sentences = [f"{self.named}: {', '.join(parts)}"]
        sentences += [
            f"{label}: {_say(earlier)}" for label, earlier in self.earlier() if earlier.written
        ]
        if item and item.previous_percent is not None and "previous" in self.cells:
            sentences.append(f"Previous round: {say_percent(item.previous_percent)}%")
        elif self.text("previous"):
            sentences.append(f"Previous round: {self.text('previous')}")
        if item and item.eligible is not None:
            sentences.append(f"Eligible cases: {item.eligible}")
        sentences.append("" if _NONE.fullmatch(self.text("remark")) else self.text("remark"))
        for name, kind in (("Standard", "standard"), ("Action", "action"), ("Owner", "owner")):
            sentences.append(f"{name}: {self.text(kind)}" if self.text(kind) else "")
        due = parse_date(self.cells.get("re_audit", BLANK).raw)
        sentences.append(f"Re-audit due: {say_date(due)}" if due else "")
        sentences += [f"{name}: {value}" for name, value in others]
        return " ".join(_stop(sentence) for sentence in sentences if sentence)

    def _target_words(self, item: AuditCriterion | None) -> list[str]:
        written = self.text("target")
        if item is None or item.target_percent is None:
            return [] if _NONE.fullmatch(written) else [f"target {written}"]
        ceiling = "no more than " if item.is_floor is False else ""
        return [f"target {ceiling}{say_target(item.target_percent)}%"]


def _cases(cells: _Cells) -> tuple[int | None, int | None]:
    """How many met the standard and of how many. Cases it does not apply to are none of them."""
    counts = {kind: parse_count(cell.raw) for kind, cell in cells.items() if kind in MEASURED}
    numerator, denominator = counts.get("numerator"), counts.get("denominator")
    for kind in ("fraction", "numerator", "achieved", "stated"):
        pair = parse_fraction(cells[kind].raw) if kind in cells else None
        if pair and (numerator is None or denominator is None):
            numerator, denominator = pair
    failed, excluded = counts.get("failed"), counts.get("excluded") or 0
    if numerator is not None and failed is not None:
        applicable = numerator + failed + (counts.get("partial") or 0)
        if denominator is None or denominator == applicable + excluded:
            denominator = applicable
    return numerator, denominator


def _say(measure: _Measure) -> str:
    if measure.has_cases:
        return f"{measure.numerator} of {measure.denominator}"
    is_bare = measure.percent is not None and "%" not in measure.written
    return f"{measure.written}%" if is_bare else measure.written


def _stop(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
