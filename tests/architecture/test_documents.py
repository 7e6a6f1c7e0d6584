"""Documents for the deploying organisation name only files and documents that exist."""

from __future__ import annotations

import json
import re
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from benchmarks.bite import BUGS, place

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "SECURITY.md",
    *(
        ROOT / "docs" / f"{n}.md"
        for n in ("intended-use", "hazard-log", "data-protection", "deployment")
    ),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_named_files_and_tests_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    for name, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text):
        assert re.search(rf"^\s*(?:async )?def {test}\(", (ROOT / name).read_text("utf-8"), re.M), (
            f"{name}::{test}"
        )
    for name in re.findall(r"`((?:tests|benchmarks|kmassist|corpus|docs)/[\w./-]*)`", text):
        assert (ROOT / name).exists(), name
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (document.parent / link).exists(), link


def test_the_hazard_log_has_all_twelve_and_a_test_for_each() -> None:
    rows = re.findall(
        r"^\| \*\*H(\d+)\*\* .*$", (ROOT / "docs" / "hazard-log.md").read_text("utf-8"), re.M
    )
    assert [int(number) for number in rows] == list(range(1, 13))
    for row in (ROOT / "docs" / "hazard-log.md").read_text("utf-8").splitlines():
        if row.startswith("| **H"):
            assert re.search(r"`tests/[\w/]+\.py::test_\w+`", row.rsplit("|", 2)[1]), row[:20]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_claim_of_compliance(document: Path) -> None:
    text = " ".join(document.read_text("utf-8").split())
    assert not re.search(
        r"\bis (?:fully )?compliant\b|\bcomplies with\b|\bcertified\b(?! by nobody)", text, re.I
    )


def test_the_sbom_lists_everything_that_is_asked_for() -> None:
    def plain(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).casefold()

    listed = {
        plain(part["name"]): part["version"]
        for part in json.loads((ROOT / "docs" / "sbom.json").read_text("utf-8"))["components"]
    }
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {plain(re.split(r"[^\w.-]", need, maxsplit=1)[0]) for need in asked}
    assert names <= listed.keys(), "run python -m benchmarks.sbom"
    pins = dict(
        re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    )
    wrong = {
        name: (listed[name], pin)
        for name, pin in ((plain(n), p) for n, p in pins.items())
        if name in names and listed[name].split("+")[0] != pin
    }
    assert not wrong, "run python -m benchmarks.sbom"


def test_every_seeded_bug_still_has_its_place() -> None:
    """`benchmarks.bite` replaces lines of the program: when one moves, the seed must move with it."""
    lost = [
        what
        for what, (file, old, *_) in BUGS.items()
        if not place(old).search((ROOT / file).read_text(encoding="utf-8"))
    ]
    assert not lost


def test_the_moving_picture_is_small_and_stands_still_for_who_wants_it() -> None:
    """Made by `python docs/make_screenshots.py --film`; a page loads it at once."""
    path = ROOT / "docs" / "screens" / "first-question.svg"
    assert "docs/screens/first-question.svg" in (ROOT / "README.md").read_text("utf-8")
    assert path.stat().st_size < 400_000
    text = path.read_text("utf-8")
    assert "prefers-reduced-motion" in text
    groups = [e for e in ElementTree.fromstring(text) if e.get("class", "").startswith("k")]
    assert len(groups) == 8


def test_no_word_that_a_reader_from_abroad_has_to_look_up() -> None:
    """Those that stood in the code and its messages; what people themselves may write (patterns, corpora) is not looked at."""
    files = [*(ROOT / "kmassist").rglob("*.py"), *(ROOT / "docs").glob("*.md"), ROOT / "README.md"]
    hard = re.compile(
        r"\blest\b|\bbears? on\b|\bspeaks? (?:to|of|for|against)\b|\bdeliberately shy\b"
    )
    assert len(files) > 500
    assert [
        f"{file}: {found[0]}" for file in files for found in hard.finditer(file.read_text("utf-8"))
    ] == []
