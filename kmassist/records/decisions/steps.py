"""What happens to a decision, step by step: each returns a new record and adds a line to its history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kmassist.errors import RecordError
from kmassist.records.decisions.checks import sign_off_checks
from kmassist.records.decisions.record import (
    Challenge,
    DecisionRecord,
    Mark,
    Review,
    Step,
    Use,
    check_day,
)


def mark_source(record: DecisionRecord, mark: Mark) -> DecisionRecord:
    """The record with one source marked; a later mark of the same source replaces the earlier, the history keeps both.

    Raises:
        RecordError: the record is signed off, the source is not one of its relevant ones, or it is set aside without a reason.
    """
    if record.is_signed_off:
        raise RecordError(
            f"The decision was signed off on {record.signed_off_on}; its marks stand.",
            "Record a challenge, or open it again with a reason.",
        )
    source = next((r for r in record.relevant if r.doc_id == mark.doc_id), None)
    if source is None:
        raise RecordError(
            f"'{mark.doc_id}' is not among the relevant sources of this decision.",
            "Add it to the decision first.",
        )
    if mark.use is Use.UNMARKED:
        raise RecordError("A mark is used, noted or set aside.")
    mark = mark.model_copy(update={"reason": " ".join(mark.reason.split())})
    if mark.use is Use.SET_ASIDE and not mark.reason:
        raise RecordError(
            f"{source.cite_as} cannot be set aside without a reason.",
            "Say in a few words why the body did not use it.",
        )
    because = f": {mark.reason}" if mark.reason else ""
    step = Step(
        on=mark.on, what=f"{source.cite_as} marked {mark.use.value}{because}", by_role=mark.by_role
    )
    return record.model_copy(
        update={
            "marks": (*(m for m in record.marks if m.doc_id != mark.doc_id), mark),
            "history": (*record.history, step),
        }
    )


def sign_off(record: DecisionRecord, *, by_role: str, on: str, anyway: str = "") -> DecisionRecord:
    """The signed record.

    Args:
        record: the decision.
        by_role: the role that signs for the body.
        on: ISO day.
        anyway: why it is signed although something is unsettled; kept in the record.

    Raises:
        RecordError: it is signed already, or something blocks and no reason was given.
    """
    if record.is_signed_off:
        raise RecordError(f"The decision was signed off on {record.signed_off_on} already.")
    if not by_role.strip():
        raise RecordError(
            "Say which role signs.", "For example: chair of the maternity governance group."
        )
    blocking = [check for check in sign_off_checks(record) if check.blocks]
    essential = [check for check in blocking if check.code.startswith("no-")]
    if essential or (blocking and not anyway.strip()):
        raise RecordError(
            "The decision cannot be signed yet. "
            + " ".join(check.says for check in essential or blocking),
            "Mark each source used, noted or set aside, or say why the record goes without.",
        )
    because = (
        f" although: {' '.join(check.says for check in blocking)} Reason: {anyway.strip()}"
        if blocking
        else ""
    )
    return record.model_copy(
        update={
            "signed_off_on": _day(on),
            "signed_off_by": by_role.strip(),
            "signed_off_anyway": anyway.strip() if blocking else "",
            "history": (*record.history, Step(on=on, what=f"signed off{because}", by_role=by_role)),
        }
    )


def open_again(record: DecisionRecord, *, by_role: str, on: str, reason: str) -> DecisionRecord:
    """A signed record taken back to draft, for instance after a challenge.

    Raises:
        RecordError: it is not signed, or no reason is given.
    """
    if not record.is_signed_off:
        raise RecordError("The decision is not signed off.")
    if not reason.strip():
        raise RecordError("Say why the decision is opened again.")
    step = Step(on=on, what=f"opened again: {reason.strip()}", by_role=by_role)
    return record.model_copy(
        update={
            "signed_off_on": "",
            "signed_off_by": "",
            "signed_off_anyway": "",
            "history": (*record.history, step),
        }
    )


def challenge(record: DecisionRecord, raised: Challenge) -> DecisionRecord:
    """The record with a challenge; a decision may be challenged before and after it is signed.

    Raises:
        RecordError: nothing is said, or it is about a source that the decision did not have before it.
    """
    if not raised.says.strip() or not raised.by_role.strip():
        raise RecordError("A challenge says what is questioned and which role asks.")
    if raised.doc_id and raised.doc_id not in {source.doc_id for source in record.relevant}:
        raise RecordError(f"'{raised.doc_id}' is not among the relevant sources of this decision.")
    step = Step(on=raised.on, what=f"challenged: {raised.says.strip()}", by_role=raised.by_role)
    return record.model_copy(
        update={"challenges": (*record.challenges, raised), "history": (*record.history, step)}
    )


def reply(
    record: DecisionRecord, number: int, *, says: str, by_role: str, on: str
) -> DecisionRecord:
    """The record with a reply to the challenge of that number, from 1.

    Raises:
        RecordError: there is no such challenge, or the reply is empty.
    """
    if not 1 <= number <= len(record.challenges):
        raise RecordError(f"There is no challenge number {number}.")
    if not says.strip():
        raise RecordError("A reply cannot be empty.")
    answered = record.challenges[number - 1].model_copy(
        update={"reply": says.strip(), "replied_by": by_role, "replied_on": _day(on)}
    )
    challenges = (*record.challenges[: number - 1], answered, *record.challenges[number:])
    step = Step(on=on, what=f"challenge {number} answered: {says.strip()}", by_role=by_role)
    return record.model_copy(update={"challenges": challenges, "history": (*record.history, step)})


def review(record: DecisionRecord, found: Review) -> DecisionRecord:
    """The record with what came of it; the next review date, or none, replaces the one that was due.

    Raises:
        RecordError: the record is not signed off, or no outcome is given.
    """
    if not record.is_signed_off:
        raise RecordError("Only a signed decision can be reviewed.", "Sign it off first.")
    if not found.outcome.strip():
        raise RecordError("Say what came of the decision.")
    step = Step(on=found.on, what=f"reviewed: {found.outcome.strip()}", by_role=found.by_role)
    return record.model_copy(
        update={
            "reviews": (*record.reviews, found),
            "review_date": found.next_review,
            "history": (*record.history, step),
        }
    )


def overdue(decisions: Iterable[DecisionRecord], today: date) -> tuple[DecisionRecord, ...]:
    """Signed decisions whose review date has passed, the longest overdue first."""
    late = [
        d
        for d in decisions
        if d.is_signed_off and d.review_date and d.review_date < today.isoformat()
    ]
    return tuple(sorted(late, key=lambda d: (d.review_date, d.decision_id)))


def _day(value: str) -> str:
    try:
        return str(check_day(value))
    except ValueError as error:
        raise RecordError(f"{error}.") from error
