"""How much a sentence reads like a finding."""

from __future__ import annotations

import re

from kmassist.text.shipped import english

_ROW = re.compile(r": [^;]+; [^:;]+: ")


_FIGURE = english("evidence", "gives_a_figure")
_LEANS_BACK = english("evidence", "speaks_of_what_stands_before")
_SENTENCE = (
    (1.5, _FIGURE),
    (1.25, english("evidence", "states_a_direction_or_a_voice")),
    (1.3, english("evidence", "compares_groups")),
    # What others found, a row of a table, half a thought, a question, a notice to the reader, what was done: said, but no finding.
    (0.6, english("evidence", "reports_other_studies")),
    (0.7, _ROW),
    (0.7, english("evidence", "was_not_measured")),
    (0.7, _LEANS_BACK),
    (0.3, re.compile(r"\?[\"'”’)]*$")),
    (0.4, english("evidence", "tells_the_reader_where_to_look")),
    (0.6, english("evidence", "tells_what_was_done")),
)


_HEADING = {  # the first that fits
    "heading_of_conclusions": 1.0,
    "heading_of_discussion": 0.6,
    "heading_of_results": 1.3,
    "heading_of_methods": 0.6,
}


def is_row(sentence: str) -> bool:
    """Whether a sentence is the row of a table ("Measure: Caesarean birth; Home: 30/120") rather than prose."""
    return bool(_ROW.search(sentence))


def gives_a_figure(sentence: str) -> bool:
    """Whether a sentence gives a figure as findings do: a share, a count of a count, a ratio, an amount."""
    return bool(_FIGURE.search(sentence))


def leans_back(sentence: str) -> bool:
    """Whether a sentence opens with a word for what stands before it ("It will look at proposals")."""
    return bool(_LEANS_BACK.search(sentence))


def finding_weight(sentence: str, heading: str) -> float:
    """How much a sentence reads like a finding of its source: a factor on its score, about 0.1 to 3.2.

    A figure, a stated direction and a comparison raise it; a question, a notice, a row of a table, a report of other people's
    studies and a heading of methods lower it. Headings are looked at from the innermost outwards. Chosen on the demonstration
    questions and on the sentences that experts marked in 19 maternity trials, where a marked sentence comes first for 48% of
    the prompts with it and for 15% without (docs/measurements.md).
    """
    weight = 1.0
    for factor, pattern in _SENTENCE:
        if pattern.search(sentence):
            weight *= factor
    sort = _sort_of(heading)
    return weight * _HEADING[sort] if sort else weight


def is_of_methods(heading: str) -> bool:
    """Whether what stands under a heading tells how something was done."""
    return _sort_of(heading) == "heading_of_methods"


def _sort_of(heading: str) -> str:
    """The sort of a heading: the innermost part of it that fits any decides; empty where none does."""
    parts = reversed(heading.split(" › "))
    fits = (sort for part in parts for sort in _HEADING if english("evidence", sort).search(part))
    return next(fits, "")


_TROUBLE = english("evidence", "trouble")


def tells_of_trouble(sentence: str) -> bool:
    """Whether a report of patients and carers tells of something that went badly, by its words."""
    return bool(_TROUBLE.search(sentence))


_GIVES_WHAT_IS_ASKED = 1.25


_LABEL = english("evidence", "label")
