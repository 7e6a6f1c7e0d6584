"""The library for an assistant elsewhere, over the Model Context Protocol on stdin and stdout; no socket is opened.

A face beside `cli` and `tui`: it lays out what `assistant.visitor` says, in pages, each ending with what is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from kmassist.errors import MissingExtra

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.assistant.visitor import Visitor

Writer = Callable[[], "AbstractContextManager[Assistant]"]
"""Opens the library for one write; it is closed again at once, so that others may write."""


def serve(
    visitor: Visitor, *, writer: Writer | None = None, on_crash: Callable[[BaseException], object]
) -> None:
    """Answer requests on stdin until it ends.

    Args:
        visitor: what may be told.
        writer: opens the library for a write; without it there are no tools that write.
        on_crash: notes an error that nobody expected.

    Raises:
        MissingExtra: the SDK is not installed.
    """
    try:
        import mcp  # noqa: F401 - whether it is there
    except ImportError as error:
        raise MissingExtra(
            "Serving an assistant needs the Model Context Protocol SDK.",
            "Install it: pip install 'kmassist[mcp]'",
        ) from error
    from kmassist.mcp.server import run

    run(visitor, writer=writer, on_crash=on_crash)
