"""The gap desk: register, search log, overrides, roles, what gaps warrant and the map, kept in the library's own database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from kmassist.assistant.typed import typed
from kmassist.coverage import Coverage, OverrideRecord
from kmassist.coverage.topic import PoolsOf, held_by_topic
from kmassist.documents.document import Document
from kmassist.errors import RecordError
from kmassist.gaps import (
    Epicot,
    GapRecord,
    GapStage,
    RoleRecord,
    SearchRecord,
    Stage,
    Warrant,
    make_epicot,
    stages,
    warrants,
)
from kmassist.gaps.map import GapMap, make_map
from kmassist.gaps.proposals import propose
from kmassist.gaps.records import bears_on, speaks_of
from kmassist.gaps.tables import gaps_csv, gaps_markdown, searches_csv
from kmassist.index import Filter, Index
from kmassist.question.vocabulary import Vocabulary
from kmassist.records.store import Records, left, to_json, write_as
from kmassist.retrieval.pool.make import PoolMaker
from kmassist.retrieval.pool.said import Said, packed, same_subject
from kmassist.settings.model import Settings
from kmassist.text.clock import today


class GapDesk:
    """Everything about gaps that outlives a question. Each write is one record in one transaction."""

    def __init__(
        self,
        index: Index,
        settings: Settings,
        today: Callable[[], dt.date] = today,
        pools: PoolMaker | None = None,
    ) -> None:
        self._index = index
        self._settings = settings
        self._today = today
        look = typed(settings.privacy)
        self._gaps = Records(index, "gap", GapRecord, see="kmassist gaps list", typed=look)
        self._searches = Records(
            index, "search", SearchRecord, see="kmassist searches list", typed=look
        )
        self._overrides = Records(
            index, "override", OverrideRecord, see="kmassist gaps list", typed=look
        )
        self._roles = Records(index, "role", RoleRecord, see="kmassist people list")
        self._said = Records(index, "said", Said, noun="word", see="kmassist coverage --help")
        self._pools = pools

    # -- the register -------------------------------------------------------------------------------------------------

    def list(
        self, *, stage: str = "", topic: str = "", overdue: bool = False
    ) -> Sequence[GapRecord]:
        """Gaps in order of their numbers, narrowed by stage (open, in progress, closed), topic code or being overdue."""
        now = self._today().isoformat()
        return [
            gap
            for gap in self._gaps.all()
            if (not stage or gap.stage.value == stage)
            and (not topic or gap.topic.casefold() == topic.casefold())
            and (not overdue or gap.is_overdue(now))
        ]

    def get(self, gap_id: str) -> GapRecord:
        """One gap by its number.

        Raises:
            RecordError: there is none of that number.
        """
        return self._gaps.get(gap_id)

    def add(self, **fields: Any) -> GapRecord:
        """Open a gap; ``title`` is needed. It gets the next number and today's date.

        Raises:
            RecordError: a field is unknown or cannot be used.
        """
        fields = {"opened": self._today().isoformat(), **fields, "gap_id": self._gaps.next_number()}
        return self._gaps.put(self._gaps.make(fields))

    def edit(self, gap_id: str, changes: Mapping[str, Any]) -> GapRecord:
        """Change fields of a gap; its number stays."""
        body = {**self.get(gap_id).model_dump(), **changes, "gap_id": gap_id}
        return self._gaps.put(self._gaps.make(body))

    def begin(self, gap_id: str) -> GapRecord:
        """Mark it in progress."""
        return self.edit(gap_id, {"stage": GapStage.IN_PROGRESS})

    def close(self, gap_id: str, *, doc_id: str = "", note: str = "") -> GapRecord:
        """Close a gap with the document that closes it, a note, or both.

        Raises:
            RecordError: neither is given.
        """
        self.get(gap_id)
        if not doc_id and not note.strip():
            raise RecordError(
                f"Gap {gap_id} cannot be closed without a reason.",
                "Name the document that closes it, or write a note.",
            )
        closed = {
            "stage": GapStage.CLOSED,
            "closed_on": self._today().isoformat(),
            "closed_by_doc": doc_id,
            "closing_note": note,
        }
        return self.edit(gap_id, closed)

    def reopen(self, gap_id: str) -> GapRecord:
        """Open a closed gap again."""
        return self.edit(
            gap_id,
            {"stage": GapStage.OPEN, "closed_on": None, "closed_by_doc": "", "closing_note": ""},
        )

    def propose(self) -> Sequence[GapRecord]:
        """Gaps the corpus itself suggests and the register lacks (audits below target or due again, kinds missing on a
        topic); not stored, without number. Pass the fields of one to `add`."""
        labels = self._labels()
        return propose(
            self._index.documents(),
            self._gaps.all(),
            self._settings.coverage,
            self._today(),
            held_by_topic(self._index.documents(), labels, self._pools_of()),
            labels=labels,
        )

    def may_close(self, document: Document) -> Sequence[str]:
        """Numbers of open gaps that a new document is about."""
        return [gap.gap_id for gap in self._gaps.all() if bears_on(document, gap)]

    # -- what a question's gaps warrant -------------------------------------------------------------------------------

    def warrants(self, coverage: Coverage) -> tuple[Warrant, ...]:
        """What each gap of a coverage warrants, with the register, the search log and the roles taken into account."""
        cited = frozenset(doc_id for cell in coverage.cells for doc_id in cell.doc_ids)
        return warrants(
            coverage,
            searches=self.searches(),
            gaps=self._gaps.all(),
            roles=self.roles(),
            documents=self._index.documents(Filter(doc_ids=cited)) if cited else (),
            topics=self._vocabulary.topics_of(coverage.question),
            today=self._today(),
        )

    def epicot(self, gap_id: str, coverage: Coverage | None = None) -> Epicot:
        """A gap as a research recommendation; `gaps.epicot_markdown` writes it out."""
        gap = self.get(gap_id)
        near = [
            s
            for s in self.searches()
            if s.gap_id == gap_id or (gap.question and speaks_of(s, gap.question, (gap.topic,)))
        ]
        return make_epicot(gap, coverage=coverage, searches=near, today=self._today())

    # -- searches made elsewhere --------------------------------------------------------------------------------------

    def log_search(self, **fields: Any) -> SearchRecord:
        """Log a search made outside this corpus: ``databases``, ``strategy``, ``by_role``; ``date`` is today when left out.

        Raises:
            RecordError: one of them is missing, a date lies in the future, or neither question, topic nor gap is named.
        """
        fields = {
            "date": self._today().isoformat(),
            **fields,
            "search_id": self._searches.next_number(),
        }
        if isinstance(fields.get("databases"), str):
            fields["databases"] = tuple(
                x.strip() for x in fields["databases"].split(",") if x.strip()
            )
        search = self._searches.make(fields)
        if not (search.question or search.topic or search.gap_id):
            raise RecordError(
                "A search is logged for a question, a topic or a gap.", "Name one of them."
            )
        if search.gap_id and not search.question:
            gap = self.get(search.gap_id)
            search = search.model_copy(
                update={"question": gap.question or gap.title, "topic": search.topic or gap.topic}
            )
        if str(search.date) > self._today().isoformat():
            raise RecordError(
                f"The search date {search.date} lies in the future.", "Give the day it was run."
            )
        return self._searches.put(search)

    def searches(self, question: str = "") -> Sequence[SearchRecord]:
        """The search log in order of its numbers; with a question only what is about it."""
        found = self._searches.all()
        return [s for s in found if speaks_of(s, question)] if question else found

    # -- overrides and roles ------------------------------------------------------------------------------------------

    def override(self, **fields: Any) -> OverrideRecord:
        """Set a flag by hand: ``source_type``, ``state``, ``reason``, ``by_role``; ``question`` empty means every question."""
        fields = {
            "date": self._today().isoformat(),
            **fields,
            "override_id": self._overrides.next_number(),
        }
        return self._overrides.put(self._overrides.make(fields))

    def overrides(self) -> Sequence[OverrideRecord]:
        """All overrides in the order they were made."""
        return self._overrides.all()

    def overrides_for(self, question: str) -> Sequence[OverrideRecord]:
        """Those that hold for a question."""
        return [o for o in self.overrides() if o.holds_for(question)]

    def withdraw_override(self, override_id: str) -> OverrideRecord:
        """Take an override back; returns what it was."""
        return self._overrides.delete(override_id)

    # -- "it is about this", "it is not" ------------------------------------------------------------------------------

    def say(self, subject: str, doc_id: str, *, is_about: bool, by_role: str = "") -> Said:
        """Keep a person's word on whether a document is about a subject; it holds for every wording of the subject.

        The same document and subject again replaces what was said.

        Raises:
            DocumentNotFound: there is no such document.
            RecordError: no subject is named, or the library has no vectors to tell subjects apart by.
            ModelUnavailable: the model cannot be loaded.
        """
        self._index.document(doc_id)
        seen = self._pools.look_for(subject) if self._pools and subject.strip() else None
        if seen is None:
            raise RecordError(
                "There is nothing yet that this could be said of.",
                "Name the question, and add documents with 'kmassist add'.",
            )
        vector = seen.vector
        same = [s for s in self.said() if s.doc_id == doc_id and same_subject(s, vector)]
        said_id = same[0].said_id if same else self._said.next_number()
        record = self._said.make(
            {
                "said_id": said_id,
                "subject": subject,
                "doc_id": doc_id,
                "is_about": is_about,
                "by_role": by_role or self._index.actor or "not stated",
                "date": self._today().isoformat(),
                "vector": packed(vector),
            },
        )
        self._index.audit("about" if is_about else "not about", doc_id=doc_id, said=said_id)
        return self._said.put(record)

    def said(self) -> Sequence[Said]:
        """All that was said, in order."""
        return self._said.all()

    def set_role(self, **fields: Any) -> RoleRecord:
        """Record who leads at a stage: ``stage`` 1 to 8 and ``role``; ``is_filled`` false for a vacancy. The same stage, role
        and topic again replaces it."""
        new = self._roles.make({**fields, "role_id": ""})
        same = [
            r
            for r in self.roles()
            if (r.stage, r.role.casefold(), r.topic) == (new.stage, new.role.casefold(), new.topic)
        ]
        role_id = same[0].role_id if same else self._roles.next_number()
        return self._roles.put(new.model_copy(update={"role_id": role_id}))

    def remove_role(self, role_id: str) -> RoleRecord:
        """Take a role record out; returns what it was."""
        return self._roles.delete(role_id)

    def roles(self, topic: str = "") -> Sequence[RoleRecord]:
        """Role records in order; with a topic those for it or for every topic."""
        return [r for r in self._roles.all() if not topic or not r.topic or r.topic == topic]

    def stages(self, topic: str = "") -> tuple[Stage, ...]:
        """The eight stages of leadership with their vacancies."""
        return stages(self.roles(), topic)

    # -- the map and files --------------------------------------------------------------------------------------------

    def map(self, topic: str | None = None, where: Filter | None = None) -> GapMap:
        """Topics by kinds of knowledge, for the corpus or one topic; `gapmap.writers.write_map` writes it to a file."""
        return make_map(
            self._index.documents(where),
            labels=self._labels(),
            settings=self._settings.coverage,
            today=self._today(),
            corpus_name=self._settings.site.corpus_name,
            setting=self._settings.site.setting,
            topic=topic,
            pools_of=self._pools_of(where),
        )

    def _pools_of(self, where: Filter | None = None) -> PoolsOf:
        """None where there is nothing to make pools with: then a topic holds what is filed under it."""
        pools = self._pools
        return (lambda words: pools.pools_of_questions(words, where=where)) if pools else None

    def _labels(self) -> dict[str, str]:
        return {code: topic.label for code, topic in self._vocabulary.topics.items()}

    def export(
        self, path: Path, records: Sequence[GapRecord] | None = None, *, force: bool = False
    ) -> Path:
        """Write the register (or some of it) as .csv, .json or .md, by the file's suffix.

        Raises:
            ExportError: another suffix, the file is there already and ``force`` is not given, or it cannot be written.
        """
        chosen = self.list() if records is None else records
        name = self._settings.site.corpus_name
        written = write_as(
            path,
            {
                ".csv": lambda: gaps_csv(chosen),
                ".json": lambda: to_json(chosen),
                ".md": lambda: gaps_markdown(chosen, name),
            },
            force=force,
        )
        return left(self._index, "gaps", written, count=len(chosen))

    def export_searches(self, path: Path, *, force: bool = False) -> Path:
        """Write the search log as .csv or .json."""
        found = self.searches()
        written = write_as(
            path,
            {".csv": lambda: searches_csv(found), ".json": lambda: to_json(found)},
            force=force,
        )
        return left(self._index, "searches", written, count=len(found))

    def export_map(
        self,
        path: Path,
        topic: str | None = None,
        where: Filter | None = None,
        *,
        force: bool = False,
    ) -> Path:
        """Write the gap map as .html, .csv, .svg or .png."""
        from kmassist.gaps.map_files import write_map

        return left(self._index, "map", write_map(self.map(topic, where), path, force=force))

    # -- storage ------------------------------------------------------------------------------------------------------

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary.load(self._settings.retrieval.vocabulary)
