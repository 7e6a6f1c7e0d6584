"""What the library holds on the subject of a question, and on the subject without what narrows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmassist.answers.verdict import CUTOFF, worth_a_check
from kmassist.assistant.part_reading import has_a_sentence_for_answer
from kmassist.coverage.held import OnSubject, Wider, quotable
from kmassist.evidence.answerable import is_asked
from kmassist.evidence.unnamed import Silence
from kmassist.question.interpretation import is_spelling
from kmassist.question.narrowing import without
from kmassist.question.types import QuestionType
from kmassist.retrieval.pool import Held, Pool, Standing
from kmassist.retrieval.pool.make import PoolMaker, subject_text
from kmassist.text.words import tokenise, words

if TYPE_CHECKING:
    from kmassist.documents.document import Document
    from kmassist.evidence.model import Evidence
    from kmassist.index import Filter, Index
    from kmassist.question.interpretation import Reading
    from kmassist.question.vocabulary import Vocabulary


def with_quoted(pool: Pool, evidence: Evidence, *, asks: bool) -> Pool:
    """The pool of a question, with the documents of the sentences that answer it, to be checked where they are not on the subject.

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
    held = [
        replace(h, standing=Standing.TO_CHECK)
        if h.standing is Standing.NEAR and h.document.doc_id in quoted
        else h
        for h in pool
    ]
    return replace(pool, held=(*held, *added))


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


def documents_naming(index: Index, vocabulary: Vocabulary, said: str) -> dict[str, str]:
    """doc_id -> the words it uses, for the documents that hold some words or another name of what they name.

    The words themselves may stand apart, as in `documents_mentioning`; another name of several words (birth in water) is
    one only where they stand together, in a title, a keyword, a heading or the text. So are words that are one name.
    """
    documents = index.documents()
    others = vocabulary.read_question(said).expansions
    is_name = any(tokenise(written) == tokenise(said) for written in others)
    own = _with_name(index, documents, said)
    naming = dict.fromkeys(own if is_name else own | documents_mentioning(index, said), said)
    for written, forms in others.items():
        beside = " ".join(word for word in words(said) if word not in words(written))
        allowed = documents_mentioning(index, beside) if tokenise(beside) else None
        for form in (form for form in forms if not is_spelling(written, form)):
            for doc_id in _with_name(index, documents, form):
                if allowed is None or doc_id in allowed:
                    naming.setdefault(doc_id, form)
    return naming


def _with_name(index: Index, documents: Sequence[Document], name: str) -> set[str]:
    """doc_ids of the documents that hold a name, its words together."""
    found = {
        document.doc_id
        for document in documents
        for text in (document.metadata.title, *document.metadata.keywords)
        if _stands_in(text, name)
    }
    terms, everything = tokenise(name), index.stats().passages
    if len(terms) == 1 and not name.isupper():
        return found | documents_mentioning(index, name)
    holding = [{hit.passage_id for hit in index.lexical({t: 1.0}, everything)} for t in terms]
    passages = index.passages(sorted(set.intersection(*holding))) if holding else ()
    return found | {p.doc_id for p in passages if _stands_in(f"{p.heading}\n{p.text}", name)}


def _stands_in(text: str, name: str) -> bool:
    """Whether the words of a name stand together in a text; a short form in capitals as it is written."""
    if name.isupper():
        return re.search(rf"(?<!\w){re.escape(name)}s?(?!\w)", text) is not None
    sought = tokenise(name)
    return any(
        stems[at : at + len(sought)] == sought
        for stems in map(tokenise, _ENDS.split(text))
        for at in range(len(stems))
    )


_ENDS = re.compile(r"[.;:!?()\n]")
"""Where one name ends: "water. The birth" is not one."""


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
        studies = silence.looked_for(held.studies)
        return replace(held, studies=studies, subject=reading.subject.said)
