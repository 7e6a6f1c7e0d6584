"""What is new since a day, the last visit or a brief, and what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kmassist.assistant.due import DueItem, due_items, due_text
from kmassist.documents.document import Document
from kmassist.documents.metadata import check_partial_date
from kmassist.errors import KmassistError, RecordError
from kmassist.gaps.records import GapStage, bears_on
from kmassist.records.news import (
    VISIT,
    News,
    NewSource,
    TouchedBrief,
    TouchedGap,
    Visit,
    changed_sources,
)
from kmassist.records.store import Records, left, to_json, write_as
from kmassist.text import clock

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.index.trail import AuditLine

LAST_VISIT = "last-visit"
_TELLING = {"Verdict", "Kinds of knowledge", "Local audit", "Findings", "Quotations", "Conflicts"}
"""Groups of differences between two briefs that a reader of the older one should hear of."""
_ANYBODY = "anybody"


class NewsDesk:
    """What happened in a library, and what is to happen."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._index = assistant.index
        self._visits = Records(self._index, VISIT, Visit, key="role", see="kmassist new")

    # -- since ------------------------------------------------------------------------------------------------------

    def since(self, when: str = LAST_VISIT, *, visit: Visit | None = None) -> News:
        """What is new since a day (YYYY, YYYY-MM or YYYY-MM-DD), since this role's last visit, or since a kept brief.

        ``visit`` stands for the last one, for a screen that is shown again.

        Raises:
            RecordError: it is none of these.
        """
        trail = self._index.audit_trail()
        lines, shown = self._lines(when, trail, visit or self.last_visit)
        documents = {d.doc_id: d for d in self._index.documents()}
        sources, forgotten = changed_sources(lines, documents, self._assistant.folders.aside())
        follow = self._assistant.follow
        turns = follow.untold() if when == LAST_VISIT else follow.turns(since=shown[-10:])
        return News(
            since=shown,
            until=clock.stamp(),
            sources=sources,
            forgotten=forgotten,
            turns=tuple(turns),
            gaps=self._gaps(sources),
            briefs=self._briefs() if sources or forgotten else (),
        )

    def visited(self) -> Visit:
        """This role has seen what is new until now."""
        trail = self._index.audit_trail()
        line = trail[-1].n if trail else 0
        return self._visits.put(Visit(role=self._role, at=_utc(clock.now()), line=line))

    @property
    def last_visit(self) -> Visit:
        """When this role last looked; at the beginning of all when never."""
        never = Visit(role=self._role, at="")
        return next((v for v in self._visits.all() if v.role == self._role), never)

    @property
    def _role(self) -> str:
        return self._index.actor or _ANYBODY

    def _lines(
        self, when: str, trail: Sequence[AuditLine], visit: Visit
    ) -> tuple[list[AuditLine], str]:
        """The lines of the trail since then, and how that is told: it ends with the day."""
        if when == LAST_VISIT:
            return [line for line in trail if line.n > visit.line], visit.at[:10] or "the beginning"
        try:
            day = str(check_partial_date(when) or "")
        except ValueError:
            return self._since_brief(when, trail)
        whole = dt.date.fromisoformat(f"{day}-01-01"[:10])
        start = _utc(dt.datetime.combine(whole, dt.time(), clock.now().tzinfo))
        return [line for line in trail if line.at >= start], whole.isoformat()

    def _since_brief(
        self, brief_id: str, trail: Sequence[AuditLine]
    ) -> tuple[list[AuditLine], str]:
        desk = self._assistant.briefs
        try:
            brief = desk.open(brief_id)
        except RecordError as error:
            raise RecordError(
                f"'{brief_id}' is no day and no brief.",
                "Write a day as YYYY-MM-DD, 'last-visit', or an id from 'kmassist brief list'.",
            ) from error
        revisions = {e.revision_id for e in desk.list() if e.brief_id == brief.brief_id}
        kept = max((line.n for line in trail if line.details.get("record") in revisions), default=0)
        lines = [ln for ln in trail if (ln.n > kept if kept else ln.at >= brief.composed_on)]
        return lines, f"brief {brief.brief_id} of {brief.composed_on}"

    def _gaps(self, sources: Sequence[NewSource]) -> tuple[TouchedGap, ...]:
        """Gaps that new sources are about, and closed ones whose source changed or is gone."""
        texts: dict[str, Document] = {}
        new = [s.doc_id for s in sources if s.change in ("new", "changed")]
        held = {d.doc_id for d in self._index.documents()}
        other = {s.doc_id: s.change for s in sources if s.change != "new"}
        found = []
        for gap in self._assistant.gaps.list():
            if gap.stage is GapStage.CLOSED:
                by = gap.closed_by_doc
                why = other.get(by) or ("" if not by or by in held else "forgotten")
                if why:
                    says = f"The source that closed it was {why}."
                    found.append(
                        TouchedGap(
                            gap_id=gap.gap_id,
                            title=gap.title,
                            why=says,
                            doc_ids=(by,),
                            may_reopen=True,
                        )
                    )
                continue
            for doc_id in new:
                texts.setdefault(doc_id, self._index.document(doc_id))
            near = tuple(d for d in new if bears_on(texts[d], gap))
            if near:
                says = "New sources are about it: look whether they close it."
                found.append(TouchedGap(gap_id=gap.gap_id, title=gap.title, why=says, doc_ids=near))
        return tuple(found)

    def _briefs(self) -> tuple[TouchedBrief, ...]:
        """Kept briefs, newest revisions, that would read differently now."""
        desk, digest = self._assistant.briefs, self._index.stats().corpus_digest
        newest = {entry.brief_id: entry for entry in reversed(desk.list())}
        found = []
        for brief_id in sorted(newest):
            brief = desk.open(brief_id)
            if brief.method.corpus.digest == digest:
                continue
            try:
                diff = desk.changes_since(brief_id)
            except KmassistError as error:
                changes: tuple[str, ...] = (f"It cannot be composed now: {error}",)
            else:
                changes = tuple(c.says for c in diff.changes if c.what in _TELLING)
            if changes:
                found.append(
                    TouchedBrief(
                        brief_id=brief_id,
                        title=brief.title,
                        composed_on=brief.composed_on,
                        changes=changes,
                    )
                )
        return tuple(found)

    def reminders(self) -> Sequence[tuple[str, str]]:
        """What a person should hear at the start: title and sentence; decisions overdue, what turned, and that something is new."""
        waits = "A decision waits for its review."
        found = [(waits, reminder) for reminder in self._assistant.decisions.reminders()[:3]]
        turned = len(self._assistant.follow.untold())
        if turned:
            what = "question is" if turned == 1 else "questions are"
            found.append(("Answers turned.", f"{turned} {what} answered differently now: F10."))
        return found

    # -- due --------------------------------------------------------------------------------------------------------

    def due(self, *, owner: str = "", within: int = 0) -> tuple[DueItem, ...]:
        """What is due, the longest overdue first.

        Args:
            owner: only what a role owns whose name holds these words.
            within: also what will be due in so many days.
        """
        items = due_items(
            self._index.documents(),
            self._assistant.gaps.list(),
            self._assistant.decisions.list(),
            self._assistant.gaps.roles(),
            actions=self._assistant.plans.actions(is_open=True),
            hand_overs=self._assistant.plans.hand_overs(),
            searches=self._assistant.gaps.searches(),
            limits=self._assistant.settings.coverage.age,
            today=clock.today(),
            within=within,
        )
        return tuple(i for i in items if owner.casefold() in i.owner.casefold())

    def export_due(self, path: Path, items: Sequence[DueItem], *, force: bool = False) -> Path:
        """Write what is due as .csv, .json or .md.

        Raises:
            ExportError: another suffix, the file is there already, or it cannot be written.
        """
        today = clock.today()
        written = write_as(
            path,
            {
                ".csv": lambda: due_text(items, "csv", today),
                ".json": lambda: to_json(list(items)),
                ".md": lambda: due_text(items, "md", today),
            },
            force=force,
        )
        return left(self._index, "what is due", written, count=len(items))


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
