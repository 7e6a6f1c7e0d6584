"""No hidden count of an audit can be worked out from what stands beside it, by trying every table that would be shown alike."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from kmassist.documents.metadata import AuditCriterion
from kmassist.privacy.masking import hidden_criteria, hidden_shares
from kmassist.privacy.small_numbers import suppress_share
from tests.unit.sample_briefs import PRIVACY

BELOW = PRIVACY.hide_counts_below


def criteria(*pairs: tuple[int, int]) -> tuple[AuditCriterion, ...]:
    return tuple(
        AuditCriterion(criterion=f"part {n}", numerator=a, denominator=b)
        for n, (a, b) in enumerate(pairs)
    )


def shown(pairs: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    """What a reader sees of each count."""
    held = criteria(*pairs)
    beside = hidden_criteria(held, PRIVACY)
    return tuple(
        f"not shown, of {total}"
        if place in beside
        else f"{(s := suppress_share(n, total)).n} of {s.total}"
        for place, (n, total) in enumerate(pairs)
    )


def is_small(n: int, total: int) -> bool:
    return 0 < n < BELOW or (n > 0 and 0 < total - n < BELOW)  # nought is shown


def attack(
    pairs: tuple[tuple[int, int], ...], relations: list[tuple[tuple[int, ...], int | None]]
) -> None:
    """A reader knows totals and which counts add up to which; each hidden count must keep two values or more.

    The reader does not need to know the rule that hides: ranges alone are used, which is the weaker knowledge of all but our
    own colleagues, so every table within the ranges counts as possible.
    """
    seen = shown(pairs)
    spans = [_values(words, n, total) for words, (n, total) in zip(seen, pairs, strict=True)]
    possible: list[set[int]] = [set() for _ in pairs]
    for table in product(*spans):
        if all(
            sum(table[part] for part in parts)
            == (pairs[parts[0]][1] if whole is None else table[whole])
            for parts, whole in relations
        ):
            for place, n in enumerate(table):
                possible[place].add(n)
    for place, (n, total) in enumerate(pairs):
        if is_small(n, total):
            assert len(possible[place]) > 1, (pairs, seen, place)


def _values(words: str, n: int, total: int) -> list[int]:
    if words.startswith("<"):
        return list(range(1, min(BELOW, total + 1)))
    if words.startswith(">"):
        return list(range(int(words[1:].split(maxsplit=1)[0]) + 1, total + (total < 2 * BELOW)))
    if words.startswith("not shown"):
        return list(range(1, total + 1))
    return [n]


@settings(max_examples=150)
@given(st.lists(st.integers(0, 14), min_size=2, max_size=4))
def test_parts_of_one_whole(parts: list[int]) -> None:
    total = sum(parts)
    if total >= BELOW:  # a smaller total is not shown either
        pairs = tuple((n, total) for n in parts)
        attack(pairs, [(tuple(range(len(pairs))), None)])


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), min_size=2, max_size=3))
def test_strata_and_their_sum(strata: list[tuple[int, int]]) -> None:
    pairs = tuple((n, n + rest) for n, rest in strata if n + rest >= BELOW)
    if len(pairs) > 1:
        whole = (sum(n for n, _ in pairs), sum(total for _, total in pairs))
        attack((*pairs, whole), [(tuple(range(len(pairs))), len(pairs))])


def test_two_small_parts_that_can_only_be_one_each() -> None:
    assert sum("not shown" in words for words in shown(((1, 60), (1, 60), (28, 60), (30, 60)))) >= 1


def test_a_stratum_cannot_be_had_by_subtraction() -> None:
    """20 of 60 in all and 17 of 40 at one site would tell 3 of 20 at the other."""
    held = criteria((3, 20), (17, 40), (20, 60))
    assert hidden_criteria(held, PRIVACY)
    assert (17, 40) in hidden_shares(held, PRIVACY)


def test_nothing_more_is_hidden_where_nothing_is_small() -> None:
    assert not hidden_criteria(criteria((20, 60), (25, 60), (15, 60)), PRIVACY)
    assert not hidden_criteria(criteria((3, 41), (20, 41)), PRIVACY)


def test_every_criterion_of_a_long_audit_takes_part() -> None:
    """The sum that gives a count away may stand behind any number of others."""
    others = [(50 + key, 1000 + 17 * key) for key in range(30)]
    assert hidden_criteria(criteria(*others, (2, 40), (30, 60), (32, 100)), PRIVACY) & {31, 32}
    assert not hidden_criteria(criteria(*others), PRIVACY)
