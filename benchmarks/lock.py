"""Write requirements.lock: every pinned package with the SHA-256 of the file that pip would take here.

    python -m benchmarks.lock [--python EXECUTABLE]
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
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


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


def main() -> int:
    """Ask pip, write the file, and say how many packages it names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, help="whose pip is asked")
    options = parser.parse_args()
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
