"""A question as a search of databases elsewhere: its ideas, their other words, and each database's syntax."""

from __future__ import annotations

import pytest

from kmassist.question.frames import read_frame
from kmassist.question.strategy import (
    Concept,
    Strategy,
    concepts_of,
    database_data,
    root_of,
    strategies,
)
from kmassist.question.subject import read_subject
from kmassist.question.types import QuestionType
from kmassist.question.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()


def concepts(question: str) -> tuple[Concept, ...]:
    from dataclasses import replace

    reading = VOCABULARY.read_question(question)
    names = VOCABULARY.names_in(question)
    subject = read_subject(question, names=names)
    frame = read_frame(question, [QuestionType("T1")])
    return concepts_of(replace(reading, subject=subject), frame, names)


def written(question: str, database: str) -> Strategy:
    reading = VOCABULARY.read_question(question)
    (found,) = strategies(
        question,
        concepts(question),
        short=reading.abbreviations,
        spelling=VOCABULARY.spelling,
        databases=(database,),
    )
    return found


@pytest.mark.parametrize("row", database_data()["examples"], ids=lambda row: row["word"])
def test_words_are_cut_where_their_family_begins(row: dict[str, str]) -> None:
    assert root_of(row["word"]) == row["root"]


def test_an_outcome_a_comparison_and_a_figure_do_not_narrow_a_search() -> None:
    found = {
        c.label: c.why for c in concepts("Is induction of labour at 41 weeks better than waiting?")
    }
    assert found == {
        "induction of labour": "",
        "41 weeks": "a figure, which records write in many ways",
        "waiting": "what it is compared with",
    }
    assert {c.label: c.why for c in concepts("Does telephone triage reduce waiting times?")} == {
        "telephone triage": "",
        "waiting times": "the outcome",
    }


def test_medline_is_written_line_by_line_with_a_place_for_its_headings() -> None:
    found = written(
        "Does telephone triage keep women with reduced fetal movements safe?", "medline"
    )
    assert found.text.splitlines() == [
        "1  [MeSH heading for telephone triage]/",
        "2  ((telephon* adj3 triag*) or (telephon* adj3 advic*) or (advic* adj3 phon*)).ti,ab,kf.",
        "3  1 or 2",
        "4  [MeSH heading for reduced fetal movements]/",
        (
            "5  ((reduc* adj3 (fetal* or foetal*) adj3 movement*) or rfm or (decreas* adj3 (fetal* or foetal*) adj3 movement*)"
            " or ((baby or babies) adj3 moving* adj3 less) or (fewer* adj3 kick*)).ti,ab,kf."
        ),
        "6  4 or 5",
        "7  3 and 6",
    ]
    assert [line.number for line in found.lines if line.is_for_librarian] == ["1", "4"]
    assert "Left out, because most records hold it: women." in found.notes


@pytest.mark.parametrize(
    ("database", "search"),
    [
        ("medline", "((induction* adj3 (labour* or labor*)) or iol or ((labour* or labor*) adj3 induction*)).ti,ab,kf."),
        ("embase", "((induction* adj3 (labour* or labor*)) or iol or ((labour* or labor*) adj3 induction*)).ti,ab,kf."),
        (
            "pubmed",
            '"induction labour"[tiab:~3] OR "induction labor"[tiab:~3] OR iol[tiab] OR "labour induction"[tiab:~3]'
            ' OR "labor induction"[tiab:~3]',
        ),
        (
            "cinahl",
            "TI ((induction* N3 (labour* OR labor*)) OR iol OR ((labour* OR labor*) N3 induction*)) OR "
            "AB ((induction* N3 (labour* OR labor*)) OR iol OR ((labour* OR labor*) N3 induction*))",
        ),
        ("hub", "((induction* N3 (labour* OR labor*)) OR iol OR ((labour* OR labor*) N3 induction*))"),
    ],
)  # fmt: skip
def test_each_database_has_its_own_syntax_and_both_spellings(database: str, search: str) -> None:
    found = written("Is induction of labour safe?", database)
    assert search in [line.search for line in found.lines]


def test_the_hub_ends_in_one_line_to_paste() -> None:
    found = written("Does telephone triage keep women with reduced fetal movements safe?", "hub")
    first, second, last = (line.search for line in found.lines)
    assert last == f"{first} AND {second}"


def test_a_short_form_is_searched_as_it_stands_with_what_it_means() -> None:
    found = written("Does BSOTS help?", "medline")
    assert (
        '(bsots or "birmingham symptom specific obstetric triage system").ti,ab,kf.' in found.text
    )
    assert any("Short forms can mean other things elsewhere: BSOTS." in n for n in found.notes)


def test_a_name_of_small_words_never_becomes_its_one_word() -> None:
    assert '"same midwife"' in written("What about continuity of carer?", "medline").text
    assert "or midwi* or" not in written("What about continuity of carer?", "medline").text


def test_no_heading_is_ever_guessed() -> None:
    for database in database_data()["databases"]:
        for line in written("Is induction of labour safe?", database).lines:
            assert ("[" in line.search) >= line.is_for_librarian
            assert "/" not in line.search.replace("]/", "")


def test_words_unknown_to_the_vocabulary_are_searched_all_the_same() -> None:
    assert [
        c.label for c in concepts("Does aromatherapy help with hypnobirthing?") if not c.why
    ] == [
        "aromatherapy",
        "hypnobirthing",
    ]
