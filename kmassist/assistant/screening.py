"""The screening desk: exports of a search elsewhere are read, screened a record at a time, and what is included is added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from kmassist.assistant.preparing import make_entry
from kmassist.assistant.typed import typed
from kmassist.documents.document import Document
from kmassist.documents.metadata import SCREENED_OUT
from kmassist.documents.required_metadata import with_current_warnings
from kmassist.errors import RecordError, UnreadableSource
from kmassist.gaps import SearchRecord
from kmassist.privacy.redaction import redact_document
from kmassist.records.forgetting import FORGOTTEN
from kmassist.records.prisma import flow_svg, flow_text
from kmassist.records.screening import (
    Decided,
    Flow,
    Found,
    FoundRecords,
    Screening,
    Source,
    Verdict,
    flow_of,
    identities,
    repeats,
    verdict_of,
)
from kmassist.records.store import Records, left, to_json, write_as
from kmassist.text.clock import today

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_SEE = "kmassist screen all"
_ELSEWHERE = "excluded where it was exported from"


@dataclass(frozen=True, slots=True)
class Finished:
    """What ending a screening did: documents stored, the search that was logged, and open gaps that the documents are about."""

    screening: Screening
    added: tuple[Document, ...]
    search: SearchRecord
    may_close: tuple[str, ...]


class ScreeningDesk:
    """Screenings of this library; each decision is kept at once, so that one can stop at any record."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        index = assistant.index
        self._screenings = Records(
            index, "screening", Screening, see=_SEE, typed=typed(assistant.settings.privacy)
        )
        self._found = Records(
            index, "screened", FoundRecords, key="screening_id", noun="screening", see=_SEE
        )

    def list(self) -> Sequence[Screening]:
        """Every screening in order."""
        return self._screenings.all()

    def get(self, screening_id: str = "") -> Screening:
        """One screening; without an id the last that is not finished, else the last.

        Raises:
            RecordError: there is none.
        """
        if screening_id:
            return self._screenings.get(screening_id)
        found = self.list()
        if not found:
            raise RecordError("Nothing is being screened.", "Begin with 'kmassist screen FILE'.")
        return next((s for s in reversed(found) if not s.finished), found[-1])

    def records(self, screening_id: str) -> tuple[Found, ...]:
        """The records of a screening in order of their numbers."""
        return self._found.get(screening_id).records

    # -- beginning ----------------------------------------------------------------------------------------------------

    def begin(
        self,
        paths: Sequence[Path],
        *,
        databases: Sequence[str] = (),
        question: str = "",
        gap_id: str = "",
        strategy: str = "",
        into: str = "",
    ) -> tuple[Screening, tuple[str, ...]]:
        """Read exports and make their records ready to screen; returns the screening and what is to be said of it.

        Args:
            paths: RIS, NBIB, CSV and the other exports that the library reads.
            databases: the database each is from, in order; the file's name where none is given.
            question: that was searched for.
            gap_id: or the gap of the register.
            strategy: as it was run.
            into: a screening to add them to, instead of a new one.

        Raises:
            SourceError: a file cannot be read, or is no export of references.
            RecordError: neither question nor gap is named, or the screening is finished.
        """
        if into:
            screening = self._open(into)
            records = list(self.records(screening.screening_id))
        else:
            screening, records = self._new(question, gap_id, strategy), []
        said: list[str] = []
        for place, path in enumerate(paths):
            documents, redacted = self._read(path)
            if redacted:
                said.append(
                    f"{path.name}: personal data in {redacted} of {len(documents)} records was replaced."
                )
            database = databases[place] if place < len(databases) else path.stem
            source = Source(database=database, file_name=path.name, records=len(documents))
            screening = screening.model_copy(update={"sources": (*screening.sources, source)})
            more = self._made(documents, records, len(screening.sources))
            decided = {
                str(found.number): Decided(
                    verdict=Verdict.EXCLUDED, reason=_ELSEWHERE, on=today().isoformat()
                )
                for found, document in zip(more, documents, strict=True)
                if document.metadata.status == SCREENED_OUT and not found.same_as
            }
            if decided:
                said.append(
                    f"{path.name}: {len(decided)} records are {_ELSEWHERE}; undo any of them."
                )
            screening = screening.model_copy(update={"decided": {**screening.decided, **decided}})
            records += more
        self._found.put(FoundRecords(screening_id=screening.screening_id, records=tuple(records)))
        return self._screenings.put(screening), tuple(said)

    def _new(self, question: str, gap_id: str, strategy: str) -> Screening:
        if gap_id:
            gap = self._assistant.gaps.get(gap_id)
            question = question or gap.question or gap.title
        if not question.strip():
            raise RecordError(
                "Records are screened for a question.", 'Give --question "..." or --gap NUMBER.'
            )
        number = self._screenings.next_number()
        fields = {"screening_id": number, "question": question, "gap_id": gap_id}
        return self._screenings.make({**fields, "strategy": strategy, "began": today().isoformat()})

    def _read(self, path: Path) -> tuple[Sequence[Document], int]:
        """The references of an export, with what looks like personal data replaced, and in how many it was."""
        found = self._assistant.inspect(path)
        if not all(item.document.locator.startswith("#") for item in found):
            raise UnreadableSource(
                f"{path.name} is no export of references.",
                "Export the results as RIS, NBIB or CSV; a document is added with 'kmassist add'.",
            )
        pattern = self._assistant.settings.privacy.hospital_number_pattern
        documents = [
            redact_document(item.document, pattern) if item.identifiers else item.document
            for item in found
        ]
        return documents, sum(bool(item.identifiers) for item in found)

    def _made(
        self, documents: Sequence[Document], before: Sequence[Found], source: int
    ) -> Sequence[Found]:
        """Records to screen of documents; one that came earlier, or is held already, says so."""
        known: dict[str, int] = {}
        for found in before:
            if found.document is not None:
                for identity in identities(Document.model_validate(found.document)):
                    known.setdefault(identity, found.number)
        held = {identity: d.doc_id for d in self._assistant.sources() for identity in identities(d)}
        numbered = list(enumerate(documents, start=len(before) + 1))
        same = repeats(numbered, known)
        return [
            Found(
                number=number,
                title=d.metadata.title or d.cite_as,
                cite_as=d.cite_as,
                published=d.metadata.published or "",
                journal=d.metadata.journal,
                doi=d.metadata.doi,
                pmid=d.metadata.pmid,
                abstract=_abstract(d),
                of=source,
                same_as=same.get(number, 0),
                held_as=next((held[i] for i in sorted(identities(d)) if i in held), ""),
                document=d.model_dump(mode="json"),
            )
            for number, d in numbered
        ]

    # -- deciding -----------------------------------------------------------------------------------------------------

    def decide(
        self, screening_id: str, numbers: Sequence[int], verdict: Verdict, *, reason: str = ""
    ) -> Screening:
        """Decide on records by number; a decision made before is replaced.

        Raises:
            RecordError: there is no such record, a reason is missing, or the screening is finished.
        """
        screening = self._open(screening_id)
        known = {found.number for found in self.records(screening.screening_id)}
        self._check(numbers, known)
        if verdict.needs_reason and not reason.strip():
            raise RecordError(
                "A record is left out with a reason.", "In a few words: other population."
            )
        decided = Decided(
            verdict=verdict,
            reason=" ".join(reason.split()),
            by_role=self._assistant.index.actor,
            on=today().isoformat(),
        )
        changes = {str(number): decided for number in numbers}
        return self._screenings.put(
            screening.model_copy(update={"decided": {**screening.decided, **changes}})
        )

    def undo(self, screening_id: str, numbers: Sequence[int]) -> Screening:
        """Take decisions back, so that the records wait again.

        Raises:
            RecordError: there is no such record, or the screening is finished.
        """
        screening = self._open(screening_id)
        self._check(numbers, {found.number for found in self.records(screening.screening_id)})
        left_over = {n: d for n, d in screening.decided.items() if int(n) not in numbers}
        return self._screenings.put(screening.model_copy(update={"decided": left_over}))

    @staticmethod
    def _check(numbers: Sequence[int], known: set[int]) -> None:
        wrong = [number for number in numbers if number not in known]
        if wrong:
            raise RecordError(
                f"There is no record {wrong[0]}; there are {len(known)}.",
                "See 'kmassist screen list'.",
            )

    def _open(self, screening_id: str) -> Screening:
        screening = self.get(screening_id)
        if screening.finished:
            raise RecordError(
                f"Screening {screening.screening_id} was finished on {screening.finished}.",
                "Begin another with 'kmassist screen FILE'.",
            )
        return screening

    # -- counting and ending ------------------------------------------------------------------------------------------

    def flow(self, screening_id: str = "") -> Flow:
        """The counts of its PRISMA 2020 flow."""
        screening = self.get(screening_id)
        return flow_of(screening, self.records(screening.screening_id))

    def export_flow(self, path: Path, screening_id: str = "", *, force: bool = False) -> Path:
        """Write the flow as .svg, .txt or .json."""
        screening, flow = self.get(screening_id), self.flow(screening_id)
        title = f"PRISMA 2020 flow: {screening.question}"
        written = write_as(
            path,
            {
                ".svg": lambda: flow_svg(flow, title),
                ".txt": lambda: f"{title}\n\n{flow_text(flow)}",
                ".json": lambda: to_json({**flow.model_dump(mode="json"), "total": flow.total}),
            },
            force=force,
        )
        return left(self._assistant.index, "flow", written)

    def finish(self, screening_id: str = "", **search: Any) -> Finished:
        """Add what was included and log the search; ``search`` are fields of the search log: ``by_role``, ``found``...

        Raises:
            RecordError: records still wait, or a field of the search log is missing.
            ModelUnavailable: the model cannot be loaded.
        """
        screening = self._open(screening_id)
        records = self.records(screening.screening_id)
        flow = flow_of(screening, records)
        if flow.waiting:
            raise RecordError(
                f"{flow.waiting} of {flow.total} records are still to screen.",
                "See 'kmassist screen list --to-screen'.",
            )
        gaps = self._assistant.gaps
        logged = gaps.log_search(
            **{
                "databases": screening.databases,
                "strategy": screening.strategy or f"see screening {screening.screening_id}",
                "question": screening.question,
                "gap_id": screening.gap_id,
                "outcome": _outcome(screening, flow),
                **search,
            }
        )
        added = [
            document
            for found in records
            if verdict_of(screening, found) is Verdict.INCLUDED
            and (document := self._add(found)) is not None
        ]
        closes = {gap: None for document in added for gap in gaps.may_close(document)}
        done = {"finished": today().isoformat(), "search_id": logged.search_id}
        ended = self._screenings.put(screening.model_copy(update=done))
        return Finished(ended, tuple(added), logged, tuple(closes))

    def _add(self, found: Found) -> Document | None:
        """Store the document of an included record; None when it is held, or was forgotten meanwhile."""
        assistant = self._assistant
        try:
            document = Document.model_validate(found.document)
        except ValidationError:
            return None
        is_held = any(d.doc_id == document.doc_id for d in assistant.sources())
        if is_held or FORGOTTEN in document.metadata.title or FORGOTTEN in document.text:
            return None
        meta = document.metadata
        if meta.status == SCREENED_OUT:  # a person has included it here
            meta = meta.model_copy(update={"status": ""})
        document = with_current_warnings(document.model_copy(update={"metadata": meta}))
        assistant.index.add(make_entry(assistant.embedder, document, None))
        return document


def _abstract(document: Document) -> str:
    """What a record says besides its title."""
    text = document.text.strip()
    return text.removeprefix(document.metadata.title).strip()


def _outcome(screening: Screening, flow: Flow) -> str:
    return (
        f"{flow.total} records, {flow.duplicates + flow.held} removed before screening, {flow.screened} screened, "
        f"{flow.included} included (screening {screening.screening_id})."
    )
