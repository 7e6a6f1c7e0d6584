"""Quotation marks: what they hold cannot end them."""

from __future__ import annotations

import re

_NESTED = str.maketrans("“”„‟", "‘’‚‛")


def nested(words: str) -> str:
    """Words as they stand inside quotation marks: a quotation within a quotation has single marks, as printers set it.

    So no source can close the marks around its own words and go on as if another were cited.
    """
    return words.translate(_NESTED)


def quoted(words: str) -> str:
    """Words between quotation marks: ``“She said ‘no’.”``."""
    return f"“{nested(words)}”"


def name_of(words: str) -> str:
    """A title or a name as it stands beside a quotation: with single marks, and no number in brackets that would cite another.

    Only kmassist's own quotations stand in double marks, and only its own numbers of sources in brackets.
    """
    return re.sub(r"\[(\d+)\]", r"(\1)", nested(words))
