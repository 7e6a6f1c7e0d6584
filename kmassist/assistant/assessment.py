"""Self-assessment in the library: rounds of answers, results from five people on, and beside them what use says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from kmassist.documents.document import SourceType
from kmassist.documents.metadata import Origin
from kmassist.errors import RecordError
from kmassist.records.assessment import (
    GroupResult,
    Instrument,
    Response,
    check_response,
    group_result,
    load_instrument,
    scores,
)
from kmassist.records.contributions import CoDevelopment, Contribution
from kmassist.records.decisions import Use, overall, realisation, recorded
from kmassist.records.store import left, to_json
from kmassist.records.usage import Usage, what_use_says
from kmassist.text.clock import today
from kmassist.text.tables import export_form, save_text, to_csv, to_markdown

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_RESPONSE, _ROUND, _INSTRUMENT = "assessment", "assessment-round", "assessment-instrument"


class AssessDesk:
    """Answers are kept without name, role or time of day; a round is closed before its result can be seen."""

    def __init__(self, assistant: Assistant, today: Callable[[], date] = today) -> None:
        self._assistant = assistant
        self._index = assistant.index
        self._today = today

    def instrument(self) -> Instrument:
        """The site's own instrument when one was loaded, else the shipped checklist."""
        own = self._index.records(_INSTRUMENT).get("own")
        return Instrument.model_validate(own) if own else load_instrument()

    def use_instrument(self, path: Path | None) -> Instrument:
        """Use a site's own instrument from a YAML file from now on; None goes back to the shipped checklist.

        Raises:
            RecordError: the file is no instrument.
        """
        if path is None:
            self._index.delete_record(_INSTRUMENT, "own")
            return load_instrument()
        own = load_instrument(path)
        self._index.put_record(_INSTRUMENT, "own", own.model_dump(mode="json"))
        return own

    def answer(
        self, answers: Sequence[int] | Mapping[str, int], *, round_name: str = ""
    ) -> dict[str, float]:
        """Keep one person's answers and return their own mean per dimension, which is not kept.

        Args:
            answers: one whole number for each statement in order, or item id -> number.
            round_name: which round; this month's when empty.

        Raises:
            RecordError: an answer is missing or off the scale, or the round is closed.
        """
        instrument = self.instrument()
        round_name = self._round(round_name)
        if self._is_closed(instrument, round_name):
            raise RecordError(
                f"The round '{round_name}' is closed.", "Begin another with --round NAME."
            )
        items = [item.id for item in instrument.items]
        if not isinstance(answers, Mapping):
            if len(answers) != len(items):
                raise RecordError(
                    f"{len(items)} answers are needed, {len(answers)} were given.",
                    "One for each statement, in order.",
                )
            answers = dict(zip(items, answers, strict=True))
        day = (
            self._today().replace(day=1).isoformat()
        )  # the month is enough; a day could tell who answered
        response = Response(
            response_id=uuid4().hex,
            instrument=instrument.key,
            round=round_name,
            on=day,
            answers=dict(answers),
        )
        check_response(instrument, response)
        self._index.put_record(_RESPONSE, response.response_id, response.model_dump(mode="json"))
        return scores(instrument, response.answers)

    def rounds(self) -> dict[str, tuple[int, bool]]:
        """Round -> (people who answered this instrument, whether it is closed), by name."""
        instrument = self.instrument()
        counts: dict[str, int] = {}
        for response in self._responses():
            if response.instrument == instrument.key:
                counts[response.round] = counts.get(response.round, 0) + 1
        return {name: (counts[name], self._is_closed(instrument, name)) for name in sorted(counts)}

    def close_round(self, round_name: str = "") -> GroupResult:
        """Take no more answers, so that the result can be seen.

        Raises:
            RecordError: too few people have answered; the round stays open for them.
        """
        instrument, round_name = self.instrument(), self._round(round_name)
        found = group_result(instrument, self._responses(), round_name, is_closed=True)
        if not found.is_shown:
            raise RecordError(found.withheld, "Ask more people; the round stays open.")
        body = {
            "instrument": instrument.key,
            "round": round_name,
            "closed_on": self._today().isoformat(),
        }
        self._index.put_record(_ROUND, f"{instrument.key}|{round_name}", body)
        return found

    def result(self, round_name: str = "") -> GroupResult:
        """The group's result, or why there is none yet."""
        instrument, round_name = self.instrument(), self._round(round_name)
        closed = self._is_closed(instrument, round_name)
        return group_result(instrument, self._responses(), round_name, is_closed=closed)

    # -- use --------------------------------------------------------------------------------------------------------

    def usage(self) -> Usage:
        """What this library itself shows of finding and using knowledge."""
        index, desk = self._index, self._assistant
        documents, decisions = index.documents(), desk.decisions.list()
        signed = recorded(decisions)
        ratios = realisation(decisions)
        kinds = {
            kind: sum(d.metadata.source_type is kind for d in documents) for kind in SourceType
        }
        own = [
            CoDevelopment.model_validate(body) for body in index.records("co-development").values()
        ]
        given = [
            Contribution.model_validate(body) for body in index.records("contribution").values()
        ]
        return Usage(
            documents_by_type={kind: count for kind, count in kinds.items() if count},
            dated=sum(d.metadata.dated is not None for d in documents),
            searches=len(desk.gaps.searches()),
            questions=sum(session.turns for session in desk.sessions.list()),
            briefs=len(index.records("brief")),
            drafts=len(decisions) - len(signed),
            decisions=len(signed),
            decisions_with_several_kinds=sum(_kinds_used(d) >= 3 for d in signed),
            decisions_with_priority=sum(bool(d.priority) for d in signed),
            realisation=overall(ratios).ratio,
            ppi_realisation=next(r.ratio for r in ratios if r.source_type is SourceType.PPI),
            reviewed=sum(bool(d.reviews) for d in signed),
            overdue=len(desk.decisions.overdue()),
            stages_named=len({role.stage for role in desk.gaps.roles() if role.is_filled}),
            roles_deciding=len({role.casefold() for d in signed for role in d.roles}),
            co_development=len(own),
            disciplines=len({entry.discipline.casefold() for entry in own}),
            contributions=len(given),
            challenges=sum(len(d.challenges) for d in decisions),
            challenges_answered=sum(len(d.challenges) - len(d.open_challenges) for d in decisions),
            shared=len(index.records("bundle-sent")),
            received=len(index.records("bundle")),
            internal_documents=sum(d.metadata.origin is Origin.INTERNAL for d in documents),
        )

    def use_says(self) -> Mapping[str, str]:
        """Dimension id -> what use of the library says beside opinion."""
        return what_use_says(self.usage())

    # -- out --------------------------------------------------------------------------------------------------------

    def text(self, form: str, round_name: str = "") -> str:
        """The result with its label, the number of people and what use says, as ``md``, ``csv`` or ``json``."""
        found, use = self.result(round_name), self.use_says()
        if form == "json":
            body: dict[str, Any] = {**found.model_dump(mode="json"), "use": dict(use)}
            return to_json(body)
        rows = [
            [d.group, d.title, f"{d.mean:.2f}", _spread(d.spread), use.get(d.id, "")]
            for d in found.dimensions
        ]
        if not rows:
            rows = [
                [d.group, d.title, "not shown", "", use.get(d.id, "")]
                for d in self.instrument().dimensions
            ]
        header = ["Group", "Dimension", "Mean", "Spread (SD)", "What use of the library says"]
        if form == "csv":
            whole = [[*row, found.respondents, found.round, found.disclaimer] for row in rows]
            return to_csv([*header, "n", "round", "label"], whole)
        says = (
            found.withheld or f"{found.respondents} people answered in the round '{found.round}'."
        )
        return f"# {found.title}\n\n> {found.disclaimer}\n\n{says}\n\n{to_markdown(header, rows)}"

    def export(self, path: Path, *, round_name: str = "", force: bool = False) -> Path:
        """Write `text` by the path's suffix (.md, .csv, .json)."""
        written = save_text(path, self.text(export_form(path), round_name), force=force)
        return left(self._index, "assessment", written)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _responses(self) -> list[Response]:
        return [Response.model_validate(body) for body in self._index.records(_RESPONSE).values()]

    def _is_closed(self, instrument: Instrument, round_name: str) -> bool:
        return f"{instrument.key}|{round_name}" in self._index.records(_ROUND)

    def _round(self, name: str) -> str:
        return " ".join(name.split()) or self._today().isoformat()[:7]


def _kinds_used(decision: Any) -> int:
    return len({s.source_type for s in decision.relevant if decision.use_of(s.doc_id) is Use.USED})


def _spread(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
