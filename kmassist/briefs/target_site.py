"""The place that something would go to, described from its own sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from kmassist.answers.model import Claim
from kmassist.briefs.scale_up import claim_of, sentences_of
from kmassist.documents.document import Document
from kmassist.privacy.masking import SmallNumbers

_TARGET_SAID = 4
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}\b")


def places_in(question: str, documents: Sequence[Document]) -> tuple[str, ...]:
    """Names of places in a question: capitalised words within it that the sources write so too, but not the pilots' own."""
    names = dict.fromkeys(_NAME.findall(question))
    return tuple(
        name
        for name in names
        if any(re.search(rf"\b{name}\b", document.text) for document in documents)
        and not any(re.search(rf"\b{name.lower()}\b", document.text) for document in documents)
    )


def target_claims(
    pilots: Sequence[Document],
    documents: Sequence[Document],
    names: Sequence[str],
    number_of: Callable[[Document], int],
    gate: SmallNumbers,
) -> Iterator[Claim]:
    """A sentence with a figure about the target from each of its own sources; the pilots' are left out."""
    ours = {pilot.doc_id for pilot in pilots}
    found = 0
    for document in documents:
        if document.doc_id in ours or not names or found == _TARGET_SAID:
            continue
        for start, end in sentences_of(document):
            words = document.text[start:end]
            if document.is_composed(start, end):
                continue  # figures of a sheet are told against their targets
            if any(name in words for name in names) and any(c.isdigit() for c in words):
                found += 1
                yield claim_of(document, number_of(document), start, end, gate)
                break
