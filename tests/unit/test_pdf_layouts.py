"""The layouts of real guidelines as PDF: each sentence in its order, each figure under its own heading."""

from __future__ import annotations

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from kmassist.documents.passages import split_document
from kmassist.errors import UnreadableSource
from tests.contract.pdf_layouts import (
    BOLD,
    FONT,
    PROSE,
    justified,
    lines,
    prose,
    raised,
    read,
    wrapped,
)


def test_words_of_justified_columns_keep_their_order() -> None:
    def draw(canvas: Canvas) -> None:
        found = wrapped(PROSE * 3, 215)
        justified(canvas, found, 60, 760, 225)
        justified(canvas, found, 310, 757, 225)

    document = read(draw)
    assert document.text.replace("\n\n", " ") == " ".join((PROSE * 6).split())


def test_columns_that_the_file_writes_one_after_the_other_are_no_table() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(BOLD, 16)
        canvas.drawString(
            40, 800, "Iron in pregnancy: what every woman and her family may ask about it"
        )
        for x, head in ((40, "Why iron?"), (230, "How do I take it?"), (420, "Side effects")):
            canvas.setFont(BOLD, 12)
            canvas.drawString(x, 770, head)
            canvas.setFont(FONT, 10)
            for row, words in enumerate(wrapped(f"{head} {PROSE}", 150)):
                canvas.drawString(x, 750 - 12 * row, words)

    document = read(draw)
    assert document.text.count(" ".join(PROSE.split())) == 3
    assert ": " not in document.text.replace("pregnancy: what", "").replace(PROSE, "")


def test_a_power_in_letters_nearly_as_large_is_one() -> None:
    def draw(canvas: Canvas) -> None:
        x = 60.0
        for text, size, rise in (
            ("below 100 × 10", 12, 0),
            ("9", 10.7, 5.3),
            ("/l is repeated", 12, 0),
        ):
            canvas.setFont(FONT, size)
            canvas.drawString(x, 700 + rise, text)
            x += stringWidth(text, FONT, size)

    assert read(draw).text == "below 100 × 10^9/l is repeated"


def test_a_label_begins_a_line_of_its_own() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        said = ["Author: Research midwife, Oak NHS Trust", "Date: 12 November 2025", "Version: 3"]
        for row, words in enumerate(said):
            canvas.drawString(40, 780 - 24 * row, words)

    assert lines(read(draw)) == [
        "Author: Research midwife, Oak NHS Trust",
        "Date: 12 November 2025",
        "Version: 3",
    ]


def test_a_bullet_carries_its_lead_in_through_two_levels() -> None:
    def draw(canvas: Canvas) -> None:
        y = prose(canvas, PROSE)
        y = prose(canvas, "If 500 to 1000 mL:", y=y - 8, font=BOLD)
        for x, bullet in (
            (80, "• call the coordinator"),
            (80, "• weigh all swabs:"),
            (110, "– every ten minutes"),
            (110, "– aloud, so that all hear"),
            (80, "• do not leave her alone"),
        ):
            canvas.setFont(FONT, 10)
            canvas.drawString(x, y, bullet)
            y -= 13
        prose(canvas, "Women who bleed after this go to theatre.", y=y - 10)

    document = read(draw)
    assert lines(document)[1:] == [
        "If 500 to 1000 mL: call the coordinator",
        "If 500 to 1000 mL: weigh all swabs: every ten minutes",
        "If 500 to 1000 mL: weigh all swabs: aloud, so that all hear",
        "If 500 to 1000 mL: do not leave her alone",
        "Women who bleed after this go to theatre.",
    ]
    assert not document.headings


def test_raised_numbers_are_marks_powers_or_squares() -> None:
    def draw(canvas: Canvas) -> None:
        parts = [
            ("Fewer women bled.", False),
            ("12", True),
            (" All were asked.", False),
            ("3,4", True),
        ]
        parts += [
            (" Below 50 x 10", False),
            ("9", True),
            ("/L and 30 kg/m", False),
            ("2", True),
            (" act.", False),
        ]
        raised(canvas, 72, 760, parts)

    document = read(draw)
    assert (
        document.text
        == "Fewer women bled.[12] All were asked.[3,4] Below 50 x 10^9/L and 30 kg/m² act."
    )
    first = split_document(document)[0]
    assert first.sentence(0) == "Fewer women bled.[12]"


def test_a_narrow_space_between_figure_and_unit_is_a_space() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        x = 72.0
        for part in ("Bile acids of 100", "micromol at 35-36", "weeks are acted on."):
            canvas.drawString(x, 700, part)
            x += stringWidth(part, FONT, 10) + 1.9

    assert read(draw).text == "Bile acids of 100 micromol at 35-36 weeks are acted on."


def test_a_body_and_a_date_on_a_title_page_stand_alone() -> None:
    page = [
        "Evaluation of the teams that we set up in Elm",
        "Ann Reed, Ben Osei",
        "University of Elm",
        "July 2024",
    ]

    def draw(canvas: Canvas) -> None:
        for number, line in enumerate(page):
            canvas.setFont(FONT, 14 if number else 20)
            canvas.drawString(72, 700 - 20 * number, line)
        canvas.showPage()
        y = prose(canvas, f"{PROSE} Women were asked between May 2010 and")
        prose(canvas, "June 2011. All of them came.", y=y)

    found = lines(read(draw))
    assert found[:4] == page
    assert "between May 2010 and June 2011. All" in found[4]


def test_white_words_on_white_are_left_out_and_white_on_dark_read() -> None:
    def draw(canvas: Canvas) -> None:
        prose(canvas, PROSE)
        canvas.setFillGray(1)
        canvas.drawString(72, 600, "Hidden words that nobody sees.")
        canvas.setFillGray(0.2)
        canvas.rect(60, 500, 300, 30, fill=1)
        canvas.setFillGray(1)
        canvas.drawString(72, 510, "White on dark is read.")

    document = read(draw)
    assert "Hidden" not in document.text
    assert "White on dark is read." in document.text
    assert "Words printed in white on white were left out." in document.warnings


def test_struck_out_words_are_left_out_and_said() -> None:
    def draw(canvas: Canvas) -> None:
        prose(canvas, "Start oxytocin at 4 milliunits per minute and go on.")
        left = 72 + stringWidth("Start oxytocin at ", FONT, 10)
        right = left + stringWidth("4 milliunits per minute", FONT, 10)
        canvas.line(left, 763, right, 763)

    document = read(draw)
    assert document.text == "Start oxytocin at and go on."
    assert "Struck-out words were left out." in document.warnings


def test_bold_made_by_printing_twice_is_read_once() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 16)
        for shift in (0, 0.4):
            canvas.drawString(72 + shift, 780, "Main findings of the audit")
        prose(canvas, PROSE, y=740)

    assert read(draw).text.count("Main findings of the audit") == 1


def test_values_of_a_form_stand_beside_their_labels() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        canvas.drawString(72, 700, "Number of women:")
        canvas.acroForm.textfield(name="n", value="34 women", x=200, y=694, width=150, height=18)

    assert "Number of women: 34 women" in read(draw).text


def test_the_page_that_stands_for_a_form_of_another_program_is_refused() -> None:
    words = "Please wait... If this message is not eventually replaced by the proper contents of the document, your PDF viewer may not be able to display this type of document."
    with pytest.raises(UnreadableSource, match="print it to PDF"):
        read(lambda canvas: prose(canvas, words))


def test_an_ordinal_stays_whole_and_a_unit_apart() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        canvas.drawString(60, 700, "Effective from 1st February 2024 and from 21st March 2025.")

    assert read(draw).text == "Effective from 1st February 2024 and from 21st March 2025."


def test_what_follows_a_list_at_the_margin_is_no_part_of_its_last_bullet() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        for x, y, words in (
            (60, 740, "Most women notice movements every day."),
            (60, 722, "•  Movements do not slow down towards the end of"),
            (72, 710, "pregnancy"),
            (60, 692, "Elm Hospitals NHS Trust. Leaflet 12, version 2."),
        ):
            canvas.drawString(x, y, words)

    assert "end of pregnancy\n\nElm Hospitals" in read(draw).text


def test_recommendations_and_lines_that_end_before_they_are_full_stand_apart() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        for row, words in enumerate(
            (
                "Guideline number 44, version 3, March 2022",
                "1.1 Offer a scan every two weeks from 16 weeks to women with twins.",
                "1.2 Offer birth at 36 weeks, after steroids.",
                "• baby moves less",
                "Elm Hospitals NHS Trust, maternity advice line, day and night",
            )
        ):
            canvas.drawString(60, 700 - 13 * row, words)

    assert lines(read(draw)) == [
        "Guideline number 44, version 3, March 2022",
        "1.1 Offer a scan every two weeks from 16 weeks to women with twins.",
        "1.2 Offer birth at 36 weeks, after steroids.",
        "baby moves less",
        "Elm Hospitals NHS Trust, maternity advice line, day and night",
    ]


@pytest.mark.parametrize("is_scan", [True, False])
def test_words_recognised_from_a_scan_are_said_to_be(is_scan: bool) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.new("L", (60, 80), 240)), 0, 0, *A4)
        text = canvas.beginText(60, 700)
        text.setTextRenderMode(3 if is_scan else 0)
        text.setFont(FONT, 11)
        for line in wrapped(f"{PROSE * 3} 0f 6O women 4l were asked.", 450):
            text.textLine(line)
        canvas.drawText(text)

    document = read(draw)
    assert "were asked." in document.text
    assert ("recognised from a picture" in " ".join(document.warnings)) is is_scan
