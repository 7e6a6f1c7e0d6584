"""The line at the top: where one is and where the keys lead."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click, MouseMove
from textual.widget import Widget

from kmassist.tui.places import PLACES, Place

_BRAND = "kmassist"


class Navigation(Widget):
    """All places in a row, the one at hand in brackets; a click goes there. One widget, so that it costs nothing at the start."""

    ALLOW_SELECT = False

    def __init__(self, here: str) -> None:
        super().__init__()
        self._here = here

    def render(self) -> Content:
        parts: list[str | tuple[str, str]] = (
            [(f"{_BRAND}   ", "bold $km-link")] if self._is_roomy else []
        )
        for place in PLACES:
            is_here = place.mode == self._here
            label = self._label(place)
            name = f"[{label}]" if is_here else f" {label} "
            parts += [
                (place.key.upper(), "$km-quiet"),
                (name, "bold $km-link" if is_here else ""),
                " ",
            ]
        return Content.assemble(*parts)

    @property
    def _is_roomy(self) -> bool:
        return self.content_size.width >= 96

    def _label(self, place: Place) -> str:
        """The name of a place, short where seven names do not fit: no place is hidden."""
        room = sum(len(each.key) + cell_len(each.label) + 3 for each in PLACES)
        return place.label if self.content_size.width >= room - 1 else place.label[:3]

    def mode_at(self, column: int) -> str | None:
        """The place that stands at a column of the widget; None between them."""
        start = self.gutter.left + (cell_len(_BRAND) + 3 if self._is_roomy else 0)
        for place in PLACES:
            end = start + len(place.key) + cell_len(self._label(place)) + 2
            if start <= column < end:
                return place.mode
            start = end + 1
        return None

    def on_click(self, event: Click) -> None:
        event.stop()
        mode = self.mode_at(event.x)
        if mode:
            self.app.run_worker(self.app.run_action(f"go('{mode}')"))

    def on_mouse_move(self, event: MouseMove) -> None:
        mode = self.mode_at(event.x)
        self.tooltip = next((place.says for place in PLACES if place.mode == mode), None)
