"""The form over one gap of the register: new or known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmassist.documents.document import SourceType
from kmassist.gaps import GapRecord, GapStage, Trigger, stages
from kmassist.tui.context import Context
from kmassist.tui.screens.form import Field, FormScreen

_ABOUT = (
    "A gap says what is not known, what showed it, what is done about it and which role owns it (roles, not names). Dates are "
    "YYYY, YYYY-MM or YYYY-MM-DD. To close a gap, name the document that closes it or write a note."
)


def stage_choices() -> list[tuple[str, str]]:
    """The eight stages of leadership as a field offers them: what is shown, what is kept."""
    return [(f"{stage.number} {stage.name}", str(stage.number)) for stage in stages()]


def gap_fields(app: Context, known: Mapping[str, Any], *, is_new: bool) -> list[Field]:
    """Fields in the order a person thinks of them; a new gap has nothing yet that closes it."""
    topics = {code: topic.label for code, topic in app.library.opened.vocabulary.topics.items()}
    held = known.get("topic", "")
    topics.setdefault(held, held)
    named = [(label, code) for code, label in topics.items() if code]
    kinds = [(t.label, t.value) for t in SourceType]
    fields = [
        Field("title", "What is missing", known.get("title", ""), is_needed=True),
        Field("source_type", "Kind of source", known.get("source_type"), kinds),
        Field("topic", "Topic", held, named, empty=""),
        Field(
            "stage",
            "State",
            known.get("stage", "open"),
            [(s.value, s.value) for s in GapStage],
            is_needed=True,
        ),
        Field(
            "leadership_stage",
            "Stage of work",
            str(known.get("leadership_stage", 1)),
            stage_choices(),
            is_needed=True,
        ),
        Field(
            "trigger",
            "What showed it",
            known.get("trigger", "question asked"),
            [(t.value, t.value) for t in Trigger],
            is_needed=True,
        ),
        Field("trigger_detail", "Particulars", known.get("trigger_detail", "")),
        Field("action", "Action", known.get("action", "")),
        Field("owner_role", "Owner (role)", known.get("owner_role", ""), hint="a role, not a name"),
        Field("raised_by", "Raised by (role)", known.get("raised_by", "")),
        Field("due", "Due", known.get("due"), empty=None, hint="YYYY-MM-DD"),
        Field("closed_by_doc", "Closed by document", known.get("closed_by_doc", "")),
        Field("closing_note", "Closing note", known.get("closing_note", "")),
        Field("notes", "Notes", known.get("notes", "")),
    ]
    closing = ("stage", "leadership_stage", "closed_by_doc", "closing_note")
    return [field for field in fields if not is_new or field.name not in closing]


def new_gap(app: Context, known: Mapping[str, Any]) -> FormScreen:
    """A form that opens a gap with what is known already filled in."""

    async def save(changes: Mapping[str, Any]) -> None:
        body = _usable({**known, **changes})
        gap = await app.library.call(lambda a: a.gaps.add(**body))
        app.say(gap.title, f"Gap {gap.gap_id} is in the register.")
        app.library_changed.publish(None)

    return FormScreen(
        "New gap",
        gap_fields(app, known, is_new=True),
        save,
        about=_ABOUT,
        verb="Register",
        saves_unchanged=True,
    )


def edit_gap(app: Context, gap: GapRecord) -> FormScreen:
    """A form over a gap that is there."""

    async def save(changes: Mapping[str, Any]) -> None:
        body = _usable(changes)
        if body.get("stage") == GapStage.CLOSED.value:
            rest = {
                k: v for k, v in body.items() if k not in ("stage", "closed_by_doc", "closing_note")
            }
            doc, note = (
                str(body.get("closed_by_doc", gap.closed_by_doc)),
                str(body.get("closing_note", gap.closing_note)),
            )

            def close(a: Any) -> None:
                a.gaps.close(gap.gap_id, doc_id=doc, note=note)
                if rest:
                    a.gaps.edit(gap.gap_id, rest)

            await app.library.call(close)
        else:
            await app.library.call(lambda a: a.gaps.edit(gap.gap_id, body))
        app.say(gap.title, f"Gap {gap.gap_id} is changed.")
        app.library_changed.publish(None)

    return FormScreen(
        f"Gap {gap.gap_id}: {gap.title}",
        gap_fields(app, gap.model_dump(mode="json"), is_new=False),
        save,
        about=_ABOUT,
    )


def _usable(body: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(body)
    if found.get("leadership_stage"):
        found["leadership_stage"] = int(found["leadership_stage"])
    if "topic" in found:
        found["topic"] = found["topic"] or ""  # none was chosen
    return found
