"""Counts that are all but a few of another near by ("Of 41 women, 38 were seen"), and the last part of a sum (domain F8).

Two counts that differ by a small number tell it, unless they are shown to be apart: of other months, of other groups, the ends of
a range, entries of one list.
"""

from __future__ import annotations

import itertools
import re

from kmassist.privacy.labels import LABEL_ENDS, ROW
from kmassist.privacy.people import NEAR
from kmassist.privacy.phrases import is_done, is_plural, lexicon, singular
from kmassist.privacy.told_shares import ToldShares

_TO = frozenset({"to", "–", "-", "—"})
_WHOLE = frozenset({"total", "all", "overall", "both", "altogether"})
_REST = frozenset({"rest", "others", "remainder", "remaining", "other"})
_YEAR = re.compile(r"(?:19|20)\d\d")
_FAR_BACK = 12
"""Words before a part in which "of these" is looked for."""
_ROWS_FAR = 4
"""Sentences between a count in a cell and the title of its table; a row that ends with a full stop counts twice."""
_LAST = 4
"""Counts before one that it is compared with."""


class Remainders(ToldShares):
    """One text: its masks so far, and the counts that would give a small one by subtraction."""

    def _remainders(self) -> None:
        opening: int | None = None
        seen: list[int] = []
        for i in sorted(self.counts | {i for i in self.numbers if self._is_given_out(i)}):
            if self.counts.isdisjoint({i}) or (self.tokens[i].value or 0) < self.below:
                seen.append(i)
                continue
            if opening is not None and self.tokens[opening].sentence == self.tokens[i].sentence:
                self._compare(i, [opening])  # the others are parts beside it
            elif i not in self.totals:
                near = [at for at in seen[-_LAST:] if self._differ_by_few(i, at)]
                self._compare(i, [at for at in near if not self._are_apart(at, i)])
            if self._opens_clause(i):
                opening = i
            seen.append(i)

    def _compare(self, i: int, others: list[int]) -> None:
        for at in filter(lambda other: self._differ_by_few(i, other), others):
            small, large = sorted((i, at), key=lambda place: self.tokens[place].value or 0)
            whole = self.tokens[large].value or 0
            if small in self.counts and small not in self.wholes:
                self._hide(small, f">{max(whole - self.below, self.below - 1):,}")

    def _differ_by_few(self, i: int, at: int) -> bool:
        return 0 < abs((self.tokens[i].value or 0) - (self.tokens[at].value or 0)) < self.below

    def _is_given_out(self, i: int) -> bool:
        """``30 surveys went out``: things, when whoever answers is counted next without a noun."""
        phrase, _ = self._phrase(i + 1)
        times = lexicon()["times"]
        is_many = (self.tokens[i].value or 0) >= self.below and i not in self.totals
        return is_many and any(is_plural(w) and singular(w) not in times for w in phrase)

    def _opens_clause(self, i: int) -> bool:
        """``Of 41 women, ...``, ``Among the 41 ...``."""
        at = i - 1
        while at > 0 and self.tokens[at].low in {"the", "all", "these", "our"}:
            at -= 1
        if at < 0 or self.tokens[at].low not in {"of", "among", "from", "amongst"}:
            return False
        at -= at > 0 and self.tokens[at - 1].low == "out"
        before = self.tokens[at - 1] if at else None
        is_first = before is None or before.sentence != self.tokens[i].sentence
        return is_first or (before is not None and before.low in set(".;:,(–-"))

    def _are_apart(self, j: int, i: int) -> bool:
        """Whether a count and one before it are no whole and part."""
        before = self.tokens[i - 1].low
        is_said = i + 1 < len(self.tokens) and self.tokens[i + 1].low.isalpha()
        far = _ROWS_FAR if before in {":", "="} and not is_said else 2
        if self.tokens[i].sentence - self.tokens[j].sentence > far:
            return True
        is_range = i - j == 2 and before in _TO | {"and"} and not self._is_set_off(i)
        if is_range or (before == "to" and j and self.tokens[j - 1].low == "from"):
            return True
        if self._is_of_these(j, i) or (is_said and self._is_part_said(i)):
            return False
        if before in {":", "="} and not is_said:  # not "fifty were rung: forty-seven answered"
            return not self._labels_go_together(j, i)
        mine, other = self._times(i), self._times(j)
        if mine and other and mine != other:
            return True
        return self._are_groups(j, i) or (self._is_entry(i) and self._is_entry(j))

    def _are_groups(self, j: int, i: int) -> bool:
        """``41 mothers and 38 fathers``: each with a noun of its own, or the same noun under two descriptions."""
        (head, said), (other, told) = self._noun(i), self._noun(j)
        if j not in self.counts and head:
            return True  # "30 rooms were seen. 28 women"
        if not head or not other:
            return False
        return head != other or bool(said and told and said != told)

    def _noun(self, i: int) -> tuple[str, list[str]]:
        """The plural noun that a number counts, and the words between them."""
        phrase, _ = self._phrase(i + 1)
        at = next((k for k, word in enumerate(phrase) if is_plural(word)), None)
        return ("", []) if at is None else (singular(phrase[at]), phrase[:at])

    def _times(self, i: int) -> set[str]:
        """Months, days and years said with a number, in its own clause."""
        first, last = self._sentence(i)
        while any(n in self.counts for n in range(first, i)):
            first = max(n for n in range(first, i) if n in self.counts) + 1
        after = [n for n in range(i + 1, last) if n in self.counts]
        words = [t.low for t in self.tokens[first : min([last, *after])]]
        dated = lexicon()["dated"]
        return {w for w in words if (w in dated and w != "may") or _YEAR.fullmatch(w)}

    def _is_entry(self, i: int) -> bool:
        """``White 12, Asian 14``: a number behind a word that is no verb, with nothing after it."""
        if not i or (i + 1 < len(self.tokens) and self.tokens[i + 1].low not in set(",;.)|&")):
            return False
        said = [t.low for t in self.tokens[max(0, i - 2) : i] if t.low not in LABEL_ENDS]
        if said[-1:] and said[-1] in {"out", "back", "in", "up", "off"}:
            said.pop()
        word = said[-1] if said else ""
        is_verb = word in lexicon()["past"] | lexicon()["stops"] or word.endswith("ed")
        return word[:1].isalpha() and not is_verb

    def _is_part_said(self, i: int) -> bool:
        """``44 people, of whom 41 women``; ``44 people: 41 women, the rest men``."""
        before = [token.low for token in self.tokens[max(0, i - 2) : i]]
        after = [token.low for token in self.tokens[i + 1 : i + 9]]
        rest = any(a == "the" and b in _REST for a, b in itertools.pairwise(after))
        return before == ["of", "whom"] or rest

    def _is_of_these(self, j: int, i: int) -> bool:
        """``112 were seen. Of these, followed up: 109``."""
        return any(
            self.tokens[at].low == "of"
            and self.tokens[at + 1].low in {"these", "those", "them", "whom"}
            for at in range(max(j + 1, i - _FAR_BACK), i - 1)
        )

    def _labels_go_together(self, j: int, i: int) -> bool:
        """Whole and part under each other or side by side, not one month beside the next."""
        mine, other = self._words_before(i), self._words_before(j)
        months = lexicon()["months"]
        is_whole = bool({*mine, *other} & _WHOLE)
        if mine == other and self._are_stages(j, i):
            return True
        if mine == other or any(w in months or _YEAR.fullmatch(w) for w in (*mine, *other)):
            return is_whole and mine != other
        is_less = (self.tokens[i].value or 0) < (self.tokens[j].value or 0)
        is_next_line = is_less and self.tokens[i].sentence > self.tokens[j].sentence
        shared = {*mine} & {*other} - lexicon()["stops"]
        is_whole_named = is_stage(other) or self._is_of_people(other)
        if is_less and is_stage(mine) and is_whole_named:  # "Invited: 12; Attended: 10"
            return True
        return is_next_line or bool(shared) or is_whole or "n" in {*mine, *other}

    def _are_stages(self, j: int, i: int) -> bool:
        """``Stage: Screened; Number: 50`` above ``Stage: Eligible; Number: 48``: the fewer below are some of those above."""
        is_less = (self.tokens[i].value or 0) < (self.tokens[j].value or 0)
        return is_less and is_stage(self._row_name(j))

    def _row_name(self, i: int) -> list[str]:
        """The words of the first cell of the row that a number stands in."""
        at = i
        while at > max(0, i - ROW) and not self._begins_line(at):
            at -= 1
        words: list[str] = []
        is_value = False
        for token in self.tokens[at:i]:
            if token.low == ";":
                break
            if is_value:
                words.append(token.low)
            is_value = is_value or token.low == ":"
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
            shown = sorted(
                (i for i in parts if i not in hidden and values[i]), key=values.__getitem__
            )
            rest = values[whole] - sum(values[i] for i in parts)
            if shown and not hidden and 0 < rest < self.below and self._is_part_said(max(parts)):
                self._hide(shown[0], "–")  # "20 were White and the rest Asian"
            if len(hidden) == 1 and shown and len(parts) <= NEAR and not rest:
                self._hide(shown[0], "–")


def is_stage(words: list[str]) -> bool:
    """Whether a label says what was done: ``Invited``, ``Were seen``, ``Interpreter used``."""
    said = [w for w in words if w not in lexicon()["stops"]]
    return bool(said) and is_done(said[-1])
