"""From a brief to a file: one writer a suffix, chosen by the file's name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from kmassist.briefs import Brief
from kmassist.briefs.layout import lay_out
from kmassist.briefs.numbering import renumbered
from kmassist.errors import ExportError
from kmassist.pages.blocks import Layout, citation_order
from kmassist.text.plain_files import A_DEVICE
from kmassist.text.tables import require_free, save_bytes, written_as

__all__ = ["SUFFIXES", "brief_bytes", "brief_json", "safe_name", "write_brief"]


def brief_json(brief: Brief) -> str:
    """The brief as JSON of the schema it names; `Brief.model_validate_json` reads it back."""
    return (
        json.dumps(
            brief.model_dump(mode="json", by_alias=True),
            ensure_ascii=False,
            indent=1,
            sort_keys=True,
        )
        + "\n"
    )


_kept: list[tuple[Brief, bool, Layout]] = []


def laid_out(brief: Brief, annex: bool) -> Layout:
    """The brief as blocks; the last one is kept, since several formats are written of one brief."""
    for held, has_annex, layout in _kept:
        if held is brief and has_annex is annex:
            return layout
    layout = lay_out(brief, annex=annex)
    _kept[:] = [(brief, annex, layout)]
    return layout


def _markdown(brief: Brief, template: Path | None, annex: bool) -> bytes:
    from kmassist.pages.markdown import to_markdown

    return to_markdown(laid_out(brief, annex)).encode()


def _html(brief: Brief, template: Path | None, annex: bool) -> bytes:
    from kmassist.pages.html import to_html

    return to_html(laid_out(brief, annex)).encode()


def _docx(brief: Brief, template: Path | None, annex: bool) -> bytes:
    from kmassist.pages.docx import to_docx

    return to_docx(laid_out(brief, annex), template=template)


def _pdf(brief: Brief, template: Path | None, annex: bool) -> bytes:
    from kmassist.pages.pdf import to_pdf

    return to_pdf(laid_out(brief, annex))


def _json(brief: Brief, template: Path | None, annex: bool) -> bytes:
    return brief_json(brief).encode()


def _ris(brief: Brief, template: Path | None, annex: bool) -> bytes:
    from kmassist.briefs.reference_files import ris_of

    return ris_of(brief.sources).encode()


def _bib(brief: Brief, template: Path | None, annex: bool) -> bytes:
    from kmassist.briefs.reference_files import bibtex_of

    return bibtex_of(brief.sources).encode()


_WRITERS: dict[str, Callable[[Brief, Path | None, bool], bytes]] = {
    ".md": _markdown,
    ".docx": _docx,
    ".pdf": _pdf,
    ".html": _html,
    ".json": _json,
    ".ris": _ris,
    ".bib": _bib,
}
SUFFIXES = tuple(_WRITERS)


def brief_bytes(
    brief: Brief, suffix: str, *, template: Path | None = None, annex: bool = False
) -> bytes:
    """The brief as the bytes of a file of that suffix, with the annex on demand; the same brief gives the same bytes.

    Raises:
        ExportError: there is no writer for the suffix, or the template is for another format or cannot be used.
    """
    form = written_as(Path(f"brief{suffix}"), SUFFIXES)
    if template is not None and form != ".docx":
        raise ExportError(
            "A template is for Word files only.", "Leave --template out, or write a .docx file."
        )
    return _WRITERS[form](brief, template, annex)


def write_brief(
    brief: Brief,
    path: Path,
    *,
    force: bool = False,
    template: Path | None = None,
    annex: bool = False,
) -> Path:
    """Write a brief in the format that the file's suffix names, in one step, never over a file without ``force``.

    The caller has checked its citations (`briefs.require_sound`); the assistant's desk always does.

    Raises:
        ExportError: as `brief_bytes`, or the file is there already or cannot be written.
    """
    form = written_as(path, SUFFIXES)
    path = require_free(path, force=force)
    return save_bytes(path, brief_bytes(brief, form, template=template, annex=annex), force=force)


def safe_name(words: str, suffix: str) -> str:
    """A file name made of words: plain letters, digits and hyphens, not hidden, not a device's name, at most 80 characters."""
    name = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:72].rstrip("-") or "brief"
    return f"{'brief-' if A_DEVICE.match(name) else ''}{name}{suffix}"


def in_order_of_citation(brief: Brief) -> Brief:
    """The brief with its sources numbered as they are cited first, whichever section its audience reads first.

    It is laid out once for it: how much room a citation is given does not depend on its number (`briefs.layout.room`), so
    nothing moves when the numbers change.
    """
    return renumbered(brief, citation_order(lay_out(brief, annex=True).blocks))
