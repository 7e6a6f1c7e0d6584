"""Keeping conversations: each turn is a record of its own, written the moment it is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

from pydantic import ValidationError

from kmassist.answers.model import Answer
from kmassist.errors import RecordError
from kmassist.index import Index
from kmassist.privacy.masking import SmallNumbers
from kmassist.records.sessions import Session, Turn, name_after, session_markdown
from kmassist.records.store import left
from kmassist.text import clock
from kmassist.text.tables import save_text

_KIND = "session"
_Sessions: TypeAlias = list[Session]
_Turns: TypeAlias = list[Turn]


def _masked(answer: Answer) -> Answer:
    return answer.masked(SmallNumbers().in_words)


class SessionDesk:
    """Conversations in the library's own database. The head of a session and each of its turns are separate records, so
    that saving a turn costs the same in a long conversation as in a short one."""

    def __init__(
        self,
        index: Index,
        now: Callable[[], datetime] = clock.now,
        leaving: Callable[[Answer], Answer] = _masked,
    ) -> None:
        """``leaving`` gives an answer as it may leave the library."""
        self._index = index
        self._leaving = leaving
        self._now = now

    def new(self, question: str = "") -> Session:
        """Begin a conversation; it is stored with its first turn."""
        now = self._stamp()
        return Session(
            session_id=f"s{uuid4().hex[:12]}",
            name=name_after(question) or "New conversation",
            begun_at=now,
            changed_at=now,
        )

    def append(
        self,
        session: Session,
        question: str,
        *,
        number: int = 0,
        answer: Answer | None = None,
        note: str = "",
    ) -> Session:
        """Save a turn, durably, and return the session as it is now.

        Args:
            session: the conversation, new or stored.
            question: as it was typed.
            number: 0 for a new turn, else the turn to replace (its answer has come).
            answer: what was shown; None while it is sought.
            note: why there is no answer.
        """
        now = self._stamp()
        number = number or session.turns + 1
        turn = Turn(number=number, question=question, asked_at=now, answer=answer, note=note)
        kept = self._index.records(_KIND).get(session.session_id)
        name = Session.model_validate(kept).name if kept else session.name
        session = session.model_copy(
            update={"changed_at": now, "turns": max(number, session.turns), "name": name}
        )
        self._index.put_record(
            self._turns(session.session_id), f"{number:05d}", turn.model_dump(mode="json")
        )
        self._index.put_record(_KIND, session.session_id, session.model_dump(mode="json"))
        return session

    def list(self) -> _Sessions:
        """Every stored conversation, the last changed first."""
        found = [Session.model_validate(body) for body in self._index.records(_KIND).values()]
        return sorted(found, key=lambda s: (s.changed_at, s.session_id), reverse=True)

    def open(self, session_id: str) -> tuple[Session, _Turns]:
        """A conversation with its turns in order.

        Raises:
            RecordError: there is none of that id.
        """
        body = self._index.records(_KIND).get(session_id)
        if body is None:
            raise RecordError(
                f"There is no conversation '{session_id}'.", "See the list of sessions."
            )
        records = self._index.records(self._turns(session_id))
        return Session.model_validate(body), [_read_turn(records[key]) for key in sorted(records)]

    def rename(self, session_id: str, name: str) -> Session:
        """Give a conversation another name.

        Raises:
            RecordError: there is none of that id, or the name is empty.
        """
        session, _ = self.open(session_id)
        if not name.strip():
            raise RecordError("A conversation needs a name.", "Type at least one letter.")
        session = session.model_copy(update={"name": name.strip()})
        self._index.put_record(_KIND, session_id, session.model_dump(mode="json"))
        return session

    def delete(self, session_id: str) -> None:
        """Remove a conversation and all its turns; nothing happens when there is none."""
        for key in self._index.records(self._turns(session_id)):
            self._index.delete_record(self._turns(session_id), key)
        self._index.delete_record(_KIND, session_id)

    def export(self, session_id: str, path: Path, *, force: bool = False) -> Path:
        """Write a conversation as Markdown, or as JSON when the path ends in ``.json``; returns the path written.

        Raises:
            RecordError: there is none of that id.
            ExportError: the file is there already, or cannot be written.
        """
        session, turns = self.open(session_id)
        turns = [
            turn.model_copy(update={"answer": turn.answer and self._leaving(turn.answer)})
            for turn in turns
        ]
        if path.suffix.lower() == ".json":
            body = {
                "session": session.model_dump(mode="json"),
                "turns": [turn.model_dump(mode="json") for turn in turns],
            }
            text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
        else:
            text = session_markdown(session, turns)
        written = save_text(path, text, force=force)
        return left(self._index, "conversation", written, record=session_id)

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="seconds")[:19]

    @staticmethod
    def _turns(session_id: str) -> str:
        return f"{_KIND}:{session_id}"


def _read_turn(body: dict[str, object]) -> Turn:
    """A stored turn; one saved by another version keeps its question and says so."""
    try:
        return Turn.model_validate(body)
    except ValidationError:
        return Turn(
            number=int(str(body.get("number", 0))),
            question=str(body.get("question", "")),
            asked_at=str(body.get("asked_at", "")),
            note="This answer was saved by another version of kmassist; ask again to see it.",
        )
