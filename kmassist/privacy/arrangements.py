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
_BEFORE_NOUNS = frozenset({"in", "of", "with", "for", "on", "at", "by"})
_MODALS = frozenset({"must", "should", "can", "may", "will"})
_ANYONE = frozenset({"people", "person"})
_FAR = 9
"""Words between a number and what is said of it."""


class Arrangements(Figures):
    """Whether a small number belongs to what is asked for, allowed or usual, not to what happened."""

    def _is_arranged(self, i: int) -> bool:
        if not 1 <= (self.tokens[i].value or 0) <= 4:
            return False
        if i in self.totals or i in self.wholes:
            return self._is_one_of_those_on_duty(i)
        head = self._head(i)
        if self._reads(i, "one", "at", "a", "time"):
            return True
        if head is None or self._tells_what_happened(i):
            return False
        is_role = self._is_of(head, "roles")
        is_anyone = is_role or self.tokens[head].low in _ANYONE
        return (
            self._is_condition(i, head)
            or self._reads(head + 1, "at", "a", "time")  # "takes four couples at a time"
            or self._is_cared_for(i)
            or (is_anyone and (self._does_duty(i, head) or self._is_ordered(i)))
            or (is_role and self._is_ratio_of_staff(head))
            or (is_role and not self._is_of(head, "guests") and self._is_each_time(i))
            or (is_role and (self._is_asked_for(i, head) or self._is_duty(i)))
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
                if self._reads(last + 1, "of", "staff"):
                    last += 2
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

    def _tells_what_happened(self, i: int, shares: set[int] | None = None) -> bool:
        """Whether its sentence has a verb in the past, a year, a month, a share or somebody who tells of himself."""
        first, last = self._sentence(i)
        known = lexicon()
        for at in range(first, last):
            token = self.tokens[at]
            if token.low == "would" and self._reads(at, "would", "have", "to"):
                continue
            if (
                token.low in known["past"]
                or token.low in known["months"] - {"may", "march"}
                or token.low in {"%", "percent"}
                or at in (self.totals if shares is None else shares)
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
            if before.low in _IS | _ARTICLES | _BEFORE_NOUNS or before.value is not None:
                return False  # "in established labour"
            if not before.low.endswith(("ly", "ed")) and before.low not in {
                "not",
                "also",
                "always",
                "and",
                "or",
            }:
                return True
        return False

    def _reads(self, at: int, *words: str) -> bool:
        return tuple(token.low for token in self.tokens[at : at + len(words)]) == words

    def _is_one_of_those_on_duty(self, i: int) -> bool:
        """Either number of ``one of the two midwives stays with the baby``."""
        near = range(max(0, i - 5), i)
        part = i if i in self.totals else next((n for n in near if self.totals.get(n) == i), None)
        head = None if part is None else self._head(part)
        if part is None or head is None or not self._is_of(head, "roles"):
            return False
        return self._does_duty(part, head) and not self._tells_what_happened(part, set())

    def _is_cared_for(self, i: int) -> bool:
        """The second number of ``one midwife looks after one woman``."""
        for part in range(max(0, i - 6), i - 2):
            if self.tokens[part].value != 1 or part in self.totals:
                continue
            head = self._head(part)
            between = [token.low for token in self.tokens[(head or i) + 1 : i]]
            if head is None or not 1 <= len(between) <= 2 or not self._is_of(head, "roles"):
                continue
            if between == ["to"]:  # "one midwife to one woman"
                return True
            if between[-1] in lexicon()["bound_by"] and self._does_duty(part, head):
                return True
        return False

    def _is_ordered(self, i: int) -> bool:
        """``Call two people before you lift``: an order to the reader."""
        first, _ = self._sentence(i)
        return i - first in {1, 2} and self.tokens[first].low in lexicon()["orders"]

    def _does_duty(self, i: int, head: int) -> bool:
        """``one midwife stays with her``, ``two doctors usually cover nights``, ``would have to be on call``, ``for two to be there``."""
        at, known = head + 1, lexicon()
        words = [token.low for token in self.tokens[at : at + _FAR]] + ["", ""]
        is_led = False
        if words[:3] == ["would", "have", "to"]:
            words, is_led = words[3:], True
        elif words[0] in _MODALS or (words[0] == "to" and i and self.tokens[i - 1].low == "for"):
            words, is_led = words[1:], True
        words = [word for word in words if word not in known["habits"]]
        if words[0] in _IS:
            is_there = words[1] in known["present"]
            return is_there or (words[1] == "on" and words[2] in known["posts"])
        is_one = self.tokens[i].value == 1 and not is_led
        is_one = is_one and (self.tokens[i + 1].low == "of" or not is_plural(self.tokens[head].low))
        verb = words[0].removesuffix("s") if is_one and words[0].endswith("s") else words[0]
        is_agreed = is_one == (verb != words[0])
        is_bound = verb not in known["bound_duties"] or words[1] in known["bound_by"]
        is_taking_over = verb == "take" and words[1] == "over"
        return is_agreed and (is_taking_over or (verb in known["duties"] and is_bound))

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
        ) or [t.low for t in after[:2]] in (["to", "one"], ["to", "1"])

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
        if "to" in asked:  # "we must talk to two midwives"
            asked = asked[len(asked) - asked[::-1].index("to") :]
        is_needed = any(w in known["needs"] or singular(w) in known["needs"] for w in asked)
        is_normal = any(
            words[0] in _IS and words[1] in known["needed"] and words[2:] != ["to"]
            for words in (after[k : k + 3] for k in range(len(after) - 1))
        )
        says = known["musts"] | (known["permits"] if self._is_of(head, "guests") else frozenset())
        is_always = "there" in asked and "always" in asked
        is_let = after[:1] == ["can"] and len(after) > 1 and after[1] in known["guest_verbs"]
        is_let = (is_let or asked[-2:] == ["can", "have"]) and self._is_of(head, "guests")
        is_set = self._is_set_number(i, head)
        return bool(
            is_set or is_needed or is_normal or is_always or is_let or says & {*asked, *after[:2]}
        )

    def _is_set_number(self, i: int, head: int) -> bool:
        """``asks for two midwives``, ``calls for``; ``a minimum of 4 midwives on nights``, with no verb behind it."""
        before = [token.low for token in self.tokens[max(0, i - 2) : i]]
        if len(before) < 2:
            return False
        after = self.tokens[head + 1] if head + 1 < len(self.tokens) else None
        is_bare = after is None or after.kind == "mark" or after.low in _BEFORE_NOUNS | {"per"}
        is_limit = before[0] in {"minimum", "maximum"} and before[1] == "of" and is_bare
        return is_limit or (singular(before[0]) in {"ask", "call"} and before[1] == "for")

    def _is_duty(self, i: int) -> bool:
        """``is run by two midwives``: what those on duty do, said of no time."""
        back = [t.low for t in self.tokens[max(0, i - 6) : i]]
        if "by" not in back or not _IS & set(back):
            return False
        agent = len(back) - 1 - back[::-1].index("by")
        return agent > 0 and back[agent - 1] in lexicon()["duties_done"]
