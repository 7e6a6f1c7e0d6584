"""What an OpenDocument file hides: comments, tracked changes, hidden text and sections, slides, sheets, rows and columns."""

from __future__ import annotations

from kmassist.readers.hidden_parts import Parts, attribute_of, cut, named, words_of
from kmassist.readers.xml_tree import Element, children, local_name

_COMMENTS = {"annotation", "annotation-end"}
_CHANGES = {"change", "change-start", "change-end"}
_COLLAPSED = {"collapse", "filter"}
_MOST = 16_384


def hide_open(parts: Parts) -> None:
    """Takes it out of the content, and of the headers and footers in the styles."""
    hidden, styles = _hidden_styles(parts)
    for name in ("content.xml", "styles.xml"):
        root = parts.root(name)
        if root is None:
            continue
        for kind, wanted in (
            ("comment", named(root, _COMMENTS.__contains__)),
            ("deleted text", named(root, lambda tag: tag == "tracked-changes")),
            ("hidden text", [e for e in root.iter() if _is_hidden_text(e, hidden)]),
            (
                "hidden slide",
                [e for e in named(root, lambda t: t == "page") if _is_gone(e, styles)],
            ),
            (
                "hidden sheet",
                [e for e in named(root, lambda t: t == "table") if _is_gone(e, styles)],
            ),
        ):
            for element in wanted:
                is_named = kind in {"hidden slide", "hidden sheet"}
                parts.note(
                    kind, words_of(element), attribute_of(element, "name") if is_named else ""
                )
            parts.remove(name, wanted)
        _rows(parts, name, root)
        parts.remove(name, named(root, _CHANGES.__contains__))


def _is_hidden_text(element: Element, styles: set[str]) -> bool:
    name = local_name(element)
    return (
        name in {"hidden-text", "hidden-paragraph"}
        or (name == "span" and attribute_of(element, "style-name") in styles)
        or (name == "section" and attribute_of(element, "display") in {"none", "condition"})
    )


def _is_gone(element: Element, styles: set[str]) -> bool:
    return (
        attribute_of(element, "visibility") == "hidden"
        or attribute_of(element, "display") == "false"
        or attribute_of(element, "style-name") in styles
    )


def _hidden_styles(parts: Parts) -> tuple[set[str], set[str]]:
    """Names of the styles that hide text, and of those that hide slides and sheets."""
    texts, places = set[str](), set[str]()
    for name in ("content.xml", "styles.xml"):
        for style in named(parts.root(name), lambda tag: tag == "style"):
            for properties in style:
                kind, own = local_name(properties), attribute_of(style, "name")
                if kind == "text-properties" and attribute_of(properties, "display") == "none":
                    texts.add(own)
                is_off = (
                    kind == "table-properties" and attribute_of(properties, "display") == "false"
                )
                is_off = is_off or (
                    kind == "drawing-page-properties"
                    and attribute_of(properties, "visibility") == "hidden"
                )
                places.update([own] if is_off else [])
    return texts - {""}, places - {""}


def _rows(parts: Parts, name: str, root: Element) -> None:
    """Words of hidden rows and columns; the rows and cells stay, empty."""
    words: list[str] = []
    for table in named(root, lambda tag: tag == "table"):
        columns = _hidden_columns(table)
        for row in named(table, lambda tag: tag == "table-row"):
            is_hidden = attribute_of(row, "visibility") in _COLLAPSED
            at = 0
            for cell in list(children(row, "table-cell", "covered-table-cell")):
                repeat = attribute_of(cell, "number-columns-repeated")
                if (is_hidden or at in columns) and words_of(cell):
                    words.append(words_of(cell))
                    for child in list(cell):
                        cut(child)
                    for key in [
                        k
                        for k in cell.attrib
                        if str(k).rsplit("}", 1)[-1].endswith(("value", "formula", "value-type"))
                    ]:
                        del cell.attrib[key]
                    parts.touched(name)
                at += int(repeat) if repeat.isdigit() and len(repeat) < 6 else 1
    parts.note("hidden row or column", " ".join(words))


def _hidden_columns(table: Element) -> set[int]:
    found: set[int] = set()
    at = 0
    for column in named(table, lambda tag: tag == "table-column"):
        repeat = attribute_of(column, "number-columns-repeated")
        count = int(repeat) if repeat.isdigit() and len(repeat) < 6 else 1
        if attribute_of(column, "visibility") in _COLLAPSED:
            found.update(range(at, min(at + count, _MOST)))
        at += count
    return found
