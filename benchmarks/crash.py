"""Break the index at every place: `python benchmarks/crash.py --kills 10000`.

A forked child changes a library (add, update, edit, forget, merge, records, reopen) and is killed (SIGKILL) before, after or
in the middle of its n-th call that changes a file, or at a random moment; or the n-th call fails (disk full, I/O error, short
write). Then the library is opened again, with no repair, and must hold every acknowledged change, nothing half, and give the
answers of a fresh index; `doctor` must find nothing; what was forgotten must not be in any byte.

Calls are counted by faults.c, preloaded; without a C compiler the kills are at random moments only.
Writes benchmarks/results/crash.json.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

import faiss  # noqa: F401 - loaded before the first fork, so that no child pays for it
import numpy as np

from kmassist.errors import KmassistError
from kmassist.index import Entry
from kmassist.index import view as view_module
from kmassist.index.doctor import check
from kmassist.index.local import LocalIndex, open_local, open_memory
from kmassist.text import stem
from tests.contract.corpora import make_entry, unit

DIMENSION = 8
KILLS = {"before": 1, "after": 2, "torn": 3}
FAILURES = {"disk full": 4, "I/O error": 5, "short write": 6}
TERMS = {stem(w): 1.0 for w in ("triage", "report", "sepsis", "edited")}
QUERY = unit(np.random.default_rng(1), 1, DIMENSION)[0]


def entry_of(number: int, title: str) -> Entry:
    return make_entry(number, title=title, sentences=1 + number % 5, dimension=DIMENSION)


@dataclass
class State:
    """What the library must hold: number -> title, and records."""

    documents: dict[int, str] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)

    def after(self, step: tuple) -> State:
        documents, records = dict(self.documents), dict(self.records)
        match step:
            case ("add", number, title, replaces):
                documents.pop(replaces, None)
                documents[number] = title
            case ("edit", number, title):
                if number in documents:
                    documents[number] = title
            case ("forget", number):
                documents.pop(number, None)
            case ("record", name, value):
                records[name] = value
        return State(documents, records)


def plan(state: State, rng: random.Random, length: int) -> list[tuple]:
    """Random steps that are possible one after the other."""
    steps = []
    for _ in range(length):
        held = sorted(state.documents)
        kind = rng.choices(
            ["add", "replace", "edit", "forget", "merge", "record", "reopen", "search"],
            [6, 3, 2, 3 if len(held) > 3 else 0, 3, 1, 2, 2],
        )[0]
        number = rng.randrange(40)
        if kind == "add" and len(held) < 14:
            steps.append(("add", number, f"Report {number} edited {rng.randrange(9)}", None))
        elif kind == "replace" and held:
            steps.append(("add", number, f"Report {number}", rng.choice(held)))
        elif kind == "edit" and held:
            number = rng.choice(held)
            steps.append(("edit", number, f"Edited {number} {rng.randrange(99)}"))
        elif kind == "forget" and held:
            steps.append(("forget", rng.choice(held)))
        elif kind == "record":
            steps.append(("record", f"r{rng.randrange(5)}", rng.randrange(1000)))
        else:
            steps.append((kind if kind in ("merge", "reopen", "search") else "merge",))
        state = state.after(steps[-1])
    return steps


def opened(path: Path) -> LocalIndex:
    return open_local(str(path), embedder="made-up", dimension=DIMENSION, create=True)


def take(index: LocalIndex, step: tuple) -> None:
    match step:
        case ("add", number, title, replaces):
            gone = None if replaces is None else entry_of(replaces, "").document.doc_id
            index.add(entry_of(number, title), replaces=gone)
        case ("edit", number, title):
            index.update_metadata(entry_of(number, title).document)
        case ("forget", number):
            index.delete(entry_of(number, "").document.doc_id)
        case ("record", name, value):
            index.put_record("gap", name, {"value": value})
        case ("merge",):
            index.compact()
        case ("search",):
            index.lexical(TERMS, 5)
            index.dense(QUERY, 5)


def work(path: Path, steps: list[tuple], say: int, faults: ctypes.CDLL | None, arm: tuple[int, int]) -> None:
    """In the child: take the steps, say each one begun and done; a step that fails is said too and the next is taken."""
    if faults:
        faults.fault_ignore(say)
        faults.fault_arm(*arm)

    def fails(error: KmassistError) -> None:
        assert faults, error
        faults.fault_arm(0, 0)
        os.write(say, b"f")

    index = None
    try:
        index = opened(path)
    except KmassistError as error:
        fails(error)
        index = opened(path)
    for step in steps:
        os.write(say, b"s")
        try:
            if step == ("reopen",):
                index.close()
                index = opened(path)
            else:
                take(index, step)
        except KmassistError as error:
            fails(error)
            if step == ("reopen",):
                with contextlib.suppress(KmassistError):
                    index.close()
                index = opened(path)
        else:
            os.write(say, b"a")
    index.lexical(TERMS, 5)
    try:
        index.close()
    except KmassistError as error:
        fails(error)
    if faults:
        os.write(say, b"n%d." % faults.fault_count())


def trial(path: Path, steps: list[tuple], faults: ctypes.CDLL | None, arm: tuple[int, int], delay: float | None):
    """Run the steps in a child; gives what it said and how it ended."""
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        code = 0
        try:
            os.close(hear)
            work(path, steps, say, faults, arm)
        except BaseException:  # noqa: BLE001 - the child must end here, whatever it is
            traceback.print_exc()
            code = 3
        os._exit(code)
    os.close(say)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    told = b""
    while piece := os.read(hear, 4096):
        told += piece
    os.close(hear)
    return told.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def pairs(run) -> list[tuple[str, float]]:
    return [(hit.passage_id, hit.score) for hit in run]


def held_by(index: LocalIndex) -> State:
    documents = {}
    for listed in index.documents():
        document = index.document(listed.doc_id)
        number = int(document.source_name.split("-")[1].split(".")[0])
        entry = entry_of(number, document.metadata.title)
        assert document == entry.document, "a document differs"
        assert index.passages_of(document.doc_id) == list(entry.passages), "passages differ"
        assert index.original(document.doc_id) == entry.original, "the original differs"
        found = index.vectors([p.passage_id for p in entry.passages])
        for passage, vector, sentences in zip(entry.passages, entry.vectors, entry.sentence_vectors, strict=True):
            np.testing.assert_array_equal(found[passage.passage_id][0], vector.astype(np.float16))
            np.testing.assert_array_equal(found[passage.passage_id][1], sentences.astype(np.float16))
        documents[number] = document.metadata.title
    return State(documents, {name: body["value"] for name, body in index.records("gap").items()})


def verify(path: Path, possible: list[State], forgotten: set[int]) -> State:
    """Open without repair; gives the state found, which must be one of the possible ones."""
    if not (path / "km.db").exists():
        assert State() in possible, "the library is gone"
        return State()
    with opened(path) as index:
        state = held_by(index)
        assert state in possible, f"{state} is none of {possible}"
        assert not index.notices, index.notices
        with open_memory(embedder="made-up", dimension=DIMENSION) as fresh:
            for number, title in state.documents.items():
                fresh.add(entry_of(number, title))
            assert pairs(index.lexical(TERMS, 50)) == pairs(fresh.lexical(TERMS, 50)), "lexical answers differ"
            assert pairs(index.dense(QUERY, 50)) == pairs(fresh.dense(QUERY, 50)), "dense answers differ"
            assert index.stats().corpus_digest == fresh.stats().corpus_digest
    findings = check(path, is_deep=True)
    assert not findings, findings
    data = b"".join(p.read_bytes() for p in path.rglob("*") if p.is_file())
    for number in forgotten - state.documents.keys():
        assert f"in unit {number}.".encode() not in data, f"{number} was forgotten and is still there"
    return state


def run(kills: int, seed: int, seconds: float, faults: ctypes.CDLL | None, folder: Path) -> dict[str, object]:
    rng = random.Random(seed)
    view_module.PENDING_LIMIT = 10  # so that merging falls due within a few steps
    sys.modules["kmassist.index.local"].PENDING_LIMIT = 10  # type: ignore[attr-defined]
    path, state, forgotten = folder / "library", State(), set()
    seen, failures, reach = Counter(), [], 200
    began = time.monotonic()
    number = 0
    while seen["killed"] < kills and time.monotonic() - began < seconds:
        number += 1
        if rng.random() < 0.02:  # from the very first write, now and then
            shutil.rmtree(path, ignore_errors=True)
            state, forgotten = State(), set()
        steps = plan(state, rng, rng.choice([1, 2, 4]))
        kind = rng.choices([*KILLS, "moment", *FAILURES], [4, 3, 3, 2, 1, 1, 1])[0] if faults else "moment"
        delay = rng.random() * 0.15 if kind == "moment" else None
        arm = (rng.randint(1, reach), {**KILLS, **FAILURES, "moment": 0}[kind])
        told, code = trial(path, steps, faults, arm, delay)
        seen[kind] += 1
        seen["killed"] += code == -9
        if "n" in told and kind in KILLS:  # it came to its end before the n-th call
            reach = max(40, int(reach * 0.95))
        elif kind in KILLS:
            reach = min(600, reach + 4)
        possible, done, step = [state], [state], -1
        for letter in told.partition("n")[0]:
            if letter == "s":
                step += 1
                done = [before.after(steps[step]) for before in possible]
                possible = possible + done
            elif letter == "a":
                possible = done
        for taken in steps[: step + 1]:
            if taken[0] == "forget":
                forgotten.add(taken[1])
            elif taken[0] == "add":
                forgotten -= {taken[1]}
        try:
            assert code in (0, -9), f"the child ended with {code}"
            state = verify(path, possible, forgotten)
            forgotten -= state.documents.keys()
        except (AssertionError, KmassistError) as error:
            failures.append(f"trial {number} ({kind} {arm[0]}, {steps}, told {told!r}): {error}")
            print(failures[-1], file=sys.stderr)
            shutil.rmtree(path, ignore_errors=True)
            state, forgotten = State(), set()
    return {
        "trials": number,
        "killed while working": seen["killed"],
        "by kind": {kind: seen[kind] for kind in [*KILLS, "moment", *FAILURES]},
        "failures": failures,
        "seconds": round(time.monotonic() - began, 1),
        "seed": seed,
        "calls counted": faults is not None,
    }


def preloaded(folder: Path) -> ctypes.CDLL | None:
    """The counting library; started again with it preloaded if it is not yet. None without a C compiler."""
    ready = os.environ.get("KMASSIST_FAULTS")
    if ready:
        return ctypes.CDLL(ready) if ready != "none" else None
    compiler = shutil.which("cc") or shutil.which("gcc")
    library = folder / "faults.so"
    source = Path(__file__).with_name("faults.c")
    environment = dict(os.environ, KMASSIST_FAULTS="none")
    if compiler and sys.platform == "linux":
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
        environment |= {"KMASSIST_FAULTS": str(library), "LD_PRELOAD": str(library)}
    raise SystemExit(subprocess.run([sys.executable, __file__, *sys.argv[1:]], env=environment, check=False).returncode)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=36_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "crash.json")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        faults = preloaded(Path(folder))
        report = run(arguments.kills, arguments.seed, arguments.seconds, faults, Path(folder))
    arguments.out.parent.mkdir(exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({**report, "failures": len(report["failures"])}, indent=1))  # type: ignore[arg-type]
    raise SystemExit(1 if report["failures"] else 0)


if __name__ == "__main__":
    main()
