"""Follow-up questions: what "and for twins?" means after the question before it. Always shown, never silent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kmassist.question.narrowing import narrowing_data, narrows_alone
from kmassist.question.spelling import write_out
from kmassist.question.subject import Subject, names_beside_people, read_subject
from kmassist.text.shipped import english
from kmassist.text.words import words

_OPENER = english("question", "opener")
_CORRECTION = english("question", "correction")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")
_POINTER = english("question", "pointer")
_STARTER = english("question", "starter")
_MOST_AFTER_OPENER, _MOST_WITH_POINTER, _MOST_IN_FRAGMENT = 6, 2, 1
"""Words that a follow-up may name by itself and still be about what was asked before."""

IsSubject = Callable[[str, str], bool]
"""Whether words name a subject of their own beside the question before them: `assistant.another_subject`."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a question is, beside the one before it.

    ``text``: the question as it stands alone. ``leans``: it was read with the one before. ``takes``: the subject that it names in
    place of the one before; empty where it keeps that.
    """

    text: str
    leans: bool = False
    takes: str = ""


def resolve_followup(
    question: str,
    previous: str | None,
    is_subject: IsSubject = lambda *_: False,
    names_in: Callable[[str], Iterable[str]] = lambda _: (),
    with_names: Callable[[str], str] = lambda text: text,
) -> FollowUp:
    """The question as it stands alone.

    A question that names no subject of its own, that opens like a continuation and names little, or that points back
    with a pronoun, is read together with the one before it; any other question stands as it is. A continuation that names a
    subject of its own has that in place of the one before; a group of people, a place or a time narrows it. What corrects the
    question before has its words in the place of those that it corrects: a place in that of the place, a subject in that of the subject.

    Args:
        question: what was typed, misspelt words put right.
        previous: the resolved question before it, or None.
        is_subject: tells a subject of its own from what belongs to the one before.
        names_in: names of several words that a text uses, as `read_subject` takes them.
        with_names: a text with the names of places in it as the sources write them: `understand.as_sources_write`.

    Returns:
        The text is ``question`` itself, ``"<previous, without its question mark>; <follow-up>"``, or what is asked of the new subject.
    """
    asked = " ".join(question.split())
    if not previous or not asked:
        return FollowUp(asked)
    written = write_out(asked)
    corrects = _CORRECTION.match(written)
    opened = corrects or _OPENER.match(written)
    rest = (written[opened.end() :] if opened else written).strip()
    base = previous.rstrip(" ?.!").split(";")[0]
    if corrects and (renamed := _renamed(rest, with_names(base), with_names)):
        return FollowUp(renamed, leans=True)
    if not _leans_on(rest, is_opened=opened is not None) and not _asks_of(rest, base, is_subject):
        return FollowUp(asked)
    opener = opened.group() if opened else ""
    about = read_subject(rest, names=names_in(rest))
    new = "" if _narrows(opener, rest) or not names_beside_people(rest) else " ".join(about.named)
    if new and (corrects or is_subject(new, base)):
        before = read_subject(base, names=names_in(base))
        asks = bool(about.set_aside)  # in words of its own: and the cost of aspirin?
        of_new = rest if asks else _asked_of(new, rest, base, before, is_one=corrects is not None)
        return FollowUp(of_new, True, new)
    return FollowUp(f"{base}; {rest or written}", leans=True)


def part_that_asks(resolved: str, question: str) -> str:
    """The words whose kind of question counts: those of a follow-up that asks in a sentence of its own, else all."""
    _, _, follow_up = resolved.partition("; ")
    is_follow_up = resolved != " ".join(question.split())
    return follow_up if is_follow_up and _STARTER.match(follow_up) else resolved


def _leans_on(rest: str, *, is_opened: bool) -> bool:
    named = names_beside_people(rest)
    is_pointing = bool(_POINTER.search(rest))
    if not named:
        return is_opened or is_pointing or bool(_STARTER.match(rest)) or rest.endswith("?")
    if is_opened and len(named) <= _MOST_AFTER_OPENER:
        return not (_STARTER.match(rest) and len(named) > 1 and not is_pointing)
    if is_pointing and len(named) <= _MOST_WITH_POINTER:
        return True
    return len(named) <= _MOST_IN_FRAGMENT and not _STARTER.match(rest) and rest.endswith("?")


def _asks_of(rest: str, base: str, is_subject: IsSubject) -> bool:
    """Whether a whole question names one thing that is no subject of its own here: "how many came back" after a pilot."""
    named = names_beside_people(rest)
    is_short = len(named) <= _MOST_IN_FRAGMENT and bool(_STARTER.match(rest))
    return is_short and bool(named) and not is_subject(named[0], base)


def _narrows(opener: str, rest: str) -> bool:
    """Whether a continuation points back, names but a group of people or a place, or begins with a small word such as *for*,
    *in* or *after*; "same for" puts a subject beside the one before."""
    data = narrowing_data()
    articles = "|".join(data["articles"])
    bare = re.sub(rf"^(?:{articles})\s+", "", rest.rstrip(" ?.!"), flags=re.I)
    first, last = words(rest)[:1], words(opener)
    is_behind = bool({*data["prepositions"], *data["of_time"]} & set(first))
    is_for = last[-1:] == ["for"] and "same" not in last
    return is_behind or is_for or bool(_POINTER.search(rest)) or narrows_alone(bare)


def _renamed(rest: str, base: str, with_names: Callable[[str], str]) -> str:
    """The question before with the name of another place; empty where what is typed is none, or the question names none."""
    named = with_names(f"is in {rest.rstrip(' ?.!')}").removeprefix("is in ")
    old = _NAME.findall(base)
    if not old or not _NAME.fullmatch(f"a {named}", 2):
        return ""
    return f"{named.join(base.rsplit(old[-1], 1))}?"


def _asked_of(new: str, rest: str, base: str, before: Subject, *, is_one: bool) -> str:
    """The question before, of the new subject; what was typed where the subject before stands in several runs of words, or
    where nothing would be left that asks. With ``is_one`` it corrects one of them: that with most of its words, or the first."""
    runs = before.named
    if is_one and runs:
        old = max(runs, key=lambda run: len(set(words(run)) & set(words(new))))
    else:
        old = before.core if before.core and before.core in base else "".join(runs[:1])
        if not old or (len(runs) > 1 and old != before.core):
            return rest
    articles = "|".join(narrowing_data()["articles"])
    found = re.compile(rf"\b(?:(?:{articles})\s+)?{re.escape(old)}(?!\w)", re.I)
    asked = found.sub(lambda _: new, base, count=1)
    is_asking = asked != base and bool(read_subject(asked).set_aside)
    return f"{asked}?" if is_asking else rest
