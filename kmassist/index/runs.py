"""Query, Hit, Run: what goes into retrieval and what comes out. A larger score is better; ranks start at 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Qrels = Mapping[str, Mapping[str, int]]
"""query_id -> document id -> grade (0 is not relevant)."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A scored passage; ``legs`` holds the score each leg gave it, where it was found there."""

    passage_id: str
    score: float
    rank: int = 0
    legs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A ranked list in total order: by score, ties by passage_id."""

    hits: tuple[Hit, ...]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    @classmethod
    def of(
        cls,
        scores: Iterable[tuple[str, float]],
        legs: Mapping[str, Mapping[str, float]] | None = None,
    ) -> Run:
        """Rank (passage_id, score) pairs. Scores are rounded to 6 decimals, so that sums in another order tie equally."""
        ordered = sorted(
            ((pid, round(float(s), 6)) for pid, s in scores), key=lambda x: (-x[1], x[0])
        )
        return cls(
            tuple(
                Hit(pid, score, rank, (legs or {}).get(pid, {}))
                for rank, (pid, score) in enumerate(ordered, start=1)
            )
        )

    def top(self, k: int) -> Run:
        """The first ``k`` hits."""
        return Run(self.hits[:k])


def write_trec(
    path: Path, runs: Mapping[str, Iterable[tuple[str, float]]], tag: str = "kmassist"
) -> None:
    """Write ranked (id, score) lists in TREC run format: ``qid Q0 docid rank score tag``."""
    with path.open("w", encoding="utf-8") as out:
        for query_id, ranked in runs.items():
            for rank, (doc_id, score) in enumerate(ranked, start=1):
                out.write(f"{query_id} Q0 {doc_id} {rank} {score:.6f} {tag}\n")
