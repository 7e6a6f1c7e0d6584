"""Personal identifiers in text: found before anything is indexed, shown masked, replaced on request.

The NHS number check (Modulus 11) is the same arithmetic as ISBN-10's, and 9% of random ten-digit strings pass it, so a
number counts only with a reason: its 3-3-4 grouping, a word beside it, or the kind of document it stands in. In published
text, a number of no issued range that no word calls a person's is none, nor is one with the label of an ethics committee, a
grant or a trial. Numbers from 999 000 0000 are the test range that is never issued: reported as such, and never blocking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kmassist.source_types import LOCAL_TYPES, SourceType


class IdentifierKind(StrEnum):
    """What an identifier is; the value is the token that replaces it."""

    NHS_NUMBER = "NHS NUMBER"
    NHS_TEST_NUMBER = "NHS TEST NUMBER"
    BIRTH_DATE = "DATE OF BIRTH"
    HOSPITAL_NUMBER = "HOSPITAL NUMBER"
    NATIONAL_INSURANCE = "NATIONAL INSURANCE NUMBER"
    POSTCODE = "POSTCODE"
    EMAIL = "E-MAIL"
    PHONE = "PHONE"
    NAME = "NAME"
    RARE_EVENT = "RARE EVENT WITH PLACE AND DATE"


@dataclass(frozen=True, slots=True)
class Identifier:
    """``text[start:end]`` looks like personal data. ``blocks`` says that a person has to decide before it is indexed."""

    kind: IdentifierKind
    start: int
    end: int
    masked: str
    blocks: bool


TEST_RANGE = "999"
"""First digits of the NHS numbers that are never issued."""
ISSUED = re.compile(r"[3467]|(?:0[1-9]|[12]\d)(?:0[1-9]|1[0-2])")
"""How issued numbers begin: the ranges of England, Wales and Northern Ireland, and Scotland's, whose first six digits are a
date of birth. Ranges may be opened, so in a local document, or beside a word such as "patient", every range counts."""
_DIGITS = str.maketrans({**{chr(0xFF10 + i): str(i) for i in range(10)}, "O": "0", "o": "0", "l": "1", "I": "1", "|": "1"})
_BLANK = r"[ \t\u00a0\u2007\u2009\u202f]"
_GAP = rf"{_BLANK}{{0,2}}(?:[.\u00b7\-\u2010-\u2015]|\n)?{_BLANK}{{0,2}}"
_D = r"[\dOolI|\uff10-\uff19]"
_NHS = re.compile(rf"(?<![\w+])(?<!\d[./\u00b7\u2013-]){_D}{{3}}({_GAP}){_D}{{3}}({_GAP}){_D}{{4}}(?!\w)(?![./\u00b7-]\d)")
_NHS_SAID = re.compile(rf"\bnhs\b(?!\.(?:uk|net|scot|wales)\b)[^\d\n]{{0,20}}?(?P<n>(?:\d{_GAP}){{9}}\d)(?!\w)", re.I)
_FEWEST_DIGITS = 5
"""Real digits among the ten; the others may be letters that a scanner put in their place."""
_NHS_WORDS = re.compile(r"\b(nhs|patient|hospital|no\.?|number|chi|mrn|record)\b", re.I)
_SOMEBODYS = re.compile(r"\b(?:nhs|chi|mrn|patient|hospital|woman|mother|baby)\b", re.I)
"""Words that say a number is a person's, whatever range it is of; the plural speaks of groups."""
_SOMEBODYS_OWN = re.compile(r"\b(?:nhs|patient|hospital|woman|mother|baby|client|service user)(?:['’]?s|s['’])?\s+$", re.I)
_SOMEBODYS_IN_ADDRESS = re.compile(r"(?:nhs|patient)[-_]?(?:id|no\b|num)", re.I)
_BEFORE = 60
"""How far back a word may stand that says what a number is."""
_LONGEST_ADDRESS = 400
_ADDRESS = re.compile(r"(?:https?://|www\.|10\.\d{4,9}/)\S*$", re.I)
# Beside a number, these say that it is no person's; the labels of research acquit in published text alone.
_NOT_NHS = re.compile(
    r"(?<![a-z])(?:isbn(?:-1[03])?:?|doi:?|pmid:?|pmc|isrctn|nct|tel(?:ephone)?\.?:?|phone:?|fax:?|call:?|mobile:?|\+44|orcid\S*|issn:?)"
    r"[\s:#.(]*$",
    re.I,
)
_OTHER_LABEL = re.compile(
    r"\b(?:grant|registration|account|invoice|order)(?: (?:number|no\.?|id|code))?:?[\s:#.(]*$",
    re.I,
)
_RESEARCH_LABEL = re.compile(
    r"\b(?:(?:grant|award|contract|project|protocol|fund(?:ing|er)?|trial|ethics|ethical|irb|reb|hrec|(?-i:REC)|registration|"
    r"licen[cs]e|patent|approval|permit|agreement|account|invoice|order|ref(?:erence)?)s?\.?"
    r"(?: (?:committee|board|approval|agreement|registration|application|ref(?:erence)?\.?|numbers?|nos?\.?|id|code)){0,3}|"
    r"(?:cat(?:alog(?:ue)?)?|lot|batch|serial|accession)\.? (?:number|no\.?))[\s:#.(]*$",
    re.I,
)
_EARLIER_OF_A_LIST = re.compile(r"(?:[\w/-]*\d[\w/-]*(?:,|;|,? and) ){1,4}$")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = (
    rf"(?:(?:[0-2]?\d|3[01])(?:st|nd|rd|th)?(?: of)?[\s/.\-]{{1,3}}(?:[01]?\d|{_MONTH})[\s/.,\-]{{1,3}}(?:(?:19|20)\d{{2}}|"
    rf"\d{{2}})"
    rf"|(?:19|20)\d{{2}}[-/.][01]?\d[-/.][0-3]?\d|{_MONTH} [0-3]?\d(?:st|nd|rd|th)?,? (?:19|20)\d{{2}}|[0-3]\d[01]\d(?:19|"
    rf"20)\d{{2}})(?!\d)"
)
_BIRTH = re.compile(
    r"\b(?:(?P<label>d\.? ?o\.? ?b\b\.?|date ?of ?birth|birth ?da(?:te|y)|b\.(?= ?\d))|born(?: [\w'’]{1,20}){0,4}? on|born)"
    rf"(?:{_BLANK}|[:=|(,.\-\u2013\n]|\b(?:is|was|on|the)\b){{0,8}}"
    rf"(?P<date>{_DATE})",
    re.I,
)
_HOSPITAL = re.compile(
    rf"\b(?:(?:hospital|hosp\.?|unit|case ?note|patient|medical record|record|district|pas|crn|rxr|k){_BLANK}?"
    rf"(?:id|no\.?|num(?:ber)?|#)|mrn(?:{_BLANK}(?:no\.?|number))?|(?:hospital|unit|case ?note|patient|medical record|"
    rf"district|pas|crn|rxr|k)(?=[:#]))"
    rf"(?:{_BLANK}|[:#=|(.\-\u2013]|\([a-z]{{1,10}}\)|\b(?:is|was)\b){{0,5}}\b(?P<id>[A-Z]{{0,3}}\d{{5,10}}[A-Z]?)\b",
    re.I,
)
_PAIR = r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
_NI_REST = r"(?:[ \u00a0-]?\d{2}){3}[ \u00a0-]?[A-D]\b"
_NI = re.compile(rf"\b{_PAIR}{_NI_REST}")
_NI_CUED = re.compile(
    rf"\b(?:ni|nino|national insurance)(?: (?:no\.?|number))?(?:{_BLANK}|[:#.\-]){{0,4}}\b(?P<ni>{_PAIR}{_NI_REST})", re.I
)
_AREAS = (
    "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G "
    "GL GU "
    "GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE "
    "PH PL "
    "PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
_POSTCODE = re.compile(
    rf"\b(?:GIR ?0AA|(?:{'|'.join(sorted(_AREAS.split(), key=len, reverse=True))})(?:\d[A-HJKPSTUWXY]|\d{{1,2}}){_BLANK}{{0,2}}"
    r"\d[ABD-HJLNP-UW-Z]{2})\b",
    re.I,
)
_NOT_INWARD = ("st", "nd", "rd", "th", "hr")
_EMAIL = re.compile(r"(?<![\w.+'’-])[\w.+'’-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}\b")
_PHONE = re.compile(rf"(?<![\w./])(?:(?:\+|\b00)44{_BLANK}?(?:\(0\){_BLANK}?)?|\(?0)7(?:\)?(?:{_BLANK}|[.-])?\d){{9}}(?!\d)")
_CAP = r"[A-ZÀ-ÖØ-ÞĀ-Ž]"
_SMALL = r"(?:(?:van|von|de|der|den|del|da|dos|di|la|le|el|al|bin|ibn) ){0,3}(?:[DdLl]['’])?"
_NAME = rf"{_SMALL}{_CAP}[\w'’-]{{1,30}}(?: {_SMALL}{_CAP}[\w'’-]{{1,30}}){{0,2}}"
_TWO_NAMES = rf"{_CAP}[a-zà-öø-ÿ'’-]{{1,20}} {_CAP}[a-zà-öø-ÿ'’-]{{1,25}}"
_TITLE_NAME = re.compile(
    rf"\b(?:Mrs|Miss|Ms|Mr|Mx|MRS|MISS|MX)\.? (?P<name>(?:{_CAP}\.? ){{0,2}}{_NAME})"
    rf"|\b(?:MS|MR)\.? (?P<capitals>{_CAP}[A-ZÀ-ÖØ-Þ'’-]{{2,30}})\b"
    rf"|\b[Bb]aby(?: (?:boy|girl))? (?P<baby>{_CAP}[\w'’-]{{1,30}})|\b[Bb]aby of (?P<of>{_NAME})"
    rf"|\b(?i:(?:patient|woman|mother|baby|client|service user)(?:['’]?s)? (?:full |first |last |sur)?name|"
    r"name of (?:the )?(?:patient|mother|woman|baby|client)|surname|forename|maiden name)"
    rf"\s{{0,3}}[:=|]\s{{0,3}}(?P<labelled>{_NAME})"
)
# A role and two names, or two names before a number or an age: names of a person even without a title.
_PLAIN_NAME = re.compile(
    rf"\b(?i:patient|service user|woman|mother|midwife|nurse|dr|doctor|obstetrician)\.? (?P<person>{_TWO_NAMES})\b"
    rf"|\b(?P<numbered>{_TWO_NAMES})(?=,? \(?(?:NHS (?:no|num|\d)|DOB\b|d\.o\.b|born \d|aged \d|MRN\b|hospital n))"
)
_STOP_WORDS = (
    "Friendly Box Big Steps Led Check Checks Tracker Blues Lifeline Weight Survival Clear Feeding Unit Loss Charter "
    "Wash Wipes Bottle Bottles Formula Syndrome Infant Is Are WIN WINDOWS ACCESS OUTLOOK SQL "
    "Life Week Buddy Clinic Massage Trial Study Group Groups Café Cafe Club Milk Monitor Awareness Basics Bank Bundle "
    "Bereavement Care Centre Cohort Deaths Health Hub Kick Movements Nursery Outcome Outcomes Room Safe Sensory "
    "Shower Sleep Talk Team Yoga Weigh Weighing Event Services Service Notes Record Records Red Word Excel Imaging "
    "Office Teams And Or The WORD EXCEL IMAGING SCAN SCANS"
)
_NOT_NAMES = frozenset(_STOP_WORDS.split())
_NOT_PEOPLE = _NOT_NAMES | frozenset(
    """
    Programme Program Partnership Project Trust Hospital Infirmary Women Woman Mothers Mother Midwife Midwives Midwifery
    Maternity Neonatal Nurse Nursing Foundation College Royal Union Council Society Association Board Network Ward
    Baby Babies Family Families Parent Parents Patient Patients Staff Lead Led Led Continuity Birth Births Labour Triage
    Clinical Community Experience Safety Survey Report Reports Standards Guideline Guidelines Policy Audit Research University
    Department Committee Panel Forum Voices Education Training Support Advice Line First Second January February March April
    May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday
    Telephone Consultation Visit Visits Satisfaction Questionnaire Questionnaires Population If You Your
    Mrs Miss Ms Mr Mx Dr Prof Professor North South East West New In On At By For From With To Of When What Where Who How Why All Any Some No Not
    """.split()  # noqa: SIM905 - a list of words reads better than a literal
)
_CODE = re.compile(r"[A-Z]{1,4}\d+")
_RARE = re.compile(
    r"\b(?:maternal death|stillb(?:irth|orn)|neonatal death|uterine rupture|amniotic fluid embolism|cardiac arrest|"
    r"hysterectomy)\b",
    re.I,
)
_SENTENCE = re.compile(r"[^\n.]+(?:\.(?! )[^\n.]*)*")
_DAY = re.compile(
    r"\b(?:[0-3]?\d(?:st|nd|rd|th)? (?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?: (?:19|20)\d{2})?|[0-3]?\d/[01]?\d/(?:19|20)?\d{2}|(?:19|20)\d{2}-[01]\d-[0-3]\d)\b"
)
_UNIT = re.compile(r"\b(?:ward|unit|hospital|bay|room|theatre|birth centre|suite)\b", re.I)
_ONE = re.compile(
    r"\b(?:a|one|her|the) (?:woman|mother|patient|lady|baby|case|stillbirth|maternal death|neonatal death|uterine rupture)\b|"
    r"\bwas (?:stillborn|born)\b",
    re.I,
)


def is_valid_nhs_number(digits: str) -> bool:
    """The Modulus 11 check of a ten-digit NHS number; repeated digits are refused."""
    if len(digits) != 10 or not digits.isdigit() or len(set(digits)) == 1:
        return False
    check = 11 - sum(int(d) * weight for d, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check != 10 and (0 if check == 11 else check) == int(digits[9])


def find_identifiers(text: str, source_type: SourceType | None = None, *, hospital_pattern: str = "") -> list[Identifier]:
    """Everything in a text that looks like personal data, in order, without overlaps.

    Args:
        text: any text.
        source_type: of the document; local kinds (audit, involvement, frontline, evaluation) are read more strictly.
        hospital_pattern: a site's own regular expression for hospital numbers.
    """
    is_local = source_type is None or source_type in LOCAL_TYPES
    found = [
        *_nhs_numbers(text, is_local),
        *_nhs_said(text),
        *_birth_dates(text, is_local),
        *_hospital_numbers(text, hospital_pattern),
        *_matches(_NI_CUED, text, IdentifierKind.NATIONAL_INSURANCE, group="ni"),
        *_insurance_numbers(text, is_local),
        *_postcodes(text, is_local),
        *_matches(_EMAIL, text, IdentifierKind.EMAIL, blocks=is_local),
        *_matches(_PHONE, text, IdentifierKind.PHONE, blocks=is_local),
        *_names(text, is_local),
        *_rare_events(text, is_local),
    ]
    kept: list[Identifier] = []
    for item in sorted(found, key=lambda i: (i.start, -i.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def redact(text: str, identifiers: Iterable[Identifier]) -> str:
    """The text with each identifier replaced by what it is: ``[NHS NUMBER]``. It is not a claim of anonymity."""
    for item in sorted(identifiers, key=lambda i: -i.start):
        text = f"{text[: item.start]}[{item.kind.value}]{text[item.end :]}"
    return text


def summarise(identifiers: Iterable[Identifier]) -> list[str]:
    """One masked line a kind: ``2 x NHS NUMBER (943 *** **19)``."""
    by_kind: dict[IdentifierKind, list[Identifier]] = {}
    for item in identifiers:
        by_kind.setdefault(item.kind, []).append(item)
    return [f"{len(items)} x {kind.value.lower()} ({items[0].masked})" for kind, items in by_kind.items()]


def _mask(value: str, keep_start: int = 2, keep_end: int = 2) -> str:
    inner = "".join("*" if c.isalnum() else c for c in value[keep_start : len(value) - keep_end])
    return (
        f"{value[:keep_start]}{inner}{value[len(value) - keep_end :]}"
        if len(value) > keep_start + keep_end
        else "*" * len(value)
    )


def _matches(
    pattern: re.Pattern[str], text: str, kind: IdentifierKind, *, group: str | int = 0, blocks: bool = True
) -> Iterator[Identifier]:
    for match in pattern.finditer(text):
        yield Identifier(kind, match.start(group), match.end(group), _mask(match.group(group)), blocks)


def _nhs_numbers(text: str, is_local: bool) -> Iterator[Identifier]:
    for match in _NHS.finditer(text):
        digits = re.sub(r"\D", "", match.group().translate(_DIGITS))
        if not is_valid_nhs_number(digits) or sum(c.isdigit() for c in match.group()) < _FEWEST_DIGITS:
            continue
        if match.group(1) + match.group(2) in (".", "\u00b7") or _is_another_number(text, match.start(), is_local):
            continue  # one point alone is a decimal's
        if digits.startswith(TEST_RANGE):
            yield Identifier(IdentifierKind.NHS_TEST_NUMBER, match.start(), match.end(), f"{digits[:3]} *** ****", False)
            continue
        near = text[max(0, match.start() - 40) : match.start()] + " " + text[match.end() : match.end() + 40]
        if is_local or ISSUED.match(digits) or _SOMEBODYS.search(near):
            blocks = is_local or _is_grouped(match.group(1), match.group(2)) or bool(_NHS_WORDS.search(near))
            yield Identifier(IdentifierKind.NHS_NUMBER, match.start(), match.end(), f"{digits[:3]} *** **{digits[8:]}", blocks)


def _is_another_number(text: str, start: int, is_local: bool) -> bool:
    """Whether what stands right before a number says that it is no person's: an address it ends, or a label."""
    address = _ADDRESS.search(text, max(0, start - _LONGEST_ADDRESS), start)
    if address and not _SOMEBODYS_IN_ADDRESS.search(address.group()):
        return True
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    if _NOT_NHS.search(before):
        return True
    label = _OTHER_LABEL.search(before) if is_local else _RESEARCH_LABEL.search(_EARLIER_OF_A_LIST.sub("", before))
    # "Patient registration number" and "hospital account no." are a person's all the same.
    return label is not None and not _SOMEBODYS_OWN.search(before[: label.start()])


def _nhs_said(text: str) -> Iterator[Identifier]:
    """Ten digits in any grouping after the letters NHS."""
    for match in _NHS_SAID.finditer(text):
        digits = re.sub(r"\D", "", match.group("n").translate(_DIGITS))
        if is_valid_nhs_number(digits):
            is_test = digits.startswith(TEST_RANGE)
            kind = IdentifierKind.NHS_TEST_NUMBER if is_test else IdentifierKind.NHS_NUMBER
            yield Identifier(kind, match.start("n"), match.end("n"), f"{digits[:3]} *** **{digits[8:]}", not is_test)


def _is_grouped(first: str, second: str) -> bool:
    """Whether both gaps of a 3-3-4 number are there and alike; a line break is no grouping."""
    return bool(first) and bool(second) and "\n" not in first + second and first.strip() == second.strip()


def _birth_dates(text: str, is_local: bool) -> Iterator[Identifier]:
    for match in _BIRTH.finditer(text):
        date = match.group("date")
        yield Identifier(
            IdentifierKind.BIRTH_DATE,
            match.start("date"),
            match.end("date"),
            _mask(date),
            is_local or bool(match.group("label")),
        )


def _insurance_numbers(text: str, is_local: bool) -> Iterator[Identifier]:
    """Those that nothing announces; written together in published text they are as likely the code of a drug."""
    for match in _NI.finditer(text):
        blocks = is_local or not match.group().isalnum()
        yield Identifier(IdentifierKind.NATIONAL_INSURANCE, match.start(), match.end(), _mask(match.group()), blocks)


def _postcodes(text: str, is_local: bool) -> Iterator[Identifier]:
    for match in _POSTCODE.finditer(text):
        code = match.group()
        outward = code.split()[0]
        if not code.isupper() and code.lower().endswith(_NOT_INWARD) and (len(outward) < 3 or outward.isupper()):
            continue  # "at 4 1st", "FY15 2nd quarter"
        yield Identifier(IdentifierKind.POSTCODE, match.start(), match.end(), _mask(code), is_local)


def _hospital_numbers(text: str, pattern: str) -> Iterator[Identifier]:
    yield from _matches(_HOSPITAL, text, IdentifierKind.HOSPITAL_NUMBER, group="id")
    if pattern:
        yield from _matches(re.compile(pattern), text, IdentifierKind.HOSPITAL_NUMBER)


def _names(text: str, is_local: bool) -> Iterator[Identifier]:
    for match in _TITLE_NAME.finditer(text):
        group = match.lastgroup or "name"
        first = match.group(group).split()[0]
        if first in _NOT_NAMES or _CODE.fullmatch(first):
            continue
        yield Identifier(
            IdentifierKind.NAME,
            match.start(group),
            match.end(group),
            _mask(match.group(group), 1, 0),
            is_local or group == "labelled",
        )
    for match in _PLAIN_NAME.finditer(text):
        group = match.lastgroup or "person"
        if _NOT_PEOPLE.isdisjoint(match.group(group).split()):
            start, end = match.span(group)
            yield Identifier(IdentifierKind.NAME, start, end, _mask(match.group(group), 1, 0), is_local)


def _rare_events(text: str, is_local: bool) -> Iterator[Identifier]:
    if not is_local or not _RARE.search(text):
        return
    for sentence in _SENTENCE.finditer(text):
        event = _RARE.search(sentence.group())
        day = _DAY.search(sentence.group()) if event else None
        if event and day and _UNIT.search(sentence.group()) and _ONE.search(sentence.group()):
            start = sentence.start()
            yield Identifier(IdentifierKind.RARE_EVENT, start + day.start(), start + day.end(), event.group().lower(), True)
