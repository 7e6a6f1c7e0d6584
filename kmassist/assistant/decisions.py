"""Recording decisions, following them up, and measuring how much of what is known gets used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from kmassist.assistant.typed import typed
from kmassist.errors import DocumentNotFound, RecordError
from kmassist.index import Filter
from kmassist.records import decisions as rules
from kmassist.records.decisions import (
    Challenge,
    Check,
    DecisionRecord,
    Every,
    Kind,
    Mark,
    Period,
    Ratio,
    Relevant,
    Review,
    Step,
    Use,
)
from kmassist.records.decisions.tables import (
    decision_markdown,
    decision_summary,
    decision_table,
    use_markdown,
    use_table,
)
from kmassist.records.store import Records, left, to_json, validated
from kmassist.text.clock import today
from kmassist.text.naming import did_you_mean
from kmassist.text.tables import save_text, to_csv

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.assistant import Assistant
from kmassist.text.tables import export_form

_KIND = "decision"
_EDITABLE = frozenset(
    {"decision", "kind", "body", "date", "priority", "roles", "review_date", "brief_id"}
)


class DecisionDesk:
    """Decision records in the library's own database; each change is one record written durably."""

    def __init__(self, assistant: Assistant, today: Callable[[], date] = today) -> None:
        self._assistant = assistant
        self._index = assistant.index
        self._today = today
        self._records = Records(
            self._index,
            _KIND,
            DecisionRecord,
            see="kmassist decide list",
            typed=typed(assistant.settings.privacy),
        )

    def new(
        self, question: str, *, answer: Answer | None = None, by_role: str = "", **values: Any
    ) -> DecisionRecord:
        """Begin a record: the question is asked, and every source found relevant for it waits for a mark.

        Args:
            question: what is to be decided.
            answer: the answer at hand, instead of asking again.
            by_role: who begins it.
            values: decision, kind, body, date, priority, roles, review_date, brief_id.

        Raises:
            RecordError: a value cannot be used.
        """
        answer = answer or self._assistant.answer(question)
        record = self._validated(
            {
                "decision_id": f"c{uuid4().hex[:8]}",
                "question": answer.resolved_question,
                "decision": "",
                "date": self._day(),
                "relevant": self._relevant(answer),
                "searched_on": answer.searched_on,
                "corpus_digest": answer.corpus.digest,
                **self._allowed(values),
            }
        )
        step = Step(
            on=self._day(),
            what=f"begun with {len(record.relevant)} relevant sources",
            by_role=by_role,
        )
        return self._records.put(record.model_copy(update={"history": (step,)}))

    def list(self) -> list[DecisionRecord]:
        """Every record, the latest decision first.

        Raises:
            RecordError: one was written by a newer kmassist.
        """
        found = self._records.all()
        return sorted(found, key=lambda d: (d.date, d.decision_id), reverse=True)

    def open(self, decision_id: str) -> DecisionRecord:
        """The record of that id, or of an id that begins so.

        Raises:
            RecordError: there is none, or there are several.
        """
        return self._records.get(decision_id)

    def edit(
        self, decision_id: str, changes: Mapping[str, Any], *, by_role: str = ""
    ) -> DecisionRecord:
        """Change what is decided, by whom, when, or the review date. After signing only the review date may change.

        Raises:
            RecordError: unknown field, a value that cannot be used, or the record is signed.
        """
        record = self.open(decision_id)
        if record.is_signed_off and set(changes) - {"review_date"}:
            raise RecordError("The decision is signed off.", "Open it again with a reason first.")
        changed = self._validated({**record.model_dump(), **self._allowed(changes)})
        step = Step(on=self._day(), what=f"changed {', '.join(sorted(changes))}", by_role=by_role)
        return self._records.put(changed.model_copy(update={"history": (*record.history, step)}))

    def add_source(self, decision_id: str, doc: str, *, by_role: str = "") -> DecisionRecord:
        """Bring in a source that the search did not find, so that it can be marked.

        Raises:
            RecordError: the record is signed, or has the source already.
            DocumentNotFound: no such document.
        """
        record = self.open(decision_id)
        if record.is_signed_off:
            raise RecordError("The decision is signed off.", "Open it again with a reason first.")
        source = Relevant.of(self._assistant.source(doc))
        if any(r.doc_id == source.doc_id for r in record.relevant):
            raise RecordError(f"{source.cite_as} is among the relevant sources already.")
        step = Step(on=self._day(), what=f"{source.cite_as} brought in by hand", by_role=by_role)
        return self._records.put(
            record.model_copy(
                update={"relevant": (*record.relevant, source), "history": (*record.history, step)}
            )
        )

    def mark(
        self, decision_id: str, doc: str, use: Use | str, *, reason: str = "", by_role: str = ""
    ) -> DecisionRecord:
        """Mark one source used, noted or set aside; see `kmassist.records.decisions.mark_source`."""
        record = self.open(decision_id)
        mark = Mark(
            doc_id=self._doc_id(record, doc),
            use=Use(use),
            reason=reason,
            by_role=by_role,
            on=self._day(),
        )
        return self._records.put(rules.mark_source(record, mark))

    def checks(self, decision_id: str) -> tuple[Check, ...]:
        """What to settle before signing."""
        return rules.sign_off_checks(self.open(decision_id))

    def unmarked(self, decision_id: str, *, now: bool = False) -> tuple[Relevant, ...]:
        """Relevant sources without a mark; with ``now`` the question is asked again of the library as it is today."""
        record = self.open(decision_id)
        if not now:
            return rules.unmarked(record)
        return rules.unmarked(record, self._relevant(self._assistant.answer(record.question)))

    def sign_off(self, decision_id: str, *, by_role: str, anyway: str = "") -> DecisionRecord:
        """Sign; see `kmassist.records.decisions.sign_off`."""
        signed = self._records.put(
            rules.sign_off(self.open(decision_id), by_role=by_role, on=self._day(), anyway=anyway)
        )
        self._index.audit(
            "sign off decision", decision=signed.decision_id, unmarked=len(rules.unmarked(signed))
        )
        return signed

    def open_again(self, decision_id: str, *, by_role: str, reason: str) -> DecisionRecord:
        """Take a signed record back to draft, with a reason."""
        draft = self._records.put(
            rules.open_again(self.open(decision_id), by_role=by_role, on=self._day(), reason=reason)
        )
        self._index.audit("open decision again", decision=draft.decision_id)
        return draft

    def challenge(
        self, decision_id: str, says: str, *, by_role: str, doc: str = ""
    ) -> DecisionRecord:
        """Question a decision, or what became of one source in it."""
        record = self.open(decision_id)
        doc_id = self._doc_id(record, doc) if doc else ""
        return self._records.put(
            rules.challenge(
                record, Challenge(on=self._day(), by_role=by_role, says=says, doc_id=doc_id)
            )
        )

    def reply(self, decision_id: str, number: int, says: str, *, by_role: str) -> DecisionRecord:
        """Answer the challenge of that number, from 1."""
        return self._records.put(
            rules.reply(self.open(decision_id), number, says=says, by_role=by_role, on=self._day())
        )

    def review(
        self,
        decision_id: str,
        outcome: str,
        *,
        by_role: str = "",
        follow_up: str = "",
        next_review: str = "",
    ) -> DecisionRecord:
        """Record what came of a signed decision."""
        record = self.open(decision_id)
        found = validated(
            Review,
            {
                "on": self._day(),
                "outcome": outcome,
                "by_role": by_role,
                "follow_up": follow_up,
                "next_review": next_review,
            },
        )
        return self._records.put(rules.review(record, found))

    def write_in_brief(self, decision_id: str) -> str:
        """Write the decision into the decision record of its brief, for the brief's readers; returns the brief's id.

        Raises:
            RecordError: the decision names no brief, or the brief is not kept.
        """
        record = self.open(decision_id)
        if not record.brief_id:
            raise RecordError(
                "The decision names no brief.", "Give it one: kmassist decide edit ID --brief BRIEF"
            )
        brief_id = record.brief_id.partition("@")[0]
        self._assistant.briefs.set_narrative(brief_id, "decision-record", decision_summary(record))
        return brief_id

    def delete(self, decision_id: str) -> None:
        """Remove a draft.

        Raises:
            RecordError: it is signed off, or there is none.
        """
        record = self.open(decision_id)
        if record.is_signed_off:
            raise RecordError(
                "A signed decision stays.", "Record a review, or open it again with a reason."
            )
        self._records.delete(record.decision_id)

    def overdue(self, today: date | None = None) -> tuple[DecisionRecord, ...]:
        """Signed decisions whose review is due, the longest overdue first."""
        return rules.overdue(self.list(), today or self._today())

    def reminders(self) -> tuple[str, ...]:
        """One sentence for each overdue review, for front ends to show at start."""
        return tuple(
            f"Review overdue since {d.review_date}: {d.decision or d.question} ({d.decision_id})."
            for d in self.overdue()
        )

    # -- use --------------------------------------------------------------------------------------------------------

    def ratios(self) -> tuple[Ratio, ...]:
        """The realisation ratio of each kind of source over all recorded decisions."""
        return rules.realisation(self.list())

    def periods(self, every: Every = Every.QUARTER) -> tuple[Period, ...]:
        """The ratios over time."""
        return rules.over_time(self.list(), every)

    # -- out --------------------------------------------------------------------------------------------------------

    def text(self, records: Sequence[DecisionRecord], form: str) -> str:
        """Decision records as ``md``, ``csv`` (one line a source) or ``json``."""
        if form == "json":
            return to_json(list(records))
        return (
            to_csv(*decision_table(records))
            if form == "csv"
            else "\n".join(map(decision_markdown, records))
        )

    def use_text(self, form: str, every: Every = Every.QUARTER) -> str:
        """The realisation ratio, whole and by period, as ``md``, ``csv`` or ``json``."""
        ratios, periods = self.ratios(), self.periods(every)
        if form == "json":
            whole = [*ratios, rules.overall(ratios)]
            return to_json({"every": every.value, "ratios": whole, "periods": list(periods)})
        return (
            to_csv(*use_table(ratios, periods)) if form == "csv" else use_markdown(ratios, periods)
        )

    def export(self, path: Path, *, decision_id: str = "", force: bool = False) -> Path:
        """Write one record or all as Markdown, CSV or JSON, by the path's suffix.

        Raises:
            ExportError: it is there already or cannot be written.
            RecordError: there is no such decision, or the suffix is none of the three.
        """
        records = [self.open(decision_id)] if decision_id else self.list()
        written = save_text(path, self.text(records, export_form(path)), force=force)
        return left(self._index, "decisions", written, record=decision_id, count=len(records))

    def export_use(self, path: Path, *, every: Every = Every.QUARTER, force: bool = False) -> Path:
        """Write the realisation ratio as Markdown, CSV or JSON, by the path's suffix."""
        written = save_text(path, self.use_text(export_form(path), every), force=force)
        return left(self._index, "use", written)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _relevant(self, answer: Answer) -> tuple[Relevant, ...]:
        """What is about the question, in order of the coverage rows: quoted or counted, not what is merely near."""
        quoted = {claim.citation.doc_id for claim in answer.claims}
        ids = [doc_id for cell in answer.coverage.cells for doc_id in cell.doc_ids]
        ids += sorted(quoted - set(ids))
        documents = (
            {d.doc_id: d for d in self._index.documents(Filter(doc_ids=frozenset(ids)))}
            if ids
            else {}
        )
        return tuple(
            Relevant.of(documents[doc_id]) for doc_id in dict.fromkeys(ids) if doc_id in documents
        )

    def _doc_id(self, record: DecisionRecord, doc: str) -> str:
        """The id of a relevant source by its number in the list (from 1), its id, the start of it, or a file name."""
        if doc.isdigit() and 1 <= int(doc) <= len(record.relevant):
            return record.relevant[int(doc) - 1].doc_id
        found = [
            r.doc_id
            for r in record.relevant
            if r.doc_id == doc or (len(doc) >= 3 and r.doc_id.startswith(doc))
        ]
        if len(found) == 1:
            return found[0]
        try:
            return self._assistant.find_doc_id(doc)
        except DocumentNotFound as error:
            raise RecordError(
                f"'{doc}' is not among the relevant sources of this decision.",
                "Give the number in its list.",
            ) from error

    @staticmethod
    def _allowed(values: Mapping[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(values) - _EDITABLE)
        if unknown:
            raise RecordError(
                f"There is no field '{unknown[0]}'.",
                f"{did_you_mean(unknown[0], _EDITABLE)}Fields: {', '.join(sorted(_EDITABLE))}.",
            )
        return {
            name: " ".join(value.split()) if isinstance(value, str) else value
            for name, value in values.items()
        }

    def _validated(self, values: Mapping[str, Any]) -> DecisionRecord:
        return self._records.make(values, f"Kinds of decision: {', '.join(Kind)}.")

    def _day(self) -> str:
        return self._today().isoformat()
