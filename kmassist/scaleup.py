"""Scale-up: how the place a pilot was tried differs from the place it would go to, and what must be known before deciding.

The ten domains are those of the Intervention Scalability Assessment Tool (Milat and others 2020,
doi 10.1186/s12961-019-0494-2); `kmassist.briefs.scale_up` reads them off the sources. The questions
here are our own words, not the tool's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from kmassist.briefs.model import DomainLine, ScaleUp, SourceLine
from kmassist.documents import Document, Origin

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

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: number for number, word in enumerate(_WORDS, start=1)}
_SITES = re.compile(
    rf"\b(\d{{1,3}}|{'|'.join(_NUMBERS)})\s+(?:(?!of\b)\w+\s+){{0,2}}?(?:sites|units|trusts|hospitals|centres|providers)\b",
    re.I,
)
_ONE_SITE = re.compile(r"\b(?:single|one)[ -](?:site|unit|trust|hospital|centre|provider)\b", re.I)


class Target(BaseModel):
    """The place that something would go to; what is not known stays empty or None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
        sites = f"{self.sites} site{'s' if self.sites != 1 else ''}" if self.sites else ""
        return "; ".join(part for part in (self.name, sites, self.population, self.context) if part)


class ScaleCheck(BaseModel):
    """The whole check of one pilot: its domains, its differences, what must be known, and the sources by number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    target: Target
    result: ScaleUp
    sources: tuple[SourceLine, ...]

    def of_state(self, state: str) -> tuple[DomainLine, ...]:
        """The domains that are evidenced, thin or missing."""
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
    return int(found[1]) if found[1].isdigit() else _NUMBERS[found[1].lower()]


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
        yield f"{who}: {_sites(sites)} took part, the target has {target.sites}."
    elif target.sites is None and sites == 1:
        yield f"{who}: one site took part; whether it works elsewhere is not known from it."
    if meta.population:
        theirs = f"the target: {target.population}" if target.population else "the target's are not described"
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
        length = f"{record.months:g} months" if record.months is not None else "a time that is not stated"
        yield f"{who}: it was watched for {length}, against {record.comparator or 'no comparator that is stated'}."


def must_know(result: ScaleUp, target: Target) -> tuple[str, ...]:
    """A question for every domain that is missing, then for those that are thin, and for a target that is not described."""
    lines = [
        f"{line.domain} ({line.state}): {_QUESTIONS.get(line.domain, 'What is known of it?')}"
        for state in ("missing", "thin")
        for line in result.domains
        if line.state == state
    ]
    if not target.is_described:
        lines.append("The target: how many sites, which women and families, which staff? Nothing of it is described yet.")
    return tuple(lines)


def _sites(count: int) -> str:
    return f"{count} site{'s' if count != 1 else ''}"
