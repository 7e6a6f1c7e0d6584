"""Install kmassist, its pinned packages and PyTorch's CPU build into the environment of the Python that runs this.

    python install/environment.py            everything
    python install/environment.py --light    without PyTorch, sentence-transformers and FAISS: a third of the size, the same answers
    python install/environment.py --check    only say whether something made for a graphics card is there

PyTorch's index of CPU builds is asked first, for a few seconds. Where it cannot be reached, the default index is asked what it would install, and
its build is taken only when nothing made for a graphics card comes with it. Where neither works kmassist is installed light.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
FOR_CARDS = ("nvidia-", "cuda-", "triton", "pytorch-triton")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
INSTALL = [*PIP, "install", "--quiet"]


def pinned() -> str:
    """The pin of torch in requirements.txt, where every pin is."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return next(line for line in lines if line.startswith("torch=="))


def for_cards(names: list[str]) -> list[str]:
    """Which of these packages are made for a graphics card."""
    return sorted(name for name in names if name.lower().startswith(FOR_CARDS))


def would_come(requirement: str) -> list[str] | None:
    """What the default index would install for it; None when it has none."""
    command = [*INSTALL, "--dry-run", "--report", "-", requirement]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode:
        return None
    report = json.loads(asked.stdout[asked.stdout.index("{") :])
    return [item["metadata"]["name"] for item in report["install"]]


def install_pytorch(requirement: str) -> bool:
    """Whether a CPU build is there afterwards."""
    quick = ["--timeout", "5", "--retries", "0", "--index-url", CPU_INDEX]
    if (
        subprocess.run([*INSTALL, *quick, requirement], check=False, capture_output=True).returncode
        == 0
    ):
        return True
    coming = would_come(requirement)
    if coming is None or for_cards(coming):
        return False
    return subprocess.run([*INSTALL, requirement], check=False).returncode == 0


def main() -> int:
    """Install and look at what came; 0 when all is well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)  # fmt: skip
    parser.add_argument("--light", action="store_true", help="without PyTorch")
    parser.add_argument("--check", action="store_true", help="install nothing")
    options = parser.parse_args()
    if not options.check:
        is_light = options.light or not install_pytorch(pinned())
        if is_light and not options.light:
            print(
                f"PyTorch's CPU build cannot be had: {CPU_INDEX} does not answer, and the default index has builds for graphics\n"
                "cards alone. kmassist is installed without it; only adding thousands of documents takes longer.",
                file=sys.stderr,
            )
        pins = ["--no-compile", "--no-deps", "-r", "requirements-light.txt"] if is_light else ["-r", "requirements.txt"]  # fmt: skip
        subprocess.run([*INSTALL, *pins], check=True, cwd=ROOT)
        if is_light:
            subprocess.run([*INSTALL, "hatchling==1.33.0", "editables==0.6"], check=True)
        own = ["--no-deps", "--no-build-isolation", "-e", "."]
        subprocess.run([*INSTALL, *own], check=True, cwd=ROOT)
    found = for_cards([package.metadata["Name"] or "" for package in distributions()])
    if found:
        print(
            f"Packages for a graphics card came along: {', '.join(found)}.\n"
            f"Remove the environment and install PyTorch from {CPU_INDEX} first.",
            file=sys.stderr,
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
