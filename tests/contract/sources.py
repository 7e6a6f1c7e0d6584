"""Small source files of every format, made here; mutations of them; and files made to attack readers."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import office

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


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One damaged copy: flipped bits, cut, repeated, swapped or inserted pieces; inside an archive's parts as well."""
    if data[:2] == b"PK" and chance.random() < 0.6:
        return _mutate_part(data, chance)
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if not changed:
            break
        at = chance.randrange(len(changed))
        size = min(len(changed) - at, chance.choice((1, 2, 8, 64, 512)))
        kind = chance.randrange(8)
        if kind == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del changed[at : at + size]
        elif kind == 2:
            del changed[at:]
        elif kind == 3:
            changed[at:at] = changed[at : at + size] * chance.choice((1, 2, 50))
        elif kind == 4:
            changed[at : at + size] = chance.randbytes(size)
        elif kind == 5:
            changed[at:at] = chance.choice(_PIECES)
        elif kind == 6:
            other = chance.randrange(len(changed))
            changed[at : at + size], changed[other : other + size] = (
                changed[other : other + size],
                changed[at : at + size],
            )
        else:
            digits = [i for i, byte in enumerate(changed) if 48 <= byte < 58]
            if digits:
                place = chance.choice(digits)
                changed[place : place + 1] = chance.choice(
                    (b"0", b"-1", b"99999999999999999999", b"4294967296", b"1e309")
                )
    return bytes(changed)


_PIECES = (
    b"\x00",
    b"\xff\xfe",
    b"\x1b]0;title\x07\x1b[2J",
    "\u202egpj.exe\u2066".encode(),
    b"<" * 300,
    b"[" * 300,
    b"((((",
    b"=cmd|'/c calc'!A1",
    b"\r\n\r\n",
    b"&amp;&lol;",
    b'"',
    b"---\n",
    "\udcff".encode("utf-8", "surrogatepass"),
    "🤠".encode() * 20,
    b"%PDF-1.7",
    b"endstream endobj",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
)


def _mutate_part(data: bytes, chance: random.Random) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        chosen = chance.choice(source.namelist())
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, mutate(content, chance) if name == chosen else content)
    return out.getvalue()


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _repacked(data: bytes, name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return _zip({**{part: source.read(part) for part in source.namelist()}, name: content})


def _pdf_with_stream(stream: bytes, filters: str) -> bytes:
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    font = b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    body = (
        b"4 0 obj<</Length %d/Filter[%s]>>stream\n" % (len(stream), filters.encode())
        + stream
        + b"\nendstream endobj\n"
    )
    return head + page + font + body + b"trailer<</Root 1 0 R>>\n%%EOF"


def _nested_forms(depth: int = 24) -> bytes:
    parts = [
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    ]
    parts.append(
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</X 10 0 R>>>>>>endobj\n"
    )
    parts.append(b"4 0 obj<</Length 5>>stream\n/X Do\nendstream endobj\n")
    for level in range(depth):
        twice = b"/X Do /X Do"
        parts.append(
            b"%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>/Length %d>>stream\n%s\nendstream endobj\n"
            % (10 + level, 11 + level, len(twice), twice)
        )
    parts.append(
        b"%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 2>>stream\nBT\nendstream endobj\n"
        % (10 + depth)
    )
    return b"".join(parts) + b"trailer<</Root 1 0 R>>\n%%EOF"


_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, (b"&%c;" % (97 + n)) * 20) for n in range(9))
    + b"]><article><p>&j;</p></article>"
)

HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty.pdf": lambda: b"",
    "zeros.csv": lambda: b"\x00" * 5_000,
    "flate.pdf": lambda: _pdf_with_stream(
        zlib.compress(b"BT /F 9 Tf (x) Tj ET\n" * 20_000_000, 9), "/FlateDecode"
    ),
    "double.pdf": lambda: _pdf_with_stream(
        zlib.compress(zlib.compress(b"\x00" * 300_000_000, 9), 9), "/FlateDecode/FlateDecode"
    ),
    "forms.pdf": _nested_forms,
    "brackets.pdf": lambda: (
        b"%PDF-1.4\n1 0 obj" + b"[" * 100_000 + b"endobj trailer<</Root 1 0 R>>"
    ),
    "cycle.pdf": lambda: (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>"
    ),
    "laughs.xml": lambda: _LAUGHS,
    "outside.xml": lambda: (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><article><body><p>Before &x; after</p></body></article>'
    ),
    "deep.xml": lambda: b"<article>" * 100_000 + b"x" + b"</article>" * 100_000,
    "bomb.docx": lambda: _repacked(
        docx(), "word/document.xml", b"<w>" + b"a" * 300_000_000 + b"</w>"
    ),
    "laughs.docx": lambda: _repacked(docx(), "word/document.xml", _LAUGHS),
    "deep.docx": lambda: _repacked(
        docx(), "word/document.xml", b"<a>" * 100_000 + b"</a>" * 100_000
    ),
    "many.docx": lambda: _zip({f"p{n}.xml": b"x" for n in range(3_000)}),
    "climb.docx": lambda: _zip({"../../evil.xml": b"x", "[Content_Types].xml": b"<Types/>"}),
    "bomb.xlsx": lambda: _repacked(
        audit_xlsx(), "xl/sharedStrings.xml", b"<sst>" + b"b" * 300_000_000 + b"</sst>"
    ),
    "laughs.xlsx": lambda: _repacked(audit_xlsx(), "xl/worksheets/sheet1.xml", _LAUGHS),
    "nested.html": lambda: (
        b"<div>" * 300_000 + b"Deep words that a person wrote." + b"</div>" * 300_000
    ),
    "deep.html": lambda: (
        b"<html><body>"
        + b"<div>" * 60_000
        + b"Deep words that a person wrote."
        + b"</div>" * 60_000
    ),
    "attributes.html": lambda: (
        b"<p " + b"".join(b"a%d=1 " % n for n in range(500_000)) + b">words</p>"
    ),
    "line.csv": lambda: b"a,b\n" + b"x" * 30_000_000,
    "rows.csv": lambda: b"a,b\n" + b"1,2\n" * 1_500_000,
    "line.ris": lambda: b"TY  - JOUR\nTI  - " + b"word " * 3_000_000 + b"\nER  - \n",
    "many.ris": lambda: b"TY  - JOUR\nTI  - T\nER  - \n" * 60_000,
    "braces.bib": lambda: b"@article{" * 20_000,
    "aliases.md": lambda: (
        b"---\na: &a [x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n---\nWords of the text.\n"
    ),
    "yaml.md": lambda: (
        b"---\ntitle: !!python/object/apply:os.system ['true']\n---\nWords of the text.\n"
    ),
    "lists.md": lambda: b"> " * 20_000 + b"words\n" + b"* " * 20_000 + b"words",
    "emphasis.md": lambda: b"*a **b " * 60_000,
    "escape.txt": lambda: (
        b"Title\n\n\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31mRed \xe2\x80\xaereversed\xe2\x80\xac words.\n"
    ),
    "utf16.txt": lambda: "Words in another encoding.\n".encode("utf-16"),
}
