"""Gaps."""

from __future__ import annotations

from kmassist.tui.screens.main import MainScreen


class GapsScreen(MainScreen):
    """Gaps."""

    mode = "gaps"
