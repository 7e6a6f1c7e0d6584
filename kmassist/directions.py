"""Directions: does a sentence say that an outcome went up, went down or did not differ? Rules, negation first.

Deliberately shy: a sentence that the rules cannot read gives no direction, because a conflict that is not there costs more
trust than one that is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

import yaml

from kmassist.text import STOP_WORDS, stem, words

Direction = Literal["increase", "decrease", "no difference", ""]

_FLAGS = re.I
_NO_DIFFERENCE = re.compile(
    r"\bno (?:\w+ ){0,4}?(?:differences?|effects?|change|changes|reductions?|increases?|benefits?|improvements?|association|impact)\b"
    r"|\bno evidence (?:of|that|for)\b|\bneither\b.*\bnor\b"
    r"|\b(?:not|n't|nor|never) (?:\w+ ){0,4}?(?:differ\w*|differences?|significan\w*|affect\w*|associated|chang\w+|improv\w+|reduc\w+|increas\w+|"
    r"decreas\w+|lower\w*|higher|fewer|prevent\w*|cut|shorten\w*|raise\w*|reach\w* (?:statistical )?significance|find\b.*\bdifferences?)\b"
    r"|\b(?:similar|comparable|unchanged|equivalent|non-?inferior\w*|did n[o']t differ|not different|the same (?:in|for|between|as))\b"
    r"|\bnon-?significant\w*|\bdifferences? (?:was|were|is|are) (?:not|small|non)|\bfailed to (?:show|reduce|improve|increase|lower)\b"
    r"|\bwithout (?:any )?(?:significant )?(?:differences?|increase|reduction|change)\b|\bno (?:\w+ ){0,2}(?:morbidit\w+|complications|adverse events)\b",
    _FLAGS,
)
_DOUBLE_NEGATIVE = re.compile(r"\bnot only\b|\bno doubt\b|\bnot without\b", _FLAGS)
_UP = re.compile(
    r"\b(?:increas\w+|higher|greater|more|rose|rises?|rising|raised|raises|longer|larger|elevated|gained more|doubled|"
    r"went up|grew|heavier|worsened|better|improve[sd]?|improving|improvements?)\b",
    _FLAGS,
)
_DOWN = re.compile(
    r"\b(?:decreas\w+|reduc\w+|lower(?:ed|s|ing)?|fewer|less|fell|falls|fallen|declin\w+|shorter|shorten\w*|smaller|dropped|drops?|halved|cut|cuts|"
    r"went down|prevent(?:s|ed|ing)?|diminish\w*)\b",
    _FLAGS,
)
_IMPROVE = re.compile(r"^(?:improv\w+|better)$", _FLAGS)
_AIM = re.compile(
    r"\b(?:aim(?:s|ed|ing)?|intend\w*|designed|in order|hop(?:e|es|ed|ing)|plan\w*|want\w*|whether|if|could|may|might|should|expected|"
    r"hypothesi\w+|so as|required?|must|trial (?:to|of)|requires?|recommend\w*)\b[^.;]{0,60}$|\bto\s+$",
    _FLAGS,
)
_CONTROL = r"(?:control|placebo|usual[- ]care|standard(?:[- ]care)?|comparison|comparator|conventional|sham|routine(?:[- ]care)?|untreated)"
_IN_CONTROL = re.compile(
    rf"^(?:(?!\bthan\b|\bcompared\b|\bversus\b)[^.;]){{0,40}}?\b(?:in|among|for|with) (?:the |women in the )?{_CONTROL}\b",
    _FLAGS,
)
_CONTROL_IS_SUBJECT = re.compile(
    rf"\b{_CONTROL}(?: (?:group|arm|clusters?|women))?\s+(?:had|were|was|showed)?\s*(?:a |significantly )*$", _FLAGS
)
_ARM = re.compile(
    rf"\b(?:(?P<control>{_CONTROL}|controls)\b(?:(?: group| arm| clusters?)?(?:['’]s)?)|\w+ (?:group|arm|clusters?)\b)", _FLAGS
)
_SIGNIFICANT = re.compile(r"(?<!not )(?<!non-)(?<!no )\b(?:statistically )?significant(?:ly)?\b", _FLAGS)
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:[.·]\d+)?(?:\s?%)?")
_ASIDE = re.compile(r"\((?!\d+(?:\.\d+)?\s?%\))[^()]*\)|\bp[- ]?(?:value)?\s*[=<>]\s*[.·\d]+", _FLAGS)
_P_VALUE = re.compile(r"\bp(?:[- ]?value)?\s*(?:of|:)?\s*(?P<sign>[=<>≤≥])?\s*(?P<value>[0]?[.·]\d+)", _FLAGS)
_RATIO_CI = re.compile(
    r"\b(?:a?(?:RR|OR|HR|IRR)|(?:odds|risk|hazard|rate) ratio)\b\W{0,4}(?:=\s*)?(?P<point>\d[.·]\d+)?[^0-9]{0,12}(?P<x>\(?[^()\d]{0,3}95\s?%[^0-9]{0,40})"
    r"(?P<low>\d+[.·]\d+)\s*(?:to|[-–—,])\s*(?P<high>\d+[.·]\d+)",
    _FLAGS,
)
_DIFFERENCE_CI = re.compile(
    r"95\s?%[^0-9−-]{0,40}(?P<low>[−-]\s?\d+(?:[.·]\d+)?)\s*(?:to|[-–—,;])\s*(?P<high>[−-]?\s?\d+(?:[.·]\d+)?)", _FLAGS
)
_CLAUSE = re.compile(
    r";|:\s|,?\s+(?:but|whereas|while|although|however|though|despite)\b|,\s+and\s+(?=[^,;]*\b(?:was|were|did|had|is|are)\b)"
    r"|,\s+(?=there (?:was|were)\b)",
    _FLAGS,
)
_CARRIES_ON = re.compile(
    r"^\W*(?:again |also |still )?(?:this|these|the difference|it|did n|was n|were n|not |there (?:was|were) no)", _FLAGS
)
_VERB = re.compile(
    r"\b(?:was|were|is|are|had|has|have|did|do|does|be|been|\w{3,}ed|fell|rose|gave|led|felt|found|said|made)\b", _FLAGS
)
_PARENTHESIS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Stated:
    """A direction for one outcome. ``is_aim``: what the practice is meant to do, not what was found."""

    outcome: str
    direction: Direction
    is_aim: bool = False


@cache
def _outcomes() -> dict[str, tuple[re.Pattern[str], str]]:
    table = yaml.safe_load((files("kmassist") / "data" / "outcomes.yaml").read_text(encoding="utf-8"))
    return {name: (re.compile(rf"(?:{row['words']})", re.I), row["good"]) for name, row in table.items()}


def name_outcomes(text: str) -> tuple[str, ...]:
    """The listed outcomes that a text names, in the order of the list."""
    return tuple(name for name, (pattern, _) in _outcomes().items() if pattern.search(text))


def names_one_of(outcomes: Iterable[str], text: str) -> bool:
    """Whether a text names one of these listed outcomes."""
    return any(_outcomes()[name][0].search(text) for name in outcomes)


def better_direction(outcome: str) -> Direction:
    """The direction of a listed outcome that is plainly better; empty where that depends."""
    good = _outcomes()[outcome][1] if outcome in _outcomes() else ""
    return "increase" if good == "increase" else "decrease" if good == "decrease" else ""


_FILLER = frozenset(
    words(
        "rate rates risk incidence proportion number mean median total score scores level levels women mothers babies infants "
        "per percentage frequency occurrence average overall difference primary secondary outcome outcomes"
    )
)


def is_same_outcome(left: str, right: str) -> bool:
    """Whether two outcome names mean the same: the same listed outcomes, or three fifths of their words."""
    named_left, named_right = set(name_outcomes(left)), set(name_outcomes(right))
    if named_left or named_right:
        return named_left == named_right
    a, b = ({stem(w) for w in words(x) if w not in STOP_WORDS and w not in _FILLER} for x in (left, right))
    return bool(a and b) and len(a & b) / len(a | b) >= 0.6


def read_direction(sentence: str, outcome: str = "") -> Direction:
    """The direction a sentence states for an outcome (for whatever it speaks of when none is given).

    Direction is of the outcome under the practice studied against its comparison. Statistics beat words: a p-value above
    0.05, or a 95% interval over 1 (ratios) or 0 (differences), is no difference. Empty when the rules cannot tell.
    """
    clause = _clause_for(" ".join(sentence.split()), outcome)
    statistic = _statistic(clause)
    if statistic == "no difference":
        return statistic
    if _NO_DIFFERENCE.search(_DOUBLE_NEGATIVE.sub(" ", clause)):
        return "no difference"
    return _by_words(clause, outcome) or statistic or _by_numbers(clause)


_CRITERION = re.compile(
    r"\b(?:lower|higher)(?: figure)? is better\b|\btarget (?:(?:no more than|at least|under|over) )?\d", re.I
)


def read_stated(sentence: str) -> tuple[Stated, ...]:
    """Every listed outcome of a sentence with the direction stated for it; without those that cannot be read.

    An audit criterion against its target states none: "lower is better" is what is wanted, not what was found.
    """
    found: list[Stated] = []
    if _CRITERION.search(sentence):
        return ()
    for name in name_outcomes(sentence):
        pattern = _outcomes()[name][0]
        clause = next((c for c in _clauses(sentence) if pattern.search(c)), sentence)
        direction = read_direction(clause, name)
        if direction:
            found.append(Stated(name, direction, _is_aim(clause, direction)))
    return tuple(found)


def _is_aim(clause: str, direction: Direction) -> bool:
    pattern = {"increase": _UP, "decrease": _DOWN}.get(direction)
    match = pattern.search(clause) if pattern else None
    return bool(match and _AIM.search(clause[: match.start()])) or clause.rstrip().endswith("?")


def _clauses(sentence: str) -> list[str]:
    """Parts between turns of a sentence; what stands in parentheses stays with its part."""
    masked = _PARENTHESIS.sub(lambda m: "_" * len(m.group()), sentence)
    cuts = [0, *(m.end() for m in _CLAUSE.finditer(masked)), len(sentence)]
    parts: list[str] = []
    for part in (sentence[a:b] for a, b in pairwise(cuts)):
        if parts and not _VERB.search(parts[-1]):  # a list was cut: "loss, drop in haemoglobin, and use were lower"
            parts[-1] += part
        elif part.strip():
            parts.append(part)
    return parts


def _clause_for(sentence: str, outcome: str) -> str:
    """The clause that speaks of the outcome; the whole sentence when none does or several tie.

    A denial that carries on from it ("but this was not significant") belongs to it.
    """
    parts = _clauses(sentence)
    if not outcome or len(parts) < 2:
        return sentence
    wanted = {stem(w) for w in words(outcome) if w not in STOP_WORDS}
    pattern = _outcomes()[outcome][0] if outcome in _outcomes() else None
    scores = [
        (2.0 if pattern and pattern.search(part) else 0.0) + len(wanted & {stem(w) for w in words(part)}) / max(1, len(wanted))
        for part in parts
    ]
    best = max(scores)
    if best <= 0 or scores.count(best) > 1:
        return sentence
    number = scores.index(best)
    chosen = parts[number]
    following = parts[number + 1] if number + 1 < len(parts) else ""
    if _CARRIES_ON.search(following) and (_NO_DIFFERENCE.search(following) or _statistic(following) == "no difference"):
        return chosen + following
    return chosen if _speaks(chosen) else sentence


def _speaks(clause: str) -> bool:
    return bool(_NO_DIFFERENCE.search(clause) or _UP.search(clause) or _DOWN.search(clause) or _statistic(clause))


def _statistic(clause: str) -> Direction:
    if match := _RATIO_CI.search(clause):
        low, high = (float(match.group(x).replace("·", ".")) for x in ("low", "high"))
        if low <= 1 <= high:
            return "no difference"
        return "decrease" if high < 1 else "increase"
    if match := _DIFFERENCE_CI.search(clause):
        low, high = (float(match.group(x).replace("·", ".").replace("−", "-").replace(" ", "")) for x in ("low", "high"))
        if low <= 0 <= high:
            return "no difference"
    values = [(m.group("sign") or "=", float(m.group("value").replace("·", "."))) for m in _P_VALUE.finditer(clause)]
    if values and all((sign in ">≥" and value >= 0.05) or (sign == "=" and value > 0.05) for sign, value in values):
        return "no difference"
    return ""


def _by_words(clause: str, outcome: str) -> Direction:
    """The direction word nearest to the outcome, turned round when it is said of the control group."""
    hits = sorted([(m.start(), m, "increase") for m in _UP.finditer(clause)] + [(m.start(), m, "decrease") for m in _DOWN.finditer(clause)],
                  key=lambda hit: hit[0])  # fmt: skip
    hits = [hit for hit in hits if not re.match(r"\s+(?:than\s+)?(?:\d|or equal)", clause[hit[1].end() :])]
    if not hits:
        return ""
    place = _place(clause, outcome)
    _, match, direction = min(hits, key=lambda hit: (abs(hit[0] - place), hit[0])) if place >= 0 else hits[0]
    if _IMPROVE.match(match.group()):
        good = {_outcomes()[n][1] for n in name_outcomes(outcome or clause)}
        direction = "decrease" if good == {"decrease"} else "increase"
    before = clause[: match.start()]
    if _CONTROL_IS_SUBJECT.search(before) or (
        _IN_CONTROL.search(clause[match.end() :])
        and not re.search(r"\b(?:than|compared)\b[^.;]{0,30}$", clause[: match.start()])
    ):
        direction = "decrease" if direction == "increase" else "increase"
    return "increase" if direction == "increase" else "decrease"


def _by_numbers(clause: str) -> Direction:
    """Two figures of two named groups, said to differ significantly: "13.8 and 17.5 in the study and control group"."""
    values = [(m.group("sign") or "=", float(m.group("value").replace("·", "."))) for m in _P_VALUE.finditer(clause)]
    if not _SIGNIFICANT.search(clause) and not any(sign in "=<≤" and value <= 0.05 for sign, value in values):
        return ""
    arms = [bool(m.group("control")) for m in _ARM.finditer(clause)][:2]
    numbers = [m.group() for m in _NUMBER.finditer(_ASIDE.sub(" ", clause))]
    shares = [n for n in numbers if n.endswith("%")]
    chosen = shares if len(shares) == 2 else numbers if len(numbers) == 2 else []
    if len(arms) != 2 or arms[0] == arms[1] or not chosen:
        return ""
    first, second = (float(re.sub(r"[,%\s]", "", n).replace("·", ".")) for n in chosen)
    treated, control = (second, first) if arms[0] else (first, second)
    return "increase" if treated > control else "decrease" if treated < control else ""


def _place(clause: str, outcome: str) -> int:
    if outcome in _outcomes():
        match = _outcomes()[outcome][0].search(clause)
        return match.start() if match else -1
    wanted = {stem(w) for w in words(outcome) if w not in STOP_WORDS and len(w) > 2}
    places = [m.start() for m in re.finditer(r"[A-Za-z][\w-]+", clause) if stem(m.group().lower()) in wanted]
    return places[0] if places else -1
