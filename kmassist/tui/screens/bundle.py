"""A bundle for, or from, another service: what is in it, before it leaves or is taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from kmassist.sharing import Bundle
from kmassist.tui.safe import one_line, words
from kmassist.tui.widgets.key_line import KeyLine


class BundleScreen(ModalScreen[None]):
    """What is in a bundle, and the one thing that can be done with it.

    Args:
        bundle: shown.
        held: doc_id in the bundle -> doc_id here, for the sources that this library holds too.
        verb: the word for doing it; empty when it is only looked at.
        says: what doing it does.
        do: called after the card is closed.
    """

    ABOUT: ClassVar[str] = (
        "A bundle carries a brief, what its sources are (not their files), notes on the place it was done in, what was adapted, who "
        "had a hand in it, and signed decisions. What comes from another service is marked as external everywhere."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", tooltip="Back without doing anything", key_display="Esc"),
        Binding("enter", "go", "Go on", tooltip="Do what the line of keys says", key_display="Enter"),
    ]

    def __init__(
        self,
        bundle: Bundle,
        *,
        held: Mapping[str, str] | None = None,
        verb: str = "",
        says: str = "",
        do: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self._bundle, self._held, self._says, self._do = bundle, held or {}, says, do
        self.key_labels = {"go": verb}

    def compose(self) -> ComposeResult:
        """Head and parts."""
        b = self._bundle
        facts = f"From {one_line(b.from_service, 80)} · exported {b.exported_on} · brief of {b.brief.composed_on}, {b.brief.state.value} · {b.bundle_id}"
        with Vertical(classes="card"):
            yield Static(words((one_line(b.brief.title, 110), "bold"), (f"\n{facts}", "$km-quiet")), markup=False)
            with VerticalScroll(id="bundle-body"):
                yield Static(_parts(b, self._held, self._says), markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Scrollable at once."""
        self.query_one("#bundle-body").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only where there is something to do."""
        return self._do is not None if action == "go" else True

    def action_go(self) -> None:
        """Close, then do it."""
        do = self._do
        self.dismiss(None)
        if do is not None:
            do()


def _parts(b: Bundle, held: Mapping[str, str], says: str) -> Content:
    parts: list[str | tuple[str, str]] = [(f"{says}\n", "$km-check")] if says else []
    for title, lines in (
        ("Context", [f"{n.aspect}: {n.says}" for n in b.context]),
        ("Adapted", [f"{a.changed}{f' ({a.why})' if a.why else ''}" for a in b.adaptations]),
        ("Co-development", [f"{e.on} {e.role}, {e.discipline}: {e.changed}" for e in b.co_development]),
        ("Contributed", [f"{c.on} {c.role}: {c.what}" for c in b.contributions]),
        ("Decided", [f"{d.date} {d.body}: {d.decision}" for d in b.decisions]),
        ("Sources", [f"[{s.number}] {s.reference}{'  (held here)' if s.doc_id in held else ''}" for s in b.sources]),
    ):
        if lines:
            parts.append((f"\n{title}\n", "bold"))
            parts += [f"  {one_line(line)}\n" for line in lines]
    if b.withheld:
        parts.append((f"\n{b.withheld} sources of its decisions do not travel.", "$km-quiet"))
    return words(*parts)
