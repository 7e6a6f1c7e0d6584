"""Matrix products on one core.

On a busy machine the threads of a matrix product wait for each other and burn what the others need: a question took 20 times
as long with two as with one, and a search of 557 vectors 9 ms of processor time in place of 0.05.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any


def one_core_each() -> AbstractContextManager[Any]:
    """While this is open a matrix product takes one core, in every thread of the process."""
    from threadpoolctl import ThreadpoolController

    # Looked for each time (0.1 to 1 ms): a library that was loaded since may have brought threads of its own.
    limited: AbstractContextManager[Any] = (
        ThreadpoolController().select(user_api="blas").limit(limits=1)
    )
    return limited
