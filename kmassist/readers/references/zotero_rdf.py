"""Zotero's own export: RDF, with the collections of each record and the files that are exported with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kmassist.readers.references.model import Reference
from kmassist.readers.xml_tree import Element, children, find, local_name, words

_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_NO_RECORD = frozenset({"attachment", "note", "annotation"})


def zotero_references(root: Element) -> Iterator[Reference]:
    """The records of an export in order; ``files`` are relative to it, ``collections`` the names of its folders."""
    named = {about: node for node in children(root) if (about := _about(node))}
    files = {
        about: path
        for about, node in named.items()
        if local_name(node) == "Attachment" and (path := _resource(find(node, "resource")))
    }
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for node in children(root, "Collection"):
        for part in children(node, "hasPart"):
            folders[_resource(part)].append(words(find(node, "title")))
    for node in children(root):
        kind = words(find(node, "itemType"))
        if kind and kind not in _NO_RECORD:
            attached = [files.get(_resource(link), "") for link in children(node, "link")]
            yield _record(node, kind, named, tuple(filter(None, attached)), folders[_about(node)])


def _record(
    node: Element,
    kind: str,
    named: dict[str, Element],
    files: tuple[str, ...],
    folders: list[str],
) -> Reference:
    part = find(node, "isPartOf")
    whole = named.get(_resource(part)) if part is not None and not len(part) else None
    whole = next(children(part), None) if whole is None else whole
    told = [
        words(identifier)
        for place in (node, whole)
        for identifier in children(place, "identifier")
        if place is not None
    ]
    url = next((text for text in told if text.startswith(("http:", "https:"))), "")
    return Reference(
        title=words(find(node, "title")),
        sections=(("", words(find(node, "abstract"))),),
        authors=tuple(_people(node)),
        journal=words(find(whole, "title")),
        date=words(find(node, "date")),
        volume=words(find(whole, "volume")) or words(find(node, "volume")),
        issue=words(find(whole, "number")) or words(find(node, "number")),
        pages=words(find(node, "pages")),
        doi=_numbered(told, "DOI"),
        isbn=_numbered(told, "ISBN"),
        url=url,
        publisher=words(find(node, "publisher")),
        language=words(find(node, "language")),
        keywords=tuple(filter(None, map(words, children(node, "subject")))),
        kind=kind,
        note=words(find(node, "description")),
        files=files,
        collections=tuple(folders),
    )


def _people(node: Element) -> Iterator[str]:
    """The authors; a body has a surname or a name alone, and is marked as one."""
    listed = find(node, "authors")
    for person in listed.iter("{*}Person") if listed is not None else ():
        family = words(find(person, "surname")) or words(find(person, "name"))
        given = words(find(person, "givenName")) or words(find(person, "givenname"))
        if family:
            yield f"{family}, {given}" if given else f"{family},"


def _numbered(told: list[str], name: str) -> str:
    return next((text.removeprefix(name).strip() for text in told if text.startswith(name)), "")


def _about(node: Element) -> str:
    return str(node.get(_ABOUT) or "")


def _resource(node: Element | None) -> str:
    return str(node.get(_RESOURCE) or "") if node is not None else ""
