"""Evidence: grouped by type and study, quoted exactly, nothing said twice."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kmassist.documents.document import Document, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import split_document
from kmassist.evidence.model import FoundPassage
from kmassist.evidence.salience import finding_weight
from kmassist.evidence.select import assemble
from kmassist.question.quantities import Quantity, favoured


def document(text: str, **metadata: object) -> Document:
    return Document(
        doc_id=make_doc_id(text),
        text=text,
        metadata=Metadata.model_validate({"title": text[:20], **metadata}),
    )


def found(doc: Document, probability: float = 0.9) -> list[FoundPassage]:
    return [
        FoundPassage(
            p, probability, probability, tuple(1.0 / (i + 1) for i in range(len(p.sentences)))
        )
        for p in split_document(doc)
    ]


def gather(*docs: Document, probability: float = 0.9, cutoff: float = 0.5, sentences: int = 2):  # type: ignore[no-untyped-def]
    items = [item for doc in docs for item in found(doc, probability)]
    return assemble(
        items, {d.doc_id: d for d in docs}, cutoff=cutoff, sentences_per_source=sentences, nearest=3
    )


TRIAL = "Induction did not reduce caesarean birth in 900 women. The trial ran in nine units."


def test_every_type_has_a_row_even_when_empty() -> None:
    evidence = gather(document(TRIAL, source_type="PUB", published="2020"))
    assert list(evidence.by_type) == list(SourceType)
    assert [len(s) for s in evidence.by_type.values()] == [1, 0, 0, 0, 0, 0, 0, 0]


def test_quotations_are_exact_whole_sentences() -> None:
    doc = document(TRIAL, source_type="PUB", published="2020")
    excerpt = gather(doc, sentences=1).by_type[SourceType.PUB][0].sources[0].excerpts[0]
    assert (
        doc.text[excerpt.start : excerpt.end]
        == excerpt.quote
        == "Induction did not reduce caesarean birth in 900 women."
    )
    assert excerpt.after == "The trial ran in nine units."


def test_reports_of_one_study_count_once() -> None:
    first = document(TRIAL, source_type="PUB", published="2020", registration="ISRCTN1")
    second = document(
        "A process evaluation found that midwives welcomed it.",
        source_type="PUB",
        published="2021",
        registration="isrctn1",
    )
    assert len(gather(first, second).by_type[SourceType.PUB]) == 1


def test_the_same_sentence_is_quoted_once() -> None:
    first = document(TRIAL, source_type="PUB", published="2020")
    second = document(TRIAL + " It was repeated.", source_type="PUB", published="2021")
    quotes = [
        e.quote
        for s in gather(first, second).studies
        for source in s.sources
        for e in source.excerpts
    ]
    assert len(quotes) == len(set(quotes))


def test_withdrawn_and_superseded_sources_are_put_aside_with_the_reason() -> None:
    old = document(
        "Old advice on induction was to wait.",
        source_type="GDL",
        published="2015",
        superseded_by="NG207",
    )
    gone = document(
        "Withdrawn advice on induction.", source_type="GDL", published="2016", status="Withdrawn"
    )
    evidence = gather(old, gone)
    assert not evidence.studies
    assert sorted(e.reason for e in evidence.excluded) == ["superseded by NG207", "withdrawn"]


def test_below_the_gate_is_only_nearest() -> None:
    evidence = gather(document(TRIAL, source_type="PUB"), probability=0.2)
    assert not evidence.studies
    assert len(evidence.nearest) == 1


def test_notices_repeated_in_many_documents_are_not_quoted() -> None:
    docs = [
        document(
            f"This is a notice. Fact number {n} about induction.",
            source_type="PPI",
            published="2025",
        )
        for n in range(4)
    ]
    quotes = [
        e.quote
        for s in gather(*docs, sentences=1).studies
        for source in s.sources
        for e in source.excerpts
    ]
    assert quotes
    assert all("notice" not in q for q in quotes)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.integers(1, 6))
def test_quotations_are_made_of_whole_sentences_and_never_more_than_asked(
    scores: list[float], limit: int
) -> None:
    names = ["Alpha", "Bravo", "Carla", "Delta", "Emily", "Fiona"]
    text = " ".join(
        f"{name} spoke about {name.lower()}{name.lower()} first." for name in names[: len(scores)]
    )
    doc = document(text, source_type="PUB", published="2020")
    passage = split_document(doc)[0]
    found_here = [FoundPassage(passage, 0.9, 0.9, tuple(scores))]
    evidence = assemble(
        found_here, {doc.doc_id: doc}, cutoff=0.5, sentences_per_source=limit, nearest=0
    )
    starts, ends = {s for s, _ in passage.sentences}, {e for _, e in passage.sentences}
    excerpts = evidence.studies[0].sources[0].excerpts
    assert all(
        e.start in starts and e.end in ends and doc.text[e.start : e.end] == e.quote
        for e in excerpts
    )
    assert 1 <= sum(e.quote.count(" first.") for e in excerpts) <= limit
    assert [e.score for e in excerpts] == sorted((e.score for e in excerpts), reverse=True)


def test_a_finding_is_preferred_to_a_method() -> None:
    assert finding_weight("Birth by caesarean fell from 24% to 19%.", "Results") > finding_weight(
        "We asked midwives.", "Methods"
    )
    assert finding_weight("It did not reduce stillbirth.", "") > finding_weight(
        "It was a cluster trial in 33 units.", ""
    )


def test_the_figure_that_is_asked_for_is_quoted_first() -> None:
    doc = document(
        "Interpreters by phone were used in 40% of visits. Interpreters by phone were paid £16 a visit.",
        source_type="ECO",
        published="2026",
    )
    even = [replace(item, sentence_scores=(0.5, 0.48)) for item in found(doc)]
    for quantity, first in (
        (None, "Interpreters by phone were used"),
        (Quantity.MONEY, "Interpreters by phone were paid"),
    ):
        evidence = assemble(
            even,
            {doc.doc_id: doc},
            cutoff=0.5,
            sentences_per_source=1,
            nearest=0,
            quantity=quantity,
        )
        assert evidence.studies[0].sources[0].excerpts[0].quote.startswith(first)


def test_lines_about_a_document_are_never_quoted() -> None:
    text = (
        "Checked against: 10.1101/2021 (abstract of the paper).\nKeywords: induction; caesarean birth.\n"
        + TRIAL
    )
    evidence = gather(document(text, source_type="PUB", published="2020"), sentences=4)
    quoted = " ".join(excerpt.quote for excerpt in evidence.studies[0].sources[0].excerpts)
    assert "did not reduce caesarean birth" in quoted
    assert "Checked against" not in quoted
    assert "Keywords" not in quoted


def test_what_speaks_for_a_sentence_puts_it_first() -> None:
    doc = document(
        "Clinics were late on Mondays. Clinics were late because rooms were few.",
        source_type="FLK",
        published="2026",
    )
    even = [replace(item, sentence_scores=(0.5, 0.48)) for item in found(doc)]
    for pattern, first in (
        (None, "Clinics were late on"),
        (favoured("why are clinics late"), "Clinics were late because"),
    ):
        evidence = assemble(
            even, {doc.doc_id: doc}, cutoff=0.5, sentences_per_source=1, nearest=0, favoured=pattern
        )
        assert evidence.studies[0].sources[0].excerpts[0].quote.startswith(first)


def test_a_line_that_is_the_title_is_not_quoted() -> None:
    text = "Induction at 41 weeks Published research digest\n" + TRIAL
    evidence = gather(
        document(text, title="Induction at 41 weeks", source_type="PUB", published="2020"),
        sentences=4,
    )
    quoted = " ".join(excerpt.quote for excerpt in evidence.studies[0].sources[0].excerpts)
    assert "did not reduce caesarean birth" in quoted
    assert "digest" not in quoted
    finding = document(
        "Induction at 41 weeks reduced stillbirth.",
        title="Induction at 41 weeks",
        source_type="PUB",
        published="2020",
    )
    assert "reduced stillbirth" in gather(finding).studies[0].sources[0].excerpts[0].quote


def test_what_went_badly_is_quoted_beside_what_went_well() -> None:
    said = "Most women liked being at home. Sleep was better at home. The food was good. Some felt alone and frightened at night."
    of_women = gather(document(said, source_type="PPI", published="2026"), sentences=2).by_type[
        SourceType.PPI
    ][0]
    assert "frightened" in " ".join(e.quote for e in of_women.sources[0].excerpts)
    of_staff = gather(document(said, source_type="FLK", published="2026"), sentences=2).by_type[
        SourceType.FLK
    ][0]
    assert "frightened" not in " ".join(e.quote for e in of_staff.sources[0].excerpts)


def test_nobody_s_words_are_cut_off_in_the_middle() -> None:
    said = 'One woman said: "The balloon was fine. The chair on the ward was not." Staff listened to her.'
    doc = document(said, source_type="PPI", published="2026")
    quotes = [
        e.quote for e in gather(doc, sentences=1).by_type[SourceType.PPI][0].sources[0].excerpts
    ]
    assert quotes == ['One woman said: "The balloon was fine. The chair on the ward was not."']


def test_a_question_a_notice_and_half_a_thought_are_no_findings() -> None:
    plain = finding_weight("Induction lowered the caesarean rate.", "")
    assert finding_weight("Should induction be offered at 41 weeks?", "") < plain
    assert finding_weight("Read the full text before relying on it.", "") < plain
    assert finding_weight("They should be shown together.", "") < finding_weight(
        "The results should be shown together.", ""
    )
