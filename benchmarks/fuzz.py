"""Coverage-guided fuzzing of what comes from elsewhere: `python -m benchmarks.fuzz [TARGET...] [--seconds N]`.

    readers       every format, as a file that was named so
    front matter  YAML on top of a text and beside a file
    bundle        another service's zip
    restore       a backup

A target may only answer or raise an error of kmassist: one sentence for a person. Anything else is a finding, and its input is
kept in the folder that is named. With atheris (Linux) the inputs follow the code's branches; elsewhere they are seeds with
random changes. Writes benchmarks/results/fuzz.json.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
SAMPLE = ROOT / "corpus" / "sample"
SUFFIXES = (
    ".md",
    ".txt",
    ".csv",
    ".html",
    ".xml",
    ".ris",
    ".nbib",
    ".bib",
    ".docx",
    ".xlsx",
    ".pdf",
)
TARGETS = ("readers", "front matter", "bundle", "restore")
_SECONDS_AN_INPUT = 20
_MEMORY = 3 << 30

Target = Callable[[bytes], None]


def targets() -> dict[str, Target]:
    """What is fuzzed; each takes any bytes and lets nothing but errors of kmassist go by."""
    from kmassist.errors import KmassistError
    from kmassist.index.backup import restore
    from kmassist.readers import read_source, supported_suffixes
    from kmassist.records.bundle_files import read_signed
    from kmassist.records.received_documents import documents_from

    supported_suffixes()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))

    def reader(data: bytes) -> None:
        if not data:
            return
        path = folder / f"a{SUFFIXES[data[0] % len(SUFFIXES)]}"
        path.write_bytes(data[1:])
        with contextlib.suppress(KmassistError):
            for document in read_source(path):
                document.model_dump_json()

    def front_matter(data: bytes) -> None:
        for name, content in {
            "a.md": b"---\n" + data + b"\n---\n\nMidwives said that triage was calm.\n",
            "b.md": b"Midwives said that triage was calm.\n",
            "b.meta.yaml": data,
        }.items():
            (folder / name).write_bytes(content)
        for name in ("a.md", "b.md"):
            with contextlib.suppress(KmassistError):
                for document in read_source(folder / name):
                    document.model_dump_json()

    def bundle(data: bytes) -> None:
        with contextlib.suppress(KmassistError):
            for document in documents_from(read_signed(data)[0]):
                document.model_dump_json()

    def backup(data: bytes) -> None:
        import shutil

        (folder / "backup.kmb").write_bytes(data)
        with contextlib.suppress(KmassistError):
            restore(folder / "backup.kmb", folder / "library")
        shutil.rmtree(folder / "library", ignore_errors=True)

    return dict(zip(TARGETS, (reader, front_matter, bundle, backup), strict=True))


def seeds(target: str) -> list[bytes]:
    """Sound inputs to begin with."""
    if target == "readers":
        from tests.contract import sources

        made = [(name, make()) for name, make in sources.GOOD.items()]
        held = [
            (path.name, path.read_bytes()) for path in sorted(SAMPLE.rglob("*")) if path.is_file()
        ]
        found = [
            (Path(name).suffix.lower(), data)
            for name, data in (*held, *made)
            if len(data) < 200_000
        ]
        return [
            bytes([SUFFIXES.index(suffix)]) + data for suffix, data in found if suffix in SUFFIXES
        ]
    if target == "front matter":
        texts = [path.read_bytes() for path in sorted(SAMPLE.rglob("*.md"))]
        sidecars = [path.read_bytes() for path in sorted(SAMPLE.rglob("*.meta.yaml"))]
        return [
            *sidecars,
            *(text.split(b"---\n")[1] for text in texts if text.startswith(b"---\n")),
        ]
    if target == "bundle":
        from kmassist.records.bundle_files import write_bundle
        from kmassist.records.bundles import make_bundle
        from tests.unit.test_sharing import brief

        whole = write_bundle(
            make_bundle(brief(), from_service="Vale", exported_on="2026-01-05"), "# Brief\n"
        )
        return [whole, _unpacked(whole)]
    return _backups()


def _backups() -> list[bytes]:
    from kmassist.index.backup import backup
    from kmassist.index.local import open_local
    from tests.contract.corpora import make_entry

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_local(
            str(folder / "library"), embedder="made-up", dimension=16, create=True
        ) as index:
            index.add(make_entry(1))
        backup(folder / "library", folder / "b.kmb")
        return [(folder / "b.kmb").read_bytes()]


def _unpacked(data: bytes) -> bytes:
    """The same zip without compression, so that changes reach what is in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return out.getvalue()


def fuzz_here(target: str, seconds: float, folder: Path) -> int:
    """Run one target in this process until the time is over; with atheris this never returns."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        import atheris
    except ImportError:
        return _at_random(target, seconds, folder)
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    with atheris.instrument_imports(include=["kmassist"]):
        run = targets()[target]
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(seed)
    arguments = [
        "fuzz", f"-max_total_time={int(seconds)}", f"-timeout={_SECONDS_AN_INPUT}", f"-rss_limit_mb={_MEMORY >> 20}",
        "-max_len=200000", f"-artifact_prefix={folder}/", "-print_final_stats=1", str(corpus),
    ]  # fmt: skip
    atheris.Setup(arguments, run)
    atheris.Fuzz()
    return 0


def _at_random(target: str, seconds: float, folder: Path) -> int:
    run, held, rng = targets()[target], seeds(target), random.Random(1)
    deadline, tried = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        data = bytearray(rng.choice(held))
        for _ in range(rng.randrange(1, 20)):
            at = rng.randrange(len(data) + 1)
            if rng.random() < 0.5:
                data[at : at + 1] = bytes([rng.randrange(256)])
            else:
                data[at : at + rng.randrange(1, 50)] = rng.choice(held)[: rng.randrange(60)]
        tried += 1
        try:
            run(bytes(data))
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            traceback.print_exc()
            (folder / f"crash-{tried}").write_bytes(data)
            return 77
    print(f"stat::number_of_executed_units: {tried}", file=sys.stderr)
    return 0


def fuzz(target: str, seconds: float) -> dict[str, object]:
    """One target in a process of its own: inputs tried, and the findings' files."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-findings-"))
    command = [
        sys.executable,
        "-m",
        "benchmarks.fuzz",
        target,
        "--seconds",
        str(seconds),
        "--child",
        str(folder),
    ]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, errors="replace"
    )
    lines = done.stderr.splitlines()
    tried = [int(line.split()[-1]) for line in lines if "number_of_executed_units" in line]
    found = sorted(
        path.name for path in folder.iterdir() if path.name.startswith(("crash", "timeout", "oom"))
    )
    if found:
        print(f"{target}: the inputs are kept in {folder}", flush=True)
    said = [
        line
        for line in (*done.stdout.splitlines(), *lines)
        if "Error" in line or "Exception" in line
    ][-3:]
    return {
        "inputs": tried[-1] if tried else 0,
        "findings": found,
        "says": said if found else [],
        "code": done.returncode,
    }


def main() -> int:
    """Fuzz the targets one after the other; 1 when there is a finding."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", default=list(TARGETS))
    parser.add_argument("--seconds", type=float, default=75.0, help="of each target")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return fuzz_here(options.targets[0], options.seconds, options.child)
    report = {}
    for target in options.targets or TARGETS:
        report[target] = fuzz(target, options.seconds)
        print(f"{target:<14} {report[target]}", flush=True)
    has_atheris = (
        subprocess.run(
            [sys.executable, "-c", "import atheris"], capture_output=True, check=False
        ).returncode
        == 0
    )
    out = {
        "guided by coverage": has_atheris,
        "seconds a target": options.seconds,
        "targets": report,
    }
    (ROOT / "benchmarks" / "results" / "fuzz.json").write_text(json.dumps(out, indent=1) + "\n")
    return int(any(found["findings"] or not found["inputs"] for found in report.values()))


if __name__ == "__main__":
    sys.exit(main())
