"""A scrubbed copy of a source, shown to be one: it says the same as the file, and none of what the file hides."""

from __future__ import annotations

import hashlib
import html
import io
import re
import zipfile
from pathlib import Path

from kmassist.errors import UnreadableSource
from kmassist.readers import choose_reader, read_bytes, read_with
from kmassist.readers.hidden import find_left_out, scrub

_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W_]{5,}")
_INSTEAD = "Store it with --without-original or --accept REASON, or leave it out."


def scrub_source(path: Path) -> tuple[bytes, str]:
    """The copy, and the SHA-256 of the file that it was made of. Its words are read again, and what was hidden is looked for in all of its parts.

    Raises:
        UnreadableSource: kind ``scrub``, when there is no such copy, or it would say something else or still hold a word
            that only the hidden parts held; another kind, when the file cannot be read at all.
    """
    data = read_bytes(path)
    copy = scrub(path, data)
    reader = choose_reader(path, data)
    shown = [document.text for document in read_with(reader, path, data)]
    if [document.text for document in read_with(reader, path, copy)] != shown:
        raise _refused(path, "its copy would not say the same as the file")
    said = {word.casefold() for text in shown for word in _WORD.findall(text)}
    hidden = {
        word.casefold()
        for part in find_left_out(path, data)
        if part.kind != "properties"
        for word in _WORD.findall(part.text)
    }
    if left := (hidden - said) & _words_in(copy):
        raise _refused(path, f"{len(left)} words of its hidden parts stand elsewhere in it as well")
    return copy, hashlib.sha256(data).hexdigest()


def _refused(path: Path, why: str) -> UnreadableSource:
    return UnreadableSource(f"{path.name} cannot be scrubbed: {why}.", _INSTEAD, kind="scrub")


def _words_in(copy: bytes) -> set[str]:
    """Words between the marks of every part that is text, in lower case."""
    found: set[str] = set()
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".vml", ".rels", ".txt", ".html", ".htm", ".rdf")):
                text = archive.read(name).decode("utf-8", errors="replace")
                found.update(
                    word.casefold() for word in _WORD.findall(html.unescape(_TAG.sub(" ", text)))
                )
    return found
