"""Crafted hostile files, a family a function: what is known to hurt parsers, in many variants, small on disk.

Each family gives (file name, content). `canary.CANARY` stands in a file that nothing may read, `canary.PORT` is a listener that nothing
may reach; both are filled in by the test.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.contract import damage, sources
from tests.contract.canary import CANARY_FILE, PORT, Files
from tests.contract.hostile_archives import archives
from tests.contract.hostile_pdfs import pdfs

SUFFIXES = (
    ".pdf", ".docx", ".xlsx", ".html", ".htm", ".md", ".txt", ".csv", ".tsv", ".xml", ".nxml", ".ris", ".nbib", ".bib", ".enw", ".ciw",
)  # fmt: skip


def next_to_nothing() -> Files:
    """Every suffix with hardly any content, or with that of something else."""
    contents = {
        "empty": b"",
        "nul": b"\x00" * 64,
        "space": b" \n\t ",
        "bom": b"\xef\xbb\xbf",
        "one": b"x",
        "pe": b"MZ\x90\x00" + b"\x00" * 60,
        "elf": b"\x7fELF" + b"\x02" * 60,
        "zip": b"PK\x05\x06" + b"\x00" * 18,
        "pdf": b"%PDF-",
        "gzip": b"\x1f\x8b\x08" + b"\x00" * 20,
        "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    }
    for suffix in SUFFIXES:
        for what, data in contents.items():
            yield f"{what}{suffix}", data


def encodings() -> Files:
    """Words in encodings that a name, a declaration or a mark lies about."""
    words = "Women waited – “less” than 15 minutes at 41 of 105 visits; café Ωmega.\n"
    for suffix in (".txt", ".md", ".csv", ".html", ".xml", ".ris"):
        wrapped = {
            ".html": f"<html><head><meta charset='utf-16'></head><body><p>{words}</p></body></html>",
            ".xml": f'<?xml version="1.0" encoding="utf-16"?><article><body><p>{words}</p></body></article>',
            ".ris": f"TY  - JOUR\nTI  - {words}ER  - \n",
            ".csv": f"a,b\n{words},1\n",
        }.get(suffix, words)
        for name in ("utf-16", "utf-16-le", "utf-32", "utf-7", "cp1252", "cp037", "shift_jis"):
            yield f"{name}{suffix}", wrapped.encode(name, "replace")
        yield f"mixed{suffix}", wrapped.encode() + wrapped.encode("cp1252", "replace")
        yield (
            f"overlong{suffix}",
            wrapped.encode() + b"\xc0\xaf\xe0\x80\xaf\xf8\x88\x80\x80\x80\xff\xfe",
        )
        yield (
            f"surrogates{suffix}",
            wrapped.encode() + "\ud800\udfff".encode("utf-8", "surrogatepass"),
        )


def entities() -> Files:
    """Entity bombs, outside references, depth and width, in every file that has XML inside."""
    attacks = {
        "laughs": damage.LAUGHS,
        "quadratic": b'<!DOCTYPE a [<!ENTITY b "'
        + b"x" * 60_000
        + b'">]><article><body><p>'
        + b"&b;" * 8_000
        + b"</p></body></article>",
        "file": f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{CANARY_FILE}">]><article><body><p>Before &x; after</p></body></article>'.encode(),
        "call": f'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:{PORT}/x">]><article><body><p>Before &x;</p></body></article>'.encode(),
        "dtd": f'<!DOCTYPE a SYSTEM "http://127.0.0.1:{PORT}/a.dtd"><article><body><p>Words of it.</p></body></article>'.encode(),
        "parameter": f'<!DOCTYPE a [<!ENTITY % p SYSTEM "file://{CANARY_FILE}"> %p;]><article><body><p>Words</p></body></article>'.encode(),
        "include": (
            f'<article xmlns:xi="http://www.w3.org/2001/XInclude"><body><p>Words <xi:include href="{CANARY_FILE}" parse="text"/></p>'
            "</body></article>"
        ).encode(),
        "style": f'<?xml-stylesheet href="http://127.0.0.1:{PORT}/x.xsl"?><article><body><p>Words of it.</p></body></article>'.encode(),
        "deep": b"<article>"
        + b"<sec>" * 3_000
        + b"<p>Deep</p>"
        + b"</sec>" * 3_000
        + b"</article>",
        "deeper": b"<a>" * 60_000,
        "wide": b"<article><body>" + b"<p/>" * 60_000 + b"</body></article>",
        "attributes": b"<article " + b" ".join(b'a%d="1"' % n for n in range(15_000)) + b"/>",
        "long attribute": b'<article a="' + b"x" * 6_000_000 + b'"/>',
        "namespaces": b"<article "
        + b" ".join(b'xmlns:n%d="u%d"' % (n, n) for n in range(8_000))
        + b"/>",
        # Beyond what is searched for a DOCTYPE: the parser itself must not resolve it.
        "late file": b"<!--"
        + b"x" * 120_000
        + b"-->"
        + f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{CANARY_FILE}">]><article><body><p>Before &x; after</p></body></article>'.encode(),
        "late laughs": b'<?xml version="1.0"?><!--'
        + b"x" * 120_000
        + b"-->"
        + damage.LAUGHS.partition(b"?>")[2],
        "open": b"<article><body><p>Never closed <![CDATA[",
        "comment": b"<article><!-- -- --><body><p>Words</p></body></article>" + b"<!--" * 50_000,
        "instruction": b"<?php system('true') ?>" * 2_000 + b"<article/>",
        "nul": b"<article><body><p>Wo\x00rds</p></body></article>",
    }
    for what, data in attacks.items():
        yield f"{what}.xml", data
        yield f"{what}.nxml", data
        yield f"{what}-pubmed.xml", data.replace(b"article", b"PubmedArticleSet")
        yield f"{what}.docx", damage.repacked(sources.docx(), "word/document.xml", data)
        yield (
            f"{what}-rels.docx",
            damage.repacked(sources.docx(), "word/_rels/document.xml.rels", data),
        )
        yield f"{what}-types.docx", damage.repacked(sources.docx(), "[Content_Types].xml", data)
        yield (
            f"{what}.xlsx",
            damage.repacked(sources.audit_xlsx(), "xl/worksheets/sheet1.xml", data),
        )
        yield f"{what}-book.xlsx", damage.repacked(sources.audit_xlsx(), "xl/workbook.xml", data)


def pages() -> Files:
    """HTML that nests, never ends, or points elsewhere."""
    for tag in (
        "div",
        "span",
        "table",
        "ul",
        "blockquote",
        "b",
        "font",
        "a",
        "form",
        "p",
        "svg",
        "select",
        "object",
        "h1",
        "template",
    ):
        yield f"deep {tag}.html", f"<{tag}>".encode() * 20_000 + b"Deep words that a person wrote."
        yield f"flat {tag}.html", f"<{tag}>Words of it.</{tag}>".encode() * 4_000
    for what, text in {
        "refresh": f"<meta http-equiv=refresh content='0;url=http://127.0.0.1:{PORT}/'><p>Words of it.</p>",
        "base": f"<base href='http://127.0.0.1:{PORT}/'><img src=x><link rel=stylesheet href=x><iframe src=x></iframe><p>Words of it.</p>",
        "file": f"<iframe src='file://{CANARY_FILE}'></iframe><object data='file://{CANARY_FILE}'></object><p>Words of it.</p>",
        "script": "<script>document.write('x')</script><p onclick=alert(1)>Words of it.</p><a href='javascript:alert(1)'>here</a>",
        "comment": "<p>Words of it.</p><!--" + "<!--" * 4_000,
        "plaintext": "<plaintext>" + "<p>Words of it.</p>" * 2_000,
        "entities": "<p>" + "&#x1b;]0;x&#7;&#x9b;31m&#x202e;" * 300 + "Words of it.</p>",
        "numbers": "<p>" + "&#99999999999999;" * 3_000 + "Words</p>",
        "doctype": "<!DOCTYPE html [<!ENTITY x 'y'>]>" * 500 + "<p>&x; Words</p>",
        "cdata": "<![CDATA[" * 5_000 + "<p>Words</p>",
        "data": "<img src='data:image/png;base64," + "A" * 3_000_000 + "'><p>Words of it.</p>",
        "quotes": "<p title='" + "a" * 2_000_000,
        "cells": "<table><tr>" + "<td>1</td>" * 60_000 + "</tr></table>",
        "spans": "<table><tr><td colspan=999999999 rowspan=999999999>Words of it.</td></tr></table>",
        "lt": "<" * 200_000,
        "json": '<script type="application/ld+json">'
        + "[" * 60_000
        + "</script><p>Words of it.</p>",
        "meta": "<head>"
        + "<meta name=citation_author content=x>" * 20_000
        + "</head><p>Words of it.</p>",
    }.items():
        yield f"{what}.html", text.encode()


def sheets() -> Files:
    """Tables that claim more than they hold, or hold what acts."""
    for what, data in {
        "columns": b",".join(b"c%d" % n for n in range(60_000)) + b"\n1,2\n",
        "quotes": b'a,b\n"' + b"x," * 400_000,
        "doubled": b"a,b\n" + b'""' * 200_000,
        "formulas": b"name,value\n=cmd|'/c calc'!A1,=1+1\n@SUM(1),+1\n-2+3,\t=1\n",
        "ragged": b"\n".join(b"," * (n % 900) for n in range(2_000)),
        "returns": b"a,b\r1,2\r\n3,4\n\r" * 2_000,
        "nul": b"a,b\n1\x00,2\x00\n" * 500,
        "tabs": b"a\tb\n" + b"\t" * 300_000,
        "semicolons": b";" * 300_000,
        "numbers": b"Criterion,n,N\nx,1e999,-1e999\ny,NaN,inf\nz,99999999999999999999999999,0\n",
        "percent": b"Criterion,Target %,n,N\nx,999999999%,-5,0\n",
        "escape": b"Criterion,n,N\n\x1b]52;c;x\x07,\x9b31m,\xe2\x80\xae3\n",
        "blank": b"\n" * 500_000,
    }.items():
        yield f"{what}.csv", data
        yield f"{what}.tsv", data.replace(b",", b"\t")
    sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'
    cell = (
        "<sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>Words</t></is></c></row></sheetData>"
    )
    for what, body in {
        "dimension": "<dimension ref='A1:XFD1048576'/>" + cell,
        "merged": cell + "<mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells>",
        "far": "<sheetData><row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData>",
        "beyond": "<sheetData><row r='99999999'><c r='ZZZZZ99999999'><v>1</v></c></row></sheetData>",
        "negative": "<sheetData><row r='-1'><c r='A-1'><v>1</v></c></row></sheetData>",
        "index": "<sheetData><row r='1'><c r='A1' t='s'><v>999999999</v></c></row></sheetData>",
        "style": "<sheetData><row r='1'><c r='A1' s='999999999'><v>1</v></c></row></sheetData>",
        "date": "<sheetData><row r='1'><c r='A1' t='d'><v>99999-99-99</v></c></row></sheetData>",
        "number": "<sheetData><row r='1'><c r='A1'><v>1e99999</v></c><c r='B1'><v>abc</v></c></row></sheetData>",
        "formula": "<sheetData><row r='1'><c r='A1'><f>WEBSERVICE(\"http://127.0.0.1/\")</f><v>Words</v></c></row></sheetData>",
        "type": "<sheetData><row r='1'><c r='A1' t='zz'><v>1</v></c></row></sheetData>",
        "rows": "<sheetData>" + "<row/>" * 200_000 + "</sheetData>",
        "cells": "<sheetData><row r='1'>" + "<c><v>1</v></c>" * 60_000 + "</row></sheetData>",
        "columns": "<cols><col min='1' max='16384000' width='1'/></cols>" + cell,
    }.items():
        yield (
            f"{what}.xlsx",
            damage.repacked(
                sources.audit_xlsx(), "xl/worksheets/sheet1.xml", sheet.format(body).encode()
            ),
        )


def references() -> Files:
    """Reference exports without ends, or with far too much."""
    yield from {
        "no end.ris": b"TY  - JOUR\nTI  - T\n" * 1_000,
        "no start.ris": b"TI  - T\nER  - \n" * 5_000,
        "authors.ris": b"TY  - JOUR\nTI  - T\n" + b"AU  - A, B\n" * 20_000 + b"ER  - \n",
        "tags.ris": b"TY  - JOUR\n" + b"ZZ  - x\n" * 60_000 + b"ER  - \n",
        "dates.ris": b"TY  - JOUR\nTI  - T\nPY  - 99999999999/99/99\nDA  - ////\nER  - \n" * 100,
        "escape.ris": b"TY  - JOUR\nTI  - \x1b]0;x\x07 Words [@click=app.quit]\nER  - \n",
        "doi.ris": b"TY  - JOUR\nTI  - T\nDO  - " + b"10." * 60_000 + b"\nER  - \n",
        "types.ris": b"".join(b"TY  - %d\nTI  - T\nER  - \n" % n for n in range(600)),
        "wrapped.nbib": b"PMID- 1\nTI  - T\n" + b"      more\n" * 60_000,
        "pmid.nbib": b"PMID- " + b"9" * 60_000 + b"\nTI  - T\n",
        "records.nbib": b"PMID- 1\nTI  - T\n\n" * 1_500,
        "tags.nbib": b"PMID- 1\n" + b"".join(b"X%02d - x\n" % (n % 90) for n in range(30_000)),
        "braces.bib": b"@article{a, title = {" + b"{" * 30_000,
        "closing.bib": b"@article{a, title = {T}" + b"}" * 30_000,
        "strings.bib": b"".join(b"@string{a%d = a%d # a%d}\n" % (n + 1, n, n) for n in range(60))
        + b"@article{x, title = a60}\n",
        "self.bib": b"@string{a = a # a}\n@article{x, title = a}\n",
        "at.bib": b"@" * 60_000,
        "comment.bib": b"@comment{" * 5_000,
        "latex.bib": b"@article{x, title = {"
        + b"\\'{" * 3_000
        + b"e"
        + b"}" * 3_000
        + b"}, year = 2021}\n",
        "entries.bib": b"".join(b"@misc{k%d, title={T}}\n" % n for n in range(800)),
        "command.bib": b"@article{x, title = {\\input{/etc/passwd}\\write18{true} Words}, year = 2021}\n",
        "percent.enw": b"%0 " * 30_000,
        "records.enw": b"%0 Book\n%T T\n\n" * 1_500,
        "authors.enw": b"%0 Book\n%T T\n" + b"%A A, B\n" * 60_000,
        "no end.ciw": b"FN x\nVR 1.0\nPT J\nTI T\n" * 800,
        "records.ciw": b"FN x\nVR 1.0\n" + b"PT J\nTI T\nER\n\n" * 1_500 + b"EF\n",
        "pubmed.xml": b"<PubmedArticleSet>" + b"<PubmedArticle/>" * 15_000 + b"</PubmedArticleSet>",
        "endnote.xml": b"<xml><records>" + b"<record/>" * 15_000 + b"</records></xml>",
    }.items()


def texts() -> Files:
    """Markdown and text: front matter that builds, markup that nests, characters that act."""
    for what, matter in {
        "python": "title: !!python/object/apply:os.system ['touch @CANARY_FILE@.made']",
        "new": "title: !!python/object/new:os.system [true]",
        "laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "\n".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]" for n in range(8)
        ),
        "self": "a: &a [*a]\ntitle: *a",
        "merge": "a: &a {<<: *a}\ntitle: x",
        "deep": "title: " + "[" * 20_000,
        "maps": "title: " + "{a: " * 5_000,
        "number": "published: " + "9" * 50_000,
        "date": "published: 99999-99-99\nevidence_date: [1, 2]",
        "types": "title: {a: b}\nauthors: 5\ntopics: {x: y}\nppi: [1]\nsource_type: 7",
        "escape": 'title: "\\e]52;c;x\\a [@click=app.quit]x[/]"',
        "long": "title: " + "x" * 2_000_000,
        "keys": "\n".join(f"k{n}: v" for n in range(30_000)),
        "binary": "title: !!binary R0lGODlhDAAMAIQAAP",
        "set": "title: !!set {a, b}\nauthors: !!omap [a: 1]",
        "documents": "title: a\n---\ntitle: b\n---\ntitle: c",
        "tab": "\ttitle: x",
        "open": "title: 'never closed",
    }.items():
        yield (
            f"matter {what}.md",
            f"---\n{matter}\n---\nWords of the text that a person wrote.\n".encode(),
        )
        yield f"sidecar {what}.txt", matter.encode()
    for what, text in {
        "quotes": "> " * 8_000 + "words",
        "lists": "\n".join("  " * n + "- words" for n in range(900)),
        "links": "[" * 30_000 + "words",
        "images": "![x](" * 20_000,
        "emphasis": "*a **b " * 20_000,
        "ticks": "".join("`" * n + " " for n in range(900)),
        "tables": "|a" * 20_000 + "|\n" + "|-" * 20_000 + "|\n",
        "rules": "- - " * 40_000,
        "entities": "&amp;" * 60_000,
        "html": "<div>" * 20_000 + "Words of it.",
        "references": "".join(f"[a{n}]: http://127.0.0.1/\n" for n in range(8_000)) + "[a1]",
        "headings": "# Words\n" * 20_000,
        "line": "word " * 1_000_000,
        "newlines": "\n" * 900_000 + "Words of it.",
        "bidi": "\u202e\u2066\u200f\u200b\u2028\u2029\ufeff" * 3_000 + "Words of it.",
        "combining": "a" + "\u0301" * 60_000 + " Words of it.",
        "controls": "".join(map(chr, range(32))) * 300
        + "".join(map(chr, range(127, 160))) * 300
        + " Words of it.",
        "stops": ". " * 200_000,
        "spaces": " " * 900_000 + "Words of it.",
        "private": "\ue000\U000f0000\ufdd0\uffff" * 2_000 + "Words of it.",
    }.items():
        yield f"{what}.md", text.encode("utf-8", "surrogatepass")
        yield f"{what}.txt", text.encode("utf-8", "surrogatepass")


FAMILIES: dict[str, Callable[[], Files]] = {
    family.__name__: family
    for family in (
        next_to_nothing,
        encodings,
        entities,
        archives,
        pdfs,
        pages,
        sheets,
        references,
        texts,
    )
}
