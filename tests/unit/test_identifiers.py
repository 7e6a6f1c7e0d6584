"""Identifiers: every number here is of the range that is never issued, or invalid on purpose."""

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.documents.document import Document, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.privacy import identifiers
from kmassist.privacy.identifiers import (
    IdentifierKind,
    find_identifiers,
    is_valid_nhs_number,
    redact,
    summarise,
)
from kmassist.privacy.public_contacts import contact_data, is_team_mailbox
from kmassist.privacy.redaction import redact_document, scan_document
from tests.growth import assert_grows_with


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
    numbers = ("9991234578 ", "http://9991234578", "1, 9991234578 ")
    for piece in (
        "9",
        "9 ",
        "a@",
        "A1 ",
        "Mrs A",
        "born ",
        "1/",
        "hospital no ",
        "(",
        "-9",
        *numbers,
    ):
        small, large = (piece * (size // len(piece)) for size in (5_000, 80_000))
        assert_grows_with(
            partial(find_identifiers, small, SourceType.AUD),
            partial(find_identifiers, large, SourceType.AUD),
            times=16,
        )


@pytest.mark.parametrize(
    "spelling",
    [
        "{a} - {b} - {c}",
        "{a}\u00a0{b}\u00a0{c}",
        "{a}\u2013{b}\u2013{c}",
        "{a}  {b}  {c}",
        "{a}.{b}.{c}",
        "{a} {b}\n{c}",
        "No.{a}{b}{c}",
        "/{a}{b}{c}/baby",
        "{a}{b}{c},14:20",
    ],
)
def test_a_number_is_found_however_it_was_typed(spelling: str) -> None:
    number = next(n for seed in range(9) if (n := nhs_test_number(123456 + seed)))
    text = "NHS " + spelling.format(a=number[:3], b=number[3:6], c=number[6:])
    assert [f.kind for f in find_identifiers(text, SourceType.AUD)] == [
        IdentifierKind.NHS_TEST_NUMBER
    ]


@pytest.mark.parametrize("letters", ["0O1l", "0o1I"])
def test_letters_that_a_scanner_put_for_digits_are_read(letters: str) -> None:
    number = next(n for seed in range(99) if (n := nhs_test_number(120_345 + seed)))
    scanned = number.replace("0", letters[1]).replace("1", letters[3])
    found = find_identifiers(f"{scanned[:3]} {scanned[3:6]} {scanned[6:]}", SourceType.PPI)
    assert [f.kind for f in found] == [IdentifierKind.NHS_TEST_NUMBER]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Mrs O'Testa waited", "O'Testa"),
        ("Mrs Lena van der Test waited", "Lena van der Test"),
        ("MISS MCSPECIMEN rang", "MCSPECIMEN"),
        ("Name of patient: Tess Sample", "Tess Sample"),
        ("DOB | 3rd of April 1990 |", "3rd of April 1990"),
        ("dob 03041990", "03041990"),
        ("postcode cv4 7al", "cv4 7al"),
        ("text (07700) 900123", "(07700) 900123"),
        ("0044 7700 900123", "0044 7700 900123"),
        ("NINO ab 00 00 12 c", "ab 00 00 12 c"),
        ("Hosp. No. X123456", "X123456"),
        ("from o'testa@example.org", "o'testa@example.org"),
    ],
)
def test_the_whole_value_is_covered(text: str, value: str) -> None:
    assert [text[i.start : i.end] for i in find_identifiers(text, SourceType.FLK) if i.blocks] == [
        value
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Baby Clinic on Mondays, the Big Baby Trial, a Baby Friendly unit",
        "MS Word and MR imaging",
        "women from B15 and LS9",
        "born between 1 March and 31 May 2026",
        "room T1 2B, drawer 3C",
    ],
)
def test_harmless_words_of_a_local_document_do_not_block(text: str) -> None:
    assert not [i for i in find_identifiers(text, SourceType.AUD) if i.blocks]


def test_a_birth_without_a_label_blocks_only_in_a_local_document() -> None:
    text = "Infants born on 1 January 2010 were followed."
    assert not [i for i in find_identifiers(text, SourceType.PUB) if i.blocks]
    assert [i for i in find_identifiers(text, SourceType.AUD) if i.blocks]


def test_many_rare_events_in_one_line_take_no_quadratic_time() -> None:
    text = "one woman had a stillbirth on 3 March 2026 on the ward and " * 5_000
    assert len(find_identifiers(text, SourceType.AUD)) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Patient Sarah Thompson waited.", "Sarah Thompson"),
        ("Midwife Jane Okafor said that triage was full.", "Jane Okafor"),
        ("Sarah Thompson, NHS 999 000 0018, waited five hours.", "Sarah Thompson"),
    ],
)
def test_two_names_without_a_title_are_a_person_beside_a_role_or_a_number(
    text: str, name: str
) -> None:
    found = find_identifiers(text, SourceType.FLK)
    assert name in [
        text[i.start : i.end] for i in found if i.blocks and i.kind is IdentifierKind.NAME
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The Mother Baby Unit is full.",
        "Nurse Family Partnership visits",
        "Birmingham Women, aged 20 to 30",
    ],
)
def test_names_of_services_are_no_people(text: str) -> None:
    assert not find_identifiers(text, SourceType.FLK)


NUMBER = "9991234578"


@pytest.mark.parametrize(
    "text",
    [
        f"approved by the board of The Hospital for Sick Children (REB no. {NUMBER})",
        f"Ethics Committee approval number: {NUMBER}",
        f"grant agreement No {NUMBER}",
        f"funded by awards R01-HD0123, 12/34/56 and {NUMBER}",
        f"protocol ref. {NUMBER}",
        f"our reference no. {NUMBER}",
        f"antibody (Cat. no. {NUMBER})",
        f"https://www.england.nhs.uk/wp-content/{NUMBER}",
        f"https://example.org/{'a' * 200}/{NUMBER}",
        f"RR 1·{NUMBER[:3]}·{NUMBER[3:]}",
        f"RR {NUMBER[:3]}·{NUMBER[3:]}·30",
        f"25% {NUMBER[:6]}.{NUMBER[6:]}% 80%",
    ],
)
def test_a_paper_s_other_numbers_are_no_nhs_numbers(text: str) -> None:
    assert identifiers.is_valid_nhs_number(NUMBER)
    assert not find_identifiers(text, SourceType.PUB)


@pytest.mark.parametrize(
    "text",
    [
        f"Patient registration number: {NUMBER}",
        f"Patient ref: {NUMBER}",
        f"the woman's account no. {NUMBER}",
        f"NHS grant number {NUMBER}",
        f"NHS number {NUMBER}, grant 12/34",
        f"NHS no. {NUMBER[:6]}.{NUMBER[6:]}",
        f"to recall {NUMBER}",
        f"seen at the hotel: {NUMBER}",
        f"after https://example.org/ {NUMBER}",
        f"https://example.org/?nhs_number={NUMBER}",
        f"she was in a trial; patient {NUMBER}",
    ],
)
@pytest.mark.parametrize("kind", [SourceType.PUB, SourceType.AUD])
def test_a_person_s_number_counts_beside_whatever_word(text: str, kind: SourceType) -> None:
    assert [i.kind for i in find_identifiers(text, kind)] == [IdentifierKind.NHS_TEST_NUMBER]


@pytest.mark.parametrize(
    "text",
    [
        f"note: {NUMBER}; volume 3",
        f"the helpline at {NUMBER[:3]}-{NUMBER[3:6]}-{NUMBER[6:]} is open",
        f"abc {NUMBER}",
    ],
)
def test_a_number_of_no_issued_range_needs_a_word_in_a_paper(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        identifiers, "TEST_RANGE", "none"
    )  # so that 999 is a range like any other that nobody is given
    assert not find_identifiers(text, SourceType.PUB)
    assert [i.blocks for i in find_identifiers(text, SourceType.AUD)] == [True]
    for word in ("patient", "NHS", "hospital", "CHI"):
        assert [i.blocks for i in find_identifiers(f"{word} {text}", SourceType.PUB)] == [True]
    monkeypatch.setattr(identifiers, "ISSUED", re.compile("999"))
    assert [i.kind for i in find_identifiers(text, SourceType.PUB)] == [IdentifierKind.NHS_NUMBER]


def test_issued_ranges_are_those_of_four_nations() -> None:
    assert all(map(identifiers.ISSUED.match, ["3", "4", "6", "7", "0101", "2912", "3112"]))
    assert not any(map(identifiers.ISSUED.match, ["0001", "0100", "1013", "5", "8", "9"]))


def test_an_insurance_number_that_nothing_announces_may_be_a_code_in_a_paper() -> None:
    blocks = lambda text, kind: [i.blocks for i in find_identifiers(text, kind)]  # noqa: E731
    assert blocks("the antagonist AB000012C", SourceType.PUB) == [False]
    assert blocks("the antagonist AB000012C", SourceType.AUD) == [True]
    assert blocks("NI number AB000012C", SourceType.PUB) == [True]
    assert blocks("AB 00 00 12 C", SourceType.PUB) == [True]


@pytest.mark.parametrize(
    "text",
    [
        "FY15 2nd Q TTL",
        "the beamlines MX BL14.1 and BL14.2",
        "Baby Wash, Baby Bottles and Shaken Baby Syndrome",
        "runs on MS WINDOWS and MS ACCESS",
        "the Patient Satisfaction Questionnaire, a Nurse Home Visit",
    ],
)
def test_words_and_codes_of_papers_are_no_names_or_postcodes(text: str) -> None:
    assert not find_identifiers(text, SourceType.AUD)


def test_contacts_of_teams_and_organisations_hold_nothing_back() -> None:
    text = (
        "Marlow Vale NHS Trust; 1 High Road; SL7 1AB\nWrite to england.rtt@nhs.net.\n"
        "Triage line 07700 900123, day and night.\nSurname: Forename(s): Address:"
    )
    assert not [item for item in find_identifiers(text, None) if item.blocks]


def test_contacts_of_a_person_still_do() -> None:
    for text in (
        "She lives near Marlow Hospital, SL7 1AB.",
        "4 Mill Lane, SL7 1AB",
        "Initials: AP; Hospital: Marlow Infirmary; Postcode: SL7 1AB",
        "Seen at Marlow Infirmary on 03/04/2026; SL7 1AB",
        "ada.pennant@nhs.net",
        "Her mobile is 07700 900123.",
        "Surname: Pennant",
    ):
        assert [item for item in find_identifiers(text, None) if item.blocks], text


def test_the_words_on_contacts_take_their_examples_and_no_other() -> None:
    data = contact_data()
    assert all(is_team_mailbox(name) for name in data["mailboxes"]["matches"])
    assert not any(is_team_mailbox(name) for name in data["mailboxes"]["not"])
    for name in ("organisations", "lines", "persons"):
        for item in data[name]:
            assert all(re.search(item["pattern"], example) for example in item["matches"])
            assert not any(re.search(item["pattern"], example) for example in item["not"])


@pytest.mark.parametrize(
    ("field", "value", "holds"),
    [
        ("authors", ["Mrs Jane Smith 485 777 3457"], True),
        ("issuer", "Jane Smith NHS number 4857773457", True),
        ("url", "https://elsewhere.invalid/?nhs=4857773457", True),
        ("authors", ["Reed A", "Dr Ben Osei"], False),
        ("issuer", "Maternity team, team@trust.example, 020 7946 0000", False),
        ("url", "https://elsewhere.invalid/articles/4857773457", False),
    ],
)
def test_a_published_record_names_people_and_holds_nobody_s_number(
    field: str, value: object, holds: bool
) -> None:
    metadata = Metadata.model_validate({"title": "T", "source_type": "PUB", field: value})
    document = Document(doc_id=make_doc_id("x"), text="x", metadata=metadata)
    assert bool(scan_document(document)) == holds
    left = redact_document(document).metadata
    assert (left == metadata) != holds
