"""Coverage: the question x source-type matrix, with the rule that decided each cell and its numbers."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from kmassist.documents import SourceType
from kmassist.questions import Need


class State(StrEnum):
    """State of one source type for one question, in order of precedence (domain D3)."""

    ABSENT = "absent"
    INDIRECT_ONLY = "indirect only"
    OUTDATED_ONLY = "outdated only"
    CONFLICTING = "conflicting"
    THIN = "thin"
    SUFFICIENT = "sufficient"

    @property
    def symbol(self) -> str:
        """One ASCII-safe mark, so that nothing is told by colour alone."""
        return {"absent": "-", "indirect only": "~", "outdated only": "!", "conflicting": "x", "thin": "o", "sufficient": "+"}[
            self.value
        ]


class Verdict(StrEnum):
    """Whether this corpus answers the question."""

    ANSWERABLE = "answerable"
    PARTLY = "partly"
    NOT_ANSWERABLE = "not answerable from this corpus"
    NOT_JUDGED = "no gap verdict for a question about the corpus itself"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleTrace(_Frozen):
    """One rule that spoke: the sentence with its numbers, the setting that moves it and what the rule rests on.

    ``code`` is a gap code (``G1`` to ``G13``) with its AHRQ letter; ``amber`` asks to check an age and is no gap; empty says
    why the cell stands as it does without a gap.
    """

    code: str
    ahrq: str
    says: str
    setting: str = ""
    basis: str = ""


class CoverageCell(_Frozen):
    """One source type for one question. Counts are of studies."""

    source_type: SourceType
    need: Need
    state: State
    codes: tuple[str, ...] = ()
    studies: int = 0
    direct: int = 0
    partial: int = 0
    indirect: int = 0
    best_design: str = ""
    newest: str = ""
    directness_note: str = ""
    trace: tuple[RuleTrace, ...] = ()
    doc_ids: tuple[str, ...] = ()
    overridden_by: str = ""
    is_searched: bool = True

    @property
    def says(self) -> str:
        """The sentence of the rule that decided."""
        return self.trace[0].says if self.trace else ""


class Conflict(_Frozen):
    """Two sources that state different directions for the same outcome; shown side by side, never resolved here."""

    outcome: str
    kind: str
    left_doc_id: str
    left_says: str
    right_doc_id: str
    right_says: str


class Coverage(_Frozen):
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
    frame: dict[str, str] = {}

    def cell(self, source_type: SourceType) -> CoverageCell:
        """The cell of one source type."""
        return next(c for c in self.cells if c.source_type == source_type)
