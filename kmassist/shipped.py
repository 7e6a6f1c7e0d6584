"""Where the files that ship with kmassist are: in the wheel, or beside the package in a source tree."""

from __future__ import annotations

from pathlib import Path

from kmassist.errors import SourceNotFound

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The folder of that name (``corpus`` or ``prompts``).

    Raises:
        SourceNotFound: this installation lacks it.
    """
    for path in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if path.is_dir():
            return path
    raise SourceNotFound(f"This installation of kmassist lacks its '{name}' folder.", "Install it again.")


def sample_corpus() -> Path:
    """The demonstration corpus."""
    return shipped("corpus") / "sample"
