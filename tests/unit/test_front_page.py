"""Page one: which sentence stands for which part, and that nothing unrelated or twice stands there."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kmassist.answers.model import Claim
from kmassist.briefs.front_page import Asked, FrontPage
from kmassist.briefs.scale_up import cite
from kmassist.documents.document import ComposedSpan, Document, HeadingSpan, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata, PPIRecord
from kmassist.evidence.roles import Role, Weighed
from kmassist.evidence.salience import is_row
from kmassist.privacy.masking import SmallNumbers
from kmassist.settings.model import PrivacySettings

GATE = SmallNumbers(PrivacySettings())


def source(
    kind: SourceType, *sentences: str, topics: tuple[str, ...] = (), heading: str = ""
) -> Document:
    text = "\n".join(sentences)
    metadata = Metadata(source_type=kind, topics=topics)
    spans = (HeadingSpan(start=0, end=0, level=1, title=heading),) if heading else ()
    return Document(doc_id=make_doc_id(text), text=text, metadata=metadata, headings=spans)


def composed(kind: SourceType, *lines: str) -> Document:
    """A source of which the lines that are rows were written from a table."""
    held = source(kind, *lines)
    rows = (line for line in lines if is_row(line))
    starts = ((held.text.index(row), row) for row in rows)
    spans = tuple(ComposedSpan(start=at, end=at + len(row)) for at, row in starts)
    return held.model_copy(update={"composed": spans})


def said_by(document: Document, near: float, *roles: Role) -> list[Weighed]:
    """Each line of a document as a weighed sentence, with its role."""
    found, at = [], 0
    for line, role in zip(document.text.split("\n"), roles, strict=True):
        found.append(Weighed(document.doc_id, at, at + len(line), near, near, {role: 0.9}))
        at += len(line) + 1
    return found


def page(
    sentences: list[Weighed],
    *documents: Document,
    unchecked: frozenset[str] = frozenset(),
    quoted: Sequence[tuple[str, int, int]] = (),
    sure: frozenset[str] | None = None,
    topics: tuple[str, ...] = (),
    ruled_out: frozenset[str] = frozenset(),
    asks_figures: bool = False,
) -> dict[str, list[str]]:
    """Part -> its sentences."""

    def claim(document: Document, start: int, end: int) -> Claim:
        return Claim(citation=cite(document, 1, start, end, GATE), probability=0.0)

    held = {d.doc_id: d for d in documents}
    asked = Asked("triage", frozenset(topics), ruled_out, asks_figures)
    front = FrontPage(held, unchecked, sentences, claim, asked, quoted=quoted, sure=sure)
    found: dict[str, list[str]] = {}
    for message in front.messages((), ()):
        assert message.claim
        found.setdefault(message.slot, []).append(message.claim.text)
    return found


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


@pytest.mark.parametrize(
    ("kind", "role", "slot", "least"),
    [
        (SourceType.POL, Role.DECIDES, "decides", 0.5),
        (SourceType.PUB, Role.UNKNOWN, "unknown", 0.6),
    ],
)
def test_what_is_half_likely_to_be_a_decision_or_a_gap_is_not_told_as_one(
    kind: SourceType, role: Role, slot: str, least: float
) -> None:
    line = "The board in triage heard of the plan that was read last year."
    document = source(kind, line)
    for likely, stands in ((least - 0.05, False), (least + 0.05, True)):
        sentence = Weighed(document.doc_id, 0, len(line), 0.6, 0.6, {role: likely})
        assert (slot in page([sentence], document)) is stands


def test_what_the_answer_quotes_besides_is_kept_for_room_that_would_be_blank() -> None:
    glad = "Women in triage were glad to be seen in minutes."
    heard = "Forty women came to the triage meeting in the spring."
    near = source(SourceType.PPI, glad, heard)
    far = source(SourceType.PPI, "Ten women came to the diabetes meeting.", topics=("DIA",))
    sentences = [*said_by(near, 0.9, Role.GOOD, Role.OTHER), *said_by(far, 0.2, Role.OTHER)]
    quoted = [(near.doc_id, 0, len(glad)), (near.doc_id, len(glad) + 1, len(near.text))]
    quoted += [(far.doc_id, 0, len(far.text))]
    found = page(sentences, near, far, quoted=quoted)
    assert found == {"good": [glad], "more": [heard]}
    unsure = page(sentences, near, far, quoted=quoted, unchecked=frozenset({near.doc_id}))
    assert "more" not in unsure


@pytest.mark.parametrize(
    ("topics", "likeness", "words", "stands"),
    [
        (("TRI",), 0.45, "A midwife in triage costs £135,200 a year.", True),
        (("TRI",), 0.35, "A midwife in triage costs £135,200 a year.", False),
        (("TRI",), 0.55, "A midwife at the desk costs £135,200 a year.", False),
        ((), 0.55, "A midwife in triage costs £135,200 a year.", False),
    ],
)
def test_a_source_to_check_that_is_filed_here_gives_its_figure(
    topics: tuple[str, ...], likeness: float, words: str, stands: bool
) -> None:
    glad = source(SourceType.PPI, "Women in triage were glad to be seen.", topics=("TRI",))
    costing = source(SourceType.ECO, words, topics=topics)
    sentences = [*said_by(glad, 1.0, Role.GOOD), *said_by(costing, likeness, Role.COST)]
    found = page(sentences, glad, costing, unchecked=frozenset({costing.doc_id}))
    assert ("cost" in found) is stands


def test_what_is_filed_where_the_question_says_there_is_none_is_beside_the_point() -> None:
    care = "Shared care in triage lowered large babies from 17.5% to 11.2% of all."
    diabetes = source(SourceType.PUB, care, topics=("DIA", "LGA"))
    offer = "An offer of induction in triage changed harm from 3.1% to 2.3% of all."
    large = source(SourceType.PUB, offer, topics=("LGA",))
    sentences = [*said_by(diabetes, 0.9, Role.EFFECT), *said_by(large, 0.7, Role.EFFECT)]
    assert len(page(sentences, diabetes, large, topics=("LGA",))["effect"]) == 2
    found = page(sentences, diabetes, large, topics=("LGA",), ruled_out=frozenset({"DIA"}))
    assert found == {"effect": [offer]}


def test_what_a_service_changed_since_is_no_wish_of_patients() -> None:
    card = "Women in triage are now given a photo card of the whole team."
    wish = "Women in triage want to know who is on the team that day."
    document = source(SourceType.PPI, card, wish)
    sentences = said_by(document, 0.6, Role.ASKS, Role.ASKS)
    assert len(page(sentences, document)["asks"]) == 2
    record = PPIRecord(changed="A photo card of the whole team is given to women")
    kept = document.model_copy(
        update={"metadata": document.metadata.model_copy(update={"ppi": record})}
    )
    assert page(sentences, kept) == {"asks": [wish]}


def test_whom_a_guideline_covers_is_no_requirement() -> None:
    covers = "This guideline covers women who come to triage from 16 weeks."
    document = source(SourceType.GDL, covers, heading="Scope")
    assert page(said_by(document, 0.6, Role.REQUIRES), document) == {}
    said = source(SourceType.GDL, covers, heading="What is expected")
    assert page(said_by(said, 0.6, Role.REQUIRES), said) == {"standard": [covers]}


def test_an_inquiry_tells_how_large_a_problem_is_where_that_is_asked() -> None:
    words = "Women who waited in triage were 2.3 times as likely to come to harm."
    inquiry = source(SourceType.POL, words)
    sentences = said_by(inquiry, 0.6, Role.OTHER)
    assert page(sentences, inquiry) == {}
    assert page(sentences, inquiry, asks_figures=True) == {"problem": [words]}


def test_what_small_numbers_leave_little_of_is_not_told() -> None:
    masked = "3 of 10 women in triage said that they had told their story to 4 midwives there."
    whole = "Women in triage said that they had told their story again and again."
    document = source(SourceType.PPI, masked, whole)
    assert len(cite(document, 1, 0, len(masked), GATE).masks) > 1
    found = page(said_by(document, 0.6, Role.BAD, Role.BAD), document)
    assert found == {"bad": [whole]}


def test_what_a_policy_says_of_itself_and_what_was_changed_since_are_no_rule_and_no_voice() -> None:
    agreed = "The local guideline was agreed in June and reviewed by a group."
    letter = "The letter to every family no longer uses the older word."
    cases = (
        (SourceType.GDL, agreed, Role.REQUIRES, "standard", "Status", "What it says"),
        (SourceType.PPI, letter, Role.ASKS, "asks", "What changed", "What women said"),
    )
    for kind, text, role, slot, beside, about in cases:
        held = source(kind, text, heading=about)
        assert page(said_by(held, 0.9, role), held) == {slot: [text]}
        other = source(kind, text, heading=beside)
        assert page(said_by(other, 0.9, role), other) == {}


def test_a_row_with_a_figure_for_one_group_comes_after_one_that_compares() -> None:
    alone = "Measure: Early return; Home: 18/120; Ward: does not apply."
    both = "Measure: Admitted babies; Home: 6/120; Ward: 8/150."
    held = composed(SourceType.SVE, alone, both)
    assert page(said_by(held, 0.9, Role.EFFECT, Role.EFFECT), held)["effect"] == [both, alone]


def test_the_sentence_with_the_costings_bottom_line_comes_first() -> None:
    gross = "The beds that were released are worth £27,900 in a year."
    net = "After all running costs the net value was £19,260 in a year."
    rows = "Item: Beds released; Amount: £27,900.", "Item: Net value; Amount: £19,260."
    held = composed(SourceType.ECO, gross, net, *rows)
    roles = (Role.COST,) * 4
    assert page(said_by(held, 0.9, *roles), held)["cost"][:2] == [net, gross]


def test_what_is_quoted_besides_repeats_no_figures() -> None:
    row = "Measure: Known midwife; Team: 114/190 (60.0%); Usual: 19/380 (5.0%)."
    prose = "A known midwife was there for 114 of 190 women and for 19 of 380 others."
    held = composed(SourceType.SVE, row, prose)
    sentences = said_by(held, 0.9, Role.EFFECT, Role.OTHER)
    at = (held.doc_id, len(row) + 1, len(held.text))
    assert page(sentences, held, quoted=[at]) == {"effect": [row]}


def test_a_statement_of_many_matters_gives_only_those_near_the_subject() -> None:
    here = "The board asks every unit to assess women in triage within 15 minutes."
    elsewhere = "The board expects an interpreter at every booking appointment from April."
    statement = source(SourceType.POL, here, elsewhere)
    near, far = said_by(statement, 0.6, Role.REQUIRES, Role.REQUIRES)
    found = page([near, replace(far, near=0.3)], statement)
    assert found == {"requires": [here]}
    study = source(SourceType.PUB, "Waits fell by 12%.", "Staff left less often, 4% against 9%.")
    near, far = said_by(study, 0.6, Role.EFFECT, Role.EFFECT)
    told = page([near, replace(far, near=0.3)], study)
    assert len(told["effect"]) == 1, "a short one is no finding"


def test_of_a_statement_to_check_a_sentence_names_the_subject_though_the_answer_quotes_it() -> None:
    money = "The board has not set aside money for posts or for advocates this year."
    triage = "The board does not ask providers to open more triage rooms this year."
    statement = source(SourceType.POL, money, triage)
    sentences = said_by(statement, 0.6, Role.DECIDES, Role.DECIDES)
    found = page(
        sentences,
        statement,
        unchecked=frozenset({statement.doc_id}),
        quoted=[(statement.doc_id, 0, len(money))],
    )
    assert found == {"decides": [triage]}


def test_the_first_result_that_a_study_tells_comes_before_a_nearer_other() -> None:
    main = "Readmission fell from 24.1% under weekday cover to 19.6% under cover on all days."
    other = "Triage within one hour rose from 41% under weekday cover to 47% on all days."
    study = source(SourceType.PUB, main, other)
    first, second = said_by(study, 0.6, Role.EFFECT, Role.EFFECT)
    found = page([replace(first, near=0.55), second], study)
    assert found["effect"] == [main, other]


def test_what_is_likelier_something_else_stands_for_nothing() -> None:
    asked = "A member asked what share of women in triage is offered an interpreter."
    minute = source(SourceType.POL, asked)
    likely = {Role.OTHER: 0.5, Role.REQUIRES: 0.4}
    sentence = replace(said_by(minute, 0.6, Role.REQUIRES)[0], roles=likely)
    assert page([sentence], minute) == {}


def test_a_result_that_may_be_a_harm_is_told_among_the_other_results() -> None:
    early = "Of the women who went home, 18 of 120 (15.0%) came back earlier than planned."
    pilot = source(SourceType.SVE, early)
    sentence = replace(
        said_by(pilot, 0.6, Role.HARM)[0], roles={Role.HARM: 0.57, Role.EFFECT: 0.33}
    )
    nearer = "Women spent a median of 9 hours in hospital compared with 27 hours before."
    trial = source(SourceType.PUB, nearer, nearer.replace("9", "8"), nearer.replace("9", "7"))
    found = page([sentence, *said_by(trial, 0.9, *[Role.EFFECT] * 3)], pilot, trial)
    assert early in (*found["effect"], *found["harm"])


def test_what_studies_leave_open_comes_before_what_staff_did_not_get_on_to() -> None:
    absent = "Anaesthetic staff were asked to the meeting on triage and could not come."
    small = "The trial was too small to tell whether fewer women come to harm in triage."
    notes, trial = source(SourceType.FLK, absent), source(SourceType.PUB, small)
    sentences = [*said_by(notes, 0.7, Role.UNKNOWN), *said_by(trial, 0.6, Role.UNKNOWN)]
    assert page(sentences, notes, trial) == {"unknown": [small, absent]}
