"""The tables that ship: one loader, and every pattern of English with examples that hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from kmassist.text.english import fold_spelling
from kmassist.text.shipped import SHIPPED, english_patterns, shipped_data, written_out

ROOMS = sorted(path.name.removesuffix(".yaml") for path in (SHIPPED / "english").iterdir())


def rows() -> Iterator[tuple[str, str, int, dict[str, Any]]]:
    for room in ROOMS:
        for name, entries in shipped_data(f"english/{room}.yaml").items():
            if name != "macros":
                yield from ((room, name, at, row) for at, row in enumerate(entries))


@pytest.mark.parametrize(
    ("room", "name", "at", "row"),
    [pytest.param(*row, id=f"{row[0]}-{row[1]}-{row[2]}") for row in rows()],
)
def test_each_pattern_matches_its_examples_and_not_those_it_must_not(
    room: str, name: str, at: int, row: dict[str, Any]
) -> None:
    pattern = english_patterns(room, name)[at]
    assert row["matches"], "an example that it matches"
    assert row["not"], "an example that it must not match"
    assert [text for text in row["matches"] if not pattern.search(text)] == []
    assert [text for text in row["not"] if pattern.search(text)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_row_has_a_field_that_nothing_reads(room: str) -> None:
    table = shipped_data(f"english/{room}.yaml")
    fields = {
        field for name, rows in table.items() if name != "macros" for row in rows for field in row
    }
    assert fields <= {"pattern", "matches", "not", "case"}


def test_a_macro_inside_a_macro_is_written_out() -> None:
    macros = {"WHO": "women|{STAFF}", "STAFF": "midwives"}
    assert written_out(r"\b(?:{WHO}){1,2}\b", macros) == r"\b(?:women|midwives){1,2}\b"


def test_a_table_is_read_once() -> None:
    assert shipped_data("subject.yaml") is shipped_data("subject.yaml")


@pytest.mark.parametrize(
    "rule",
    [pytest.param(rule, id=rule["pattern"]) for rule in shipped_data("spelling.yaml")["rules"]],
)
def test_each_rule_of_spelling_folds_its_examples_and_leaves_the_others(
    rule: dict[str, Any],
) -> None:
    assert rule["folds"], "an example that it folds"
    assert rule["leaves"], "an example that it leaves"
    assert {word: fold_spelling(word) for word in rule["folds"]} == rule["folds"]
    assert [word for word in rule["folds"] if not re.search(rule["pattern"], word)] == []
    assert [word for word in rule["leaves"] if re.search(rule["pattern"], word)] == []
