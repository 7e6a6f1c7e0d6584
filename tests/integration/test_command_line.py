"""The real command line on real files: what a person types, what comes back, and how every mistake is answered."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Run, run_kmassist

ESCAPE = re.compile(r"[\x1b\x9b]")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of what patients and staff said, made once and only ever copied."""
    library = tmp_path_factory.mktemp("made") / "library"
    done = run_kmassist(library, ["add", str(SAMPLE / "ppi"), str(SAMPLE / "frontline")])
    assert done.code == 0, done.err
    return library


@pytest.fixture
def filled(made: Path, kmassist: Run, tmp_path: Path) -> Run:
    """A copy of it for each test."""
    shutil.copytree(made, tmp_path / "library")
    return kmassist


def first_id(run: Run) -> str:
    return str(run("sources", "list", "--json").json[0]["doc_id"])


def test_adding_twice_changes_nothing(filled: Run) -> None:
    before = filled("status", "--json").json
    again = filled("add", "--json", str(SAMPLE / "ppi"))
    assert again.code == 0
    assert not again.json["added"]
    assert not again.json["updated"]
    assert len(again.json["unchanged"]) == 13
    assert filled("status", "--json").json["corpus_digest"] == before["corpus_digest"]


def test_adding_without_a_terminal_names_each_file_as_it_is_read(filled: Run) -> None:
    names = sorted(p.name for p in (SAMPLE / "ppi").iterdir() if p.suffix == ".md")
    said = filled("add", str(SAMPLE / "ppi")).err
    assert all(f": {name}\n" in said for name in names)


def test_a_copy_elsewhere_is_a_duplicate(filled: Run, tmp_path: Path) -> None:
    (tmp_path / "ppi").mkdir()
    source = SAMPLE / "ppi" / "telephone-advice-survey-2026.md"
    (tmp_path / "ppi" / "copy.md").write_bytes(source.read_bytes())
    done = filled("add", "--json", str(tmp_path / "ppi"))
    assert next(d["note"] for d in done.json["duplicates"]).startswith(
        "same text as telephone-advice-survey-2026.md"
    )
    assert done.json["documents"] == 20


def test_a_changed_file_takes_the_place_of_the_old_one(kmassist: Run, tmp_path: Path) -> None:
    note = tmp_path / "ppi" / "note.md"
    note.parent.mkdir()
    note.write_text("# Waiting\n\nWomen waited too long in triage in March.\n")
    kmassist("add", str(note))
    note.write_text("# Waiting\n\nWomen waited less long in triage in April.\n")
    done = kmassist("add", "--json", str(note))
    assert len(done.json["updated"]) == 1
    assert done.json["documents"] == 1
    assert "March" not in kmassist("sources", "show", "note.md", "--text").out


def test_one_bad_file_never_stops_the_rest(kmassist: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 not really")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "good.md").write_text("Induction at home was welcomed by women who were asked.")
    done = kmassist("add", "--json", "--type", "ppi", str(folder))
    assert done.code == 4
    assert len(done.json["added"]) == 1
    assert {Path(s["path"]).name for s in done.json["skipped"]} == {"bad.pdf", "empty.txt"}
    assert all(s["reason"].endswith(".") for s in done.json["skipped"])


def test_forget_removes_every_trace(filled: Run, tmp_path: Path) -> None:
    target = next(
        d for d in filled("sources", "list", "--json").json if "triage-waits" in d["source_name"]
    )
    words = b"honest waiting time on a board"
    held = [p for p in (tmp_path / "library").rglob("*") if p.is_file() and words in p.read_bytes()]
    assert held, "the text is somewhere before it is forgotten"
    filled("ask", "what do women say about waiting in triage")
    assert filled("forget", target["doc_id"], "--yes").code == 0
    assert not [
        p for p in (tmp_path / "library").rglob("*") if p.is_file() and words in p.read_bytes()
    ]
    assert filled("sources", "show", target["doc_id"]).code == 2
    assert (
        target["doc_id"]
        not in filled("ask", "--json", "what do women say about waiting in triage").out
    )


def test_corrections_survive_adding_again(filled: Run) -> None:
    doc = first_id(filled)
    path = filled("sources", "show", doc, "--json").json["source_path"]
    assert filled("sources", "edit", doc, "--set", "issuer=Corrected Trust").code == 0
    filled("add", path)
    shown = filled("sources", "show", doc, "--json").json["metadata"]
    assert shown["issuer"] == "Corrected Trust"
    assert shown["came_from"]["issuer"] == "edited"


def test_inspect_stores_nothing(kmassist: Run, tmp_path: Path) -> None:
    done = kmassist("inspect", str(SAMPLE / "audit" / "triage-15-minutes-ashcombe-2026.csv"))
    assert done.code == 0
    assert "4 criteria" in done.out
    assert "[sidecar]" in done.out
    assert not (tmp_path / "library").exists()


def test_personal_data_is_held_back_until_a_choice_is_made(kmassist: Run, tmp_path: Path) -> None:
    note = tmp_path / "ppi" / "letter.md"
    note.parent.mkdir()
    note.write_text(
        "# Letter\n\nMrs Examplename, date of birth 03/04/1990, said that nobody told her how long the wait would be.\n"
    )
    held = kmassist("add", str(note))
    assert held.code == 1
    assert "personal data" in held.err
    assert "Examplename" not in held.err + held.out
    assert kmassist("status", "--json").json["documents"] == 0
    assert kmassist("add", "--redact", str(note)).code == 0
    raw = b"".join(p.read_bytes() for p in (tmp_path / "library").rglob("*") if p.is_file())
    assert b"Examplename" not in raw
    assert b"03/04/1990" not in raw
    assert "[DATE OF BIRTH]" in kmassist("sources", "show", "letter.md", "--text").out


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


def test_the_same_question_gives_the_same_bytes(filled: Run) -> None:
    assert (
        filled("ask", "--json", "what do women say about triage?").out
        == filled("ask", "--json", "what do women say about triage?").out
    )


def test_answers_verify_until_the_source_changes(filled: Run, tmp_path: Path) -> None:
    saved = tmp_path / "answer.json"
    asked = filled(
        "ask", "what do women say about waiting in triage", "--save", str(saved), "--json"
    ).json
    assert asked["citations"]
    assert filled("verify", str(saved)).code == 0
    saved.write_text(saved.read_text().replace("frightened", "reassured"))
    done = filled("verify", str(saved))
    assert done.code == 1
    assert "do not stand at that place" in done.out
    filled("forget", asked["citations"][0]["doc_id"], "--yes")
    assert "no longer in the library" in filled("verify", str(saved)).out


def test_every_type_has_a_row(filled: Run) -> None:
    answer = filled("ask", "--json", "what do women say about waiting in triage").json
    # An experience question: what patients and carers say comes first, what it has no use for last; the table keeps its order.
    assert [row["source_type"] for row in answer["rows"]] == [
        "PPI",
        "PUB",
        "AUD",
        "FLK",
        "SVE",
        "GDL",
        "ECO",
        "POL",
    ]
    cells = [cell["source_type"] for cell in answer["coverage"]["cells"]]
    assert cells == ["PUB", "GDL", "ECO", "AUD", "PPI", "FLK", "SVE", "POL"]
    for row in answer["rows"]:
        assert bool(row["claims"]) == bool(row["studies"])
        assert bool(row["claims"]) != bool(row["absence"])
        if not row["studies"]:
            assert re.fullmatch(
                r"None in this corpus of 20 documents, searched \d{4}-\d\d-\d\d\.", row["absence"]
            )


def test_who_asks_what_to_do_reads_what_is_agreed_first(filled: Run) -> None:
    asked = filled("ask", "--json", "--as", "T1", "when do we assess women in triage").json
    assert [row["source_type"] for row in asked["rows"]][:2] == ["GDL", "PUB"]
    asked = filled("ask", "--json", "--as", "T1", "does triage help women").json
    assert [row["source_type"] for row in asked["rows"]][:2] == ["PUB", "GDL"]


def test_the_setting_for_small_numbers_holds_on_the_screen(tmp_path: Path) -> None:
    source, library, settings = (
        tmp_path / "heard.md",
        tmp_path / "library",
        tmp_path / "kmassist.toml",
    )
    source.write_text(
        "---\ntitle: Waits in triage\nsource_type: PPI\nevidence_date: 2026-02\n---\nThree of the women said that waiting in triage was frightening.\n"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith("KMASSIST_")}
    env |= {"KMASSIST_EMBEDDING__MODEL": "hashing", "KMASSIST_CONFIG": str(settings)}

    def said(*args: str) -> str:
        command = [sys.executable, "-m", "kmassist", "--library", str(library), *args]
        return subprocess.run(command, capture_output=True, text=True, env=env, check=True).stdout

    said("add", str(source))
    question = "what did women say about waiting in triage"
    assert "[fewer than 5] “of the women" in said("ask", question)  # outside the quotation marks
    settings.write_text("[privacy]\nhide_counts_below = 0\n")
    assert "Three of the women" in said("ask", question)


def test_the_short_answer_is_one_sentence_a_kind(filled: Run) -> None:
    whole = filled("ask", "--json", "what do women say about waiting in triage").json
    short = filled("ask", "--short", "what do women say about waiting in triage").out
    kinds = [row for row in whole["rows"] if row["claims"]]
    assert 0 < short.count("“") <= len(kinds)
    assert "Missing" in short
    assert len(short.splitlines()) < 60


def test_words_without_a_subject_are_not_searched_for(filled: Run) -> None:
    answer = filled("ask", "--json", "so do we still have to do it then?").json
    assert answer["status"] == "not_answerable"
    assert not any(row["claims"] for row in answer["rows"])
    assert any("name no subject" in note for note in answer["notes"])


def test_a_question_about_one_patient_is_turned_away(filled: Run) -> None:
    answer = filled(
        "ask", "--json", "My patient is 38 weeks with BP 160/110, what should I do?"
    ).json
    assert answer["is_turned_away"]
    assert "service-level questions" in answer["notes"][0]
    said_by = {row["source_type"] for row in answer["rows"] if row["claims"]}
    assert said_by <= {"GDL", "POL"}


def test_a_question_with_a_patients_number_is_not_searched_for(filled: Run) -> None:
    answer = filled("ask", "--json", "NHS number 943 476 5919: is she due a growth scan?").json
    assert answer["is_turned_away"]
    assert not answer["citations"]


def test_a_long_search_gives_as_many_passages_as_asked_for(filled: Run) -> None:
    found = filled("search", "-k", "80", "--json", "women and midwives in triage").json
    assert [f["rank"] for f in found] == list(range(1, len(found) + 1))
    assert len(found) > 60


def test_an_empty_library_says_what_to_do(kmassist: Run) -> None:
    done = kmassist("ask", "anything at all")
    assert done.code == 2
    assert "kmassist add" in done.err


def test_chat_keeps_the_subject_of_a_follow_up(filled: Run) -> None:
    done = filled(
        "chat",
        "--plain",
        stdin="What do women say about induction at home?\nand the waiting?\n:sources\n:quit\n",
    )
    assert done.code == 0
    assert "Question: What do women say about induction at home; the waiting?" in done.out
    assert not ESCAPE.search(done.out)


def test_the_reading_is_changed_from_the_command_line_and_in_the_plain_conversation(
    filled: Run,
) -> None:
    question = "Do women with PROM at term do better with induction of labour?"
    done = filled(
        "ask",
        question,
        "--without",
        "premature rupture of membranes",
        "--sense",
        "PROM=outcome measure",
        "--json",
    )
    answer = json.loads(done.out)
    assert answer["chosen"] == {
        "types": [],
        "senses": {"PROM": "patient-reported outcome measure"},
        "without": [],  # the other meaning has no such form
        "subject": "",
    }
    answer = json.loads(
        filled("ask", question, "--without", "premature rupture of membranes", "--json").out
    )
    assert answer["chosen"]["without"] == ["premature rupture of membranes"]
    plain = filled(
        "chat", "--plain", stdin="Does the OASI bundle reduce third degree tears?\n:quit\n"
    ).out
    assert re.search(r"^Verdict: .* from this corpus\.", plain, re.M)
    assert plain.count("None in this corpus of") == 1  # said once, for all kinds that it holds for
    assert re.search(r"^would help: .*cost and economics", plain, re.M)
    told = f"{question}\n:without PROM\n:with PROM\n:sense PROM=outcome measure\n:as T6\n:sense nonsense\n:reading\n:quit\n"
    done = filled("chat", "--plain", stdin=told)
    changed = [line for line in done.out.splitlines() if line.startswith("Changed by you: ")]
    assert changed == [
        "Changed by you: searched without prelabour rupture of membranes, premature rupture of membranes (for PROM).",
        "Changed by you: PROM = patient-reported outcome measure.",
        "Changed by you: read as cost; PROM = patient-reported outcome measure.",
        "Changed by you: read as cost; PROM = patient-reported outcome measure.",
    ]
    assert "ACRONYM=sense" in done.err


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["aks", "x"], 2, "Did you mean 'ask'?"),
        (["How should we triage?"], 2, 'kmassist ask "How should we triage?"'),
        (["ask"], 2, "Give a question"),
        (["ask", "???"], 2, "Give a question"),
        (["ask", "x" * 2001], 2, "longer than 2,000"),
        (["ask", "triage", "--as", "T12"], 2, "not a question type"),
        (["ask", "triage", "--type", "XYZ"], 2, "XYZ"),
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
