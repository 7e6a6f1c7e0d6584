"""Boxes of a slide are read by their places, in whatever order somebody drew them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pptx import Presentation
from pptx.util import Inches

from kmassist.readers import read_source

_STEPS = [(5, 3, "Third step."), (1, 1, "Lessons"), (1, 3, "First step."), (3, 3, "Second step.")]
_COLUMNS = [(1, 1, "Before"), (1, 3, "It was slow."), (5, 1, "After"), (5, 3, "It was fast.")]


@pytest.mark.parametrize(
    ("boxes", "order"),
    [
        (_STEPS, ["Lessons", "First step.", "Second step.", "Third step."]),
        (_COLUMNS, ["Before", "It was slow.", "After", "It was fast."]),
        (sorted(_COLUMNS, key=lambda box: box[1]), ["Before", "After", "It was slow.", "It was fast."]),
        ([(2, 1, "Over."), (1, 1, "Under.")], ["Over.", "Under."]),
    ],
    ids=["drawn last, stands first", "columns as drawn", "rows as drawn", "one over the other"],
)  # fmt: skip
def test_boxes_are_read_by_place(
    tmp_path: Path, boxes: list[tuple[int, int, str]], order: list[str]
) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for left, top, words in boxes:
        box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(1.9), Inches(1))
        box.text_frame.text = words
    deck.save(path := tmp_path / "steps.pptx")
    assert read_source(path)[0].text.split("\n\n") == order


def test_two_columns_below_a_title_are_read_one_after_the_other(tmp_path: Path) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[4])
    words = ["Then and now", "2023", "Women waited 19 days.", "2026", "Women wait 2 days."]
    for place, said in zip(slide.placeholders, words, strict=True):
        place.text_frame.text = said
    deck.save(path := tmp_path / "comparison.pptx")
    assert read_source(path)[0].text.split("\n\n") == words
