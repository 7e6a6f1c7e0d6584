"""Dates as people write them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.documents.metadata import check_partial_date
from kmassist.readers.metadata.provenance import Layer, merge
from kmassist.text.dates import parse_date, parse_period, say_date, say_period


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("March 2026", "2026-03"),
        ("12 March 2026", "2026-03-12"),
        ("1st of May 2026", "2026-05-01"),
        ("June 5, 2024", "2024-06-05"),
        ("03/04/2026", "2026-04-03"),
        ("2026/04/03", "2026-04-03"),
        ("2026-04", "2026-04"),
        ("Mar-26", "2026-03"),
        ("Jun 2027", "2027-06"),
        ("due in 2027", "2027"),
        ("31/02/2026", "2026"),
        ("20230402", "2023-04-02"),
        ("20231345", None),
        ("04/2024", "2024-04"),
        ("c2019", "2019"),
        ("© 2019", "2019"),
        ("n/a", None),
        ("", None),
        (None, None),
        (2026, "2026"),
        (46_000, None),
        (datetime.datetime(2026, 6, 30, tzinfo=datetime.UTC), "2026-06-30"),
    ],
)
def test_one_date(written: object, meant: str | None) -> None:
    assert parse_date(written) == meant


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("January to March 2026", "2026-01", "2026-03"),
        ("Jan–Mar 2026", "2026-01", "2026-03"),
        ("1 January to 31 March 2026", "2026-01-01", "2026-03-31"),
        ("5 to 19 March 2026", "2026-03-05", "2026-03-19"),
        ("1 Oct 2025–31 Mar 2026", "2025-10-01", "2026-03-31"),
        ("2025-10-01 to 2026-03-31", "2025-10-01", "2026-03-31"),
        ("01/09/2025 - 30/11/2025", "2025-09-01", "2025-11-30"),
        ("April 2025 to March 2026", "2025-04", "2026-03"),
        ("2025/26", "2025-04", "2026-03"),
        ("2021-22", "2021-04", "2022-03"),
        ("Q1 2026", "2026-01", "2026-03"),
        ("2024Q3", "2024-07", "2024-09"),
        ("Q1 2024/25", "2024-04", "2024-06"),
        ("2024-25 Q1", "2024-04", "2024-06"),
        ("Quarter 4 2023-24", "2024-01", "2024-03"),
        ("Q3 FY24/25", "2024-10", "2024-12"),
        ("H1 2024/25", "2024-04", "2024-09"),
        ("2024/25 H2", "2024-10", "2025-03"),
        ("H2 2024", "2024-07", "2024-12"),
        ("First half of 2023-24", "2023-04", "2023-09"),
        ("2010-11", "2010-04", "2011-03"),
        ("2010-12", "2010-12", "2010-12"),
        ("FY24/25", "2024-04", "2025-03"),
        ("24/25", "2024-04", "2025-03"),
        ("2024/2025", "2024-04", "2025-03"),
        ("Jan-Mar '25", "2025-01", "2025-03"),
        ("Apr 24 - Mar 25", "2024-04", "2025-03"),
        ("04/2024", "2024-04", "2024-04"),
        ("01.04.24-30.06.24", "2024-04-01", "2024-06-30"),
        ("Dec 2023/Jan 2024", "2023-12", "2024-01"),
        ("2026", "2026", "2026"),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_a_period(written: object, start: str | None, end: str | None) -> None:
    assert parse_period(written) == (start, end)


@given(st.dates(min_value=datetime.date(1950, 1, 1), max_value=datetime.date(2090, 12, 31)))
def test_what_is_said_is_read_again(day: datetime.date) -> None:
    iso = day.isoformat()
    assert parse_date(say_date(iso)) == iso
    assert parse_date(say_date(iso[:7])) == iso[:7]
    assert parse_date(day.strftime("%d/%m/%Y")) == iso


@given(st.dates(datetime.date(1950, 1, 1), datetime.date(2080, 1, 1)), st.integers(1, 4_000))
def test_a_period_that_is_said_is_read_again(first: datetime.date, days: int) -> None:
    last = (first + datetime.timedelta(days=days)).isoformat()
    if first.isoformat()[:7] != last[:7]:
        assert parse_period(say_period(first.isoformat()[:7], last[:7])) == (
            first.isoformat()[:7],
            last[:7],
        )
    assert parse_period(say_period(first.isoformat(), last)) == (first.isoformat(), last)


@pytest.mark.parametrize("text", ["32/13/2026", "in May 2026 or so", "soon"])
def test_what_is_no_date_as_a_whole_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        check_partial_date(text)


@given(st.text(max_size=80))
def test_any_text_gives_a_date_of_the_schema_or_none(text: str) -> None:
    for found in (parse_date(text), *parse_period(text)):
        assert check_partial_date(found) == found


@pytest.mark.parametrize("day", ["2024-02-30", "2023-02-29", "2024-04-31"])
def test_a_day_that_no_calendar_has_is_refused_and_stored_ones_are_their_month(day: str) -> None:
    with pytest.raises(ValueError, match="no day of the calendar"):
        check_partial_date(day)
    merged, warnings = merge([Layer("sidecar", {"published": day})])
    assert merged.published is None
    assert warnings
