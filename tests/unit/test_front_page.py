"""Page one: which sentence stands for which part, and that nothing unrelated or twice stands there."""

import re
from collections.abc import Sequence

import pytest

from kmassist.answers.model import Claim, Status
from kmassist.answers.presentation import marked
from kmassist.briefs import Audience, Brief, Circumstances, Withheld, compose_brief
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.evidence_table import evidence_rows
from kmassist.briefs.front_page import FrontPage
from kmassist.briefs.layout import lay_out
from kmassist.briefs.layout.points import cost_table, row_words, said, told, trend
from kmassist.briefs.model import Equity, KeyMessage
from kmassist.briefs.parts import SLOTS, cells_of, heads_of
from kmassist.briefs.scale_up import cite
from kmassist.coverage import State, Verdict
from kmassist.documents.document import Document, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata, PPIRecord
from kmassist.evidence.roles import Role, Weighed
from kmassist.pages.blocks import Block, Contents, Heading, Strip, citation_order, inlines, plain
from kmassist.privacy.masking import SmallNumbers
from kmassist.settings.model import PrivacySettings
from kmassist.text.words import reading_age
from tests.unit.sample_briefs import compose, triage

GATE = SmallNumbers(PrivacySettings())


def source(kind: SourceType, *sentences: str, topics: tuple[str, ...] = ()) -> Document:
    text = "\n".join(sentences)
    metadata = Metadata(source_type=kind, topics=topics)
    return Document(doc_id=make_doc_id(text), text=text, metadata=metadata)


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
) -> dict[str, list[str]]:
    """Part -> its sentences."""

    def claim(document: Document, start: int, end: int) -> Claim:
        return Claim(citation=cite(document, 1, start, end, GATE), probability=0.0)

    held = {d.doc_id: d for d in documents}
    front = FrontPage(held, unchecked, sentences, claim, "triage", quoted=quoted, sure=sure)
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


def test_what_is_to_check_says_so() -> None:
    claim = compose().all_claims[0]
    assert "to check" not in plain(said(claim))
    assert "to check) [" in plain(said(claim, is_unchecked=True))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            "Measure: Left early; Before: 36/600 (6.0%); After: 18/600 (3.0%)",
            "Left early. Before: 36/600 (6.0%); After: 18/600 (3.0%)",
        ),
        ("Cycle: 3; Result: 39/50 (78.0%)", "Cycle 3. Result: 39/50 (78.0%)"),
        ("Seen in time: 41 of 60", ""),
        ("Measure: Left early; Before and after; 3%", ""),
    ],
)
def test_a_row_reads_as_a_sentence(row: str, words: str) -> None:
    assert row_words(row) == words


@pytest.mark.parametrize(
    "words",
    [
        "Did it help the women who came in?",
        "(synthetic quotation, a woman at the unit there)",
        'She said "it was the best place I had',
        "Item: Pay of midwives; Unit: £135,200; Ashcombe: £57,200.",
        "Too short to tell.",
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


def test_a_costing_that_is_cut_keeps_its_last_row_and_says_so() -> None:
    brief = compose()
    text = "Item: Pay; Cost: £9.\nItem: Kit; Cost: £1.\nItem: All; Cost: £10."
    document = Document(
        doc_id=make_doc_id(text), text=text, metadata=Metadata(source_type=SourceType.ECO)
    )
    number = brief.sources[0].number
    claims, at = [], 0
    for line in text.split("\n"):
        cited = cite(document, number, at, at + len(line), GATE)
        claims.append(Claim(citation=cited, probability=0.0))
        at += len(line) + 1
    costed = brief.model_copy(update={"costs": tuple(claims)})
    (table,) = cost_table(costed, most=2)
    assert [plain(row[1]) for row in table.rows] == ["£9", "£10"]
    assert table.caption.endswith("; 2 of its 3 rows")
    (whole,) = cost_table(costed, most=3)
    assert len(whole.rows) == 3
    assert "of its" not in whole.caption
    assert not list(cost_table(costed, most=0))


def test_rows_of_a_costing_are_read_as_cells() -> None:
    row = "Item: Yearly cost; Unit: £135,200; Ashcombe: £57,200."
    assert heads_of(row) == ("Item", "Unit", "Ashcombe")
    assert cells_of(row) == ("Yearly cost", "£135,200", "£57,200")


def test_a_trend_says_whether_it_is_better() -> None:
    held = {"number": 1, "doc_id": "d", "cite_as": "x", "index": 0, "criterion": "c"}
    worse = AuditFigure.model_validate(
        {**held, "percent": 40.0, "previous": 46.0, "higher_is_better": True}
    )
    assert trend(worse) == " The round before: 46%, so it is worse now."
    better = worse.model_copy(update={"higher_is_better": False})
    assert "better" in trend(better)
    assert trend(worse.model_copy(update={"previous": None})) == ""


def words_of(blocks: tuple[Block, ...] | list[Block]) -> str:
    return "\n".join(plain(words) for block in blocks for words in inlines(block))


def page_one(brief: Brief) -> list[Block]:
    blocks = list(lay_out(brief).blocks)
    at = next(
        (n for n, b in enumerate(blocks) if isinstance(b, Heading) and b.anchor == "detail"), None
    )
    return blocks[:at]


@pytest.mark.parametrize("audience", list(Audience))
class TestLayout:
    def test_a_strip_of_eight_kinds_stands_on_page_one(self, audience: Audience) -> None:
        strip = next(b for b in page_one(compose(audience.value)) if isinstance(b, Strip))
        assert len(strip.tiles) == 8
        assert all(tile.mark and tile.state for tile in strip.tiles)

    def test_nothing_is_said_twice(self, audience: Audience) -> None:
        brief = compose(audience.value)
        blocks = lay_out(brief).blocks
        words = words_of(list(blocks))
        for message in brief.key_messages:
            if message.claim and len(message.claim.text) > 40:
                assert words.count(message.claim.text) <= 1
                ways = {marked(message.claim.citation), told(message.claim.citation)}
                assert sum(words.count(way) for way in ways) <= 1
            if message.figure:
                assert words.count(f"{message.figure.criterion.rstrip('.')}: ") <= 1

    def test_every_number_that_is_cited_has_its_entry_and_no_other(
        self, audience: Audience
    ) -> None:
        brief = compose(audience.value)
        blocks = lay_out(brief).blocks
        entries = [e.number for b in blocks for e in getattr(b, "entries", ())]
        assert entries == citation_order(blocks)

    def test_contents_stand_in_a_long_document_only(self, audience: Audience) -> None:
        assert not any(isinstance(b, Contents) for b in lay_out(compose(audience.value)).blocks)


def test_withheld_is_never_nothing_found() -> None:
    answer, documents = triage()
    brief = compose_brief(
        answer,
        documents,
        audience=Audience.PUBLIC,
        circumstances=Circumstances(
            today="2026-11-23", withheld=Withheld(documents=2, by_type=(("POL", 2),))
        ),
    )
    assert brief.absences[SourceType.POL].startswith("Withheld: 2 sources of this kind are about")
    assert not any(gap.source_type is SourceType.POL for gap in brief.gaps)
    strip = next(b for b in page_one(brief) if isinstance(b, Strip))
    assert [t.state for t in strip.tiles if t.mark == "="] == ["withheld (2)"]
    assert "Withheld" in words_of(page_one(brief))


def test_a_source_stands_once_for_each_group() -> None:
    for line in compose().equity.lines:
        held = [*line.heard_by, *line.reported_by, *line.not_heard_by]
        assert len(held) == len(set(held))


def test_plain_words_have_a_reading_age() -> None:
    assert reading_age("The cat sat on the mat. It was glad.") == 5
    assert (
        reading_age("Multidisciplinary organisational reconfiguration necessitates consideration.")
        > 18
    )
    brief = compose("public")
    age = re.search(r"Reading age of the quotations: about (\d+) .*", words_of(page_one(brief)))
    assert age
    assert int(age[1]) > 11  # the NHS asks for 9 to 11
    assert age[0].endswith("say it in plainer words beside it.")


def test_nothing_but_the_contents_does_not_fill_a_page() -> None:
    brief = compose("commissioner")
    held = {kind: claims * 12 for kind, claims in brief.claims.items()}
    listed = lay_out(brief.model_copy(update={"claims": held}), annex=True).blocks
    at = next(place for place, block in enumerate(listed) if isinstance(block, Contents))
    behind = listed[at + 1]
    assert isinstance(behind, Heading)
    assert not behind.starts_page


def test_the_parts_have_one_order() -> None:
    order = [SLOTS.index(m.slot) for m in compose().key_messages]
    assert order == sorted(order)


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


def unanswered() -> Brief:
    answer, documents = triage()
    answer = answer.model_copy(update={"status": Status.NOT_ANSWERABLE})
    around = Circumstances(today="2026-11-23")
    return compose_brief(answer, documents, audience=Audience.CLINICAL, circumstances=around)


def test_what_is_to_be_checked_is_not_said_to_answer_nothing() -> None:
    brief = unanswered().model_copy(update={"verdict": Verdict.TO_CHECK})
    words = words_of(page_one(brief))
    assert "whether it answers the question is to be checked" in words


def test_what_is_held_on_the_subject_stands_where_the_question_is_not_answered() -> None:
    brief = unanswered()
    words = words_of(page_one(brief))
    assert "it does not answer the question" in words
    assert {m.slot for m in brief.key_messages} >= {"problem", "cost"}
    assert "No words of patients or carers are in this brief" not in words


@pytest.mark.parametrize("kind", [SourceType.POL, SourceType.ECO, SourceType.FLK])
@pytest.mark.parametrize(("topics", "is_named"), [(("TRI",), True), ((), True), (("COC",), False)])
def test_what_is_to_check_is_named_with_its_reference_where_none_of_its_kind_is_quoted(
    kind: SourceType, topics: tuple[str, ...], is_named: bool
) -> None:
    brief = compose("commissioner")
    line = next(s for s in brief.sources if s.metadata.source_type is SourceType.FLK)
    metadata = line.metadata.model_copy(update={"title": "A statement", "topics": topics})
    update = {"state": State.TO_CHECK, "doc_ids": (line.doc_id,)}
    quiet = brief.model_copy(
        update={
            "cells": tuple(
                c.model_copy(update=update) if c.source_type is kind else c for c in brief.cells
            ),
            "sources": tuple(
                s.model_copy(update={"metadata": metadata}) if s is line else s
                for s in brief.sources
            ),
            "key_messages": tuple(
                m
                for m in brief.key_messages
                if not m.claim or m.claim.citation.source_type not in {kind, SourceType.FLK}
            ),
            "costs": (),
        }
    )
    words = words_of(page_one(quiet))
    says = f"To check: “A statement” may be about this. A person has to look. [{line.number}]"
    assert (says in words) is is_named
    assert says not in words_of(page_one(quiet.model_copy(update={"cells": brief.cells})))


@pytest.mark.parametrize(
    ("quote", "told_as"),
    [
        ("2. The board has set nothing aside.", "The board has set nothing aside."),
        ("5.4 The team does not provide respite.", "The team does not provide respite."),
        ("4.2.1. Two visits are made.", "Two visits are made."),
        ("2.5 midwives are needed.", "2.5 midwives are needed."),
    ],
)
def test_the_number_of_an_item_of_a_list_is_not_told(quote: str, told_as: str) -> None:
    claim = next(c for c in compose().all_claims if not c.citation.is_computed)
    numbered = claim.citation.model_copy(update={"quote": quote})
    words = plain(said(claim.model_copy(update={"citation": numbered})))
    assert words.startswith(f"“{told_as}” (")
    assert "from a table" not in words


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


@pytest.mark.parametrize(("good", "slot"), [(0.35, "good"), (0.2, None)])
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


def test_the_evidence_table_gives_what_a_source_found_before_what_it_did_not() -> None:
    brief = compose("research")
    line = next(s for s in brief.sources if s.metadata.source_type is SourceType.SVE)
    claim = next(c for c in brief.claims[SourceType.SVE] if c.citation.number == line.number)

    def said_of(quote: str, slot: str, *, is_computed: bool = False) -> KeyMessage:
        update = {"quote": quote, "is_computed": is_computed}
        cited = claim.model_copy(update={"citation": claim.citation.model_copy(update=update)})
        return KeyMessage(kind="quotation", lead="", slot=slot, claim=cited)

    told = (
        said_of("Costs were not collected.", "unknown"),
        said_of("The wait was long in both rounds.", "effect"),
        said_of("Waits fell from 40% to 20%.", "effect"),
        said_of("Item: Wait; Before: 40%; After: 20%.", "effect", is_computed=True),
    )
    update = {"key_messages": told, "claims": {}, "findings": (), "audit": (), "etd": ()}
    bare = brief.model_copy(update={**update, "scale_up": None, "equity": Equity()})
    row = next(r for r in evidence_rows(bare) if r[0] == f"[{line.number}]")
    assert row[-1].startswith("“Waits fell from 40% to 20%.”")
    assert row[-2] == "Wait. Before: 40%; After: 20%"
