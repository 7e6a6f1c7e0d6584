"""One criterion of an audit, as a brief shows it."""

from __future__ import annotations

from kmassist.documents.frozen import Frozen


class AuditFigure(Frozen):
    """One audit criterion against its target. Percentages are 0 to 100; counts are words, small ones hidden.

    ``index`` is the criterion's place in the source's record. ``is_hidden`` says that small numbers keep the figures back.
    """

    number: int
    doc_id: str
    cite_as: str
    index: int
    criterion: str
    standard_source: str = ""
    count: str = ""
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    previous: float | None = None
    higher_is_better: bool | None = None
    is_met: bool | None = None
    is_hidden: bool = False
    period: str = ""
    re_audit_due: str = ""
    is_overdue: bool = False
    action: str = ""
    owner_role: str = ""
    page: int | None = None
    locator: str = ""

    @property
    def target_words(self) -> str:
        """The target with its sign, ``≥ 90%``; without one where the source does not say which way is better."""
        sign = {True: "≥ ", False: "≤ ", None: ""}[self.higher_is_better]
        return "" if self.target is None else f"{sign}{self.target:g}%"

    @property
    def verdict(self) -> str:
        """``target met``, ``target not met`` or why neither can be said."""
        if self.is_hidden:
            return "not shown (small numbers)"
        if self.is_met is None:
            if self.target is None:
                return "no target set"
            return "not measured" if self.percent is None else "direction not stated"
        return "target met" if self.is_met else "target not met"
