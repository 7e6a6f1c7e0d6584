"""PDF files that are wrong, each in its own way: small, built from hand-written objects."""

from __future__ import annotations

import zlib

from tests.contract import damage
from tests.contract.canary import CANARY_FILE, PORT, Files


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
    return b"<</Length %d%b>>stream\n%b\nendstream " % (
        len(data) if length is None else length,
        entries,
        data,
    )


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
        yield (
            f"filter{filters.replace('/', '-')}.pdf",
            changed(o4=_stream(data, b"/Filter[%b]" % filters.encode())),
        )
    for what, value in {"negative": -1, "huge": 2**40, "short": 3, "zero": 0}.items():
        yield f"length {what}.pdf", changed(o4=_stream(_WORDS, length=value))
        yield (
            f"predictor {what}.pdf",
            changed(
                o4=_stream(
                    zlib.compress(_WORDS),
                    b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns %d>>" % value,
                )
            ),
        )
        yield f"count {what}.pdf", changed(o2=b"<</Type/Pages/Kids[3 0 R]/Count %d>>" % value)
        yield (
            f"rotate {what}.pdf",
            changed(o3=_PAGE.replace(b"/Contents", b"/Rotate %d/Contents" % value)),
        )
        yield f"box {what}.pdf", changed(o3=_PAGE.replace(b"600 800", b"%d %d" % (value, value)))
        yield f"size {what}.pdf", changed(o4=_stream(_WORDS.replace(b"12 Tf", b"%d Tf" % value)))
        yield (
            f"place {what}.pdf",
            changed(o4=_stream(_WORDS.replace(b"50 700", b"%d %d" % (value, value)))),
        )
        yield (
            f"xref {what}.pdf",
            _pdf(
                *page,
                trailer=b"xref\n0 6\n0000000000 65535 f\ntrailer<</Root 1 0 R/Prev %d>>startxref %d"
                % (value, value),
            ),
        )
    yield "kids loop.pdf", changed(o2=b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>")
    yield "parent loop.pdf", changed(o3=_PAGE.replace(b"/Parent 2 0 R", b"/Parent 3 0 R"))
    yield (
        "same page.pdf",
        changed(o2=b"<</Type/Pages/Kids[" + b"3 0 R " * 4_000 + b"]/Count 4000>>"),
    )
    yield "length loop.pdf", changed(o4=b"<</Length 4 0 R>>stream\n" + _WORDS + b"\nendstream ")
    yield "contents loop.pdf", changed(o3=_PAGE.replace(b"4 0 R", b"3 0 R"))
    yield "reference loop.pdf", changed(o4=b"6 0 R ", o6=b"7 0 R ", o7=b"6 0 R ")
    yield (
        "outline loop.pdf",
        changed(
            o1=b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>",
            o6=b"<</First 6 0 R/Next 6 0 R/Title(x)>>",
        ),
    )
    yield (
        "names loop.pdf",
        changed(
            o1=b"<</Type/Catalog/Pages 2 0 R/Names 6 0 R>>", o6=b"<</Dests 6 0 R/Kids[6 0 R]>>"
        ),
    )
    yield (
        "script.pdf",
        changed(o1=b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"),
    )
    yield (
        "launch.pdf",
        changed(o1=b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Launch/F(/bin/true)>>>>"),
    )
    yield (
        "call.pdf",
        changed(
            o1=f"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/URI/URI(http://127.0.0.1:{PORT}/)>>>>".encode()
        ),
    )
    yield "outside.pdf", changed(o4=f"<</Length 0/F({CANARY_FILE})>>stream\n\nendstream ".encode())
    yield "forms.pdf", damage.nested_forms(9)
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
            o6=_stream(
                b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00> <FF> <001B> endbfrange"
            ),
        ),
    )
    yield (
        "encoding loop.pdf",
        changed(
            o5=b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding 5 0 R/DescendantFonts[5 0 R]>>"
        ),
    )
    yield (
        "object stream.pdf",
        changed(o6=_stream(b"6 0 ", b"/Type/ObjStm/N 900000000/First 4/Extends 6 0 R")),
    )
    yield (
        "locked.pdf",
        _pdf(
            *page,
            trailer=b"trailer<</Root 1 0 R/Encrypt<</Filter/Standard/V 9/R 99/O()/U()/P -1>>>>",
        ),
    )
    yield (
        "xmp.pdf",
        changed(
            o1=b"<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R>>",
            o6=_stream(damage.LAUGHS, b"/Type/Metadata/Subtype/XML"),
        ),
    )
    yield "no end.pdf", _pdf(*page)[:-60]
    yield "twice.pdf", _pdf(*page) + _pdf(*page)
    yield "polyglot.pdf", b"<html><script>x</script>" + _pdf(*page)
