"""Adding documents while the rest of the interface stays alive."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmassist.events import Added, Progress, Skipped, Warned

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.events import Event


@dataclass(slots=True)
class Intake:
    """One run of adding. ``changed`` is called in the event loop, a few times a second at most, and once at the end."""

    paths: Sequence[Path]
    changed: Callable[[], None]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    consent: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, bool] = field(default_factory=dict)
    done: int = 0
    total: int = 0
    stored: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    warned: list[Warned] = field(default_factory=list)
    latest: str = ""
    is_running: bool = False
    is_cancelled: bool = False
    error: Exception | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _begun: float = 0.0
    _told_at: float = 0.0

    async def run(self, assistant: Assistant) -> None:
        """Add everything; an error ends it and is kept in ``error``."""
        loop = asyncio.get_running_loop()
        self.is_running = True
        self._begun = time.monotonic()
        try:
            await asyncio.to_thread(
                self._drain, assistant, partial(loop.call_soon_threadsafe, self.changed)
            )
        except Exception as error:  # noqa: BLE001 - shown to the person by whoever started this
            self.error = error
        self.is_running = False
        self.changed()

    def cancel(self) -> None:
        """Stop after the document at hand; what is stored stays."""
        self.is_cancelled = True
        self._stop.set()

    @property
    def seconds_left(self) -> int | None:
        """A guess from the pace so far; None before there is one."""
        if not self.done or not self.total:
            return None
        return round((time.monotonic() - self._begun) / self.done * (self.total - self.done))

    def says(self) -> str:
        """Where it stands, in words."""
        if self.is_running:
            left = self.seconds_left
            ahead = (
                ""
                if left is None
                else f", about {left} s left"
                if left < 90
                else f", about {round(left / 60)} min left"
            )
            return (
                f"Adding {self.done} of {self.total}{ahead}" if self.total else "Looking for files…"
            )
        parts = [
            f"{self.stored} stored",
            f"{self.unchanged} already there" if self.unchanged else "",
        ]
        parts.append(f"{len(self.skipped)} left out" if self.skipped else "")
        head = "Adding stopped" if self.is_cancelled else "Adding finished"
        return f"{head}: {', '.join(p for p in parts if p)}."

    def if_left(self) -> str:
        """What leaving now would mean for what is being added."""
        return (
            f"{self.stored + self.unchanged} of {self.total} are stored; the others would not be in the library. Their files "
            "stay where they are: add them again later, and nothing is read twice."
        )

    def _drain(self, assistant: Assistant, tell: Callable[[], object]) -> None:
        events = assistant.add(
            list(self.paths),
            overrides=dict(self.overrides),
            consent=dict(self.consent),
            **self.options,
        )
        for event in events:
            self._take(event)
            if time.monotonic() - self._told_at > 0.1:
                self._told_at = time.monotonic()
                tell()
            if self._stop.is_set():
                events.close()
                break
        turned = [Warned(t.question, " ".join(t.says)) for t in assistant.follow.tell()]
        self.warned[:0] = turned

    def _take(self, event: Event) -> None:
        if isinstance(event, Progress):
            self.done, self.total = event.done, event.total
            self.latest = event.detail
        elif isinstance(event, Added):
            if event.outcome in ("added", "updated"):
                self.stored += 1
            else:
                self.unchanged += 1
        elif isinstance(event, Skipped):
            self.skipped.append(event)
        elif isinstance(event, Warned):
            self.warned.append(event)
