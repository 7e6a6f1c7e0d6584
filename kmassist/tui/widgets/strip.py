"""The source coverage strip: eight rows, always eight, by symbol, word and colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.content import Content
from textual.events import Resize
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from kmassist.documents.source_types import SourceType
from kmassist.text.counts import counted
from kmassist.tui.keys import keys
from kmassist.tui.messages import CellHighlighted, OpenCell

if TYPE_CHECKING:
    from kmassist.coverage import Coverage, CoverageCell

_WIDE = 76
"""Columns from which a row fits on one line."""


class CoverageStrip(OptionList):
    """Before a question: how many documents of each kind there are. After one: the state of each kind."""

    BINDINGS = keys(
        (
            "enter",
            "select",
            "Open",
            "The passages of this kind of source, or what its absence warrants",
        ),
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._coverage: Coverage | None = None
        self._held: Mapping[str, int] | None = None
        self._is_wide = False

    def on_mount(self) -> None:
        self._fill()

    @property
    def coverage(self) -> Coverage | None:
        """What is shown now."""
        return self._coverage

    def show_holdings(self, by_type: Mapping[str, int]) -> None:
        """Documents by source type, for the time before a question."""
        self._held = by_type
        self._fill()

    def show_coverage(self, coverage: Coverage | None) -> None:
        """The matrix of a question; None goes back to the holdings."""
        self._coverage = coverage
        self._fill()

    def on_resize(self, event: Resize) -> None:
        """One line a row where there is room for it."""
        is_wide = event.size.width >= _WIDE
        if is_wide != self._is_wide:
            self._is_wide = is_wide
            self._fill()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._coverage is not None:
            self.post_message(OpenCell(SourceType(str(event.option.id))))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The rule of the row under the cursor is shown beside it."""
        event.stop()
        self.post_message(CellHighlighted(SourceType(str(event.option.id))))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._coverage is not None if action == "select" else True

    def _fill(self) -> None:
        kept = self.highlighted
        options = [
            Option(self._row(source_type), id=source_type.value) for source_type in SourceType
        ]
        self.set_options(options)
        self.highlighted = kept if kept is not None else 0
        if self.is_attached:
            self.refresh_bindings()

    def _row(self, source_type: SourceType) -> Content:
        if self._coverage is None:
            count = None if self._held is None else self._held.get(source_type.value, 0)
            return holding_row(source_type, count, is_wide=self._is_wide)
        return coverage_row(self._coverage.cell(source_type), is_wide=self._is_wide)


def holding_row(source_type: SourceType, count: int | None, *, is_wide: bool) -> Content:
    """How many documents of a kind there are; None while that is not known."""
    said = counted(count, "document") if count else "…" if count is None else "no documents"
    gap = " " * (34 - len(source_type.label)) if is_wide else "\n  "
    return Content.assemble("  ", source_type.label, gap, (said, "$km-quiet"))


def coverage_row(cell: CoverageCell, *, is_wide: bool) -> Content:
    """State, count, newest date and need of one kind."""
    from kmassist.coverage import Need, State
    from kmassist.tui.standing import STATE_COLOURS

    is_unneeded = cell.need is Need.NOT_NEEDED and cell.state is State.ABSENT
    colour = "$km-quiet" if is_unneeded else f"${STATE_COLOURS[cell.state]}"
    symbol = " " if is_unneeded else cell.state.symbol
    state = (
        ("not needed" if cell.is_searched else "not searched") if is_unneeded else cell.state.words
    )
    count = cell.counted
    need = cell.need.words if cell.need is Need.REQUIRED else ""
    if is_wide:
        return Content.assemble(
            (f"{symbol} ", f"bold {colour}"), f"{cell.source_type.label:<31}", (f"{state:<14}", colour),
            f"{count:<11}", (f"{cell.newest:<11}", "$km-quiet"), (need, "$km-quiet"),
        )  # fmt: skip
    facts = " · ".join(part for part in (count, cell.newest) if part)
    return Content.assemble(
        (f"{symbol} ", f"bold {colour}"), cell.source_type.label, ("  " + need if need else "", "$km-quiet"), "\n  ",
        (state, colour), (f" · {facts}" if facts else "", "$km-quiet"),
    )  # fmt: skip
