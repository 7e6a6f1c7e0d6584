"""Careful detection: metadata read out of a document's own words. Silence is better than a wrong value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from kmassist.documents import Design, Document, Origin, Setting, SourceType
from kmassist.readers.countries import countries_in, setting_of
from kmassist.readers.dates import parse_date
from kmassist.readers.provenance import Layer

_FRONT = 3_500
_REFERENCES = re.compile(r"^(?:\d+\.?\s*)?(references|bibliography|literature cited|reference list)\s*$", re.I | re.M)
_DOI = re.compile(r"\b(?:doi\s*[:.]?\s*|(?:dx\.)?doi\.org/)?(10\.\d{4,9}/[^\s\"'<>{}|\\^`]{2,120})", re.I)
_PMID = re.compile(r"\bPMID\s*:?\s*(\d{6,8})\b", re.I)
_PMCID = re.compile(r"\b(PMC\d{5,8})\b")
_REGISTRATION = re.compile(
    r"\b(ISRCTN\s?\d{8}|NCT\s?\d{8}|ACTRN\s?\d{14}|PACTR\d{15,16}|CRD\s?420\d{8,11}|ChiCTR[-\w]{6,14}|CTRI/\d{4}/\d{2,3}/\d{6})"
)
_PUBLISHED = re.compile(
    r"\b(?:published(?:\s+online)?|publication date|date of publication|issued|first published|date of report|report date)\s*:?\s*"
    r"(?:on\s+|in\s+)?((?:\d{1,2}(?:st|nd|rd|th)?\s+)?[A-Z][a-z]{2,8}\.?\s+(?:\d{1,2},\s*)?(?:19|20)\d\d|(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?)",
    re.I,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:the\s+author\(?s\)?,?\s*|[A-Z][\w.& ]{1,60}?\s*,?\s*)?((?:19|20)\d\d)\b", re.I
)
_CITATION = re.compile(
    r"\b((?:19|20)\d\d)\s*(?:[A-Z][a-z]{2}\s*\d{0,2}\s*)?[;,]\s*\d{1,4}\s*(?:\(\d{1,4}[^)]{0,12}\))?\s*:\s*[eE]?\d+|\(((?:19|20)\d\d)\)\s*\d{1,4}\s*:\s*[eE]?\d+"
)
_SEARCHED = re.compile(
    r"\bsearch(?:ed|es)?\b[^.]{0,160}?\b(?:to|until|through|up to|in|on)\s+((?:\d{1,2}\s+)?(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December)\s+(?:19|20)\d\d)",
    re.I,
)
_SYNTHETIC = re.compile(r"\bsynthetic (?:document|data|example|report|demonstration)\b|describes no real service", re.I)
_N = r"(\d{1,3}(?:,\d{3})+|\d{2,6})\s+"
_PEOPLE = r"(?:women|participants|patients|mothers|infants|babies|neonates|newborns|respondents|midwives|pregnancies|couples)"
_TOTAL = (re.compile(rf"\b[Tt]otal of {_N}(?:[a-z-]+\s+){{0,4}}?{_PEOPLE}\b"),)
_SAMPLE = (
    re.compile(
        rf"\b{_N}(?:[a-z-]+\s+){{0,4}}?{_PEOPLE}\s+(?:were|was)\s+(?:then\s+)?"
        r"(?:randomly|randomi[sz]ed|enrolled|recruited|included|interviewed|allocated|divided|assigned)"
    ),
    re.compile(
        rf"\b(?:randomi[sz]ed|randomly (?:assigned|allocated|divided)|enrolled|recruited)\s+{_N}(?:[a-z-]+\s+){{0,3}}?{_PEOPLE}\b"
    ),
)
_UKWIDE = re.compile(r"\b(NHS|National Health Service|MNVP|Healthwatch|LMNS|integrated care board|NIHR)\b")

# First match in the title wins, then in the abstract or the first part of the text.
_DESIGNS: tuple[tuple[Design, str], ...] = (
    (Design.PROTOCOL, r"\b(study|trial|review) protocol\b|\bprotocol (for|of) (a|an|the)\b|: (a )?protocol\b"),
    (
        Design.QUALITATIVE_SYNTHESIS,
        r"qualitative (evidence )?synthesis|meta-?ethnograph|meta-?synthesis|qualitative systematic review|systematic review of qualitative",
    ),
    (Design.REALIST_REVIEW, r"\brealist (review|synthesis|evaluation)"),
    (
        Design.DIAGNOSTIC_REVIEW,
        r"(diagnostic|prognostic|test accuracy)[\w\s,-]{0,40}(systematic review|meta-?analysis)|(systematic review|meta-?analysis)[\w\s,-]{0,40}(test accuracy|diagnostic|prognostic)",
    ),
    (Design.SYSTEMATIC_REVIEW, r"systematic(ally)? review|meta-?analys[ie]s|cochrane review|umbrella review"),
    (Design.MIXED_METHODS, r"mixed[- ]methods?"),
    (
        Design.QUASI_EXPERIMENTAL,
        r"quasi-?(experiment|randomi)|interrupted time[- ]series|non-?randomi[sz]ed|controlled before[- ]and[- ]after|before[- ]and[- ]after controlled|difference[- ]in[- ]difference",
    ),
    (
        Design.RCT,
        r"randomi[sz]ed|randomly\W+(assigned|allocated|divided)|(assigned|allocated|divided)\W+(at random|randomly)|\bRCT\b"
        r"|stepped[- ]wedge|cluster[- ]random|randomi[sz]ation",
    ),
    (
        Design.DIAGNOSTIC_STUDY,
        r"diagnostic accuracy|test accuracy|prognostic (model|accuracy)|prediction model|validation study|inter-?(rater|operator) reliability",
    ),
    (
        Design.QUALITATIVE,
        r"\bqualitative\b|ethnograph|focus groups?|semi-?structured interviews?|grounded theory|phenomenolog|thematic analysis|interview study",
    ),
    (
        Design.BEFORE_AFTER,
        r"before[- ](and|&)[- ]after|before[-–]after|pre[- ]?(and|/)?[- ]?post[- ](intervention|test|implementation)",
    ),
    (
        Design.COHORT,
        r"\bcohort\b|case[-–]control|follow-up study|longitudinal study|retrospective (analysis|study)|prospective (observational )?study",
    ),
    (Design.CROSS_SECTIONAL, r"cross-?sectional|\bsurvey\b|questionnaire|registry|census"),
    (Design.CASE_SERIES, r"case (series|reports?)\b"),
    (Design.OPINION, r"\b(commentary|editorial|narrative review|consensus|viewpoint|opinion)\b"),
)
_WEAK_IN_TEXT = {
    Design.PROTOCOL,
    Design.CROSS_SECTIONAL,
    Design.CASE_SERIES,
    Design.OPINION,
    Design.DIAGNOSTIC_STUDY,
    Design.DIAGNOSTIC_REVIEW,
}
# What one mention in an abstract says when nothing stronger is there.
_ONCE = (
    (Design.CROSS_SECTIONAL, r"cross-?sectional|\bsurvey(ed)?\b"),
    (Design.COHORT, r"\bcohort\b|case[-–]control"),
    (Design.QUALITATIVE, r"\bqualitative\b|focus groups?"),
)
_ISSUERS = (
    (
        "National Institute for Health and Care Excellence",
        r"\bNICE\b|National Institute for Health and (Care|Clinical) Excellence",
    ),
    ("Royal College of Obstetricians and Gynaecologists", r"\bRCOG\b|Royal College of Obstetricians"),
    ("World Health Organization", r"\bWorld Health Organi[sz]ation\b"),
    ("NHS England", r"\bNHS England\b"),
    ("MBRRACE-UK", r"\bMBRRACE-UK\b"),
    ("Care Quality Commission", r"\bCare Quality Commission\b"),
)
_LOCAL = (SourceType.AUD, SourceType.PPI, SourceType.FLK, SourceType.SVE)


def detect(document: Document, *, source_type: SourceType | None, title: str = "") -> Layer:
    """What the words of a document say about it, for fields that nothing surer has filled.

    Identifiers, dates and designs are looked for near the front, never in the reference list, and designs only in
    published research. A year is taken from a stated date, a copyright line or the document's own citation.
    """
    front = _front(document.text)
    found: dict[str, Any] = {}
    if not title:
        title = find_title(document)
        found["title"] = title or tidy_stem(document.source_name)
    if source_type in (None, SourceType.PUB, SourceType.ECO, SourceType.GDL):
        found.update(_identifiers(front))
    found["published"] = _published(front)
    if _SYNTHETIC.search(document.text[:20_000]):
        found["is_synthetic"] = True
    if source_type is SourceType.PUB:
        found.update(_research(document, title, front))
    if source_type in _LOCAL:
        found["origin"] = Origin.INTERNAL
    elif source_type is SourceType.PUB:
        found["origin"] = Origin.EXTERNAL
    if source_type in (SourceType.GDL, SourceType.POL):
        found["issuer"] = next((name for name, cue in _ISSUERS if re.search(cue, f"{title}\n{front[:600]}")), "")
    if "country" not in found and source_type in _LOCAL and _UKWIDE.search(document.text[:6_000]):
        found["country"] = "United Kingdom"
    return Layer("detected", {name: value for name, value in found.items() if value not in (None, "", ())})


def find_title(document: Document) -> str:
    """The first heading, or the first line when it looks like a title; empty otherwise."""
    if document.headings:
        first = min(document.headings, key=lambda span: (span.start > 600, span.level, span.start))
        if first.start <= 3_000 and len(first.title) <= 400:
            return first.title
    line = document.text.split("\n", 1)[0]
    looks_like_title = 8 <= len(line) <= 250 and (not line.endswith((".", ";", ",")) or line.count(". ") == 0)
    return line.rstrip(".") if looks_like_title and sum(c.isalpha() for c in line) > len(line) / 2 else ""


def tidy_stem(name: str) -> str:
    """A file's name as words: ``triage-audit_2026.pdf`` is ``triage audit 2026``."""
    return " ".join(re.sub(r"[_-]+", " ", Path(name).stem).split())


def detect_design(title: str, abstract: str, methods: str = "") -> Design | None:
    """Study design by cue words: in the title, else in the abstract, else in the methods; None when nothing says it.

    In running text one word may be of another study, so all but trials and reviews need two mentions, and weak words
    ("questionnaire") say nothing outside a title.
    """
    for design, cue in _DESIGNS:
        if re.search(cue, title, re.I):
            return design
    # A review tells of other people's trials: only the word "systematic" and its like say what it is.
    is_review = bool(re.search(r"\breviews?\b|\bguideline|\boverview\b", title, re.I))
    for text in (abstract, methods):
        for design, cue in _DESIGNS:
            needed = 1 if design in (Design.RCT, Design.SYSTEMATIC_REVIEW) and text is abstract else 2
            if is_review and design is not Design.SYSTEMATIC_REVIEW:
                continue
            if design not in _WEAK_IN_TEXT and _mentions(cue, text) >= needed:
                return design
    for design, cue in _ONCE:
        if not is_review and _mentions(cue, abstract or methods):
            return design
    return None


def _mentions(cue: str, text: str) -> int:
    """How often a cue stands in a text without a "no" or "not" just before it."""
    return sum(
        not re.search(r"\b(no|not|none|without|neither|nor|than)\b[\w\s,-]{0,20}$", text[max(0, m.start() - 28) : m.start()])
        for m in re.finditer(cue, text, re.I)
    )


def _front(text: str) -> str:
    cut = _REFERENCES.search(text)
    return text[: min(_FRONT, cut.start() if cut else _FRONT)]


def _identifiers(front: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    dois = {_trim_doi(match.group(1)) for match in _DOI.finditer(front)}
    if len(dois) == 1:
        found["doi"] = dois.pop()
    elif dois:
        first = _DOI.search(front[:1_500])
        labelled = first and re.match(r"doi|dx\.|https?|doi\.org", first.group(0), re.I)
        found["doi"] = _trim_doi(first.group(1)) if first and labelled else ""
    for name, pattern in (("pmid", _PMID), ("pmcid", _PMCID), ("registration", _REGISTRATION)):
        values = {match.group(1).replace(" ", "") for match in pattern.finditer(front)}
        if len(values) == 1:
            found[name] = values.pop()
    return found


def _trim_doi(raw: str) -> str:
    doi = raw.rstrip(".,;:")
    while doi.endswith((")", "]")) and doi.count("(") + doi.count("[") < doi.count(")") + doi.count("]"):
        doi = doi[:-1].rstrip(".,;:")
    return doi.lower()


def _published(front: str) -> str | None:
    stated = _PUBLISHED.search(front)
    if stated:
        return parse_date(stated.group(1))
    years = [match.group(1) for match in _COPYRIGHT.finditer(front)]
    years += [match.group(1) or match.group(2) for match in _CITATION.finditer(front[:1_500])]
    return years[0] if years and len(set(years)) == 1 else None


def _research(document: Document, title: str, front: str) -> dict[str, Any]:
    abstract = (
        section_text(document, r"abstract|summary|background|objectives?|methods?|design|results?|findings|conclusions?")
        or front
    )
    methods = section_text(
        document, r"(materials? and )?methods?( and materials?)?|study design|design|trial design|study design and .{0,40}"
    )
    design = detect_design(title, abstract[:5_000], methods[:5_000])
    found: dict[str, Any] = {"design": design, "sample_size": _sample_size(abstract[:5_000])}
    named = countries_in(f"{title}\n{abstract[:4_000]}") or countries_in(methods[:3_000])
    if len(named) == 1:
        found["country"] = named[0]
        found["setting"] = setting_of(named[0])
    elif not named and re.search(r"\bNHS\b", abstract):
        found["country"], found["setting"] = "United Kingdom", Setting.UK_OTHER
    if design is Design.SYSTEMATIC_REVIEW:
        searched = _SEARCHED.search(document.text[:30_000])
        found["evidence_date"] = parse_date(searched.group(1)) if searched else None
    return found


def section_text(document: Document, names: str) -> str:
    """Text under the first headings whose words fully match ``names`` (a regular expression), up to 12,000 characters."""
    spans = sorted(document.headings, key=lambda span: span.start)
    pieces: list[str] = []
    done = 0
    for number, span in enumerate(spans):
        plain = re.sub(r"^[\d.\s]+", "", span.title).strip(" :.").casefold()
        if span.start < done or not re.fullmatch(names, plain):
            continue
        # A section goes on through its own subsections.
        done = next((after.start for after in spans[number + 1 :] if after.level <= span.level), len(document.text))
        pieces.append(document.text[span.end : done])
        if sum(map(len, pieces)) > 12_000:
            break
    return "\n".join(pieces)[:12_000]


def _sample_size(text: str) -> int | None:
    """The number studied, when the abstract gives exactly one of that form."""
    for patterns in (_TOTAL, _SAMPLE):
        found = {int(match.group(1).replace(",", "")) for pattern in patterns for match in pattern.finditer(text)}
        found = {n for n in found if not 1900 <= n <= 2030}
        if len(found) == 1:
            return found.pop()
    return None
