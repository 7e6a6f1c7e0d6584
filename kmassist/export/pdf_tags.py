"""A canvas that keeps the logical structure of what is drawn, so that a PDF tells headings, lists and tables to a reader.

reportlab writes no tags itself. Here each piece of content is marked while it is drawn, and the structure tree (PDF 1.7,
section 14.7) is attached when the file is closed. Links are marked as content, without structure elements of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFPage, PDFString
from reportlab.pdfgen.canvas import Canvas

Path = tuple[tuple[str, int], ...]


@dataclass(slots=True)
class _Node:
    """One structure element: its tag, what it holds in order, words that stand for it."""

    tag: str
    kids: list[_Node | tuple[int, int]] = field(default_factory=list)
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

    @contextmanager
    def content(self, path: Path, *, alt: str = "", scope: str = "", is_repeated: bool = False) -> Iterator[None]:
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
        yield
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
        root.dict["ParentTree"] = PDFDictionary({"Nums": PDFArray(numbers)})
        root.dict["ParentTreeNextKey"] = len(pages)
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})

    def _element(self, node: _Node, parent: Any, pages: list[Any], elements: dict[int, Any]) -> Any:
        element = PDFDictionary({"Type": PDFName("StructElem"), "S": PDFName(node.tag), "P": parent})
        reference = elements[id(node)] = self._doc.Reference(element)
        kids = []
        for kid in node.kids:
            if isinstance(kid, _Node):
                kids.append(self._element(kid, reference, pages, elements))
            else:
                page, number = kid
                marked = {"Type": PDFName("MCR"), "Pg": self._doc.Reference(pages[page]), "MCID": number}
                kids.append(PDFDictionary(marked))
        element.dict["K"] = PDFArray(kids)
        if node.alt:
            element.dict["Alt"] = PDFString(node.alt)
        if node.scope:
            element.dict["A"] = PDFDictionary({"O": PDFName("Table"), "Scope": PDFName(node.scope)})
        return reference
