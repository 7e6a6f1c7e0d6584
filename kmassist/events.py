"""What the assistant says while it works. Front ends turn events into lines, bars and widgets; nothing else does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmassist.answers.model import Answer
    from kmassist.coverage import Coverage
    from kmassist.question.interpretation import Reading


@dataclass(frozen=True, slots=True)
class Event:
    """Anything the assistant reports."""


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """``done`` of ``total`` units of ``stage``; a total of 0 is not known yet, nor are 0 ``seconds_left``."""

    stage: str
    done: int
    total: int
    detail: str = ""
    seconds_left: float = 0.0


@dataclass(frozen=True, slots=True)
class Warned(Event):
    """Something a person should know; the work goes on."""

    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Added(Event):
    """A document is safely stored (the transaction is committed). ``outcome``: added, updated, unchanged, duplicate."""

    path: str
    doc_id: str
    title: str
    outcome: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Skipped(Event):
    """A file was left out, and why."""

    path: str
    reason: str
    hint: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class FileGone(Event):
    """A document whose file is gone was set aside, or its file is back (``is_back``)."""

    path: str
    doc_id: str
    title: str
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Read(Event):
    """How the question was understood."""

    reading: Reading


@dataclass(frozen=True, slots=True)
class Retrieved(Event):
    """Passages were found."""

    passages: int
    documents: int


@dataclass(frozen=True, slots=True)
class Covered(Event):
    """The question x source-type matrix is known."""

    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The answer is complete; always the last event of `ask`."""

    answer: Answer
