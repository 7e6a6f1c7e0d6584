"""Reading in a separate process that may be killed: a hostile file costs a message, never the program.

    Sandbox ── one line of JSON ──> child: limits on memory, time and files, no network ── one line of JSON ──> documents

One child reads file after file; after a timeout, a crash or too much memory it is replaced. On Windows there are no
resource limits, so the wall clock and the caps on size, pages and characters are what holds there.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import TypeAdapter

from kmassist import errors
from kmassist.documents.document import Document, clean_text
from kmassist.errors import UnreadableSource
from kmassist.readers import read_bytes
from kmassist.readers.confine import confine, environment, limit_cpu, peak_bytes
from kmassist.readers.legacy import KIND as OLD_OFFICE
from kmassist.readers.legacy import find_office

log = logging.getLogger(__name__)
start = subprocess.Popen
"""How a reading process is started."""

_DOCUMENTS = TypeAdapter(list[Document])
_MAX_ANSWER = 400 * 1024 * 1024
_OCR_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take. Seconds of wall clock and of CPU, bytes of address space and of what the child may write."""

    wall_seconds: float = 60.0
    cpu_seconds: int = 45
    memory_bytes: int = 1024**3
    file_bytes: int = 16 * 1024**2
    max_files_per_child: int = 200
    may_start_programs: bool = False


class Sandbox:
    """Reads sources in a child process; use it as a context manager.

    >>> with Sandbox() as sandbox:  # doctest: +SKIP
    ...     documents = sandbox.read(Path("report.pdf"))
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.peak_bytes = 0
        self._child: _Child | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(
        self,
        path: Path,
        *,
        overrides: Mapping[str, Any] | None = None,
        root: Path | None = None,
        find_topics: Callable[[str], tuple[str, ...]] | None = None,
        ocr: bool = False,
    ) -> list[Document]:
        """The same as readers.read_source, in the child. ``find_topics`` runs here, on clean text.

        Raises:
            SourceNotFound, UnsupportedFormat, UnreadableSource (kind ``limit`` when it had to be stopped).
        """
        path = Path(path)
        # Cheap refusals here: a child is not started for a file that is missing, special, empty or too large.
        read_bytes(path)
        request = {
            "path": str(path.absolute()),
            "overrides": dict(overrides or {}),
            "root": str(root) if root else None,
            "ocr": False,
            "convert": False,
        }
        try:
            answer = self._ask(request, self.limits.wall_seconds)
            if ocr and answer.get("error", {}).get("kind") == "no_text_layer":
                answer = self._ask({**request, "ocr": True}, _OCR_SECONDS)
            elif answer.get("error", {}).get("kind") == OLD_OFFICE and find_office():
                answer = self._ask({**request, "convert": True}, _OCR_SECONDS)
        except _Stopped as stop:
            self.close()
            raise UnreadableSource(
                f"{clean_text(path.name)} was stopped: {stop}.",
                "It may be damaged or made to attack readers; save it again or leave it out.",
                kind="limit",
            ) from None
        self.peak_bytes = max(self.peak_bytes, int(answer.get("peak_bytes", 0)))
        if "error" in answer:
            raise _error(answer["error"])
        documents = _DOCUMENTS.validate_python(answer["documents"])
        if find_topics:
            documents = [_with_topics(document, find_topics) for document in documents]
        return documents

    def scrub(self, path: Path) -> tuple[bytes, str]:
        """The same as scrubbing.scrub_source, in the child.

        Raises:
            UnreadableSource: kind ``scrub``, when there is no copy without the hidden parts; ``limit`` when it was stopped.
        """
        asked = {"path": str(path.absolute()), "scrub": True, "ocr": False, "convert": False}
        try:
            answer = self._ask(asked, self.limits.wall_seconds)
        except _Stopped as stop:
            self.close()
            raise UnreadableSource(
                f"{clean_text(path.name)} cannot be scrubbed: {stop}.",
                "Store it with --without-original or --accept REASON, or leave it out.",
                kind="scrub",
            ) from None
        if "error" in answer:
            raise _error(answer["error"])
        return base64.b64decode(answer["copy"]), str(answer["of"])

    def close(self) -> None:
        """End the child, if one runs."""
        if self._child:
            self._child.kill()
            self._child = None

    def _ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        if request["ocr"] or request["convert"]:
            # Character recognition and LibreOffice are slow, start programs and write files: a child of its own, once, and a
            # folder of its own, so that nothing of the source or of those programs is left when it is stopped.
            wide = replace(
                self.limits,
                cpu_seconds=int(seconds),
                memory_bytes=4 * 1024**3,
                file_bytes=1024**3,
                may_start_programs=True,
            )
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                alone = _Child(wide, folder=folder)
                try:
                    return alone.ask(json.dumps(request, default=str), seconds)
                finally:
                    alone.kill()
        if self._child and self._child.served >= self.limits.max_files_per_child:
            self.close()
        if self._child is None:
            self._child = _Child(self.limits)
        answer = self._child.ask(json.dumps(request, default=str), seconds)
        if answer.get("must_go"):
            self.close()
        return answer


class _Stopped(Exception):
    pass


class _Child:
    """One reading process and the thread that listens to it.

    Args:
        folder: for temporary files, when the process starts others; these end with it.
    """

    def __init__(self, limits: Limits, *, folder: str = "") -> None:
        variables = environment()
        if folder:
            variables |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder)
        self.served = 0
        self.is_group = bool(folder) and hasattr(os, "killpg")
        # -c and not -m: the child must load no more than this package, and must not run it twice.
        code = "from kmassist.readers.sandbox import serve; serve()"
        self.process = start(
            [sys.executable, "-c", code, json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=variables,
            close_fds=True,
            start_new_session=self.is_group,
        )
        self.answers: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, line: str, seconds: float) -> dict[str, Any]:
        """Send one request and wait for its answer.

        Raises:
            _Stopped: it took too long, died or said nonsense.
        """
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line.encode("utf-8", "surrogateescape") + b"\n")
            self.process.stdin.flush()
            raw = self.answers.get(timeout=seconds)
        except queue.Empty:
            raise _Stopped(f"reading it took longer than {seconds:g} seconds") from None
        except OSError:
            raw = b""
        self.served += 1
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise _Stopped(
                "reading it took more memory or time than a file may take, or broke the reader"
            )
        return answer

    def kill(self) -> None:
        """End the process and wait for it."""
        with contextlib.suppress(OSError):
            if self.is_group:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            while line := self.process.stdout.readline(_MAX_ANSWER):
                self.answers.put(line)
        self.answers.put(b"")  # it is gone


def _error(fields: Mapping[str, str]) -> errors.KmassistError:
    kind = getattr(errors, str(fields.get("class")), UnreadableSource)
    message, hint = str(fields.get("message", "")), str(fields.get("hint", ""))
    if kind is UnreadableSource or not (
        isinstance(kind, type) and issubclass(kind, errors.KmassistError)
    ):
        return UnreadableSource(message, hint, kind=str(fields.get("kind", "damaged")))
    return kind(message, hint)


def _with_topics(document: Document, find_topics: Callable[[str], tuple[str, ...]]) -> Document:
    if document.metadata.topics:
        return document
    found = tuple(find_topics(document.titled_text))
    came_from = {**document.metadata.came_from, **({"topics": "detected"} if found else {})}
    return document.model_copy(
        update={
            "metadata": document.metadata.model_copy(
                update={"topics": found, "came_from": came_from}
            )
        }
    )


def serve() -> None:
    """What the child runs: a request a line on stdin, an answer a line on what was stdout, until stdin ends."""
    limits = Limits(**json.loads(sys.argv[1]))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a parser prints must not reach the answers
    from kmassist import readers

    readers.supported_suffixes()  # loads every parser before the limits, so that they are for the file alone
    confine(
        memory_bytes=limits.memory_bytes,
        file_bytes=limits.file_bytes,
        may_start_programs=limits.may_start_programs,
    )
    base = peak_bytes()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        limit_cpu(limits.cpu_seconds)
        answer = _answer(readers.read_source, request)
        answer["peak_bytes"] = peak_bytes()
        # A child that has grown keeps what it took: the next file deserves a fresh one.
        answer["must_go"] = answer["peak_bytes"] > base + limits.memory_bytes // 8
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()


def _answer(read: Callable[..., list[Document]], request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        if request.get("scrub"):
            from kmassist.readers.scrubbing import scrub_source

            copy, digest = scrub_source(Path(request["path"]))
            return {"copy": base64.b64encode(copy).decode(), "of": digest}
        root = Path(request["root"]) if request["root"] else None
        documents = read(
            Path(request["path"]),
            overrides=request["overrides"],
            root=root,
            ocr=bool(request["ocr"]),
            convert=bool(request["convert"]),
        )
        return {"documents": [document.model_dump(mode="json") for document in documents]}
    except errors.KmassistError as problem:
        kind = getattr(problem, "kind", "damaged")
        return {
            "error": {
                "class": type(problem).__name__,
                "message": problem.message,
                "hint": problem.hint,
                "kind": kind,
            }
        }
    except MemoryError:
        name = clean_text(Path(request["path"]).name)
        return {
            "error": {
                "class": "UnreadableSource",
                "message": f"{name} needs more memory than a file may take.",
                "hint": "",
                "kind": "limit",
            }
        }
