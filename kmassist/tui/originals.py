"""Handing an original file to the person: opened in its own program, or downloaded in a browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmassist.text.plain_files import A_DEVICE

if TYPE_CHECKING:
    from textual.app import App


def safe_name(name: str) -> str:
    """A file name that no file system takes for anything else: letters, digits, ``._-``, at most 100 characters."""
    stem, dot, suffix = re.split(r"[/\\]", name)[-1].rpartition(".")
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", stem if dot else suffix).strip(".-")[:80] or "document"
    ending = re.sub(r"[^A-Za-z0-9]+", "", suffix)[:16] if dot else ""
    slug = f"file-{slug}" if A_DEVICE.match(slug) else slug
    return f"{slug}.{ending}" if ending else slug


def hand_over(app: App[Any], name: str, data: bytes) -> str:
    """Give the file to the person and say how. Runs in a thread."""
    name = safe_name(name)
    if app.is_web:
        app.call_from_thread(app.deliver_binary, BytesIO(data), save_filename=name)
        return f"{name} is downloading."
    path = Path(tempfile.mkdtemp(prefix="kmassist-")) / name
    path.write_bytes(data)
    path.chmod(0o400)
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - the program that Windows has for such files
    elif command := _opener():
        none = subprocess.DEVNULL
        subprocess.Popen([command, str(path)], stdin=none, stdout=none, stderr=none)  # noqa: S603
    else:
        return f"No program opens files here; a copy is in {path}"
    return f"Opening {name}; the copy is in {path.parent}"


def _opener() -> str | None:
    if sys.platform == "darwin":
        return "open"
    has_desktop = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return "xdg-open" if has_desktop and shutil.which("xdg-open") else None
