"""The outside desk: how to search databases elsewhere for a question, and what a logged search makes of a gap."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kmassist.assistant.screening import ScreeningDesk
from kmassist.errors import RecordError
from kmassist.gaps import GapRecord
from kmassist.gaps.claims import ClaimStrength
from kmassist.question.frames import read_frame
from kmassist.question.strategy import Strategy, concepts_of, database_data, strategies
from kmassist.question.types import QuestionType
from kmassist.question.understand import understand
from kmassist.records.store import left, to_json, write_as
from kmassist.text.counts import counted
from kmassist.text.naming import did_you_mean

if TYPE_CHECKING:
    from kmassist.assistant import Assistant


class OutsideDesk:
    """Searches that are made elsewhere."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    @cached_property
    def screening(self) -> ScreeningDesk:
        """Screening what was found."""
        return ScreeningDesk(self._assistant)

    @staticmethod
    def databases() -> Mapping[str, str]:
        """Key of a database -> its name with its platform."""
        rows = database_data()["databases"]
        return {key: f"{row['name']} ({row['platform']})" for key, row in rows.items()}

    def strategies(
        self,
        question: str,
        *,
        databases: Sequence[str] = (),
        senses: Mapping[str, str] | None = None,
        without: Collection[str] = (),
        subject: str = "",
    ) -> tuple[Strategy, ...]:
        """The question as a search of each database; the options are those of `Assistant.ask`.

        Raises:
            RecordError: there is no such database, or the question names nothing to search for.
        """
        unknown = [key for key in databases if key not in self.databases()]
        if unknown:
            raise RecordError(
                f"There is no database '{unknown[0]}'.",
                f"{did_you_mean(unknown[0], self.databases())}Use {', '.join(self.databases())}.",
            )
        assistant = self._assistant
        reading, _ = understand(
            question,
            assistant.index,
            assistant.vocabulary,
            assistant.embedder,
            senses=senses,
            without=without,
            subject=subject,
        )
        frame = read_frame(
            reading.text, [QuestionType("T1")]
        )  # the one whose slots name an outcome
        concepts = concepts_of(reading, frame, assistant.vocabulary.names_in(reading.text))
        if not concepts:
            raise RecordError(
                "The question names nothing to search for.",
                "Ask about a subject, or use --subject.",
            )
        return strategies(
            question,
            concepts,
            short=reading.abbreviations,
            spelling=assistant.vocabulary.spelling,
            databases=databases,
        )

    def export(self, path: Path, found: Sequence[Strategy], *, force: bool = False) -> Path:
        """Write strategies as .txt to paste, .md to read or .json."""
        written = write_as(
            path,
            {
                ".txt": lambda: "\n\n".join(f"{s.database}\n{s.text}" for s in found) + "\n",
                ".md": lambda: "\n".join(s.markdown for s in found),
                ".json": lambda: to_json([strategy_json(s) for s in found]),
            },
            force=force,
        )
        return left(self._assistant.index, "strategy", written, count=len(found))

    def confirm(self, gap_id: str) -> tuple[GapRecord, str]:
        """Take what the logged searches show into a gap's claim; returns the gap, and what may be said or what is still needed.

        The question is asked anew, so that a source that came in meanwhile counts.

        Raises:
            RecordError: there is no such gap, or it names no question or kind of source that a search could be about.
        """
        gaps = self._assistant.gaps
        gap = gaps.get(gap_id)
        if gap.source_type is None or not gap.question:
            lacks, give = (
                ("question", "question=...")
                if gap.source_type
                else ("kind of source", "source_type=PUB")
            )
            raise RecordError(
                f"Gap {gap_id} cannot be confirmed: it names no {lacks}.",
                f"Give it one: kmassist gaps edit {gap_id} --set {give}",
            )
        found = [
            w
            for w in gaps.warrants(self._assistant.coverage(gap.question))
            if w.source_type is gap.source_type
        ]
        if not found:
            return gap, "The library now holds this kind of source on it: the gap can be closed."
        order = list(ClaimStrength)
        best = max(found, key=lambda w: order.index(w.claim))
        if gap.claim != best.claim.value:
            gap = gaps.edit(gap_id, {"claim": best.claim.value})
        is_confirmed = best.claim is ClaimStrength.CONFIRMED
        held = self._taken_in(gap_id) if is_confirmed else ""
        return gap, f"{best.claim_says} {best.claim_lacks or held}".strip()

    def _taken_in(self, gap_id: str) -> str:
        """What the searches for a gap did find, so that nobody reads a confirmed gap as nothing found."""
        desk = self.screening
        flows = [
            desk.flow(s.screening_id) for s in desk.list() if s.gap_id == gap_id and s.finished
        ]
        count = sum(flow.included for flow in flows)
        reports = counted(count, "report")
        return f"Screening took in {reports}; no reliable review was found." if count else ""


def strategy_json(strategy: Strategy) -> dict[str, object]:
    """A strategy for scripts."""
    return {
        "key": strategy.key,
        "database": strategy.database,
        "question": strategy.question,
        "lines": [
            {
                "number": line.number,
                "search": line.search,
                "looks_for": line.says,
                "for_librarian": line.is_for_librarian,
            }
            for line in strategy.lines
        ],
        "notes": list(strategy.notes),
    }
