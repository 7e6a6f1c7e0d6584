"""Page one: which sentence stands for which part, and that nothing unrelated or twice stands there."""

import pytest

from kmassist.documents.document import SourceType
from kmassist.documents.metadata import PPIRecord
from kmassist.evidence.roles import Role, Weighed
from tests.unit.front_pages import page, said_by, source


def test_both_sides_of_experience_stand_and_each_sentence_once() -> None:
    good = "Women were glad to be seen by a midwife within minutes of coming in."
    bad = "Women in triage felt alone and frightened while nobody told them anything."
    asks = "Women want an honest waiting time on a board in the room."
    document = source(SourceType.PPI, good, bad, asks)
    found = page(said_by(document, 0.6, Role.GOOD, Role.BAD, Role.ASKS), document)
    assert found == {"good": [good], "bad": [bad], "asks": [asks]}


def test_a_sentence_far_from_the_subject_or_of_another_source_is_left_out() -> None:
    near = source(SourceType.PPI, "Women in triage were glad to be seen within minutes there.")
    far = source(SourceType.PPI, "Women were glad of the new beds on the postnatal ward.")
    sentences = [*said_by(near, 0.6, Role.GOOD), *said_by(far, 0.1, Role.GOOD)]
    assert page(sentences, near, far)["good"] == [near.text]
    assert page(sentences, near)["good"] == [near.text]


def test_a_source_yet_to_check_counts_only_where_it_names_the_subject() -> None:
    names = source(SourceType.POL, "The board has not set aside money for posts in triage.")
    silent = source(SourceType.POL, "The board has not set aside money for posts on wards.")
    for document, expected in ((names, True), (silent, False)):
        near = said_by(document, 0.6, Role.DECIDES)
        assert (
            "decides" in page(near, document, unchecked=frozenset({document.doc_id}))
        ) is expected


@pytest.mark.parametrize(
    ("near_topics", "far_topics", "stands"),
    [
        (("TRI", "STF"), ("STF", "COC"), True),
        (("TRI",), ("COC",), False),
        (("TRI",), (), True),
        ((), ("COC",), True),
    ],
)
def test_a_source_filed_where_the_nearest_is_not_stays_off_page_one(
    near_topics: tuple[str, ...], far_topics: tuple[str, ...], stands: bool
) -> None:
    glad = "Women in triage were glad to be seen in minutes."
    near = source(SourceType.PPI, glad, topics=near_topics)
    room = "Midwives in triage were glad of a second room there."
    other = source(SourceType.FLK, room, topics=far_topics)
    filed = source(SourceType.FLK, "Midwives in triage sat there for an hour.", topics=near_topics)
    sentences = [*said_by(near, 0.7, Role.GOOD), *said_by(other, 0.6, Role.GOOD)]
    sentences += said_by(filed, 0.4, Role.OTHER)
    assert ("staff" in page(sentences, near, other, filed)) is stands


def test_where_the_nearest_is_filed_is_told_by_sources_looked_at() -> None:
    glad = "Women in triage were glad to be seen in minutes."
    checked = source(SourceType.PPI, glad, topics=("TRI",))
    money = "The board has not set aside money for triage."
    unsure = source(SourceType.POL, money, topics=("COC",))
    sentences = [*said_by(checked, 0.6, Role.GOOD), *said_by(unsure, 0.7, Role.DECIDES)]
    found = page(sentences, checked, unsure, unchecked=frozenset({unsure.doc_id}))
    assert found == {"good": [glad]}


@pytest.mark.parametrize(
    "words",
    [
        "Did it help the women who came in?",
        "(synthetic quotation, a woman at the unit there)",
        'She said "it was the best place I had',
        "Item: Pay of midwives; Unit: £135,200; Ashcombe: £57,200.",
        "Too short to tell.",
        "surgery on the same eye was done within the past year there.",
    ],
)
def test_what_cannot_stand_alone_is_not_quoted(words: str) -> None:
    document = source(SourceType.PPI, words)
    assert page(said_by(document, 0.6, Role.GOOD), document) == {}


def test_a_main_result_may_be_longer_than_what_is_said_of_experience() -> None:
    groups = "1.6% of women seen at once in triage and 4.3% of women seen as they came in turn, "
    words = f"Triage cut harm in four trusts: {groups * 3}and neither group had harm of its own."
    assert 48 < len(words.split()) <= 70
    study, heard = source(SourceType.PUB, words), source(SourceType.PPI, words)
    assert page(said_by(study, 0.6, Role.EFFECT), study)["effect"] == [words]
    assert page(said_by(heard, 0.6, Role.GOOD), heard) == {}


def test_what_stands_alone_comes_before_what_leans_on_a_sentence_before_it() -> None:
    leaning = "It will look at proposals for triage in the autumn of the year."
    whole = "The board will look at proposals for triage in the autumn."
    document = source(SourceType.POL, leaning, whole)
    found = page(said_by(document, 0.6, Role.DECIDES, Role.DECIDES), document)
    assert found["decides"] == [whole, leaning]


def test_who_was_not_heard_is_no_experience() -> None:
    unheard = "Women whose call was never answered and deaf women were not reached."
    told = "Women whose call was answered late felt alone and frightened that night."
    document = source(SourceType.PPI, unheard, told)
    record = PPIRecord(not_heard=("women who phoned and were not answered", "deaf women"))
    kept = document.model_copy(
        update={"metadata": document.metadata.model_copy(update={"ppi": record})}
    )
    sentences = said_by(document, 0.6, Role.BAD, Role.BAD)
    assert page(sentences, kept) == {"bad": [told]}
    assert len(page(sentences, document)["bad"]) == 2


def test_a_harm_must_be_surer_than_an_effect() -> None:
    words = "Shivering was seen in 20 of 40 women in triage who were given it."
    document = source(SourceType.PUB, words)
    unsure = [Weighed(document.doc_id, 0, len(words), 0.6, 0.6, {Role.HARM: 0.5})]
    assert "harm" not in page(unsure, document)
    sure = [Weighed(document.doc_id, 0, len(words), 0.6, 0.6, {Role.HARM: 0.7, Role.EFFECT: 0.1})]
    assert {"effect", "harm"} & page(sure, document).keys()


def test_the_same_figures_of_a_source_are_told_once() -> None:
    first = "Babies came early in 11 of 190 women in the triage team and 27 of 380 in usual care."
    again = (
        "Being born early was seen in triage for 11 of 190 and 27 of 380 women, by chance perhaps."
    )
    document = source(SourceType.SVE, first, again)
    sentences = said_by(document, 0.6, Role.EFFECT, Role.HARM)
    assert [words for held in page(sentences, document).values() for words in held] == [first]


def test_what_the_answer_quotes_of_a_source_to_check_stands() -> None:
    words = "It cost £287 for each person who was seen there in the year."
    document = source(SourceType.ECO, words)
    sentences = said_by(document, 0.6, Role.COST)
    unchecked = frozenset({document.doc_id})
    assert page(sentences, document, unchecked=unchecked) == {}
    quoted = [(document.doc_id, 0, len(words))]
    assert page(sentences, document, unchecked=unchecked, quoted=quoted) == {"cost": [words]}


@pytest.mark.parametrize(("good", "slot"), [(0.5, "good"), (0.35, None)])
def test_a_voice_that_is_not_likely_to_be_good_is_not_told_as_good(
    good: float, slot: str | None
) -> None:
    words = "Women in triage were seen within minutes by a midwife they knew."
    document = source(SourceType.PPI, words)
    roles = {Role.GOOD: good, Role.BAD: 0.1}
    found = page([Weighed(document.doc_id, 0, len(words), 0.6, 0.6, roles)], document)
    assert found == ({slot: [words]} if slot else {})


def test_what_a_text_says_of_itself_is_not_what_is_known() -> None:
    of_itself = "This entry restates no effect estimates of triage from the review."
    known = "Whether triage lowers harm to babies is not known from any trial."
    document = source(SourceType.PUB, of_itself, known)
    found = page(said_by(document, 0.6, Role.UNKNOWN, Role.UNKNOWN), document)
    assert found == {"unknown": [known]}


def test_the_nearest_of_a_kind_that_is_all_filed_elsewhere_stands() -> None:
    glad = "Women in triage were glad to be seen in minutes."
    near = source(SourceType.PPI, glad, topics=("TRI",))
    rooms = "Midwives in triage were glad of a second room there."
    later = "Midwives in triage were glad of a second phone there."
    staff = [source(SourceType.FLK, words, topics=("COC",)) for words in (rooms, later)]
    sentences = said_by(near, 0.9, Role.GOOD)
    for document, close in zip(staff, (0.6, 0.5), strict=True):
        sentences += said_by(document, close, Role.GOOD)
    assert page(sentences, near, *staff) == {"good": [glad], "staff": [rooms]}
    assert page(sentences, near, *staff, sure=frozenset({near.doc_id})) == {"good": [glad]}


def test_a_topic_that_the_question_names_decides_what_stands_beside_it() -> None:
    glad = "Women in triage were glad to be seen in minutes."
    near = source(SourceType.PPI, glad, topics=("TRI", "STF"))
    nearer = source(SourceType.GDL, "Diabetes clinics must open in triage hours.", topics=("DIA",))
    rooms = "Midwives in triage were glad of a second room there."
    rota = source(SourceType.FLK, rooms, topics=("STF",))
    sentences = [*said_by(near, 0.8, Role.GOOD), *said_by(nearer, 0.9, Role.REQUIRES)]
    sentences += said_by(rota, 0.7, Role.GOOD)
    documents = (near, nearer, rota)
    assert page(sentences, *documents, topics=("TRI",)) == {"good": [glad]}
    assert page(sentences, *documents, topics=("LGA",)) == page(sentences, *documents)


def test_a_sentence_of_a_source_to_check_is_not_quoted_from_afar_because_the_answer_has_it() -> (
    None
):
    glad = "Women in triage were glad to be seen in minutes."
    near = source(SourceType.PPI, glad)
    money = "A ward of this kind costs about £41,000 a year to run."
    far = source(SourceType.ECO, money)
    quoted = [(far.doc_id, 0, len(money))]

    def slots(likeness: float) -> set[str]:
        sentences = [*said_by(near, 0.9, Role.GOOD), *said_by(far, likeness, Role.COST)]
        return {*page(sentences, near, far, unchecked=frozenset({far.doc_id}), quoted=quoted)}

    assert slots(0.5) == {"good"}
    assert slots(0.7) == {"good", "cost"}


def test_how_a_study_was_done_is_not_told_as_not_known() -> None:
    blind = "The assessors in triage did not know the group of a woman."
    how = source(SourceType.PUB, blind, heading="Methods")
    assert page(said_by(how, 0.6, Role.UNKNOWN), how) == {}
    what = source(SourceType.PUB, blind, heading="Limitations of the methods")
    assert page(said_by(what, 0.6, Role.UNKNOWN), what) == {"unknown": [blind]}
