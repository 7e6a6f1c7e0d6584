"""What a file holds and its reader leaves out: hidden sheets, slides and rows, comments, deleted and hidden text, properties.

The words are looked through for personal data and are never part of a document; the original would keep them all. One walk
finds them and takes them out, so that what is looked for and what a scrubbed copy lacks cannot differ.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from kmassist.documents.document import LeftOut
from kmassist.errors import UnreadableSource
from kmassist.readers.archive import check_archive
from kmassist.readers.hidden_cells import hide_cells
from kmassist.readers.hidden_open import hide_open
from kmassist.readers.hidden_parts import Parts
from kmassist.readers.hidden_slides import hide_slides
from kmassist.readers.hidden_words import hide_words

_MOST = 200_000
"""Characters of one hidden part that are looked through."""
_COMMENT = re.compile(r"<!--(.*?)-->", re.S)
_MARKUP = (".html", ".htm", ".xhtml", ".md", ".markdown")
_SCRUBBED = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp")


def find_left_out(path: Path, data: bytes) -> tuple[LeftOut, ...]:
    """Parts of a file that no reader takes words from, with their words; what cannot be read has none."""
    if data.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                parts = Parts(archive)
                _take_out(parts)
                return tuple(
                    part.model_copy(update={"text": part.text[:_MOST]}) for part in parts.found
                )
        except (zipfile.BadZipFile, OSError, RuntimeError):
            return ()
    if path.suffix.lower() in _MARKUP:
        words = " ".join(_COMMENT.findall(data.decode("utf-8", errors="replace")))[:_MOST]
        return (LeftOut(kind="markup comment", text=words),) if words.strip() else ()
    return ()


def scrub(path: Path, data: bytes) -> bytes:
    """A copy of an office file without what it hides, and without its properties; the same bytes each time.

    Raises:
        UnreadableSource: kind ``scrub``, when the format has no such copy, or a part of the file cannot be looked into.
    """
    if path.suffix.lower() not in _SCRUBBED:
        raise UnreadableSource(
            f"{path.name} cannot be scrubbed: only DOCX, XLSX, PPTX, ODT, ODS and ODP can.",
            "Save it again without the hidden parts, or store it with --without-original or --accept REASON.",
            kind="scrub",
        )
    check_archive(data, path.name)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = Parts(archive, is_whole=True)
        _take_out(parts)
        if parts.opaque:
            raise UnreadableSource(
                f"{path.name} cannot be scrubbed: it holds {', '.join(parts.opaque)}, which cannot be looked into.",
                "Take that out and save it again, or store it with --without-original or --accept REASON.",
                kind="scrub",
            )
        copy = parts.written()
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        left = Parts(archive)
        _take_out(left)
    if left.found:
        kinds = ", ".join(sorted({part.kind for part in left.found}))
        raise UnreadableSource(
            f"{path.name} cannot be scrubbed: its copy would still hold: {kinds}.",
            "Store it with --without-original or --accept REASON, or leave it out.",
            kind="scrub",
        )
    return copy


def _take_out(parts: Parts) -> None:
    parts.take_out_properties()
    if "content.xml" in parts.names:
        hide_open(parts)
    if "word/document.xml" in parts.names:
        hide_words(parts)
    if "xl/workbook.xml" in parts.names:
        hide_cells(parts)
    if "ppt/presentation.xml" in parts.names:
        hide_slides(parts)
