"""Points of a brief in words: quotations, rows of tables, costings, trends."""

import pytest

from kmassist.answers.model import Claim
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.layout.points import cost_table, row_words, said, told, trend
from kmassist.briefs.parts import cells_of, heads_of
from kmassist.briefs.scale_up import cite
from kmassist.documents.document import Document, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.pages.blocks import plain
from kmassist.privacy.masking import SmallNumbers
from kmassist.settings.model import PrivacySettings
from tests.unit.sample_briefs import compose

GATE = SmallNumbers(PrivacySettings())


def test_what_is_to_check_says_so() -> None:
    claim = compose().all_claims[0]
    assert "to check" not in plain(said(claim))
    assert "to check) [" in plain(said(claim, is_unchecked=True))


def test_a_whole_speech_has_one_pair_of_marks() -> None:
    claim = compose().all_claims[0]

    def shown(quote: str) -> str:
        changes = {"quote": quote, "masks": (), "is_computed": False}
        return told(claim.citation.model_copy(update=changes))

    assert shown('"Nobody told us."') == "“Nobody told us.”"
    assert shown('"Wait here," they said. "Sit."') == '“"Wait here," they said. "Sit."”'


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
