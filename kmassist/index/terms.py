"""What the lexical leg indexes of a passage. One place, so that a change of the rule rebuilds every index."""

from __future__ import annotations

import hashlib
import inspect
import sys
from functools import lru_cache

import Stemmer

from kmassist import text
from kmassist.documents import Document
from kmassist.passages import Passage
from kmassist.text import tokenise


def index_terms(document: Document, passage: Passage) -> list[str]:
    """The terms of a passage: its document's title, its heading path and its words, stemmed, repetitions kept."""
    return [*_short(document.metadata.title), *_short(passage.heading), *tokenise(passage.text)]


@lru_cache(maxsize=4096)
def _short(words: str) -> tuple[str, ...]:
    return tuple(tokenise(words))


@lru_cache(maxsize=1)
def terms_fingerprint() -> str:
    """Names the tokeniser and the rule above by a digest of their source; a lexical index of another rule is rebuilt."""
    sources = "".join(inspect.getsource(module) for module in (text, sys.modules[__name__]))
    return hashlib.sha256(f"{sources}{Stemmer.version()}".encode()).hexdigest()[:16]
