"""What works wherever one is: the ways to begin, the tour, the way back, finding words."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App
from textual.widget import Widget

from kmassist.tui import TO_DEMONSTRATION, TO_OWN_LIBRARY, welcome
from kmassist.tui.context import context


class Beginning(App[None]):
    """What the application offers before somebody knows it, and keys that look at what is on top."""

    @property
    def is_demonstration(self) -> bool:
        """Whether the library holds a demonstration corpus."""
        from kmassist.settings.file import is_demonstration

        own = context(self)
        return own.library.is_open and is_demonstration(own.settings.library)

    def begin(self, said: str) -> bool:
        """Do what a line of the first screen offers; False when it is a question."""
        ways: dict[str, Callable[[], object]] = {
            welcome.ADD: lambda: self.switch_mode("corpus"),
            welcome.DEMONSTRATION: lambda: self.exit(return_code=TO_DEMONSTRATION),
            welcome.OWN: lambda: self.exit(return_code=TO_OWN_LIBRARY),
            welcome.TOUR: self.action_tour,
        }
        if said in ways:
            ways[said]()
        return said in ways

    def action_tour(self) -> None:
        from kmassist.tui.screens.tour import TourScreen

        self.push_screen(TourScreen())

    async def action_back_or_quit(self) -> None:
        """Out of what lies on top; from a place itself, leave: everything shown is saved."""
        if len(self.screen_stack) > 1:
            self.simulate_key("escape")
        else:
            await self.action_quit()

    def action_jump(self) -> None:
        from kmassist.tui.screens.jump import JumpScreen, places_to_jump

        def go(target: Widget | None) -> None:
            if target is not None and target.is_attached:
                target.focus()

        if not isinstance(self.screen, JumpScreen):
            self.push_screen(JumpScreen(places_to_jump(self.screen)), go)

    # -- finding --------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.can_find if action == "find" else super().check_action(action, parameters)

    @property
    def can_find(self) -> bool:
        """Whether there is a list or a text to look in, and no field is typed in."""
        if not self.screen_stack:
            return False
        focused = self.screen.focused
        if focused is not None and focused.check_consume_key("slash", "/"):
            return False
        from kmassist.tui.widgets.find import where_to_find

        return where_to_find(self.screen) is not None

    def action_find(self) -> None:
        from kmassist.tui.widgets.find import open_find

        open_find(self.screen)

    def on_sheet_show_all(self) -> None:
        """Every row is shown again: nothing is looked for."""
        from kmassist.tui.widgets.find import close_find

        close_find(self.screen)
