"""The real command line on real files: how every mistake is answered, the register by hand, backup and doctor."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tests.conftest import Run, run_kmassist

ESCAPE = re.compile(r"[\x1b\x9b]")


def test_no_escape_codes_in_a_pipe(filled: Run) -> None:
    for args in (
        ["ask", "triage waits"],
        ["sources", "list"],
        ["status"],
        ["map"],
        ["coverage", "triage waits"],
        ["people"],
    ):
        done = filled(*args)
        assert done.out, args
        assert not ESCAPE.search(done.out + done.err), args


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["aks", "x"], 2, "Did you mean 'ask'?"),
        (["How should we triage?"], 2, 'kmassist ask "How should we triage?"'),
        (["ask"], 2, "Give a question"),
        (["ask", "???"], 2, "Give a question"),
        (["ask", "x" * 2001], 2, "longer than 2,000"),
        (["ask", "triage", "--as", "T12"], 2, "'T12' is no question type"),
        (["ask", "triage", "--type", "Posters"], 2, "'Posters' is no kind of source"),
        (["ask", "triage", "--topic", "labour"], 2, "IOL (Induction of labour) or LAB"),
        (["ask", "triage", "--from", "2030", "--to", "2020"], 2, "--from is the earlier"),
        (["map", "--topic", "ZZZ"], 2, "There is no topic 'ZZZ'"),
        (["--sample", "fraility", "status"], 2, "Did you mean '--sample frailty'?"),
        (["serve", "--port", "99999"], 2, "99999 is not in the range 1 to 65535"),
        (["serve", "--port", "abc"], 2, "'abc' is not a whole number"),
        (["gaps", "add", "phones", "--set", "stage=half"], 2, "say one of 'open', 'in progress'"),
        (["gaps", "add", "phones", "--set", "stage=closd"], 2, "did you mean 'closed'? Say one of"),
        (["ask", "triage", "--no-such-thing"], 2, "There is no option '--no-such-thing'."),
        (["status", "now"], 2, "There is more here than the command takes: (now)"),
        (["export", "no-such-folder/library.ris"], 1, "There is no folder 'no-such-folder'"),
        (["add", "no-such-folder"], 2, "There is no file or folder"),
        (["add", ".", "--set", "nonsense=1"], 2, "metadata field"),
        (["sources", "show", "d000"], 2, "No document has the id"),
        (["sources", "edit", "d000", "--set", "title=x"], 2, "No document has the id"),
        (["forget", "d000", "--yes"], 2, "No document has the id"),
        (["gaps", "close", "99"], 2, "no gap 99"),
        (["eval", "no-such-folder"], 2, "There is no file or folder"),
    ],
)
def test_every_mistake_gets_one_clear_sentence(
    filled: Run, args: list[str], code: int, says: str
) -> None:
    done = filled(*args)
    assert done.code == code, done.err
    assert says in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("args", "meant"),
    [
        (["ask", "triage", "--type", "audti"], "audit"),
        (["ask", "triage", "--topic", "trige"], "TRI (Triage"),
        (["ask", "triage", "--as", "acceptabilty"], "Experience or acceptability"),
        (["brief", "triage", "--for", "comissioner"], "commissioner"),
        (["brief", "compse", "triage"], "compose"),
        (["map", "--output", "map.pgn"], ".png"),
        (["export", "library.bibb"], ".bib"),
        (["trend", "--output", "series.sgv"], ".svg"),
        (["searches", "strategy", "triage", "--for", "pubmde"], "pubmed"),
        (["sources", "edit", "d000", "--set", "ppi.nubmer=3"], "ppi.number"),
        (["gaps", "list", "--stage", "opne"], "open"),
        (["gaps", "add", "phones", "--set", "stge=open"], "stage"),
        (["gaps", "list", "--stge", "open"], "--stage"),
        (["vocabulary", "topcs"], "topics"),
        (["completion", "zhs"], "zsh"),
        (["prompt", "plain-sumary", "triage"], "plain-summary"),
        (["schema", "asks"], "ask"),
        (["--sample=fraility", "status"], "frailty"),
    ],
)
def test_a_misspelt_choice_is_offered_in_one_way(filled: Run, args: list[str], meant: str) -> None:
    done = filled(*args)
    assert done.code in {1, 2}, done.err
    assert f"Did you mean '{meant}" in done.err


@pytest.mark.parametrize(
    "args",
    [
        ["ask", "triage waits", "--type", "audits", "--as", "cost", "--topic", "triage"],
        ["search", "triage waits", "--type", "Patient and public involvement"],
        ["map", "--topic", "induction"],
        ["gaps", "list", "--topic", "triage"],
    ],
)
def test_kinds_and_topics_are_taken_in_words(filled: Run, args: list[str]) -> None:
    done = filled(*args)
    assert done.code == 0, done.err


def test_status_of_a_missing_half_is_loud(filled: Run, tmp_path: Path) -> None:
    """A library whose embedder is another is refused, never searched by half."""
    done = run_kmassist(tmp_path / "library", ["status"], embedder="default")
    assert done.code == 1
    assert "embedder" in done.err.lower() or "embedding" in done.err.lower()


def test_gap_register_by_hand(filled: Run, tmp_path: Path) -> None:
    filled(
        "gaps",
        "add",
        "No cost study of triage",
        "--set",
        "topic=TRI",
        "--set",
        "source_type=ECO",
        "--set",
        "due=2020-01",
    )
    assert "No cost study" in filled("gaps", "list", "--overdue").out
    filled(
        "searches",
        "log",
        "--databases",
        "MEDLINE, CINAHL",
        "--strategy",
        "triage AND cost",
        "--role",
        "librarian",
        "--gap",
        "1",
    )
    assert "MEDLINE" in filled("searches", "list").out
    target = tmp_path / "register.csv"
    assert filled("gaps", "export", str(target)).code == 0
    again = filled("gaps", "export", str(target))
    assert again.code == 1
    assert "already" in again.err
    assert "No cost study" in target.read_text(encoding="utf-8-sig")
    assert filled("gaps", "close", "1").code == 2
    assert filled("gaps", "close", "1", "--note", "costing done").code == 0
    epicot = filled("gaps", "epicot", "1")
    assert epicot.code == 0, epicot.err
    assert all(
        word in epicot.out
        for word in ("Population", "Intervention", "Comparison", "Outcome", "Time stamp")
    )


def test_a_flag_set_by_hand_can_be_taken_back(filled: Run) -> None:
    question = "How should we triage women who attend unscheduled?"
    reason = "the pilot has ended"
    before = filled("coverage", question).out
    assert reason not in before
    set_by_hand = (
        "gaps",
        "override",
        "sve",
        "absent",
        "--reason",
        reason,
        "--role",
        "lead midwife",
    )
    assert filled(*set_by_hand).code == 0
    assert reason in filled("coverage", question).out
    assert filled("gaps", "withdraw", "1").code == 0
    assert filled("coverage", question).out == before
    again = filled("gaps", "withdraw", "1")
    assert again.code == 2
    assert "no override 1" in again.err


def test_backup_and_restore(filled: Run, tmp_path: Path) -> None:
    digest = filled("status", "--json").json["corpus_digest"]
    assert filled("backup", str(tmp_path / "backup.zip")).code == 0
    other = tmp_path / "elsewhere" / "library"
    other.parent.mkdir()
    assert run_kmassist(other, ["restore", str(tmp_path / "backup.zip")]).code == 0
    assert run_kmassist(other, ["status", "--json"]).json["corpus_digest"] == digest


def test_doctor_finds_nothing_wrong_with_a_new_library(filled: Run) -> None:
    done = filled("doctor", "--deep")
    assert done.code == 0
    assert "Nothing is wrong." in done.out


def test_a_path_that_the_computer_refuses_is_one_sentence(kmassist: Run, tmp_path: Path) -> None:
    for arguments in (
        ["add", "x" * 300],
        ["--library", "/".join(["d" * 200] * 30), "status"],
        ["restore", "y" * 300],
    ):
        done = kmassist(*arguments)
        assert done.code
        assert "Something went wrong" not in done.err, done.err
        assert done.err.strip()


def test_doctor_names_the_file_and_what_to_do(kmassist: Run, tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_text(
        "---\ntitle: T\nsource_type: AUD\nevidence_date: 2026\n---\nTriage took 15 minutes for 41 of 105 women.\n"
    )
    assert kmassist("add", str(source)).code == 0
    (tmp_path / "library" / "km.db").chmod(0o644)
    assert (
        "warning: km.db: others may read it (mode 644) (repair: kmassist doctor --repair)"
        in kmassist("doctor").out
    )
    assert "files and folders private" in kmassist("doctor", "--repair").out
    assert "Nothing is wrong." in kmassist("doctor").out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_under_umask_000_every_file_is_for_its_owner_alone(kmassist: Run, tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_text(
        "---\ntitle: T\nsource_type: AUD\nevidence_date: 2026\n---\nTriage took 15 minutes for 41 of 105 women.\n"
    )
    question = "How long does triage take?"
    before = os.umask(0)
    try:
        for arguments in (
            ["add", str(source)], ["ask", "--save", str(tmp_path / "answer.json"), question], ["backup", str(tmp_path / "b.zip")],
            ["brief", question, "--for", "public", "--output", str(tmp_path / "brief.docx")], ["map", "--output", str(tmp_path / "map.csv")],
        ):  # fmt: skip
            assert kmassist(*arguments).code == 0
    finally:
        os.umask(before)
    made = [
        *(tmp_path / "library").rglob("*"),
        *(tmp_path / name for name in ("answer.json", "b.zip", "brief.docx", "map.csv")),
    ]
    assert {
        path: oct(path.stat().st_mode & 0o777) for path in made if path.stat().st_mode & 0o077
    } == {}
