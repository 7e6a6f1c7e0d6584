"""Counts of people in the words of a local source: which numbers are small, and which give a small one away (domain F8).

The rule is structure, not phrases: every number of 1 to 4, in figures or in words, counts people unless its own noun phrase,
its label or its unit says that it does not (``data/small_numbers.yaml``). From there follow shares (``38 of 41``), bare
counts of what was counted just before (``41 women. 38 were seen``), percentages, rates, fractions and intervals from which
a small count can be worked out with a total that stands near, the last part of a sum, and rows of tables. Everything looks
at a bounded number of neighbours: twice the text takes twice the time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from kmassist.privacy.figures import PER
from kmassist.privacy.intervals import is_small_interval, is_small_share, is_wilson
from kmassist.privacy.masks import Mask, apart
from kmassist.privacy.people import PeopleCounts
from kmassist.privacy.phrases import is_plural, lexicon, number_of, singular

_QUANTITIES = {"single": 1, "sole": 1, "only": 1, "couple": 2, "pair": 2, "both": 2}
_BANDS = {"duo": 2, "twosome": 2, "trio": 3, "threesome": 3, "foursome": 4, "quartet": 4}
_ORDINALS = ("third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
             "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth")  # fmt: skip
_PARTS = {"half": 2, "halves": 2} | {
    word + ending: n for n, word in enumerate(_ORDINALS, 3) for ending in ("", "s")
}
_NEAR = 16
"""Numbers on each side that a percentage, an interval or a bare count is compared with."""
_EXACT = 0.001
"""Half the last digit of a share that is given with a decimal or more: few counts fit it by chance."""
_TO = ("to", "–", "-", "—", "and")
_BETWEEN = [[","], *([mark] for mark in _TO), *(["%", mark] for mark in _TO)]
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


class _Reading(PeopleCounts):
    """One text: its counts of people, and what follows from them."""

    def __init__(self, text: str, below: int, percent_from: int) -> None:
        super().__init__(text, percent_from)
        self.below = below
        self.found: dict[int, Mask] = {}
        self.counts: set[int] = set()
        self.hidden_wholes: set[int] = set()
        self.hidden_in: set[int] = set()  # sentences in which a count of people is hidden

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
            elif _BANDS.get(token.low, self.below) < self.below and self._part_counts(i, i + 2):
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

    def _hide(self, i: int, shown: str) -> None:
        token = self.tokens[i]
        self.found.setdefault(i, Mask(token.start, token.end, shown))
        self.hidden_in.add(token.sentence)

    def _near(self, i: int) -> Iterator[int]:
        """Whole numbers around a token, at most two sentences away."""
        at = bisect_right(self.numbers, i)
        sentence = self.tokens[i].sentence
        for other in self.numbers[max(0, at - _NEAR) : at + _NEAR]:
            token = self.tokens[other]
            if other != i and abs(token.sentence - sentence) <= 2 and "." not in token.text:
                yield other

    def _remainders(self) -> None:
        """A count of what was counted just before, when all but a few are in it: ``Of 41 women, 38 were seen``."""
        last: int | None = None
        opening: int | None = None
        for i in sorted(self.counts):
            n = self.tokens[i].value or 0
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
            if total is None or n > (self.tokens[total].value or 0):
                last = i

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
                (after in lexicon()["stops"] and after not in {"of", "to", "and", "or"})
                or (after == "of" and following in {"them", "these", "those", "whom"})
                or (after == "(" and self._is_percent(end + 1))
            )
        return not any(is_plural(w) for w in phrase) and not phrase[0].endswith("ing")

    def _labels_go_together(self, i: int, last: int, is_next_line: bool) -> bool:
        """Whole and part under each other or side by side, not one month beside the next."""
        mine, other = self._label(i), self._label(last)
        if mine == other or any(
            w in lexicon()["months"] or _YEAR.fullmatch(w) for w in (*mine, *other)
        ):
            return False
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
            if self.tokens[i].sentence in self.hidden_in:
                by_sentence.setdefault(self.tokens[i].sentence, []).append(i)
        for members in by_sentence.values():
            values = {i: self.tokens[i].value or 0 for i in sorted(members)}
            whole = max(values, key=lambda i: values[i])
            parts = [i for i in values if i != whole and i not in self.wholes]
            hidden = [i for i in parts if i in self.found]
            shown = sorted(
                (i for i in parts if i not in self.found and values[i]), key=lambda i: values[i]
            )
            if (
                len(hidden) == 1
                and shown
                and len(parts) <= _NEAR
                and sum(values[i] for i in parts) == values[whole]
            ):
                self._hide(shown[0], "–")

    def _percentages(self) -> None:
        """Percentages, rates and fractions that are a small count's share of a total near by, or stand beside a hidden count."""
        for i, token in enumerate(self.tokens):
            if token.kind == "number" or (token.value is not None and self._is_percent(i)):
                share = self._share_written(i)
                if share:
                    self._hide_percentage(i, *share)
            elif token.low in _PARTS:
                self._hide_fraction(i)

    def _share_written(self, i: int) -> tuple[float, float, int, int] | None:
        """Share, half its last digit, first and last token of a percentage or rate; None when it is none."""
        tokens = self.tokens
        if not self._is_percent(i):
            return None
        base, end = 100, i + 1
        if tokens[i + 1].low == "per":
            end = i + 2
            base = PER.get(tokens[i + 2].text, PER.get(tokens[i + 2].low, 100))
        raw = tokens[i].text.replace(",", "")
        number = float(raw) if tokens[i].kind == "number" else float(tokens[i].value or 0)
        half = 0.5 * 10 ** -len(raw.partition(".")[2]) if tokens[i].kind == "number" else 0.5
        return number / base, half / base + 1e-9, i, end

    def _hide_percentage(self, i: int, share: float, half: float, first: int, last: int) -> None:
        tokens = self.tokens
        direct = self._total_after(last + 1)
        beside = first > 1 and tokens[first - 1].low == "(" and self._ends_hidden(first - 2)
        if (
            not beside
            and direct is None
            and (self._is_target(first, last) or self._is_explained(i, share, half))
        ):
            return
        if direct is not None:
            total = tokens[direct].value or 0
            gives = is_small_share(share, half, total, self.below) or (
                0 < total < self.percent_from and 0 < share < 1
            )
            gives = gives and not self._is_thing_after(direct)
        else:
            gives = any(
                is_small_share(share, half, tokens[other].value or 0, self.below)
                for other in self._near(i)
                if (other in self.counts or other in self.wholes)
                and (
                    half < _EXACT
                    or tokens[other].sentence == tokens[i].sentence
                    or other in self.hidden_wholes
                )
            )
        if gives or beside:
            self.found[-1 - i] = self._over(first, last)
            self.hidden_in.add(tokens[i].sentence)

    def _over(self, first: int, last: int) -> Mask:
        """A mask over tokens, with the brackets when nothing else stands between them."""
        tokens = self.tokens
        start, end = tokens[first].start, tokens[last].end
        is_alone = (
            first > 0
            and tokens[first - 1].low == "("
            and last + 1 < len(tokens)
            and tokens[last + 1].low == ")"
        )
        if not is_alone:
            return Mask(start, end, "–")
        start, end = tokens[first - 1].start, tokens[last + 1].end
        return Mask(start - (self.text[start - 1 : start] == " "), end, "")

    def _is_explained(self, i: int, share: float, half: float) -> bool:
        """Whether it is the share of counts that are shown beside it anyway."""
        at = bisect_right(self.numbers, i)
        for n in self.numbers[max(0, at - 5) : at + 4]:
            if n in self.totals and n not in self.found:
                total = self.tokens[self.totals[n]].value or 0
                if total and abs(share - (self.tokens[n].value or 0) / total) <= half:
                    return True
        return False

    def _ends_hidden(self, at: int) -> bool:
        """Whether the phrase that ends there belongs to a hidden count: ``3 of 41 women (7.3%)``."""
        for back in range(at, max(-1, at - 8), -1):
            token = self.tokens[back]
            if token.low in {".", ";", "(", ","}:
                return False
            if back in self.found:
                return True
            if token.value is not None and not any(
                self.totals.get(j) == back and j in self.found
                for j in range(max(0, back - 5), back)
            ):
                return False
        return False

    def _is_target(self, first: int, last: int) -> bool:
        back = {t.low for t in self.tokens[max(0, first - 4) : first]}
        after = {t.low for t in self.tokens[last + 1 : last + 3]}
        return bool(back & lexicon()["targets"]) or bool(
            after & {"interval", "ci", "confidence", "credible", "target", "standard"}
        )

    def _hide_fraction(self, i: int) -> None:
        """``half of 6 women``, ``two thirds of the 6``."""
        tokens = self.tokens
        total_at = self._total_after(i + 1)
        if total_at is None:
            return
        before = tokens[i - 1] if i else None
        up = before.value if before is not None and before.value else 1
        part, total = (
            up * (tokens[total_at].value or 0) / _PARTS[tokens[i].low],
            tokens[total_at].value or 0,
        )
        if self._is_thing_after(total_at) or not (
            0 < part < self.below - 0.5 or 0 < total - part < self.below - 0.5
        ):
            return
        first = before if before is not None and before.value else tokens[i]
        self.found[-1 - i] = Mask(first.start, tokens[i].end, "–")
        self.hidden_in.add(tokens[i].sentence)

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
