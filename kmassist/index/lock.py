"""The writer's lock: one process writes to a library at a time, and the next one learns when the last one died at work.

The lock file holds the writer's process id while it writes, the digest of an original that no row names yet, and the number
of the last durable change afterwards. Closing the file releases the lock whatever happens to the process, so a kill never
leaves a library locked.
"""

from __future__ import annotations

import os
import re
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType

from kmassist.errors import IndexLocked
from kmassist.index.files import open_own, read_bytes

if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> None:
        os.lseek(
            handle, 1 << 20, os.SEEK_SET
        )  # a byte beyond the text, so that others may read who holds it
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _unlock(handle: int) -> None:
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _try_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


_POLL_SECONDS = 0.005
_LONGEST = 200
_CONTENT = re.compile(
    rb"seq (?P<seq>\d{20}) (?P<sum>[0-9a-f]{8})\npid (?P<pid>[0-9 ]{12})\n(?:new (?P<new>[0-9a-f]{64}|[ ]{64})\n)?"
)


class WriterLock:
    """Held while writing; entering again in the same thread of use is free.

    Attributes:
        was_interrupted: a writer before died, or failed, between taking the lock and letting go of it; the mark stays until
            whoever has cleared up what was left behind sets this to False.
        is_marked: set while held, to say on letting go that something was left behind.
        last_seq: the last change that a writer is known to have made durable.
        unfinished: SHA-256 of an original that a writer which died was about to store, empty without one.
    """

    def __init__(self, path: Path, timeout_seconds: float = 5.0) -> None:
        self._path = path
        self._timeout_seconds = timeout_seconds
        self._handle = -1
        self._depth = 0
        self.was_interrupted = False
        self.last_seq = 0
        self.is_marked = False
        self.unfinished = ""
        self._new = ""

    def announce(self, sha256: str) -> None:
        """Say which original is written next: after a kill it is known to belong to nothing."""
        self._new = sha256
        self._write(str(os.getpid()))

    def note(self, seq: int) -> None:
        """Remember that change ``seq`` is durable; a library that knows less than that has lost something."""
        self.last_seq = max(self.last_seq, seq)

    def __enter__(self) -> WriterLock:
        if self._depth == 0:
            self._acquire()
        self._depth += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if self._depth == 0:
            # After an error the mark stays, so that the next writer looks for what was left behind, as after a kill.
            is_clean = kind is None and not self.is_marked and not self.was_interrupted
            if is_clean:
                self._new = ""
            self._write("" if is_clean else str(os.getpid()))
            self.is_marked = False
            _unlock(self._handle)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Hold the lock if nobody else does.

        Raises:
            IndexLocked: another process is writing now.
        """
        patience, self._timeout_seconds = self._timeout_seconds, 0.0
        try:
            self.__enter__()
        finally:
            self._timeout_seconds = patience
        with ExitStack() as stack:
            stack.push(self)
            yield

    def close(self) -> None:
        """Let go of the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _acquire(self) -> None:
        if self._handle < 0:
            self._handle = open_own(self._path)
        deadline = time.monotonic() + self._timeout_seconds
        while True:
            try:
                _try_lock(self._handle)
                break
            except OSError as error:
                if time.monotonic() >= deadline:
                    holder, _, _ = self._read()
                    who = f"process {holder}" if holder else "another process"
                    raise IndexLocked(
                        f"The library is being written by {who}.", "Try again when it has finished."
                    ) from error
                time.sleep(_POLL_SECONDS)
        holder, seq, new = self._read()
        self.was_interrupted = self.was_interrupted or bool(holder)
        if holder:
            self.unfinished = self._new = (
                new  # said again, in case this writer dies before it has cleared it up
            )
        self.last_seq = max(self.last_seq, seq)
        self._write(str(os.getpid()))

    @staticmethod
    def recorded_seq(path: Path) -> int:
        """The last change that a lock file says is durable, 0 without one."""
        try:
            return _parse(read_bytes(path, limit=_LONGEST))[1]
        except FileNotFoundError:
            return 0

    def _read(self) -> tuple[str, int, str]:
        os.lseek(self._handle, 0, os.SEEK_SET)
        return _parse(os.read(self._handle, _LONGEST))

    def _write(self, holder: str) -> None:
        # Fixed width and one write, so that a kill leaves the old text or the new one. No fsync: it is a hint, not the truth.
        number = b"%020d" % self.last_seq
        with suppress(OSError):
            os.lseek(self._handle, 0, os.SEEK_SET)
            values = (number, zlib.crc32(number), holder.encode(), self._new.encode())
            os.write(self._handle, b"seq %b %08x\npid %-12b\nnew %-64b\n" % values)


def _parse(content: bytes) -> tuple[str, int, str]:
    """Who holds the lock, the last durable change, the original under way; nothing and 0 when the text is not whole."""
    found = _CONTENT.fullmatch(content)
    if not found or int(found["sum"], 16) != zlib.crc32(found["seq"]):
        return "", 0, ""
    return found["pid"].decode().strip(), int(found["seq"]), (found["new"] or b"").decode().strip()
