"""YAML beside or before a text: front matter and the sidecar ``NAME.meta.yaml``. Keys are the fields of Metadata."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from kmassist.documents.document import clean_text
from kmassist.readers.metadata.provenance import Layer

SIDECAR_SUFFIXES = (".meta.yaml", ".meta.yml")
MAX_YAML = 200_000
_BLOCK = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(.*?)(?:\r?\n)?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M
)


class _PlainLoader(yaml.BaseLoader):
    """Scalars stay text (a version 1.10 is not 1.1); aliases are refused, because they can expand without end.

    A name that stands twice with two values has none: to take either would be a guess. ``twice`` holds such names.
    """

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self.twice: list[str] = []

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        differ: list[Any] = []
        for key_node, value_node in node.value:
            pair = super().construct_mapping(
                yaml.MappingNode(node.tag, [(key_node, value_node)]), deep=True
            )
            ((key, value),) = pair.items()
            if found.setdefault(key, value) != value and key not in differ:
                differ.append(key)
        self.twice += map(str, differ)
        return {key: value for key, value in found.items() if key not in differ}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("references (*name) are not allowed")
        return super().compose_node(parent, index)


def split_front_matter(text: str) -> tuple[str, Layer, list[str]]:
    """The text without its front matter, the values, and warnings; text that has none comes back as it is."""
    match = _BLOCK.match(text)
    if not match or ":" not in match.group(1):
        return text, Layer("front matter"), []
    values, warnings = _load(match.group(1), "front matter")
    if not values and warnings and not _KEY.search(match.group(1)):
        return text, Layer("front matter"), []
    return text[match.end() :], Layer("front matter", values), warnings


_KEY = re.compile(r"^[a-z_]{3,}:", re.M)


def sidecar_of(path: Path) -> Path | None:
    """``<name>.meta.yaml`` or ``<stem>.meta.yaml`` beside a source; None when there is none."""
    return next((beside for beside, is_plain in _beside(path) if is_plain), None)


def _beside(path: Path) -> Iterator[tuple[Path, bool]]:
    """What is there by the name of a sidecar, and whether it is a plain file: no link, folder or pipe."""
    for name in (f"{path.name}", f"{path.stem}"):
        for suffix in SIDECAR_SUFFIXES:
            sidecar = path.with_name(name + suffix)
            with suppress(OSError):  # not there, or a name too long to have one
                if sidecar != path:
                    yield sidecar, stat.S_ISREG(sidecar.lstat().st_mode)


def read_sidecar(path: Path) -> tuple[Layer, list[str]]:
    """Values of the sidecar of a source; empty when there is none."""
    sidecar = sidecar_of(path)
    if sidecar is None:
        return Layer("sidecar"), [
            f"The sidecar {clean_text(other.name)} is a link or no plain file, so it was not read: put a file in its place."
            for other, _ in _beside(path)
        ]
    label = f"sidecar {clean_text(sidecar.name)}"
    try:
        with sidecar.open("rb") as handle:
            raw = handle.read(MAX_YAML + 1)
    except OSError as problem:
        return Layer("sidecar"), [
            f"The {label} cannot be read ({problem.strerror or 'input error'})."
        ]
    values, warnings = _load(raw.decode("utf-8-sig", errors="replace"), label)
    return Layer("sidecar", values, label), warnings


def is_sidecar(path: Path) -> bool:
    """Whether a file describes another one instead of being a source."""
    return path.name.casefold().endswith(SIDECAR_SUFFIXES)


def _load(text: str, label: str) -> tuple[dict[str, Any], list[str]]:
    if len(text) > MAX_YAML:
        return {}, [f"The {label} is larger than {MAX_YAML:,} characters, so it was left out."]
    try:
        loader = _PlainLoader(text)
        found = loader.get_single_data()
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f" near line {mark.line + 1}" if mark else f" ({str(problem)[:80]})"
        return {}, [f"The {label} is not valid YAML{where}, so it was left out."]
    if found in (None, ""):
        return {}, []
    if not isinstance(found, dict):
        return {}, [f"The {label} is not a list of 'name: value' lines, so it was left out."]
    warnings = [
        f"'{clean_text(name)}' stands twice in the {label} with different values, so it was left out: keep one of them."
        for name in loader.twice
    ]
    return {str(key).strip(): _nulls(value) for key, value in found.items()}, warnings


def _nulls(value: Any) -> Any:
    if isinstance(value, str):
        return None if value.strip().casefold() in ("", "null", "~", "none") else value
    if isinstance(value, list):
        return [item for item in map(_nulls, value) if item is not None]
    if isinstance(value, dict):
        return {str(key): kept for key, item in value.items() if (kept := _nulls(item)) is not None}
    return value
