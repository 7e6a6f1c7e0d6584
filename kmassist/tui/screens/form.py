"""A form over a card: lines and choices, saved by the one who opened it; an error keeps it open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Select, Static

from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, safe, words
from kmassist.tui.widgets.key_line import KeyLine


@dataclass(frozen=True, slots=True)
class Field:
    """One value. ``choices`` makes it a choice of (words, code); ``is_list`` splits a line at semicolons. ``empty`` is what an
    emptied line becomes; ``note`` stands beside it."""

    name: str
    label: str
    value: Any = ""
    choices: Sequence[tuple[str, str]] = ()
    is_list: bool = False
    is_needed: bool = False
    empty: Any = ""
    note: str = ""
    hint: str = ""


class FormScreen(ModalScreen[None]):
    """``save`` gets the changed values only, in the event loop; it may raise a KmassistError.

    Args:
        title: what is filled in.
        fields: top to bottom.
        save: awaited with name -> value of what was changed.
        about: for F1.
        verb: the button's word.
        saves_unchanged: hand over also when nothing was changed, because what was filled in is already right.
    """

    BINDINGS = keys(
        ("escape", "dismiss", "Back", "Back without changing anything"),
        ("ctrl+s", "save", "Save", "Write what is filled in"),
    )

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        save: Callable[[Mapping[str, Any]], Awaitable[None]],
        *,
        about: str = "",
        verb: str = "Save",
        saves_unchanged: bool = False,
    ) -> None:
        super().__init__()
        self.ABOUT = about or "Fill in what you know; Tab goes on to the next line."
        self._title, self._fields, self._save, self._verb = title, list(fields), save, verb
        self._saves_unchanged = saves_unchanged
        self._is_saving = False
        self.key_labels = {"save": verb}

    def compose(self) -> ComposeResult:
        """One line a field; a note beside it where any has one."""
        has_notes = any(field.note for field in self._fields)
        with Vertical(classes="card"):
            yield Static(words((one_line(self._title, 100), "bold")), markup=False)
            with VerticalScroll(id="form", can_focus=False):
                for field in self._fields:
                    with Horizontal(classes="field"):
                        yield Label(field.label)
                        if field.choices:
                            options = [(Content(said), code) for said, code in field.choices]
                            value = (
                                field.value
                                if field.value in [code for _, code in field.choices]
                                else Select.NULL
                            )
                            yield Select(
                                options,
                                value=value,
                                allow_blank=not field.is_needed,
                                prompt="not set",
                                id=field.name,
                                compact=True,
                            )
                        else:
                            yield Input(
                                as_text(field.value),
                                placeholder=field.hint,
                                id=field.name,
                                compact=True,
                                select_on_focus=False,
                            )
                        if has_notes:
                            yield Label(words((field.note, "$km-quiet")), classes="origin")
            with Horizontal(classes="buttons"):
                yield Button(self._verb, id="save", variant="primary")
                yield Button("Back", id="back")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(f"#{self._fields[0].name}").focus()

    @property
    def changes(self) -> dict[str, Any]:
        """Values that differ from what was given."""
        changed: dict[str, Any] = {}
        for field in self._fields:
            if field.choices:
                said = self.query_one(f"#{field.name}", Select).value
                chosen = said if isinstance(said, str) else None
                if chosen != (field.value or None):
                    changed[field.name] = chosen
                continue
            typed = self.query_one(f"#{field.name}", Input).value.strip()
            if typed != as_text(field.value).strip():
                parts = [part.strip() for part in typed.split(";") if part.strip()]
                changed[field.name] = parts if field.is_list else typed or field.empty
        return changed

    @on(Button.Pressed, "#save")
    def _pressed(self) -> None:
        self.action_save()

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @work(group="save")
    async def action_save(self) -> None:
        """Hand over what was changed, once; close when that went well."""
        if self._is_saving:
            return
        changes = self.changes
        missing = [
            f
            for f in self._fields
            if f.is_needed
            and not f.choices
            and not self.query_one(f"#{f.name}", Input).value.strip()
        ]
        if missing:
            self.notify(f"Fill in: {missing[0].label}.", severity="warning", markup=False)
            self.query_one(f"#{missing[0].name}").focus()
            return
        self._is_saving = True
        try:
            if changes or self._saves_unchanged:
                await self._save(changes)
        finally:
            self._is_saving = False
        self.dismiss(None)


def as_text(value: Any) -> str:
    """A value as it stands in a line of the form: lists with ``;``."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(one_line(item) for item in value)
    return safe(value)
