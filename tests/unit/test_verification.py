"""Checking a draft: what differs is told, what is restated fairly is left alone."""

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from benchmarks.verification import labelled, scored
from kmassist.assistant import Assistant
from kmassist.assistant.drafts import Draft
from kmassist.documents.document import Document as SourceDocument
from kmassist.documents.metadata import Metadata
from kmassist.embedding.embedder import Embedder
from kmassist.settings.model import load_settings
from kmassist.verification.engine import _claims
from kmassist.verification.marked import marked_docx, marked_html
from kmassist.verification.model import (
    Aspect,
    CheckedSentence,
    CheckReport,
    Difference,
    Verdict,
)
from kmassist.verification.references import (
    Library,
    named_in,
    reference_list,
    references_in,
    sources_of,
    without_references,
)
from tests.conftest import MadeOnce


def test_a_numbered_list_at_the_end_is_read_and_is_no_claim() -> None:
    draft = "It works [1, 3].\n\nReferences\n1. A trial of something. doi:10.1000/ab.1\n3. Another long title here.\n"
    listed, end = reference_list(draft, Library())
    assert sorted(listed) == [1, 3]
    assert draft[:end].strip() == "It works [1, 3]."
    assert without_references("It works (Smith et al., 2019) [1].") == "It works."


def test_a_short_sentence_is_a_claim_a_heading_and_a_question_are_none() -> None:
    draft = "# Safety\nSafety\nStillbirths doubled. Who knows? Deaths fell by half."
    spans = _claims(draft, len(draft))
    assert [draft[slice(*span)] for span in spans] == [
        "Stillbirths doubled.",
        "Deaths fell by half.",
    ]


def test_a_document_that_a_sentence_speaks_of_is_its_source_only_when_it_cites_none() -> None:
    library = Library(by_key={"ng207": ("guideline",), "10.1000/ab.1": ("trial",)})

    def cited(sentence: str) -> tuple[str, ...]:
        return sources_of(list(references_in(sentence, {}, library)))

    assert cited("NICE published NG207 in 2021 (doi 10.1000/ab.1).") == ("trial",)
    assert cited("NICE published NG207 in November 2021.") == ("guideline",)
    assert cited("It is offered at 39 weeks (NG207; doi 10.1000/ab.1).") == ("trial", "guideline")


def test_labelled_claims_are_read_once_and_scored_by_label(tmp_path: Path) -> None:
    rows = tmp_path / "claims.csv"
    rows.write_text(
        "id,claim,evidence_doc_id,evidence_label,evidence_sentences,cited_doc_ids\n"
        "1,A.,11,SUPPORT,[1],[11 12]\n1,A.,12,SUPPORT,[2],[11 12]\n2,B.,,,[],[13]\n",
        "utf-8",
    )
    claims = labelled(rows)
    assert [(c.text, c.label, sorted(c.abstracts)) for c in claims] == [
        ("A.", "SUPPORT", ["11", "12"]),
        ("B.", "", ["13"]),
    ]
    found = scored([("SUPPORT", "SUPPORT"), ("CONTRADICT", ""), ("", "")])
    assert found["accuracy"] == 0.667
    assert found["F1"] == {"support": 1.0, "contradict": 0.0, "not enough information": 0.667}
    assert found["macro F1"] == 0.556


SOURCES = {
    "audit/waits.md": (
        "---\ntitle: Audit of waits in triage\nsource_type: AUD\nevidence_date: 2026-03\n---\n\n"
        "Of 300 women 171 (57.0%) were assessed within 15 minutes of arrival in triage.\n"
    ),
    "published/bundle.md": (
        "---\ntitle: A care bundle for severe tears\nsource_type: PUB\npublished: '2021'\n"
        "doi: 10.1000/bundle.1\nauthors: ['Marlow, A']\n---\n\n"
        "After the bundle was introduced, severe tears fell from 3.3% to 3.0% of births.\n"
        "The bundle did not show that more women chose to give birth in water on the ward.\n"
        "Staff were told of it in 40% of births and in 9% they were not.\n"
        "One said, “Nobody told us.” Nine of them had waited for more than an hour, and were cold.\n"
    ),
}


@pytest.fixture(scope="module")
def made(made_once: MadeOnce, real_model: Embedder) -> Path:
    """A library of two sources."""

    def fill(root: Path) -> None:
        for name, text in SOURCES.items():
            path = root / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        settings = load_settings({"library": str(root / "library")}, {})
        with Assistant.open(settings, create=True, embedder=real_model) as assistant:
            list(assistant.add([root / "in"]))

    return made_once("drafts", fill) / "library"


@pytest.fixture
def library(made: Path, tmp_path: Path, real_model: Embedder) -> Iterator[Assistant]:
    """A copy of it for each test."""
    settings = load_settings({"library": str(shutil.copytree(made, tmp_path / "library"))}, {})
    with Assistant.open(settings, embedder=real_model) as assistant:
        yield assistant


@pytest.mark.model
@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("After the bundle was introduced, severe tears fell from 3.3% to 3.0% of births.", Verdict.QUOTED),
        ("With the bundle severe tears fell from 3.3% to 3.0% of births.", Verdict.SUPPORTED),
        ("Severe tears fell from 3.3% to 2.0% of births after the bundle was introduced.", Verdict.DIFFERS),
        ("After the bundle was introduced, severe tears rose from 3.3% to 3.0% of births.", Verdict.DIFFERS),
        ("Of 300 women 171 were assessed within 15 minutes of arrival (doi 10.1000/bundle.1).", Verdict.NOT_IN_CITED),
        ("Severe tears fell after the bundle (Hartwell et al., 2019).", Verdict.NOT_HELD),
        ("Parking at the hospital costs four pounds an hour for visitors.", Verdict.NOTHING_HELD),
        ("Staff said that “the bundle made every birth calmer for everybody” in 2021.", Verdict.DIFFERS),
        ("After the “care bundle” was introduced, severe tears fell from 3.3% to 3.0% of births.", Verdict.SUPPORTED),
        ("The board heard that severe tears fell from 3.3% to 3.0% of births with the bundle.", Verdict.SUPPORTED),
        ("The board heard that severe tears fell from 3.3% to 2.0% of births with the bundle.", Verdict.DIFFERS),
        ("More women chose to give birth in water on the ward.", Verdict.DIFFERS),
        ("The bundle did not show that more women chose to give birth in water on the ward.", Verdict.QUOTED),
        ("Staff were told of it in 40% of births and in 9% they were.", Verdict.DIFFERS),
        ("Nine of them had waited for more than an hour, and were cold.", Verdict.QUOTED),
        ("We recommend that the bundle is introduced at both sites.", Verdict.NOT_CHECKED),
    ],
)  # fmt: skip
def test_a_sentence_gets_the_verdict_that_the_library_bears_out(
    library: Assistant, sentence: str, verdict: Verdict
) -> None:
    report = library.drafts.check(Draft("draft", f"Paper\n\n{sentence}\n"))
    assert [s.verdict for s in report.sentences] == [verdict]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The board noted the Three Rivers statement on new models.", {"policy"}),
        ("It had the listening event, and the costing of a post.", {"event"}),
        ("It heard about a statement and an event.", set()),
        ("The audit of waits in triage was heard.", set()),
    ],
)
def test_a_title_names_its_document_by_its_own_first_words(text: str, named: set[str]) -> None:
    titles = {
        "policy": "Three Rivers statement on new models of care",
        "event": "The listening event: waiting in triage",
        "one": "Audit of waits in triage, January",
        "two": "Audit of waits in triage, June",
    }
    documents = [
        SourceDocument(doc_id=key, metadata=Metadata(title=title), text="x")
        for key, title in titles.items()
    ]
    assert named_in(text, documents) == named


@pytest.mark.model
def test_a_marked_copy_carries_a_comment_at_each_sentence(
    library: Assistant, tmp_path: Path
) -> None:
    original = Document()
    original.add_paragraph(
        "Severe tears fell from 3.3% to 2.0% of births after the bundle was introduced."
    )
    buffer = io.BytesIO()
    original.save(buffer)
    path = tmp_path / "paper.docx"
    path.write_bytes(buffer.getvalue())
    draft = library.drafts.read(path)
    report = library.drafts.check(draft)
    written = library.drafts.write(draft, report, tmp_path / "marked.docx")
    (comment,) = Document(str(written)).comments
    assert "number" in comment.text
    assert "3.0%" in comment.text
    page = library.drafts.write(draft, report, tmp_path / "marked.html").read_text("utf-8")
    assert "<mark" in page
    assert "2.0%" in page
    assert [u.doc_id for u in library.drafts.used(report)] == []


def _checked(sentence: str, start: int, verdict: Verdict) -> CheckedSentence:
    return CheckedSentence(text=sentence, start=start, end=start + len(sentence), verdict=verdict)


def _report(draft: str, *sentences: str) -> CheckReport:
    checked = tuple(_checked(s, draft.find(s), Verdict.DIFFERS) for s in sentences)
    return CheckReport(
        name="paper", checked_on="2026-11-30", documents=1, corpus_digest="", sentences=checked
    )


def _commented(file: bytes) -> list[str]:
    """The words between the ends of each comment's range, in the order of the comments."""
    found: dict[str, str] = {}
    opened: set[str] = set()
    for element in Document(io.BytesIO(file)).element.body.iter():
        if element.tag == qn("w:t"):
            found |= {number: found.get(number, "") + element.text for number in opened}
        elif element.tag == qn("w:commentRangeStart"):
            opened.add(element.get(qn("w:id")))
        elif element.tag == qn("w:commentRangeEnd"):
            opened.remove(element.get(qn("w:id")))
    return list(found.values())


def test_a_word_comment_stands_at_its_own_sentence_not_at_the_whole_paragraph() -> None:
    document = Document()
    paragraph = document.add_paragraph("One rose by 3%. Two fell ")
    paragraph.add_run("by a third").bold = True
    link = OxmlElement("w:hyperlink")
    paragraph._p.append(link)
    link.append(paragraph.add_run(" in 2025. Three")._r)
    paragraph.add_run(" stayed as it was.")
    buffer = io.BytesIO()
    document.save(buffer)
    draft = paragraph.text
    sentences = ("One rose by 3%.", "Two fell by a third in 2025.", "Three stayed as it was.")
    marked = marked_docx(draft, _report(draft, *sentences), lambda _, q: q, buffer.getvalue())
    assert [words.strip() for words in _commented(marked)] == list(sentences)
    after = Document(io.BytesIO(marked)).paragraphs[0]
    assert after.text == draft
    assert [run.text for run in after.runs if run.bold] == ["by a third"]
    assert _commented(marked_docx(draft, _report(draft, *sentences), lambda _, q: q)) == list(
        sentences
    )


def test_a_sentence_that_stands_where_no_comment_can_is_told_at_the_end() -> None:
    buffer = io.BytesIO()
    Document().save(buffer)
    report = _report("In a text box.", "In a text box.")
    marked = marked_docx("In a text box.", report, lambda _, q: q, buffer.getvalue())
    assert [words.strip() for words in _commented(marked)] == ["In a text box."]


def test_the_note_on_a_marked_page_holds_words_alone() -> None:
    draft = "One rose by 3%.\nTwo fell."
    apart = Difference(aspect=Aspect.NUMBER, draft="3%", source="2%")
    report = _report(draft, "One rose by 3%.")
    told = report.sentences[0].model_copy(update={"differences": (apart,)})
    page = marked_html(draft, report.model_copy(update={"sentences": (told,)}), lambda _, q: q)
    title = re.search(r'title="([^"]*)"', page)
    assert title is not None
    assert title.group(1).splitlines() == [
        "! Differs in number.",
        "number: the draft has “3%”, the source “2%”.",
    ]


@pytest.mark.model
def test_a_pack_holds_public_excerpts_rules_and_what_is_missing(library: Assistant) -> None:
    packed = library.drafts.pack("Does the bundle reduce severe tears?")
    assert len(packed) <= 8_000
    assert "[1]" in packed
    assert "## Missing" in packed


@pytest.mark.model
def test_a_paper_proposes_what_became_of_each_source_and_a_person_confirms(
    library: Assistant,
) -> None:
    decision = library.decisions.new("Does the bundle reduce severe tears?").decision_id
    paper = (
        "Severe tears fell from 3.3% to 3.0% of births after the bundle was introduced.\n"
        "Of 300 women 191 (57.0%) were assessed within 15 minutes of arrival in triage.\n"
    )
    report = library.drafts.check(Draft("minutes.docx", paper))
    marks = library.drafts.marks(report, decision)
    assert [(m.cite_as, m.use.value) for m in marks if m.use.value != "not marked"] == [
        ("Marlow 2021", "used"),
        ("Audit of waits in triage 2026", "noted"),
    ]
    for mark in marks:
        if mark.use.value != "not marked":
            library.drafts.take_mark(decision, mark, report, by_role="secretary")
    record = library.decisions.open(decision)
    assert {m.use.value for m in record.marks} == {"used", "noted"}
    assert all("confirmed from minutes.docx" in m.reason for m in record.marks)
    assert {m.by_role for m in record.marks} == {"secretary"}
