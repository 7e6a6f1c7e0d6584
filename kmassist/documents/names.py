"""Names of authors: persons in parts, bodies whole, and lists of them in one field taken apart.

A name is kept as one text, in the form that RIS gives it: ``Family, Given, Suffix``. A body's name has no comma, or one at its
end where nothing else shows that it is a body's: ``Sara Company,``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kmassist.text.shipped import english, shipped_data

_SUFFIX = english("documents", "suffix")
_INITIALS = re.compile(r"[^\W\d_a-z](?:[^\W\d_a-z]|[-.\s]+(?=[^\W\d_a-z])){0,7}\.?")
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "la",
        "le",
        "ter",
        "ten",
        "el",
        "al",
        "bin",
        "ibn",
    ]
)
_NOBODY = frozenset(
    {
        "anonymous",
        "[anonymous]",
        "et al",
        "et al.",
        "others",
        "and others",
        "na",
        "n/a",
        "unknown",
        "none",
    }
)
# What exports add to a name: an e-mail address, a number of the author in a database, a footnote mark.
_ADDED = re.compile(
    r"[<(\[]?[\w.+-]+@[\w-]+\.[\w.-]+[>)\]]?|\((?:\d[\d-]{4,}[\dX]?|https?://[^)]*)\)|[*†‡§]+"
)


_UNSPEAKABLE = re.compile(r"[B-DF-HJ-NP-TV-XZ]{3,}")
_JOINING = frozenset({"AND", "OF", "FOR", "THE", "IN", "ON"})


@dataclass(frozen=True, slots=True)
class Name:
    """A person's ``family``, ``given`` and ``suffix``, or a body's ``literal`` name."""

    family: str = ""
    given: str = ""
    suffix: str = ""
    literal: str = ""

    def __str__(self) -> str:
        if self.literal:
            return self.literal if parse_name(self.literal).literal else f"{self.literal},"
        return ", ".join(part for part in (self.family, self.given, self.suffix) if part)

    @property
    def initials(self) -> str:
        """Initials of the given names, with spaces between: ``S A``; as written where they are in no Latin letters."""
        if is_initials(self.given):
            return " ".join(re.findall(r"[^\W\d_]", self.given))
        parts = [part for part in re.split(r"[\s.\-]+", self.given) if part and part[0].isalpha()]
        return " ".join(part[0].upper() for part in parts)


def parse_name(text: str) -> Name:
    """One author's name in parts: ``Kenyon, Sara``, ``Kenyon S``, ``Sara Kenyon``, ``Smith, Jr., John``; a body's stays whole."""
    text = " ".join(text.split())
    if text.endswith(","):
        return Name(literal=text.rstrip(" ,"))
    family, *rest = (part.strip() for part in text.split(","))
    rest = [part for part in rest if part]
    if not rest:
        return _without_comma(family)
    if len(family.split()) > 1 and is_body(family):
        return Name(literal=text)
    suffix = next((part for part in rest if _SUFFIX.fullmatch(part)), "")
    given = " ".join(part for part in rest if part is not suffix)
    if not suffix and len(words := given.split()) > 1 and _SUFFIX.fullmatch(words[-1]):
        given, suffix = " ".join(words[:-1]), words[-1]
    return Name(family, given, suffix)


def _without_comma(text: str) -> Name:
    words = text.split()
    if len(words) < 2 or len(words) > 6 or is_body(text):
        return Name(literal=text)
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    if is_initials(words[-1]):
        return Name(" ".join(words[:-1]), words[-1], suffix)
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    return Name(" ".join(words[first:]), " ".join(words[:first]), suffix)


def is_initials(text: str) -> bool:
    """Whether a text is a person's initials: ``S``, ``SA``, ``S.-A.``, at most four."""
    return bool(_INITIALS.fullmatch(text)) and len(re.findall(r"[^\W\d_]", text)) <= 4


def is_body(text: str) -> bool:
    """Whether a name without a comma is a body's, by the words that it is made of."""
    words = text.split()
    if len(words) < 2:
        return False
    if any(_body_words().fullmatch(word.strip("().,'’\"")) for word in words):
        # "College S" and "Union T" are persons: one word and initials; a land's short name is no initial.
        return (
            len(words) > 2 or not is_initials(words[1]) or bool(_body_words().fullmatch(words[1]))
        )
    # An acronym that nobody can pronounce is no surname, and initials stand last: NHS England.
    return any(map(_UNSPEAKABLE.fullmatch, words[:-1]))


def in_lower_case(body: str) -> str:
    """The name of a body that a directory writes in capitals, as a page would: "Marlow Vale NHS Trust"."""
    words = body.split() if body.isupper() else []
    written = (
        word.lower() if word in _JOINING else word if _UNSPEAKABLE.fullmatch(word) else word.title()
        for word in words
    )
    return " ".join(written) or body


def calls_itself_a_body(text: str) -> bool:
    """Whether a word of a name says what kind of body it is: not so "Evidence for Mothers", whose small words join it."""
    return any(
        _body_words(joining=False).fullmatch(word.strip("().,'’\"")) for word in text.split()
    )


@lru_cache(maxsize=2)
def _body_words(*, joining: bool = True) -> re.Pattern[str]:
    found = [e for e in shipped_data("bodies.yaml")["patterns"] if joining or not e.get("joins")]
    return re.compile("|".join(f"(?:{entry['pattern']})" for entry in found), re.I)


def tidy_names(texts: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Author fields as one name each, in the form that is kept; lists in one field are taken apart, nobodies left out."""
    names = (_tidy(part) for text in texts for part in split_names(text))
    return tuple(dict.fromkeys(name for name in names if name))


def _tidy(text: str) -> str:
    name = " ".join(_ADDED.sub(" ", text).split())
    is_marked = name.endswith(",") or (name.startswith("{") and name.endswith("}"))
    name = name.replace("{", "").replace("}", "").strip(" ;,&")
    if not any(char.isalpha() for char in name) or name.casefold() in _NOBODY:
        return ""
    if is_marked:
        return str(Name(literal=name))
    # Which word of "Nguyễn Thị Minh Khai" is the family's is not said: such a name stays as it was written.
    parts = parse_name(name)
    return str(parts) if "," in name or is_initials(parts.given) else name


def split_names(text: str) -> list[str]:
    """The names in one field, by whatever stands between them: ``;``, ``|``, a line break, "and", or commas.

    Braces and a comma at the end mark a body's name, which is never split. Commas part names only where their pieces show it: each
    is a name with initials (``Pennant A, Okoro B``), or surnames and initials alternate (``Pennant, A., Okoro, B.``).
    """
    text = english("documents", "and_others").sub("", text.strip())
    if text.startswith("[") and text.endswith("]"):  # a list as Python writes it
        return [
            single or double for single, double in re.findall(r"'([^']+)'|\"([^\"]+)\"", text)
        ] or [text[1:-1]]
    parts = _outside_braces(r"\s*(?:;|\|+|\n)\s*", text)
    if len(parts) > 1:
        return [name for part in parts for name in split_names(part)]
    if text.endswith(",") and "," not in text[:-1]:
        return [text]
    if text.startswith("{"):
        parts = _outside_braces(r"\s+and\s+", text)
        return parts if len(parts) == 1 else [name for part in parts for name in split_names(part)]
    parts = _outside_braces(r",?\s+(?:and|&)\s+", text)
    names = [name for part in parts for name in _at_commas(part)]
    # "Health and Care Excellence" are no two persons: a body stands in such a list only beside somebody with initials.
    has_initials = any(is_initials(parse_name(name).given) for name in names)
    if len(parts) > 1 and all(
        _is_person(name) or (has_initials and is_body(name)) for name in names
    ):
        return names
    return _at_commas(text)


def _is_person(name: str) -> bool:
    return bool(parse_name(name).given) or name.startswith("{") or name.casefold() == "others"


def _at_commas(text: str) -> list[str]:
    pieces = [piece for part in text.split(",") if (piece := part.strip())]
    if len(pieces) < 2 or "{" in text:
        return [text]
    named = [piece.split() for piece in pieces]
    with_initials = [
        len(words) > 1 and bool(is_initials(words[-1]) or _SUFFIX.fullmatch(words[-1]))
        for words in named
    ]
    if any(with_initials) and all(
        is_so or is_body(piece) for is_so, piece in zip(with_initials, pieces, strict=True)
    ):
        # PubMed ends the list, not the last initials, with a full stop.
        return pieces if pieces[0].endswith(".") else [*pieces[:-1], pieces[-1].removesuffix(".")]
    if len(pieces) > 3 and len(pieces) % 2 == 0:
        given, families = pieces[1::2], pieces[::2]
        if all(map(is_initials, given)) or all(len(words) == 1 for words in named):
            return [f"{family}, {first}" for family, first in zip(families, given, strict=True)]
    if len(pieces) > 2 and all(
        len(words) > 1 and not is_body(piece) for words, piece in zip(named, pieces, strict=True)
    ):
        return pieces
    return [text]


def _outside_braces(separator: str, text: str) -> list[str]:
    """The text split at a pattern, but not inside braces."""
    parts, depth, start = list[str](), 0, 0
    marks = {match.start(): match.end() for match in re.finditer(separator, text)}
    for at, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if depth <= 0 and at in marks and at >= start:
            parts.append(text[start:at])
            start = marks[at]
    return [part for part in (*parts, text[start:]) if part.strip()]
