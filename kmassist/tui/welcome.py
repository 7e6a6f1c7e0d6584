"""What stands on the first screen before the first question: what this is, and where one can begin without leaving."""

from __future__ import annotations

from collections.abc import Sequence

WELCOME = (
    ("What would you like to know?\n", "bold"),
    (
        "Answers are sentences from your own documents, word for word, with what is missing beside them.\n",
        "",
    ),
    (
        "For questions about services, not about one patient. It gives no diagnosis, dose or treatment advice, and nothing "
        "missing here is proof that it is missing elsewhere.",
        "$km-quiet",
    ),
)
EMPTY = "The library is empty. Begin here:"
FICTIONAL = "This is the demonstration: its trusts, audits and people are fictional, its published studies are real."
ADD = "Add my own documents: papers, guidelines, audits, what patients and staff say (F3)"
DEMONSTRATION = "Look at the demonstration first: 137 documents of fictional maternity services"
OWN = "Leave the demonstration for my own library"
TOUR = "Take the tour: six steps, Esc leaves it"


def starters(questions: Sequence[str], documents: int, is_demonstration: bool) -> list[str]:
    """The lines to begin with: questions that the library answers, and the ways on that are no questions."""
    if not documents:
        return [DEMONSTRATION, ADD, TOUR]
    return [*questions, TOUR, *([OWN] if is_demonstration else [])]


def title(documents: int, is_demonstration: bool) -> str:
    """The line above them."""
    if not documents:
        return EMPTY
    return f"{FICTIONAL} To begin with:" if is_demonstration else "To begin with:"
