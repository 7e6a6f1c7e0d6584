"""Reading files ahead, in a thread of its own, while the encoder is busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kmassist.documents.document import Document
from kmassist.readers.sandbox import Sandbox

Read = Callable[[], tuple[list[Document], bytes]]


class ReadAhead:
    """Reads the next files in a thread of its own while the encoder is busy; at most so many files and bytes ahead."""

    _FILES, _BYTES = 24, 32 * 1024 * 1024

    def __init__(self, sandbox: Sandbox) -> None:
        self.begun = 0
        self._sandbox = sandbox
        self._waiting: deque[tuple[Read, int]] = deque()
        self._pool = ThreadPoolExecutor(1, "read-ahead")

    def __enter__(self) -> ReadAhead:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._sandbox.close()  # ends the read that is under way, so that waiting is short
        self._pool.shutdown()

    def fill(self, files: Iterable[tuple[Path, Read] | None]) -> None:
        """Begin reading until enough is ahead; None stands for a file that is not read."""
        for file in files:
            held = sum(size for _, size in self._waiting)
            if self._waiting and (len(self._waiting) >= self._FILES or held >= self._BYTES):
                return
            self.begun += 1
            if file is None:
                self._waiting.append((_nothing, 0))
            else:
                path, read = file
                size = path.stat().st_size if path.is_file() else 0
                self._waiting.append((self._pool.submit(read).result, size))

    def next(self) -> Read:
        """What waits for the first file that was begun: its result, or its error."""
        return self._waiting.popleft()[0]


def _nothing() -> tuple[list[Document], bytes]:
    return [], b""
