"""The parts of an office archive, and a copy of it without those that were taken out."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable

from lxml import etree

from kmassist.documents.document import LeftOut
from kmassist.errors import UnreadableSource
from kmassist.readers.xml_tree import Element, local_name, parse_xml

_LARGEST = 20 * 2**20
_PROPERTIES = re.compile(r"docProps/(?:core|app|custom)\.xml|meta\.xml")
_NOTES = re.compile(r"(?:xl|word|ppt)/(?:.*/)?(?:threaded|modern)?comments?[^/]*\.xml", re.I)
_DROPPED = re.compile(
    r"""docProps/.* | customXml/.* | Thumbnails/.* | .*printerSettings.*\.bin | xl/calcChain\.xml | (?:xl|word)/(?:persons/)?p(?:eople|erson)s?\.xml
    | xl/persons/.* | ppt/(?:commentAuthors|authors)\.xml | word/glossary/.* | xl/drawings/vmlDrawing[^/]*\.vml | ppt/tags/.*
    | word/mailMerge.* | xl/revisions/.* | Versions/.* | VersionList\.xml | settings\.xml | layout-cache | ObjectReplacements/.*""",
    re.X,
)
"""Parts with nothing that is shown, taken out of a copy without a word: pictures of the first page, who commented, printers."""
_OPAQUE = {
    "embedded files": re.compile(r".*/embeddings/.*|Object \d+/.*|.*/oleObject[^/]*\.bin|.*/activeX/.*"),
    "macros": re.compile(r".*vbaProject.*|Basic/.*|Scripts/.*"),
    "values of other workbooks": re.compile(r"xl/externalLinks/.*"),
    "the data behind a pivot table": re.compile(r"xl/pivotCache/.*"),
    "parts of other formats": re.compile(r".*/afchunk.*", re.I),
    "a data model": re.compile(r"xl/model/.*|xl/queryTables/.*|xl/connections\.xml"),
}  # fmt: skip
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Parts:
    """The parts of one archive. ``found`` is what was taken out that had words; ``opaque`` names what no scan looks into."""

    def __init__(self, archive: zipfile.ZipFile, *, is_whole: bool = False) -> None:
        """``is_whole``: a part that cannot be read ends the walk instead of being passed over."""
        self._archive, self._is_whole = archive, is_whole
        self.names = [name for name in archive.namelist() if not name.endswith("/")]
        self.found: list[LeftOut] = []
        self._roots: dict[str, Element | None] = {}
        self._changed: set[str] = set()
        self._gone: set[str] = set()
        self.opaque = [
            kind
            for kind, form in _OPAQUE.items()
            if any(form.fullmatch(name) for name in self.names)
        ]

    def raw(self, name: str) -> bytes:
        return self._archive.read(name)

    def root(self, name: str) -> Element | None:
        """The tree of a part; None when it has none that may be read.

        Raises:
            UnreadableSource: kind ``scrub``, when the whole has to be looked through.
        """
        if name not in self._roots:
            self._roots[name] = self._parsed(name)
        return self._roots[name]

    def _parsed(self, name: str) -> Element | None:
        if name not in self.names:
            return None
        try:
            if self._archive.getinfo(name).file_size <= _LARGEST:
                root, damage = parse_xml(self._archive.read(name), name)
                if not (damage and self._is_whole):
                    return root
        except (KeyError, UnreadableSource, zipfile.BadZipFile, zlib.error, OSError, RuntimeError):
            pass  # what is not to be read is not read by an office program either
        if self._is_whole:
            raise UnreadableSource(
                f"It cannot be scrubbed: its part {name} is damaged or too large to be looked into.",
                "Store it with --without-original or --accept REASON, or leave it out.",
                kind="scrub",
            )
        return None

    def note(self, kind: str, words: str, name: str = "") -> None:
        """Says what is taken out, when there are words in it."""
        if words.strip() or name:
            self.found.append(LeftOut(kind=kind, name=name, text=words))

    def touched(self, name: str) -> None:
        """The tree of a part was changed."""
        self._changed.add(name)

    def remove(self, name: str, elements: Iterable[Element]) -> None:
        """Takes elements out of a part; what follows them stays."""
        for element in list(elements):
            cut(element)
            self.touched(name)

    def drop(self, name: str) -> None:
        """Takes a part out, with its relations."""
        self._gone.update({name, _relations_of(name)} & {*self.names})

    def is_gone(self, name: str) -> bool:
        """Whether a part was taken out."""
        return name in self._gone

    def targets(self, name: str) -> dict[str, str]:
        """The relations of a part: id -> name of the part that it leads to."""
        root = self.root(_relations_of(name))
        folder = posixpath.dirname(name)
        found = {}
        for relation in root if root is not None else ():
            if isinstance(relation.tag, str) and relation.get("TargetMode") != "External":
                target = relation.get("Target") or ""
                path = (
                    target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                )
                found[relation.get("Id") or ""] = posixpath.normpath(path)
        return found

    def take_out_properties(self) -> None:
        """Properties, comments, and what is never shown."""
        for name in self.names:
            if _PROPERTIES.fullmatch(name):
                self.note("properties", words_of(self.root(name)))
                self.drop(name)
            elif _NOTES.fullmatch(name):
                self.note("comment", words_of(self.root(name)))
                self.drop(name)
            elif _DROPPED.fullmatch(name):
                self.drop(name)

    def written(self) -> bytes:
        """The archive without what was taken out."""
        self._forget_relations()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name in self.names:
                if name in self._gone:
                    continue
                data = self._archive.read(name)
                root = self._roots.get(name)
                if name in self._changed and root is not None:
                    data = etree.tostring(
                        root, xml_declaration=True, encoding="UTF-8", standalone=True
                    )
                kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
                made.writestr(zipfile.ZipInfo(name, _EPOCH), data, kind)
        return out.getvalue()

    def _forget_relations(self) -> None:
        """Nothing may lead to a part that is gone: relations, what uses them, the list of types, the manifest."""
        for name in [n for n in self.names if n.endswith(".rels") and n not in self._gone]:
            folder, file = posixpath.split(name)
            source = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
            targets = self.targets(source)
            lost = {key for key, target in targets.items() if target in self._gone}
            root = self.root(name)
            if root is not None and lost:
                self.remove(name, (e for e in root if e.get("Id") in lost))
                self._forget_uses(source, lost)
        for name, attribute in (
            ("[Content_Types].xml", "PartName"),
            ("META-INF/manifest.xml", "full-path"),
        ):
            root = self.root(name)
            if root is not None:
                self.remove(
                    name,
                    (
                        e
                        for e in root.iter()
                        if attribute_of(e, attribute).lstrip("/") in self._gone
                    ),
                )

    def _forget_uses(self, source: str, lost: set[str]) -> None:
        root = self.root(source) if source in self.names else None
        if root is not None:
            uses = [
                e for e in root.iter()
                if any(str(key).startswith(_RELATION) and value in lost for key, value in e.attrib.items())
            ]  # fmt: skip
            self.remove(source, uses)


def _relations_of(name: str) -> str:
    folder, file = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{file}.rels")


def attribute_of(element: Element, name: str) -> str:
    """The value of an attribute by its local name; empty without one."""
    found = (v for k, v in element.attrib.items() if str(k).rsplit("}", 1)[-1] == name)
    return str(next(found, ""))


def cut(element: Element) -> None:
    """Takes an element out of its tree; the words that follow it stay."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = f"{parent.text or ''}{element.tail}"
        else:
            before.tail = f"{before.tail or ''}{element.tail}"
    parent.remove(element)


def unwrap(element: Element) -> None:
    """Puts the children of an element in its place."""
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    for child in reversed(list(element)):
        parent.insert(at, child)
    cut(element)


def named(root: Element | None, wanted: Callable[[str], bool]) -> list[Element]:
    """Elements of a tree whose local name is wanted, in order."""
    return [] if root is None else [e for e in root.iter() if wanted(local_name(e))]


def words_of(root: Element | None) -> str:
    """All words of a tree on one line."""
    return "" if root is None else " ".join(" ".join(map(str, root.itertext())).split())


def is_on(element: Element) -> bool:
    """Whether a mark such as ``<w:vanish/>`` is on."""
    return attribute_of(element, "val") not in {"0", "false", "off"}
