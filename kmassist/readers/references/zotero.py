"""A Zotero library: its database as references, each with the collections it is in and the files that are attached to it."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from kmassist.documents.document import Document, clean_text
from kmassist.errors import UnreadableSource
from kmassist.readers.references.model import Reference, documents_of, reference_of

NAME = "zotero.sqlite"
_MEDIA = "application/x-zotero"
_RECORD = {
    "title": ("title", "caseName", "nameOfAct", "subject"),
    "abstract": ("abstractNote",),
    "journal": ("publicationTitle", "bookTitle", "proceedingsTitle"),
    "volume": ("volume",),
    "issue": ("issue",),
    "pages": ("pages",),
    "doi": ("DOI",),
    "isbn": ("ISBN",),
    "url": ("url",),
    "publisher": ("publisher", "institution", "university"),
    "language": ("language",),
    "kind": ("itemType",),
    "note": ("extra",),
    "date": ("date",),
    "authors": ("authors",),
    "keywords": ("keywords",),
    "collections": ("collections",),
    "files": ("files",),
}
_FIELDS = """
    SELECT i.itemID, t.typeName, f.fieldName, v.value FROM items i JOIN itemTypes t USING (itemTypeID)
    LEFT JOIN itemData d USING (itemID) LEFT JOIN fields f USING (fieldID) LEFT JOIN itemDataValues v USING (valueID)
    WHERE t.typeName NOT IN ('attachment', 'note', 'annotation') AND i.itemID NOT IN (SELECT itemID FROM deletedItems) ORDER BY i.itemID
"""
_CREATORS = """
    SELECT ic.itemID, c.lastName, c.firstName, c.fieldMode FROM itemCreators ic JOIN creators c USING (creatorID)
    JOIN creatorTypes t USING (creatorTypeID) ORDER BY ic.itemID, t.creatorType != 'author', ic.orderIndex
"""
_TAGS = (
    "SELECT it.itemID, t.name FROM itemTags it JOIN tags t USING (tagID) ORDER BY it.itemID, t.name"
)
_COLLECTIONS = """
    WITH RECURSIVE named(id, name) AS (
        SELECT collectionID, collectionName FROM collections WHERE parentCollectionID IS NULL
        UNION ALL SELECT c.collectionID, named.name || ' / ' || c.collectionName FROM collections c JOIN named ON c.parentCollectionID = named.id
    )
    SELECT ci.itemID, named.name FROM collectionItems ci JOIN named ON named.id = ci.collectionID ORDER BY ci.itemID, named.name
"""
_FILES = """
    SELECT a.parentItemID, i.key || '/' || substr(a.path, 9) FROM itemAttachments a JOIN items i USING (itemID)
    WHERE a.path LIKE 'storage:%' AND a.parentItemID IS NOT NULL ORDER BY a.parentItemID, i.key
"""


class ZoteroReader:
    """``zotero.sqlite`` of Zotero 5 and later."""

    suffixes: tuple[str, ...] = (".sqlite",)

    def recognises(self, head: bytes) -> bool:
        """Whether it is a database of SQLite."""
        return head.startswith(b"SQLite format 3\x00")

    def read(self, path: Path, data: bytes) -> list[Document]:
        """One document a record, with its collections."""
        return documents_of(references(path, data), path, data, media_type=_MEDIA)


def references(path: Path, data: bytes) -> list[Reference]:
    """The records of a library in the order in which they were made; ``files`` are ``KEY/NAME`` below ``storage``.

    Raises:
        UnreadableSource: it is no library of Zotero, or is damaged.
    """
    try:
        # A database in the middle of a change asks for its journal: it is read as it stands in this file alone.
        settled = data[:18] + b"\x01\x01" + data[20:]
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(settled)
            database.execute("PRAGMA query_only = 1")
            return list(_references(database))
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as problem:
        raise UnreadableSource(
            f"{clean_text(path.name)} is no library of Zotero that kmassist can read.",
            "In Zotero, export it as RIS with its files, and add that folder.",
        ) from problem


def _references(database: sqlite3.Connection) -> Iterator[Reference]:
    records: dict[int, dict[str, object]] = {}
    for item, kind, field, value in database.execute(_FIELDS):
        record = records.setdefault(item, {"itemType": kind})
        if field and value is not None:
            # A date is kept twice, "2020-05-00 May 2020": the first is for sorting, with zeros for what is unknown.
            record[field] = (
                re.sub(r"-00.*$", "", str(value).split(" ")[0]) if field == "date" else str(value)
            )
    authors: dict[int, list[str]] = defaultdict(list)
    for item, last, first, mode in database.execute(_CREATORS):
        authors[item].append(
            f"{last}," if mode == 1 else ", ".join(part for part in (last, first) if part)
        )
    for name, query in (("keywords", _TAGS), ("collections", _COLLECTIONS), ("files", _FILES)):
        found: dict[int, list[str]] = defaultdict(list)
        for item, value in database.execute(query):
            found[item].append(str(value))
        for item, texts in found.items():
            if item in records:
                records[item][name] = texts
    for item, record in records.items():
        extra = str(record.get("extra", ""))
        numbers = {
            name: match[1]
            for name in ("PMID", "PMCID", "DOI")
            if (match := re.search(rf"^{name}:\s*(\S+)", extra, re.M))
        }
        found_now = reference_of({**record, "authors": authors[item]}, _RECORD)
        yield Reference(
            **{
                **{name: getattr(found_now, name) for name in Reference.__slots__},
                "pmid": numbers.get("PMID", ""),
                "pmcid": numbers.get("PMCID", ""),
                "doi": found_now.doi or numbers.get("DOI", ""),
            }
        )
