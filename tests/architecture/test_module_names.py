"""A benchmark that is started as a file sees its own folder first: no module there may bear the name of one of Python's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", ["benchmarks", "docs", "install"])
def test_no_module_hides_one_of_pythons(folder: str) -> None:
    names = {path.stem for path in (ROOT / folder).glob("*.py")}
    assert not names & set(sys.stdlib_module_names)
