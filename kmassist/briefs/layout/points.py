"""The points that page one makes: each a figure, a result or a quotation in a line, with what kind of source says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kmassist.answers.model import Citation, Claim
from kmassist.answers.presentation import badges, marked, when
from kmassist.briefs import AuditFigure, Brief
from kmassist.briefs.layout.wording import Wording, cite, figure_words, finding_inline
from kmassist.briefs.model import KeyMessage
from kmassist.briefs.parts import cells_of, heads_of
from kmassist.documents.document import SourceType
from kmassist.pages.blocks import Inline, Span, Table, text

_NAMED = frozenset({SourceType.POL, SourceType.GDL})
"""Kinds of which it matters who says it; of the others what sort of study or report it is, and when."""
_NUMBERED = re.compile(r"^(“?)(?:\d{1,2}[.)] (?=\w)|\d{1,2}(?:\.\d{1,2})+[.)]? (?=[A-Z]))")
"""The number of an item of a list or of a clause (``5.4 The team ...``), which says nothing outside it."""
_SPEECH = re.compile(r'^“"([^"“”]*)"”$')
"""Somebody's whole speech, which needs no second pair of marks."""
_LEAST_COLUMNS, _MOST_COLUMNS = 2, 5


def of_slots(brief: Brief, *slots: str, most: int = 9) -> list[KeyMessage]:
    """The messages of these parts up to a rank, in order."""
    return [m for m in brief.key_messages if m.slot in slots and m.rank < most]


def joined(messages: Iterable[KeyMessage], wording: Wording) -> Inline:
    """Several points in one paragraph."""
    spans: list[Span] = []
    for message in messages:
        spans += [Span(" ")] if spans else []
        spans += point(message, wording)
    return tuple(spans)


def point(message: KeyMessage, wording: Wording) -> Inline:
    """One point with its reference."""
    if message.figure:
        beside = message.text or trend(message.figure)
        return figure_point(message.figure, wording, beside, is_unchecked=message.is_unchecked)
    if message.finding:
        return finding_inline(message.finding)
    if message.claim:
        return said(message.claim, is_unchecked=message.is_unchecked)
    return text(message.text)


def said(claim: Claim, *, is_unchecked: bool = False) -> Inline:
    """A quotation, or a row of a table, with the kind of source it comes from."""
    cited = claim.citation
    words = told(cited)
    is_row_told = cited.is_computed and words != marked(cited)
    beside = f"{'from a table, ' if is_row_told else ''}{_whose(cited)}"
    beside += ", to check" if is_unchecked else ""
    return (Span(f"{words} ({beside}) "), cite(cited.number))


def told(cited: Citation) -> str:
    """A quotation in its marks, or a row of a table as a sentence."""
    words = (row_words(cited.quote) if cited.is_computed else "") or marked(cited)
    return _NUMBERED.sub(lambda found: found[1], _SPEECH.sub(r"“\1”", words))


def _whose(cited: Citation) -> str:
    if cited.source_type in _NAMED:
        parts = [cited.cite_as]
    else:
        parts = [cited.design, cited.date[:4] or when(cited)]
    return ", ".join(part for part in (*parts, *badges(cited)) if part)


def row_words(row: str) -> str:
    """A table's row as a person says it, its first cell being what it is about: ``Left early. Before: 6%; After: 3%``.

    Empty for what is no row of a table.
    """
    heads, cells = heads_of(row), cells_of(row)
    if len(heads) < _LEAST_COLUMNS or not all((*heads, *cells)):
        return ""
    name = cells[0] if any(c.isalpha() for c in cells[0]) else f"{heads[0]} {cells[0]}"
    said = (f"{head}: {cell}" for head, cell in zip(heads[1:], cells[1:], strict=True))
    return f"{name}. {'; '.join(said)}"


def figure_point(
    figure: AuditFigure, wording: Wording, beside: str, *, is_unchecked: bool = False
) -> Inline:
    """An own figure against its target, with what it was before."""
    words = f"{figure.criterion.rstrip('.')}: {figure_words(figure, is_plain=wording.is_plain)}"
    mark = " (to check)" if is_unchecked else ""
    return (Span(f"{words}{beside}{mark} "), cite(figure.number))


def trend(figure: AuditFigure) -> str:
    """What it was in the round before and whether that is better or worse; empty without one."""
    if figure.previous is None or figure.percent is None:
        return ""
    change = figure.percent - figure.previous
    if abs(change) < 0.05:
        return f" The round before: {figure.previous:g}%, unchanged."
    is_better = None if figure.higher_is_better is None else (change > 0) is figure.higher_is_better
    way = {True: "better", False: "worse", None: "higher" if change > 0 else "lower"}[is_better]
    return f" The round before: {figure.previous:g}%, so it is {way} now."


def cost_table(brief: Brief, *, most: int) -> Iterator[Table]:
    """The rows of the costing as a table, at most so many, the last one always; nothing where none were found."""
    held = [claim.citation.quote for claim in brief.costs]
    if not held or most < 1:
        return
    rows = held if len(held) <= most else [*held[: most - 1], held[-1]]
    part = "" if len(rows) == len(held) else f"; {len(rows)} of its {len(held)} rows"
    heads = heads_of(rows[0])[:_MOST_COLUMNS]
    share = 0.34 if len(heads) > 2 else 0.5
    others = (1 - share) / max(1, len(heads) - 1)
    number = brief.costs[0].citation.number
    cells = [tuple(text(cell) or text("–") for cell in cells_of(row)[: len(heads)]) for row in rows]
    first = ((*cells[0][0], Span(" "), cite(number)), *cells[0][1:])
    yield Table(
        caption=f"What it costs: rows of the costing{_prices(brief, number)}{part}",
        header=heads,
        rows=(first, *cells[1:]),
        widths=(share, *(others for _ in heads[1:])) if len(heads) > 1 else (1.0,),
    )


def _prices(brief: Brief, number: int) -> str:
    record = brief.source(number).metadata.economic
    parts = (
        (record.perspective, f"{record.price_year} prices" if record.price_year else "")
        if record
        else ()
    )
    words = ", ".join(part for part in parts if part)
    return f" ({words})" if words else ""


def numbers_of(messages: Sequence[KeyMessage]) -> set[int]:
    """The references of these points."""
    found = set()
    for m in messages:
        held = m.figure or m.finding or (m.claim.citation if m.claim else None)
        if held:
            found.add(held.number)
    return found
