"""Commands typed into the question field: every command is known there, and no question is taken for one."""

from __future__ import annotations

import pytest

from kmassist.cli import _COMMANDS
from kmassist.question.about_corpus import reply_to_small_talk
from kmassist.question.typed_commands import typed_command
from kmassist.text.shipped import shipped_data
from kmassist.tui.places import ALL_PLACES

TABLE = shipped_data("typed_commands.yaml")["commands"]


def test_every_command_says_what_to_do_instead() -> None:
    assert list(TABLE) == list(_COMMANDS)
    places = {place.mode for place in ALL_PLACES}
    for name, row in TABLE.items():
        assert row.get("place", "ask") in places, name
        found = typed_command(f"kmassist {name}")
        assert found is not None
        assert found.says.endswith(row["says"])


@pytest.mark.parametrize(
    ("typed", "question", "path", "place"),
    [
        ('kmassist brief "Should we fund triage?" --for board', "Should we fund triage?", "", "briefs"),
        ("brief", "", "", "briefs"),
        ("add /home/me/folder", "", "/home/me/folder", "corpus"),
        ("add ~/evidence", "", "~/evidence", "corpus"),
        (r"add C:\Users\sue\audit.xlsx", "", r"C:\Users\sue\audit.xlsx", "corpus"),
        ('ask "waiting in triage" --json', "waiting in triage", "", ""),
        ("kmassist --sample ask 'what do women say'", "what do women say", "", ""),
        ("kmassist --library /tmp/x status", "", "", ""),
        ("gaps list", "", "", "gaps"),
        ("kmassist", "", "", ""),
    ],
)  # fmt: skip
def test_a_command_is_known(typed: str, question: str, path: str, place: str) -> None:
    found = typed_command(typed)
    assert found is not None
    assert (found.question, found.path, found.place) == (question, path, place)
    assert reply_to_small_talk(typed) == found.says


@pytest.mark.parametrize(
    "question",
    [
        "brief interventions for smoking",
        "audit",
        "audit of triage times",
        "map of services",
        "screen positive women",
        "new midwives",
        "add-on tests",
        "use of water in labour",
        "share decisions with women's partners",
        "check the baby's heart rate",
        "people's views",
        "What does audit.xlsx say?",
        "follow up after a tear",
        "",
    ],
)
def test_a_question_is_no_command(question: str) -> None:
    assert typed_command(question) is None
