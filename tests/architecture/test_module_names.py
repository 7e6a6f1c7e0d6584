"""A benchmark that is started as a file sees its own folder first: no module there may bear the name of one of Python's."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", ["benchmarks", "docs", "install"])
def test_no_module_hides_one_of_pythons(folder: str) -> None:
    names = {path.stem for path in (ROOT / folder).glob("*.py")}
    assert not names & set(sys.stdlib_module_names)


def test_no_constant_is_given_a_second_value() -> None:
    """A second one of the same name silently takes the place of the first, wherever that was used."""
    paths = sorted((ROOT / "kmassist").rglob("*.py"))
    assert len(paths) > 500
    assert [(p.name, name) for p in paths for name in _twice(ast.parse(p.read_text("utf-8")))] == []


def test_a_second_value_is_seen() -> None:
    assert _twice(ast.parse('OWN = "own"\nTABLE: dict = {}\nTABLE["a"] = 1\nOWN = "Latin"')) == {
        "OWN"
    }


def _twice(module: ast.Module) -> set[str]:
    named = Counter[str]()
    for node in module.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        named.update(target.id for target in targets if isinstance(target, ast.Name))
    return {name for name, times in named.items() if times > 1}
