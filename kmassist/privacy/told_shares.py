"""Percentages, rates and fractions of a text that tell a small count, or stand beside a hidden one (domain F8)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from kmassist.privacy.figures import PER
from kmassist.privacy.intervals import is_small_share
from kmassist.privacy.masks import Mask
from kmassist.privacy.people import NEAR, PeopleCounts
from kmassist.privacy.phrases import PARTS, lexicon
from kmassist.text.number_words import NUMBER_WORDS

_EXACT = 0.001
"""Half the last digit of a share that is given with a decimal or more: few counts fit it by chance."""


class ToldShares(PeopleCounts):
    """One text: its masks so far, and the shares that would give them away."""

    def __init__(self, text: str, below: int, percent_from: int) -> None:
        super().__init__(text, percent_from)
        self.below = below
        self.found: dict[int, Mask] = {}
        self.counts: set[int] = set()
        self.hidden_wholes: set[int] = set()
        self.hidden_in: set[int] = set()  # sentences in which a count of people is hidden

    def _hide(self, i: int, shown: str) -> None:
        token = self.tokens[i]
        self.found.setdefault(i, Mask(token.start, token.end, shown))
        self.hidden_in.add(token.sentence)

    def _near(self, i: int) -> Iterator[int]:
        """Whole numbers around a token, at most two sentences away."""
        at = bisect_right(self.numbers, i)
        sentence = self.tokens[i].sentence
        for other in self.numbers[max(0, at - NEAR) : at + NEAR]:
            token = self.tokens[other]
            if other != i and abs(token.sentence - sentence) <= 2 and "." not in token.text:
                yield other

    def _percentages(self) -> None:
        """Percentages, rates and fractions that are a small count's share of a total near by, or stand beside a hidden count."""
        for i, token in enumerate(self.tokens):
            if token.kind == "number" or (token.value is not None and self._is_percent(i)):
                share = self._share_written(i)
                if share:
                    self._hide_percentage(i, *share)
            elif token.low.rpartition("-")[2] in PARTS:
                self._hide_fraction(i)
        for i in self.numbers:
            self._hide_ratio(i)

    def _share_written(self, i: int) -> tuple[float, float, int, int] | None:
        """Share, half its last digit, first and last token of a percentage or rate; None when it is none."""
        tokens = self.tokens
        is_cell = self._is_percent_cell(i)
        if not self._is_percent(i) and not is_cell:
            return None
        base, end = 100, i + (not is_cell)
        if not is_cell and tokens[i + 1].low == "per":
            end = i + 2
            base = PER.get(tokens[i + 2].text, PER.get(tokens[i + 2].low, 100))
        raw = tokens[i].text.replace(",", "")
        number = float(raw) if tokens[i].kind == "number" else float(tokens[i].value or 0)
        half = 0.5 * 10 ** -len(raw.partition(".")[2]) if tokens[i].kind == "number" else 0.5
        return number / base, half / base + 1e-9, i, end

    def _is_percent_cell(self, i: int) -> bool:
        """``Smokers (%): 8``, ``%: 8``: the sign stands in the heading of its column."""
        label = [token.low for token in self.tokens[max(0, i - 3) : i]]
        return label[-2:] == ["%", ":"] or label == ["%", ")", ":"]

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
                    or self._is_whole_said_before(other, i)
                    or other in self.hidden_wholes
                )
            )
        if gives or beside:
            self.found[-1 - i] = self._over(first, last)
            self.hidden_in.add(tokens[i].sentence)

    def _is_whole_said_before(self, total: int, i: int) -> bool:
        """``Our caseload is 30. 10% smoke.``: the sentence of the share has no count, and the total alone stands in the one before."""
        mine, other = self.tokens[i].sentence, self.tokens[total].sentence
        between = self.text[self.tokens[total].end : self.tokens[i].start]
        is_led = ":" in between  # "We asked 30:", and the shares on lines below
        if not 0 < mine - other <= 1 + is_led or ("\n" in between and not is_led) or "|" in between:
            return False
        near = [n for n in self._near(i) if n in self.counts and n != total]
        return all(self.tokens[n].sentence not in {mine, other} for n in near)

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
        sentence = self.tokens[first].sentence
        around = (self.tokens[max(0, first - 4) : first], self.tokens[last + 1 : last + 3])
        back, after = ({t.low for t in part if t.sentence == sentence} for part in around)
        return bool(back & lexicon()["targets"]) or bool(
            after & {"interval", "ci", "confidence", "credible", "target", "standard"}
        )

    def _hide_fraction(self, i: int) -> None:
        """``half of 6 women``, ``two thirds of the 6``."""
        tokens = self.tokens
        total_at = self._total_after(i + 1)
        before = tokens[i - 1] if i else None
        if total_at is None and self._is_fraction_alone(i):
            total_at = self._counted_before(i)
        if total_at is None:
            return
        times, _, part_said = tokens[i].low.rpartition("-")  # "two-ninths"
        up = NUMBER_WORDS.get(times) or (before.value if before is not None and before.value else 1)
        first = i - 1 if before is not None and before.value else i
        self._hide_part(first, i, up / PARTS[part_said], total_at)

    def _hide_ratio(self, i: int) -> None:
        """``one in five of the 15``: a rate of a total that stands behind it is a count."""
        tokens = self.tokens
        of = i + 3 if i + 2 < len(tokens) and tokens[i + 2].low in {"every", "each"} else i + 2
        if of >= len(tokens) or tokens[i + 1].low != "in":
            return
        n, whole = tokens[i].value or 0, tokens[of].value or 0
        total_at = self._total_after(of + 1)
        is_of = total_at is not None and tokens[of + 1].low == "of"
        if 0 < n < whole and total_at is not None and is_of:
            self._hide_part(i, of, n / whole, total_at)

    def _hide_part(self, first: int, last: int, share: float, total_at: int) -> None:
        """Hide the words of a share when it, or what is left of its total, is a small count of people."""
        tokens = self.tokens
        total = tokens[total_at].value or 0
        part = share * total
        if self._is_thing_after(total_at) or not (
            0 < part < self.below - 0.5 or 0 < total - part < self.below - 0.5
        ):
            return
        self.found[-1 - last] = Mask(tokens[first].start, tokens[last].end, "–")
        self.hidden_in.add(tokens[last].sentence)

    def _is_fraction_alone(self, i: int) -> bool:
        """``A third declined``, ``half had a plan``: not ``the third``, ``half an hour``, ``a quarter later``."""
        tokens = self.tokens
        after = tokens[i + 1].low if i + 1 < len(tokens) else ""
        before = tokens[i - 1].low if i else ""
        is_said = after in lexicon()["past"] or after.endswith("ed")
        return is_said and (
            tokens[i].low.startswith(("half", "halves")) or before in {"a", "one", "two", "three"}
        )

    def _counted_before(self, i: int) -> int | None:
        """The last people counted, in the same sentence or the one before."""
        found = [
            n for n in self._near(i) if n < i and n in self.counts
            and self.tokens[i].sentence - self.tokens[n].sentence <= 1
        ]  # fmt: skip
        return found[-1] if found else None
