"""What the words before a number tell: a name ("week 4", "Rooms 2 and 4"), a measure ("wait (hours): 3"), or a count's label."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.privacy.figures import PHRASE
from kmassist.privacy.phrases import is_done, is_plural, is_thing, lexicon, singular, things
from kmassist.privacy.rules import Rules
from kmassist.text.number_words import NUMBER_WORDS

ROW = 60
"""Words of a row or sentence that are looked at."""
LABEL_ENDS = frozenset({":", "=", "(", "–", "—", "-", "|"})
DETERMINERS = frozenset({"the", "these", "those", "our", "all", "its", "their", "your"})
PLURAL_VERBS = frozenset({"were", "had", "have", "are", "did", "could", "who"})
_LISTS = frozenset({",", "and", "or", "to", "–", "-", "/"})
_AGAINST = frozenset({"to", "against", "versus", "vs", "v"})
_COUNTERS = frozenset({"n", "number", "count", "total", "no", "nos", "frequency", "freq"})
_OF_SIZE = frozenset(
    {"of", "in", "for", "at", "per", "to", "by", "from", "on", "between", "the", "and"}
)
_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th"})
_SOME = frozenset({"those", "who", "they", "she", "others"})
_WHERE = frozenset({"in", "on", "at", "during", "from"})
_SUBJECT = 3
"""Words of a subject that a number ends."""
_ENTRY_ENDS = frozenset({",", ";", ".", ")", "and", "|"})
_LIST, _ENTRY = 8, 6
"""Entries of a list that are looked at on each side, and the words of one."""


class Labels(Rules):
    """One text: whether a number is named or measured by what stands before it."""

    def _is_named_by_label(self, i: int) -> bool:
        """``week 4``, ``grade 3 or 4``, ``page 2 of 4``, ``ward 2``: a figure behind a label; never a number in words."""
        if i > 1 and self.totals.get(i - 2) == i:  # "page 2 of 4"
            return self._is_named_by_label(i - 2)
        first = i
        while first > 1 and self.tokens[first - 1].low in _LISTS and self._is_figure(first - 2):
            first -= 2
        last = i
        while self._is_figure(last + 2) and self.tokens[last + 1].low in _LISTS:
            last += 2
        if not self._is_figure(i) or not first or self._begins_line(first):
            return False
        label, known = self.tokens[first - 1].low, lexicon()
        if self._is_numbered(first, last):
            return True
        if is_plural(label):  # "Rooms 2 and 4", not "at 36 weeks 3 were breech"
            is_said = self._stands_alone(last) or self._is_subject(first, last)
            is_measure = self._is_number(first - 2)  # "16 weeks 1, 18 weeks 2"
            is_said = is_said and last > first and not is_measure
            return is_said and singular(label) in known["labels"]
        is_graded = first > 1 and self.tokens[first - 2].low in _ORDINAL_ENDS  # "4th degree 1"
        is_against = label in _AGAINST and self._is_number(first - 2)  # "31 v 2" is no version
        if label not in known["labels"] or is_graded or is_against:
            return False
        is_count = self._is_series(first) or self._is_part(first, i)
        is_count = is_count or self._is_listed(first) or self._is_one_of_groups(first)
        return not is_count and self._label_names(first, last)

    def _is_named_subject(self, i: int) -> bool:
        """``Meeting 3 was held``, ``Stage two will follow``: singular nouns and a number open it, and the verb is of one."""
        verb = self.tokens[i + 1].low if i + 1 < len(self.tokens) else ""
        of_one, to_come = lexicon()["verbs_of_one"], lexicon()["verbs_to_come"]
        if not i or verb not in of_one | to_come:
            return False
        opening, _ = self._sentence(i)
        said = [token.low for token in self.tokens[opening:i]]
        if (
            not 0 < len(said) <= _SUBJECT
            or {*said} & lexicon()["stops"]
            or said[-1] in lexicon()["people"]
        ):
            return False
        known = lexicon()["labels"] - lexicon()["places"] - lexicon()["dated"]
        is_of_one = verb in of_one and (self.tokens[i].value or 0) > 1
        return said[-1] in things() and (is_of_one or (verb in to_come and said[-1] in known))

    def _is_numbered(self, first: int, last: int) -> bool:
        """``Car park 4``, ``Risk 2 was closed and risk 4 opened``, ``the number 4 bus``: never ``high risk 4``."""
        label, at = self.tokens[first - 1], first - 2
        phrase, _ = self._phrase(last + 1)
        if phrase and (is_plural(phrase[0]) or phrase[0] in lexicon()["people"]):
            return False
        if label.low == "number":
            return self._reads(first - 2, "the") and bool(phrase) and is_thing(phrase, 1)
        known = lexicon()
        if first > 3 and self.tokens[at].low == "and" and self._is_figure(at - 1):
            opens = first == 4 or self.tokens[first - 5].sentence != label.sentence
            is_label = {label.low, self.tokens[first - 4].low} <= known["labels"] - known["dated"]
            return opens and is_label and not phrase  # "Ward 3 and bay 2 were closed"
        if label.low not in known["numbered"]:
            return False
        if at >= 0 and self.tokens[at].low in {"and", ","}:
            opening, _ = self._sentence(first)
            return self.tokens[opening].low == label.low and self._is_figure(opening + 1)
        at += label.low == "risk"
        return at < 1 or self.tokens[at - 1].sentence != label.sentence

    def _is_figure(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].kind == "number"

    def _is_part(self, first: int, i: int) -> bool:
        """``BMI over 50 – 4``, ``category 1, 2``: joined by a dash with room on both sides, or by a comma alone."""
        return any(self._is_set_off(at) for at in range(first + 2, i + 1, 2))

    def _stands_alone(self, last: int) -> bool:
        """Whether no noun follows, unless it is a thing."""
        phrase, _ = self._phrase(last + 1)
        return not phrase or is_thing(phrase, 2)

    def _is_subject(self, first: int, last: int) -> bool:
        """``Figures 1 and 2 show``: it opens the sentence, and a verb follows, which agrees with a plural and has no *-s*."""
        phrase, _ = self._phrase(last + 1)
        opens = first < 2 or self.tokens[first - 2].sentence != self.tokens[first].sentence
        return opens and not is_plural(phrase[0]) and not self._is_of(last + 1, "people")

    def _label_names(self, first: int, last: int) -> bool:
        """Whether a label takes the number as its name: not where a place, a day or a group is said first and then how many."""
        label = self.tokens[first - 1].low
        known = lexicon()
        if label not in known["places"] | known["dated"] | known["times"]:
            return True
        phrase, end = self._phrase(last + 1)
        after = self.tokens[end].low if end < len(self.tokens) else "."
        if phrase and not is_thing(phrase, 1):  # "on the ward 2 women", "In clinic 3 died"
            opens = first < 2 or self.tokens[first - 2].sentence != self.tokens[first].sentence
            return opens and not is_plural(phrase[0]) and phrase[0] not in known["people"]
        if not phrase and after in PLURAL_VERBS:
            return False
        if label in known["months"]:  # "3 May 2": a year of two figures is no count either
            return first > 1 and self.tokens[first - 2].low in {"on", "by", "until", "to"}
        has_article = DETERMINERS & {t.low for t in self.tokens[max(0, first - 3) : first - 1]}
        return bool(phrase) or not has_article  # "and in the amber group 3."

    def _is_series(self, i: int) -> bool:
        """``Jan 3, Feb 0, Mar 1``, also each on a line: days or months with a number each are no dates."""
        if self.tokens[i - 1].low not in lexicon()["dated"]:
            return False
        near = range(max(0, i - 6), min(len(self.tokens) - 1, i + 6))
        sentence, opens = self.tokens[i].sentence, self._begins_line(i - 1)
        return any(
            at != i - 1
            and self.tokens[at].low in lexicon()["dated"]
            and self.tokens[at + 1].value is not None
            and (self.tokens[at].sentence == sentence or (opens and self._begins_line(at)))
            for at in near
        )

    def _is_listed(self, i: int) -> bool:
        """``yes 12, no 4, not recorded 9``: of three entries or more one has neither label nor measure, so all are counts.

        Of two one says what was done: ``seen 11, waiting 4``.
        """
        members, known = [i], lexicon()
        named = known["labels"] | known["measures"] | known["units"] | known["times"]
        if self._is_run(i):
            return True
        if not self._ends_entry(i):
            return False
        while len(members) < _LIST and self._is_number(at := self._opens_entry(members[0]) - 1):
            members.insert(0, at)
        for n in range(i + 3, min(i + _LIST * _ENTRY, len(self.tokens))):
            if self._is_number(n) and self._opens_entry(n) == members[-1] + 1:
                members.append(n)
        others = {self.tokens[n - 1].low for n in members} - named
        if len(members) == 2:  # "seen 11, waiting 4"
            return any(map(is_done, others))
        return len(members) > 2 and bool(others)

    def _is_run(self, i: int) -> bool:
        """``Home 3 theatre 2 ward 4``: word and number in turns, one of the words no label, and nothing behind the last."""
        first = last = i
        while self._is_worded(first - 2) and i - first < _LIST:
            first -= 2
        while self._is_worded(last + 2) and last - i < _LIST:
            last += 2
        labels = {self.tokens[at - 1].low for at in range(first, last + 1, 2)}
        known = lexicon()
        named = known["labels"] | known["measures"] | known["units"] | known["times"]
        return len(labels) > 1 and not labels <= named | known["stops"] and self._ends_entry(last)

    def _is_worded(self, at: int) -> bool:
        return at > 0 and self._is_number(at) and self.tokens[at - 1].kind == "word"

    def _is_one_of_groups(self, i: int) -> bool:
        """``Control arm 4 events, pilot arm 11``: groups told apart by the word before have no number for a name."""
        label = self.tokens[i - 1].low
        first, last = self._sentence(i)
        if label not in lexicon()["collectives"]:
            return False
        named = {
            self.tokens[at - 1].low
            for at in range(first + 1, last - 1)
            if self.tokens[at].low == label and self._is_number(at + 1)
        }
        return len(named - lexicon()["stops"]) > 1

    def _is_number(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].value is not None

    def _ends_entry(self, i: int) -> bool:
        following = self.tokens[i + 1].low if i + 1 < len(self.tokens) else "."
        return following in _ENTRY_ENDS or self._begins_line(i + 1)

    def _opens_entry(self, i: int) -> int:
        """Where the comma or semicolon stands before the few words that lead to a number alone; -1 where none does."""
        if not self._ends_entry(i):
            return -1
        for at in range(i - 1, max(-1, i - _ENTRY), -1):
            token = self.tokens[at]
            if token.low in {",", ";"} and token.sentence == self.tokens[i].sentence:
                return at if at < i - 1 else -1
            if token.kind != "word" or token.value is not None:
                return -1
        return -1

    def _words_before(self, i: int) -> list[str]:
        """The words of the label that ends with the mark before a number, back to the beginning of its line or entry."""
        words: list[str] = []
        at, depth = i - 2, 0
        while at >= 0 and len(words) < 12:
            token = self.tokens[at]
            if (token.low in set(";.|:!?") and not depth) or self._begins_line(at + 1):
                break
            depth = max(0, depth + (token.low == ")") - (token.low == "("))
            words.append(token.low)
            at -= 1
        return words[::-1]

    def _label_is_measure(self, i: int) -> bool:
        """Whether the words before ``:`` or ``=`` say that what follows is no count of people."""
        words = self._words_before(i)
        known, stops = lexicon(), lexicon()["stops"]
        head = words[: next((k for k, w in enumerate(words) if w in stops), len(words))]
        if head and singular(head[-1]) in _COUNTERS and len(head) < len(words):
            head = [w for w in words[len(head) :] if w not in stops][:PHRASE]
        if self._is_average_named(words, len(head)):
            return True
        if words and self._is_all_of_line(i, len(words)) and words[-1] in known["labels"]:
            taken = things() - known["places"] - known["times"] - known["dated"] - known["people"]
            return {*words} <= taken or self._is_size_named(words)  # "Audit cycle: 3"
        is_category = (bool(head) and {*head} <= known["months"]) or any(
            w[0].isdigit() or w in NUMBER_WORDS for w in words
        )
        if is_category:  # "January: 2", "aged 16 to 19: 2"
            return self._opens_row_with_average(i)
        if {w for word in head for w in (word, singular(word))} & known["people"]:
            return False
        unit = words[-2:-1] if words[-1:] == [")"] else []  # "wait (hours): 3"
        named = [
            *(w for w in head if is_plural(w)),
            *unit,
        ]  # "Beds closed: 3": in the plural its head tells
        if {"that", "who", "which", "where", "with", "without"} & {*words}:
            named = unit  # "Care issues that changed the outcome: 3"
        is_thing_named = any(singular(w) in known["things"] for w in named)
        return is_thing_named or bool(known["measures"] & {*unit}) or self._is_size_named(words)

    @staticmethod
    def _is_average_named(words: Sequence[str], head: int) -> bool:
        """``Readmission rate``, ``Median hours of stay``: not ``Heart rate not recorded``, ``Mean pressure raised``."""
        averages = lexicon()["averages"]
        is_whole = head == len(words) or words[head] in _OF_SIZE or not words[head].isalpha()
        is_said = head > 0 and (words[head - 1] in averages or words[0] in averages)
        return is_said and is_whole and not words[head - 1].endswith("ed")

    @staticmethod
    def _is_size_named(words: Sequence[str]) -> bool:
        """``Apgar score``, ``Length of stay``: a measure alone; not ``Temperature not taken``, ``Long wait``, ``Cost a barrier``."""
        known = lexicon()
        named = known["measures"] | things() | known["people"] | known["units"] | known["labels"]
        said = [w for w in words if w not in _OF_SIZE and w.isalpha()]
        if not said or any(w[0].isdigit() for w in words):
            return "#" in words
        return bool(known["measures"] & {*said}) and all(
            w in named or singular(w) in named for w in said
        )

    def _is_all_of_line(self, i: int, words: int) -> bool:
        """Whether a label of so many words, its mark and a number are a line."""
        first = i - 1 - words
        is_end = i + 1 == len(self.tokens) or self._begins_line(i + 1)
        return is_end and (first == 0 or self._begins_line(first))

    def _is_ratio_of_people(self, i: int) -> bool:
        """Either number of ``Declined to accepted: 2:19``: not ``Midwives to births: 1:28``, ``Monday to Friday: 8:30``."""
        first = i if self._reads(i + 1, ":") else i - 2
        if first < 2 or not self._reads(first - 1, ":") or not self._reads(first + 1, ":"):
            return False
        words, known = self._words_before(first), lexicon()
        is_other = any(
            {w, singular(w)} & (known["measures"] | known["roles"] | known["dated"]) for w in words
        )
        return bool(_AGAINST & {*words[1:-1]}) and not is_other

    def _opens_row_with_average(self, i: int) -> bool:
        """Whether the row says at its beginning what its figures are: ``Median days; 2024: 3; 2025: 1``."""
        at, sentence = i, self.tokens[i].sentence
        while at > max(0, i - ROW) and self.tokens[at - 1].sentence == sentence:
            at -= 1
        return any(token.low in lexicon()["averages"] for token in self.tokens[at : at + 4])

    def _is_measured(self, i: int) -> bool:
        """``scored 3``, ``a grade of 2``, ``the wait fell to 4``: a measure is said just before."""
        back = [t.low for t in self.tokens[max(0, i - 3) : i]]
        known = lexicon()
        after = self.tokens[i + 1].low if i + 1 < len(self.tokens) else ""
        last = self.tokens[i - 1]
        is_named = last.value is not None or (len(last.text) == 1 and last.text.isupper())
        is_named = is_named or (i > 1 and self.tokens[i - 2].value is not None)  # "16 weeks 1"
        if is_named or (after in PLURAL_VERBS and back[-1:] != ["of"]):
            return False  # "of 63 women with a raised BMI four had none"
        cut = max((k + 1 for k, w in enumerate(back) if not w[:1].isalpha()), default=0)
        back = back[cut:]
        if {w for word in back for w in (word, singular(word))} & known["people"]:
            return False
        is_told = bool(back)
        if (
            back and back[-1] not in known["measures"]
        ):  # "ended the year at 3", "this time it was 2"
            back = [w for w in back if singular(w) not in known["times"] | {"time"}]
            is_told = not self._is_of_somebody(i)  # "women turned away over the wait fell to 4"
        is_told = is_told and bool(known["measures"] & {*back})
        return is_told or self._is_average(i) or self._is_score(i)

    def _is_of_somebody(self, i: int) -> bool:
        """Whether people are said before it in its sentence."""
        first, _ = self._sentence(i)
        return any(
            self._is_of(at, "people") or self.tokens[at].low in _SOME for at in range(first, i)
        )

    def _is_score(self, i: int) -> bool:
        """``a Bishop score of 4``, ``score risk from 0 to 4``: nothing but a score can be said so."""
        opening, _ = self._sentence(i)
        opening = max(opening, i - 12)
        back = [t.low for t in self.tokens[opening:i]]
        if back[-1:] == ["of"]:
            return len(back) > 1 and back[-2] in lexicon()["scores"]
        if "from" not in back or (back[-1] not in {"from", "to"}):
            return False
        at = len(back) - 1 - back[::-1].index("from")
        numbers = [t.value for t in self.tokens[opening + at + 1 : i + 1]]
        said = back[max(0, at - 4) : at]
        is_asked = "to" in said and "rate" in said
        return numbers[0] in {0, 1} and (bool({*said} & lexicon()["scales"]) or is_asked)

    def _is_average(self, i: int) -> bool:
        """``The mean number of visits was 3``: an average is said before the verb."""
        first, _ = self._sentence(i)
        is_said = i > first and self.tokens[i - 1].low in {"was", "is"}
        back = [t.low for t in self.tokens[first:i]]
        return is_said and "," not in back and bool(lexicon()["averages"] & {*back})
