"""Map."""

from __future__ import annotations

from kmassist.tui.screens.main import MainScreen


class MapScreen(MainScreen):
    """Map."""

    mode = "map"
