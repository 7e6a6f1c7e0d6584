"""The terminal interface: a thin face over the assistant. Only this package knows Textual."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.config import Settings

__all__ = ["run", "serve"]


def run(assistant_factory: Callable[[], Assistant], settings: Settings) -> int:
    """Open the interface and stay until the person leaves; returns an exit code.

    Args:
        assistant_factory: opens the library; called in a thread after the first paint, so it may take its time.
        settings: for the theme, reduced motion and the corpus's name.
    """
    from kmassist.tui.app import KmassistApp

    app = KmassistApp(assistant_factory, settings)
    app.run()
    return app.return_code or 0


def serve(command: str, *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Offer the interface in a browser; see `kmassist.tui.web.serve`."""
    from kmassist.tui.web import serve as serve_in_browser

    serve_in_browser(command, host=host, port=port)
