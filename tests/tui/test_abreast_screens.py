"""Keeping abreast in the terminal, over a real library: follow a question, see it turn, look at a folder and do what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button, Input, Static

from kmassist.assistant import Assistant
from kmassist.documents.document import Document
from kmassist.embedding import open_embedder
from kmassist.settings.model import load_settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.abreast import AbreastScreen
from kmassist.tui.screens.add import ConsentScreen
from kmassist.tui.screens.document import DocumentScreen
from kmassist.tui.screens.folder_plan import FolderPlanScreen
from kmassist.tui.widgets.sheet import Sheet
from tests.tui.driving import ask, ready, settle, until

TALKS = "---\ntitle: Talks about triage\nsource_type: PPI\nevidence_date: 2025-06\n---\n\nWomen said that the wait in triage was long.\n"
BELLS = "---\ntitle: Bells in triage\nsource_type: AUD\nevidence_date: 2026-01\n---\n\nThe audit found that quokka bells in triage were answered within five minutes.\n"
QUESTION = "How fast are quokka bells answered in triage?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "talks.md").write_text(TALKS, encoding="utf-8")
    return tmp_path / "share"


@pytest.fixture
def app(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> KmassistApp:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    settings = load_settings({"library": str(tmp_path / "library")})

    def opened() -> Assistant:
        return Assistant.open(settings, create=True, embedder=open_embedder("hashing"))

    with opened() as assistant:
        list(assistant.folders.carry_out(assistant.folders.plan(folder)))
    return KmassistApp(opened)


def rows(app: KmassistApp) -> list[str]:
    table = app.screen.query_one(Sheet)
    return [" ".join(str(cell) for cell in table.get_row_at(n)) for n in range(table.row_count)]


async def test_a_question_is_followed_kept_and_told_when_a_file_comes(
    app: KmassistApp, folder: Path
) -> None:
    async with app.run_test(size=(110, 30)) as pilot:
        await ready(pilot)
        await ask(pilot, QUESTION)
        await pilot.press("ctrl+g")
        await settle(pilot)
        assert "This question is followed." in [n.title for n in app._notifications]
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, AbreastScreen) and rows(app))
        assert any("Talks about triage" in row for row in rows(app))
        await pilot.press("3")
        await until(pilot, lambda: any(QUESTION in row for row in rows(app)))
        (folder / "bells.md").write_text(BELLS, encoding="utf-8")
        await pilot.press("5")
        await until(pilot, lambda: any(str(folder)[:20] in row for row in rows(app)))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FolderPlanScreen))
        shown = " ".join(str(s.content) for s in app.screen.query(Static))
        assert "bells.md" in shown
        app.screen.query_one("#do", Button).press()
        await until(pilot, lambda: isinstance(app.screen, AbreastScreen))
        await until(pilot, lambda: QUESTION in [n.title for n in app._notifications])
        await pilot.press("2")
        await until(pilot, lambda: any("turned 1x" in row for row in rows(app)))
        await pilot.press("3")
        await until(pilot, lambda: not rows(app))


async def test_a_removed_file_is_set_aside_and_forgotten_only_when_said(
    app: KmassistApp, folder: Path
) -> None:
    (folder / "bells.md").write_text(BELLS, encoding="utf-8")
    (folder / "more.md").write_text(BELLS.replace("five", "six"), encoding="utf-8")
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f10", "5")
        await until(pilot, lambda: isinstance(app.screen, AbreastScreen) and rows(app))
        for change in ("come", "go"):
            if change == "go":
                (folder / "bells.md").unlink()
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, FolderPlanScreen))
            app.screen.query_one("#do", Button).press()
            await until(pilot, lambda: isinstance(app.screen, AbreastScreen))
            await settle(pilot)
        await until(pilot, lambda: any("set aside" in row for row in rows(app)))
        assert len(await app.library.call(lambda a: a.sources())) == 3
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(app.screen, FolderPlanScreen))
        app.screen.query_one("#forget", Button).press()
        await until(pilot, lambda: isinstance(app.screen, AbreastScreen))
        await until(pilot, lambda: len(rows(app)) == 1)
        assert len(await app.library.call(lambda a: a.sources())) == 2


async def test_due_can_be_written_to_a_file(app: KmassistApp, tmp_path: Path) -> None:
    async with app.run_test(size=(60, 20)) as pilot:
        await ready(pilot)
        await app.library.call(lambda a: a.gaps.add(title="Night waits", due="2020-01"))
        await pilot.press("f10", "4")
        await until(pilot, lambda: isinstance(app.screen, AbreastScreen) and rows(app))
        await until(pilot, lambda: any("Night waits" in row for row in rows(app)))
        await pilot.press("x")
        await until(pilot, lambda: app.screen.query("#field"))
        app.screen.query_one("#field", Input).value = str(tmp_path / "due.csv")
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "due.csv").exists())


async def test_personal_data_in_a_folder_is_asked_about_as_when_files_are_added(
    app: KmassistApp, folder: Path
) -> None:
    number = "The midwife wrote NHS number 943 476 5919 on the board in triage.\n"
    (folder / "board.md").write_text(BELLS + number, encoding="utf-8")
    (folder / "more.md").write_text(BELLS.replace("five", "six"), encoding="utf-8")
    async with app.run_test(size=(60, 20)) as pilot:
        await ready(pilot)
        await pilot.press("f10", "5")
        await until(pilot, lambda: isinstance(app.screen, AbreastScreen) and rows(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FolderPlanScreen))
        app.screen.query_one("#do", Button).press()
        await until(pilot, lambda: isinstance(app.screen, ConsentScreen))
        shown = " ".join(str(s.content) for s in app.screen.query(Static))
        assert "board.md" in shown
        assert "nhs number" in shown
        assert "more.md" not in shown
        texts = lambda: [a.text for a in _documents(app)]  # noqa: E731
        assert not any(
            "wrote" in text for text in texts()
        )  # nothing of it is kept before the choice
        app.screen.query_one("#redact", Button).press()
        await until(pilot, lambda: any("wrote" in text for text in texts()))
        assert not any("943 476" in text for text in texts())
        await settle(pilot)
        doc_id = next(d.doc_id for d in _documents(app) if "wrote" in d.text)
        app.push_screen(DocumentScreen(doc_id))
        await until(
            pilot,
            lambda: any(
                "Compared with its file" in str(head.content)
                for head in app.screen.query("#document-head").results(Static)
            ),
        )
        assert not app.faults


def _documents(app: KmassistApp) -> list[Document]:
    assistant = app.library.opened
    return [assistant.index.document(d.doc_id) for d in assistant.sources()]
