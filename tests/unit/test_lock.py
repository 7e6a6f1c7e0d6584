"""Every pinned package has its digest; what lacks one is named."""

from __future__ import annotations

from pathlib import Path

from benchmarks.lock import unlocked

ROOT = Path(__file__).parents[2]
DIGEST = f"--hash=sha256:{'0' * 64}"


def test_what_is_pinned_here_is_locked() -> None:
    files = (ROOT / name for name in ("requirements.txt", "requirements.lock"))
    assert unlocked(*(file.read_text(encoding="utf-8") for file in files)) == []


def test_what_is_missing_or_other_is_named() -> None:
    wanted = "one==1.0\ntwo==2.0\nthree==3.0\ntorch==9"
    lock = f"one==1.0 {DIGEST}\ntwo==2.1 {DIGEST}\nfour==4 {DIGEST[:-1]}"
    assert unlocked(wanted, lock) == [
        "three is pinned and has no line in the lock",
        "two is 2.1 in the lock and 2.0 pinned",
        "four is 4 in the lock and not pinned",
        "four has no digest",
    ]
