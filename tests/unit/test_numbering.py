"""Sources numbered in the order in which a brief cites them."""

import pytest

from kmassist.briefs import Audience
from kmassist.briefs.layout import lay_out
from kmassist.pages.blocks import (
    Bullets,
    Notice,
    Paragraph,
    Quotation,
    Span,
    Table,
    citation_order,
    text,
)
from tests.unit.sample_briefs import compose


def cited(number: int) -> tuple[Span, ...]:
    return (Span("words "), Span(f"[{number}]", href=f"#ref-{number}"))


@pytest.mark.parametrize("audience", list(Audience))
def test_whoever_reads_first_meets_one_first(audience: Audience) -> None:
    brief = compose(audience.value)
    assert citation_order(lay_out(brief, annex=True).blocks) == [
        line.number for line in brief.sources
    ]
    short = citation_order(lay_out(brief).blocks)
    assert short == list(range(1, len(short) + 1))


def test_the_audience_decides_the_order() -> None:
    named = [
        tuple(line.doc_id for line in compose(audience).sources)
        for audience in ("board", "research")
    ]
    assert set(named[0]) == set(named[1])
    assert named[0] != named[1]


def test_every_kind_of_block_is_read_in_order_and_each_number_counts_once() -> None:
    blocks = (
        Notice("note", cited(4)),
        Bullets((cited(9), cited(4))),
        Table("c", ("a", "b"), ((cited(2), text("x")), (cited(9), cited(7))), (0.5, 0.5)),
        Quotation("w", cited(1)),
        Paragraph((Span("more", href="#more-why"), Span("out", href="https://example.org"))),
    )
    assert citation_order(blocks) == [4, 9, 2, 7, 1]
