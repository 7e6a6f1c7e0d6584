"""How well personal data and questions about one patient are recognised, and how often harmless text is held back.

    python benchmarks/privacy.py [--trials FOLDER] [--out FILE]

1. Generated lines, seeded. Every NHS number is of the range that is never issued (999), mobile numbers and e-mail domains
   are of the ranges kept for drama and documentation, names and addresses are made up. Recall and precision a kind, as a
   local document; NHS numbers also as published research. A second pass treats the 999 range as issued, because a number
   of that range is reported and never blocks: it measures what would be held back.
2. Lines written by hand after tuning (data/identifier_lines.yaml).
3. The real trials, every part of their XML run together, as published research and as a local audit: findings that block,
   and all findings. Cells of tables touch there, which is harsher than what a reader makes of them.
4. What the readers make of the trials and of the real PDFs: false NHS numbers in 1,000 pages, those seen and those to expect
   (every ten digits that only the check digit acquits, times the share of numbers that pass it), which few texts tell better.
5. Questions about one patient against service questions (data/boundary_questions.yaml, the demonstration questions).

Written by the people who wrote the patterns: a first measure, no independent validation. Nothing here proves anonymity.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import yaml

from kmassist.documents.document import Document, SourceType, clean_text
from kmassist.errors import SourceError
from kmassist.privacy import identifiers
from kmassist.privacy.identifiers import IdentifierKind, find_identifiers
from kmassist.question.scope import is_about_one_patient
from kmassist.readers.sandbox import Sandbox

HERE = Path(__file__).parent
ROOT = HERE.parent
SEED = 20261123
PER_KIND = {
    "NHS": 1200,
    "DOB": 500,
    "HOSPITAL": 350,
    "POSTCODE": 400,
    "EMAIL": 250,
    "MOBILE": 350,
    "NAME": 350,
    "NI": 200,
}
NEGATIVES = 1500
WORDS_A_PAGE = 500
"""Of a text that has no pages."""
PASS_THE_CHECK = 0.0905
"""The share of all ten-digit numbers that pass Modulus 11."""
KINDS = {
    "NHS": {IdentifierKind.NHS_NUMBER, IdentifierKind.NHS_TEST_NUMBER},
    "DOB": {IdentifierKind.BIRTH_DATE},
    "HOSPITAL": {IdentifierKind.HOSPITAL_NUMBER},
    "POSTCODE": {IdentifierKind.POSTCODE},
    "EMAIL": {IdentifierKind.EMAIL},
    "MOBILE": {IdentifierKind.PHONE},
    "NAME": {IdentifierKind.NAME},
    "NI": {IdentifierKind.NATIONAL_INSURANCE},
}
_FIRST = "Amina Beth Chloe Dilys Efua Farah Grace Hana Imogen Joy Kezia Lena Mary Nia Orla Priya Rosa Sian Tess Zara"
FIRST = _FIRST.split()
LAST = (
    "Testcase Sample Fictional Placeholder Specimen Smith Patel Jones O'Testa O’Sample McSpecimen MacExample Fitz-Sample Test-Case "
    "Ng Żakowa Núñez TESTCASE de Sample van der Test D'Example"
).replace("de Sample van der Test", "de_Sample van_der_Test")
_MONTHS = "January February March April May June July August September October November December"
MONTHS = _MONTHS.split()
_AREAS = (
    "B BS CF CV DE E EC G L LE LS M N NE NG NW OX PO S SE SO SW TR W WC WV YO BT EH SA AB CR DN"
)
AREAS = _AREAS.split()


@dataclass(frozen=True, slots=True)
class Line:
    """A generated line with what it holds: ``kind`` and the value at ``start``; no kind for a harmless one."""

    text: str
    kind: str = ""
    start: int = -1
    end: int = -1
    shape: str = ""


def place(template: str, value: str, kind: str, shape: str) -> Line:
    start = template.index("{}")
    return Line(template.replace("{}", value, 1), kind, start, start + len(value), shape)


# --- values


def nhs_digits(rng: random.Random) -> str:
    while True:
        nine = f"999{rng.randrange(10**6):06d}"
        check = 11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
        if check != 10 and (number := nine + str(check % 11)) != "9" * 10:
            return number


def nhs_spelling(digits: str, rng: random.Random) -> tuple[str, str, bool]:
    """The number as somebody may have typed or scanned it, the name of the spelling, and whether it is 3-3-4."""
    a, b, c = digits[:3], digits[3:6], digits[6:]
    wide = str.maketrans({str(i): chr(0xFF10 + i) for i in range(10)})
    seen_as = str.maketrans({"0": "O", "1": "l"})
    small = str.maketrans({"0": "o", "1": "I"})
    choice = rng.randrange(16)
    spelling: list[Callable[[], tuple[str, str, bool]]] = [
        lambda: (digits, "plain", False),
        lambda: (f"{a} {b} {c}", "spaces", True),
        lambda: (f"{a} {b} {c}", "spaces", True),
        lambda: (f"{a}-{b}-{c}", "hyphens", True),
        lambda: (f"{a}\u00a0{b}\u00a0{c}", "no-break spaces", True),
        lambda: (f"{a}\u2013{b}\u2013{c}", "dashes", True),
        lambda: (f"{a}\u2009{b}\u2009{c}", "thin spaces", True),
        lambda: (f"{a}  {b}  {c}", "double spaces", True),
        lambda: (f"{a}.{b}.{c}", "dots", True),
        lambda: (f"{a} {b}-{c}", "mixed", False),
        lambda: (f"{a} - {b} - {c}", "spaced hyphens", True),
        lambda: (digits.translate(wide), "full-width", False),
        lambda: (f"{a} {b} {c}".translate(wide), "full-width spaces", True),
        lambda: (f"{a} {b} {c}".translate(seen_as), "scanned O and l", True),
        lambda: (f"{a} {b} {c}".translate(small), "scanned o and I", True),
        lambda: (f"{a} {b}\n{c}", "broken over lines", False),
    ]
    return spelling[choice]()


def a_date(rng: random.Random) -> tuple[str, str]:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1972, 2009)
    name = MONTHS[month - 1]
    suffix = {1: "st", 21: "st", 2: "nd", 22: "nd", 3: "rd", 23: "rd"}.get(day, "th")
    return rng.choice(
        [
            (f"{day:02}/{month:02}/{year}", "d/m/y"),
            (f"{day}/{month}/{year % 100:02}", "d/m/yy"),
            (f"{day}.{month}.{year}", "dots"),
            (f"{day:02}-{month:02}-{year}", "hyphens"),
            (f"{day:02}-{name[:3]}-{year}", "d-Mon-y"),
            (f"{day} {name} {year}", "words"),
            (f"{day}{suffix} {name} {year}", "ordinal"),
            (f"{day}{suffix} of {name} {year}", "ordinal of"),
            (f"{name} {day}, {year}", "month first"),
            (f"{year}-{month:02}-{day:02}", "ISO"),
            (f"{year}/{month:02}/{day:02}", "y/m/d"),
            (f"{day:02} {month:02} {year}", "spaces"),
            (f"{day:02}{month:02}{year}", "no separators"),
            (f"{day} {name[:3]} {year % 100:02}", "d Mon yy"),
        ]
    )


def a_postcode(rng: random.Random) -> tuple[str, str]:
    area = rng.choice(AREAS)
    outward = (
        f"{area}{rng.randint(1, 29)}"
        if rng.random() < 0.85
        else f"{area}{rng.randint(1, 9)}{rng.choice('AHW')}"
    )
    inward = f"{rng.randint(1, 9)}{rng.choice('ABDEFGHJLNPQRSTUWXYZ')}{rng.choice('ABDEFGHJLNPQRSTUWXYZ')}"
    return rng.choice(
        [
            (f"{outward} {inward}", "upper case"),
            (f"{outward} {inward}", "upper case"),
            (f"{outward} {inward}", "upper case"),
            (f"{outward}{inward}", "no space"),
            (f"{outward}\u00a0{inward}", "no-break space"),
            (f"{outward}  {inward}", "double space"),
            (f"{outward} {inward}".lower(), "lower case"),
            (f"{outward}{inward}".lower(), "lower case, no space"),
        ]
    )


def a_mobile(rng: random.Random) -> tuple[str, str]:
    tail = f"{rng.randrange(1000):03}"
    return rng.choice(
        [
            (f"07700 900{tail}", "5-6"),
            (f"07700900{tail}", "together"),
            (f"07700 900 {tail}", "5-3-3"),
            (f"0770 0900 {tail}", "4-4-3"),
            (f"07700-900-{tail}", "hyphens"),
            (f"07700.900.{tail}", "dots"),
            (f"+44 7700 900{tail}", "+44"),
            (f"+447700900{tail}", "+44 together"),
            (f"+44 (0)7700 900{tail}", "+44 (0)"),
            (f"0044 7700 900{tail}", "0044"),
            (f"(07700) 900{tail}", "brackets"),
            (f"07700\u00a0900{tail}", "no-break space"),
        ]
    )


def a_name(rng: random.Random) -> str:
    return rng.choice(LAST.split()).replace("_", " ")


# --- lines

NHS_LINES = [
    "NHS number: {}",
    "NHS No. {} was seen in triage.",
    "NHS No.{}, seen twice",
    "NHS no:{};",
    "NHS number {} (verified)",
    "patient {} waited 40 minutes",
    "Ashcombe,{},14:20,yellow",
    "| 14 | {} | yellow |",
    "{}",
    "She rang again ({}) at night.",
    "Mother {} and baby went home.",
    "Patient ref: {}",
    "Our reference {} was on the complaint.",
    "NHS#{}",
    "Complaint about {}.",
    'she gave "{}" as her number',
    "id={}&site=2",
    "NHS/{}",
    "{}/baby",
    "Number:\t{}\tTriage",
]
USUAL = {
    "plain", "spaces", "hyphens", "no-break spaces", "dashes", "thin spaces", "double spaces", "full-width",
    "full-width spaces", "scanned O and l", "scanned o and I",
}  # fmt: skip
"""Spellings of an NHS number that count as formatted."""


def formatted_nhs(rng: random.Random, count: int) -> Iterator[Line]:
    """Lines with an NHS number in a usual spelling, cleaned as a reader cleans."""
    while count:
        value, shape, _ = nhs_spelling(nhs_digits(rng), rng)
        if shape in USUAL:
            count -= 1
            yield cleaned(place(rng.choice(NHS_LINES), value, "NHS", shape))


def positives(rng: random.Random) -> Iterator[Line]:
    before = ["", "Row 14: ", "The woman ", "Note: ", "- ", "(", "| "]
    for _ in range(PER_KIND["NHS"]):
        value, shape, _grouped = nhs_spelling(nhs_digits(rng), rng)
        template = rng.choice(NHS_LINES)
        yield place(template, value, "NHS", shape)
    for _ in range(PER_KIND["DOB"]):
        value, shape = a_date(rng)
        template = rng.choice(
            [
                "DOB: {}",
                "DOB {} seen in triage",
                "D.O.B. {}",
                "d.o.b: {}",
                "dob={}",
                "Date of birth: {}",
                "Date of Birth - {}",
                "date of birth was {}",
                "Her date of birth is {}.",
                "| DOB | {} |",
                "DOB ({})",
                "Patient born {} at Ashcombe",
                "She was born on {}.",
                "born on the {} in Leeds",
                "Birth date: {}",
                "Baby's DOB: {}",
                "DoB\t{}",
            ]
        )
        yield place(template, value, "DOB", shape)
    for _ in range(PER_KIND["HOSPITAL"]):
        digits = "".join(rng.choice("0123456789") for _ in range(rng.choice([6, 7, 8])))
        value = rng.choice(["", "", "X", "RX", "K", "A"]) + digits
        template = rng.choice(
            [
                "Hospital number: {}",
                "Hospital no {}",
                "hospital no. {} in triage",
                "Hosp no: {}",
                "Hosp. No. {}",
                "MRN {}",
                "MRN: {}",
                "MRN number {}",
                "Unit number {}",
                "Unit No: {}",
                "Case note number: {}",
                "Casenote no. {}",
                "Patient ID: {}",
                "patient id {} rang",
                "Patient number {}",
                "Medical record number: {}",
                "PAS number: {}",
                "PAS no. {}",
                "District no: {}",
                "| Hospital No | {} |",
                "Hospital Number - {}",
                "Record number {}",
            ]
        )
        yield place(template, value, "HOSPITAL", "letter" if value[0].isalpha() else "digits")
    for _ in range(PER_KIND["POSTCODE"]):
        value, shape = a_postcode(rng)
        template = rng.choice(
            [
                "Postcode: {}",
                "lives at 4 Sample Street, {}",
                "Address: 12 Test Road, Leeds {}.",
                "post code {}",
                "She travelled from {} by bus.",
                "Ashcombe,{},2,yellow",
                "| {} | 3 |",
                "home ({}) visit",
                "{}",
            ]
        )
        yield place(template, value, "POSTCODE", shape)
    for _ in range(PER_KIND["EMAIL"]):
        first, last = (
            rng.choice(FIRST).lower(),
            rng.choice(["testcase", "sample", "o'testa", "test-case", "sample2"]),
        )
        joined = rng.choice(
            [
                f"{first}.{last}",
                f"{first}{last}",
                f"{first}_{last}",
                f"{first}+birth",
                f"{first[0]}.{last}",
            ]
        )
        value = joined + rng.choice(
            [
                "@example.org",
                "@example.com",
                "@mail.example.net",
                "@nhs.example.org",
                "@EXAMPLE.COM",
            ]
        )
        template = rng.choice(
            ["write to {}", "E-mail: {}", "<{}>", "mailto:{}", "{},yellow,2", "contact {}.", "({})"]
        )
        yield place(template, value, "EMAIL", "apostrophe" if "'" in value else "usual")
    for _ in range(PER_KIND["MOBILE"]):
        value, shape = a_mobile(rng)
        template = rng.choice(
            [
                "ring {}",
                "Mobile: {}",
                "Tel {} after six",
                "mob {}",
                "{},yellow,2",
                "text her on {}.",
                "her phone ({})",
                "{}",
            ]
        )
        yield place(template, value, "MOBILE", shape)
    for _ in range(PER_KIND["NAME"]):
        last = a_name(rng)
        first = rng.choice(FIRST)
        template, value, shape = rng.choice(
            [
                ("Mrs {} said that nobody came.", last, "title"),
                ("Ms {} waited.", last, "title"),
                ("Miss {} was told to ring back.", last, "title"),
                ("Ms. {} waited.", last, "title with a stop"),
                ("MRS {} RANG", last.upper(), "capitals"),
                ("We met Mrs {} at home.", f"{first} {last}", "title, two names"),
                ("Mr {} asked for an interpreter.", last, "title"),
                ("Mrs {} rang.", f"{first[0]}. {last}", "title, initial"),
                ("Patient name: {}", f"{first} {last}", "label"),
                ("Patient's name: {}", f"{first} {last}", "label"),
                ("Name of patient: {}", f"{first} {last}", "label"),
                ("Mother's name: {}", f"{first} {last}", "label"),
                ("Surname: {}", last, "label"),
                (
                    "Baby {} was weighed.",
                    rng.choice(["Testcase", "Sample", "Specimen", "Fictional"]),
                    "baby",
                ),
                (
                    "baby boy {} went home",
                    rng.choice(["Testcase", "Sample", "Specimen", "Fictional"]),
                    "baby",
                ),
                ("Baby of {} went home", last, "baby of"),
            ]
        )
        if rng.random() < 0.3:
            template = rng.choice(before) + template
        yield place(template, value, "NAME", shape)
    for _ in range(PER_KIND["NI"]):
        number = f"{rng.randrange(100):02}"
        pairs = ["00", "00", number]
        value, shape = rng.choice(
            [
                (f"AB {' '.join(pairs)} C", "spaces"),
                (f"AB{''.join(pairs)}C", "together"),
                (f"AB {''.join(pairs)} C", "three groups"),
                (f"ab {' '.join(pairs)} c", "lower case"),
                (f"AB-{'-'.join(pairs)}-C", "hyphens"),
                ("AB\u00a0" + "\u00a0".join(pairs) + "\u00a0C", "no-break spaces"),
            ]
        )
        template = rng.choice(
            [
                "NI number: {}",
                "National Insurance number {}",
                "NI no. {}",
                "NINO {}",
                "National Insurance No: {}",
            ]
        )
        yield place(template, value, "NI", shape)


def isbn10(rng: random.Random) -> str:
    nine = "".join(str(rng.randrange(10)) for _ in range(8))
    nine = rng.choice("01") + nine
    check = (11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11) % 11
    return nine + ("X" if check == 10 else str(check))


def negatives(rng: random.Random) -> Iterator[Line]:
    digits = lambda n: "".join(str(rng.randrange(10)) for _ in range(n))  # noqa: E731
    for _ in range(NEGATIVES):
        isbn = isbn10(rng)
        n, total = rng.randint(5, 90), rng.randint(100, 999)
        text, shape = rng.choice(
            [
                (f"ISBN {isbn}", "ISBN"),
                (f"ISBN-10: {isbn[0]}-{isbn[1:4]}-{isbn[4:9]}-{isbn[9]}", "ISBN"),
                (f"ISBN-13: 978-{isbn[0]}-{isbn[1:4]}-{isbn[4:9]}-{rng.randrange(10)}", "ISBN"),
                (f"Oxford: Example Press; 2019. ISBN {isbn[:3]} {isbn[3:6]} {isbn[6:]}.", "ISBN"),
                (f"doi 10.{rng.randint(1000, 9999)}/{digits(10)}", "DOI"),
                (f"https://doi.org/10.1186/s12884-0{digits(2)}-{digits(4)}-x", "DOI"),
                (f"doi: 10.3310/{digits(10)}.", "DOI"),
                (f"https://example.org/report/{digits(10)}", "URL"),
                (f"PMID: {digits(8)}; PMC{digits(7)}", "PMID"),
                (f"Telephone: 020 7946 0{digits(3)}", "landline"),
                (f"Tel. 0113 496 0{digits(3)} (switchboard)", "landline"),
                ("Ring NHS 111 or the unit's switchboard.", "words"),
                (f"ISRCTN{digits(8)}", "trial id"),
                (f"ClinicalTrials.gov NCT{digits(8)}", "trial id"),
                (f"EudraCT 20{digits(2)}-00{digits(4)}-{digits(2)}", "trial id"),
                (f"ACTRN126{digits(11)}", "trial id"),
                (f"NIHR grant {digits(2)}/{digits(2)}/{digits(2)}; CPMS {digits(5)}", "grant"),
                (f"grant number {digits(10)}", "grant"),
                (f"REC reference {digits(2)}/NW/{digits(4)}; IRAS {digits(6)}", "ethics"),
                (f"account {rng.choice('123456789') * 10}", "repeated digits"),
                (f"code {rng.choice('123456789') * 3} {'1' * 3} {'1' * 4}", "repeated digits"),
                (f"{n} of {total} women ({100 * n / total:.1f}%)", "statistics"),
                (
                    f"RR 0.{digits(2)}, 95% CI 0.{digits(2)} to 1.{digits(2)}; p = 0.0{digits(2)}",
                    "statistics",
                ),
                (
                    f"mean 3{digits(3)} g (SD {digits(3)}); n = {digits(2)},{digits(3)}",
                    "statistics",
                ),
                (
                    f"{digits(2)},{digits(3)} births and {digits(3)},{digits(3)} pregnancies",
                    "statistics",
                ),
                (
                    f"{rng.randint(30, 41)}+{rng.randint(0, 6)} weeks; BP {rng.randint(90, 160)}/{rng.randint(50, 110)}",
                    "clinical",
                ),
                (f"Hb {rng.randint(70, 130)} g/L, platelets {rng.randint(90, 400)}", "clinical"),
                (f"from 1 {rng.choice(MONTHS)} 2025 to 31 {rng.choice(MONTHS)} 2026", "period"),
                (f"audit period {rng.randint(1, 28):02}/0{rng.randint(1, 9)}/2026", "period"),
                (
                    f"babies born between 1 {rng.choice(MONTHS)} and 30 {rng.choice(MONTHS)}",
                    "period",
                ),
                ("women who gave birth in March 2026 at the consultant unit", "period"),
                (
                    f"women living in {rng.choice(AREAS)}{rng.randint(1, 20)} and nearby districts",
                    "outward code",
                ),
                (
                    f"the H1N{rng.randint(1, 9)} strain; BRCA{rng.randint(1, 2)}; IL-{rng.randint(1, 17)}",
                    "codes",
                ),
                (f"room T{rng.randint(1, 9)} 2B, drawer {rng.randint(1, 9)}C", "codes"),
                (f"version {rng.randint(1, 4)}.{rng.randint(0, 9)}; form MV-{digits(4)}", "codes"),
                (
                    f"ward {rng.randint(1, 30)}, unit {rng.choice('ABC')}: {n} of {total} women",
                    "words",
                ),
                (
                    "Baby Friendly Initiative accreditation; Big Baby trial; Baby Loss Awareness Week",
                    "baby words",
                ),
                ("the Baby Buddy app and the Baby Box scheme", "baby words"),
                ("Baby Clinic every Monday; Baby Massage on Fridays", "baby words"),
                ("MS Word template; Ms no. 12; MR imaging", "title words"),
                ("miss rate 4%; missed calls; Mr and Mrs were removed from letters", "title words"),
                ("patient safety incident, patient information leaflet v2", "words"),
                ("National Insurance contributions rose; NI is Northern Ireland", "words"),
                (f"p@{rng.randint(1, 9)} and F@{n}% recall", "signs"),
                (f"ratio {digits(3)}:{digits(3)}:{digits(4)}", "ratio"),
                (f"invoice {digits(6)}, order PO-{digits(5)}", "invoice"),
                (f"The unit had {total} attendances in 12 weeks", "words"),
                (f"hospital number {rng.randint(1, 9)} of 9 in the network", "words"),
                ("Hospital: Marlow Vale consultant unit", "words"),
                (f"case {rng.randint(1, 9)}: reduced movements, no concern", "words"),
            ]
        )
        yield Line(text, shape=shape)


# --- measures


def share(part: int, whole: int) -> float:
    return round(part / whole, 5) if whole else 0.0


def covers(line: Line, start: int, end: int) -> bool:
    """Whether replacing the finding would leave nothing of the value."""
    return start <= line.start and end >= line.end


def cleaned(line: Line) -> Line:
    """The line as a reader stores it; the value is found again by its position among the words."""
    value = clean_text(line.text[line.start : line.end]) if line.kind else ""
    text = clean_text(line.text)
    start = text.find(value) if value else -1
    return Line(text, line.kind, start, start + len(value), line.shape)


def measure_lines(lines: list[Line], source_type: SourceType) -> dict[str, object]:
    """Recall and precision for each kind; a finding is right when it is of the kind and covers the whole value."""
    found, right, wrong, missed = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    false_lines, blocked = Counter[str](), Counter[str]()
    total = Counter(line.kind for line in lines)
    for line in lines:
        hits = find_identifiers(line.text, source_type)
        blocked[line.kind] += any(hit.blocks for hit in hits)
        has_found = False
        for hit in hits:
            kind = next((k for k, kinds in KINDS.items() if hit.kind in kinds), "OTHER")
            if kind == line.kind and covers(line, hit.start, hit.end):
                right[kind] += 1
                has_found = True
            else:
                wrong[kind] += 1
                if not line.kind:
                    false_lines[line.shape] += 1
        found[line.kind] += has_found
        if line.kind and not has_found:
            missed[f"{line.kind}: {line.shape}"] += 1
    return {
        "kinds": {
            kind: {
                "lines": total[kind],
                "recall": share(found[kind], total[kind]),
                "precision": share(right[kind], right[kind] + wrong[kind]),
                "blocked": share(blocked[kind], total[kind]),
            }
            for kind in KINDS
        },
        "harmless": {
            "lines": total[""],
            "blocked": share(blocked[""], total[""]),
            "false_findings": dict(false_lines),
        },
        "missed": dict(missed.most_common()),
    }


def hand_written() -> list[Line]:
    """Lines written by hand after tuning, which the patterns were never fitted to."""
    lines = []
    for kind, value, text in yaml.safe_load(
        (HERE / "data" / "identifier_lines.yaml").read_text("utf-8")
    ):
        start = text.index(str(value)) if kind != "none" else -1
        lines.append(
            Line(text, "" if kind == "none" else kind, start, start + len(str(value)), text)
        )
    return lines


def measure_trials(folder: Path, source_type: SourceType) -> dict[str, object]:
    """Findings in the published trials, which hold no patient's data: every one is a false alarm, contact data aside."""
    import lxml.etree as etree

    blocking, every = Counter[str](), Counter[str]()
    texts = words = 0
    held = 0
    for path in sorted(folder.glob("*.xml")):
        root = etree.parse(
            str(path), etree.XMLParser(resolve_entities=False, no_network=True)
        ).getroot()
        parts = root.xpath(
            "//article-title|//abstract//p|//body//p|//body//td|//body//title|//ref//mixed-citation|//author-notes|//aff"
        )
        text = clean_text("\n".join(" ".join("".join(part.itertext()).split()) for part in parts))
        texts += 1
        words += len(text.split())
        hits = find_identifiers(text, source_type)
        held += any(hit.blocks for hit in hits)
        for hit in hits:
            every[hit.kind.value] += 1
            blocking[hit.kind.value] += hit.blocks
    return {
        "texts": texts,
        "words": words,
        "texts_held": held,
        "blocking": {kind: count for kind, count in blocking.items() if count},
        "any": dict(every),
    }


def measure_read(paths: list[Path]) -> dict[str, object]:
    """False NHS numbers in published texts as the readers give them; unreadable files are left out."""
    documents: list[Document] = []
    with Sandbox() as sandbox:
        for path in paths:
            with suppress(SourceError):
                documents += sandbox.read(path)
    pages = sum(len(d.pages) or len(d.text.split()) / WORDS_A_PAGE for d in documents)

    def count() -> tuple[int, int]:
        hits = [
            h
            for d in documents
            for h in find_identifiers(d.text, SourceType.PUB)
            if h.kind in KINDS["NHS"]
        ]
        return len(hits), sum(h.blocks for h in hits)

    false, blocking = count()
    with patch.object(
        identifiers,
        "is_valid_nhs_number",
        lambda digits: len(digits) == 10 and len(set(digits)) > 1,
    ):
        unchecked, _ = count()
    return {
        "documents": len(documents),
        "pages": round(pages),
        "false": false,
        "blocking": blocking,
        "false_in_1000_pages": round(false / pages * 1000, 2),
        "expected_in_1000_pages": round(unchecked * PASS_THE_CHECK / pages * 1000, 2),
    }


def measure_boundary() -> dict[str, object]:
    sets = yaml.safe_load((HERE / "data" / "boundary_questions.yaml").read_text("utf-8"))
    demo = [
        q["question"]
        for q in yaml.safe_load((ROOT / "corpus" / "sample" / "questions.yaml").read_text("utf-8"))
    ]
    result: dict[str, object] = {}
    for name, part in sets.items():
        turned, passed = part["one_patient"], part["service"]
        result[name] = {
            "one_patient": len(turned),
            "recall": share(sum(map(is_about_one_patient, turned)), len(turned)),
            "service": len(passed),
            "false_alarms": sum(map(is_about_one_patient, passed)),
        }
    result["demonstration"] = {
        "service": len(demo),
        "false_alarms": sum(map(is_about_one_patient, demo)),
    }
    return result


def main() -> int:
    """Measure and write; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--trials", type=Path, default=ROOT.parent / "shared" / "data" / "maternity_trials" / "jats"
    )
    parser.add_argument("--out", type=Path, default=HERE / "results" / "privacy.json")
    options = parser.parse_args()
    rng = random.Random(SEED)
    raw = [*positives(rng), *negatives(rng)]
    lines = [cleaned(line) for line in raw]
    formatted = list(formatted_nhs(random.Random(SEED + 1), 10_000))
    report: dict[str, object] = {"seed": SEED, "lines": len(lines)}
    report["local"] = measure_lines(lines, SourceType.AUD)
    report["local_before_cleaning"] = measure_lines(raw, SourceType.AUD)
    report["published"] = measure_lines(lines, SourceType.PUB)
    with patch.multiple(identifiers, TEST_RANGE="none", ISSUED=re.compile("")):
        report["local_test_range_as_issued"] = measure_lines(lines, SourceType.AUD)
        report["published_test_range_as_issued"] = measure_lines(lines, SourceType.PUB)
    report["nhs_formatted"] = measure_lines(formatted, SourceType.AUD)["kinds"]["NHS"]  # type: ignore[index]
    report["hand_written"] = measure_lines(hand_written(), SourceType.AUD)
    if options.trials.is_dir():
        report["trials"] = {
            t.value: measure_trials(options.trials, t) for t in (SourceType.PUB, SourceType.AUD)
        }
        read = {
            "trials": options.trials.glob("*.xml"),
            "pdf": (options.trials.parents[1] / "pdf").glob("*.pdf"),
        }
        report["read"] = {name: measure_read(sorted(paths)) for name, paths in read.items()}
    report["boundary"] = measure_boundary()
    local: dict[str, dict[str, float]] = report["local"]["kinds"]  # type: ignore[index]
    bars = {
        "NHS number recall, formatted, >= 0.999": report["nhs_formatted"]["recall"] >= 0.999,  # type: ignore[index]
        "date of birth recall >= 0.98": local["DOB"]["recall"] >= 0.98,
        "postcode recall >= 0.98": local["POSTCODE"]["recall"] >= 0.98,
    }
    if "trials" in report:
        bars["no blocking false alarm on the trials as published"] = (
            report["trials"]["PUB"]["texts_held"] == 0
        )  # type: ignore[index]
        for name, value in report["read"].items():  # type: ignore[attr-defined]
            bars[f"at most 1 false NHS number in 1,000 pages: {name}"] = (
                value["false_in_1000_pages"] <= 1
            )
    report["bars"] = bars
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(lines)} lines, read as a local audit")
    for kind, value in local.items():
        print(
            f"  {kind:9} recall {value['recall']:.4f}  precision {value['precision']:.4f}  of {value['lines']}"
        )
    print("  harmless", report["local"]["harmless"])  # type: ignore[index]
    for name, value in report.get("trials", {}).items():  # type: ignore[attr-defined]
        print(f"  trials as {name}: {value}")
    for name, value in report.get("read", {}).items():  # type: ignore[attr-defined]
        print(f"  {name} as read: {value}")
    by_hand: dict[str, dict[str, float]] = report["hand_written"]["kinds"]  # type: ignore[index]
    print(
        "  by hand:",
        {kind: f"{value['recall']:.2f} of {value['lines']}" for kind, value in by_hand.items()},
    )
    print("  by hand, harmless:", report["hand_written"]["harmless"])  # type: ignore[index]
    print("  boundary", report["boundary"])
    for name, is_met in bars.items():
        print(f"  {'met   ' if is_met else 'MISSED'} {name}")
    return 0 if all(bars.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
