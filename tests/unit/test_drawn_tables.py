"""What is drawn with bars or tabs in a plain text is a table: its rows keep their headings, and its totals give nothing away."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmassist.privacy.small_numbers import suppress_text
from kmassist.readers import read_source

BARS = "| Ethnic group | Asked | Declined |\n|---|---|---|\n| White | 210 | 31 |\n| Roma | 9 | 2 |\n| Total | 219 | 33 |\n"
TABS = "Ethnic group\tAsked\tDeclined\nWhite\t210\t31\nRoma\t9\t2\nTotal\t219\t33\n"


@pytest.mark.parametrize("drawn", [BARS, TABS, BARS.replace("|---|---|---|\n", "")])
def test_no_total_gives_a_small_count_back(tmp_path: Path, drawn: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"What we found in triage\n\n{drawn}", encoding="utf-8")
    (document,) = read_source(path)
    assert "Ethnic group: Roma; Asked: 9; Declined: 2." in document.text
    shown = suppress_text(document.text)
    assert "Declined: <5" in shown
    assert "33" not in shown


def test_words_with_a_bar_are_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Triage | Ashcombe\nWomen waited two hours for a midwife.\n", encoding="utf-8")
    (document,) = read_source(path)
    assert "Triage | Ashcombe" in document.text
