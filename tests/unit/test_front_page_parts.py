"""Page one: what a sentence must be to stand for a part, and which of several comes first."""

from dataclasses import replace

import pytest

from kmassist.briefs.scale_up import cite
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import PPIRecord
from kmassist.evidence.roles import Role, Weighed
from tests.unit.front_pages import GATE, composed, page, said_by, source


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
