"""Sources to documents: the Reader protocol and read_source(), which picks a reader by suffix and content.

    path -> bytes -> Reader -> Document -> + sidecar, folder, flags, detection -> Document

Each format is a class reached by the entry point group ``kmassist.readers``; nothing here imports a parser.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from kmassist.documents.document import Document, clean_text
from kmassist.errors import SourceError, SourceNotFound, UnreadableSource
from kmassist.readers.sign_in import refuse_sign_in

log = logging.getLogger(__name__)

MAX_BYTES = 100 * 1024 * 1024
"""The largest file that is read."""
_GROUP = "kmassist.readers"


@runtime_checkable
class Reader(Protocol):
    """Turns the bytes of one kind of file into documents. Readers hold no state and touch nothing but their arguments.

    ``suffixes`` are lower case with the dot. Where two readers share a suffix, the one whose ``recognises`` says yes to
    the first 4,096 bytes is taken, else the one that never says so (plain text).
    """

    suffixes: tuple[str, ...]

    def recognises(self, head: bytes) -> bool:
        """Whether the first bytes of a file are surely of this format."""
        ...

    def read(self, path: Path, data: bytes) -> list[Document]:
        """Documents of a file, in its order, with the metadata that the file itself carries.

        Args:
            path: names the file in messages and metadata; it is not opened.
            data: the whole content.

        Raises:
            UnreadableSource: nothing can be read; ``kind`` says why.
        """
        ...


def read_source(
    path: Path,
    *,
    overrides: Mapping[str, Any] | None = None,
    root: Path | None = None,
    find_topics: Callable[[str], tuple[str, ...]] | None = None,
    ocr: bool = False,
    convert: bool = False,
) -> list[Document]:
    """All documents of one file with their metadata merged: flags, front matter, sidecar, file, folder, detection.

    This parses in the calling process; ``sandbox.Sandbox`` does the same in one that can be killed.

    Args:
        overrides: values that win over all others (``came_from`` says ``flag``).
        root: folder names above it say nothing.
        find_topics: gives topic codes for a text, where the file has none.
        ocr: make a text layer for a scan (needs the ``ocr`` extra).
        convert: rewrite a file of an old Office first (needs LibreOffice).

    Raises:
        SourceNotFound, UnsupportedFormat, UnreadableSource, MissingExtra (only with ``ocr``).
    """
    from kmassist.readers.hidden import find_left_out
    from kmassist.readers.metadata.completion import complete
    from kmassist.readers.references.attached import record_layers

    path = Path(path)
    data = read_bytes(path)
    reader = choose_reader(path, data)
    try:
        read = _read_rewritten if convert else read_with
        documents = read(reader, path, data)
    except UnreadableSource as problem:
        if not (ocr and problem.kind == "no_text_layer"):
            raise
        from kmassist.readers.ocr import add_text_layer, mark_recognised

        documents = [
            mark_recognised(document, data)
            for document in read_with(reader, path, add_text_layer(data))
        ]
    found = complete(
        documents,
        path,
        overrides=overrides or {},
        root=root,
        find_topics=find_topics,
        beside=record_layers(path, root),
    )
    left_out = find_left_out(path, data)
    if found and left_out:
        found[0] = found[0].model_copy(update={"left_out": left_out})
    return found


def _read_rewritten(reader: Reader, path: Path, data: bytes) -> list[Document]:
    """The documents of a file of an old Office, as LibreOffice rewrites it; they name the file itself."""
    from kmassist.readers.legacy import LegacyReader, convert

    if not isinstance(reader, LegacyReader):
        return read_with(reader, path, data)
    new, made = convert(path, data)
    itself = {
        "source_name": _name(path),
        "source_path": str(path.absolute()),
        "source_sha256": hashlib.sha256(data).hexdigest(),
    }
    return [
        document.model_copy(update=itself)
        for document in read_with(choose_reader(new, made), new, made)
    ]


def read_with(reader: Reader, path: Path, data: bytes) -> list[Document]:
    """The reader's documents; whatever else a parser raises on a hostile file is one unreadable source."""
    name = _name(path)
    try:
        documents = reader.read(path, data)
        for document in documents[:1]:
            if document.media_type == "text/html":
                refuse_sign_in(data.decode("latin-1"), document.text, name)
        return documents
    except UnreadableSource as problem:
        if name in problem.message:
            raise
        raise UnreadableSource(
            f"{name}: {problem.message}", problem.hint, kind=problem.kind
        ) from problem
    except SourceError:
        raise
    except MemoryError:
        raise UnreadableSource(
            f"{name} needs more memory than a file may take.",
            "Split the file or save it again.",
            kind="limit",
        ) from None
    except RecursionError:
        raise UnreadableSource(
            f"{name} is nested too deeply to read.", "Save it again.", kind="limit"
        ) from None
    except Exception as problem:
        log.info("reader failed: %s", type(problem).__name__)
        raise UnreadableSource(
            f"{name} is damaged: it cannot be read as {path.suffix.lower() or 'a document'}.",
            "Open it in the program that made it and save it again.",
            kind="damaged",
        ) from problem


inspect_source = read_source
"""The same as read_source: what would be stored, nothing is. Each document's ``warnings`` say what is missing."""


def read_bytes(path: Path) -> bytes:
    """The content of a regular file, not through a symbolic link, within MAX_BYTES.

    Raises:
        SourceNotFound: no such file. UnreadableSource: special, empty, too large or unreadable.
    """
    name = _name(path)
    try:
        # O_NONBLOCK: opening a pipe must not wait for a writer. What was opened is what is checked: no race with a swap.
        flags = (
            os.O_RDONLY
            | getattr(os, "O_NONBLOCK", 0)
            | getattr(os, "O_BINARY", 0)
            | getattr(os, "O_CLOEXEC", 0)
        )
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        raise SourceNotFound(f"There is no file {name}.", "Check the path.") from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "the path cannot be used"
        raise UnreadableSource(
            f"{name} cannot be opened: {reason}.", "Check that you may read it."
        ) from problem
    try:
        with os.fdopen(descriptor, "rb") as handle:
            info = os.fstat(handle.fileno())
            if not stat.S_ISREG(info.st_mode):
                raise UnreadableSource(
                    f"{name} is not an ordinary file.", "Only ordinary files are read."
                )
            if info.st_size > MAX_BYTES:
                raise UnreadableSource(
                    f"{name} is larger than {MAX_BYTES // 1024**2} MB.",
                    "Split it or save it without images.",
                    kind="limit",
                )
            data = handle.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise UnreadableSource(
            f"{name} is a folder.", "Give the folder to add, it is read file by file."
        ) from None
    except OSError as problem:
        raise UnreadableSource(
            f"{name} cannot be read: {problem.strerror}.", "Check that you may read it."
        ) from problem
    if len(data) > MAX_BYTES:
        raise UnreadableSource(
            f"{name} grew beyond {MAX_BYTES // 1024**2} MB while it was read.", kind="limit"
        )
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableSource(
            f"{name} is empty.", "Check that it was saved or copied whole.", kind="empty"
        )
    return data


def choose_reader(path: Path, data: bytes) -> Reader:
    """The reader for a file, by suffix, then by content where a suffix is shared or the content says otherwise.

    Raises:
        UnsupportedFormat: no reader takes it.
    """
    suffix, head = path.suffix.lower(), data[:4096]
    readers = _readers()
    fitting = [reader for reader in readers.values() if suffix in reader.suffixes]
    if not fitting:
        raise unsupported(path)
    if head.lstrip().startswith(b"%PDF-") and "pdf" in readers:
        return readers["pdf"]
    if suffix == ".pdf" and b"%PDF-" not in head[:1024] and readers["html"].recognises(head):
        return readers["html"]  # a page that was saved in place of the file behind it
    if suffix in readers["legacy"].suffixes and not readers["legacy"].recognises(head):
        return _by_content(suffix, head)  # what other programs call ".xls" is often a page or text
    claimed = [reader for reader in fitting if reader.recognises(head)]
    # Nobody is sure of it: the reader that never claims anything takes what is left.
    return (claimed or [reader for reader in fitting if not _claims(reader)] or fitting)[0]


def _by_content(suffix: str, head: bytes) -> Reader:
    readers = _readers()
    packed = {".doc": "docx", ".xls": "tabular", ".ppt": "pptx"}[suffix]
    order = ["rtf", "html", *([packed] if head.startswith(b"PK") else [])]
    found = next((readers[name] for name in order if readers[name].recognises(head)), None)
    return found or readers["tabular" if suffix == ".xls" else "legacy"]


def supported_suffixes() -> tuple[str, ...]:
    """Every suffix some reader takes, sorted."""
    return tuple(sorted({suffix for reader in _readers().values() for suffix in reader.suffixes}))


def openable_name(name: str) -> str:
    """A file name, no path, under which a stored original may be opened: never one that a system starts as a program."""
    last = clean_text(name).replace("\\", "/").rpartition("/")[2].lstrip(".-") or "original"
    return last if Path(last).suffix.lower() in supported_suffixes() else f"{last}.txt"


def _claims(reader: Reader) -> bool:
    return any(
        reader.recognises(sample)
        for sample in (b"%PDF-1.7", b"PK\x03\x04", b"<html>", b"TY  - JOUR\n")
    )


@cache
def _readers() -> dict[str, Reader]:
    found = {}
    for entry in sorted(entry_points(group=_GROUP), key=lambda item: item.name):
        found[entry.name] = entry.load()()
    return found


def _name(path: Path) -> str:
    return clean_text(path.name) or "The file"


from kmassist.readers.finding import (  # noqa: E402 - part of the public face, needs the names above
    LEFT_OUT,
    check_exists,
    find_sources,
    look_through,
    unsupported,
)

__all__ = [
    "LEFT_OUT",
    "MAX_BYTES",
    "Reader",
    "check_exists",
    "choose_reader",
    "find_sources",
    "inspect_source",
    "look_through",
    "openable_name",
    "read_bytes",
    "read_source",
    "supported_suffixes",
    "unsupported",
]
