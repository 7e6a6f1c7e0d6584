"""Add documents: choose a path, see what would be stored and what it may give away, then store it."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, DirectoryTree, Input, OptionList, Select, Static
from textual.widgets.option_list import Option

from kmassist.documents.document import SourceType
from kmassist.documents.metadata import SCREENED_OUT
from kmassist.errors import KmassistError
from kmassist.text.counts import counted
from kmassist.tui.context import context
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, safe, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.document import proposed_lines
from kmassist.tui.standing import kind_of, warnings_of
from kmassist.tui.widgets.key_line import KeyLine
from kmassist.tui.widgets.path_input import FolderTree, PathInput

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.assistant.inspecting import Inspection
from collections.abc import Mapping

from textual.containers import VerticalScroll


class ConsentScreen(ModalScreen[str | None]):
    """Gives back "" (leave out), "redact", "scrub", a reason, or None (do nothing at all)."""

    ABOUT: ClassVar[str] = (
        "Personal data must not enter the library. Leaving the files out is the safe choice; replacing writes a word such as "
        "[NHS number] in its place and keeps no copy of the file; scrubbing keeps a copy of an office file without its hidden sheets, comments, "
        "deleted text and properties, and cannot help where the data is in the text; keeping needs a reason, for instance that the number is a test number."
    )
    BINDINGS = keys(("escape", "dismiss", "Back", "Add nothing"))

    def __init__(self, held: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._held = held

    def compose(self) -> ComposeResult:
        files = [words(one_line(Path(name).name, 60), ("  " + ", ".join(one_line(i, 120) for i in found[:6]), "$km-bad"))
                 for name, found in self._held.items()]  # fmt: skip
        with Vertical(classes="dialog tall"):
            yield Static(words(("These files may hold personal data", "bold")), markup=False)
            with VerticalScroll(id="held"):
                for file in files:
                    yield Static(file, markup=False)
            yield Input(placeholder="Why they may be kept (for 'Keep' only)", id="reason")
            with Horizontal(classes="buttons"):
                yield Button("Leave out", id="leave", variant="primary")
                yield Button("Replace", id="redact")
                yield Button("Scrub", id="scrub")
                yield Button("Keep", id="keep", variant="error")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one("#leave").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "leave":
            self.dismiss("")
        elif event.button.id in {"redact", "scrub"}:
            self.dismiss(event.button.id)
        else:
            reason = self.query_one("#reason", Input).value.strip()
            if len(reason) < 3 or reason in {"redact", "scrub"}:
                self.notify(
                    "Write why they may be kept, then press Keep.", severity="warning", markup=False
                )
                self.query_one("#reason").focus()
            else:
                self.dismiss(reason)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#keep").focus()


_LOOKED_AT = 60
"""Files of a folder that are looked into beforehand; the others are checked in the same way as they are added."""


class AddScreen(Card[None]):
    """Nothing is stored before 'Add' is pressed."""

    ABOUT: ClassVar[str] = (
        "Type a path (Tab completes it) or choose in the tree. Then you see what each file would become: its kind, title, "
        "date and what it lacks; what its own words seem to say of that is marked with ? and taken when you tick it. A file that seems to hold personal data, such as an NHS number, is left out unless you choose to "
        "have it replaced (redacted) or give a reason to keep it."
    )
    BINDINGS = keys(
        ("escape", "dismiss", "Back", "Back without adding anything"),
        ("ctrl+s", "add", "Add", "Store what is shown"),
    )

    def __init__(self, start: Path | None = None, named: str = "") -> None:
        """``named``: a path that is looked into at once, as somebody wrote it."""
        super().__init__()
        self._start = start or Path.home()
        self._named = named
        self._held: dict[str, tuple[str, ...]] = {}
        self._counts: Counter[str] = Counter(take=0, screened=0)
        self._can_add = False

    def body(self) -> ComposeResult:
        yield Static(
            words(
                ("Add documents", "bold"),
                ("  a file, or a folder with everything in it", "$km-quiet"),
            ),
            markup=False,
        )
        yield PathInput(placeholder="Path of a file or folder", enter="Look", id="path")
        with Horizontal(id="add-body"):
            yield FolderTree(str(self._start), id="tree")
            with Vertical(id="preview"):
                yield Static("", markup=False, id="preview-words")
                yield OptionList(id="preview-list")
        with Horizontal(id="add-choices"):
            yield Checkbox("Take what is proposed (?)", id="take", compact=True)
            yield Checkbox("Also what was excluded in screening", id="screened", compact=True)
        with Horizontal(classes="buttons"):
            kinds = [(Content(kind.label), kind.value) for kind in SourceType]
            yield Select(kinds, prompt="Kind: as detected", id="kind", compact=True)
            yield Button("Add", id="add", variant="primary", disabled=True)
            yield Button("Back", id="back")

    def on_mount(self) -> None:
        self._show_choices()
        self._say("Nothing chosen yet.")
        if self._named:
            self.query_one(PathInput).value = self._named
            if (path := self.query_one(PathInput).path) is not None:
                self._look(path)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Add is offered when there is something to add."""
        return self._can_add if action == "add" else True

    @on(DirectoryTree.FileSelected)
    @on(DirectoryTree.DirectorySelected)
    def _chosen(self, event: DirectoryTree.FileSelected | DirectoryTree.DirectorySelected) -> None:
        event.stop()
        self.query_one(PathInput).value = str(event.path)
        self._look(event.path)

    @on(Input.Submitted, "#path")
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        path = self.query_one(PathInput).path
        if path is not None:
            self._look(path)

    @on(Select.Changed, "#kind")
    def _kind_changed(self, event: Select.Changed) -> None:
        event.stop()
        path = self.query_one(PathInput).path
        if path is not None and self._can_add:
            self._look(path)

    @property
    def _overrides(self) -> dict[str, Any]:
        kind = self.query_one("#kind", Select).value
        return {"source_type": kind} if isinstance(kind, str) else {}

    @work(exclusive=True, group="look")
    async def _look(self, path: Path) -> None:
        """Look into the file, or into the first files of the folder, one by one, so that it can be left at any time."""
        self._set_ready(False)
        self._held.clear()
        self._counts = Counter(take=0, screened=0)
        listed = self.query_one("#preview-list", OptionList)
        listed.clear_options()
        from kmassist.assistant.add import check_exists

        try:
            await asyncio.to_thread(check_exists, path)
        except KmassistError as error:
            self._say(f"{error.message} {error.hint}")
            return
        files = await asyncio.to_thread(lambda: list(_files(path)))
        if not files:
            self._say("There are no files in it.")
            return
        self.query_one(FolderTree).path = path if path.is_dir() else path.parent
        app, overrides = context(self), self._overrides
        for number, file in enumerate(files[:_LOOKED_AT], start=1):
            self._say(f"Looking at {number} of {len(files)}: {one_line(file.name, 40)}")
            try:
                found = await app.library.call(partial(_inspect, file, overrides))
            except KmassistError as error:
                listed.add_option(
                    Option(
                        words(
                            ("! ", "bold $km-bad"),
                            one_line(file.name, 60),
                            (f"\n  {safe(error)}", "$km-quiet"),
                        )
                    )
                )
                continue
            for inspection in found:
                listed.add_option(Option(self._row(file, inspection)))
                if inspection.identifiers:
                    self._held[str(file)] = inspection.identifiers
        self._show_summary(files)
        self._set_ready(True)

    def _show_choices(self) -> None:
        """Offer to take what is proposed, and what was excluded in screening, where there is such."""
        for name, count in self._counts.items():
            self.query_one(f"#{name}").display = count > 0

    def _show_summary(self, files: list[Path]) -> None:
        self._show_choices()
        more = (
            f" The other {len(files) - _LOOKED_AT} are checked as they are added."
            if len(files) > _LOOKED_AT
            else ""
        )
        count = f"{counted(len(files), 'file')}.{more}"
        held = len(self._held)
        if not held:
            self._say(f"{count} Press Add to store.")
            return
        self._say(
            f"{count} {held} of them may hold personal data: you will be asked what to do.",
            warns=True,
        )

    def _row(self, file: Path, inspection: Inspection) -> Content:
        app = context(self)
        document = inspection.document
        meta = document.metadata
        head = words(
            (f"{kind_of(meta.source_type)} ", "$km-link"),
            (one_line(meta.title or file.name, 90), "bold"),
        )
        facts = [
            meta.date_shown or "undated",
            meta.design.label if meta.design else "",
            counted(inspection.passages, "passage"),
            file.name,
        ]
        lines: list[str | tuple[str, str]] = [
            ("\n  " + " · ".join(one_line(f, 50) for f in facts if f), "$km-quiet")
        ]
        lines += [(f"\n  ? {said}", "$km-link") for said in proposed_lines(inspection.proposals)]
        self._counts["take"] += bool(inspection.proposals)
        self._counts["screened"] += meta.status == SCREENED_OUT
        warnings = inspection.missing or warnings_of(
            document, app.today(), app.settings.coverage.age
        )
        if warnings:
            lines.append(
                (
                    "\n  ! " + ", ".join(one_line(w, 80) for w in dict.fromkeys(warnings)),
                    "$km-check",
                )
            )
        if inspection.identifiers:
            lines.append(
                (
                    "\n  ! may hold personal data: "
                    + ", ".join(one_line(i, 40) for i in inspection.identifiers[:5]),
                    "$km-bad",
                )
            )
        if inspection.already:
            lines.append((f"\n  {one_line(inspection.already, 80)}", "$km-quiet"))
        return Content.assemble(head, words(*lines))

    def _say(self, sentence: str, *, warns: bool = False) -> None:
        self.query_one("#preview-words", Static).update(
            words((sentence, "$km-bad" if warns else "$km-quiet"))
        )

    def _set_ready(self, is_ready: bool) -> None:
        self._can_add = is_ready
        self.query_one("#add", Button).disabled = not is_ready
        self.refresh_bindings()

    @on(Button.Pressed, "#add")
    def action_add(self) -> None:
        """Store it in the background and go back to the table."""

        path = self.query_one(PathInput).path
        if path is None or not self._can_add:
            return
        if not self._held:
            self._store(path, {})
            return

        def take(choice: str | None) -> None:
            if choice is not None:
                self._store(path, dict.fromkeys(self._held, choice) if choice else {})

        self.app.push_screen(ConsentScreen(dict(self._held)), take)

    def _store(self, path: Path, consent: dict[str, str]) -> None:
        app, overrides = context(self), self._overrides
        options = {
            "accept_proposals": self.query_one("#take", Checkbox).value,
            "screened_out": self.query_one("#screened", Checkbox).value,
        }
        self.dismiss(None)
        app.add_documents([path], overrides=overrides, consent=consent, **options)

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.dismiss(None)


def _inspect(file: Path, overrides: dict[str, Any], assistant: Assistant) -> list[Inspection]:
    return assistant.inspect(file, overrides=overrides)


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or every visible file below a folder, in order."""
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and not name.endswith((".meta.yaml", ".meta.yml")):
                yield Path(folder) / name
