"""Corpus."""

from __future__ import annotations

from kmassist.tui.screens.main import MainScreen


class CorpusScreen(MainScreen):
    """Corpus."""

    mode = "corpus"
