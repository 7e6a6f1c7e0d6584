"""Use: how much of what is known gets used, kind by kind, and over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kmassist.records.decisions import Every, Period, Ratio, overall
from kmassist.records.decisions.tables import EXPLAINS
from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.safe import words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import write_to


class UseScreen(Card[None]):
    """A chart in characters and a table; never colour alone."""

    ABOUT: ClassVar[str] = EXPLAINS
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the decisions"),
        ("b", "period", "Period", "By month, quarter or year"),
        ("x", "export", "Export", "Write the ratios to a .csv, .json or .md file"),
    )
    CSS = "UseScreen #ratios { height: 1fr; margin-top: 1; } UseScreen #ratios > Static { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._every = Every.QUARTER

    def body(self) -> ComposeResult:
        yield Static(words(("How much of what is known gets used", "bold")), markup=False)
        with VerticalScroll(id="ratios"):
            yield Static("", markup=False)

    async def fill(self) -> None:
        library, every = context(self).library, self._every
        ratios, periods = await library.call(
            lambda a: (a.decisions.ratios(), a.decisions.periods(every))
        )
        self.query_one("#ratios > Static", Static).update(_chart(ratios, periods, every))

    def action_period(self) -> None:
        lengths = list(Every)
        self._every = lengths[(lengths.index(self._every) + 1) % len(lengths)]
        self._load()

    def action_export(self) -> None:
        every = self._every
        write_to(
            self,
            "Export to",
            "use.csv",
            "Ends in .csv, .json or .md",
            lambda a, path: a.decisions.export_use(path, every=every),
        )


def _chart(ratios: Sequence[Ratio], periods: Sequence[Period], every: Every) -> Content:
    if not periods:
        return words(
            (
                "No decision is signed yet, so nothing can be said. A draft does not count.",
                "$km-quiet",
            )
        )
    parts: list[str | tuple[str, str]] = []
    for ratio in (*ratios, overall(ratios)):
        name = f"{ratio.source_type.value} {ratio.label}" if ratio.source_type else ratio.label
        parts += [
            f"{name:<36}",
            (f"{ratio.bar():<22}", "$km-link"),
            (f"{ratio.words}\n", "bold" if ratio.ratio is not None else "$km-quiet"),
        ]
    parts.append((f"\nBy {every.value}\n", "bold"))
    labels = [r.source_type.value if r.source_type else "" for r in ratios]
    parts.append(
        (f"{'':<10}{'n':>3}  {''.join(f'{label:>6}' for label in labels)}{'All':>6}\n", "$km-quiet")
    )
    for p in periods:
        cells = "".join(
            f"{'-' if r.ratio is None else f'{r.ratio:.2f}':>6}" for r in (*p.ratios, p.overall)
        )
        parts.append(f"{p.label:<10}{p.decisions:>3}  {cells}\n")
    parts.append((f"\n{EXPLAINS}", "$km-quiet"))
    return Content.assemble(
        *parts
    )  # all of it our own words and figures; `words` would close up the columns
