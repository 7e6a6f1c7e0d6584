"""EPICOT+ with NICE's rationale table: a gap as a research recommendation to hand to a university partner (domain B21)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kmassist.coverage import Coverage
from kmassist.gaps.claims import ClaimStrength
from kmassist.gaps.records import GapRecord, SearchRecord
from kmassist.question.frames import intervention_of, outcome_of

_CORE = ("evidence", "population", "intervention", "comparison", "outcome", "time stamp")
_PLUS = ("disease burden", "timeliness", "appropriate study type")
_RATIONALE = {
    "importance to patients": "Who raised it, and in whose words.",
    "relevance to guidance": "High, medium or low, and which guideline.",
    "relevance to the NHS": "What it would change in services or costs.",
    "national priorities": "JLA priority, NHS England programme or inquiry.",
    "current evidence base": "What is known, and which studies are running.",
    "equality": "Which groups the evidence leaves out.",
    "feasibility": "Whether it can be studied here, and with how many cases.",
}
_TO_WRITE = "to be written"


@dataclass(frozen=True, slots=True)
class Epicot:
    """A research recommendation. ``is_confirmed`` is whether the gap meets the JLA test; else it is a draft."""

    title: str
    is_confirmed: bool
    claim: str
    core: Mapping[str, str]
    plus: Mapping[str, str]
    rationale: Mapping[str, str]
    searches: tuple[str, ...]


def make_epicot(
    gap: GapRecord, *, coverage: Coverage | None, searches: Sequence[SearchRecord], today: dt.date
) -> Epicot:
    """Fill what the corpus and the register know; the rest says ``to be written``, and why it is asked.

    Args:
        gap: its own ``epicot`` and ``rationale`` entries win.
        coverage: of the gap's question, when there is one.
        searches: logged searches on it.
        today: the time stamp.
    """
    frame = coverage.frame if coverage else {}
    stamps = [str(s.date) for s in searches if s.date]
    known = {
        "evidence": coverage.because if coverage else "",
        "population": frame.get("population")
        or frame.get("client group")
        or frame.get("sample")
        or "",
        "intervention": intervention_of(frame),
        "comparison": frame.get("comparison", ""),
        "outcome": outcome_of(frame),
        "time stamp": f"{today.isoformat()}"
        + (f"; last search {max(stamps)}" if stamps else "; no search outside the corpus logged"),
        "timeliness": f"due {gap.due}" if gap.due else "",
    }
    ideas = {
        "importance to patients": f"Raised by {gap.raised_by}." if gap.raised_by else "",
        "national priorities": gap.jla_priority,
        "current evidence base": "; ".join(
            f"{s.found.value} ({s.date}, {', '.join(s.databases)})" for s in searches
        ),
        "feasibility": f"{gap.cases_a_year:,} cases a year here."
        if gap.cases_a_year is not None
        else "",
    }
    return Epicot(
        title=gap.title,
        is_confirmed=gap.claim == ClaimStrength.CONFIRMED.value,
        claim=gap.claim,
        core={name: gap.epicot.get(name) or known.get(name) or _TO_WRITE for name in _CORE},
        plus={name: gap.epicot.get(name) or known.get(name) or _TO_WRITE for name in _PLUS},
        rationale={
            n: gap.rationale.get(n) or ideas.get(n) or f"{_TO_WRITE}: {hint}"
            for n, hint in _RATIONALE.items()
        },
        searches=tuple(
            f"{s.date}: {', '.join(s.databases)}; by {s.by_role}. {s.strategy}" for s in searches
        ),
    )


def epicot_markdown(statement: Epicot) -> str:
    """The recommendation as Markdown."""
    lines = [f"# Research recommendation: {statement.title}", ""]
    lines += (
        []
        if statement.is_confirmed
        else [f"**Draft: this is a {statement.claim}, not yet a confirmed evidence gap.**", ""]
    )
    for heading, table in (
        ("EPICOT", statement.core),
        ("Further points (EPICOT+)", statement.plus),
        ("Rationale (after NICE's research recommendation table)", statement.rationale),
    ):
        lines += [f"## {heading}", "", "| | |", "|---|---|"]
        lines += [
            f"| {name.capitalize()} | {' '.join(text.replace('|', '/').split())} |"
            for name, text in table.items()
        ] + [""]
    lines += ["## Searches", ""] + ([f"- {s}" for s in statement.searches] or ["None logged."])
    return "\n".join(lines) + "\n"
