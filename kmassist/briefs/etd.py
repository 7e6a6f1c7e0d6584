"""The evidence column of the GRADE Evidence-to-Decision table for health systems (Moberg 2018); judgement is for people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kmassist.answers.model import Claim
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.equity import brief_data, cue_of
from kmassist.briefs.model import EtdLine, FindingLine, KeyMessage
from kmassist.documents.document import SourceType
from kmassist.errors import RecordError
from kmassist.text.quoted import quoted

_END = re.compile(r"\s*[.,;:()\n]|\s+[-\u2013\u2014]")
"""Where the option ends and the reason begins."""
_QUOTES = 2


@dataclass(frozen=True, slots=True)
class _Criterion:
    number: int
    name: str
    options: tuple[str, ...]
    fed_by: tuple[SourceType, ...]
    parts: tuple[str, ...]
    cue: re.Pattern[str] | None
    has_figures: bool
    has_findings: bool


@lru_cache(maxsize=1)
def _criteria() -> tuple[_Criterion, ...]:
    return tuple(
        _Criterion(
            number=number,
            name=row["criterion"],
            options=tuple(row["options"]),
            fed_by=tuple(SourceType(code) for code in row["fed_by"]),
            parts=tuple(row.get("parts", ())),
            cue=cue_of(row["cue"]) if "cue" in row else None,
            has_figures=row.get("has_figures", False),
            has_findings=row.get("has_findings", False),
        )
        for number, row in enumerate(brief_data()["etd"], start=1)
    )


def etd_prompts() -> dict[str, str]:
    """Narrative cell -> its criterion with the options of GRADE: what people judge, and in which words."""
    return {
        f"etd.{number}": f"{criterion.name} {' / '.join(criterion.options)}. Then say why."
        for number, criterion in enumerate(_criteria(), start=1)
    }


def etd_names() -> dict[str, str]:
    """Narrative cell -> number and criterion, for a list."""
    return {
        f"etd.{number}": f"{number} {criterion.name}"
        for number, criterion in enumerate(_criteria(), start=1)
    }


def judged(cell: str, words: str) -> str:
    """A judgement with its option in GRADE's own words; it may be given by the beginning that no other option has.

    Raises:
        RecordError: what stands before the first full stop, comma or the like is none of the criterion's options.
    """
    criterion = _criteria()[int(cell.removeprefix("etd.")) - 1]
    said = words.strip()
    first = _END.split(said, maxsplit=1)[0]
    given = " ".join(first.split()).casefold().replace("\u2019", "'")
    options = {option.casefold(): option for option in criterion.options}
    begun = [option for known, option in options.items() if known.startswith(f"{given} ")]
    chosen = [options[given]] if given in options else begun
    if len(chosen) != 1:
        raise RecordError(
            f"{quoted(first[:60])} is none of the options for {quoted(criterion.name)}",
            f"Begin with one of these, then a full stop and why: {'; '.join(criterion.options)}.",
        )
    return chosen[0] + said[len(first) :]


def etd_table(
    claims: Mapping[SourceType, Sequence[Claim]],
    figures: Sequence[AuditFigure],
    findings: Sequence[FindingLine] = (),
    messages: Sequence[KeyMessage] = (),
) -> tuple[EtdLine, ...]:
    """Twelve criteria; for each what page one tells of it, or else quotations whose words are about it, at most two.

    A criterion that a part of page one covers is fed by that part, but by nothing yet to check; the others by their cue. One
    that no sentence is about stays empty. Sources of these types that are quoted elsewhere are listed by number alone only
    beside one that is quoted, so that nothing beside the point fills a row.
    """
    told: dict[str, list[Claim]] = {}
    for m in messages:
        if m.claim and not m.is_unchecked:
            told.setdefault(m.slot, []).append(m.claim)
    return tuple(
        _line(criterion, _about(criterion, claims, told), claims, figures, findings)
        for criterion in _criteria()
    )


def _about(
    criterion: _Criterion,
    claims: Mapping[SourceType, Sequence[Claim]],
    told: Mapping[str, Sequence[Claim]],
) -> list[Claim]:
    """What covers a criterion: the first of each part of page one, or of each kind of source whose words do."""
    if criterion.parts:
        return [told[part][0] for part in criterion.parts if part in told]
    cue = criterion.cue
    of_kinds = (
        [c for c in claims.get(k, ()) if cue and cue.search(c.text)] for k in criterion.fed_by
    )
    return [held[0] for held in of_kinds if held]


def _line(
    criterion: _Criterion,
    about: Sequence[Claim],
    claims: Mapping[SourceType, Sequence[Claim]],
    figures: Sequence[AuditFigure],
    findings: Sequence[FindingLine],
) -> EtdLine:
    below = tuple(f for f in figures if f.is_met is False)[:2] if criterion.has_figures else ()
    results = tuple(findings[:4]) if criterion.has_findings else ()
    said = {f.number for f in below} | {f.number for f in results}
    chosen = [c for c in about if c.citation.number not in said][:_QUOTES]
    quoted_of = (c.citation.number for kind in criterion.fed_by for c in claims.get(kind, ()))
    others = set(quoted_of) - said
    return EtdLine(
        number=criterion.number,
        criterion=criterion.name,
        options=criterion.options,
        fed_by=criterion.fed_by,
        claims=tuple(chosen),
        figures=below,
        findings=results,
        also=tuple(sorted(others - {c.citation.number for c in chosen})) if chosen else (),
    )
