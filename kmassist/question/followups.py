"""Follow-up questions: what "and for twins?" means after the question before it. Always shown, never silent."""

from __future__ import annotations

from kmassist.question.spelling import write_out
from kmassist.question.subject import names_in_question, subject_data
from kmassist.text.shipped import english

_OPENER = english("question", "opener")
_POINTER = english("question", "pointer")
_STARTER = english("question", "starter")
_MOST_AFTER_OPENER, _MOST_WITH_POINTER, _MOST_IN_FRAGMENT = 6, 2, 1
"""Words that a follow-up may name by itself and still be about what was asked before."""


def resolve_followup(question: str, previous: str | None) -> str:
    """The question as it stands alone.

    A question that names no subject of its own, that opens like a continuation and names little, or that points back
    with a pronoun, is read together with the one before it; any other question stands as it is.

    Args:
        question: what was typed.
        previous: the resolved question before it, or None.

    Returns:
        ``question`` itself, or ``"<previous, without its question mark>; <follow-up>"``.
    """
    asked = " ".join(question.split())
    if not previous or not asked:
        return asked
    written = write_out(asked)
    opened = _OPENER.match(written)
    rest = written[opened.end() :] if opened else written
    if not _leans_on(rest, is_opened=opened is not None):
        return asked
    base = previous.rstrip(" ?.!").split(";")[0]
    return f"{base}; {rest.strip() or written}"


def part_that_asks(resolved: str, question: str) -> str:
    """The words whose kind of question counts: those of a follow-up that asks in a sentence of its own, else all."""
    _, _, follow_up = resolved.partition("; ")
    is_follow_up = resolved != " ".join(question.split())
    return follow_up if is_follow_up and _STARTER.match(follow_up) else resolved


def _leans_on(rest: str, *, is_opened: bool) -> bool:
    people = set(subject_data()["people"])
    named = [word for word in names_in_question(rest) if word.casefold() not in people]
    is_pointing = bool(_POINTER.search(rest))
    if not named:
        return is_opened or is_pointing or bool(_STARTER.match(rest)) or rest.endswith("?")
    if is_opened and len(named) <= _MOST_AFTER_OPENER:
        return not (_STARTER.match(rest) and len(named) > 1 and not is_pointing)
    if is_pointing and len(named) <= _MOST_WITH_POINTER:
        return True
    return len(named) <= _MOST_IN_FRAGMENT and not _STARTER.match(rest) and rest.endswith("?")
