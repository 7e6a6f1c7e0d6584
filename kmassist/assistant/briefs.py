"""Briefs: composing, keeping, completing by people, comparing and exporting."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from kmassist.answers.model import Answer
from kmassist.assistant.brief_inputs import circumstances_of, gaps_of, named_in, register_of
from kmassist.assistant.brief_sentences import weighed
from kmassist.assistant.typed import refuse_personal_data
from kmassist.assistant.within import answer_within
from kmassist.briefs import (
    Audience,
    Brief,
    ReviewState,
    SignOff,
    brief_id_of,
    check_brief,
    compose_brief,
    require_sound,
)
from kmassist.briefs.diff import BriefDiff, diff_briefs
from kmassist.briefs.etd import etd_names, etd_prompts, judged
from kmassist.briefs.evidence_table import evidence_table
from kmassist.briefs.files import brief_bytes, brief_json, in_order_of_citation, write_brief
from kmassist.briefs.layout.wording import PROMPTS
from kmassist.briefs.selfcheck import self_check
from kmassist.documents.document import Document
from kmassist.errors import DocumentNotFound, ExportError, RecordError, UnreadableSource
from kmassist.index import Filter
from kmassist.records.received_documents import documents_of, read_brief
from kmassist.records.store import by_start, left
from kmassist.text.clock import today
from kmassist.text.plain_files import read_plain_file
from kmassist.text.tables import require_free, save_bytes

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_BRIEF, _WORDS, _SIGNED = "brief", "brief-narrative", "brief-signed"
_LONGEST = 20_000
_CELLS = (*PROMPTS, *(f"etd.{number}" for number in range(1, 13)))


class BriefEntry(BaseModel):
    """One kept revision of a brief, as lists show it. ``revision_id`` opens exactly this one."""

    model_config = ConfigDict(frozen=True)

    brief_id: str
    revision_id: str
    title: str
    audience: Audience
    composed_on: str
    verdict: str
    state: ReviewState


class BriefDesk:
    """Evidence briefs of one library. Roles are named, never people."""

    def __init__(self, assistant: Assistant, today: Callable[[], dt.date] = today) -> None:
        self._assistant = assistant
        self._index = assistant.index
        self._today = today

    @property
    def cells(self) -> Mapping[str, str]:
        """The narrative cells and what is asked for in each; ``etd.1`` to ``etd.12`` are GRADE's criteria with their options."""
        return {**PROMPTS, **etd_prompts()}

    @property
    def cell_names(self) -> Mapping[str, str]:
        """The narrative cells as a list names them: a judgement by its criterion."""
        plain = {cell: cell.replace("-", " ").capitalize() for cell in PROMPTS}
        return {**plain, **etd_names()}

    # -- composing ----------------------------------------------------------------------------------------------------

    def compose(
        self,
        about: str | Answer,
        audience: Audience | str = Audience.CLINICAL,
        *,
        where: Filter | None = None,
    ) -> Brief:
        """Compose a brief from a question or an answer. Nothing is stored.

        Sources that the audience may not see are left out of the search itself, so that nothing of them can show through;
        the brief says how many are about the question.

        Raises:
            UncitedClaim: a quotation does not stand in its source.
        """
        audience = Audience(audience)
        answer, withheld = answer_within(
            self._assistant, about, audience.may_see, where=where, today=self._today()
        )
        documents = self._documents(answer)
        question = answer.resolved_question
        brief_id = brief_id_of(question, audience)
        register = register_of(self._assistant, question, answer)
        gaps = gaps_of(self._assistant, answer, register)
        circumstances = circumstances_of(
            self._assistant, answer, audience, register, withheld, today=self._today()
        )
        sentences = weighed(self._assistant, answer, documents)
        circumstances = replace(circumstances, sentences=sentences)
        brief = compose_brief(
            answer,
            documents,
            gaps,
            audience=audience,
            circumstances=circumstances,
            narrative=self.narrative(brief_id),
            sign_offs=self._signed(brief_id),
        )
        brief = in_order_of_citation(brief)
        require_sound(brief, documents, self._assistant.settings.privacy)
        return brief

    def _documents(self, answer: Answer) -> dict[str, Document]:
        found = {}
        for doc_id in sorted(named_in(answer)):
            try:
                found[doc_id] = self._assistant.source(doc_id)
            except DocumentNotFound:  # forgotten meanwhile; a quotation of it fails the check
                continue
        return found

    # -- keeping ------------------------------------------------------------------------------------------------------

    def save(self, brief: Brief) -> str:
        """Keep a revision; returns its id. The same content as the newest revision is not kept twice."""
        revisions = self._revisions(brief.brief_id)
        if revisions and self._load(revisions[-1]).content_digest == brief.content_digest:
            return revisions[-1]
        number = int(revisions[-1].partition("@")[2]) + 1 if revisions else 1
        revision = f"{brief.brief_id}@{number:03d}"
        self._index.put_record(_BRIEF, revision, brief.model_dump(mode="json", by_alias=True))
        return revision

    def list(self) -> Sequence[BriefEntry]:
        """Every kept revision, newest first."""
        kept = self._index.records(_BRIEF)
        entries = []
        for revision in kept:
            brief = self._with_people(Brief.model_validate(kept[revision]))
            entries.append(
                BriefEntry(
                    brief_id=brief.brief_id,
                    revision_id=revision,
                    title=brief.title,
                    audience=brief.audience,
                    composed_on=brief.composed_on,
                    verdict=brief.verdict.value,
                    state=brief.state,
                )
            )
        return sorted(entries, key=lambda e: (e.composed_on, e.revision_id), reverse=True)

    def open(self, brief_id: str) -> Brief:
        """A kept brief by its id (newest revision), its revision's id, or the start of either, with what people wrote since.

        Raises:
            RecordError: none matches, or several briefs do.
        """
        return self._with_people(self._load(self._find(brief_id)))

    def delete(self, brief_id: str) -> Sequence[str]:
        """Remove a revision, or all of a brief when no revision is named; returns the ids removed."""
        revision = self._find(brief_id)
        gone = [revision] if "@" in brief_id else self._revisions(revision.partition("@")[0])
        for one in gone:
            self._index.delete_record(_BRIEF, one)
        return gone

    def _revisions(self, brief_id: str) -> Sequence[str]:
        return sorted(
            revision
            for revision in self._index.records(_BRIEF)
            if revision.partition("@")[0] == brief_id
        )

    def _find(self, wanted: str) -> str:
        kept = sorted(self._index.records(_BRIEF))
        if wanted in kept:
            return wanted
        start, _, revision = wanted.partition("@")
        ids = dict.fromkeys(one.partition("@")[0] for one in kept)
        brief_id = by_start(start, ids, "brief", "kmassist brief list")
        matching = [one for one in kept if one.startswith(f"{brief_id}@{revision}")]
        if not matching:
            raise RecordError(f"There is no brief '{wanted}'.", "See 'kmassist brief list'.")
        return matching[-1]

    def _load(self, revision: str) -> Brief:
        return Brief.model_validate(self._index.records(_BRIEF)[revision])

    # -- what people add ----------------------------------------------------------------------------------------------

    def narrative(self, brief_id: str) -> dict[str, str]:
        """What people wrote, by cell; kept beside the brief, so that composing it again does not touch it."""
        body = self._index.records(_WORDS).get(brief_id.partition("@")[0], {})
        return {cell: str(words) for cell, words in sorted(body.items())}

    def set_narrative(self, brief_id: str, cell: str, words: str) -> dict[str, str]:
        """Write a cell in plain Markdown; empty words clear it. Returns all cells. A signed brief becomes a draft again.

        Raises:
            RecordError: there is no such cell or no such brief, the text is too long, or a judgement is none of GRADE's options.
        """
        if cell not in _CELLS:
            raise RecordError(f"A brief has no cell '{cell}'.", f"Cells: {', '.join(_CELLS)}.")
        if len(words) > _LONGEST:
            raise RecordError(
                f"The text is longer than {_LONGEST:,} characters.",
                "Shorten it, or add it as a source.",
            )
        if cell.startswith("etd.") and words.strip():
            words = judged(cell, words)
        refuse_personal_data(words, self._assistant.settings.privacy)
        base = self._find(brief_id).partition("@")[0]
        held = {**self.narrative(base), cell: words.strip()}
        kept = {name: text for name, text in sorted(held.items()) if text}
        self._index.put_record(_WORDS, base, kept)
        return kept

    def set_state(
        self, brief_id: str, state: ReviewState | str, *, role: str, note: str = ""
    ) -> Brief:
        """Review, sign off or take back to draft, as a role. It holds for the content as it is now and lapses with a change.

        Raises:
            RecordError: no role is named, or it is signed off without a review by another role.
        """
        state, role = ReviewState(state), " ".join(role.split())
        if not role:
            raise RecordError(
                "A review or signature needs a role.", "Name the role, not the person."
            )
        brief = self.open(brief_id)
        digest = brief.content_digest
        others = {
            s.role.casefold()
            for s in brief.sign_offs
            if s.digest == digest and s.state is ReviewState.REVIEWED
        }
        if state is ReviewState.SIGNED_OFF and not others - {role.casefold()}:
            raise RecordError(
                "A brief is signed off after another role has reviewed this version.",
                "Record the review first: state 'reviewed'.",
            )
        refuse_personal_data([role, note], self._assistant.settings.privacy)
        signed = SignOff(
            state=state, role=role, on=self._today().isoformat(), digest=digest, note=note.strip()
        )
        record = {"signed": [s.model_dump(mode="json") for s in (*brief.sign_offs, signed)]}
        self._index.put_record(_SIGNED, brief.brief_id, record)
        return self.open(brief_id)

    def _signed(self, brief_id: str) -> tuple[SignOff, ...]:
        body = self._index.records(_SIGNED).get(brief_id, {})
        return tuple(SignOff.model_validate(one) for one in body.get("signed", []))

    def _with_people(self, brief: Brief) -> Brief:
        update = {
            "narrative": self.narrative(brief.brief_id),
            "sign_offs": self._signed(brief.brief_id),
        }
        brief = brief.model_copy(update=update)
        return brief.model_copy(update={"self_check": self_check(brief)})

    # -- looking, comparing, exporting ----------------------------------------------------------------------------------

    def markdown(self, brief: Brief, *, annex: bool = False) -> str:
        """The brief as Markdown, with the annex on demand."""
        return brief_bytes(brief, ".md", annex=annex).decode()

    def json(self, brief: Brief) -> str:
        return brief_json(brief)

    def check(self, brief: Brief) -> Sequence[str]:
        """Every problem of its quotations and figures against the library as it is now."""
        return check_brief(brief, self._held(brief), self._assistant.settings.privacy)

    def export(
        self,
        brief: Brief,
        path: Path,
        *,
        force: bool = False,
        template: Path | None = None,
        is_table: bool = False,
        annex: bool = False,
    ) -> Path:
        """Write a brief to .md, .docx, .pdf, .html, .json, .ris or .bib, after checking every quotation and sharing mark.

        The annex (all passages, judgement table, provenance, method) stands behind it on demand. With ``is_table`` its evidence
        table is written instead, to .docx, .xlsx or .csv.

        Raises:
            UncitedClaim: a quotation or figure does not hold.
            ExportError: a source may no longer go to this audience, the file is there already, or it cannot be written.
        """
        held = self._held(brief)
        require_sound(brief, held, self._assistant.settings.privacy)
        closed = [
            d.cite_as for d in held.values() if d.metadata.sharing not in brief.audience.may_see
        ]
        if closed:
            raise ExportError(
                f"{len(closed)} of the sources may no longer go to {brief.audience.label}.",
                "Compose the brief again.",
            )
        if is_table:
            path = require_free(path, force=force)
            save_bytes(path, evidence_table(brief, path), force=force)
        else:
            path = write_brief(brief, path, force=force, template=template, annex=annex)
        what = "evidence table" if is_table else "brief"
        return left(self._index, what, path, record=brief.brief_id)

    def diff(self, old: Brief | str, new: Brief | str) -> BriefDiff:
        """What changed from one brief to another; ids are opened."""
        before = self.open(old) if isinstance(old, str) else old
        after = self.open(new) if isinstance(new, str) else new
        return diff_briefs(before, after)

    def changes_since(self, brief_id: str) -> BriefDiff:
        """What would be different if a kept brief were composed now."""
        old = self.open(brief_id)
        return diff_briefs(old, self.compose(old.resolved_question, old.audience))

    def diff_markdown(self, diff: BriefDiff) -> str:
        """The differences as Markdown."""
        from kmassist.briefs.diff import diff_markdown

        return diff_markdown(diff)

    def import_json(self, path: Path) -> Sequence[Document]:
        """Another site's brief as documents of external origin, one a quoted source; they are not stored.

        Raises:
            UnreadableSource: it is no brief of a schema this version reads.
        """
        try:
            data = read_plain_file(path)
        except OSError as error:
            raise UnreadableSource(
                f"{path.name} cannot be read: {error.strerror}.", "Check the path."
            ) from error
        return documents_of(
            read_brief(data), source_name=path.name, sha256=hashlib.sha256(data).hexdigest()
        )

    def _held(self, brief: Brief) -> dict[str, Document]:
        found = {}
        for line in brief.sources:
            try:
                found[line.doc_id] = self._assistant.source(line.doc_id)
            except DocumentNotFound:
                continue
        return found
