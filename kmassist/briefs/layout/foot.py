"""The foot of page one: state, search, corpus, what was withheld, and how hard the words are to read."""

from __future__ import annotations

from collections.abc import Iterator

from kmassist.answers.presentation import marked
from kmassist.briefs import Brief
from kmassist.briefs.layout.wording import Wording, small
from kmassist.briefs.withholding import withheld_of, withheld_words
from kmassist.coverage import State
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import Sharing
from kmassist.pages.blocks import Block
from kmassist.text.counts import counted
from kmassist.text.words import reading_age

_AIMS = ((11, "plain enough"), (14, "say it in plainer words beside it where you can"))
_TOO_HARD = "hard for many readers; say it in plainer words beside it"
"""What is said of words up to which reading age, and above. The NHS's guide to writing asks for 9 to 11, and for 11 to 14 where
medical words make that hard."""


def foot(brief: Brief, wording: Wording) -> Iterator[Block]:
    """One or two small paragraphs."""
    parts = [state_words(brief), searched(brief, wording)]
    query = "; ".join(list(query_lines(brief))[: 1 if wording.is_plain else 2])
    parts.append(f"Query: {query}." if query and not wording.is_plain else "")
    if brief.sharing is not Sharing.PUBLIC:
        parts.append(
            f"Contains sources marked {brief.sharing.value}: do not pass on beyond that circle."
        )
    if brief.withheld.documents:
        parts.append(f"Withheld: {withheld_words(brief.withheld)}")
    parts.append(brief.method.software and f"{brief.method.software}.")
    if wording.is_plain:
        parts.append(ease(brief))
    yield small(" ".join(part for part in parts if part))


def state_words(brief: Brief) -> str:
    """How far people have taken it."""
    digest = brief.content_digest
    here = [s for s in brief.sign_offs if s.digest == digest]
    if not here:
        lapsed = (
            f" An earlier version was {brief.sign_offs[-1].state.value} on {brief.sign_offs[-1].on}."
            if brief.sign_offs
            else ""
        )
        return f"Draft for review by people; not reviewed.{lapsed}"
    words = "; ".join(f"{s.state.value} by {s.role} on {s.on}" for s in here)
    return f"{words[:1].upper()}{words[1:]}."


def searched(brief: Brief, wording: Wording) -> str:
    """Which corpus, how large, when."""
    corpus = brief.method.corpus
    if wording.is_plain:
        return (
            f"{counted(corpus.documents, 'document')} that this service chose to collect {'was' if corpus.documents == 1 else 'were'} searched on {brief.method.searched_on} "
            f"(collection {corpus.digest[:12]})."
        )
    return (
        f"Searched on {brief.method.searched_on}: {corpus.name}, {counted(corpus.documents, 'document')}, {corpus.passages} passages "
        f"(identity {corpus.digest[:12]})."
    )


def withheld_kind(brief: Brief, kind: SourceType) -> int:
    """How many sources of a kind were kept from this audience, where nothing else of it is held."""
    is_absent = any(c.source_type is kind and c.state is State.ABSENT for c in brief.cells)
    return withheld_of(brief.withheld, kind) if is_absent else 0


def query_lines(brief: Brief) -> Iterator[str]:
    """How the question was read, what else was searched for, and what nothing mentions."""
    if brief.method.frame:
        yield brief.method.frame.get("sentence", "").rstrip(".") or "; ".join(
            f"{k}: {v}" for k, v in brief.method.frame.items()
        )
    if brief.method.expansions:
        yield "also read " + ", ".join(
            f"{term} as {' / '.join(forms[:3])}"
            for term, forms in list(brief.method.expansions.items())[:4]
        )
    if brief.method.uncovered_terms:
        yield "no source mentions " + ", ".join(brief.method.uncovered_terms)


def ease(brief: Brief) -> str:
    """How hard page one's quotations are to read; their words cannot be changed, but people can say it in plainer ones."""
    words = " ".join(marked(m.claim.citation) for m in brief.key_messages if m.claim and not m.rank)
    if not words:
        return ""
    age = reading_age(words)
    hard = next((said for most, said in _AIMS if age <= most), _TOO_HARD)
    return f"Reading age of the quotations: about {age} (Flesch-Kincaid; the NHS asks for 9 to 11, or 14 at most): {hard}."
