"""Records of one kind in the library's own database: listed, found by the start of an id, put, removed, written to a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from kmassist.errors import IndexingError, RecordError
from kmassist.index import Index
from kmassist.text.faults import place_of, reason_of
from kmassist.text.naming import did_you_mean
from kmassist.text.tables import save_text, written_as

Record = TypeVar("Record", bound=BaseModel)


def validated(model: type[Record], fields: Mapping[str, Any], hint: str = "") -> Record:
    """The record of those fields.

    Raises:
        RecordError: a field is unknown or cannot be used; names the first.
    """
    try:
        return model.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors()[0]
        name = place_of(first).replace("_", " ") or "value"
        raise RecordError(
            f"The field '{name}' cannot be used: {reason_of(first)}.",
            hint or "Correct it and try again.",
        ) from error


def by_start(wanted: str, ids: Iterable[str], noun: str, see: str) -> str:
    """The id that is wanted, or the only one that begins so.

    Raises:
        RecordError: there is none, or there are several; ``see`` is the command that lists them.
    """
    known = list(ids)
    found = [wanted] if wanted in known else [i for i in known if wanted and i.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    what = (
        f"'{wanted}' matches {len(found)} {noun}s." if found else f"There is no {noun} '{wanted}'."
    )
    raise RecordError(what, f"{'' if found else did_you_mean(wanted, known)}See '{see}'.")


def to_json(body: object) -> str:
    """JSON as every export writes it; records by their own form."""

    def plain(value: object) -> object:
        if isinstance(value, BaseModel):
            return value.model_dump(mode="json")
        raise TypeError(type(value).__name__)

    return json.dumps(body, ensure_ascii=False, indent=2, default=plain) + "\n"


def write_as(path: Path, writers: Mapping[str, Callable[[], str]], *, force: bool) -> Path:
    """Write a file by its suffix: ``writers`` maps suffixes to what makes the text; returns the path.

    Raises:
        ExportError: another suffix, the file is there already and ``force`` is not given, or it cannot be written.
    """
    return save_text(path, writers[written_as(path, writers)](), force=force)


def left(index: Index, what: str, path: Path, **details: Any) -> Path:
    """Note in the audit trail that something was written to a file outside; returns the path.

    A library opened for reading, or one that another process writes to at this moment, keeps no note.
    """
    with suppress(IndexingError):
        index.audit("export", what=what, form=path.suffix.lstrip("."), **details)
    return path


class Records(Generic[Record]):
    """All records of one kind; each write is one record in one transaction.

    Args:
        index: the library.
        kind: the name the records are stored under.
        model: what a record is.
        see: the command that lists them.
        key: the field that holds its id, where that is not the kind's name with ``_id``.
        noun: what a person calls one, where that is not the kind's name.
        typed: for records that hold words of people: looks at one, given what is held of it, before it is kept.
    """

    def __init__(
        self,
        index: Index,
        kind: str,
        model: type[Record],
        *,
        see: str,
        key: str = "",
        noun: str = "",
        typed: Callable[[Mapping[str, Any], Mapping[str, Any]], None] | None = None,
    ) -> None:
        self._index = index
        self._kind = kind
        self._model = model
        self._key = key or f"{kind.replace('-', '_')}_id"
        self._noun = noun or kind
        self._see = see
        self._typed = typed

    def all(self) -> list[Record]:
        """Every record, numbered ones in order of their numbers, then by id.

        Raises:
            RecordError: one was written by a newer kmassist.
        """
        found = self._index.records(self._kind)
        keys = sorted(found, key=lambda k: (not k.isdigit(), k.zfill(9) if k.isdigit() else k))
        try:
            return [self._model.model_validate(found[key]) for key in keys]
        except ValidationError as error:
            raise RecordError(
                f"A {self._noun} was recorded by a newer kmassist.", "Update kmassist."
            ) from error

    def get(self, record_id: str) -> Record:
        """The record of that id; one with a longer id may be named by its start.

        Raises:
            RecordError: there is none, or there are several.
        """
        found = self._index.records(self._kind)
        if record_id.isdigit() and record_id not in found:
            raise RecordError(f"There is no {self._noun} {record_id}.", f"See '{self._see}'.")
        return self._model.model_validate(found[by_start(record_id, found, self._noun, self._see)])

    def make(self, fields: Mapping[str, Any], hint: str = "") -> Record:
        """A record of those fields, not stored yet; see `validated`."""
        return validated(self._model, fields, hint)

    def put(self, record: Record) -> Record:
        """Store or replace it, durably.

        Raises:
            RecordError: what was typed looks as if it held personal data.
        """
        body, key = record.model_dump(mode="json", by_alias=True), str(getattr(record, self._key))
        if self._typed is not None:
            self._typed(body, self._index.records(self._kind).get(key, {}))
        self._index.put_record(self._kind, key, body)
        return record

    def delete(self, record_id: str) -> Record:
        """Take a record out; returns what it was.

        Raises:
            RecordError: there is none.
        """
        record = self.get(record_id)
        self._index.delete_record(self._kind, str(getattr(record, self._key)))
        return record

    def next_number(self) -> str:
        """The number after the highest there is."""
        numbers = (int(key) for key in self._index.records(self._kind) if key.isdigit())
        return str(max(numbers, default=0) + 1)
