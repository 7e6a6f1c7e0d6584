"""Ctrl+C while files are taken in."""

from __future__ import annotations

import contextlib
import signal

import pytest

from kmassist.cli.session import said_when_stopped


def test_an_interrupt_that_a_clean_up_swallowed_is_raised_after_the_file_at_hand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = signal.getsignal(signal.SIGINT)
    with said_when_stopped() as check:
        check()
        with contextlib.suppress(KeyboardInterrupt):  # as one that falls into a callback is lost
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            check()
    assert capsys.readouterr().err == "\nStopping; what is stored stays.\n"
    assert signal.getsignal(signal.SIGINT) is before
