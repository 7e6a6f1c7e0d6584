"""What the library's own titles say of a subject: the second look at its documents.

One subject has many wordings; the documents on it have one title each, in the library's words. So the titles of the likeliest
documents are looked for as if they were the question, and a document is likelier the more of them find it: what an acronym, a lay
word or a tired sentence hardly finds, the title of a study on the same subject does. No title is a witness for its own document. (Scores
passed along a graph of neighbours: Zhou et al. 2003; the titles in place of the person's words: Xu and Croft 1996.)

============ =========================================================================================================
first        log-odds of the first look
titled       those of the titles of the likeliest other documents, each counting by its own odds
titled_lead  the same, less that of the third best document
others       the first look's log-odds of the likeliest other document: where nothing is likely, titles only find each other
alike        how near the passages of the document are to one another: minutes are about many subjects, a study of one
============ =========================================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from kmassist.pool.signals import lead

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

TITLED = ("first", "titled", "titled_lead", "others", "alike")
LIKELY = 3
"""Documents whose titles are looked for: with five or eight the figures were no better, and each costs a look."""
_MOST = 6.0
"""Log-odds beyond which one document counts for no more."""


def likeliest(first: Floats) -> list[int]:
    """Numbers of the documents whose titles are looked for, likeliest first.

    Args:
        first: log-odds of the first look, shape (documents,).
    """
    return [int(number) for number in np.argsort(-first, kind="stable")[:LIKELY]]


def titled(first: Floats, of_titles: Mapping[int, Floats], alike: Floats) -> Floats:
    """Rows of shape (documents, `TITLED`).

    Args:
        first: log-odds of the first look, shape (documents,).
        of_titles: number of a document -> log-odds of every document when its title is looked for, shape (documents,).
        alike: see `Arrays.alike`.
    """
    numbers = sorted(of_titles)
    weights = np.repeat(np.exp(np.clip(first[numbers], -_MOST, _MOST))[:, None], len(first), axis=1)
    weights[np.arange(len(numbers)), numbers] = 0.0
    total = weights.sum(axis=0)
    found = sum((w * of_titles[n] for w, n in zip(weights, numbers, strict=True)), 0 * first)
    told = np.where(total > 0, found / np.maximum(total, 1e-9), first)
    best = np.sort(first)[::-1][:2]
    others = np.where(first == best[0], best[-1], best[0])
    return np.stack([first, told, lead(told), others, alike], axis=1)
