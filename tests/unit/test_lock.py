"""The pinned packages and their digests go together, so that what is installed is what was tested."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.lock import locked, pinned

ROOT = Path(__file__).parents[2]


def test_every_pinned_package_has_a_digest() -> None:
    wanted = pinned((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert wanted.pop("torch")  # comes alone, from another index
    held = pinned(lock)
    assert {name: held.get(name) for name in wanted} == wanted, "run python -m benchmarks.lock"
    lines = lock.splitlines()
    assert all(re.fullmatch(r"\S+==\S+ --hash=sha256:[0-9a-f]{64}", line) for line in lines)


def test_a_lock_is_made_of_what_pip_would_install() -> None:
    def item(name: str, version: str) -> dict[str, object]:
        info = {"archive_info": {"hashes": {"sha256": "a" * 64}}}
        return {"metadata": {"name": name, "version": version}, "download_info": info}

    report = {"install": [item("lxml", "6.1"), item("torch", "2.13.0+cpu"), item("Click", "8.5")]}
    digest = f"--hash=sha256:{'a' * 64}"
    assert locked(report) == [f"Click==8.5 {digest}", f"lxml==6.1 {digest}"]
