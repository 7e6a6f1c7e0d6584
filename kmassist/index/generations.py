"""Generations: immutable copies of what a search needs, made from the store and always makeable again.

    idx/gen-<seq>-<hash>/   0.rows.ids 0.docs.ids 0.docs.seqs 0.docs.starts 0.lexical.* 0.dense.* 1.rows.ids ... MANIFEST.json

The numbers are of segments. A file of a segment that stays the same is a second name of the one before, where the disk has such.
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
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmassist.errors import IndexDamaged, IndexingError
from kmassist.index import aside, files
from kmassist.index.dense import DenseParts, Lists, is_trained, train
from kmassist.index.lexical import Postings
from kmassist.index.packed import as_stored
from kmassist.index.segments import Contents, Segment

log = logging.getLogger(__name__)

Read = Callable[[str, str], NDArray[Any]]
"""A file of a segment, by its name and the kind of its numbers, found to be what it was when it was written."""

FORMAT = 3
MANIFEST = "MANIFEST.json"
_NAME = re.compile(r"gen-(\d{12})-([0-9a-f]{16})")


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

    def load(self, name: str, known: Sequence[Segment] = ()) -> Contents | None:
        """Read and check a generation; None when it was made by another tokeniser, embedder or format.

        Args:
            name: which.
            known: segments of another that are used, when they are the same, and not read again.

        Raises:
            IndexDamaged: a file is missing or has changed.
        """
        manifest = self.manifest(name)
        if not self._is_of_now(manifest):
            return None
        held = {frozenset(segment.files.items()): segment for segment in known}
        segments = []
        for number, kinds in enumerate(manifest["segments"]):
            listed = {
                file.removeprefix(f"{number}."): (size, sha256)
                for file, (size, sha256) in manifest["files"].items()
                if file.startswith(f"{number}.")
            }
            read = partial(self._read, self.folder / name, number, listed)
            same = held.get(frozenset(listed.items()))
            segments.append(
                same.at(partial(self._dense, read, listed))  # the folder it came from may go
                if same
                else self._segment(read, listed, kinds)
            )
        return Contents(manifest["seq"], segments, name)

    def _is_of_now(self, manifest: Mapping[str, Any]) -> bool:
        return bool(manifest["format"] == FORMAT and manifest["made_with"] == self.made_with)

    def newest_seq(self) -> int:
        """The change that the newest generation was made at, of those that are not of another tokeniser, embedder or format."""
        for name in self.names():
            with suppress(IndexDamaged):
                if self._is_of_now(self.manifest(name)):
                    return self.seq_of(name)
        return 0

    @staticmethod
    def _read(
        folder: Path, number: int, listed: Mapping[str, tuple[int, str]], file: str, kind: str
    ) -> NDArray[Any]:
        return np.frombuffer(files.read_checked(folder / f"{number}.{file}", *listed[file]), kind)

    def _dense(self, read: Read, listed: Mapping[str, tuple[int, str]]) -> DenseParts:
        vectors = as_stored(read("dense.vectors", "u1"), self.dimension)
        lists = None
        if "dense.centres" in listed:
            centres = read("dense.centres", "<f4").reshape(-1, self.dimension)
            lists = Lists(centres, read("dense.sizes", "<i4"))
        return read("dense.rows", "<i4"), vectors, lists

    def _segment(
        self, read: Read, listed: Mapping[str, tuple[int, str]], kinds: Mapping[str, Any]
    ) -> Segment:
        words = read("lexical.terms", "u1").tobytes().decode()
        postings = Postings(
            {term: number for number, term in enumerate(words.split("\n") if words else [])},
            read("lexical.offsets", "<i8"),
            read("lexical.rows", kinds["postings"]).astype(np.int32, copy=False),
            read("lexical.counts", kinds["counts"]).astype(np.uint16, copy=False),
            read("lexical.lengths", "<i4"),
        )
        return Segment(
            read("rows.ids", kinds["ids"]),
            read("docs.ids", kinds["doc_ids"]),
            read("docs.seqs", "<i8"),
            read("docs.starts", "<i8"),
            postings=postings,
            dense=partial(self._dense, read, listed),
            vectors=kinds["vectors"],
            files=listed,
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
            IndexDamaged: a segment that stays as it is has gone from the disk.
        """
        files.make_folder(self.folder)
        temporary = self.folder / f"{files.TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            files.make_folder(temporary)
            data = self._write(temporary, contents)
            name = f"gen-{contents.seq:012d}-{hashlib.sha256(data).hexdigest()[:16]}"
            files.write_new(temporary / MANIFEST, data)
            files.sync_folder(temporary)
            if (self.folder / name).is_dir() and not self.damage(name):
                files.remove_tree(temporary)
                return name
            if (self.folder / name).exists():
                self.quarantine(name)
            files.rename(temporary, self.folder / name)
        except BaseException:
            with suppress(IndexingError):
                files.remove_tree(temporary)
            raise
        for other in self.names():
            if other != name and self.seq_of(other) == contents.seq:
                files.remove_tree(
                    self.folder / other
                )  # of one change there is one, or it would be chance which is newest
        return name

    def _write(self, temporary: Path, contents: Contents) -> bytes:
        """Write the files of every segment, one segment after another, and give the manifest of them all."""
        of = sum(segment.vectors for segment in contents.segments)
        lying = self._lying()
        listed: dict[str, tuple[int, str]] = {}
        kinds = []
        for number, segment in enumerate(contents.segments):
            new = _new_files(segment, is_trained(segment.vectors, of))
            for file, has in segment.files.items():
                if file in new:
                    continue
                if has not in lying:
                    raise IndexDamaged(
                        "A part of the index is missing from the library.",
                        "Run `kmassist doctor --repair`.",
                    )
                files.link(lying[has], temporary / f"{number}.{file}")
                listed[f"{number}.{file}"] = has
            for file, data in new.items():
                files.write_new(temporary / f"{number}.{file}", data)
                listed[f"{number}.{file}"] = len(data), hashlib.sha256(data).hexdigest()
            kinds.append(
                {
                    "rows": len(segment.ids),
                    "vectors": segment.vectors,
                    "ids": segment.ids.dtype.str,
                    "doc_ids": segment.doc_ids.dtype.str,
                    "postings": _kind_of_rows(segment),
                    "counts": _kind_of_counts(segment),
                }
            )
        manifest = {
            "format": FORMAT,
            "seq": contents.seq,
            "made_with": self.made_with,
            "dimension": self.dimension,
            "segments": kinds,
            "files": {file: list(has) for file, has in listed.items()},
        }
        return json.dumps(manifest, sort_keys=True, indent=1).encode()

    def _lying(self) -> dict[tuple[int, str], Path]:
        """Where files lie: size and SHA-256 -> path, in the newest generation that has it."""
        lying: dict[tuple[int, str], Path] = {}
        for name in reversed(self.names()):
            with suppress(IndexDamaged):
                for file, (size, sha256) in self.manifest(name)["files"].items():
                    lying[size, sha256] = self.folder / name / file
        return lying

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


def _new_files(segment: Segment, is_large: bool) -> dict[str, bytes | memoryview]:
    """What of a segment is not written yet."""
    new: dict[str, bytes | memoryview] = {}
    if not segment.files:
        postings = segment.postings
        new = {
            "rows.ids": _bytes(segment.ids),
            "docs.ids": _bytes(segment.doc_ids),
            "docs.seqs": _bytes(segment.doc_seqs.astype("<i8", copy=False)),
            "docs.starts": _bytes(segment.doc_starts.astype("<i8", copy=False)),
            "lexical.terms": "\n".join(postings.terms).encode(),
            "lexical.offsets": _bytes(postings.offsets.astype("<i8", copy=False)),
            "lexical.rows": _bytes(postings.rows.astype(_kind_of_rows(segment), copy=False)),
            "lexical.counts": _bytes(postings.counts.astype(_kind_of_counts(segment), copy=False)),
            "lexical.lengths": _bytes(postings.lengths.astype("<i4", copy=False)),
        }
    if new or (is_large and "dense.centres" not in segment.files):
        base = segment.base()
        rows, vectors, lists = base.rows, base.vectors, base.lists
        if is_large and not lists:
            order, lists = train(vectors)
            rows, vectors = rows[order], vectors[order]
        new["dense.rows"] = _bytes(rows.astype("<i4", copy=False))
        new["dense.vectors"] = _bytes(vectors)
        if lists:
            new["dense.centres"] = _bytes(lists.centres.astype("<f4", copy=False))
            new["dense.sizes"] = _bytes(lists.sizes.astype("<i4", copy=False))
    return new


def _kind_of_rows(segment: Segment) -> str:
    """The narrowest kind of number for the rows of its postings."""
    return "<u2" if len(segment.ids) <= 1 << 16 else "<i4"


def _kind_of_counts(segment: Segment) -> str:
    return "|u1" if segment.postings.counts.max(initial=0) < 1 << 8 else "<u2"


def _bytes(values: NDArray[Any]) -> bytes:
    return np.ascontiguousarray(values).tobytes()
