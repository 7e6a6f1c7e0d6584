"""Sessions."""

from __future__ import annotations

from kmassist.tui.screens.main import MainScreen


class SessionsScreen(MainScreen):
    """Sessions."""

    mode = "sessions"
