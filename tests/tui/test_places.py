"""Corpus, map, gaps, briefs and sessions, driven by keys over a real library."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table
from textual.coordinate import Coordinate
from textual.widgets import Button, Input, Markdown, OptionList, Select, Static, TextArea

from kmassist.documents.document import SourceType
from kmassist.gaps import GapStage
from kmassist.tui.app import KmassistApp
from kmassist.tui.screens.add import AddScreen, ConsentScreen
from kmassist.tui.screens.ask import AskScreen
from kmassist.tui.screens.brief import BriefScreen
from kmassist.tui.screens.briefs import BriefsScreen
from kmassist.tui.screens.confirm import ConfirmScreen, PromptScreen
from kmassist.tui.screens.corpus import CorpusScreen
from kmassist.tui.screens.document import DocumentScreen
from kmassist.tui.screens.form import FormScreen
from kmassist.tui.screens.gaps import GapsScreen, Lane
from kmassist.tui.screens.map import Grid, MapScreen, TopicScreen
from kmassist.tui.screens.narrative import NarrativeScreen
from kmassist.tui.screens.people import LeadershipScreen
from kmassist.tui.screens.sessions import SessionsScreen
from kmassist.tui.screens.trail import TrailScreen
from kmassist.tui.widgets.path_input import PathInput, complete
from kmassist.tui.widgets.proposed import Proposed
from kmassist.tui.widgets.sheet import Sheet
from tests.tui.conftest import DOCUMENTS
from tests.tui.driving import ask, ready, settle, shown, until

# -- corpus -----------------------------------------------------------------------------------------------------------


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
            lambda: isinstance(filled_app.screen, CorpusScreen) and filled_app.screen.document,
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
            lambda: isinstance(filled_app.screen, CorpusScreen) and filled_app.screen.document,
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
            await until(pilot, lambda s=screen: not s.query_one("#add", Button).disabled)
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
        assert filled_app.screen.query_one("#intake-progress").is_attached
        filled_app.intake.cancel()  # type: ignore[union-attr]
        await until(pilot, lambda: not filled_app.intake.is_running)  # type: ignore[union-attr]
        await settle(pilot)
        assert filled_app.intake.says().startswith("Adding stopped")  # type: ignore[union-attr]
        left = (await filled_app.library.ready()).status().documents - len(DOCUMENTS)
        assert left == filled_app.intake.stored < 60  # type: ignore[union-attr]


def test_a_path_is_completed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").touch()
    (tmp_path / "bad\x1b[2Jname").touch()
    assert complete(f"{tmp_path}/fol") == f"{tmp_path}/folder/"
    assert complete(f"{tmp_path}/fi") == f"{tmp_path}/file.txt"
    assert complete(f"{tmp_path}/bad") is None
    assert complete(f"{tmp_path}/nothing/x") is None


# -- map --------------------------------------------------------------------------------------------------------------


async def test_the_map_moves_by_arrows_and_drills_down(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f4")
        await until(
            pilot,
            lambda: (
                isinstance(filled_app.screen, MapScreen)
                and filled_app.screen.query_one(Grid).row_count
            ),
        )
        grid, screen = filled_app.screen.query_one(Grid), filled_app.screen
        assert isinstance(screen, MapScreen)
        names = [str(grid.get_row_at(n)[0]) for n in range(grid.row_count)]
        row = next(n for n, name in enumerate(names) if name.startswith("Triage"))
        grid.cursor_coordinate = Coordinate(row, 1)
        await settle(pilot)
        assert "Published research: 2 studies" in str(
            screen.query_one("#particulars", Static).content
        )
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(filled_app.screen, TopicScreen)
        listed = filled_app.screen.query_one(OptionList)
        assert listed.option_count == 2
        await pilot.press("escape", "right", "right")  # guideline, economics: none
        assert grid.cursor_column == 3
        await pilot.press("g")
        await settle(pilot)
        assert isinstance(filled_app.screen, FormScreen)
        await pilot.press("ctrl+s")
        await settle(pilot)
        gap = (await filled_app.library.ready()).gaps.list()[0]
        assert (gap.topic, gap.source_type) == ("TRI", SourceType.ECO)
        await pilot.press("a")
        await until(
            pilot, lambda: isinstance(filled_app.screen, AskScreen) and filled_app.screen.turns
        )
        await until(pilot, lambda: filled_app.latest_answer is not None)


# -- gaps -------------------------------------------------------------------------------------------------------------


async def test_the_register_from_proposal_to_closing(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    async with filled_app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("f5")
        await settle(pilot)
        screen = filled_app.screen
        assert isinstance(screen, GapsScreen)
        proposed = screen.query_one(Proposed)
        await until(pilot, lambda: proposed.has_focus and proposed.shown)
        everything = proposed.shown
        rows = [" ".join(map(str, proposed.get_row_at(n))) for n in range(everything)]
        assert [row.split()[0] for row in rows] == [str(n + 1) for n in range(everything)]
        assert "Seen within 15 minutes" in rows[0]
        assert "Triage" in rows[0]  # its topic by name
        await pilot.press("slash", *"triage overdue", "enter")
        await until(pilot, lambda: 0 < proposed.shown < everything)
        await pilot.press("escape")
        await until(pilot, lambda: proposed.shown == everything)
        await pilot.press("p")
        await settle(pilot)
        assert "No gaps yet" in shown(screen)
        await pilot.press("p", "home", "enter")
        await settle(pilot)
        assert not filled_app.screen.query("#closing_note")  # a new gap is not closed
        topic = filled_app.screen.query_one("#topic", Select)
        assert (topic.value, str(topic.query_one("SelectCurrent #label").render())[:6]) == (
            "TRI",
            "Triage",
        )
        await pilot.press("ctrl+s")
        await until(pilot, lambda: filled_app.screen is screen and proposed.shown == everything - 1)
        await pilot.press("p")
        await until(pilot, lambda: screen.query_one("#register", Sheet).shown == 1)
        await pilot.press("enter")
        await settle(pilot)
        form = filled_app.screen
        assert isinstance(form, FormScreen)
        form.query_one("#stage", Select).value = "in progress"
        form.query_one("#owner_role", Input).value = "lead midwife"
        form.query_one("#due", Input).value = "2026-11-01"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: filled_app.screen is screen)
        await settle(pilot)
        gaps = (await filled_app.library.ready()).gaps
        gap = gaps.list()[0]
        assert (gap.stage, gap.owner_role, gap.due) == (
            GapStage.IN_PROGRESS,
            "lead midwife",
            "2026-11-01",
        )
        assert "! 1 overdue" in str(screen.query_one("#gaps-head", Static).content)
        await pilot.press("b")
        await settle(pilot)
        assert screen.query_one("#lane-in_progress", Lane).option_count == 1
        await pilot.press("enter")
        await settle(pilot)
        form = filled_app.screen
        assert isinstance(form, FormScreen)
        form.query_one("#stage", Select).value = "closed"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert filled_app.screen is form  # no reason was given
        form.query_one("#closing_note", Input).value = "seen at re-audit"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: filled_app.screen is screen)
        await settle(pilot)
        assert gaps.list()[0].stage is GapStage.CLOSED
        await pilot.press("x")
        await settle(pilot)
        assert isinstance(filled_app.screen, PromptScreen)
        filled_app.screen.query_one("#field", Input).value = str(tmp_path / "gaps.csv")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "gaps.csv").is_file)


async def test_leadership_shows_vacant_roles(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await pilot.press("f5")
        await settle(pilot)
        await pilot.press("l")
        await settle(pilot)
        screen = filled_app.screen
        assert isinstance(screen, LeadershipScreen)
        stages = screen.query_one(OptionList)
        assert stages.option_count == 8
        assert "! Vacant: senior clinician" in str(stages.get_option_at_index(0).prompt)
        await pilot.press("home", "enter")
        await settle(pilot)
        filled_app.screen.query_one("#role", Input).value = "consultant obstetrician"
        await pilot.press("ctrl+s")
        await until(
            pilot,
            lambda: (
                "Recorded: consultant obstetrician" in str(stages.get_option_at_index(0).prompt)
            ),
        )
        assert "Vacant" not in str(stages.get_option_at_index(0).prompt)


# -- briefs -----------------------------------------------------------------------------------------------------------


async def test_an_answer_becomes_a_brief_in_one_key(filled_app: KmassistApp) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await ask(pilot)
        await pilot.press("ctrl+b")
        await until(pilot, lambda: isinstance(filled_app.screen, BriefScreen))
        brief = filled_app.screen
        await until(pilot, lambda: brief.query("MarkdownH1"))
        assert "Whole passages behind page one" not in brief.query_one(Markdown).source
        await pilot.press("a")
        await until(pilot, lambda: "Provenance" in brief.query_one(Markdown).source)
        await pilot.press("w")
        await settle(pilot)
        names = [
            str(filled_app.screen.query_one("#cells", OptionList).get_option_at_index(n).prompt)
            for n in range(19)
        ]
        assert any("1 Is the problem a priority?" in name for name in names)
        filled_app.screen.query_one("#cells", OptionList).highlighted = 7
        await settle(pilot)
        assert "Probably yes" in shown(filled_app.screen)


async def test_a_brief_is_composed_completed_reviewed_and_exported(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    async with filled_app.run_test(size=(100, 40)) as pilot:
        await ready(pilot)
        await ask(pilot)
        await pilot.press("f6")
        await settle(pilot)
        screen = filled_app.screen
        assert isinstance(screen, BriefsScreen)
        assert "No briefs yet" in shown(screen)
        await pilot.press("n")
        await settle(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(filled_app.screen, BriefScreen))
        brief = filled_app.screen
        await until(pilot, lambda: brief.query("MarkdownH1"))
        assert brief.query_one(Markdown).source.count("<a id=") == 0
        await pilot.press("w")
        await settle(pilot)
        assert isinstance(filled_app.screen, NarrativeScreen)
        filled_app.screen.query_one(TextArea).text = "Waits were raised at the *March* meeting."
        await pilot.press("escape")
        await until(
            pilot,
            lambda: filled_app.screen is brief and "March" in brief.query_one(Markdown).source,
        )
        await pilot.press("r")
        await settle(pilot)
        filled_app.screen.query_one("#role", Input).value = "consultant midwife"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: filled_app.screen is brief)
        await until(
            pilot, lambda: "reviewed" in str(brief.query_one("#brief-head", Static).content)
        )
        await pilot.press("x")
        await settle(pilot)
        filled_app.screen.query_one("#field", Input).value = str(tmp_path / "brief.md")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "brief.md").is_file)
        await pilot.press("escape")
        await until(pilot, lambda: screen.query_one(Sheet).shown == 1)
        await pilot.press("delete", "y")
        await until(pilot, lambda: "No briefs yet" in shown(screen))
        assert not filled_app.faults


# -- sessions ---------------------------------------------------------------------------------------------------------


async def test_sessions_are_renamed_exported_and_deleted(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    async with filled_app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await ask(pilot)
        await pilot.press("f7")
        await until(
            pilot,
            lambda: isinstance(filled_app.screen, SessionsScreen) and filled_app.screen.session,
        )
        screen = filled_app.screen
        assert isinstance(screen, SessionsScreen)
        await pilot.press("r")
        await settle(pilot)
        filled_app.screen.query_one("#field", Input).value = "March governance"
        await pilot.press("enter")
        await until(
            pilot, lambda: screen.session is not None and screen.session.name == "March governance"
        )
        await pilot.press("x")
        await settle(pilot)
        filled_app.screen.query_one("#field", Input).value = str(tmp_path / "talk.md")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "talk.md").is_file)
        assert "# March governance" in (tmp_path / "talk.md").read_text(encoding="utf-8")
        await pilot.press("d", "y")
        await until(pilot, lambda: screen.session is None)
        assert "No conversations yet" in shown(screen)


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


async def test_the_audit_trail_is_filtered_and_written(
    filled_app: KmassistApp, tmp_path: Path
) -> None:
    async with filled_app.run_test(size=(120, 30)) as pilot:
        await ready(pilot)
        await pilot.press("f10")
        await ready(pilot)
        await pilot.press("t")
        await until(
            pilot,
            lambda: (
                isinstance(filled_app.screen, TrailScreen)
                and filled_app.screen.query_one(Sheet).shown
            ),
        )
        screen = filled_app.screen
        assert screen.query_one(Sheet).shown == len(DOCUMENTS)
        await pilot.press("slash", *"nothinglikeit")
        await until(pilot, lambda: not screen.query_one(Sheet).shown)
        assert f"0 of {len(DOCUMENTS)} lines" in shown(screen)
        await pilot.press("escape")
        await until(pilot, lambda: screen.query_one(Sheet).shown == len(DOCUMENTS))
        await pilot.press("x")
        await until(pilot, lambda: isinstance(filled_app.screen, PromptScreen))
        path = tmp_path / "trail.csv"
        filled_app.screen.query_one("#field", Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, path.exists)
        await until(pilot, lambda: screen.query_one(Sheet).shown == len(DOCUMENTS) + 1)
        assert len(path.read_text().splitlines()) == len(DOCUMENTS) + 1
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(filled_app.screen, DocumentScreen))
        assert not filled_app.faults
