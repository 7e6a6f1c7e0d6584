"""Run and control charts: limits and signals equal to those of abspc 1.1.0 (Making Data Count), and what is said of a series.

The expected numbers were computed with abspc 1.1.0 (`calculate_control_limits`, `detect_special_causes`) on the same values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmassist.briefs import Audience
from kmassist.briefs.audit_series import (
    AuditSeries,
    audit_series,
    in_short,
    in_words,
    shown_series,
    without_earlier,
)
from kmassist.briefs.figures import audit_figures, with_trends
from kmassist.briefs.files import brief_json
from kmassist.briefs.layout import lay_out
from kmassist.briefs.layout.points import point
from kmassist.briefs.layout.series import series_chart, series_picture, series_text
from kmassist.briefs.layout.wording import Wording
from kmassist.briefs.model import KeyMessage
from kmassist.briefs.process_chart import ChartKind, Rule, p_chart, run_chart, xmr_chart
from kmassist.documents.document import Document, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.pages.blocks import LineChart, plain
from kmassist.settings.model import PrivacySettings
from tests.unit.sample_briefs import compose

README = [48, 52, 49, 55, 47, 51, 53, 50, 48, 54]
"""The example of abspc's own front page."""
SHARES = [0.10, 0.12, 0.08, 0.15, 0.09, 0.11, 0.10, 0.13, 0.07, 0.12, 0.09, 0.11]

XMR_MEAN, XMR_LOWER, XMR_UPPER = 50.7000000000, 39.4706855792, 61.9293144208
P_MEAN = 10.5238095238
P_UPPER = [
    17.0332924,
    19.72960849,
    23.54277528,
    17.0332924,
    15.12670901,
    17.0332924,
    17.0332924,
    19.72960849,
    17.0332924,
    17.0332924,
    23.54277528,
    17.0332924,
]
P_LOWER = [
    4.01432665,
    1.31801055,
    0.0,
    4.01432665,
    5.92091004,
    4.01432665,
    4.01432665,
    1.31801055,
    4.01432665,
    4.01432665,
    0.0,
    4.01432665,
]


def test_limits_of_an_xmr_chart_are_those_of_the_published_example() -> None:
    chart = xmr_chart(README)
    assert chart.centre == pytest.approx(XMR_MEAN)
    assert (chart.lower[0], chart.upper[0]) == pytest.approx((XMR_LOWER, XMR_UPPER), abs=1e-9)
    assert chart.signals == ()


def test_limits_of_a_p_chart_are_as_wide_as_each_size_asks_for() -> None:
    sizes = [200, 100, 50, 200, 400, 200, 200, 100, 200, 200, 50, 200]
    counts = [round(share * size) for share, size in zip(SHARES, sizes, strict=True)]
    chart = p_chart(counts, sizes)
    assert chart.centre == pytest.approx(P_MEAN)
    assert chart.upper == pytest.approx(P_UPPER, abs=1e-6)
    assert chart.lower == pytest.approx(P_LOWER, abs=1e-6)


def test_a_p_chart_needs_sizes() -> None:
    with pytest.raises(ValueError, match="size"):
        p_chart([1, 2], [10, 0])


@pytest.mark.parametrize(
    ("values", "rule", "first", "last", "is_high"),
    [
        ([50, 51, 49, 50, 52, 48, 50, 90, 51, 49], Rule.BEYOND, 7, 7, True),
        ([40] * 4 + [60, 61, 62, 60, 61, 60, 62, 61], Rule.RUN, 4, 11, True),
        ([50, 48, 52, 54, 56, 58, 60, 51, 50], Rule.TREND, 1, 6, True),
        ([60, 58, 56, 54, 52, 50, 55], Rule.TREND, 0, 5, False),
    ],
)
def test_each_rule_marks_its_points(
    values: list[float], rule: Rule, first: int, last: int, is_high: bool
) -> None:
    signals = [signal for signal in xmr_chart(values).signals if signal.rule is rule]
    assert [(s.first, s.last, s.is_high) for s in signals] == [(first, last, is_high)]


def test_seven_in_a_row_and_five_rising_are_chance() -> None:
    assert not [s for s in run_chart([1] * 7 + [9] * 7).signals if s.rule is Rule.RUN]
    assert not run_chart([5, 1, 2, 3, 4, 5, 1]).signals


def test_two_of_three_near_a_limit_on_one_side() -> None:
    values = [50.0, 52.0] * 10
    values[8:11] = [55.9, 53.0, 55.9]
    marked = [s for s in xmr_chart(values).signals if s.rule is Rule.TWO_OF_THREE]
    assert [(s.first, s.last, s.is_high) for s in marked] == [(8, 10, True)]


def audit(rows: list[dict[str, Any]], issuer: str = "Vale Trust", name: str = "a") -> Document:
    metadata = Metadata.model_validate(
        {"title": name, "source_type": "AUD", "issuer": issuer, "audit": rows}
    )
    return Document(
        doc_id=make_doc_id(name, name), text=name, metadata=metadata, source_name=name,
        source_sha256="0" * 64, media_type="text/csv", locator=name,
    )  # fmt: skip


def month(at: int, met: int, of: int = 100, **more: Any) -> dict[str, Any]:
    start = f"{2025 + at // 12}-{at % 12 + 1:02}"
    return {
        "criterion": "Seen within 15 minutes", "target_percent": 90, "higher_is_better": True,
        "numerator": met, "denominator": of, "period_start": f"{start}-01", "period_end": f"{start}-28",
    } | more  # fmt: skip


def one(documents: list[Document], privacy: PrivacySettings | None = None) -> AuditSeries:
    (series,) = audit_series(documents, privacy)
    return series


def test_rounds_of_one_audit_in_several_files_are_one_series_in_order_of_time() -> None:
    files = [audit([month(at, 40 + at)], name=f"round {at}") for at in (2, 0, 1)]
    series = one(files)
    assert [point.count for point in series.points] == [40, 41, 42]
    assert len(series.doc_ids) == 3


def test_another_service_and_two_rounds_are_no_series() -> None:
    mixed = [
        audit([month(0, 40), month(1, 41)]),
        audit([month(2, 42)], issuer="Other Trust", name="b"),
    ]
    assert audit_series(mixed, None) == ()


def test_ten_periods_have_limits_and_fewer_are_a_run_chart() -> None:
    assert one([audit([month(at, 50) for at in range(9)])]).chart().kind is ChartKind.RUN
    ten = one([audit([month(at, 50 + at % 3) for at in range(10)])])
    assert ten.chart().kind is ChartKind.P
    assert ten.chart(ChartKind.XMR).kind is ChartKind.XMR


def test_a_shift_is_told_as_improvement_or_concern_by_the_direction_of_the_target() -> None:
    rows = [month(at, 40 if at < 8 else 70) for at in range(16)]
    said = " ".join(in_words(one([audit(rows)]), one([audit(rows)]).chart()))
    assert "Now: improvement (high)." in said
    assert "without a change it will not be met" in said
    harms = [row | {"higher_is_better": False, "target_percent": 10} for row in rows]
    said = " ".join(in_words(one([audit(harms)]), one([audit(harms)]).chart()))
    assert "Now: concern (high)." in said


def test_without_a_direction_neither_is_said() -> None:
    rows = [
        month(at, 40 if at < 8 else 70) | {"higher_is_better": None, "target_percent": None}
        for at in range(16)
    ]
    said = " ".join(in_words(one([audit(rows)]), one([audit(rows)]).chart()))
    assert "Now: high." in said
    assert "mprovement" not in said
    assert "oncern" not in said


def test_a_short_series_claims_no_constancy() -> None:
    series = one([audit([month(at, 50 + at) for at in range(4)])])
    assert "cannot tell a change from chance" in " ".join(in_words(series, series.chart()))


def test_small_numbers_are_neither_drawn_nor_told_nor_counted_in_the_limits() -> None:
    rows = [month(at, 50) for at in range(10)] + [month(10, 2)]
    series = one([audit(rows)], PrivacySettings())
    assert len(series.shown) == 10
    assert series.chart().centre == pytest.approx(50)
    said = " ".join([*in_words(series, series.chart()), *series_text(series, None)])
    assert "1 period is not shown: small numbers of people." in said
    assert "2025-11" not in said


def test_the_drawing_says_all_of_it_in_words_and_is_the_same_each_time(tmp_path: Path) -> None:
    series = one([audit([month(at, 40 if at < 8 else 70) for at in range(16)])])
    svg = series_picture(series, None, ".svg").decode()
    assert "Now: improvement (high)." in svg
    assert "upper limit" in svg
    assert series_picture(series, None, ".png") == series_picture(series, None, ".png")
    chart = series_chart(series)
    assert all(point.lower <= point.upper for point in chart.points if point.lower and point.upper)
    assert sum(point.is_marked for point in chart.points) == 16


def test_random_series_are_marked_alike_whichever_way_they_run() -> None:
    generator = np.random.default_rng(3)
    for _ in range(30):
        values = generator.normal(50, 5, 30)
        up, down = xmr_chart(values.tolist()), xmr_chart((100 - values).tolist())
        assert [(s.rule, s.first, s.last) for s in up.signals] == [
            (s.rule, s.first, s.last) for s in down.signals
        ]


def test_a_brief_carries_only_the_points_that_may_leave_and_draws_them() -> None:
    rows = [month(at, 50 + at) for at in range(12)] + [month(12, 2)]
    (series,) = shown_series([audit(rows)], PrivacySettings())
    assert [point.is_hidden for point in series.points] == [False] * 12
    assert "1 period is not shown" in " ".join(in_words(series, series.chart()))
    brief = compose(Audience.RESEARCH).model_copy(update={"series": (series,)})
    again = type(brief).model_validate_json(brief_json(brief))
    assert again.series == brief.series
    drawn = [block for block in lay_out(again).blocks if isinstance(block, LineChart)]
    assert [len(chart.points) for chart in drawn] == [12]
    assert "six or more in a row all rising" in drawn[0].says


def test_of_a_series_the_newest_figure_stands_with_what_came_before_it_in_words() -> None:
    """Fourteen months of one criterion are one figure with its trend, not fourteen."""
    other = month(3, 30) | {"criterion": "Left before they were seen"}
    rows = [month(at, 75 if at < 6 else 60) for at in range(14)]
    document = audit([*rows[::-1], other])
    privacy = PrivacySettings()
    figures = audit_figures(document, 1, today="2026-11-23", privacy=privacy)
    series = shown_series([document], privacy)
    newest, alone = without_earlier(figures, series)
    assert (newest.period, newest.percent) == ("2026-02-01 to 2026-02-28", 60.0)
    assert alone.criterion == other["criterion"]
    messages = [
        KeyMessage(kind="figure", lead="", slot="problem", figure=figure)
        for figure in (newest, alone)
    ]
    first, second = (
        plain(point(m, Wording(Audience.CLINICAL))) for m in with_trends(messages, series)
    )
    assert (
        "14 periods since 2025-01: 75.0% at first; now concern (low), beyond chance. [1]" in first
    )
    assert "periods" not in second


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([50, 51, 52], " 3 periods since 2025-01: 50.0% at first."),
        ([50, 51] * 4, " 8 periods since 2025-01: 50.0% at first; now within chance."),
    ],
)
def test_a_series_in_short_claims_no_more_than_its_rules(values: list[int], said: str) -> None:
    assert in_short(one([audit([month(at, met) for at, met in enumerate(values)])])) == said
