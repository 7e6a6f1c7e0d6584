"""What kind of source a text is, learnt from documents of sixteen service areas (``benchmarks/fit_kinds.py``): pure functions."""

from __future__ import annotations

import base64
import itertools
import math
import re
from collections.abc import Collection, Iterable, Sequence
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
    """A kind, how likely it is from 0 to 1, and the word or pair of words that speaks most for it (``features``).

    ``stands``: it would still be the likeliest without that word, which may be what the text is about and not what it is.
    """

    kind: SourceType
    likelihood: float
    word: str
    stands: bool


@dataclass(frozen=True, slots=True)
class Model:
    """For each word its weights by kind, and those that hold for every text."""

    kinds: tuple[SourceType, ...]
    weights: dict[str, tuple[float, ...]]
    base: tuple[float, ...]


def likeliest(text: str, among: Collection[SourceType] = tuple(SourceType)) -> Likely:
    """The likeliest kind of a text among several; the likelihood is that among all."""
    return likeliest_of(features(text), _model(), among)


def likeliest_of(
    words: Iterable[str], model: Model, among: Collection[SourceType] = tuple(SourceType)
) -> Likely:
    """The same of the features of a text."""
    known = [(word, model.weights[word]) for word in sorted(words) if word in model.weights]
    scores = _scores(model, known)
    fitting = [at for at, kind in enumerate(model.kinds) if kind in among]
    best = max(fitting, key=scores.__getitem__)
    total = sum(math.exp(score - scores[best]) for score in scores)
    word = max(known, key=lambda pair: pair[1][best] * ("#" not in pair[0]), default=("", ()))[0]
    parts = set(word.lstrip("^").split())
    # A sum of money beside the word for it is no second sign.
    others = [p for p in known if "#" not in p[0] and parts.isdisjoint(p[0].lstrip("^").split())]
    without = _scores(model, others)
    stands = bool(others) and best == max(fitting, key=without.__getitem__)
    return Likely(model.kinds[best], 1 / total, word, stands)


def _scores(model: Model, known: Sequence[tuple[str, Sequence[float]]]) -> list[float]:
    scale = 1 / math.sqrt(max(1, len(known)))
    return [
        base + scale * sum(weight[at] for _, weight in known) for at, base in enumerate(model.base)
    ]


def place_of(word: str, text: str) -> re.Match[str] | None:
    """Where a feature first stands in a text."""
    words = word.lstrip("^").split()
    return re.search(
        r"(?<!\w)" + r"\W+".join(map(re.escape, words)).replace("'", "['’]"), text, re.I
    )


@cache
def _model() -> Model:
    import struct

    body = shipped_data("kinds.json")
    kinds = tuple(map(SourceType, body["kinds"]))
    raw = base64.b64decode(body["weights"])
    rows = list(struct.iter_unpack(f"<{len(kinds)}e", raw))
    return Model(kinds, dict(zip(body["words"], rows, strict=False)), rows[-1])
