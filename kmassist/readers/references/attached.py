"""The record of a file in the export or library that it came with: ``files/12/NAME.pdf`` beside a RIS or BibTeX file, or Zotero's storage."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from kmassist.documents.metadata import Metadata
from kmassist.errors import SourceError
from kmassist.readers.metadata.provenance import Layer, layer_of
from kmassist.readers.references import zotero
from kmassist.readers.references.model import Reference, documents_of
from kmassist.readers.references.reader import ReferencesReader, read_references
from kmassist.readers.references.zotero_rdf import zotero_references
from kmassist.readers.xml_tree import parse_xml

_LEVELS = 3
_LARGEST = 100 * 1024 * 1024
_MOST_EXPORTS = 20
_RDF = ".rdf"
_SUFFIXES = frozenset({*ReferencesReader.suffixes, _RDF}) - {".txt"}


def record_layers(path: Path, root: Path | None) -> list[Layer]:
    """What the record says to which a file is attached; nothing for a file that no export names.

    Args:
        root: no folder above it is looked into.
    """
    path = path.absolute()
    if path.suffix.lower() in (*_SUFFIXES, ".sqlite"):
        return []
    for folder in list(path.parents)[:_LEVELS]:
        try:
            exports = _exports(str(folder), folder.stat().st_mtime_ns)
        except OSError:
            return []
        for export in exports:
            found = _record(Path(export), path)
            if found is not None:
                label = f"record in {Path(export).name}"
                return [
                    Layer(_ORIGINS.get(layer.origin, layer.origin), layer.values, label)
                    for layer in layer_of(found)
                ]
        if root is not None and folder == root.absolute():
            break
    return []


_ORIGINS = {"file": "sidecar"}
"""A record stands beside the file, as a sidecar does."""


@lru_cache(maxsize=256)
def _exports(folder: str, _changed: int) -> tuple[str, ...]:
    with os.scandir(folder) as entries:
        names = sorted(
            entry.path
            for entry in entries
            if (Path(entry.name).suffix.lower() in _SUFFIXES or entry.name == zotero.NAME)
            and entry.is_file(follow_symlinks=False)
            and entry.stat(follow_symlinks=False).st_size <= _LARGEST
        )
    return tuple(names[:_MOST_EXPORTS])


def _record(export: Path, path: Path) -> Metadata | None:
    try:
        return _records(str(export), export.stat().st_mtime_ns).get(str(path))
    except OSError:
        return None


@lru_cache(maxsize=8)
def _records(export: str, _changed: int) -> dict[str, Metadata]:
    """The metadata of each record of an export by the files that it names."""
    place = Path(export)
    data = place.read_bytes()
    is_zotero = place.name == zotero.NAME
    try:
        if is_zotero:
            found = zotero.references(place, data)
        elif place.suffix.lower() == _RDF:
            found = list(zotero_references(parse_xml(data, place.name)[0]))
        else:
            found = read_references(place, data)[1]
    except SourceError:
        return {}
    base = place.parent / "storage" if is_zotero else place.parent
    records: dict[str, Metadata] = {}
    for reference in found:
        if reference.files and not reference.is_blank:
            metadata = documents_of([reference], place, b"", media_type="")[0].metadata
            for name in _names(reference):
                records.setdefault(os.path.normpath(base / name), metadata)
    return records


def _names(reference: Reference) -> list[str]:
    """The paths of its files, relative where the export is moved with them; a link of EndNote's own kind is none."""
    names = [unquote(name.removeprefix("file://")).replace("\\:", ":") for name in reference.files]
    return [name for name in names if not name.startswith(("internal-pdf:", "http:", "https:"))]
