"""Which numbers of a text count people, and which are whose total: by phrase, label, unit and form; in doubt they do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from kmassist.privacy.figures import PHRASE
from kmassist.privacy.labels import DETERMINERS, LABEL_ENDS, ROW
from kmassist.privacy.phrases import is_joined_thing, is_plural, is_thing, lexicon, singular, things
from kmassist.privacy.unsaid import PERSONAL, Unsaid

ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7
}  # fmt: skip
_RANGE = frozenset({"to", "and", "or", "-", "–", "—"})
_ABBREVIATED = frozenset({"p", "pp", "fig", "vol", "v"})
_ROUNDED = 0.006
"""How far a share in whole per cent may lie from the one it was rounded from."""
_LARGEST = 1_000_000
_ROUND = 25
"""Largest number, noughts at its end left out, that people say a rate with: ``1 in 250``."""
NEAR = 16
"""Numbers on each side that a percentage, an interval or a bare count is compared with."""
_SIGNS = frozenset("[±+")
_BEST_MARK = 10
_ABOUT = frozenset({"about", "of", "over"})
_JOINS = frozenset("( out of the all these our from among / in a total those possible".split())  # noqa: SIM905


class PeopleCounts(Unsaid):
    """One text: its tokens, its shares, and whether a number counts people. Numbers are places in ``tokens``."""

    def _shares(self) -> None:
        """``n of N``, ``n out of the N``, ``n/N``, ``n (of N)``, ``N ... (n)``: which number is whose total."""
        tokens = self.tokens
        for i in self.numbers:
            at = i + 1
            joined: list[str] = []
            phrase, end = self._phrase(at)
            if phrase and all(
                w in lexicon()["people"] or singular(w) in lexicon()["people"] for w in phrase[-1:]
            ):
                following = tokens[end].low if end < len(tokens) else ""
                at = end if following in {"of", "out"} else at  # "38 women of 41"
            while at < len(tokens) and len(joined) < 5 and tokens[at].low in _JOINS:
                joined.append(tokens[at].low)
                at += 1
            if not joined or at >= len(tokens) or tokens[at].value is None:
                continue
            n, total = tokens[i].value or 0, tokens[at].value or 0
            if joined[-1] == "/" and not self._is_written_share(i, at, n, total):
                continue
            is_ratio = joined[0] == "in" and "of" not in joined and "total" not in joined
            is_round = total % 5 == 0 and int(str(total).rstrip("0") or 0) <= _ROUND
            if is_ratio and (is_round or total <= 12 or n != 1):
                continue  # "one in five", "3 in 2026"; not "1 in 2,140 births"
            if n <= total and not self._is_percent(at) and self._is_whole(at) and self._is_whole(i):
                self.totals[i] = at
                self.wholes.add(at)
        self._shares_behind()

    def _shares_behind(self) -> None:
        """``95% of 60 women (57)``, ``92% of 26 fathers stayed (24)``: the number in brackets is the share's count."""
        tokens = self.tokens
        for i in self.numbers:
            is_in_words = self._is_percent(i) and tokens[i + 1].low == "per"  # "per cent"
            whole = self._total_after(i + 2 + is_in_words) if self._is_percent(i) else None
            if whole is None:
                continue
            total, share = tokens[whole].value or 0, (tokens[i].value or 0) / 100
            for at in self._in_brackets(whole):
                is_said = at - whole < PHRASE and (tokens[at].value or 0) <= total
                if is_said or abs(share * total - (tokens[at].value or 0)) <= _ROUNDED * total:
                    self.totals[at] = whole
                    self.wholes.add(whole)
                    break

    def _in_brackets(self, whole: int) -> Iterator[int]:
        """Numbers alone in brackets behind a total, in its sentence."""
        tokens = self.tokens
        for at in range(whole + 2, min(whole + ROW, len(tokens) - 1)):
            if tokens[at].sentence != tokens[whole].sentence:
                return
            is_alone = tokens[at - 1].low == "(" and tokens[at + 1].low == ")"
            if is_alone and tokens[at].value is not None:
                yield at

    def _is_written_share(self, i: int, at: int, n: int, total: int) -> bool:
        tokens = self.tokens
        around = (
            tokens[i - 1].low if i else "",
            tokens[at + 1].low if at + 1 < len(tokens) else "",
        )
        is_year = 1900 <= total <= 2100 and not self._phrase(at + 1)[0]
        if "/" in around or is_year or n > total:
            return False
        return total >= self.percent_from or not is_thing(self._phrase(at + 1)[0], total)

    def _counts_people(self, i: int) -> bool:
        """Whether a whole number counts people: it does unless its form, label, unit or noun shows that it counts something else."""
        token = self.tokens[i]
        if token.value is None or not self._is_whole(i) or token.value > _LARGEST:
            return False
        is_other = self._is_mark(i) or (i not in self.totals and self._is_other_figure(i))
        is_other = is_other or self._is_named_by_label(i) or self._is_named_subject(i)
        if is_other or self._is_rule(i):
            return False
        if i in self.totals:
            return self._counts_people(self.totals[i])
        phrase, end = self._phrase(i + 1)
        return self._phrase_counts(i, phrase, end) if phrase else self._bare_counts(i, end)

    def _phrase_counts(self, i: int, phrase: Sequence[str], end: int) -> bool:
        """The same of a number with words of its own."""
        token = self.tokens[i]
        # "1 PPH theatre": the last noun need not be the head. F and M are no metres.
        is_shorthand = token.text == "1" and phrase[0].isupper()
        if is_shorthand or self.tokens[i + 1].text in {"F", "M"}:
            return True
        is_unsaid = len(phrase) == 2 and phrase[0] in ORDINALS and phrase[1] in lexicon()["labels"]
        if is_unsaid:  # "71 second degree and 4 third degree"
            return token.low != "one"
        if self.tokens[i + 1].text in {"-", "‑"}:  # "a two-page form"
            return not is_joined_thing(phrase[0])
        is_month = phrase[0] in lexicon()["months"] and not self._is_in_months(i)
        is_other = is_month or phrase[0] == "hourly"
        if is_other or (token.low == "one" and self._stands_in(i, phrase)):
            return False
        if self._is_graded(phrase, end):
            following, _ = self._phrase(end + 1)
            return phrase[-1] in {"category", "cat"} or not is_thing(following, token.value or 0)
        phrase, end = self._own_phrase(i + 1)
        if i and self.tokens[i - 1].low in {"a", "an"} and token.low != "one":
            phrase = phrase[:1]  # "a 2 week wait"
        held = singular(phrase[-1]) if self._reads(end, "of") else ""
        if held in {"pair", "set"}:
            phrase, _ = self._phrase(end + 1)  # "two sets of twins"
        files = lexicon()["files_of_one"] if held == "set" else frozenset()
        value = 2 if held == "pair" else token.value or 0  # "one pair of scissors"
        is_of_one = not files.isdisjoint(
            map(singular, phrase)
        )  # "two sets of notes": of two people
        is_told = self._tells_of_somebody(phrase, end) or self._holds_somebody(i, phrase, end)
        return is_of_one or not is_thing(phrase, value) or is_told

    def _tells_of_somebody(self, phrase: Sequence[str], end: int) -> bool:
        """``four concerns about domestic abuse``, ``two reports of violence``: what is said of them is no thing, so it befell people."""
        told = lexicon()["told_of_somebody"]
        if not phrase or singular(phrase[-1]) not in told or end + 1 >= len(self.tokens):
            return False
        topic, _ = self._phrase(end + 1)
        is_topic = self.tokens[end].low in _ABOUT and bool(topic)
        return is_topic and not is_thing(topic, 1) and not is_thing(topic, 2)

    def _holds_somebody(self, i: int, phrase: Sequence[str], end: int) -> bool:
        """``3 beds were filled by women``, ``two letters were from fathers``: things of one person each, told of people."""
        known = lexicon()
        if not {*map(singular, phrase)} & (known["of_one_person"] | known["files_of_one"]):
            return False
        _, last = self._sentence(i)
        end -= len(phrase) - next((k + 1 for k, word in enumerate(phrase) if is_plural(word)), 1)
        is_said = any(
            (self._is_of(at, "people") and not self._is_of(at, "roles"))
            or self.tokens[at].low in PERSONAL
            for at in range(end, last)
        )
        return is_said and self._tells_what_happened(i)

    @staticmethod
    def _is_of_people(phrase: list[str]) -> bool:
        return any({w, singular(w)} & lexicon()["people"] for w in phrase)

    def _is_graded(self, phrase: Sequence[str], end: int) -> bool:
        """Whether a grade stands before the noun: ``3 band 6 midwives``, ``two category 1 sections``."""
        is_number = end < len(self.tokens) and self.tokens[end].kind == "number"
        return is_number and phrase[-1] in lexicon()["labels"] and bool(self._phrase(end + 1)[0])

    def _is_other_figure(self, i: int) -> bool:
        tokens = self.tokens
        is_abbreviated = (
            i > 1
            and tokens[i - 1].low == "."
            and (tokens[i - 2].low in _ABBREVIATED or self._is_in_row(i))
        )
        is_part = i not in self.wholes and self._is_part_of_figure(i)
        is_part = is_part and not self._is_ratio_of_people(i)
        return (
            is_abbreviated
            or is_part
            or self._is_broken(i)
            or self._is_clock(i)
            or self._is_in_iso_date(i)
            or self._is_repeated(i)
            or self._is_percent(i)
            or self._is_reference(i)
            or self._is_ratio(i)
            or self._is_unit_left_out(i)
        )

    def _is_in_iso_date(self, i: int) -> bool:
        """The month or the day of ``2025-04-03``."""
        texts = [token.text for token in self.tokens[max(0, i - 4) : i + 3]]
        at = min(i, 4)
        shapes = (texts[at - 2 :], texts[at - 4 :] if at == 4 else [])
        return any(
            [part.isdecimal() and len(part) for part in shape[:5:2]] == [4, 2, 2]
            and shape[1:4:2] == ["-", "-"]
            for shape in shapes
        )

    def _is_in_row(self, i: int) -> bool:
        """``Report no. 3``: not ``They said no. 3 women``."""
        is_said = i > 2 and self.tokens[i - 2].text == "no" and self.tokens[i - 3].low in things()
        following = self.tokens[i + 1].low if i + 1 < len(self.tokens) else "."
        return is_said and not self._phrase(i + 1)[0] and not following.isalpha()

    def _is_unit_left_out(self, i: int) -> bool:
        """The second number of ``from four hours to two``, ``one dose or two``: what is left out is the noun of the first."""
        before = self.tokens[i - 1].low
        if before not in {"to", "or"} or self._phrase(i + 1)[0]:
            return False
        from_at = next(
            (
                n
                for n in reversed(self._before(i))
                if before == "or" or self.tokens[n - 1].low == "from"
            ),
            i,
        )
        phrase, end = self._phrase(from_at + 1)
        return end == i - 1 and is_thing(phrase, self.tokens[from_at].value or 0)

    def _stands_in(self, i: int, phrase: Sequence[str] = ()) -> bool:
        """``no one``, ``the live one``, ``one can``, ``had one been open``: it names or replaces, and counts nobody."""
        before = [token.low for token in self.tokens[max(0, i - 2) : i]]
        after = self.tokens[i + 1].low if i + 1 < len(self.tokens) else ""
        known, last = lexicon(), before[-1] if before else ""
        if {w for word in phrase for w in (word, singular(word))} & known["people"]:
            return last == "not"  # "this one woman"
        if before in (["only", "the"], ["just", "the"]):
            return after in {"who", "that", "which", "of", "in", "to"}
        is_adjective = last not in known["stops"] | known["people"] and last.isalpha()
        is_named = len(before) == 2 and before[0] in {"the", "another"} and is_adjective
        is_anybody = after in known["anybody"] and not self._is_further(i)
        is_to_other = self._reads(i + 1 + len(phrase), "to", "another")
        # "women who need one": each of them, and never a count of those who do
        is_each = is_adjective and before[0] == "who" and not phrase and not after.isalpha()
        is_had = last == "had" and (before[0] == "had" or after == "been")
        return (
            (last in known["pointing"] and before != ["of", "which"])
            or is_named
            or is_each
            or is_had
            or last == "into"  # "combined into one"
            or is_to_other
            or (is_anybody and not phrase)
        )

    def _bare_counts(self, i: int, end: int) -> bool:
        """A number without a noun of its own: a range, a label's value, ``2 of them``, ``3 were``."""
        tokens, token = self.tokens, self.tokens[i]
        after = tokens[end].low if end < len(tokens) else ""
        before = tokens[i - 1].low if i else ""
        is_second = i > 1 and before in _RANGE and tokens[i - 2].value is not None
        is_second = is_second and not self._is_set_off(i)
        if after in _RANGE and (known := self._range_counts(end)) is not None:
            return known
        if self._is_size(i) or (is_second and self._is_size(i - 2)):
            return False
        if after == "of" and (known := self._part_counts(i, end + 1)) is not None:
            return known
        is_other = (after == "in" and self._is_hour(end)) or self._is_left_out(i)
        is_other = is_other or (token.low == "one" and self._stands_in(i))
        is_signed = before in _SIGNS and after in {"", "]"} and not self._is_number(i - 2)
        return not (is_other or is_signed)

    def _is_size(self, i: int) -> bool:
        """Whether a measure is said before it, or its label is one."""
        before = self.tokens[i - 1].low if i else ""
        is_said = self._is_measured(i) and not self._is_listed(i)
        is_named = before in LABEL_ENDS and self._label_is_measure(i)
        return is_said or (is_named and not (before == "(" and self._is_listed_in_brackets(i)))

    def _is_listed_in_brackets(self, i: int) -> bool:
        """``cost (3), fear (4)``: of numbers in brackets one is behind what is no measure, so all are counts."""
        first, last = self._sentence(i)
        behind = [
            at
            for at in range(first + 1, last)
            if self.tokens[at - 1].low == "(" and self._is_number(at)
        ]
        return any(not self._label_is_measure(at) for at in behind[:NEAR])

    def _is_mark(self, i: int) -> bool:
        """Either number of ``scored 2 out of 5``: a mark, and no share of anybody."""
        n = next((n for n in range(i, max(-1, i - PHRASE), -1) if self.totals.get(n) == i), i)
        total = self.tokens[self.totals.get(n, n)].value or 0
        back = [token.low for token in self.tokens[max(0, n - 3) : n]]
        back = back[:-1] if back[-1:] and back[-1] in {"was", "is", "of", "at", "as"} else back
        return (
            n in self.totals
            and total <= _BEST_MARK
            and back[-1:] != []
            and back[-1] in lexicon()["scales"]
        )

    def _is_left_out(self, i: int) -> bool:
        """Whether what it leaves out, as the sentence is built, was said before and is no person."""
        if i in self.totals or i in self.wholes:
            return False
        last = self._before(i)[-1:]
        is_alike = any(
            self._is_built_alike(i, at)
            and (self._things_of(at) or self._is_rule(at) or self._is_size(at))
            for at in last
        )
        return is_alike or self._takes_things(i)

    def _is_further(self, i: int) -> bool:
        """``two were trained abroad and one is on probation``: people were counted before in the sentence."""
        if not i or self.tokens[i - 1].low not in {"and", ",", ";"}:
            return False
        first, _ = self._sentence(i)
        return any(n >= first and self._head(n) is not None for n in self._before(i))

    def _before(self, i: int) -> list[int]:
        at = bisect_left(self.numbers, i)
        return self.numbers[max(0, at - NEAR) : at]

    def _range_counts(self, at: int) -> bool | None:
        """``2 to 4 women``, ``3 or more visits``: what the other end counts; None when there is none."""
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if following is not None and following.value is not None and self._is_whole(at + 1):
            return self._counts_people(at + 1)
        if following is not None and following.low in {"more", "fewer", "less", "above", "over"}:
            phrase, _ = self._phrase(at + 2)
            is_size = self._is_score(at - 1) or self._is_size(at - 1)  # "Parity: 4 or more"
            return not (is_thing(phrase, 2) if phrase else is_size)
        return None

    def _part_counts(self, i: int, at: int) -> bool | None:
        """``2 of the women``, ``one of them``; None where it does not say whose part."""
        tokens = self.tokens
        while at < len(tokens) and tokens[at].low in DETERMINERS:
            at += 1
        phrase, _ = self._phrase(at)
        if phrase:
            return phrase[-1] in lexicon()["collectives"] or not is_thing(phrase, 2)
        is_said = at < len(tokens) and tokens[at].low in {"them", "us", "whom"}
        return True if is_said or tokens[i].low != "one" else None

    # -- what gives a count away -----------------------------------------------------------------------------------

    def _total_after(self, at: int) -> int | None:
        tokens = self.tokens
        if at >= len(tokens) or tokens[at].low not in {"of", "in", "among", "from"}:
            return None
        for look in range(at + 1, min(at + 5, len(tokens))):
            is_whole = tokens[look].value is not None and self._is_whole(look)
            if is_whole and not self._is_percent(look):
                return look
            if tokens[look].low not in DETERMINERS | {"group", "of"}:
                return None
        return None

    def _is_thing_after(self, i: int) -> bool:
        phrase, _ = self._phrase(i + 1)
        return bool(phrase) and is_thing(phrase, self.tokens[i].value or 2)
