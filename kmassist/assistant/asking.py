"""From a question to an answer, in stages."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from kmassist.answers import Answer, Chosen, CorpusIdentity, write_answer
from kmassist.boundaries import REDIRECT, is_about_one_patient
from kmassist.briefs.small import hide_in_records
from kmassist.catalogue import Catalogued, look_up, subject_of
from kmassist.config import Settings
from kmassist.coverage import cover
from kmassist.documents import Document, SourceType
from kmassist.events import Answered, Covered, Event, Read, Retrieved, Warned
from kmassist.evidence import Evidence, Excerpt, FoundPassage, assemble, excerpt_of
from kmassist.followups import resolve_followup
from kmassist.index import Filter, Index
from kmassist.quantities import favoured, quantity_asked
from kmassist.questions import classify
from kmassist.relevance import JudgedPassage, judge
from kmassist.retrieval import Ranking, Retrieval, retrieve
from kmassist.silence import Silence
from kmassist.smallnumbers import suppress_quotation
from kmassist.spelling import correct
from kmassist.vocabulary import Reading, Vocabulary

if TYPE_CHECKING:
    from kmassist.assistant.gap_desk import GapDesk
    from kmassist.embedding import Embedder

_RESERVED = 5
"""Passages of each source type that are always judged, so that none is crowded out by another (domain A3d)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage in a search's list."""

    rank: int
    document: Document
    excerpt: Excerpt
    legs: Mapping[str, float]


NO_SUBJECT = (
    "These words name no subject that could be looked for. Say what it is about: a condition, a practice, a service, "
    "for example “waiting times in triage”. In a conversation a short question is read with the one before it."
)


class Asking:
    """The pipeline over one library."""

    def __init__(
        self, settings: Settings, index: Index, embedder: Embedder, vocabulary: Vocabulary, gaps: GapDesk | None = None
    ) -> None:
        self._settings = settings
        self._index = index
        self._embedder = embedder
        self._vocabulary = vocabulary
        self._gaps = gaps

    def ask(
        self,
        question: str,
        *,
        where: Filter | None = None,
        types: Sequence[str] | None = None,
        senses: Mapping[str, str] | None = None,
        without: Collection[str] | None = None,
        previous: Answer | None = None,
        today: date | None = None,
    ) -> Generator[Event, None, None]:
        """Answer in stages: Read, Retrieved, Covered, Answered; Warned for a leg that is missing.

        A follow-up keeps the senses and the forms left out that were chosen for the question before it, unless it is given its own.
        """
        today = today or date.today()  # noqa: DTZ011 - the reader's own calendar day
        resolved = resolve_followup(question, previous.resolved_question if previous else None)
        if previous and resolved != " ".join(question.split()):
            senses = previous.chosen.senses if senses is None else senses
            without = previous.chosen.without if without is None else without
        resolved, corrections = correct(resolved, self._index, self._vocabulary, self._embedder)
        reading = self._vocabulary.read_question(resolved, senses=senses or {}, without=without or ())
        kinds = tuple(types) if types else tuple(str(t) for t in classify(resolved))
        yield Read(reading)
        notes: list[str] = [f"Read “{wrong}” as “{right}”." for wrong, right in corrections.items()]
        retrieval: Retrieval | None = None
        evidence = Evidence(by_type=dict.fromkeys(SourceType, ()))
        if is_about_one_patient(resolved):
            notes.append(REDIRECT)
        elif not reading.informative and "T10" not in kinds:
            notes.append(NO_SUBJECT)
        else:
            retrieval = self._retrieve(reading, where)
            for message in retrieval.degraded:
                yield Warned(message, "Run 'kmassist doctor --repair'.")
            evidence = self._evidence(reading, retrieval)
            if "T10" in kinds:
                subject = self._vocabulary.read_question(subject_of(resolved))
                catalogued = look_up(
                    resolved,
                    [self._shown(document) for document in self._index.documents(where)],
                    subject.topics,
                    {code: topic.label for code, topic in self._vocabulary.topics.items()},
                    today,
                )
                notes += catalogued.facts
                if catalogued.facts:  # which come from what is recorded, of whatever the words might mean in a text
                    reading = replace(reading, expansions={}, topics=subject.topics)
                evidence = self._with_catalogued(evidence, catalogued)
            else:  # (sources are not judged where the corpus itself is asked about)
                silence = Silence(
                    reading, kinds, retrieval, index=self._index, embedder=self._embedder, vocabulary=self._vocabulary
                )
                evidence = silence.looked_for(evidence)
        studies = evidence.studies
        yield Retrieved(
            passages=len(retrieval.run) if retrieval else 0,
            documents=len({s.document.doc_id for study in studies for s in study.sources}),
        )
        stats = self._index.stats()
        documents = stats.documents if where is None or where.is_empty else len(list(self._index.documents(where)))
        if documents < stats.documents and retrieval is not None:
            notes.append(f"The search was narrowed: {documents} of {stats.documents} documents were looked at.")
        searched = frozenset(where.source_types if where and where.source_types else SourceType)
        coverage = cover(
            resolved,
            kinds,
            evidence,
            settings=self._settings.coverage,
            setting=self._settings.site.setting,
            today=today,
            documents_searched=documents,
            searched=searched if retrieval else frozenset(),
            overrides=self._gaps.overrides_for(resolved) if self._gaps else (),
        )
        if retrieval is None:
            coverage = coverage.model_copy(update={"because": "Nothing was searched."})
        yield Covered(coverage)
        answer = write_answer(
            question,
            resolved,
            evidence,
            coverage,
            CorpusIdentity(
                name=self._settings.site.corpus_name,
                documents=stats.documents,
                passages=stats.passages,
                digest=stats.corpus_digest,
            ),
            searched_on=today.isoformat(),
            sources_per_type=self._settings.answer.sources_per_type,
            reading=reading,
            hide=partial(
                suppress_quotation,
                below=self._settings.privacy.hide_counts_below,
                percent_from=self._settings.privacy.percent_needs_denominator,
            ),
            chosen=Chosen(
                types=tuple(types or ()),
                senses={short: meaning for short, meaning in reading.senses.items() if short in (senses or {})},
                without=tuple(form for forms in reading.left_out.values() for form in forms),
            ),
            degraded=retrieval.degraded if retrieval else (),
            notes=notes,
        )
        if retrieval is None:
            answer = answer.model_copy(update={"is_turned_away": True})
        yield Answered(answer)

    def search(self, question: str, *, where: Filter | None = None, k: int = 10) -> list[Found]:
        """The best passages in order, each with its best sentence; no gate."""
        reading = self._vocabulary.read_question(question)
        depth, ranking = max(k, self._settings.retrieval.depth), Ranking(judged=max(k, Ranking().judged))
        retrieval = retrieve(reading, self._index, self._embedder, k=k, where=where, depth=depth, ranking=ranking)
        judged = judge(reading, retrieval, self._index)
        found = self._found_passages(judged.passages)
        documents = self._documents(found)
        by_id = {item.passage.passage_id: item for item in found}
        shown: list[Found] = []
        for hit in retrieval.run.top(k):
            item = by_id.get(hit.passage_id)
            if item is None:
                continue
            scores = item.sentence_scores
            best = max(range(len(scores)), key=scores.__getitem__)
            excerpt = excerpt_of(item, [best], scores[best])
            shown.append(Found(len(shown) + 1, documents[item.passage.doc_id], excerpt, hit.legs))
        return shown

    def _retrieve(self, reading: Reading, where: Filter | None) -> Retrieval:
        depth = self._settings.retrieval.depth
        return retrieve(reading, self._index, self._embedder, k=depth, where=where, depth=depth, reserve=_RESERVED)

    def _evidence(self, reading: Reading, retrieval: Retrieval) -> Evidence:
        answer = self._settings.answer
        judged = judge(reading, retrieval, self._index)
        found = self._found_passages(judged.passages, by_gate=answer.relevance_cutoff is None)
        cutoff = answer.relevance_cutoff if answer.relevance_cutoff is not None else judged.cutoff
        return assemble(
            found,
            self._documents(found),
            cutoff=cutoff,
            sentences_per_source=answer.sentences_per_source,
            nearest=answer.nearest,
            uncovered_terms=judged.uncovered_terms,
            answerable_probability=judged.answerable_probability,
            topics=reading.topics,
            quantity=quantity_asked(reading.text),
            favoured=favoured(reading.text),
        )

    def _shown(self, document: Document) -> Document:
        return document.model_copy(update={"metadata": hide_in_records(document.metadata, self._settings.privacy)})

    def _with_catalogued(self, evidence: Evidence, catalogued: Catalogued) -> Evidence:
        """The evidence with the very sentences of the documents that the metadata named, in place of what a search found."""
        if not catalogued.quotes:
            return evidence
        found = []
        for doc_id, wanted in catalogued.quotes.items():
            for passage in self._index.passages_of(doc_id):
                scores = tuple(
                    float(wanted.casefold() in passage.sentence(i).casefold()) for i in range(len(passage.sentences))
                )
                if any(scores):
                    found.append(FoundPassage(passage, 1.0, 1.0, scores))
                    break
        return assemble(
            found,
            self._documents(found),
            cutoff=0.5,
            sentences_per_source=1,
            nearest=0,
            answerable_probability=1.0,
            topics=evidence.topics,
        )

    def _found_passages(self, judged: Sequence[JudgedPassage], *, by_gate: bool = True) -> list[FoundPassage]:
        passages = {p.passage_id: p for p in self._index.passages(j.passage_id for j in judged)}
        return [
            FoundPassage(passages[j.passage_id], j.probability, j.score, j.sentence_scores, j.counts if by_gate else None)
            for j in judged
            if j.passage_id in passages
        ]

    def _documents(self, found: Sequence[FoundPassage]) -> dict[str, Document]:
        ids = frozenset(item.passage.doc_id for item in found)
        return {d.doc_id: d for d in self._index.documents(Filter(doc_ids=ids))} if ids else {}

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
