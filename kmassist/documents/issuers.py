"""Whose word a document is."""

from __future__ import annotations

import re

from kmassist.documents.document import Document
from kmassist.text.words import tokenise


def is_from(document: Document, who: str) -> bool:
    """Whether a body of that name, or with these initials, issued or wrote a document."""
    wanted = set(tokenise(who))
    meta = document.metadata
    said = {*tokenise(meta.issuer), *(word for name in meta.authors for word in tokenise(name))}
    initials = "".join(word[0] for word in re.findall(r"\b[A-Za-z]{3,}", meta.issuer)).casefold()
    return bool(wanted) and (wanted <= said or who.casefold().replace(" ", "") == initials)
