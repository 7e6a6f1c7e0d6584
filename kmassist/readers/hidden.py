"""What a file holds and its reader leaves out: hidden sheets, comments, deleted and hidden text, properties.

The words are looked through for personal data and are never part of a document; the original would keep them all.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from kmassist.documents.document import LeftOut
from kmassist.errors import UnreadableSource
from kmassist.readers.xml_tree import Element, local_name, parse_xml

_MOST = 200_000
"""Characters of one hidden part that are looked through."""
_LARGEST = 20 * 2**20
_COMMENT = re.compile(r"<!--(.*?)-->", re.S)
_MARKUP = (".html", ".htm", ".xhtml", ".md", ".markdown")
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml$")
_NOTES = re.compile(r"(?:xl|word)/(?:.*/)?(?:threaded)?comments?[^/]*\.xml$", re.I)
_PROPERTIES = re.compile(r"docProps/(?:core|app|custom)\.xml$")


def find_left_out(path: Path, data: bytes) -> tuple[LeftOut, ...]:
    """Parts of a file that no reader takes words from, with their words; what cannot be read has none."""
    if data.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return tuple(_office(archive))
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
            return ()
    if path.suffix.lower() in _MARKUP:
        words = " ".join(_COMMENT.findall(data.decode("utf-8", errors="replace")))[:_MOST]
        return (LeftOut(kind="markup comment", text=words),) if words.strip() else ()
    return ()


def _office(archive: zipfile.ZipFile) -> Iterator[LeftOut]:
    names = archive.namelist()
    for name in names:
        if _PROPERTIES.fullmatch(name):
            yield from _part("properties", _words(_root(archive, name)))
        elif _NOTES.fullmatch(name):
            yield from _part("comment", _words(_root(archive, name)))
    if "word/document.xml" in names:
        yield from _revisions(_root(archive, "word/document.xml"))
    if "xl/workbook.xml" in names:
        yield from _sheets(archive)


def _part(kind: str, words: str, name: str = "") -> Iterator[LeftOut]:
    if words.strip():
        yield LeftOut(kind=kind, name=name, text=words[:_MOST])


def _revisions(root: Element | None) -> Iterator[LeftOut]:
    if root is None:
        return
    deleted = (e.text or "" for e in root.iter() if local_name(e) == "delText")
    yield from _part("deleted text", " ".join(deleted))
    hidden = []
    for run in root.iter():
        if local_name(run) == "r" and any(local_name(mark) == "vanish" for mark in run.iter()):
            hidden.append("".join(e.text or "" for e in run.iter() if local_name(e) == "t"))
    yield from _part("hidden text", " ".join(hidden))


def _sheets(archive: zipfile.ZipFile) -> Iterator[LeftOut]:
    """Sheets that the workbook does not show, and their words; the shared strings are read once."""
    book, relations = (
        _root(archive, "xl/workbook.xml"),
        _root(archive, "xl/_rels/workbook.xml.rels"),
    )
    if book is None or relations is None:
        return
    targets = {e.get("Id"): e.get("Target") or "" for e in relations.iter() if e.get("Id")}
    shared: list[str] | None = None
    for sheet in book.iter():
        if local_name(sheet) != "sheet" or sheet.get("state") not in {"hidden", "veryHidden"}:
            continue
        if shared is None:
            strings = _root(archive, "xl/sharedStrings.xml")
            shared = [_words(e) for e in strings] if strings is not None else []
        key = next(
            (str(value) for name, value in sheet.attrib.items() if str(name).endswith("}id")), ""
        )
        target = targets.get(key, "").lstrip("/")
        root = _root(archive, target if target.startswith("xl/") else f"xl/{target}")
        words = [] if root is None else list(_cells(root, shared))
        yield LeftOut(
            kind="hidden sheet", name=sheet.get("name") or "", text=" ".join(words)[:_MOST]
        )


def _cells(root: Element, shared: list[str]) -> Iterator[str]:
    for cell in root.iter():
        if local_name(cell) != "c":
            continue
        value = _words(cell)
        if cell.get("t") == "s" and value.isdigit():
            value = shared[int(value)] if int(value) < len(shared) else ""
        if value:
            yield value


def _words(root: Element | None) -> str:
    return "" if root is None else " ".join(" ".join(str(part) for part in root.itertext()).split())


def _root(archive: zipfile.ZipFile, name: str) -> Element | None:
    try:
        if archive.getinfo(name).file_size > _LARGEST:
            return None
        return parse_xml(archive.read(name), name)[0]
    except (KeyError, UnreadableSource, zipfile.BadZipFile, zlib.error, OSError, RuntimeError):
        return None  # what is not to be read is not read by an office program either
