"""What is proposed of a document, for tests."""

from typing import Any

from kmassist.documents.document import Document
from kmassist.readers.metadata.proposals import propose


def proposed(document: Document) -> dict[str, Any]:
    """Field -> value."""
    return {proposal.field: proposal.value for proposal in propose(document)}
