"""Break the index at every place.

    python -m benchmarks.crash --kills 10000     # random histories, killed at random calls and moments
    python -m benchmarks.crash --every           # each operation, killed at and failed at every one of its calls

A forked child changes a library (add, update, edit, forget, merge, re-index, repair, backup, restore, migrate, bringing one of
format 1 up to date, records, reopen) and is killed (SIGKILL) before, after or in the middle of its n-th call that changes a file, or at a random moment; or
the n-th call fails (disk full, I/O error, short write), or no file can be opened any more. Then the library is opened again,
with no repair, and must hold every acknowledged change, nothing half, and give the answers of a fresh index; `doctor` must
find nothing; what was forgotten must not be in any byte; a backup must restore whole. Only where the trial itself damaged a
library to have it repaired, and the repair was cut off, is the repair run once more.

Calls are counted by faults.c, preloaded; without a C compiler the kills are at random moments only. A kill leaves the
system's file cache as it is, so the trials run in memory where there is /dev/shm; a power cut is another thing, see
`trust.py`. Writes benchmarks/results/crash.json.

A point of --every takes about a fifth of a second, all 10,000 half an hour. The repair of a text is a quarter of them (458
calls a kind), because it writes the whole database afresh: give it time of its own with --only.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import json
import logging
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

import faiss  # noqa: F401 - loaded before the first fork, so that no child pays for it
import numpy as np

from benchmarks.former import make_former
from kmassist.errors import KmassistError
from kmassist.index import Entry, dense, files, packed, schema, segments
from kmassist.index import view as view_module
from kmassist.index.backup import backup, restore
from kmassist.index.doctor import check
from kmassist.index.local import LocalIndex, open_local, open_memory
from kmassist.index.lock import WriterLock
from kmassist.index.repair import repair
from kmassist.text.words import stem
from tests.contract.corpora import make_entry, unit

DIMENSION = 8
KILLS = {"before": 1, "after": 2, "torn": 3}
FAILURES = {"disk full": 4, "I/O error": 5, "short write": 6, "no file opens": 7}
NOW = schema.VERSION
LATER = {
    NOW: "CREATE TABLE later (x); INSERT INTO later VALUES (1)",
    NOW + 1: "CREATE TABLE latest (x)",
}
"""Two made-up migrations after the last real one."""
TERMS = {stem(w): 1.0 for w in ("triage", "report", "sepsis", "edited")}
QUERY = unit(np.random.default_rng(1), 1, DIMENSION)[0]


@lru_cache(maxsize=4_096)  # a child that is forked has them already
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
            ["add", "replace", "edit", "forget", "merge", "record", "reopen", "search", *UNCHANGED],
            [6, 3, 2, 3 if len(held) > 3 else 0, 3, 1, 2, 2, 1, 1, 1, 0.5, 0.5, 1, 1],
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
        elif kind in UNCHANGED:
            steps.append((kind, rng.randrange(1000)))
        else:
            steps.append((kind if kind in ("merge", "reopen", "search") else "merge",))
        state = state.after(steps[-1])
        if kind == "migrate":
            break  # the end of a trial makes the library old again
    return steps


UNCHANGED = ("reindex", "backup", "restore", "repair index", "repair text", "migrate", "former")
"""Steps that leave the documents as they are; each has a number, which says what is damaged before a repair."""


def age(version: int, tables: str = schema.TABLES) -> None:
    """Be the kmassist of that schema."""
    schema.VERSION = version
    schema.TABLES = "\n".join([tables, *(LATER[before] + ";" for before in range(NOW, version))])


def damage(path: Path, step: tuple) -> None:
    """Change one byte: of a generation, or of a document's text."""
    if step[0] == "repair index":
        places = [
            (file, file.stat().st_size // 2)
            for file in sorted((path / "idx").glob("gen-*/*"))
            if file.stat().st_size
        ]
    else:
        data = (path / "km.db").read_bytes() if (path / "km.db").exists() else b""
        places = [
            (path / "km.db", found.start() + 3) for found in re.finditer(rb"in unit \d+\.", data)
        ]
    if places:
        file, at = places[step[1] % len(places)]
        with file.open("r+b") as out:
            out.seek(at)
            byte = out.read(1)[0]
            out.seek(at)
            out.write(bytes([byte ^ 1]))


def reread(data: bytes, name: str, doc_id: str) -> list[Entry]:
    """What the readers do for the made-up documents: the text names its number."""
    return [entry_of(int(data.decode().rsplit(" ", 1)[1].rstrip(".")), "")]


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
        case ("backup", _):
            assert index.folder
            backup(index.folder, index.folder.with_name("backup.zip"))
        case ("restore", _):
            assert index.folder
            target, source = (
                index.folder.with_name("restored"),
                index.folder.with_name("backup.zip"),
            )
            if source.exists() and not target.exists():
                restore(source, target)


def alone(path: Path, step: tuple, faults: ctypes.CDLL | None) -> None:
    """Steps that are taken while no index is open in this process."""
    if step[0] == "migrate":
        age(NOW + 2)
        opened(path).close()
    elif step[0] == "former":
        if faults:
            faults.fault_pause(1)
        if (path / "km.db").exists():
            make_former(path, embedder="made-up", dimension=DIMENSION)
        if faults:
            faults.fault_pause(0)
        opened(path).close()
    elif step[0] == "reindex":
        with WriterLock(path / "writer.lock"):
            for name in sorted((path / "idx").glob("gen-*")):
                files.remove_tree(name)
        with opened(path) as index:
            index.compact()
    elif step[0].startswith("repair"):
        if faults:
            faults.fault_pause(1)  # what the trial itself does to a file is no part of it
        damage(path, step)
        if faults:
            faults.fault_pause(0)
        repair(path, reread=reread)


def work(
    path: Path, steps: list[tuple], say: int, faults: ctypes.CDLL | None, arm: tuple[int, int]
) -> None:
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
        is_alone = step[0] in ("reopen", *UNCHANGED) and step[0] not in ("backup", "restore")
        os.write(say, b"s")
        try:
            if is_alone:
                index.close()
                alone(path, step, faults)
                index = opened(path)
            else:
                take(index, step)
        except KmassistError as error:
            fails(error)
            if is_alone:
                with contextlib.suppress(KmassistError):
                    index.close()
                alone(path, step, faults)  # with nothing in its way now
                index = opened(path)
                os.write(say, b"a")
        else:
            os.write(say, b"a")
    try:
        index.lexical(TERMS, 5)
    except KmassistError as error:  # no file can be opened, not even to read it
        fails(error)
        index.lexical(TERMS, 5)
    try:
        index.close()
    except KmassistError as error:
        fails(error)
    if faults:
        os.write(say, b"n%d." % faults.fault_count())


def trial(
    path: Path,
    steps: list[tuple],
    faults: ctypes.CDLL | None,
    arm: tuple[int, int],
    delay: float | None,
):
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
        for passage, vector, sentences in zip(
            entry.passages, entry.vectors, entry.sentence_vectors, strict=True
        ):
            held, of_sentences = found[passage.passage_id]
            own = packed.singles(packed.stored_passages(vector[None], 1, len(vector)))
            assert np.array_equal(held, own[0]), "a vector differs"
            stored = packed.from_bytes(
                packed.to_bytes(sentences, *sentences.shape), sentences.shape[1]
            )
            assert of_sentences.shape == stored.shape, "sentences are missing"
            assert np.allclose(of_sentences, stored, atol=0.005), (  # of format 1: rounded twice
                "the vector of a sentence differs"
            )
        documents[number] = document.metadata.title
    return State(documents, {name: body["value"] for name, body in index.records("gap").items()})


def found_in(index: LocalIndex) -> tuple:
    """What searches give, and the digest of all."""
    runs = index.lexical(TERMS, 50), index.dense(QUERY, 50)
    return (*map(pairs, runs), index.stats().corpus_digest)


@lru_cache(maxsize=4_096)
def found_afresh(documents: tuple[tuple[int, str], ...]) -> tuple:
    """The same of a fresh index of these documents."""
    with open_memory(embedder="made-up", dimension=DIMENSION) as fresh:
        for number, title in documents:
            fresh.add(entry_of(number, title))
        return found_in(fresh)


def verify(
    path: Path, possible: list[State], forgotten: set[int], *, may_repair: bool = False
) -> State:
    """Open without repair; gives the state found, which must be one of the possible ones."""
    if not (path / "km.db").exists() and not (path / "km.db.repaired").exists():
        assert State() in possible, "the library is gone"
        return State()
    if may_repair:
        opened(path).close()
        repair(path, reread=reread)
    with opened(path) as index:
        state = held_by(index)
        assert state in possible, f"{state} is none of {possible}"
        assert not index.notices, index.notices
        assert found_in(index) == found_afresh((*state.documents.items(),)), "answers differ"
    findings = [f for f in check(path, is_deep=True) if not f.file.startswith("quarantine")]
    assert not findings, findings
    data = b"".join(
        p.read_bytes() for p in path.rglob("*") if p.is_file() and "quarantine" not in p.parts
    )
    for number in forgotten - state.documents.keys():
        assert f"in unit {number}.".encode() not in data, (
            f"{number} was forgotten and is still there"
        )
    return state


def verify_copies(folder: Path, possible: list[State | None], restored: list[State | None]) -> None:
    """A backup is absent or whole, what was restored from it too, and the next backup leaves nothing half done beside it."""
    target, again = folder / "restored", folder / "again"
    if target.exists() and any(target.iterdir()):
        verify(target, [state for state in restored if state is not None], set())
        shutil.rmtree(target)
    if (folder / "backup.zip").exists():
        restore(folder / "backup.zip", again)
        verify(again, [state for state in possible if state is not None], set())
        shutil.rmtree(again)
    else:
        assert None in possible, "the backup is gone"
    backup(folder / "library", folder / "another.zip")
    left = [
        entry.name
        for entry in folder.iterdir()
        if entry.name not in ("library", "backup.zip", "restored", "another.zip")
    ]
    assert not left, left


def verify_copy(path: Path, copy: Path, possible: list[State] | None) -> None:
    """A copy kept of an older library opens and holds what it held."""
    again = path.with_name("older")
    again.mkdir(mode=0o700)
    shutil.copy2(copy, again / "km.db")
    shutil.copytree(path / "blobs", again / "blobs") if (path / "blobs").exists() else None
    if possible is not None:
        with opened(again) as index:
            held = held_by(index)
        assert held in possible, f"{copy.name}: {held} is none of {possible}"
    shutil.rmtree(again)


def verify_older(path: Path, possible: list[State] | None) -> None:
    """The library has the newest schema; the copies kept of the older ones are whole (unless the trial damaged what they are
    of); then it is made old again."""
    with opened(path) as index:
        assert index._database.execute("SELECT x FROM later") == [(1,)]
        assert index._database.value("PRAGMA user_version") == NOW + 2
    for copy in path.glob("km.db.v*.bak"):
        verify_copy(path, copy, possible)
        copy.unlink()
    with opened(path) as index, index._lock:
        index._database.execute(f"DROP TABLE later; DROP TABLE latest; PRAGMA user_version={NOW}")


@dataclass
class Book:
    """What may be true after a trial, from what its child said."""

    possible: list[State]
    copies: list[State | None]  # what the backup may hold
    forgotten: set[int]
    cut: tuple | None = None  # the step it was killed in
    restored: list[State | None] = field(
        default_factory=list
    )  # what a copy made of the backup may hold
    through: list[State] = field(default_factory=list)  # what it may have held on the way

    def replay(self, told: str, steps: list[tuple]) -> None:
        done, step, self.cut, self.restored = self.possible, -1, None, list(self.copies)
        self.through = list(self.possible)
        for letter in told.partition("n")[0]:
            if letter == "s":
                step += 1
                self.cut = steps[step]
                done = [before.after(self.cut) for before in self.possible]
                if self.cut[0] == "backup":
                    self.copies = self.copies + self.possible
                self.possible = self.possible + [
                    state for state in done if state not in self.possible
                ]
                self.through += done
            elif letter in "fa":
                if letter == "a":
                    self.possible = done
                    if steps[step][0] == "backup":
                        self.copies = list(done)
                self.restored += self.copies
                self.cut = None
        for taken in steps[: step + 1]:
            if taken[0] == "forget":
                self.forgotten.add(taken[1])
            elif taken[0] == "add":
                self.forgotten -= {taken[1]}

    def verify(self, path: Path, steps: list[tuple]) -> None:
        kinds = {step[0] for step in steps}
        may_repair = self.cut is not None and self.cut[0].startswith("repair")
        if "migrate" in kinds:
            age(NOW + 2)
        try:
            state = verify(path, self.possible, self.forgotten, may_repair=may_repair)
            self.possible, self.forgotten = [state], self.forgotten - state.documents.keys()
            if kinds & {"backup", "restore"} and (path / "km.db").exists():
                verify_copies(path.parent, self.copies, self.restored)
            # Of the format before the last too, where one was killed between two steps.
            for copy in path.glob("km.db.v*.bak") if "migrate" not in kinds else ():
                verify_copy(path, copy, None if may_repair else self.through)
                copy.unlink()
            if "migrate" in kinds and (path / "km.db").exists():
                verify_older(path, None if may_repair else [*self.through, *self.possible])
        finally:
            age(NOW)


def run(
    kills: int, seed: int, seconds: float, faults: ctypes.CDLL | None, folder: Path
) -> dict[str, object]:
    """Random histories, one after the other on the same library."""
    rng = random.Random(seed)
    path, book = folder / "library", Book([State()], [None], set())
    seen, steps_cut, failures, reach = Counter(), Counter(), [], 200
    began = time.monotonic()
    number = 0
    while seen["killed"] < kills and time.monotonic() - began < seconds:
        number += 1
        if rng.random() < 0.02:  # from the very first write, now and then
            book = afresh(folder)
        steps = plan(book.possible[0], rng, rng.choice([1, 2, 4]))
        kind = (
            rng.choices([*KILLS, "moment", *FAILURES], [6, 5, 5, 3, 1, 1, 1, 1])[0]
            if faults
            else "moment"
        )
        delay = rng.random() * 0.1 if kind == "moment" else None
        arm = (
            rng.randint(1, 40 if kind == "no file opens" else reach),
            {**KILLS, **FAILURES, "moment": 0}[kind],
        )
        told, code = trial(path, steps, faults, arm, delay)
        seen[kind] += 1
        seen["killed"] += code == -9
        if "n" in told and kind in KILLS:  # it came to its end before the n-th call
            reach = max(40, int(reach * 0.95))
        elif kind in KILLS:
            reach = min(600, reach + 4)
        book.replay(told, steps)
        if code == -9:
            steps_cut[book.cut[0] if book.cut else "opening, closing"] += 1
        try:
            assert code in (0, -9), f"the child ended with {code}"
            book.verify(path, steps)
        except (AssertionError, KmassistError, OSError) as error:
            failures.append(
                f"trial {number} ({kind} {arm[0]}, {steps}, told {told!r}): {type(error).__name__} {error}"
            )
            print(failures[-1], file=sys.stderr, flush=True)
            book = afresh(folder)
        if number % 500 == 0:
            print(
                f"{number} trials, {seen['killed']} killed, {len(failures)} failures",
                file=sys.stderr,
                flush=True,
            )
    return {
        "trials": number,
        "killed while working": seen["killed"],
        "by kind": {kind: seen[kind] for kind in [*KILLS, "moment", *FAILURES]},
        "killed in": dict(steps_cut.most_common()),
        "failures": failures,
        "seconds": round(time.monotonic() - began, 1),
        "seed": seed,
        "calls counted": faults is not None,
    }


def afresh(folder: Path) -> Book:
    """An empty folder again."""
    for entry in folder.iterdir():
        if entry.name != "faults.so":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return Book([State()], [None], set())


OPERATIONS: dict[str, list[tuple]] = {
    "create and add": [("add", 30, "First", None)],
    "add": [("add", 30, "Another", None)],
    "update": [("add", 31, "Newer", 3)],
    "edit": [("edit", 2, "Corrected")],
    "forget": [("forget", 4)],
    "merge": [("add", 32, "One more", None), ("merge",)],
    "re-index": [("reindex", 0)],
    "record": [("record", "r1", 7)],
    "repair of an index": [("repair index", 5)],
    "repair of a text": [("repair text", 5)],
    "backup": [("backup", 0)],
    "restore": [("restore", 0)],
    "migrate": [("migrate", 0)],
    "bring up to date": [("former", 0)],
}


def every_call(
    faults: ctypes.CDLL, folder: Path, seconds: float, stride: int, only: str
) -> dict[str, object]:
    """Each operation, on a library of eight documents, stopped or failed at each of its calls in turn."""
    base = State()
    template = folder / "template"
    with opened(template / "library") as index:
        for number in range(8):
            base = base.after(step := ("add", number, f"Report {number} edited", None))
            take(index, step)
        index.compact()
        base = base.after(step := ("record", "r0", 1))
        take(index, step)
        take(index, ("backup", 0))
    began, points, failures, complete = time.monotonic(), Counter(), [], []
    for name, steps in {n: s for n, s in OPERATIONS.items() if only in n}.items():
        for kind, mode in (KILLS | FAILURES).items():
            number = 1 + (len(name) + mode) % stride
            while time.monotonic() - began < seconds:
                place = folder / "trial"
                shutil.rmtree(place, ignore_errors=True)
                if name == "create and add":
                    place.mkdir()
                    book = Book([State()], [None], set())
                else:
                    shutil.copytree(template, place)
                    book = Book([base], [base], set())
                told, code = trial(place / "library", steps, faults, (number, mode), None)
                book.replay(told, steps)
                try:
                    assert code in (0, -9), f"the child ended with {code}"
                    book.verify(place / "library", steps)
                except (AssertionError, KmassistError, OSError) as error:
                    failures.append(
                        f"{name}, {kind} {number}, told {told!r}: {type(error).__name__} {error}"
                    )
                    print(failures[-1], file=sys.stderr, flush=True)
                if (
                    code == 0
                    and "f" not in told
                    and int(told.partition("n")[2].rstrip(".")) < number
                ):
                    break  # it came to its end before the n-th call
                points[name, kind] += 1
                number += stride
        if time.monotonic() - began >= seconds:
            print(f"{name}: the time was over before its end", file=sys.stderr, flush=True)
        elif stride == 1:
            complete.append(name)
        print(
            f"{name}: {sum(n for (what, _), n in points.items() if what == name)} points",
            file=sys.stderr,
            flush=True,
        )
    by_operation = {
        name: {kind: points[name, kind] for kind in KILLS | FAILURES} for name in OPERATIONS
    }
    return {
        "points": sum(points.values()),
        "killed": sum(count for (_, kind), count in points.items() if kind in KILLS),
        "failed calls": sum(count for (_, kind), count in points.items() if kind in FAILURES),
        "by operation": by_operation,
        "failures": failures,
        "seconds": round(time.monotonic() - began, 1),
        "complete": complete,
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
        subprocess.run(
            [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"],
            check=True,
        )
        environment |= {"KMASSIST_FAULTS": str(library), "LD_PRELOAD": str(library)}
    raise SystemExit(
        subprocess.run(
            [sys.executable, __file__, *sys.argv[1:]], env=environment, check=False
        ).returncode
    )


def joined(old: dict, new: dict, only: str) -> dict[str, object]:
    """The report with those operations' points measured anew."""
    by_operation = {
        **old["by operation"],
        **{name: kinds for name, kinds in new["by operation"].items() if only in name},
    }

    def total(kinds: list[str]) -> int:
        counts = (item for points in by_operation.values() for item in points.items())
        return sum(count for kind, count in counts if kind in kinds)

    return {
        "points": total([*KILLS, *FAILURES]),
        "killed": total(KILLS),
        "failed calls": total(FAILURES),
        "by operation": by_operation,
        "complete": sorted({*old["complete"], *new["complete"]}),
        "failures": [
            *(f for f in old["failures"] if only not in f.split(",")[0]),
            *new["failures"],
        ],
        "seconds": round(old["seconds"] + new["seconds"], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument(
        "--every",
        action="store_true",
        help="every call of every operation instead of random histories",
    )
    parser.add_argument(
        "--stride", type=int, default=1, help="with --every: only each so manieth call"
    )
    parser.add_argument("--only", default="", help="with --every: operations whose name holds this")
    parser.add_argument("--seconds", type=float, default=36_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "crash.json"
    )
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    gc.freeze()  # else every child looks through all that was imported
    view_module.PENDING_LIMIT = 10  # so that merging falls due within a few steps
    sys.modules["kmassist.index.folder"].PENDING_LIMIT = 10  # type: ignore[attr-defined]
    # Several segments, and inverted files that give exact answers.
    segments.LARGEST, dense.APPROXIMATE_FROM, dense._TRAINED_FROM, dense._SHARE = 12, 30, 8, 1
    schema.MIGRATIONS |= LATER
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) and "TMPDIR" not in os.environ else None
    with tempfile.TemporaryDirectory(prefix="kmcrash-", dir=place) as folder:
        faults = preloaded(Path(folder))
        if arguments.every:
            assert faults, "this needs a C compiler"
            part, report = (
                "every call",
                every_call(
                    faults, Path(folder), arguments.seconds, arguments.stride, arguments.only
                ),
            )
        else:
            part, report = (
                "random",
                run(arguments.kills, arguments.seed, arguments.seconds, faults, Path(folder)),
            )
    arguments.out.parent.mkdir(exist_ok=True)
    kept = json.loads(arguments.out.read_text("utf-8")) if arguments.out.exists() else {}
    kept = {name: kept[name] for name in ("random", "every call") if name in kept}
    if arguments.every and arguments.only and "every call" in kept:
        report = joined(kept["every call"], report, arguments.only)
    arguments.out.write_text(json.dumps({**kept, part: report}, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({**report, "failures": len(report["failures"])}, indent=1))  # type: ignore[arg-type]
    raise SystemExit(1 if report["failures"] else 0)


if __name__ == "__main__":
    main()
