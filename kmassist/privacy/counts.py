"""Counts of people in the words of a local source: which numbers are small, and which give a small one away (domain F8).

It fails closed: every number of 1 to 4, in figures or in words, counts people unless its form, label, unit, rule or noun shows that it
counts something else (`figures`, `labels`, `rules`, `people`; what nouns count nobody is learnt, ``data/things.json``). From there follow
shares (``38 of 41``), counts that differ by a few from another near by (`remainders`), percentages, rates, fractions and intervals from
which a small count can be worked out with a total near by (`told_shares`), the last part of a sum, and rows of tables. Everything looks at a
bounded number of neighbours: twice the text takes twice the time.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum

from kmassist.privacy.intervals import is_small_interval, is_wilson
from kmassist.privacy.labels import DETERMINERS
from kmassist.privacy.masks import Mask, apart
from kmassist.privacy.people import ORDINALS
from kmassist.privacy.phrases import is_plural, is_thing, lexicon, number_of, singular, things
from kmassist.privacy.remainders import Remainders

_QUANTITIES = {"single": 1, "sole": 1, "only": 1, "couple": 2, "pair": 2, "both": 2, "neither": 2}
_BANDS = {"duo": 2, "twosome": 2, "trio": 3, "threesome": 3, "foursome": 4, "quartet": 4}
_TO = ("to", "–", "-", "—", "and")
_BETWEEN = [[","], *([mark] for mark in _TO), *(["%", mark] for mark in _TO)]
_FAR_BACK = 14
"""Words before ``both`` in which what it stands for is looked for."""
_INTERVAL = {"interval", "ci", "confidence", "credible", "cri"}


class Form(Enum):
    """What a text is. A name or a standard has numbers of its own ("notes 3", "Seen by 2 midwives"): only a said noun tells people."""

    WORDS = "words"
    NAME = "name"
    STANDARD = "standard"


def find_masks(
    text: str, *, below: int = 5, percent_from: int = 10, form: Form = Form.WORDS
) -> list[Mask]:
    """What of a text must not leave, in order and without overlap.

    Args:
        text: words of a local source; a newline ends a line of it.
        below: counts from 1 to one less are small; 0 finds nothing.
        percent_from: smallest total that may carry a percentage.
        form: sentences, the name of a file or folder, or what an audit asks for.
    """
    if below <= 1:
        return []
    reading = _Reading(text, below, percent_from)
    if form is Form.WORDS:
        return reading.masks()
    return reading.masks_of_name(is_standard=form is Form.STANDARD)


class _Reading(Remainders):
    """One text: its counts of people, and what follows from them."""

    def masks(self) -> list[Mask]:
        self._shares()
        for i in self.numbers:
            if self._counts_people(i) and not self._is_bound(i):
                self.counts.add(i)
        for i in self.counts:
            self._hide_count(i)
        for i, token in enumerate(self.tokens):
            if token.low in _QUANTITIES:
                self._hide_quantity(i, _QUANTITIES[token.low])
            elif (
                _BANDS.get(token.low, self.below) < self.below and self._part_counts(i, i + 2)
            ) or self._is_last_of_few(i):
                self._hide(i, f"<{self.below}")
        self._remainders()
        self._sums()
        self._percentages()
        self._intervals()
        return apart(self.found.values())

    def masks_of_name(self, *, is_standard: bool) -> list[Mask]:
        """The same of a name, where only a number with a noun for people counts them."""
        self._shares()
        for i in self.numbers:
            if self._counts_people(i) and self._is_noun_said(i, is_standard=is_standard):
                self._hide_count(i)
        return apart(self.found.values())

    def _is_noun_said(self, i: int, *, is_standard: bool) -> bool:
        """``2 women with a breech``, ``stillbirths 3``: not ``01 women's voices``, nor a standard's ``2 midwives``."""
        phrase, _ = self._phrase(i + 1)
        is_running = self.tokens[i].text.startswith("0") or (phrase[:1] and "'" in phrase[0])
        label = [self.tokens[i - 1].low] if i and not phrase else []
        known = lexicon()
        is_asked_for = {*map(singular, phrase)} & known["roles"] or {*phrase} & known["earlier"]
        if is_running or (is_standard and is_asked_for):
            return False
        return self._is_of_people(phrase or label) or any(
            is_plural(word) and singular(word) not in things() for word in phrase
        )

    # -- counts ----------------------------------------------------------------------------------------------------

    def _is_bound(self, i: int) -> bool:
        """``<5``, ``fewer than 5``: the source itself hides the count, and a mask would turn it into another."""
        before = [token.low for token in self.tokens[max(0, i - 2) : i]]
        is_under = before[-1:] == ["<"] or before in (["fewer", "than"], ["less", "than"])
        return is_under and (self.tokens[i].value or 0) >= self.below

    def _hide_count(self, i: int) -> None:
        token = self.tokens[i]
        n = token.value or 0
        if i in self.totals:
            self._hide_share(i, self.totals[i])
            if i in self.found:
                self.hidden_wholes.add(self.totals[i])
        elif 0 < n < self.below:
            self._hide(i, f"<{self.below}")

    def _hide_share(self, i: int, at: int) -> None:
        n, total = self.tokens[i].value or 0, self.tokens[at].value or 0
        if 0 < total < self.below:
            self._hide(at, f"<{self.below}")
            if n:
                self._hide(i, f"<{self.below}")
        elif 0 < n < self.below:
            self._hide(i, f"<{self.below}")
        elif 0 < total - n < self.below or (n == total and self.below < total < 2 * self.below):
            self._hide(i, f">{max(total - self.below, self.below - 1):,}")

    def _hide_quantity(self, i: int, n: int) -> None:
        """``both women``, ``a single Traveller woman``, ``a couple of babies``."""
        token = self.tokens[i]
        at = i + 2 if i + 1 < len(self.tokens) and self.tokens[i + 1].low == "of" else i + 1
        while at < len(self.tokens) and self.tokens[at].low in DETERMINERS:
            at += 1
        at += self._is_number(at)  # "a couple of 17-year-olds", "a pair of 10-minute films"
        phrase, _ = self._phrase(at)
        if token.low == "neither":
            self._hide_neither(i, at, phrase)
            return
        if token.low == "both" and is_thing(phrase, n):
            return  # "both birth centres"
        is_of_one = i > 0 and self.tokens[i - 1].low in {"a", "the"}
        if (
            token.low in {"single", "sole"}
            and is_plural(phrase[0] if phrase else "")
            and not is_of_one
        ):
            return  # "single rooms": of no partner, or for one each
        if n == 2 and self._stands_for_people(i, at):
            self._hide(i, f"<{self.below}")
            return
        if n >= self.below or (token.low == "only" and not self._is_of_people(phrase)):
            return
        if token.low == "only" and (
            i == 0 or self.tokens[i - 1].low != "the" or is_plural(phrase[-1])
        ):
            return
        is_of = n == 2 and self._reads(i + 1, "of")  # whatever they are: "a pair of near misses"
        is_counted = is_of or (any(is_plural(w) for w in phrase) if n == 2 else bool(phrase))
        if is_counted and not is_thing(phrase, n):
            self._hide(i, f"<{self.below}")

    def _hide_neither(self, i: int, at: int, phrase: list[str]) -> None:
        """``Neither woman was asked`` is none of two: the mask keeps the none. Not ``neither Alder nor Ashcombe``."""
        _, last = self._sentence(i)
        is_named = any(token.low == "nor" for token in self.tokens[i:last])
        is_said = not is_thing(phrase, 1) if phrase else self._stands_for_people(i, at)
        if is_said and not is_named:
            self._hide(i, f"none of <{self.below}")

    def _stands_for_people(self, i: int, at: int) -> bool:
        """``Both died``, ``a couple left``, ``both of them``: when its sentence names no thing last before it."""
        verb = self.tokens[at].low if at < len(self.tokens) else ""
        is_said = verb in lexicon()["past"] | {"them", "us"} or (
            verb.endswith("ed") and len(verb) > 3
        )
        pair = self.tokens[max(0, i - 3) : i]
        are_named = (
            len(pair) == 3
            and pair[1].low == "and"
            and pair[0].text[0].isupper()
            and pair[2].text[0].isupper()
        )
        if (
            not is_said or are_named
        ):  # "Ashcombe and Marlow both closed" counts what it has just named
            return False
        for before in range(i - 1, max(0, i - _FAR_BACK) - 1, -1):
            token = self.tokens[before]
            if token.sentence != self.tokens[i].sentence:
                return True
            if token.low in lexicon()["people"] or singular(token.low) in lexicon()["people"]:
                return True
            if singular(token.low) in things() and token.kind == "word":
                return False
        return True

    def _is_last_of_few(self, i: int) -> bool:
        """``the third woman to die``, ``the 2nd stillbirth this year``: which one it is tells how many there were."""
        token = self.tokens[i]
        is_figure = token.kind == "number" and i + 1 < len(self.tokens)
        if is_figure and self.tokens[i + 1].low not in {"nd", "rd", "th"}:
            return False
        number = token.value if is_figure else ORDINALS.get(token.low)
        if number is None or not 1 < number < self.below:
            return False
        phrase, end = self._phrase(i + 1 + is_figure)
        after = [word.low for word in self.tokens[end : end + 3]]
        if after[:1] and after[0] in {
            "in",
            "at",
            "on",
            "from",
        }:  # "the fourth woman in our group to be"
            ahead = self.tokens[end + 1 : end + 6]
            after += [word.low for word in ahead if word.low == "to"][:1]
        heads = phrase[-1:] if phrase and not is_plural(phrase[-1]) else []
        if not phrase and after[:1] == ["to"]:  # "the woman was the third to be readmitted"
            heads = [
                t.low
                for t in self.tokens[max(0, i - _FAR_BACK) : i]
                if t.sentence == token.sentence
            ]
        is_person = any(w in lexicon()["people"] for w in heads)
        return is_person and (
            after[:1] == ["to"]
            or after[3:] == ["to"]
            or "this" in after
            or after[:3] == ["of", "the", "year"]
        )

    def _intervals(self) -> None:
        """Intervals beside a hidden count, and those that tell a small count of a total near by."""
        tokens, taken = self.tokens, -1
        for at in range(1, len(self.numbers)):
            i, j = self.numbers[at - 1], self.numbers[at]
            between = [t.low for t in tokens[i + 1 : j]]
            if i <= taken or between not in _BETWEEN:
                continue
            back = {t.low for t in tokens[max(0, i - 4) : i]}
            if not back & _INTERVAL:
                continue
            taken = j
            low, high = number_of(tokens[i]), number_of(tokens[j])
            if self._is_told(i, low, high):
                continue
            if tokens[i].sentence in self.hidden_in or any(
                is_small_interval(low, high, tokens[other].value or 0, self.below)
                for other in self._near(i)
                if other in self.counts
            ):
                is_percent = j + 1 < len(tokens) and tokens[j + 1].low == "%"
                for number in (i, j, -1 - i, -1 - j):
                    self.found.pop(number, None)
                self.found[-1 - i] = self._over(i, j + is_percent)

    def _is_told(self, i: int, low: float, high: float) -> bool:
        """Whether an interval is that of counts which are shown in front of it: it tells nothing that they do not."""
        at = bisect_right(self.numbers, i)
        for n in self.numbers[max(0, at - 6) : at]:
            total = self.totals.get(n)
            if total is None or n in self.found or total in self.found:
                continue
            if self.tokens[n].sentence == self.tokens[i].sentence and is_wilson(
                low, high, self.tokens[n].value or 0, self.tokens[total].value or 0
            ):
                return True
        return False
