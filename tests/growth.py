"""Whether work grows with what it is given and no faster: by this thread's own processor time, and never by one look."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 5
TOO_LITTLE_SECONDS = 0.4
"""What takes no longer than this is quick enough, whatever it grew by."""


def assert_grows_with(
    small: Callable[[], object], large: Callable[[], object], *, times: int
) -> None:
    """``large`` is ``times`` as much as ``small`` and may take four times that: caches and a busy machine, never the square.

    Whoever is slowed down by others is looked at again: one good look of five is enough, since nothing makes work faster.
    """
    least = [seconds(small), seconds(large)]
    for _ in range(TRIES):
        if least[1] < max(4 * times * least[0], TOO_LITTLE_SECONDS):
            return
        least[1] = min(least[1], seconds(large))
    raise AssertionError(f"{times} times as much took {least[1]:.2f} s, not {least[0]:.2f} s")


def seconds(work: Callable[[], object]) -> float:
    """Processor time of this thread in seconds."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun
