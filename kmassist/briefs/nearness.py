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


def asked_words(asked: str, expansions: Mapping[str, Sequence[str]]) -> str:
    """What is asked about with what its own acronyms and synonyms were read as.

    ``money`` was read as ``cost`` in the question, but of its subject it is no part: nothing is near for naming money.
    """
    own = set(tokenise(asked))
    read = (forms[:3] for word, forms in expansions.items() if own.issuperset(tokenise(word)))
    return " ".join([asked, *(form for forms in read for form in forms)])
