"""Whole numbers in English words, zero to ninety-nine."""

from __future__ import annotations

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBER_WORDS = {word: value for value, word in enumerate(ONES)} | {
    f"{ten}{mark}{one}" if one else ten: 10 * (2 + i) + value
    for i, ten in enumerate(TENS)
    for value, one in enumerate(["", *ONES[1:10]])
    for mark in ("-", "‑")
}
"""Lower-case word -> its number; those above twenty with a hyphen, also with the one that does not break."""
