"""The parts of a question that asks several things at once: "does it work, and what do women think of it?"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kmassist.question.subject import names_beside_people, read_subject
from kmassist.text.shipped import english

_JOINT = english("question", "joint")
_OPENER = english("question", "opener")
_POINTER = english("question", "pointer")
_STAND_IN = english("question", "stand_in")
_STARTER = english("question", "starter")
_LEAST_WORDS, _MOST_PARTS = 3, 4


def parts_of(question: str) -> tuple[str, ...]:
    """The parts as they were typed, in order; the question itself where it asks but one thing.

    A part begins with a word that asks and has at least three words; anything else belongs to the part before it, or, at the
    beginning, to the one after.
    """
    cuts = [(match.start(), match.end()) for match in _JOINT.finditer(question)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(question)]
    kept: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        if kept and (
            not _asks(question[start:end]) or not _asks(question[kept[-1][0] : kept[-1][1]])
        ):
            kept[-1] = (kept[-1][0], end)
        else:
            kept.append((start, end))
    if len(kept) == 1 or len(kept) > _MOST_PARTS:
        return (question,)
    return tuple(_unopened(question[start:end]).strip(" ,;?.") + "?" for start, end in kept)


def standing_alone(
    parts: Sequence[str], names_in: Callable[[str], Iterable[str]] = lambda _: ()
) -> tuple[tuple[str, ...], ...]:
    """Of each part the wordings in which it can be read by itself.

    One that points to another, or names nothing, has the subject of the part that names most in place of the word that points or
    behind it; it can also be read behind that part as a whole.
    """
    fullest = max(parts, key=lambda part: len(names_beside_people(part)))
    subject = next(iter(read_subject(fullest, names=names_in(fullest)).named), "")

    def alone(part: str) -> tuple[str, ...]:
        is_whole = part == fullest or (names_beside_people(part) and not _POINTER.search(part))
        if is_whole or not subject:
            return (part,)
        pointing = [match.span() for match in _STAND_IN.finditer(part)]
        start, end = pointing[-1] if pointing else (len(part) - 1, len(part) - 1)
        said = subject if pointing else f": {subject}"
        return (f"{part[:start]}{said}{part[end:]}", f"{fullest.rstrip('?')}; {part}")

    return tuple(map(alone, parts))


def _unopened(part: str) -> str:
    """A part without what joins it to the one before."""
    opened = _OPENER.match(part)
    return part[opened.end() :] if opened else part


def _asks(part: str) -> bool:
    rest = _unopened(part)
    return bool(_STARTER.match(rest)) and len(rest.split()) >= _LEAST_WORDS
