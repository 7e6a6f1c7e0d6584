"""The sentence that answers comes first, whatever its kind; what is about a document is never evidence."""

from dataclasses import replace

import numpy as np
import pytest

from kmassist.answers.verdict import NOT_HERE, with_verdict, worth_a_check
from kmassist.coverage import Coverage, Verdict
from kmassist.documents.document import ApparatusSpan, Document, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import split_document
from kmassist.evidence.closest import Closest, as_ordered, learnt, stated_gap, verdict, with_gaps
from kmassist.evidence.leading import PartRead, closest_sources, with_closest
from kmassist.evidence.looked_at import Sentence, _compared, _named, likeliest, ordering
from kmassist.evidence.model import Evidence, FoundPassage
from kmassist.evidence.relevance import JudgedPassage
from kmassist.evidence.select import excerpt_of


def document(text: str, **metadata: object) -> Document:
    return Document(
        doc_id=make_doc_id(text),
        text=text,
        metadata=Metadata.model_validate({"title": "A note", **metadata}),
    )


def whole(closest: Closest) -> PartRead:
    return PartRead("what is known?", closest, asks_figure=False)


def found(doc: Document, *scores: float) -> FoundPassage:
    (passage,) = split_document(doc)
    return FoundPassage(passage, 0.9, 0.9, scores, is_ordered=True)


def test_the_order_weighs_each_signal_by_its_distance_from_the_mean() -> None:
    def sentence(figure: float, likeness: float) -> Sentence:
        return Sentence("p", 0, {"figure": figure, "likeness": likeness})

    both = [sentence(1.0, 0.2), sentence(0.0, 0.9), sentence(0.0, 0.1)]
    assert list(np.argsort(-ordering(both, {"figure": 1.0, "likeness": 0.5}))) == [0, 1, 2]
    assert int(np.argmax(ordering(both, {"likeness": 1.0}))) == 1


def test_a_stated_gap_is_shown_only_where_it_is_near_what_is_asked() -> None:
    def sentence(number: int, not_known: float, near: float) -> Sentence:
        return Sentence("p", number, {"similarity": near, "local": near}, not_known)

    def among(*near: float) -> list[Sentence]:
        asked = [sentence(0, -3.0, 0.7), *(sentence(n, 4.0, s) for n, s in enumerate(near, 1))]
        return [*asked, *(sentence(n, -2.0, 0.0) for n in range(len(asked), 8))]

    order = np.array([2.0, 1.9, 1.8, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert stated_gap(among(0.6), order) == ("p", 1)
    assert stated_gap(among(0.2), order) is None  # it says so of something else
    assert stated_gap(among(0.6), np.array([2.0, -1.0, *[0.0] * 6])) is None


def test_passages_are_read_by_likeness_of_the_whole_of_a_sentence_and_of_words() -> None:
    def judged(name: str, cosine: float, sentence: float, words: float) -> JudgedPassage:
        signals = {"cosine": cosine, "sentence": sentence, "words": words}
        return JudgedPassage(name, "d", 0.5, 0.0, (0.1,), 0, signals)

    items = [judged("a", 0.9, 0.2, 0.0), judged("b", 0.6, 0.9, 1.0), judged("c", 0.1, 0.1, 0.1)]
    assert [j.passage_id for j, _ in likeliest(items)] == ["b", "a", "c"]
    assert likeliest([]) == []


def test_the_best_sentence_comes_first_whatever_its_kind_and_only_once() -> None:
    audit = document(
        "Pads were changed in 20 of 40 beds. Nothing else was counted.", source_type="AUD"
    )
    trial = document("Pads did not reduce sores. The trial ran for two years.", source_type="PUB")
    again = document("Pads did not reduce sores. It was a letter.", source_type="FLK")
    items = [found(audit, 0.4, 0.1), found(trial, 1.0, 0.2), found(again, 0.9, 0.05)]
    documents = {d.doc_id: d for d in (audit, trial, again)}
    quotes = [s.excerpts[0].quote for s in closest_sources(items, documents, 3)]
    assert quotes == [
        "Pads did not reduce sores.",
        "Pads were changed in 20 of 40 beds.",
        "The trial ran for two years.",
    ]


def test_what_is_out_of_force_and_what_was_not_read_are_not_among_the_closest() -> None:
    old = document("Pads are changed daily here.", source_type="GDL", status="withdrawn")
    unread = document("Pads are kept in the store.", source_type="GDL")
    items = [found(old, 1.0), replace(found(unread, 0.9), is_ordered=False)]
    assert closest_sources(items, {d.doc_id: d for d in (old, unread)}, 3) == ()


def test_a_list_of_references_is_never_quoted() -> None:
    doc = document("Smith on pads and sores in 900 beds, 2019.", source_type="PUB")
    item = found(doc, 1.0)
    span = ApparatusSpan(kind="references", start=0, end=len(doc.text))
    cited = doc.model_copy(update={"apparatus": (span,)})
    assert closest_sources([item], {doc.doc_id: doc}, 3)
    assert closest_sources([item], {doc.doc_id: cited}, 3) == ()


def test_a_sentence_that_only_asks_is_never_quoted_one_that_tells_of_a_question_is() -> None:
    asks = document("How many pads would forty beds cost?", source_type="ECO")
    tells = document("It fails when a nurse says: whose pads are these?", source_type="FLK")
    voice = document("“Why did nobody tell me about the pads?”", source_type="PPI")
    items = [found(asks, 1.0), found(tells, 0.5), found(voice, 0.4)]
    quoted = closest_sources(items, {d.doc_id: d for d in (asks, tells, voice)}, 3)
    assert [s.document.doc_id for s in quoted] == [tells.doc_id, voice.doc_id]


def test_a_source_that_says_it_is_not_known_is_quoted_when_that_is_likely() -> None:
    doc = document("Pads were counted. Nobody has counted the sores.", source_type="AUD")
    item = found(doc, 1.0, 0.5)
    nothing = Evidence(by_type=dict.fromkeys(SourceType, ()))
    key = item.passage.passage_id
    for place, quote in (((key, 1), "Nobody has counted the sores."), (None, "")):
        closest = Closest({key: (1.0, 0.5)}, place)
        evidence = with_closest(nothing, [whole(closest)], closest, [item], {doc.doc_id: doc})
        unknown = evidence.not_known
        assert (unknown.excerpts[0].quote if unknown else "") == quote


def test_a_passage_that_was_not_looked_at_stands_behind_those_that_were() -> None:
    item = replace(found(document("Pads were counted here."), 0.9), is_ordered=False)
    assert as_ordered(item, Closest({})).sentence_scores[0] == pytest.approx(0.09)
    ordered = as_ordered(item, Closest({item.passage.passage_id: (1.0,)}))
    assert ordered.is_ordered
    assert ordered.sentence_scores == (1.0,)


@pytest.mark.parametrize(
    ("held", "answered", "verdict_"),
    [
        (Verdict.ANSWERABLE, 0.2, Verdict.NOT_ANSWERABLE),
        (Verdict.PARTLY, 0.2, Verdict.NOT_ANSWERABLE),
        (Verdict.ANSWERABLE, 0.8, Verdict.ANSWERABLE),
        (Verdict.NOT_ANSWERABLE, 0.9, Verdict.PARTLY),
        (Verdict.NOT_ANSWERABLE, 0.55, Verdict.NOT_ANSWERABLE),
        (Verdict.PARTLY, None, Verdict.PARTLY),
        (Verdict.NOT_JUDGED, 0.2, Verdict.NOT_JUDGED),
    ],
)
def test_a_library_may_hold_all_kinds_on_a_subject_and_not_answer(
    held: Verdict, answered: float | None, verdict_: Verdict
) -> None:
    coverage = Coverage(
        question="q", types=("T1",), cells=(), verdict=held, because="All kinds are here."
    )
    judged = with_verdict(coverage, answered, first=SourceType.PUB)
    assert judged.verdict is verdict_
    assert judged.because.startswith(NOT_HERE) == (
        verdict_ is Verdict.NOT_ANSWERABLE and held is not Verdict.NOT_ANSWERABLE
    )


@pytest.mark.parametrize(
    ("held", "answered", "near", "is_read", "expected"),
    [
        (Verdict.PARTLY, 0.4, 0.3, True, Verdict.TO_CHECK),
        (Verdict.NOT_ANSWERABLE, 0.55, 0.3, True, Verdict.TO_CHECK),
        (Verdict.ANSWERABLE, 0.1, 0.3, True, Verdict.NOT_ANSWERABLE),
        (Verdict.ANSWERABLE, 0.4, 0.02, True, Verdict.NOT_ANSWERABLE),  # of another area
        (Verdict.PARTLY, 0.4, 0.3, False, Verdict.NOT_ANSWERABLE),
    ],
)
def test_a_sentence_that_was_read_and_is_not_sure_to_answer_is_to_be_checked(
    held: Verdict, answered: float, near: float, is_read: bool, expected: Verdict
) -> None:
    evidence = Evidence(by_type={}, answered=answered, answerable_probability=near)
    coverage = Coverage(question="q", types=("T1",), cells=(), verdict=held)
    is_near = worth_a_check(evidence)
    told = with_verdict(coverage, answered, first=SourceType.FLK, is_read=is_read, is_near=is_near)
    assert told.verdict is expected
    nothing = with_verdict(coverage, answered, is_read=True, is_near=is_near)
    assert nothing.verdict is Verdict.NOT_ANSWERABLE


@pytest.mark.parametrize(
    ("types", "first", "expected"),
    [
        (("T11",), SourceType.POL, Verdict.PARTLY),
        (("T9", "T11"), SourceType.GDL, Verdict.PARTLY),
        (("T11",), SourceType.AUD, Verdict.NOT_ANSWERABLE),
        (("T1",), SourceType.GDL, Verdict.NOT_ANSWERABLE),
    ],
)
def test_a_rule_that_is_shown_first_answers_who_asks_for_the_rule(
    types: tuple[str, ...], first: SourceType, expected: Verdict
) -> None:
    coverage = Coverage(
        question="q", types=types, cells=(), verdict=Verdict.NOT_ANSWERABLE, because="To check."
    )
    assert with_verdict(coverage, 0.6, first=first).verdict is expected
    assert with_verdict(coverage, 0.4, first=first).verdict is Verdict.NOT_ANSWERABLE
    unknown = with_verdict(coverage, 0.6, first=first, is_known=False)
    assert unknown.verdict is Verdict.NOT_ANSWERABLE  # a rule on something else


@pytest.mark.parametrize(
    ("first", "expected"),
    [(SourceType.AUD, Verdict.PARTLY), (SourceType.PUB, Verdict.NOT_ANSWERABLE)],
)
def test_a_rate_of_ones_own_service_is_not_told_by_research(
    first: SourceType, expected: Verdict
) -> None:
    coverage = Coverage(
        question="what is our stillbirth rate?",
        types=("T4",),
        cells=(),
        verdict=Verdict.NOT_ANSWERABLE,
    )
    assert with_verdict(coverage, 0.9, first=first, is_read=True).verdict is expected


def test_a_sentence_is_compared_with_the_others_with_its_passage_and_with_the_one_before() -> None:
    vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    found = _compared(["p", "p", "q"], vectors, np.array([0.0, 1.0]))
    assert found["similarity"].tolist() == [0.0, 0.8, 1.0]
    assert found["before"].tolist() == [0.0, 0.0, 0.0]
    assert found["own"].tolist() == [-0.4, 0.4, 0.0]
    assert found["local"][2] > found["local"][1] > found["local"][0]


def test_a_word_that_all_sentences_share_names_nothing_and_a_heading_names_for_its_sentences() -> (
    None
):
    named = _named(
        "hub carers zebras",
        ["The hub opened.", "A hub for carers.", "The hub closed."],
        ["Start", "Start", "Carers"],
    )
    assert named[0] < named[1] == named[2] == 1.0


def test_a_stated_gap_is_told_by_its_vector_and_is_less_likely_where_a_figure_is_given() -> None:
    texts = ["Pads were counted.", "Nobody counted.", "Sores: 5.4% in both groups."]
    vectors = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    model = {"weights": [1.0, -1.0], "intercept": 0.5, "figure": -2.0}
    found = with_gaps([Sentence("p", n, {}) for n in range(3)], texts, vectors, model)
    assert [s.not_known for s in found] == [-0.5, 1.5, -0.5]


def test_what_ships_takes_a_figure_for_a_finding() -> None:
    assert learnt()["not_known"]["figure"] < 0


def test_the_verdict_rises_with_what_speaks_for_an_answer() -> None:
    model = {"intercept": -1.0, "weights": {"best": 2.0}}
    assert verdict({"best": 0.5}, model) == 0.5
    assert verdict({"best": 1.0}, model) > 0.5


def test_an_item_of_a_list_is_quoted_with_the_line_it_hangs_on() -> None:
    doc = document(
        "Bring her in when:\nthe waters are green\nthe baby moves less\nWomen may eat. Women may walk."
    )
    (passage,) = split_document(doc)
    item = FoundPassage(passage, 0.9, 0.9, (0.0,) * len(passage.sentences))
    first, second, prose = (excerpt_of(item, [n], 1.0) for n in (1, 2, 4))
    assert first.quote == "Bring her in when:\nthe waters are green"
    assert (second.before, second.quote) == ("Bring her in when:", "the baby moves less")
    assert (prose.before, prose.quote) == ("Women may eat.", "Women may walk.")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Of 90 women 40 were called. Of these 9 came back.", None),
        ("Of 90 women 40 were called.\n\nOf these 9 came back.", "Of these 9 came back."),
        ("Of 90 women 40 were called. Nine came back.", "Nine came back."),
    ],
)
def test_a_sentence_that_leans_back_is_quoted_with_the_one_before_it(
    text: str, quote: str | None
) -> None:
    doc = document(text)
    excerpt = excerpt_of(found(doc, 0.2, 1.0), [1], 1.0)
    assert excerpt.quote == (quote or text)
    assert doc.text[excerpt.start : excerpt.end] == excerpt.quote


def test_who_names_people_alone_is_asked_for_what() -> None:
    """Whatever is said of midwives is near to "how many midwives do we need"; none of it answers that."""
    told = with_verdict(
        Coverage(question="", types=("T4",), cells=(), verdict=Verdict.PARTLY, because=""),
        0.9,
        first=SourceType.AUD,
        is_read=True,
        is_near=True,
        names_a_subject=False,
    )
    assert told.verdict is Verdict.NOT_ANSWERABLE
    assert told.because.startswith("The question names people")
