"""Identifiers: every number here is of the range that is never issued, or invalid on purpose."""


import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.documents import SourceType
from kmassist.identifiers import IdentifierKind, find_identifiers, is_valid_nhs_number, redact, summarise


def nhs_test_number(seed: int) -> str | None:
    """A valid number of the 999 range, or None when its check digit would be 10."""
    nine = f"999{seed:06d}"
    check = 11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
    return None if check == 10 else nine + str(0 if check == 11 else check)


@given(st.integers(0, 999_999), st.sampled_from(["{}{}{}", "{} {} {}", "{}-{}-{}"]))
def test_every_valid_number_is_found_in_every_grouping(seed: int, shape: str) -> None:
    number = nhs_test_number(seed)
    if number is None or len(set(number)) == 1:
        return
    text = "NHS number " + shape.format(number[:3], number[3:6], number[6:]) + " was seen."
    found = find_identifiers(text, SourceType.AUD)
    assert [f.kind for f in found] == [IdentifierKind.NHS_TEST_NUMBER]


@given(st.text(alphabet="0123456789", min_size=10, max_size=10))
def test_a_wrong_check_digit_is_refused(digits: str) -> None:
    good = [d for d in "0123456789" if is_valid_nhs_number(digits[:9] + d)]
    assert len(good) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "ISBN 0306406152",
        "ISBN-10: 0-306-40615-2",
        "doi 10.1186/1471239345",
        "https://example.org/9434765919",
        "Telephone: 943 476 5919",
        "repeated 1111111111 digits",
        "ISRCTN9434765919",
        "a sum of 18,533 women and 73,229 births",
        "95% CI 0.65 to 0.98; n = 55060",
    ],
)
def test_look_alikes_do_not_block(text: str) -> None:
    assert not [i for i in find_identifiers(text, SourceType.PUB) if i.blocks]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Date of birth: 03/04/1990", IdentifierKind.BIRTH_DATE),
        ("DOB 3 April 1990", IdentifierKind.BIRTH_DATE),
        ("born on 1990-04-03", IdentifierKind.BIRTH_DATE),
        ("Hospital number: X1234567", IdentifierKind.HOSPITAL_NUMBER),
        ("MRN 00123456", IdentifierKind.HOSPITAL_NUMBER),
        ("lives at SW1A 1AA", IdentifierKind.POSTCODE),
        ("write to someone@example.org", IdentifierKind.EMAIL),
        ("ring 07700 900123", IdentifierKind.PHONE),
        ("Mrs Example said that", IdentifierKind.NAME),
        ("On 3 March 2026 a woman on the ward had a uterine rupture.", IdentifierKind.RARE_EVENT),
    ],
)
def test_each_kind_blocks_in_a_local_document(text: str, kind: IdentifierKind) -> None:
    found = find_identifiers(text, SourceType.PPI)
    assert [i.kind for i in found if i.blocks] == [kind]


def test_redaction_leaves_tokens_and_nothing_of_the_value() -> None:
    text = "Mrs Example (DOB 03/04/1990, 07700 900123) waited."
    found = find_identifiers(text, SourceType.PPI)
    clean = redact(text, found)
    assert clean == "Mrs [NAME] (DOB [DATE OF BIRTH], [PHONE]) waited."
    assert not find_identifiers(clean, SourceType.PPI)
    assert all("Example" not in line and "1990" not in line for line in summarise(found))


@given(st.text(max_size=400))
def test_spans_are_ordered_inside_and_never_overlap(text: str) -> None:
    end = 0
    for item in find_identifiers(text, SourceType.AUD):
        assert end <= item.start < item.end <= len(text)
        end = item.end


def test_every_pattern_is_linear_on_hostile_text() -> None:
    for piece in ("9", "9 ", "a@", "A1 ", "Mrs A", "born ", "1/", "hospital no ", "(", "-9"):
        text = piece * (20_000 // len(piece))
        assert isinstance(find_identifiers(text, SourceType.AUD), list)
