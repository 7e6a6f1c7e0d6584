"""Asking of a part of the library: the filter bar of the conversation and its key."""

from __future__ import annotations

from kmassist.tui.screens.answer_screen import AnswerScreen
from kmassist.tui.widgets.filter_bar import FilterBar
from kmassist.tui.widgets.question_input import QuestionInput

FILTER_TIP = "Ask of some kinds of source, of some years, of a set; Del asks of all again"


class FilteringScreen(AnswerScreen):
    """A conversation that can be narrowed to kinds of source, years and a set."""

    def action_filter(self) -> None:
        bar = self.query_one(FilterBar)
        if bar.is_open:
            bar.action_close()
        else:
            self.remove_class("-strip")
            bar.open()

    def on_filter_bar_closed(self, message: FilterBar.Closed) -> None:
        message.stop()
        self.query_one(QuestionInput).focus()
