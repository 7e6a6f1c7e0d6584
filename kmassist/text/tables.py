"""Small tables as CSV and Markdown, and text files written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from kmassist.errors import ExportError
from kmassist.text.characters import visible
from kmassist.text.naming import did_you_mean

_FORMULA = re.compile(r"""[\s'"]*[=+\-@＝＋－＠]|[\t\n]""")
_FORMULA_BEHIND = re.compile(r"""([;\t\n][\s'"]*)(?=[=+\-@＝＋－＠])""")
"""Where a spreadsheet of a country that separates cells by a semicolon, or one that takes tabs, begins a formula inside a cell."""


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): text that could be one gets an apostrophe."""
    if isinstance(value, int | float):
        return str(value)
    text = "" if value is None else str(value)
    # A lone carriage return would end the row.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = visible(text)
    text = _FORMULA_BEHIND.sub(r"\1'", text)
    is_formula = _FORMULA.match(text)
    return f"'{text}" if is_formula else text


def to_csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The table as CSV with a header line (RFC 4180 quoting, line ends of one kind)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_cell(cell) for cell in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def to_markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The table as a Markdown pipe table; a pipe in a cell is escaped, a line break becomes a space."""
    lines = [list(header), ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(_flat(cell) for cell in line)} |\n" for line in lines)


def _flat(cell: object) -> str:
    text = " ".join(("" if cell is None else str(cell)).split())
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def require_free(path: Path, *, force: bool = False) -> Path:
    """The path with the home folder written out, when something may be written there: nothing is there, a link neither.

    Raises:
        ExportError: it is there already and ``force`` is not set.
    """
    path = path.expanduser()
    if not force and (path.exists() or path.is_symlink()):
        raise ExportError(f"{path} is there already.", "Choose another name, or give --force.")
    return path


def save_bytes(path: Path, data: bytes, *, force: bool = False) -> Path:
    """Write a file in one step, readable by its owner alone, never over another without ``force``; returns its path.

    Raises:
        ExportError: it is there already, or cannot be written.
    """
    path = require_free(path, force=force)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            if force:
                Path(name).replace(path)
            else:
                _put_new(Path(name), path)
        finally:
            Path(name).unlink(missing_ok=True)
    except FileExistsError as error:
        raise ExportError(
            f"{path} is there already.", "Choose another name, or give --force."
        ) from error
    except FileNotFoundError as error:
        raise ExportError(
            f"There is no folder '{path.parent}'.", "Make it first, or choose another."
        ) from error
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written: {error.strerror}.", "Choose a folder you may write to."
        ) from error
    return path


def _put_new(source: Path, target: Path) -> None:
    """Move a file to a name that must be free; fails when another process took it meanwhile."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except (
        OSError
    ):  # a file system without hard links, such as a memory stick's: take the name, then fill it
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        source.replace(target)


def save_text(path: Path, text: str, *, force: bool = False) -> Path:
    """`save_bytes` for UTF-8 text; a spreadsheet needs a byte-order mark to read it as such, so CSV gets one."""
    return save_bytes(
        path, text.encode("utf-8-sig" if path.suffix.lower() == ".csv" else "utf-8"), force=force
    )


_SAME_SUFFIX = {".markdown": ".md", ".htm": ".html"}


def written_as(path: Path, suffixes: Iterable[str]) -> str:
    """Which of the suffixes says the form of a file that is to be written.

    Raises:
        ExportError: none does; all of them are named, and the one that may be meant.
    """
    suffix = path.suffix.lower()
    suffix = _SAME_SUFFIX.get(suffix, suffix)
    known = tuple(suffixes)
    if suffix not in known:
        meant = did_you_mean(suffix, known)
        *some, last = known
        ways = f"{', '.join(some)} or {last}" if some else last
        raise ExportError(
            f"'{path.name}' says no format that this can be written in.",
            f"{meant}Use a name that ends in {ways}.",
        )
    return suffix


def export_form(path: Path) -> str:
    """``md``, ``csv`` or ``json``, from a path's suffix.

    Raises:
        ExportError: it is none of them.
    """
    return written_as(path, (".md", ".csv", ".json"))[1:]
