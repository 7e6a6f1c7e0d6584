"""Findings of several studies side by side: only like with like, nothing pooled, all of it in words."""

from __future__ import annotations

import dataclasses

import pytest

from kmassist.briefs.layout.forest import forest_plots
from kmassist.briefs.model import FindingLine
from kmassist.pages.blocks import ForestPlot, Layout
from kmassist.pages.chart import height_of, shapes_of, to_png, to_svg
from kmassist.pages.markdown import to_markdown


def finding(
    number: int, estimate: str = "0.8", interval: str = "0.6 to 1.1", **more: str
) -> FindingLine:
    fields = {"outcome": "caesarean birth", "measure": "RR", **more}
    return FindingLine(
        number=number, doc_id=f"d{number}", cite_as=f"Study {number}", index=0,
        estimate=estimate, interval=interval, **fields,
    )  # fmt: skip


def one(*findings: FindingLine) -> ForestPlot:
    (plot,) = forest_plots(findings)
    return plot


def test_three_studies_of_one_outcome_by_one_measure_are_drawn() -> None:
    plot = one(finding(1), finding(2, "1.2", "0.9 to 1.6"), finding(3, "0.7", ""))
    assert [row.estimate for row in plot.rows] == [0.8, 1.2, 0.7]
    assert plot.rows[2].low is None
    assert plot.is_ratio
    assert plot.no_effect == 1.0
    assert "not pooled" in plot.caption
    assert plot.caption[0].isupper()
    assert "[2] Study 2: 1.2 (0.9 to 1.6)." in plot.says


@pytest.mark.parametrize(
    "third",
    [
        finding(3, outcome="perineal tears"),
        finding(3, measure="OR"),
        finding(2),
        finding(3, estimate="lower"),
        finding(3, estimate="41% to 73%"),
    ],
)
def test_fewer_than_three_that_can_be_compared_are_not(third: FindingLine) -> None:
    assert list(forest_plots([finding(1), finding(2), third])) == []


def test_a_difference_is_drawn_around_nought_and_not_on_a_logarithmic_scale() -> None:
    plot = one(*(finding(n, f"−{n}", "-4 to 1", measure="mean difference") for n in (1, 2, 3)))
    assert not plot.is_ratio
    assert plot.no_effect == 0.0
    assert [row.estimate for row in plot.rows] == [-1.0, -2.0, -3.0]
    assert plot.rows[0].low == -4.0


def test_no_effect_lies_between_studies_on_either_side_and_all_is_within_the_drawing() -> None:
    plot = one(
        finding(1, "0.5", "0.3 to 0.9"), finding(2, "1.0", ""), finding(3, "2.0", "1.2 to 3.1")
    )
    boxes = [shape for shape in shapes_of(plot) if shape.kind == "box"]
    none = next(shape for shape in shapes_of(plot) if shape.kind == "line")
    middles = [(box.x + box.x2) / 2 for box in boxes]
    assert middles[0] < none.x < middles[2]
    assert middles[1] == pytest.approx(none.x)
    assert none.x - middles[0] == pytest.approx(middles[2] - none.x)
    assert all(0 <= shape.x <= 640 and 0 <= shape.y <= height_of(plot) for shape in shapes_of(plot))


def test_every_format_says_it() -> None:
    plot = one(finding(1), finding(2), finding(3))
    assert plot.says in to_svg(plot, identity="f").replace("&amp;", "&")
    assert to_png(plot) == to_png(dataclasses.replace(plot))
    page = to_markdown(Layout("t", "s", "d", "2026-01-01", "f", (plot,)))
    assert "[3] Study 3: 0.8 (0.6 to 1.1)" in page
