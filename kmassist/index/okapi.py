"""The lexical leg of an index in memory: rank-bm25 does the scoring, over rows that are few and change often.

The stored index scores its postings itself (`lexical`), because rank-bm25 reads every row for every term. Both give
the same scores; the contract suite and `tests/unit/test_lexical.py` hold one to the other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from rank_bm25 import BM25Okapi

from kmassist.index.lexical import Lexical
from kmassist.index.scoring import Flags, Floats, Indices, best


class LuceneBM25(BM25Okapi):
    """rank-bm25 with Lucene's idf, which is never negative, in place of its own."""

    def _calc_idf(self, nd: Mapping[str, int]) -> None:
        self.idf = {
            word: np.log(1 + (self.corpus_size - n + 0.5) / (n + 0.5)) for word, n in nd.items()
        }


class RankLexical(Lexical):
    """A `Lexical` whose scores come from rank-bm25; made again when rows came or went."""

    _made: tuple[tuple[int, bytes], LuceneBM25] | None = None

    def scores(
        self, terms: Mapping[str, float], *, passages: int, total_length: int, is_live: Flags | None
    ) -> Floats:
        scores = np.zeros(len(self))
        live = np.ones(len(self), np.bool_) if is_live is None else is_live[: len(self)]
        if not passages or not total_length:
            return scores
        key = len(self), live.tobytes()
        if self._made is None or self._made[0] != key:
            self._made = key, LuceneBM25(self._rows(live), k1=self.k1, b=self.b)
        model = self._made[1]
        for term in sorted(terms):
            # BM25Okapi has the constant factor k1 + 1, which changes no order and is left out here.
            scores[live] += terms[term] * model.get_scores([term]) / (self.k1 + 1)
        return scores

    def best(
        self,
        terms: Mapping[str, float],
        k: int,
        *,
        passages: int,
        total_length: int,
        is_live: Flags | None,
        allowed: Flags | None,
    ) -> tuple[Indices, Floats]:
        scores = self.scores(terms, passages=passages, total_length=total_length, is_live=is_live)
        if allowed is not None:
            scores *= allowed
        chosen = best(scores, k)
        return chosen, scores[chosen]

    def _rows(self, live: Flags) -> list[list[str]]:
        """The terms of every live row, in no order: BM25 knows none."""
        rows: list[list[str]] = [[] for _ in range(len(self))]
        for term in self.terms:
            for start, found, counts in self._of(term):
                for row, count in zip(found.tolist(), counts.tolist(), strict=True):
                    rows[start + row] += [term] * count
        return [row for row, is_live in zip(rows, live.tolist(), strict=True) if is_live]
