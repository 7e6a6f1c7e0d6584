"""Question types, what each asks of the corpus, and the frame shown back. The cue words are data: data/questions.yaml."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from kmassist.documents.document import SourceType
from kmassist.question.about_corpus import read_corpus_question
from kmassist.question.quantities import quantity_asked
from kmassist.text.shipped import english, shipped_data

TypeModel = Callable[[str, Sequence[str]], tuple[str, ...]]
"""A question and the types its cue words point to -> its types, strongest first."""


class QuestionType(StrEnum):
    """What a question asks for (domain taxonomy C3); several may hold."""

    EFFECT = "T1"
    SERVICE_MODEL = "T2"
    SCALE_UP = "T3"
    LOCAL_PERFORMANCE = "T4"
    EXPERIENCE = "T5"
    COST = "T6"
    IMPLEMENTATION = "T7"
    DIAGNOSIS = "T8"
    MANDATE = "T9"
    CORPUS = "T10"
    RULE = "T11"

    @property
    def label(self) -> str:
        """The words a person reads."""
        return _cues()[self].label


DECISIONS = frozenset({QuestionType.SERVICE_MODEL, QuestionType.SCALE_UP})
"""Types that a person decides on what all kinds of source say: no one sentence answers them."""


class Need(StrEnum):
    """What the question asks of a source type (domain C3)."""

    REQUIRED = "required"
    DESIRABLE = "desirable"
    NOT_NEEDED = "not needed"

    @property
    def words(self) -> str:
        """What a person reads, the same on every face."""
        return {"required": "needed", "desirable": "would help"}.get(self.value, self.value)


_LETTERS = {"R": Need.REQUIRED, "d": Need.DESIRABLE, ".": Need.NOT_NEEDED}
_STRENGTH = {Need.REQUIRED: 2, Need.DESIRABLE: 1, Need.NOT_NEEDED: 0}


@dataclass(frozen=True, slots=True)
class _Cues:
    label: str
    needs: Mapping[SourceType, Need]
    any_of: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]


@cache
def question_data() -> Mapping[str, Any]:
    """The cue words, frames, population words and countries of data/questions.yaml."""
    return shipped_data("questions.yaml")


@cache
def _cues() -> Mapping[QuestionType, _Cues]:
    table: dict[QuestionType, _Cues] = {}
    for code, row in question_data()["types"].items():
        table[QuestionType(code)] = _Cues(
            label=row["label"],
            needs={
                kind: _LETTERS[letter]
                for kind, letter in zip(SourceType, row["needs"].split(), strict=True)
            },
            any_of=tuple(re.compile(p, re.I) for p in row["any"]),
            unless=tuple(re.compile(p, re.I) for p in row.get("unless", ())),
        )
    return table


def cued_types(question: str) -> tuple[QuestionType, ...]:
    """The types whose cue words the question has; none for many a question."""
    flat = " ".join(question.replace("’", "'").split())
    return tuple(
        kind
        for kind, cues in _cues().items()
        if any(p.search(flat) for p in cues.any_of) and not any(p.search(flat) for p in cues.unless)
    )


def classify(
    question: str, learnt: TypeModel | None = None, *, is_corpus: bool = True
) -> tuple[QuestionType, ...]:
    """The types of a question in the order T1 to T11, at least one.

    A question about the corpus itself (T10) has that type alone; without ``is_corpus`` none is. Otherwise the learnt model decides, for which the cue
    words are but one sign; where it cannot be used, the cue words decide, and without any cue the question is read as
    one of effect, which asks for published research and a guideline.
    """
    cued = cued_types(question)
    if is_corpus and read_corpus_question(question) is not None:
        return (QuestionType.CORPUS,)
    wanted = learnt(question, tuple(kind.value for kind in cued)) if learnt else ()
    if wanted:
        return tuple(kind for kind in QuestionType if kind.value in wanted)
    return cued or tuple(QuestionType(code) for code in question_data()["fallback"])


def needs(types: Sequence[QuestionType]) -> Mapping[SourceType, Need]:
    """What the types together ask of each of the eight source types: the strongest need of any of them."""
    rows = [_cues()[QuestionType(kind)].needs for kind in types]
    return {
        source_type: max(
            (row[source_type] for row in rows), key=_STRENGTH.__getitem__, default=Need.NOT_NEEDED
        )
        for source_type in SourceType
    }


def kinds_needed(types: Sequence[str]) -> frozenset[SourceType]:
    """The kinds of source that the types together require."""
    found = needs([QuestionType(kind) for kind in types])
    return frozenset(kind for kind, need in found.items() if need is Need.REQUIRED)


_OWN = english("question", "own")
_OUGHT = english("question", "ought")


def asks_what_is_done_here(question: str, types: Sequence[QuestionType]) -> bool:
    """Whether it asks for a figure of one's own service and for nothing else ("what is our epidural rate").

    What is done in a service is not said by research, a guideline or a policy: they give it something to be compared with.
    """
    is_only_local = tuple(types) == (QuestionType.LOCAL_PERFORMANCE,)
    return (
        is_only_local
        and bool(quantity_asked(question) and _OWN.search(question))
        and not _OUGHT.search(question)
    )
