"""SourceType: the eight kinds of knowledge. A module of its own, so that a screen can name them before documents are loaded."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Self


class SourceType(StrEnum):
    """The eight kinds of knowledge (domain taxonomy C1), in the order every screen shows them.

    Each is its code, with ``label``, the words a person reads; ``column_lines``, one word in lines of six letters for the head of a
    narrow column; ``plain_label``, the words for the public; and ``folder``, the name of a folder that says this kind.
    """

    label: str
    column_lines: tuple[str, ...]
    plain_label: str
    folder: str

    PUB = "PUB", "Published research", "Re-search", "Research studies", "published"
    GDL = "GDL", "Guideline", "Guide-line", "Guidelines", "guideline"
    ECO = "ECO", "Cost and economics", "Econ-omics", "Cost", "economic"
    AUD = "AUD", "Local audit and data", "Audit", "Our own figures", "audit"
    PPI = "PPI", "Patient and public involvement", "PPI", "What people and families say", "ppi"
    FLK = "FLK", "Frontline staff knowledge", "Front-line", "What staff say", "frontline"
    SVE = (
        "SVE",
        "Service evaluation or pilot",
        "Evalu-ation",
        "Pilots and evaluations",
        "evaluation",
    )
    POL = "POL", "Policy and inquiry", "Policy", "National policy", "policy"

    def __new__(
        cls, code: str, label: str = "", column: str = "", plain: str = "", folder: str = ""
    ) -> Self:
        kind = str.__new__(cls, code)
        kind._value_ = code
        kind.label, kind.plain_label, kind.folder = label, plain, folder
        kind.column_lines = tuple(re.findall("[^-]+-?", column))
        return kind

    @property
    def column(self) -> str:
        """One word, for the head or a cell of a column."""
        return "".join(self.column_lines).replace("-", "")


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
    from kmassist.text.naming import did_you_mean

    if (kind := kind_named(said)) is None:
        also = {k.folder: (k.value, k.column, k.label, k.plain_label) for k in SourceType}
        ways = ", ".join(f"{k.folder} ({k.value}, {k.label.lower()})" for k in SourceType)
        raise RecordError(
            f"'{said}' is no kind of source.",
            f"{did_you_mean(said, also, also)}Say one of: {ways}.",
        )
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
