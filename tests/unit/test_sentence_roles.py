"""What a sentence does: told by its words, its heading and its marks beside its vector, and by nothing for another model."""

import numpy as np
import pytest

from kmassist.documents.source_types import SourceType
from kmassist.evidence.roles import Role, Sentence, roles_of
from kmassist.text.shipped import shipped_data

MODEL = shipped_data("sentence_roles.json")["model"]
NO_VECTOR = np.zeros((1, 384), np.float32)


def role(text: str, kind: SourceType, heading: str = "") -> dict[Role, float]:
    """With a vector that says nothing."""
    (found,) = roles_of([Sentence(text, kind, heading)], NO_VECTOR, f"{MODEL}/title")
    return found


def test_the_heading_next_above_a_sentence_counts() -> None:
    text = "A seat for whoever comes with you."
    asked = role(text, SourceType.PPI, "Report of the panel › What people asked for")
    told = role(text, SourceType.PPI, "What people asked for › Who we spoke to")
    assert asked[Role.ASKS] > told[Role.ASKS]


@pytest.mark.parametrize(
    ("plain", "marked", "does"),
    [
        ("Leg pain did not differ at six weeks.", "Leg pain fell by half at six weeks.", Role.HARM),
        ("Falls were not recorded.", "Falls were counted.", Role.UNKNOWN),
    ],
)
def test_no_difference_and_what_was_not_measured_are_marks(
    plain: str, marked: str, does: Role
) -> None:
    assert role(plain, SourceType.PUB)[does] > role(marked, SourceType.PUB)[does]


def test_vectors_of_another_model_tell_no_role() -> None:
    sentence = Sentence("Waits fell.", SourceType.PUB)
    assert roles_of([sentence], NO_VECTOR, "another/title") == [{}]
