"""The HTML of briefs in a headless Chromium: axe-core finds nothing, on screen and as printed; keys and reading order work.

axe-core (MPL-2.0) is fetched from the npm registry on first use, pinned by version and digest, and kept in ``.cache``; it is not
part of this repository, since it is 650 KB of another project's code that only this test needs.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from itertools import pairwise
from pathlib import Path

import pytest
from filelock import FileLock

from kmassist.briefs import Audience, Brief
from kmassist.briefs.files import brief_bytes
from tests.chromium import CHROMIUM, opened_tab
from tests.integration.golden_briefs import AUDIENCES

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is installed: the HTML's accessibility is not checked"
    ),
]

AXE, AXE_SHA256 = "4.14.1", "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
CACHE = Path(__file__).parents[2] / ".cache"
NAMES = ("triage", "oasi", "nothing", "withheld")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core; skips when it is neither kept nor to be had."""
    path = CACHE / f"axe-core-{AXE}.min.js"
    CACHE.mkdir(exist_ok=True)
    with FileLock(CACHE / "axe-core.lock"):  # the processes of one test run share the folder
        if not path.exists():
            _fetch_axe(path)
    data = path.read_bytes()
    assert hashlib.sha256(data).hexdigest() == AXE_SHA256
    return data.decode()


def _fetch_axe(path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("axe-core is not here and npm is not installed")
    try:
        done = subprocess.run(
            [npm, "pack", f"axe-core@{AXE}", "--silent"],
            cwd=path.parent,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("axe-core cannot be fetched: the registry does not answer")
    package = path.with_name(f"axe-core-{AXE}.tgz")
    if done.returncode or not package.exists():
        pytest.skip(f"axe-core cannot be fetched: {done.stderr.strip()[-200:]}")
    with tarfile.open(package) as held:
        script = held.extractfile("package/axe.min.js")
        assert script is not None
        path.write_bytes(script.read())
    package.unlink()


RULES = """
axe.run(document, {resultTypes: ['violations'], rules: {'label-content-name-mismatch': {enabled: true}}})
   .then(r => r.violations.map(v => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary]))
"""
STRUCTURE = """
(() => ({
  lang: document.documentElement.lang,
  title: document.title,
  headings: [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => [Number(h.tagName[1]), h.textContent.trim()]),
  tables: [...document.querySelectorAll('table')].map(t => [t.caption ? t.caption.textContent.trim() : '',
     t.querySelectorAll('thead th[scope=col]').length, [...t.tBodies[0].rows].every(r => r.querySelector('th[scope=row]'))]),
  links: [...document.querySelectorAll('a[href]')].map(a => [(a.getAttribute('aria-label') || a.textContent).trim(), a.getAttribute('href')]),
  wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
}))()
"""
FOCUSED = """
(() => { const all = [...document.querySelectorAll('*')], e = document.activeElement;
  return [all.indexOf(e), e.tagName, e.getAttribute('href') || '', e.id, getComputedStyle(e).outlineStyle]; })()
"""


@pytest.fixture(scope="module")
def pages(
    briefs: dict[tuple[str, Audience], Brief], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, Audience], Path]:
    folder = tmp_path_factory.mktemp("html")
    found = {}
    for name in NAMES:
        for audience in AUDIENCES:
            path = found[name, audience] = folder / f"{name}-{audience.value}.html"
            path.write_bytes(brief_bytes(briefs[name, audience], ".html"))
    return found


async def test_axe_finds_nothing_on_screen_and_in_print(
    pages: dict[tuple[str, Audience], Path], axe: str, tmp_path: Path
) -> None:
    async with opened_tab(tmp_path / "profile") as tab:
        for (name, audience), path in pages.items():
            await tab.show(path)
            await tab.value(axe + "; true")
            for media in ("screen", "print"):
                await tab.call("Emulation.setEmulatedMedia", media=media)
                assert await tab.value(RULES) == [], (name, audience, media)


async def test_structure_language_tables_and_links_tell_what_they_are(
    pages: dict[tuple[str, Audience], Path], tmp_path: Path
) -> None:
    async with opened_tab(tmp_path / "profile") as tab:
        for path in pages.values():
            await tab.show(path)
            found = await tab.value(STRUCTURE)
            assert found["lang"] == "en-GB"
            assert found["title"]
            levels = [level for level, _ in found["headings"]]
            assert levels.count(1) == 1
            assert levels[0] == 1
            assert all(after <= before + 1 for before, after in pairwise(levels))
            assert all(words for _, words in found["headings"])
            for caption, columns, rows_are_named in found["tables"]:
                assert caption
                assert columns >= 2
                assert rows_are_named
            targets: dict[str, set[str]] = {}
            for words, target in found["links"]:
                assert len(words) > 2, (words, target)
                assert words.casefold() not in {"here", "click here", "link", "more"}
                targets.setdefault(words, set()).add(target)
            # one text leads to one place, so that a list of the links makes sense by itself
            assert {words for words, places in targets.items() if len(places) > 1} == set()


async def test_it_fits_a_narrow_screen_and_double_size(
    pages: dict[tuple[str, Audience], Path], tmp_path: Path
) -> None:
    async with opened_tab(tmp_path / "profile") as tab:
        await tab.call(
            "Emulation.setDeviceMetricsOverride",
            width=320,
            height=800,
            deviceScaleFactor=1,
            mobile=False,
        )
        for path in pages.values():
            await tab.show(path)
            assert not (await tab.value(STRUCTURE))["wide"], path.name


async def test_the_keyboard_reaches_everything_in_reading_order(
    pages: dict[tuple[str, Audience], Path], tmp_path: Path
) -> None:
    async with opened_tab(tmp_path / "profile") as tab:
        await tab.show(pages["oasi", Audience.COMMISSIONER])
        reachable = await tab.value(
            "[...document.querySelectorAll('a[href],[tabindex=\"0\"]')].map(e => [...document.querySelectorAll('*')].indexOf(e))"
        )
        places = []
        for step in range(len(reachable)):
            await tab.press("Tab", 9)
            at, tag, target, _, outline = await tab.value(FOCUSED)
            places.append(at)
            assert outline != "none", (tag, target)
            if step == 0:
                assert target == "#main"  # the link that skips the contents
        assert places == sorted(places) == reachable
