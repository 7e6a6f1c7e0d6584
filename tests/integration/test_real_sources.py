"""Readers on real files that no one here wrote."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from benchmarks.inputs import try_inputs
from kmassist.documents.document import Document, clean_text
from kmassist.errors import SourceError
from kmassist.readers import read_source
from kmassist.readers.sandbox import Sandbox

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not DATA.exists(), reason="the real files (../shared/data) are not in a user's clone"
    ),
]


def _check(document: Document) -> None:
    assert document.text == clean_text(document.text)
    for heading in document.headings:
        assert document.text[heading.start : heading.end] == heading.title
    if document.pages:
        assert document.pages[-1].end == len(document.text)


def test_inputs_as_people_make_them_are_read_as_they_mean_them() -> None:
    found = try_inputs(DATA / "inputs")
    assert len(found) > 70
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_every_pdf_is_read_or_refused_for_the_right_reason() -> None:
    wrong = []
    with Sandbox() as sandbox:
        for row in csv.DictReader((DATA / "pdf" / "outcomes.csv").open()):
            said = row["outcome_of_plain_pypdf"].split()
            try:
                (document,) = sandbox.read(DATA / "pdf" / row["file"])
            except SourceError as problem:
                kind = getattr(problem, "kind", "")
                # A page with one letter or none is a scan; what pypdf cannot open may have a password for pdfium.
                expected = {
                    "OK": {"no_text_layer"}
                    if int(said[2] if said[0] == "OK" else 0) <= 3
                    # A form of Adobe's own kind: its only page says that another program is needed.
                    or row["file"] == "pdfjs_xfa_issue14315.pdf"
                    else set(),
                    "ENC": {"password"},
                }
                if kind not in expected.get(
                    said[0], {"damaged", "empty", "password", "no_text_layer"}
                ):
                    wrong.append((row["file"], said, kind))
            else:
                _check(document)
        assert sandbox.peak_bytes < 1024**3
    assert not wrong


def test_every_office_and_web_file_is_read() -> None:
    refused = {}
    for path in sorted((DATA / "formats").rglob("*")):
        if path.suffix in (".docx", ".html", ".xlsx"):
            try:
                for document in read_source(path):
                    _check(document)
            except SourceError as problem:
                refused[path.name] = getattr(problem, "kind", "")
    assert refused == {"empty.xlsx": "empty", "password_protected.xlsx": "password"}


def test_the_strict_dialect_reads_as_the_other() -> None:
    folder = DATA / "formats" / "docx"
    assert (
        read_source(folder / "Strict.docx")[0].text
        == read_source(folder / "Transitional.docx")[0].text
    )


@pytest.mark.parametrize("folder", ["rispy", "asreview"])
def test_no_reference_is_lost(folder: str) -> None:
    for path in sorted((DATA / "references" / folder).rglob("*.ris")):
        count = len(
            re.findall(r"^\s{0,3}TY\s{1,2}-", path.read_text("utf-8-sig", errors="replace"), re.M)
        )
        if count:
            documents = read_source(path)
            left_out = (
                re.search(r"^(\d+) of \d+ references hold nothing", documents[0].warnings[0])
                if documents[0].warnings
                else None
            )
            assert len(documents) + (int(left_out.group(1)) if left_out else 0) == count, path.name


def test_trials_carry_their_metadata() -> None:
    for path in sorted((DATA / "maternity_trials" / "jats").glob("*.xml")):
        (document,) = read_source(path)
        _check(document)
        meta = document.metadata
        assert meta.pmcid == path.stem
        assert meta.title
        assert meta.published
        assert 1990 < (meta.year or 0) < 2025
        assert meta.journal
        assert meta.came_from["title"] == "file"


def test_the_experts_sentences_are_in_the_text() -> None:
    folder = DATA / "maternity_trials"
    texts: dict[str, str] = {}
    rows = [
        row
        for row in csv.DictReader((folder / "annotations.csv").open())
        if row["Annotations"].strip()
    ]
    found = 0
    for row in rows:
        name = f"PMC{row['PMCID']}"
        if name not in texts:
            texts[name] = re.sub(
                r"\W+", "", read_source(folder / "jats" / f"{name}.xml")[0].text
            ).casefold()
        found += re.sub(r"\W+", "", row["Annotations"]).casefold() in texts[name]
    # The others are rows of tables, which are read as "Header: value" lines.
    assert found >= 0.94 * len(rows)


def test_provider_statistics_are_cut_and_said() -> None:
    for path in (DATA / "nhs_maternity_statistics").glob("*.csv"):
        (document,) = read_source(path)
        assert "Only the first 5,000" in document.warnings[0]
        assert document.text.startswith("Period: ")
        assert not document.metadata.audit
