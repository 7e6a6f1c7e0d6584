"""Sets, feedback and notes: parts of the library by name, and what people say beside the sources without being evidence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from kmassist.assistant import Assistant
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.errors import RecordError
from kmassist.records.remarks import Said
from kmassist.records.sets import SourceSet
from kmassist.settings.model import load_settings

QUESTION = "Does triage by a midwife shorten the wait of women?"
DOCUMENTS = {
    "pub/a.md": (
        "title: A trial of triage by a midwife\nsource_type: PUB\npublished: 2020\ndesign: 1b\ntopics: [TRI]\n"
        "collections: [Maternity > Triage project]",
        "Triage by a midwife shortened the wait of women from 42 to 18 minutes in this trial.",
    ),
    "ppi/b.md": (
        "title: Talks with women about triage\nsource_type: PPI\nevidence_date: 2026-02\ntopics: [TRI]",
        "Women said that the wait in triage was long and that nobody told them why.",
    ),
    "pub/c.md": (
        "title: Pools for birth\nsource_type: PUB\npublished: 2012\ntopics: [ANA]",
        "Birth in a pool needed fewer epidurals than birth on a bed did.",
    ),
}


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    for name, (head, text) in DOCUMENTS.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{head}\n---\n# Results\n\n{text}\n", encoding="utf-8")
    settings = load_settings(
        {"library": str(tmp_path / "library"), "site.role": "lead midwife", "answer.relevance_cutoff": 0.05}
    )  # fmt: skip
    found = Assistant.open(settings, create=True, embedder=HashingEmbedder())
    list(found.add([tmp_path / "in"]))
    return found


def named(assistant: Assistant, title: str) -> str:
    return next(d.doc_id for d in assistant.sources() if d.metadata.title.startswith(title))


def titles(assistant: Assistant, name: str) -> set[str]:
    return {d.metadata.title for d in assistant.sets.members(name)}


def test_a_set_by_topic_takes_in_what_joins_the_library_later(
    assistant: Assistant, tmp_path: Path
) -> None:
    assistant.sets.save("Triage", topics=("tri",), year_from=2020)
    assert titles(assistant, "triage") == {
        "A trial of triage by a midwife",
        "Talks with women about triage",
    }
    (tmp_path / "d.md").write_text(
        "---\ntitle: Another one\nsource_type: AUD\nevidence_date: 2026-03\ntopics: [TRI]\n---\n# X\n\nWomen waited for triage.\n",
        encoding="utf-8",
    )
    list(assistant.add([tmp_path / "d.md"]))
    assert "Another one" in titles(assistant, "Triage")


def test_a_collection_of_a_reference_manager_is_a_set(assistant: Assistant) -> None:
    assert dict(assistant.sets.collections()) == {"Maternity > Triage project": 1}
    assistant.sets.save("project", collections=("triage project",))
    assert titles(assistant, "project") == {"A trial of triage by a midwife"}
    assistant.sets.save("above", collections=("Maternity",))
    assert titles(assistant, "above") == titles(assistant, "project")


def test_documents_are_put_in_and_taken_out_by_hand(assistant: Assistant) -> None:
    assistant.sets.put_in("mine", [named(assistant, "Pools")])
    assert titles(assistant, "mine") == {"Pools for birth"}
    assistant.sets.save("mine", topics=("TRI",))
    assert len(titles(assistant, "mine")) == 3
    assistant.sets.take_out("mine", [named(assistant, "Talks")])
    assert titles(assistant, "mine") == {"Pools for birth", "A trial of triage by a midwife"}


def test_a_question_is_asked_of_a_set_alone_and_says_so(assistant: Assistant) -> None:
    assistant.sets.put_in("pools", [named(assistant, "Pools")])
    where = assistant.sets.filter("pools")
    answer = assistant.answer(QUESTION, where=where)
    quoted = {c.citation.title for c in (*answer.claims, *answer.nearest)}
    assert quoted <= {"Pools for birth"}
    assert any(
        note.startswith("The search was narrowed to the set “pools”: 1 of 3 documents")
        for note in answer.notes
    )
    assert {f.document.metadata.title for f in assistant.search(QUESTION, where=where)} <= {
        "Pools for birth"
    }
    assert {row.topic for row in assistant.gaps.map(where=where).rows} <= {"ANA", "-"}
    brief = assistant.briefs.compose(QUESTION, where=where)
    assert "to the set “pools”" in " ".join(brief.method.notes)


def test_a_set_of_nothing_asks_nothing_rather_than_everything(assistant: Assistant) -> None:
    assistant.sets.save("old", topics=("TRI",), year_to=1990)
    with pytest.raises(RecordError, match="Nothing in the library is in the set 'old'"):
        assistant.sets.filter("old")
    with pytest.raises(RecordError, match="A set is of something"):
        assistant.sets.save("empty")
    with pytest.raises(RecordError, match="no topic 'XXX'"):
        assistant.sets.save("x", topics=("XXX",))
    with pytest.raises(RecordError, match="no set 'zzz'"):
        assistant.sets.filter("zzz")


def test_a_set_without_a_rule_lets_nothing_in_by_itself(assistant: Assistant) -> None:
    assert not SourceSet(name="x").members(assistant.sources())


def test_feedback_is_kept_shown_and_never_changes_an_answer(assistant: Assistant) -> None:
    before = assistant.answer(QUESTION).model_dump_json()
    trial = assistant.remarks.quotation(assistant.answer(QUESTION), "from 42 to 18 minutes")
    assistant.remarks.say(QUESTION, Said.NOT_RELEVANT, trial, reason="another kind of ward")
    (kept,) = assistant.remarks.feedback(QUESTION.upper())
    assert (kept.said, kept.reason, kept.by_role) == (
        Said.NOT_RELEVANT,
        "another kind of ward",
        "lead midwife",
    )
    assert assistant.answer(QUESTION).model_dump_json() == before
    assistant.remarks.say(QUESTION, Said.ANSWERS, trial)
    assert [one.said for one in assistant.remarks.feedback()] == [Said.ANSWERS]


def test_feedback_says_why_and_of_what(assistant: Assistant) -> None:
    answer = assistant.answer(QUESTION)
    trial = assistant.remarks.quotation(answer, "shortened the wait")
    with pytest.raises(RecordError, match="Say why"):
        assistant.remarks.say(QUESTION, Said.WRONG_KIND, trial)
    with pytest.raises(RecordError, match="personal data"):
        assistant.remarks.say(QUESTION, Said.WRONG_KIND, trial, reason="NHS number 943 476 5919")
    with pytest.raises(RecordError, match="on a quotation"):
        assistant.remarks.say(QUESTION, Said.ANSWERS)
    with pytest.raises(RecordError, match="No quotation holds"):
        assistant.remarks.quotation(answer, "giraffes")
    with pytest.raises(RecordError, match="on a quotation"):
        assistant.remarks.quotation(answer, " ")


@pytest.mark.parametrize(
    "question",
    [
        "Should Mrs Jane Smith, NHS number 943 476 5919, have an induction?",
        "My patient is 41 weeks, should she have an induction?",
    ],
)
def test_feedback_on_a_question_about_one_person_is_not_kept(
    assistant: Assistant, question: str
) -> None:
    with pytest.raises(RecordError, match="about one person, so it is not kept"):
        assistant.remarks.say(question, Said.NOTHING_ANSWERS)
    assert not assistant.remarks.feedback()


def test_feedback_is_exported_as_gold_questions_that_eval_reads(
    assistant: Assistant, tmp_path: Path
) -> None:
    from kmassist.assistant.judging import judge_questions

    gold = tmp_path / "gold.yaml"
    with pytest.raises(RecordError, match="no gold question yet"):
        assistant.remarks.export_gold(gold)
    answer = assistant.answer(QUESTION)
    trial = assistant.remarks.quotation(answer, "from 42 to 18 minutes")
    assistant.remarks.say(QUESTION, Said.ANSWERS, trial)
    assistant.remarks.say("What do giraffes cost?", Said.NOTHING_ANSWERS)
    assistant.remarks.export_gold(gold)
    written = yaml.safe_load(gold.read_text(encoding="utf-8"))
    assert written[0]["expected"] == [
        {
            "document": "in/pub/a.md",
            "sentence": "Triage by a midwife shortened the wait of women from 42 to 18 minutes in this trial.",
        }
    ]
    assert written[1]["expected"] == "none"
    report = judge_questions(assistant, gold)
    assert report.answers is not None
    assert not report.answers.doubts
    assert [q.expects_none for q in report.answers.questions] == [False, True]


def test_a_note_is_never_quoted_found_or_counted(assistant: Assistant) -> None:
    doc = named(assistant, "Talks")
    before = assistant.answer(QUESTION).model_dump_json()
    assistant.remarks.note(doc, "Triage by a midwife halved the wait of women, said Ward 4.")
    assert [n.text for n in assistant.remarks.notes(doc)] == [
        "Triage by a midwife halved the wait of women, said Ward 4."
    ]
    answer = assistant.answer(QUESTION)
    assert answer.model_dump_json() == before
    assert "halved" not in answer.model_dump_json()
    assert not any("halved" in f.citation.quote for f in assistant.search("halved the wait"))
    with pytest.raises(RecordError, match="personal data"):
        assistant.remarks.note(doc, "Ask Mrs Jane Smith, NHS number 943 476 5919.")


def test_forgetting_a_document_takes_what_was_said_of_it(assistant: Assistant) -> None:
    doc, other = named(assistant, "A trial"), named(assistant, "Talks")
    trial = assistant.remarks.quotation(assistant.answer(QUESTION), "from 42 to 18 minutes")
    assistant.remarks.say(QUESTION, Said.ANSWERS, trial)
    assistant.remarks.note(doc, "Good.")
    assistant.remarks.note(other, "Read it with A trial of triage by a midwife. Ask the wards.")
    assistant.sets.put_in("mine", [doc, other])
    assistant.forget(doc)
    assert not assistant.remarks.feedback()
    (kept,) = assistant.remarks.notes()
    assert kept.text.startswith("Ask the wards.")
    assert titles(assistant, "mine") == {"Talks with women about triage"}
    records = [assistant.index.records(kind) for kind in assistant.index.record_kinds()]
    assert "A trial of triage" not in json.dumps(records)


def test_the_trail_tells_what_was_done_and_by_which_role(assistant: Assistant) -> None:
    assistant.sets.save("Triage", topics=("TRI",))
    assistant.remarks.note(named(assistant, "Talks"), "Good.")
    acts = {(line.action, line.actor) for line in assistant.trail()}
    assert {("add set", "lead midwife"), ("add note", "lead midwife")} <= acts
