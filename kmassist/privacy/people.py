"""Which numbers of a text count people, and which are whose total: by phrase, label, unit and form; in doubt they do."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.privacy.arrangements import Arrangements
from kmassist.privacy.figures import PHRASE
from kmassist.privacy.phrases import is_plural, is_thing, lexicon, singular
from kmassist.text.number_words import NUMBER_WORDS

_RANGE = frozenset({"to", "and", "or", "-", "–", "—"})
_ROW = 60
_ABBREVIATED = frozenset({"p", "pp", "fig", "vol", "v"})
_LARGEST = 1_000_000
_LABEL_ENDS = frozenset({":", "=", "(", "–", "—", "-", "|"})
_SIGNS = frozenset("[±+~")
_DETERMINERS = frozenset({"the", "these", "those", "our", "all", "its", "their", "your"})
_JOINS = frozenset("( out of the all these our from among / in a total those possible".split())  # noqa: SIM905
_PLURAL_VERBS = frozenset({"were", "had", "have", "are", "did", "could", "who"})
_COUNTERS = frozenset({"n", "number", "count", "total", "no", "nos", "frequency", "freq"})


class PeopleCounts(Arrangements):
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
        if token.low == "one":
            return not self._is_per_many(end) and self._one_counts(i, phrase)
        is_other = phrase[0] in lexicon()["months"] or self._is_per_many(end)
        if not any(is_plural(word) or word in lexicon()["people"] for word in phrase):
            is_other = is_other or self._are_things_before(i)
        return not (is_other or is_thing(phrase, token.value or 0))

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
            if self.tokens[at].low == ":" or (self.tokens[at].low == "," and self._opens_of(at)):
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

    def _opens_of(self, comma: int) -> bool:
        """Whether the words before a comma are ``Of the four options`` and begin the sentence."""
        first = comma
        while first > 0 and self.tokens[first - 1].sentence == self.tokens[comma].sentence:
            first -= 1
            if comma - first > 8:
                return False
        return self.tokens[first].low == "of"

    def _is_named_by_label(self, i: int) -> bool:
        """``week 4``, ``grade 3 or 4``, ``page 2 of 4``, ``ward 2``; not ``on the ward three babies``."""
        if i > 1 and self.totals.get(i - 2) == i:  # "page 2 of 4"
            return self._is_named_by_label(i - 2)
        if i > 1 and self.tokens[i - 1].low in {"or", "to", "–", "-"}:
            first = self.tokens[i - 2]
            is_pair = first.kind == self.tokens[i].kind == "number" and i > 2
            if is_pair and self.tokens[i - 3].low not in lexicon()["places"]:
                return self._is_named_by_label(i - 2)
        before = self.tokens[i - 1].low if i else ""
        known = lexicon()
        if self._begins_line(i) or before not in known["labels"] | known["things"]:
            return False
        phrase, _ = self._phrase(i + 1)
        is_count = self._is_series(i) or self._ends_gap(i)
        is_count = is_count or (self._opens_with_place(i) and not is_thing(phrase, 1))
        return not is_count and self._label_names(i, before, phrase)

    def _label_names(self, i: int, before: str, phrase: Sequence[str]) -> bool:
        """Whether the word before a number gives it a name: a label, or a thing ("at door 3 and ring")."""
        known, is_word = lexicon(), self.tokens[i].kind == "word"
        has_people = any(w in known["people"] or singular(w) in known["people"] for w in phrase)
        if before not in known["labels"]:
            has_article = i > 1 and self.tokens[i - 2].low in _DETERMINERS
            opens = i < 2 or has_article or is_word or before in known["times"] | {"half"}
            after = self.tokens[i + 1].low if i + 1 < len(self.tokens) else ""
            return not (opens or phrase or after in _PLURAL_VERBS)
        if is_word and before in known["places"]:
            return not phrase
        return not has_people if is_word or before in known["places"] else True

    def _opens_with_place(self, i: int) -> bool:
        """``In clinic 3 were missed``, ``on the ward 2 died``: where or when it was, then a count and its verb."""
        at = i - 2
        has_article = at >= 0 and self.tokens[at].low in _DETERMINERS
        at -= has_article
        if at < 0 or self.tokens[at].low not in {"in", "on", "at", "during", "from"}:
            return False
        phrase, end = self._phrase(i + 1)
        is_said = bool(phrase) or (end < len(self.tokens) and self.tokens[end].low in _PLURAL_VERBS)
        opens = at == 0 or self.tokens[at - 1].sentence != self.tokens[at].sentence
        opens = opens or self.tokens[at - 1].low in _LABEL_ENDS | {",", ";"}
        return is_said and (self.tokens[i].value or 0) > 1 and (has_article or opens)

    def _ends_gap(self, i: int) -> bool:
        """``the red group held 19 women and the amber group 3``: a label with an article names nothing by a number."""
        after = self.tokens[i + 1].low if i + 1 < len(self.tokens) else "."
        back = [token.low for token in self.tokens[max(0, i - 4) : i - 1]]
        return after in {".", ",", ";"} and bool(_DETERMINERS & set(back[-2:])) and "and" in back

    def _is_series(self, i: int) -> bool:
        """``Jan 3, Feb 0, Mar 1``: months with a number each are no dates."""
        if self.tokens[i - 1].low not in lexicon()["dated"]:
            return False
        for mark, name, number in ((i + 1, i + 2, i + 3), (i - 2, i - 4, i - 3)):
            if name >= 0 and max(name, number) < len(self.tokens):
                is_beside = self.tokens[mark].low in {",", ";", "and"}
                is_same = self.tokens[name].low in lexicon()["dated"]
                if is_beside and is_same and self.tokens[number].value is not None:
                    return True
        return False

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
        if (
            self._is_measured(i)
            or self._are_things_before(i)
            or (is_second and self._is_measured(i - 2))
        ):
            return False
        if after == "in" and self._is_hour(end):
            return False
        known = self._range_counts(end) if after in _RANGE else None
        if known is None and after == "of":
            known = self._part_counts(i, end + 1)
        if known is None and before in _LABEL_ENDS:
            known = not self._label_is_measure(i)
        if known is None and after == "(" and end + 1 < len(tokens) and self._is_percent(end + 1):
            known = True
        if known is None and self._is_only_the_one(i):
            known = after not in {"who", "that", "which", "of", "in", "to"}
        if known is None and token.low == "one":
            is_anybody = (
                after in lexicon()["anybody"]
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
        while at < len(tokens) and tokens[at].low in _DETERMINERS:
            at += 1
        phrase, _ = self._phrase(at)
        if phrase:
            return not is_thing(phrase, 2)
        return tokens[i].low != "one" or (
            at < len(tokens) and tokens[at].low in {"them", "us", "whom"}
        )

    def _label_is_measure(self, i: int) -> bool:
        """Whether the words before ``:`` or ``=`` say that what follows is no count of people."""
        words: list[str] = []
        at, depth = i - 2, 0
        while (
            at >= 0
            and len(words) < 12
            and (self.tokens[at].low not in {";", ".", "|", ":", "!", "?"} or depth)
        ):
            depth += self.tokens[at].low == ")"
            depth -= self.tokens[at].low == "("
            if self._begins_line(at + 1):
                break
            words.append(self.tokens[at].low)
            at -= 1
        words.reverse()
        known, stops = lexicon(), lexicon()["stops"]
        head = words[: next((k for k, w in enumerate(words) if w in stops), len(words))]
        if head and singular(head[-1]) in _COUNTERS and len(head) < len(words):
            rest = [w for w in words[len(head) :] if w not in stops]
            head = rest[:PHRASE]
        if any(word in lexicon()["averages"] for word in head):
            return True
        is_category = all(w in known["months"] for w in head) or any(
            w[0].isdigit() or w in NUMBER_WORDS for w in words
        )
        if is_category:  # "January: 2", "aged 16 to 19: 2"
            return self._opens_row_with_average(i)
        if not head or any(w in known["people"] or singular(w) in known["people"] for w in head):
            return False
        unit = words[-2:-1] if words[-1] == ")" else []  # "wait (hours): 3"
        plurals = [w for w in head if is_plural(w)]  # "shoulder dystocias": its head tells
        return any(w in known["measures"] for w in (*head, *unit)) or any(
            singular(w) in known["things"] for w in (*(plurals or head), *unit)
        )

    def _opens_row_with_average(self, i: int) -> bool:
        """Whether the row says at its beginning what its figures are: ``Median days; 2024: 3; 2025: 1``."""
        at = i
        while at > max(0, i - _ROW) and not self._begins_line(at):
            at -= 1
        return any(token.low in lexicon()["averages"] for token in self.tokens[at : at + 4])

    def _is_measured(self, i: int) -> bool:
        back = [t.low for t in self.tokens[max(0, i - 3) : i]]
        known = lexicon()
        cut = max((k + 1 for k, w in enumerate(back) if not w[:1].isalpha()), default=0)
        back = back[cut:]
        if any(w in known["people"] or singular(w) in known["people"] for w in back):
            return False
        if (
            back and back[-1] not in known["measures"]
        ):  # "ended the year at 3", "this time it was 2"
            back = [w for w in back if singular(w) not in known["times"] | {"time"}]
        return any(w in known["measures"] for w in back)

    # -- what gives a count away -----------------------------------------------------------------------------------

    def _total_after(self, at: int) -> int | None:
        tokens = self.tokens
        if at >= len(tokens) or tokens[at].low not in {"of", "in", "among", "from"}:
            return None
        for look in range(at + 1, min(at + 4, len(tokens))):
            is_whole = tokens[look].value is not None and "." not in tokens[look].text
            if is_whole and not self._is_percent(look):
                return look
            if tokens[look].low not in {"the", "all", "these", "our", "those"}:
                return None
        return None

    def _is_thing_after(self, i: int) -> bool:
        phrase, _ = self._phrase(i + 1)
        return bool(phrase) and is_thing(phrase, self.tokens[i].value or 2)
