"""From a question to an answer, in stages: begun (`turn`), found (`finding`), covered, written."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from kmassist.answers.again import told_again
from kmassist.answers.model import Answer, Chosen, CorpusIdentity
from kmassist.answers.verdict import (
    NEAR,
    SURELY_HELD,
    parts_answered,
    with_parts,
    with_verdict,
    worth_a_check,
)
from kmassist.answers.write import write_answer
from kmassist.assistant.another_subject import AnotherSubject
from kmassist.assistant.asked_of import kinds_searched
from kmassist.assistant.catalogue import Catalogue
from kmassist.assistant.finding import Finding, Found
from kmassist.assistant.holdings import Holdings
from kmassist.assistant.turn import Beginning, Turn
from kmassist.coverage import Coverage, Verdict, cover
from kmassist.documents.document import SourceType
from kmassist.documents.values import storable_text
from kmassist.errors import LONGEST_QUESTION, QuestionTooLong
from kmassist.events import Answered, Covered, Event, Read, Retrieved, Warned
from kmassist.index import Filter, Index
from kmassist.privacy.masking import SmallNumbers
from kmassist.question.about_corpus import reply_to_small_talk, wish_for_last_answer
from kmassist.question.parts import parts_of
from kmassist.question.subject import names_beside_people
from kmassist.question.understand import understand
from kmassist.question.vocabulary import Vocabulary
from kmassist.retrieval.pool.make import PoolMaker
from kmassist.settings.model import Settings
from kmassist.text.clock import today as calendar_day
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from kmassist.assistant.gaps import GapDesk
    from kmassist.embedding.embedder import Embedder


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
        self._beginning = Beginning(embedder, self._catalogue)
        self._finding = Finding(settings, index, embedder, vocabulary, self._beginning.types_of)

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

        Raises:
            QuestionTooLong: it has more than `LONGEST_QUESTION` characters.
        """
        question = _asked(question)
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
        turn = self._beginning.begin(
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
            answer = told_again(question, previous, wish, said)
        yield Answered(answer)

    # -- the steps ------------------------------------------------------------------------------

    def _found(self, turn: Turn) -> Iterator[Event]:
        """Search, and choose what may be quoted; a question about the corpus itself is answered from what is recorded."""
        turn.retrieval = self._finding.retrieve(turn.reading, turn.where)
        for message in turn.retrieval.degraded:
            yield Warned(message, "Run 'kmassist doctor --repair'.")
        reader, without_it = self._finding.reader()
        if without_it:
            degraded = (*turn.retrieval.degraded, str(without_it))
            turn.retrieval = replace(turn.retrieval, degraded=degraded)
            yield Warned(without_it.message, without_it.hint)
        evidence = self._finding.evidence(turn, turn.retrieval, reader)
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

    def _covered(self, turn: Turn) -> Coverage:
        """Which kinds of source there are, and the verdict."""
        documents = self._looked_at(turn.where)
        held = self._index.stats().documents
        if turn.where and documents < held and turn.retrieval is not None:
            to = f" to {turn.where.says}" if turn.where.says else ""
            turn.notes.append(
                f"The search was narrowed{to}: {documents} of {counted(held, 'document')} were looked at."
            )
        asked = turn.reading.text
        surest = turn.on_subject.surest if turn.on_subject else 0.0
        near = turn.evidence.answerable_probability >= NEAR or surest >= SURELY_HELD
        asks_what_is_known = turn.asks_what_is_known and near
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
            asks_what_is_known=asks_what_is_known,
        )
        if reply_to_small_talk(turn.question):
            return coverage.model_copy(update={"verdict": Verdict.NOT_ASKED, "because": ""})
        because = coverage.because if turn.retrieval else "Nothing was searched."
        coverage = coverage.model_copy(update={"because": because})
        names_a_subject = bool(names_beside_people(asked)) or turn.reading.subject.is_corrected
        is_told_by_coverage = asks_what_is_known and coverage.verdict is not Verdict.NOT_ANSWERABLE
        best = turn.evidence.closest
        first = best[0].document.metadata.source_type if best else None
        coverage = with_verdict(
            coverage,
            None if is_told_by_coverage else turn.evidence.answered,
            first=first,
            is_read=turn.has_a_sentence_for_answer,
            is_near=worth_a_check(turn.evidence),
            is_known=not turn.reading.subject.unknown,
            names_a_subject=names_a_subject,
        )
        if not names_a_subject:  # nothing can be said to be unknown of a question without one
            turn.evidence = replace(turn.evidence, not_known=None)
        return with_parts(coverage, parts_answered(turn.evidence))

    def _written(self, turn: Turn, coverage: Coverage) -> Answer:
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
        question = _asked(question)
        return self._finding.search(question, self.gate, where=where, k=k)

    def _looked_at(self, where: Filter | None) -> int:
        """How many documents a filter leaves."""
        is_narrowed = where is not None and not where.is_empty
        return len(self._index.documents(where)) if is_narrowed else self._index.stats().documents

    def starters(self, count: int) -> list[str]:
        """One question for each of the topics that most kinds of source write on."""
        kinds: dict[str, set[SourceType]] = {}
        for document in self._index.documents():
            if document.metadata.source_type:
                for topic in document.metadata.topics:
                    kinds.setdefault(topic, set()).add(document.metadata.source_type)
        richest = sorted(kinds, key=lambda topic: (-len(kinds[topic]), topic))
        questions = (self._vocabulary.starter(topic) for topic in richest)
        return [question for question in questions if question][:count]


def _note_on_subject(taken: str) -> list[str]:
    """What a person is told of a follow-up that took a subject of its own."""
    return [f"Read as a question about {taken}, not about what was asked before."] if taken else []


def _asked(question: str) -> str:
    """The question as typed; half a character that a program or a terminal of another encoding sent becomes a mark.

    Raises:
        QuestionTooLong: it has more than `LONGEST_QUESTION` characters.
    """
    if len(question) > LONGEST_QUESTION:
        raise QuestionTooLong
    return storable_text(question)
