"""What guidelines say of themselves, and the patterns that read it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kmassist.documents.apparatus import apparatus_data, apparatus_heading, find_apparatus
from kmassist.documents.document import Document
from kmassist.documents.metadata import Metadata
from kmassist.readers import read_source
from kmassist.readers.metadata.guidance import (
    date_pattern,
    find_kind,
    guidance_data,
    guidance_layer,
)


def _items(data: dict[str, Any], *names: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name in names:
        items = data[name]
        groups = items.values() if isinstance(items, dict) else [items]
        found += [(name, item) for group in groups for item in group]
    return found


@pytest.mark.parametrize(
    ("name", "item"),
    _items(
        guidance_data(),
        "kinds", "policies", "studies", "published", "review_by", "first_published", "version", "title", "issuers", "bodies",
    ),
)  # fmt: skip
def test_a_pattern_on_guidance_takes_its_examples_and_no_other(
    name: str, item: dict[str, Any]
) -> None:
    pattern = date_pattern(item["pattern"])
    if name in ("issuers", "bodies"):
        pattern = re.compile(item["pattern"])
    if name == "title":
        pattern = re.compile(rf"^{item['pattern']}", re.I)
    assert all(pattern.search(example) for example in item["matches"])
    assert not any(pattern.search(example) for example in item["not"])


@pytest.mark.parametrize("kind", apparatus_data()["headings"])
def test_a_heading_of_apparatus_is_known_and_others_are_not(kind: str) -> None:
    for item in apparatus_data()["headings"][kind]:
        assert {apparatus_heading(title) for title in item["matches"]} == {kind}
        assert {apparatus_heading(title) for title in item["not"]} == {""}


@pytest.mark.parametrize("kind", apparatus_data()["lines"])
def test_lines_of_apparatus_that_stand_together_are_known(kind: str) -> None:
    rule = apparatus_data()["lines"][kind]
    for item in rule["patterns"]:
        for example in item["matches"]:
            text = "\n".join([example] * int(rule["at_least"]))
            assert find_apparatus(text, [])[:1] == [(kind, 0, len(text))], example
        for other in item["not"]:
            assert find_apparatus("\n".join([other] * 5), []) == [], other


def test_a_letter_is_a_template_from_its_greeting_to_its_close() -> None:
    text = "Write to the woman.\n\nDear [name],\n\nYour result is here.\n\nYours sincerely,\n\nWho signs it?"
    ((kind, start, end),) = find_apparatus(text, [])
    assert (kind, text[start:end].split(maxsplit=1)[0], text[end:].strip()) == (
        "template",
        "Dear",
        "Who signs it?",
    )


def _page(folder: Path, title: str, body: str) -> Document:
    path = folder / "page.html"
    path.write_text(f"<html><head><title>{title}</title></head><body>{body}</body></html>")
    return read_source(path)[0]


def test_the_footer_of_a_page_dates_a_guideline_and_is_no_text(tmp_path: Path) -> None:
    document = _page(
        tmp_path,
        "Heat guideline",
        "<main><h1>Heat guideline</h1><p>Open a window.</p></main><footer><p>Page last reviewed: 3 March 2025</p>"
        "<p>Next review due: 4 March 2028</p><p><a href='/p'>Privacy policy</a></p></footer>",
    )
    said = document.metadata
    assert (said.published, said.review_by, said.source_type) == ("2025-03-03", "2028-03-04", "GDL")
    assert "last reviewed" not in document.text


def test_the_last_update_of_a_page_is_its_date(tmp_path: Path) -> None:
    said = _page(
        tmp_path,
        "Sepsis",
        "<h1>Sepsis in pregnancy</h1><dl><dt>Published</dt><dd>4 April 2023</dd><dt>Last updated</dt><dd>9 July 2024</dd></dl>"
        "<p>Give antibiotics early.</p>",
    ).metadata
    assert (said.title, said.published) == ("Sepsis in pregnancy", "2024-07-09")


def test_rows_of_a_history_are_no_labels(tmp_path: Path) -> None:
    path = tmp_path / "twins.md"
    rows = "|5.0|May 2024|New times|\n|4.0|April 2020|Reviewed|\n"
    path.write_text(
        f"# Guideline: care of twins\n\n|Version|Date|Changes|\n|---|---|---|\n{rows}\nTwins are scanned.\n"
    )
    (document,) = read_source(path)
    assert (document.metadata.version, document.metadata.published) == ("5.0", "2024-05")


def test_a_running_line_dates_a_document_that_is_no_guideline() -> None:
    document = Document(doc_id="d", text="Your baby moves.", metadata=Metadata(title="Moves"))
    said = guidance_layer(document, None, "Moves", ["Leaflet 12 | Version 2.1 | Issued: May 2023"])
    assert said.values == {"published": "2023-05", "version": "2.1"}


def test_a_running_line_names_the_kind_before_its_version() -> None:
    assert find_kind("Twins.", "Twins", ["Twins guideline v3.2 Issued: 1 May 2023"]) == "GDL"


def test_a_report_has_the_title_of_its_label(tmp_path: Path) -> None:
    path = tmp_path / "paper.txt"
    path.write_text(
        "Report to: the Board\nTitle of report: Safety in quarter 2\n\nThere were 3 events.\n"
    )
    assert read_source(path)[0].metadata.title == "Safety in quarter 2"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "POL",
            "Maternity policy for visitors\n\nDuties\n\nThe Chief Nurse is accountable to the Board for this policy. "
            "Managers must make sure that staff know it. Compliance is monitored every year.",
        ),
        (
            "GDL",
            "Clinical policy: magnesium sulphate\n\nGive 4 g over 5 minutes to women with severe hypertension. "
            "Offer a scan. Stop the infusion and call the obstetrician if the reflexes are absent.",
        ),
    ],
)
def test_a_policy_is_a_guideline_only_where_it_holds_rules_of_care(kind: str, text: str) -> None:
    assert find_kind(text, text.partition("\n")[0]) == kind


def test_a_label_of_the_title_says_the_kind_too() -> None:
    assert (
        find_kind("Title of guideline: Iron in pregnancy\nVersion: 4", "Iron in pregnancy") == "GDL"
    )
