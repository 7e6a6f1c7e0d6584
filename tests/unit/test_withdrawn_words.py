"""What is struck out, hidden or a mark of a reference is no evidence; what is left out is said."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import RGBColor

from kmassist.documents.document import Document
from kmassist.readers import read_source
from kmassist.readers.raised import raise_text, settle_raised
from kmassist.readers.xml_tree import parse_xml as parse_tree
from kmassist.readers.xml_tree import words


def _page(tmp_path: Path, body: str, name: str = "page.html") -> Document:
    path = tmp_path / name
    path.write_text(body, encoding="utf-8")
    (document,) = read_source(path)
    return document


def _word(tmp_path: Path, fill: Callable[[Any], None]) -> Document:
    word = docx.Document()
    fill(word)
    out = io.BytesIO()
    word.save(out)
    path = tmp_path / "report.docx"
    path.write_bytes(out.getvalue())
    (document,) = read_source(path)
    return document


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (("in 2017", "5", " births"), "in 2017 births"),
        (("of 2,310", "4,5", " women"), "of 2,310 women"),
        (("stopped.", "12", " Then"), "stopped. Then"),
        (("over 10", "6", " copies"), "over 10^6 copies"),
        (("P = 2 × 10", "-4", ""), "P = 2 × 10^-4"),
        (("a room of 12 m", "2", ""), "a room of 12 m^2"),
        (("I", "2", " = 40%"), "I^2 = 40%"),
        (("the 1", "st", " day"), "the 1st day"),
        (("Ca", "2+", " level"), "Ca2+ level"),
        (("marked ", "18", "F water"), "marked 18F water"),
        (("1", "1", "/2 days"), "1 1/2 days"),
        (("12.4", "*†", " kg"), "12.4 kg"),
        (("dose", "a", " given"), "dose given"),
        (("where a", "3", " is"), "where a^3 is"),
    ],
)
def test_raised_figures_are_exponents_or_marks(pieces: tuple[str, str, str], said: str) -> None:
    before, raised, after = pieces
    assert settle_raised(f"{before}{raise_text(raised)}{after}") == said


def test_raised_figures_in_every_format(tmp_path: Path) -> None:
    said = "In 2017 it was 10^5 copies."
    markup = "In 2017<sup>3</sup> it was 10<sup>5</sup> copies."
    assert _page(tmp_path, f"<html><body><p>{markup}</p></body></html>").text == said
    assert _page(tmp_path, markup, "notes.md").text == said
    tree, _ = parse_tree(f"<AbstractText>{markup}</AbstractText>".encode(), "export.xml")
    assert words(tree) == said

    def fill(word: Any) -> None:
        paragraph = word.add_paragraph("In 2017")
        paragraph.add_run("3").font.superscript = True
        paragraph.add_run(" it was 10")
        paragraph.add_run("5").font.superscript = True
        paragraph.add_run(" copies.")

    assert _word(tmp_path, fill).text == said


@pytest.mark.parametrize(
    "markup",
    [
        "<del>9 mg</del>",
        "<s>9 mg</s>",
        '<span style="text-decoration: line-through">9 mg</span>',
        '<span hidden="">9 mg</span>',
        '<b style="display:none">9 mg</b>',
        '<span style="visibility: hidden">9 mg</span>',
        '<span style="color:#fff">9 mg</span>',
        '<span style="font-size:0">9 mg</span>',
        '<span style="position:absolute;left:-9999px">9 mg</span>',
        '<span class="old">9 mg</span>',
        '<span id="gone">9 mg</span>',
    ],
)
def test_a_page_without_its_withdrawn_words(tmp_path: Path, markup: str) -> None:
    style = "<style>/* x */ .old, p.very-old { text-decoration: line-through } #gone{display:none} @media print{.no{display:none}}</style>"
    document = _page(
        tmp_path,
        f"<html><head>{style}</head><body><p class=no>Give {markup} 5 mg.</p></body></html>",
    )
    assert document.text == "Give 5 mg."
    assert any("left out" in warning for warning in document.warnings)


def test_a_notice_that_lies_over_the_page_is_no_text_of_it(tmp_path: Path) -> None:
    body = (
        "<div role=dialog><p>Accept all cookies</p></div><article><p>Weigh the pads.</p></article>"
    )
    assert _page(tmp_path, body).text == "Weigh the pads."
    assert _page(tmp_path, "<div role=dialog><h1>Pads</h1></div>").text == "Pads"


def test_a_term_stands_beside_what_it_means(tmp_path: Path) -> None:
    body = "<dl><dt>Open<dd>All day<dt>Why?<dd>It helps.<dd>Women ask for it.</dl>"
    lines = _page(tmp_path, body).text.split("\n")
    assert lines == ["Open: All day", "Why?", "It helps.", "Women ask for it."]


def test_white_words_on_a_colour_are_read(tmp_path: Path) -> None:
    body = '<div style="background:#003087"><p style="color:white">Call us first.</p></div><style>.x{background-color:navy}</style><p class="x" style="color:#fff">And us.</p>'
    assert _page(tmp_path, body).text == "Call us first.\n\nAnd us."


def test_white_words_on_stated_white_are_left_out(tmp_path: Path) -> None:
    body = '<p>Shown.</p><p style="color:#fff;background:#ffffff">Pale.</p><p style="color:white;background-color: white">Paler.</p>'
    assert _page(tmp_path, body).text == "Shown."


def test_side_boxes_and_footers_of_the_text_are_read_and_those_of_the_page_named(
    tmp_path: Path,
) -> None:
    document = _page(
        tmp_path,
        "<body><main><p>Weigh the pads.</p><aside>Ring for help early.</aside><footer>Version 3, review 2029</footer></main>"
        "<footer>Privacy and cookies</footer></body>",
    )
    assert document.text == "Weigh the pads.\n\nRing for help early.\n\nVersion 3, review 2029"
    assert "(3 words)" in document.warnings[0]
    alone = _page(tmp_path, "<body><p>Weigh the pads.</p><footer>Version 3</footer></body>")
    assert alone.text.endswith("Version 3")


def test_a_page_saved_with_its_pictures_inside(tmp_path: Path) -> None:
    picture = "data:image/png;base64," + "A" * 300_000
    document = _page(tmp_path, f'<body><img src="{picture}"><p>Weigh the pads.</p></body>')
    assert document.text == "Weigh the pads."


def test_numbers_of_lists_are_read(tmp_path: Path) -> None:
    document = _page(
        tmp_path,
        '<ol start="3"><li>Ask.</li><li><p>Write.</p><ol type="a"><li>Date</li></ol></li></ol><ul><li>Bed</li></ul>',
    )
    assert document.text == "3. Ask.\n4. Write.\na. Date\nBed"


def test_struck_words_of_markdown(tmp_path: Path) -> None:
    document = _page(
        tmp_path, "Give ~~9 mg~~ 5 mg.\n\n~~Old rule.~~\n\n<del>Older.</del> New rule.\n", "rule.md"
    )
    assert document.text == "Give 5 mg.\n\nNew rule."
    assert "3 struck-out pieces were left out." in document.warnings


def test_a_word_document_without_its_withdrawn_words(tmp_path: Path) -> None:
    def fill(word: Any) -> None:
        struck = word.styles.add_style("Gone", WD_STYLE_TYPE.CHARACTER)
        struck.font.double_strike = True
        hidden = word.styles.add_style("Secret", WD_STYLE_TYPE.PARAGRAPH)
        hidden.font.hidden = True
        paragraph = word.add_paragraph("Give ")
        paragraph.add_run("9 mg ").font.strike = True
        paragraph.add_run("7 mg ", style="Gone")
        paragraph.add_run("6 mg ").font.color.rgb = RGBColor(255, 255, 255)
        paragraph.add_run("5 mg.")
        kept = word.add_paragraph(style="Secret")
        kept.add_run("Never shown. ")
        kept.add_run("Shown.").font.hidden = False
        control = (
            f"<w:sdt {nsdecls('w')}><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>Tap here.</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        )
        paragraph._p.addnext(parse_xml(control))
        table = word.add_table(rows=3, cols=2)
        for row, texts in zip(
            table.rows, (("Drug", "Dose"), ("A", "5 mg"), ("B", "9 mg")), strict=True
        ):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        table.rows[2]._tr.get_or_add_trPr().append(parse_xml(f"<w:del {nsdecls('w')} w:id='1'/>"))
        white = table.rows[0].cells[0].paragraphs[0].runs[0]
        white.font.color.rgb = RGBColor(255, 255, 255)
        shade = parse_xml(f"<w:shd {nsdecls('w')} w:val='clear' w:fill='003087'/>")
        table.rows[0].cells[0]._tc.get_or_add_tcPr().append(shade)

    document = _word(tmp_path, fill)
    assert document.text == "Give 5 mg.\n\nShown.\n\nDrug: A\nDose: 5 mg" or document.text == (
        "Give 5 mg.\n\nShown.\n\nDrug: A; Dose: 5 mg."
    )
    assert "2 struck-out pieces were left out." in document.warnings
    assert "2 hidden text parts were left out." in document.warnings


def test_a_word_document_with_footer_numbers_and_an_imported_part(tmp_path: Path) -> None:
    def fill(word: Any) -> None:
        word.add_heading("Bleeding", 1)
        for text in ("Weigh the pads.", "Call for help."):
            word.add_paragraph(text, style="List Number")
        word.add_paragraph("A bag", style="List Bullet")
        footer = word.sections[0].footer.paragraphs[0]
        footer.text = "Version 7\tReview due May 2029\tPage 1 of 2"
        word.sections[0].header.paragraphs[0].text = "Bleeding"
        word.element.body.insert(0, parse_xml(f"<w:altChunk {nsdecls('w', 'r')} r:id='rId1'/>"))

    document = _word(tmp_path, fill)
    assert document.text == (
        "Bleeding\n1. Weigh the pads.\n2. Call for help.\nA bag\n\nVersion 7\n\nReview due May 2029"
    )
    assert "1 parts imported from other files (altChunk) were not read" in document.warnings[0]


def test_numbered_headings_count_their_levels_and_start_again(tmp_path: Path) -> None:
    def fill(word: Any) -> None:
        numbering = word.part.numbering_part.element
        levels = "".join(
            f"<w:lvl w:ilvl='{at}'><w:start w:val='1'/><w:numFmt w:val='{kind}'/><w:lvlText w:val='{text}'/></w:lvl>"
            for at, kind, text in (
                (0, "decimal", "%1"),
                (1, "decimal", "%1.%2"),
                (2, "lowerRoman", "(%3)"),
            )
        )
        numbering.insert(
            0,
            parse_xml(
                f"<w:abstractNum {nsdecls('w')} w:abstractNumId='77'>{levels}</w:abstractNum>"
            ),
        )
        numbering.append(
            parse_xml(f"<w:num {nsdecls('w')} w:numId='77'><w:abstractNumId w:val='77'/></w:num>")
        )
        restart = "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride>"
        numbering.append(
            parse_xml(
                f"<w:num {nsdecls('w')} w:numId='78'><w:abstractNumId w:val='77'/>{restart}</w:num>"
            )
        )
        for text, level, number in (
            ("Scope", 0, 77),
            ("Who", 1, 77),
            ("Midwives", 2, 77),
            ("Care", 0, 77),
            ("When", 1, 77),
            ("Again", 0, 78),
        ):
            properties = word.add_paragraph(text)._p.get_or_add_pPr()
            properties.append(
                parse_xml(
                    f"<w:numPr {nsdecls('w')}><w:ilvl w:val='{level}'/><w:numId w:val='{number}'/></w:numPr>"
                )
            )
        assert properties.find(qn("w:numPr")) is not None

    assert _word(tmp_path, fill).text.split("\n") == [
        "1 Scope",
        "1.1 Who",
        "(i) Midwives",
        "2 Care",
        "2.1 When",
        "1 Again",
    ]
