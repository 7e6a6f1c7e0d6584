"""Small source files of every format, made here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.contract import office

TITLE = "Waiting times in maternity triage"
SENTENCE = "Women waited less than 15 minutes at 41 of 105 visits, so the standard was not met."
LATER = "No difference was found between day and night shifts (P ≥ 0.05)."


def markdown() -> bytes:
    return f"""---
title: {TITLE}
source_type: AUD
published: 2026-03
---

# {TITLE}

{SENTENCE} {LATER}

## What *changed*

- A **second** midwife answers the [phone](https://example.org/page).
- Nothing else.

| Month | Visits |
| --- | --- |
| January | 35 |
| March | 38 |
""".encode()


def text() -> bytes:
    return f"{TITLE}\n{'=' * len(TITLE)}\n\n{SENTENCE}\n{LATER}\n\nWho was heard: women who phoned\nNumber heard: 23\n".encode()


def audit_csv() -> bytes:
    return (
        b"Criterion,Standard source,Target %,n,N,Achieved %,Period,Re-audit due\n"
        b"Seen by a midwife within 15 minutes of arrival,BSOTS,90,41,105,39.0,January to March 2026,31/03/2027\n"
        b"Urgency category written down,Local guideline,95%,38/50,,,Jan-Mar 2026,March 2027\n"
    )


def audit_xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Audit"
    sheet.append([TITLE])
    sheet.append(["Period", "January to March 2026"])
    sheet.append([])
    sheet.append(["Criterion", "Standard", "Target", "Numerator", "Denominator", "Rate"])
    sheet.append(
        ["Seen by a midwife within 15 minutes of arrival", "BSOTS", 0.9, 41, 105, 41 / 105]
    )
    sheet["C5"].number_format = "0%"
    sheet["F5"].number_format = "0.0%"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def docx() -> bytes:
    import docx as word

    document = word.Document()
    document.add_heading(TITLE, 0)
    document.add_paragraph(SENTENCE)
    document.add_heading("What changed", 1)
    document.add_paragraph(LATER)
    document.add_paragraph("A second midwife", style="List Bullet")
    table = document.add_table(rows=0, cols=3)
    for row in (
        ("Month", "Visits", "Seen in time"),
        ("January", "35", "14"),
        ("March", "38", "15"),
    ):
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    hidden = document.add_paragraph("Kept. ").add_run("Hidden words.")
    hidden.font.hidden = True
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def strict_docx() -> bytes:
    """The same in the strict dialect of OOXML."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx())) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            content = source.read(info)
            if info.filename.endswith((".xml", ".rels")):
                for known, strict in (
                    (
                        b"schemas.openxmlformats.org/wordprocessingml/2006/main",
                        b"purl.oclc.org/ooxml/wordprocessingml/main",
                    ),
                    (
                        b"schemas.openxmlformats.org/officeDocument/2006/relationships",
                        b"purl.oclc.org/ooxml/officeDocument/relationships",
                    ),
                ):
                    content = content.replace(known, strict)
            target.writestr(info.filename, content)
    return out.getvalue()


def html() -> bytes:
    return f"""<!doctype html><html><head><title>{TITLE} | A hospital</title><meta name="dc.date.issued" content="2026-04-02">
<script>var hidden = "never";</script></head><body><nav><a href="/">Home</a> <a href="/news">News</a></nav>
<main><h1>{TITLE}</h1><p>{SENTENCE.replace("<", "&lt;")}</p><h2>Results</h2><p>{LATER}</p><ul><li>One</li><li>Two</li></ul>
<table><tr><th>Month</th><th>Visits</th></tr><tr><td>January</td><td>35</td></tr></table></main>
<footer>Cookies and contact</footer></body></html>""".encode()


def jats() -> bytes:
    return f"""<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "JATS-archivearticle1.dtd">
<article article-type="research-article" xml:lang="en"><front><journal-meta><journal-title>Journal of Triage</journal-title></journal-meta>
<article-meta><article-id pub-id-type="pmid">12345678</article-id><article-id pub-id-type="doi">10.1234/triage.5</article-id>
<title-group><article-title>{TITLE}: a randomised trial</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Smith</surname><given-names>Ann</given-names></name></contrib></contrib-group>
<pub-date pub-type="epub"><day>3</day><month>5</month><year>2021</year></pub-date><volume>7</volume>
<abstract><sec><title>Background</title><p>In the United Kingdom, 1,204 women were randomised to two ways of triage.</p></sec>
<sec><title>Results</title><p>{SENTENCE}</p></sec></abstract></article-meta></front>
<body><sec><title>Methods</title><p>We used a scale [<xref>1</xref>] of 10<sup>6</sup> cells.</p></sec>
<sec><title>Results</title><p>{LATER}</p><table-wrap><label>Table 1</label><caption><p>Visits</p></caption><table><thead><tr><th>Month</th><th>Visits</th></tr></thead>
<tbody><tr><td>January</td><td>35</td></tr></tbody></table></table-wrap></sec></body>
<back><ref-list><ref><mixed-citation>Never quoted 1999.</mixed-citation></ref></ref-list></back></article>""".encode()


def pubmed() -> bytes:
    return f"""<?xml version="1.0"?><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>12345678</PMID><Article><Journal><JournalIssue>
<Volume>7</Volume><PubDate><Year>2021</Year><Month>May</Month></PubDate></JournalIssue><Title>Journal of Triage</Title></Journal>
<ArticleTitle>{TITLE}.</ArticleTitle><Abstract><AbstractText Label="RESULTS">{SENTENCE}</AbstractText></Abstract>
<AuthorList><Author><LastName>Smith</LastName><ForeName>Ann</ForeName></Author></AuthorList>
<PublicationTypeList><PublicationType>Randomized Controlled Trial</PublicationType></PublicationTypeList></Article></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="doi">10.1234/triage.5</ArticleId></ArticleIdList></PubmedData></PubmedArticle></PubmedArticleSet>
""".encode()


def endnote_xml() -> bytes:
    return f"""<xml><records><record><ref-type name="Journal Article">17</ref-type><contributors><authors><author>Smith, Ann</author></authors>
</contributors><titles><title>{TITLE}</title><secondary-title>Journal of Triage</secondary-title></titles><dates><year>2021</year></dates>
<abstract>{SENTENCE}</abstract></record></records></xml>""".encode()


def ris() -> bytes:
    return f"""TY  - JOUR
AU  - Smith, Ann
TI  - {TITLE}
AB  - {SENTENCE}
PY  - 2021/05/03/
JO  - Journal of Triage
DO  - 10.1234/triage.5
KW  - triage
ER  -

TY  - JOUR
TI  - A second study
AB  - {LATER}
PY  - 2019
ER  -
""".encode()


def nbib() -> bytes:
    return f"""PMID- 12345678
TI  - {TITLE}.
AB  - {SENTENCE}
FAU - Smith, Ann
AU  - Smith A
DP  - 2021 May 3
JT  - Journal of Triage
PT  - Randomized Controlled Trial
LID - 10.1234/triage.5 [doi]

PMID- 12345679
TI  - A second study.
DP  - 2019
""".encode()


def bibtex() -> bytes:
    return (
        "@article{smith2021, title = {"
        + TITLE
        + '}, author = {Smith, Ann and M{\\"u}ller, Bo}, year = {2021}, journal = {Journal of Triage},'
        " abstract = {"
        + SENTENCE.replace("%", "\\%")
        + "}, doi = {10.1234/triage.5} }\n@misc{second, title = {A second study}, year = 2019}\n"
    ).encode()


def endnote() -> bytes:
    return f"%0 Journal Article\n%T {TITLE}\n%A Smith, Ann\n%D 2021\n%X {SENTENCE}\n\n%0 Book\n%T A second study\n%D 2019\n".encode()


def web_of_science() -> bytes:
    return f"FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Smith, A\nTI {TITLE}\nSO J TRIAGE\nPY 2021\nAB {SENTENCE}\nER\n\nEF\n".encode()


def pdf(pages: int = 3) -> bytes:
    """A report with a running head, page numbers, a hyphen at a line's end and a heading."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, 810, "Triage report of a hospital")
        canvas.drawString(290, 30, f"Page {number} of {pages}")
        y = 760
        if number == 1:
            canvas.setFont("Helvetica-Bold", 20)
            canvas.drawString(60, y, TITLE)
            y -= 40
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawString(60, y, f"Results of part {number}")
        canvas.setFont("Helvetica", 11)
        for line in (
            "Women waited less than 15 minutes at 41 of 105 visits, so the standard was not",
            f"met. Part {number} of the report says that the recom-",
            "mendation was followed by the midwives on most of the shifts which were counted",
            "in it, and that nobody was sent home without being seen.",
        ):
            y -= 15
            canvas.drawString(60, y, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def two_column_pdf() -> bytes:
    """Two columns whose lines are written across the page, row by row: the file's order is the wrong one."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(60, 780, "A title over both of the columns of this page")
    canvas.setFont("Helvetica", 10)
    left = [f"Left line {n} goes on with words that fill the column" for n in range(1, 13)]
    right = [f"Right line {n} goes on with words that fill the room" for n in range(1, 13)]
    for number in range(12):
        canvas.drawString(60, 740 - 13 * number, left[number])
        canvas.drawString(320, 740 - 13 * number, right[number])
    canvas.save()
    return out.getvalue()


def scan_pdf() -> bytes:
    """A page with a drawing and no text."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.rect(100, 100, 200, 200, fill=1)
    canvas.save()
    return out.getvalue()


def locked_pdf() -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(1)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


GOOD: dict[str, Callable[[], bytes]] = {
    "report.md": markdown,
    "notes.txt": text,
    "audit.csv": audit_csv,
    "audit.xlsx": audit_xlsx,
    "report.docx": docx,
    "strict.docx": strict_docx,
    "page.html": html,
    "article.xml": jats,
    "pubmed.xml": pubmed,
    "endnote.xml": endnote_xml,
    "export.ris": ris,
    "export.nbib": nbib,
    "medline.txt": nbib,
    "export.bib": bibtex,
    "export.enw": endnote,
    "export.ciw": web_of_science,
    "report.pdf": pdf,
    "columns.pdf": two_column_pdf,
    "slides.pptx": office.pptx,
    "report.odt": office.odt,
    "slides.odp": office.odp,
    "audit.ods": office.ods,
    "report.rtf": office.rtf,
    "mail.eml": office.eml,
    "mail.msg": office.msg,
    "book.epub": office.epub,
}


def write_good(folder: Path) -> list[Path]:
    """All good files, written."""
    for name, make in GOOD.items():
        (folder / name).write_bytes(make())
    return [folder / name for name in GOOD]
