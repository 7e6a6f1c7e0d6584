"""add, inspect, sources and forget on the real command line: what is stored, what is held back, what is gone."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import SAMPLE, Run
from tests.on_disk import every_byte_in, every_file


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
    held = [path for path, data in every_file(tmp_path / "library") if words in data]
    assert held, "the text is somewhere before it is forgotten"
    filled("ask", "what do women say about waiting in triage")
    assert filled("forget", target["doc_id"], "--yes").code == 0
    assert not [path for path, data in every_file(tmp_path / "library") if words in data]
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


def test_a_source_type_is_corrected_by_the_flag_that_its_warning_names(
    kmassist: Run, tmp_path: Path
) -> None:
    huddle = tmp_path / "notes.txt"
    huddle.write_text("Notes of the ward\n\nThe phone rings when nobody is free to answer it.\n")
    assert "say it with --type" in (added := kmassist("add", str(huddle))).out + added.err
    doc = first_id(kmassist)
    assert "is no kind of source" in kmassist("sources", "edit", doc, "--type", "notes").err
    assert "not known" not in kmassist("sources", "edit", doc, "--type", "flk").out
    huddle.write_text(huddle.read_text() + "A headset helped.\n")
    kmassist("add", str(huddle))
    metadata = kmassist("sources", "show", first_id(kmassist), "--json").json["metadata"]
    assert (metadata["source_type"], metadata["came_from"]["source_type"]) == ("FLK", "edited")


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
    raw = every_byte_in(tmp_path / "library")
    assert b"Examplename" not in raw
    assert b"03/04/1990" not in raw
    assert "[DATE OF BIRTH]" in kmassist("sources", "show", "letter.md", "--text").out
