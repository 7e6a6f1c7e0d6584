"""Working together and passing on: co-development log, contributions to briefs, bundles to and from other services."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from kmassist.assistant.adding import make_entry
from kmassist.assistant.decision_desk import export_form
from kmassist.assistant.redaction import redact_document, scan_document
from kmassist.contributions import CoDevelopment, CoDevelopmentState, Contribution, co_development_state
from kmassist.documents import Document, SourceType
from kmassist.errors import RecordError, UnreadableSource
from kmassist.identifiers import find_identifiers, summarise
from kmassist.sharing import (
    Adaptation,
    Bundle,
    ContextNote,
    Received,
    documents_from,
    make_bundle,
    read_bundle,
    write_bundle,
)
from kmassist.tables import save_bytes, save_text, to_csv, to_markdown

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_CODEV, _GIVEN, _BUNDLE, _SENT = "co-development", "contribution", "bundle", "bundle-sent"
_Record = TypeVar("_Record", bound=BaseModel)


class ShareDesk:
    """Records of who took part, and bundles. Roles and disciplines, never names."""

    def __init__(self, assistant: Assistant, today: Callable[[], date] = date.today) -> None:
        self._assistant = assistant
        self._index = assistant.index
        self._today = today

    # -- co-development ---------------------------------------------------------------------------------------------

    def co_develop(self, topic: str, *, role: str, discipline: str, changed: str, on: str = "") -> CoDevelopment:
        """Log that somebody of a discipline had a hand in a change.

        Raises:
            RecordError: one of them is empty, or the day is none.
        """
        values = {"topic": topic, "role": role, "discipline": discipline, "changed": changed}
        entry = _make(CoDevelopment, _filled(values), on or self._day(), prefix="k")
        self._index.put_record(_CODEV, entry.entry_id, entry.model_dump(mode="json"))
        return entry

    def log(self, topic: str = "") -> list[CoDevelopment]:
        """The co-development log in order of time, of one topic or of all."""
        found = [CoDevelopment.model_validate(body) for body in self._index.records(_CODEV).values()]
        wanted = " ".join(topic.casefold().split())
        kept = [e for e in found if not wanted or " ".join(e.topic.casefold().split()) == wanted]
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
            return json.dumps([e.model_dump(mode="json") for e in entries], ensure_ascii=False, indent=2) + "\n"
        header = ["Topic", "Date", "Role", "Discipline", "What changed"]
        rows = [[e.topic, e.on, e.role, e.discipline, e.changed] for e in entries]
        if form == "csv":
            return to_csv(header, rows)
        says = "".join(f"- {topic}: {self.state(topic).says}\n" for topic in ([topic] if topic else self.topics()))
        return f"# Co-development log\n\n{says}\n{to_markdown(header, rows)}"

    def export_log(self, path: Path, *, topic: str = "", force: bool = False) -> Path:
        """Write the log by the path's suffix (.md, .csv, .json)."""
        return save_text(path, self.log_text(export_form(path), topic), force=force)

    # -- contributions ----------------------------------------------------------------------------------------------

    def contribute(self, brief_id: str, *, role: str, what: str, on: str = "") -> Contribution:
        """Log what a role gave to a brief.

        Raises:
            RecordError: one of them is empty, or the day is none.
        """
        values = {"brief_id": _base(brief_id), "role": role, "what": what}
        entry = _make(Contribution, _filled(values), on or self._day(), prefix="g")
        self._index.put_record(_GIVEN, entry.entry_id, entry.model_dump(mode="json"))
        return entry

    def contributions(self, brief_id: str = "") -> list[Contribution]:
        """Who gave what, in order of time, to one brief or to all."""
        found = [Contribution.model_validate(body) for body in self._index.records(_GIVEN).values()]
        return sorted((c for c in found if _base(brief_id) in ("", c.brief_id)), key=lambda c: (c.on, c.entry_id))

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
        brief = self._assistant.briefs.open(brief_id)
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
            decisions=[d for d in self._assistant.decisions.list() if d.is_signed_off and _base(d.brief_id) == brief.brief_id],
        )
        self._refuse_identifiers(made)
        return made

    def export(self, bundle: Bundle, path: Path, *, force: bool = False) -> Path:
        """Write a bundle and note that it was given.

        Raises:
            ExportError: the file is there already or cannot be written.
        """
        written = save_bytes(path, write_bundle(bundle, self._assistant.briefs.markdown(bundle.brief)), force=force)
        note = {"bundle_id": bundle.bundle_id, "brief_id": bundle.brief.brief_id, "on": bundle.exported_on}
        self._index.put_record(_SENT, bundle.bundle_id, note)
        return written

    def read(self, path: Path) -> Bundle:
        """What is in a bundle, taking nothing in.

        Raises:
            UnreadableSource: it cannot be read or is no bundle.
        """
        try:
            if path.stat().st_size > 64 * 2**20:
                raise UnreadableSource(f"{path.name} is too large for a bundle.", "Ask for one brief at a time.", kind="limit")
            return read_bundle(path.read_bytes())
        except OSError as error:
            raise UnreadableSource(f"{path.name} cannot be read ({error.strerror}).", "Check that it is there.") from error

    def take_in(self, path: Path, *, consent: str = "") -> Received:
        """Take in a bundle: its brief and sources as records, what it quotes and learned as documents; all marked external.

        A published study that this library holds already is not added again.

        The same bundle again changes nothing. ``consent`` is as in `Assistant.add`.

        Raises:
            UnreadableSource: it is no bundle, or looks as if it held personal data; nothing is kept then.
        """
        bundle = self.read(path)
        kept = self._index.records(_BUNDLE).get(bundle.bundle_id)
        if kept:
            return Received.model_validate(kept)
        held = set(self.held_here(Received(bundle=bundle, received_on=self._day())))
        studies = {line.metadata.study_key for line in bundle.sources if line.doc_id in held} - {""}
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        documents = documents_from(bundle, source_name=path.name, sha256=sha256)
        wanted = [self._screened(d, consent) for d in documents if d.metadata.study_key not in studies]
        for document in wanted:
            self._index.add(make_entry(self._assistant.embedder, document, None))
        received = Received(bundle=bundle, received_on=self._day(), doc_ids=tuple(d.doc_id for d in wanted))
        self._index.put_record(_BUNDLE, bundle.bundle_id, received.model_dump(mode="json", by_alias=True))
        return received

    def take_in_brief(self, path: Path, *, consent: str = "") -> list[str]:
        """Take in another service's brief (JSON): one external document a quoted source; returns the ids of those added.

        What this library holds already, by text or by study, is not added again. ``consent`` is as in `Assistant.add`.

        Raises:
            UnreadableSource: it is no brief, or looks as if it held personal data; nothing is kept then.
        """
        held = self._index.documents()
        ids, studies = {d.doc_id for d in held}, {d.metadata.study_key for d in held} - {""}
        documents = self._assistant.briefs.import_json(path)
        wanted = [self._screened(d, consent) for d in documents if d.doc_id not in ids and d.metadata.study_key not in studies]
        for document in wanted:
            self._index.add(make_entry(self._assistant.embedder, document, None))
        return [document.doc_id for document in wanted]

    def received(self) -> list[Received]:
        """Bundles taken in, the latest first."""
        found = [Received.model_validate(body) for body in self._index.records(_BUNDLE).values()]
        return sorted(found, key=lambda r: (r.received_on, r.bundle.bundle_id), reverse=True)

    def open(self, bundle_id: str) -> Received:
        """The bundle of that id, or of one that begins so.

        Raises:
            RecordError: there is none, or there are several.
        """
        found = [r for r in self.received() if bundle_id and r.bundle.bundle_id.startswith(bundle_id)]
        if len(found) != 1:
            what = f"'{bundle_id}' matches {len(found)} bundles." if found else f"There is no bundle '{bundle_id}'."
            raise RecordError(what, "See 'kmassist share list'.")
        return found[0]

    def held_here(self, received: Received) -> dict[str, str]:
        """doc_id in the bundle -> doc_id here, for its sources that this library holds too (same text or same study)."""
        documents = self._index.documents()
        ids = {d.doc_id for d in documents}
        studies = {d.metadata.study_key: d.doc_id for d in reversed(documents) if d.metadata.study_key}
        found = {}
        for line in received.sources:
            here = line.doc_id if line.doc_id in ids else studies.get(line.metadata.study_key)
            if here:
                found[line.doc_id] = here
        return found

    # -- inside -----------------------------------------------------------------------------------------------------

    def _screened(self, document: Document, consent: str) -> Document:
        """The document, when nothing in it looks like personal data or the choice is to redact."""
        privacy = self._assistant.settings.privacy
        if not privacy.scan:
            return document
        found = [i for i in scan_document(document, privacy.hospital_number_pattern) if i.blocks]
        if not found:
            return document
        if consent == "redact":
            return redact_document(document, privacy.hospital_number_pattern)
        raise UnreadableSource(
            f"The bundle looks as if it held personal data: {'; '.join(summarise(found))}.",
            "Nothing of it was kept. Ask for one without, or take it in with --redact.",
            kind="identifiers",
        )

    def _refuse_identifiers(self, bundle: Bundle) -> None:
        """What people typed leaves the service; the sources were looked at when they came in."""
        parts: list[str] = [f"{note.aspect} {note.says}" for note in bundle.context]
        parts += [f"{a.changed} {a.why} {a.by_role}" for a in bundle.adaptations]
        parts += [f"{e.role} {e.changed}" for e in bundle.co_development]
        parts += [f"{c.role} {c.what}" for c in bundle.contributions]
        parts += [*bundle.brief.narrative.values()]
        found = [i for i in find_identifiers("\n".join(parts), SourceType.SVE) if i.blocks]
        if found:
            raise RecordError(
                f"What was typed looks as if it held personal data: {'; '.join(summarise(found))}.",
                "Take it out before it leaves.",
            )

    def _day(self) -> str:
        return self._today().isoformat()


def _base(brief_id: str) -> str:
    """A brief's id without its revision: what people gave is to the brief, whichever revision they read."""
    return brief_id.partition("@")[0]


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    flat = {name: " ".join(value.split()) for name, value in values.items()}
    empty = [name.replace("_", " ") for name, value in flat.items() if not value]
    if empty:
        raise RecordError(f"The {empty[0]} is missing.", "Roles and disciplines, never names.")
    return flat


def _make(model: type[_Record], values: Mapping[str, str], on: str, *, prefix: str) -> _Record:
    try:
        return model.model_validate({**values, "entry_id": f"{prefix}{uuid4().hex[:8]}", "on": on})
    except ValidationError as error:
        raise RecordError(f"'{on}' is not a day.", "Write YYYY-MM-DD.") from error
