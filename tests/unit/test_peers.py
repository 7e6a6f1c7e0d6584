"""What the comparison with other engines hands to them, and how it reads what they answer."""

from pathlib import Path

import numpy as np

from benchmarks.__main__ import HERE, RUNS
from benchmarks.peers.__main__ import ranked, table
from benchmarks.peers.own import filled
from benchmarks.peers.sets import Set, read_entries
from kmassist.assistant.evaluation import Judged
from tests.contract.corpora import make_entry
from tests.present import present


def test_every_benchmark_that_is_named_is_there() -> None:
    assert all((HERE / f"{name}.py").is_file() for name in RUNS)


def test_a_set_is_read_as_it_was_written_and_can_be_asked(tmp_path: Path) -> None:
    entries = [make_entry(number) for number in range(4)]
    asked = np.stack([present(entries[2].vectors)[0], present(entries[0].vectors)[0]])
    wanted = entries[2].passages[0]
    judged = Judged("made up", {"a": wanted.text, "b": "nothing of it"}, {})
    Set(judged, entries, asked, {}).write(tmp_path / "set")
    again = read_entries(tmp_path / "set")
    assert [e.document for e in again] == [e.document for e in entries]
    assert [list(e.passages) for e in again] == [list(e.passages) for e in entries]
    for ours, theirs in zip(again, entries, strict=True):
        assert np.array_equal(present(ours.vectors), present(theirs.vectors))
        for one, other in zip(
            present(ours.sentence_vectors), present(theirs.sentence_vectors), strict=True
        ):
            assert np.array_equal(one, other)
    ask = filled(tmp_path / "set")
    assert ask(wanted.text, asked[0])[0][0] == wanted.passage_id


def test_documents_are_ranked_by_their_best_passage_and_what_is_neither_is_left_out() -> None:
    run = [("x:00001", 0.9), ("y:00000", 0.8), ("x:00000", 0.7), ("z:00000", 0.6)]
    assert ranked(run, frozenset({"y"})) == [("x", 0.9), ("z", 0.6)]


def test_an_engine_that_failed_is_said_in_the_table() -> None:
    said = table("made up", {"one": {"failed": "no such option"}})
    assert said.splitlines()[-1] == "| one | no such option | | | | | |"
