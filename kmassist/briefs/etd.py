"""The evidence column of the GRADE Evidence-to-Decision table for health systems (Moberg 2018); judgement is for people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kmassist.answers.model import Claim
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.equity import brief_data, cue_of
from kmassist.briefs.model import EtdLine, FindingLine
from kmassist.documents.document import SourceType
from kmassist.errors import RecordError
from kmassist.text.quoted import quoted

_END = re.compile(r"\s*[.,;:()\n]|\s+[-\u2013\u2014]")
"""Where the option ends and the reason begins."""


@dataclass(frozen=True, slots=True)
class _Criterion:
    name: str
    options: tuple[str, ...]
    fed_by: tuple[SourceType, ...]
    cue: re.Pattern[str] | None
    has_figures: bool
    has_findings: bool


@lru_cache(maxsize=1)
def _criteria() -> tuple[_Criterion, ...]:
    return tuple(
        _Criterion(
            name=row["criterion"],
            options=tuple(row["options"]),
            fed_by=tuple(SourceType(code) for code in row["fed_by"]),
            cue=cue_of(row["cue"]) if "cue" in row else None,
            has_figures=row.get("has_figures", False),
            has_findings=row.get("has_findings", False),
        )
        for row in brief_data()["etd"]
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
    *,
    quotes: int = 2,
) -> tuple[EtdLine, ...]:
    """Twelve criteria; for each the quotations of the types that feed it whose words are about it, at most ``quotes``.

    Every criterion has its cue; one that no sentence is about stays empty. Sources of these types that are quoted elsewhere are
    listed by number alone only beside one that is quoted, so that nothing beside the point fills a row.
    """
    lines = enumerate(_criteria(), start=1)
    return tuple(
        _line(number, criterion, claims, figures, findings, quotes=quotes)
        for number, criterion in lines
    )


def _line(
    number: int,
    criterion: _Criterion,
    claims: Mapping[SourceType, Sequence[Claim]],
    figures: Sequence[AuditFigure],
    findings: Sequence[FindingLine],
    *,
    quotes: int,
) -> EtdLine:
    chosen: list[Claim] = []
    others: set[int] = set()
    below = tuple(f for f in figures if f.is_met is False)[:2] if criterion.has_figures else ()
    results = tuple(findings[:4]) if criterion.has_findings else ()
    said = {f.number for f in below} | {f.number for f in results}
    for kind in criterion.fed_by:
        of_kind = [c for c in claims.get(kind, ()) if c.citation.number not in said]
        about = [c for c in of_kind if criterion.cue is None or criterion.cue.search(c.text)]
        if about and len(chosen) < quotes:
            chosen.append(about[0])
        others.update(c.citation.number for c in of_kind)
    return EtdLine(
        number=number,
        criterion=criterion.name,
        options=criterion.options,
        fed_by=criterion.fed_by,
        claims=tuple(chosen),
        figures=below,
        findings=results,
        also=tuple(sorted(others - {c.citation.number for c in chosen})) if chosen else (),
    )
