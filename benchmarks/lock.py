"""Write requirements.lock: every pinned package with the SHA-256 of the file that pip would take here.

    python -m benchmarks.lock [--python EXECUTABLE]
    python -m benchmarks.lock --check     # offline: whether every package that is pinned has its digest; part of `make check`
    pip install --require-hashes --no-deps -r requirements.lock

The file that is kept is for Linux (x86-64) and Python 3.11; make it anew where the package index is trusted, on the system and
Python that will install: a wheel differs between them. PyTorch is left out: its CPU build comes alone, from another index.
Installing from the lock then refuses any other file.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_DIGEST = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def pinned(text: str) -> dict[str, str]:
    """Name and version of each package of a requirements file, with or without digests."""
    lines = (line.split(" ", 1)[0] for line in text.splitlines() if "==" in line)
    pairs = (line.split("==", 1) for line in lines if not line.startswith("#"))
    return {re.sub(r"[-_.]+", "-", name).casefold(): version.rstrip(";") for name, version in pairs}


def locked(report: dict[str, Any]) -> list[str]:
    """Lines of a requirements file with hashes, from pip's report of what it would install."""
    lines = []
    for item in report["install"]:
        name, version = item["metadata"]["name"], item["metadata"]["version"]
        if name == "torch":
            continue
        digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
        lines.append(f"{name}=={version} --hash=sha256:{digest}")
    return sorted(lines, key=str.casefold)


def unlocked(wanted: str, lock: str) -> list[str]:
    """What of the pinned packages the lock does not hold to: a sentence each."""
    pins, locks = pinned(wanted), pinned(lock)
    digests = {name for line in lock.splitlines() if _DIGEST.search(line) for name in pinned(line)}
    found = [f"{name} is pinned and has no line in the lock" for name in pins if name not in locks]
    found += [
        f"{name} is {version} in the lock and {pins.get(name, 'not')} pinned"
        for name, version in locks.items()
        if pins.get(name) != version
    ]
    found += [f"{name} has no digest" for name in locks if name not in digests]
    return [said for said in found if not said.startswith("torch ")]


def check() -> int:
    """Print what is pinned and whether each has its digest; how many have not."""
    wanted, lock = (
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("requirements.txt", "requirements.lock")
    )
    faults = unlocked(wanted, lock)
    names = ", ".join(f"{name} {version}" for name, version in sorted(pinned(lock).items()))
    print(textwrap.fill(f"pinned with the digest of its file: {names}", 120))
    print(
        f"{len(pinned(lock))} packages in requirements.lock, {len(faults)} faults; known weaknesses: `make weaknesses`."
    )
    for fault in faults:
        print(f"  {fault}")
    return len(faults)


def main() -> int:
    """Ask pip, write the file, and say how many packages it names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, help="whose pip is asked")
    parser.add_argument("--check", action="store_true", help="only compare, without a network")
    options = parser.parse_args()
    if options.check:
        return int(check() > 0)
    command = [
        options.python,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "--quiet",
    ]
    command += ["--report", "-", "-r", str(ROOT / "requirements.txt")]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        print("pip could not find every pinned package; see what it says above.", file=sys.stderr)
        return 1
    lines = locked(json.loads(done.stdout))
    (ROOT / "requirements.lock").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"requirements.lock names {len(lines)} packages, each with its digest.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
