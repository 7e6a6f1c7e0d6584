"""Which characters a text may hold: nothing that a terminal obeys, nothing that hides words."""

from __future__ import annotations

import re
import unicodedata

_HAZARDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\uf8ff"
    "\ufffe\uffff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
_SPACES = re.compile(r"[^\S\n]+")


def visible(text: str) -> str:
    """The text without what a terminal or a spreadsheet obeys and nobody sees; its line ends stay."""
    return _HAZARDS.sub("", text)


def clean_text(text: str) -> str:
    """Normalise text for storing: NFC, one kind of line end, no control, bidirectional or zero-width characters.

    Whatever reaches a terminal was stored through this, so a source cannot carry an escape sequence (CWE-150) or hide
    words by reversing them.
    """
    text = unicodedata.normalize(
        "NFC",
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n"),
    )
    text = _HAZARDS.sub(
        "", text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x85", "\n")
    )
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    text = "\n".join(line.strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
