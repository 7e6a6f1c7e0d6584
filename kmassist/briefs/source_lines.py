"""Documents as the numbered sources of a brief, a check or a list of references."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from kmassist.briefs.model import SourceLine
from kmassist.documents.document import Document
from kmassist.documents.vancouver import link_of, vancouver
from kmassist.privacy.masking import SmallNumbers, hide_in_metadata
from kmassist.settings.model import PrivacySettings


def source_lines(
    documents: Sequence[Document],
    privacy: PrivacySettings,
    quoted: Collection[str] = (),
    note_of: Callable[[str], str] = lambda doc_id: "",
) -> tuple[SourceLine, ...]:
    """One line a document, numbered from 1 in their order; small numbers of people are hidden in its metadata.

    ``quoted`` are the ids of those that are quoted; ``note_of`` gives the note of one that is not.
    """
    gate = SmallNumbers(privacy)
    documents = [gate.named(document) for document in documents]
    return tuple(
        SourceLine(
            number=number,
            doc_id=document.doc_id,
            cite_as=document.cite_as,
            reference=reference,
            link=link_of(document.metadata),
            metadata=hide_in_metadata(document, privacy),
            source_name=document.source_name,
            source_sha256=document.source_sha256,
            is_quoted=document.doc_id in quoted,
            note="" if document.doc_id in quoted else note_of(document.doc_id),
        )
        for number, (document, reference) in enumerate(
            zip(documents, vancouver(documents), strict=True), start=1
        )
    )
