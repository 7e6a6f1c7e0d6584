"""What the tests of briefs share."""

from kmassist.briefs import (
    Brief,
    Circumstances,
)
from kmassist.documents.document import SourceType
from tests.unit.sample_briefs import (
    TODAY,
)

AROUND = Circumstances(today=TODAY.isoformat(), site="Marlow Vale")


def changed(brief: Brief, kind: SourceType, **update: object) -> Brief:
    """The brief with the first quotation of a kind tampered with."""
    claim = brief.claims[kind][0]
    wrong = claim.model_copy(update={"citation": claim.citation.model_copy(update=update)})
    return brief.model_copy(
        update={"claims": {**brief.claims, kind: (wrong, *brief.claims[kind][1:])}}
    )
