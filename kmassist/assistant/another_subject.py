"""Whether a follow-up names a subject of its own: what this library holds on it is held apart from the subject before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmassist.assistant.holdings import documents_mentioning
from kmassist.question.about_corpus import reply_to_small_talk
from kmassist.question.followups import FollowUp, resolve_followup
from kmassist.question.spelling import correct
from kmassist.question.subject import is_framing
from kmassist.question.understand import as_sources_write
from kmassist.retrieval.pool import Standing
from kmassist.text.words import stem, tokenise

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.embedding.embedder import Embedder
    from kmassist.index import Index
    from kmassist.question.vocabulary import Vocabulary
    from kmassist.retrieval.pool.make import PoolMaker

_MOST_SHARED = 0.5
"""Share of the documents on a new subject from which it belongs to the one before, as amputation does to foot clinics; looked at
on 43 pairs in four libraries."""


@dataclass(frozen=True, slots=True)
class AnotherSubject:
    """Tells a subject of its own from what is asked of the subject before; see `question.followups.IsSubject`.

    Words that no document is about are a subject of their own where the documents on the one before never mention them:
    then they can say nothing of it.
    """

    index: Index
    vocabulary: Vocabulary
    pools: PoolMaker

    def __call__(self, named: str, question: str) -> bool:
        before = self.pools.subject_of(question)
        if set(tokenise(named)) <= set(tokenise(before)):
            return False
        of_before = self._about(before) or documents_mentioning(self.index, before)
        about = self._about(named)
        if about:
            return len(about & of_before) < _MOST_SHARED * len(about)
        mentioning = documents_mentioning(self.index, named)
        if mentioning:
            return mentioning.isdisjoint(of_before)
        return bool(self.vocabulary.names_in(named)) or all(
            self.vocabulary.knows(word) or self.vocabulary.has_acronym(word)
            for word in named.split()
        )

    def standing_alone(
        self, question: str, previous: Answer | None, embedder: Embedder
    ) -> tuple[FollowUp, Mapping[str, str]]:
        """The question as it stands alone, and the words put right of one that is read with the question before it."""
        before = previous.resolved_question if previous else None
        if not before or reply_to_small_talk(question):  # what is spoken of stays as it was
            return FollowUp(before or question, leans=bool(before)), {}
        written, put_right = correct(question, self.index, self.vocabulary, embedder)
        found = resolve_followup(
            written,
            before,
            self,
            self.vocabulary.names_in,
            self._with_names,
        )
        return (found, put_right) if found.leans else (FollowUp(question), {})

    def _with_names(self, text: str) -> str:
        """A text with the names of places in it as the sources write them; a word that no source has can but be a name."""
        told = as_sources_write(text, self.index)
        stems = {word: stem(word) for word in re.findall(r"\b[a-z]{3,}\b", told)}
        held = self.index.document_frequency(stems.values())
        for word in (word for word, stemmed in stems.items() if not held.get(stemmed)):
            if not is_framing(word):
                told = re.sub(rf"\b{word}\b", word.capitalize(), told)
        return told

    def _about(self, subject: str) -> frozenset[str]:
        """doc_ids of the documents on a subject."""
        found = self.pools.by_model(subject)
        return frozenset(doc_id for doc_id, standing in found.items() if standing is Standing.ON)
