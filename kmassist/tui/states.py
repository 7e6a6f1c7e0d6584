"""The colours and words of coverage states and verdicts."""

from __future__ import annotations

from kmassist.coverage import State, Verdict

STATE_COLOURS = {
    State.SUFFICIENT: "km-good",
    State.THIN: "km-check",
    State.CONFLICTING: "km-check",
    State.OUTDATED_ONLY: "km-check",
    State.INDIRECT_ONLY: "km-check",
    State.ABSENT: "km-bad",
}
"""State -> name of the theme's variable."""

VERDICT_WORDS = {
    Verdict.ANSWERABLE: ("+", "Answered from this corpus", "km-good"),
    Verdict.PARTLY: ("o", "Partly answered from this corpus", "km-check"),
    Verdict.NOT_ANSWERABLE: ("-", "Not answerable from this corpus", "km-bad"),
    Verdict.NOT_JUDGED: ("i", "A question about the corpus itself", "km-link"),
}
"""Verdict -> symbol, words, name of the theme's variable."""
