"""Counts of people in the words of a local source: which numbers are small, and which give a small one away (domain F8).

The rule is structure, not phrases: every number of 1 to 4, in figures or in words, counts people unless its own noun phrase,
its label or its unit says that it does not (``data/small_numbers.yaml``). From there follow shares (``38 of 41``), bare
counts of what was counted just before (``41 women. 38 were seen``), percentages, rates, fractions and intervals from which
a small count can be worked out with a total that stands near, the last part of a sum, and rows of tables. Everything looks
at a bounded number of neighbours: twice the text takes twice the time.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right

from kmassist.privacy.intervals import is_small_interval, is_wilson
from kmassist.privacy.masks import Mask, apart
from kmassist.privacy.people import ORDINALS
from kmassist.privacy.phrases import is_plural, is_thing, lexicon, number_of, singular
from kmassist.privacy.told_shares import NEAR, ToldShares

_QUANTITIES = {"single": 1, "sole": 1, "only": 1, "couple": 2, "pair": 2, "both": 2}
_BANDS = {"duo": 2, "twosome": 2, "trio": 3, "threesome": 3, "foursome": 4, "quartet": 4}
_TO = ("to", "–", "-", "—", "and")
_BETWEEN = [[","], *([mark] for mark in _TO), *(["%", mark] for mark in _TO)]
_FAR_BACK = 14
"""Words before ``both`` in which what it stands for is looked for."""
_RUNS_ON = {"of", "to", "and", "or", "a", "an", "per", "each", "every"}
"""After a number these make it a range, a rate or part of something else: ``sixteen a day``."""
_INTERVAL = {"interval", "ci", "confidence", "credible", "cri"}
_YEAR = re.compile(r"(?:19|20)\d\d")


def find_masks(text: str, *, below: int = 5, percent_from: int = 10) -> list[Mask]:
    """What of a text must not leave, in order and without overlap.

    Args:
        text: words of a local source; a newline ends a line of it.
        below: counts from 1 to one less are small; 0 finds nothing.
        percent_from: smallest total that may carry a percentage.
    """
    if below <= 1:
        return []
    return _Reading(text, below, percent_from).masks()


class _Reading(ToldShares):
    """One text: its counts of people, and what follows from them."""

    def masks(self) -> list[Mask]:
        self._shares()
        for i in self.numbers:
            if self._counts_people(i):
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

    # -- counts ----------------------------------------------------------------------------------------------------

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
        phrase, _ = self._phrase(at)
        if token.low == "both" and is_thing(phrase, n):
            return  # "both birth centres"
        if n == 2 and self._stands_for_people(i, at):
            self._hide(i, f"<{self.below}")
            return
        if n >= self.below or not any(
            singular(w) in lexicon()["people"] or w in lexicon()["people"] for w in phrase
        ):
            return
        if token.low == "only" and (
            i == 0 or self.tokens[i - 1].low != "the" or is_plural(phrase[-1])
        ):
            return
        if not any(singular(w) in lexicon()["things"] for w in phrase[:1]):
            self._hide(i, f"<{self.below}")

    def _stands_for_people(self, i: int, at: int) -> bool:
        """``Both died``, ``a couple left``, ``both of them``: when no thing was named last before it."""
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
        for token in reversed(self.tokens[max(0, i - _FAR_BACK) : i]):
            if token.low in lexicon()["people"] or singular(token.low) in lexicon()["people"]:
                return True
            if singular(token.low) in lexicon()["things"] and token.kind == "word":
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

    def _remainders(self) -> None:
        """A count of what was counted just before, when all but a few are in it: ``Of 41 women, 38 were seen``."""
        last: int | None = None
        opening: int | None = None
        forms = {i for i in self.numbers if self._is_sent_out(i)} - self.counts
        for i in sorted(self.counts | forms):
            n = self.tokens[i].value or 0
            if i in forms:
                last = i if last is None or n > (self.tokens[last].value or 0) else last
                continue
            if i in self.totals or n < self.below:
                continue
            if self._opens_clause(i):
                opening = last = i
                continue
            total = None
            if opening is not None and self.tokens[opening].sentence == self.tokens[i].sentence:
                total = opening
            elif last is not None and self._refers_back(i, last):
                total = last
            if total is not None:
                small, large = sorted((i, total), key=lambda at: self.tokens[at].value or 0)
                self._hide_remainder(small, self.tokens[large].value or 0)
            if total is None and last is not None and self._is_answer_in_row(i, last):
                self._hide_remainder(i, self.tokens[last].value or 0)
            if total is None or n > (self.tokens[total].value or 0):
                last = i

    def _is_sent_out(self, i: int) -> bool:
        """``30 surveys went out``: as many people were asked."""
        phrase, _ = self._phrase(i + 1)
        return any(is_plural(w) and singular(w) in lexicon()["answered"] for w in phrase)

    def _hide_remainder(self, i: int, whole: int) -> None:
        if 0 < whole - (self.tokens[i].value or 0) < self.below:
            self._hide(i, f">{max(whole - self.below, self.below - 1):,}")

    def _opens_clause(self, i: int) -> bool:
        """``Of 41 women, ...``, ``Among the 41 ...``."""
        at = i - 1
        while at > 0 and self.tokens[at].low in {"the", "all", "these", "our"}:
            at -= 1
        if at < 0 or self.tokens[at].low not in {"of", "among", "from", "amongst"}:
            return False
        if at and self.tokens[at - 1].low == "out":
            at -= 1
        before = self.tokens[at - 1] if at else None
        return (
            before is None
            or before.sentence != self.tokens[i].sentence
            or before.low in set(".;:,(–-")
        )

    def _refers_back(self, i: int, last: int) -> bool:
        """Whether a count has no noun of its own (``38 were``, ``38 of them``), or a label that goes with the one before."""
        distance = self.tokens[i].sentence - self.tokens[last].sentence
        if distance > 2:
            return False
        if not distance and self._is_part_said(i):
            return (self.tokens[i].value or 0) < (self.tokens[last].value or 0)
        phrase, end = self._phrase(i + 1)
        after = self.tokens[end].low if end < len(self.tokens) else ""
        before = self.tokens[i - 1].low if i else ""
        is_part = (self.tokens[i].value or 0) < (self.tokens[last].value or 0)
        if before in {":", "="}:
            return self._labels_go_together(i, last, is_part and distance > 0)
        if not is_part:
            return False
        following = self.tokens[end + 1].low if end + 1 < len(self.tokens) else ""
        if not phrase:
            return (
                (after in lexicon()["stops"] - _RUNS_ON and not self._is_second_of_two(i))
                or (after == "of" and following in {"them", "these", "those", "whom"})
                or (after == "(" and self._is_percent(end + 1))
            )
        return not any(is_plural(w) for w in phrase) and not phrase[0].endswith("ing")

    def _is_answer_in_row(self, i: int, last: int) -> bool:
        """``handed out 44; returned 41``, in one sentence."""
        return (
            self.tokens[i].sentence == self.tokens[last].sentence
            and self._ends_clause(i)
            and self._ends_clause(last)
        )

    def _ends_clause(self, i: int) -> bool:
        """``tried 24,``: a number behind what was done, with nothing after it."""
        said = [token.low for token in self.tokens[max(0, i - 2) : i]]
        if said[-1:] and said[-1] in {"out", "back", "in", "up", "off"}:
            said.pop()
        verb = said[-1] if said else ""
        is_done = verb in lexicon()["past"] or (verb.endswith("ed") and len(verb) > 4)
        is_last = i + 1 == len(self.tokens) or self.tokens[i + 1].low in {",", ";", "."}
        return is_done and is_last

    def _is_second_of_two(self, i: int) -> bool:
        """The second number of ``38 to 41 were``, not of ``41 were asked and 38 were seen``."""
        return i > 1 and self.tokens[i - 1].low in _TO and self.tokens[i - 2].value is not None

    def _is_part_said(self, i: int) -> bool:
        """``44 people, of whom 41 women``; ``44 people: 41 women, the rest men``."""
        before = [token.low for token in self.tokens[max(0, i - 2) : i]]
        after = [token.low for token in self.tokens[i + 1 : i + 9]]
        rest = any(
            words[0] == "the" and words[1] in {"rest", "others", "remainder", "remaining", "other"}
            for words in itertools.pairwise(after)
        )
        return before == ["of", "whom"] or rest

    def _labels_go_together(self, i: int, last: int, is_next_line: bool) -> bool:
        """Whole and part under each other or side by side, not one month beside the next."""
        mine, other = self._label(i), self._label(last)
        is_whole = bool({*mine, *other} & {"total", "all", "overall", "both", "altogether"})
        if mine == other or any(
            w in lexicon()["months"] or _YEAR.fullmatch(w) for w in (*mine, *other)
        ):
            return is_whole and mine != other
        both = set(mine) | set(other)
        shared = set(mine) & set(other) - lexicon()["stops"]
        return is_next_line or bool(shared) or bool(both & {"total", "all", "overall", "n"})

    def _label(self, i: int) -> list[str]:
        words: list[str] = []
        at = i - 2
        while at >= 0 and len(words) < 10 and self.tokens[at].low not in {";", ".", "|", ":"}:
            words.append(self.tokens[at].low)
            if self._begins_line(at):
                break
            at -= 1
        return words

    def _sums(self) -> None:
        """Parts of one whole in a sentence, one of them hidden: the smallest shown one is hidden as well."""
        by_sentence: dict[int, list[int]] = {}
        for i in self.counts:
            if self.tokens[i].sentence in self.hidden_in or self._is_part_said(i):
                by_sentence.setdefault(self.tokens[i].sentence, []).append(i)
        for members in by_sentence.values():
            values = {i: self.tokens[i].value or 0 for i in sorted(members)}
            whole = max(values, key=lambda i: values[i])
            parts = [i for i in values if i != whole and i not in self.wholes]
            hidden = [i for i in parts if i in self.found]
            rest = values[whole] - sum(values[i] for i in parts)
            if parts and not hidden and 0 < rest < self.below and self._is_part_said(max(parts)):
                self._hide(
                    min(parts, key=lambda i: values[i]), "–"
                )  # "20 were White and the rest Asian"
            shown = sorted(
                (i for i in parts if i not in self.found and values[i]), key=lambda i: values[i]
            )
            if (
                len(hidden) == 1
                and shown
                and len(parts) <= NEAR
                and sum(values[i] for i in parts) == values[whole]
            ):
                self._hide(shown[0], "–")

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
