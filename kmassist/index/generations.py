"""Generations: immutable copies of what a search needs, made from the store and always makeable again.

    idx/gen-<seq>-<hash>/   rows.ids docs.ids docs.seqs docs.starts lexical.* dense.* MANIFEST.json

``seq`` is the change it was made at, ``hash`` the beginning of its manifest's SHA-256, and the manifest has the size and
SHA-256 of each file: nothing is used, and no native library sees a byte, before its digest was found right. A generation
is published by the rename of its folder and never changed afterwards.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmassist.errors import IndexDamaged, IndexingError
from kmassist.index import aside, files
from kmassist.index.dense import train
from kmassist.index.lexical import Postings

log = logging.getLogger(__name__)

FORMAT = 1
MANIFEST = "MANIFEST.json"
_NAME = re.compile(r"gen-(\d{12})-([0-9a-f]{16})")

DenseParts = tuple[NDArray[np.int32], NDArray[np.float16], bytes]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a generation holds. Rows are passages; document i has rows ``doc_starts[i]`` to ``doc_starts[i + 1]``.

    Shapes: ids (rows,), doc_ids and doc_seqs (documents,), doc_starts (documents + 1,). ``dense`` gives the rows that have
    a vector, the vectors and the trained engine, and may read them only then.
    """

    seq: int
    ids: NDArray[np.bytes_]
    doc_ids: NDArray[np.bytes_]
    doc_seqs: NDArray[np.int64]
    doc_starts: NDArray[np.int64]
    postings: Postings
    dense: Callable[[], DenseParts]
    name: str = ""

    @classmethod
    def empty(cls, dimension: int) -> Contents:
        """Contents of a library without documents."""
        parts = np.zeros(0, np.int32), np.zeros((0, dimension), np.float16), b""
        none = np.zeros(0, "S1")
        return cls(
            0,
            none,
            none,
            np.zeros(0, np.int64),
            np.zeros(1, np.int64),
            Postings.empty(),
            lambda: parts,
        )


class Generations:
    """The generations of one library.

    Args:
        folder: ``idx`` of the library.
        dimension: length of a vector.
        made_with: fingerprints (embedder, tokeniser) that a generation must have been made with.
    """

    def __init__(self, folder: Path, dimension: int, made_with: dict[str, str]) -> None:
        self.folder, self.dimension, self.made_with = folder, dimension, made_with

    def names(self) -> list[str]:
        """All published generations, newest first."""
        if not self.folder.is_dir():
            return []
        return sorted(
            (entry.name for entry in self.folder.iterdir() if _NAME.fullmatch(entry.name)),
            reverse=True,
        )

    @staticmethod
    def seq_of(name: str) -> int:
        """The change a generation was made at."""
        return int(name.split("-")[1])

    def load(self, name: str) -> Contents | None:
        """Read and check a generation; None when it was made by another tokeniser, embedder or format.

        Raises:
            IndexDamaged: a file is missing or has changed.
        """
        folder = self.folder / name
        manifest = self.manifest(name)
        if manifest["format"] != FORMAT or manifest["made_with"] != self.made_with:
            return None

        def read(file: str, kind: str) -> NDArray[Any]:
            size, sha256 = manifest["files"][file]
            return np.frombuffer(files.read_checked(folder / file, size, sha256), kind)

        def read_dense() -> DenseParts:
            vectors = read("dense.vectors", "<f2").reshape(-1, self.dimension)
            trained = (
                read("dense.faiss", "u1").tobytes() if "dense.faiss" in manifest["files"] else b""
            )
            return read("dense.rows", "<i4"), vectors, trained

        words = read("lexical.terms", "u1").tobytes().decode()
        postings = Postings(
            {term: number for number, term in enumerate(words.split("\n") if words else [])},
            read("lexical.offsets", "<i8"),
            read("lexical.rows", "<i4"),
            read("lexical.counts", "<u2"),
            read("lexical.lengths", "<i4"),
        )
        return Contents(
            manifest["seq"],
            read("rows.ids", manifest["ids"]),
            read("docs.ids", manifest["doc_ids"]),
            read("docs.seqs", "<i8"),
            read("docs.starts", "<i8"),
            postings,
            read_dense,
            name,
        )

    def manifest(self, name: str) -> dict[str, Any]:
        """A generation's manifest, found to be the one its name says.

        Raises:
            IndexDamaged: it is missing or has changed.
        """
        match = _NAME.fullmatch(name)
        try:
            data = files.read_bytes(self.folder / name / MANIFEST)
        except FileNotFoundError:
            raise IndexDamaged(
                f"{name}/{MANIFEST} is missing.", "Run `kmassist doctor --repair`."
            ) from None
        if not match or hashlib.sha256(data).hexdigest()[:16] != match[2]:
            raise IndexDamaged(
                f"{name}/{MANIFEST} has changed since it was written.",
                "Run `kmassist doctor --repair`.",
            )
        manifest: dict[str, Any] = json.loads(data)
        return manifest

    def damage(self, name: str) -> list[str]:
        """Which files of a generation are missing or have changed; each is read whole."""
        try:
            manifest = self.manifest(name)
        except IndexDamaged:
            return [MANIFEST]
        found = []
        for file, (size, sha256) in manifest["files"].items():
            try:
                files.read_checked(self.folder / name / file, size, sha256)
            except IndexDamaged:
                found.append(file)
        return found

    def publish(self, contents: Contents) -> str:
        """Write a generation and give its name; it is there whole or not at all.

        Raises:
            IndexingError: disk full or not writable; nothing is left behind.
        """
        rows, vectors, _ = contents.dense()
        postings = contents.postings
        parts: dict[str, bytes | memoryview] = {
            "rows.ids": _bytes(contents.ids),
            "docs.ids": _bytes(contents.doc_ids),
            "docs.seqs": _bytes(contents.doc_seqs.astype("<i8", copy=False)),
            "docs.starts": _bytes(contents.doc_starts.astype("<i8", copy=False)),
            "lexical.terms": "\n".join(postings.terms).encode(),
            "lexical.offsets": _bytes(postings.offsets.astype("<i8", copy=False)),
            "lexical.rows": _bytes(postings.rows.astype("<i4", copy=False)),
            "lexical.counts": _bytes(postings.counts.astype("<u2", copy=False)),
            "lexical.lengths": _bytes(postings.lengths.astype("<i4", copy=False)),
            "dense.rows": _bytes(rows.astype("<i4", copy=False)),
            "dense.vectors": _bytes(vectors.astype("<f2", copy=False)),
        }
        trained = train(vectors)
        if trained:
            parts["dense.faiss"] = trained
        manifest = {
            "format": FORMAT,
            "seq": contents.seq,
            "made_with": self.made_with,
            "dimension": self.dimension,
            "rows": len(contents.ids),
            "ids": contents.ids.dtype.str,
            "doc_ids": contents.doc_ids.dtype.str,
            "files": {
                name: [len(data), hashlib.sha256(data).hexdigest()] for name, data in parts.items()
            },
        }
        data = json.dumps(manifest, sort_keys=True, indent=1).encode()
        name = f"gen-{contents.seq:012d}-{hashlib.sha256(data).hexdigest()[:16]}"
        if (self.folder / name).is_dir() and not self.damage(name):
            return name
        self._write(name, {**parts, MANIFEST: data})
        return name

    def _write(self, name: str, parts: dict[str, bytes | memoryview]) -> None:
        files.make_folder(self.folder)
        temporary = self.folder / f"{files.TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            files.make_folder(temporary)
            for file, data in parts.items():
                files.write_new(temporary / file, data)
            files.sync_folder(temporary)
            if (self.folder / name).exists():
                self.quarantine(name)
            files.rename(temporary, self.folder / name)
        except BaseException:
            with suppress(IndexingError):
                files.remove_tree(temporary)
            raise

    def prune(self, keep: int) -> None:
        """Remove all but the newest; the one before the newest is kept for readers who have just found it."""
        for name in self.names()[keep:]:
            files.remove_tree(self.folder / name)

    def quarantine(self, name: str) -> None:
        """Move a damaged generation aside, where nothing reads it."""
        aside.put(self.folder / name, self.folder.parent)
        log.warning("moved the damaged index generation %s to quarantine", name)

    def sweep(self) -> None:
        """Remove what a writer that died left half written. Only while holding the writer's lock."""
        if self.folder.is_dir():
            for entry in self.folder.iterdir():
                if entry.name.startswith(files.TEMPORARY):
                    files.remove_tree(entry)


def _bytes(values: NDArray[Any]) -> bytes:
    return np.ascontiguousarray(values).tobytes()


def names_of(values: list[bytes]) -> NDArray[np.bytes_]:
    """Names of one fixed width, as narrow as they fit."""
    return np.array(values, f"S{max(map(len, values), default=1)}")
