"""The library's health: facts, findings, repair, backup and restore."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kmassist.assistant.adding import limits_of, make_entry
from kmassist.config import Settings
from kmassist.embedding import open_embedder
from kmassist.errors import IndexNotFound, KmassistError
from kmassist.index import Entry
from kmassist.index.backup import backup, restore
from kmassist.index.doctor import Finding, check
from kmassist.index.files import TEMPORARY
from kmassist.index.repair import repair
from kmassist.readers.sandbox import Sandbox

_PACKAGES = ("apsw", "faiss-cpu", "sentence-transformers", "torch", "pypdf", "pypdfium2", "textual", "pydantic", "numpy")

_ROOM = 500_000_000
"""Bytes: an index generation is written beside the old one, and forgetting rewrites the database."""


@dataclass(frozen=True, slots=True)
class Report:
    """Facts by name, and what is wrong, worst first."""

    facts: dict[str, str]
    findings: tuple[Finding, ...]


def examine(settings: Settings, *, is_deep: bool = False) -> Report:
    """Look at the library without changing it.

    Raises:
        IndexNotFound: there is no library.
    """
    path = settings.library
    if not path.is_dir():
        raise IndexNotFound(f"There is no library at {path}.", "Make one with 'kmassist add FOLDER'.")
    findings = check(path, is_deep=is_deep)
    free = shutil.disk_usage(path).free
    if free < _ROOM:
        findings.append(Finding("warning", f"only {free / 1e6:.0f} MB of disk are free; adding may fail", ".", False))
    facts = {
        "library": str(path),
        "size": f"{sum(f.stat().st_size for f in path.rglob('*') if f.is_file()) / 1e6:.1f} MB",
        "free disk": f"{free / 1e9:.1f} GB",
        "permissions": oct(stat.S_IMODE(path.stat().st_mode))[2:] if os.name == "posix" else "see the folder's properties",
        "embedding model": _model(settings),
        "kmassist": _version("kmassist"),
        "python": platform.python_version(),
        **{name: _version(name) for name in _PACKAGES},
        "limits": f"{settings.limits.file_megabytes} MB, {settings.limits.pages} pages, {settings.limits.seconds:g} s a file",
        "network": "never used, and refused",
    }
    order = {"error": 0, "warning": 1}
    return Report(facts, tuple(sorted(findings, key=lambda f: (order.get(f.severity, 2), f.file, f.what))))


def mend(settings: Settings) -> list[str]:
    """Rebuild what can be rebuilt from the database and the stored originals; one sentence for each thing done or lost."""
    if not settings.library.is_dir():
        raise IndexNotFound(f"There is no library at {settings.library}.", "Make one with 'kmassist add FOLDER'.")
    embedder = open_embedder(settings.embedding.model)
    with Sandbox(limits_of(settings)) as sandbox:

        def reread(data: bytes, name: str, doc_id: str) -> list[Entry]:
            """Read an original again, in the sandbox as when it was added, and embed it."""
            with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=settings.library) as folder:
                source = Path(folder) / (Path(name).name or "original")
                source.write_bytes(data)
                found = sandbox.read(source)
            return [make_entry(embedder, document, data) for document in found if doc_id in ("", document.doc_id)]

        return repair(settings.library, reread=reread)


def back_up(settings: Settings, target: Path) -> int:
    """Write a consistent backup; returns its size in bytes. The library may be in use."""
    if target.exists():
        raise KmassistError(f"'{target.name}' is there already.", "Choose another name.")
    return backup(settings.library, target)


def restore_backup(settings: Settings, archive: Path) -> int:
    """Make the library's folder from a backup; never over a library that is there."""
    return restore(archive, settings.library)


def _model(settings: Settings) -> str:
    try:
        return open_embedder(settings.embedding.model).fingerprint
    except KmassistError as error:
        return error.message


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
