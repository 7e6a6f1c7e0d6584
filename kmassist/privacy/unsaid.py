"""A number whose noun is unsaid, where the sentence shows that it is of things named before it: "Of the three standards, one was met".

Three constructions show it: the part of a whole ("Of the three standards, one"), parts that add up to it or are met by words for
the state of things ("Two posters, one for each site"; "One action is red, two are amber"), and two members built alike ("three by
day and two by night"). With a person said anywhere in the sentence, or where each of the things holds or comes from one person,
nothing is shown and the number counts people.
"""

from __future__ import annotations

from kmassist.privacy.labels import DETERMINERS, Labels
from kmassist.privacy.phrases import is_plural, is_thing, lexicon, singular

_BE = frozenset({"is", "are", "was", "were"})
_OF_PLACE = frozenset({"on", "in", "for", "by", "at", "per", "from", "to"})
_JOINS = frozenset({",", "and", ":", "but"})
_ENDS = frozenset({".", ",", ";", ":", "and", "!", "?", ")", "but"})
PERSONAL = frozenset({"she", "he", "her", "his", "him", "who", "whom", "whose", "them", "us"})
_REACH = 24
"""Words before a number in which the noun that it leaves out is looked for."""
_MEMBER = 5
"""Words behind the preposition of a member, as in ``one for the birth centre``."""


class Unsaid(Labels):
    """One text: whether a number without a noun takes that of the things counted before it."""

    def _takes_things(self, i: int) -> bool:
        """Whether the noun left out is one of things."""
        first, last = self._around(i)
        if any(self._is_personal(at) for at in range(first, last)):
            return False
        before = [n for n in self._numbers_from(first, i) if self._things_of(n)]
        at = before[-1] if before else None
        if at is not None and (
            self._is_of_whole(at, i)
            or self._is_of_which(at, i)
            or self._adds_up(self.tokens[at].value or 0, at, i)
            or self._is_state(i)
        ):
            return True
        return self._is_twice(first, i)

    def _around(self, i: int) -> tuple[int, int]:
        """Its sentence as far as it is looked at, from a semicolon to the next."""
        first, last = i, i
        while first and i - first < _REACH and self._is_with(first - 1, i):
            first -= 1
        while last < len(self.tokens) and last - i < _REACH and self._is_with(last, i):
            last += 1
        return first, last

    def _is_with(self, at: int, i: int) -> bool:
        token = self.tokens[at]
        return token.sentence == self.tokens[i].sentence and token.low not in {";", "|"}

    def _numbers_from(self, first: int, end: int) -> list[int]:
        return [n for n in range(first, end) if self.tokens[n].value is not None]

    def _is_personal(self, at: int) -> bool:
        is_person = self._is_of(at, "people") or self._is_of(at, "roles")
        return is_person or self.tokens[at].low in PERSONAL

    def _things_of(self, n: int) -> bool:
        """Whether a number has a noun of things, none of which holds or comes from one person."""
        at = n + 1
        if self._reads(at, "of"):
            at += 1
            while at < len(self.tokens) and self.tokens[at].low in DETERMINERS:
                at += 1
        phrase, _ = self._phrase(at)
        head = next((w for w in phrase if is_plural(w)), phrase[0] if phrase else "")
        of_one = lexicon()["of_one_person"] | lexicon()["files_of_one"]
        value = 2 if at > n + 1 else self.tokens[n].value or 0
        return is_thing(phrase, value) and not {singular(w) for w in (*phrase, head)} & of_one

    def _is_of_whole(self, at: int, i: int) -> bool:
        """``Of the three standards, one``: the whole opens the clause and the part is said next."""
        back = at - 1
        while back > 0 and self.tokens[back].low in DETERMINERS:
            back -= 1
        _, end = self._phrase(at + 1)
        is_next = i - end == (self.tokens[end].low == ",")
        opens = back <= 0 or self.tokens[back - 1].sentence != self.tokens[i].sentence
        return back >= 0 and self.tokens[back].low == "of" and opens and is_next

    def _is_of_which(self, at: int, i: int) -> bool:
        """``15 actions, of which we meet all but two``: of people it is "of whom"."""
        _, end = self._phrase(at + 1)
        end += end < i and self.tokens[end].low == ","
        return self._reads(end, "of", "which") and i - end <= _MEMBER + 2

    def _adds_up(self, whole: int, at: int, i: int) -> bool:
        """``Two posters, one for each site``, ``one for the hub and one for triage``: all of the whole, and no more."""
        members = [n for n in range(at + 1, min(i + _REACH, len(self.tokens)))
                   if self.tokens[n].value is not None and self._is_with(n, i)]  # fmt: skip
        if i not in members or not all(self._is_member(n) for n in members):
            return False
        marks = {self.tokens[n + 1].low for n in members}
        is_each = self.tokens[i + 2].low in {"each", "every"}
        return len(marks) == 1 and (
            sum(self.tokens[n].value or 0 for n in members) == whole or is_each
        )

    def _is_member(self, n: int) -> bool:
        """``, one on sepsis,``: joined, and nothing behind its preposition but a noun."""
        tokens = self.tokens
        if n + 2 >= len(tokens) or tokens[n - 1].low not in _JOINS:
            return False
        if tokens[n + 1].low not in _OF_PLACE:
            return False
        return self._ends_soon(n + 2)

    def _ends_soon(self, at: int) -> bool:
        held = lexicon()["stops"] - DETERMINERS - {"a", "an", "each", "every"} | lexicon()["past"]
        for place in range(at, min(at + _MEMBER, len(self.tokens))):
            word = self.tokens[place].low
            if word in _ENDS:
                return place > at
            is_held = word in held and not self._is_month(place)
            if is_held or word.endswith("ed") or self.tokens[place].value is not None:
                return False
        return at < len(self.tokens) <= at + _MEMBER

    def _is_state(self, i: int) -> bool:
        """``one action is red, two are amber``: the state is one of things."""
        words = [token.low for token in self.tokens[i + 1 : i + 5]]
        if len(words) < 2 or words[0] not in _BE or self.tokens[i - 1].low not in _JOINS:
            return False
        is_end = words[2:3] == [] or words[2] in _ENDS
        is_known = is_end and (words[1] in lexicon()["states"] or words[1] == "not")
        return is_known or words[1:3] == ["in", "progress"]

    def _is_twice(self, first: int, i: int) -> bool:
        """``Twice weekly bloods, one on Monday and one on Thursday``."""
        at = next((n for n in range(first, i) if self.tokens[n].low == "twice"), None)
        if at is None or i + 2 >= len(self.tokens):
            return False
        is_often = self.tokens[at + 1].low in {"weekly", "daily", "monthly"} or self._reads(
            at + 1, "a"
        )
        return is_often and self.tokens[i + 2].low in lexicon()["dated"] and self._adds_up(2, at, i)

    def _is_built_alike(self, i: int, at: int) -> bool:
        """``three registrars by day and two by night``, ``2 for safety and 3 for leadership``: of two members that one says."""
        _, end = self._phrase(at + 1)
        if not self._is_member(i) or self.tokens[i - 1].low not in {"and", ","}:
            return False
        is_same = self.tokens[end].low == self.tokens[i + 1].low
        return is_same and 1 < i - end <= _MEMBER + 1 and self._is_with(at, i)
