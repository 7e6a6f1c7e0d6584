"""Dates as people write them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.documents import check_partial_date
from kmassist.readers.dates import parse_date, parse_period, say_date, say_period


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
        assert parse_period(say_period(first.isoformat()[:7], last[:7])) == (first.isoformat()[:7], last[:7])
    assert parse_period(say_period(first.isoformat(), last)) == (first.isoformat(), last)


@given(st.text(max_size=80))
def test_any_text_gives_a_date_of_the_schema_or_none(text: str) -> None:
    for found in (parse_date(text), *parse_period(text)):
        assert check_partial_date(found) == found
