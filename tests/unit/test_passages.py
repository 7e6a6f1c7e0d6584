"""Passages: whole sentences, exact offsets, nothing lost, never across a heading or two pages."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kmassist.documents.document import Document, HeadingSpan, PageSpan, clean_text, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import split_document
from kmassist.text.sentences import split_sentences

SENTENCES = st.lists(
    st.sampled_from(
        [
            "Induction did not reduce caesarean birth.",
            "It fell from 3.3% to 3.0% (p = 0.03).",
            "Dr. Example et al. saw no harm.",
            "Women waited, i.e. sat, for 2.5 hours.",
            "Was it safe?",
            "Item: Beds; Value: 12",
        ]
    ),
    min_size=1,
    max_size=30,
)


def make(text: str, **fields: object) -> Document:
    return Document.model_validate(
        {"doc_id": make_doc_id(text), "text": text, "metadata": Metadata(), **fields}
    )


@given(st.lists(SENTENCES, min_size=1, max_size=5), st.integers(1, 60))
def test_offsets_reproduce_the_text_and_nothing_is_lost(
    paragraphs: list[list[str]], max_words: int
) -> None:
    text = "\n\n".join(" ".join(p) for p in paragraphs)
    passages = split_document(make(text), max_words=max_words)
    assert all(text[p.start : p.end] == p.text for p in passages)
    assert [s for p in passages for s in p.sentences] == split_sentences(text)
    assert "".join(
        "".join(p.sentence(i) for i in range(len(p.sentences))) for p in passages
    ).replace(" ", "") == "".join(text.split())
    assert all(len(p.text.split()) <= max_words or len(p.sentences) == 1 for p in passages)


@given(st.text(max_size=400))
def test_any_clean_text_splits_into_ordered_spans_without_loss(raw: str) -> None:
    text = clean_text(raw)
    spans = split_sentences(text)
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert "".join(text[a:b] for a, b in spans).split() == text.split() or "".join(
        "".join(text[a:b].split()) for a, b in spans
    ) == "".join(text.split())


def test_a_passage_has_one_heading_and_one_page() -> None:
    text = "First\nAlpha said so. Bravo agreed.\nSecond\nCarla did not."
    document = make(
        text,
        headings=(
            HeadingSpan(level=1, start=0, end=5, title="First"),
            HeadingSpan(level=2, start=35, end=41, title="Second"),
        ),
        pages=(PageSpan(number=1, start=0, end=21), PageSpan(number=2, start=21, end=len(text))),
    )
    found = [(p.text, p.heading, p.page) for p in split_document(document)]
    assert found == [
        ("Alpha said so.", "First", 1),
        ("Bravo agreed.", "First", 2),
        ("Carla did not.", "First › Second", 2),
    ]
    assert document.page_at(len(text)) is None
