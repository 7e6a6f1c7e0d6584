"""What the other trust benchmarks do not cover, a part each: `python -m benchmarks.trust [PART...]`.

    damage        any file of a library bit-flipped, cut or overwritten: found, harmless, or an error; never another answer
    power         every state a power cut may leave during add, forget, merge, repair and restore; each fsync removed in turn
    concurrency   one writer, eight readers: mixed snapshots, refusals, how much slower a reader gets
    audit         the audit trail tampered with
    modes         a whole story under umask 000: permissions of every file made
    formulas      cells that a spreadsheet would run
    erasure       forgotten text, words and vectors, looked for in every byte
    suppression   small counts of random tables, attacked by linear programming

Crashes are in crash.py, hostile files in readers.py, personal data in privacy.py. Writes benchmarks/results/trust.json.
"""

from __future__ import annotations

import argparse
import csv
import inspect
import io
import json
import logging
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from kmassist.documents.document import SourceType
from kmassist.errors import KmassistError
from kmassist.index import Filter, files, trail
from kmassist.index.backup import backup, restore
from kmassist.index.database import Database
from kmassist.index.doctor import check
from kmassist.index.local import LocalIndex, open_local
from kmassist.index.originals import unpacked
from kmassist.index.packed import to_bytes
from kmassist.index.repair import repair
from kmassist.privacy.small_numbers import suppress_table
from kmassist.text.tables import safe_cell, to_csv
from kmassist.text.words import stem
from tests.contract.corpora import make_entry, unit
from tests.integration.test_index_crashes import survivors

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "corpus" / "sample"
TRIALS = ROOT.parent / "shared" / "data" / "maternity_trials" / "jats"
DIMENSION = 8
TERMS = {stem(word): 1.0 for word in ("triage", "report", "sepsis", "unit")}
QUERY = unit(np.random.default_rng(1), 1, DIMENSION)[0]


def opened(path: Path, **settings: Any) -> LocalIndex:
    return open_local(str(path), embedder="made-up", dimension=DIMENSION, **settings)


def library(path: Path, count: int = 8) -> Path:
    """Documents in a merged generation and two beside it, a record, an audit trail."""
    with opened(path, create=True) as index:
        for number in range(count):
            index.add(make_entry(number, dimension=DIMENSION))
        index.compact()
        for number in range(count, count + 2):
            index.add(make_entry(number, dimension=DIMENSION))
        index.put_record("gap", "g1", {"code": "NO_PPI"})
        index._database.checkpoint()
    return path


def everything(index: LocalIndex) -> dict[str, Any]:
    """All that a person could see."""
    documents = {}
    for listed in index.documents():
        document = index.document(listed.doc_id)
        passages = index.passages_of(listed.doc_id)
        vectors = index.vectors([p.passage_id for p in passages])
        held = {pid: (a.tobytes(), b.tobytes()) for pid, (a, b) in sorted(vectors.items())}
        documents[listed.doc_id] = (document, passages, held, index.original(listed.doc_id))
    runs = [
        [(h.passage_id, h.score) for h in run]
        for run in (index.lexical(TERMS, 50), index.dense(QUERY, 50))
    ]
    return {
        "documents": documents,
        "runs": runs,
        "records": index.records("gap"),
        "frequency": dict(index.document_frequency(TERMS)),
    }


# -- damage ---------------------------------------------------------------------------------------------------------------


def damage(count: int = 10_000, seed: int = 1, only: int = -1) -> dict[str, Any]:
    """Bar: all found or harmless, no silent wrong result. Used as a reader does, each part on its own, and looked at by doctor."""
    rng = random.Random(seed)
    outcomes: Counter[str] = Counter()
    by_file: Counter[str] = Counter()
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="kmtrust-", dir=_memory()) as folder:
        place = library(Path(folder) / "library")
        with opened(place, read_only=True) as index:
            whole = everything(index)
        for name in ("km.db-wal", "km.db-shm"):
            (place / name).unlink(missing_ok=True)
        held = {p: p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file()}
        targets = [p for p, data in held.items() if data]
        for number in range(count):
            file = place / "km.db" if number % 3 == 0 else rng.choice(targets)
            kind, changed = _changed(held[file], rng)
            if only not in (-1, number):
                continue
            file.write_bytes(changed)
            outcome = _forked(lambda: _use(place, whole))
            by_file[
                file.name if file.parent != place / "blobs" / file.name[:2] else "an original"
            ] += 1
            outcomes[outcome] += 1
            if outcome not in ("found", "harmless", "found by doctor, answers right"):
                failures.append(f"{number}: {kind} in {file.relative_to(place)}: {outcome}")
            for extra in (p for p in place.rglob("*") if p.is_file() and p not in held):
                extra.unlink()
            file.write_bytes(held[file])
    return {
        "mutations": count,
        "outcomes": dict(outcomes),
        "by file": dict(by_file.most_common(12)),
        "failures": failures,
        "seed": seed,
    }


def _changed(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    changed = bytearray(data)
    at = rng.randrange(len(data))
    kind = rng.choices(
        ["bit", "byte", "cut", "zeros", "noise", "appended", "swapped"], [8, 3, 3, 2, 2, 1, 1]
    )[0]
    size = min(rng.choice((1, 16, 512, 4096)), len(data) - at)
    match kind:
        case "bit":
            changed[at] ^= 1 << rng.randrange(8)
        case "byte":
            changed[at] = (changed[at] + rng.randrange(1, 256)) % 256
        case "cut":
            del changed[at:]
        case "zeros":
            changed[at : at + size] = bytes(size)
        case "noise":
            changed[at : at + size] = rng.randbytes(size)
        case "appended":
            changed += rng.randbytes(size)
        case "swapped":
            other = rng.randrange(len(data) - size + 1)
            changed[at : at + size], changed[other : other + size] = (
                changed[other : other + size],
                changed[at : at + size],
            )
    return kind, bytes(changed)


def _use(place: Path, whole: dict[str, Any]) -> str:
    """Look at everything; what could not be read may be an error, what could must be right."""
    is_found, wrong = False, ""
    try:
        with opened(place, read_only=True) as index:
            seen: dict[str, Any] = {}
            parts: dict[str, Callable[[], Any]] = {
                "listed": lambda: sorted(d.doc_id for d in index.documents()),
                "lexical": lambda: [(h.passage_id, h.score) for h in index.lexical(TERMS, 50)],
                "dense": lambda: [(h.passage_id, h.score) for h in index.dense(QUERY, 50)],
                "records": lambda: index.records("gap"),
            }
            for name, look in parts.items():
                try:
                    seen[name] = look()
                except KmassistError:
                    is_found = True
            is_found |= bool(index.notices)
            right = {
                "listed": sorted(whole["documents"]),
                "lexical": whole["runs"][0],
                "dense": whole["runs"][1],
                "records": whole["records"],
            }
            wrong = next((name for name, value in seen.items() if value != right[name]), "")
            for doc_id, (document, passages, vectors, original) in whole["documents"].items():
                looks: list[tuple[str, Callable[[], Any], Any]] = [
                    ("document", lambda d=doc_id: index.document(d), document),
                    ("passages", lambda d=doc_id: index.passages_of(d), passages),
                    ("vectors", lambda p=passages: {k: (a.tobytes(), b.tobytes()) for k, (a, b) in sorted(index.vectors([x.passage_id for x in p]).items())}, vectors),
                    ("original", lambda d=doc_id: index.original(d), original),
                ]  # fmt: skip
                for name, look, value in looks:
                    try:
                        if look() != value:
                            wrong = wrong or name
                    except KmassistError:
                        is_found = True
    except KmassistError:
        return "found"
    if wrong and not is_found:
        found = any(f.severity == "error" for f in check(place, is_deep=True))
        return f"wrong {wrong}, {'found by doctor' if found else 'SILENT'}"
    if is_found:
        return "found"
    return "found by doctor, answers right" if check(place, is_deep=True) else "harmless"


def _forked(work: Callable[[], str], seconds: int = 30) -> str:
    """What a child of this process comes to, so that a crash or a hang is an outcome too."""
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(seconds)
        try:
            said = work()
        except BaseException as error:  # noqa: BLE001 - the child must end here
            said = f"{type(error).__name__}: {error}"
        os.write(say, said.encode()[:4000])
        os._exit(0)
    os.close(say)
    told = b""
    while piece := os.read(hear, 4096):
        told += piece
    os.close(hear)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return told.decode() if told and not code else f"the process ended with {code}"


def _memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


# -- power cuts ------------------------------------------------------------------------------------------------------------


def power() -> dict[str, Any]:
    """Bar: every state whole, at least 5,000; without any one fsync some state is not. SQLite's durability is from its own tests.

    What must hold in a state: a generation under its name is whole; an original has the digest that it is named by; a
    repaired database and a restored library are whole as soon as they have their name.
    """
    states, bad, syncs, caught, covered = 0, [], 0, [], []
    by_operation: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="kmtrust-", dir=_memory()) as folder:
        for name, (operations, is_whole) in _recorded(Path(folder)):
            count = 0
            for state in survivors(operations, is_fine=True):
                count += 1
                if problem := is_whole(state):
                    bad.append(f"{name}: {problem}")
            by_operation[name] = count
            states += count
            promised = _after(operations)
            for i in _syncs_that_matter(operations):
                syncs += 1
                without = operations[:i] + operations[i + 1 :]
                if _after(without) == promised and not any(
                    is_whole(state) for state in survivors(without)
                ):
                    is_covered = operations[i][0] == "fsync_dir" and operations[i][:2] in [
                        op[:2] for op in operations[i + 1 :]
                    ]
                    (covered if is_covered else caught).append(
                        f"{name}: {operations[i][0]} {Path(str(operations[i][1])).name}"
                    )
    return {
        "states": states,
        "by operation": by_operation,
        "broken": bad,
        "fsyncs removed": syncs,
        "removed and covered by a later fsync of the same folder": covered,
        "removed and not noticed": caught,
    }


def _after(operations: list[tuple[object, ...]]) -> list[dict[Path, bytes]]:
    """What may be there after the operation has returned."""
    return list(survivors(operations))[-9:]


def _syncs_that_matter(operations: list[tuple[object, ...]]) -> Iterator[int]:
    """Those after which something new is there to lose: data of a file, or an entry of a folder."""
    dirty: set[object] = set()
    for i, operation in enumerate(operations):
        name, path = operation[:2]
        if name == "write" and operation[3]:
            dirty.add(path)
        elif name in ("create", "mkdir"):
            dirty.add(("in", path.parent))  # type: ignore[attr-defined]
        elif name == "rename":
            dirty.add(("in", operation[2].parent))  # type: ignore[attr-defined]
        elif (name == "fsync" and path in dirty) or (name == "fsync_dir" and ("in", path) in dirty):
            dirty.discard(path if name == "fsync" else ("in", path))
            yield i


Record = tuple[list[tuple[object, ...]], Callable[[dict[Path, bytes]], str]]


def _recorded(folder: Path) -> Iterator[tuple[str, Record]]:
    place = folder / "library"
    with opened(place, create=True) as index:
        for number in range(3):
            index.add(make_entry(number, dimension=DIMENSION))
        with files.recording() as operations:
            index.add(make_entry(3, dimension=DIMENSION))
        yield "add", (_made(operations), _blobs_are_whole)
        with files.recording() as operations:
            index.compact()
        yield "merge", (_made(operations), _generations_are_whole)
        with files.recording() as operations:
            index.delete(make_entry(1, dimension=DIMENSION).document.doc_id)
        yield "forget", (_made(operations), _generations_are_whole)
    data = (place / "km.db").read_bytes()
    (place / "km.db").write_bytes(data.replace(b"in unit 2.", b"in unit 9."))
    with files.recording() as operations:
        repair(
            place,
            reread=lambda data, *_: [
                make_entry(int(data.decode().rsplit(" ", 1)[1].rstrip(".")), dimension=DIMENSION)
            ],
        )
    yield "repair", (_made(operations), _generations_are_whole)
    backup(place, folder / "b.zip")
    with files.recording() as operations:
        restore(folder / "b.zip", folder / "again")
    final = {
        p: p.read_bytes()
        for p in (folder / "again").rglob("*")
        if p.is_file() and not p.name.startswith("km.db-")
    }

    def restored(state: dict[Path, bytes]) -> str:
        shown = {
            p: d
            for p, d in state.items()
            if (folder / "again") in p.parents and not p.name.startswith("km.db-")
        }
        return "" if not shown or shown == final else "a restored library is there in part"

    yield "restore", (_made(operations), restored)


def _made(operations: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Only of files that were created in the recording; what was there before does not go."""
    made: set[object] = set()
    kept = []
    for operation in operations:
        name, path = operation[:2]
        if name in ("create", "mkdir"):
            made.add(path)
        if name == "rename":
            moved = {p for p in made if p == path or path in getattr(p, "parents", ())}
            if not moved:
                continue
            made = (made - moved) | {
                operation[2] / p.relative_to(path) if p != path else operation[2] for p in moved
            }  # type: ignore[operator, union-attr]
        if (name in ("write", "fsync", "unlink")) and path not in made:
            continue
        if name != "rmtree":
            kept.append(operation)
    return kept


def _blobs_are_whole(state: dict[Path, bytes]) -> str:
    for path, data in state.items():
        if (
            path.parent.parent.name == "blobs"
            and len(path.name) == 64
            and unpacked(data, path.name) is None
        ):
            return f"original {path.name[:8]} is there in part"
    return ""


def _generations_are_whole(state: dict[Path, bytes]) -> str:
    for folder in {p.parent for p in state if p.parent.name.startswith("gen-")}:
        shown = {p.name: data for p, data in state.items() if p.parent == folder}
        try:
            sizes = {
                name: size
                for name, (size, _) in json.loads(shown["MANIFEST.json"])["files"].items()
            }
        except (KeyError, ValueError):
            return f"{folder.name} has no whole manifest"
        if any(len(shown.get(name, b"")) != size for name, size in sizes.items()):
            return f"{folder.name} is there in part"
    return _blobs_are_whole(state)


# -- one writer, many readers ------------------------------------------------------------------------------------------------

Look = Callable[[LocalIndex], int]
"""One question of a reader; gives the documents found."""


def concurrency(
    seconds: float = 60, readers: int = 8, large: int = 100_000, count: int = 0
) -> dict[str, Any]:
    """Bar: no mixed snapshot, no refusal, a reader's 95th percentile at most 1.5 times that without a writer (on idle cores).

    Each kind of writer is measured a second time writing to a copy of the library: that takes as much of the processors and
    of the disk, so that what is above it is the price of the library's having changed. Last, two loops that only count, at the lowest
    priority there is, stand in for the writer: no writer that computes can be felt less than they are.
    """
    with tempfile.TemporaryDirectory(prefix="kmtrust-", dir=_memory()) as name:
        folder = Path(name)
        place = library(folder / "torture", 40)
        torture = _beside(
            place, readers, seconds, lambda at: _replaces(at, seconds, 0.02), _unit, expected=42
        )
        left = check(place, is_deep=True)
        place = folder / "everyday"
        _ingests(place, SAMPLE / "ppi")
        everyday = _beside(
            place, readers, seconds / 2, lambda at: _ingests(at, SAMPLE / "frontline"), _women
        )
        left += check(place, is_deep=True)
        trials = {}
        if count:
            place, texts = folder / "trials", folder / "texts"
            texts.mkdir()
            chosen = sorted(TRIALS.glob("*"))[:count]
            for file in chosen:
                shutil.copy(file, texts)
            _ingests(place, SAMPLE / "ppi")
            row = _beside(place, readers, 2 * seconds, lambda at: _ingests(at, texts), _women)
            left += check(place, is_deep=True)
            trials = {f"{readers} readers, kmassist add of {len(chosen)} trials in full text": row}
        place = _large(folder / "large", large)
        at_size = _beside(
            place, 1, seconds / 2, lambda at: _replaces(at, seconds / 2, 1.0), _question
        )
    rows = {
        f"{readers} readers, 40 changes a second": torture,
        f"{readers} readers, kmassist add of files": everyday,
        **trials,
        f"1 reader, {large} passages, a change a second": at_size,
    }
    return {
        **rows,
        "mixed snapshots": sum(row.pop("mixed") for row in rows.values()),
        "errors": [error for row in rows.values() for error in row.pop("errors")],
        "findings afterwards": [f.what for f in left],
    }


def _beside(
    place: Path,
    readers: int,
    seconds: float,
    write: Callable[[Path], int],
    look: Look,
    expected: int = 0,
) -> dict[str, Any]:
    copy = place.with_name(f"{place.name}-copy")
    shutil.copytree(place, copy)
    races = {
        "without a writer": _race(place, readers, lambda: _waits(seconds), look, expected),
        "beside a writer to a copy": _race(place, readers, lambda: write(copy), look, expected),
        "beside the writer": _race(place, readers, lambda: write(place), look, expected),
        "without a writer, on what it left": _race(
            place, readers, lambda: _waits(seconds), look, expected
        ),
        "on what it left, beside loops that only count": _race(
            place, readers, lambda: _counts(seconds), look, expected
        ),
    }
    quiet, apart, busy, grown, counted = races.values()
    clock, work = "p95, ms", "processor time, p95, ms"
    return {
        **races,
        "ratio of p95 to that without a writer": round(busy[clock] / quiet[clock], 2),
        "ratio of p95 to that beside a writer to a copy": round(busy[clock] / apart[clock], 2),
        "ratio of p95 to that without a writer on what it left": round(
            busy[clock] / grown[clock], 2
        ),
        "the same ratio of loops that only count": round(counted[clock] / grown[clock], 2),
        "ratio of p95 of processor time to that without a writer": round(
            busy[work] / quiet[work], 2
        ),
        "mixed": sum(race.pop("mixed") for race in races.values()),
        "errors": [error for race in races.values() for error in race.pop("errors")],
    }


def _race(
    place: Path, readers: int, write: Callable[[], int], look: Look, expected: int
) -> dict[str, Any]:
    """Readers of a library for as long as something is written. On a busy machine processor time is the one to compare."""
    stop = place.with_name("stop")
    stop.unlink(missing_ok=True)
    children = []
    for _ in range(readers):
        hear, say = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(hear)
            with os.fdopen(say, "w") as pipe:
                json.dump(_reads(place, stop, look, expected), pipe)
            os._exit(0)
        os.close(say)
        children.append((child, hear))
    began = time.monotonic()
    try:
        changes = write()
    finally:
        lasted = time.monotonic() - began
        stop.touch()
    results = []
    for child, hear in children:
        with os.fdopen(hear, "rb") as pipe:
            results.append(json.loads(pipe.read()))
        os.waitpid(child, 0)
    reads = [read for result in results for read in result["reads"]]
    times, work = [1000 * read[0] for read in reads], [1000 * read[1] for read in reads]
    met = [1000 * worked for _, worked, is_new in reads if is_new]
    return {
        "reads": len(reads),
        "changes a second": round(changes / lasted, 2),
        "median, ms": round(float(np.percentile(times, 50)), 2),
        "p95, ms": round(float(np.percentile(times, 95)), 2),
        "share of reads that met a change": round(len(met) / len(reads), 4),
        "processor time, median, ms": round(float(np.percentile(work, 50)), 2),
        "processor time, p95, ms": round(float(np.percentile(work, 95)), 2),
        "processor time, median of those that met a change, ms": round(
            float(np.percentile(met, 50)), 2
        )
        if met
        else None,
        "mixed": sum(result["mixed"] for result in results),
        "errors": [error for result in results for error in result["errors"]],
    }


def _reads(place: Path, stop: Path, look: Look, expected: int) -> dict[str, Any]:
    reads: list[tuple[float, float, bool]] = []
    mixed, errors = 0, []
    try:
        with open_local(str(place), embedder="", dimension=0, read_only=True) as index:
            look(index)
            while not stop.exists():
                before = index._view._snapshot.seq  # type: ignore[union-attr]
                began, worked = time.perf_counter(), time.thread_time()
                found = look(index)
                worked, began = time.thread_time() - worked, time.perf_counter() - began
                reads.append((began, worked, index._view._snapshot.seq != before))  # type: ignore[union-attr]
                mixed += bool(expected) and found != expected
                time.sleep(0.005)
    except KmassistError as error:
        errors.append(str(error))
    return {"reads": reads, "mixed": mixed, "errors": errors}


def _unit(index: LocalIndex) -> int:
    return len({hit.passage_id.split(":")[0] for hit in index.lexical({stem("unit"): 1.0}, 5000)})


def _women(index: LocalIndex) -> int:
    return len(
        {
            hit.passage_id
            for hit in index.lexical(
                {stem(w): 1.0 for w in ("women", "triage", "telephone", "audit")}, 100
            )
        }
    )


def _question(index: LocalIndex) -> int:
    """Both legs, as a question asks them: all, and each kind of source."""
    found = 0
    for where in (None, *(Filter(source_types=frozenset({kind})) for kind in SourceType)):
        found += len(index.lexical(TERMS, 100, where).hits) + len(
            index.dense(QUERY, 100, where).hits
        )
    return found


def _waits(seconds: float) -> int:
    time.sleep(seconds)
    return 0


def _counts(seconds: float) -> int:
    """Two processes that only count, at the lowest priority that Linux has: the floor of what a writer that computes costs."""
    children, deadline = [], time.monotonic() + seconds
    for _ in range(2):
        child = os.fork()
        if child == 0:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            while time.monotonic() < deadline:
                pass
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    return 0


def _replaces(place: Path, seconds: float, pause: float) -> int:
    """Replaces the oldest document by a new one, again and again; merges now and then."""
    changes, deadline = 0, time.monotonic() + seconds
    with opened(place) as index:
        held = [
            doc_id
            for (doc_id,) in index._database.execute("SELECT doc_id FROM documents ORDER BY seq")
        ]
        while time.monotonic() < deadline:
            entry = make_entry(1_000_000 + changes, dimension=DIMENSION)
            index.add(entry, replaces=held.pop(0))
            held.append(entry.document.doc_id)
            changes += 1
            if changes % 40 == 0:
                index.compact()
            time.sleep(pause)
    return changes


def _ingests(place: Path, folder: Path) -> int:
    """What a person does: `kmassist add` of files, read, searched for personal data and embedded by the real model."""
    command = [
        sys.executable,
        "-m",
        "kmassist",
        "--library",
        str(place),
        "add",
        str(folder),
        "--json",
    ]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return len(json.loads(told.stdout)["added"])


def _large(place: Path, passages: int) -> Path:
    """About so many passages, made quickly: one transaction, one generation."""
    with opened(place, create=True) as index:
        made = number = 0
        with index._database.transaction():
            while made < passages:
                entry = make_entry(
                    number, dimension=DIMENSION, source_type=list(SourceType)[number % 8]
                )
                index._store.put(entry, None)
                made, number = made + len(entry.passages), number + 1
        index.compact()
    return place


# -- audit -------------------------------------------------------------------------------------------------------------------


def audit(count: int = 1000, seed: int = 1) -> dict[str, Any]:
    """Bar: every tampering found. Whoever rewrites the whole chain and its head is not: SECURITY.md says so."""
    rng = random.Random(seed)
    missed, kinds = [], Counter[str]()
    with tempfile.TemporaryDirectory(prefix="kmtrust-", dir=_memory()) as folder:
        place = library(Path(folder) / "library", 20)
        with opened(place) as index:
            database = index._database
            database.execute("DROP TRIGGER audit_is_kept; DROP TRIGGER audit_is_fixed")
            assert not trail.problems(database)
            rows = database.execute(
                "SELECT n, at, actor, action, doc_id, details, previous, digest FROM audit ORDER BY n"
            )
            head = database.meta("audit_head") or ""
            for _ in range(count):
                kind = _tamper(database, rows, rng)
                kinds[kind] += 1
                if not trail.problems(database):
                    missed.append(kind)
                database.execute("DELETE FROM audit")
                database.execute_many("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?)", rows)
                database.set_meta("audit_head", head)
            assert not trail.problems(database)
    return {"tamperings": count, "by kind": dict(kinds), "missed": missed, "seed": seed}


def _tamper(database: Database, rows: list[tuple[Any, ...]], rng: random.Random) -> str:
    n = rng.randint(1, len(rows))
    kind = rng.choice(
        [
            "edit",
            "edit and digest",
            "remove",
            "cut",
            "swap",
            "insert",
            "renumber",
            "digest",
            "previous",
            "head",
            "empty",
            "repeat",
        ]
    )
    column, value = rng.choice(
        [
            ("at", "2020-01-01T00:00:00+00:00"),
            ("actor", "x"),
            ("action", "x"),
            ("doc_id", "x"),
            ("details", '{"x": 1}'),
        ]
    )
    match kind:
        case "edit":
            database.execute(f"UPDATE audit SET {column} = ? WHERE n = ?", (value, n))
        case "edit and digest":
            row = list(rows[n - 1])
            row[1:6] = ["2020-01-01T00:00:00+00:00", "x", "x", "x", "{}"]
            digest = trail._digest(row[6], tuple(row[:6]))
            database.execute(
                "UPDATE audit SET at=?, actor=?, action=?, doc_id=?, details=?, digest=? WHERE n=?",
                (*row[1:6], digest, n),
            )
        case "remove":
            database.execute("DELETE FROM audit WHERE n = ?", (n,))
        case "cut":
            database.execute("DELETE FROM audit WHERE n >= ?", (n,))
        case "swap":
            other = n % len(rows) + 1
            database.execute(
                "UPDATE audit SET n = CASE n WHEN ? THEN -? WHEN ? THEN -? ELSE n END",
                (n, other, other, n),
            )
            database.execute("UPDATE audit SET n = abs(n)")
        case "insert":
            row = (len(rows) + 1, "2026-01-01T00:00:00+00:00", "x", "add", "d1", "{}")
            database.execute(
                "INSERT INTO audit VALUES (?,?,?,?,?,?,?,?)",
                (*row, rows[-1][7], trail._digest(rows[-1][7], row)),
            )
        case "renumber":
            database.execute("UPDATE audit SET n = n + 1000")
        case "digest" | "previous":
            database.execute(f"UPDATE audit SET {kind} = ? WHERE n = ?", (rng.randbytes(32), n))
        case "head":
            database.set_meta("audit_head", f"{len(rows) - 1}:{rows[-2][7].hex()}")
        case "empty":
            database.execute("DELETE FROM audit")
        case "repeat":
            database.execute(
                "INSERT INTO audit SELECT n + 1000, at, actor, action, doc_id, details, previous, digest FROM audit WHERE n = ?",
                (n,),
            )
    return kind


# -- permissions ---------------------------------------------------------------------------------------------------------------


def modes() -> dict[str, Any]:
    """Bar: every file 0600 and every folder 0700, under umask 000 too: the library, the user's folders, what is exported."""
    open_ones: list[str] = []
    made = 0
    with tempfile.TemporaryDirectory(prefix="kmtrust-") as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o755)
        source = Path(folder) / "audit"
        source.mkdir()
        (source / "triage.md").write_text(
            "---\ntitle: Triage audit\nevidence_date: 2026-01\n---\nTriage of 41 of 105 women took 15 minutes.\n"
        )
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("KMASSIST", "XDG"))}
        environment |= {
            "HOME": str(home),
            "KMASSIST_EMBEDDING__MODEL": "hashing",
            "PYTHONPATH": str(ROOT),
        }
        question = "How long does triage take?"
        story = [
            ["add", str(source)], ["ask", question], ["ask", "--save", str(home / "answer.json"), question], ["coverage", question],
            ["brief", question, "--for", "commissioner", "--output", str(home / "brief.docx")], ["gaps", "list"],
            ["map", "--output", str(home / "map.csv")], ["backup", str(home / "b.zip")], ["doctor", "--repair"],
            ["--library", str(home / "again"), "restore", str(home / "b.zip")], ["--library", str(home / "again"), "ask", question],
        ]  # fmt: skip
        codes = []
        for arguments in story:
            done = subprocess.run(
                ["sh", "-c", 'umask 000; exec "$@"', "sh", sys.executable, "-m", "kmassist", *arguments], env=environment, capture_output=True, check=False
            )  # fmt: skip
            codes.append(done.returncode)
        for entry in sorted(home.rglob("*")):
            made += 1
            mode = stat.S_IMODE(entry.stat().st_mode)
            if mode != (0o700 if entry.is_dir() else 0o600):
                open_ones.append(f"{entry.relative_to(home)} {mode:o}")
    return {"files and folders": made, "others may read": open_ones, "exit codes": codes}


# -- formulas ------------------------------------------------------------------------------------------------------------------


def formulas(count: int = 10_000, seed: int = 1) -> dict[str, Any]:
    """Bar: no cell of any row begins a formula; the text reads back (the apostrophe in front apart)."""
    rng = random.Random(seed)
    starts = [
        "=",
        "+",
        "-",
        "@",
        "＝",
        "＋",
        "－",
        "＠",
        "\t=",
        "\r=",
        "\n=",
        " =",
        "'=",
        '"=',
        "\x00=",
        "\ufeff=",
        "\u200b=",
        "\u00a0=",
        "\u3000＝",
        "'' =",
        "",
    ]
    bodies = [
        "1+1",
        "cmd|'/c calc'!A1",
        'HYPERLINK("http://x","y")',
        "SUM(A1:A9)",
        "words",
        "7",
        "[x]",
        "plain; with, commas\nand lines",
    ]
    rows = [[rng.choice(starts) + rng.choice(bodies) for _ in range(4)] for _ in range(count)]
    read = list(csv.reader(io.StringIO(to_csv(["=a", "b", "c", "d"], rows), newline="")))
    acting = [cell for row in read for cell in row if _acts(cell)]
    lost = 0
    for got_row, row in zip(read[1:], rows, strict=True):
        for got, cell in zip(got_row, row, strict=True):
            kept = (
                cell.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
            )  # these two would break the row
            lost += got not in (kept, f"'{kept}")
    return {"rows": count, "cells": 4 * count, "formula cells": len(acting), "changed text": lost, "seed": seed,
            "as a spreadsheet reads them": _as_a_sheet([[safe_cell(c) for c in row] for row in rows[:2000]])}  # fmt: skip


def _acts(cell: str) -> bool:
    bare = "".join(c for c in cell if not c.isspace() and c not in "\x00\ufeff\u200b")
    return not cell.startswith("'") and bare[:1] in tuple("=+-@＝＋－＠") and bool(bare)


def _as_a_sheet(rows: list[list[str]]) -> int:
    """How many of the cells openpyxl, which takes a leading = for a formula, would store as one."""
    import openpyxl
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    sheet = openpyxl.Workbook().active
    assert sheet is not None
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
    return sum(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


# -- erasure -------------------------------------------------------------------------------------------------------------------


def erasure(count: int = 60, seed: int = 1) -> dict[str, Any]:
    """Bar: after `forget`, no byte of the document's text, words of its own, vectors or original is in any file of the library."""
    import hashlib

    rng = random.Random(seed)
    found: list[str] = []
    searched = needles_total = 0
    with tempfile.TemporaryDirectory(prefix="kmtrust-", dir=_memory()) as folder:
        place = Path(folder) / "library"
        with opened(place, create=True) as index:
            for number in range(60):
                index.add(make_entry(5000 + number, dimension=DIMENSION))
            for number in range(count):
                own = tuple(
                    f"zq{hashlib.sha256(f'{number}-{i}'.encode()).hexdigest()[:12]}"
                    for i in range(20)
                )
                entry = make_entry(
                    number,
                    words=own,
                    title=f"Zqtitle{number}x",
                    sentences=rng.randint(2, 30),
                    dimension=DIMENSION,
                )
                index.add(entry)
                assert entry.vectors is not None
                assert entry.sentence_vectors is not None
                if rng.random() < 0.5:
                    index.update_metadata(entry.document)
                if rng.random() < 0.5:
                    index.compact()
                if rng.random() < 0.3:
                    index.add(make_entry(7000 + number, dimension=DIMENSION))
                index.delete(entry.document.doc_id)
                needles = (
                    [w.encode() for w in own]
                    + [stem(w).encode() for w in own]
                    + [f"zqtitle{number}x".encode()]
                )
                needles += [f"in unit {number}.".encode(), f"cached-{number}".encode()]
                needles += [v.astype("<f2").tobytes() for v in entry.vectors]
                needles += [
                    to_bytes([v], 1, DIMENSION)
                    for vectors in entry.sentence_vectors
                    for v in vectors
                ]
                needles_total += len(needles)
                for file in sorted(p for p in place.rglob("*") if p.is_file()):
                    data = file.read_bytes()
                    searched += len(data)
                    lower = data.lower()
                    found += [
                        f"{number} in {file.name}" for n in needles if n in data or n in lower
                    ]
    return {
        "forgotten": count,
        "needles": needles_total,
        "megabytes searched": round(searched / 1e6),
        "found": found,
        "seed": seed,
    }


# -- small numbers -----------------------------------------------------------------------------------------------------------


def suppression(count: int = 10_000, seed: int = 1) -> dict[str, Any]:
    """Bar: no count of 1 to 4 shown or derivable. The attacker knows that cells are whole, not negative, and what each total sums."""
    from scipy.optimize import linprog

    rng = random.Random(seed)
    shown, derived, hidden = [], [], 0
    for number in range(count):
        high, wide = rng.randint(1, 5), rng.randint(1, 5)
        inner = [
            [rng.choice((0, rng.randint(1, 4), rng.randint(5, 60))) for _ in range(wide)]
            for _ in range(high)
        ]
        has_row, has_column = rng.random() < 0.7, rng.random() < 0.7
        published = suppress_table(_table(inner, has_row=has_row, has_column=has_column))
        small = [(i, j) for i in range(high) for j in range(wide) if 0 < inner[i][j] < 5]
        shown += [f"{number}: {inner[i][j]}" for i, j in small if published[i + 1][j + 1] != "<5"]
        hidden += len(small)
        bounds = [
            (1, 4) if cell == "<5" else (0, 10_000) if cell == "–" else (int(cell.replace(",", "")),) * 2
            for row in published[1 : high + 1] for cell in row[1 : wide + 1]
        ]  # fmt: skip
        matrix, sums = [], []
        if has_column:
            for i in range(high):
                if published[i + 1][wide + 1] not in ("–", "<5"):
                    matrix.append([float(k // wide == i) for k in range(high * wide)])
                    sums.append(float(published[i + 1][wide + 1].replace(",", "")))
        if has_row:
            for j in range(wide + has_column):
                total = published[high + 1][j + 1]
                if total not in ("–", "<5"):
                    matrix.append([float(j == wide or k % wide == j) for k in range(high * wide)])
                    sums.append(float(total.replace(",", "")))
        for i, j in small if matrix else []:
            cost = [0.0] * (high * wide)
            cost[i * wide + j] = 1.0
            ends = [
                linprog([sign * c for c in cost], A_eq=matrix, b_eq=sums, bounds=bounds)
                for sign in (1, -1)
            ]
            if all(end.success for end in ends) and round(ends[0].fun) == round(-ends[1].fun):
                derived.append(f"{number}: {inner}")
    return {
        "tables": count,
        "hidden counts": hidden,
        "shown": shown,
        "derivable": derived,
        "seed": seed,
    }


def _table(inner: list[list[int]], *, has_row: bool, has_column: bool) -> list[list[int | str]]:
    wide = len(inner[0])
    head: list[int | str] = [
        "unit",
        *(f"m{j}" for j in range(wide)),
        *(["Total"] if has_column else []),
    ]
    rows: list[list[int | str]] = [
        head,
        *([f"u{i}", *row, *([sum(row)] if has_column else [])] for i, row in enumerate(inner)),
    ]
    if has_row:
        sums = [sum(column) for column in zip(*inner, strict=True)]
        rows.append(["Total", *sums, *([sum(sums)] if has_column else [])])
    return rows


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    part.__name__: part
    for part in (damage, power, concurrency, audit, modes, formulas, erasure, suppression)
}
BAD = (
    "failures",
    "broken",
    "removed and not noticed",
    "errors",
    "missed",
    "others may read",
    "found",
    "shown",
    "derivable",
    "findings afterwards",
)
"""Lists that must be empty."""


def _taken(part: Callable[..., Any], chosen: dict[str, int]) -> dict[str, int]:
    """What of the options a part has a use for."""
    return {
        name: value for name, value in chosen.items() if name in inspect.signature(part).parameters
    }


def main() -> int:
    """Run the named parts, or all; 1 when one of them found something."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", choices=[[], *PARTS], help=", ".join(PARTS)
    )
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "trust.json"
    )
    parser.add_argument(
        "--count",
        type=int,
        help="how many mutations, tamperings, rows, tables or trials, for parts that have a number of them",
    )
    parser.add_argument("--seed", type=int, help="for parts that draw at random")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    chosen = {
        name: value
        for name, value in (("count", options.count), ("seed", options.seed))
        if value is not None
    }
    failed = 0
    for name in options.parts or PARTS:
        began = time.monotonic()
        result = {**PARTS[name](**_taken(PARTS[name], chosen)), "took seconds": 0.0}
        result["took seconds"] = round(time.monotonic() - began, 1)
        kept = json.loads(options.out.read_text("utf-8")) if options.out.exists() else {}
        options.out.write_text(
            json.dumps({**kept, name: result}, indent=1, ensure_ascii=False) + "\n", "utf-8"
        )
        failed += any(result.get(key) for key in BAD) or bool(
            result.get("mixed snapshots") or result.get("formula cells")
        )
        print(
            name,
            json.dumps(
                {
                    k: (
                        v if not isinstance(v, list) or len(v) < 6 else f"{len(v)}, such as {v[:3]}"
                    )
                    for k, v in result.items()
                }
            ),
            flush=True,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
