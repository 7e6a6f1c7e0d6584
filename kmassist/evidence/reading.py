"""The likeliest sentences read in the light of the question: what the small reader makes of them.

The reader takes far longer for a sentence than all other signals together, so it reads only the windows of the sentences that
these put first, `WINDOWS` of them. It adds two signals to each sentence it has read:

===== =====================================================
read  its log-odds that the sentence answers
whole and that anything in the sentence's window does
===== =====================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kmassist.embedding.reader import Window
from kmassist.evidence.looked_at import Sentence, ordering

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.documents.document import Document
    from kmassist.documents.passages import Passage
    from kmassist.embedding.reader import Reader

    Numbers = NDArray[np.float64]

WINDOWS = 10
"""Windows read for one question: with sixteen no more right sentences came first."""
_BEHIND = 0.1


@dataclass(frozen=True, slots=True)
class WindowOf:
    """A window by its passage and the numbers of its sentences there."""

    passage_id: str
    numbers: range


def title_of(passage: Passage, document: Document) -> str:
    """What the reader is told of where a sentence stands."""
    return f"{passage.heading} - {document.metadata.title}"


def read_likeliest(
    question: str,
    sentences: Sequence[Sentence],
    order: Numbers,
    passages: Mapping[str, Passage],
    documents: Mapping[str, Document],
    *,
    reader: Reader,
) -> dict[tuple[str, int], dict[str, float]]:
    """The signals ``read`` and ``whole`` of the sentences that were read, by passage and number.

    Args:
        question: the words to be answered.
        sentences: those looked at.
        order: a number a sentence; the windows of the highest are read.
        passages, documents: by id.
        reader: the shipped one.
    """
    chosen: dict[WindowOf, None] = {}
    runs: dict[str, list[range]] = {}
    for i in np.argsort(-order, kind="stable"):
        key, number = sentences[i].passage_id, sentences[i].number
        if key not in runs:
            passage = passages[key]
            count = len(passage.sentences)
            runs[key] = reader.windows([passage.sentence(n) for n in range(count)])
        chosen[WindowOf(key, next(run for run in runs[key] if number in run))] = None
        if len(chosen) == WINDOWS:
            break
    asked = [
        Window(
            title_of(passages[one.passage_id], documents[passages[one.passage_id].doc_id]),
            tuple(passages[one.passage_id].sentence(n) for n in one.numbers),
        )
        for one in chosen
    ]
    return {
        (one.passage_id, number): {"read": score, "whole": read.whole}
        for one, read in zip(chosen, reader.read(question, asked), strict=True)
        for number, score in zip(one.numbers, read.sentences, strict=True)
    }


def order_of_read(
    sentences: Sequence[Sentence], order: Numbers, weights: Mapping[str, float]
) -> Numbers:
    """The sentences that were read, ordered anew among themselves; behind them the others, as they were.

    Args:
        sentences: those read with ``read`` and ``whole`` among their signals.
        order: a number a sentence before reading.
        weights: of each signal.
    """
    read = np.array(["read" in s.signals for s in sentences])
    found = order.copy()
    found[read] = ordering([s for s in sentences if "read" in s.signals], weights)
    if not read.all():
        found[~read] += float(found[read].min()) - float(order[~read].max()) - _BEHIND
    return found


def reading_signals(sentences: Sequence[Sentence], order: Numbers) -> dict[str, float]:
    """What reading adds to `verdict_signals`.

    Args:
        sentences: those looked at.
        order: of `order_of_read`.
    """
    first = sentences[int(np.argmax(order))].signals
    scores = sorted((s.signals["read"] for s in sentences if "read" in s.signals), reverse=True)
    wholes = sorted({s.signals["whole"] for s in sentences if "whole" in s.signals}, reverse=True)
    return {
        "read_first": first["read"],
        "whole_first": first["whole"],
        "read_best": scores[0],
        "read_ahead": scores[0] - scores[min(4, len(scores) - 1)],
        "read_top": float(np.mean(scores[:3])),
        "whole_best": wholes[0],
        "whole_ahead": wholes[0] - wholes[min(3, len(wholes) - 1)],
        "whole_top": float(np.mean(wholes[:3])),
    }
