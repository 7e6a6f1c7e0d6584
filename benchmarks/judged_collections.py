"""Judged libraries, built once and kept by the digest of what they hold: shared by the benchmarks that ask about subjects.

A collection is a folder with ``documents/``, ``subjects.yaml`` and, where there are any, ``questions.jsonl``
(../shared/data/libraries/README.md says what is in them), or the demonstration corpus with its ten wordings a subject.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from kmassist.assistant import Assistant
from kmassist.documents.document import SourceType
from kmassist.embedding import open_embedder
from kmassist.embedding.embedder import Embedder
from kmassist.index import Entry, Index, open_index
from kmassist.settings.model import Settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
LIBRARIES = SHARED / "libraries"
WORDINGS = SHARED / "wordings"
SAMPLE = ROOT / "corpus" / "sample"
FRAILTY = ROOT / "corpus" / "frailty"


@dataclass(frozen=True)
class Subject:
    """One need with what bears on it, kind by kind.

    ``gold`` kind -> file names, kinds that are absent left out; ``optional`` files are neither right nor wrong; kinds in ``either``
    are not scored; ``wordings`` are (style, text).
    """

    name: str
    gold: dict[SourceType, frozenset[str]]
    optional: frozenset[str]
    either: frozenset[SourceType]
    wordings: tuple[tuple[str, str], ...]

    @property
    def files(self) -> frozenset[str]:
        """Every file that bears on it."""
        return frozenset().union(*self.gold.values())


@dataclass(frozen=True)
class Collection:
    """One judged library; ``documents`` is the folder that is added."""

    name: str
    documents: Path
    subjects: tuple[Subject, ...]
    questions: tuple[dict[str, Any], ...] = field(default=())

    @cached_property
    def digest(self) -> str:
        """Of the files and where they lie."""
        found = hashlib.sha256()
        for path in sorted(p for p in self.documents.rglob("*") if p.is_file()):
            found.update(str(path.relative_to(self.documents)).encode() + b"\0" + path.read_bytes())
        return found.hexdigest()[:16]

    def open(self, embedder: Embedder) -> Assistant:
        """The library of these documents, built when it is not kept yet."""
        folder = (
            cache()
            / f"{self.name}-{self.digest}-{hashlib.sha256(embedder.fingerprint.encode()).hexdigest()[:8]}"
        )
        if not folder.is_dir():
            unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
            with Assistant.open(
                Settings(library=unfinished), create=True, embedder=embedder
            ) as assistant:
                for _ in assistant.add([self.documents]):
                    pass
            try:
                unfinished.rename(folder)
            except OSError:  # another run was quicker
                shutil.rmtree(unfinished)
        return Assistant.open(Settings(library=folder), read_only=True, embedder=embedder)


def part_of(assistant: Assistant, files: frozenset[str], place: Path) -> Index:
    """An index of some files of a library, with the vectors that they have there."""
    part = open_index(
        f"file:{place}/library",
        embedder=assistant.embedder.fingerprint,
        dimension=assistant.embedder.dimension,
        create=True,
    )
    for document in assistant.sources():
        if Path(document.source_name).name in files:
            passages = assistant.index.passages_of(document.doc_id)
            held = assistant.index.vectors([p.passage_id for p in passages])
            pairs = [held[p.passage_id] for p in passages]
            part.add(
                Entry(
                    assistant.index.document(document.doc_id),
                    passages,
                    np.stack([passage for passage, _ in pairs]),
                    [sentences for _, sentences in pairs],
                )
            )
    return part


def cache() -> Path:
    """Where built libraries are kept; ``KMASSIST_BENCHMARK_CACHE`` names another place."""
    place = Path(
        os.environ.get("KMASSIST_BENCHMARK_CACHE")
        or Path(tempfile.gettempdir()) / "kmassist-benchmarks"
    )
    place.mkdir(parents=True, exist_ok=True)
    return place


def embedder_of_all() -> Embedder:
    """One embedder for every collection, loaded once."""
    return open_embedder()


def collection(folder: Path) -> Collection:
    """A folder of ../shared/data/libraries, or one made like them."""
    return Collection(
        folder.name,
        folder / "documents",
        read_subjects(folder / "subjects.yaml"),
        tuple(
            json.loads(line)
            for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
            if line.strip()
        ),
    )


def demonstration() -> Collection:
    """The demonstration corpus with the wordings of ../shared/data/wordings."""
    return Collection("demonstration", SAMPLE, read_subjects(WORDINGS / "wordings.yaml"))


def second_demonstration() -> Collection:
    """The corpus on frail older people, which nothing was fitted on."""
    judged = Path(__file__).parent / "data" / "frailty_wordings.yaml"
    return Collection("frailty", FRAILTY, read_subjects(judged))


def collections(names: list[str] | None = None) -> list[Collection]:
    """The libraries of these names or folders; all of ../shared/data/libraries without any."""
    folders = [Path(n) if Path(n).is_dir() else LIBRARIES / n for n in names or ()]
    return [
        collection(folder)
        for folder in folders or sorted(p for p in LIBRARIES.iterdir() if p.is_dir())
    ]


def read_subjects(path: Path) -> tuple[Subject, ...]:
    """The judged subjects of a file."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows = read["subjects"] if isinstance(read, dict) else read
    return tuple(
        Subject(
            name=row["id"],
            gold={
                SourceType(kind): frozenset(Path(f).name for f in found["present"])
                for kind, found in row["gold"].items()
                if isinstance(found, dict) and found.get("present")
            },
            optional=frozenset(Path(f).name for f in row.get("optional") or ()),
            either=frozenset(SourceType(kind) for kind in row.get("either") or ()),
            wordings=tuple((w["style"], w["text"]) for w in row["wordings"]),
        )
        for row in rows
    )
