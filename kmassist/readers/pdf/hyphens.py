"""Words broken at the ends of lines, made whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kmassist.readers.pdf.model import Line
from kmassist.readers.pdf.pages import PdfContent

_KEEP_HYPHEN = frozenset(
    """
    self non well follow evidence high low long short quasi cost risk decision health case cross meta double single peer
    patient midwife woman family community hospital
    """.split()  # noqa: SIM905 - a list of words reads better than a literal
)
"""First parts that keep their hyphen where the document never writes the word elsewhere: "inter" and "mid" do not."""


def join_lines(lines: Sequence[Line], known: Counter[str]) -> str:
    """The words of several lines as one, with hyphens at line ends repaired.

    Whether a hyphen belongs to the word is decided by how the document writes it elsewhere, then by its first part.
    """
    text = ""
    for line in lines:
        here = line.text.strip()
        if not text:
            text = here
        elif re.search(r"\w[-‐]$", text) and here[:1].isalpha():
            text = _join_hyphen(text, here, known)
        elif re.search(r"\d[-–—/]$", text) and here[:1].isdigit():
            text = f"{text}{here}"  # a range whose second figure stands in the next line
        else:
            text = f"{text} {here}"
    return text


def _join_hyphen(text: str, here: str, known: Counter[str]) -> str:
    head = re.search(r"([\w'’-]*\w)[-‐]$", text)
    tail = re.match(r"[\w'’]+", here)
    first, second = (head.group(1) if head else ""), (tail.group() if tail else "")
    whole, hyphened = f"{first}{second}".casefold(), f"{first}-{second}".casefold()
    if known[hyphened] > known[whole]:
        keeps = True
    elif known[whole]:
        keeps = False
    else:
        keeps = (
            not second[:1].islower()
            or first.rsplit("-", 1)[-1].casefold() in _KEEP_HYPHEN
            or (first.casefold() in ("pre", "co", "re") and second[:1] in "aeio")
            or first[-1:].isdigit()
        )
    return f"{text}{here}" if keeps else f"{text[:-1]}{here}"


def vocabulary_of(content: PdfContent) -> Counter[str]:
    """How often each word, hyphened ones too, stands whole inside a line."""
    known: Counter[str] = Counter()
    for page in content.pages:
        for line in page.lines:
            words = [word.strip(".,;:()[]“”\"'").casefold() for word in line.text.split()]
            known.update(words[:-1] if line.text.rstrip().endswith(("-", "‐")) else words)
    return known
