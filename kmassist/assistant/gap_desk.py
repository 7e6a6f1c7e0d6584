"""The gap desk: register, search log, overrides, roles, what gaps warrant and the map, kept in the library's own database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from kmassist.config import Settings
from kmassist.coverage import Coverage, OverrideRecord
from kmassist.documents import Document, SourceType
from kmassist.errors import ExportError, RecordError
from kmassist.gapmap import GapMap, make_map
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
from kmassist.gaps.proposals import propose
from kmassist.gaps.records import bears_on, speaks_of
from kmassist.gaps.tables import gaps_csv, gaps_markdown, records_json, searches_csv
from kmassist.index import Filter, Index
from kmassist.tables import save_text
from kmassist.vocabulary import Vocabulary

_Kept = TypeVar("_Kept", bound=BaseModel)


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


class GapDesk:
    """Everything about gaps that outlives a question. Each write is one record in one transaction."""

    def __init__(self, index: Index, settings: Settings, today: Callable[[], dt.date] = _today) -> None:
        self._index = index
        self._settings = settings
        self._today = today

    # -- the register -------------------------------------------------------------------------------------------------

    def list(self, *, stage: str = "", topic: str = "", overdue: bool = False) -> Sequence[GapRecord]:
        """Gaps in order of their numbers, narrowed by stage (open, in progress, closed), topic code or being overdue."""
        now = self._today().isoformat()
        return [
            gap
            for gap in self._kept("gap", GapRecord)
            if (not stage or gap.stage.value == stage)
            and (not topic or gap.topic.casefold() == topic.casefold())
            and (not overdue or gap.is_overdue(now))
        ]

    def get(self, gap_id: str) -> GapRecord:
        """One gap by its number.

        Raises:
            RecordError: there is none of that number.
        """
        return self._one("gap", gap_id, GapRecord)

    def add(self, **fields: Any) -> GapRecord:
        """Open a gap; ``title`` is needed. It gets the next number and today's date.

        Raises:
            RecordError: a field is unknown or cannot be used.
        """
        fields = {"opened": self._today().isoformat(), **fields, "gap_id": self._next("gap")}
        return self._put("gap", fields["gap_id"], _make(GapRecord, fields))

    def add_from(self, coverage: Coverage, source_type: SourceType, **fields: Any) -> GapRecord:
        """Open a gap for one cell of a question's coverage."""
        cell = coverage.cell(source_type)
        title = f"{source_type.label}: {coverage.question}"
        return self.add(
            **{"title": title, "question": coverage.question, "source_type": source_type, "codes": cell.codes, **fields}
        )

    def edit(self, gap_id: str, changes: Mapping[str, Any]) -> GapRecord:
        """Change fields of a gap; its number stays."""
        body = {**self.get(gap_id).model_dump(), **changes, "gap_id": gap_id}
        return self._put("gap", gap_id, _make(GapRecord, body))

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
                f"Gap {gap_id} cannot be closed without a reason.", "Name the document that closes it, or write a note."
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
        return self.edit(gap_id, {"stage": GapStage.OPEN, "closed_on": None, "closed_by_doc": "", "closing_note": ""})

    def propose(self) -> Sequence[GapRecord]:
        """Gaps the corpus itself suggests and the register lacks (audits below target or due again, kinds missing on a
        topic); not stored, without number. Pass the fields of one to `add`."""
        return propose(self._index.documents(), self._kept("gap", GapRecord), self._settings.coverage, self._today())

    def may_close(self, document: Document) -> Sequence[str]:
        """Numbers of open gaps that a new document bears on."""
        return [gap.gap_id for gap in self._kept("gap", GapRecord) if bears_on(document, gap)]

    # -- what a question's gaps warrant -------------------------------------------------------------------------------

    def warrants(self, coverage: Coverage) -> tuple[Warrant, ...]:
        """What each gap of a coverage warrants, with the register, the search log and the roles taken into account."""
        cited = frozenset(doc_id for cell in coverage.cells for doc_id in cell.doc_ids)
        return warrants(
            coverage,
            searches=self.searches(),
            gaps=self._kept("gap", GapRecord),
            roles=self.roles(),
            documents=self._index.documents(Filter(doc_ids=cited)) if cited else (),
            topics=self._vocabulary().topics_of(coverage.question),
            today=self._today(),
        )

    def epicot(self, gap_id: str, coverage: Coverage | None = None) -> Epicot:
        """A gap as a research recommendation; `gaps.epicot_markdown` writes it out."""
        gap = self.get(gap_id)
        near = [s for s in self.searches() if s.gap_id == gap_id or (gap.question and speaks_of(s, gap.question, (gap.topic,)))]
        return make_epicot(gap, coverage=coverage, searches=near, today=self._today())

    # -- searches made elsewhere --------------------------------------------------------------------------------------

    def log_search(self, **fields: Any) -> SearchRecord:
        """Log a search made outside this corpus: ``databases``, ``strategy``, ``by_role``; ``date`` is today when left out.

        Raises:
            RecordError: one of them is missing, a date lies in the future, or neither question, topic nor gap is named.
        """
        fields = {"date": self._today().isoformat(), **fields, "search_id": self._next("search")}
        if isinstance(fields.get("databases"), str):
            fields["databases"] = tuple(x.strip() for x in fields["databases"].split(",") if x.strip())
        search = _make(SearchRecord, fields)
        if not (search.question or search.topic or search.gap_id):
            raise RecordError("A search is logged for a question, a topic or a gap.", "Name one of them.")
        if search.gap_id and not search.question:
            gap = self.get(search.gap_id)
            search = search.model_copy(update={"question": gap.question or gap.title, "topic": search.topic or gap.topic})
        if str(search.date) > self._today().isoformat():
            raise RecordError(f"The search date {search.date} lies in the future.", "Give the day it was run.")
        return self._put("search", search.search_id, search)

    def searches(self, question: str = "") -> Sequence[SearchRecord]:
        """The search log in order of its numbers; with a question only what is about it."""
        found = self._kept("search", SearchRecord)
        return [s for s in found if speaks_of(s, question)] if question else found

    # -- overrides and roles ------------------------------------------------------------------------------------------

    def override(self, **fields: Any) -> OverrideRecord:
        """Set a flag by hand: ``source_type``, ``state``, ``reason``, ``by_role``; ``question`` empty means every question."""
        fields = {"date": self._today().isoformat(), **fields, "override_id": self._next("override")}
        return self._put("override", fields["override_id"], _make(OverrideRecord, fields))

    def overrides(self) -> Sequence[OverrideRecord]:
        """All overrides in the order they were made."""
        return self._kept("override", OverrideRecord)

    def overrides_for(self, question: str) -> Sequence[OverrideRecord]:
        """Those that hold for a question."""
        return [o for o in self.overrides() if o.holds_for(question)]

    def withdraw_override(self, override_id: str) -> OverrideRecord:
        """Take an override back; returns what it was."""
        record = self._one("override", override_id, OverrideRecord)
        self._index.delete_record("override", override_id)
        return record

    def set_role(self, **fields: Any) -> RoleRecord:
        """Record who leads at a stage: ``stage`` 1 to 8 and ``role``; ``is_filled`` false for a vacancy. The same stage, role
        and topic again replaces it."""
        new = _make(RoleRecord, {**fields, "role_id": ""})
        same = [r for r in self.roles() if (r.stage, r.role.casefold(), r.topic) == (new.stage, new.role.casefold(), new.topic)]
        role_id = same[0].role_id if same else self._next("role")
        return self._put("role", role_id, new.model_copy(update={"role_id": role_id}))

    def remove_role(self, role_id: str) -> RoleRecord:
        """Take a role record out; returns what it was."""
        record = self._one("role", role_id, RoleRecord)
        self._index.delete_record("role", role_id)
        return record

    def roles(self, topic: str = "") -> Sequence[RoleRecord]:
        """Role records in order; with a topic those for it or for every topic."""
        return [r for r in self._kept("role", RoleRecord) if not topic or not r.topic or r.topic == topic]

    def stages(self, topic: str = "") -> tuple[Stage, ...]:
        """The eight stages of leadership with their vacancies."""
        return stages(self.roles(), topic)

    # -- the map and files --------------------------------------------------------------------------------------------

    def map(self, topic: str | None = None) -> GapMap:
        """Topics by kinds of knowledge, for the corpus or one topic; `gapmap.writers.write_map` writes it to a file."""
        return make_map(
            self._index.documents(),
            labels={code: entry.label for code, entry in self._vocabulary().topics.items()},
            settings=self._settings.coverage,
            today=self._today(),
            corpus_name=self._settings.site.corpus_name,
            setting=self._settings.site.setting,
            topic=topic,
        )

    def export(self, path: Path, records: Sequence[GapRecord] | None = None, *, force: bool = False) -> Path:
        """Write the register (or some of it) as .csv, .json or .md, by the file's suffix.

        Raises:
            ExportError: another suffix, the file is there already and ``force`` is not given, or it cannot be written.
        """
        chosen = self.list() if records is None else records
        name = self._settings.site.corpus_name
        return _write(
            path,
            {
                ".csv": lambda: gaps_csv(chosen),
                ".json": lambda: records_json(chosen),
                ".md": lambda: gaps_markdown(chosen, name),
            },
            force=force,
        )

    def export_searches(self, path: Path, *, force: bool = False) -> Path:
        """Write the search log as .csv or .json."""
        found = self.searches()
        return _write(path, {".csv": lambda: searches_csv(found), ".json": lambda: records_json(found)}, force=force)

    def export_map(self, path: Path, topic: str | None = None, *, force: bool = False) -> Path:
        """Write the gap map as .html, .csv, .svg or .png."""
        from kmassist.gapmap.writers import write_map

        return write_map(self.map(topic), path, force=force)

    # -- storage ------------------------------------------------------------------------------------------------------

    def _vocabulary(self) -> Vocabulary:
        return Vocabulary.load(self._settings.retrieval.vocabulary)

    def _kept(self, kind: str, model: type[_Kept]) -> Sequence[_Kept]:
        found = self._index.records(kind)
        return [model.model_validate(found[key]) for key in sorted(found, key=lambda k: (not k.isdigit(), k.zfill(9)))]

    def _one(self, kind: str, record_id: str, model: type[_Kept]) -> _Kept:
        body = self._index.records(kind).get(record_id)
        if body is None:
            raise RecordError(f"There is no {kind} {record_id}.", f"See 'kmassist {_COMMANDS[kind]} list'.")
        return model.model_validate(body)

    def _put(self, kind: str, record_id: str, record: _Kept) -> _Kept:
        self._index.put_record(kind, record_id, record.model_dump(mode="json"))
        return record

    def _next(self, kind: str) -> str:
        return str(max((int(key) for key in self._index.records(kind) if key.isdigit()), default=0) + 1)


_COMMANDS = {"gap": "gaps", "search": "searches", "override": "gaps", "role": "people"}


def _make(model: type[_Kept], fields: Mapping[str, Any]) -> _Kept:
    try:
        return model.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise RecordError(f"The field '{name}' cannot be used: {first['msg'].lower()}.", "Correct it and try again.") from error


def _write(path: Path, writers: Mapping[str, Callable[[], str]], *, force: bool) -> Path:
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise ExportError(f"'{path.suffix or path.name}' cannot be written.", f"Use {', '.join(writers)}.")
    return save_text(path, writer(), force=force)
