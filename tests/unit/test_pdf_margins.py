"""What stands around the text of a PDF page, and what is no sentence of it: heads and feet, numbers, notes, contents."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from pypdf.constants import PageLabelStyle
from reportlab.pdfgen.canvas import Canvas

from kmassist.documents.passages import split_document
from kmassist.readers.pdf.reader import PdfReader
from tests.contract.pdf_layouts import BOLD, FONT, PROSE, lines, make, prose, read, wrapped


def test_a_notice_along_the_margin_stays_out_of_the_sentences() -> None:
    def draw(canvas: Canvas) -> None:
        for _ in range(4):
            prose(canvas, PROSE * 2, y=700)
            canvas.saveState()
            canvas.translate(30, 200)
            canvas.rotate(90)
            canvas.drawString(0, 0, "Downloaded from the journal on 4 May 2021")
            canvas.restoreState()
            canvas.showPage()

    document = read(draw)
    assert "Downloaded" not in document.text
    assert (
        document.text.count(
            "Unless itch is severe, no more investigations are needed at one visit."
        )
        == 8
    )


def test_contents_are_apparatus_and_no_parent() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(BOLD, 20)
        canvas.drawString(72, 780, "Contents")
        canvas.setFont(FONT, 10)
        for number, title in enumerate(("Introduction", "Who to refer", "References")):
            canvas.drawString(
                72, 750 - 14 * number, f"{number + 1} {title} {'.' * 80} {number + 3}"
            )
        canvas.showPage()
        canvas.setFont(BOLD, 14)
        canvas.drawString(72, 780, "2 Who to refer")
        y = prose(canvas, PROSE, y=760)
        canvas.setFont(BOLD, 14)
        canvas.drawString(72, y - 10, "References")
        prose(canvas, "1. Smith AB, Jones CD. A trial of two doses. BJOG 2017;124:1-9.", y=y - 30)

    document = read(draw)
    kinds = [(p.heading, document.apparatus_at(p.start)) for p in split_document(document)]
    assert ("2 Who to refer", "") in kinds
    assert all(kind for heading, kind in kinds if heading in ("Contents", "References"))
    assert {kind for _, kind in kinds} == {"", "contents", "references"}


@pytest.mark.parametrize("step", [1, 5])
def test_numbers_of_lines_in_the_margin_are_left_out_and_said(step: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        for number, line in enumerate(wrapped(PROSE * 8, 400), 1):
            if number % step == 0:
                canvas.drawRightString(60, 780 - 20 * number, str(number))
            canvas.drawString(72, 780 - 20 * number, line)

    document = read(draw)
    assert document.text == " ".join((PROSE * 8).split())
    assert "The numbers of lines in the margin were left out." in document.warnings


def test_a_sentence_goes_on_in_the_next_column_past_a_note() -> None:
    def draw(canvas: Canvas) -> None:
        prose(canvas, f"{PROSE * 3} The unit looked at each case of a woman who", 60, width=220)
        prose(canvas, "1. Times are of the record.", 60, y=90, size=7)
        prose(canvas, f"had waited for thirty minutes and found why. {PROSE * 3}", 310, width=220)

    assert "a woman who had waited for thirty minutes and found why." in read(draw).text


def test_the_number_of_an_only_page_stands_in_no_sentence() -> None:
    def draw(canvas: Canvas) -> None:
        prose(canvas, f"{PROSE * 3} The unit looked at each case of a woman who", 60, width=220)
        prose(canvas, "1. Times are of the record.", 60, y=90, size=7)
        prose(canvas, f"had waited for thirty minutes and found why. {PROSE * 3}", 310, width=220)
        canvas.setFont(FONT, 10)
        canvas.drawCentredString(297, 40, "1")

    assert "a woman who had waited for thirty minutes and found why." in read(draw).text


def test_a_grade_at_the_right_edge_stands_in_no_sentence() -> None:
    def draw(canvas: Canvas) -> None:
        prose(
            canvas, "Offer a scan at 36 weeks where growth is not on its curve, and see", width=350
        )
        canvas.drawString(500, 760, "GPP")
        prose(canvas, "the woman each week until she gives birth.", y=747, width=350)
        prose(canvas, PROSE, y=700)

    assert lines(read(draw))[:2] == [
        "Offer a scan at 36 weeks where growth is not on its curve, and see the woman each week until she gives birth.",
        "GPP",
    ]


def test_a_sentence_goes_on_over_a_page_past_its_notes() -> None:
    def draw(canvas: Canvas) -> None:
        prose(canvas, f"{PROSE} The unit reviewed each case in which a woman waited for more than")
        prose(canvas, "1. Times are of the record.", y=140, size=7)
        canvas.drawCentredString(300, 115, "1")
        canvas.showPage()
        prose(canvas, f"thirty minutes and found why. {PROSE}")
        canvas.drawCentredString(300, 115, "2")

    assert "a woman waited for more than thirty minutes and found why." in read(draw).text


def _book(first: int, *, labels: bool = False) -> bytes:
    def draw(canvas: Canvas) -> None:
        for page in range(6):
            canvas.drawString(72, 700, f"Sentence {page} says what the ward did about the wait.")
            canvas.drawString(
                72, 680, "Women were seen by a midwife and told how long it would be."
            )
            if not labels:
                canvas.drawString(290, 30, str(first + page))
            canvas.showPage()

    data = make(draw)
    if not labels:
        return data
    writer, out = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(data))), io.BytesIO()
    writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 5, style=PageLabelStyle.DECIMAL, start=1)
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "labels"),
    [
        (_book(101), ["101", "102", "103", "104", "105", "106"]),
        (_book(1), [""] * 6),
        (_book(0, labels=True), ["i", "ii", "1", "2", "3", "4"]),
    ],
    ids=["printed", "the same", "of the file"],
)
def test_the_number_printed_on_a_page_stands_beside_its_own(
    data: bytes, labels: list[str], tmp_path: Path
) -> None:
    (document,) = PdfReader().read(tmp_path / "book.pdf", data)
    assert [page.number for page in document.pages] == [1, 2, 3, 4, 5, 6]
    assert [page.label for page in document.pages] == labels


def test_a_foot_that_the_file_writes_first_is_neither_title_nor_text() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 8)
        canvas.drawString(60, 30, "Printed copies are not controlled")
        canvas.drawString(60, 20, "Twins guideline  v3.2  Issued: 12 March 2023   Page 1")
        canvas.setFont(BOLD, 16)
        canvas.drawString(60, 780, "Care of twins")
        canvas.setFont(FONT, 10)
        canvas.drawString(60, 740, "Twins are scanned every two weeks.")

    document = read(draw)
    assert document.text.startswith("Care of twins")
    assert "Page 1" not in document.text
    assert document.text.endswith("Printed copies are not controlled")
    assert document.running_heads == ("Twins guideline v3.2 Issued: 12 March 2023 Page 1",)


@pytest.mark.parametrize("pages", [1, 2])
def test_what_a_browser_prints_around_a_page_is_no_text(pages: int) -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(1, pages + 1):
            canvas.setFont(FONT, 8)
            canvas.drawString(30, 822, "01/12/2026, 09:14")
            canvas.drawString(250, 822, "Reduced movements - Elm intranet pages")
            canvas.drawString(30, 14, "https://elm.example/pages/movements.html")
            canvas.drawString(560, 14, f"{number}/{pages}")
            canvas.setFont(BOLD, 20)
            if number == 1:
                canvas.drawString(30, 780, "Reduced fetal movements: what we do")
            prose(canvas, PROSE, y=700)
            canvas.showPage()

    document = read(draw)
    assert document.metadata.title == "Reduced fetal movements: what we do"
    assert not {"09:14", "elm.example", f"1/{pages}", "intranet"} & {*document.text.split()}


def test_an_address_at_the_foot_of_a_page_without_the_time_of_printing_stays() -> None:
    def draw(canvas: Canvas) -> None:
        prose(canvas, PROSE, y=700)
        canvas.drawString(30, 30, "Report it at https://elm.example/report within a day.")

    assert "https://elm.example/report within a day." in read(draw).text


def test_the_name_of_a_series_is_not_joined_to_the_title_below_it() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(BOLD, 20)
        canvas.drawString(30, 780, "Maternity Guideline")
        canvas.setFont(BOLD, 18)
        canvas.drawString(30, 756, "Severe hypertension in labour")
        canvas.setFont(FONT, 10)
        prose(canvas, PROSE, y=700)

    assert read(draw).metadata.title == "Severe hypertension in labour"


@pytest.mark.parametrize("is_filled", [True, False])
def test_a_drawn_mark_before_a_line_makes_it_an_item_of_a_list(is_filled: bool) -> None:
    def draw(canvas: Canvas) -> None:
        prose(canvas, PROSE, y=740)
        y = prose(canvas, "If she is not allergic to it, give both of:", y=640)
        for words in ("co-amoxiclav 1.2 g every 8 hours", "cultures before the first dose"):
            y -= 16
            canvas.circle(78, y + 3, 1.7, stroke=not is_filled, fill=is_filled)
            canvas.drawString(88, y, words)

    lead = "If she is not allergic to it, give both of:"
    assert lines(read(draw))[-2:] == [
        f"{lead} co-amoxiclav 1.2 g every 8 hours",
        f"{lead} cultures before the first dose",
    ]


def test_many_drawn_marks_are_a_chart_and_no_list() -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(400):
            canvas.circle(300 + number % 20, 100 + number // 2, 1.7, fill=1)
        canvas.circle(78, 703, 1.7, fill=1)
        canvas.drawString(88, 700, "a mark of a chart and no list")
        prose(canvas, PROSE, y=640)

    assert "•" not in read(draw).text


def test_an_item_below_an_item_is_a_line_of_its_own_unless_the_first_leads_to_it() -> None:
    def draw(canvas: Canvas) -> None:
        prose(canvas, PROSE, y=740)
        y = prose(canvas, "If she is not allergic to it:", y=640)
        for left, words in (
            (88, "co-amoxiclav 1.2 g every 8 hours"),
            (108, "add gentamicin 5 mg/kg once a day if in shock"),
            (88, "call the consultant if"),
            (108, "lactate is over 4 mmol/L"),
        ):
            y -= 16
            canvas.drawString(left - 12, y, "•")
            canvas.drawString(left, y, words)

    lead = "If she is not allergic to it:"
    assert lines(read(draw))[-3:] == [
        f"{lead} co-amoxiclav 1.2 g every 8 hours",
        f"{lead} add gentamicin 5 mg/kg once a day if in shock",
        f"{lead} call the consultant if lactate is over 4 mmol/L",
    ]
