"""From a question to an answer, in stages."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from kmassist.answers.again import told_again
from kmassist.answers.model import Answer, Chosen, Citation, CorpusIdentity
from kmassist.answers.verdict import parts_answered, with_parts, with_verdict
from kmassist.answers.write import cite, write_answer
from kmassist.assistant.another_subject import AnotherSubject
from kmassist.assistant.asked_of import for_the_rule, kinds_searched, since
from kmassist.assistant.catalogue import Catalogue, documents_of
from kmassist.assistant.holdings import Holdings
from kmassist.assistant.part_reading import PartReading, has_a_sentence_for_answer
from kmassist.coverage import Coverage, cover
from kmassist.coverage.held import OnSubject
from kmassist.documents.document import Document, SourceType
from kmassist.embedding import reader_of
from kmassist.errors import ReaderUnavailable
from kmassist.events import Answered, Covered, Event, Read, Retrieved, Warned
from kmassist.evidence.closest import as_ordered, of_all_parts
from kmassist.evidence.leading import with_closest
from kmassist.evidence.model import Evidence, Excerpt, FoundPassage
from kmassist.evidence.relevance import JudgedPassage, judge
from kmassist.evidence.select import assemble, excerpt_of
from kmassist.index import Filter, Index
from kmassist.pool.make import PoolMaker
from kmassist.privacy.masking import SmallNumbers
from kmassist.question.about_corpus import (
    language_not_read,
    read_corpus_question,
    reply_to_small_talk,
    wish_for_last_answer,
)
from kmassist.question.followups import part_that_asks
from kmassist.question.interpretation import Reading
from kmassist.question.parts import parts_of
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
from kmassist.question.understand import understand, what_is_unknown
from kmassist.question.vocabulary import Vocabulary
from kmassist.records.store import today as calendar_day
from kmassist.retrieval.retrieve import Ranking, Retrieval, retrieve
from kmassist.settings.model import Settings

if TYPE_CHECKING:
    from kmassist.assistant.gaps import GapDesk
    from kmassist.embedding.embedder import Embedder
    from kmassist.embedding.reader import Reader

_RESERVED = 5
"""Passages of each source type that are always judged, so that none is crowded out by another (domain A3d)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage in a search's list."""

    rank: int
    document: Document
    excerpt: Excerpt
    legs: Mapping[str, float]
    citation: Citation


NO_SUBJECT = (
    "These words name no subject that could be looked for. Say what it is about: a condition, a practice, a service, "
    "for example: waiting times in triage. In a conversation a short question is read with the one before it."
)


@dataclass(slots=True)
class _Turn:
    """A question on its way through the pipeline: each step fills in what the next one needs."""

    question: str
    reading: Reading
    chosen: Chosen
    kinds: tuple[str, ...]
    parts: tuple[str, ...]
    where: Filter | None
    today: date
    is_one_patient: bool
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


class Asking:
    """The pipeline over one library: understood, found, covered, written."""

    def __init__(
        self,
        settings: Settings,
        index: Index,
        embedder: Embedder,
        vocabulary: Vocabulary,
        *,
        gaps: GapDesk | None = None,
        pools: PoolMaker | None = None,
    ) -> None:
        self._settings = settings
        self._index = index
        self._embedder = embedder
        self._vocabulary = vocabulary
        self._gaps = gaps
        self._pools = pools or PoolMaker(index, embedder, vocabulary)
        self._holdings = Holdings(index, vocabulary, self._pools)
        self._another = AnotherSubject(index, vocabulary, self._pools)
        self._catalogue = Catalogue(index, vocabulary, settings.privacy)

    @cached_property
    def gate(self) -> SmallNumbers:
        """Small numbers of people in this library's local sources."""
        return SmallNumbers(
            self._settings.privacy, text_of=lambda d: self._index.document(d.doc_id).text
        )

    def ask(
        self,
        question: str,
        *,
        where: Filter | None = None,
        types: Sequence[str] | None = None,
        senses: Mapping[str, str] | None = None,
        without: Collection[str] | None = None,
        subject: str | None = None,
        previous: Answer | None = None,
        today: date | None = None,
    ) -> Generator[Event, None, None]:
        """Answer in stages: Read, Retrieved, Covered, Answered; Warned for a leg that is missing.

        A follow-up that is not given its own keeps the senses, the forms left out and, unless it names another, the subject chosen before.
        """
        asked, put_right = self._another.standing_alone(question, previous, self._embedder)
        if previous and asked.leans:
            senses = previous.chosen.senses if senses is None else senses
            without = previous.chosen.without if without is None else without
            if subject is None and not asked.takes:
                subject = previous.chosen.subject
        reading, corrections = understand(
            asked.text,
            self._index,
            self._vocabulary,
            self._embedder,
            senses=senses,
            without=without or (),
            subject=subject or "",
        )
        chosen = Chosen(
            types=tuple(types or ()),
            senses={s: m for s, m in reading.senses.items() if s in (senses or {})},
            without=tuple(form for forms in reading.left_out.values() for form in forms),
            subject=subject or "",
        )
        turn = self._begun(
            question,
            reading,
            corrections={**put_right, **corrections},
            parts=(reading.text,) if asked.leans else parts_of(reading.text),
            chosen=chosen,
            where=where,
            today=today or calendar_day(),
        )
        turn.notes += _note_on_subject(asked.takes)
        yield Read(turn.reading)
        if turn.is_searched:
            yield from self._found(turn)
        studies = turn.evidence.studies
        yield Retrieved(
            passages=len(turn.retrieval.run) if turn.retrieval else 0,
            documents=len({s.document.doc_id for study in studies for s in study.sources}),
        )
        coverage = self._covered(turn)
        yield Covered(coverage)
        answer = self._written(turn, coverage)
        wish, said = wish_for_last_answer(question)
        if wish and previous is not None and previous.claims:
            answer = told_again(answer, previous, wish, said)
        yield Answered(answer)

    # -- the steps ------------------------------------------------------------------------------

    def _begun(
        self,
        question: str,
        reading: Reading,
        *,
        corrections: Mapping[str, str],
        parts: tuple[str, ...],
        chosen: Chosen,
        where: Filter | None,
        today: date,
    ) -> _Turn:
        """What is asked, of which documents, and whether anything is to be searched at all."""
        asked = part_that_asks(reading.text, question)
        kinds = tuple(chosen.types or self._types_of(asked, parts))
        not_asked = _nothing_to_search(question, reading, kinds)
        notes = [not_asked] if not_asked else _notes_on(reading, corrections)
        about = replace(reading.subject, aspect=aspects_of(kinds))
        reading = replace(reading, subject=about)
        where = since(reading.text, where)
        is_one_patient = is_about_one_patient(question) or is_about_one_patient(reading.text)
        if is_one_patient:
            notes[:0] = [REDIRECT, RULE_OFFERED][: 1 if not_asked else 2]
            where, kinds = for_the_rule(where), (QuestionType.RULE.value,)
        return _Turn(
            question=question,
            reading=reading,
            chosen=chosen,
            kinds=kinds,
            parts=() if is_one_patient else parts,
            where=where,
            today=today,
            is_one_patient=is_one_patient,
            is_searched=not not_asked,
            notes=notes,
        )

    def _found(self, turn: _Turn) -> Iterator[Event]:
        """Search, and choose what may be quoted; a question about the corpus itself is answered from what is recorded."""
        turn.retrieval = self._retrieve(turn.reading, turn.where)
        for message in turn.retrieval.degraded:
            yield Warned(message, "Run 'kmassist doctor --repair'.")
        reader, without_it = self._reader()
        if without_it:
            degraded = (*turn.retrieval.degraded, str(without_it))
            turn.retrieval = replace(turn.retrieval, degraded=degraded)
            yield Warned(without_it.message, without_it.hint)
        evidence = self._evidence(turn, turn.retrieval, reader)
        if "T10" in turn.kinds:
            turn.reading, turn.evidence, facts = self._catalogue.told(
                turn.reading, evidence, turn.where, turn.today
            )
            turn.notes += facts
        else:  # (sources are not judged where the corpus itself is asked about)
            turn.evidence, turn.on_subject = self._holdings.on_subject(
                turn.reading, turn.kinds, evidence, turn.where
            )
            turn.notes += [why] if (why := self._pools.why_none) else []

    def _covered(self, turn: _Turn) -> Coverage:
        """Which kinds of source there are, and the verdict."""
        documents = self._looked_at(turn.where)
        held = self._index.stats().documents
        if turn.where and documents < held and turn.retrieval is not None:
            to = f" to {turn.where.says}" if turn.where.says else ""
            turn.notes.append(
                f"The search was narrowed{to}: {documents} of {held} documents were looked at."
            )
        asked = turn.reading.text
        coverage = cover(
            asked,
            turn.kinds,
            turn.evidence,
            settings=self._settings.coverage,
            setting=self._settings.site.setting,
            today=turn.today,
            documents_searched=documents,
            searched=kinds_searched(turn.where) if turn.retrieval else frozenset(),
            overrides=self._gaps.overrides_for(asked) if self._gaps else (),
            on_subject=turn.on_subject,
        )
        because = coverage.because if turn.retrieval else "Nothing was searched."
        coverage = coverage.model_copy(update={"because": because})
        best = turn.evidence.closest
        first = best[0].document.metadata.source_type if best else None
        coverage = with_verdict(
            coverage, turn.evidence.answered, first=first, is_read=turn.has_a_sentence_for_answer
        )
        return with_parts(coverage, parts_answered(turn.evidence))

    def _written(self, turn: _Turn, coverage: Coverage) -> Answer:
        """The answer as the owner's screen shows it."""
        stats = self._index.stats()
        answer = write_answer(
            turn.question,
            turn.reading.text,
            turn.evidence,
            coverage,
            CorpusIdentity(
                name=self._settings.site.corpus_name,
                documents=stats.documents,
                passages=stats.passages,
                digest=stats.corpus_digest,
            ),
            searched_on=turn.today.isoformat(),
            sources_per_type=self._settings.answer.sources_per_type,
            reading=turn.reading,
            gate=self.gate,
            chosen=turn.chosen,
            degraded=turn.retrieval.degraded if turn.retrieval else (),
            notes=turn.notes,
        )
        is_turned_away = turn.retrieval is None or turn.is_one_patient
        return self._as_shown(answer, is_turned_away=is_turned_away)

    def _as_shown(self, answer: Answer, *, is_turned_away: bool) -> Answer:
        """The answer for the owner's screen, masked where the settings ask for it."""
        answer = answer.model_copy(update={"is_turned_away": is_turned_away})
        is_masked = self._settings.privacy.mask_on_screen
        return answer.masked(self.gate.in_words) if is_masked else answer

    def search(self, question: str, *, where: Filter | None = None, k: int = 10) -> list[Found]:
        """The best passages in order, each with its best sentence; no gate."""
        reading = self._vocabulary.read_question(question)
        depth, ranking = (
            max(k, self._settings.retrieval.depth),
            Ranking(judged=max(k, Ranking().judged)),
        )
        retrieval = retrieve(
            reading, self._index, self._embedder, k=k, where=where, depth=depth, ranking=ranking
        )
        judged = judge(reading, retrieval, self._index)
        found = self._found_passages(judged.passages)
        documents = documents_of(self._index, found)
        by_id = {item.passage.passage_id: item for item in found}
        shown: list[Found] = []
        for hit in retrieval.run.top(k):
            item = by_id.get(hit.passage_id)
            if item is None:
                continue
            scores = item.sentence_scores
            best = max(range(len(scores)), key=scores.__getitem__)
            excerpt = excerpt_of(item, [best], scores[best])
            document = documents[item.passage.doc_id]
            citation = cite(document, len(shown) + 1, excerpt, self.gate)
            shown.append(Found(len(shown) + 1, document, excerpt, hit.legs, citation))
        return shown

    def _retrieve(self, reading: Reading, where: Filter | None) -> Retrieval:
        depth = self._settings.retrieval.depth
        return retrieve(
            reading,
            self._index,
            self._embedder,
            k=depth,
            where=where,
            depth=depth,
            reserve=_RESERVED,
        )

    def _reader(self) -> tuple[Reader | None, ReaderUnavailable | None]:
        """The small reader, and why there is none where there should be one."""
        try:
            return reader_of(self._embedder), None
        except ReaderUnavailable as error:
            return None, error

    def _evidence(self, turn: _Turn, retrieval: Retrieval, reader: Reader | None) -> Evidence:
        answer = self._settings.answer
        judged = judge(turn.reading, retrieval, self._index)
        found = self._found_passages(judged.passages, by_gate=answer.relevance_cutoff is None)
        documents = documents_of(self._index, found)
        reading = PartReading(
            self._index,
            self._vocabulary,
            self._embedder,
            reader,
            judged,
            retrieval,
            {item.passage.passage_id: item.passage for item in found},
            documents,
        )
        parts = (
            reading.each(turn.parts, lambda part: self._types_of(part, (part,)))
            if len(turn.parts) > 1
            else reading.whole(turn.reading.text, turn.kinds)
        )
        closest = of_all_parts([part.closest for part in parts])
        found = [as_ordered(item, closest) for item in found]
        evidence = assemble(
            found,
            documents,
            cutoff=judged.cutoff if answer.relevance_cutoff is None else answer.relevance_cutoff,
            sentences_per_source=answer.sentences_per_source,
            nearest=answer.nearest,
            uncovered_terms=judged.uncovered_terms,
            answerable_probability=judged.answerable_probability,
            topics=turn.reading.topics,
        )
        return with_closest(evidence, parts, found, documents)

    def _looked_at(self, where: Filter | None) -> int:
        """How many documents a filter leaves."""
        is_narrowed = where is not None and not where.is_empty
        return len(self._index.documents(where)) if is_narrowed else self._index.stats().documents

    def _types_of(self, asked: str, parts: Sequence[str]) -> tuple[str, ...]:
        """The types of a question; one that compares is about the library only where it names documents of it."""
        read = read_corpus_question(asked)
        is_corpus = (
            read is None or read.lists != "compare" or self._catalogue.names_documents(asked)
        )
        learnt = learnt_types(self._embedder)
        found = {
            kind
            for part in (parts if is_corpus and read is None and len(parts) > 1 else [asked])
            for kind in classify(part, learnt, is_corpus=is_corpus)
        }
        return tuple(kind.value for kind in QuestionType if kind in found)

    def _found_passages(
        self, judged: Sequence[JudgedPassage], *, by_gate: bool = True
    ) -> list[FoundPassage]:
        passages = {p.passage_id: p for p in self._index.passages(j.passage_id for j in judged)}
        return [
            FoundPassage(
                passages[j.passage_id],
                j.probability,
                j.score,
                j.sentence_scores,
                j.counts if by_gate else None,
            )
            for j in judged
            if j.passage_id in passages
        ]

    def starters(self, count: int) -> list[str]:
        """One question for each of the topics that most kinds of source speak on."""
        kinds: dict[str, set[SourceType]] = {}
        for document in self._index.documents():
            if document.metadata.source_type:
                for topic in document.metadata.topics:
                    kinds.setdefault(topic, set()).add(document.metadata.source_type)
        richest = sorted(kinds, key=lambda topic: (-len(kinds[topic]), topic))
        questions = (self._vocabulary.starter(topic) for topic in richest)
        return [question for question in questions if question][:count]


def _notes_on(reading: Reading, corrections: Mapping[str, str]) -> list[str]:
    """What a person is told of how the words were read."""
    notes = [f"Read “{wrong}” as “{right}”." for wrong, right in corrections.items()]
    unknown = what_is_unknown(reading.subject)
    return [*notes, unknown] if unknown else notes


def _note_on_subject(taken: str) -> list[str]:
    """What a person is told of a follow-up that took a subject of its own."""
    return [f"Read as a question about {taken}, not about what was asked before."] if taken else []


def _nothing_to_search(question: str, reading: Reading, kinds: Sequence[str]) -> str:
    """Why nothing is searched for, in words; empty for a question that is."""
    if reply := reply_to_small_talk(question):
        return reply
    if language := language_not_read(question):
        return f"This looks like {language}, which kmassist does not read. Ask in English, please."
    if is_about_one_patient(question) and holds_patient_number(question):
        return NUMBER_KEPT_OUT
    return "" if reading.informative or "T10" in kinds else NO_SUBJECT
