"""Careful detection: silence rather than a wrong value."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmassist.documents.countries import countries_in, setting_of
from kmassist.documents.document import Document, HeadingSpan, SourceType
from kmassist.documents.metadata import Design, Metadata, Setting
from kmassist.readers import read_source
from kmassist.readers.metadata.detect import detect, detect_design, find_title, section_text
from kmassist.readers.metadata.labels import said_layer


def _document(text: str, *headings: str) -> Document:
    spans = tuple(
        HeadingSpan(level=1, start=text.index(h), end=text.index(h) + len(h), title=h)
        for h in headings
    )
    return Document(
        doc_id="d",
        text=text,
        metadata=Metadata(),
        headings=spans,
        source_name="triage-audit_2026.pdf",
    )


@pytest.mark.parametrize(
    ("title", "abstract", "design"),
    [
        ("Sweeping: a cluster randomised trial", "", Design.RCT),
        ("Sweeping: study protocol for a randomised trial", "", Design.PROTOCOL),
        (
            "A systematic review and meta-analysis of randomised trials",
            "",
            Design.SYSTEMATIC_REVIEW,
        ),
        ("A qualitative evidence synthesis of women's views", "", Design.QUALITATIVE_SYNTHESIS),
        ("Midwives' views: focus groups", "", Design.QUALITATIVE),
        ("A non-randomised comparison", "", Design.QUASI_EXPERIMENTAL),
        ("Sweeping", "Women were randomly divided into two groups.", Design.RCT),
        ("Sweeping", "There was no randomised trial of this.", None),
        ("Staffing: a review of 21 studies", "Two were randomised trials.", None),
        ("Sweeping", "A cohort of women was followed; the cohort was young.", Design.COHORT),
        ("Sweeping", "Women filled in a questionnaire.", None),
        ("Sweeping", "", None),
    ],
)
def test_designs(title: str, abstract: str, design: Design | None) -> None:
    assert detect_design(title, abstract) is design


def test_identifiers_near_the_front_only() -> None:
    text = "A study of sweeping\n\nhttps://doi.org/10.1234/Front.5. ISRCTN12345678\n\nWords.\n\nReferences\n\ndoi:10.9999/other PMID: 12345678"
    found = detect(_document(text), source_type=SourceType.PUB).values
    assert (found["doi"], found["registration"]) == ("10.1234/front.5", "ISRCTN12345678")
    assert "pmid" not in found
    assert "doi" not in detect(_document(text), source_type=SourceType.PPI).values


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Published: 12 March 2017", "2017-03-12"),
        ("© The Author(s) 2017", "2017"),
        ("BMC Pregnancy Childbirth (2017) 17:309", "2017"),
        ("© 2016 One; © 2017 Two", None),
        ("In 2015 there were 3,000 births", None),
        ("Received 3 May 2016", None),
        ("Monday 12 May 2025, 07:45", None),
    ],
)
def test_a_year_is_stated_or_absent(line: str, date: str | None) -> None:
    assert (
        detect(
            _document(f"A title of a study\n\n{line}\n\nWords."), source_type=SourceType.PUB
        ).values.get("published")
        == date
    )


def test_a_search_date_is_the_evidence_date_of_a_review() -> None:
    text = (
        "A systematic review of sweeping\n\nWe searched four databases from inception to July 2019."
    )
    assert detect(_document(text), source_type=SourceType.PUB).values["evidence_date"] == "2019-07"


def test_numbers_studied_only_when_sure() -> None:
    start = "Sweeping: a randomised trial\n\n"
    assert (
        detect(
            _document(f"{start}A total of 1,204 pregnant women took part."),
            source_type=SourceType.PUB,
        ).values["sample_size"]
        == 1204
    )
    two = detect(
        _document(f"{start}600 women were randomised and 540 women were included."),
        source_type=SourceType.PUB,
    ).values
    assert "sample_size" not in two


def test_titles() -> None:
    assert (
        find_title(_document("Waiting in triage\n\nWords of it.", "Waiting in triage"))
        == "Waiting in triage"
    )
    assert find_title(_document("Waiting in triage\n\nWords of it.")) == "Waiting in triage"
    assert find_title(_document("This is a sentence. And this is another one. And more.")) == ""
    assert detect(_document("1. 2. 3. 4."), source_type=None).values["title"] == "triage audit 2026"


def test_countries() -> None:
    assert countries_in("Midwives in England and Wales, and in Papua New Guinea") == [
        "United Kingdom",
        "Papua New Guinea",
    ]
    assert setting_of("UK") is Setting.UK_OTHER
    assert setting_of("Canada") is Setting.HIC
    assert setting_of("Malawi") is Setting.LMIC
    assert setting_of("Atlantis") is None


def test_one_list_of_countries_serves_texts_and_fields() -> None:
    assert countries_in("Trials in Romania, Czechia and Eritrea") == [
        "Romania",
        "Czech Republic",
        "Eritrea",
    ]
    assert setting_of("the netherlands") is Setting.HIC
    assert setting_of("albania") is Setting.LMIC
    assert countries_in("Jordan Reed stained it with Congo red and told US") == []
    assert setting_of("Jordan") is Setting.LMIC


def test_a_section_includes_its_subsections() -> None:
    text = "Title\n\nMethods\n\nDesign\n\nA trial.\n\nResults\n\nNothing."
    spans = tuple(
        HeadingSpan(
            level=level, start=text.index(name), end=text.index(name) + len(name), title=name
        )
        for level, name in ((1, "Title"), (2, "Methods"), (3, "Design"), (2, "Results"))
    )
    document = Document(doc_id="d", text=text, metadata=Metadata(), headings=spans)
    assert section_text(document, "methods").split() == ["Design", "A", "trial."]


@pytest.mark.parametrize(
    ("source_type", "text", "values"),
    [
        (
            SourceType.GDL,
            "Local guideline\nVersion 2, approved 3 February 2024, review due February 2027\n",
            {"version": "2", "published": "2024-02-03", "review_by": "2027-02"},
        ),
        (
            SourceType.PPI,
            "We held a listening event on 14 March 2026. Mothers came.",
            {"evidence_date": "2026-03-14"},
        ),
        (
            SourceType.PPI,
            "On 14 March 2026, twelve women met the MNVP.",
            {"evidence_date": "2026-03-14"},
        ),
        (SourceType.PPI, "The bell will be moved by 14 March 2026.", {}),
        (SourceType.PUB, "Approved on 3 February 2024 by the ethics committee.", {}),
    ],
)
def test_what_a_document_says_of_itself_in_running_words(
    source_type: SourceType, text: str, values: dict[str, str]
) -> None:
    assert (
        said_layer(Document(doc_id="d", text=text, metadata=Metadata()), source_type).values
        == values
    )


def test_the_title_is_the_first_of_the_headings_that_begin_a_document_to_name_a_subject(
    tmp_path: Path,
) -> None:
    path = tmp_path / "front.md"
    path.write_text(
        "## Elm NHS Trust\n\n## Policy\n\n### Storing milk\n\nVersion 3\n\n# Fridges\n\nAt 4 °C.\n"
    )
    assert read_source(path)[0].metadata.title == "Storing milk"
