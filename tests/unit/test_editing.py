"""Metadata corrected by a person: lists, parts of records, and corrections that survive a changed file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmassist.documents.document import Document, SourceType, ids_meant
from kmassist.documents.editing import edit_metadata, field_names
from kmassist.documents.metadata import AuditCriterion, Metadata, PPIRecord
from kmassist.documents.required_metadata import missing, with_current_warnings
from kmassist.errors import RecordError

_PPI = Metadata(source_type=SourceType.PPI, ppi=PPIRecord(who="women", number=3))
_AUDIT = Metadata(audit=(AuditCriterion(criterion="One"), AuditCriterion(criterion="Two")))


def test_lists_take_semicolons_and_records_dots() -> None:
    found = edit_metadata(
        _PPI,
        {
            "authors": "Reed, Ann; Osei, Ben",
            "topics": "tri; stf",
            "ppi.number": "27",
            "ppi.groups": "a; b",
        },
    )
    assert found.authors == ("Reed, Ann", "Osei, Ben")
    assert found.topics == ("TRI", "STF")
    assert found.ppi == PPIRecord(who="women", number=27, groups=("a", "b"))
    assert found.came_from == dict.fromkeys(("authors", "topics", "ppi"), "edited")


def test_one_criterion_or_all_of_them() -> None:
    assert [
        c.re_audit_due for c in edit_metadata(_AUDIT, {"audit.re_audit_due": "2027-03"}).audit
    ] == ["2027-03", "2027-03"]
    assert [c.owner_role for c in edit_metadata(_AUDIT, {"audit.2.owner_role": "lead"}).audit] == [
        "",
        "lead",
    ]


def test_an_empty_value_clears_a_field_and_an_empty_record_goes() -> None:
    assert edit_metadata(Metadata(published="2024"), {"published": ""}).published is None
    assert edit_metadata(_PPI, {"ppi.who": "", "ppi.number": None}).ppi is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("colour", "red", "no metadata field 'colour'"),
        ("ppi.colour", "red", "no metadata field 'ppi.colour'"),
        ("title.x", "red", "no metadata field 'title.x'"),
        ("ppi", "27 women", "'ppi' has parts"),
        ("audit.9.action", "x", "no 'audit.9'"),
        ("published", "someday", "'someday' cannot be the publication date: "),
        ("ppi.number", "many", "'many' cannot be the PPI number of people: give a whole number."),
        ("sharing", "everyone", "say one of 'public', 'nhs-internal' or 'team'."),
        ("source_type", "Posters", "'Posters' is no kind of source"),
    ],
)
def test_what_cannot_be_set_is_told_in_a_sentence(name: str, value: str, words: str) -> None:
    with pytest.raises(RecordError) as raised:
        edit_metadata(_PPI if name.startswith("ppi") else _AUDIT, {name: value})
    assert words in raised.value.message


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("evidence_date", "14 May 2026", "2026-05-14"),
        ("evidence_date", "14/05/2026", "2026-05-14"),
        ("published", "May 2026", "2026-05"),
        ("source_type", "audits", SourceType.AUD),
        ("source_type", "local guidelines", None),
        ("source_type", "what staff say", SourceType.FLK),
    ],
)
def test_dates_and_kinds_are_taken_as_people_write_them(
    name: str, value: str, kept: str | None
) -> None:
    if kept is None:
        with pytest.raises(RecordError):
            edit_metadata(_AUDIT, {name: value})
    else:
        assert getattr(edit_metadata(_AUDIT, {name: value}), name) == kept


def test_every_field_of_a_type_is_named() -> None:
    assert {"published", "ppi.who", "ppi.changed"} <= set(field_names(_PPI))
    audit = _AUDIT.model_copy(update={"source_type": SourceType.AUD})
    assert {"audit.1.re_audit_due", "audit.2.re_audit_due"} <= set(field_names(audit))


def test_a_warning_of_what_was_missing_goes_with_what_it_missed() -> None:
    bare = Metadata(source_type=SourceType.POL)
    document = Document(
        doc_id="d1",
        text="x",
        metadata=bare,
        warnings=("Kept.", *missing(bare), *missing(Metadata())),
    )
    full = bare.model_copy(update={"issuer": "Board", "published": "2024"})
    assert with_current_warnings(document.model_copy(update={"metadata": full})).warnings == (
        "Kept.",
    )


def test_corrections_survive_a_changed_file_and_the_warning_they_answer_does_not(
    kmassist: Callable[..., Any], tmp_path: Path
) -> None:
    notes = tmp_path / "ppi" / "notes.txt"
    notes.parent.mkdir()
    notes.write_text("Women told us about beds on the ward.")
    kmassist("add", str(notes))
    (stored,) = kmassist("sources", "list", "--json").json
    kmassist(
        "sources",
        "edit",
        stored["doc_id"],
        "--set",
        "ppi.number=27",
        "--set",
        "authors=Reed, Ann; Osei, Ben",
    )
    notes.write_text("Women told us about beds on the ward. They spoke of noise as well.")
    kmassist("add", str(notes))
    (again,) = kmassist("sources", "list", "--json").json
    assert again["doc_id"] != stored["doc_id"]
    assert again["metadata"]["ppi"]["number"] == 27
    assert again["metadata"]["authors"] == ["Reed, Ann", "Osei, Ben"]
    shown = kmassist("sources", "show", again["doc_id"]).out
    assert "missing who was heard, groups" in shown


@pytest.mark.parametrize(
    ("typed", "meant"), [("type", "source_type"), ("date", "evidence_date"), ("titel", "title")]
)
def test_a_field_that_is_none_is_answered_with_the_one_meant(typed: str, meant: str) -> None:
    with pytest.raises(RecordError) as refused:
        edit_metadata(Metadata(), {typed: "AUD"})
    assert refused.value.hint.startswith(f"Did you mean '{meant}'?")


def test_a_document_is_meant_by_its_id_its_name_or_the_start_of_its_id() -> None:
    held = [
        Document(doc_id=doc_id, text="", metadata=Metadata(), source_name=name)
        for doc_id, name in (("abcdef", "one.txt"), ("abcxyz", "two.txt"))
    ]
    for wanted, ids in (("abcdef", ["abcdef"]), ("two.txt", ["abcxyz"]), ("abcd", ["abcdef"])):
        assert ids_meant(wanted, held) == ids
    assert ids_meant("abc", held) == ["abcdef", "abcxyz"], "the caller says that it is not clear"
    assert not ids_meant("ab", held), "too short to mean one"


@pytest.mark.parametrize("name", ["title", "ppi.who", "ppi.groups"])
def test_a_text_pasted_where_a_value_belongs_is_refused(name: str) -> None:
    with pytest.raises(RecordError, match="longer than 2,000 characters"):
        edit_metadata(_PPI, {name: "x" * 2_001})
    assert edit_metadata(_PPI, {name: "x" * 2_000})
