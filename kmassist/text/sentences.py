"""Where sentences end."""

from __future__ import annotations

import re

_ABBREVIATIONS = frozenset(
    """
    al approx art ca cf ch co comp dept diff dr ed eds eg eq eqs etc exp ext fig figs hosp ibid ie inc incl int jr ltd max
    min mr mrs ms mx no nos nr obs p para paras pp prof pt ref refs resp sd sec sr st suppl tab univ vol vols vs viz wk
    e.g i.e a.m p.m u.k u.s n.b q.v ph.d m.d b.sc
    """.split()  # noqa: SIM905 - a list of words reads better than a literal
)


_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?:\[\d+(?:[,–-]\d+)*\])?(?=\s|$)")


_NEXT_IS_LOWER = re.compile(r"\s+[a-z,;:)\]%=<>≤≥±]")


_INITIAL = re.compile(r"(?:^|[\s(])[A-Z]$")


_LAST_WORD = re.compile(r"([A-Za-z][A-Za-z.]*)$")


_NUMBERED = re.compile(r"^\s*(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})$")


_NEAR = 24
"""Characters before a full stop that tell what it ends: longer than any abbreviation. Looking further back, each time, would
take the square of a line's length."""


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the sentences of ``text[start:end]``, without surrounding white space, in order.

    A newline always ends a sentence. When in doubt it does not split: two sentences together are a longer quotation,
    half of one may be the opposite of what was meant.
    """
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text[start:stop]):
        left, right = start + line.start(), start + line.end()
        cursor = left
        for match in _END.finditer(text, left, right):
            if _ends_here(text, cursor, match, right):
                _append(spans, text, cursor, match.end())
                cursor = match.end()
        _append(spans, text, cursor, right)
    return spans


def _ends_here(text: str, cursor: int, match: re.Match[str], right: int) -> bool:
    if match.end() >= right:
        return True
    if _NEXT_IS_LOWER.match(text, match.end(), right):
        return False
    if match.group()[0] != "." or match.group().startswith("..."):
        return True
    # One more than is looked at, so that the beginning of what is near is never taken for that of the sentence.
    before = text[max(cursor, match.start() - _NEAR) : match.start()]
    if _NUMBERED.match(before) or _INITIAL.search(before):
        return False
    word = _LAST_WORD.search(before)
    return not (word and word.group(1).lower() in _ABBREVIATIONS)


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        left = start + len(piece) - len(piece.lstrip())
        spans.append((left, left + len(stripped)))
