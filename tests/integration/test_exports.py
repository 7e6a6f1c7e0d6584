"""What leaves as figures and references: the evidence table of a brief, series over time, reference lists."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import rispy
from docx import Document as Word

from kmassist.assistant import Assistant
from kmassist.assistant.briefs import BriefDesk
from kmassist.assistant.exports import find_series, write_references, write_series
from kmassist.briefs import Brief
from kmassist.errors import ExportError, RecordError
from kmassist.index import Filter
from kmassist.settings.model import load_settings
from tests.integration.test_brief_desk import answer
from tests.unit.sample_briefs import TODAY


@pytest.fixture
def assistant(picked: Path) -> Iterator[Assistant]:
    settings = load_settings({"library": picked, "embedding.model": "hashing"})
    with Assistant.open(settings) as held:
        yield held


@pytest.fixture
def desk(assistant: Assistant) -> BriefDesk:
    return BriefDesk(assistant, today=lambda: TODAY)


@pytest.fixture
def brief(assistant: Assistant, desk: BriefDesk) -> Brief:
    return desk.compose(answer(assistant), "research")


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))


def test_the_evidence_table_has_a_row_a_study_and_quotes_the_source(
    assistant: Assistant, desk: BriefDesk, brief: Brief, tmp_path: Path
) -> None:
    header, *rows = rows_of(desk.export(brief, tmp_path / "table.csv", is_table=True))
    studies = {line.metadata.study_id or line.doc_id for line in brief.sources}
    assert len(rows) == len(studies)
    assert header[-1].startswith("In its own words")
    quoted = [row[-1].split("”")[0].removeprefix("“") for row in rows if row[-1].startswith("“")]
    texts = " ".join(" ".join(assistant.source(line.doc_id).text.split()) for line in brief.sources)
    assert quoted
    assert [words for words in quoted if words not in texts] == []


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
def test_the_evidence_table_opens_in_office(
    desk: BriefDesk, brief: Brief, tmp_path: Path, suffix: str
) -> None:
    path = desk.export(brief, tmp_path / f"table{suffix}", is_table=True)
    if suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).active
        assert sheet is not None
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    else:
        cells = [[cell.text for cell in row.cells] for row in Word(str(path)).tables[0].rows]
    assert cells[0][0] == "Ref."
    assert len(cells) > 3


def test_an_evidence_table_is_written_over_nothing_and_as_no_picture(
    desk: BriefDesk, brief: Brief, tmp_path: Path
) -> None:
    (tmp_path / "table.csv").write_text("mine")
    with pytest.raises(ExportError):
        desk.export(brief, tmp_path / "table.csv", is_table=True)
    with pytest.raises(ExportError, match="no format that this"):
        desk.export(brief, tmp_path / "table.png", is_table=True)
    assert (tmp_path / "table.csv").read_text() == "mine"


@pytest.mark.parametrize("suffix", [".ris", ".bib", ".csv"])
def test_the_library_is_written_for_a_reference_manager_without_what_the_team_keeps(
    assistant: Assistant, tmp_path: Path, suffix: str
) -> None:
    kept = assistant.sources()[0]
    assistant.edit(kept.doc_id, {"sharing": "team"})
    path, written, withheld = write_references(
        assistant.index, assistant.settings, Filter(), tmp_path / f"all{suffix}"
    )
    assert (written, withheld) == (len(assistant.sources()) - 1, 1)
    text = path.read_text("utf-8-sig")
    assert kept.doc_id not in text
    if suffix == ".ris":
        assert len(rispy.loads(text)) == written


def test_references_in_an_unknown_form_are_refused_with_those_that_are_known(
    assistant: Assistant, tmp_path: Path
) -> None:
    with pytest.raises(ExportError) as refused:
        write_references(assistant.index, assistant.settings, Filter(), tmp_path / "all.doc")
    assert ".ris" in refused.value.hint


def test_monthly_rows_of_a_file_become_a_chart(assistant: Assistant, tmp_path: Path) -> None:
    lines = ["Criterion,Target %,Numerator,Denominator,Period start,Period end,Higher is better"]
    lines += [
        f"Seen within 15 minutes,90,{40 + at},100,2025-{at:02}-01,2025-{at:02}-28,yes"
        for at in range(1, 13)
    ]
    (tmp_path / "monthly.csv").write_text("\n".join(lines))
    list(
        assistant.add(
            [tmp_path / "monthly.csv"], overrides={"source_type": "AUD", "issuer": "Vale"}
        )
    )
    series = find_series(assistant.index, assistant.settings, "15 minutes vale", is_leaving=True)
    assert [len(one.points) for one in series] == [12]
    svg = write_series(assistant.index, series, tmp_path / "s.svg", None, force=False)
    assert "six or more in a row all rising" in svg.read_text()
    written = rows_of(write_series(assistant.index, series, tmp_path / "s.csv", None, force=False))
    assert len(written) == 13
    with pytest.raises(RecordError, match="a picture shows one"):
        write_series(assistant.index, (), tmp_path / "none.svg", None, force=False)
