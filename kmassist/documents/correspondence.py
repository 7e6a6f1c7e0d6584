"""What of letters and mails is no evidence: mails that were answered and stand below, notices, signatures, letters to fill in.

Pure functions of a text; the words are in ``data/apparatus.yaml``, ``letters`` and ``mails``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from kmassist.text.shipped import shipped_data

EARLIER = "earlier mail"
_SHORT = 90
_AHEAD = 6
"""Lines in which the head of a mail names its sender, date and subject."""
_LEAST_OWN = 12
"""Words in sentences above a mail that make it what was answered; below fewer it is what was passed on."""
_LEAST_LABELS = 3


@dataclass(frozen=True, slots=True)
class _Line:
    words: str
    start: int
    end: int


@cache
def _words(room: str, name: str) -> re.Pattern[str]:
    return re.compile(shipped_data("apparatus.yaml")[room][name]["pattern"], re.I)


def correspondence(text: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each part that is no evidence."""
    lines = [_Line(m.group().strip(), m.start(), m.end()) for m in re.finditer(r"[^\n]+", text)]
    earlier = _below(lines)
    if earlier < len(lines):
        yield EARLIER, lines[earlier].start, lines[-1].end
    yield from _quoted(lines[:earlier])
    yield from _letters(lines[:earlier], len(text))
    yield from _signatures(lines[:earlier])


def _below(lines: list[_Line]) -> int:
    """Where the mails begin that the first one answers; the number of lines where there are none."""
    said = 0
    after = 0
    for at, line in enumerate(lines):
        if at < after:
            continue
        head = _head(lines, at)
        if not head:
            said += len(line.words.split()) if at and line.words.endswith((".", "?", "!")) else 0
        elif said >= _LEAST_OWN:
            return at
        else:
            after = at + head
    return len(lines)


def _head(lines: list[_Line], at: int) -> int:
    """How many lines the head of a mail has that begins there; 0 where none does."""
    first = at
    while at < len(lines) and _words("mails", "begins").search(lines[at].words):
        at += 1
    if at >= len(lines) or (at > first and lines[at].words.startswith(">")):
        return 0 if at < len(lines) else at - first
    said = at - first
    words = lines[at].words
    if not _words("mails", "sender").match(words):
        return said
    label = _words("mails", "label")
    head = list(takewhile(lambda line: label.search(line.words), lines[at : at + _AHEAD]))
    named = {m.group("label").casefold() for line in head for m in label.finditer(line.words)}
    is_mail = any(_words("mails", "mail_alone").fullmatch(name) for name in named)
    return said + (len(head) if is_mail and len(named) >= _LEAST_LABELS else 0)


def _quoted(lines: list[_Line]) -> Iterator[tuple[str, int, int]]:
    """Lines behind an angle bracket, from the line that says who wrote them; elsewhere they are what people were heard to say."""
    is_mail = False
    for line in lines:
        if line.words.startswith(">") and is_mail:
            yield EARLIER, line.start, line.end
        elif _words("mails", "begins").search(line.words):
            is_mail = True
            yield EARLIER, line.start, line.end


def _letters(lines: list[_Line], length: int) -> Iterator[tuple[str, int, int]]:
    """Letters to fill in: with blanks for names, or inside a longer document. One that is the document says what it says."""
    begun: int | None = None
    for at, line in enumerate(lines):
        if _words("letters", "begins").fullmatch(line.words):
            begun = at
        elif begun is not None and _words("letters", "ends").fullmatch(line.words):
            start = lines[begun].start
            has_blanks = any(_words("letters", "blank").search(x.words) for x in lines[begun:at])
            is_part = 2 * (line.end - start) < length
            if at - begun <= shipped_data("apparatus.yaml")["letters"]["most_lines"] and (
                has_blanks or is_part
            ):
                yield "template", start, line.end
            begun = None


def _signatures(lines: list[_Line]) -> Iterator[tuple[str, int, int]]:
    """The notices that mail programs add; and who signs: short lines without a sentence from a close to the end."""
    notice = _words("mails", "notice")
    yield from (("notice", line.start, line.end) for line in lines if notice.search(line.words))
    own = [line for line in lines if not notice.search(line.words)]
    short = list(takewhile(_is_short, reversed(own)))[::-1]
    before = len(own) - len(short)
    # The close itself may end as a sentence does: "Many thanks."
    for at in range(max(0, before - 1), len(own)):
        if own[at].words == "--" or _words("letters", "ends").fullmatch(own[at].words):
            yield from (("signature", one.start, one.end) for one in own[at:])
            break


def _is_short(line: _Line) -> bool:
    is_sentence = line.words.endswith(("?", "!")) or (
        line.words.endswith((".", ":")) and len(line.words.split()) > 3
    )
    return len(line.words) <= _SHORT and not is_sentence
