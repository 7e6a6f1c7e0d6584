"""Runs: a total order, and TREC files that read back."""

from __future__ import annotations

from pathlib import Path

from kmassist.index.runs import Run, write_trec


def test_ties_break_on_the_id_and_ranks_start_at_one() -> None:
    run = Run.of([("b", 0.5), ("a", 0.5), ("c", 0.9)])
    assert [(h.passage_id, h.rank) for h in run] == [("c", 1), ("a", 2), ("b", 3)]
    assert len(run.top(2)) == 2


def test_sums_in_another_order_tie_equally() -> None:
    assert [h.passage_id for h in Run.of([("b", 0.1 + 0.2), ("a", 0.3)])] == ["a", "b"]


def read_trec(path: Path) -> dict[str, list[tuple[str, float]]]:
    """Read a TREC run file back as ranked lists."""
    runs: dict[str, list[tuple[str, float]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        query_id, _, doc_id, _, score, _ = line.split()
        runs.setdefault(query_id, []).append((doc_id, float(score)))
    return runs


def test_a_trec_file_reads_back(tmp_path: Path) -> None:
    ranked = {"q1": [("d1", 2.5), ("d2", 1.0)], "q2": [("d3", 0.25)]}
    write_trec(tmp_path / "run", ranked)
    assert read_trec(tmp_path / "run") == ranked
