"""The vocabulary for front ends: no library and no model needed."""

from __future__ import annotations

from pathlib import Path

from kmassist.config import Settings
from kmassist.vocabulary import Vocabulary


def load_vocabulary(settings: Settings) -> Vocabulary:
    """The shipped vocabulary with the site's own additions."""
    return Vocabulary.load(settings.retrieval.vocabulary)


def shipped_vocabulary() -> Path:
    """The file that ships with kmassist."""
    return Path(__file__).resolve().parents[1] / "data" / "vocabulary.yaml"
