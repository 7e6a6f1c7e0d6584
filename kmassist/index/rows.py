"""Rows: what every engine writes of a document, and how it is checked when it is read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from kmassist.documents.document import Document, clean_text
from kmassist.documents.passages import Passage
from kmassist.errors import IndexDamaged
from kmassist.index import Filter
from kmassist.index.database import REPAIR, row_check
from kmassist.text.faults import place_of, reason_of

PASSAGE = (
    'passage_id, doc_id, ordinal, text, start, "end", sentences, heading, page, page_is_estimated'
)
"""Columns of a passage's row, in the order of its check."""


def whole(what: str, found: int, expected: int) -> None:
    """Damage may make rows of a table vanish without an error; an index of it, or a count, still knows of them."""
    if found != expected:
        raise IndexDamaged(f"Some of the stored {what} cannot be found.", REPAIR)


def are_texts(*columns: Any) -> None:
    """A flipped bit may turn a text into a blob of the same bytes, which the check of a row does not tell apart."""
    if not all(isinstance(column, str) for column in columns):
        raise IndexDamaged("A stored text is no text any more.", REPAIR)


def check_row(what: str, expected: bytes, *columns: Any) -> None:
    """Compare a row with the check that was made when it was written."""
    if row_check(*columns) != expected:
        raise IndexDamaged(f"The stored {what} has changed since it was written.", REPAIR)


@dataclass(frozen=True, slots=True)
class Facet:
    """What a filter looks at, and ``seq``, the change that last made the document."""

    seq: int
    doc_id: str
    source_type: str
    year: int | None
    topics: frozenset[str]

    def passes(self, where: Filter) -> bool:
        """Whether the filter lets the document through; an undated document passes no limit of years."""
        return not (
            (where.source_types and self.source_type not in where.source_types)
            or (where.doc_ids and self.doc_id not in where.doc_ids)
            or (self.doc_id in where.without_doc_ids)
            or (where.topics and self.topics.isdisjoint(where.topics))
            or (where.year_from is not None and (self.year is None or self.year < where.year_from))
            or (where.year_to is not None and (self.year is None or self.year > where.year_to))
        )


def facet_of(document: Document, seq: int) -> Facet:
    """What a filter sees of a document."""
    meta = document.metadata
    return Facet(
        seq, document.doc_id, str(meta.source_type or ""), meta.year, frozenset(meta.topics)
    )


def document_of(doc_id: str, values: dict[str, Any]) -> tuple[Document, str]:
    """A stored document; a value that cannot be, such as 31 February, is set aside and named, and the rest answers.

    Raises:
        IndexDamaged: what cannot be is no value of its metadata.
    """
    aside: list[str] = []
    while True:
        try:
            document = Document.model_validate(values)
            break
        except ValidationError as error:
            bad = [
                fault
                for fault in error.errors()
                if fault["loc"][:1] == ("metadata",) and len(fault["loc"]) > 1
            ]
            if len(bad) < error.error_count():
                raise IndexDamaged(f"What is stored of {doc_id} cannot be read.", REPAIR) from error
            # One at a time, from the end: leaving out a part of a list moves what follows it.
            _leave_out(values, bad[-1]["loc"])
            field = place_of(bad[-1]).partition(".")[2]
            aside.append(f"{field} ({reason_of(bad[-1])})")
    if not aside:
        return document, ""
    name = clean_text(document.metadata.title or document.source_name)[:60]
    says = f"Of {doc_id} ({name}) was left out what cannot be: {'; '.join(aside[:5])}."
    return document.model_copy(update={"warnings": (*document.warnings, says)}), says


def _leave_out(values: dict[str, Any], place: Sequence[int | str]) -> None:
    """Take what stands at a place of the metadata out of a stored body."""
    *above, last = place
    where: Any = values
    for step in above:
        where = where[step]
    del where[last]


def passage_columns(passage: Passage) -> tuple[Any, ...]:
    spans = np.array(passage.sentences, "<i4").tobytes()
    return (
        *(passage.passage_id, passage.doc_id, passage.ordinal, passage.text),
        *(passage.start, passage.end, spans),
        *(passage.heading, passage.page, int(passage.page_is_estimated)),
    )


def passage_of(row: tuple[Any, ...]) -> Passage:
    """The passage of a row: the columns `PASSAGE`, then their check."""
    *columns, check = row
    pid, doc_id, ordinal, text, start, end, spans, heading, page, is_estimated = columns
    check_row(f"passage {pid}", check, *columns)
    are_texts(pid, doc_id, text, heading)
    pairs = np.frombuffer(spans, "<i4").reshape(-1, 2).tolist()
    return Passage(
        pid,
        doc_id,
        ordinal,
        text,
        start,
        end,
        tuple(map(tuple, pairs)),
        heading,
        page,
        bool(is_estimated),
    )


def body_columns(document: Document, blob: str | None, seq: int) -> tuple[Any, ...]:
    """Columns source_type to body_check of a document's row."""
    facet = facet_of(document, seq)
    columns = facet.source_type, facet.year, json.dumps(sorted(facet.topics), ensure_ascii=False)
    body = document.model_dump_json(exclude={"text", "pages", "headings"})
    facet_check = row_check(seq, document.doc_id, *columns)
    return *columns, facet_check, blob, body, row_check(seq, document.doc_id, blob, body)
