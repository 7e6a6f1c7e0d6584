"""All benchmarks: `make bench` (or `python -m benchmarks [NAME...]`). Each prints a table and writes benchmarks/results/NAME.json.

Those that need ../shared/data say so and are left out where it is absent. The long ones (`crash`, 100,000 passages, thousands
of mutated files, the other parts of `trust`, `verification --areas` and `--scifact`) take their size as an option when they are run by
themselves; `bite`, which seeds bugs, and `peers`, which installs other engines, are always run by themselves.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared" / "data"
RUNS: dict[str, tuple[list[str], bool]] = {
    # name: (arguments, whether it needs ../shared/data)
    "questions": ([], False),
    "speed": ([], False),
    "first_paint": ([], False),
    "gaps": ([], False),
    "briefs": ([], False),
    "privacy": ([], False),
    "small_numbers": ([], False),
    "quotations": ([], False),
    "index": (["--sizes", "1000,10000"], False),
    "scale": (["--sizes", "1000,10000"], False),
    "verification": ([], False),
    "readers": ([], True),
    "retrieval": ([], True),
    "relevance": ([], True),
    "libraries": ([], True),
    "wordings": ([], True),
    "crash": (["--kills", "50"], False),
    "fuzz": (["--seconds", "75"], False),
    "trust": (["audit", "power", "formulas", "erasure"], False),
}


def main() -> int:
    """Run the named benchmarks, or all; returns how many failed."""
    failed = 0
    for name in sys.argv[1:] or RUNS:
        if name not in RUNS:
            print(f"There is no benchmark '{name}'. There are: {', '.join(RUNS)}.")
            return 2
        arguments, needs_data = RUNS[name]
        print(f"\n== {name}", flush=True)
        if needs_data and not SHARED.is_dir():
            print("left out: ../shared/data is not here")
            continue
        failed += (
            subprocess.run(
                [sys.executable, "-m", f"benchmarks.{name}", *arguments],
                cwd=HERE.parent,
                check=False,
            ).returncode
            != 0
        )
    return failed


if __name__ == "__main__":
    sys.exit(main())
