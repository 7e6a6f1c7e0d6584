"""How near words are to the question: what a brief puts first among things of one kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kmassist.text.words import tokenise

_GENERIC = frozenset(
    tokenise(
        "women woman mother mothers birth births born baby babies maternity midwife midwives midwifery hospital unit ward care "
        "service services staff patient patients pregnancy pregnant time times use used local number need needs people labour "
        "offer offered week weeks day days hour hours evidence effect effects proof show shows"
    )
)


def nearness(asked: str, texts: Sequence[str]) -> list[float]:
    """For each text the question's words in it, a word shared by few texts weighing more (1 over how many have it).

    Words that say nothing of the subject in maternity care do not count. 0.0 when no word is shared.
    """
    wanted = set(tokenise(asked)) - _GENERIC
    held = [wanted & set(tokenise(text)) for text in texts]
    spread = Counter(word for words in held for word in words)
    return [sum(1 / spread[word] for word in words) for words in held]


def asked_words(question: str, expansions: Mapping[str, Sequence[str]]) -> str:
    """The question with what its acronyms and synonyms were read as."""
    return " ".join([question, *(form for forms in expansions.values() for form in forms[:3])])
