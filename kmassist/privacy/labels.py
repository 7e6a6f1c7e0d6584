"""What the words before a number tell: a name ("week 4", "Rooms 2 and 4"), a measure ("wait (hours): 3"), or a count's label."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.privacy.arrangements import Arrangements
from kmassist.privacy.figures import PHRASE
from kmassist.privacy.phrases import is_plural, is_thing, lexicon, singular
from kmassist.text.number_words import NUMBER_WORDS

ROW = 60
"""Words of a row or sentence that are looked at."""
LABEL_ENDS = frozenset({":", "=", "(", "–", "—", "-", "|"})
DETERMINERS = frozenset({"the", "these", "those", "our", "all", "its", "their", "your"})
_LISTS = frozenset({",", "and", "or", "to", "–", "-"})
_WHEN = frozenset({"in", "on", "for", "by"})
_PLURAL_VERBS = frozenset({"were", "had", "have", "are", "did", "could", "who"})
_COUNTERS = frozenset({"n", "number", "count", "total", "no", "nos", "frequency", "freq"})


class Labels(Arrangements):
    """One text: whether a number is named or measured by what stands before it."""

    def _is_named_by_label(self, i: int) -> bool:
        """``week 4``, ``grade 3 or 4``, ``page 2 of 4``, ``ward 2``; not ``on the ward three babies``."""
        if i > 1 and self.totals.get(i - 2) == i:  # "page 2 of 4"
            return self._is_named_by_label(i - 2)
        if self._is_listed_name(i):
            return True
        if i > 1 and self.tokens[i - 1].low in {"or", "to", "–", "-"}:
            first = self.tokens[i - 2]
            is_pair = first.kind == self.tokens[i].kind == "number" and i > 2
            is_pair = is_pair and not self._is_set_off(i)
            if is_pair and self.tokens[i - 3].low not in lexicon()["places"]:
                return self._is_named_by_label(i - 2)
        before = self.tokens[i - 1].low if i else ""
        known = lexicon()
        if self._begins_line(i) or before not in known["labels"] | known["things"]:
            return False
        if i > 1 and is_plural(before) and self.tokens[i - 2].value is not None:
            return False  # "at 36 weeks 3 were breech"
        phrase, _ = self._phrase(i + 1)
        is_count = self._is_series(i) or self._ends_gap(i)
        is_count = is_count or (self._opens_with_place(i) and not is_thing(phrase, 1))
        return not is_count and self._label_names(i, before, phrase)

    def _is_listed_name(self, i: int) -> bool:
        """Any number of ``days 1, 3 and 5``, ``Rooms 2 and 4``: a label in the plural, then nothing but numbers."""
        if self.tokens[i].kind != "number":
            return False
        first, last = i, i
        while first > 1 and self.tokens[first - 1].low in _LISTS and self._is_figure(first - 2):
            first -= 2
        while self._is_figure(last + 2) and self.tokens[last + 1].low in _LISTS:
            last += 2
        label = self.tokens[first - 1].low if first else ""
        if last == first or not is_plural(label) or self._phrase(last + 1)[0]:
            return False
        return singular(label) in lexicon()["labels"] or self._opens_numbering(first)

    def _opens_numbering(self, first: int) -> bool:
        """``Lessons 1 to 4 are sent``: things that begin the sentence, numbered from one."""
        label, token = self.tokens[first - 1], self.tokens[first]
        opens = first == 1 or self.tokens[first - 2].sentence != label.sentence
        is_one = token.value == 1 and self.tokens[first + 1].low in {"to", "-", "–"}
        return opens and is_one and singular(label.low) in lexicon()["things"]

    def _is_figure(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].kind == "number"

    def _label_names(self, i: int, before: str, phrase: Sequence[str]) -> bool:
        """Whether the word before a number gives it a name: a label, or a thing ("at door 3 and ring")."""
        known, is_word = lexicon(), self.tokens[i].kind == "word"
        pair = self.tokens[i + 1 : i + 3]
        if len(pair) == 2 and pair[0].low in _LISTS and pair[1].value is not None:
            phrase, _ = self._phrase(i + 3)  # "every month two or three women"
        has_people = any(w in known["people"] or singular(w) in known["people"] for w in phrase)
        if before not in known["labels"]:
            has_article = i > 1 and self.tokens[i - 2].low in DETERMINERS
            opens = i < 2 or has_article or is_word or before in known["times"] | {"half"}
            opens = opens or self.tokens[i - 2].low in LABEL_ENDS | {
                ";",
                ",",
            }  # "Born: car 2; home 1"
            after = self.tokens[i + 1].low if i + 1 < len(self.tokens) else ""
            return not (opens or phrase or after in _PLURAL_VERBS)
        if is_word and before in known["places"]:
            return not phrase
        may_count = is_word or before in known["places"] | known["dated"]
        return not (may_count and has_people)

    def _opens_with_place(self, i: int) -> bool:
        """``In clinic 3 were missed``, ``on the ward 2 died``: where or when it was, then a count and its verb."""
        at = i - 2
        has_article = at >= 0 and self.tokens[at].low in DETERMINERS
        at -= has_article
        if at < 0 or self.tokens[at].low not in {"in", "on", "at", "during", "from"}:
            return False
        phrase, end = self._phrase(i + 1)
        is_said = bool(phrase) or (end < len(self.tokens) and self.tokens[end].low in _PLURAL_VERBS)
        opens = at == 0 or self.tokens[at - 1].sentence != self.tokens[at].sentence
        opens = opens or self.tokens[at - 1].low in LABEL_ENDS | {",", ";"}
        return is_said and (self.tokens[i].value or 0) > 1 and (has_article or opens)

    def _ends_gap(self, i: int) -> bool:
        """``the red group held 19 women and the amber group 3``: a label with an article names nothing by a number."""
        after = self.tokens[i + 1].low if i + 1 < len(self.tokens) else "."
        back = [token.low for token in self.tokens[max(0, i - 4) : i - 1]]
        return after in {".", ",", ";"} and bool(DETERMINERS & set(back[-2:])) and "and" in back

    def _is_series(self, i: int) -> bool:
        """``Jan 3, Feb 0, Mar 1``: months with a number each are no dates."""
        if self.tokens[i - 1].low not in lexicon()["dated"]:
            return False
        tokens = self.tokens
        ahead = i + 2 + (i + 2 < len(tokens) and tokens[i + 2].low in _WHEN)
        behind = i - 2 - (i > 1 and tokens[i - 2].low in _WHEN)  # "in April 1, in May 7"
        for mark, name, number in ((i + 1, ahead, ahead + 1), (behind, behind - 2, behind - 1)):
            if name >= 0 and max(name, number) < len(self.tokens):
                is_beside = self.tokens[mark].low in {",", ";", "and"}
                is_same = self.tokens[name].low in lexicon()["dated"]
                if is_beside and is_same and self.tokens[number].value is not None:
                    return True
        return False

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
        while at > max(0, i - ROW) and not self._begins_line(at):
            at -= 1
        return any(token.low in lexicon()["averages"] for token in self.tokens[at : at + 4])

    def _is_measured(self, i: int) -> bool:
        back = [t.low for t in self.tokens[max(0, i - 3) : i]]
        known = lexicon()
        after = self.tokens[i + 1].low if i + 1 < len(self.tokens) else ""
        if self.tokens[i].kind == "word" and after in _PLURAL_VERBS and back[-1:] != ["of"]:
            return False  # "of 63 women with a raised BMI four had none"
        cut = max((k + 1 for k, w in enumerate(back) if not w[:1].isalpha()), default=0)
        back = back[cut:]
        if any(w in known["people"] or singular(w) in known["people"] for w in back):
            return False
        if (
            back and back[-1] not in known["measures"]
        ):  # "ended the year at 3", "this time it was 2"
            back = [w for w in back if singular(w) not in known["times"] | {"time"}]
        return any(w in known["measures"] for w in back)
