"""One brief, as it will look on paper, with what people may do with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown, Static

from kmassist.briefs import Audience, Brief, ReviewState
from kmassist.tui.keys import keys
from kmassist.tui.originals import safe_name
from kmassist.tui.safe import one_line, safe, words
from kmassist.tui.screens.card import Card
from kmassist.tui.screens.confirm import when_given, write_to
from kmassist.tui.screens.form import Field, FormScreen

if TYPE_CHECKING:
    from kmassist.records.bundles import Bundle


_ANCHOR = re.compile(r'<a id="[\w.-]+"></a>')


class BriefScreen(Card[None]):
    """Preview, narrative, review, export."""

    ABOUT: ClassVar[str] = (
        "The brief as it will stand on paper; a adds the annex, f composes it for another audience. With w you write the parts that "
        "are for people: context, options, judgements. With r a role "
        "records a review or a signature; it holds for exactly this content. Export checks every quotation once more and writes "
        "Markdown, Word, PDF, HTML, JSON or the list of references, by the ending of the file's name."
    )
    BINDINGS = keys(
        ("escape,q", "dismiss", "Back", "Back to the briefs"),
        ("x", "export", "Export", "Write this brief to a file"),
        ("w", "write", "Write", "Write the parts that are for people"),
        ("r", "review", "Review", "Record a review or a signature, as a role"),
        ("s", "share", "Share", "A bundle of it for another service: look at it, then write it"),
        ("u", "scale_up", "Scale-up", "What must be known before it spreads to other places"),
        ("c", "copy", "Copy", "Copy the brief as Markdown"),
        ("f", "audience", "For", "Compose it for another audience"),
        ("a", "annex", "Annex", "With or without the annex, here and in the file"),
    )

    def __init__(self, brief: Brief, revision_id: str) -> None:
        super().__init__()
        self._brief, self._revision_id = brief, revision_id
        self._markdown = ""
        self._has_annex = False

    def body(self) -> ComposeResult:
        yield Static("", markup=False, id="brief-head")
        with VerticalScroll(id="brief-scroll"):
            yield Markdown("", id="brief-text", open_links=False)

    async def fill(self) -> None:
        brief, state = self._brief, self._brief.state.value
        said = f"{state} · for {brief.audience.label} · {brief.composed_on} · {self._revision_id}"
        self.query_one("#brief-head", Static).update(
            words((one_line(brief.title, 100), "bold"), (f"\n{said}", "$km-quiet"))
        )
        self._markdown = safe_markdown(
            await self._kmassist.library.call(
                lambda a: a.briefs.markdown(brief, annex=self._has_annex)
            )
        )
        await self.query_one("#brief-text", Markdown).update(self._markdown)

    @work(exclusive=True, group="reopen")
    async def _reopen(self) -> None:
        self._brief = await self._kmassist.library.call(lambda a: a.briefs.open(self._revision_id))
        self._load()

    def action_audience(self) -> None:
        """The same question for somebody else: order, words, length and which sources may enter change."""

        async def save(changes: Mapping[str, Any]) -> None:
            self._compose_for(str(changes.get("audience", self._brief.audience.value)))

        audiences = [(a.label[:1].upper() + a.label[1:], a.value) for a in Audience]
        held = self._brief.audience.value
        fields = [Field("audience", "For", held, audiences, is_needed=True)]
        self.app.push_screen(FormScreen("For whom", fields, save, verb="Compose"))

    @work(exclusive=True, group="reopen")
    async def _compose_for(self, audience: str) -> None:
        question = self._brief.resolved_question

        def make(a: Any) -> tuple[Brief, str]:
            brief = a.briefs.compose(question, audience)
            return brief, a.briefs.save(brief)

        self._kmassist.say("Composing and checking every quotation…")
        self._brief, self._revision_id = await self._kmassist.library.call(make, warm=True)
        self._load()

    def action_annex(self) -> None:
        """Every passage, the judgement table, provenance and method, or not."""
        self._has_annex = not self._has_annex
        self._load()

    def action_copy(self) -> None:
        self._kmassist.copy_text(self._markdown, "Brief")

    def action_export(self) -> None:
        write_to(
            self,
            "Export the brief to",
            safe_name(f"{one_line(self._brief.title, 50)}.docx"),
            "Ends in .docx, .pdf, .md, .html, .json, .ris or .bib",
            lambda a, path: a.briefs.export(self._brief, path, annex=self._has_annex),
            begins="Checking every quotation, then writing…",
        )

    def action_scale_up(self) -> None:
        """The check of what the brief is about."""
        from kmassist.tui.screens.scale import ScaleScreen

        self.app.push_screen(ScaleScreen(self._brief.question))

    def action_share(self) -> None:
        """What goes along, then a look at it."""

        async def save(changes: Mapping[str, Any]) -> None:
            service = str(changes.get("service", name))
            notes = [
                dict(zip(("aspect", "says"), pair, strict=True))
                for pair in _pairs(changes.get("context", []))
            ]
            adapted = [
                dict(zip(("changed", "why"), pair, strict=True))
                for pair in _pairs(changes.get("adapted", []))
            ]
            topic = str(changes.get("topic") or "")
            bundle = await self._kmassist.library.call(
                lambda a: a.sharing.bundle(
                    self._revision_id,
                    from_service=service,
                    context=notes,
                    adaptations=adapted,
                    topic=topic,
                )
            )
            self.app.call_later(self._look_at_bundle, bundle)

        name = self._kmassist.settings.site.name
        topics = [
            (one_line(topic, 60), topic) for topic in self._kmassist.library.opened.sharing.topics()
        ]
        fields = [
            Field(
                "service",
                "This service",
                name,
                is_needed=True,
                hint="the name other services know it by",
            ),
            Field(
                "context",
                "Context",
                "",
                is_list=True,
                hint="staffing: one midwife from 16:00; size: 3,100 births",
            ),
            Field(
                "adapted", "Adapted", "", is_list=True, hint="what was changed: why; split with ;"
            ),
        ]
        if topics:
            fields.append(Field("topic", "Co-development", None, topics))
        about = "The brief travels with its sources' particulars, never with their files, and with signed decisions on it."
        self.app.push_screen(
            FormScreen(
                "Share with another service",
                fields,
                save,
                about=about,
                verb="Look at it",
                saves_unchanged=True,
            )
        )

    def _look_at_bundle(self, bundle: Bundle) -> None:
        from kmassist.tui.screens.shared import BundleScreen

        def write() -> None:
            write_to(
                self,
                "Write the bundle to",
                safe_name(f"{one_line(self._brief.title, 50)}.zip"),
                "Ends in .zip",
                lambda a, path: a.sharing.export(bundle, path),
                done="The bundle is written.",
            )

        says = "Nothing has left yet. This is all that would."
        self.app.push_screen(BundleScreen(bundle, verb="Write it", says=says, do=write))

    def action_write(self) -> None:
        from kmassist.tui.screens.narrative import NarrativeScreen

        self.app.push_screen(NarrativeScreen(self._brief), when_given(lambda _: self._reopen()))

    def action_review(self) -> None:
        brief = self._brief

        async def save(changes: Mapping[str, Any]) -> None:
            state, role = (
                str(changes.get("state", ReviewState.REVIEWED.value)),
                str(changes.get("role", "")),
            )
            note = str(changes.get("note", ""))
            self._brief = await self._kmassist.library.call(
                lambda a: a.briefs.set_state(self._revision_id, state, role=role, note=note)
            )
            self._kmassist.say(f"{state} as {role}", "Recorded.")
            self._load()

        states = [(s.value, s.value) for s in ReviewState]
        fields = [
            Field("state", "State", ReviewState.REVIEWED.value, states, is_needed=True),
            Field("role", "Your role", "", is_needed=True, hint="a role, not a name"),
            Field("note", "Note", ""),
        ]
        self.app.push_screen(FormScreen(f"Review: {brief.title}", fields, save, verb="Record"))


def _pairs(lines: Sequence[str]) -> list[tuple[str, str]]:
    """``aspect: what`` lines as pairs; a line without a colon has no second half."""
    halves = [line.partition(":") for line in lines]
    return [(first.strip(), second.strip()) for first, _, second in halves if first.strip()]


def safe_markdown(text: str) -> str:
    """`safe`, line by line, so that a list's leading spaces stay; without the anchors that only a file's links need."""
    return "\n".join(safe(_ANCHOR.sub("", line)) for line in text.split("\n"))
