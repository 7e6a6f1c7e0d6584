"""Mails as saved: ``.eml``, Outlook's ``.msg``, and web archives (``.mht``), which are mails in form.

The body is a document, and so is each attachment that some reader takes; what is left out is named.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from kmassist.documents.document import Document, clean_text
from kmassist.documents.names import in_lower_case, is_body
from kmassist.errors import SourceError, UnreadableSource
from kmassist.readers.content import TextBuilder, decode, finish, one_line, values
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.rtf import add_rtf
from kmassist.text.shipped import english

_MEDIA = "message/rfc822"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_ATTACHMENTS = 100
MAX_NESTED = 3
_TELLS_MORE = re.compile(rb"</(?:th|td)>\s*<(?:th|td)\b|<(?:th|del|s|strike)\b|line-through", re.I)
"""What plain words cannot tell: the columns of a table, and words that were struck out."""
_TAGS = re.compile(rb"<(style|script|head)\b.*?(?:</\1>|(?=<body)|\Z)|<[^<>]*>", re.I | re.S)
_HEADER = re.compile(
    rb"^(?:from|to|subject|date|received|message-id|mime-version|content-type)\s*:", re.I | re.M
)


@dataclass
class _Mail:
    """What counts of a mail, whatever file it was kept in. ``attached`` are file names and contents, or mails inside."""

    subject: str = ""
    sender: str = ""
    date: str = ""
    text: str = ""
    html: bytes = b""
    rtf: bytes = b""
    attached: list[tuple[str, bytes | _Mail]] = field(default_factory=list)


class MailReader:
    """``.eml``, ``.msg``, ``.mht`` and ``.mhtml``."""

    suffixes: tuple[str, ...] = (".eml", ".msg", ".mht", ".mhtml")

    def recognises(self, head: bytes) -> bool:
        """Whether it begins as a mail does."""
        return head.startswith(_OLE) or bool(
            re.match(rb"(?:[A-Za-z-]{2,40}:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}", head)
        )

    def read(self, path: Path, data: bytes) -> list[Document]:
        """The body, then the documents of the attachments, in order."""
        name = clean_text(path.name)
        mail = (
            _of_outlook(data, name)
            if data.startswith(_OLE)
            else _of_message(email.message_from_bytes(data, policy=email.policy.default))
        )
        if not data.startswith(_OLE) and not _HEADER.search(data[:20_000]):
            raise UnreadableSource(
                f"{name} is damaged: it is no mail.", "Save it again from the mail program."
            )
        left_out: list[str] = []
        found = list(_documents(mail, path, left_out, 0))
        if not found:
            raise UnreadableSource(
                f"{name} has no text in it.",
                " ".join(left_out) or "Check that it was saved whole.",
                kind="empty",
            )
        digest = hashlib.sha256(data).hexdigest()
        found = [
            d.model_copy(update={"source_sha256": digest, "source_path": str(path.absolute())})
            for d in found
        ]
        return [
            found[0].model_copy(update={"warnings": (*found[0].warnings, *left_out)}),
            *found[1:],
        ]


def _documents(mail: _Mail, path: Path, left_out: list[str], depth: int) -> Iterator[Document]:
    body = _body(mail, path, depth)
    if body is not None:
        yield body
    for number, (raw, content) in enumerate(mail.attached, 1):
        name = one_line(Path(raw.replace("\\", "/")).name)[:150] or f"attachment {number}"
        if number > MAX_ATTACHMENTS or depth >= MAX_NESTED:
            left_out.append(
                f"The attachment {name} was left out: there are too many, or mails inside mails."
            )
        elif isinstance(content, _Mail):
            yield from _documents(content, path.with_name(f"{name[:100]}.eml"), left_out, depth + 1)
        else:
            yield from _attachment(name, content, path, left_out)


def _attachment(name: str, content: bytes, path: Path, left_out: list[str]) -> Iterator[Document]:
    from kmassist.readers import choose_reader, read_with

    inner = path.with_name(name)
    try:
        documents = read_with(choose_reader(inner, content), inner, content)
    except SourceError as problem:
        left_out.append(f"The attachment {name} was left out: {problem.message}")
        return
    for document in documents:
        yield document.model_copy(update={"locator": f"{name} {document.locator}".strip()})


def _body(mail: _Mail, path: Path, depth: int) -> Document | None:
    from kmassist.readers.html import HtmlReader

    builder = TextBuilder()
    subject = english("readers", "passed_on").sub("", one_line(mail.subject))
    builder.heading(subject, 1)
    before = len(builder)
    # Some programs put "see below" or "needs HTML" where the plain words should stand.
    is_fuller = len(_TAGS.sub(b" ", mail.html).split()) > 2 * len(mail.text.split())
    if mail.text.strip() and not is_fuller and not _TELLS_MORE.search(mail.html):
        for block in re.split(r"\n\s*\n", mail.text.replace("\r\n", "\n").replace("\r", "\n")):
            for at, line in enumerate(_unwrapped(block)):
                (builder.line if at else builder.paragraph)(line)
    elif mail.html.strip():
        try:
            builder.extend(HtmlReader().read(path.with_name("body.html"), mail.html)[0])
        except UnreadableSource as problem:
            if problem.kind != "empty":
                raise
    elif mail.rtf:
        add_rtf(builder, mail.rtf)
    if len(builder) == before:
        return None
    sender, issuer = _sender(mail.sender)
    authors = [sender] if sender else []
    said = values(title=subject, published=mail.date or None, authors=authors, issuer=issuer)
    locator = path.name if depth else "message" if mail.attached else ""
    return finish(builder, path, b"", [Layer("file", said)], media_type=_MEDIA, locator=locator)


def _unwrapped(block: str) -> list[str]:
    """The lines of a block as sentences: a line as long as mail programs wrap at goes on in the next one."""
    lines: list[str] = []
    goes_on = False
    for raw in block.split("\n"):
        line = raw.strip()
        if not line:
            continue
        is_quoted = line.startswith(">") or (bool(lines) and lines[-1].startswith(">"))
        if goes_on and not is_quoted and not re.match(r"[-•*–]\s|\d{1,2}[.)]\s", line):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
        goes_on = 55 <= len(raw.rstrip()) <= 80
    return lines


def _of_message(message: Any) -> _Mail:
    """A message of the ``email`` package."""
    mail = _Mail(
        subject=str(message.get("Subject", "")),
        sender=_person(str(message.get("From", ""))),
        date=_date_of(message),
    )
    for part in _parts(message):
        content_type, name = part.get_content_type(), _file_name(part)
        if content_type == "message/rfc822":
            inner = part.get_payload()
            if isinstance(inner, list) and inner:
                nested = _of_message(inner[0])
                mail.attached.append((nested.subject or "mail", nested))
            continue
        content = part.get_payload(decode=True) or b""
        is_body = part.get_content_disposition() != "attachment" and not name
        if is_body and content_type == "text/plain" and not mail.text:
            mail.text = _decoded(content, part.get_content_charset())
        elif (
            content_type in ("text/html", "application/xhtml+xml")
            and not mail.html
            and part.get_content_disposition() != "attachment"
        ):
            mail.html = _decoded(content, part.get_content_charset()).encode()
        elif name and not _is_picture_of_page(part):
            mail.attached.append((name, content))
    return mail


def _parts(message: Any, depth: int = 0) -> Iterator[Any]:
    """The parts that are no containers; what is inside an attached mail is that mail's."""
    if depth > 30:
        return
    if message.is_multipart() and message.get_content_type() != "message/rfc822":
        for part in message.get_payload():
            yield from _parts(part, depth + 1)
    else:
        yield message


def _file_name(part: Any) -> str:
    try:
        return str(part.get_filename() or "")
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _is_picture_of_page(part: Any) -> bool:
    """Whether it is shown inside the text, as logos are, or is the style of a web archive."""
    kind = part.get_content_maintype()
    return (
        kind == "image" and part.get_content_disposition() != "attachment"
    ) or part.get_content_type() in ("text/css", "text/javascript")


def _decoded(content: bytes, charset: str | None) -> str:
    try:
        return content.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decode(content)[0]


def _person(raw: str) -> str:
    """The name of a sender, without the address; empty when only the address is known."""
    name = one_line(parseaddr(raw)[0] or ("" if "@" in raw else raw)).strip("'\" ")
    return "" if "@" in name else name


def _sender(name: str) -> tuple[str, str]:
    """Who sent a mail, and the body in whose name: itself, or that in brackets behind a person, as NHSmail writes it."""
    where = english("metadata", "place_where_somebody_works").search(name)
    person, body = (name[: where.start()], where["body"]) if where else (name, name)
    is_post = english("metadata", "begins_with_a_post").match(body) is not None
    if not is_body(body) or is_post:
        return name, ""
    return person, in_lower_case(body)


def _date_of(message: EmailMessage) -> str:
    try:
        date = email.utils.parsedate_to_datetime(str(message.get("Date", "")))
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
    return date.date().isoformat()


def _of_outlook(data: bytes, name: str) -> _Mail:
    """An Outlook message: streams of a compound file, named by the number of the property that they hold."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as file:
        entries = {"/".join(entry): entry for entry in file.listdir()}
        if not any(entry.startswith("__properties_version1.0") for entry in entries):
            raise UnreadableSource(
                f"{name} is damaged: it is no mail of Outlook.", "Save it again, or as .eml."
            )
        return _Outlook(file, entries).mail("", 0)


class _Outlook:
    """Properties of the mail in an open compound file; numbers as in MS-OXPROPS."""

    def __init__(self, file: Any, entries: dict[str, list[str]]) -> None:
        self._file, self._entries = file, entries

    def mail(self, prefix: str, depth: int) -> _Mail:
        """The mail whose streams begin with a prefix."""
        fixed = self._fixed(prefix)
        code = struct.unpack("<i", fixed[0x3FDE][:4])[0] if 0x3FDE in fixed else 1252
        encoding = {65001: "utf-8", 20127: "ascii", 28591: "latin-1"}.get(code, f"cp{code}")
        mail = _Mail(
            subject=self._text(prefix, 0x0037, encoding),
            sender=_person(
                self._text(prefix, 0x0C1A, encoding) or self._text(prefix, 0x0042, encoding)
            ),
            text=self._text(prefix, 0x1000, encoding),
            html=self._bytes(prefix, 0x1013, "0102")
            or self._text(prefix, 0x1013, encoding).encode(),
        )
        if not mail.text and not mail.html and (packed := self._bytes(prefix, 0x1009, "0102")):
            import compressed_rtf

            mail.rtf = compressed_rtf.decompress(packed)
        for number in (0x0039, 0x0E06):
            if number in fixed and not mail.date:
                ticks = struct.unpack("<Q", fixed[number])[0]
                try:
                    mail.date = (
                        (
                            dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
                            + dt.timedelta(microseconds=ticks // 10)
                        )
                        .date()
                        .isoformat()
                    )
                except OverflowError:
                    mail.date = ""
        folders = {
            entry[len(prefix) :].split("/")[0]
            for entry in self._entries
            if entry.startswith(prefix)
        }
        for folder in sorted(name for name in folders if name.startswith("__attach_version1.0_")):
            inside = f"{prefix}{folder}/"
            name = (
                self._text(inside, 0x3707, encoding)
                or self._text(inside, 0x3704, encoding)
                or self._text(inside, 0x3001, encoding)
            )
            nested = f"{inside}__substg1.0_3701000D/"
            if any(entry.startswith(nested) for entry in self._entries):
                if depth <= MAX_NESTED:
                    mail.attached.append((name, self.mail(nested, depth + 1)))
            elif (content := self._bytes(inside, 0x3701, "0102")) and not self._text(
                inside, 0x3712, encoding
            ):  # 0x3712: shown in the text
                mail.attached.append((name, content))
        return mail

    def _bytes(self, prefix: str, number: int, kind: str) -> bytes:
        entry = self._entries.get(f"{prefix}__substg1.0_{number:04X}{kind}")
        return bytes(self._file.openstream(entry).read()) if entry else b""

    def _text(self, prefix: str, number: int, encoding: str) -> str:
        wide = self._bytes(prefix, number, "001F")
        if wide:
            return wide.decode("utf-16-le", errors="replace").rstrip("\0")
        try:
            return (
                self._bytes(prefix, number, "001E").decode(encoding, errors="replace").rstrip("\0")
            )
        except LookupError:
            return (
                self._bytes(prefix, number, "001E").decode("cp1252", errors="replace").rstrip("\0")
            )

    def _fixed(self, prefix: str) -> dict[int, bytes]:
        """Properties of a fixed size, eight bytes each, by number."""
        entry = self._entries.get(f"{prefix}__properties_version1.0")
        raw = self._file.openstream(entry).read() if entry else b""
        start = 32 if not prefix else 24
        return {
            struct.unpack_from("<H", raw, at + 2)[0]: raw[at + 8 : at + 16]
            for at in range(start, len(raw) - 15, 16)
        }
