"""For whom a brief is written: which sharing marks may enter, how long it is, and what each is called."""

from __future__ import annotations

from enum import StrEnum

from kmassist.documents.metadata import Sharing

_PUBLIC = frozenset({Sharing.PUBLIC})
_WITHIN_NHS = _PUBLIC | {Sharing.NHS}


class Audience(StrEnum):
    """For whom a brief is written: it decides order, wording, length and which sharing marks may enter.

    ``board`` is a cover sheet of one page for a meeting's papers; ``policy`` is for a policy or professional body.
    """

    CLINICAL = "clinical"
    COMMISSIONER = "commissioner"
    RESEARCH = "research"
    PUBLIC = "public"
    POLICY = "policy"
    BOARD = "board"

    @property
    def label(self) -> str:
        """The words a person reads."""
        return {
            "clinical": "clinical governance",
            "commissioner": "commissioners",
            "research": "research partners",
            "public": "the public",
            "policy": "a policy or professional body",
            "board": "the board",
        }[self.value]

    @property
    def may_see(self) -> frozenset[Sharing]:
        """Sharing marks that may enter: the team's own for its governance meeting, NHS-internal for commissioners and boards."""
        return {
            Audience.CLINICAL: _WITHIN_NHS | {Sharing.TEAM},
            Audience.COMMISSIONER: _WITHIN_NHS,
            Audience.BOARD: _WITHIN_NHS,
        }.get(self, _PUBLIC)

    @property
    def pages(self) -> int:
        """The most pages of a brief for it, without the annex."""
        return 4 if self in {Audience.COMMISSIONER, Audience.RESEARCH, Audience.POLICY} else 1
