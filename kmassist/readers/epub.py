"""Electronic books (``.epub``): the chapters in the order of the book, each read as the page that it is."""

from __future__ import annotations

import io
import posixpath
import zipfile
from pathlib import Path
from urllib.parse import unquote

from kmassist.documents.document import Document, clean_text
from kmassist.errors import UnreadableSource
from kmassist.readers.archive import check_archive
from kmassist.readers.content import TextBuilder, finish, values
from kmassist.readers.html import HtmlReader
from kmassist.readers.metadata.provenance import Layer
from kmassist.readers.references import tidy
from kmassist.readers.xml_tree import Element, children, find, local_name, parse_xml, words

_MOST_CHAPTERS = 2_000


class EpubReader:
    """``.epub``, without copy protection."""

    suffixes: tuple[str, ...] = (".epub",)

    def recognises(self, head: bytes) -> bool:
        """Whether it is an archive that says it is a book."""
        return head.startswith(b"PK\x03\x04") and b"application/epub" in head

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document of all chapters."""
        name = clean_text(path.name)
        check_archive(data, name)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            try:
                root = parse_xml(archive.read("META-INF/container.xml"), name)[0]
                place = next(
                    str(e.get("full-path")) for e in root.iter() if local_name(e) == "rootfile"
                )
                package = parse_xml(archive.read(place), name)[0]
            except (KeyError, StopIteration) as problem:
                raise UnreadableSource(
                    f"{name} is damaged: it says nowhere what is in it.", "Get it again."
                ) from problem
            locked = _locked(archive, name)
            builder, missing = TextBuilder(), 0
            for chapter in _chapters(package, posixpath.dirname(place))[:_MOST_CHAPTERS]:
                if chapter in locked:
                    raise UnreadableSource(
                        f"{name} is copy-protected.",
                        "Get it without protection, or as PDF.",
                        kind="password",
                    )
                try:
                    builder.extend(
                        HtmlReader().read(Path("chapter.xhtml"), archive.read(chapter))[0]
                    )
                except (KeyError, UnreadableSource) as problem:
                    missing += getattr(problem, "kind", "") != "empty"
        if missing:
            builder.warn(f"{missing} chapters could not be read and were left out.")
        return [
            finish(
                builder,
                path,
                data,
                [Layer("file", _metadata(package))],
                media_type="application/epub+zip",
            )
        ]


def _locked(archive: zipfile.ZipFile, name: str) -> set[str]:
    """Names of the parts that are encrypted; fonts may be, without harm to the words."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return set()
    root = parse_xml(archive.read("META-INF/encryption.xml"), name)[0]
    return {
        unquote(str(e.get("URI") or "")) for e in root.iter() if local_name(e) == "CipherReference"
    }


def _chapters(package: Element, folder: str) -> list[str]:
    """Names of the chapters in the order of the book; what is no part of its line, such as a pop-up note, comes last."""
    pages = {
        str(item.get("id")): posixpath.normpath(
            posixpath.join(folder, unquote(str(item.get("href") or "")))
        )
        for item in children(find(package, "manifest"), "item")
        if "html" in str(item.get("media-type") or "")
        and "nav" not in str(item.get("properties") or "").split()
    }
    spine = list(children(find(package, "spine"), "itemref"))
    spine.sort(key=lambda item: str(item.get("linear")) == "no")
    return [pages[key] for item in spine if (key := str(item.get("idref"))) in pages]


def _metadata(package: Element) -> dict[str, object]:
    about = find(package, "metadata")

    def first(name: str) -> str:
        return words(find(about, name))

    numbers = [words(e) for e in children(about, "identifier")]
    return dict(
        values(
            title=first("title"),
            authors=[words(e) for e in children(about, "creator") if words(e)],
            issuer=first("publisher"),
            published=tidy.date(first("date")[:10]),
            language=first("language"),
            doi=next((doi for number in numbers if (doi := tidy.doi(number))), ""),
            isbn=next((n.rsplit(":", 1)[-1] for n in numbers if "isbn" in n.casefold()), ""),
        )
    )
