"""What kind of source a text is, learnt from documents of sixteen service areas (``benchmarks/fit_kinds.py``): pure functions."""

from __future__ import annotations

import base64
import itertools
import math
import re
from dataclasses import dataclass
from functools import cache

from kmassist.documents.source_types import SourceType
from kmassist.text.shipped import shipped_data

FRONT = 3_000
"""Characters of the beginning that tell the kind."""
_TOKEN = re.compile(r"[a-z']{2,}|£|%|\d+")


def features(text: str) -> frozenset[str]:
    """The words and pairs of words of a beginning, figures as ``#``, and the words of the first line as ``^word``."""
    low = text[:FRONT].casefold().replace("’", "'")
    words, first = _tokens(low), _tokens(low.split("\n", 1)[0])
    pairs = (f"{one} {two}" for one, two in itertools.pairwise(words))
    return frozenset([*words, *pairs, *(f"^{word}" for word in first)])


def _tokens(low: str) -> list[str]:
    return ["#" if word[0].isdigit() else word for word in _TOKEN.findall(low)]


@dataclass(frozen=True, slots=True)
class Likely:
    """A kind, how likely it is from 0 to 1, and the word or pair of words that speaks most for it (``features``)."""

    kind: SourceType
    likelihood: float
    word: str


def likeliest(text: str, *, but: SourceType | None = None) -> Likely:
    """The likeliest kind of a text; ``but`` one that it cannot be, whose likelihood is nobody's."""
    kinds, weights, base = _model()
    known = [(word, weights[word]) for word in sorted(features(text)) if word in weights]
    scale = 1 / math.sqrt(max(1, len(known)))
    scores = [base[at] + scale * sum(weight[at] for _, weight in known) for at in range(len(kinds))]
    best = max((at for at, kind in enumerate(kinds) if kind is not but), key=scores.__getitem__)
    total = sum(math.exp(score - scores[best]) for score in scores)
    word = max(known, key=lambda pair: pair[1][best] * ("#" not in pair[0]), default=("", []))[0]
    return Likely(kinds[best], 1 / total, word)


def place_of(word: str, text: str) -> re.Match[str] | None:
    """Where a feature first stands in a text."""
    words = word.lstrip("^").split()
    return re.search(
        r"(?<!\w)" + r"\W+".join(map(re.escape, words)).replace("'", "['’]"), text, re.I
    )


_Model = tuple[tuple[SourceType, ...], dict[str, tuple[float, ...]], tuple[float, ...]]


@cache
def _model() -> _Model:
    import struct

    body = shipped_data("kinds.json")
    kinds = tuple(map(SourceType, body["kinds"]))
    raw = base64.b64decode(body["weights"])
    rows = list(struct.iter_unpack(f"<{len(kinds)}e", raw))
    return kinds, dict(zip(body["words"], rows, strict=False)), rows[-1]
