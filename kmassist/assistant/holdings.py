"""What the library holds on the subject of a question, and on the subject without what narrows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmassist.answers.verdict import CUTOFF, worth_a_check
from kmassist.assistant.part_reading import has_a_sentence_for_answer
from kmassist.coverage.held import OnSubject, Wider, quotable
from kmassist.evidence.answerable import is_asked
from kmassist.evidence.unnamed import Silence
from kmassist.pool import Held, Pool, Standing
from kmassist.pool.make import PoolMaker, subject_text
from kmassist.question.narrowing import without
from kmassist.question.types import QuestionType
from kmassist.text.words import tokenise

if TYPE_CHECKING:
    from kmassist.evidence.model import Evidence
    from kmassist.index import Filter, Index
    from kmassist.question.interpretation import Reading
    from kmassist.question.vocabulary import Vocabulary


def with_quoted(pool: Pool, evidence: Evidence, *, asks: bool) -> Pool:
    """The pool of a question, with the documents of the sentences that answer it, to be checked.

    No kind of source is said to be absent while a sentence of it answers, or is shown first to be checked. Where the sentences are
    not likely to answer, where a bare subject asks nothing, and where a person decides on all of it, what is held on the subject
    alone says what is there.
    """
    if not asks or evidence.answered is None:
        return pool
    is_answer = evidence.answered >= CUTOFF
    sources = evidence.answering if is_answer else evidence.closest[: worth_a_check(evidence)]
    quoted = {s.document.doc_id: s.document for s in sources}
    added = [
        Held(document, 0.0, Standing.TO_CHECK)
        for doc_id, document in sorted(quoted.items())
        if doc_id not in pool.doc_ids
    ]
    return replace(pool, held=(*pool.held, *added))


def documents_mentioning(index: Index, said: str) -> frozenset[str]:
    """doc_ids of the documents that hold all of some words, in any order."""
    everything = index.stats().passages
    holding = [
        frozenset(
            hit.passage_id.rpartition(":")[0] for hit in index.lexical({term: 1.0}, everything)
        )
        for term in tokenise(said)
    ]
    return frozenset.intersection(*holding) if holding else frozenset()


def _asks_for_a_sentence(asked: str, kinds: Sequence[str]) -> bool:
    """Whether a sentence could answer; one that asks for a rule too, beside what a person decides."""
    asks_rule = QuestionType.RULE.value in kinds and is_asked(asked)
    return asks_rule or has_a_sentence_for_answer(asked, kinds)


@dataclass(frozen=True, slots=True)
class Holdings:
    """The documents of one library, ready to be looked at for a subject."""

    index: Index
    vocabulary: Vocabulary
    pools: PoolMaker

    def on_subject(
        self, reading: Reading, kinds: Sequence[str], evidence: Evidence, where: Filter | None
    ) -> tuple[Evidence, OnSubject]:
        """What may be quoted, and what the library holds on the subject with what each source is silent on."""
        subject, asks = reading.subject, _asks_for_a_sentence(reading.text, kinds)
        pool = self.pools.pool_of(
            subject_text(reading), wider=subject.wider, core=subject.core, where=where
        )
        if pool is not None:
            pool = with_quoted(pool, evidence, asks=asks)
            evidence = quotable(evidence, pool, asks=asks)
        held = self._held(pool, evidence, reading, kinds)
        if pool is None or not subject.wider:
            return evidence, held
        question = without(reading.text, (subject.population, subject.setting))
        wide = replace(self.vocabulary.read_question(question), subject=subject)
        on_wider = self.pools.pool_of(subject.wider, core=subject.core, where=where)
        if on_wider is not None:
            on_wider = with_quoted(on_wider, evidence, asks=asks)
        of_wider = Wider(question, self._held(on_wider, evidence, wide, kinds))
        return evidence, replace(held, wider=of_wider)

    def _held(
        self, pool: Pool | None, evidence: Evidence, reading: Reading, kinds: Sequence[str]
    ) -> OnSubject:
        """A pool, or the evidence where there is none, with what each source is silent on."""
        held = (
            OnSubject.of_pool(pool, evidence)
            if pool is not None
            else OnSubject.of_evidence(evidence)
        )
        silence = Silence(reading, kinds, index=self.index, vocabulary=self.vocabulary)
        return replace(held, studies=silence.looked_for(held.studies))
