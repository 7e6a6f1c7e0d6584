"""One document: what is known about it, its whole text with the passages at hand marked, and what else covers this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.documents.document import Document, SourceType
from kmassist.documents.editing import field_label, field_names, kind_of_field, value_at
from kmassist.documents.metadata import AFTER_TODAY, Design, is_to_come
from kmassist.records.remarks import NO_EVIDENCE, Note, note_says
from kmassist.tui.context import Context, context
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.form import Field, FormScreen, as_text
from kmassist.tui.widgets.choices import Choices
from kmassist.tui.widgets.document_text import DocumentText

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.assistant.folders import Checked
    from kmassist.documents.proposal import Proposal


class DocumentScreen(Card[None]):
    """The whole of one source."""

    ABOUT: ClassVar[str] = (
        "The whole text as it was indexed; what brought you here is marked. Below it: documents nearest in meaning."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to where you came from"),
        ("o", "original", "Original", "Open the original file"),
        (
            "u",
            "scale_up",
            "Scale-up",
            "What must be known before this pilot spreads to other places",
        ),
        ("p", "take", "Take proposals", "Fill in what the document seems to say of itself (?)"),
        ("n", "note", "Note", "Write a note on this source, which is no evidence"),
        ("w", "also", "What else covers this", "The documents nearest in meaning"),
    )

    def __init__(self, doc_id: str, *, marked: Sequence[tuple[int, int]] = ()) -> None:
        super().__init__()
        self._doc_id = doc_id
        self._marked = tuple(marked)
        self._others: list[Document] = []
        self._is_trial = False
        self._can_take = False

    def body(self) -> ComposeResult:
        yield Static("", markup=False, id="document-head")
        yield DocumentText(id="document-scroll")
        yield Static("", markup=False, id="also-title")
        yield Choices(id="also")

    def on_mount(self) -> None:
        self.query_one("#also").display = self.query_one("#also-title").display = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what was tried somewhere can spread, only what is proposed can be taken."""
        return {"scale_up": self._is_trial, "take": self._can_take}.get(action, True)

    @work(exclusive=True, group="take")
    async def action_take(self) -> None:
        app = context(self)
        await app.library.call(lambda a: a.take_proposals(self._doc_id))
        app.say("What it says of itself is filled in; Edit corrects it.", "Taken.")
        app.library_changed.publish(None)
        self._load()

    def action_note(self) -> None:
        from kmassist.tui.screens.confirm import PromptScreen, when_given

        detail = "For people: never quoted, never counted as evidence. No names of patients."
        self.app.push_screen(
            PromptScreen("A note on this source", detail=detail), when_given(self._note)
        )

    @work(exclusive=True, group="note")
    async def _note(self, text: str) -> None:
        await context(self).library.call(lambda a: a.remarks.note(self._doc_id, text))
        self._load()

    def action_scale_up(self) -> None:
        from kmassist.tui.screens.scale import ScaleScreen

        self.app.push_screen(ScaleScreen(self._doc_id))

    def action_original(self) -> None:
        context(self).open_original(self._doc_id)

    async def fill(self) -> None:
        document, notes, checked = await context(self).library.call(_known_of(self._doc_id))
        said = words((f"\n{checked.says}", "$km-quiet")) if checked else Content("")
        head = Content.assemble(particulars(document), said, *map(_note, notes))
        self.query_one("#document-head", Static).update(head)
        self._is_trial = document.metadata.source_type in (SourceType.SVE, SourceType.PUB)
        self.refresh_bindings()
        await self.query_one(DocumentText).show(document, self._marked)

    @work(exclusive=True, group="also")
    async def action_also(self) -> None:
        self._others = await context(self).library.call(
            lambda a: a.also_covers(self._doc_id), warm=True
        )
        options, title = self.query_one("#also", OptionList), self.query_one("#also-title", Static)
        rows = [
            (d.metadata.source_type.label if d.metadata.source_type else "no type", d)
            for d in self._others
        ]
        options.set_options(
            Option(words(one_line(d.metadata.title, 90), (f"  {kind}", "$km-quiet")))
            for kind, d in rows
        )
        title.update(
            words(("What else covers this" if rows else "Nothing else covers this.", "bold"))
        )
        title.display, options.display = True, bool(rows)
        if rows:
            options.focus()

    @on(OptionList.OptionSelected, "#also")
    def _open_other(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.app.push_screen(DocumentScreen(self._others[event.option_index].doc_id))


def _known_of(
    doc_id: str,
) -> Callable[[Assistant], tuple[Document, Sequence[Note], Checked | None]]:
    """Fetches a document, the notes on it, and when it was last compared with its file."""

    def fetch(a: Assistant) -> tuple[Document, Sequence[Note], Checked | None]:
        document = a.source_shown(doc_id)
        return document, a.remarks.notes(doc_id), a.folders.checked(document)

    return fetch


def _note(note: Note) -> Content:
    text, said = note_says(note)
    return words(
        (f"\n{NO_EVIDENCE}: ", "bold $km-quiet"), one_line(text), (f" ({said})", "$km-quiet")
    )


def proposed_lines(proposals: Sequence[Proposal]) -> list[str]:
    """One line a proposal: the field, the value, and the words with their place."""
    return [
        f"{field_label(p.field)}: {one_line(as_text(p.value), 60)}  (“{one_line(p.quote, 50)}”, {p.place})"
        for p in proposals
    ]


def particulars(document: Document) -> Content:
    """What is known about a document, and where the values came from, in a few lines."""
    meta = document.metadata
    kind = meta.source_type.label if meta.source_type else "kind of source unknown"
    facts = [
        kind,
        meta.design.label if meta.design else "",
        meta.journal,
        meta.setting.value if meta.setting else "",
    ]
    dates = [
        f"{said} {date}{f' ({AFTER_TODAY})' if is_to_come(date) else ''}" if date else ""
        for said, date in (("evidence of", meta.evidence_date), ("published", meta.published))
    ]
    dates += [
        f"review by {meta.review_by}" if meta.review_by else "",
        f"superseded by {meta.superseded_by}" if meta.superseded_by else "",
    ]
    dates = [d for d in dates if d] or ["undated"]
    rest = [
        f"doi:{meta.doi}" if meta.doi else "",
        f"sharing: {meta.sharing.value}",
        f"topics: {', '.join(meta.topics)}" if meta.topics else "no topic",
    ]
    rest += [
        "synthetic, made for demonstration" if meta.is_synthetic else "",
        document.source_name,
        document.doc_id,
    ]
    lines: list[str | tuple[str, str]] = [
        (one_line(meta.title) or one_line(document.source_name), "bold"),
        "\n",
    ]
    quiet = " · ".join(one_line(f, 60) for f in [*facts, *dates] if f)
    if not document.is_anonymous:  # else its short name is the title again
        lines.append(f"{one_line(document.cite_as)} · ")
    lines.append((quiet, "$km-quiet"))
    lines += ["\n", (" · ".join(one_line(f, 80) for f in rest if f), "$km-quiet")]
    lines += [("\n! " + one_line(warning), "$km-check") for warning in document.warnings]
    return words(*lines)


_FIRST = (
    "source_type",
    "title",
    "authors",
    "issuer",
    "published",
    "evidence_date",
    "review_by",
    "sharing",
    "topics",
)
"""Fields on top of the form; then what the type has of its own; then the others."""
_MANY = 8
"""Criteria of an audit beyond which the form has one line for all of them instead of lines for each."""
_ABOUT = (
    "Dates are 2026, 2026-03 or 2026-03-31, or as people write them; the evidence date is when the knowledge was gathered, and decides its age. On the "
    "right stands where a value came from. What you correct here stays when the file is added again, also when it has changed."
)


def edit_document(app: Context, document: Document) -> FormScreen:
    """The form over one document's particulars: every field that a document of its type can have."""
    meta = document.metadata
    names = field_names(meta)
    own = [name for name in names if "." in name]
    if len(meta.audit) > _MANY:
        own = ["audit.re_audit_due", "audit.standard_source", "audit.owner_role"]
    others = [name for name in names if "." not in name and name not in _FIRST]
    fields = [_field(document, name) for name in (*_FIRST, *own, *others)]

    async def save(changes: Mapping[str, Any]) -> None:
        named = {name.replace("--", "."): value for name, value in changes.items()}
        await app.library.call(lambda a: a.edit(document.doc_id, named))
        app.say(", ".join(sorted(field_label(name) for name in named)), "Corrected.")
        app.library_changed.publish(None)

    return FormScreen(document.metadata.title or document.source_name, fields, save, about=_ABOUT)


def _field(document: Document, name: str) -> Field:
    """One line or choice of the form; a widget's name has no dots."""
    meta = document.metadata
    kind, choices = kind_of_field(name)
    is_for_all = name.startswith("audit.") and not name.split(".")[1].isdigit()
    value = "" if is_for_all else value_at(meta, name)
    return Field(
        name.replace(".", "--"),
        f"{field_label(name)} (with ;)" if kind == "list" else field_label(name),
        str(getattr(value, "value", value)).lower()
        if isinstance(value, bool)
        else getattr(value, "value", value),
        [(_said(name, choice), choice) for choice in choices],
        is_list=kind == "list",
        is_needed=name in ("sharing", "is_synthetic", "is_ongoing"),
        note=meta.came_from.get(name.split(".", maxsplit=1)[0], ""),
        hint="the same for all criteria" if is_for_all else "",
    )


def _said(name: str, choice: str) -> str:
    if name == "source_type":
        return SourceType(choice).label
    if name == "design":
        return Design(choice).label
    return {"true": "yes", "false": "no"}.get(choice, choice)
