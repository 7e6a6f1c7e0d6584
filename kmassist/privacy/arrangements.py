"""Who ought to be there, and who was: a rule or arrangement of staffing counts nobody ("two midwives are on call each night").

What is never taken for one: a patient as the subject, a sentence with anything past or personal in it, a share, a date. In
doubt a number is a count of people; the words that the grammar is read by are in ``data/small_numbers.yaml``.
"""

from __future__ import annotations

from kmassist.privacy.figures import Figures
from kmassist.privacy.phrases import is_plural, lexicon, singular

_IS = frozenset({"is", "are", "be", "being"})
_ARTICLES = frozenset({"a", "an", "the", "any", "each", "every"})
_TURNS = frozenset({"that", "who", "whom", "which", "because", "about", "of", "how", "why", "with"})
"""What stands behind these is told, not ruled: "every woman says that two midwives are rude"."""
_FAR = 9
"""Words between a number and what is said of it."""


class Arrangements(Figures):
    """Whether a small number belongs to what is asked for, allowed or usual, not to what happened."""

    def _is_arranged(self, i: int) -> bool:
        token = self.tokens[i]
        if not 1 <= (token.value or 0) <= 4 or i in self.totals or i in self.wholes:
            return False
        head = self._head(i)
        if head is None or self._tells_what_happened(i):
            return False
        is_role = self._is_of(head, "roles")
        return (
            self._is_condition(i, head)
            or (is_role and self._is_ratio_of_staff(head))
            or (is_role and not self._is_of(head, "guests") and self._is_each_time(i))
            or (is_role and (self._is_asked_for(i, head) or self._is_duty(i, head)))
        )

    def _head(self, i: int) -> int | None:
        """The noun for people that a number counts: ``two newly qualified midwives``, ``one of the two midwives``."""
        at = i + 1
        if at < len(self.tokens) and self.tokens[at].low == "of":
            while at + 1 < len(self.tokens) and (
                self.tokens[at].low in {"of", "the", "these", "our"}
                or self.tokens[at].value is not None
            ):
                at += 1
        for place in range(at, min(at + 5, len(self.tokens))):
            token = self.tokens[place]
            if token.kind == "mark" and token.low != "-":
                return None
            if self._is_of(place, "people") or self._is_of(place, "roles"):
                last = place
                while last + 1 < len(self.tokens) and self._is_of(last + 1, "roles"):
                    last += 1  # "support worker"
                return last
        return None

    def _is_of(self, at: int, name: str) -> bool:
        word = self.tokens[at].low
        return word in lexicon()[name] or singular(word) in lexicon()[name]

    def _sentence(self, i: int) -> tuple[int, int]:
        """First token of its sentence, and one after the last; a semicolon and a colon end one too."""
        sentence, first, last = self.tokens[i].sentence, i, i
        while first > 0 and i - first < 60 and not self._parts(first - 1, sentence):
            first -= 1
        while last < len(self.tokens) and last - i < 60 and not self._parts(last, sentence):
            last += 1
        return first, last

    def _parts(self, at: int, sentence: int) -> bool:
        token = self.tokens[at]
        return token.sentence != sentence or token.low in {";", ":", "|", '"', "“", "”"}

    def _tells_what_happened(self, i: int) -> bool:
        """Whether its sentence has a verb in the past, a year, a month, a share or somebody who speaks for himself."""
        first, last = self._sentence(i)
        known = lexicon()
        for at in range(first, last):
            token = self.tokens[at]
            if (
                token.low in known["past"]
                or token.low in known["months"] - {"may", "march"}
                or token.low in {"%", "percent"}
                or at in self.totals
                or 1900 <= (token.value or 0) <= 2100
            ):
                return True
            if token.low in {"have", "has"} and self._is_perfect(at, last):
                return True
            if token.low.endswith("ed") and len(token.low) > 4 and self._is_past(at, first):
                return True
        return False

    def _is_perfect(self, at: int, last: int) -> bool:
        """``have left``, ``has often said``; not ``has two doctors``, ``have to``, ``has a named midwife``."""
        if at + 1 >= last:
            return True
        following = self.tokens[at + 1]
        is_owned = following.low in _ARTICLES | {"to", "at", "only", "no", "between"}
        return following.value is None and not is_owned

    def _is_past(self, at: int, first: int) -> bool:
        """Whether a word in *-ed* is a verb in the past: not ``is needed``, ``one named midwife``, ``a funded post``."""
        for back in range(at - 1, max(first, at - 4) - 1, -1):
            before = self.tokens[back]
            if before.low in _IS | _ARTICLES or before.value is not None:
                return False
            if not before.low.endswith(("ly", "ed")) and before.low not in {
                "not",
                "also",
                "always",
                "and",
                "or",
            }:
                return True
        return False

    def _is_condition(self, i: int, head: int) -> bool:
        """``Escalate when three women are waiting``: no more than a case that may come, and not so many a year."""
        first, last = self._sentence(i)
        spans = lexicon()["times"] - lexicon()["occasions"] - {"second", "minute", "hour"}
        if any(singular(token.low) in spans for token in self.tokens[first:last]):
            return False
        before = self.tokens[i - 1].low if i else ""
        after = self.tokens[head + 1] if head + 1 < len(self.tokens) else None
        return before in lexicon()["conditions"] and after is not None and after.low.isalpha()

    def _is_ratio_of_staff(self, head: int) -> bool:
        """``one midwife per 28 women``, ``one midwife to 28 births``."""
        after = self.tokens[head + 1 : head + 4]
        return (
            len(after) > 1
            and after[0].low in {"per", "to", "for"}
            and any(t.value is not None and t.value > 4 for t in after[1:])
        )

    def _is_each_time(self, i: int) -> bool:
        """``on call each night``, ``one per shift``: so many that they point to nobody."""
        first, last = self._sentence(i)
        known = lexicon()["occasions"]
        return any(
            self.tokens[at].low in {"each", "every", "per"}
            and singular(self.tokens[at + 1].low) in known
            and not self._turns(at, i)
            for at in range(first, last - 1)
        )

    def _turns(self, at: int, i: int) -> bool:
        """Whether another clause begins between two places."""
        low, high = sorted((at, i))
        return any(token.low in _TURNS for token in self.tokens[low + 1 : high])

    def _is_asked_for(self, i: int, head: int) -> bool:
        """``needs four midwives``, ``two people must sign``, ``there is always one``, ``a team of four is recommended``."""
        first, last = self._sentence(i)
        known = lexicon()
        back = range(max(first, i - _FAR), i)
        after = [t.low for t in self.tokens[head + 1 : min(last, head + 1 + _FAR)]]
        asked = [self.tokens[at].low for at in back if not self._turns(at, i)]
        if "to" in asked:  # "we must speak to two midwives"
            asked = asked[len(asked) - asked[::-1].index("to") :]
        is_needed = any(w in known["needs"] or singular(w) in known["needs"] for w in asked)
        is_normal = any(
            words[0] in _IS and words[1] in known["needed"] and words[2:] != ["to"]
            for words in (after[k : k + 3] for k in range(len(after) - 1))
        )
        says = known["musts"] | (known["permits"] if self._is_of(head, "guests") else frozenset())
        is_always = "there" in asked and "always" in asked
        return bool(is_needed or is_normal or is_always or says & {*asked, *after[:2]})

    def _is_duty(self, i: int, head: int) -> bool:
        """``one midwife stays with her``, ``is run by two midwives``: what those on duty do, said of no time."""
        if head + 1 >= len(self.tokens):
            return False
        verb = self.tokens[head + 1].low
        is_of = self.tokens[i + 1].low == "of"
        if self.tokens[i].value == 1 and verb.endswith("s") and self._is_of(head + 1, "duties"):
            return is_of or not is_plural(self.tokens[head].low)
        back = [t.low for t in self.tokens[max(0, i - 6) : i]]
        if "by" not in back or not _IS & set(back):
            return False
        agent = len(back) - 1 - back[::-1].index("by")
        return agent > 0 and back[agent - 1] in lexicon()["duties_done"]
