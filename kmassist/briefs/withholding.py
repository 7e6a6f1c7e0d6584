"""How a brief says that sources are kept from its audience: as withheld, never as nothing found."""

from __future__ import annotations

from collections.abc import Set

from kmassist.briefs.model import Withheld
from kmassist.coverage import State
from kmassist.documents.source_types import SourceType, kind_in_words
from kmassist.text.counts import counted


def withheld_of(withheld: Withheld, kind: SourceType) -> int:
    """How many sources of a kind were kept back."""
    return dict(withheld.by_type).get(kind.value, 0)


def withheld_absence(withheld: Withheld, kind: SourceType) -> str:
    """What stands where a kind says nothing because all of it is kept back."""
    count = withheld_of(withheld, kind)
    are = "source of this kind is" if count == 1 else "sources of this kind are"
    return f"Withheld: {count} {are} about the question and may not go to this audience."


def withheld_too(because: str, kinds: Set[SourceType]) -> str:
    """The reason of the verdict, in which kinds that are withheld are said to be so and not to be absent."""
    held = [kind.label.lower() for kind in SourceType if kind in kinds]
    if not held:
        return because
    lead = f"{State.ABSENT.words}: "
    before, is_listed, rest = because.partition(lead)
    says = f"withheld from this audience: {', '.join(held)}"
    if not is_listed:
        return f"{because} {says[:1].upper()}{says[1:]}."
    listed, stop, after = rest.partition(".")
    left = [name for name in listed.split(", ") if name not in held]
    absent = f"{lead}{', '.join(left)}; " if left else ""
    return f"{before}{absent}{says}{stop}{after}"


def withheld_words(withheld: Withheld) -> str:
    """How many sources were kept out, by type, and nothing else about them."""
    parts = ", ".join(
        f"{n} {kind_in_words(SourceType(code) if code else None).lower()}"
        for code, n in withheld.by_type
    )
    number = withheld.documents
    were = "was" if number == 1 else "were"
    return f"{counted(number, 'source that is', 'sources that are')} about the question {were} left out, because the sharing mark does not include this audience ({parts})."
