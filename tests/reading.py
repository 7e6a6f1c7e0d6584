"""One reading process for the tests of this process that say nothing of how reading is confined: a conftest takes the fixtures in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from kmassist.readers.sandbox import Sandbox


class _Kept(Sandbox):
    """Reads in the process of another, which stays when this one is closed."""

    def __init__(self, other: Sandbox) -> None:
        super().__init__(other.limits)
        self._other = other

    def _ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        try:
            return self._other._ask(request, seconds)
        except Exception:
            self._other.close()
            raise


@pytest.fixture(scope="session")
def reading_process() -> Iterator[Sandbox]:
    """One for all of this process's tests that say nothing of how reading is confined."""
    with Sandbox() as made:
        yield made


@pytest.fixture
def kept_reader(reading_process: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test adds is read by one process: to start one is most of what adding a page costs.

    Not where copies are scrubbed, which is done beside reading.
    """
    from kmassist.assistant import add, inspecting

    for module in (add, inspecting):
        monkeypatch.setattr(module, "Sandbox", lambda _: _Kept(reading_process))
