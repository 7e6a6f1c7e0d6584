import re

import pytest

from kmassist.question.quantities import Quantity, favoured, gives, quantity_asked, quantity_data


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("what does face to face interpreting cost us a year", Quantity.MONEY),
        ("How much is one GBS test?", Quantity.MONEY),
        ("what’s a woman typically paid in vouchers", Quantity.MONEY),
        ("cost per quitter of the vouchers scheme", Quantity.MONEY),
        ("what time does the birth centre shut", Quantity.TIME_OF_DAY),
        ("PPH: how quickly are we giving TXA", Quantity.DURATION),
        ("average length of stay after a section", Quantity.DURATION),
        ("how many hours did women sleep", Quantity.DURATION),
        ("how many bed days do we get back", Quantity.NUMBER),
        ("what % of smokers see the adviser within a day", Quantity.NUMBER),
        ("what is our epidural rate", Quantity.NUMBER),
        ("UK maternal death rate per 100,000, latest", Quantity.NUMBER),
        ("uptake of hypnobirthing classes", Quantity.NUMBER),
        ("do interpreters reduce caesarean rates", None),
        ("is the caesarean rate lower with a doula", None),
        ("Outreach workers or doulas, worth funding?", None),
        ("does outpatient priming save any money", None),
        ("what band are our triage midwives paid at", None),
        ("what do women want after a traumatic birth", None),
    ],
)
def test_what_kind_of_figure_a_question_asks_for(question: str, asked: Quantity | None) -> None:
    assert quantity_asked(question) is asked


@pytest.mark.parametrize(
    ("quantity", "text", "is_given"),
    [
        (Quantity.MONEY, "Yearly cost: £67,500.", True),
        (Quantity.MONEY, "It cost 40 pounds a visit.", True),
        (Quantity.MONEY, "No UK costs were measured; 96 hours against 105.", False),
        (Quantity.TIME_OF_DAY, "A midwife is there from 16:00 to midnight.", True),
        (Quantity.TIME_OF_DAY, "The ratio was 0.68 (0.52 to 0.90), in a 2:1 allocation.", False),
        (Quantity.DURATION, "Mothers waited a median of nine hours.", True),
        (
            Quantity.DURATION,
            "Measure: Median hours in hospital before the labour ward; Home: 9.",
            True,
        ),
        (Quantity.DURATION, "Women were seen by two midwives.", False),
        (Quantity.NUMBER, "Twenty-three staff took part.", True),
        (Quantity.NUMBER, "Midwives felt unprepared for a call.", False),
    ],
)
def test_whether_a_text_gives_it(quantity: Quantity, text: str, is_given: bool) -> None:
    assert gives(quantity, text) is is_given


def test_what_speaks_for_a_sentence_that_answers() -> None:
    why, price = favoured("Why do clinics run late?"), favoured("Is it cheaper at home?")
    assert why is not None
    assert why.search("They run late because rooms are shared.")
    assert not why.search("They run late.")
    assert price is not None
    assert price.search("A visit cost £16.")
    assert favoured("Do clinics run late?") is None


@pytest.mark.parametrize("part", sorted(quantity_data()))
def test_every_pattern_matches_its_examples_and_not_the_others(part: str) -> None:
    for row in quantity_data()[part]:
        pattern = re.compile(row["pattern"], re.I)
        assert [text for text in row["matches"] if not pattern.search(text)] == [], row["pattern"]
        assert [text for text in row["not"] if pattern.search(text)] == [], row["pattern"]
