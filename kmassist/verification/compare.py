"""A claim beside one evidence sentence: in which aspects do they differ?

Both are read as words. Where they run alike, what was put in place of what is plain (a difference of sequences, Ratcliff and
Obershelp 1988); where the claim is freely worded, only figures, denial and direction are compared, and words that stand for
a group of people or a practice and have nothing like them in the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher

from kmassist.text.english import STOP_WORDS
from kmassist.text.shipped import english
from kmassist.text.words import stem, words
from kmassist.verification.bindings import misplaced
from kmassist.verification.model import Aspect, Difference
from kmassist.verification.patterns import direction, group_of, pattern
from kmassist.verification.quantities import Figure, carried, dates, figures, is_same, shares

Likeness = Callable[[str, str], float]
"""Cosine of two short texts' vectors, -1 to 1."""

_ALIKE_WORDS, _UNLIKE = 0.5, 0.15
"""From the first likeness on two different words are taken to mean the same, below the second not to; chosen with `python -m benchmarks.verification`."""


def differences(claim: str, evidence: str, context: str, likeness: Likeness) -> list[Difference]:
    """What a claim says otherwise than its evidence sentence.

    Args:
        claim: the draft's sentence without its references.
        evidence: the source's sentence.
        context: heading, title and the sentences around it, where a word or figure of the claim may stand as well.
        likeness: compares two words or short phrases by meaning.
    """
    found = _figures(claim, evidence, context)
    found += _dates(claim, evidence, context)
    found += _denial(claim, evidence)
    found += _direction(claim, evidence)
    found += misplaced(claim, evidence)
    found += _subject(claim, evidence, context, likeness)
    return found


def _figures(claim: str, evidence: str, context: str) -> list[Difference]:
    """Every figure of the claim must stand in the source; the nearest one of the same unit is shown beside one that does not."""
    there = figures(evidence)
    there += [*shares(evidence, there), *carried(evidence, there)]
    around = figures(context)
    around += shares(context, around)
    found = []
    ours = figures(claim)
    left, is_close = list(there), runs_alike(claim, evidence)
    units = {figure.unit for figure in ours}
    for figure in ours:
        if not figure.unit and any(_bare(figure) == _bare(o) and o.unit in units for o in there):
            continue  # "from 26 hours to 4"
        elsewhere = around if figure.unit or not there else ()
        same = next((o for o in left if is_same(figure, o)), None)
        if same is not None and is_close:
            left.remove(
                same
            )  # the same figure twice needs two of it in a sentence restated as it stands
        elif same is None and not any(is_same(figure, other) for other in elsewhere):
            found.append(_differs(figure, left or there))
    return found


def figures_shared(claim: str, evidence: str) -> int:
    """How many figures written in digits the two have in common."""
    there = figures(evidence)
    return sum(
        any(is_same(ours, theirs) for theirs in there)
        for ours in figures(claim)
        if re.search(r"\d", ours.text)
    )


def _differs(figure: Figure, there: Sequence[Figure]) -> Difference:
    bare = _bare(figure)
    other_unit = [f for f in there if _bare(f) == bare]
    if other_unit:
        return Difference(aspect=Aspect.UNIT, draft=figure.text, source=other_unit[0].text)
    alike = [f for f in there if f.unit == figure.unit] or list(there)
    nearest = min(alike, key=lambda f: abs(f.value - figure.value), default=None)
    return Difference(
        aspect=Aspect.NUMBER, draft=figure.text, source=nearest.text if nearest else ""
    )


def _bare(figure: Figure) -> str:
    found = re.search(r"\d[\d,.]*", figure.text)
    return found.group().replace(",", "").rstrip(".") if found else figure.text.lower().split()[0]


def _dates(claim: str, evidence: str, context: str) -> list[Difference]:
    held = dates(evidence)
    known = {year for date in (*held, *dates(context)) for year in re.findall(r"\d{4}", date)}
    months = {*held, *dates(context)}
    found = []
    for date in dates(claim):
        years = re.findall(r"\d{4}", date)
        is_known = date in months or (
            all(year in known for year in years) and not (re.search(r"[a-z]", date) and held)
        )
        if held and not is_known:
            found.append(Difference(aspect=Aspect.DATE, draft=date, source=", ".join(held)))
    return found


def _denial(claim: str, evidence: str) -> list[Difference]:
    """Something denied in the one and not in the other, in the part of the source that the claim restates."""
    if not runs_alike(claim, evidence):
        return []
    denied = [_denials(text) for text in (claim, _restated(claim, evidence))]
    if len(denied[0]) % 2 == len(denied[1]) % 2:
        return []
    return [
        Difference(aspect=Aspect.DIRECTION, draft=" ".join(denied[0]), source=" ".join(denied[1]))
    ]


def _denials(text: str) -> list[str]:
    """The words that deny; neither ... nor is one denial."""
    found = pattern("negation").findall(text)
    is_pair = any(word.lower() == "neither" for word in found)
    return [word for word in found if not (is_pair and word.lower() == "nor")]


def _restated(claim: str, evidence: str) -> str:
    """The part of a source's sentence from the first to the last word that it shares with the claim, and two words before."""
    theirs = [(m.start(), m.end()) for m in re.finditer(r"\S+", evidence)]
    ours, there = (
        [stem(w.strip(".,;:")) for w in claim.lower().split()],
        [stem(evidence[a:b].lower().strip(".,;:")) for a, b in theirs],
    )
    blocks = [
        b
        for b in SequenceMatcher(None, ours, there, autojunk=False).get_matching_blocks()
        if b.size
    ]
    if not blocks:
        return evidence
    first, last = blocks[0].b, blocks[-1].b + blocks[-1].size - 1
    if len(theirs) - last <= 2:  # "... and 13% where it was not"
        last = len(theirs) - 1
    before = 2 if blocks[0].a or blocks[0].size < 3 else 0
    return evidence[theirs[max(0, first - before)][0] : theirs[last][1]]


def _direction(claim: str, evidence: str) -> list[Difference]:
    """Up in the one and down (or "not up") in the other: of clauses that give the same figure, else of the sentences as wholes."""
    pairs = [
        (_ways(ours), _ways(theirs))
        for ours in _clauses(claim)
        for theirs in _clauses(evidence)
        if any(is_same(f, g) for f in figures(ours) for g in figures(theirs))
    ]
    told = [(ours, theirs) for ours, theirs in pairs if any(ours.values()) and any(theirs.values())]
    for ours, theirs in told or [(_ways(claim), _ways(evidence))]:
        for way, against in _AGAINST.items():
            is_told = ours[way] and not any(ours[other] for other in against)
            if is_told and not theirs[way] and any(theirs[other] for other in against):
                said = [word for other in against for word in sorted(theirs[other])]
                return [
                    Difference(
                        aspect=Aspect.DIRECTION,
                        draft=", ".join(sorted(ours[way])),
                        source=", ".join(said),
                    )
                ]
    return _turned(claim, evidence)


def speaks(claim: str, evidence: str) -> bool:
    """Whether the evidence sentence says any direction where the claim does, in words or by two figures that they share."""
    if not any(_ways(claim).values()):
        return True
    return any(_ways(evidence).values()) or figures_shared(claim, evidence) >= 2


def _turned(claim: str, evidence: str) -> list[Difference]:
    """One word put for its opposite in a sentence that otherwise runs alike ("rose by 16 points more", "fell by 16 points more")."""
    if not runs_alike(claim, evidence):
        return []
    found = []
    for ours, theirs in _replaced(words(claim), words(evidence)):
        said, stood = (_ways(" ".join(part)) for part in (ours, theirs))
        for way, other in (("up", "down"), ("down", "up")):
            if said[way] and stood[other] and not said[other] and not stood[way]:
                found.append(
                    Difference(
                        aspect=Aspect.DIRECTION,
                        draft=", ".join(sorted(said[way])),
                        source=", ".join(sorted(stood[other])),
                    )
                )
    return found


_AGAINST = {
    "up": ("down", "not up"),
    "down": ("up", "not down"),
    "not up": ("up",),
    "not down": ("down",),
}
"""Which statements go against which."""


def _ways(text: str) -> dict[str, set[str]]:
    """The words that point up and those that point down, and those that are denied ("did not fall")."""
    found: dict[str, set[str]] = {way: set() for way in _AGAINST}
    for way in ("up", "down"):
        for match in (m for p in direction(way) for m in p.finditer(text)):
            before = pattern("denied").search(text[: match.start()])
            words_ = text[before.start() : match.end()] if before else match.group()
            found[f"not {way}" if before else way].add(" ".join(words_.lower().split()))
    return found


_CLAUSE = english("verification", "turn_of_a_sentence")


def _clauses(text: str) -> list[str]:
    return [part for part in _CLAUSE.split(text) if part.strip()]


def _subject(claim: str, evidence: str, context: str, likeness: Likeness) -> list[Difference]:
    """Another group of people, or words with nothing like them in the source, where the rest runs alike."""
    if not runs_alike(claim, evidence):
        return []
    ours, theirs = words(claim), words(evidence)
    around = {stem(word) for word in (*words(context), *theirs)}
    groups = group_of()
    named = {groups[word] for word in theirs if word in groups}
    found = []
    for ours_part, theirs_part in _replaced(ours, theirs):
        gone_groups = {groups[w] for w in theirs_part if w in groups}
        other = [w for w in ours_part if w in groups and groups[w] not in gone_groups]
        new = [
            w
            for w in ours_part
            if _names(w) and stem(w) not in around and groups.get(w) not in named
        ]
        gone = [w for w in theirs_part if _names(w)]
        is_unlike = bool(new and gone) and likeness(" ".join(new), " ".join(gone)) < _UNLIKE
        if (other and gone_groups) or is_unlike:
            found.append(
                Difference(
                    aspect=Aspect.POPULATION,
                    draft=" ".join(ours_part),
                    source=" ".join(theirs_part),
                )
            )
    return found


def unmatched(claim: str, evidence: str, context: str, likeness: Likeness) -> float:
    """Share of the claim's telling words, 0 to 1, that neither stand in the source nor have anything like them in it."""
    ours = [w for w in dict.fromkeys(words(claim)) if _tells(w)]
    theirs = [w for w in dict.fromkeys(words(evidence)) if _tells(w)]
    there = {stem(w) for w in (*theirs, *words(context))}
    new = [w for w in ours if stem(w) not in there]
    lone = [w for w in new if not any(likeness(w, other) >= _ALIKE_WORDS for other in theirs)]
    return len(lone) / max(1, len(ours))


def _replaced(
    ours: Sequence[str], theirs: Sequence[str]
) -> Iterable[tuple[Sequence[str], Sequence[str]]]:
    matcher = SequenceMatcher(
        None, [stem(w) for w in ours], [stem(w) for w in theirs], autojunk=False
    )
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag in {"replace", "insert", "delete"}:
            yield ours[a:b], theirs[c:d]


def _tells(word: str) -> bool:
    return word not in STOP_WORDS and not any(c.isdigit() for c in word) and len(word) > 2


def _names(word: str) -> bool:
    """Whether a word may name what the sentence is about: no figure, no direction, no denial, no little word."""
    ways = (pattern("negation"), *direction("up"), *direction("down"))
    return _tells(word) and not any(way.fullmatch(word) for way in ways)


def runs_alike(claim: str, evidence: str) -> bool:
    """Whether the claim is the evidence sentence, or a stretch of it, with little changed: seven in ten words in the same order.

    Words strewn over more than twice the claim's length are no stretch: what stands between them is no part of the claim.
    """
    ours, theirs = ([stem(w) for w in words(text)] for text in (claim, evidence))
    if not ours:
        return False
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    same = max(
        sum(b.size for b in blocks if first.b <= b.b and b.b + b.size <= first.b + 2 * len(ours))
        for first in blocks
    )
    return same >= 0.7 * min(len(ours), len(theirs)) and same >= 0.6 * len(ours)
