"""A pilot beside the place that it would go to: what differs, what must be known, and the whole check as one record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from kmassist.briefs.model import DomainLine, ScaleUp, SourceLine
from kmassist.documents.document import Document
from kmassist.documents.frozen import Frozen
from kmassist.documents.metadata import Origin
from kmassist.text.counts import counted
from kmassist.text.number_words import NUMBER_WORDS
from kmassist.text.shipped import english

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
            "The target: how many sites, which people and families, which staff? Nothing of it is described yet."
        )
    return tuple(lines)
