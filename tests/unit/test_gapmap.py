"""The gap map: counts of studies, states as text, drill-down and files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from kmassist.coverage import State
from kmassist.documents.document import Document, SourceType, make_doc_id
from kmassist.documents.metadata import Design, Metadata
from kmassist.errors import ExportError
from kmassist.gaps.map import GapMap, make_map
from kmassist.gaps.map_files import map_csv, map_html, map_svg, write_map
from kmassist.settings.model import CoverageSettings

TODAY = dt.date(2026, 11, 23)


def document(title: str, kind: str, *topics: str, **fields: object) -> Document:
    meta = Metadata.model_validate(
        {"title": title, "source_type": kind, "topics": topics, "published": "2025-03", **fields}
    )
    return Document(doc_id=make_doc_id(title), text="", metadata=meta)


@pytest.fixture
def grid() -> GapMap:
    documents = [
        document(
            "Review",
            "PUB",
            "IOL",
            design=Design.SYSTEMATIC_REVIEW,
            evidence_date="2025",
            setting="HIC",
        ),
        document(
            "Trial",
            "PUB",
            "IOL",
            "PPH",
            design=Design.RCT,
            study_id="a",
            published="2020",
            setting="HIC",
        ),
        document(
            "Trial process", "PUB", "IOL", design=Design.QUALITATIVE, study_id="a", setting="HIC"
        ),
        document("Old <audit>", "AUD", "PPH", evidence_date="2022"),
        document(
            "Abroad",
            "PUB",
            "TRI",
            design=Design.SYSTEMATIC_REVIEW,
            setting="LMIC",
            published="2026",
        ),
        document("Loose", "POL"),
    ]
    labels = {
        "IOL": "Induction of labour",
        "PPH": "Haemorrhage",
        "TRI": "Triage & <first> contact",
        "CS": "Caesarean birth",
    }
    return make_map(documents, labels=labels, settings=CoverageSettings(), today=TODAY)


def test_studies_are_counted_once_and_states_are_words(grid: GapMap) -> None:
    assert [r.topic for r in grid.rows] == ["IOL", "PPH", "TRI", "-"]
    induction = grid.row("iol")
    assert induction is not None
    cell = induction.cell(SourceType.PUB)
    assert (cell.studies, cell.documents, cell.best_design, cell.newest[:4]) == (
        2,
        3,
        "systematic review",
        "2025",
    )
    assert cell.state is State.SUFFICIENT
    assert grid.rows[1].cell(SourceType.AUD).state is State.OUTDATED_ONLY
    assert grid.rows[1].cell(SourceType.PUB).state is State.THIN
    assert grid.rows[2].cell(SourceType.PUB).state is State.INDIRECT_ONLY
    assert grid.rows[0].cell(SourceType.PPI).says == "Patient and public involvement: none (absent)"
    assert grid.empty_topics == (("CS", "Caesarean birth"),)


def test_documents_to_check_are_not_said_to_be_none(grid: GapMap) -> None:
    cell = replace(grid.rows[0].cell(SourceType.PPI), state=State.TO_CHECK, doc_ids=("d1", "d2"))
    assert cell.says == "Patient and public involvement: 2 documents to check"


def test_a_policy_is_a_document_and_no_study(grid: GapMap) -> None:
    cell = grid.rows[-1].cell(SourceType.POL)
    assert cell.counted == "1 document"


def test_one_topic(grid: GapMap) -> None:
    one = make_map(
        [document("A", "PUB", "IOL"), document("B", "PUB", "CS")],
        labels={},
        settings=CoverageSettings(),
        today=TODAY,
        topic="iol",
    )
    assert [r.topic for r in one.rows] == ["IOL"]


def test_html_is_one_accessible_file(grid: GapMap) -> None:
    page = map_html(grid)
    root = ET.fromstring(page.removeprefix("<!doctype html>\n").replace('<meta charset="utf-8">', "").replace(
        '<meta name="viewport" content="width=device-width,initial-scale=1">', ""))  # fmt: skip
    assert root.attrib["lang"] == "en-GB"
    assert len(root.findall(".//th[@scope='row']")) == 4
    assert len(root.findall(".//th[@scope='col']")) == 9
    assert root.find(".//caption") is not None
    assert "Triage &amp; &lt;first&gt; contact" in page
    assert "http" not in page
    assert "<script" not in page
    assert all(any(s.value in "".join(td.itertext()) for s in State) for td in root.iter("td"))


def test_a_cell_of_the_page_opens_to_its_documents_but_those_of_the_team(grid: GapMap) -> None:
    kept = document("Kept in the team", "PUB", "IOL", sharing="team")
    shown = document("Shown", "PUB", "IOL")
    page = map_html(make_map([kept, shown], labels={}, settings=CoverageSettings(), today=TODAY))
    assert f'<a href="#{shown.doc_id}">Shown' in page
    assert f'id="{shown.doc_id}"' in page
    assert "Kept in the team" not in page
    assert "1 marked for the team alone" in page


def test_each_column_of_the_page_can_be_hidden_and_rows_without_a_gap_too(grid: GapMap) -> None:
    page = map_html(grid)
    for kind in SourceType:
        assert f'id="show-{kind.value}" checked' in page
        assert f"main:has(#show-{kind.value}:not(:checked)) .k-{kind.value}{{display:none}}" in page
    assert page.count("<tr>") + page.count('<tr class="full">') == 5
    assert "tr.full{display:none}" in page


def test_svg_describes_itself(grid: GapMap) -> None:
    root = ET.fromstring(map_svg(grid))
    assert root.attrib["role"] == "img"
    assert "Induction of labour" in "".join(root.itertext())


def test_svg_gives_a_long_name_of_a_topic_whole(grid: GapMap) -> None:
    name = "Perinatal mental health and birth trauma"
    rows = (replace(grid.rows[0], label=name), *grid.rows[1:])
    drawn = ET.fromstring(map_svg(replace(grid, rows=rows)))
    words = " ".join(
        "".join(element.itertext()) for element in drawn if element.tag.endswith("text")
    )
    assert name in words
    assert "…" not in words


def test_csv_has_a_line_for_every_cell(grid: GapMap) -> None:
    rows = list(csv.DictReader(io.StringIO(map_csv(grid))))
    assert len(rows) == 4 * 8
    assert {r["state"] for r in rows} <= {s.value for s in State}
    assert not any(r["code"].startswith(("-", "+")) for r in rows)


def test_files_by_suffix(grid: GapMap, tmp_path: Path) -> None:
    for suffix in (".html", ".csv", ".svg", ".png"):
        assert write_map(grid, tmp_path / f"map{suffix}").stat().st_size > 200
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ExportError, match="no format that this"):
        write_map(grid, tmp_path / "map.gif")


def test_a_year_at_a_titles_end_is_not_said_twice() -> None:
    named = document("Labour line audit 2026", "AUD", published="2026-03")
    assert named.cite_as == "Labour line audit 2026"
    assert (
        document("Labour line audit", "AUD", published="2026-03").cite_as
        == "Labour line audit 2026"
    )
    assert document("Audit 2025", "AUD", published="2026-03").cite_as == "Audit 2025 2026"
