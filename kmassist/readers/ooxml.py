"""OOXML in its strict dialect, rewritten as the transitional one that the libraries know."""

from __future__ import annotations

import io
import zipfile

_STRICT = b"http://purl.oclc.org/ooxml/"
_OPEN = b"http://schemas.openxmlformats.org/"
_NAMES = (
    (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
    (b"officeDocument/extendedProperties", b"officeDocument/2006/extended-properties"),
    (b"officeDocument/customProperties", b"officeDocument/2006/custom-properties"),
    (b"officeDocument/docPropsVTypes", b"officeDocument/2006/docPropsVTypes"),
    (b"officeDocument/customXml", b"officeDocument/2006/customXml"),
    (b"officeDocument/bibliography", b"officeDocument/2006/bibliography"),
    (b"officeDocument/math", b"officeDocument/2006/math"),
    (b"officeDocument/characteristics", b"officeDocument/2006/characteristics"),
    (b"schemaLibrary/main", b"schemaLibrary/2006/main"),
    (b"wordprocessingml/main", b"wordprocessingml/2006/main"),
    (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
    (b"presentationml/main", b"presentationml/2006/main"),
    (b"drawingml/main", b"drawingml/2006/main"),
    (b"drawingml/chartDrawing", b"drawingml/2006/chartDrawing"),
    (b"drawingml/chart", b"drawingml/2006/chart"),
    (b"drawingml/diagram", b"drawingml/2006/diagram"),
    (b"drawingml/picture", b"drawingml/2006/picture"),
    (b"drawingml/lockedCanvas", b"drawingml/2006/lockedCanvas"),
    (b"drawingml/wordprocessingDrawing", b"drawingml/2006/wordprocessingDrawing"),
    (b"drawingml/spreadsheetDrawing", b"drawingml/2006/spreadsheetDrawing"),
)


def transitional(data: bytes) -> bytes:
    """The same package with transitional namespaces; ``data`` itself when it is not strict. Check the archive first."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if not any(
            _STRICT in archive.read(name)
            for name in archive.namelist()
            if name.endswith((".rels", "workbook.xml", "document.xml"))
        ):
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as rewritten:
            for info in archive.infolist():
                content = archive.read(info)
                if info.filename.endswith((".xml", ".rels")):
                    for strict, known in _NAMES:
                        content = content.replace(_STRICT + strict, _OPEN + known)
                rewritten.writestr(info.filename, content)
        return out.getvalue()
