"""Which files of the given paths are sources: recursive, sorted, following no symbolic link."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from kmassist.documents.document import clean_text
from kmassist.errors import SourceError, SourceNotFound, UnreadableSource, UnsupportedFormat
from kmassist.readers.metadata.frontmatter import is_sidecar
from kmassist.text.shipped import english

MAX_DEPTH = 64
LEFT_OUT = "left_out"
"""Kind of the "error" of a file that was left out on purpose: it is named, and nothing went wrong."""
_SETTINGS = frozenset({".yaml", ".yml", ".toml"})
_OF_THE_SYSTEM = ("thumbs.db", "desktop.ini", "~$")
# A whole name, not a beginning: "Notice of improvement.md" is a source. The suffixes are those in which such files are written.
_OF_THE_FOLDER = english("readers", "file_of_the_folder")
NOT_DOWNLOADED = re.compile(r"\.(.+)\.icloud")
# Folders in which browsers keep the parts of a saved page: the endings that Windows ties to the page of the same name.
_PAGE_PARTS = english("readers", "parts_of_a_saved_page")
_WORD, _SHEET, _PDF = "Save it as .docx.", "Save it as .xlsx or .csv.", "Save it as PDF."
_PICTURE = "Save it as a PDF whose text has been recognised, or write down what it says."
_SPOKEN = "Write down what is said, as text or Word."
_LINK = "It is a link to a page: open it, and save the page itself."
_GOOGLE = (
    "It is a link to a file in the cloud: open it and download it as a Word, Excel or PDF file."
)
_PACKED = "Unpack it and add the folder."
_UNFINISHED = "It is not downloaded to its end: download it again."
_SAVE_AS = {
    **dict.fromkeys((".docm", ".dot", ".dotx", ".pages", ".wps", ".wpd", ".fodt", ".abw", ".one", ".ott"), _WORD),
    **dict.fromkeys((".xlsm", ".xlsb", ".numbers", ".xlt", ".xltx", ".fods", ".sav", ".dta", ".accdb", ".mdb"), _SHEET),
    **dict.fromkeys((".pptm", ".pps", ".ppsx", ".potx", ".key", ".pub", ".vsd", ".vsdx", ".xps", ".ps", ".tex", ".djvu", ".odg", ".mobi",
                     ".azw", ".azw3", ".webarchive", ".warc", ".oft"), _PDF),
    **dict.fromkeys((".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".pst", ".mbox"), _PACKED),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".bmp", ".heic", ".webp"), _PICTURE),
    **dict.fromkeys((".mp3", ".m4a", ".wav", ".mp4", ".mov", ".avi", ".wma", ".ogg"), _SPOKEN),
    **dict.fromkeys((".url", ".webloc", ".lnk", ".desktop"), _LINK),
    **dict.fromkeys((".gdoc", ".gsheet", ".gslides"), _GOOGLE),
    **dict.fromkeys((".crdownload", ".part", ".partial", ".download"), _UNFINISHED),
}  # fmt: skip


def find_sources(paths: Iterable[Path]) -> Iterator[Path]:
    """Every file below the paths that some reader takes, each once, in sorted order.

    Raises:
        SourceNotFound: one of the paths does not exist (before anything is yielded for it).
    """
    for path, problem in look_through(paths):
        if problem is None:
            yield path


def look_through(paths: Iterable[Path]) -> Iterator[tuple[Path, SourceError | None]]:
    """Every file below the paths with the reason it is no source, or None when it is one.

    Left out without a word inside folders: hidden files, sidecars and what systems and office programs leave behind. A file
    that is named itself is taken whatever its name. Symbolic links inside a folder are refused, so nothing outside the
    folder is read by accident; a link that is named itself is followed.

    Raises:
        SourceNotFound: one of the paths does not exist.
    """
    from kmassist.readers import supported_suffixes

    suffixes = frozenset(supported_suffixes())
    seen: set[str] = set()
    for given in paths:
        path = Path(given)
        check_exists(path)
        for found, problem in (
            _walk(path, suffixes, 0) if path.is_dir() else [(path, _problem(path, suffixes))]
        ):
            # What is refused hides nothing: the file that a link points to may come later by its own name.
            key = os.path.realpath(found) if problem is None else str(found.absolute())
            if key not in seen:
                seen.add(key)
                yield found, problem


def check_exists(path: Path) -> None:
    """Nothing when there is such a file or folder.

    Raises:
        SourceNotFound: there is none; an address or a DOI has a sentence of its own.
    """
    try:
        if path.exists():
            return
    except (OSError, ValueError):  # a name too long, or with a character that no name has
        pass
    # A path has lost one of the slashes of an address.
    given = re.sub(r"^([A-Za-z]{3,5}:)/(?=[^/])", r"\1//", clean_text(str(path)))
    if given.lower().startswith("file:"):
        raise SourceNotFound(
            f"{given} is an address.", "Give the path of the file, without 'file://'."
        )
    if re.match(r"(https?|ftp):/", given, re.I) or re.match(
        r"(www\.|(?:dx\.)?doi\.org/)", given, re.I
    ):
        raise SourceNotFound(
            f"{given} is an address on the web, and kmassist opens no network connection.",
            "Open it in a browser, save the page or PDF, and add the saved file.",
        )
    if re.match(r"(doi:\s*)?10\.\d{4,9}/\S+$", given, re.I):
        raise SourceNotFound(
            f"{given} is a DOI, and kmassist opens no network connection.",
            f"Open https://doi.org/{given.removeprefix('doi:').strip()} in a browser, save the article or its reference, and add that file.",
        )
    if given.startswith("\\\\") and os.name != "nt":
        raise SourceNotFound(
            f"{given} is a Windows network address.",
            "Give the place where that share is mounted on this computer.",
        )
    raise SourceNotFound(
        f"There is no file or folder '{given}'.", "Check the spelling; quote names with spaces."
    )


def _walk(
    folder: Path, suffixes: frozenset[str], depth: int
) -> Iterator[tuple[Path, SourceError | None]]:
    if depth > MAX_DEPTH:
        yield (
            folder,
            UnreadableSource(f"Folders below {_name(folder)} are nested too deeply.", kind="limit"),
        )
        return
    try:
        with os.scandir(folder) as entries:
            names = sorted(entries, key=lambda entry: entry.name)
    except OSError as problem:
        yield (
            folder,
            UnreadableSource(f"The folder {_name(folder)} cannot be read: {problem.strerror}."),
        )
        return
    pages = {
        Path(e.name).stem.casefold()
        for e in names
        if e.name.casefold().endswith((".html", ".htm", ".xhtml"))
    }
    is_zotero = any(entry.name == "zotero.sqlite" for entry in names)
    if is_zotero:
        yield (
            folder,
            UnreadableSource(
                f"{_name(folder)} is a library of Zotero: its records and the files in its storage are read, the rest was left out.",
                kind=LEFT_OUT,
            ),
        )
    for entry in names:
        path = Path(entry.path)
        if is_zotero and entry.name not in ("zotero.sqlite", "storage"):
            continue
        if not NOT_DOWNLOADED.fullmatch(entry.name) and (
            entry.name.startswith(".")
            or entry.name.casefold().startswith(_OF_THE_SYSTEM)
            or is_sidecar(path)
        ):
            continue
        if reason := _passed_over(entry, pages):
            yield path, reason
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, suffixes, depth + 1)
        else:
            yield path, _problem(path, suffixes)


def _passed_over(entry: os.DirEntry[str], pages: set[str]) -> SourceError | None:
    """Why something in a folder is not looked into; None when it is."""
    path = Path(entry.path)
    if waiting := NOT_DOWNLOADED.fullmatch(entry.name):
        return UnreadableSource(
            f"{clean_text(waiting.group(1))} is in iCloud and not downloaded yet.",
            "Download it in the Finder, then add it again.",
        )
    if reason := _left_out(path, pages, is_folder=entry.is_dir(follow_symlinks=False)):
        return UnreadableSource(reason, "Add it by its own name if it is a source.", kind=LEFT_OUT)
    if entry.is_symlink():
        return UnreadableSource(
            f"{_name(path)} is a link and was not followed.", "Add the file it points to."
        )
    return None


def _left_out(path: Path, pages: set[str], *, is_folder: bool) -> str:
    """Why something inside a folder is no source although it could be read; empty when it may be one."""
    name = path.name
    if is_folder:
        parts = _PAGE_PARTS.search(name)
        if parts and parts.end() == len(name) and name[: parts.start()].casefold() in pages:
            return f"{_name(path)} holds the parts of a saved page, so it was left out."
        return ""
    if _OF_THE_FOLDER.fullmatch(name):
        return f"{_name(path)} describes the folder, so it was left out."
    return (
        f"{_name(path)} is a file of settings, so it was left out."
        if path.suffix.lower() in _SETTINGS
        else ""
    )


def _problem(path: Path, suffixes: frozenset[str]) -> SourceError | None:
    try:
        mode = path.stat().st_mode
    except OSError as problem:
        return UnreadableSource(f"{_name(path)} cannot be read: {problem.strerror}.")
    if not stat.S_ISREG(mode):
        return UnreadableSource(
            f"{_name(path)} is not an ordinary file.", "Only ordinary files are read."
        )
    return None if path.suffix.lower() in suffixes else unsupported(path)


def unsupported(path: Path) -> UnsupportedFormat:
    """The refusal of a file of a kind that no reader takes, with what to save it as."""
    from kmassist.readers import supported_suffixes

    known = f"It reads {', '.join(supported_suffixes())}."
    return UnsupportedFormat(
        f"{_name(path)} is of a kind that kmassist does not read.",
        _SAVE_AS.get(path.suffix.lower(), known),
    )


def _name(path: Path) -> str:
    return clean_text(path.name)
