"""Records of one kind: numbered, found by the start of an id, refused in one sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from kmassist.errors import ExportError, RecordError
from kmassist.index import Index
from kmassist.index.local import open_memory
from kmassist.records.store import Records, by_start, to_json, write_as


class Note(BaseModel):
    note_id: str
    says: str


@pytest.fixture
def index() -> Iterator[Index]:
    opened = open_memory(embedder="none", dimension=4)
    yield opened
    opened.close()


def notes(index: Index) -> Records[Note]:
    return Records(index, "note", Note, see="kmassist notes list")


def test_numbered_records_come_in_order_of_their_numbers(index: Index) -> None:
    kept = notes(index)
    for number in range(1, 12):
        kept.put(kept.make({"note_id": kept.next_number(), "says": f"note {number}"}))
    assert [n.note_id for n in kept.all()] == [str(number) for number in range(1, 12)]
    assert kept.get("1").says == "note 1"
    with pytest.raises(RecordError, match="no note 12"):
        kept.get("12")


def test_a_record_is_found_by_the_start_of_its_id_unless_two_begin_so(index: Index) -> None:
    kept = notes(index)
    for note_id in ("kab1", "kab2", "kzz"):
        kept.put(Note(note_id=note_id, says=""))
    assert kept.get("kz").note_id == "kzz"
    with pytest.raises(RecordError, match="matches 2 notes"):
        kept.get("ka")
    with pytest.raises(RecordError, match="no note ''"):
        kept.get("")
    assert kept.delete("kzz").note_id == "kzz"
    assert len(kept.all()) == 2


def test_a_field_that_cannot_be_used_is_named(index: Index) -> None:
    with pytest.raises(RecordError, match="'says' cannot be used") as refused:
        notes(index).make({"note_id": "1"}, "Write what it says.")
    assert refused.value.hint == "Write what it says."


def test_a_file_is_written_by_its_suffix_and_never_over_another(tmp_path: Path) -> None:
    path = write_as(
        tmp_path / "x.json", {".json": lambda: to_json([Note(note_id="1", says="ü")])}, force=False
    )
    assert '"says": "ü"' in path.read_text("utf-8")
    with pytest.raises(ExportError, match="there already"):
        write_as(path, {".json": lambda: ""}, force=False)
    with pytest.raises(ExportError, match="no format that this"):
        write_as(tmp_path / "x.doc", {".json": lambda: ""}, force=False)
    assert by_start("a", ["a", "ab"], "note", "x") == "a"
