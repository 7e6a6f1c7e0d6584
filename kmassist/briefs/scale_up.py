"""The scale-up check: the ten domains of the Intervention Scalability Assessment Tool (Milat 2020), by what sources say.

The domain names are the tool's; the rules are ours and are shown beside each state. A domain is *evidenced* when sentences of
two or more studies cover it, *thin* when one study does, *to check* when only sources do that a person has yet to look at,
*missing* when none does. A sentence that says that something was not measured does not count as speaking to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pydantic import Field

from kmassist.answers.model import Citation, Claim
from kmassist.answers.write import cite as cite_excerpt
from kmassist.briefs.equity import brief_data, cue_of
from kmassist.briefs.gap_lines import to_check_words
from kmassist.briefs.model import DomainLine, ScaleUp, SourceLine
from kmassist.documents.document import Document, SourceType
from kmassist.documents.frozen import Frozen
from kmassist.documents.metadata import Design, Origin
from kmassist.evidence.model import Excerpt
from kmassist.privacy.masking import SmallNumbers
from kmassist.text.counts import counted
from kmassist.text.number_words import NUMBER_WORDS
from kmassist.text.sentences import split_sentences
from kmassist.text.shipped import english

_LONGEST = 60
"""Words of a sentence that may be quoted as the passage behind a domain; longer ones are tables or lists."""
_QUOTED = 2

_REFERENCES = english("briefs", "references")
State = Literal["evidenced", "thin", "to check", "missing"]


@dataclass(frozen=True, slots=True)
class _Domain:
    part: str
    name: str
    cue: re.Pattern[str]
    kinds: frozenset[SourceType]


@lru_cache(maxsize=1)
def _domains() -> tuple[_Domain, ...]:
    return tuple(
        _Domain(
            part=row["part"],
            name=row["domain"],
            cue=cue_of(row["cue"]),
            kinds=frozenset(SourceType(code) for code in row["kinds"])
            if "kinds" in row
            else frozenset(SourceType),
        )
        for row in brief_data()["scale_up"]
    )


def scale_up(
    pilots: Sequence[Document],
    around: Sequence[Document],
    number_of: Callable[[Document], int],
    *,
    gate: SmallNumbers,
    unchecked: Sequence[Document] = (),
    target_setting: str = "",
) -> ScaleUp:
    """Judge ten domains by the sentences of the pilots and of the sources around them.

    Args:
        pilots: the evaluations to be scaled up, with text.
        around: the other sources on the question, with text.
        number_of: gives a document its reference number.
        gate: finds the small numbers that are masked in what is quoted.
        unchecked: sources that a person has yet to look at: none is quoted, and a domain that they alone cover is to check.
        target_setting: what is known of the place it would go to; may be empty.
    """
    documents = [*pilots, *(d for d in around if d.doc_id not in {p.doc_id for p in pilots})]
    lines = tuple(
        _or_to_check(_domain_line(domain, documents, number_of, gate), domain, unchecked, number_of)
        for domain in _domains()
    )
    missing = tuple(line.domain for line in lines if line.state == "missing")
    return ScaleUp(
        pilots=tuple(sorted(number_of(pilot) for pilot in pilots)),
        domains=lines,
        differs=tuple(_differs(pilots, target_setting)),
        must_know=tuple(f"{name}: no source in this corpus covers it." for name in missing),
    )


def _domain_line(
    domain: _Domain,
    documents: Sequence[Document],
    number_of: Callable[[Document], int],
    gate: SmallNumbers,
) -> DomainLine:
    found: dict[str, list[tuple[Document, int, int]]] = {}
    unknown: list[tuple[Document, int, int]] = []
    below_target: dict[str, list[tuple[Document, int, int]]] = {}
    unknown_cue = cue_of(brief_data()["not_known"])
    for document in documents:
        if document.metadata.source_type not in domain.kinds:
            continue
        key = document.metadata.study_key or document.doc_id
        if domain.name == "The problem" and (missed := list(_missed(document))):
            below_target[key] = missed
        for start, end in _sentences_on(domain, document):
            if unknown_cue.search(document.text[start:end]):
                unknown.append((document, start, end))
            else:
                found.setdefault(key, []).append((document, start, end))
    state: State = "missing"
    if domain.name == "Evidence of effectiveness":
        state, because = _effectiveness(documents, found)
    elif below_target:
        state, because = "evidenced", "A local audit misses its target."
    elif len(found) >= 2:
        state, because = "evidenced", f"{counted(len(found), 'study covers', 'studies cover')} it."
    elif found:
        state, because = "thin", "One study covers it."
    else:
        because = (
            "No source covers it."
            if not unknown
            else "A source says that it was not measured or is not known."
        )
    places = {**below_target, **found}.values()
    picked = [held[0] for held in places][:_QUOTED] or unknown[:1]
    claims = tuple(
        claim_of(document, number_of(document), start, end, gate) for document, start, end in picked
    )
    return DomainLine(
        part=domain.part, domain=domain.name, state=state, because=because, claims=claims
    )


def _or_to_check(
    line: DomainLine,
    domain: _Domain,
    unchecked: Sequence[Document],
    number_of: Callable[[Document], int],
) -> DomainLine:
    """A missing domain with the sources yet to check that have a sentence on it; nobody is told that nothing covers it then."""
    may = [d for d in unchecked if line.state == "missing" and any(_sentences_on(domain, d))]
    if not may:
        return line
    because = to_check_words([d.metadata.title or d.source_name for d in may], "")
    numbers = tuple(sorted(number_of(d) for d in may))
    return line.model_copy(
        update={"state": "to check", "because": because, "claims": (), "unchecked": numbers}
    )


def _sentences_on(domain: _Domain, document: Document) -> Iterator[tuple[int, int]]:
    if document.metadata.source_type in domain.kinds:
        for start, end in sentences_of(document):
            if domain.cue.search(document.text[start:end]):
                yield start, end


def _missed(document: Document) -> Iterator[tuple[Document, int, int]]:
    """The sentences or rows that name the criteria of an audit that miss their target; the first for one in other words."""
    told = list(split_sentences(document.text))
    for criterion in document.metadata.audit:
        if criterion.is_met is False and told:
            named = [at for at in told if criterion.criterion in document.text[slice(*at)]]
            count = str(criterion.numerator)
            counted = [at for at in named if count in document.text[slice(*at)]]
            yield (document, *(counted or named or told)[0])


def _effectiveness(documents: Sequence[Document], found: Mapping[str, object]) -> tuple[State, str]:
    strong = {Design.SYSTEMATIC_REVIEW, Design.RCT, Design.QUASI_EXPERIMENTAL}
    speak = [d for d in documents if (d.metadata.study_key or d.doc_id) in found]
    best = sorted({d.metadata.study_key or d.doc_id for d in speak if d.metadata.design in strong})
    if best:
        return (
            "evidenced",
            f"{counted(len(best), 'study has', 'studies have')} a controlled design.",
        )
    if speak:
        count = "One study reports" if len(found) == 1 else f"{len(found)} studies report"
        return "thin", f"{count} results, without a controlled design."
    return "missing", "No source reports an effect."


def sentences_of(document: Document) -> Iterator[tuple[int, int]]:
    headings = {(h.start, h.end) for h in document.headings}
    cut = _references_start(document)
    for start, end in split_sentences(document.text, 0, cut):
        words = document.text[start:end]
        if (
            (start, end) not in headings
            and 5 <= len(words.split()) <= _LONGEST
            and "|" not in words
            and not words.endswith("?")
        ):
            yield start, end


def _references_start(document: Document) -> int:
    """Where the list of references begins, so that no title of somebody else's work counts."""
    for heading in document.headings:
        if _REFERENCES.fullmatch(heading.title.strip()):
            return heading.start
    return len(document.text)


def claim_of(document: Document, number: int, start: int, end: int, gate: SmallNumbers) -> Claim:
    return Claim(citation=cite(document, number, start, end, gate), probability=0.0)


def cite(document: Document, number: int, start: int, end: int, gate: SmallNumbers) -> Citation:
    """The citation of a stretch of a document, with the page and section that hold its start."""
    page = document.page_at(start)
    above = [h.title for h in document.headings if h.end <= start]
    excerpt = Excerpt(
        doc_id=document.doc_id,
        passage_id="",
        start=start,
        end=end,
        quote=document.text[start:end],
        page=page.number if page else None,
        page_is_estimated=page.is_estimated if page else False,
        section=above[-1] if above else "",
        probability=0.0,
        score=0.0,
    )
    return cite_excerpt(document, number, excerpt, gate).masked()


def _differs(pilots: Sequence[Document], target_setting: str) -> Iterator[str]:
    """What is known of each pilot's place, and what has to be compared with the place it would go to."""
    for pilot in pilots:
        record = pilot.metadata.evaluation
        if record is None:
            yield f"{pilot.cite_as}: the record says nothing about the pilot's place, so nothing can be compared."
            continue
        parts = [
            counted(record.sites, "site")
            if record.sites is not None
            else "number of sites not stated"
        ]
        parts.append(
            f"{record.months:g} months" if record.months is not None else "length not stated"
        )
        if record.context:
            parts.append(record.context)
        ours = (
            f" Target: {target_setting}."
            if target_setting
            else " The target site is not described: compare by hand."
        )
        yield f"{pilot.cite_as}: {'; '.join(parts)}.{ours}"


_QUESTIONS = {
    "The problem": "Is it the same problem at the target, as large, and how is that known?",
    "The intervention": "What exactly would be introduced, and which parts of it do the work?",
    "Strategic and political context": "Which priority, policy or contract does it serve, and who could stop it?",
    "Evidence of effectiveness": "What effect was measured against a comparison, on which outcomes, and would it hold here?",
    "Costs and benefits": "What does it cost at the target, in staff and money, at this year's prices, and who pays?",
    "Fidelity and adaptation": "What may be changed to fit, what must not, and how was it checked that it was done as meant?",
    "Reach and acceptability": "Which share of those it is for did it reach, who was missed, and what did they and staff say?",
    "Delivery setting and workforce": "Who delivers it, with what skills and hours, and has the target those people?",
    "Implementation infrastructure": "What training, leadership, records and support did it need, and are they there?",
    "Sustainability": "Does it last when the project ends, and what kept it going or let it fade?",
}

_SITES = english("briefs", "sites")
_ONE_SITE = english("briefs", "one_site")


class Target(Frozen):
    """The place that something would go to; what is not known stays empty or None."""

    name: str = ""
    setting: str = ""
    sites: int | None = Field(default=None, ge=1)
    population: str = ""
    context: str = ""

    @property
    def is_described(self) -> bool:
        """Whether there is anything to compare with."""
        return bool(self.sites or self.population or self.context)

    @property
    def words(self) -> str:
        """In one line."""
        sites = counted(self.sites, "site") if self.sites else ""
        return "; ".join(part for part in (self.name, sites, self.population, self.context) if part)


class ScaleCheck(Frozen):
    """The whole check of one pilot: its domains, its differences, what must be known, and the sources by number."""

    subject: str
    target: Target
    result: ScaleUp
    sources: tuple[SourceLine, ...]

    def of_state(self, state: str) -> tuple[DomainLine, ...]:
        """The domains that are evidenced, thin, to check or missing."""
        return tuple(line for line in self.result.domains if line.state == state)


def sites_of(document: Document) -> int | None:
    """How many sites a source is of: as its record says, else as its population or text says; None when neither does."""
    meta = document.metadata
    if meta.evaluation and meta.evaluation.sites is not None:
        return meta.evaluation.sites
    if _ONE_SITE.search(f"{meta.population}\n{document.text}"):
        return 1
    found = _SITES.search(meta.population) or _SITES.search(document.text)
    if found is None:
        return None
    return int(found[1]) if found[1].isdigit() else NUMBER_WORDS[found[1].lower()]


def differences(pilots: Sequence[Document], target: Target) -> tuple[str, ...]:
    """What differs, or cannot be compared, between where each pilot was and where it would go. One sentence each."""
    return tuple(line for pilot in pilots for line in _differences(pilot, target))


def _differences(pilot: Document, target: Target) -> Iterator[str]:
    meta, who = pilot.metadata, pilot.cite_as
    record = meta.evaluation
    sites = sites_of(pilot)
    if sites is None:
        yield f"{who}: how many sites took part is not stated."
    elif target.sites is not None and sites != target.sites:
        yield f"{who}: {counted(sites, 'site')} took part, the target has {target.sites}."
    elif target.sites is None and sites == 1:
        yield f"{who}: one site took part; whether it works elsewhere is not known from it."
    if meta.population:
        theirs = (
            f"the target: {target.population}"
            if target.population
            else "the target's are not described"
        )
        if meta.population.casefold() != target.population.casefold():
            yield f"{who}: the people were {meta.population}; {theirs}."
    else:
        yield f"{who}: the people it was tried with are not stated."
    where = (record.context if record else "") or meta.country
    if not where:
        yield f"{who}: nothing is stated about the place, so it cannot be compared."
    elif target.context:
        yield f"{who}: the place was {where}; the target: {target.context}."
    else:
        yield f"{who}: the place was {where}; the target is not described, compare by hand."
    if meta.setting and target.setting and meta.setting.value not in {target.setting, "UK-local"}:
        yield f"{who}: the setting was {meta.setting.value}, the target is {target.setting}."
    if meta.origin is Origin.EXTERNAL:
        yield f"{who}: another service's knowledge; nobody here has tried it."
    if record is not None:
        length = (
            f"{record.months:g} months"
            if record.months is not None
            else "a time that is not stated"
        )
        yield f"{who}: it was watched for {length}, against {record.comparator or 'no comparator that is stated'}."


def must_know(result: ScaleUp, target: Target) -> tuple[str, ...]:
    """A question for every domain that is missing, then to check, then thin, and for a target that is not described."""
    lines = [
        f"{line.domain} ({line.state}): {_QUESTIONS.get(line.domain, 'What is known of it?')}"
        for state in ("missing", "to check", "thin")
        for line in result.domains
        if line.state == state
    ]
    if not target.is_described:
        lines.append(
            "The target: how many sites, which women and families, which staff? Nothing of it is described yet."
        )
    return tuple(lines)
