"""kmassist: cited answers from your own evidence, and what is missing shown as plainly as what is there.

    from kmassist import Assistant, load_settings

    with Assistant.open(load_settings({"library": "evidence"}), create=True) as assistant:
        for event in assistant.add([Path("folder")]): ...
        answer = assistant.answer("How should we triage women who attend unscheduled?")

Names are loaded on first use (PEP 562), so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kmassist.answers import Answer, Citation
    from kmassist.assistant import Assistant
    from kmassist.config import Settings, load_settings
    from kmassist.coverage import Coverage
    from kmassist.documents import Document, Metadata, SourceType
    from kmassist.errors import KmassistError
    from kmassist.index import Filter, Index, open_index

_WHERE = {
    "Answer": "answers",
    "Assistant": "assistant",
    "Citation": "answers",
    "Coverage": "coverage",
    "Document": "documents",
    "Filter": "index",
    "Index": "index",
    "KmassistError": "errors",
    "Metadata": "documents",
    "Settings": "config",
    "SourceType": "documents",
    "load_settings": "config",
    "open_index": "index",
}
__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "Coverage",
    "Document",
    "Filter",
    "Index",
    "KmassistError",
    "Metadata",
    "Settings",
    "SourceType",
    "load_settings",
    "open_index",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'kmassist' has no attribute '{name}'")
    return getattr(importlib.import_module(f"kmassist.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
