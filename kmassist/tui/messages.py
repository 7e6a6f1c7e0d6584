"""What travels from worker threads to screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from kmassist.answers.model import Citation
    from kmassist.documents.source_types import SourceType
    from kmassist.events import Event


class TurnEvent(Message):
    """An event of the assistant, tagged with its turn; a screen drops those of a turn that is over."""

    def __init__(self, ticket: int, event: Event) -> None:
        super().__init__()
        self.ticket = ticket
        self.event = event


class TurnFailed(Message):
    """A turn ended with an error."""

    def __init__(self, ticket: int, error: Exception) -> None:
        super().__init__()
        self.ticket = ticket
        self.error = error


class OpenDocument(Message):
    """A person wants to read a whole document; ``marked`` are spans of its text to show."""

    def __init__(self, doc_id: str, marked: tuple[tuple[int, int], ...] = ()) -> None:
        super().__init__()
        self.doc_id = doc_id
        self.marked = marked


class OpenCitation(Message):
    """A person wants to see a quotation in its context."""

    def __init__(self, citation: Citation) -> None:
        super().__init__()
        self.citation = citation


class OpenPlace(Message):
    """A person wants to go to another place of the interface, with a file to add where one was named."""

    def __init__(self, mode: str, path: str) -> None:
        super().__init__()
        self.mode = mode
        self.path = path


class OpenCell(Message):
    """A person wants to see one row of the coverage strip."""

    def __init__(self, source_type: SourceType) -> None:
        super().__init__()
        self.source_type = source_type


class CellHighlighted(Message):
    """The cursor stands on a row of the coverage strip."""

    def __init__(self, source_type: SourceType) -> None:
        super().__init__()
        self.source_type = source_type
