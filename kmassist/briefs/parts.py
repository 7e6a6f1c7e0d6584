"""The parts of page one: which kinds of source may stand in each, and which of their sentences can stand for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kmassist.documents.document import Document, SourceType
from kmassist.evidence.roles import Role, Weighed
from kmassist.evidence.salience import is_of_methods, is_row, tells_of_trouble
from kmassist.text.shipped import english
from kmassist.text.words import tokenise

_FIGURE = re.compile(r"\d[\d,.]*\d|\d")
_SHORTEST, _LONGEST, _LONGEST_RESULT = 6, 48, 70
"""Words of a sentence on page one; a study's main result, with both groups and its interval, is longer than others."""
_HALF, _TOLD = 0.3, 0.3
"""What a harm counts for as a result, and what a word of trouble adds to a bad experience."""
_ROW_OF_RESULTS, _ROW_ALONE = 1.8, 1.0
"""Beside `finding_weight` of prose."""
_OPPOSED = (Role.GOOD, Role.BAD, Role.ASKS, Role.UNKNOWN, Role.OTHER)
_LEAST_NAMED, _NAMED = 3, 0.6
"""How many of the words, and what share of them, a sentence must have of those that name who was not heard or what changed."""
_OF_ITSELF = english("evidence", "speaks_of_its_own_text")
_STANDING = english("briefs", "heading_of_its_own_standing")
_DONE = english("briefs", "heading_of_what_was_done_about_it")
_UNLEARNT = 0.2
"""What a role counts for where the library's vectors are of another model than the roles were learnt on: then the words of
patients and carers stand together, and other parts take what is nearest the subject."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which kinds of source may stand in it and what a sentence of it does.

    ``is_measured`` asks for a figure. ``least`` is how likely a sentence must do it. A harm, a decision and a gap that are none
    embarrass: of what is told as a harm from 0.3 on a third is one in areas left out; likelier a harm than an effect and one of
    the two from 0.7 on, 23 of 43 are harms and 34 results, which the part is named after too; as decided 9 of 15 from 0.3 on and
    7 of 9 from 0.5 on; as not known 36 of 55 and 30 of 34 (seven of the areas), and in the demonstration corpus three of the nine
    from 0.5 to 0.6 ("Published criticism of the study exists."); as good half of those from 0.45 on, and below that who took part
    ("they had all attended triage").
    """

    slot: str
    kinds: tuple[SourceType, ...]
    roles: tuple[Role, ...]
    is_measured: bool = False
    least: float = 0.3

    @property
    def is_result(self) -> bool:
        """Whether a row of a table of results may stand for it."""
        return self.slot in {"effect", "harm"}

    @property
    def surely(self) -> float:
        """What its being likely to do that weighs beside its nearness: a rule says what it requires whatever its verb."""
        return 1.0 if self.slot == "effect" else 0.2 if self.slot in _OF_POLICY else 0.5


PARTS = (
    Part("effect", (SourceType.PUB, SourceType.SVE), (Role.EFFECT, Role.HARM), is_measured=True),
    Part("harm", (SourceType.PUB, SourceType.SVE), (Role.HARM, Role.EFFECT), least=0.7),
    Part("cost", (SourceType.ECO,), (Role.COST,), is_measured=True),
    Part("not costed", (SourceType.ECO,), (Role.UNKNOWN,)),
    Part("people", (SourceType.PPI,), ()),
    Part("good", (SourceType.PPI,), (Role.GOOD,), least=0.45),
    Part("bad", (SourceType.PPI,), (Role.BAD,)),
    Part("asks", (SourceType.PPI,), (Role.ASKS,)),
    Part("staff", (SourceType.FLK,), (Role.GOOD,)),
    Part("staff asks", (SourceType.FLK,), (Role.ASKS,)),
    Part("staff bad", (SourceType.FLK,), (Role.BAD,)),
    Part("decides", (SourceType.POL,), (Role.DECIDES,), least=0.5),
    Part("requires", (SourceType.POL,), (Role.REQUIRES,)),
    Part("standard", (SourceType.GDL,), (Role.REQUIRES, Role.ASKS)),
    Part("unknown", (SourceType.PUB, SourceType.SVE, SourceType.FLK), (Role.UNKNOWN,), least=0.65),
)
OF_MANY_MATTERS = frozenset({SourceType.GDL, SourceType.POL, SourceType.FLK})
"""Kinds of which one source tells of many things: guidance, minutes and statements, and what staff noted."""
OF_EXPERIENCE = frozenset({"people", "good", "bad", "asks", "staff", "staff asks", "staff bad"})
_OF_POLICY = frozenset({"decides", "requires", "standard"})
_NOT_OF_METHODS = _OF_POLICY | {"unknown"}
SLOTS = ("problem", *(part.slot for part in PARTS), "more")


def tells_who_was_not_heard(text: str, document: Document) -> bool:
    """Whether a sentence names the groups that the source's record says were not heard: that is no experience of theirs."""
    record = document.metadata.ppi
    missed = {stem for group in (record.not_heard if record else ()) for stem in tokenise(group)}
    named = missed & set(tokenise(text))
    return len(named) >= _LEAST_NAMED and len(named) >= _NAMED * len(missed)


def tells_what_changed(text: str, document: Document) -> bool:
    """Whether a sentence tells what the source's record says was changed since: that is the service's answer, and no voice."""
    record = document.metadata.ppi
    changed = set(tokenise(record.changed)) if record else set()
    told = set(tokenise(text))
    return len(changed & told) >= max(_LEAST_NAMED, _NAMED * min(len(changed), len(told)))


def is_of_another_section(part: Part, document: Document, start: int) -> bool:
    """Whether a sentence stands under a heading of something else than its part tells.

    That assessors were blind leaves nothing unknown; whom a guideline covers and when it was agreed requires nothing; what a
    service did since is no voice.
    """
    above = [h.title for h in document.headings if h.end <= start]
    if not above:
        return False
    if part.slot in OF_EXPERIENCE:
        return bool(_DONE.search(above[-1]))
    is_standing = part.slot in _OF_POLICY and bool(_STANDING.search(above[-1]))
    return is_standing or (part.slot in _NOT_OF_METHODS and is_of_methods(above[-1]))


def is_beside(text: str, document: Document) -> bool:
    """Whether a sentence tells of the source rather than of its subject: who was not heard, what it has led to, or what its own
    text leaves out.
    """
    return (
        tells_who_was_not_heard(text, document)
        or tells_what_changed(text, document)
        or bool(_OF_ITSELF.search(text))
    )


def likely_of(s: Weighed, part: Part, text: str) -> float:
    """How likely a sentence does what a part asks for; 0.0 where that is too little or something opposed is likelier."""
    if not s.roles:
        return _UNLEARNT
    good, bad = s.does(Role.GOOD), s.does(Role.BAD)
    opposed = [s.does(role) for role in _OPPOSED if role not in part.roles]
    likely = s.does(*part.roles)
    if part.slot == "effect":
        likely = s.does(Role.EFFECT) + _HALF * s.does(Role.HARM)
    elif part.slot == "harm":
        likely = likely if s.does(Role.HARM) >= s.does(Role.EFFECT) else 0.0
    elif part.slot == "good":
        likely = 0.0 if tells_of_trouble(text) else good
    elif part.slot == "bad" and tells_of_trouble(text):
        likely = min(1.0, bad + _TOLD)
    is_likeliest = max(likely, s.does(*part.roles)) >= max(opposed)
    return likely if likely >= part.least and is_likeliest else 0.0


def heads_of(row: str) -> tuple[str, ...]:
    """The headings of a table's row that was written as ``Item: Pay; Cost: £9``."""
    return tuple(cell.partition(": ")[0] for cell in row.rstrip(".").split("; "))


def cells_of(row: str) -> tuple[str, ...]:
    """The values of such a row, in order."""
    return tuple(cell.partition(": ")[2] for cell in row.rstrip(".").split("; "))


def has_figure(text: str) -> bool:
    return bool(figures_in(text))


def figures_in(text: str) -> set[str]:
    """The numbers as they are written: ``438``, ``73.0``."""
    return set(_FIGURE.findall(text))


def can_stand_alone(text: str, is_composed: bool, is_result: bool) -> bool:
    """Whether a sentence says something by itself: whole, of prose, and neither a question nor half of somebody's speech.

    Of results a row may stand too, where it has a figure: it is told as what it is, computed from a table.
    """
    words = text.split()
    if is_row(text):
        return is_result and is_composed and has_figure(text) and len(words) <= _LONGEST
    return (
        not is_composed
        and _SHORTEST <= len(words) <= (_LONGEST_RESULT if is_result else _LONGEST)
        and not text[0].islower()  # an item of a list that ends its sentence
        and text[0] not in "(|"
        and text.rstrip("\"'”’)")[-1:] in ".!…"
        and "?" not in text[-3:]
        and text.count('"') % 2 == 0
        and text.count("“") == text.count("”")
    )


def weight_of_row(row: str) -> float:
    """How much a row of results reads like a finding: one with figures for two groups or rounds, or for one, which compares
    nothing."""
    told = [cell for cell in cells_of(row)[1:] if has_figure(cell)]
    return _ROW_OF_RESULTS if len(told) > 1 else _ROW_ALONE
