"""Write the pictures of docs/tour.md and the answer in README.md: `python docs/make_screenshots.py` indexes the demonstration
corpus in a temporary library, saves one SVG per screen under docs/screens/ and puts the answer between the README's marks.
With --library DIR an indexed library is copied instead."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
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
    given = parser.parse_args().library
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
        write_answer(settings)
        asyncio.run(take_all(settings))


if __name__ == "__main__":
    main()
