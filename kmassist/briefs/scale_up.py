"""The scale-up check: the ten domains of the Intervention Scalability Assessment Tool (Milat 2020), by what sources say.

The domain names are the tool's; the rules are ours and are shown beside each state. A domain is *evidenced* when sentences of
two or more studies speak to it, *thin* when one study does, *missing* when none does. A sentence that says that something was
not measured does not count as speaking to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kmassist.answers import Citation, Claim
from kmassist.briefs.cues import brief_data, cue_of
from kmassist.briefs.model import DomainLine, ScaleUp
from kmassist.documents import Design, Document, SourceType
from kmassist.text import split_sentences

_LONGEST = 60
"""Words of a sentence that may be quoted as the passage behind a domain; longer ones are tables or lists."""
_QUOTED = 2

_REFERENCES = re.compile(r"(?:\d+\.?\s*)?(references|bibliography|works cited|declarations|acknowledge?ments)", re.I)
State = Literal["evidenced", "thin", "missing"]


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
            kinds=frozenset(SourceType(code) for code in row["kinds"]) if "kinds" in row else frozenset(SourceType),
        )
        for row in brief_data()["scale_up"]
    )


def scale_up(
    pilots: Sequence[Document],
    around: Sequence[Document],
    number_of: Callable[[Document], int],
    *,
    show: Callable[[str, Document], str],
    target_setting: str = "",
) -> ScaleUp:
    """Judge ten domains by the sentences of the pilots and of the sources around them.

    Args:
        pilots: the evaluations to be scaled up, with text.
        around: the other sources on the question, with text.
        number_of: gives a document its reference number.
        show: the words that may be shown of a sentence (small numbers hidden).
        target_setting: what is known of the place it would go to; may be empty.
    """
    documents = [*pilots, *(d for d in around if d.doc_id not in {p.doc_id for p in pilots})]
    lines = tuple(_domain_line(domain, documents, number_of, show) for domain in _domains())
    missing = tuple(line.domain for line in lines if line.state == "missing")
    return ScaleUp(
        pilots=tuple(sorted(number_of(pilot) for pilot in pilots)),
        domains=lines,
        differs=tuple(_differs(pilots, target_setting)),
        must_know=tuple(f"{name}: no source in this corpus speaks to it." for name in missing),
    )


def _domain_line(
    domain: _Domain, documents: Sequence[Document], number_of: Callable[[Document], int], show: Callable[[str, Document], str]
) -> DomainLine:
    found: dict[str, list[tuple[Document, int, int]]] = {}
    unknown: list[tuple[Document, int, int]] = []
    below_target: set[str] = set()
    unknown_cue = cue_of(brief_data()["not_known"])
    for document in documents:
        if document.metadata.source_type not in domain.kinds:
            continue
        key = document.metadata.study_key or document.doc_id
        if domain.name == "The problem" and any(criterion.is_met is False for criterion in document.metadata.audit):
            below_target.add(key)
        for start, end in _sentences(document):
            sentence = document.text[start:end]
            if not domain.cue.search(sentence):
                continue
            if unknown_cue.search(sentence):
                unknown.append((document, start, end))
            else:
                found.setdefault(key, []).append((document, start, end))
    state: State = "missing"
    if domain.name == "Evidence of effectiveness":
        state, because = _effectiveness(documents, found)
    elif below_target:
        state, because = "evidenced", "A local audit misses its target."
    elif len(found) >= 2:
        state, because = "evidenced", f"{len(found)} studies speak to it."
    elif found:
        state, because = "thin", "One study speaks to it."
    else:
        because = "No source speaks to it." if not unknown else "A source says that it was not measured or is not known."
    picked = [places[0] for places in found.values()][:_QUOTED] or unknown[:1]
    claims = tuple(_claim(document, number_of(document), start, end, show) for document, start, end in picked)
    return DomainLine(part=domain.part, domain=domain.name, state=state, because=because, claims=claims)


def _effectiveness(documents: Sequence[Document], found: Mapping[str, object]) -> tuple[State, str]:
    strong = {Design.SYSTEMATIC_REVIEW, Design.RCT, Design.QUASI_EXPERIMENTAL}
    speak = [d for d in documents if (d.metadata.study_key or d.doc_id) in found]
    best = sorted({d.metadata.study_key or d.doc_id for d in speak if d.metadata.design in strong})
    if best:
        plural = "study has" if len(best) == 1 else "studies have"
        return "evidenced", f"{len(best)} {plural} a controlled design."
    if speak:
        count = "One study reports" if len(found) == 1 else f"{len(found)} studies report"
        return "thin", f"{count} results, without a controlled design."
    return "missing", "No source reports an effect."


def _sentences(document: Document) -> Iterator[tuple[int, int]]:
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


def _claim(document: Document, number: int, start: int, end: int, show: Callable[[str, Document], str]) -> Claim:
    return Claim(citation=cite(document, number, start, end, show), probability=0.0)


def cite(document: Document, number: int, start: int, end: int, show: Callable[[str, Document], str]) -> Citation:
    """The citation of a stretch of a document, with the page and section that hold its start."""
    meta = document.metadata
    page = document.page_at(start)
    above = [h.title for h in document.headings if h.end <= start]
    return Citation(
        number=number,
        doc_id=document.doc_id,
        passage_id="",
        title=meta.title or document.source_name,
        cite_as=document.cite_as,
        source_type=meta.source_type or SourceType.PUB,
        design=meta.design.label if meta.design else "",
        date=meta.dated or "",
        page=page.number if page else None,
        page_is_estimated=page.is_estimated if page else False,
        section=above[-1] if above else "",
        start=start,
        end=end,
        quote=show(document.text[start:end], document),
        source_name=document.source_name,
        source_sha256=document.source_sha256,
        is_synthetic=meta.is_synthetic,
    )


def _differs(pilots: Sequence[Document], target_setting: str) -> Iterator[str]:
    """What is known of each pilot's place, and what has to be compared with the place it would go to."""
    for pilot in pilots:
        record = pilot.metadata.evaluation
        if record is None:
            yield f"{pilot.cite_as}: the record says nothing about the pilot's place, so nothing can be compared."
            continue
        parts = [
            f"{record.sites} site{'s' if record.sites != 1 else ''}"
            if record.sites is not None
            else "number of sites not stated"
        ]
        parts.append(f"{record.months:g} months" if record.months is not None else "length not stated")
        if record.context:
            parts.append(record.context)
        ours = f" Target: {target_setting}." if target_setting else " The target site is not described: compare by hand."
        yield f"{pilot.cite_as}: {'; '.join(parts)}.{ours}"
