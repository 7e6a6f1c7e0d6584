"""Searching the library for a question, and choosing what may be quoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmassist.answers.model import Citation
from kmassist.answers.write import cite
from kmassist.assistant.catalogue import documents_of
from kmassist.assistant.part_reading import PartReading
from kmassist.documents.document import Document
from kmassist.embedding import reader_of
from kmassist.errors import ModelUnavailable, ReaderUnavailable
from kmassist.evidence.closest import as_ordered, of_all_parts
from kmassist.evidence.leading import with_closest
from kmassist.evidence.model import Evidence, Excerpt, FoundPassage
from kmassist.evidence.places import Places
from kmassist.evidence.relevance import JudgedPassage, judge
from kmassist.evidence.select import assemble, excerpt_of
from kmassist.retrieval.retrieve import Ranking, Retrieval, retrieve

if TYPE_CHECKING:
    from kmassist.assistant.turn import Turn
    from kmassist.embedding.embedder import Embedder
    from kmassist.embedding.reader import Reader
    from kmassist.index import Filter, Index
    from kmassist.privacy.masking import SmallNumbers
    from kmassist.question.interpretation import Reading
    from kmassist.question.vocabulary import Vocabulary
    from kmassist.settings.model import Settings

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
    degraded: tuple[str, ...] = ()
    """Why a part of the search is missing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Finds in one library; ``types_of`` tells the types of a part of a question."""

    settings: Settings
    index: Index
    embedder: Embedder
    vocabulary: Vocabulary
    types_of: Callable[[str, Sequence[str]], Sequence[str]]

    def retrieve(self, reading: Reading, where: Filter | None) -> Retrieval:
        depth = self.settings.retrieval.depth
        return retrieve(
            reading,
            self.index,
            self.embedder,
            k=depth,
            where=where,
            depth=depth,
            reserve=_RESERVED,
        )

    def reader(self) -> tuple[Reader | None, ReaderUnavailable | None]:
        """The small reader, and why there is none where there should be one."""
        try:
            return reader_of(self.embedder), None
        except ReaderUnavailable as error:
            return None, error
        except ModelUnavailable:  # the search has said so
            return None, None

    def evidence(self, turn: Turn, retrieval: Retrieval, reader: Reader | None) -> Evidence:
        answer = self.settings.answer
        judged = judge(turn.reading, retrieval, self.index)
        found = self._passages(judged.passages, by_gate=answer.relevance_cutoff is None)
        documents = documents_of(self.index, found)
        reading = PartReading(
            self.index,
            self.vocabulary,
            self.embedder,
            reader,
            judged,
            retrieval,
            {item.passage.passage_id: item.passage for item in found},
            documents,
        )
        parts = (
            reading.each(turn.parts, lambda part: self.types_of(part, (part,)))
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
        places = Places.of(turn.reading.text, [item.passage.text for item in found])
        return with_closest(evidence, parts, closest, found, documents, places=places)

    def search(
        self, question: str, gate: SmallNumbers, *, where: Filter | None = None, k: int = 10
    ) -> list[Found]:
        """The best passages in order, each with its best sentence; no gate."""
        reading = self.vocabulary.read_question(question)
        depth, ranking = (
            max(k, self.settings.retrieval.depth),
            Ranking(judged=max(k, Ranking().judged)),
        )
        retrieval = retrieve(
            reading, self.index, self.embedder, k=k, where=where, depth=depth, ranking=ranking
        )
        judged = judge(reading, retrieval, self.index)
        found = self._passages(judged.passages)
        documents = documents_of(self.index, found)
        by_id = {item.passage.passage_id: item for item in found}
        shown: list[Found] = []
        for hit in retrieval.run.top(k):
            item = by_id.get(hit.passage_id)
            if item is None:
                continue
            scores = item.sentence_scores
            best = max(range(len(scores)), key=scores.__getitem__)
            excerpt = excerpt_of(item, [best], scores[best])
            document = gate.named(documents[item.passage.doc_id])
            citation = cite(document, len(shown) + 1, excerpt, gate)
            excerpt = replace(excerpt, section=citation.section)
            missing = tuple(retrieval.degraded)
            shown.append(Found(len(shown) + 1, document, excerpt, hit.legs, citation, missing))
        return shown

    def _passages(
        self, judged: Sequence[JudgedPassage], *, by_gate: bool = True
    ) -> list[FoundPassage]:
        passages = {p.passage_id: p for p in self.index.passages(j.passage_id for j in judged)}
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
