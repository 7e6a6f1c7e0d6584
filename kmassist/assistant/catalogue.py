"""What is recorded of the documents, told to a question about the library itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from kmassist.answers.corpus_facts import Catalogued, look_up, subject_of
from kmassist.assistant.holdings import documents_naming
from kmassist.documents.document import Document
from kmassist.documents.issuers import is_from
from kmassist.evidence.model import Evidence, FoundPassage
from kmassist.evidence.select import assemble
from kmassist.index import Filter
from kmassist.privacy.masking import hide_in_records
from kmassist.question.subject import names_beside_people
from kmassist.text.words import words

if TYPE_CHECKING:
    from kmassist.index import Index
    from kmassist.question.interpretation import Reading
    from kmassist.question.vocabulary import Vocabulary
    from kmassist.settings.model import PrivacySettings


def documents_of(index: Index, found: Sequence[FoundPassage]) -> dict[str, Document]:
    """The documents (without their text) of passages, by doc_id."""
    ids = frozenset(item.passage.doc_id for item in found)
    return {d.doc_id: d for d in index.documents(Filter(doc_ids=ids))} if ids else {}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The metadata of one library, as its owner may see it."""

    index: Index
    vocabulary: Vocabulary
    privacy: PrivacySettings

    def names_documents(self, question: str) -> bool:
        """Whether a question names documents of the library."""
        topics = self.vocabulary.topics_of(question)
        return bool(look_up(question, self.index.documents(), topics, {}, date.min).facts)

    def told(
        self, reading: Reading, evidence: Evidence, where: Filter | None, today: date
    ) -> tuple[Reading, Evidence, tuple[str, ...]]:
        """What the metadata says to a question about the corpus itself: the reading, the sentences and the facts."""
        about = self.vocabulary.read_question(subject_of(reading.text))
        catalogued = look_up(
            reading.text,
            [self._shown(document) for document in self.index.documents(where)],
            about.topics,
            {code: topic.label for code, topic in self.vocabulary.topics.items()},
            today,
            mentioning=lambda said: documents_naming(self.index, self.vocabulary, said),
            names_of=self._names_of,
        )
        if catalogued.facts:  # from what is recorded, whatever the words might mean in a text
            reading = replace(reading, expansions={}, topics=about.topics)
        return reading, self._with_catalogued(evidence, catalogued), catalogued.facts

    def issued_by(self, body: str) -> frozenset[str]:
        """doc_ids of what a body issued, by its name or a short form of it; none for people, or for "research" and the like."""
        others = self._names_of(body)
        is_name = bool(others or names_beside_people(body))
        return frozenset(
            d.doc_id
            for d in self.index.documents()
            if (is_name or words(d.metadata.issuer) == words(body))
            and any(is_from(d, name) for name in (body, *others))
        )

    def _names_of(self, body: str) -> list[str]:
        read = self.vocabulary.read_question(body)
        return [form for forms in read.expansions.values() for form in forms]

    def _shown(self, document: Document) -> Document:
        return document.model_copy(
            update={"metadata": hide_in_records(document.metadata, self.privacy)}
        )

    def _with_catalogued(self, evidence: Evidence, catalogued: Catalogued) -> Evidence:
        """The evidence with the very sentences of the documents that the metadata named, in place of what a search found."""
        if not catalogued.quotes:
            return evidence
        found = []
        for doc_id, wanted in catalogued.quotes.items():
            sought = " ".join(words(wanted))
            for passage in self.index.passages_of(doc_id):
                scores = tuple(
                    float(sought in " ".join(words(passage.sentence(i))))
                    for i in range(len(passage.sentences))
                )
                if any(scores):
                    found.append(FoundPassage(passage, 1.0, 1.0, scores))
                    break
        return assemble(
            found,
            documents_of(self.index, found),
            cutoff=0.5,
            sentences_per_source=1,
            nearest=0,
            answerable_probability=1.0,
            topics=evidence.topics,
        )
