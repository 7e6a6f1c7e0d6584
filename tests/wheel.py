"""Prove a built wheel: installed away from the source tree it starts, indexes the shipped corpus and answers.

    python -m tests.wheel FOLDER_WITH_THE_WHEEL

The packages it needs are those of the Python that runs this.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path


def main(folder: Path) -> None:
    """Install in an environment of its own, over the packages at hand, and ask."""
    (wheel,) = folder.glob("kmassist-*.whl")
    with tempfile.TemporaryDirectory(prefix="kmwheel-") as place:
        home = Path(place) / "env"
        venv.create(home, with_pip=False)
        python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        (site,) = home.rglob("site-packages")
        base = [path for path in sys.path if path.endswith("site-packages")]
        (site / "_base.pth").write_text("\n".join(base) + "\n", "utf-8")
        subprocess.run(
            [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", str(wheel)],
            check=True,
        )  # fmt: skip
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        environment["KMASSIST_CONFIG"] = str(Path(place) / "none.toml")
        command = [
            str(python),
            "-m",
            "kmassist",
            "--library",
            str(Path(place) / "library"),
            "--sample",
        ]
        where = [str(python), "-c", "import kmassist; print(kmassist.__file__)"]
        found = subprocess.run(
            where, cwd=place, env=environment, check=True, capture_output=True, text=True
        )
        assert str(home) in found.stdout, found.stdout
        asked = subprocess.run(
            [*command, "ask", "How should we triage women who attend unscheduled?"],
            cwd=place, env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert "answered" in asked.stdout.casefold(), asked.stdout
        print(asked.stdout.splitlines()[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
