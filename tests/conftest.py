"""Fixtures shared by all tests: no network, own folders, and the demonstration corpus indexed once with the real model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "corpus" / "sample"


@dataclass(frozen=True)
class Done:
    """What one command line gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as JSON."""
        return json.loads(self.out)


def run_kmassist(library: Path, args: Sequence[str], *, embedder: str = "hashing", stdin: str | None = None) -> Done:
    """The real program in a process of its own."""
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("KMASSIST_")},
        "KMASSIST_EMBEDDING__MODEL": embedder,
        "KMASSIST_CONFIG": str(library.parent / "no-such-settings.toml"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "kmassist", "--library", str(library), *args],
        capture_output=True, text=True, env=env, input=stdin, cwd=library.parent, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


Run = Callable[..., Done]


@pytest.fixture
def kmassist(tmp_path: Path) -> Run:
    """Run the program on a library of this test's own, with the small embedder that needs no model."""

    def run(*args: str, stdin: str | None = None) -> Done:
        return run_kmassist(tmp_path / "library", args, stdin=stdin)

    return run


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole demonstration corpus in a library made by the real program with the real model; do not write to it."""
    library = tmp_path_factory.mktemp("sample") / "library"
    done = run_kmassist(library, ["add", "--json", str(SAMPLE)], embedder="default")
    assert done.code == 0, done.out + done.err
    assert not done.json["skipped"]
    return library


@pytest.fixture
def sample(sample_library: Path) -> Run:
    """Run the program on the demonstration corpus with the real model."""

    def run(*args: str, stdin: str | None = None) -> Done:
        return run_kmassist(sample_library, args, embedder="default", stdin=stdin)

    return run
