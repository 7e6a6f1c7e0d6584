"""Small files of the formats of slides, OpenDocument, mails and books, made here."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage

TITLE = "Waiting times in maternity triage"
SENTENCE = "Women waited less than 15 minutes at 41 of 105 visits, so the standard was not met."
LATER = "No difference was found between day and night shifts (P ≥ 0.05)."


def pptx() -> bytes:
    """Two slides with a table, notes and a struck-out word, and a hidden one."""
    import pptx as slides

    deck = slides.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = TITLE
    first.placeholders[1].text = f"{SENTENCE}\n{LATER}"
    run = first.placeholders[1].text_frame.add_paragraph().add_run()
    run.text = "Struck out."
    run._r.get_or_add_rPr().set("strike", "sngStrike")
    first.notes_slide.notes_text_frame.text = "Said aloud."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Results"
    table = second.shapes.add_table(3, 3, 0, 0, 100, 100).table
    for at, row in enumerate(
        (("Site", "Month", "Visits"), ("Ashcombe", "January", "35"), ("", "March", "38"))
    ):
        for column, value in enumerate(row):
            table.cell(at, column).text = value
    table.cell(1, 0).merge(table.cell(2, 0))
    third = deck.slides.add_slide(deck.slide_layouts[5])
    third.shapes.title.text = "Never shown"
    third._element.set("show", "0")
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"'
)


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of parts, the first one not packed, as OpenDocument and EPUB begin."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for at, (name, content) in enumerate(parts.items()):
            made.writestr(name, content, zipfile.ZIP_DEFLATED if at else zipfile.ZIP_STORED)
    return out.getvalue()


def open_document(kind: str, body: str) -> bytes:
    content = (
        f'<?xml version="1.0"?><office:document-content {_SPACES}><office:automatic-styles><style:style style:name="S">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style><style:style style:name="R"><style:text-properties '
        'style:text-position="super 58%"/></style:style></office:automatic-styles>'
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    return archive(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": content,
            "META-INF/manifest.xml": "<m/>",
        }
    )


def odt() -> bytes:
    """Headings, a list, a table with a merged cell, a deletion, a comment, a struck-out and a raised piece."""
    return open_document(
        "text",
        "<text:tracked-changes><text:deletion><text:p>Deleted.</text:p></text:deletion></text:tracked-changes>"
        f'<text:h text:outline-level="1">{TITLE}</text:h><text:p>{SENTENCE}<office:annotation><text:p>A comment.</text:p></office:annotation></text:p>'
        f'<text:h text:outline-level="2">Results</text:h><text:p>{LATER} <text:span text:style-name="S">Struck out.</text:span></text:p>'
        '<text:p>It held 10<text:span text:style-name="R">6</text:span> cells.</text:p>'
        "<text:list><text:list-item><text:p>One</text:p></text:list-item><text:list-item><text:p>Two</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>Site</text:p></table:table-cell><table:table-cell><text:p>Visits</text:p>"
        '</table:table-cell></table:table-row><table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>Ashcombe</text:p>'
        "</table:table-cell><table:table-cell><text:p>35</text:p></table:table-cell></table:table-row><table:table-row>"
        "<table:covered-table-cell/><table:table-cell><text:p>38</text:p></table:table-cell></table:table-row></table:table>",
    )


def odp() -> bytes:
    """Two slides, one with notes."""
    frame = '<draw:frame presentation:class="{}"><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>'
    return open_document(
        "presentation",
        f"<draw:page>{frame.format('title', TITLE)}{frame.format('outline', SENTENCE)}<presentation:notes>"
        f"{frame.format('notes', 'Said aloud.')}</presentation:notes></draw:page><draw:page>{frame.format('title', 'Results')}"
        f"{frame.format('outline', LATER)}</draw:page>",
    )


def ods() -> bytes:
    """An audit sheet, padded with the million blank rows that programs write."""
    rows = [
        ("Criterion", "Standard source", "Target %", "n", "N", "Period"),
        (
            "Seen by a midwife within 15 minutes of arrival",
            "BSOTS",
            "90",
            "41",
            "105",
            "January to March 2026",
        ),
    ]
    body = ""
    for row in rows:
        body += "<table:table-row>"
        for value in row:
            kind = (
                f'office:value-type="float" office:value="{value}"'
                if value.isdigit()
                else 'office:value-type="string"'
            )
            body += f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"
        body += '<table:table-cell table:number-columns-repeated="16378"/></table:table-row>'
    blank = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    return open_document(
        "spreadsheet", f'<table:table table:name="Audit">{body}{blank}</table:table>'
    )


def rtf() -> bytes:
    """Paragraphs, a table and a struck-out piece."""
    words = "".join(
        char if char.isascii() else f"\\u{ord(char)}?" for char in f"{SENTENCE} {LATER}"
    )
    return (
        f"{{\\rtf1\\ansi\\ansicpg1252{{\\info{{\\title {TITLE}}}}} {TITLE}\\par {words}\\par {{\\strike Struck out.}}\\par "
        "\\trowd\\cellx1000\\cellx2000 Month\\cell Visits\\cell\\row \\trowd\\cellx1000\\cellx2000 January\\cell 35\\cell\\row\\pard End\\par}"
    ).encode()


def eml() -> bytes:
    """A mail with a report in it and a picture that is left out."""
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = (
        f"Re: {TITLE}",
        "Ann Reed <ann@example.org>",
        "Thu, 02 Apr 2026 09:00:00 +0100",
    )
    message.set_content(f"Dear all,\n\n{SENTENCE}\n\n{LATER}\n")
    message.add_attachment(
        b"# Beds\n\nThe ward had nine beds.\n",
        maintype="text",
        subtype="markdown",
        filename="beds.md",
    )
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="photo.png")
    return message.as_bytes()


def msg() -> bytes:
    """The same mail as Outlook keeps it."""
    names = {
        0x0037: TITLE,
        0x1000: f"Dear all,\r\n\r\n{SENTENCE}\r\n\r\n{LATER}\r\n",
        0x0C1A: "Ann Reed",
    }
    streams = {
        f"__substg1.0_{number:04X}001F": text.encode("utf-16-le") for number, text in names.items()
    }
    ticks = (1_775_116_800 + 11_644_473_600) * 10**7  # 2 April 2026
    streams["__properties_version1.0"] = bytes(32) + struct.pack("<IIQ", 0x00390040, 6, ticks)
    attachment = {
        "__substg1.0_3707001F": "beds.md".encode("utf-16-le"),
        "__substg1.0_37010102": b"# Beds\n\nThe ward had nine beds.\n",
        "__properties_version1.0": bytes(8),
    }
    return compound({**streams, "__attach_version1.0_#00000000": attachment})


def epub() -> bytes:
    """Two chapters, whose order only the spine says."""
    page = "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head><body>{}</body></html>"
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="in/book.opf"/></rootfiles></container>',
            "in/book.opf": f'<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>{TITLE}</dc:title><dc:creator>Reed, Ann'
            '</dc:creator><dc:date>2026-04-02</dc:date></metadata><manifest><item id="a" href="z%20one.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="b" href="two.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
            "in/two.xhtml": page.format(f"<h1>Results</h1><p>{LATER}</p>"),
            "in/z one.xhtml": page.format(f"<h1>{TITLE}</h1><p>{SENTENCE}</p>"),
        }
    )


def compound(tree: Mapping[str, bytes | Mapping[str, bytes]]) -> bytes:
    """A compound file (MS-CFB, version 3) of small streams, in folders one deep."""
    entries: list[tuple[str, int, int, bytes]] = [
        ("Root Entry", 5, -1, b"")
    ]  # name, kind, index of the parent, content
    for name, content in tree.items():
        entries.append(
            (
                name,
                2 if isinstance(content, bytes) else 1,
                0,
                content if isinstance(content, bytes) else b"",
            )
        )
        if not isinstance(content, bytes):
            parent = len(entries) - 1
            entries += [(inner, 2, parent, data) for inner, data in content.items()]
    mini, mini_fat, starts = b"", list[int](), dict[int, int]()
    for at, (_, kind, _, content) in enumerate(entries):
        if kind == 2 and content:
            starts[at] = len(mini_fat)
            blocks = -(-len(content) // 64)
            mini_fat += [*range(len(mini_fat) + 1, len(mini_fat) + blocks), 0xFFFFFFFE]
            mini += content.ljust(64 * blocks, b"\0")
    directory = b""
    for at, (name, kind, _, content) in enumerate(entries):
        below = [n for n, entry in enumerate(entries) if entry[2] == at]
        beside = (
            [n for n, entry in enumerate(entries) if entry[2] == entries[at][2] and n > at]
            if at
            else []
        )
        raw = name.encode("utf-16-le")
        size, start = (len(mini), 0) if kind == 5 else (len(content), starts.get(at, 0xFFFFFFFE))
        directory += struct.pack(
            "<64sHBBIII16sIQQIQ", raw, len(raw) + 2, kind, 1, 0xFFFFFFFF, beside[0] if beside else 0xFFFFFFFF,
            below[0] if below else 0xFFFFFFFF, b"", 0, 0, 0, start, size,
        )  # fmt: skip
    mini_blocks, directory_blocks = -(-len(mini) // 512), -(-len(directory) // 512)
    fat_of_minis = struct.pack(f"<{len(mini_fat)}I", *mini_fat)
    fat_blocks = -(-len(fat_of_minis) // 512)
    chain: list[int] = []
    for blocks in (mini_blocks, directory_blocks, fat_blocks):
        chain += [*range(len(chain) + 1, len(chain) + blocks), 0xFFFFFFFE]
    chain.append(0xFFFFFFFD)
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, 1, mini_blocks, 0, 4096,
        mini_blocks + directory_blocks, fat_blocks, 0xFFFFFFFE, 0, len(chain) - 1,
    ) + struct.pack("<108I", *[0xFFFFFFFF] * 108)  # fmt: skip
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")

    def pad(part: bytes) -> bytes:
        return part.ljust(-(-len(part) // 512) * 512, b"\0")

    return header + pad(mini) + pad(directory) + fat_of_minis.ljust(fat_blocks * 512, b"\xff") + fat
