"""How the interface looks, from the settings and from what was chosen last time: the theme and reduced motion.

Read before the first paint, so nothing here loads the machinery that checks settings.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from kmassist.errors import ExportError
from kmassist.text.tables import save_text

log = logging.getLogger(__name__)
_FILE = "interface.json"
_YES = frozenset({"1", "true", "t", "yes", "y", "on"})


@dataclass(frozen=True, slots=True)
class Display:
    """What the settings say. ``is_said_now``: by a flag or variable of this call, which wins over what is remembered."""

    theme: str = ""
    is_said_now: bool = False
    reduced_motion: bool = False


def read_display(values: Mapping[str, Any], origins: Mapping[str, str]) -> Display:
    """The ``display`` group of `kmassist.settings.file.read_values`; what cannot be used is said when the settings are checked."""
    found = values.get("display")
    group: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    return Display(
        theme=str(group.get("theme", "")),
        is_said_now=origins.get("display.theme", "") in ("flag", "environment"),
        reduced_motion=str(group.get("reduced_motion", "")).lower() in _YES,
    )


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was chosen in the interface; small and safe to lose."""

    theme: str = ""
    reduced_motion: bool | None = None


def state_folder() -> Path:
    """Where the interface keeps its own files: beside ``KMASSIST_CONFIG`` when that is set, else the platform's folder."""
    named = os.environ.get("KMASSIST_CONFIG")
    return (
        Path(named).expanduser().parent if named else user_state_path("kmassist", appauthor=False)
    )


def load_preferences() -> Preferences:
    """What was remembered; the defaults when the file is absent or damaged."""
    try:
        body = json.loads((state_folder() / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Preferences()
    if not isinstance(body, dict):
        return Preferences()
    theme, motion = body.get("theme", ""), body.get("reduced_motion")
    return Preferences(
        theme if isinstance(theme, str) else "", motion if isinstance(motion, bool) else None
    )


def save_preferences(preferences: Preferences) -> None:
    """Remember; a folder that cannot be written costs the memory and nothing else."""
    path = state_folder() / _FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        save_text(path, json.dumps(asdict(preferences), indent=2) + "\n", force=True)
    except (OSError, ExportError) as error:
        log.warning("the interface's preferences could not be kept: %s", error)
