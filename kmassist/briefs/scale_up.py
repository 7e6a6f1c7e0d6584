"""The scale-up check: the ten domains of the Intervention Scalability Assessment Tool (Milat 2020), by what sources say.

The domain names are the tool's; the rules are ours and are shown beside each state. A domain is *evidenced* when two or more
studies cover it, *thin* when one study does, *to check* when only sources do that a person has yet to look at, *missing* when
none does. A study covers it by a sentence of page one's part of that name, by its record (results, what was done, costs) or by
a sentence with a word for it; one that says that something was not measured does not count as speaking to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kmassist.answers.model import Citation, Claim
from kmassist.answers.write import cite as cite_excerpt
from kmassist.briefs.equity import brief_data, cue_of
from kmassist.briefs.gap_lines import to_check_words
from kmassist.briefs.model import DomainLine, KeyMessage, ScaleUp
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Design, Metadata
from kmassist.evidence.model import Excerpt
from kmassist.privacy.masking import SmallNumbers
from kmassist.text.counts import counted
from kmassist.text.sentences import split_sentences
from kmassist.text.shipped import english
from kmassist.text.words import tokenise

_LONGEST = 60
"""Words of a sentence that may be quoted as the passage behind a domain; longer ones are tables or lists."""
_QUOTED = 2
_RECORDED: dict[str, Callable[[Metadata], str]] = {
    "findings": lambda record: " ".join(found.outcome for found in record.findings),
    "intervention": lambda record: record.intervention,
    "economic": lambda record: f"cost {record.economic.perspective}" if record.economic else "",
}
"""The words of a record that cover a domain."""
Place = tuple[Document, int, int]
"""A stretch of a document."""

_REFERENCES = english("briefs", "references")
State = Literal["evidenced", "thin", "to check", "missing"]


@dataclass(frozen=True, slots=True)
class _Domain:
    part: str
    name: str
    cue: re.Pattern[str]
    kinds: frozenset[SourceType]
    parts: tuple[str, ...]
    record: str

    def recorded(self, document: Document) -> Iterator[Place]:
        """Where a source tells what its record says: the sentence that shares most words with it."""
        words = set(tokenise(_RECORDED[self.record](document.metadata))) if self.record else set()
        told = list(sentences_of(document)) if words else []
        if told:
            shared = [len(words & set(tokenise(document.text[slice(*at)]))) for at in told]
            yield (document, *told[shared.index(max(shared))])


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
            parts=tuple(row.get("parts", ())),
            record=row.get("record", ""),
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
    told: Mapping[str, Sequence[Place]] | None = None,
) -> ScaleUp:
    """Judge ten domains by the sentences and records of the pilots and of the sources around them.

    Args:
        pilots: the evaluations to be scaled up, with text.
        around: the other sources on the question, with text.
        number_of: gives a document its reference number.
        gate: finds the small numbers that are masked in what is quoted.
        unchecked: sources that a person has yet to look at: none is quoted, and a domain that they alone cover is to check.
        target_setting: what is known of the place it would go to; may be empty.
        told: part of page one -> what it quotes there of these sources, best first.
    """
    documents = [*pilots, *(d for d in around if d.doc_id not in {p.doc_id for p in pilots})]
    lines = tuple(
        _or_to_check(
            _domain_line(
                domain,
                documents,
                [place for part in domain.parts for place in (told or {}).get(part, ())],
                number_of,
                gate,
            ),
            domain,
            unchecked,
            number_of,
        )
        for domain in _domains()
    )
    missing = tuple(line.domain for line in lines if line.state == "missing")
    return ScaleUp(
        pilots=tuple(sorted(number_of(pilot) for pilot in pilots)),
        domains=lines,
        differs=tuple(_differs(pilots, target_setting)),
        must_know=tuple(f"{name}: no source in this corpus covers it." for name in missing),
    )


def places_told(
    messages: Sequence[KeyMessage], documents: Mapping[str, Document]
) -> dict[str, list[Place]]:
    """Part of page one -> what it quotes of sources that are looked at, best first."""
    told: dict[str, list[Place]] = {}
    for m in messages:
        if m.claim and not m.is_unchecked:
            cited = m.claim.citation
            told.setdefault(m.slot, []).append((documents[cited.doc_id], cited.start, cited.end))
    return told


def _domain_line(
    domain: _Domain,
    documents: Sequence[Document],
    told: Sequence[Place],
    number_of: Callable[[Document], int],
    gate: SmallNumbers,
) -> DomainLine:
    below_target = {
        _study_of(d): missed
        for d in documents
        if domain.name == "The problem"
        and d.metadata.source_type in domain.kinds
        and (missed := list(_missed(d)))
    }
    found, unknown = _covering(domain, documents, told)
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


def _covering(
    domain: _Domain, documents: Sequence[Document], told: Sequence[Place]
) -> tuple[dict[str, list[Place]], list[Place]]:
    """Study -> where it covers a domain; and where a source says that it is not known."""
    found: dict[str, list[Place]] = {}
    unknown: list[Place] = []
    for place in told:
        found.setdefault(_study_of(place[0]), []).append(place)
    unknown_cue = cue_of(brief_data()["not_known"])
    for document in documents:
        for start, end in _sentences_on(domain, document):
            if unknown_cue.search(document.text[start:end]):
                unknown.append((document, start, end))
            else:
                found.setdefault(_study_of(document), []).append((document, start, end))
        for place in domain.recorded(document):
            found.setdefault(_study_of(document), [place])
    return found, unknown


def _study_of(document: Document) -> str:
    """Several reports of one study count once."""
    return document.metadata.study_key or document.doc_id


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


def _missed(document: Document) -> Iterator[Place]:
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
    speak = [d for d in documents if _study_of(d) in found]
    best = sorted({_study_of(d) for d in speak if d.metadata.design in strong})
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
    above = [h.title for h in document.headings if h.end <= start]
    excerpt = Excerpt.at(document, start, end, section=above[-1] if above else "")
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
