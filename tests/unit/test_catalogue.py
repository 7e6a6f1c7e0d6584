"""Questions about the corpus itself are counted from metadata."""

from datetime import date
from pathlib import Path

import pytest

from kmassist.answers.corpus_facts import look_up, subject_of
from kmassist.assistant import Assistant
from kmassist.assistant.asked_of import said_by
from kmassist.documents.document import Document, make_doc_id
from kmassist.documents.metadata import AuditCriterion, Metadata
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.question.types import QuestionType, classify
from kmassist.settings.model import load_settings

TODAY = date(2026, 11, 23)


def document(title: str, **metadata: object) -> Document:
    return Document(
        doc_id=make_doc_id(title),
        text="",
        metadata=Metadata.model_validate({"title": title, **metadata}),
    )


LATE = AuditCriterion(
    criterion="Seen in 15 minutes", numerator=4, denominator=9, re_audit_due="2026-09"
)
SOON = AuditCriterion(
    criterion="Seen in 15 minutes", numerator=4, denominator=9, re_audit_due="2026-12"
)
CORPUS = [
    document("Late audit", source_type="AUD", audit=(LATE,), topics=("TRI",)),
    document("Timely audit", source_type="AUD", audit=(SOON,), topics=("TRI",)),
    document("Old guideline", source_type="GDL", review_by="2021", topics=("IOL",)),
    document(
        "Trial one",
        source_type="PUB",
        doi="10.1/a",
        topics=("IOL",),
        groups_reported=("ethnicity",),
    ),
    document("Trial two", source_type="PUB", doi="10.1/b", topics=("IOL",)),
    document("Trial two again", source_type="PUB", doi="10.1/b", topics=("IOL",)),
    document("What women say", source_type="PPI", topics=("TRI",)),
]
LABELS = {"TRI": "Triage", "IOL": "Induction of labour"}


def test_overdue_audits_and_nothing_else() -> None:
    found = look_up(
        "Which of our audits are past the date when they should have been repeated?",
        CORPUS,
        (),
        LABELS,
        TODAY,
    )
    assert found.facts[1:] == ("Late audit: its re-audit was due 2026-09.",)
    assert list(found.quotes.values()) == ["Seen in 15 minutes"]


def test_topics_rich_in_one_kind_and_without_another_count_studies() -> None:
    two = look_up(
        "Which topics have 2 or more published but no PPI source?", CORPUS, (), LABELS, TODAY
    )
    assert two.facts[1:] == (
        "Induction of labour (IOL): 2 published research; none of patient and public involvement.",
    )
    three = look_up(
        "Which topics have three published studies but no PPI?", CORPUS, (), LABELS, TODAY
    )
    assert three.facts[0].startswith("0 topics")


def test_who_was_not_heard_is_told_by_the_reports_of_those_who_were() -> None:
    heard = [
        document(
            "Waits", source_type="PPI", topics=("TRI",), ppi={"not_heard": ("teenagers", "fathers")}
        ),
        document(
            "Home",
            source_type="PPI",
            topics=("IOL",),
            ppi={"not_heard": ("women who do not speak English",)},
        ),
        *CORPUS,
    ]
    for question in (
        "Which women do we never hear from?",
        "Whose voices are missing?",
        "Who haven't we heard from?",
        "Who was not heard?",
    ):
        found = look_up(question, heard, (), LABELS, TODAY)
        assert found.facts == (
            "2 of 3 reports of patients and carers say whom they did not hear, on 2026-11-23.",
            "Home: women who do not speak English.",
            "Waits: teenagers; fathers.",
        )
    narrowed = look_up("Whose voices are missing on triage?", heard, ("TRI",), LABELS, TODAY)
    assert narrowed.facts[0].startswith("1 of 2 reports of patients and carers on triage")
    assert list(narrowed.quotes.values()) == ["teenagers"]


@pytest.mark.parametrize(
    "question",
    [
        "Do women feel that they were not heard?",
        "Who should not be offered a sweep?",
        "What do women we asked say?",
    ],
)
def test_being_heard_is_not_always_about_the_corpus(question: str) -> None:
    assert look_up(question, CORPUS, (), LABELS, TODAY).facts == ()
    assert QuestionType.CORPUS not in classify(question)


def test_groups_and_counts() -> None:
    assert (
        "Trial one: reports by ethnicity."
        in look_up("Which sources report results by ethnicity?", CORPUS, (), LABELS, TODAY).facts
    )
    assert (
        look_up("How many documents do we hold on triage?", CORPUS, ("TRI",), LABELS, TODAY)
        .facts[0]
        .startswith("3 documents on triage")
    )


def test_a_date_counts_as_later_only_if_all_that_it_may_mean_is() -> None:
    dated = [
        document(f"Dated {date}", source_type="PUB", published=date)
        for date in ("2025", "2026", "2026-09", "2026-10", "2026-10-01", "2026-10-31", "2026-11")
    ]

    def told(question: str) -> list[str]:
        return [fact.split(" (")[0] for fact in look_up(question, dated, (), {}, TODAY).facts]

    assert told("What is new since 15 October 2026?") == [
        "2 documents dated 2026-10-15 or later.",
        "Dated 2026-11",
        "Dated 2026-10-31",
        "2 documents dated by year or month only, so before or after 2026-10-15.",
        "Dated 2026-10",
        "Dated 2026",
    ]
    assert told("What is new since October 2026?")[0] == "4 documents dated 2026-10 or later."
    assert told("What is new since 1 October 2026?")[0] == "4 documents dated 2026-10-01 or later."
    assert told("Anything new this year?")[0] == "6 documents dated 2026 or later."


def test_what_metadata_cannot_say_gets_no_facts() -> None:
    assert look_up("Does induction reduce stillbirth?", CORPUS, (), LABELS, TODAY).facts == ()


def test_an_overdue_audit_is_not_about_overdue_pregnancies() -> None:
    assert "overdue" not in subject_of("Which of our audits are overdue?")
    assert "induction" in subject_of("Which guidelines on induction are out of date?")
    for question in (
        "Which guidelines on induction are out of date?",
        "Are any guidelines overdue?",
    ):
        assert classify(question) == (QuestionType.CORPUS,)
    assert QuestionType.CORPUS not in classify("Should women who are overdue be offered induction?")


SHELF = {
    "Waterbirth guideline": "A waterbirth needs two midwives.",
    "Conversations": "We talked of water-birth with nine women.",
    "The pool trial": "Women chose between the bed and a birth in water.",
    "Labour and water immersion": "Heat was measured every hour.",
    "Lists": "A caesarean is on this list, in the last section.",
    "Drinks": "Give water. The birth partner may drink too.",
    "Sections": "The LSCS list starts at nine.",
    "Section rates": "A caesarean section was the end of one birth in three.",
}


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Which documents are about waterbirth?", 5),
        ("Which documents are about water-birth?", 5),  # water for a birth partner is none
        ("Which documents mention LSCS?", 3),
        (
            "Which documents mention caesarean section?",
            2,
        ),  # a spelling is no other name, to stand by itself
        ("Which documents mention teabags?", 0),
    ],
)
def test_a_document_that_uses_another_name_is_listed_too(
    question: str, named: int, tmp_path: Path
) -> None:
    for title, text in SHELF.items():
        (tmp_path / f"{title}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    (tmp_path / "baths.md").write_text(
        "---\ntitle: Baths\nkeywords: [pool birth]\n---\nThe tub is cleaned daily.\n",
        encoding="utf-8",
    )
    settings = load_settings({"library": str(tmp_path / "library")})
    with Assistant.open(settings, create=True, embedder=HashingEmbedder()) as assistant:
        list(assistant.add([tmp_path]))
        notes = assistant.answer(question).notes
    assert [note for note in notes if note.startswith(f"{named} document")], notes


def test_a_body_is_known_by_its_short_name_and_any_paper_mentions() -> None:
    voices = document("Voices", source_type="PPI", issuer="Northby Maternity Voices Partnership")
    held = [*CORPUS, voices]

    def names_of(body: str) -> list[str]:
        return ["maternity voices partnership"] if body.endswith("MVP") else []

    found = look_up("everything from the MVP", held, (), LABELS, TODAY, names_of=names_of)
    assert found.facts[0] == "1 document from the MVP."
    for asked in ("which papers mention the pool", "list everything about the pool"):
        told = look_up(
            asked, held, (), LABELS, TODAY, mentioning=lambda what: {voices.doc_id: what}
        )
        assert told.facts[0] == "1 document with “pool” in the title, keywords or text."


def test_who_is_asked_for_the_word_of_a_body_is_given_what_it_issued() -> None:
    def issued_by(body: str) -> frozenset[str]:
        return frozenset({"d1"} if body == "nice" else ())

    found = said_by("what do nice say about induction", None, issued_by)
    assert found is not None
    assert found.doc_ids == {"d1"}
    assert said_by("what do women say about induction", None, issued_by) is None
    assert said_by("does induction work", None, issued_by) is None
