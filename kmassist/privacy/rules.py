"""Who ought to be there, not who was: a rule of staffing counts nobody ("there must be two midwives at every home birth").

Taken for one is only what says so beside the number itself: a duty, a need, a leave for visitors, how often, a case that may come. Never a
patient as the subject, nor a sentence with a verb in the past, a date, a share or an "I" in it; in doubt it is a count.
"""

from __future__ import annotations

import itertools

from kmassist.privacy.figures import Figures
from kmassist.privacy.phrases import is_plural, lexicon, singular

_IS = frozenset({"is", "are", "be", "being"})
_OWNED = frozenset({"a", "an", "the", "any", "each", "every", "to", "at", "only", "no", "between"})
_NO_VERB = _IS | frozenset({"a", "an", "the", "any", "each", "every", "in", "of", "with", "for", "on", "at", "by"})  # fmt: skip
_TURNS = frozenset({"that", "who", "whom", "which", "because", "about", "of", "how", "why", "with"})
"""What stands behind these is told, not ruled: "every woman says that two midwives are rude"."""
_MODALS = frozenset({"must", "should", "can", "may", "will", "to"})
_FAR = 9
"""Words between a number and what is said of it."""


class Rules(Figures):
    """Whether a small number belongs to what is asked for, allowed or usual, not to what happened."""

    def _is_rule(self, i: int) -> bool:
        if not 1 <= (self.tokens[i].value or 0) <= 4 or i in self.wholes:
            return False
        head = self._head(i)
        if head is None or self._tells_what_happened(i):
            return self._reads(i, "one", "at", "a", "time")
        before = self.tokens[i - 1].low if i else ""
        if before in lexicon()["conditions"]:  # "escalate when three women are waiting"
            return self._is_case(i, head)
        if not self._is_of(head, "roles") or i in self.totals:
            return False
        return self._is_asked_for(i, head) or self._is_duty(i, head) or self._is_often(i, head)

    def _head(self, i: int) -> int | None:
        """The noun for people that a number counts: ``two newly qualified midwives``, ``one of the two midwives``."""
        at = i + 1
        while at < len(self.tokens) and self.tokens[at].low in {"of", "the", "these", "our"}:
            at += 1
        for place in range(at, min(at + 5, len(self.tokens))):
            if self.tokens[place].kind == "mark" and self.tokens[place].low != "-":
                return None
            if self._is_of(place, "people") or self._is_of(place, "roles"):
                last = place
                while last + 1 < len(self.tokens) and self._is_of(last + 1, "roles"):
                    if self.tokens[i].value == 1 and is_plural(self.tokens[last + 1].low):
                        break  # "one midwife leads"
                    last += 1  # "support worker"
                return last + 2 * self._reads(last + 1, "of", "staff")
        return None

    def _is_of(self, at: int, name: str) -> bool:
        return bool({self.tokens[at].low, singular(self.tokens[at].low)} & lexicon()[name])

    def _sentence(self, i: int) -> tuple[int, int]:
        """First token of its sentence, and one after the last; a semicolon and a colon end one too."""
        first, last = i, i
        while first > 0 and i - first < 60 and not self._parts(first - 1, i):
            first -= 1
        while last < len(self.tokens) and last - i < 60 and not self._parts(last, i):
            last += 1
        return first, last

    def _parts(self, at: int, i: int) -> bool:
        token = self.tokens[at]
        is_other = token.sentence != self.tokens[i].sentence
        return is_other or token.low in {";", ":", "|", '"', "“", "”"}

    def _tells_what_happened(self, i: int) -> bool:
        """Whether its sentence has a verb in the past, a year, a month, a share or somebody who tells of himself."""
        first, last = self._sentence(i)
        known = lexicon()
        told = known["past"] | known["months"] - {"may", "march"} | {"%", "percent"}
        for at in range(first, last):
            token = self.tokens[at]
            if token.low == "would" and self._reads(at, "would", "have", "to"):
                continue
            is_told = token.low in told or 1900 <= (token.value or 0) <= 2100
            if is_told or (at in self.totals and at != i):
                return True
            if token.low in {"have", "has"} and self._is_perfect(at, last):
                return True
            if token.low.endswith("ed") and len(token.low) > 4 and self._is_past(at, first):
                return True
        return False

    def _is_perfect(self, at: int, last: int) -> bool:
        """``have left``, ``has often said``; not ``has two doctors``, ``have to``, ``has a named midwife``."""
        following = self.tokens[at + 1] if at + 1 < last else None
        return following is None or (following.value is None and following.low not in _OWNED)

    def _is_past(self, at: int, first: int) -> bool:
        """Whether a word in *-ed* is a verb in the past: not ``is needed``, ``one named midwife``, ``a funded post``."""
        for before in reversed(self.tokens[max(first, at - 4) : at]):
            if before.low in _NO_VERB or before.value is not None:
                return False
            is_between = before.low.endswith(("ly", "ed"))
            if not is_between and before.low not in {"not", "also", "always", "and", "or"}:
                return True
        return False

    def _reads(self, at: int, *words: str) -> bool:
        return tuple(token.low for token in self.tokens[at : at + len(words)]) == words

    def _is_case(self, i: int, head: int) -> bool:
        """No more than a case that may come, and not so many a year."""
        first, last = self._sentence(i)
        spans = lexicon()["times"] - lexicon()["occasions"] - {"second", "minute", "hour"}
        after = self.tokens[head + 1] if head + 1 < len(self.tokens) else None
        is_said = after is not None and after.low.isalpha()
        return is_said and not any(singular(t.low) in spans for t in self.tokens[first:last])

    def _is_often(self, i: int, head: int) -> bool:
        """``one per shift``, ``on call each night``, ``one midwife per 28 women``: so many that they point to nobody."""
        first, last = self._sentence(i)
        after = self.tokens[head + 1 : head + 4]
        is_ratio = len(after) > 1 and after[0].low in {"per", "to", "for"}
        if is_ratio and any((t.value or 0) > 4 or t.low in {"one", "1"} for t in after[1:]):
            return True
        return any(
            self.tokens[at].low in {"each", "every", "per"}
            and singular(self.tokens[at + 1].low) in lexicon()["occasions"]
            and not self._turns(at, i)
            for at in range(first, last - 1)
        )

    def _turns(self, at: int, i: int) -> bool:
        """Whether another clause begins between two places."""
        low, high = sorted((at, i))
        return any(token.low in _TURNS for token in self.tokens[low + 1 : high])

    def _is_asked_for(self, i: int, head: int) -> bool:
        """``needs four midwives``, ``two doctors must sign``, ``is always one``, ``is recommended``, ``asks for two``."""
        first, last = self._sentence(i)
        known = lexicon()
        after = [t.low for t in self.tokens[head + 1 : min(last, head + 1 + _FAR)]]
        back = range(max(first, i - _FAR), i)
        asked = [self.tokens[at].low for at in back if not self._turns(at, i)]
        if "to" in asked:  # "we must talk to two midwives"
            asked = asked[len(asked) - asked[::-1].index("to") :]
        is_guest = self._is_of(head, "guests")
        says = known["musts"] | (known["permits"] if is_guest else frozenset())
        is_let = is_guest and (
            asked[-2:] == ["can", "have"]
            or (after[:1] == ["can"] and after[1:2] and after[1] in known["guest_verbs"])
        )
        is_needed = any({w, singular(w)} & known["needs"] for w in asked)
        is_normal = any(
            a in _IS and b in known["needed"] and after[k + 2 : k + 3] != ["to"]
            for k, (a, b) in enumerate(itertools.pairwise(after))
        )
        return bool(
            is_let or is_needed or is_normal or {"there", "always"} <= {*asked}
            or says & {*asked, *after[:2]} or asked[-2:] in (["asks", "for"], ["calls", "for"])
        )  # fmt: skip

    def _is_duty(self, i: int, head: int) -> bool:
        """``one midwife stays with her``, ``two doctors usually cover nights``, ``two are on call``, ``is run by two midwives``."""
        known = lexicon()
        back = [token.low for token in self.tokens[max(0, i - 2) : i]]
        if len(back) == 2 and back[0] in known["duties_done"] and back[1] == "by":
            return True
        words = [t.low for t in self.tokens[head + 1 : head + 1 + _FAR]]
        words = [*(w for w in words if w not in known["habits"]), "", ""]
        is_led = words[0] in _MODALS
        words = words[is_led:]
        if words[0] in _IS:
            return words[1] in known["present"] or (words[1] == "on" and words[2] in known["posts"])
        is_one = self.tokens[i].value == 1 and not is_led and not is_plural(words[0])
        verb = words[0].removesuffix("s")
        is_bound = verb not in known["bound_duties"] or words[1] in known["bound_by"]
        return not is_one and is_bound and verb in known["duties"]
