"""The corpus driven by keys: its table, a document, adding, correcting and forgetting."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from rich.table import Table
from textual.widgets import Button, Input, OptionList, Static

from kmassist.documents.document import SourceType
from kmassist.readers import read_source
from kmassist.settings.model import Settings
from kmassist.tui.app import KmassistApp
from kmassist.tui.intake import Intake
from kmassist.tui.screens.add import AddScreen, ConsentScreen
from kmassist.tui.screens.confirm import ConfirmScreen
from kmassist.tui.screens.corpus import CorpusScreen
from kmassist.tui.screens.document import DocumentScreen, particulars
from kmassist.tui.screens.form import FormScreen
from kmassist.tui.widgets import status_line
from kmassist.tui.widgets.path_input import PathInput, complete
from kmassist.tui.widgets.sheet import Sheet
from tests.present import present
from tests.tui.conftest import DOCUMENTS, open_on
from tests.tui.driving import ready, settle, shown, until


def can_add(screen: AddScreen) -> bool:
    return not screen.query_one("#add", Button).disabled


async def test_the_table_sorts_filters_and_describes(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("f3")
        await until(
            pilot,
            lambda: (
                isinstance(filled_app.screen, CorpusScreen)
                and filled_app.screen.query_one(Sheet).shown
            ),
        )
        screen = filled_app.screen
        table = screen.query_one(Sheet)
        assert table.shown == len(DOCUMENTS)
        kinds = [str(table.get_row_at(n)[0]) for n in range(table.row_count)]
        assert kinds == sorted(kinds, key=str.casefold)
        await pilot.press("s")  # by title
        titles = [str(table.get_row_at(n)[1]) for n in range(table.row_count)]
        assert titles == sorted(titles, key=str.casefold)
        warnings = " ".join(str(table.get_row_at(n)[3]) for n in range(table.row_count))
        assert "undated" in warnings
        assert "re-audit overdue" in warnings
        await pilot.press("slash", *"kestrel")
        await settle(pilot)
        assert table.shown == 1
        await pilot.press("enter", "home")
        await settle(pilot)
        assert "Kestrel trial of standard triage" in str(
            screen.query_one("#particulars", Static).content
        )
        await pilot.press("escape")
        assert table.shown == len(DOCUMENTS)


async def test_a_document_opens_and_is_corrected(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await pilot.press("f3")
        await until(
            pilot,
            lambda: isinstance(filled_app.screen, CorpusScreen) and filled_app.screen.at_cursor,
        )
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(filled_app.screen, DocumentScreen)
        assert "104 (40%)" in shown(filled_app.screen)
        await pilot.press("escape", "e")
        await settle(pilot)
        form = filled_app.screen
        assert isinstance(form, FormScreen)
        form.query_one("#evidence_date", Input).value = "not a date"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert filled_app.screen is form  # the value is refused and the form stays
        assert len(filled_app.faults) == 1
        form.query_one("#evidence_date", Input).value = "2026-04-30"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(filled_app.screen, CorpusScreen))
        audit = next(
            d
            for d in (await filled_app.library.ready()).sources()
            if d.metadata.source_type is SourceType.AUD
        )
        assert audit.metadata.evidence_date == "2026-04-30"
        assert audit.metadata.came_from["evidence_date"] == "edited"


async def test_forgetting_asks_first(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await pilot.press("f3")
        await until(
            pilot,
            lambda: isinstance(filled_app.screen, CorpusScreen) and filled_app.screen.at_cursor,
        )
        await pilot.press("delete")
        assert isinstance(filled_app.screen, ConfirmScreen)
        await pilot.press("enter")  # the cursor stands on No
        await settle(pilot)
        assert (await filled_app.library.ready()).status().documents == len(DOCUMENTS)
        await pilot.press("delete", "y")
        await until(pilot, lambda: filled_app.screen.query_one(Sheet).shown == len(DOCUMENTS) - 1)
        assert (await filled_app.library.ready()).status().documents == len(DOCUMENTS) - 1


async def test_adding_shows_first_and_stores_then(filled_app: KmassistApp, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "frontline"
    folder.mkdir(parents=True)
    (folder / "twins-2026.md").write_text(
        "---\ntitle: Staff on twins\nevidence_date: 2026-06\n---\nStaff scan twins more often than single babies.\n"
    )
    async with filled_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f3")
        await settle(pilot)
        await pilot.press("a")
        await settle(pilot)
        screen = filled_app.screen
        assert isinstance(screen, AddScreen)
        assert screen.query_one("#add", Button).disabled
        screen.query_one(PathInput).value = str(folder)
        await pilot.press("enter")
        await until(pilot, lambda: screen.query_one("#preview-list", OptionList).option_count == 1)
        await settle(pilot)
        preview = str(screen.query_one("#preview-list", OptionList).get_option_at_index(0).prompt)
        assert "Frontline Staff on twins" in preview
        assert (await filled_app.library.ready()).status().documents == len(DOCUMENTS)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(filled_app.screen, CorpusScreen))
        await until(pilot, lambda: filled_app.screen.query_one(Sheet).shown == len(DOCUMENTS) + 1)
        assert filled_app.intake is not None
        assert filled_app.intake.says() == "Adding finished: 1 stored."


async def test_personal_data_is_held_back(filled_app: KmassistApp, tmp_path: Path) -> None:
    path = tmp_path / "audit" / "list.md"
    path.parent.mkdir()
    path.write_text(
        "---\ntitle: A list\nevidence_date: 2026-06\n---\nNHS number 943 476 5919 waited two hours.\n"
    )
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        for choice, stored in (("leave", 0), ("redact", 1)):
            await pilot.press("f3")
            await settle(pilot)
            await pilot.press("a")
            await settle(pilot)
            screen = filled_app.screen
            assert isinstance(screen, AddScreen)
            screen.query_one(PathInput).value = str(path)
            await pilot.press("enter")
            await until(pilot, partial(can_add, screen))
            prompt = str(
                screen.query_one("#preview-list", OptionList).get_option_at_index(0).prompt
            )
            assert "may hold personal data" in prompt
            assert "943 476 5919" not in prompt
            await pilot.press("ctrl+s")
            await settle(pilot)
            assert isinstance(filled_app.screen, ConsentScreen)
            assert filled_app.screen.query_one("#leave").has_focus
            await pilot.click(f"#{choice}")
            await until(
                pilot, lambda: filled_app.intake is not None and not filled_app.intake.is_running
            )
            await settle(pilot)
            assert (await filled_app.library.ready()).status().documents == len(DOCUMENTS) + stored
        assert not any(
            "943" in d.text
            for d in [
                (await filled_app.library.ready()).source(x.doc_id)
                for x in (await filled_app.library.ready()).sources()
            ]
        )


async def test_a_file_that_hides_something_is_kept_scrubbed(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    import docx

    path = tmp_path / "audit" / "a.docx"
    path.parent.mkdir()
    document = docx.Document()
    paragraph = document.add_paragraph("Women waited two hours in triage for a midwife.")
    document.add_comment(paragraph.runs, "ask Janekins", author="Authorina", initials="A")
    document.save(str(path))
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await pilot.press("f3")
        await settle(pilot)
        await pilot.press("a")
        await settle(pilot)
        screen = filled_app.screen
        assert isinstance(screen, AddScreen)
        screen.query_one(PathInput).value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: not screen.query_one("#add", Button).disabled)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(filled_app.screen, ConsentScreen))
        await settle(pilot)
        await pilot.click("#scrub")
        await until(
            pilot, lambda: filled_app.intake is not None and not filled_app.intake.is_running
        )
        library = await filled_app.library.ready()
        (added,) = (d for d in library.sources() if d.source_name == "a.docx")
        kept = library.original(added.doc_id)
        assert kept is not None
        assert kept[1] != path.read_bytes()
        assert [line.action for line in library.trail(action="scrubbed")] == ["store scrubbed"]


async def test_adding_can_be_stopped(filled_app: KmassistApp, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        (folder / f"note-{number:02}.md").write_text(
            f"# Note {number}\n\nWomen in group {number} waited.\n"
        )
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await pilot.press("f3")
        await settle(pilot)
        filled_app.add_documents([folder])
        await until(pilot, lambda: filled_app.intake is not None and filled_app.intake.is_running)
        intake = present(filled_app.intake)
        assert filled_app.screen.query_one("#intake-progress").is_attached
        intake.cancel()
        await until(pilot, lambda: not intake.is_running)
        await settle(pilot)
        assert intake.says().startswith("Adding stopped")
        left = (await filled_app.library.ready()).status().documents - len(DOCUMENTS)
        assert left == intake.stored < 60


def test_a_path_is_completed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").touch()
    (tmp_path / "bad\x1b[2Jname").touch()
    assert complete(f"{tmp_path}/fol") == f"{tmp_path}/folder/"
    assert complete(f"{tmp_path}/fi") == f"{tmp_path}/file.txt"
    assert complete(f"{tmp_path}/bad") is None
    assert complete(f"{tmp_path}/nothing/x") is None


async def test_an_audit_is_a_table_with_bars_in_its_document(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(130, 40)) as pilot:
        await ready(pilot)
        assistant = await filled_app.library.ready()
        audit = next(d for d in assistant.sources() if d.metadata.audit)
        filled_app.push_screen(DocumentScreen(audit.doc_id))
        await until(pilot, lambda: bool(filled_app.screen.query("#document-audit")))
        await settle(pilot)
        table = filled_app.screen.query_one("#document-audit", Static).content
        assert isinstance(table, Table)
        assert table.row_count == len(audit.metadata.audit)
        assert [column.header for column in table.columns][2] == "0 to 100%, target |"
        assert filled_app.screen.query_one("#document-audit").size.height > 1
        assert "104 (40%)" in shown(filled_app.screen)  # its words stand below


def test_a_document_that_names_nobody_is_called_by_its_title_once(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("# Night calls\n\nThe phone rang out 14 times.\n", encoding="utf-8")
    said = str(particulars(read_source(path)[0]))
    assert said.count("Night calls") == 1
    assert "undated" in said


async def test_what_another_window_adds_is_counted_here(
    filled_app: KmassistApp,
    filled_library: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(status_line, "LOOK_AGAIN_SECONDS", 0.1)
    app = filled_app
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: f"{len(DOCUMENTS)} documents" in shown(app.screen))
        path = tmp_path / "more.txt"
        path.write_text("Waiting rooms were full on 12 May 2026.")
        with open_on(filled_library) as other:
            list(other.add([path]))
        await until(pilot, lambda: f"{len(DOCUMENTS) + 1} documents" in shown(app.screen))
        assert not app.faults


@pytest.mark.parametrize("key", ["ctrl+q", "q"])
async def test_leaving_while_documents_are_added_says_what_is_left_out(
    filled_app: KmassistApp, tmp_path: Path, key: str
) -> None:
    async with filled_app.run_test() as pilot:
        await ready(pilot)
        await pilot.press("f3")
        filled_app.intake = intake = Intake([tmp_path], lambda: None)
        intake.is_running, intake.stored, intake.total = True, 3, 13
        await pilot.press(key)
        await until(pilot, lambda: isinstance(filled_app.screen, ConfirmScreen))
        said = " ".join(str(s.content) for s in filled_app.screen.query(Static))
        assert "3 of 13 are stored; the others would not be in the library" in said
        await pilot.press("n")
        await until(pilot, lambda: not isinstance(filled_app.screen, ConfirmScreen))
        assert filled_app.is_running
        await pilot.press(key)
        await until(pilot, lambda: isinstance(filled_app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: not filled_app.is_running)
