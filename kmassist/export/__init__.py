"""From a brief to a file: one writer a suffix, chosen by the file's name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from kmassist.briefs import Brief
from kmassist.errors import ExportError
from kmassist.tables import save_bytes

__all__ = ["SUFFIXES", "brief_bytes", "brief_json", "safe_name", "schema_json", "write_brief"]


def brief_json(brief: Brief) -> str:
    """The brief as JSON of the schema it names; `Brief.model_validate_json` reads it back."""
    return json.dumps(brief.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def schema_json() -> str:
    """The JSON schema of a brief."""
    return json.dumps(Brief.model_json_schema(by_alias=True), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _markdown(brief: Brief, template: Path | None) -> bytes:
    from kmassist.export.layout import lay_out
    from kmassist.export.markdown import to_markdown

    return to_markdown(lay_out(brief)).encode()


def _html(brief: Brief, template: Path | None) -> bytes:
    from kmassist.export.html import to_html
    from kmassist.export.layout import lay_out

    return to_html(lay_out(brief)).encode()


def _docx(brief: Brief, template: Path | None) -> bytes:
    from kmassist.export.docx import to_docx
    from kmassist.export.layout import lay_out

    return to_docx(lay_out(brief), template=template)


def _pdf(brief: Brief, template: Path | None) -> bytes:
    from kmassist.export.layout import lay_out
    from kmassist.export.pdf import to_pdf

    return to_pdf(lay_out(brief))


def _json(brief: Brief, template: Path | None) -> bytes:
    return brief_json(brief).encode()


def _ris(brief: Brief, template: Path | None) -> bytes:
    from kmassist.export.references import to_ris

    return to_ris(brief).encode()


def _bib(brief: Brief, template: Path | None) -> bytes:
    from kmassist.export.references import to_bibtex

    return to_bibtex(brief).encode()


_WRITERS: dict[str, Callable[[Brief, Path | None], bytes]] = {
    ".md": _markdown,
    ".docx": _docx,
    ".pdf": _pdf,
    ".html": _html,
    ".json": _json,
    ".ris": _ris,
    ".bib": _bib,
}
SUFFIXES = tuple(_WRITERS)


def brief_bytes(brief: Brief, suffix: str, *, template: Path | None = None) -> bytes:
    """The brief as the bytes of a file of that suffix; the same brief gives the same bytes.

    Raises:
        ExportError: there is no writer for the suffix, or the template is for another format or cannot be used.
    """
    write = _WRITERS.get(suffix.lower())
    if write is None:
        raise ExportError(
            f"A brief cannot be written as '{suffix or 'a file without a suffix'}'.", f"Use {', '.join(SUFFIXES)}."
        )
    if template is not None and suffix.lower() != ".docx":
        raise ExportError("A template is for Word files only.", "Leave --template out, or write a .docx file.")
    return write(brief, template)


def write_brief(brief: Brief, path: Path, *, force: bool = False, template: Path | None = None) -> Path:
    """Write a brief in the format that the file's suffix names, in one step, never over a file without ``force``.

    The caller has checked its citations (`briefs.require_sound`); the assistant's desk always does.

    Raises:
        ExportError: as `brief_bytes`, or the file is there already or cannot be written.
    """
    path = path.expanduser()
    if not force and path.exists():
        raise ExportError(f"{path} is there already.", "Choose another name, or give --force.")
    return save_bytes(path, brief_bytes(brief, path.suffix, template=template), force=force)


_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.I)


def safe_name(words: str, suffix: str) -> str:
    """A file name made of words: plain letters, digits and hyphens, not hidden, not a device's name, at most 80 characters."""
    name = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:72].rstrip("-") or "brief"
    return f"{'brief-' if _RESERVED.match(name) else ''}{name}{suffix}"
