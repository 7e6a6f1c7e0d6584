"""What stands beside a source: nothing of it is taken or passed over in silence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kmassist.readers.metadata.frontmatter import read_sidecar, split_front_matter


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "audit.md"
    path.write_text("Women waited in triage.", encoding="utf-8")
    return path


def beside(source: Path) -> Path:
    return source.with_name("audit.md.meta.yaml")


@pytest.mark.parametrize(
    "text", ["source_type: AUD\nsource_type: PUB\n", "a: 1\n'source_type': AUD\nsource_type: PUB"]
)
def test_a_name_that_stands_twice_is_said_and_neither_value_is_taken(
    source: Path, text: str
) -> None:
    beside(source).write_text(text + "\ntitle: Triage", encoding="utf-8")
    layer, warnings = read_sidecar(source)
    assert layer.values["title"] == "Triage"
    assert "source_type" not in layer.values
    assert [w for w in warnings if "'source_type' stands twice" in w and "audit.md.meta.yaml" in w]
    _, before, said = split_front_matter(f"---\n{text}\ntitle: Triage\n---\nWomen waited.")
    assert "source_type" not in before.values
    assert said


def test_the_same_value_twice_is_no_doubt(source: Path) -> None:
    beside(source).write_text("source_type: AUD\nsource_type: AUD\n", encoding="utf-8")
    layer, warnings = read_sidecar(source)
    assert layer.values == {"source_type": "AUD"}
    assert warnings == []


def test_within_a_value_too(source: Path) -> None:
    beside(source).write_text("ppi:\n  number: 3\n  number: 40\n", encoding="utf-8")
    layer, warnings = read_sidecar(source)
    assert layer.values == {"ppi": {}}
    assert "'number' stands twice" in warnings[0]


@pytest.mark.parametrize("kind", ["pipe", "link", "dangling", "folder"])
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_what_is_no_plain_file_is_said_and_not_read(source: Path, kind: str) -> None:
    other = source.with_name("elsewhere.yaml")
    if kind == "pipe":
        os.mkfifo(beside(source))
    elif kind == "folder":
        beside(source).mkdir()
    else:
        beside(source).symlink_to(other)
        if kind == "link":
            other.write_text("title: Secret", encoding="utf-8")
    layer, warnings = read_sidecar(source)
    assert layer.values == {}
    assert len(warnings) == 1
    assert "audit.md.meta.yaml is a link or no plain file" in warnings[0]


def test_references_are_refused_and_named(source: Path) -> None:
    beside(source).write_text("title: &a Triage\nissuer: *a\n", encoding="utf-8")
    layer, warnings = read_sidecar(source)
    assert layer.values == {}
    assert "references (*name)" in warnings[0]


def test_no_value_builds_objects(source: Path) -> None:
    beside(source).write_text("title: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    layer, _ = read_sidecar(source)
    assert layer.values.get("title") != str(Path.cwd())
