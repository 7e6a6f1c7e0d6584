"""kmassist: cited answers from your own evidence, and what is missing shown as plainly as what is there.

    import kmassist

    with kmassist.open("evidence", create=True) as library:
        library.add("folder")
        answer = library.ask("How should we triage women who attend unscheduled?")

Names are loaded on first use (PEP 562), so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kmassist.answers.model import Answer, Citation
    from kmassist.assistant import Assistant
    from kmassist.assistant.library import Brief, CheckReport, Library
    from kmassist.assistant.library import open_library as open  # noqa: A004 - like gzip.open
    from kmassist.coverage import Coverage
    from kmassist.documents.document import Document, SourceType
    from kmassist.documents.metadata import Metadata
    from kmassist.errors import KmassistError
    from kmassist.index import Filter, Index, open_index
    from kmassist.settings.model import Settings, load_settings

_WHERE = {
    "Answer": "answers.model",
    "Assistant": "assistant",
    "Brief": "briefs",
    "CheckReport": "verification.model",
    "Citation": "answers.model",
    "Coverage": "coverage",
    "Document": "documents.document",
    "Filter": "index",
    "Index": "index",
    "KmassistError": "errors",
    "Library": "assistant.library",
    "Metadata": "documents.metadata",
    "Settings": "settings.model",
    "SourceType": "documents.document",
    "load_settings": "settings.model",
    "open": "assistant.library:open_library",
    "open_index": "index",
}
__all__ = [
    "Answer",
    "Assistant",
    "Brief",
    "CheckReport",
    "Citation",
    "Coverage",
    "Document",
    "Filter",
    "Index",
    "KmassistError",
    "Library",
    "Metadata",
    "Settings",
    "SourceType",
    "load_settings",
    "open",
    "open_index",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'kmassist' has no attribute '{name}'")
    module, _, inside = _WHERE[name].partition(":")
    return getattr(importlib.import_module(f"kmassist.{module}"), inside or name)


def __dir__() -> list[str]:
    return list(__all__)
