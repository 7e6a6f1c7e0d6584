"""Briefs as files, opened again by readers that know nothing of kmassist."""

import hashlib
import io
import re
import zipfile
from html import escape as escape_html
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import bibtexparser
import docx
import pypdf
import pypdfium2
import pytest
import rispy
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt
from sample_briefs import TODAY, compose

from kmassist.briefs import Audience, Brief, Circumstances, Withheld, compose_brief
from kmassist.documents import SourceType
from kmassist.errors import ExportError
from kmassist.export import SUFFIXES, brief_bytes, safe_name, schema_json, write_brief
from kmassist.export.blocks import (
    Bar,
    Bullets,
    Chart,
    Heading,
    Layout,
    Notice,
    Paragraph,
    Quotation,
    ReferenceEntry,
    References,
    Span,
    Table,
    text,
)
from kmassist.export.chart import to_png, to_svg
from kmassist.export.docx import to_docx
from kmassist.export.html import to_html
from kmassist.export.layout import lay_out
from kmassist.export.markdown import escape, to_markdown
from kmassist.export.narrative import narrative_blocks
from kmassist.export.pdf import to_pdf

HOSTILE = (
    "<script>alert(1)</script> **bold** [x](javascript:alert(1)) | cell | `code` # heading $x$ https://evil.example "
    "=SUM(A1) &lt;b&gt; ![i](http://evil.example/i.png) a_b_ ~~gone~~ \\ ≥ – é ŵ 中"
)


def normalised(words: str) -> str:
    return " ".join(words.split())


def one(*blocks: object) -> Layout:
    return Layout(title="T", subtitle="S", status="DRAFT", date="2026-11-23", footer="F", blocks=tuple(blocks))  # type: ignore[arg-type]


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return normalised(" ".join(page.get_textpage().get_text_bounded() for page in document)).replace("\x02", "-")


class TestEveryFormat:
    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("audience", list(Audience))
    def test_the_same_brief_gives_the_same_bytes(self, suffix: str, audience: Audience) -> None:
        brief = compose(audience.value)
        assert brief_bytes(brief, suffix) == brief_bytes(brief, suffix)

    def test_every_quotation_and_reference_is_in_every_document(self) -> None:
        brief = compose()
        parts = {
            ".html": _html_text(brief_bytes(brief, ".html").decode()),
            ".docx": _docx_text(brief_bytes(brief, ".docx")),
            ".md": MarkdownIt("commonmark").enable("table").render(brief_bytes(brief, ".md").decode()),
        }
        parts[".md"] = _html_text(parts[".md"])
        for suffix, words in parts.items():
            for kind in SourceType:
                for claim in brief.claims.get(kind, ()):
                    assert normalised(claim.text) in words, (suffix, claim.text)
            for line in brief.sources:
                assert normalised(line.reference) in words, (suffix, line.reference)

    def test_the_pdf_has_the_words_too(self) -> None:
        brief = compose()
        words = re.sub(r"[\s-]", "", pdf_text(brief_bytes(brief, ".pdf")))
        for kind in SourceType:
            for claim in brief.claims.get(kind, ())[:1]:
                assert re.sub(r"[\s-]", "", claim.text) in words

    @pytest.mark.parametrize("suffix", [".md", ".html"])
    def test_what_was_withheld_and_who_was_not_heard_is_said(self, suffix: str) -> None:
        brief = compose()
        held = brief.model_copy(update={"withheld": Withheld(documents=1, by_type=(("FLK", 1),))})
        words = brief_bytes(held, suffix).decode()
        assert "1 source that bears on the question was left out" in words
        assert "1 frontline staff knowledge" in words
        assert "teenagers" in words

    def test_a_long_brief_holds_together(self) -> None:
        brief = compose(
            narrative={"context": "A sentence that is repeated. " * 400, "options": "- one\n- two\n  - three\n\n1. a\n2. b"}
        )
        for suffix in (".pdf", ".docx", ".html", ".md"):
            assert len(brief_bytes(brief, suffix)) > 10_000

    def test_an_empty_brief_holds_together(self) -> None:
        from sample_briefs import answer_of

        around = Circumstances(today=TODAY.isoformat())
        brief = compose_brief(answer_of({}), {}, audience=Audience.PUBLIC, circumstances=around)
        for suffix in SUFFIXES:
            brief_bytes(brief, suffix)

    def test_people_and_machine_are_told_apart(self) -> None:
        brief = compose(narrative={"options": "Do *nothing*, or <b>spread</b> it.", "etd.1": "Probably yes"})
        words = _html_text(brief_bytes(brief, ".html").decode())
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
    package = zipfile.ZipFile(io.BytesIO(data))
    trees = [etree.fromstring(package.read(f"word/{part}.xml")) for part in ("document", "endnotes")]
    lines = ["".join(t.text or "" for t in p.iter(f"{space}t")) for tree in trees for p in tree.iter(f"{space}p")]
    return normalised(" ".join(lines))


class TestMarkdown:
    @given(st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=60).filter(str.strip))
    def test_words_stay_words(self, words: str) -> None:
        """In a paragraph, a quotation, a list and a table cell, whatever the characters."""
        parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
        layout = one(
            Paragraph(text(words)),
            Quotation(words, text(words)),
            Bullets((text(words),)),
            Table("c", ("h",), ((text(words),),), (1.0,)),
        )
        body = to_markdown(layout).split("**DRAFT**", 1)[1]
        for token in parser.parse(body):
            assert token.type not in {"html_block", "fence", "code_block", "heading_open"} or token.content.strip() == "", token
            for child in token.children or []:
                assert child.type not in {"link_open", "image", "html_inline", "code_inline", "em_open", "s_open"}, (
                    words,
                    child,
                )
        shown = _html_text(parser.render(body))
        assert shown.count(normalised(words)) >= 4

    def test_hostile_words_do_nothing(self) -> None:
        html = MarkdownIt("commonmark", {"html": True}).enable("table").render(to_markdown(one(Paragraph(text(HOSTILE)))))
        assert "<script" not in html
        assert "<img" not in html
        assert 'href="javascript' not in html
        assert "<h1>heading" not in html

    def test_links_in_it_lead_to_the_references(self) -> None:
        words = brief_bytes(compose(), ".md").decode()
        for target in set(re.findall(r"\]\(#(ref-\d+)\)", words)):
            assert f'<a id="{target}"></a>' in words

    def test_escape_leaves_plain_words_alone(self) -> None:
        assert escape("Women said: 3 in 10 (30%), and more.") == "Women said: 3 in 10 (30%), and more."


class TestHtml:
    def test_it_is_well_formed_and_stands_alone(self) -> None:
        html = brief_bytes(compose(), ".html").decode()
        tree = etree.fromstring(html.split("\n", 1)[1].replace('<meta charset="utf-8">', "").encode(), etree.HTMLParser())
        assert tree is not None
        assert "<script" not in html
        assert not re.findall(r'(?:src|href)="(?!#|https?://|mailto:)', html)
        assert "default-src 'none'" in html
        assert tree.get("lang") == "en-GB"

    def test_headings_do_not_skip_a_level(self) -> None:
        for audience in Audience:
            levels = [int(n) for n in re.findall(r"<h(\d)", brief_bytes(compose(audience.value), ".html").decode())]
            assert levels[0] == 1
            assert levels.count(1) == 1
            assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_tables_have_heads_and_captions_and_every_id_is_there_once(self) -> None:
        html = brief_bytes(compose(), ".html").decode()
        assert html.count("<table>") == html.count("<caption") == html.count("<thead>")
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        for target in re.findall(r'href="#([^"]+)"', html):
            assert target in ids
        for labels in re.findall(r'aria-labelledby="([^"]+)"', html):
            assert all(label in ids for label in labels.split())

    def test_hostile_words_do_nothing(self) -> None:
        chart = Chart("<b>", (Bar("<script>", 10, "10%"),), "<img>")
        html = to_html(one(Heading(1, HOSTILE, "a"), Paragraph(text(HOSTILE)), Quotation(HOSTILE, text(HOSTILE)), chart))
        assert "<script" not in html
        assert "<img" not in html
        assert html.count("alert(1)") == html.count("&lt;script&gt;alert(1)") + html.count("(javascript:alert(1)")


class TestDocx:
    def test_styles_contents_links_and_language(self) -> None:
        brief = compose()
        data = brief_bytes(brief, ".docx")
        held = docx.Document(io.BytesIO(data))
        names = {p.style.name for p in held.paragraphs if p.style}
        assert {"Title", "Heading 1", "Heading 2", "Heading 3", "Quote"} <= names
        xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
        assert 'TOC \\o "1-2"' in xml
        anchors = set(re.findall(r'w:anchor="([^"]+)"', xml))
        marks = set(re.findall(r'w:bookmarkStart [^>]*w:name="([^"]+)"', xml))
        assert anchors <= marks
        assert "w:tblHeader" in xml
        assert 'descr="' in xml
        assert held.core_properties.title == brief.title
        footer = held.sections[0].footer._element.xml
        assert "PAGE" in footer
        assert "NUMPAGES" in footer

    def test_references_are_endnotes_that_word_numbers(self) -> None:
        brief = compose()
        package = zipfile.ZipFile(io.BytesIO(brief_bytes(brief, ".docx")))
        body, notes = (package.read(f"word/{part}.xml").decode() for part in ("document", "endnotes"))
        assert re.findall(r'w:endnoteReference w:id="(\d+)"', body) == [str(line.number) for line in brief.sources]
        held = [
            "".join(re.findall(r"<w:t[^>]*>([^<]*)", note))
            for note in re.findall(r'w:endnote w:id="\d+">(.*?)</w:endnote>', notes)
        ]
        assert len(held) == len(brief.sources)
        for line, words in zip(brief.sources, held, strict=True):
            assert normalised(escape_html(line.reference, quote=False)) in normalised(words)
        repeated = set(re.findall(r"NOTEREF (\w+)", body))
        assert repeated
        assert repeated <= set(re.findall(r'bookmarkStart [^>]*w:name="(\w+)"', body))
        for name, shown in re.findall(r'NOTEREF (\w+).*?"separate".*?<w:t[^>]*>(\d+)</w:t>', body):
            assert name == f"_RefEndnote{shown}"
        assert "word/endnotes.xml" in package.read("[Content_Types].xml").decode()
        assert 'Target="https://doi.org/' in package.read("word/_rels/endnotes.xml.rels").decode()
        assert re.search(r"<w:endnotePr>.*decimal.*</w:endnotePr><w:compat>", package.read("word/settings.xml").decode())

    def test_a_source_that_is_only_listed_is_listed(self) -> None:
        entries = (ReferenceEntry(1, text("Other paper.")), ReferenceEntry(2, text("Quoted paper.")))
        data = to_docx(one(Paragraph((Span("Words "), Span("[2]", href="#ref-2"))), References(entries)))
        words = [p.text for p in docx.Document(io.BytesIO(data)).paragraphs]
        assert "[2] Other paper." in words
        assert "Quoted paper." in _docx_text(data)
        assert not any("Quoted paper" in line for line in words)

    def test_a_template_gives_its_styles(self, tmp_path: Path) -> None:
        template = docx.Document()
        template.styles["Heading 1"].font.name = "Georgia"
        template.add_paragraph("Trust cover page")
        path = tmp_path / "trust.docx"
        template.save(str(path))
        held = docx.Document(io.BytesIO(brief_bytes(compose(), ".docx", template=path)))
        assert held.paragraphs[0].text == "Trust cover page"
        assert held.styles["Heading 1"].font.name == "Georgia"

    def test_a_template_keeps_its_footer_and_its_first_section(self, tmp_path: Path) -> None:
        template = docx.Document()
        template.sections[0].footer.paragraphs[0].text = "Trust footer"
        template.add_section()
        path = tmp_path / "trust.docx"
        template.save(str(path))
        held = docx.Document(io.BytesIO(brief_bytes(compose(), ".docx", template=path)))
        assert len(held.sections) == 2
        assert [p.text.partition(" ·")[0] for p in held.sections[-1].footer.paragraphs] == ["Trust footer", compose().brief_id]

    def test_a_template_without_a_page_or_with_endnotes_that_hold_nothing(self, tmp_path: Path) -> None:
        template = docx.Document(io.BytesIO(brief_bytes(compose(), ".docx")))
        for element in list(template.element.body):
            template.element.body.remove(element)
        path = tmp_path / "bare.docx"
        template.save(str(path))
        package = zipfile.ZipFile(io.BytesIO(brief_bytes(compose(), ".docx", template=path)))
        assert package.namelist().count("word/endnotes.xml") == 1
        notes = package.read("word/endnotes.xml").decode()
        assert notes.count("w:endnote w:id=") == len(compose().sources)
        assert package.read("word/settings.xml").decode().count("<w:endnotePr>") == 1

    def test_bookmarks_of_a_template_keep_their_numbers(self, tmp_path: Path) -> None:
        template = docx.Document()
        mark = template.add_paragraph("Cover")._p.makeelement(qn("w:bookmarkStart"), {qn("w:id"): "7", qn("w:name"): "cover"})
        template.paragraphs[0]._p.append(mark)
        path = tmp_path / "marked.docx"
        template.save(str(path))
        body = zipfile.ZipFile(io.BytesIO(brief_bytes(compose(), ".docx", template=path))).read("word/document.xml").decode()
        numbers = re.findall(r'bookmarkStart [^>]*w:id="(\d+)"', body)
        assert len(numbers) == len(set(numbers))
        assert "7" in numbers

    def test_a_template_with_endnotes_of_its_own_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "noted.docx"
        path.write_bytes(brief_bytes(compose(), ".docx"))
        with pytest.raises(ExportError, match="endnotes of its own") as raised:
            brief_bytes(compose(), ".docx", template=path)
        assert "Take them out" in raised.value.hint

    def test_a_template_that_is_none_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "no.docx"
        path.write_bytes(b"not a zip")
        with pytest.raises(ExportError, match="not a Word file"):
            brief_bytes(compose(), ".docx", template=path)
        with pytest.raises(ExportError, match="Word files only"):
            brief_bytes(compose(), ".pdf", template=path)

    def test_hostile_and_forbidden_characters(self) -> None:
        words = HOSTILE + "\x00\x0b\ufffe\u202e"
        held = docx.Document(io.BytesIO(to_docx(one(Paragraph(text(words)), Quotation(words, text(words))))))
        assert HOSTILE in "\n".join(p.text for p in held.paragraphs)


class TestPdf:
    def test_it_is_tagged_with_type_outline_and_links(self) -> None:
        brief = compose()
        reader = pypdf.PdfReader(io.BytesIO(brief_bytes(brief, ".pdf")))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] is True or str(root["/MarkInfo"]["/Marked"]) in {"True", "true"}
        assert root["/Lang"] == "en-GB"
        assert reader.metadata is not None
        assert reader.metadata.title == brief.title
        assert reader.outline
        for page in reader.pages:
            for font in page["/Resources"]["/Font"].values():
                assert "SourceSansPro" in font["/BaseFont"] or "Vera" in font["/BaseFont"]

    def test_the_structure_names_headings_tables_and_figures(self) -> None:
        reader = pypdf.PdfReader(io.BytesIO(brief_bytes(compose(), ".pdf")))
        tags: list[str] = []
        alts: list[str] = []

        def walk(node: pypdf.generic.DictionaryObject) -> None:
            tags.append(str(node.get("/S", "")))
            if "/Alt" in node:
                alts.append(str(node["/Alt"]))
            kids = node.get("/K", [])
            for kid in kids if isinstance(kids, list) else [kids]:
                kid = kid.get_object()
                if isinstance(kid, dict) and "/S" in kid:
                    walk(kid)  # type: ignore[arg-type]

        walk(reader.trailer["/Root"]["/StructTreeRoot"])  # type: ignore[arg-type]
        assert {"/Document", "/H1", "/H2", "/H3", "/Table", "/TR", "/TH", "/TD", "/L", "/LI", "/BlockQuote", "/Figure"} <= set(
            tags
        )
        assert any("Target at least" in alt for alt in alts)
        assert tags.count("/H1") == 1

    def test_links_of_the_contents_and_the_references_resolve(self) -> None:
        reader = pypdf.PdfReader(io.BytesIO(brief_bytes(compose(), ".pdf")))
        named = set(reader.named_destinations)
        found = 0
        for page in reader.pages:
            for one_link in page.get("/Annots", []):
                link = one_link.get_object()
                target = link.get("/Dest") or link.get("/A", {}).get("/D")
                if isinstance(target, str):
                    found += 1
                    assert target.removeprefix("/") in named or target in named
                elif target is not None:
                    found += 1
        assert found > 20

    def test_the_first_page_is_one_page(self) -> None:
        for audience in Audience:
            reader = pypdf.PdfReader(io.BytesIO(brief_bytes(compose(audience.value), ".pdf")))
            assert "Contents" in reader.pages[1].extract_text()
            assert "page 1 of" in reader.pages[0].extract_text()

    def test_a_very_long_question_leaves_the_first_page_one_page(self) -> None:
        question = "Should we " + "weigh every reason for and against it carefully, and " * 10 + "decide?"
        brief = compose("commissioner").model_copy(update={"title": question, "resolved_question": question})
        reader = pypdf.PdfReader(io.BytesIO(brief_bytes(brief, ".pdf")))
        assert "Contents" in reader.pages[1].extract_text()

    def test_signs_and_accents_and_what_the_type_lacks(self) -> None:
        words = pdf_text(to_pdf(one(Paragraph(text("≥ 95% – café ŵ ✓ “quoted” 中")))))
        for sign in ("≥ 95%", "–", "café", "ŵ", "“quoted”"):
            assert sign in words

    def test_hostile_words_do_nothing(self) -> None:
        words = pdf_text(to_pdf(one(Notice("warning", text(HOSTILE)), Paragraph(text("<a href='x'>&amp;</para>")))))
        assert "<script>alert(1)</script>" in words
        assert "<a href='x'>&amp;</para>" in words

    def test_a_table_longer_than_a_page(self) -> None:
        rows = tuple((text(f"row {n}"), text("words " * 40)) for n in range(120))
        reader = pypdf.PdfReader(io.BytesIO(to_pdf(one(Heading(1, "H", "h"), Table("Long", ("A", "B"), rows, (0.3, 0.7))))))
        assert len(reader.pages) > 3
        assert all("A B" in page.extract_text().replace("\n", " ") for page in reader.pages[1:3])

    def test_a_cell_longer_than_a_page(self) -> None:
        rows = ((text("one"), text("word " * 4000 + "end.")),)
        assert (
            pdf_text(to_pdf(one(Table("Long", ("A", "B"), rows, (0.3, 0.7)), Quotation("word " * 4000, ())))).count("end.") == 1
        )


class TestReferences:
    def test_ris(self) -> None:
        brief = compose()
        entries = rispy.loads(brief_bytes(brief, ".ris").decode())
        assert [entry["title"] for entry in entries] == [line.metadata.title for line in brief.sources]

    def test_bibtex(self) -> None:
        brief = compose()
        library = bibtexparser.parse_string(brief_bytes(brief, ".bib").decode())
        assert not library.failed_blocks
        assert [entry.key for entry in library.entries] == [f"ref{line.number}" for line in brief.sources]


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

    def test_the_schema_is_published(self) -> None:
        assert '"kmassist.brief/1"' in schema_json()


class TestChart:
    chart: ClassVar[Chart] = Chart(
        "Audit", (Bar("Seen in 15 minutes", 40, "40.0%", 34, 46, 90, "target ≥ 90%", False),), "40%, target 90%"
    )

    def test_the_picture_is_the_same_every_time(self) -> None:
        assert hashlib.sha256(to_png(self.chart)).digest() == hashlib.sha256(to_png(self.chart)).digest()

    def test_it_says_by_words_what_it_shows(self) -> None:
        svg = to_svg(self.chart, identity="c")
        assert "<title" in svg
        assert "target not met" in svg
        etree.fromstring(svg.encode())


class TestNarrative:
    def test_markdown_of_people_becomes_blocks(self) -> None:
        blocks = narrative_blocks("# Head\n\nText **strong** and [link](https://nhs.uk).\n\n- one\n- two\n")
        assert Span("strong", is_strong=True) in blocks[1].words
        assert any(span.href == "https://nhs.uk" for span in blocks[1].words)
        assert blocks[2] == Bullets((text("one"), text("two")))

    def test_html_and_script_links_are_words(self) -> None:
        blocks = narrative_blocks("<img src=x onerror=1> [x](javascript:alert(1)) ![p](http://e/p.png)")
        assert not any(span.href.startswith("javascript") for block in blocks for span in block.words)


def test_lay_out_numbers_its_sections() -> None:
    brief: Brief = compose()
    sections = [b.text for b in lay_out(brief).blocks if isinstance(b, Heading) and b.level == 2 and re.match(r"\d+\.", b.text)]
    assert [int(words.split(".")[0]) for words in sections] == list(range(1, 11))
