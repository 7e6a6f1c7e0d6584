"""ask, search and chat on the real command line: what an answer says, and what is turned away."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from tests.commands import run as run_command
from tests.conftest import Run

ESCAPE = re.compile(r"[\x1b\x9b]")


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


def test_a_script_is_told_on_request_that_nothing_answers(filled: Run) -> None:
    unanswerable = ("ask", "what does a neonatal transport helicopter cost")
    assert filled(*unanswerable).code == 0
    assert filled(*unanswerable, "--exit-status").code == 4
    answered = ("ask", "what do women say about waiting in triage", "--exit-status")
    assert filled(*answered).code == 0


def test_the_code_of_a_rule_is_shown_on_request_alone(filled: Run) -> None:
    question = ("coverage", "what does a first-assessment midwife in triage cost")
    code = re.compile(r"\bG\d+\b")
    told = filled(*question).out
    assert "What the gaps warrant" in told
    assert not code.search(told)
    assert code.search(filled(*question, "--why").out)


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
        line = ["--library", str(library), *args]
        done = run_command(line, env=env, folder=tmp_path, stdin=None)
        assert done.code == 0, done.err
        return done.out

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


def test_an_empty_library_says_so_and_what_to_do(kmassist: Run, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Waits\n\nWomen wait in triage.\n")
    kmassist("add", str(note), "--type", "frontline")
    kmassist("forget", "note.md", "--yes")
    said = kmassist("ask", "How long do women wait in triage?").out
    assert "Not answered here: the library is empty. Add documents first" in said
    assert "0 documents answers it" not in said
    assert "None in this corpus of 0" not in said
