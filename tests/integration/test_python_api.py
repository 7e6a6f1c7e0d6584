"""The Python interface: the examples of its page run, its names and arguments are pinned, it is typed and light."""

from __future__ import annotations

import doctest
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kmassist
from tests.conftest import ROOT, SAMPLE

SOURCES = (
    "published/gurol-urganci-2021-oasi-bundle.md",
    "published/kenyon-2017-bsots.md",
    "audit/interpreter-use-2025.csv",
)


@pytest.mark.model
def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SOURCES:
        target = tmp_path / "folder" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(SAMPLE / name, target)
        for beside in SAMPLE.joinpath(name).parent.glob(f"{Path(name).stem}.*y*ml"):
            shutil.copy2(beside, target.parent / beside.name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KMASSIST_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.delenv("KMASSIST_EMBEDDING__MODEL", raising=False)
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(
        page.replace("```", ""), {}, "python.md", "docs/python.md", 0
    )
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    found = runner.run(test, out=said.append)
    assert found.attempted > 20
    assert not found.failed, "".join(said)


def test_the_surface_is_pinned() -> None:
    """A change here is a new major version."""
    surface = {
        name: [p.name for p in inspect.signature(member).parameters.values()][1:]
        for name, member in inspect.getmembers(kmassist.Library, inspect.isfunction)
        if not name.startswith("_")
    }
    assert surface == {
        "add": ["paths", "metadata"],
        "ask": ["question", "kinds"],
        "brief": ["question", "audience"],
        "check": ["draft"],
        "close": [],
        "coverage": ["question"],
        "documents": [],
        "export": ["brief", "path", "force"],
        "leaving": ["answer"],
        "search": ["question", "k", "kinds"],
    }
    assert list(inspect.signature(kmassist.open).parameters) == [
        "path",
        "create",
        "read_only",
        "settings",
    ]


def test_a_program_that_uses_it_is_typed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import kmassist\n"
        'with kmassist.open("x", create=True) as library:\n'
        '    reveal_type(library.ask("q").closest)\n'
        '    reveal_type(library.check("d").sentences[0].verdict)\n',
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", str(program)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "tuple[kmassist.answers.model.Claim, ...]" in done.stdout
    assert "kmassist.verification.model.Verdict" in done.stdout
