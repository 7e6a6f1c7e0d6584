"""Small tables: formula-safe CSV, Markdown, files written whole or not at all."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.errors import ExportError
from kmassist.text.tables import safe_cell, save_text, to_csv, to_markdown


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+44",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        ' =HYPERLINK("x")',
        "'=1",
        '"=1',
        "＝1+1",
        "\u00a0=1",
        "\ufeff@x",
        "＋1",
        "－1",
        " ＠a",
        "\x00=1",
        "\u202e=1",
        "\u200b\u2066-1",
    ],
)
def test_no_cell_becomes_a_formula(text: str) -> None:
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["x;=1", "x; +1", 'x;"=1', "x;'@A1", "x\t=1", "x\n-1", "x;＝1", "=1;=1"]
)
def test_no_part_of_a_cell_becomes_a_formula_where_semicolons_separate(text: str) -> None:
    for separator in ";\t":
        for cell in next(
            csv.reader([safe_cell(text).replace("\n", separator)], delimiter=separator)
        ):
            assert cell.lstrip(" '\"")[:1].isalnum() or "'" in cell[:3]
    assert safe_cell("Kenyon 2017; Lovell 2024") == "Kenyon 2017; Lovell 2024"


def test_no_cell_holds_what_nobody_sees() -> None:
    assert safe_cell("a\u202eb\u200b\x1b[31m\r\nc") == "ab[31m\nc"


def test_numbers_stay_numbers() -> None:
    assert [safe_cell(value) for value in (-1, 0.5, None, "plain")] == ["-1", "0.5", "", "plain"]


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2))
)
def test_csv_reads_back(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(to_csv(["a", "b"], rows), newline="")))
    assert read[0] == ["a", "b"]
    assert read[1:] == [[safe_cell(cell) for cell in row] for row in rows]


def test_markdown_cells_cannot_break_the_table() -> None:
    lines = to_markdown(["a"], [["x | y\nz <b>"]]).splitlines()
    assert lines == ["| a |", "| --- |", "| x \\| y z &lt;b> |"]


def test_a_file_is_never_overwritten_without_force(tmp_path: Path) -> None:
    path = save_text(tmp_path / "out.md", "first")
    with pytest.raises(ExportError, match="already"):
        save_text(path, "second")
    assert path.read_text() == "first"
    save_text(path, "second", force=True)
    assert path.read_text() == "second"
    assert [p.name for p in tmp_path.iterdir()] == ["out.md"]


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="There is no folder"):
        save_text(tmp_path / "no" / "out.md", "x")
