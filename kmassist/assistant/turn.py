"""A question at its beginning: what is asked, of which documents, and whether anything is to be searched at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from kmassist.answers.model import Chosen
from kmassist.assistant.asked_of import for_the_rule, said_by, since
from kmassist.assistant.part_reading import has_a_sentence_for_answer
from kmassist.coverage.held import OnSubject
from kmassist.documents.source_types import SourceType
from kmassist.evidence.model import Evidence
from kmassist.question.about_corpus import (
    language_not_read,
    read_corpus_question,
    reply_to_small_talk,
)
from kmassist.question.breadth import asks_what_is_known
from kmassist.question.followups import part_that_asks
from kmassist.question.interpretation import Reading
from kmassist.question.scope import (
    NUMBER_KEPT_OUT,
    REDIRECT,
    RULE_OFFERED,
    holds_patient_number,
    is_about_one_patient,
)
from kmassist.question.subject import aspects_of
from kmassist.question.type_model import learnt_types
from kmassist.question.types import QuestionType, classify
from kmassist.question.understand import what_is_unknown

if TYPE_CHECKING:
    from kmassist.assistant.catalogue import Catalogue
    from kmassist.embedding.embedder import Embedder
    from kmassist.index import Filter
    from kmassist.retrieval.retrieve import Retrieval

NO_SUBJECT = (
    "These words name no subject that could be looked for. Say what it is about: a condition, a practice, a service, "
    "for example: waiting times in triage. In a conversation a short question is read with the one before it."
)


@dataclass(slots=True)
class Turn:
    """A question on its way through the pipeline: each step fills in what the next one needs."""

    question: str
    reading: Reading
    chosen: Chosen
    kinds: tuple[str, ...]
    parts: tuple[str, ...]
    where: Filter | None
    today: date
    is_one_patient: bool
    asks_what_is_known: bool
    is_searched: bool
    notes: list[str]
    retrieval: Retrieval | None = None
    evidence: Evidence = field(
        default_factory=lambda: Evidence(by_type=dict.fromkeys(SourceType, ()))
    )
    on_subject: OnSubject | None = None

    @property
    def has_a_sentence_for_answer(self) -> bool:
        """Whether one sentence could answer the question."""
        return has_a_sentence_for_answer(self.reading.text, self.kinds)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Begins a turn: tells the type of a question, and what must not be searched for."""

    embedder: Embedder
    catalogue: Catalogue

    def begin(
        self,
        question: str,
        reading: Reading,
        *,
        corrections: Mapping[str, str],
        parts: tuple[str, ...],
        chosen: Chosen,
        where: Filter | None,
        today: date,
    ) -> Turn:
        """What is asked, of which documents, and whether anything is to be searched at all."""
        asked = part_that_asks(reading.text, question)
        kinds = tuple(chosen.types or self.types_of(asked, parts))
        not_asked = _nothing_to_search(question, reading, kinds)
        notes = [not_asked] if not_asked else _notes_on(reading, corrections, kinds)
        about = replace(reading.subject, aspect=aspects_of(kinds))
        reading = replace(reading, subject=about)
        where = said_by(reading.text, since(reading.text, where), self.catalogue.issued_by)
        is_one_patient = is_about_one_patient(question) or is_about_one_patient(reading.text)
        if is_one_patient:
            notes[:0] = [REDIRECT, RULE_OFFERED][: 1 if not_asked else 2]
            where, kinds = for_the_rule(where), (QuestionType.RULE.value,)
        return Turn(
            question=question,
            reading=reading,
            chosen=chosen,
            kinds=kinds,
            parts=() if is_one_patient else parts,
            where=where,
            today=today,
            is_one_patient=is_one_patient,
            asks_what_is_known=not is_one_patient and asks_what_is_known(asked, self.embedder),
            is_searched=not not_asked,
            notes=notes,
        )

    def types_of(self, asked: str, parts: Sequence[str]) -> tuple[str, ...]:
        """The types of a question; one that compares is about the library only where it names documents of it."""
        read = read_corpus_question(asked)
        is_corpus = read is None or read.lists != "compare" or self.catalogue.names_documents(asked)
        learnt = learnt_types(self.embedder)
        found = {
            kind
            for part in (parts if is_corpus and read is None and len(parts) > 1 else [asked])
            for kind in classify(part, learnt, is_corpus=is_corpus)
        }
        return tuple(kind.value for kind in QuestionType if kind in found)


def _notes_on(reading: Reading, corrections: Mapping[str, str], kinds: Sequence[str]) -> list[str]:
    """What a person is told of how the words were read; what asks for a list of documents needs to stand in none of them."""
    notes = [f"Read “{wrong}” as “{right}”." for wrong, right in corrections.items()]
    unknown = "" if "T10" in kinds else what_is_unknown(reading.subject)
    return [*notes, unknown] if unknown else notes


def _nothing_to_search(question: str, reading: Reading, kinds: Sequence[str]) -> str:
    """Why nothing is searched for, in words; empty for a question that is."""
    if reply := reply_to_small_talk(question):
        return reply
    if language := language_not_read(question):
        return f"This looks like {language}, which kmassist does not read. Ask in English, please."
    if is_about_one_patient(question) and holds_patient_number(question):
        return NUMBER_KEPT_OUT
    return "" if reading.informative or "T10" in kinds else NO_SUBJECT
