"""A question asked of some kinds of source, of some years, of a set: chosen with a key, said in the answer, cleared with a key."""

from __future__ import annotations

import io

import pytest
from textual.widgets import Input, Static

from kmassist.answers.presentation import direct_line
from kmassist.cli.chat import chat
from kmassist.documents.source_types import SourceType
from kmassist.index import Filter
from kmassist.settings.model import Settings
from kmassist.text.years import years_of
from kmassist.tui.app import KmassistApp
from kmassist.tui.widgets.filter_bar import FilterBar, FilterChips
from kmassist.tui.widgets.key_line import KeyLine
from kmassist.tui.widgets.question_input import QuestionInput
from tests.tui.conftest import open_on
from tests.tui.driving import QUESTION, TODAY, ask, ready, settle, shown, until


@pytest.mark.parametrize(
    ("said", "years"),
    [
        ("", (None, None)),
        ("2020", (2020, 2020)),
        ("2020-", (2020, None)),
        ("-2015", (None, 2015)),
        (" 2015 - 2020 ", (2015, 2020)),
        ("2015–2020", (2015, 2020)),
        ("2020-2015", None),
        ("20", None),
        ("lately", None),
        ("2015 2020", None),
    ],
)
def test_years_as_people_write_them(said: str, years: tuple[int | None, int | None] | None) -> None:
    assert years_of(said) == years


def line(app: KmassistApp) -> str:
    return str(app.screen.query_one("#filter-line", Static).content)


async def test_kinds_years_and_a_set_change_what_is_asked_and_the_answer_says_so(
    filled_app: KmassistApp,
) -> None:
    app = filled_app
    async with app.run_test(size=(60, 20)) as pilot:
        await ready(pilot)
        app.library.opened.sets.save("recent", year_from=2020)
        bar, field = app.screen.query_one(FilterBar), app.screen.query_one(QuestionInput)
        assert not bar.display
        await pilot.press("ctrl+f")
        await until(pilot, lambda: app.screen.query_one(FilterChips).has_focus)
        await settle(pilot)
        chips = app.screen.query_one(FilterChips)
        labels = [kind.label for kind in SourceType]
        assert all(label in chips.content.plain for label in labels)  # type: ignore[union-attr]
        assert chips.content.cell_length  # type: ignore[union-attr]
        assert all(len(row) <= 58 for row in chips.content.plain.splitlines())  # type: ignore[union-attr]
        assert field.region.bottom <= 18  # the question and the keys stay in sight
        assert "delete" in [hint.key for hint in app.screen.query_one(KeyLine)._all]
        await pilot.press("space")
        assert line(app).startswith("Asked of: published research")
        await pilot.press("escape")
        await settle(pilot)
        assert field.has_focus
        screen = await ask(pilot)
        answer = screen.latest_answer
        assert answer is not None
        assert {c.citation.source_type for c in answer.claims} == {SourceType.PUB}
        assert (
            "The search was narrowed to published research: 2 of 7 documents were looked at."
            in answer.notes
        )
        await pilot.press("ctrl+f")
        await until(pilot, lambda: app.screen.query_one(FilterChips).has_focus)
        years = app.screen.query_one("#filter-years", Input)
        years.value = "lately"
        await settle(pilot)
        assert "! Write years:" in line(app)
        years.value = "2021-"
        await settle(pilot)
        screen = await ask(pilot)
        answer = screen.latest_answer
        assert answer is not None
        assert {c.citation.cite_as for c in (*answer.claims, *answer.nearest)} <= {"Plover 2021"}
        assert any("published research; from 2021: 1 of 7" in note for note in answer.notes)
        await pilot.press("ctrl+f")
        await until(pilot, lambda: app.screen.query_one(FilterChips).has_focus)
        await pilot.press("left")  # the last of the row of sets
        await pilot.press("space")
        await settle(pilot)
        assert app.library.set_name == "recent"
        assert "the set “recent”" in line(app)
        await pilot.press("delete", "escape")
        await settle(pilot)
        assert not bar.display
        assert field.has_focus
        assert not app.library.set_name
        screen = await ask(pilot)
        assert screen.latest_answer is not None
        assert not any("narrowed" in note for note in screen.latest_answer.notes)
        assert len({c.citation.source_type for c in screen.latest_answer.claims}) > 2
        assert not app.faults


async def test_a_part_that_holds_nothing_and_a_year_in_the_question_are_both_said(
    filled_app: KmassistApp,
) -> None:
    async with filled_app.run_test(size=(80, 24)) as pilot:
        a = (await ready(pilot)).library.opened
        empty = Filter(source_types=frozenset({SourceType.ECO}))
        answer = a.answer(QUESTION, where=empty, today=TODAY)
        direct = direct_line(answer)
        assert direct is not None
        assert "no document is in the part of the library" in direct.notes[0]
        research = Filter(source_types=frozenset({SourceType.PUB}))
        answer = a.answer(
            "What has been published on triage since 2020?", where=research, today=TODAY
        )
        assert any("published research; from 2020: 1 of 7" in note for note in answer.notes)
        assert shown(filled_app.screen)


def test_the_plain_conversation_narrows_in_words(
    filled_library: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [
        ":only research; 2020-",
        QUESTION,
        ":only wishes",
        ":only set nowhere",
        QUESTION,
        ":only",
        QUESTION,
        ":quit",
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(told)))
    with open_on(filled_library) as assistant:
        assert chat(assistant, plain=True) == 0
    said = capsys.readouterr()
    assert "Asked of: published research; from 2020." in said.out
    assert said.out.count("narrowed to published research; from 2020: 1 of 7") == 2
    assert "‘wishes’ is no kind of source" in said.out
    assert "nowhere" in said.err
    assert "Asked of: the whole library." in said.out
    assert said.out.rstrip().count("Question: ") == 3
