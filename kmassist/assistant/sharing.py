"""Working together and passing on: co-development log, contributions to briefs, bundles to and from other services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from pydantic import ValidationError

from kmassist.assistant.received import ReceivedDesk
from kmassist.assistant.typed import typed
from kmassist.briefs import Brief
from kmassist.errors import RecordError
from kmassist.privacy.identifiers import summarise
from kmassist.privacy.redaction import (
    scan_record,
)
from kmassist.records.bundle_files import write_bundle
from kmassist.records.bundles import Adaptation, Bundle, ContextNote, make_bundle
from kmassist.records.contributions import (
    CoDevelopment,
    CoDevelopmentState,
    Contribution,
    co_development_state,
)
from kmassist.records.signing import sign
from kmassist.records.store import Records, left, to_json
from kmassist.text.clock import today
from kmassist.text.tables import export_form, save_bytes, save_text, to_csv, to_markdown

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_CODEV, _GIVEN, _SENT = "co-development", "contribution", "bundle-sent"
_TYPED = (
    "title",
    "question",
    "resolved_question",
    "narrative",
    "sign_offs",
    "decisions",
    "gaps",
    "stages",
)
"""Parts of a brief that hold what people typed."""
_DAY = "Write the day as YYYY-MM-DD."


class ShareDesk(ReceivedDesk):
    """Records of who took part, and bundles. Roles and disciplines, never names."""

    def __init__(self, assistant: Assistant, today: Callable[[], date] = today) -> None:
        super().__init__(assistant, today)
        look = typed(assistant.settings.privacy)
        self._log = Records(
            self._index,
            _CODEV,
            CoDevelopment,
            key="entry_id",
            noun="line",
            see="kmassist codev list",
            typed=look,
        )
        self._given = Records(
            self._index,
            _GIVEN,
            Contribution,
            key="entry_id",
            noun="contribution",
            see="kmassist brief contributions",
            typed=look,
        )

    # -- co-development ---------------------------------------------------------------------------------------------

    def co_develop(
        self, topic: str, *, role: str, discipline: str, changed: str, on: str = ""
    ) -> CoDevelopment:
        """Log that somebody of a discipline had a hand in a change.

        Raises:
            RecordError: one of them is empty, or the day is none.
        """
        values = {"topic": topic, "role": role, "discipline": discipline, "changed": changed}
        return self._log.put(self._log.make(self._entry(values, on, "k"), _DAY))

    def log(self, topic: str = "") -> list[CoDevelopment]:
        """The co-development log in order of time, of one topic or of all."""
        wanted = " ".join(topic.casefold().split())
        kept = [
            e
            for e in self._log.all()
            if not wanted or " ".join(e.topic.casefold().split()) == wanted
        ]
        return sorted(kept, key=lambda e: (e.on, e.entry_id))

    def state(self, topic: str) -> CoDevelopmentState:
        """Whether enough disciplines had a hand in a change for it to be embedded."""
        return co_development_state(topic, self.log())

    def topics(self) -> list[str]:
        """What the log is about, by name."""
        return list({" ".join(e.topic.casefold().split()): e.topic for e in self.log()}.values())

    def forget_entry(self, entry_id: str) -> None:
        """Take one line out of the log or the contributions."""
        self._index.delete_record(_CODEV, entry_id)
        self._index.delete_record(_GIVEN, entry_id)

    def log_text(self, form: str, topic: str = "") -> str:
        """The log as ``md``, ``csv`` or ``json``."""
        entries = self.log(topic)
        if form == "json":
            return to_json(entries)
        header = ["Topic", "Date", "Role", "Discipline", "What changed"]
        rows = [[e.topic, e.on, e.role, e.discipline, e.changed] for e in entries]
        if form == "csv":
            return to_csv(header, rows)
        says = "".join(
            f"- {topic}: {self.state(topic).says}\n"
            for topic in ([topic] if topic else self.topics())
        )
        return f"# Co-development log\n\n{says}\n{to_markdown(header, rows)}"

    def export_log(self, path: Path, *, topic: str = "", force: bool = False) -> Path:
        """Write the log by the path's suffix (.md, .csv, .json)."""
        written = save_text(path, self.log_text(export_form(path), topic), force=force)
        return left(self._index, "co-development log", written)

    # -- contributions ----------------------------------------------------------------------------------------------

    def contribute(self, brief_id: str, *, role: str, what: str, on: str = "") -> Contribution:
        """Log what a role gave to a brief.

        Raises:
            RecordError: one of them is empty, or the day is none.
        """
        values = {"brief_id": _base(brief_id), "role": role, "what": what}
        return self._given.put(self._given.make(self._entry(values, on, "g"), _DAY))

    def contributions(self, brief_id: str = "") -> list[Contribution]:
        """Who gave what, in order of time, to one brief or to all."""
        return sorted(
            (c for c in self._given.all() if _base(brief_id) in ("", c.brief_id)),
            key=lambda c: (c.on, c.entry_id),
        )

    # -- bundles ----------------------------------------------------------------------------------------------------

    def bundle(
        self,
        brief_id: str,
        *,
        from_service: str = "",
        context: Sequence[ContextNote | Mapping[str, str]] = (),
        adaptations: Sequence[Adaptation | Mapping[str, str]] = (),
        topic: str = "",
    ) -> Bundle:
        """Put together what would travel, for looking at before it does.

        Args:
            brief_id: a kept brief.
            from_service: this service's name; ``site.name`` of the settings when empty.
            context: notes on the place it was done in.
            adaptations: what was changed, and why.
            topic: whose co-development log goes along; empty for none.

        Raises:
            RecordError: no such brief, no name, team-only sources, or what looks like personal data in what was typed.
        """
        brief = self._as_marked_now(self._assistant.briefs.open(brief_id))
        try:
            notes = [ContextNote.model_validate(note) for note in context]
            changes = [Adaptation.model_validate(change) for change in adaptations]
        except ValidationError as error:
            raise RecordError(
                "A context note needs an aspect and what it says; an adaptation says what was changed."
            ) from error
        made = make_bundle(
            brief,
            from_service=from_service or self._assistant.settings.site.name,
            exported_on=self._day(),
            context=notes,
            adaptations=changes,
            co_development=self.log(topic) if topic else (),
            contributions=self.contributions(brief.brief_id),
            decisions=[
                d
                for d in self._assistant.decisions.list()
                if d.is_signed_off and _base(d.brief_id) == brief.brief_id
            ],
        )
        self._refuse_identifiers(made)
        return made

    def export(self, bundle: Bundle, path: Path, *, force: bool = False) -> Path:
        """Write a bundle and note that it was given.

        Raises:
            ExportError: the file is there already or cannot be written.
        """
        text = self._assistant.briefs.markdown(bundle.brief)
        data = write_bundle(bundle, text, lambda message: sign(self._index, message))
        written = save_bytes(path, data, force=force)
        note = {
            "bundle_id": bundle.bundle_id,
            "brief_id": bundle.brief.brief_id,
            "on": bundle.exported_on,
        }
        self._index.put_record(_SENT, bundle.bundle_id, note)
        return left(self._index, "bundle", written, record=bundle.bundle_id)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _refuse_identifiers(self, bundle: Bundle) -> None:
        """What people typed leaves the service, in whatever part; the sources were looked at when they came in."""
        body = bundle.model_dump(mode="json", by_alias=True)
        words = {name: part for name, part in body.items() if name != "brief"}
        words["brief"] = {name: body["brief"][name] for name in _TYPED}
        found = scan_record(words, self._assistant.settings.privacy.hospital_number_pattern)
        if found:
            raise RecordError(
                f"What was typed looks as if it held personal data: {'; '.join(summarise(found))}.",
                "Take it out before it leaves.",
            )

    def _as_marked_now(self, brief: Brief) -> Brief:
        """The brief with its sources' sharing marks as they are in the library today."""
        now = {d.doc_id: d.metadata.sharing for d in self._index.documents()}
        sources = tuple(
            line.model_copy(
                update={
                    "metadata": line.metadata.model_copy(
                        update={"sharing": now.get(line.doc_id, line.metadata.sharing)}
                    )
                }
            )
            for line in brief.sources
        )
        return brief.model_copy(update={"sources": sources})

    def _entry(self, values: Mapping[str, str], on: str, prefix: str) -> dict[str, str]:
        day = on or self._day()
        return {**_filled(values), "entry_id": f"{prefix}{uuid4().hex[:8]}", "on": day}


def _base(brief_id: str) -> str:
    """A brief's id without its revision: what people gave is to the brief, whichever revision they read."""
    return brief_id.partition("@")[0]


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    flat = {name: " ".join(value.split()) for name, value in values.items()}
    empty = [name.replace("_", " ") for name, value in flat.items() if not value]
    if empty:
        raise RecordError(f"The {empty[0]} is missing.", "Roles and disciplines, never names.")
    return flat
