"""Follow-up questions: what "and for twins?" means after the question before it. Always shown, never silent."""

from __future__ import annotations

import re

from kmassist.text import STOP_WORDS, words

_OPENER = re.compile(
    r"^\s*(?:and|or|but|so|also|then|ok|okay|what about|how about|what if|same (?:question )?for|and what about|for)\b[\s,]*",
    re.I,
)
_POINTER = re.compile(r"\b(it|its|they|them|their|this|that|these|those|one|ones|there|he|she|the same|such)\b", re.I)
_STARTER = re.compile(
    r"^\s*(?:what|when|where|which|who|whom|why|how|is|are|do|does|did|can|could|should|would|will|has|have|must|may|tell|show|list)\b",
    re.I,
)


def resolve_followup(question: str, previous: str | None) -> str:
    """The question as it stands alone.

    A short question that opens like a continuation, or that points back with a pronoun and names little itself, is read
    together with the one before it; any other question stands as it is.

    Args:
        question: what was typed.
        previous: the resolved question before it, or None.

    Returns:
        ``question`` itself, or ``"<previous, without its question mark>; <follow-up>"``.
    """
    asked = " ".join(question.split())
    if not previous or not asked:
        return asked
    content = [w for w in words(asked) if w not in STOP_WORDS]
    opened = _OPENER.match(asked)
    is_continuation = bool(opened) and len(content) <= 6 and not _is_whole(asked[opened.end() :] if opened else "")
    is_pointing = bool(_POINTER.search(asked)) and len(content) <= 3
    is_fragment = len(content) <= 1 and not _STARTER.match(asked) and asked.endswith("?")
    if not (is_continuation or is_pointing or is_fragment):
        return asked
    rest = asked[opened.end() :] if opened else asked
    base = previous.rstrip(" ?.!").split(";")[0]
    return f"{base}; {rest.strip() or asked}"


def _is_whole(rest: str) -> bool:
    """Whether what follows the opener is a question of its own: "and how should we triage women who attend?"."""
    content = [w for w in words(rest) if w not in STOP_WORDS]
    return bool(_STARTER.match(rest)) and len(content) >= 4 and not _POINTER.search(rest)
