"""Tables of a document on the screen: rows under one header, an audit with bars, and what is marked stays marked."""

from __future__ import annotations

import io

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kmassist.documents.document import ComposedSpan
from kmassist.documents.metadata import AuditCriterion
from kmassist.tui.widgets.tables import audit_table, parts_of

TEXT = "Rates\n\nSite: Marlow; Year: 2023; Births: 2010.\nSite: Ashford; Year: 2024; Births: 1990.\n\nRates fell."
ROWS = ComposedSpan(start=TEXT.index("Site"), end=TEXT.index("\n\nRates fell"))


def _lines(table: Table, width: int = 120) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(table)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_rows_that_readers_wrote_are_a_table_between_their_words() -> None:
    before, table, after = parts_of(TEXT, [ROWS], [], 100)
    assert (before.start, str(before.shown)) == (0, "Rates")
    assert isinstance(table.shown, Table)
    assert _lines(table.shown) == ["Site Year Births", "Marlow 2023 2010", "Ashford 2024 1990"]
    assert str(after.shown) == "Rates fell."
    assert TEXT[after.start :].strip() == "Rates fell."


def test_rows_without_room_or_of_another_make_stay_lines() -> None:
    assert [str(part.shown) for part in parts_of(TEXT, [ROWS], [], 20)] == [TEXT]
    assert [str(part.shown) for part in parts_of(TEXT, [], [], 100)] == [TEXT]
    lone = TEXT[: TEXT.index("\nSite: Ashford")]
    span = ComposedSpan(start=ROWS.start, end=len(lone))
    assert [str(part.shown) for part in parts_of(lone, [span], [], 100)] == [lone]


def test_the_row_at_hand_stands_out_in_its_table_and_words_in_theirs() -> None:
    at = TEXT.index("Site: Ashford")
    _, table, after = parts_of(TEXT, [ROWS], [(at, at + 10), (len(TEXT) - 5, len(TEXT))], 100)
    assert isinstance(table.shown, Table)
    styles = [str(cell.style) for cell in table.shown.columns[0].cells if isinstance(cell, Text)]
    assert styles[-2:] == ["", "reverse"]
    (span,) = after.shown.spans  # type: ignore[union-attr]
    assert str(after.shown)[span.start : span.end] == "fell."


def test_an_audit_shows_result_bar_target_and_verdict_in_words() -> None:
    criteria = [
        AuditCriterion(criterion="Plan made", numerator=40, denominator=50, target_percent=90),
        AuditCriterion(criterion="Only told in words"),
    ]
    head, met, told = _lines(audit_table(criteria, 110))
    assert head == "Criterion Result 0 to 100%, target | Target Verdict"
    assert met == f"Plan made 40 of 50 (80.0%) {'█' * 16}░░|░ at least 90% NOT MET"
    assert told == "Only told in words see below not set not judged"
    assert "█" not in "".join(_lines(audit_table(criteria, 60), 60))
