"""Crafted hostile files, a family a function: what is known to hurt parsers, in many variants, small on disk.

Each family gives (file name, content). `CANARY` stands in a file that nothing may read, `PORT` is a listener that nothing
may reach; both are filled in by the test.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

import sources

CANARY_FILE, CANARY, PORT = "@CANARY_FILE@", "canary-words-of-a-secret-file", "@PORT@"
Files = Iterator[tuple[str, bytes]]
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
        yield f"overlong{suffix}", wrapped.encode() + b"\xc0\xaf\xe0\x80\xaf\xf8\x88\x80\x80\x80\xff\xfe"
        yield f"surrogates{suffix}", wrapped.encode() + "\ud800\udfff".encode("utf-8", "surrogatepass")


def entities() -> Files:
    """Entity bombs, outside references, depth and width, in every file that has XML inside."""
    attacks = {
        "laughs": sources._LAUGHS,
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
        "deep": b"<article>" + b"<sec>" * 3_000 + b"<p>Deep</p>" + b"</sec>" * 3_000 + b"</article>",
        "deeper": b"<a>" * 60_000,
        "wide": b"<article><body>" + b"<p/>" * 60_000 + b"</body></article>",
        "attributes": b"<article " + b" ".join(b'a%d="1"' % n for n in range(15_000)) + b"/>",
        "long attribute": b'<article a="' + b"x" * 6_000_000 + b'"/>',
        "namespaces": b"<article " + b" ".join(b'xmlns:n%d="u%d"' % (n, n) for n in range(8_000)) + b"/>",
        # Beyond what is searched for a DOCTYPE: the parser itself must not resolve it.
        "late file": b"<!--"
        + b"x" * 120_000
        + b"-->"
        + f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{CANARY_FILE}">]><article><body><p>Before &x; after</p></body></article>'.encode(),
        "late laughs": b'<?xml version="1.0"?><!--' + b"x" * 120_000 + b"-->" + sources._LAUGHS.partition(b"?>")[2],
        "open": b"<article><body><p>Never closed <![CDATA[",
        "comment": b"<article><!-- -- --><body><p>Words</p></body></article>" + b"<!--" * 50_000,
        "instruction": b"<?php system('true') ?>" * 2_000 + b"<article/>",
        "nul": b"<article><body><p>Wo\x00rds</p></body></article>",
    }
    for what, data in attacks.items():
        yield f"{what}.xml", data
        yield f"{what}.nxml", data
        yield f"{what}-pubmed.xml", data.replace(b"article", b"PubmedArticleSet")
        yield f"{what}.docx", sources._repacked(sources.docx(), "word/document.xml", data)
        yield f"{what}-rels.docx", sources._repacked(sources.docx(), "word/_rels/document.xml.rels", data)
        yield f"{what}-types.docx", sources._repacked(sources.docx(), "[Content_Types].xml", data)
        yield f"{what}.xlsx", sources._repacked(sources.audit_xlsx(), "xl/worksheets/sheet1.xml", data)
        yield f"{what}-book.xlsx", sources._repacked(sources.audit_xlsx(), "xl/workbook.xml", data)


def archives() -> Files:
    """Word and Excel files whose archive is the attack."""
    for suffix, good in ((".docx", sources.docx()), (".xlsx", sources.audit_xlsx())):
        names = zipfile.ZipFile(io.BytesIO(good)).namelist()
        main = next(name for name in names if name.endswith(("document.xml", "sheet1.xml")))
        for megabytes in (5, 60, 150):
            yield f"bomb{megabytes}{suffix}", sources._repacked(good, main, b"<w>" + b" " * megabytes * 1_000_000 + b"</w>")
        for what, extra in {
            "climb": "../../../evil.xml",
            "absolute": "/tmp/evil.xml",
            "drive": "C:\\evil.xml",
            "nul": "a\x00b.xml",
            "reversed": "word/\u202elmx.exe",
            "long": "x" * 60_000,
            "device": "CON/aux.xml",
            "folder": "word/",
        }.items():
            yield f"{what}{suffix}", _with(good, [(zipfile.ZipInfo(extra), b"x")])
        link = zipfile.ZipInfo("word/link.xml")
        link.external_attr = 0o120777 << 16
        yield f"link{suffix}", _with(good, [(link, CANARY_FILE.encode())])
        yield f"twice{suffix}", _with(good, [(zipfile.ZipInfo(main), b"<other/>")])
        yield f"nested{suffix}", _with(good, [(zipfile.ZipInfo("inner.zip"), good)])
        yield f"bzip2{suffix}", _with(good, [], zipfile.ZIP_BZIP2)
        yield f"lzma{suffix}", _with(good, [], zipfile.ZIP_LZMA)
        yield f"many{suffix}", _with(good, [(zipfile.ZipInfo(f"p{n}.xml"), b"x") for n in range(5_000)])
        for what, at, value in (
            ("locked", 6, 1),
            ("method", 8, 99),
            ("crc", 14, 0xDEAD),
            ("small size", 22, 3),
            ("huge size", 22, 0x7FFFFFF0),
            ("long name", 26, 0xFFF0),
        ):
            yield f"{what} here{suffix}", _patched(good, b"PK\x03\x04", at, value)
        for what, at, value in (
            ("locked", 8, 1), ("method", 10, 99), ("crc", 16, 0xDEAD), ("small size", 24, 3), ("huge size", 24, 0x7FFFFFF0), ("offset", 42, 0x7FFFFFF0),
        ):  # fmt: skip
            yield f"{what} there{suffix}", _patched(good, b"PK\x01\x02", at, value)
        yield f"cut{suffix}", good[: len(good) // 2]
        yield f"headless{suffix}", good[len(good) // 2 :]
        yield f"before{suffix}", b"#!/bin/sh\n" + good
        yield f"comment{suffix}", good + b"A" * 70_000
        yield f"overlapping{suffix}", _overlapping(40)


def _with(data: bytes, extra: list[tuple[zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", method) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        for info, content in extra:
            target.writestr(info, content)
    return out.getvalue()


def _patched(data: bytes, mark: bytes, at: int, value: int) -> bytes:
    """Every header of one kind with another value in a field."""
    changed, where = bytearray(data), -1
    wide = at in (14, 16, 22, 24, 42)
    while (where := changed.find(mark, where + 1)) >= 0:
        struct.pack_into("<I" if wide else "<H", changed, where + at, value & (0xFFFFFFFF if wide else 0xFFFF))
    return bytes(changed)


def _overlapping(count: int) -> bytes:
    """Many entries of the directory that all point at one compressed megabyte."""
    content = zlib.compress(b"a" * 1_000_000, 9)[2:-4]
    name = b"word/document.xml"
    crc = zlib.crc32(b"a" * 1_000_000)
    local = (
        b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(content), 1_000_000, len(name), 0) + name + content
    )
    directory = b"".join(
        b"PK\x01\x02"
        + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0, crc, len(content), 1_000_000, len(name), 0, 0, 0, 0, 0, 0)
        + name
        for _ in range(count)
    )
    return local + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(local), 0)


def _pdf(*objects: bytes, trailer: bytes = b"trailer<</Root 1 0 R>>") -> bytes:
    return (
        b"%PDF-1.7\n"
        + b"".join(b"%d 0 obj%bendobj\n" % (number, body) for number, body in enumerate(objects, 1))
        + trailer
        + b"\n%%EOF"
    )


_CATALOG, _PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_WORDS = b"BT /F 12 Tf 50 700 Td (Words that a person wrote on this page.) Tj ET"


def _stream(data: bytes, entries: bytes = b"", length: int | None = None) -> bytes:
    return b"<</Length %d%b>>stream\n%b\nendstream " % (len(data) if length is None else length, entries, data)


def pdfs() -> Files:
    """Structures that loop, lie, nest or grow."""
    page = [_CATALOG, _PAGES, _PAGE, _stream(_WORDS), _FONT]

    def changed(**other: bytes) -> bytes:
        objects = list(page)
        for name, body in other.items():
            number = int(name[1:]) - 1
            objects += [b"null"] * (number + 1 - len(objects))
            objects[number] = body
        return _pdf(*objects)

    for depth in (600, 20_000):
        yield f"arrays{depth}.pdf", changed(o5=b"[" * depth + b"]" * depth)
        yield f"dictionaries{depth}.pdf", changed(o5=b"<</A" * depth + b">>" * depth)
        yield f"saves{depth}.pdf", changed(o4=_stream(b"q " * depth + _WORDS))
        yield f"strings{depth}.pdf", changed(o4=_stream(b"BT " + b"(" * depth))
        yield f"marks{depth}.pdf", changed(o4=_stream(b"/Span<</MCID 0>>BDC " * depth + _WORDS))
    for filters, data in {
        "/FlateDecode": zlib.compress(_WORDS * 150_000, 9),
        "/FlateDecode/FlateDecode": zlib.compress(zlib.compress(b"\x00" * 40_000_000, 9), 9),
        "/ASCIIHexDecode": b"41" * 2_000_000,
        "/ASCII85Decode": b"z" * 2_000_000,
        "/RunLengthDecode": b"\x81A" * 600_000,
        "/LZWDecode": b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01" * 10_000,
        "/JBIG2Decode": b"\x97JB2\r\n\x1a\n" * 100,
        "/JPXDecode": b"\x00\x00\x00\x0cjP  \r\n\x87\n" * 100,
        "/CCITTFaxDecode": b"\xff" * 10_000,
        "/Crypt": b"x" * 100,
        "/Nothing": b"x" * 100,
        "/ASCIIHexDecode/FlateDecode": b"41" * 1000,
    }.items():
        yield f"filter{filters.replace('/', '-')}.pdf", changed(o4=_stream(data, b"/Filter[%b]" % filters.encode()))
    for what, value in {"negative": -1, "huge": 2**40, "short": 3, "zero": 0}.items():
        yield f"length {what}.pdf", changed(o4=_stream(_WORDS, length=value))
        yield (
            f"predictor {what}.pdf",
            changed(o4=_stream(zlib.compress(_WORDS), b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns %d>>" % value)),
        )
        yield f"count {what}.pdf", changed(o2=b"<</Type/Pages/Kids[3 0 R]/Count %d>>" % value)
        yield f"rotate {what}.pdf", changed(o3=_PAGE.replace(b"/Contents", b"/Rotate %d/Contents" % value))
        yield f"box {what}.pdf", changed(o3=_PAGE.replace(b"600 800", b"%d %d" % (value, value)))
        yield f"size {what}.pdf", changed(o4=_stream(_WORDS.replace(b"12 Tf", b"%d Tf" % value)))
        yield f"place {what}.pdf", changed(o4=_stream(_WORDS.replace(b"50 700", b"%d %d" % (value, value))))
        yield (
            f"xref {what}.pdf",
            _pdf(*page, trailer=b"xref\n0 6\n0000000000 65535 f\ntrailer<</Root 1 0 R/Prev %d>>startxref %d" % (value, value)),
        )
    yield "kids loop.pdf", changed(o2=b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>")
    yield "parent loop.pdf", changed(o3=_PAGE.replace(b"/Parent 2 0 R", b"/Parent 3 0 R"))
    yield "same page.pdf", changed(o2=b"<</Type/Pages/Kids[" + b"3 0 R " * 4_000 + b"]/Count 4000>>")
    yield "length loop.pdf", changed(o4=b"<</Length 4 0 R>>stream\n" + _WORDS + b"\nendstream ")
    yield "contents loop.pdf", changed(o3=_PAGE.replace(b"4 0 R", b"3 0 R"))
    yield "reference loop.pdf", changed(o4=b"6 0 R ", o6=b"7 0 R ", o7=b"6 0 R ")
    yield (
        "outline loop.pdf",
        changed(o1=b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>", o6=b"<</First 6 0 R/Next 6 0 R/Title(x)>>"),
    )
    yield "names loop.pdf", changed(o1=b"<</Type/Catalog/Pages 2 0 R/Names 6 0 R>>", o6=b"<</Dests 6 0 R/Kids[6 0 R]>>")
    yield "script.pdf", changed(o1=b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>")
    yield "launch.pdf", changed(o1=b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Launch/F(/bin/true)>>>>")
    yield "call.pdf", changed(o1=f"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/URI/URI(http://127.0.0.1:{PORT}/)>>>>".encode())
    yield "outside.pdf", changed(o4=f"<</Length 0/F({CANARY_FILE})>>stream\n\nendstream ".encode())
    yield "forms.pdf", sources._nested_forms(9)
    yield "image.pdf", changed(o4=_stream(b"BI /W 99999 /H 99999 /BPC 8 ID " + b"x" * 50 + _WORDS))
    yield "images.pdf", changed(o4=_stream(b"BI ID " * 20_000 + _WORDS))
    yield "numbers.pdf", changed(o4=_stream(b"9" * 300_000 + b" Tc " + _WORDS))
    yield "operators.pdf", changed(o4=_stream(b"x" * 300_000 + b" " + _WORDS))
    yield "shows.pdf", changed(o4=_stream(b"BT /F 12 Tf 50 700 Td " + b"(x) Tj " * 60_000 + b"ET"))
    yield (
        "unicode.pdf",
        changed(
            o5=b"<</Type/Font/Subtype/Type0/BaseFont/X/ToUnicode 6 0 R>>",
            o6=_stream(
                b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFFFFFF> <0041> endbfrange"
            ),
        ),
    )
    yield (
        "controls.pdf",
        changed(
            o5=b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
            o6=_stream(b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00> <FF> <001B> endbfrange"),
        ),
    )
    yield (
        "encoding loop.pdf",
        changed(o5=b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding 5 0 R/DescendantFonts[5 0 R]>>"),
    )
    yield "object stream.pdf", changed(o6=_stream(b"6 0 ", b"/Type/ObjStm/N 900000000/First 4/Extends 6 0 R"))
    yield "locked.pdf", _pdf(*page, trailer=b"trailer<</Root 1 0 R/Encrypt<</Filter/Standard/V 9/R 99/O()/U()/P -1>>>>")
    yield (
        "xmp.pdf",
        changed(o1=b"<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R>>", o6=_stream(sources._LAUGHS, b"/Type/Metadata/Subtype/XML")),
    )
    yield "no end.pdf", _pdf(*page)[:-60]
    yield "twice.pdf", _pdf(*page) + _pdf(*page)
    yield "polyglot.pdf", b"<html><script>x</script>" + _pdf(*page)


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
        "json": '<script type="application/ld+json">' + "[" * 60_000 + "</script><p>Words of it.</p>",
        "meta": "<head>" + "<meta name=citation_author content=x>" * 20_000 + "</head><p>Words of it.</p>",
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
    cell = "<sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>Words</t></is></c></row></sheetData>"
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
        yield f"{what}.xlsx", sources._repacked(sources.audit_xlsx(), "xl/worksheets/sheet1.xml", sheet.format(body).encode())


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
        "latex.bib": b"@article{x, title = {" + b"\\'{" * 3_000 + b"e" + b"}" * 3_000 + b"}, year = 2021}\n",
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
        + "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]" for n in range(8)),
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
        yield f"matter {what}.md", f"---\n{matter}\n---\nWords of the text that a person wrote.\n".encode()
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
        "controls": "".join(map(chr, range(32))) * 300 + "".join(map(chr, range(127, 160))) * 300 + " Words of it.",
        "stops": ". " * 200_000,
        "spaces": " " * 900_000 + "Words of it.",
        "private": "\ue000\U000f0000\ufdd0\uffff" * 2_000 + "Words of it.",
    }.items():
        yield f"{what}.md", text.encode("utf-8", "surrogatepass")
        yield f"{what}.txt", text.encode("utf-8", "surrogatepass")


FAMILIES: dict[str, Callable[[], Files]] = {
    family.__name__: family
    for family in (next_to_nothing, encodings, entities, archives, pdfs, pages, sheets, references, texts)
}
