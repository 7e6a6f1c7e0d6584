"""The list of sources on the command line."""

import pytest

from kmassist.answers.model import Reference
from kmassist.cli.render import reference_line
from kmassist.documents.document import SourceType


@pytest.mark.parametrize(
    ("cite_as", "journal", "shown"),
    [
        ("Marlow Vale Maternity Services 2026", "Marlow Vale Maternity Services", 1),
        ("Birth Companions 2020", "Birth", 2),
        ("Kenyon et al. 2017", "BMC Pregnancy and Childbirth", 1),
    ],
)
def test_a_journal_is_named_and_an_issuer_that_is_the_author_is_not_named_twice(
    cite_as: str, journal: str, shown: int
) -> None:
    line = reference_line(
        Reference(
            number=3,
            doc_id="d1",
            cite_as=cite_as,
            title="A title.",
            source_type=SourceType.FLK,
            journal=journal,
        )
    )
    assert line.startswith(f"[3] {cite_as}. A title.")
    assert line.count(journal) == shown
    assert "(frontline staff knowledge; undated) <d1>" in line
