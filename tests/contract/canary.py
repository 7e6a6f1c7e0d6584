"""What hostile files try to reach; the test puts the real ones in their place."""

from __future__ import annotations

from collections.abc import Iterator

Files = Iterator[tuple[str, bytes]]
CANARY_FILE, CANARY, PORT = "@CANARY_FILE@", "canary-words-of-a-secret-file", "@PORT@"
