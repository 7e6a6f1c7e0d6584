"""The reflection checklist: its form, its label, and no group result that gives a person's answers away."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.documents.document import SourceType
from kmassist.errors import RecordError
from kmassist.records.assessment import (
    MINIMUM_RESPONDENTS,
    Instrument,
    Response,
    check_response,
    group_result,
    load_instrument,
    scores,
)
from kmassist.records.usage import Usage, what_use_says


def answered(
    instrument: Instrument, number: int, value: int = 3, round_name: str = "r"
) -> Response:
    return Response(
        response_id=f"a{number}",
        instrument=instrument.key,
        round=round_name,
        on="2026-11-01",
        answers={item.id: value for item in instrument.items},
    )


def test_the_shipped_checklist_has_its_24_items_and_its_label() -> None:
    checklist = load_instrument()
    sizes = {
        group: [len(d.items) for d in checklist.dimensions if d.group == group]
        for group in ("capability", "co-ordination")
    }
    assert sizes == {"capability": [3] * 4, "co-ordination": [2] * 6}
    assert len({item.text for item in checklist.items}) == 24
    assert (checklist.scale.low, checklist.scale.high) == (1, 5)
    assert "not been validated" in checklist.disclaimer
    assert "not the Warwick" in checklist.disclaimer


def test_every_answer_is_needed_and_stays_on_the_scale() -> None:
    checklist = load_instrument()
    good = answered(checklist, 1)
    assert check_response(checklist, good) is good
    for bad in (
        {**good.answers, checklist.items[0].id: 6},
        {**good.answers, checklist.items[0].id: 0},
        {**good.answers, "other": 3},
        dict(list(good.answers.items())[1:]),
    ):
        with pytest.raises(RecordError):
            check_response(checklist, good.model_copy(update={"answers": bad}))
    with pytest.raises(RecordError, match="not to"):
        check_response(checklist, good.model_copy(update={"instrument": "other/1"}))


@given(st.integers(0, MINIMUM_RESPONDENTS - 1), st.integers(-3, 5))
def test_no_group_result_under_five_people(people: int, minimum: int) -> None:
    checklist = load_instrument()
    found = group_result(
        checklist,
        [answered(checklist, n) for n in range(people)],
        "r",
        is_closed=True,
        minimum=minimum,
    )
    assert not found.is_shown
    assert found.dimensions == ()
    assert found.respondents == people


def test_one_person_answering_five_times_under_one_id_is_one_person() -> None:
    checklist = load_instrument()
    assert not group_result(checklist, [answered(checklist, 1)] * 5, "r", is_closed=True).is_shown


def test_an_open_round_has_no_result_so_that_the_sixth_answer_cannot_be_had_by_subtraction() -> (
    None
):
    checklist = load_instrument()
    people = [answered(checklist, n) for n in range(6)]
    assert "Close the round" in group_result(checklist, people, "r", is_closed=False).withheld
    assert group_result(checklist, people, "r", is_closed=True).is_shown


def test_mean_and_spread_by_hand() -> None:
    checklist = load_instrument()
    people = [answered(checklist, n, value) for n, value in enumerate((1, 2, 3, 4, 5))]
    found = group_result(checklist, people, "r", is_closed=True)
    assert len(found.dimensions) == 10
    assert {(d.mean, d.spread) for d in found.dimensions} == {(3.0, 1.58)}
    assert found.disclaimer == checklist.disclaimer
    assert found.respondents == 5


def test_rounds_and_instruments_are_never_mixed() -> None:
    checklist = load_instrument()
    mixed = [answered(checklist, n) for n in range(4)] + [
        answered(checklist, 9, round_name="other")
    ]
    mixed.append(answered(checklist, 10).model_copy(update={"instrument": "kmassist-reflection/2"}))
    assert group_result(checklist, mixed, "r", is_closed=True).respondents == 4


OWN = """
id: ours
title: Our own
disclaimer: Ours, used with permission.
scale: {low: 1, high: 7}
dimensions:
  - id: one
    title: One
    items: [{id: a, text: We do}, {id: b, text: We do not, is_reversed: true}]
"""


def test_a_site_loads_its_own_instrument(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    own = load_instrument(path)
    assert scores(own, {"a": 7, "b": 1}) == {"one": 7.0}
    assert scores(own, {"a": 1, "b": 7}) == {"one": 1.0}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "id: x",
        "{{{",
        OWN.replace("id: b", "id: a"),
        OWN.replace("disclaimer: Ours, used with permission.", "disclaimer: ''"),
        OWN.replace("high: 7", "high: 1"),
        "!!python/object/apply:os.system ['true']",
    ],
)
def test_what_is_no_instrument_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(RecordError) as caught:
        load_instrument(path)
    assert caught.value.hint


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError):
        load_instrument(tmp_path / "none.yaml")
    big = tmp_path / "big.yaml"
    big.write_text("#" * 300_000)
    with pytest.raises(RecordError, match="too large"):
        load_instrument(big)


def test_use_has_a_sentence_for_every_dimension_of_the_shipped_checklist() -> None:
    says = what_use_says(
        Usage(
            documents_by_type={SourceType.PUB: 2, SourceType.PPI: 1},
            dated=2,
            decisions=1,
            realisation=0.5,
        )
    )
    assert set(says) == {dimension.id for dimension in load_instrument().dimensions}
    assert says["acquisition"].startswith("3 documents of 2 of the 8 kinds")
    assert "0.50" in says["exploitation"]
    assert "not known yet" in says["exploitation"]
