"""Words are found with one key wherever there is a table, a list or a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList, Static

from kmassist.settings.model import Settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.document import DocumentScreen
from kmassist.tui.screens.help import HelpScreen
from kmassist.tui.screens.sets import SetsScreen
from kmassist.tui.widgets import document_text
from kmassist.tui.widgets.document_text import DocumentText
from kmassist.tui.widgets.find import MARK, FindBar
from kmassist.tui.widgets.key_line import KeyLine
from kmassist.tui.widgets.question_input import QuestionInput
from kmassist.tui.widgets.sheet import Sheet
from tests.tui.conftest import open_on
from tests.tui.driving import TODAY, ask, ready, settle, shown, until

LONGEST = 8_000
"""Characters shown at once in these tests: as many as the program shows take seconds to be set, again and again."""


def count(app: KmassistApp) -> str:
    return str(app.screen.query_one("#find-count", Static).content)


def marks(app: KmassistApp) -> list[str]:
    """What stands out as found."""
    found = []
    for static in app.screen.query(Static):
        content: Any = static.content
        for span in getattr(content, "spans", ()):
            if span.style == MARK:
                found.append(content.plain[span.start : span.end])
    return found


async def test_in_a_document_next_previous_and_how_many(filled_app: KmassistApp) -> None:
    app = filled_app
    async with app.run_test(size=(60, 20)) as pilot:
        await ready(pilot)
        doc_id = next(d.doc_id for d in app.library.opened.sources() if "Kestrel" in d.cite_as)
        app.push_screen(DocumentScreen(doc_id))
        await settle(pilot)
        assert "slash" in [hint.key for hint in app.screen.query_one(KeyLine)._all]
        await pilot.press("slash", *"triage")
        await until(pilot, lambda: count(app).startswith("1 of"))
        many = int(count(app).split()[-1])
        assert many == 2
        assert marks(app) == ["triage"]
        await pilot.press("enter")
        await until(pilot, lambda: count(app) == "2 of 2")
        await pilot.press("enter")
        await until(pilot, lambda: count(app) == "1 of 2")
        await pilot.press("up")
        await until(pilot, lambda: count(app) == "2 of 2")
        await pilot.press(*" zebra")
        await until(pilot, lambda: count(app) == "not found")
        assert marks(app) == []
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, DocumentScreen)
        assert not app.screen.query(FindBar)
        assert not app.faults


async def test_words_across_a_line_end_and_a_row_of_a_table(filled_app: KmassistApp) -> None:
    app = filled_app
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        doc_id = next(d.doc_id for d in app.library.opened.sources() if d.metadata.audit)
        app.push_screen(DocumentScreen(doc_id))
        await settle(pilot)
        await pilot.press("slash", *"seen")
        await until(pilot, lambda: count(app) == "1 of 2")  # a row of the table, and the words
        table = app.screen.query_one("#document-audit", Static).content
        assert [row.style for row in table.rows] == ["reverse"]  # type: ignore[union-attr]
        await pilot.press("enter")
        await until(pilot, lambda: marks(app) == ["seen"])
        table = app.screen.query_one("#document-audit", Static).content
        assert [row.style for row in table.rows] != ["reverse"]  # type: ignore[union-attr]


async def test_in_a_text_longer_than_is_shown_at_once(
    filled_library: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_text, "LONGEST", LONGEST)
    lines = (f"On day {n} ward {n % 7} kept {n * 3} records.\n\n" for n in range(LONGEST // 33))
    text = f"# Long\n\nThe first owl came.\n\n{''.join(lines)}The last owl left.\n"
    (tmp_path / "long.md").write_text(text, encoding="utf-8")
    app = KmassistApp(lambda: open_on(filled_library), today=TODAY)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        list(app.library.opened.add([tmp_path / "long.md"]))
        long = next(d for d in app.library.opened.sources() if d.metadata.title == "Long")
        app.push_screen(DocumentScreen(long.doc_id))
        await settle(pilot)
        await pilot.press("slash", *"owl")
        await until(pilot, lambda: count(app) == "1 of 2")
        assert "The first" in shown(app.screen)
        assert "The last" not in shown(app.screen)
        await pilot.press("enter")
        await until(pilot, lambda: count(app) == "2 of 2" and "The last" in shown(app.screen))
        await settle(pilot)
        scroll = app.screen.query_one(DocumentText)
        assert scroll.scroll_y > scroll.max_scroll_y - scroll.size.height  # in view
        assert marks(app) == ["owl"]
        assert not app.faults


@pytest.mark.parametrize("key", ["f3", "f5", "f6", "f7", "f8", "f10"])
async def test_every_place_with_a_table_finds_with_the_same_key(
    filled_app: KmassistApp, key: str
) -> None:
    app = filled_app
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        a = app.library.opened
        a.gaps.add(title="No audit of night triage")
        answer = (await ask(pilot)).latest_answer
        assert answer is not None
        a.briefs.save(a.briefs.compose(answer))
        a.decisions.new(answer.question, answer=answer)
        await pilot.press(key)
        await settle(pilot)
        sheet = next(sheet for sheet in app.screen.query(Sheet) if sheet.display)
        await until(pilot, lambda: sheet.shown)
        everything = sheet.shown
        await pilot.press("slash", *"qqqq")
        await until(pilot, lambda: count(app) == f"0 of {everything}")
        await pilot.press(*["backspace"] * 4)
        await until(pilot, lambda: sheet.shown == everything)
        await pilot.press(*"a", "enter")
        await settle(pilot)
        assert sheet.has_focus
        await pilot.press("escape")
        await settle(pilot)
        assert not app.screen.query(FindBar)
        assert sheet.shown == everything
        assert not app.faults


async def test_in_a_list_on_a_card_the_cursor_goes_from_line_to_line(
    filled_app: KmassistApp,
) -> None:
    app = filled_app
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        for name in ("triage audits", "triage guidance", "birth"):
            app.library.opened.sets.save(name, source_types=["AUD"])
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, SetsScreen))
        await settle(pilot)
        listed = app.screen.query_one(OptionList)
        await pilot.press("slash", *"triage")
        await until(pilot, lambda: count(app) == "1 of 2")
        first = listed.highlighted
        await pilot.press("down")
        await until(pilot, lambda: count(app) == "2 of 2" and listed.highlighted != first)
        await pilot.press("escape")
        await settle(pilot)
        assert listed.has_focus
        await pilot.press("enter")  # the line that was found
        await until(pilot, lambda: app.library.set_name.startswith("triage"))


async def test_in_the_conversation_and_in_the_help_and_a_slash_typed_is_a_slash(
    filled_app: KmassistApp,
) -> None:
    app = filled_app
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("slash")
        assert app.screen.query_one(QuestionInput).value == "/"
        app.screen.query_one(QuestionInput).value = ""
        await ask(pilot)
        await pilot.press("tab", "slash", *"listening")

        await until(pilot, lambda: marks(app) == ["Listening"])
        await pilot.press("escape")
        await settle(pilot)
        assert marks(app) == []
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await settle(pilot)
        await pilot.press("slash", *"every action")
        await until(pilot, lambda: [m.casefold() for m in marks(app)] == ["every action"])
        assert not app.faults
