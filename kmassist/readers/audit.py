"""An audit sheet is data: rows of a table as AuditCriterion and as sentences. Columns are known by what people call them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from kmassist.documents import AuditCriterion
from kmassist.readers.content import one_line
from kmassist.readers.dates import parse_date, parse_period, say_date, say_period
from kmassist.readers.numbers import parse_count, parse_fraction, parse_number, parse_percent, say_percent, say_target

# Column by column, the first pattern that fully matches the folded header wins. N (all cases) is told from n by its case.
_COLUMNS: tuple[tuple[str, str], ...] = (
    ("reference", r"(ref|reference|no|number|item|id|#)\.?"),
    (
        "criterion",
        r"(audit )?(criterion|criteria|indicator|measure|metric|question|standard statement|audit question|audit standard)( \w*description)?",
    ),
    (
        "standard",
        r"standards?( \(?source\)?| source)?|sources? of (the )?standard|standard ?/ ?source|guideline|based on|reference standard|evidence base",
    ),
    ("target", r"(target|goal|expected|standard|threshold)s?( level| rate)?( \(?%\)?| percent(age)?)?|% target"),
    (
        "numerator",
        r"(num(erator)?|compliant|met|yes|achieved( \(?n\)?)?|number (met|compliant|achieved|yes)|cases met|n met|n compliant|count|compliant cases|meeting standard|n)",
    ),
    (
        "denominator",
        r"(den(om(inator)?)?|out of|of|total|cases|sample( \(?n\)?| size)?|audited|number audited|cases audited|total cases|number of (cases|records|women)|records|reviewed)",
    ),
    ("fraction", r"(result|results|n ?/ ?n|numerator ?/ ?denominator|met ?/ ?total|compliant ?/ ?total|score)"),
    (
        "achieved",
        r"(%|(achieved|rate|compliance|met|result|performance|actual|score|this (round|audit)|current)s?( rate)? ?\(?(%|percent(age)?)\)?|% ?(achieved|compliance|compliant|met|result)?|percent(age)?( achieved| met| compliance)?|compliance( rate)?)",
    ),
    ("eligible", r"eligible( cases| population| \(?n\)?)?|population( \(?n\)?)?|all eligible( cases)?"),
    ("start", r"(period |audit |date )?(start|from)( date| of period)?|period from|first date"),
    ("end", r"(period |audit |date )?(end|to|until)( date| of period)?|period to|last date"),
    (
        "period",
        r"((audit|data|reporting|collection|data collection) )?(period|dates?|date range|time ?frame|quarter|months?)( covered| audited)?",
    ),
    (
        "previous",
        r"(previous|prior|last|earlier)( audit| round| result| year| cycle)*( ?\(?%\)?| rate| percent(age)?| achieved)*|baseline( ?%)?",
    ),
    ("better", r"higher is better|direction|better"),
    ("re_audit", r"(re-?audit|next( audit)?|next re-?audit)( date| due)*|due( date)?|next due"),
    ("action", r"actions?( plan| needed| agreed| taken)?|recommendations?|plan"),
    ("owner", r"(action )?(owner|lead|responsible)( role| person| lead)*|who|lead role|responsibility"),
    ("remark", r"(findings?|comments?|notes?|remarks?|discussion|conclusions?|exceptions?)"),
)
_LOWER = re.compile(r"\b(?:a )?lower (?:figure|rate|value|is)\b|lower is better|should fall", re.I)
_NEEDED = frozenset({"numerator", "denominator", "fraction", "achieved", "target"})


@dataclass
class AuditTable:
    """Criteria of one table, the sentences of its rows (same order) and what could not be used."""

    criteria: list[AuditCriterion] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def audit_columns(header: Sequence[Any]) -> dict[int, str] | None:
    """The meaning of each column, by its position; None when the header is not that of an audit table.

    It is one when there is a criterion and a way to know how many met it: numerator and denominator, a fraction, or a
    percentage beside a target.
    """
    columns: dict[int, str] = {}
    for position, cell in enumerate(header):
        kind = _column(str(cell if cell is not None else ""), set(columns.values()))
        if kind:
            columns[position] = kind
    kinds = set(columns.values())
    if "criterion" not in kinds and "standard" in kinds:
        columns = {at: "criterion" if kind == "standard" else kind for at, kind in columns.items()}
        kinds = set(columns.values())
    measured = {"numerator", "denominator"} <= kinds or "fraction" in kinds or ("achieved" in kinds and "target" in kinds)
    return columns if "criterion" in kinds and measured and kinds & _NEEDED else None


def _column(raw: str, taken: set[str]) -> str | None:
    words = one_line(raw)
    if words == "N" or re.fullmatch(r"(Sample|Total|Cases)?\s*\(?N\)?", words):
        return None if "denominator" in taken else "denominator"
    folded = re.sub(r"\s*\((?:19|20)\d\d(?:[/–-]\d{2,4})?\)", "", words.replace("_", " ").casefold())  # "Previous % (2023)"
    folded = re.sub(r"\s+", " ", folded).strip(" :*")
    for kind, pattern in _COLUMNS:
        if kind not in taken and re.fullmatch(pattern, folded):
            return kind
    return None


def read_audit(
    header: Sequence[Any],
    rows: Sequence[Sequence[Any]],
    columns: Mapping[int, str],
    *,
    context: Mapping[str, str] | None = None,
    fraction_cells: frozenset[tuple[int, int]] = frozenset(),
    place: str = "row",
    first_row: int = 2,
) -> AuditTable:
    """Criteria and sentences of the rows of an audit table.

    Args:
        context: values that stand above the table (``period``, ``standard``, ``re_audit``), for rows without their own.
        fraction_cells: (row, column) of cells that hold 0.9 where the sheet shows 90%.
        place: what a row is called in its locator, with ``first_row`` the number of the first one.
    """
    table = AuditTable()
    above = dict(context or {})
    previous_criterion = ""
    for number, row in enumerate(rows):
        cells = {kind: row[at] for at, kind in columns.items() if at < len(row) and not _is_blank(row[at])}
        percents = {kind for at, kind in columns.items() if (number, at) in fraction_cells}
        where = f"{place} {first_row + number}"
        if "criterion" not in cells:
            if not ({"numerator", "denominator"} <= cells.keys()) or not previous_criterion:
                continue
            cells["criterion"] = previous_criterion  # a merged cell: the criterion stands once for several rows
        previous_criterion = one_line(str(cells["criterion"]))
        merged = {**above, **cells}
        criterion, problems = _criterion(merged, percents, where)
        table.warnings += problems
        others = [
            (one_line(str(header[at])), row[at])
            for at in range(min(len(header), len(row)))
            if at not in columns and not _is_blank(row[at]) and not _is_blank(header[at])
        ]
        if criterion:
            table.criteria.append(criterion)
            table.lines.append(_say(criterion, merged, others))
        else:
            table.lines.append(_plain(previous_criterion, cells, header, row))
    return table


def _criterion(cells: Mapping[str, Any], percents: set[str], where: str) -> tuple[AuditCriterion | None, list[str]]:
    problems: list[str] = []
    numerator, denominator = parse_count(cells.get("numerator")), parse_count(cells.get("denominator"))
    for kind in ("fraction", "numerator", "achieved"):
        pair = parse_fraction(cells.get(kind))
        if pair and (numerator is None or denominator is None):
            numerator, denominator = pair
    achieved = parse_percent(
        cells.get("achieved", cells.get("fraction")), is_fraction=bool(percents & {"achieved", "fraction"})
    )
    if (
        achieved is not None
        and achieved <= 1
        and denominator
        and numerator
        and abs(100 * achieved - 100 * numerator / denominator) < 1
    ):
        achieved *= 100
    if numerator is not None and denominator is not None and numerator > denominator:
        problems.append(
            f"In {where} more cases met the standard ({numerator}) than there were ({denominator}); the figures were left out."
        )
        numerator = denominator = None
    if (
        numerator is None
        and denominator
        and achieved is not None
        and abs(achieved * denominator / 100 - round(achieved * denominator / 100)) < 0.05
    ):
        numerator = round(achieved * denominator / 100)
        problems.append(
            f"In {where} the number of cases that met the standard was worked out from {say_percent(achieved)}% of {denominator}."
        )
    if numerator is None and achieved is None:
        return None, problems
    if numerator is not None and denominator and achieved is not None and abs(100 * numerator / denominator - achieved) > 0.6:
        worked = 100 * numerator / denominator
        problems.append(
            f"In {where} the sheet says {say_percent(achieved)}% but {numerator} of {denominator} is {say_percent(worked)}%."
        )
    text = one_line(str(cells["criterion"]))
    start, end = _period(cells)
    better = str(cells.get("better", "")).strip().casefold()
    fields: dict[str, Any] = {
        "criterion": text,
        "standard_source": one_line(str(cells.get("standard", ""))),
        "target_percent": parse_percent(cells.get("target"), is_fraction="target" in percents),
        "numerator": numerator,
        "denominator": denominator,
        "eligible": parse_count(cells.get("eligible")),
        "period_start": start,
        "period_end": end,
        "re_audit_due": parse_date(cells.get("re_audit")),
        "previous_percent": parse_percent(cells.get("previous"), is_fraction="previous" in percents),
        "higher_is_better": not (
            better in ("no", "false", "0", "lower", "down", "n") or bool(_LOWER.search(text)) or _is_ceiling(cells)
        ),
        "action": one_line(str(cells.get("action", ""))),
        "owner_role": one_line(str(cells.get("owner", ""))),
        "locator": where,
    }
    if fields["target_percent"] is None and "target" in cells and parse_number(cells["target"]) is not None:
        problems.append(f"In {where} the target '{one_line(str(cells['target']))[:40]}' is not a percentage between 0 and 100.")
    try:
        return AuditCriterion(**fields), problems
    except ValidationError:
        problems.append(f"In {where} the figures do not make sense; they were kept as text only.")
        return None, problems


def _is_ceiling(cells: Mapping[str, Any]) -> bool:
    return bool(re.match(r"\s*(<|≤|under|below|less than|no more than|at most|max)", str(cells.get("target", "")), re.I))


def _period(cells: Mapping[str, Any]) -> tuple[str | None, str | None]:
    start, end = parse_date(cells.get("start")), parse_date(cells.get("end"))
    if start is None and end is None:
        return parse_period(cells.get("period"))
    if start and end is None and isinstance(cells.get("start"), str):
        return parse_period(cells["start"])
    return start, end


def _say(item: AuditCriterion, cells: Mapping[str, Any], others: Sequence[tuple[str, Any]]) -> str:
    """One line: the measured sentence first, then what else the row says, a sentence each."""
    parts = []
    if item.numerator is not None and item.denominator:
        low, high = item.wilson_interval() or (0.0, 100.0)
        parts.append(
            f"{item.numerator} of {item.denominator} ({say_percent(item.achieved_percent or 0.0)}%, 95% interval {say_percent(low)} to {say_percent(high)})"
        )
    else:
        achieved = parse_percent(cells.get("achieved", cells.get("fraction")))
        if achieved is not None:
            parts.append(f"{say_percent(achieved)}%")
    if item.target_percent is not None:
        parts.append(f"target {'' if item.higher_is_better else 'no more than '}{say_target(item.target_percent)}%")
    period = say_period(item.period_start, item.period_end)
    if period:
        parts.append(period)
    if item.is_met is not None:
        parts.append("met" if item.is_met else "not met")
    sentences = [f"{item.criterion.rstrip('.')}: {', '.join(parts)}"]
    if item.previous_percent is not None:
        sentences.append(f"Previous round: {say_percent(item.previous_percent)}%")
    if item.eligible is not None:
        sentences.append(f"Eligible cases: {item.eligible}")
    sentences += [one_line(str(cells["remark"]))] if cells.get("remark") else []
    for label, value in (("Standard", item.standard_source), ("Action", item.action), ("Owner", item.owner_role)):
        if value:
            sentences.append(f"{label}: {value}")
    if item.re_audit_due:
        sentences.append(f"Re-audit due: {say_date(item.re_audit_due)}")
    sentences += [f"{name}: {one_line(str(value))}" for name, value in others]
    return " ".join(_stop(sentence) for sentence in sentences if sentence)


def _plain(criterion: str, cells: Mapping[str, Any], header: Sequence[Any], row: Sequence[Any]) -> str:
    pairs = [
        f"{one_line(str(h))}: {one_line(str(v))}"
        for h, v in zip(header, row, strict=False)
        if not _is_blank(h) and not _is_blank(v)
    ]
    return _stop("; ".join(pairs)) if len(cells) > 1 else _stop(criterion)


def _stop(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
