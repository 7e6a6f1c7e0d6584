"""Every command with --json has a published schema, and writes what it says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import jsonschema
import pytest

from kmassist.cli import cli
from kmassist.cli.schema import all_schemas
from kmassist.cli.shapes import CHANGING, SHAPES
from tests.conftest import MadeOnce
from tests.integration.test_decision_commands import SAMPLE, Shell
from tests.schemas import WRITTEN

ON_A_SERVER = {"migrate", "services list"}
"""Run on a database in `test_migrate.py`, where what they write is held against its schema too."""

QUESTION = "What do women say about waiting in triage?"
DECISION = (
    "Should we commission a first assessment by a midwife within 15 minutes in maternity triage?"
)


def with_json(command: click.Command, name: str = "") -> Iterator[str]:
    """Names of the commands that take --json, from those that are there."""
    if any("--json" in parameter.opts for parameter in command.params):
        yield name
    if isinstance(command, click.Group):
        context = click.Context(command)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from with_json(found, f"{name} {below}".strip())


@pytest.fixture(scope="session")
def made(made_once: MadeOnce) -> Path:
    """A library with something of every kind."""
    names = ("ppi", "evaluation", "audit", "published/kenyon-2017-bsots.md")
    paths = [str(SAMPLE / name) for name in names]
    return made_once("schemas", lambda folder: Shell(folder)("add", *paths))


@pytest.fixture
def shell(made: Path, tmp_path: Path) -> Shell:
    """A copy of it for each test."""
    return Shell(Path(shutil.copytree(made, tmp_path / "shell")))


def test_every_command_with_json_has_a_schema_and_no_other() -> None:
    assert sorted(with_json(cli)) == sorted(SHAPES)
    assert set(SHAPES) >= CHANGING


def test_the_schemas_are_schemas() -> None:
    whole = all_schemas()
    for name, schema in whole["$defs"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert "$ref" in json.dumps(schema) or "type" in schema or "anyOf" in schema, name
    assert {name.replace(" ", "-") for name in SHAPES} <= set(whole["$defs"])


def look(shell: Shell, folder: Path) -> None:
    """The commands that ask and look."""
    saved = folder / "answer.json"
    shell.json("ask", QUESTION, "--save", str(saved))
    shell.json("ask", "What do giraffes cost?")
    shell.json("verify", str(saved))
    draft = folder / "draft.md"
    draft.write_text(
        "Women said that nobody told them how long the wait would be. It costs nothing.\n"
    )
    shell.json("check", str(draft), code=None)
    shell.json("check", str(draft), "--used", code=None)
    for line in (
        ["search", "triage"], ["coverage", QUESTION, ], ["prompt", "plain-summary", QUESTION], ["prompt"], ["new"], ["due"], ["map"],
        ["unanswered"], ["inspect", str(SAMPLE / "ppi" / "telephone-advice-survey-2026.md"), "--text"], ["sources", "list"],
        ["sources", "show", "kenyon-2017-bsots.md"], ["trend"], ["gaps", "list"], ["gaps", "propose"], ["people", "list"],
        ["searches", "strategy", QUESTION], ["scale-up", QUESTION], ["status"], ["doctor"], ["audit"], ["config", "show"],
        ["vocabulary", "test", QUESTION],
    ):  # fmt: skip
        shell.json(*line, code=None)


def keep(shell: Shell, folder: Path) -> None:
    """The commands that keep something."""
    shell.json("follow", QUESTION)
    shell.json("follow")
    (folder / "mine").mkdir()
    (folder / "mine" / "bells.md").write_text(
        "Bells in triage were answered within five minutes in 12 of 40 calls."
    )
    shell.json("add", str(folder / "mine"), "--type", "AUD")
    shell.json("sync", str(folder / "mine"), "--yes", code=None)
    shell.json("sync", "--list")
    shell("feedback", "say", QUESTION, "--nothing-answers")
    shell.json("feedback", "list")
    shell("notes", "add", "kenyon-2017-bsots.md", "Ask the author.")
    shell.json("notes", "list")
    shell.json("sources", "show", "kenyon-2017-bsots.md")
    shell("sets", "save", "Voices", "--type", "ppi")
    shell.json("sets", "list")
    shell.json("sets", "show", "Voices")
    shell("gaps", "add", "No audit of night triage", "--question", QUESTION)
    gap = shell.json("gaps", "list")[0]["gap_id"]
    shell.json("gaps", "show", gap)
    shell.json("gaps", "epicot", gap)
    shell("gaps", "hand-over", gap, "--to", "matron", "--due", "2020-01-01")
    shell.json("gaps", "roles")
    shell(
        "searches",
        "log",
        "--databases",
        "MEDLINE",
        "--strategy",
        "triage",
        "--role",
        "librarian",
        "--gap",
        gap,
    )
    shell.json("searches", "list")
    found = folder / "medline.ris"
    found.write_text(
        "TY  - JOUR\nTI  - Midwives in triage: a trial\nPY  - 2024\nAB  - Waits were shorter.\nER  - \n"
    )
    shell.json("screen", "begin", str(found), "--gap", gap, "--database", "MEDLINE")
    for line in (["screen", "all"], ["screen", "list"], ["screen", "flow"]):
        shell.json(*line)
    gold = folder / "gold.yaml"
    shell("feedback", "export", str(gold))
    shell.json("eval", str(gold))


def decide(shell: Shell, folder: Path) -> None:
    """A decision from beginning to review, and what is used."""
    record = shell.json("decide", "new", DECISION, "--role", "chair", "--review", "2026-01-01")
    key = record["decision_id"]
    shell.json("decide", "list")
    shell.json("decide", "show", key)
    shell.json("decide", "check", key, "--now")
    there = {source["doc_id"] for source in record["relevant"]}
    other = next(d["doc_id"] for d in shell.json("sources", "list") if d["doc_id"] not in there)
    shell.json("decide", "add-source", key, other)
    for number, source in enumerate(record["relevant"], start=1):
        shell.json(
            "decide", "mark", key, str(number), "--as", "set-aside", "--because", "asked again"
        )
        if number == 1:
            draft = folder / "minutes.md"
            draft.write_text(f"We used {source['title']}.\n")
            shell.json("check", str(draft), "--decision", key, code=None)
    shell("decide", "mark", key, other, "--as", "used")
    shell.json("decide", "edit", key, "--decision", "Fund it", "--body", "Board")
    shell.json("decide", "challenge", key, "Why not now?", "--role", "MNVP chair")
    shell.json("decide", "reply", key, "1", "Now.", "--role", "chair")
    shell.json("decide", "sign-off", key, "--role", "chair", "--anyway", "It is known.")
    shell.json("decide", "review", key, "better", "--next", "2099-01-01")
    shell.json("decide", "reopen", key, "--because", "new figures")
    shell.json("use")


def reflect(shell: Shell) -> None:
    """The checklist, in two rounds."""
    items = ["3"] * sum(len(d["items"]) for d in shell.json("assess", "items")["dimensions"])
    for name in ("2026-05", "2026-11"):
        for _ in range(5):
            shell.json("assess", "answer", "--round", name, *items)
        shell("assess", "close", "--round", name, "--yes")
    shell.json("assess", "rounds")
    shell.json("assess", "results", "--round", "2026-11")
    shell.json("assess", "plan")
    shell("assess", "plan", "--take", "1", "--owner", "matron", "--due", "2020-02-01")
    shell.json("assess", "actions")
    shell.json("assess", "compare")


def share(shell: Shell, folder: Path) -> None:
    """A brief that goes to another service."""
    shell("codev", "add", "triage", "the desk", "--role", "lead", "--discipline", "Midwifery")
    shell.json("codev", "list")
    made = folder / "brief.json"
    shell("brief", DECISION, "--for", "commissioner", "--keep", "--output", str(made))
    brief, bundle = json.loads(made.read_text())["brief_id"], folder / "triage.zip"
    shell("share", "contribution", brief, "the figures", "--role", "matron")
    shell.json("share", "contributions")
    shell.json(
        "share", "export", brief, str(bundle), "--context", "Size=7,800 a year", "--topic", "triage"
    )
    other = Shell(folder, "other")
    other.json("share", "look", str(bundle))
    taken = other.json("share", "import", str(bundle))
    other.json("share", "list")
    other.json("share", "show", taken["bundle_id"])
    other.json("share", "import", str(made))


def test_what_is_written_is_what_its_schema_says(shell: Shell, tmp_path: Path) -> None:
    look(shell, tmp_path)
    keep(shell, tmp_path)
    decide(shell, tmp_path)
    reflect(shell)
    share(shell, tmp_path)
    assert sorted(set(SHAPES) - WRITTEN - ON_A_SERVER) == []
