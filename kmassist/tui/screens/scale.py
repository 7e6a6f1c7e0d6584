"""The scale-up check of a pilot: ten domains with the sentences behind them, and what must be known before it spreads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from kmassist.briefs.scale_check import ScaleCheck, Target
from kmassist.tui.keys import keys
from kmassist.tui.messages import OpenCitation
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import write_to
from kmassist.tui.screens.form import Field, FormScreen
from kmassist.tui.widgets.claim import ClaimView

_MARKS = {
    "evidenced": ("+", "$km-good"),
    "thin": ("o", "$km-check"),
    "to check": ("?", "$km-check"),
    "missing": ("-", "$km-bad"),
}


class ScaleScreen(Card[None]):
    """``about`` is a question or a document's id; see `ScaleDesk.check`."""

    ABOUT: ClassVar[str] = (
        "What is known, and what must be, before something tried in one place goes to others: ten domains, each + evidenced, o thin, "
        "? to check or - missing, with the sentences behind it. Evidenced means that sources cover it, not that it is good. With t you "
        "describe the place it would go to; then the differences are named."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to where you came from"),
        ("t", "target", "Target", "Describe the place it would go to"),
        ("x", "export", "Export", "Write the check to a .md, .csv or .json file"),
    )

    def __init__(self, about: str) -> None:
        super().__init__()
        self._about = about
        self._target: Target | None = None
        self._check: ScaleCheck | None = None

    def body(self) -> ComposeResult:
        yield Static(words(("Checking ten domains…", "$km-quiet")), markup=False, id="scale-head")
        yield VerticalScroll(id="scale-body")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to write before there is a check."""
        return self._check is not None if action in ("export", "target") else True

    async def fill(self) -> None:
        target = self._target
        try:
            check = await self._kmassist.library.call(
                lambda a: a.scaling.check(self._about, target=target), warm=True
            )
        except Exception:
            self.dismiss(None)
            raise
        self._check = check
        self.query_one("#scale-head", Static).update(_head(check))
        body = self.query_one("#scale-body", VerticalScroll)
        await body.remove_children()
        await body.mount(*_widgets(check))
        self.refresh_bindings()

    @on(OpenCitation)
    def _open(self, message: OpenCitation) -> None:
        from kmassist.tui.screens.passage import PassageScreen

        message.stop()
        self.app.push_screen(
            PassageScreen(message.citation, [view.claim.citation for view in self.query(ClaimView)])
        )

    def action_target(self) -> None:
        """A form for the place it would go to."""
        now = self._check.target if self._check else Target()

        async def save(changes: Mapping[str, Any]) -> None:
            sites = str(changes.get("sites", now.sites or "")).strip()
            if sites and not (sites.isdigit() and int(sites)):
                self._kmassist.say("Write how many sites as a number.", severity="warning")
                return
            said = {
                name: str(changes.get(name, getattr(now, name)))
                for name in ("name", "population", "context")
            }
            self._target = now.model_copy(update={**said, "sites": int(sites) if sites else None})
            self._load()

        fields = [
            Field("name", "Where", now.name, hint="for instance: the local maternity system"),
            Field("sites", "How many sites", str(now.sites or ""), hint="a number"),
            Field("population", "Whom it serves", now.population, hint="which people and families"),
            Field("context", "Sort of place", now.context, hint="units, staff, size"),
        ]
        self.app.push_screen(FormScreen("The place it would go to", fields, save, verb="Compare"))

    def action_export(self) -> None:
        if (check := self._check) is not None:
            write_to(
                self,
                "Export the check to",
                "scale-up.md",
                "Ends in .md, .csv or .json",
                lambda a, path: a.scaling.export(check, path),
            )


def _head(check: ScaleCheck) -> Content:
    counts = " · ".join(
        f"{_MARKS[state][0]} {len(check.of_state(state))} {state}" for state in _MARKS
    )
    target = f"\nTarget: {one_line(check.target.words, 120)}" if check.target.words else ""
    return words(
        (f"Scale-up: {one_line(check.subject, 110)}", "bold"),
        f"\n{counts}",
        (target or "\nNo target described yet: press t", "$km-quiet"),
    )


def _widgets(check: ScaleCheck) -> list[Widget]:
    from kmassist.assistant.scale_up import said_of_target

    widgets: list[Widget] = []
    for title, lines in (
        ("What must be known before the decision", check.result.must_know),
        ("The target, from its own sources", said_of_target(check)),
        ("What differs between pilot and target", check.result.differs),
    ):
        if lines:
            said = [(f"\n- {one_line(line)}", "") for line in lines]
            widgets.append(Static(words((title, "bold"), *said), markup=False, classes="kind"))
    for line in check.result.domains:
        mark, colour = _MARKS[line.state]
        head = words(
            (f"{mark} ", f"bold {colour}"),
            (f"{line.domain}", "bold"),
            (f"  {line.state}", colour),
            (f"\n{line.because}", "$km-quiet"),
        )
        widgets.append(Static(head, markup=False, classes="kind"))
        widgets += [ClaimView(claim) for claim in line.claims]
    if check.sources:
        said = [
            (f"\n  [{source.number}] {one_line(source.reference)}", "$km-quiet")
            for source in check.sources
        ]
        widgets.append(Static(words(("Sources", "bold"), *said), markup=False, classes="kind"))
    return widgets
