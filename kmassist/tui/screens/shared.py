"""Bundles from other services: listed, looked at, taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.errors import UnreadableSource
from kmassist.records.bundles import Bundle, Received
from kmassist.records.signing import signature_line
from kmassist.text.counts import counted
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import ConfirmScreen, PromptScreen, when_given
from kmassist.tui.widgets.choices import Choices


class BundleScreen(Card[None]):
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
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back without doing anything"),
        ("enter", "go", "Go on", "Do what the line of keys says"),
    )

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

    def body(self) -> ComposeResult:
        b = self._bundle
        facts = f"From {one_line(b.from_service, 80)} · exported {b.exported_on} · brief of {b.brief.composed_on}, {b.brief.state.value} · {b.bundle_id}"
        yield Static(
            words((one_line(b.brief.title, 110), "bold"), (f"\n{facts}", "$km-quiet")),
            markup=False,
        )
        with VerticalScroll(id="bundle-body"):
            yield Static(_parts(b, self._held, self._says), markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._do is not None if action == "go" else True

    def action_go(self) -> None:
        do = self._do
        self.dismiss(None)
        if do is not None:
            do()


def _parts(b: Bundle, held: Mapping[str, str], says: str) -> Content:
    parts: list[str | tuple[str, str]] = [(f"{says}\n", "$km-check")] if says else []
    for title, lines in (
        ("Context", [f"{n.aspect}: {n.says}" for n in b.context]),
        ("Adapted", [f"{a.changed}{f' ({a.why})' if a.why else ''}" for a in b.adaptations]),
        (
            "Co-development",
            [f"{e.on} {e.role}, {e.discipline}: {e.changed}" for e in b.co_development],
        ),
        ("Contributed", [f"{c.on} {c.role}: {c.what}" for c in b.contributions]),
        ("Decided", [f"{d.date} {d.body}: {d.decision}" for d in b.decisions]),
        (
            "Sources",
            [
                f"[{s.number}] {s.reference}{'  (held here)' if s.doc_id in held else ''}"
                for s in b.sources
            ],
        ),
    ):
        if lines:
            parts.append((f"\n{title}\n", "bold"))
            parts += [f"  {one_line(line)}\n" for line in lines]
    if b.withheld:
        parts.append(
            (
                f"\n{counted(b.withheld, 'source of its decisions does', 'sources of its decisions do')} not travel.",
                "$km-quiet",
            )
        )
    return words(*parts)


class SharedScreen(Card[None]):
    """What other services gave."""

    ABOUT: ClassVar[str] = (
        "Bundles that other services gave and this library took in, the latest first. Enter shows what is in one. With i you look at "
        "a bundle's file and take it in: its brief and what it learned become sources here, marked as external knowledge."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the briefs"),
        ("i", "take_in", "Take in", "Look at a bundle's file, then take it in"),
    )
    CSS = "SharedScreen #bundles { height: 1fr; margin-top: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._received: list[Received] = []

    def body(self) -> ComposeResult:
        yield Static(words(("From other services", "bold")), markup=False)
        yield Choices(id="bundles")

    async def fill(self) -> None:
        self._received = await self._kmassist.library.call(lambda a: a.sharing.received())
        rows = [
            Option(
                words(
                    (one_line(r.bundle.brief.title, 100), "bold"),
                    (
                        f"\n  {one_line(r.bundle.from_service, 60)} · taken in {r.received_on} · {r.bundle.bundle_id}",
                        "$km-quiet",
                    ),
                )
            )
            for r in self._received
        ]
        nothing = Option(
            words(("None yet. Press i to look at a bundle's file and take it in.", "$km-quiet")),
            disabled=True,
        )
        listed = self.query_one(OptionList)
        listed.set_options(rows or [nothing])
        listed.action_first()

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._look_at(self._received[event.option_index])

    @work
    async def _look_at(self, received: Received) -> None:
        held = await self._kmassist.library.call(lambda a: a.sharing.held_here(received))
        self.app.push_screen(BundleScreen(received.bundle, held=held))

    def action_take_in(self) -> None:
        self.app.push_screen(
            PromptScreen(
                "The bundle's file", detail="A .zip that another service exported", is_path=True
            ),
            when_given(lambda path: self._look_into(Path(path).expanduser())),
        )

    @work
    async def _look_into(self, path: Path) -> None:
        bundle, key = await self._kmassist.library.call(lambda a: a.sharing.read_signed(path))
        says = (
            "Nothing is taken in yet. Its brief and what it quotes would become sources here, marked as external. "
            f"{signature_line(bundle.from_service, key)}"
        )
        self.app.push_screen(
            BundleScreen(bundle, verb="Take it in", says=says, do=lambda: self._take_in(path))
        )

    @work
    async def _take_in(self, path: Path, consent: str = "") -> None:
        try:
            received = await self._kmassist.library.call(
                lambda a: a.sharing.take_in(path, consent=consent), warm=True
            )
        except UnreadableSource as error:
            if error.kind != "identifiers" or consent:
                raise

            def redact(is_yes: bool | None) -> None:
                if is_yes:
                    self._take_in(path, "redact")

            self.app.push_screen(
                ConfirmScreen(
                    error.message, "It can be taken in with them replaced.", "Replace them"
                ),
                redact,
            )
            return
        count = len(received.doc_ids)
        self._kmassist.say(f"{counted(count, 'document')}, marked as external.", "Taken in.")
        self._kmassist.library_changed.publish(None)
        self._load()
