"""The parts of a question, each read with what was found: which sentence answers it, and how likely."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmassist.answers.verdict import CUTOFF, RULES
from kmassist.documents.source_types import SourceType
from kmassist.evidence.answerable import is_asked
from kmassist.evidence.closest import Closest, find_closest
from kmassist.evidence.leading import PartRead
from kmassist.question.parts import standing_alone
from kmassist.question.quantities import quantity_asked
from kmassist.question.types import DECISIONS, QuestionType, kinds_needed
from kmassist.retrieval.retrieve import meaning_of

if TYPE_CHECKING:
    from kmassist.documents.document import Document
    from kmassist.documents.passages import Passage
    from kmassist.embedding.embedder import Embedder
    from kmassist.embedding.reader import Reader
    from kmassist.evidence.relevance import Judgement
    from kmassist.index import Index
    from kmassist.question.vocabulary import Vocabulary
    from kmassist.retrieval.retrieve import Retrieval


def has_a_sentence_for_answer(asked: str, kinds: Sequence[str]) -> bool:
    """Whether one sentence could answer: not where a person must decide, nor where a bare subject asks nothing.

    Who wants a figure asks, with or without a question mark ("polish study on vouchers, how many quit").
    """
    asks = is_asked(asked) or quantity_asked(asked) is not None
    return asks and DECISIONS.isdisjoint(kinds)


@dataclass(frozen=True, slots=True)
class PartReading:
    """Reads the parts of one question beside each other.

    ``found`` with its passages and documents is of the whole question; a part has its own vector.
    """

    index: Index
    vocabulary: Vocabulary
    embedder: Embedder
    reader: Reader | None
    judged: Judgement
    retrieval: Retrieval
    passages: Mapping[str, Passage]
    documents: Mapping[str, Document]

    def whole(self, text: str, kinds: Sequence[str]) -> list[PartRead]:
        """A question that asks one thing; who needs nothing but the rule is told it by a guideline or a policy first."""
        needed = kinds_needed(kinds)
        only_rules = RULES if needed and needed <= RULES else frozenset()
        return [_part(text, self._closest(text, kinds, self.retrieval), kinds, only_rules)]

    def each(
        self, parts: Sequence[str], types_of: Callable[[str], Sequence[str]]
    ) -> list[PartRead]:
        """Each of several parts, in the first of the wordings in which it stands alone that is answered, else in the likeliest."""
        read = []
        for part, wordings in zip(
            parts, standing_alone(parts, self.vocabulary.names_in), strict=True
        ):
            kinds = types_of(part)
            closest = self._first_answered(wordings, kinds)
            read.append(_part(part, closest, kinds, kinds_needed(kinds)))
        return read

    def _first_answered(self, wordings: Sequence[str], kinds: Sequence[str]) -> Closest:
        found: list[Closest] = []
        for text in wordings:  # each costs a reading: none after the first that is answered
            found.append(self._closest(text, kinds, self._beside(text)))
            if (found[-1].probability or 0.0) >= CUTOFF:
                return found[-1]
        return max(found, key=lambda one: one.probability or 0.0)

    def _beside(self, text: str) -> Retrieval:
        """What was found, with the vector of a part."""
        if self.retrieval.vector is None:
            return self.retrieval
        meaning = meaning_of(self.vocabulary.read_question(text), self.index)
        return replace(self.retrieval, vector=self.embedder.embed_query(meaning))

    def _closest(self, text: str, kinds: Sequence[str], retrieval: Retrieval) -> Closest:
        return find_closest(
            text,
            self.judged,
            retrieval,
            self.passages,
            self.documents,
            fingerprint=self.embedder.fingerprint,
            reader=self.reader,
            judges_by_reading=has_a_sentence_for_answer(text, kinds),
        )


def _part(
    said: str, closest: Closest, kinds: Sequence[str], needs: frozenset[SourceType]
) -> PartRead:
    asks_figure = quantity_asked(said) is not None or QuestionType.LOCAL_PERFORMANCE in kinds
    return PartRead(said, closest, asks_figure, needs)
