"""Briefs and tables as PDF files, read again by another program."""

import io
from typing import Any

import pypdf
from lxml import etree

from kmassist.briefs import Audience
from kmassist.briefs.files import brief_bytes
from kmassist.pages.blocks import (
    Heading,
    Notice,
    Paragraph,
    Quotation,
    Table,
    text,
)
from kmassist.pages.pdf import to_pdf
from tests.unit.exporting import HOSTILE, one, pdf_text, whole
from tests.unit.sample_briefs import compose


class TestPdf:
    def test_it_is_tagged_with_type_outline_and_links(self) -> None:
        brief = compose()
        reader = pypdf.PdfReader(io.BytesIO(whole(".pdf")))
        root: Any = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] is True or str(root["/MarkInfo"]["/Marked"]) in {
            "True",
            "true",
        }
        assert root["/Lang"] == "en-GB"
        assert reader.metadata is not None
        assert reader.metadata.title == brief.title
        assert reader.outline
        pages: Any = reader.pages
        for page in pages:
            for font in page["/Resources"]["/Font"].values():
                assert "SourceSansPro" in font["/BaseFont"] or "Vera" in font["/BaseFont"]

    def test_the_structure_names_headings_tables_and_figures(self) -> None:
        reader = pypdf.PdfReader(io.BytesIO(whole(".pdf")))
        tags: list[str] = []
        alts: list[str] = []

        def walk(node: pypdf.generic.DictionaryObject) -> None:
            tags.append(str(node.get("/S", "")))
            if "/Alt" in node:
                alts.append(str(node["/Alt"]))
            assert "/Pg" in node or str(node["/Type"]) == "/StructTreeRoot"
            kids = node.get("/K", [])
            for kid in kids if isinstance(kids, list) else [kids]:
                kid = kid.get_object()
                if isinstance(kid, dict) and "/S" in kid:
                    walk(kid)  # type: ignore[arg-type]

        root: Any = reader.trailer["/Root"]
        walk(root["/StructTreeRoot"])
        assert {
            "/Document",
            "/H1",
            "/H2",
            "/H3",
            "/Table",
            "/TR",
            "/TH",
            "/TD",
            "/L",
            "/LI",
            "/BlockQuote",
            "/Figure",
        } <= set(tags)
        assert any("Target at least" in alt for alt in alts)
        assert tags.count("/H1") == 1

    def test_each_link_is_an_element_that_says_where_it_leads(self) -> None:
        reader = pypdf.PdfReader(io.BytesIO(whole(".pdf")))
        numbers = reader.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]  # type: ignore[index]
        tree = dict(zip(numbers[::2], numbers[1::2], strict=True))
        assert list(tree) == sorted(tree)
        links = [one.get_object() for page in reader.pages for one in page.get("/Annots", [])]
        assert len(links) > 20
        for link in links:
            assert str(link["/Contents"])
            element = tree[link["/StructParent"]].get_object()
            held = element["/K"][0].get_object()
            assert (element["/S"], held["/Type"]) == ("/Link", "/OBJR")
            assert held["/Obj"].get_object() == link
            assert element["/Alt"] == link["/Contents"]
            assert link["/F"] == 4  # on paper too
        assert {"Reference 1", "Reference 2"} <= {str(link["/Contents"]) for link in links}

    def test_all_that_is_drawn_is_content_or_decoration(self) -> None:
        reader = pypdf.PdfReader(io.BytesIO(whole(".pdf")))
        pages: Any = reader.pages
        for page in pages:
            assert page["/Tabs"] == "/S"
            depth = 0
            stream = pypdf.generic.ContentStream(page["/Contents"], reader)
            for _, operator in stream.operations:
                depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
                assert 0 <= depth <= 1
                if operator in {b"Tj", b"TJ", b"S", b"f", b"B", b"Do"}:
                    assert depth == 1

    def test_its_metadata_say_title_language_and_pdf_ua(self) -> None:
        brief = compose()
        reader = pypdf.PdfReader(io.BytesIO(brief_bytes(brief, ".pdf")))
        stream = reader.trailer["/Root"]["/Metadata"]  # type: ignore[index]
        assert not stream.get("/Filter")
        tree = etree.fromstring(stream.get_data())
        words = [" ".join(t.split()) for t in map(str, tree.itertext()) if t.strip()]
        assert words == ["application/pdf", brief.title, "en-GB", "1"]
        assert b"<pdfuaid:part>1</pdfuaid:part>" in stream.get_data()

    def test_links_of_the_contents_and_the_references_resolve(self) -> None:
        reader = pypdf.PdfReader(io.BytesIO(whole(".pdf")))
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

    def test_a_brief_keeps_to_the_pages_of_its_audience(self) -> None:
        for audience in Audience:
            data = brief_bytes(compose(audience.value), ".pdf")
            assert len(pypdf.PdfReader(io.BytesIO(data)).pages) <= audience.pages

    def test_a_very_long_question_leaves_the_first_page_one_page(self) -> None:
        question = (
            "Should we " + "weigh every reason for and against it carefully, and " * 10 + "decide?"
        )
        brief = compose("commissioner").model_copy(
            update={"title": question, "resolved_question": question}
        )
        reader = pypdf.PdfReader(io.BytesIO(brief_bytes(brief, ".pdf", annex=True)))
        assert "Contents" in reader.pages[1].extract_text()
        assert len(pypdf.PdfReader(io.BytesIO(brief_bytes(brief, ".pdf"))).pages) <= 4

    def test_signs_and_accents_and_what_the_type_lacks(self) -> None:
        words = pdf_text(to_pdf(one(Paragraph(text("≥ 95% – café ŵ ✓ “quoted” 中")))))
        for sign in ("≥ 95%", "–", "café", "ŵ", "“quoted”"):
            assert sign in words

    def test_hostile_words_do_nothing(self) -> None:
        words = pdf_text(
            to_pdf(
                one(Notice("warning", text(HOSTILE)), Paragraph(text("<a href='x'>&amp;</para>")))
            )
        )
        assert "<script>alert(1)</script>" in words
        assert "<a href='x'>&amp;</para>" in words

    def test_a_table_longer_than_a_page(self) -> None:
        rows = tuple((text(f"row {n}"), text("words " * 40)) for n in range(120))
        reader = pypdf.PdfReader(
            io.BytesIO(
                to_pdf(one(Heading(1, "H", "h"), Table("Long", ("A", "B"), rows, (0.3, 0.7))))
            )
        )
        assert len(reader.pages) > 3
        assert all("A B" in page.extract_text().replace("\n", " ") for page in reader.pages[1:3])

    def test_a_cell_longer_than_a_page(self) -> None:
        rows = ((text("one"), text("word " * 4000 + "end.")),)
        assert (
            pdf_text(
                to_pdf(
                    one(Table("Long", ("A", "B"), rows, (0.3, 0.7)), Quotation("word " * 4000, ()))
                )
            ).count("end.")
            == 1
        )
