"""What somebody said stands on page one whole, and does what all of it does."""

from __future__ import annotations

import pytest

from kmassist.assistant.brief_sentences import mean_roles, voices
from kmassist.documents.document import Document, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import Passage, split_document
from kmassist.evidence.roles import Role


def passage(text: str) -> Passage:
    (found,) = split_document(Document(doc_id=make_doc_id(text), text=text, metadata=Metadata()))
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('"She asked his name. Then she used it." It was noted.', ["01", "2"]),
        ("“I could ask. Alone I only nod.” She smiled.", ["01", "2"]),
        ('He came. "They asked my son. He is only eleven years old. Some words I did not say."', ["0", "123"]),
        ("She asked his name. Then she left.", ["0", "1"]),
        ('A tear of 3" was seen. It healed.', ["0", "1"]),
    ],
)  # fmt: skip
def test_what_somebody_said_is_quoted_whole_and_once(text: str, wanted: list[str]) -> None:
    held = passage(text)
    found = voices(held, range(len(held.sentences)))
    assert found == [(int(numbers[0]), int(numbers[-1])) for numbers in wanted]


def test_a_voice_is_good_or_bad_as_all_of_it_is() -> None:
    asked, age, said = {Role.BAD: 0.3}, {Role.GOOD: 0.6}, {Role.BAD: 0.9}
    found = mean_roles([asked, age, said])
    assert found[Role.BAD] == pytest.approx(0.4)
    assert found[Role.GOOD] == pytest.approx(0.2)
    assert mean_roles([{}, {}]) == {}
