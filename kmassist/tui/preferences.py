"""What the interface remembers between two starts: the theme, reduced motion and earlier questions."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from platformdirs import user_state_path
from pydantic import BaseModel, ConfigDict, ValidationError

log = logging.getLogger(__name__)
_FILE = "interface.json"


class Preferences(BaseModel):
    """Small and safe to lose."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: str = ""
    reduced_motion: bool | None = None


def state_folder() -> Path:
    """Where the interface keeps its own files: beside ``KMASSIST_CONFIG`` when that is set, else the platform's folder."""
    named = os.environ.get("KMASSIST_CONFIG")
    return Path(named).expanduser().parent if named else user_state_path("kmassist", appauthor=False)


def load_preferences() -> Preferences:
    """What was remembered; the defaults when the file is absent or damaged."""
    try:
        return Preferences.model_validate_json((state_folder() / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return Preferences()


def save_preferences(preferences: Preferences) -> None:
    """Remember; a folder that cannot be written costs the memory and nothing else."""
    path = state_folder() / _FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        waiting = path.with_suffix(".new")
        waiting.write_text(json.dumps(preferences.model_dump(), indent=2) + "\n", encoding="utf-8")
        waiting.replace(path)
    except OSError as error:
        log.warning("the interface's preferences could not be kept: %s", error.strerror)
