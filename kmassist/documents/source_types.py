"""SourceType: the eight kinds of knowledge. A module of its own, so that a screen can name them before documents are loaded."""

from __future__ import annotations

import re
from enum import StrEnum


class SourceType(StrEnum):
    """The eight kinds of knowledge (domain taxonomy C1), in the order every screen shows them."""

    PUB = "PUB"
    GDL = "GDL"
    ECO = "ECO"
    AUD = "AUD"
    PPI = "PPI"
    FLK = "FLK"
    SVE = "SVE"
    POL = "POL"

    @property
    def label(self) -> str:
        """The words a person reads."""
        return _TYPE_LABELS[self]

    @property
    def column(self) -> str:
        """One word, for the head or a cell of a column."""
        return _TYPE_COLUMNS[self]

    @property
    def column_lines(self) -> tuple[str, ...]:
        """The same in two lines of six letters, for the head of a narrow column: ``Guide-``, ``line``."""
        return _COLUMN_LINES.get(self, (self.column,))

    @property
    def plain_label(self) -> str:
        """The words for the public."""
        return _PLAIN_LABELS[self]

    @property
    def folder(self) -> str:
        """The folder name that says this type."""
        return _TYPE_FOLDERS[self]


_TYPE_LABELS = {
    SourceType.PUB: "Published research",
    SourceType.GDL: "Guideline",
    SourceType.ECO: "Cost and economics",
    SourceType.AUD: "Local audit and data",
    SourceType.PPI: "Patient and public involvement",
    SourceType.FLK: "Frontline staff knowledge",
    SourceType.SVE: "Service evaluation or pilot",
    SourceType.POL: "Policy and inquiry",
}
_TYPE_COLUMNS = {
    SourceType.PUB: "Research",
    SourceType.GDL: "Guideline",
    SourceType.ECO: "Economics",
    SourceType.AUD: "Audit",
    SourceType.PPI: "PPI",
    SourceType.FLK: "Frontline",
    SourceType.SVE: "Evaluation",
    SourceType.POL: "Policy",
}
_COLUMN_LINES = {
    SourceType.PUB: ("Re-", "search"),
    SourceType.GDL: ("Guide-", "line"),
    SourceType.ECO: ("Econ-", "omics"),
    SourceType.FLK: ("Front-", "line"),
    SourceType.SVE: ("Evalu-", "ation"),
}
_PLAIN_LABELS = {
    SourceType.PUB: "Research studies",
    SourceType.GDL: "Guidelines",
    SourceType.ECO: "Cost",
    SourceType.AUD: "Our own figures",
    SourceType.PPI: "What women and families say",
    SourceType.FLK: "What staff say",
    SourceType.SVE: "Pilots and evaluations",
    SourceType.POL: "National policy",
}
_TYPE_FOLDERS = {
    SourceType.PUB: "published",
    SourceType.GDL: "guideline",
    SourceType.ECO: "economic",
    SourceType.AUD: "audit",
    SourceType.PPI: "ppi",
    SourceType.FLK: "frontline",
    SourceType.SVE: "evaluation",
    SourceType.POL: "policy",
}


def kind_named(said: str) -> SourceType | None:
    """The kind of source that a person means by a code, a folder's name or words of its labels: audits, research, costs, staff."""
    from kmassist.text.naming import one_named

    return one_named(
        said, {k: (k.value, k.folder, k.column, k.label, k.plain_label) for k in SourceType}
    )


def checked_kind(said: str) -> SourceType:
    """The kind of source that a person means.

    Raises:
        RecordError: none is meant, or several.
    """
    from kmassist.errors import RecordError

    if (kind := kind_named(said)) is None:
        ways = ", ".join(f"{k.folder} ({k.value}, {k.label.lower()})" for k in SourceType)
        raise RecordError(f"'{said}' is no kind of source.", f"Say one of: {ways}.")
    return kind


def kind_in_words(kind: SourceType | None) -> str:
    """The words a person reads for a kind of source, whether or not it is known."""
    return kind.label if kind else "Kind not known"


def kind_code(kind: SourceType | None) -> str:
    """The code of a kind of source, or a question mark where it is not known."""
    return kind.value if kind else "?"


def spelt_out(sentence: str) -> str:
    """Codes of source types as the words a person reads: ``absent: GDL`` becomes ``absent: guideline``."""
    for kind in SourceType:
        sentence = re.sub(rf"\b{kind.value}\b", kind.label[:1].lower() + kind.label[1:], sentence)
    return sentence


LOCAL_TYPES = frozenset({SourceType.AUD, SourceType.PPI, SourceType.FLK, SourceType.SVE})
"""Kinds that a service makes itself: what they tell of people is not public."""
