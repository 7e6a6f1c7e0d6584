"""Keys typed while the interface starts: kept for the question field rather than echoed over the shell's screen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held() -> Iterator[None]:
    """Until the interface reads keys itself, the terminal neither shows nor gathers them into lines, and Enter stays Enter.

    Afterwards the terminal is as it was. Does nothing where there is no terminal, or none of this kind (Windows).
    """
    if sys.platform == "win32" or not sys.stdin or not sys.stdin.isatty():
        yield
        return
    import termios

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    iflag, oflag, cflag, lflag, ispeed, ospeed, characters = before
    raw = [iflag & ~termios.ICRNL, oflag, cflag, lflag & ~(termios.ECHO | termios.ICANON), ispeed, ospeed, characters]
    termios.tcsetattr(descriptor, termios.TCSANOW, raw)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
