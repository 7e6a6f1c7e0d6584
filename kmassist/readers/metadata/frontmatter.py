"""YAML beside or before a text: front matter and the sidecar ``NAME.meta.yaml``. Keys are the fields of Metadata."""

from __future__ import annotations

import re
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
    """Scalars stay text (a version 1.10 is not 1.1) and aliases are refused: they can expand without end."""

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
    for name in (f"{path.name}", f"{path.stem}"):
        for suffix in SIDECAR_SUFFIXES:
            sidecar = path.with_name(name + suffix)
            with suppress(OSError):  # a name too long to have one
                if sidecar != path and sidecar.is_file() and not sidecar.is_symlink():
                    return sidecar
    return None


def read_sidecar(path: Path) -> tuple[Layer, list[str]]:
    """Values of the sidecar of a source; empty when there is none."""
    sidecar = sidecar_of(path)
    if sidecar is None:
        return Layer("sidecar"), []
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
        found = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a loader without object construction
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f" near line {mark.line + 1}" if mark else ""
        return {}, [f"The {label} is not valid YAML{where}, so it was left out."]
    if found in (None, ""):
        return {}, []
    if not isinstance(found, dict):
        return {}, [f"The {label} is not a list of 'name: value' lines, so it was left out."]
    return {str(key).strip(): _nulls(value) for key, value in found.items()}, []


def _nulls(value: Any) -> Any:
    if isinstance(value, str):
        return None if value.strip().casefold() in ("", "null", "~", "none") else value
    if isinstance(value, list):
        return [item for item in map(_nulls, value) if item is not None]
    if isinstance(value, dict):
        return {str(key): kept for key, item in value.items() if (kept := _nulls(item)) is not None}
    return value
