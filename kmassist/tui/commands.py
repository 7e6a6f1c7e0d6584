"""Every action of the interface by name, for the palette (Ctrl+P)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, cast

from textual.app import SystemCommand
from textual.screen import Screen

from kmassist.tui import welcome
from kmassist.tui.places import ALL_PLACES
from kmassist.tui.screens.main import MainScreen
from kmassist.tui.theme import THEME_LABELS


class Palette(Protocol):
    """What the application does for the palette."""

    is_demonstration: Any
    action_go: Callable[[str], Any]
    run_bound: Callable[..., Any]
    action_use_theme: Callable[[str], Any]
    action_toggle_motion: Callable[[], Any]
    action_tour: Callable[[], Any]
    begin: Callable[[str], Any]
    action_help: Callable[[], Any]
    action_quit: Callable[[], Any]


def system_commands(app: Palette, screen: Screen[object]) -> Iterable[SystemCommand]:
    """Places, what the screen at hand can do, themes, the beginning."""
    for place in ALL_PLACES:
        yield SystemCommand(
            f"Go to {place.label}",
            f"{place.says} ({place.key.upper()})",
            lambda m=place.mode: app.action_go(m),
        )
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        is_said = active.enabled and binding.description and binding.action not in seen
        if not is_said or active.node is cast(Any, app) or not binding.tooltip:
            continue  # moving a cursor is no command
        seen.add(binding.action)
        yield SystemCommand(
            binding.description,
            binding.tooltip,
            lambda a=active: app.run_bound(a.binding.action, a.node),
        )
    if isinstance(screen, MainScreen) and "trail" not in seen:
        yield SystemCommand("Audit trail", "Who did what and when, by role", screen.action_trail)
    for name, label in THEME_LABELS.items():
        yield SystemCommand(
            f"Theme: {label}",
            "Remembered for the next start",
            lambda n=name: app.action_use_theme(n),
        )
    yield SystemCommand("Reduced motion", "Switch animations off or on", app.action_toggle_motion)
    yield SystemCommand("Tour", welcome.TOUR, app.action_tour)
    way = welcome.OWN if app.is_demonstration else welcome.DEMONSTRATION
    name = "My own library" if app.is_demonstration else "Demonstration"
    yield SystemCommand(name, way, lambda: app.begin(way) and None)
    yield SystemCommand("Help", "What this screen does and its keys (F1)", app.action_help)
    yield SystemCommand(
        "Quit", "Leave kmassist (Ctrl+Q); everything shown is saved", app.action_quit
    )
