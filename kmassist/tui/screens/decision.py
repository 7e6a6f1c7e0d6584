"""One decision: its sources with what became of each, what is left to settle, signing, challenges and review."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kmassist.documents.document import SourceType
from kmassist.documents.source_types import kind_code
from kmassist.records.decisions import DecisionRecord, Relevant, Use, sign_off_checks
from kmassist.tui.keys import keys
from kmassist.tui.safe import one_line, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import PromptScreen
from kmassist.tui.screens.form import Field, FormScreen

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_SYMBOLS = {
    Use.USED: ("+", "$km-good"),
    Use.NOTED: ("o", ""),
    Use.SET_ASIDE: ("x", "$km-quiet"),
    Use.UNMARKED: ("?", "$km-check"),
}


class DecisionScreen(Card[None]):
    """Marks are kept the moment they are made."""

    ABOUT: ClassVar[str] = (
        "Each relevant source is + used, o noted, x set aside or ? not marked. Setting one aside needs a reason, and so does leaving "
        "out what patients and the public said. Signing asks for what is unsettled; a signed record is challenged or reviewed, or "
        "opened again with a reason. Roles, never names."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the decisions"),
        ("u", "mark('used')", "Used", "The decision relies on this source"),
        ("n", "mark('noted')", "Noted", "Read and weighed, not relied on"),
        ("a", "mark('set aside')", "Set aside", "Left out, with a reason"),
        ("e", "edit", "Edit", "What is decided, by whom, when, and the review date"),
        ("g", "sign", "Sign off", "Sign for the body"),
        ("c", "challenge", "Challenge", "Question the decision or what became of this source"),
        ("r", "reply", "Reply", "Answer the first challenge without a reply"),
        ("v", "review", "Review", "Record what came of it"),
        ("s", "scale_up", "Scale-up", "What must be known before it spreads to other places"),
        ("o", "again", "Open again", "Take a signed record back to draft, with a reason"),
    )
    CSS = """
    DecisionScreen #facts { height: auto; max-height: 6; }
    DecisionScreen #relevant { height: 1fr; margin-top: 1; }
    DecisionScreen #settle { height: auto; min-height: 3; max-height: 7; margin-top: 0; border-top: solid $km-line; }
    DecisionScreen #settle > Static { height: auto; }
    """

    def __init__(self, decision_id: str) -> None:
        super().__init__()
        self._decision_id = decision_id
        self._decision: DecisionRecord | None = None

    def body(self) -> ComposeResult:
        yield Static("", markup=False, id="facts")
        yield OptionList(id="relevant")
        with VerticalScroll(id="settle", can_focus=False):
            yield Static("", markup=False)

    async def fill(self) -> None:
        self._do(lambda a: a.decisions.open(self._decision_id))

    @work(exclusive=True, group="do")
    async def _do(self, change: Callable[[Assistant], DecisionRecord]) -> None:
        """Make a change in a thread, then show the record as it is."""
        had = self._decision
        self._decision = await self._kmassist.library.call(change)
        self._draw(self._decision)
        if had is not None:
            self._kmassist.library_changed.publish(None)

    def _draw(self, d: DecisionRecord) -> None:
        state = f"signed off {d.signed_off_on} by {d.signed_off_by}" if d.is_signed_off else "draft"
        facts = [
            state,
            d.kind.value,
            d.body,
            d.date,
            f"review {d.review_date}" if d.review_date else "no review date",
        ]
        self.query_one("#facts", Static).update(
            words(
                (one_line(d.decision or "Not yet worded: press e", 220), "bold"),
                f"\n{one_line(d.question, 220)}",
                (f"\n{' · '.join(one_line(f, 60) for f in facts if f)}", "$km-quiet"),
            )
        )
        listed = self.query_one(OptionList)
        kept = listed.highlighted or 0
        nothing = Option(
            words(("This library holds nothing relevant for it.", "$km-quiet")), disabled=True
        )
        listed.set_options([Option(_source(d, r), id=r.doc_id) for r in d.relevant] or [nothing])
        if d.relevant:
            listed.highlighted = min(kept, len(d.relevant) - 1)
        self.query_one("#settle > Static", Static).update(_settle(d))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the keys that do something to a record in this state."""
        d = self._decision
        if action == "dismiss":
            return True
        if d is None:
            return False
        needs = {
            "mark": not d.is_signed_off and bool(d.relevant),
            "edit": True,
            "sign": not d.is_signed_off,
            "challenge": True,
            "reply": bool(d.open_challenges),
            "review": d.is_signed_off,
            "again": d.is_signed_off,
        }
        return needs.get(action, True)

    @property
    def _source_at_cursor(self) -> Relevant | None:
        place = self.query_one(OptionList).highlighted
        return (
            self._decision.relevant[place]
            if self._decision and self._decision.relevant and place is not None
            else None
        )

    # -- changes ----------------------------------------------------------------------------------------------------

    def action_mark(self, use: str) -> None:
        """Mark the source at the cursor; ask why where a reason is needed."""
        source = self._source_at_cursor
        if source is None:
            return
        doc_id = source.doc_id

        def mark(reason: str | None) -> None:
            if reason is not None:
                self._do(lambda a: a.decisions.mark(self._decision_id, doc_id, use, reason=reason))

        if use == "set aside" or (use == "noted" and source.source_type is SourceType.PPI):
            self.app.push_screen(
                PromptScreen(f"Why is it {use}?", detail=one_line(source.name, 70)), mark
            )
        else:
            mark("")

    def action_edit(self) -> None:
        """The form; of a signed record only the review date."""
        from kmassist.tui.screens.decision_form import decision_fields

        if self._decision is None:
            return
        fields = decision_fields(self._decision.model_dump(mode="json"))
        if self._decision.is_signed_off:
            fields = [field for field in fields if field.name == "review_date"]
        self._form("Decision", fields, lambda a, body: a.decisions.edit(self._decision_id, body))

    def action_scale_up(self) -> None:
        """The check of what the decision is about."""
        from kmassist.tui.screens.scale import ScaleScreen

        if self._decision is not None:
            self.app.push_screen(ScaleScreen(self._decision.question))

    def action_sign(self) -> None:
        if self._decision is None:
            return
        blocking = [check for check in sign_off_checks(self._decision) if check.blocks]
        fields = [
            Field(
                "by_role",
                "Signs (role)",
                "",
                is_needed=True,
                hint="for instance: chair of the governance group",
            )
        ]
        if blocking:
            fields.append(
                Field(
                    "anyway",
                    "Signed although",
                    "",
                    is_needed=True,
                    hint="why it is signed as it is",
                )
            )
        title = f"Sign off: {len(blocking)} unsettled" if blocking else "Sign off"
        about = " ".join(check.says for check in blocking) or "Everything is settled."
        self._form(
            title,
            fields,
            lambda a, body: a.decisions.sign_off(self._decision_id, **body),
            about=about,
        )

    def action_challenge(self) -> None:
        """Question it, about the source at the cursor or as a whole."""
        source = self._source_at_cursor
        about = (
            [("the whole decision", "")]
            if source is None
            else [(one_line(source.name, 60), source.doc_id)]
        )
        fields = [
            Field("says", "What is questioned", "", is_needed=True),
            Field("by_role", "Asks (role)", "", is_needed=True),
            Field("doc", "About", None, [choice for choice in about if choice[1]])
            if source
            else Field("doc", "About", ""),
        ]
        self._form(
            "Challenge",
            fields,
            lambda a, b: a.decisions.challenge(self._decision_id, **_without_none(b)),
        )

    def action_reply(self) -> None:
        d = self._decision
        if d is None or not d.open_challenges:
            return
        number = d.challenges.index(d.open_challenges[0]) + 1
        fields = [
            Field("says", "Reply", "", is_needed=True),
            Field("by_role", "Replies (role)", "", is_needed=True),
        ]
        title = f"Reply to: {d.open_challenges[0].says}"
        self._form(
            title, fields, lambda a, body: a.decisions.reply(self._decision_id, number, **body)
        )

    def action_review(self) -> None:
        fields = [
            Field("outcome", "What came of it", "", is_needed=True),
            Field("follow_up", "What follows", ""),
            Field("next_review", "Look again on", "", hint="YYYY-MM-DD, empty for never"),
            Field("by_role", "Reviewed by (role)", ""),
        ]
        self._form("Review", fields, lambda a, body: a.decisions.review(self._decision_id, **body))

    def action_again(self) -> None:
        fields = [
            Field("reason", "Why", "", is_needed=True),
            Field("by_role", "Opens it (role)", "", is_needed=True),
        ]
        self._form(
            "Open again", fields, lambda a, body: a.decisions.open_again(self._decision_id, **body)
        )

    def _form(
        self,
        title: str,
        fields: list[Field],
        change: Callable[[Assistant, Mapping[str, Any]], DecisionRecord],
        about: str = "",
    ) -> None:
        async def save(body: Mapping[str, Any]) -> None:
            self._decision = await self._kmassist.library.call(lambda a: change(a, body))
            self._draw(self._decision)
            self._kmassist.library_changed.publish(None)

        self.app.push_screen(FormScreen(title, fields, save, about=about))


def _without_none(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _source(d: DecisionRecord, source: Relevant) -> Content:
    use, mark = d.use_of(source.doc_id), d.mark_of(source.doc_id)
    symbol, colour = _SYMBOLS[use]
    why = f"\n     because: {one_line(mark.reason, 160)}" if mark and mark.reason else ""
    dated = f", {source.dated}" if source.dated else ", undated"
    return words(
        (f"{symbol} {use.value:<11}", f"bold {colour}".strip()),
        (f"{kind_code(source.source_type)} ", "bold"),
        f"{one_line(source.title, 110)} ",
        (f"({one_line(source.cite_as, 50)}{dated})", "$km-quiet"),
        (why, "$km-quiet"),
    )


def _settle(d: DecisionRecord) -> Content:
    parts: list[str | tuple[str, str]] = []
    if not d.is_signed_off:
        for check in sign_off_checks(d):
            parts.append(
                (
                    f"{'!' if check.blocks else '?'} {one_line(check.says)}\n",
                    "$km-check" if check.blocks else "$km-quiet",
                )
            )
    for asked in d.challenges:
        parts.append(
            (f"Challenge of {one_line(asked.by_role, 40)}: {one_line(asked.says)}\n", "bold")
        )
        parts.append(
            f"  Reply: {one_line(asked.reply)}\n"
            if asked.reply
            else ("  ! no reply yet\n", "$km-check")
        )
    parts += [f"Review {r.on}: {one_line(r.outcome)} {one_line(r.follow_up)}\n" for r in d.reviews]
    return words(*parts) if parts else words(("Nothing is left to settle.", "$km-quiet"))
