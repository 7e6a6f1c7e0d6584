"""Sources numbered in the order in which a brief cites them first, as Vancouver style asks (ICMJE Recommendations IV.A.3.g)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kmassist.briefs import Brief
from kmassist.export.blocks import citation_order
from kmassist.export.layout import lay_out

_ROUNDS = 4
"""Two do in practice: lists of numbers are ascending, so the order that the first gives stays. Only where a longer number breaks
a line, and a piece of a section moves to the annex for it, another is needed."""


def in_order_of_citation(compose: Callable[[Sequence[str]], Brief]) -> Brief:
    """A brief whose sources are numbered as they are cited first, whichever section its audience reads first.

    Args:
        compose: gives the brief with its sources numbered in the order of the doc_ids it is given.
    """
    brief = compose(())
    for _ in range(_ROUNDS):
        order = tuple(brief.source(number).doc_id for number in citation_order(lay_out(brief).blocks))
        if order == tuple(line.doc_id for line in brief.sources):
            break
        brief = compose(order)
    return brief
