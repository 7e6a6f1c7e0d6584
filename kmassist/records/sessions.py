"""Session: a conversation as it was shown, turn by turn, so that it can be reopened, renamed, exported and never lost."""

from __future__ import annotations

from kmassist.answers.model import Answer
from kmassist.answers.presentation import answer_markdown
from kmassist.documents.frozen import Frozen


class Turn(Frozen):
    """One question and what came of it. ``number`` counts from 1; ``answer`` is None while it is sought or when it failed.

    ``note`` says why there is no answer (cancelled, an error's sentence). ``asked_at`` is ISO local time to the second.
    """

    number: int
    question: str
    asked_at: str
    answer: Answer | None = None
    note: str = ""


class Session(Frozen):
    """A conversation without its turns, as it stands in a list. Times are ISO, local, to the second."""

    session_id: str
    name: str
    begun_at: str
    changed_at: str
    turns: int = 0


_NAME_LENGTH = 60


def name_after(question: str) -> str:
    """A session's first name: its first question, cut at a word."""
    flat = " ".join(question.split())
    return flat if len(flat) <= _NAME_LENGTH else flat[:_NAME_LENGTH].rsplit(" ", 1)[0] + "…"


def session_markdown(session: Session, turns: list[Turn]) -> str:
    """A whole conversation as Markdown."""
    head = f"# {session.name}\n\nBegun {session.begun_at.replace('T', ' ')}, {session.turns} questions.\n"
    parts = [
        answer_markdown(t.answer) if t.answer else f"## {t.question}\n\n{t.note or 'No answer.'}\n"
        for t in turns
    ]
    return "\n".join([head, *parts])
