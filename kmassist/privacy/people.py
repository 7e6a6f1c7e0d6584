"""Which numbers of a text count people, and which are whose total: by phrase, label, unit and form; in doubt they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmassist.privacy.figures import PHRASE
from kmassist.privacy.labels import DETERMINERS, LABEL_ENDS, ROW, Labels
from kmassist.privacy.phrases import is_plural, is_thing, lexicon, singular

ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7
}  # fmt: skip
_RANGE = frozenset({"to", "and", "or", "-", "–", "—"})
_ABBREVIATED = frozenset({"p", "pp", "fig", "vol", "v"})
_ROUNDED = 0.006
"""How far a share in whole per cent may lie from the one it was rounded from."""
_LARGEST = 1_000_000
_SIGNS = frozenset("[±+~")
_JOINS = frozenset("( out of the all these our from among / in a total those possible".split())  # noqa: SIM905


class PeopleCounts(Labels):
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
            if is_ratio and (total % 5 == 0 or total <= 12 or n != 1):
                continue  # "one in five", "3 in 2026"
            if (
                n <= total
                and not self._is_percent(at)
                and "." not in tokens[at].text
                and "." not in tokens[i].text
            ):
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
        if "/" in around or 1900 <= total <= 2100 or n > total:
            return False
        return total >= self.percent_from or not is_thing(self._phrase(at + 1)[0], total)

    def _counts_people(self, i: int) -> bool:
        """Whether a whole number counts people, as far as its phrase, label and unit tell; in doubt it does."""
        token = self.tokens[i]
        if token.value is None or "." in token.text or token.value > _LARGEST:
            return False
        is_other = i not in self.totals and self._is_other_figure(i)
        if is_other or self._is_named_by_label(i) or self._is_arranged(i):
            return False
        if i in self.totals:
            return self._counts_people(self.totals[i])
        phrase, end = self._phrase(i + 1)
        return self._phrase_counts(i, phrase, end) if phrase else self._bare_counts(i, end)

    def _phrase_counts(self, i: int, phrase: Sequence[str], end: int) -> bool:
        """The same of a number with words of its own."""
        token = self.tokens[i]
        if self.tokens[i + 1].text in {"F", "M"}:  # not metres
            return True
        is_unsaid = len(phrase) == 2 and phrase[0] in ORDINALS and phrase[1] in lexicon()["labels"]
        if is_unsaid or self._is_history(i, phrase) or self._is_for_each(i, phrase):
            return is_unsaid and token.low != "one"  # "71 second degree and 4 third degree"
        if self._is_graded(phrase, end):
            is_urgency = phrase[-1] in {"category", "cat"}  # of a caesarean section
            return is_urgency or not is_thing(self._phrase(end + 1)[0], token.value or 0)
        if i and self.tokens[i - 1].low in {"a", "an"} and token.low != "one":
            return not is_thing(phrase[:1], token.value or 0)  # "a 2 week wait"
        if token.low == "one":
            return not self._is_per_many(end) and self._one_counts(i, phrase)
        is_other = phrase[0] in lexicon()["months"] or self._is_per_many(end)
        if not any(is_plural(word) or word in lexicon()["people"] for word in phrase):
            is_other = is_other or self._are_things_before(i)
        return not (is_other or is_thing(phrase, token.value or 0))

    def _is_history(self, i: int, phrase: Sequence[str]) -> bool:
        """``a woman with two previous caesareans``, ``after one previous caesarean``: what somebody has had, and no loss."""
        known = lexicon()["people"]
        words = [token.low for token in self.tokens[max(0, i - 2) : i]]
        has_person = len(words) == 2 and {words[0], singular(words[0])} & known
        is_had = words[-1:] == ["after"] or (bool(has_person) and words[-1] == "with")
        is_person = any({word, singular(word)} & known for word in phrase)
        return is_had and phrase[0] in lexicon()["before_now"] and not is_person

    def _is_for_each(self, i: int, phrase: Sequence[str]) -> bool:
        """``Each woman gets two phone calls``: what one person has; ``four hourly`` is how often."""
        if phrase[0] == "hourly":
            return True
        if not i or not self.tokens[i - 1].low.endswith("s"):  # no verb: "every partner bar one"
            return False
        first, _ = self._sentence(i)
        known = lexicon()["people"]
        opening = [token.low for token in self.tokens[first : first + 3]]
        is_each = opening[0] in {"each", "every"} and first + 2 < i and opening[1] in known
        has_things = any(is_plural(word) for word in phrase)
        return is_each and has_things and not any({w, singular(w)} & known for w in phrase)

    def _is_graded(self, phrase: Sequence[str], end: int) -> bool:
        """Whether a grade stands before the noun: ``3 band 6 midwives``, ``two category 1 sections``."""
        is_number = end < len(self.tokens) and self.tokens[end].kind == "number"
        return is_number and phrase[-1] in lexicon()["labels"] and bool(self._phrase(end + 1)[0])

    def _is_other_figure(self, i: int) -> bool:
        tokens = self.tokens
        is_abbreviated = i > 1 and tokens[i - 1].low == "." and tokens[i - 2].low in _ABBREVIATED
        is_part = i not in self.wholes and self._is_part_of_figure(i)
        is_part = is_part and not self._is_labelled_range(i)
        return (
            is_abbreviated
            or is_part
            or self._is_broken(i)
            or self._is_every(i)
            or self._is_clock(i)
            or self._is_repeated(i)
            or self._is_percent(i)
            or self._is_reference(i)
            or self._is_name(i)
            or self._is_ratio(i)
        )

    def _is_labelled_range(self, i: int) -> bool:
        """The second number of ``Deaths: 1-2``."""
        back = [token.low for token in self.tokens[max(0, i - 4) : i]]
        is_range = len(back) == 4 and back[3] in {"-", "–"} and back[1] in {":", "="}
        return (
            is_range
            and self.tokens[i - 2].value is not None
            and self.tokens[i - 4].value is None
            and not self._phrase(i + 1)[0]
            and not self._label_is_measure(i - 2)
        )

    def _are_things_before(self, i: int) -> bool:
        """Parts of what was counted just before, when that is a thing: ``I tracked twenty letters: nine had been read``, ``Of
        the four options, two were costed``.
        """
        sentence = self.tokens[i].sentence
        at = i - 1
        while at > 0 and i - at < 40 and self.tokens[at].sentence == sentence:
            mark = self.tokens[at].low
            is_shared_out = at == i - 1 and self._is_shared_out(i)
            if mark == ":" or (mark == "," and (is_shared_out or self._opens_of(at))):
                break
            at -= 1
        if at <= 0 or self.tokens[at].sentence != sentence or self.tokens[at].low not in ":,":
            return False
        for whole in range(at - 1, max(-1, at - 14), -1):
            token = self.tokens[whole]
            if token.sentence != self.tokens[i].sentence:
                return False
            if token.value is not None and "." not in token.text:
                phrase, _ = self._phrase(whole + 1)
                return (
                    bool(phrase)
                    and token.value >= (self.tokens[i].value or 0)
                    and is_thing(phrase, token.value)
                    and not {singular(word) for word in phrase} & lexicon()["times"]
                )
        return False

    def _is_other_choice(self, i: int) -> bool:
        """``one dose or two``: the noun was said before ``or``."""
        for first in range(max(0, i - 5), i - 2):
            if self.tokens[first].value is not None and self.tokens[i - 1].low == "or":
                phrase, end = self._phrase(first + 1)
                return end == i - 1 and is_thing(phrase, self.tokens[i].value or 0)
        return False

    def _is_shared_out(self, i: int) -> bool:
        """``Two pilots were run, one in each borough``."""
        words = [token.low for token in self.tokens[i + 1 : i + 3]]
        return words[:1] in (["in"], ["at"], ["for"], ["on"]) and words[1:] in (["each"], ["every"])

    def _opens_of(self, comma: int) -> bool:
        """Whether the words before a comma are ``Of the four options`` and begin the sentence."""
        first = comma
        while first > 0 and self.tokens[first - 1].sentence == self.tokens[comma].sentence:
            first -= 1
            if comma - first > 8:
                return False
        return self.tokens[first].low == "of"

    def _one_counts(self, i: int, phrase: Sequence[str]) -> bool:
        before = self.tokens[i - 1].low if i else ""
        if self._is_only_the_one(i):
            return not is_thing(phrase, 1)
        is_person = any(
            w in lexicon()["people"] or singular(w) in lexicon()["people"] for w in phrase
        )
        if before == "not" or (before in lexicon()["pointing"] and not is_person):
            return False  # "not one woman" is none
        if not is_person and self._is_pronoun(i):
            return False
        return not is_thing(phrase, 1)

    def _is_only_the_one(self, i: int) -> bool:
        """``only the one came``."""
        words = [token.low for token in self.tokens[max(0, i - 2) : i + 1]]
        return words[1:] == ["the", "one"] and words[0] in {"only", "just"}

    def _is_pronoun(self, i: int) -> bool:
        """``the live one``, ``12% had had one sent``, ``had one been open``: it stands for a noun said before."""
        before = [token.low for token in self.tokens[max(0, i - 2) : i]]
        after = self.tokens[i + 1].low if i + 1 < len(self.tokens) else ""
        if len(before) < 2:
            return False
        is_named = before[0] in {"the", "another"} and before[1].isalpha()
        is_plain = before[1] not in lexicon()["stops"] and before[1] not in lexicon()["people"]
        return (
            (is_named and is_plain)
            or before == ["had", "had"]
            or (before[1] == "had" and after == "been")
        )

    def _bare_counts(self, i: int, end: int) -> bool:
        """A number without a noun of its own: a range, a label's value, ``2 of them``, ``3 were``."""
        tokens, token = self.tokens, self.tokens[i]
        after = tokens[end].low if end < len(tokens) else ""
        before = tokens[i - 1].low if i else ""
        is_second = i > 1 and before in _RANGE and tokens[i - 2].value is not None
        is_second = is_second and not self._is_set_off(i)
        is_range = after in _RANGE and end + 1 < len(tokens) and bool(self._phrase(end + 2)[0])
        if is_range and self._range_counts(end):
            return True
        if (
            self._is_measured(i)
            or self._are_things_before(i)
            or (is_second and self._is_measured(i - 2))
            or self._is_other_choice(i)
        ):
            return False
        if after == "in" and self._is_hour(end):
            return False
        known = self._range_counts(end) if after in _RANGE else None
        if known is None and after == "of":
            known = self._part_counts(i, end + 1)
        if known is None and before in LABEL_ENDS:
            known = not self._label_is_measure(i)
        if known is None and after == "(" and end + 1 < len(tokens) and self._is_percent(end + 1):
            known = True
        if known is None and self._is_only_the_one(i):
            known = after not in {"who", "that", "which", "of", "in", "to"}
        if known is None and token.low == "one":
            is_anybody = (
                (after in lexicon()["anybody"] and not self._is_further(i))
                or before in lexicon()["pointing"]
                or self._is_pronoun(i)
            )
            is_end = (
                before in {"to", "for", "with", "by", "but", "except", "bar", "save"}
                and after in {",", ".", ";"}
                and not is_second
            )
            known = (after.isalpha() or is_end) and not is_anybody
        if known is None:
            known = not (before in _SIGNS and after in {"", "]"})
        return known

    def _is_further(self, i: int) -> bool:
        """``two were trained abroad and one is on probation``: people were counted before in the sentence."""
        if not i or self.tokens[i - 1].low not in {"and", ",", ";"}:
            return False
        at = i - 1
        while at > 0 and i - at < ROW and self.tokens[at - 1].sentence == self.tokens[i].sentence:
            at -= 1
            if self.tokens[at].value is not None and self._head(at) is not None:
                return True
        return False

    def _range_counts(self, at: int) -> bool | None:
        """``2 to 4 women``, ``3 or more visits``: what the other end counts; None when there is none."""
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if following is not None and following.value is not None and "." not in following.text:
            return self._counts_people(at + 1)
        if following is not None and following.low in {"more", "fewer", "less", "above", "over"}:
            return not is_thing(self._phrase(at + 2)[0], 2)
        return None

    def _part_counts(self, i: int, at: int) -> bool:
        """``2 of the women``, ``one of them``."""
        tokens = self.tokens
        while at < len(tokens) and tokens[at].low in DETERMINERS:
            at += 1
        phrase, _ = self._phrase(at)
        if phrase:
            return phrase[-1] in lexicon()["collectives"] or not is_thing(phrase, 2)
        return tokens[i].low != "one" or (
            at < len(tokens) and tokens[at].low in {"them", "us", "whom"}
        )

    # -- what gives a count away -----------------------------------------------------------------------------------

    def _total_after(self, at: int) -> int | None:
        tokens = self.tokens
        if at >= len(tokens) or tokens[at].low not in {"of", "in", "among", "from"}:
            return None
        for look in range(at + 1, min(at + 5, len(tokens))):
            is_whole = tokens[look].value is not None and "." not in tokens[look].text
            if is_whole and not self._is_percent(look):
                return look
            if tokens[look].low not in DETERMINERS | {"group", "of"}:
                return None
        return None

    def _is_thing_after(self, i: int) -> bool:
        phrase, _ = self._phrase(i + 1)
        return bool(phrase) and is_thing(phrase, self.tokens[i].value or 2)
