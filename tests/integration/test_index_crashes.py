"""Kills, full disks, power cuts: on real child processes and real files."""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmassist.errors import IndexingError, KmassistError
from kmassist.index import files, segments
from kmassist.index.doctor import check
from kmassist.index.generations import Generations
from kmassist.index.local import open_local
from kmassist.index.originals import Originals
from kmassist.index.segments import Contents
from kmassist.text.words import stem
from tests.contract.corpora import DIMENSION, EMBEDDER, make_entry, unit
from tests.present import present

ROOT = Path(__file__).parents[2]
QUERY = unit(np.random.default_rng(8), 1)[0]


def opened(path: Path, **settings: Any) -> Any:
    return open_local(str(path), embedder=EMBEDDER, dimension=DIMENSION, **settings)


def answers(index: Any) -> Any:
    found = index.lexical({stem("report"): 1.0, stem("triage"): 1.0}, 50), index.dense(QUERY, 50)
    return [[(hit.passage_id, hit.score) for hit in run] for run in found]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_300_kills_lose_nothing(tmp_path: Path) -> None:
    """benchmarks/crash.py: killed before, in and after calls that change files, and at random moments."""
    out = tmp_path / "crash.json"
    run = [
        sys.executable,
        "benchmarks/crash.py",
        "--kills",
        "300",
        "--seed",
        "2",
        "--seconds",
        "400",
        "--out",
        str(out),
    ]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(out.read_text())["random"]
    assert done.returncode == 0, report["failures"][:3]
    assert report["killed while working"] >= 300


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or not (shutil.which("cc") or shutil.which("gcc")),
    reason="needs Linux and a C compiler",
)
def test_every_operation_survives_being_stopped_or_failed(tmp_path: Path) -> None:
    """A slice of `benchmarks/crash.py --every`: each operation, at each 37th of its calls, killed or failed in seven ways."""
    out = tmp_path / "crash.json"
    run = [sys.executable, "benchmarks/crash.py", "--every", "--stride", "37", "--out", str(out)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(out.read_text())["every call"]
    assert done.returncode == 0, report["failures"][:3]
    assert report["points"] >= 150
    assert all(any(kinds.values()) for kinds in report["by operation"].values())


def in_child(work: Any) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except KmassistError as error:
            os._exit(10 if "disk is full" in error.message else 11)
        except BaseException:  # noqa: BLE001 - the child must end here, whatever it is
            os._exit(12)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_file_size_limit_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "library"
    with opened(path, create=True) as index:
        for n in range(4):
            index.add(make_entry(n))
        before = answers(index)

    for limit in (300, 3_000, 40_000, 130_000):

        def fill(limit: Any = limit) -> None:
            import signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            with opened(path) as index:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                for n in range(100, 160):
                    index.add(make_entry(n, sentences=60))

        assert in_child(fill) in (10, 11)
        with opened(path) as index:
            held = [d.doc_id for d in index.documents()]
            for doc_id in held:
                index.document(doc_id)
                assert index.original(doc_id)
            for doc_id in held[:]:
                if doc_id not in {make_entry(n).document.doc_id for n in range(4)}:
                    index.delete(doc_id, purge=False)
            index.compact()
            assert answers(index) == before
        assert [f for f in check(path, is_deep=True) if f.severity == "error"] == []


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mounting a small disk needs root on Linux"
)
def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    ).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        held = []
        with opened(disk / "library", create=True) as index:
            numbers = itertools.count()

            def fill() -> None:
                while True:
                    entry = make_entry(next(numbers), sentences=40)
                    index.add(entry)
                    held.append(entry.document.doc_id)

            with pytest.raises(IndexingError, match="full"):
                fill()
            assert len(held) > 5
            assert sorted(d.doc_id for d in index.documents()) == sorted(held)
            assert index.lexical({stem("report"): 1.0}, 5).hits
            assert index.dense(QUERY, 5).hits
        with opened(disk / "library") as index:
            assert sorted(d.doc_id for d in index.documents()) == sorted(held)
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        with opened(disk / "library") as index:
            index.add(make_entry(9999))
            index.compact()
        assert check(disk / "library", is_deep=True) == []
    finally:
        subprocess.run(["umount", str(disk)], check=False)


# Power cuts: what was not fsynced may be gone, in part or whole; SQLite's own durability is taken from its own tests. ------


def survivors(operations: Any, *, is_fine: Any = False) -> Iterator[Any]:
    """Every state that a power cut during the operations may leave: a dict of path -> bytes for each.

    After each operation: of the data not yet fsynced all, half or none is there, and of the folder entries not yet made
    durable by an fsync of their folder all or none, or all but the last. ``is_fine``: in eighths, and any number of entries.
    """
    for end in range(len(operations) + 1):
        data: dict[Path, bytes] = {}
        synced: dict[Path, bytes] = {}
        entries: dict[Path, Path] = {}  # name -> file as it was created
        durable: dict[Path, Path] = {}
        loose: list[tuple[str, Path, Path | None]] = []
        for name, path, *rest in operations[:end]:
            if name == "create":
                entries[path] = path
                data[path], synced[path] = b"", b""
                loose.append(("link", path, path))
            elif name == "link":
                entries[rest[0]] = entries[path]
                loose.append(("link", rest[0], entries[path]))
            elif name == "mkdir":
                loose.append(("mkdir", path, None))
            elif name == "write":
                data[entries[path]] += rest[1]
            elif name == "fsync":
                synced[entries[path]] = data[entries[path]]
            elif name == "rename":
                moved = [(p, f) for p, f in entries.items() if p == path or path in p.parents]
                for p, f in moved:
                    del entries[p]
                    entries[rest[0] / p.relative_to(path) if p != path else rest[0]] = f
                loose.append(("rename", path, rest[0]))
            elif name == "unlink":
                entries.pop(path, None)
                loose.append(("unlink", path, None))
            elif name == "fsync_dir":
                kept = []
                for change in loose:
                    where = change[2] if change[0] == "rename" else change[1]
                    (
                        durable_apply(durable, change)
                        if present(where).parent == path
                        else kept.append(change)
                    )
                loose = kept
        for lost_entries in range(len(loose) + 1) if is_fine else (0, 1, len(loose)):
            names = dict(durable)
            first_lost = max(0, len(loose) - lost_entries)
            for change in loose[:first_lost]:
                durable_apply(names, change)
            gone = [change[1] for change in loose[first_lost:] if change[0] == "mkdir"]
            for old, new in (
                (op[1], op[2]) for op in operations[:end] if op[0] == "rename"
            ):  # where those folders are now
                gone = [
                    new / f.relative_to(old) if old == f or old in f.parents else f for f in gone
                ]
            names = {
                p: f for p, f in names.items() if not any(folder in p.parents for folder in gone)
            }
            for part in [n / 8 for n in range(9)] if is_fine else (0.0, 0.5, 1.0):
                yield {
                    p: synced[f]
                    + data[f][len(synced[f]) :][: int(part * (len(data[f]) - len(synced[f])))]
                    for p, f in names.items()
                }


def durable_apply(names: dict[Path, Path], change: Any) -> None:
    kind, path, target = change
    if kind == "link":
        names[path] = target
    elif kind == "unlink":
        names.pop(path, None)
    elif kind == "rename":
        for p in [p for p in names if p == path or path in p.parents]:
            names[target / p.relative_to(path) if p != path else target] = names.pop(p)


def publish_and_record(tmp_path: Path) -> Any:
    with opened(tmp_path / "library", create=True) as index:
        for n in range(3):
            index.add(make_entry(n))
        contents = index._view.use(lambda snapshot: snapshot.merged())
    generations = Generations(tmp_path / "idx", DIMENSION, {})
    (tmp_path / "idx").mkdir()
    with files.recording() as operations:
        name = generations.publish(contents)
    return operations, name


def broken_generations(operations: Any, name: str, tmp_path: Path) -> tuple[int, int]:
    """States after a power cut, and in how many of them the published name stands for something damaged or is lost."""
    total, bad = 0, 0
    for state in survivors(operations):
        total += 1
        shown = {p: d for p, d in state.items() if p.parent.name == name}
        if not shown:
            continue
        digests = (
            json.loads(shown[manifest])["files"]
            if (manifest := tmp_path / "idx" / name / "MANIFEST.json") in shown
            and shown[manifest].endswith(b"}")
            else None
        )
        whole = digests is not None and all(
            len(shown.get(tmp_path / "idx" / name / f, b"")) == size
            for f, (size, _) in digests.items()
        )
        bad += not whole
    return total, bad


def test_no_power_cut_leaves_a_broken_generation(tmp_path: Path) -> None:
    operations, name = publish_and_record(tmp_path)
    total, bad = broken_generations(operations, name, tmp_path)
    assert total > 300
    assert bad == 0
    last = list(survivors(operations))[-9:]
    assert all(any(p.parent.name == name for p in state) for state in last), (
        "published and not durable"
    )


def test_no_power_cut_leaves_a_generation_broken_that_shares_files_with_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "LARGEST", 1)
    generations = Generations(tmp_path / "idx", DIMENSION, {})
    with opened(tmp_path / "library", create=True) as index:
        for n in range(3):
            index.add(make_entry(n))
        before = index._view.use(lambda found: found.merged())
        (tmp_path / "idx").mkdir()
        with files.recording() as operations:
            held = generations.load(generations.publish(before))
            name = generations.publish(Contents(present(held).seq + 1, present(held).segments[1:]))
            files.remove_tree(generations.folder / present(held).name)
    assert sum(operation[0] == "link" for operation in operations) > 10
    total, bad = broken_generations(operations, name, tmp_path)
    assert total > 300
    assert bad == 0


def test_the_replay_notices_a_missing_fsync(tmp_path: Path) -> None:
    """The harness bites: without any one of the fsyncs of files, or with the rename too early, some state is broken."""
    operations, name = publish_and_record(tmp_path)
    syncs = [i for i, op in enumerate(operations) if op[0] == "fsync"]
    assert len(syncs) >= 12
    for i in syncs:
        if len(next(op[3] for op in operations if op[0] == "write" and op[1] == operations[i][1])):
            assert (
                broken_generations(operations[:i] + operations[i + 1 :], name, tmp_path)[1] > 0
            ), operations[i][1]
    last = next(i for i, op in enumerate(operations) if op[0] == "rename")
    final = [op for op in operations[last + 1 :] if op[0] != "fsync_dir"]
    states = list(survivors(operations[: last + 1] + final))[-9:]
    assert not all(any(p.parent.name == name for p in state) for state in states)


def test_an_original_is_durable_before_its_row(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "blobs")
    with files.recording() as operations:
        sha256 = originals.put(b"the whole file")
    for state in list(survivors(operations))[-9:]:
        assert state[originals.path(sha256)] == b"the whole file"
    for state in survivors(operations):
        assert state.get(originals.path(sha256)) in (None, b"the whole file")


def test_a_write_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(IndexingError, match="disk is full"):
        files.write_atomic(tmp_path / "x", b"data")
    assert list(tmp_path.iterdir()) == []
