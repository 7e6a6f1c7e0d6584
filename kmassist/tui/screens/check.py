"""Check a draft: paste it or name its file, then read it sentence by sentence with the evidence sentence beside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from kmassist.text.counts import counted
from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import PromptScreen
from kmassist.tui.widgets.choices import Choices
from kmassist.tui.widgets.path_input import PathInput, typed_path

if TYPE_CHECKING:
    from kmassist.assistant.drafts import CheckedSentence, CheckReport, Draft

_COLOURS = {"=": "$km-good", "+": "$km-good", "!": "$km-bad", "?": "$km-check", "-": "$km-check"}
"""Colour of a mark; mark and word say the same without it."""


class DraftScreen(Card[None]):
    """Takes a draft: pasted words, or a file."""

    ABOUT: ClassVar[str] = (
        "Paste the draft (a board paper, minutes, an assistant's reply) and press Ctrl+S, or name its file below and press "
        "Enter. Each sentence is compared with what this library holds. Nothing of the draft is kept."
    )
    BINDINGS = keys(
        ("escape", "dismiss", "Back", "Check nothing"),
        Binding("ctrl+s", "check", "Check", tooltip="Check what was pasted", priority=True),
    )

    def body(self) -> ComposeResult:
        """A field for words and one for a file."""
        yield Static(
            words(("Check a draft", "bold"), ("  Paste it here, or name its file.", "$km-quiet")),
            markup=False,
        )
        yield TextArea("", id="draft-text", soft_wrap=True, tab_behavior="focus", show_line_numbers=False)  # fmt: skip
        yield PathInput("", enter="Check", id="draft-file", placeholder="File: .docx .pdf .md .html .txt")  # fmt: skip

    def action_check(self) -> None:
        """The pasted words, or the file when there are none."""
        text = self.query_one(TextArea).text
        if text.strip():
            self._show(text)
        else:
            self._take_file(self.query_one("#draft-file", Input).value)

    @on(Input.Submitted, "#draft-file")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._take_file(event.value)

    def _take_file(self, typed: str) -> None:
        path = typed_path(typed)
        if path is None:
            context(self).say("Paste the draft, or name its file.", severity="warning")
            return
        self._show(path)

    def _show(self, draft: str | Path) -> None:
        self.app.switch_screen(CheckScreen(draft))


class CheckScreen(Card[None]):
    """The result of a check; ``draft`` is words or a file."""

    ABOUT: ClassVar[str] = (
        "Each sentence with its mark: = quoted word for word, + supported, ! differs or not said by what it cites, ? cites a "
        "source not held, - nothing held, . opinion or plan. Beside it stand what differs and the nearest sentence of a source; "
        "Enter opens that where it stands. A sentence that passes is not thereby true. x writes a marked copy."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to where you came from"),
        ("a", "toggle_all", "All", "All sentences, or only those to look at"),
        ("x", "export", "Marked copy", "Write a copy with what was found: .docx, .html or .json"),
        ("n", "another", "Another", "Check another draft"),
    )  # fmt: skip

    def __init__(self, draft: str | Path) -> None:
        super().__init__()
        self._given = draft
        self._draft: Draft | None = None
        self._report: CheckReport | None = None
        self._listed: Sequence[CheckedSentence] = ()
        self._shows_all = True

    def body(self) -> ComposeResult:
        """Head, sentences, and what is said of the one at the cursor."""
        yield Static(words(("Checking each sentence…", "$km-quiet")), markup=False, id="check-head")  # fmt: skip
        with Horizontal(id="check-body"):
            yield Choices(id="check-sentences")
            with VerticalScroll(id="check-side"):
                yield Static("", markup=False, id="check-detail")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to list or write before there is a report."""
        return self._report is not None if action in ("toggle_all", "export") else True

    async def fill(self) -> None:
        from kmassist.assistant.drafts import Draft

        given = self._given
        try:
            draft = (
                Draft("pasted draft", given)
                if isinstance(given, str)
                else await self._kmassist.library.call(lambda a: a.drafts.read(given))
            )
            self._report = await self._kmassist.library.call(
                lambda a: a.drafts.check(draft), warm=True
            )
        except Exception:
            self.dismiss(None)
            raise
        self._draft = draft
        self._shows_all = not self._report.alarms
        self._fill()
        self.refresh_bindings()

    def _fill(self) -> None:
        report = self._report
        assert report is not None
        self._listed = report.sentences if self._shows_all else report.alarms
        self.query_one("#check-head", Static).update(_head(report, shows_all=self._shows_all))
        listed = self.query_one(Choices)
        listed.set_options(
            Option(
                words(
                    (f"{s.verdict.symbol} ", f"bold {_COLOURS.get(s.verdict.symbol, '$km-quiet')}"),
                    one_line(s.text, 160),
                ),
                id=str(number),
            )
            for number, s in enumerate(self._listed)
        )
        if self._listed:
            listed.highlighted = 0
        else:
            self.query_one("#check-detail", Static).update("")

    @property
    def sentence(self) -> CheckedSentence | None:
        """The one at the cursor."""
        place = self.query_one(Choices).highlighted
        return None if place is None or place >= len(self._listed) else self._listed[place]

    @on(OptionList.OptionHighlighted, "#check-sentences")
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self.sentence:
            self._tell(self.sentence)

    @work(exclusive=True, group="tell")
    async def _tell(self, sentence: CheckedSentence) -> None:
        from kmassist.answers.presentation import citation_line, marked

        found = sentence.evidence[:1]
        cited = None
        if found:
            cited = await self._kmassist.library.call(lambda a: a.drafts.citation_shown(found[0]))
        colour = _COLOURS.get(sentence.verdict.symbol, "$km-quiet")
        parts: list[str | tuple[str, str]] = [
            (f"{sentence.verdict.symbol} {sentence.says}", f"bold {colour}"),
            f"\n\n{one_line(sentence.text)}",
        ]
        parts += [(f"\n\n{difference.says}.", colour) for difference in sentence.differences]
        if cited:
            parts += [
                ("\n\nEvidence sentence", "bold"),
                f"\n{marked(cited)}",
                (f"\n{citation_line(cited)}", "$km-quiet"),
            ]
        passed = ", ".join(test.name for test in sentence.tests if test.passed)
        parts += [(f"\n\nTests passed: {passed}.", "$km-quiet")] if passed else []
        self.query_one("#check-detail", Static).update(words(*parts))
        self.query_one("#check-side", VerticalScroll).scroll_home(animate=False)

    @on(OptionList.OptionSelected, "#check-sentences")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.sentence and self.sentence.evidence:
            self._open(self.sentence)
        else:
            self._kmassist.say("No source stands near this sentence.")

    @work
    async def _open(self, sentence: CheckedSentence) -> None:
        from kmassist.tui.screens.passage import PassageScreen

        found = sentence.evidence[0]
        cited = await self._kmassist.library.call(lambda a: a.drafts.citation(found))
        self.app.push_screen(PassageScreen(cited))

    def action_toggle_all(self) -> None:
        self._shows_all = not self._shows_all
        self._fill()

    def action_another(self) -> None:
        self.app.switch_screen(DraftScreen())

    def action_export(self) -> None:
        where = str(Path.home() / "checked.docx")
        detail = "Ends in .docx (comments), .html (marks) or .json"
        self.app.push_screen(
            PromptScreen("Write a marked copy to", where, detail=detail, is_path=True), self._write
        )

    def _write(self, path: str | None) -> None:
        if path:
            self._export(Path(path).expanduser())

    @work
    async def _export(self, path: Path) -> None:
        draft, report = self._draft, self._report
        assert draft is not None
        assert report is not None
        written = await self._kmassist.library.call(lambda a: a.drafts.write(draft, report, path))
        self._kmassist.say(str(written), "Written.")


def _head(report: CheckReport, *, shows_all: bool) -> Content:
    counts = " · ".join(f"{count} {name}" for name, count in report.counts.items() if count)
    shown = "all sentences" if shows_all else "those to look at; a shows all"
    return words(
        (f"{one_line(report.name, 60)}: {counted(len(report.sentences), 'sentence')}", "bold"),
        f"\n{counts or 'No sentence that could be checked.'}",
        (f"\nAgainst {counted(report.documents, 'document')}. Shown: {shown}.", "$km-quiet"),
    )
