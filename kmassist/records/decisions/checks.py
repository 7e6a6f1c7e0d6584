"""What to settle before a decision is signed: sources without a mark, people left out without a reason (rule G10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kmassist.documents.document import SourceType
from kmassist.documents.frozen import Frozen
from kmassist.records.decisions.record import DecisionRecord, Relevant, Use
from kmassist.text.counts import counted


class Check(Frozen):
    """One thing to settle before signing. ``blocks`` unless the signer says why the record goes without it."""

    code: str
    says: str
    doc_ids: tuple[str, ...] = ()
    blocks: bool = True


def study_uses(
    record: DecisionRecord, relevant: Iterable[Relevant] | None = None
) -> dict[tuple[str, SourceType | None], Use]:
    """What became of each relevant study, by (study key, source type): the strongest mark that any of its reports has."""
    strength = [Use.UNMARKED, Use.SET_ASIDE, Use.NOTED, Use.USED]
    uses: dict[tuple[str, SourceType | None], Use] = {}
    for source in record.relevant if relevant is None else relevant:
        key = (source.study_key, source.source_type)
        uses[key] = max(
            uses.get(key, Use.UNMARKED), record.use_of(source.doc_id), key=strength.index
        )
    return uses


def unmarked(
    record: DecisionRecord, relevant: Sequence[Relevant] | None = None
) -> tuple[Relevant, ...]:
    """Relevant sources none of whose study's reports has a mark, PPI first, one a study.

    Args:
        record: the decision.
        relevant: what is relevant now, instead of what was when the record was made.
    """
    sources = record.relevant if relevant is None else relevant
    uses = study_uses(record, sources)
    first: dict[tuple[str, SourceType | None], Relevant] = {}
    for source in sources:
        key = (source.study_key, source.source_type)
        if uses[key] is Use.UNMARKED:
            first.setdefault(key, source)
    return tuple(
        sorted(
            first.values(),
            key=lambda s: (
                s.source_type is not SourceType.PPI,
                [*SourceType, None].index(s.source_type),
                s.doc_id,
            ),
        )
    )


def left_out_without_reason(record: DecisionRecord) -> tuple[Relevant, ...]:
    """What people said that was not used and nobody said why (rule G10): PPI unmarked, or noted without a reason."""
    uses = study_uses(record)
    reasoned = {
        (s.study_key, s.source_type)
        for s in record.relevant
        if (m := record.mark_of(s.doc_id)) is not None and m.reason
    }
    found: dict[str, Relevant] = {}
    for source in record.relevant:
        key = (source.study_key, source.source_type)
        if (
            source.source_type is SourceType.PPI
            and uses[key] is not Use.USED
            and key not in reasoned
        ):
            found.setdefault(source.study_key, source)
    return tuple(found.values())


def sign_off_checks(record: DecisionRecord) -> tuple[Check, ...]:
    """Everything to settle before the record is signed, what blocks first."""
    checks = [
        Check(code=f"no-{name}", says=f"The record has no {name}.")
        for name, value in (
            ("decision", record.decision),
            ("body", record.body),
            ("date", record.date),
        )
        if not value.strip()
    ]
    ppi = left_out_without_reason(record)
    if ppi:
        names = ", ".join(source.name for source in ppi)
        says = (
            f"Patient and public involvement is present but unused, and nobody said why: {names}."
        )
        checks.append(Check(code="G10-PPI", says=says, doc_ids=tuple(s.doc_id for s in ppi)))
    rest = [source for source in unmarked(record) if source.source_type is not SourceType.PPI]
    if rest:
        lacking = counted(len(rest), "relevant source has", "relevant sources have")
        says = f"{lacking} no mark: {', '.join(s.name for s in rest)}."
        checks.append(Check(code="G10", says=says, doc_ids=tuple(s.doc_id for s in rest)))
    if record.open_challenges:
        said = counted(len(record.open_challenges), "challenge has", "challenges have")
        says = f"{said} no reply."
        checks.append(Check(code="challenge", says=says))
    if not any(source.source_type is SourceType.PPI for source in record.relevant):
        says = "This library holds no patient and public involvement on it. Ask the maternity voices partnership."
        checks.append(Check(code="no-PPI", says=says, blocks=False))
    if not record.review_date:
        checks.append(
            Check(
                code="no-review",
                says="The record has no review date, so nobody will ask what came of it.",
                blocks=False,
            )
        )
    if not any(Use.USED is mark.use for mark in record.marks):
        checks.append(Check(code="none-used", says="No source is marked used.", blocks=False))
    return tuple(checks)
