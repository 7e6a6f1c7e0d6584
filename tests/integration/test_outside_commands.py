"""The commands for searching elsewhere, sets, feedback, notes, plans and hand-overs: what they print and how they end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import MadeOnce, Run
from tests.integration.test_decision_commands import SAMPLE, Shell

QUESTION = "What do women say about waiting in triage?"
RECORD = "TY  - JOUR\nTI  - {0}\nPY  - 2024\nAB  - {1}\nER  - \n"


@pytest.fixture(scope="session")
def made(made_once: MadeOnce) -> Path:
    """A library of what people said and one trial."""
    paths = [str(SAMPLE / name) for name in ("ppi", "published/kenyon-2017-bsots.md")]
    return made_once("outside", lambda folder: Shell(folder)("add", *paths))


@pytest.fixture
def shell(made: Path, tmp_path: Path) -> Shell:
    """A copy of it for each test."""
    return Shell(Path(shutil.copytree(made, tmp_path / "shell")))


def test_a_strategy_for_one_database_and_for_all(shell: Shell, tmp_path: Path) -> None:
    said = shell("searches", "strategy", "Does telephone triage help?", "--for", "medline").stdout
    assert said.startswith("MEDLINE (Ovid)\n1  [MeSH heading for telephone triage]/\n")
    found = shell.json("searches", "strategy", "Does telephone triage help?")
    assert [s["key"] for s in found] == ["medline", "pubmed", "embase", "cinahl", "hub"]
    assert found[0]["lines"][0]["for_librarian"] is True
    path = tmp_path / "s.txt"
    shell("searches", "strategy", "Does telephone triage help?", "-o", str(path))
    assert "CINAHL (EBSCO)\nS1  (MH" in path.read_text(encoding="utf-8")
    wrong = shell("searches", "strategy", "triage", "--for", "scopus", code=2)
    assert "There is no database 'scopus'." in wrong.stderr


def test_results_are_screened_by_number(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "medline.ris"
    path.write_text(
        RECORD.format(
            "Midwives in maternity triage: a trial", "Triage by midwives shortened waits."
        )
        + RECORD.format("Triage of cattle in veterinary practice", "Cows were triaged."),
        encoding="utf-8",
    )
    shell("gaps", "add", "No trial", "--question", "Does triage help?", "--set", "source_type=PUB")
    number = next(g["gap_id"] for g in shell.json("gaps", "list") if g["title"] == "No trial")
    said = shell("screen", str(path), "--gap", number, "--database", "MEDLINE").stdout
    assert said == "Screening 1: 2 records, 0 repeated, 0 in the library already, 2 to screen.\n"
    assert "Cows were triaged." in shell("screen", "show", "2").stdout
    assert "are still to screen" in shell("screen", "finish", "--role", "x y", code=2).stderr
    assert "with a reason" in shell("screen", "exclude", "2", code=2).stderr
    shell("screen", "include", "1")
    shell("screen", "exclude", "2", "--reason", "not people")
    records = shell.json("screen", "list")["records"]
    assert [(r["state"], r["reason"]) for r in records] == [
        ("included", ""),
        ("excluded", "not people"),
    ]
    done = shell("screen", "finish", "--role", "librarian")
    assert "added " in done.stdout
    assert "2 records, 0 removed before screening, 2 screened, 1 included" in done.stdout
    assert f"gaps confirm {number}" in done.stderr
    assert shell.json("screen", "flow")["included"] == 1
    picture = tmp_path / "flow.svg"
    shell("screen", "flow", "-o", str(picture))
    assert "PRISMA 2020 flow: Does triage help?" in picture.read_text(encoding="utf-8")
    assert shell("gaps", "confirm", number).stdout.startswith(f"gap {number}: ")


def test_a_set_narrows_every_command_that_looks(shell: Shell) -> None:
    shell("sets", "save", "Voices", "--type", "ppi")
    shell("sets", "put", "mine", "kenyon-2017-bsots.md")
    answer = shell.json("ask", "--set", "voices", QUESTION)
    assert {c["source_type"] for c in answer["citations"]} == {"PPI"}
    assert any("to the set “Voices”" in note for note in answer["notes"])
    assert [d["source_name"] for d in shell.json("sources", "list", "--set", "mine")] == [
        "kenyon-2017-bsots.md"
    ]
    hits = shell.json("search", "--set", "mine", "triage")
    assert {h["doc_id"] for h in hits} == set(shell.json("sets", "show", "mine")["documents"])
    covered = shell.json("coverage", "--set", "voices", QUESTION)
    assert {c["source_type"] for c in covered["coverage"]["cells"] if c["studies"]} == {"PPI"}
    assert "Voices" in shell("brief", "--set", "voices", QUESTION).stdout
    assert shell.json("map", "--set", "mine")["documents"] == 1
    topic = shell("map", "--set", "mine", "--topic", "TRI").stdout
    assert "    Published research: 1 study" in topic
    assert "AUD local audit and data" in " ".join(topic.split())
    assert "no set 'zzz'" in shell("ask", "--set", "zzz", QUESTION, code=2).stderr
    shell("sets", "delete", "mine")


def test_feedback_and_notes_from_the_command_line(shell: Shell, tmp_path: Path) -> None:
    quote = shell.json("ask", QUESTION)["citations"][0]["quote"]
    words = " ".join(quote.split()[:9])
    shell("feedback", "say", QUESTION, "--quote", words, "--answers")
    shell("feedback", "say", "What do giraffes cost?", "--nothing-answers")
    assert [f["said"] for f in json.loads(shell("feedback", "list", "--json").stdout)] == [
        "this answers it",
        "nothing here answers it",
    ]
    gold = tmp_path / "gold.yaml"
    shell("feedback", "export", str(gold))
    assert "expected: none" in gold.read_text(encoding="utf-8")
    assert json.loads(shell("eval", str(gold), "--json").stdout)["answers"]["doubts"] == []
    shell("notes", "add", "kenyon-2017-bsots.md", "Ask the author.")
    assert "Note, no evidence: Ask the author." in shell("notes").stdout
    refused = shell("notes", "add", "kenyon-2017-bsots.md", "NHS number 943 476 5919", code=2)
    assert "personal data" in refused.stderr


def test_what_people_said_stands_below_an_answer_and_a_source(
    kmassist: Run, tmp_path: Path
) -> None:
    text = "---\ntitle: Bells in triage\nsource_type: AUD\n---\nBells in triage were answered within five minutes.\n"
    (tmp_path / "bells.md").write_text(text, encoding="utf-8")
    asked = ("ask", "How fast are bells in triage answered?")
    assert kmassist("add", str(tmp_path / "bells.md")).code == 0
    said = ("--quote", "within five minutes", "--not-relevant", "--reason", "another ward")
    assert kmassist("feedback", "say", asked[1], *said).code == 0
    assert kmassist("notes", "add", "bells.md", "Ask the author.").code == 0
    shown = " ".join(kmassist(*asked).out.split())
    assert "minutes.”: not relevant (another ward)" in shown
    assert "Note, no evidence, on [1] Bells in triage" in shown
    assert "Note, no evidence: Ask the author." in kmassist("sources", "show", "bells.md").out


def test_hand_overs_and_the_plan(shell: Shell) -> None:
    shell("gaps", "add", "No audit of night triage")
    title = "No audit of night triage"
    number = next(g["gap_id"] for g in shell.json("gaps", "list") if g["title"] == title)
    shell("gaps", "hand-over", number, "--to", "matron", "--due", "2020-01-01")
    assert "OVERDUE" in shell("gaps", "roles", "--overdue").stdout
    shell("gaps", "accept", "1")
    assert json.loads(shell("gaps", "show", number, "--json").stdout)["owner_role"] == "matron"
    assert "closed round" in shell("assess", "plan", code=2).stderr
    items = [str(3)] * len(
        [i for d in shell.json("assess", "items")["dimensions"] for i in d["items"]]
    )
    for name in ("2026-05", "2026-11"):
        for _ in range(5):
            shell("assess", "answer", "--round", name, *items)
        shell("assess", "close", "--round", name, "--yes")
    shell("assess", "plan", "--take", "1", "--owner", "matron", "--due", "2020-02-01")
    assert "OVERDUE" in shell("assess", "actions").stdout
    shell("assess", "done", "1", "--came-of-it", "It is done.")
    assert json.loads(shell("assess", "actions", "--json").stdout)[0]["came_of_it"] == "It is done."
    assert "unchanged" in shell("assess", "compare").stdout
