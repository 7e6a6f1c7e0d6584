"""A canvas that keeps the logical structure of what is drawn, so that a PDF tells headings, lists and tables to a reader.

reportlab writes no tags itself. Here each piece of content is marked while it is drawn, and the structure tree (PDF 1.7,
section 14.7) is attached when the file is closed. A link is an element inside the one whose words it stands on, with words of
its own for a reader that cannot see where it leads; the words on the page stay with the element around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import (
    LinkAnnotation,
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFPage,
    PDFStream,
    PDFString,
)
from reportlab.pdfgen.canvas import Canvas

Path = tuple[tuple[str, int], ...]

_LINKS_FROM = 100_000
"""Where the keys of links begin in the parent tree, behind those of all pages."""
_PRINTED = 4
"""The flag of an annotation that is there on paper too."""
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li>
</rdf:Alt></dc:title><dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language></rdf:Description><rdf:Description rdf:about=""
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def described(document: Any, title: str, language: str) -> None:
    """Say a document's title and language in its metadata (XMP), uncompressed as readers want it."""
    about = PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")})
    words = _XMP.format(title=escape(title), language=escape(language))
    stream = PDFStream(about, words.encode())
    stream.filters = []
    catalog = document.Catalog
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "Metadata"]
    catalog.Metadata = document.Reference(stream)


@dataclass(slots=True)
class _Node:
    """One structure element: its tag, what it holds in order, words that stand for it.

    A kid is an element, or a page with the number of its content or the name of an annotation on it.
    """

    tag: str
    kids: list[_Node | tuple[int, int | str]] = field(default_factory=list)
    alt: str = ""
    scope: str = ""


class TaggedCanvas(Canvas):
    """Draws as any canvas; `content` and `artifact` say what the next drawing is."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "initialFontName": "KmSans"})
        self._top = _Node("Document")
        self._nodes: dict[Path, _Node] = {}
        self._owners: list[list[_Node]] = [[]]
        self._heads: dict[Path, int] = {}
        self._around: _Node | None = None
        self._links: list[_Node] = []
        self._leads = ""

    @contextmanager
    def content(
        self, path: Path, *, alt: str = "", scope: str = "", is_repeated: bool = False
    ) -> Iterator[None]:
        """Mark what is drawn as content of the element at ``path``; a table head that comes again is an artifact."""
        page = len(self._owners) - 1
        if is_repeated and self._heads.setdefault(path, page) != page:
            with self.artifact():
                yield
            return
        node = self._node(path)
        node.alt, node.scope = alt or node.alt, scope or node.scope
        number = len(self._owners[page])
        self._owners[page].append(node)
        node.kids.append((page, number))
        self._code.append(f"/{node.tag} <</MCID {number}>> BDC")
        self._around = node
        yield
        self._around = None
        self._code.append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Mark what is drawn as decoration or repetition."""
        self._code.append("/Artifact BMC")
        yield
        self._code.append("EMC")

    def _node(self, path: Path) -> _Node:
        if path not in self._nodes:
            node = self._nodes[path] = _Node(path[-1][0])
            parent = self._node(path[:-1]) if len(path) > 1 else self._top
            parent.kids.append(node)
        return self._nodes[path]

    def linkRect(self, contents: str, destinationname: str, *rest: Any, **options: Any) -> Any:  # noqa: N802 - reportlab's name
        """A link within the document; without words of its own it is named after where it leads."""
        self._leads = contents or _led_to(destinationname)
        return super().linkRect(self._leads, destinationname, *rest, **options)

    def linkURL(self, url: str, rect: Any, *rest: Any, **options: Any) -> Any:  # noqa: N802 - reportlab's name
        """A link out of the document, named after its address."""
        self._leads = url
        return super().linkURL(url, rect, *rest, **{**options, "Contents": PDFString(url)})

    def _addAnnotation(self, annotation: Any, name: str | None = None, addtopage: int = 1) -> None:  # noqa: N802
        if self._around is not None:
            key = _LINKS_FROM + len(self._links)
            name = name or f"LINK{key}"
            link = _Node("Link", [(len(self._owners) - 1, name)], alt=self._leads)
            self._links.append(link)
            self._around.kids.append(link)
            more = {"StructParent": key, "F": _PRINTED}
            if isinstance(annotation, LinkAnnotation):
                annotation.permitted = (*annotation.permitted, *more)
                annotation.otherkw |= more
            else:
                annotation.dict.update(more)
        super()._addAnnotation(annotation, name, addtopage)

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Close the page."""
        super().showPage()
        self._owners.append([])

    def save(self) -> None:
        """Attach the structure and write the file."""
        if len(self._code):
            self.showPage()
        self._attach()
        super().save()

    def _attach(self) -> None:
        document = self._doc
        pages = [page for page in document.Pages.pages if isinstance(page, PDFPage)]
        root = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        root_reference = document.Reference(root)
        elements: dict[int, Any] = {}
        top = self._element(self._top, root_reference, pages, elements)
        root.dict["K"] = PDFArray([top])
        numbers: list[Any] = []
        for place, page in enumerate(pages):
            page.__NoDefault__ = [*PDFPage.__NoDefault__, "StructParents", "Tabs"]
            page.StructParents, page.Tabs = place, PDFName("S")
            numbers += [place, PDFArray([elements[id(node)] for node in self._owners[place]])]
        for place, link in enumerate(self._links):
            numbers += [_LINKS_FROM + place, elements[id(link)]]
        root.dict["ParentTree"] = PDFDictionary({"Nums": PDFArray(numbers)})
        root.dict["ParentTreeNextKey"] = _LINKS_FROM + len(self._links)
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})

    def _element(self, node: _Node, parent: Any, pages: list[Any], elements: dict[int, Any]) -> Any:
        element = PDFDictionary(
            {"Type": PDFName("StructElem"), "S": PDFName(node.tag), "P": parent}
        )
        reference = elements[id(node)] = self._doc.Reference(element)
        kids = []
        for kid in node.kids:
            if isinstance(kid, _Node):
                kids.append(self._element(kid, reference, pages, elements))
            else:
                page, held = kid
                on_page = {"Pg": self._doc.Reference(pages[page])}
                if isinstance(held, str):
                    what = {"Type": PDFName("OBJR"), "Obj": self._doc.refAnnotation(held)}
                else:
                    what = {"Type": PDFName("MCR"), "MCID": held}
                kids.append(PDFDictionary({**what, **on_page}))
        element.dict["K"] = PDFArray(kids)
        if node.alt:
            element.dict["Alt"] = PDFString(node.alt)
        if (first := _page_of(node)) is not None:
            element.dict["Pg"] = self._doc.Reference(pages[first])
        if node.scope:
            element.dict["A"] = PDFDictionary({"O": PDFName("Table"), "Scope": PDFName(node.scope)})
        return reference


def _page_of(node: _Node) -> int | None:
    """The page on which an element begins; None without content."""
    pages = (_page_of(kid) if isinstance(kid, _Node) else kid[0] for kid in node.kids)
    return next((page for page in pages if page is not None), None)


def _led_to(destination: str) -> str:
    """Where a link leads, in words: ``ref-3`` is reference 3."""
    kind, _, rest = destination.partition("-")
    return f"Reference {rest}" if kind == "ref" else "More in this document"
