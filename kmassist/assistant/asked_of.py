"""Which documents a question is asked of: what was chosen, what the question itself says, and what a rule is looked for in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kmassist.documents.document import SourceType
from kmassist.index import Filter
from kmassist.text.shipped import english

_SAID_BY = english("answers", "said_by")
_SINCE = english("answers", "since")


def kinds_searched(where: Filter | None) -> frozenset[SourceType]:
    """The kinds of source that a filter lets through: all eight, where it names none."""
    return frozenset(where.source_types if where and where.source_types else SourceType)


def for_the_rule(where: Filter | None) -> Filter:
    """The filter narrowed to the kinds of source that give a rule: guidelines and policies."""
    rules = frozenset({SourceType.GDL, SourceType.POL})
    asked = where.source_types if where and where.source_types else rules
    return replace(where or Filter(), source_types=(asked & rules) or rules)


def said_by(
    question: str, where: Filter | None, issued_by: Callable[[str], frozenset[str]]
) -> Filter | None:
    """What the body issued that a question asks the word of: "what does NICE say about induction"; people are none.

    Args:
        issued_by: the name of a body -> doc_ids of what it issued.
    """
    found = _SAID_BY.search(question)
    if found is None or (where is not None and where.doc_ids):
        return where
    issued = issued_by(found["who"])
    return replace(where or Filter(), doc_ids=issued) if issued else where


def since(question: str, where: Filter | None) -> Filter | None:
    """Sources from the year on that the question asks for: "what has been published since 2024"."""
    found = _SINCE.search(question)
    if found is None or (where is not None and where.year_from):
        return where
    return replace(where or Filter(), year_from=int(found.group(1)))
