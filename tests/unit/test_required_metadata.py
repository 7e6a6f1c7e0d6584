"""What is out of force and what a source must say of itself: one table each, read by all who ask."""

import pytest

from kmassist.documents.in_force import out_of_force
from kmassist.documents.metadata import Design, Metadata
from kmassist.documents.required_metadata import missing, missing_metadata

CRITERION = {
    "criterion": "seen within 15 minutes",
    "standard_source": "NG1",
    "target_percent": 95,
    "numerator": 30,
    "denominator": 40,
    "period_end": "2026-01",
    "re_audit_due": "2027-01",
}
ECONOMIC = {"perspective": "NHS", "price_year": 2025, "currency": "GBP", "horizon": "1 year"}


@pytest.mark.parametrize(
    "status",
    [
        "Obsolete",
        "withdrawn 2019",
        "Archived",
        "expired",
        "cancelled",
        "no longer in force",
        "Retracted",
    ],
)
def test_a_status_that_ends_a_document_is_read_alike_everywhere(status: str) -> None:
    assert out_of_force(Metadata(source_type="GDL", status=status))


def test_a_current_document_is_in_force() -> None:
    assert (
        out_of_force(Metadata(source_type="GDL", status="Current, replaces the 2015 version")) == ""
    )


@pytest.mark.parametrize(
    ("source_type", "fields", "expected"),
    [
        ("GDL", {"issuer": "T", "published": "2025", "review_by": "2027", "version": "2"}, ()),
        ("GDL", {"issuer": "T", "published": "2025", "version": "2"}, ("review date",)),
        (
            "SVE",
            {
                "evidence_date": "2026",
                "evaluation": {
                    "sites": 1,
                    "comparator": "before",
                    "outcomes": ["waits"],
                    "context": "one unit",
                },
            },
            (),
        ),
        (
            "PPI",
            {
                "published": "2026",
                "groups_reported": ["language"],
                "ppi": {"who": "women", "number": 9, "method": "event", "changed": "a board"},
            },
            (),
        ),
        (
            "PPI",
            {
                "published": "2026",
                "ppi": {"who": "w", "number": 0, "groups": ["x"], "method": "m", "changed": "c"},
            },
            ("how many",),
        ),
        ("AUD", {"audit": [CRITERION]}, ()),
        ("AUD", {"audit": [CRITERION, {**CRITERION, "target_percent": None}]}, ("target",)),
        ("AUD", {}, ("criteria as a table", "period")),
        (
            "PUB",
            {"design": Design.RCT, "published": "2020", "setting": "UK-other", "sample_size": 9, "doi": "10.1/x"},
            (),
        ),
        (
            "PUB",
            {"design": Design.RCT, "is_ongoing": True, "published": "2026", "country": "UK", "doi": "10.1/x"},
            (),
        ),
        ("ECO", {"country": "UK", "economic": ECONOMIC}, ()),
        ("POL", {"issuer": "LMNS", "evidence_date": "2026"}, ()),
    ],
)  # fmt: skip
def test_what_is_told_when_adding_is_what_the_coverage_rules_ask(
    source_type: str, fields: dict[str, object], expected: tuple[str, ...]
) -> None:
    metadata = Metadata.model_validate({"source_type": source_type, **fields})
    assert missing_metadata(metadata) == expected
    assert bool(missing(metadata)) == bool(expected)
    assert all(name in missing(metadata)[0] for name in expected)


def test_what_some_criteria_lack_is_told_with_how_many() -> None:
    audit = [CRITERION, CRITERION, {**CRITERION, "target_percent": None}]
    metadata = Metadata.model_validate({"source_type": "AUD", "audit": audit})
    assert missing(metadata) == ["Local audit and data: missing target of 1 of 3 criteria."]
