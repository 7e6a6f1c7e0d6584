"""What a source on the subject never says of the question, in its whole text: the figure, the outcome, or a named group or device.

A source may be on the subject and still say nothing of what is asked: a review of continuity that never names preterm birth, a trial
of misoprostol that never mentions a miscarriage. Lay words have many forms, so each rule is shy:

- a *figure* is missing when the question asks for one of a kind (money, a length of time...) and the source gives none of that kind;
- an *outcome* is unnamed when it is listed in ``data/outcomes.yaml`` or a key word, and only sources that measure are held to it;
- the *subject* is unnamed when the source lacks a word, in every form that is known, that names one treatment, device or group of
  people (``particular`` in ``data/vocabulary.yaml``). No other word leaves a source out: one that the library has nowhere is
  said, and that is all. It is not looked for where another of the three is missing already, so that one lack does not count twice.

Which words a source has is asked of the word index, so that no text is read and split again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from kmassist.documents.document import Document, SourceType
from kmassist.evidence.directions import name_outcomes, names_one_of
from kmassist.index import Filter
from kmassist.question.frames import outcome_of, read_frame
from kmassist.question.quantities import Quantity, gives, quantity_asked
from kmassist.question.types import QuestionType
from kmassist.text.words import words

if TYPE_CHECKING:
    from kmassist.evidence.model import Source, Study
    from kmassist.index import Index
    from kmassist.question.interpretation import Reading, Term
    from kmassist.question.vocabulary import Vocabulary

_MEASURE = frozenset({SourceType.PUB, SourceType.AUD, SourceType.SVE})
"""Kinds of source that measure outcomes; people, guidelines and policies write of a practice without naming each."""


class Silence:
    """One question, ready to be held against whole documents."""

    def __init__(
        self, reading: Reading, kinds: Sequence[str], *, index: Index, vocabulary: Vocabulary
    ) -> None:
        self._reading, self._index, self._vocabulary = reading, index, vocabulary
        frame = read_frame(reading.text, [QuestionType(kind) for kind in kinds])
        self._outcome = outcome_of(frame)
        self._quantity = quantity_asked(reading.text)
        self._listed = name_outcomes(self._outcome)

    def looked_for(
        self, studies: Mapping[SourceType, tuple[Study, ...]]
    ) -> Mapping[SourceType, tuple[Study, ...]]:
        """The studies with what each source never names; as they were where the word index is missing."""
        doc_ids = {
            s.document.doc_id
            for found in studies.values()
            for study in found
            for s in study.sources
        }
        if not doc_ids or not self._index.capabilities.lexical:
            return studies
        held = self._words_held(doc_ids)

        def looked_at(study: Study) -> Study:
            sources = (
                replace(s, never_names=dict(self._unnamed(s, held[s.document.doc_id])))
                for s in study.sources
            )
            return replace(study, sources=tuple(sources))

        return {kind: tuple(map(looked_at, found)) for kind, found in studies.items()}

    def _words_held(self, doc_ids: Set[str]) -> dict[str, set[str]]:
        """doc_id -> which stems of the question's words, in all their forms, stand anywhere in the document."""
        held: dict[str, set[str]] = {doc_id: set() for doc_id in doc_ids}
        where, everything = Filter(doc_ids=frozenset(doc_ids)), self._index.stats().passages
        for stem in {
            stem for term in self._reading.informative for form in term.forms for stem in form
        }:
            for hit in self._index.lexical({stem: 1.0}, everything, where):
                held[hit.passage_id.rpartition(":")[0]].add(stem)
        return held

    def _unnamed(self, source: Source, held: set[str]) -> Iterator[tuple[str, str]]:
        """Element (``figure``, ``outcome``, ``subject``) and the words for it that the document never names."""
        document = source.document
        if self._quantity and not self._gives_one(self._quantity, source):
            yield "figure", self._quantity.value
        elif document.metadata.source_type in _MEASURE and self._lacks_outcome(document, held):
            yield "outcome", self._outcome
        elif named := self._foreign(document, held):
            yield "subject", ", ".join(named)

    def _gives_one(self, quantity: Quantity, source: Source) -> bool:
        quoted = any(gives(quantity, excerpt.quote) for excerpt in source.excerpts)
        return quoted or any(
            gives(quantity, passage.text)
            for passage in self._index.passages_of(source.document.doc_id)
        )

    def _keys(self, slot: str) -> list[Term]:
        return [t for t in self._reading.informative if t.is_key and t.word in words(slot)]

    def _lacks_outcome(self, document: Document, held: set[str]) -> bool:
        keys = self._keys(self._outcome)
        if not (self._listed or keys) or any(term.is_covered_by(held) for term in keys):
            return False
        if not self._listed:
            return True
        passages = self._index.passages_of(document.doc_id)
        texts = (document.metadata.title, *(f"{p.heading} {p.text}" for p in passages))
        return not any(names_one_of(self._listed, text) for text in texts)

    def _foreign(self, document: Document, held: set[str]) -> list[str]:
        """Words that each name one treatment, device or group and that the document lacks."""
        told = words(self._outcome) if document.metadata.source_type not in _MEASURE else ()
        return [
            term.word
            for term in self._reading.informative
            if self._vocabulary.is_particular(term.word)
            and term.word not in told
            and not term.is_covered_by(held)
        ]
