"""What the fit of presence measures beside the model itself: the limit by the wider subject, and who is worth a look."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.fit_presence import Cell, Judged, Rows, cells_of, figures, worth_beside
from benchmarks.judged_collections import Collection, Subject
from kmassist.documents.source_types import SourceType


def rows(beside: list[list[int]], is_about: list[bool]) -> Rows:
    """Two documents of one kind for each wording."""
    texts = len(beside)
    nothing = np.zeros((texts, 2, 1))
    return Rows(
        values=nothing,
        of_titles=nothing,
        alike=np.zeros(2),
        is_about=np.array(is_about),
        counts=np.ones(2 * texts, np.bool_),
        wording=np.repeat(np.arange(texts), 2),
        kinds=["GDL", "GDL"],
        names=["one", "other"],
        beside=np.array(beside, np.intp),
    )


def library(wordings: int) -> Collection:
    subject = Subject(
        "pads",
        {SourceType.GDL: frozenset({"one"})},
        frozenset(),
        frozenset(),
        tuple(("lay", f"pads {number}") for number in range(wordings)),
    )
    return Collection("ward", Path(), (subject,))


def test_a_kind_is_present_no_more_surely_than_for_the_wider_subject_and_no_less_for_its_core() -> (
    None
):
    found = rows([[3, -1], [-1, 3], [-1, -1]], [False] * 6)
    by_text = np.array([[0.9, 0.1], [0.3, 0.1], [0.6, 0.2], [0.4, 0.05]])
    judged = Judged.of(by_text.reshape(-1), found)
    assert judged.free.tolist() == [0.9, 0.1, 0.4, 0.1, 0.6, 0.2]
    assert judged.held.tolist() == [0.4, 0.05, 0.4, 0.1, 0.6, 0.2]
    first = cells_of(library(3), found, judged)[list(SourceType).index(SourceType.GDL)]
    assert (first.best, first.best_held) == (0.9, 0.4)


def test_what_the_wider_subject_holds_back_is_to_check_and_never_absent() -> None:
    cell = Cell("pads", SourceType.GDL, "lay", 0.9, 0.05, 0.05, True)
    found = figures([cell], 0.1, 0.5)
    assert (found["to_check"], found["false_absent"]) == (1.0, 0.0)


def test_documents_are_named_as_far_behind_as_one_in_four_of_them_is_about_the_subject() -> None:
    others = [0.3, 0.25, 0.2, 0.1, 0.05]  # beside one that is on it; the first alone is about it
    probability = np.array([p for other in others for p in (0.5, other)] + [0.4, 0.39])
    found = rows([[-1, -1]] * 6, [True, True] + [True, False] * 5)
    judged = Judged(probability, probability)
    assert worth_beside([library(6)], {"ward": found}, {"ward": judged}, 0.5) == 2.2
