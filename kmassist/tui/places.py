"""The places of the interface and the keys that lead there. A screen's module is loaded when it is first entered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Place:
    """One screen that a key leads to."""

    mode: str
    key: str
    label: str
    says: str
    made_by: str

    @property
    def make(self) -> Callable[[], Screen[Any]]:
        return self._make

    def _make(self) -> Screen[Any]:
        module, _, name = self.made_by.partition(":")
        screen: Screen[Any] = getattr(import_module(f"kmassist.tui.screens.{module}"), name)()
        return screen


PLACES = (
    Place("ask", "f2", "Ask", "Ask the corpus and see what it holds", "ask:AskScreen"),
    Place(
        "corpus", "f3", "Corpus", "The documents: look, add, correct, remove", "corpus:CorpusScreen"
    ),
    Place("map", "f4", "Map", "Topics by kind of source", "map:MapScreen"),
    Place("gaps", "f5", "Gaps", "The gap register and who leads each stage", "gaps:GapsScreen"),
    Place("briefs", "f6", "Briefs", "Evidence briefs to take to a meeting", "briefs:BriefsScreen"),
    Place("sessions", "f7", "Sessions", "Earlier conversations", "sessions:SessionsScreen"),
    Place(
        "decisions",
        "f8",
        "Decisions",
        "What was decided, what it used, and how much of what is known gets used",
        "decisions:DecisionsScreen",
    ),
)

ALL_PLACES = (
    *PLACES,
    Place(
        "abreast",
        "f10",
        "Abreast",
        "What is new, what turned, what is due, and folders kept in step",
        "abreast:AbreastScreen",
    ),
)
"""Those of the line at the top, and one that a notice at the start, the commands and F10 lead to."""
