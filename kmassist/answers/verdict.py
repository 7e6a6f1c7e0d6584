"""The verdict on a question: from what its passages say, and only then from which kinds of source are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kmassist.answers.model import AnsweredPart
from kmassist.coverage import Verdict, kinds_that_speak
from kmassist.documents.source_types import SourceType
from kmassist.question.types import QuestionType

if TYPE_CHECKING:
    from kmassist.coverage import Coverage
    from kmassist.evidence.model import Evidence

CUTOFF = 0.5
"""The model of `evidence.closest` is moved so that this is where answers and near misses part."""
UNLIKELY, NEAR = 0.2, 0.1
"""From these, of an answer and of anything on it at all, the nearest sentence is worth a person's check: of questions of sixteen areas
72% are this near to their library and 14% of those of other areas."""
SURELY_HELD = 0.6
"""From this probability of its likeliest document a subject is held, whatever the passages say of the question: of three areas' broad
wordings that `NEAR` leaves out 12 of 16 come this far, of 85 of other areas 1."""
CLEARLY, CLEARLY_READ = 0.85, 0.62
"""From here passages answer although no source counts by the rules of coverage: as looked at, and as read with the question."""
NOT_HERE = "Not answered here; this is what the library holds on it."

ONLY_PEOPLE = (
    "The question names people and no service, practice or condition: say for what, or where."
)


RULES = frozenset({SourceType.GDL, SourceType.POL})
"""Kinds of source whose word is a rule: one of them answers alone."""


def worth_a_check(evidence: Evidence) -> bool:
    """Whether a person had better look if the first sentence answers."""
    is_likely = evidence.answered is not None and evidence.answered >= UNLIKELY
    return is_likely and evidence.answerable_probability >= NEAR


def parts_answered(evidence: Evidence) -> tuple[AnsweredPart, ...]:
    """Which parts of a question are answered, by their own probability; one that cannot be told counts as answered."""
    return tuple(
        AnsweredPart(
            asked=part.asked,
            first=evidence.closest.index(part.first)
            if part.first and (part.answered is None or part.answered >= CUTOFF)
            else None,
        )
        for part in evidence.parts
    )


def with_parts(coverage: Coverage, parts: Sequence[AnsweredPart]) -> Coverage:
    """The verdict with the parts of the question that are not answered: an answer is *partly* one then."""
    unanswered = [part.asked for part in parts if part.first is None]
    if not unanswered or coverage.verdict not in {Verdict.ANSWERABLE, Verdict.PARTLY}:
        return coverage
    said = " ".join(f"Not answered here: “{asked}”" for asked in unanswered)
    because = f"{said} {coverage.because}".strip()
    return coverage.model_copy(update={"verdict": Verdict.PARTLY, "because": because})


def with_verdict(
    coverage: Coverage,
    answered: float | None,
    *,
    first: SourceType | None = None,
    is_read: bool = False,
    is_near: bool = False,
    names_a_subject: bool = True,
    is_known: bool = True,
) -> Coverage:
    """The coverage with the verdict that the probability of an answer asks for.

    A library may hold all kinds of source on a subject and none that answers: that is *not
    answerable*. One that answers is *answerable* only when coverage finds nothing wanting, else *partly*. Between the two a
    sentence that was read is shown *to be checked*: nobody is told that nothing answers above the sentence that does.

    Args:
        coverage: as judged from the kinds of source.
        answered: probability that the library answers; None where that cannot be told, and then coverage alone decides.
        first: the kind of source of the sentence that is shown first; research does not tell the rate of one's own service. A question for the rule is answered, in part at least, by
            a rule that comes first, though nobody has yet said that its source is about the subject.
        is_read: the probability is of sentences that were read together with the question.
        is_near: the nearest sentence is `worth_a_check`.
        names_a_subject: the question names more than people: whatever is said of midwives is near "how many midwives do we need".
        is_known: every word of the subject stands in some source; a rule on another subject answers nobody.
    """
    if answered is None or coverage.verdict is Verdict.NOT_JUDGED:
        return coverage
    because = coverage.because
    if not names_a_subject:
        return _not_answerable(coverage, ONLY_PEOPLE)
    can_answer = first in kinds_that_speak(coverage.question, coverage.types)
    is_likely = is_near and is_read and can_answer
    to_check = coverage.model_copy(update={"verdict": Verdict.TO_CHECK})
    if answered < CUTOFF:
        is_held = coverage.verdict is not Verdict.NOT_ANSWERABLE
        return to_check if is_likely else _not_answerable(coverage, NOT_HERE if is_held else "")
    if coverage.verdict in {Verdict.ANSWERABLE, Verdict.PARTLY}:
        return coverage
    is_rule = QuestionType.RULE.value in coverage.types and first in RULES
    is_clear = answered >= (CLEARLY_READ if is_read else CLEARLY)
    if can_answer and first and (is_clear or (is_rule and is_known)):
        shown = "rule" if is_rule else "sentence"
        because = (
            f"{because} The {shown} that is shown first stands in a {first.label.lower()} source."
        )
        return coverage.model_copy(update={"verdict": Verdict.PARTLY, "because": because.strip()})
    return to_check if is_likely else coverage


def _not_answerable(coverage: Coverage, why: str) -> Coverage:
    because = f"{why} {coverage.because}".strip()
    return coverage.model_copy(update={"verdict": Verdict.NOT_ANSWERABLE, "because": because})
