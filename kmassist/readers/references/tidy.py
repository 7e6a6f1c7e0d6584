"""What exports write in a field, as it is meant: markup and entities gone, dates in ISO form, a DOI without its tail."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import unquote

from kmassist.readers.content import one_line
from kmassist.text.dates import parse_date
from kmassist.text.shipped import english

_TAGS = (
    "p|i|b|u|em|strong|sub|sup|sc|br|span|div|font|h[1-6]|ul|ol|li|sec|title|label|list|list-item|italic|bold|underline|abstract"
    "|a|ext-link|xref|inline-formula|disp-formula|math|mml:\\w+|tex-math|named-content|styled-content|inf|inline-graphic"
)
_TAG = re.compile(rf"</?(?:jats:|ns\d?:)?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.I)
_BREAK = re.compile(
    r"</?(?:jats:)?(?:p|br|div|h[1-6]|li|list-item|sec|title|label)(?:\s[^<>]*)?/?>", re.I
)
_EXPONENT = re.compile(
    r"(?<=\d)<(?:jats:)?sup(?:\s[^<>]*)?>\s*([-−–+]?\d+)\s*</(?:jats:)?sup>", re.I
)
_LABEL = re.compile(r"<(?:jats:)?title(?:\s[^<>]*)?>(.*?)</(?:jats:)?title>", re.I | re.S)
_NOTHING = english("references", "stands_for_nothing")
_WITHDRAWN = english("references", "title_begins_withdrawn")  # fmt: skip
_WITHDRAWN_AFTER = english("references", "title_ends_withdrawn")
_NOTED = english("references", "note_of_withdrawal")


def plain(raw: str) -> str:
    """A field without HTML or JATS tags and with its entities as characters; ``5 < 10`` stays. 10<sup>6</sup> is ``10^6``."""
    text = raw
    for _ in range(3):  # what was escaped once more than it should be holds tags of its own
        if "<" in text:
            text = _EXPONENT.sub(r"^\1", text)
            text = _TAG.sub("", _BREAK.sub(" ", text))
        unescaped = html.unescape(text)
        if unescaped == text:
            break
        text = unescaped
    return one_line(text)


def stated(raw: str) -> str:
    """The value of a field that is not the export's word for nothing: ``NA``, ``null``."""
    text = raw.strip()
    return (
        ""
        if text in ("NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "<NA>", "-")
        else text
    )


def abstract_sections(sections: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The (label, text) pairs of an abstract, plain, parted also at the titles that JATS markup holds; none for ``NA``."""
    found: list[tuple[str, str]] = []
    for label, raw in sections:
        text = html.unescape(raw) if "&lt;" in raw and "<" not in raw else raw
        pieces = ["", *_LABEL.split(text)] if not label else [label, text]
        if len(pieces) > 3 and _NOTHING.fullmatch(plain(pieces[1])):
            pieces = pieces[2:]
        found += [
            (plain(name), plain(words))
            for name, words in zip(pieces[::2], pieces[1::2], strict=True)
        ]
    # "Abstract" over the whole is no section of it.
    found = [("" if name.casefold() == "abstract" else name, words) for name, words in found]
    return [
        (name, words) for name, words in found if words and (name or not _NOTHING.fullmatch(words))
    ]


def title(raw: str) -> str:
    """A title without markup, without the brackets of a translated one and without a lone full stop at its end."""
    text = plain(raw)
    if text.startswith("[") and text.rstrip(".").endswith("]"):
        text = text.rstrip(".")[1:-1]
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def section_label(raw: str) -> str:
    """An abstract's section name: ``METHODS AND FINDINGS:`` is ``Methods and findings``."""
    label = one_line(raw).strip(" :.")
    return label.capitalize() if label.isupper() else label


def date(raw: str) -> str | None:
    """The date of publication in ISO form: ``2017/03/12/``, ``2017 Mar 12``, ``1 Mar 2017``; None without a sensible year."""
    text = one_line(str(raw)).strip(" /")
    match = re.match(r"((?:1[89]|20)\d\d)(?:[/-](\d{1,2}))?(?:[/-](\d{1,2}))?(?![\d])", text)
    if match and match.group(2):
        return parse_date("-".join(part for part in match.groups() if part)) or match.group(1)
    packed = re.fullmatch(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", text)
    if packed:
        return parse_date("-".join(packed.groups())) or packed.group(1)
    words = re.match(
        r"((?:1[89]|20)\d\d)[\s/]+([A-Za-z]{3,9})\.?(?:\s*-\s*[A-Za-z]{3,9}\.?)?(?:\s+(\d{1,2})(?!\d))?",
        text,
    )
    if words:
        return parse_date(
            f"{words.group(3) or ''} {words.group(2)} {words.group(1)}".strip()
        ) or words.group(1)
    if match:
        return match.group(1)
    return parse_date(text)


def doi(raw: str) -> str:
    """The DOI in a field that may hold a link or more words; empty when there is none.

    A link's query and the page of a publisher behind it (``/full``, ``/pdf``) are no part of it, and a closing bracket without an
    opening one is none.
    """
    match = re.search(r"10\.\d{4,9}(?:/|%2[Ff])\S+", plain(raw))
    if not match:
        return ""
    found = match.group(0)
    if "://" in raw or "doi.org" in raw.casefold():
        found = re.split(r"[?#]|&(?=\w+=)", unquote(found))[0]
        found = re.sub(
            r"/(?:full|fulltext|abstract|pdf|epdf|meta|html|summary)/?$", "", found, flags=re.I
        )
    found = found.strip("\"'“”’>")
    while found and (found[-1] in ".,;:\"'”’/" or _closes_nothing(found)):
        found = found[:-1]
    return found.lower()


def _closes_nothing(text: str) -> bool:
    opening = {")": "(", "]": "[", "}": "{", ">": "<"}.get(text[-1])
    return opening is not None and text.count(opening) < text.count(text[-1])


def withdrawn(*, title: str, notes: str, types: Iterable[str]) -> str:
    """``retracted`` or ``withdrawn`` when the title, a note or the type of publication says so, else empty."""
    folded = {kind.strip().casefold() for kind in types}
    if folded & {
        "retracted publication",
        "retracted",
        "retraction",
        "retraction of publication",
        "retraction notice",
    }:
        return "retracted"
    match = _WITHDRAWN.match(title) or _WITHDRAWN_AFTER.search(title)
    if match:
        return "withdrawn" if match.group(1).casefold().startswith("withdraw") else "retracted"
    return "retracted" if _NOTED.search(notes) else ""


def screened_out(notes: str) -> bool:
    """Whether a screening tool's note says that the reviewers excluded the reference and nobody included it.

    Rayyan: ``RAYYAN-INCLUSION: {"Ada"=>"Excluded"}``. Covidence: ``Exclusion reason: Wrong population``. ASReview: ``ASReview_irrelevant``.
    """
    inclusion = re.search(r"RAYYAN-INCLUSION:\s*\{([^}]*)\}", notes)
    if inclusion:
        votes = re.findall(r"=>\s*\[?\"?(\w+)", inclusion.group(1))
        return bool(votes) and "Excluded" in votes and "Included" not in votes
    return bool(
        re.search(
            r"\bexclusion reasons?\s*:\s*\w|\bASReview_(?:irrelevant|not_relevant)\b", notes, re.I
        )
    )


def digits(raw: str, most: int) -> str:
    """An identifier of so many digits at most, with or without its name before it; empty when it is none."""
    match = re.fullmatch(rf"\s*(?:PMID:?\s*)?(\d{{1,{most}}})(?:\.0)?\s*", raw, re.I)
    return match.group(1) if match else ""


def pmcid(raw: str) -> str:
    """``PMC`` and its number; empty when there is none."""
    match = re.search(r"PMC\s?(\d{3,9})|^\s*(\d{3,9})\s*$", raw, re.I)
    return f"PMC{match.group(1) or match.group(2)}" if match else ""
