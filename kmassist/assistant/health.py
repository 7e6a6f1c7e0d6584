"""The library's health: facts, findings, repair, backup and restore."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kmassist.assistant.preparing import limits_of, make_entry
from kmassist.embedding import open_embedder
from kmassist.embedding.reader import FILE
from kmassist.embedding.sentence_transformer import SentenceTransformerEmbedder
from kmassist.errors import IndexNotFound, KmassistError
from kmassist.index import Entry
from kmassist.index.backup import backup, restore
from kmassist.index.doctor import Finding, check
from kmassist.index.files import TEMPORARY
from kmassist.index.moving import problems_of
from kmassist.index.repair import repair
from kmassist.index.sealed import is_sealed, sealed_backup, sealed_restore
from kmassist.question.vocabulary import Vocabulary
from kmassist.readers.sandbox import Sandbox
from kmassist.settings.model import DatabaseUrl, Settings
from kmassist.text.tables import require_free

_PACKAGES = (
    "apsw",
    "faiss-cpu",
    "sentence-transformers",
    "torch",
    "pypdf",
    "pypdfium2",
    "textual",
    "pydantic",
    "numpy",
)

_ROOM = 500_000_000
"""Bytes: an index generation is written beside the old one, and forgetting rewrites the database."""

_NO_READER = (
    "the small reader is missing or damaged: questions are answered without it, and the right sentence comes first less often. "
    "Reinstall kmassist"
)


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
    if isinstance(settings.library, DatabaseUrl):
        return _examine_database(settings, is_deep=is_deep)
    path = settings.folder
    if not path.is_dir():
        raise IndexNotFound(
            f"There is no library at {path}.", "Make one with 'kmassist add FOLDER'."
        )
    findings = check(path, is_deep=is_deep)
    embedder = open_embedder(settings.embedding.model)
    if isinstance(embedder, SentenceTransformerEmbedder) and (says := embedder.damage()):
        findings.append(Finding("error", says, "the embedding model", False))
    if isinstance(embedder, SentenceTransformerEmbedder) and not embedder.has_whole_reader():
        findings.append(Finding("warning", _NO_READER, FILE, False))
    free = shutil.disk_usage(path).free
    if free < _ROOM:
        findings.append(
            Finding(
                "warning", f"only {free / 1e6:.0f} MB of disk are free; adding may fail", ".", False
            )
        )
    facts = {
        "library": str(path),
        "size": f"{sum(f.stat().st_size for f in path.rglob('*') if f.is_file()) / 1e6:.1f} MB",
        "free disk": f"{free / 1e9:.1f} GB",
        "permissions": oct(stat.S_IMODE(path.stat().st_mode))[2:]
        if os.name == "posix"
        else "see the folder's properties",
        "embedding model": _model(settings),
        "kmassist": _version("kmassist"),
        "python": platform.python_version(),
        **{name: _version(name) for name in _PACKAGES},
        "limits": f"{settings.limits.file_megabytes} MB, {settings.limits.pages} pages, {settings.limits.seconds:g} s a file",
        "network": "never used, and refused",
    }
    order = {"error": 0, "warning": 1}
    return Report(
        facts, tuple(sorted(findings, key=lambda f: (order.get(f.severity, 2), f.file, f.what)))
    )


def _examine_database(settings: Settings, *, is_deep: bool) -> Report:
    """The same of a library in a database, as far as the caller may see it.

    Raises:
        BackendUnavailable, IndexIncomplete: the server is gone, or a part of the library is missing.
    """
    from kmassist.index import open_index

    index = open_index(str(settings.library), embedder="", dimension=0, read_only=True)
    try:
        stats = index.stats()
        findings = [
            Finding("error", says, settings.shown_library, False)
            for says in problems_of(index, is_deep=is_deep)
        ]
    finally:
        index.close()
    facts = {
        "library": settings.shown_library,
        "documents": f"{stats.documents} ({stats.passages} passages)",
        "embedding model": _model(settings),
        "kmassist": _version("kmassist"),
        "python": platform.python_version(),
        **{name: _version(name) for name in ("psycopg", "pgvector")},
        "backup": "by the database's own tools, see docs/deployment.md",
        "network": "the database server alone",
    }
    return Report(facts, tuple(findings))


def mend(settings: Settings) -> list[str]:
    """Rebuild what can be rebuilt from the database and the stored originals; one sentence for each thing done or lost."""
    if not settings.folder.is_dir():
        raise IndexNotFound(
            f"There is no library at {settings.library}.", "Make one with 'kmassist add FOLDER'."
        )
    embedder = open_embedder(settings.embedding.model)
    with Sandbox(limits_of(settings)) as sandbox:

        def reread(data: bytes, name: str, doc_id: str) -> list[Entry]:
            """Read an original again, in the sandbox as when it was added, and embed it."""
            with tempfile.TemporaryDirectory(
                prefix=f"{TEMPORARY}repair-", dir=settings.folder
            ) as folder:
                source = Path(folder) / (Path(name).name or "original")
                source.write_bytes(data)
                found = sandbox.read(source)
            return [
                make_entry(embedder, document, data)
                for document in found
                if doc_id in ("", document.doc_id)
            ]

        return repair(settings.folder, reread=reread)


def back_up(settings: Settings, target: Path, *, passphrase: str = "", recipient: str = "") -> int:
    """Write a consistent backup, encrypted when a passphrase or an age public key is given; returns how many documents.

    The library may be in use.
    """
    require_free(target)
    from kmassist.assistant import Assistant

    with suppress(KmassistError), Assistant.open(settings) as assistant:
        assistant.index.audit("backup")  # what cannot be opened can still be copied
    if passphrase or recipient:
        return sealed_backup(settings.folder, target, passphrase=passphrase, recipient=recipient)
    return backup(settings.folder, target)


def is_encrypted(archive: Path) -> bool:
    """Whether a backup needs a passphrase or a key."""
    return is_sealed(archive)


def restore_backup(
    settings: Settings, archive: Path, *, passphrase: str = "", identity: str = ""
) -> int:
    """Make the library's folder from a backup; never over a library that is there."""
    if is_sealed(archive):
        return sealed_restore(archive, settings.folder, passphrase=passphrase, identity=identity)
    return restore(archive, settings.folder)


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


def load_vocabulary(settings: Settings) -> Vocabulary:
    """The shipped vocabulary with the site's own additions."""
    return Vocabulary.load(settings.retrieval.vocabulary)


def shipped_vocabulary() -> Path:
    """The file that ships with kmassist."""
    return Path(__file__).resolve().parents[1] / "data" / "vocabulary.yaml"
