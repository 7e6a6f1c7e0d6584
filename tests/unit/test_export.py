"""Briefs as files, opened again by readers that know nothing of kmassist."""

import hashlib
import io
import re
import zipfile
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import bibtexparser
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from kmassist.briefs import Audience, Brief, Circumstances, Withheld, compose_brief
from kmassist.briefs.files import SUFFIXES, brief_bytes, safe_name, write_brief
from kmassist.briefs.layout import lay_out
from kmassist.documents.document import SourceType
from kmassist.errors import ExportError
from kmassist.pages.blocks import (
    Bar,
    Bullets,
    Chart,
    Heading,
    Paragraph,
    Quotation,
    Span,
    Table,
    text,
)
from kmassist.pages.chart import to_png, to_svg
from kmassist.pages.html import to_html
from kmassist.pages.markdown import escape, to_markdown
from kmassist.pages.narrative import narrative_blocks
from tests.unit.exporting import HOSTILE, normalised, one, pdf_text
from tests.unit.sample_briefs import TODAY, compose


class TestEveryFormat:
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_the_same_brief_gives_the_same_bytes(self, suffix: str) -> None:
        brief = compose("research")  # the longest: for researchers, with everything
        assert brief_bytes(brief, suffix, annex=True) == brief_bytes(brief, suffix, annex=True)

    def test_every_quotation_and_reference_is_in_every_document(self) -> None:
        brief = compose()
        parts = {
            ".html": _html_text(brief_bytes(brief, ".html", annex=True).decode()),
            ".docx": _docx_text(brief_bytes(brief, ".docx", annex=True)),
            ".md": MarkdownIt("commonmark")
            .enable("table")
            .render(brief_bytes(brief, ".md", annex=True).decode()),
        }
        parts[".md"] = _html_text(parts[".md"])
        for suffix, words in parts.items():
            for kind in SourceType:
                for claim in brief.claims.get(kind, ()):
                    if not claim.citation.is_computed:  # lines of an audit stand in its table
                        assert normalised(claim.text) in words, (suffix, claim.text)
            for line in brief.sources:
                assert normalised(line.reference) in words, (suffix, line.reference)

    def test_the_pdf_has_the_words_too(self) -> None:
        brief = compose()
        words = re.sub(r"[\s-]", "", pdf_text(brief_bytes(brief, ".pdf", annex=True)))
        for kind in SourceType:
            for claim in brief.claims.get(kind, ())[:1]:
                assert claim.citation.is_computed or re.sub(r"[\s-]", "", claim.text) in words

    @pytest.mark.parametrize("suffix", [".md", ".html"])
    def test_what_was_withheld_and_who_was_not_heard_is_said(self, suffix: str) -> None:
        brief = compose()
        held = brief.model_copy(update={"withheld": Withheld(documents=1, by_type=(("FLK", 1),))})
        words = brief_bytes(held, suffix, annex=True).decode()
        assert "1 source that is about the question was left out" in words
        assert "1 frontline staff knowledge" in words
        assert "teenagers" in words

    def test_a_long_brief_holds_together(self) -> None:
        brief = compose(
            narrative={
                "context": "A sentence that is repeated. " * 400,
                "options": "- one\n- two\n  - three\n\n1. a\n2. b",
            }
        )
        for suffix in (".pdf", ".docx", ".html", ".md"):
            assert len(brief_bytes(brief, suffix, annex=True)) > 10_000

    def test_an_empty_brief_holds_together(self) -> None:
        from tests.unit.sample_briefs import answer_of

        around = Circumstances(today=TODAY.isoformat())
        brief = compose_brief(answer_of({}), {}, audience=Audience.PUBLIC, circumstances=around)
        for suffix in SUFFIXES:
            brief_bytes(brief, suffix, annex=True)

    def test_people_and_machine_are_told_apart(self) -> None:
        brief = compose(
            narrative={"options": "Do *nothing*, or <b>spread</b> it.", "etd.1": "Probably yes"}
        )
        words = _html_text(brief_bytes(brief, ".html", annex=True).decode())
        assert "Do nothing, or <b>spread</b> it." in words
        assert "Probably yes" in words
        assert "To be written by people" in words


def _html_text(html: str) -> str:
    class Words(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.parts: list[str] = []

        def handle_data(self, data: str) -> None:
            self.parts.append(data)

    reader = Words()
    reader.feed(html)
    return normalised("".join(reader.parts))


def _docx_text(data: bytes) -> str:
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    tree = etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
    lines = ["".join(t.text or "" for t in p.iter(f"{space}t")) for p in tree.iter(f"{space}p")]
    return normalised(" ".join(lines))


class TestMarkdown:
    @given(
        st.text(
            st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=60
        ).filter(str.strip)
    )
    def test_words_stay_words(self, words: str) -> None:
        """In a paragraph, a quotation, a list and a table cell, whatever the characters."""
        parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(
            ["table", "strikethrough"]
        )
        layout = one(
            Paragraph(text(words)),
            Quotation(words, text(words)),
            Bullets((text(words),)),
            Table("c", ("h",), ((text(words),),), (1.0,)),
        )
        body = to_markdown(layout).split("**DRAFT**", 1)[1]
        for token in parser.parse(body):
            assert (
                token.type not in {"html_block", "fence", "code_block", "heading_open"}
                or token.content.strip() == ""
            ), token
            for child in token.children or []:
                assert child.type not in {
                    "link_open",
                    "image",
                    "html_inline",
                    "code_inline",
                    "em_open",
                    "s_open",
                }, (
                    words,
                    child,
                )
        shown = _html_text(parser.render(body))
        assert shown.count(normalised(words)) >= 4

    def test_hostile_words_do_nothing(self) -> None:
        html = (
            MarkdownIt("commonmark", {"html": True})
            .enable("table")
            .render(to_markdown(one(Paragraph(text(HOSTILE)))))
        )
        assert "<script" not in html
        assert "<img" not in html
        assert 'href="javascript' not in html
        assert "<h1>heading" not in html

    def test_links_in_it_lead_to_the_references(self) -> None:
        words = brief_bytes(compose(), ".md", annex=True).decode()
        for target in set(re.findall(r"\]\(#(ref-\d+)\)", words)):
            assert f'<a id="{target}"></a>' in words

    def test_escape_leaves_plain_words_alone(self) -> None:
        assert (
            escape("Women said: 3 in 10 (30%), and more.") == "Women said: 3 in 10 (30%), and more."
        )


class TestHtml:
    def test_it_is_well_formed_and_stands_alone(self) -> None:
        html = brief_bytes(compose(), ".html", annex=True).decode()
        tree = etree.fromstring(
            html.split("\n", 1)[1].replace('<meta charset="utf-8">', "").encode(),
            etree.HTMLParser(),
        )
        assert tree is not None
        assert "<script" not in html
        assert not re.findall(r'(?:src|href)="(?!#|https?://|mailto:)', html)
        assert "default-src 'none'" in html
        assert tree.get("lang") == "en-GB"

    def test_headings_do_not_skip_a_level(self) -> None:
        for audience in Audience:
            levels = [
                int(n)
                for n in re.findall(
                    r"<h(\d)", brief_bytes(compose(audience.value), ".html", annex=True).decode()
                )
            ]
            assert levels[0] == 1
            assert levels.count(1) == 1
            assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_tables_have_heads_and_captions_and_every_id_is_there_once(self) -> None:
        html = brief_bytes(compose(), ".html", annex=True).decode()
        assert html.count("<table>") == html.count("<caption") == html.count("<thead>")
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        for target in re.findall(r'href="#([^"]+)"', html):
            assert target in ids
        for labels in re.findall(r'aria-labelledby="([^"]+)"', html):
            assert all(label in ids for label in labels.split())

    def test_hostile_words_do_nothing(self) -> None:
        chart = Chart("<b>", (Bar("<script>", 10, "10%"),), "<img>")
        html = to_html(
            one(
                Heading(1, HOSTILE, "a"),
                Paragraph(text(HOSTILE)),
                Quotation(HOSTILE, text(HOSTILE)),
                chart,
            )
        )
        assert "<script" not in html
        assert "<img" not in html
        assert html.count("alert(1)") == html.count("&lt;script&gt;alert(1)") + html.count(
            "(javascript:alert(1)"
        )


class TestReferences:
    def test_ris(self) -> None:
        brief = compose()
        entries = rispy.loads(brief_bytes(brief, ".ris", annex=True).decode())
        assert [entry["title"] for entry in entries] == [
            line.metadata.title for line in brief.sources
        ]

    def test_bibtex(self) -> None:
        brief = compose()
        library = bibtexparser.parse_string(brief_bytes(brief, ".bib", annex=True).decode())
        assert not library.failed_blocks
        assert [entry.key for entry in library.entries] == [
            f"ref{line.number}" for line in brief.sources
        ]


class TestFiles:
    def test_never_over_a_file_without_force(self, tmp_path: Path) -> None:
        path = tmp_path / "brief.md"
        write_brief(compose(), path)
        before = path.read_bytes()
        with pytest.raises(ExportError, match="there already"):
            write_brief(compose("public"), path)
        assert path.read_bytes() == before
        write_brief(compose("public"), path, force=True)
        assert path.read_bytes() != before
        assert [p.name for p in tmp_path.iterdir()] == ["brief.md"]

    def test_an_unknown_format_names_those_there_are(self, tmp_path: Path) -> None:
        with pytest.raises(ExportError) as raised:
            write_brief(compose(), tmp_path / "brief.odt")
        assert ".docx" in raised.value.hint

    def test_names_are_safe(self) -> None:
        assert safe_name("../../etc/pass wd: è?", ".md") == "etc-pass-wd.md"
        assert safe_name("CON", ".md") == "brief-con.md"
        assert safe_name("", ".md") == "brief.md"
        assert len(safe_name("x" * 500, ".pdf")) < 90


class TestChart:
    chart: ClassVar[Chart] = Chart(
        "Audit",
        (Bar("Seen in 15 minutes", 40, "40.0%", 34, 46, 90, "target ≥ 90%", False),),
        "40%, target 90%",
    )

    def test_the_picture_is_the_same_every_time(self) -> None:
        assert (
            hashlib.sha256(to_png(self.chart)).digest()
            == hashlib.sha256(to_png(self.chart)).digest()
        )

    def test_it_says_by_words_what_it_shows(self) -> None:
        svg = to_svg(self.chart, identity="c")
        assert "<title" in svg
        assert "target not met" in svg
        etree.fromstring(svg.encode())

    def test_alone_it_is_headed_by_its_caption(self) -> None:
        svg = to_svg(self.chart, identity="c", is_alone=True)
        assert ">Audit</text>" in svg
        assert ">Audit</text>" not in to_svg(self.chart, identity="c")
        assert to_png(self.chart, is_alone=True) != to_png(self.chart)


class TestNarrative:
    def test_markdown_of_people_becomes_blocks(self) -> None:
        blocks = narrative_blocks(
            "# Head\n\nText **strong** and [link](https://nhs.uk).\n\n- one\n- two\n"
        )
        assert Span("strong", is_strong=True) in blocks[1].words
        assert any(span.href == "https://nhs.uk" for span in blocks[1].words)
        assert blocks[2] == Bullets((text("one"), text("two")))

    def test_html_and_script_links_are_words(self) -> None:
        blocks = narrative_blocks(
            "<img src=x onerror=1> [x](javascript:alert(1)) ![p](http://e/p.png)"
        )
        assert not any(
            span.href.startswith("javascript") for block in blocks for span in block.words
        )


def test_lay_out_numbers_its_sections() -> None:
    brief: Brief = compose()
    sections = [
        b.text
        for b in lay_out(brief, annex=True).blocks
        if isinstance(b, Heading) and b.level == 2 and re.match(r"\d+\.", b.text)
    ]
    assert [int(words.split(".")[0]) for words in sections] == list(range(1, 11))
