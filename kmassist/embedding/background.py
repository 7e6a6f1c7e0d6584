"""What encoding in the background owes to the rest of the computer: memory that is free, and the processor."""

from __future__ import annotations

import ctypes
import os
import sys
import threading

_NICE = 10


def trim() -> None:
    """Give memory that is free back to the system: the blocks of passes of many sizes otherwise grow by the hour.

    Where the C library is glibc; elsewhere this does nothing.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def give_way() -> None:
    """Let whoever asks a question have the processor before this thread, which adds documents: it takes what is left over.

    On Linux, where a thread has a priority of its own; elsewhere this does nothing.
    """
    if sys.platform == "linux":
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, max(_NICE, os.getpriority(os.PRIO_PROCESS, own)))
