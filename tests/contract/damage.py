"""Damaged copies of any file, and small files made to attack readers."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable

from tests.contract import sources


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


def repacked(data: bytes, name: str, content: bytes) -> bytes:
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


def nested_forms(depth: int = 24) -> bytes:
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


LAUGHS = (
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
    "forms.pdf": nested_forms,
    "brackets.pdf": lambda: (
        b"%PDF-1.4\n1 0 obj" + b"[" * 100_000 + b"endobj trailer<</Root 1 0 R>>"
    ),
    "cycle.pdf": lambda: (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>"
    ),
    "laughs.xml": lambda: LAUGHS,
    "outside.xml": lambda: (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><article><body><p>Before &x; after</p></body></article>'
    ),
    "deep.xml": lambda: b"<article>" * 100_000 + b"x" + b"</article>" * 100_000,
    "bomb.docx": lambda: repacked(
        sources.docx(), "word/document.xml", b"<w>" + b"a" * 300_000_000 + b"</w>"
    ),
    "laughs.docx": lambda: repacked(sources.docx(), "word/document.xml", LAUGHS),
    "deep.docx": lambda: repacked(
        sources.docx(), "word/document.xml", b"<a>" * 100_000 + b"</a>" * 100_000
    ),
    "many.docx": lambda: _zip({f"p{n}.xml": b"x" for n in range(3_000)}),
    "climb.docx": lambda: _zip({"../../evil.xml": b"x", "[Content_Types].xml": b"<Types/>"}),
    "bomb.xlsx": lambda: repacked(
        sources.audit_xlsx(), "xl/sharedStrings.xml", b"<sst>" + b"b" * 300_000_000 + b"</sst>"
    ),
    "laughs.xlsx": lambda: repacked(sources.audit_xlsx(), "xl/worksheets/sheet1.xml", LAUGHS),
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
