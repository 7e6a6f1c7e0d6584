"""The assistant behind the screen: opened and warmed in threads, so that a key stroke never waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from kmassist.errors import KmassistError

if TYPE_CHECKING:
    from datetime import date

    from kmassist.assistant import Assistant, Filter
    from kmassist.events import Event

T = TypeVar("T")


async def unwaited(work: Callable[[], T]) -> T:
    """``work`` in a thread that nobody waits for when the interface is left: opening and loading change nothing."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(settle: Callable[[Any], None], value: object) -> None:
        with suppress(RuntimeError):  # the interface is gone
            loop.call_soon_threadsafe(lambda: None if done.done() else settle(value))

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            tell(done.set_exception, error)
        else:
            tell(done.set_result, result)

    threading.Thread(target=run, name="kmassist-open", daemon=True).start()
    return await done


class Library:
    """An assistant that may still be opening. Made inside a running event loop.

    Args:
        factory: opens the assistant; called once, in a thread.
        told: called in the event loop with a sentence on what loads, and with "" when nothing does.
    """

    def __init__(self, factory: Callable[[], Assistant], told: Callable[[str], None]) -> None:
        self._factory = factory
        self._told = told
        self._opened: asyncio.Future[Assistant] = asyncio.get_running_loop().create_future()
        self._warmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.set_name = ""
        self.asked_of: Filter | None = None
        """Kinds and years that questions are asked of, besides the set; None for all."""
        for future in (self._opened, self._warmed):
            future.add_done_callback(
                lambda f: f.cancelled() or f.exception()
            )  # looked at: no warning when nobody waits

    async def open(self) -> None:
        """Open the library, then load the model that reads for meaning.

        Raises:
            KmassistError: whatever opening raised; every waiting call gets the same.
        """
        self._told("Opening the library…")
        try:
            assistant = await unwaited(self._factory)
        except Exception as error:
            self._opened.set_exception(error)
            self._warmed.set_exception(error)
            self._told(
                f"The library could not be opened. {error if isinstance(error, KmassistError) else ''}".strip()
            )
            raise
        self._opened.set_result(assistant)
        self._told("Loading the model that reads for meaning; you can type already…")
        try:
            await unwaited(assistant.warm)
        except Exception as error:
            self._warmed.set_exception(error)
            self._told(
                f"Questions cannot be answered now. {error if isinstance(error, KmassistError) else ''}".strip()
            )
            raise
        self._warmed.set_result(None)
        self._told("")

    async def ready(self, *, warm: bool = False) -> Assistant:
        """The open assistant; with ``warm``, only once its model is loaded."""
        assistant = await asyncio.shield(self._opened)
        if warm:
            await asyncio.shield(self._warmed)
        return assistant

    async def call(self, work: Callable[[Assistant], T], *, warm: bool = False) -> T:
        """Run ``work`` in a thread with the open assistant."""
        assistant = await self.ready(warm=warm)
        return await asyncio.to_thread(work, assistant)

    @property
    def is_open(self) -> bool:
        """Whether the assistant can be called."""
        return (
            self._opened.done()
            and not self._opened.cancelled()
            and self._opened.exception() is None
        )

    @property
    def is_busy_opening(self) -> bool:
        """Whether a thread still opens the library or loads the model."""
        return not self._warmed.done() or self._warmed.cancelled()

    @property
    def is_warm(self) -> bool:
        """Whether a question can be answered without waiting."""
        return (
            self._warmed.done()
            and not self._warmed.cancelled()
            and self._warmed.exception() is None
        )

    @property
    def opened(self) -> Assistant:
        """The assistant, for whoever knows that it is open."""
        return self._opened.result()

    def ask(
        self, assistant: Assistant, question: str, options: dict[str, Any], today: date
    ) -> Generator[Event, None, None]:
        """`Assistant.ask` in the kinds, years and set that were chosen. To be called in a thread."""
        where = self.asked_of
        if self.set_name:
            where = assistant.sets.filter(self.set_name, where)
        return assistant.ask(question, **options, where=where, today=today)

    def where(self, assistant: Assistant) -> Any:
        """The filter of the set that is looked in; None for all. To be called in a thread.

        Raises:
            RecordError: nothing is in the set any more.
        """
        return assistant.sets.filter(self.set_name) if self.set_name else None

    def close(self) -> None:
        """Let go of the library, when it was opened."""
        if self.is_open:
            self._opened.result().close()
