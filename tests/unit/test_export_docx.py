"""Briefs and tables as Word files, opened again by another program."""

import io
import re
import zipfile
from pathlib import Path

import docx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from kmassist.briefs.files import brief_bytes
from kmassist.briefs.layout.annex import references
from kmassist.errors import ExportError
from kmassist.pages.blocks import (
    Paragraph,
    Quotation,
    ReferenceEntry,
    References,
    Span,
    text,
)
from kmassist.pages.docx import to_docx
from tests.unit.exporting import HOSTILE, normalised, one, whole
from tests.unit.sample_briefs import compose


def fetching_template(folder: Path) -> Path:
    """A template with an attached template, a linked picture, two fields that fetch, a macro, and a link to click on."""
    made = docx.Document()
    made.add_paragraph("Trust cover page")
    far, kind = (
        "https://elsewhere.invalid/",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    )
    relate = made.part.relate_to
    picture = relate(far + "fetched/logo.png", kind + "image", is_external=True)
    link = relate(far + "clicked", kind + "hyperlink", is_external=True)
    outer = made.part.package.main_document_part._settings_part.relate_to(
        far + "fetched/t.dotm", kind + "attachedTemplate", is_external=True
    )
    made.part.relate_to(
        Part(
            PackURI("/word/vbaProject.bin"),
            "application/vnd.ms-office.vbaProject",
            b"x",
            made.part.package,
        ),
        kind.replace("officeDocument", "office") + "vbaProject",
    )
    body = made.element.body
    for xml in (
        f'<w:p {nsdecls("w", "r", "a")}><w:r><w:drawing><a:blip r:link="{picture}"/></w:drawing></w:r></w:p>',
        f'<w:p {nsdecls("w", "r")}><w:hyperlink r:id="{link}"><w:r><w:t>More</w:t></w:r></w:hyperlink></w:p>',
        f'<w:p {nsdecls("w")}><w:fldSimple w:instr=" INCLUDETEXT {far}fetched/a "/></w:p>',
        f"<w:p {nsdecls('w')}><w:r><w:instrText> INCLUDE</w:instrText></w:r>"
        f"<w:r><w:instrText>PICTURE {far}fetched/b </w:instrText></w:r></w:p>",
    ):
        body.insert(0, parse_xml(xml))
    made.settings.element.insert(
        0, parse_xml(f'<w:attachedTemplate {nsdecls("w", "r")} r:id="{outer}"/>')
    )
    made.save(str(folder / "fetching.docx"))
    return folder / "fetching.docx"


class TestDocx:
    def test_styles_contents_links_and_language(self) -> None:
        brief = compose()
        data = whole(".docx")
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

    def test_numbers_lead_to_the_references_at_the_end(self) -> None:
        """Ordinary paragraphs: LibreOffice sets endnotes on a page of their own, past the length of the brief."""
        brief = compose()
        data = whole(".docx")
        held = docx.Document(io.BytesIO(data))
        paragraphs = [*held.element.body.iter(qn("w:p"))]
        said = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in paragraphs]
        entries = said[-len(brief.sources) :]
        for line, p, words in zip(brief.sources, paragraphs[-len(entries) :], entries, strict=True):
            assert words.startswith(f"[{line.number}] ")
            assert normalised(line.reference) in normalised(words)
            mark = p.find(qn("w:bookmarkStart"))
            assert mark is not None
            assert mark.get(qn("w:name")) == f"km_ref_{line.number}"
        cited = {
            (link.get(qn("w:anchor")), "".join(t.text or "" for t in link.iter(qn("w:t"))))
            for link in held.element.body.iter(qn("w:hyperlink"))
            if (link.get(qn("w:anchor")) or "").startswith("km_ref_")
        }
        assert cited == {(f"km_ref_{line.number}", f"[{line.number}]") for line in brief.sources}
        package = zipfile.ZipFile(io.BytesIO(data))
        assert "word/endnotes.xml" not in package.namelist()
        assert 'Target="https://doi.org/' in package.read("word/_rels/document.xml.rels").decode()

    def test_references_stand_in_the_order_of_their_numbers(self) -> None:
        """Also without the annex, whose passages may be cited first in another order."""
        brief = compose()
        listed = references(brief, [line.number for line in reversed(brief.sources)])[-1]
        assert isinstance(listed, References)
        assert [entry.number for entry in listed.entries] == [line.number for line in brief.sources]

    def test_the_references_of_one_page_are_set_small(self) -> None:
        entries = (ReferenceEntry(1, text("Paper.")),)
        sizes = []
        for is_small in (False, True):
            layout = one(
                Paragraph((Span("[1]", href="#ref-1"),)), References(entries, is_small=is_small)
            )
            last = docx.Document(io.BytesIO(to_docx(layout))).paragraphs[-1]
            sizes.append({run.font.size.pt for run in last.runs if run.font.size})
        assert sizes == [{9.0}, {7.5}]

    def test_a_template_gives_its_styles(self, tmp_path: Path) -> None:
        template = docx.Document()
        template.styles["Heading 1"].font.name = "Georgia"
        template.add_paragraph("Trust cover page")
        path = tmp_path / "trust.docx"
        template.save(str(path))
        held = docx.Document(io.BytesIO(brief_bytes(compose(), ".docx", annex=True, template=path)))
        assert held.paragraphs[0].text == "Trust cover page"
        assert held.styles["Heading 1"].font.name == "Georgia"

    def test_nothing_of_a_template_is_fetched_or_run(self, tmp_path: Path) -> None:
        brief = brief_bytes(compose(), ".docx", annex=True, template=fetching_template(tmp_path))
        with zipfile.ZipFile(io.BytesIO(brief)) as held:
            parts = {name: held.read(name).decode("utf-8", "replace") for name in held.namelist()}
        assert not [name for name, text in parts.items() if "elsewhere.invalid/fetched" in text]
        assert not [name for name in parts if "vba" in name.casefold()]
        assert not [
            name for name, text in parts.items() if "INCLUDE" in text or "attachedTemplate" in text
        ]
        assert "elsewhere.invalid/clicked" in parts["word/_rels/document.xml.rels"]
        assert "Trust cover page" in "".join(
            p.text for p in docx.Document(io.BytesIO(brief)).paragraphs
        )

    def test_a_template_keeps_its_footer_and_its_first_section(self, tmp_path: Path) -> None:
        template = docx.Document()
        template.sections[0].footer.paragraphs[0].text = "Trust footer"
        template.add_section()
        path = tmp_path / "trust.docx"
        template.save(str(path))
        held = docx.Document(io.BytesIO(brief_bytes(compose(), ".docx", annex=True, template=path)))
        assert len(held.sections) == 2
        assert [p.text.partition(" ·")[0] for p in held.sections[-1].footer.paragraphs] == [
            "Trust footer",
            compose().brief_id,
        ]

    def test_a_template_without_a_page_gets_one(self, tmp_path: Path) -> None:
        template = docx.Document(io.BytesIO(whole(".docx")))
        for element in list(template.element.body):
            template.element.body.remove(element)
        path = tmp_path / "bare.docx"
        template.save(str(path))
        held = docx.Document(io.BytesIO(brief_bytes(compose(), ".docx", annex=True, template=path)))
        assert round(held.sections[0].page_width.cm, 1) == 21.0

    def test_bookmarks_of_a_template_keep_their_numbers(self, tmp_path: Path) -> None:
        template = docx.Document()
        mark = template.add_paragraph("Cover")._p.makeelement(
            qn("w:bookmarkStart"), {qn("w:id"): "7", qn("w:name"): "cover"}
        )
        template.paragraphs[0]._p.append(mark)
        path = tmp_path / "marked.docx"
        template.save(str(path))
        body = (
            zipfile.ZipFile(io.BytesIO(brief_bytes(compose(), ".docx", annex=True, template=path)))
            .read("word/document.xml")
            .decode()
        )
        numbers = re.findall(r'bookmarkStart [^>]*w:id="(\d+)"', body)
        assert len(numbers) == len(set(numbers))
        assert "7" in numbers

    def test_a_template_that_is_none_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "no.docx"
        path.write_bytes(b"not a zip")
        with pytest.raises(ExportError, match="not a Word file"):
            brief_bytes(compose(), ".docx", annex=True, template=path)
        with pytest.raises(ExportError, match="Word files only"):
            brief_bytes(compose(), ".pdf", annex=True, template=path)

    def test_hostile_and_forbidden_characters(self) -> None:
        words = HOSTILE + "\x00\x0b\ufffe\u202e"
        held = docx.Document(
            io.BytesIO(to_docx(one(Paragraph(text(words)), Quotation(words, text(words)))))
        )
        assert HOSTILE in "\n".join(p.text for p in held.paragraphs)
