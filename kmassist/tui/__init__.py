"""The terminal interface: a thin face over the assistant. Only this package knows Textual."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.tui.preferences import Display

__all__ = ["TO_DEMONSTRATION", "TO_OWN_LIBRARY", "run", "serve"]

TO_DEMONSTRATION, TO_OWN_LIBRARY = 70, 71
"""What `run` gives when the person wants to go on there: the interface is opened again on that library."""


def run(assistant_factory: Callable[[], Assistant], display: Display) -> int:
    """Open the interface and stay until the person leaves; returns an exit code.

    Args:
        assistant_factory: opens the library; called in a thread after the first paint, so it may take its time.
        display: theme and motion as the settings have them.
    """
    import gc
    import os
    import sys

    from kmassist.tui.web import held

    gc.disable()  # until the first paint: what is made before it stays for good
    with held():
        from kmassist.tui.app import KmassistApp

        app = KmassistApp(assistant_factory, display)
        app.run()
    code = app.return_code or 0
    if app.is_opening and code not in (
        TO_DEMONSTRATION,
        TO_OWN_LIBRARY,
    ):  # left at once: do not wait for a model that nobody will use
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def serve(argv: Sequence[str], *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Offer the interface in a browser; see `kmassist.tui.web.serve`."""
    from kmassist.tui.web import serve as serve_in_browser

    serve_in_browser(argv, host=host, port=port)
