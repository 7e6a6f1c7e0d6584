"""Coverage: the question x source-type matrix, with the rule that decided each cell and its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Self

from pydantic import Field

from kmassist.documents.document import SourceType
from kmassist.documents.frozen import Frozen
from kmassist.documents.metadata import PartialDate
from kmassist.question.types import Need
from kmassist.text.counts import counted
from kmassist.text.words import words


class State(StrEnum):
    """State of one source type for one question, in order of precedence (domain D3).

    ``symbol`` is one ASCII-safe mark, so that nothing is told by colour alone.
    """

    symbol: str

    ABSENT = "absent", "-"
    TO_CHECK = "to_check", "?"
    SILENT = "silent", "/"
    INDIRECT_ONLY = "indirect only", "~"
    OUTDATED_ONLY = "outdated only", "!"
    CONFLICTING = "conflicting", "x"
    THIN = "thin", "o"
    SUFFICIENT = "sufficient", "+"

    def __new__(cls, code: str, symbol: str = "") -> Self:
        state = str.__new__(cls, code)
        state._value_, state.symbol = code, symbol
        return state

    @property
    def words(self) -> str:
        """The state as a person reads it."""
        return self.value.replace("_", " ")


ALSO_TO_CHECK = "Also to check: "
"""How the sentence begins that names documents that may be on the subject besides those that are."""


class Verdict(StrEnum):
    """Whether this corpus answers the question."""

    ANSWERABLE = "answerable"
    PARTLY = "partly"
    TO_CHECK = "perhaps answered, to be checked"
    NOT_ANSWERABLE = "not answerable from this corpus"
    NOT_JUDGED = "no gap verdict for a question about the corpus itself"
    NOT_ASKED = "nothing to search for was asked"


class RuleTrace(Frozen):
    """One rule that spoke: the sentence with its numbers, the setting that moves it and what the rule rests on.

    ``code`` is a gap code (``G1`` to ``G13``) with its AHRQ letter; ``amber`` asks to check an age and is no gap; empty says
    why the cell stands as it does without a gap.
    """

    code: str
    ahrq: str
    says: str
    setting: str = ""
    basis: str = ""


class CoverageCell(Frozen):
    """One source type for one question. Counts are of studies.

    ``doc_ids`` are the documents that the state rests on, ``to_check`` those that may be on the subject as well, likeliest first;
    where nothing else is on it they are what the state rests on.
    """

    source_type: SourceType
    need: Need
    state: State
    codes: tuple[str, ...] = ()
    studies: int = 0
    direct: int = 0
    partial: int = 0
    indirect: int = 0
    silent: int = 0
    best_design: str = ""
    newest: str = ""
    directness_note: str = ""
    trace: tuple[RuleTrace, ...] = ()
    doc_ids: tuple[str, ...] = ()
    to_check: tuple[str, ...] = ()
    overridden_by: str = ""
    is_searched: bool = True

    @property
    def counted(self) -> str:
        """How many sources it holds, in words; empty for none."""
        return counted(self.studies, "source") if self.studies else ""

    @property
    def says(self) -> str:
        """The sentence of the rule that decided."""
        return self.trace[0].says if self.trace else ""

    @property
    def held(self) -> tuple[str, ...]:
        """The documents that the state rests on, then those to check, each once."""
        return tuple(dict.fromkeys((*self.doc_ids, *self.to_check)))

    @property
    def unchecked(self) -> tuple[str, ...]:
        """The documents that a person has to look at: all of them where that is the state."""
        return self.held if self.state is State.TO_CHECK else self.to_check

    @property
    def also_to_check(self) -> str:
        """The sentence that names the documents to check besides those on the subject; empty where there are none."""
        return next((t.says for t in self.trace if t.says.startswith(ALSO_TO_CHECK)), "")


class Conflict(Frozen):
    """Two sources that state different directions for the same outcome; shown side by side, never resolved here."""

    outcome: str
    kind: str
    left_doc_id: str
    left_says: str
    right_doc_id: str
    right_says: str


class Coverage(Frozen):
    """All eight cells, always, in fixed order; the verdict and what could not be read."""

    question: str
    types: tuple[str, ...]
    cells: tuple[CoverageCell, ...]
    verdict: Verdict
    because: str = ""
    conflicts: tuple[Conflict, ...] = ()
    uncovered_terms: tuple[str, ...] = ()
    documents_searched: int = 0
    searched_on: str = ""
    frame: dict[str, str] = Field(default_factory=dict)

    def cell(self, source_type: SourceType) -> CoverageCell:
        return next(c for c in self.cells if c.source_type == source_type)


class OverrideRecord(Frozen):
    """One flag set by a person: which question (empty means every question), which type, to what, why, by which role."""

    override_id: str = ""
    question: str = ""
    source_type: SourceType
    state: State
    reason: str = Field(min_length=3)
    by_role: str = Field(min_length=2)
    date: PartialDate = None

    def holds_for(self, question: str) -> bool:
        """Whether it is about this question; case, spacing and punctuation do not count."""
        return not self.question or words(self.question) == words(question)


def apply_overrides(
    cell: CoverageCell, question: str, overrides: Sequence[OverrideRecord]
) -> CoverageCell:
    """The cell as the last matching override sets it; the tool's own codes and trace are kept below."""
    chosen = [o for o in overrides if o.source_type == cell.source_type and o.holds_for(question)]
    if not chosen:
        return cell
    last = chosen[-1]
    who = f"{last.by_role}, {last.date}" if last.date else last.by_role
    says = f"Set to {last.state.words} by {who}: {last.reason} (the rules alone say {cell.state.words})."
    return cell.model_copy(
        update={
            "state": last.state,
            "overridden_by": f"{who}: {last.reason}",
            "trace": (RuleTrace(code="", ahrq="", says=says), *cell.trace),
        }
    )
