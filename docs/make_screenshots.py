"""Write the pictures of docs/tour.md and the answer in README.md: `python docs/make_screenshots.py` indexes the demonstration
corpus in a temporary library, saves one SVG per screen under docs/screens/ and puts the answer between the README's marks.
With --library DIR an indexed library is copied instead; with --film only the moving picture of a first question is made."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import re
import shutil
import tempfile
from pathlib import Path

TODAY = dt.date(2026, 11, 23)
FOLDER = Path(__file__).parent / "screens"
README = Path(__file__).parents[1] / "README.md"
QUESTION = "How should we triage women who attend unscheduled?"
READ = "Does the OASI bundle reduce third degree tears?"
# name, columns, lines, theme, keys after the question was answered
SCREENS = (
    ("answer", 120, 36, "kmassist-dark", []),
    ("answer-light", 80, 24, "kmassist-light", []),
    ("passage", 110, 28, "kmassist-dark", ["tab", "enter"]),
    ("gap-card", 110, 36, "kmassist-dark", ["f9", *["down"] * 7, "enter"]),
    ("reading", 90, 24, "kmassist-light", ["ctrl+o", "right", "right"]),
    ("corpus", 120, 32, "kmassist-dark", ["f3"]),
    ("map", 140, 44, "kmassist-light", ["f4"]),
    ("proposals", 110, 28, "kmassist-dark", ["f5"]),
    ("scale-up", 110, 36, "kmassist-dark", ["ctrl+t"]),
    ("leadership", 110, 40, "kmassist-contrast", ["f5", "l"]),
)
FILM = (88, 26, "kmassist-dark")
# What is typed or pressed, and how many seconds what it shows stays
SCENES: tuple[tuple[str | list[str], float], ...] = (
    ([], 2.0),
    ("How should we triage", 1.0),
    (" women who attend unscheduled?", 1.0),
    (["enter"], 5.0),
    (["tab"], 1.5),
    (["enter"], 4.0),
    (["escape", "f9"], 4.0),
    (["f4"], 2.5),
)
STILL = 3
"""The scene that stands where pictures do not move: the answer."""


async def take_all(settings: object) -> None:
    """One application, one question, then each screen in turn."""
    from kmassist.assistant import Assistant
    from kmassist.settings.model import Settings
    from kmassist.tui.app import KmassistApp

    assert isinstance(settings, Settings)
    for name, columns, lines, theme, keys in SCREENS:
        app = KmassistApp(lambda: Assistant.open(settings, create=True), today=TODAY)
        app.theme = theme
        async with app.run_test(size=(columns, lines)) as pilot:
            while not app.library.is_warm:
                await asyncio.sleep(0.1)
            app.ask_question(READ if name == "reading" else QUESTION)
            while app.latest_answer is None:
                await asyncio.sleep(0.1)
            for key in keys:
                await pilot.press(key)
                await asyncio.sleep(0.5)
                await pilot.pause()
            await app.workers.wait_for_complete([w for w in app.workers if w.name != "_loader"])
            await asyncio.sleep(1.0)
            await pilot.pause()
            if app.faults:
                raise SystemExit(f"{name}: {app.faults[0]}")
            app.save_screenshot(f"{name}.svg", str(FOLDER))
            print(FOLDER / f"{name}.svg")  # noqa: T201 - a script


async def take_film(settings: object) -> None:
    """A first question as one SVG whose frames follow each other; it stands still for whoever wants less motion."""
    from kmassist.assistant import Assistant
    from kmassist.settings.model import Settings
    from kmassist.tui.app import KmassistApp

    assert isinstance(settings, Settings)
    columns, lines, theme = FILM
    app = KmassistApp(lambda: Assistant.open(settings, create=True), today=TODAY)
    app.theme = theme
    frames = []
    async with app.run_test(size=(columns, lines)) as pilot:
        while not app.library.is_warm:
            await asyncio.sleep(0.1)
        for scene, _ in SCENES:
            for key in scene if isinstance(scene, list) else map(_key, scene):
                await pilot.press(key)
            while scene == ["enter"] and app.latest_answer is None:
                await asyncio.sleep(0.1)
            await app.workers.wait_for_complete([w for w in app.workers if w.name != "_loader"])
            await asyncio.sleep(1.0)
            await pilot.pause()
            frames.append(app.export_screenshot(title="kmassist"))
    path = FOLDER / "first-question.svg"
    path.write_text(film(frames, [seconds for _, seconds in SCENES]), encoding="utf-8")
    print(path, path.stat().st_size)  # noqa: T201 - a script


def _key(character: str) -> str:
    return {" ": "space", "?": "question_mark"}.get(character, character)


def film(frames: list[str], seconds: list[float]) -> str:
    """SVGs of one size as one that shows each for its seconds, again and again."""
    whole, at, rules = sum(seconds), 0.0, []
    for number, lasts in enumerate(seconds):
        begin, at = 100 * at / whole, at + lasts
        end = 100 * at / whole
        hidden = "" if not number else "0%{visibility:hidden}"
        rules.append(
            f"@keyframes k{number}{{{hidden}{begin:.2f}%{{visibility:visible}}{end:.2f}%,100%{{visibility:hidden}}}}"
            f".k{number}{{visibility:hidden;animation:k{number} {whole}s step-end infinite}}"
        )
    last = len(frames) - 1
    rules.append(f"@keyframes k{last}{{0%{{visibility:hidden}}{100 - 100 * seconds[-1] / whole:.2f}%,100%{{visibility:visible}}}}")  # fmt: skip
    rules.append(
        f"@media (prefers-reduced-motion:reduce){{[class^=k]{{animation:none}}.k{STILL}{{visibility:visible}}}}"
    )
    box = re.search(r'viewBox="([^"]+)"', frames[0])
    assert box
    shown = (frame[frame.index("<svg") :] for frame in frames)
    inner = "".join(f'<g class="k{n}">{svg}</g>' for n, svg in enumerate(shown))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box[1]}"><style>{"".join(rules)}</style>{inner}</svg>\n'


def write_answer(settings: object) -> None:
    """The answer in the README as `kmassist --sample ask` prints it, without its list of sources."""
    from kmassist.assistant import Assistant
    from kmassist.cli.render import answer_lines
    from kmassist.settings.model import Settings

    assert isinstance(settings, Settings)
    with Assistant.open(settings, read_only=True) as assistant:
        lines = (
            "\n".join(answer_lines(assistant.answer(READ, today=TODAY)))
            .partition("\nSources\n")[0]
            .rstrip()
        )
    before, begin, rest = README.read_text(encoding="utf-8").partition("<!-- answer:begin -->\n")
    _, end, after = rest.partition("<!-- answer:end -->")
    shown = f'```text\n$ kmassist --sample ask "{READ}"\n\n{lines}\n```\n'
    README.write_text(f"{before}{begin}{shown}{end}{after}", encoding="utf-8")
    print(README)  # noqa: T201 - a script


def main() -> None:
    """Index, then take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--library", type=Path, help="a library that holds the demonstration corpus already"
    )
    parser.add_argument("--film", action="store_true", help="only the moving picture")
    options = parser.parse_args()
    given = options.library
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KMASSIST_CONFIG"] = str(Path(folder) / "kmassist.toml")
        from kmassist.assistant import Assistant
        from kmassist.settings.file import sample_corpus
        from kmassist.settings.model import load_settings

        library = Path(folder) / "library"
        if given:
            shutil.copytree(given, library)
        settings = load_settings({"library": str(library)})
        with Assistant.open(settings, create=True) as assistant:
            if not assistant.status().documents:
                list(assistant.add([sample_corpus()]))
        asyncio.run(take_film(settings))
        if not options.film:
            write_answer(settings)
            asyncio.run(take_all(settings))


if __name__ == "__main__":
    main()
