"""What a number of a text is when it is no count: money, hours, dates, ratios, names, parts of other figures; by its form."""

from __future__ import annotations

from kmassist.privacy.phrases import is_thing, lexicon, tokens_of, written

PER = {
    "100": 100,
    "1000": 1000,
    "1,000": 1000,
    "10,000": 10_000,
    "10000": 10_000,
    "100,000": 100_000,
    "thousand": 1000,
    "hundred": 100,
}
PHRASE = 7
"""Words of a noun phrase that are looked at."""
_FIRST_YEAR = 1900
_RATES = frozenset({2, 3, 4, 5, 10})
"""Wholes that people say rates with: ``two in three``, not ``2 in 9``."""
_TIMES = frozenset({"x", "×"})
_GLUE = frozenset({"st", "nd", "rd", "th", "k", "m"})
_SIGNS_BETWEEN = frozenset({"+", "/", "*", "^", "_"})
"""Of one figure or name when something stands on both sides: ``41+0``, ``3/41``; else they mark a note or are set in bold."""
_SHORTHAND = frozenset({7, 12, 52})
"""What days, months and weeks are written over: ``10/7``, ``18/12``."""
_ABOUT = frozenset({"c", "ca", "approx"})


class Figures:
    """One text as tokens. Numbers are places in ``tokens``; ``totals`` gives the total of a share, ``wholes`` are the totals."""

    def __init__(self, text: str, percent_from: int) -> None:
        """``percent_from`` is the smallest total that may carry a percentage."""
        self.text, self.percent_from = text, percent_from
        self.tokens = tokens_of(text)
        self.numbers = [i for i, token in enumerate(self.tokens) if token.value is not None]
        self.totals: dict[int, int] = {}  # number of a share -> number of its total
        self.wholes: set[int] = set()

    def _is_whole(self, i: int) -> bool:
        """Whether a number has no decimals; ``3.0`` in a cell is the count 3, as spreadsheets and databases write it."""
        _, point, decimals = self.tokens[i].text.partition(".")
        is_cell = i > 0 and self.tokens[i - 1].low in {":", "=", "|"}
        return not point or (is_cell and not decimals.strip("0"))

    def _is_broken(self, i: int) -> bool:
        """``two and a half staff``, ``three and a quarter hours``: no whole number of people."""
        words = [token.low for token in self.tokens[i + 1 : i + 4]]
        return words[:2] == ["and", "a"] and words[-1] in {"half", "quarter", "third"}

    def _is_clock(self, i: int) -> bool:
        """``the class ends at 4``, ``open from 10 to 4``, ``at 3 this morning``: an hour, when what is said of it is."""
        if i < 1 or self._phrase(i + 1)[0]:
            return False
        before = self.tokens[i - 1].low
        after = [token.low for token in self.tokens[i + 1 : i + 3]]
        if before == "at" and after[:1] == ["this"] and after[-1] in lexicon()["times_of_day"]:
            return True
        is_span = before in {"to", "–", "-"} and i > 1 and self.tokens[i - 2].value is not None
        is_span = is_span or (i > 2 and before == "and" and self.tokens[i - 3].low == "between")
        if i < 2 or (not is_span and before not in {"at", "until", "till"}):
            return False
        mine = self.tokens[i].sentence
        back = [t.low for t in self.tokens[max(0, i - 4) : i - 1] if t.sentence == mine]
        is_falling = is_span and (self.tokens[i - 2].value or 0) > (self.tokens[i].value or 0) + 2
        if is_falling and "from" not in back and {*back} & lexicon()["opening_times"]:
            return True  # "Monday to Friday, 9 to 4"
        verbs = back if is_span else back[-1:]
        return any(
            v.removesuffix(end) in lexicon()["hours"]
            for v in verbs
            for end in ("", "s", "es", "ed")
        )

    def _is_repeated(self, i: int) -> bool:
        """``one by one``, ``one after another``: the same word on both sides of a preposition."""
        for mark, other in ((i + 1, i + 2), (i - 1, i - 2)):
            same = {self.tokens[i].low, "another"}
            if 0 <= other < len(self.tokens) and self.tokens[other].low in same:
                return self.tokens[i].kind == "word" and self.tokens[mark].low in {
                    "by", "to", "on", "after", "for", "at"
                }  # fmt: skip
        return False

    def _is_hour(self, at: int) -> bool:
        """Whether ``in the morning`` or the like begins there: ``two in the morning``."""
        words = [token.low for token in self.tokens[at : at + 3]]
        return len(words) == 3 and words[1] == "the" and words[2] in lexicon()["times_of_day"]

    def _phrase(self, at: int) -> tuple[list[str], int]:
        """Words of the noun phrase that begins there, in lower case, and where it ends."""
        found: list[str] = []
        stops = lexicon()["stops"]
        while at < len(self.tokens) and len(found) < PHRASE:
            token = self.tokens[at]
            if not found and token.low in {"most", "least", "more"}:
                at += 1  # "the three most common reasons", "one more room"
                continue
            if (
                token.kind not in {"word", "code"}
                or token.low in stops
                or token.value is not None
                or self._begins_line(at)
            ):
                following = self.tokens[at + 1] if at + 1 < len(self.tokens) else token
                if (
                    token.low in {"-", "‑"}
                    and not found
                    and following.kind == "word"
                    and following.start == token.end
                ):
                    at += 1  # "3-bed unit"
                    continue
                break
            found.append(written(token))
            at += 1
        return found, at

    def _own_phrase(self, at: int) -> tuple[list[str], int]:
        """The same without a label that names the figure behind it: ``1 NND day 2`` counts no days."""
        phrase, end = self._phrase(at)
        is_named = end < len(self.tokens) and self.tokens[end].kind == "number"
        if is_named and len(phrase) > 1 and phrase[-1] in lexicon()["labels"]:
            return phrase[:-1], end - 1
        return phrase, end

    def _begins_line(self, at: int) -> bool:
        return (
            0 < at < len(self.tokens)
            and "\n" in self.text[self.tokens[at - 1].end : self.tokens[at].start]
        )

    def _is_percent(self, i: int) -> bool:
        after = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        if after is None:
            return False
        return after.low in {"%", "percent", "pc"} or (
            after.low == "per"
            and i + 2 < len(self.tokens)
            and self.tokens[i + 2].low in {"cent", *PER}
        )

    def _is_part_of_figure(self, i: int) -> bool:
        """Money, times, dates, ratios, list numbers, ``41+0``, ``3rd``."""
        tokens, token = self.tokens, self.tokens[i]
        before = tokens[i - 1] if i else None
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        is_money = before is not None and before.low in {"£", "$", "€", "#"}
        if is_money or (before is not None and before.end == token.start and self._is_tail(i)):
            return True
        if after is None:
            return False
        following = tokens[i + 2] if i + 2 < len(tokens) else None
        is_glued = after.start == token.end
        begins = i == 0 or self._begins_line(i)
        return (
            (is_glued and (after.text in _GLUE or after.kind == "code" or self._is_joined(i + 1)))
            or (is_glued and after.low == ":" and following is not None and following.value is not None
                and following.start == after.end)
            or (is_glued and begins and after.low in {".", ")"} and following is not None
                and not self._begins_line(i + 2))
            or (after.low == "to" and token.value == 1 and following is not None
                and following.value == 1)
            or self._is_one_to_one(i)
            or (after.low in _TIMES and self._is_dimension(i + 2))
            or (i > 1 and tokens[i - 1].low in _TIMES and tokens[i - 2].value is not None)
            or self._is_date(i)
        )  # fmt: skip

    def _is_dimension(self, at: int) -> bool:
        """Whether ``4 x 10``, ``2 x 3 m``, ``2x a day`` or ``2x pump`` goes on there: not ``2x PPH``, ``4 x 3rd degree tears``."""
        if at < len(self.tokens) and self.tokens[at].value is not None:
            return not self._is_ordinal(at)
        phrase, _ = self._own_phrase(at)
        if phrase:
            return is_thing(phrase, 1) or is_thing(phrase, 2)
        return at < len(self.tokens) and self.tokens[at].low in {"a", "per", "as", "the"}

    def _is_ordinal(self, at: int) -> bool:
        words = self.tokens[at : at + 2]
        return (
            len(words) == 2
            and words[1].low in {"st", "nd", "rd", "th"}
            and words[0].end == words[1].start
        )

    def _is_one_to_one(self, i: int) -> bool:
        """The second number of ``1 to 1 care``."""
        pair = self.tokens[max(0, i - 2) : i + 1]
        return len(pair) == 3 and pair[1].low == "to" and pair[0].value == pair[2].value == 1

    def _is_joined(self, at: int) -> bool:
        """Whether a sign joins what stands on both sides of it: ``41+0``; not ``3+ women``, ``3*``, ``**3** women``."""
        around = self.tokens[max(0, at - 1) : at + 2]
        return (
            self.tokens[at].low in _SIGNS_BETWEEN
            and len(around) == 3
            and around[0].end == around[1].start
            and around[1].end == around[2].start
            and "mark" not in {around[0].kind, around[2].kind}
            and not self._is_slash_of_counts(at)
        )

    def _is_slash_of_counts(self, at: int) -> bool:
        """``12/4/1``, ``2/1``: several counts side by side; not ``12/4/2025``, ``24/7``, ``3/41`` (a share or weeks and days)."""
        if self.tokens[at].low != "/":
            return False
        first, last = at - 1, at + 1
        while self._goes_on(first - 1):
            first -= 2
        while self._goes_on(last + 1):
            last += 2
        members = self.tokens[max(first, 0) : last + 1 : 2]
        if any(m.kind != "number" or not m.text.isdecimal() for m in members):
            return False
        if len(members) > 2:
            return len(members) > 3 or len(members[-1].text) not in {2, 4}
        n, other = (int(m.text) for m in members)
        return _FIRST_YEAR > n > other and other not in _SHORTHAND

    def _goes_on(self, at: int) -> bool:
        """Whether a stroke stands there with a figure glued to both its sides."""
        around = self.tokens[max(0, at - 1) : at + 2]
        return (
            len(around) == 3
            and around[1].low == "/"
            and {around[0].kind, around[2].kind} == {"number"}
            and around[0].end == around[1].start
            and around[1].end == around[2].start
        )

    def _is_tail(self, i: int) -> bool:
        """What is glued to the end of another figure: ``03/04``, ``10:30``, ``2-3``."""
        tokens = self.tokens
        mark = tokens[i - 1]
        first = tokens[i - 2] if i > 1 else None
        if mark.low == "." and (first is None or first.low not in _ABOUT):
            return True
        if self._is_slash_of_counts(i - 1):
            return False
        if mark.low == "/" or self._is_joined(i - 1):
            return True
        if first is None or first.value is None or first.end != mark.start:
            return False
        if mark.low == ":":
            return True
        phrase, _ = self._phrase(i + 1)
        is_other = self._is_date(i) or is_thing(phrase, 2) or (first.value or 0) >= _FIRST_YEAR
        return mark.low in {"-", "–"} and is_other

    def _is_set_off(self, i: int) -> bool:
        """``BMI over 50 – 4``: a dash with room on both sides before a smaller number joins no range."""
        first, mark, token = self.tokens[i - 2 : i + 1]
        is_apart = first.end < mark.start and mark.end < token.start
        return mark.low in {"-", "–", "—"} and is_apart and (first.value or 0) > (token.value or 0)

    def _is_ratio(self, i: int) -> bool:
        """``one call in six``: neither number is a count."""
        tokens = self.tokens
        if i in self.totals or i in self.wholes:
            return False
        if self._is_few_in_few(i):
            return True
        if tokens[i].value == 1:
            _, end = self._phrase(i + 1)
            words = [token.low for token in tokens[end : end + 3]]
            is_many = len(words) == 3 and words[1] in {"a", "every", "each"} and words[2] in PER
            if is_many and words[0] == "in":
                return True  # "one woman in a hundred"
            return (
                end + 1 < len(tokens)
                and tokens[end].low == "in"
                and tokens[end + 1].value is not None
                and not 1900 <= (tokens[end + 1].value or 0) <= 2100
            )
        if i > 1 and tokens[i - 1].low == "in":
            near = tokens[max(0, i - 5) : i - 1]
            return any(t.value == 1 and t.sentence == tokens[i].sentence for t in near)
        return False

    def _is_few_in_few(self, i: int) -> bool:
        """Either number of ``two in three refuse``: with nothing between them, and ten at most, they are a rate."""
        for first in (i, i - 2):
            pair = self.tokens[first : first + 3] if first >= 0 else []
            if len(pair) == 3 and pair[1].low == "in":
                n, of = pair[0].value, pair[2].value
                is_rate = n is not None and of is not None and 0 < n < of and of in _RATES
                if is_rate and not is_thing(self._phrase(first + 3)[0], 2):
                    return True
        return False

    def _is_reference(self, i: int) -> bool:
        """Whether it stands in square brackets with nothing but numbers."""
        for step in (-1, 1):
            at, mark = i + step, "[" if step < 0 else "]"
            while (
                0 <= at < len(self.tokens)
                and abs(at - i) < 12
                and (self.tokens[at].kind == "number" or self.tokens[at].low in {",", "-", "–"})
            ):
                at += step
            if not 0 <= at < len(self.tokens) or self.tokens[at].low != mark:
                return False
        return True

    def _is_date(self, i: int) -> bool:
        words = self.tokens[i + 1 : i + 4]
        if (
            words
            and words[0].low in {"of", "to", "and", "–", "-"}
            and len(words) > 2
            and words[1].value is not None
        ):
            return words[2].low in lexicon()["months"]
        return self._is_month(i + 1) and not self._is_in_months(i)

    def _is_month(self, at: int) -> bool:
        words = self.tokens[at : at + 1]
        return bool(words) and words[0].low in lexicon()["months"] and words[0].text[:1].isupper()

    def _is_in_months(self, i: int) -> bool:
        """``Jan 3 Feb 2``: what stands behind one month is no day of the next."""
        return i > 0 and self.tokens[i - 1].low in lexicon()["months"]
