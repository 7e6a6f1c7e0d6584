"""Briefs."""

from __future__ import annotations

from kmassist.tui.screens.main import MainScreen


class BriefsScreen(MainScreen):
    """Briefs."""

    mode = "briefs"
