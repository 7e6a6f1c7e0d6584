"""The keys that work now, on one line: the most important first, whole words only, the rest one key (F1) away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.events import Leave, MouseDown, MouseMove, Resize
from textual.screen import Screen
from textual.widget import Widget

_GAP = 2
_ALWAYS = ("escape", "f1")
"""How to get back and how to see the rest are never left out."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One key with its word, and where it stands on the line."""

    key: str
    shown: str
    label: str
    tooltip: str = ""
    start: int = 0

    @property
    def width(self) -> int:
        """Columns it takes."""
        return cell_len(self.shown) + 1 + cell_len(self.label)


class KeyLine(Widget):
    """Made from the bindings themselves: first those of what has the focus, then those of the screen. A click presses a key."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; width: 100%; padding: 0 1; background: $footer-background; color: $footer-description-foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._all: list[Hint] = []
        self._placed: list[Hint] = []
        self._under_mouse = ""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if not self.is_attached or screen is not self.screen:
            return
        hints: dict[
            tuple[object, str], Hint
        ] = {}  # by widget and action: several keys of one are shown as the first
        bindings = screen.active_bindings
        nodes = {active.node for active in bindings.values()}
        labels = {node: getattr(node, "key_labels", {}) for node in nodes}
        for active in bindings.values():
            hint = self._hint(active.binding, labels[active.node])
            if active.enabled and hint.label:
                hints.setdefault((active.node, active.binding.action), hint)
        self._all = list(hints.values())
        if not screen.is_modal:
            self._all.append(Hint("ctrl+p", "^p", "All actions", "Every action by name"))
        else:
            self._all += self._beyond_the_card(bindings)
        self._place()

    def _beyond_the_card(self, active: Mapping[str, ActiveBinding]) -> list[Hint]:
        """Keys of the application that work on a card too."""
        found = []
        if "slash" not in active and getattr(self.app, "can_find", False):
            found.append(Hint("slash", "/", "Find", "Find words in this list or text"))
        if "f1" not in active:
            help_words = "What this card does and every key that works here"
            found.append(Hint("f1", "F1", "Help", help_words))
        return found

    def _hint(self, binding: Binding, labels: Mapping[str, str]) -> Hint:
        """A binding as a hint; a widget's own ``key_labels`` (action -> word) say more than the binding can."""
        label = labels.get(binding.action, binding.description if binding.show else "")
        return Hint(binding.key, self.app.get_key_display(binding), label, binding.tooltip)

    def on_resize(self, event: Resize) -> None:
        self._place()

    def _place(self) -> None:
        self._placed = place(self._all, self.content_size.width)
        self.refresh()

    @property
    def shown(self) -> list[str]:
        """The keys on the line, as bindings name them."""
        return [hint.key for hint in self._placed]

    def render(self) -> Content:
        """Keys and words, each where it was placed."""
        parts: list[str | tuple[str, str]] = []
        column = 0
        for hint in self._placed:
            parts.append(" " * (hint.start - column))
            under = " underline" if hint.key == self._under_mouse else ""
            parts += [
                (hint.shown, f"bold $footer-key-foreground{under}"),
                (f" {hint.label}", under.strip()),
            ]
            column = hint.start + hint.width
        return Content.assemble(*parts)

    # -- the mouse ------------------------------------------------------------------------------------------------

    def _at(self, column: int) -> Hint | None:
        column -= self.gutter.left
        return next((h for h in self._placed if h.start <= column < h.start + h.width), None)

    def on_mouse_down(self, event: MouseDown) -> None:
        event.stop()
        hint = self._at(event.x)
        if hint is not None:
            self.app.simulate_key(hint.key.split(",")[0])

    def on_mouse_move(self, event: MouseMove) -> None:
        hint = self._at(event.x)
        self._point_at(hint)

    def on_leave(self, event: Leave) -> None:
        self._point_at(None)

    def _point_at(self, hint: Hint | None) -> None:
        key = hint.key if hint else ""
        if key != self._under_mouse:
            self._under_mouse = key
            self.tooltip = hint.tooltip if hint and hint.tooltip else None
            self.refresh()


def place(hints: list[Hint], width: int) -> list[Hint]:
    """Those of the hints that fit on a line of ``width`` columns, in order, the help key at the right end.

    The ways back and to the help stay; what comes last goes first. No word is cut.
    """
    helping = next((hint for hint in hints if hint.key == "f1"), None)
    rest = [hint for hint in hints if hint is not helping]
    room = width - (helping.width + _GAP if helping else 0)

    def taken(kept: list[Hint]) -> int:
        return sum(hint.width for hint in kept) + _GAP * max(0, len(kept) - 1)

    while rest and taken(rest) > room:
        last = next(
            (hint for hint in reversed(rest) if hint.key.split(",")[0] not in _ALWAYS), rest[-1]
        )
        rest.remove(last)
    placed, column = [], 0
    for hint in rest:
        placed.append(replace(hint, start=column))
        column += hint.width + _GAP
    if helping is not None:
        is_all = len(rest) == len(hints) - 1
        last = replace(helping, label=helping.label if is_all else "More")
        placed.append(replace(last, start=max(column, width - last.width)))
    return placed
