"""What records say of a brief's sources, under their numbers here: decisions, and what the sources describe as done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kmassist.briefs.model import DecisionLine
from kmassist.documents.document import Document


def decision_line(line: DecisionLine, numbers: Mapping[str, int]) -> DecisionLine:
    """Marks of sources that are in this brief; a source kept from this audience shows as a number only."""
    here = [mark for mark in line.marks if mark.doc_id in numbers]
    marks = (mark.model_copy(update={"number": numbers[mark.doc_id]}) for mark in here)
    said = {mark.doc_id for mark in here}
    return line.model_copy(
        update={
            "marks": tuple(sorted(marks, key=lambda mark: mark.number)),
            "unmarked": tuple(number for doc_id, number in numbers.items() if doc_id not in said),
            "others": len(line.marks) - len(here),
        }
    )


def interventions(
    documents: Sequence[Document], numbers: Mapping[str, int]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """What the sources describe, each once, with who describes it."""
    named: dict[str, tuple[str, set[int]]] = {}
    for document in documents:
        words = document.metadata.intervention.strip()
        if words:
            named.setdefault(words.casefold(), (words, set()))[1].add(numbers[document.doc_id])
    return tuple((words, tuple(sorted(found))) for _, (words, found) in sorted(named.items()))
