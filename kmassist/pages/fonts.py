"""The typeface of exported documents: Source Sans Pro (SIL Open Font Licence), from its package, embedded in each PDF."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from kmassist.errors import MissingExtra

REGULAR, BOLD, ITALIC, BOLD_ITALIC = "Regular", "Bold", "It", "BoldIt"


def font_path(style: str) -> Path:
    """The TrueType file of a style.

    Raises:
        MissingExtra: the package is not installed.
    """
    found = find_spec("font_source_sans_pro")
    if found is None or found.origin is None:
        raise MissingExtra(
            "The typeface of exported documents is not installed.",
            "pip install font-source-sans-pro",
        )
    return Path(found.origin).parent / "files" / f"SourceSansPro-{style}.ttf"
