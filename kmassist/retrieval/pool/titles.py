"""What the library's own titles say of a subject: the second look at its documents.

One subject has many wordings; the documents on it have one title each, in the library's words. So the titles of the likeliest
documents are looked for as if they were the question, and a document is likelier the more of them find it: what an acronym, a lay
word or a tired sentence hardly finds, the title of a study on the same subject does. No title is a witness for its own document. (Scores
passed along a graph of neighbours: Zhou et al. 2003; the titles in place of the person's words: Xu and Croft 1996.)

A title is believed in two ways: the more the likelier its document is, and the more what it finds is what the question finds. The
second tells a title of the subject from the title of minutes that name it among much else.

============ =========================================================================================================
first        log-odds of the first look
titled       those of the titles of the three likeliest other documents, each counting by its own odds
titled_lead  the same, less that of the third best document
others       the first look's log-odds of the likeliest other document: where nothing is likely, titles only find each other
alike        how near the passages of the document are to one another: minutes are about many subjects, a study of one
agreed       those of the titles of the eight likeliest other documents, each counting by how alike what it finds is to what the
             question finds (correlation over the documents)
agreed_lead  the same, less that of the third best document
============ =========================================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from kmassist.retrieval.pool.signals import lead

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

TITLED = ("first", "titled", "titled_lead", "others", "alike", "agreed", "agreed_lead")
LIKELY = 8
"""Documents whose titles are looked for; with twelve the figures were no better, and each costs a look."""
_BY_ODDS = 3
"""Of them those that count by their odds."""
_MOST = 6.0
"""Log-odds beyond which one document counts for no more."""
_SHARP = 10.0
"""How much more a title counts that finds the same: a correlation higher by 0.1 makes it count e times as much."""


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
    likely = [number for number in likeliest(first) if number in of_titles]
    odds = {n: float(np.exp(np.clip(first[n], -_MOST, _MOST))) for n in likely[:_BY_ODDS]}
    mine = _profile(first)
    alike_found = {n: float(np.exp(_SHARP * (_profile(of_titles[n]) @ mine))) for n in likely}
    told, agreed = (_spoken_for(first, of_titles, weights) for weights in (odds, alike_found))
    best = np.sort(first)[::-1][:2]
    others = np.where(first == best[0], best[-1], best[0])
    return np.stack([first, told, lead(told), others, alike, agreed, lead(agreed)], axis=1)


def _profile(log_odds: Floats) -> Floats:
    """Which documents are found more than others, of unit length."""
    values = np.clip(log_odds, -_MOST, _MOST)
    values = values - values.mean()
    return np.asarray(values / max(float(np.linalg.norm(values)), 1e-9))


def _spoken_for(
    first: Floats, of_titles: Mapping[int, Floats], weights: dict[int, float]
) -> Floats:
    """What the titles say of each document by their weights, none of its own; the first look where no other speaks."""
    numbers = sorted(weights)
    shares = np.zeros((len(numbers), len(first))) + np.reshape(
        [weights[n] for n in numbers], (-1, 1)
    )
    shares[np.arange(len(numbers)), numbers] = 0.0
    total = shares.sum(axis=0)
    found = sum((w * of_titles[n] for w, n in zip(shares, numbers, strict=True)), 0 * first)
    return np.where(total > 0, found / np.maximum(total, 1e-9), first)
