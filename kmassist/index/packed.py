"""What rows hold in less room: a document's text without its passages, which have rows of their own, and sentence vectors.

A sentence's vector is a scale and a signed byte for each number: its inner product with another unit vector is off by 0.0003 as a
rule and by less than 0.002 at worst. What was read and is written again gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmassist.errors import IndexingError

_LARGEST = 127
_SCALE = 4
"""Bytes of a scale."""


def rest_of(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """What of a text lies in none of the spans, which are (start, end) in code points."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        pieces.append(text[at:start] if start > at else "")
        at = max(at, end)
    return "".join([*pieces, text[at:]])


def text_of(rest: str, parts: Iterable[tuple[int, str]]) -> str:
    """The text again, of `rest_of` and of (start, text) of each span."""
    pieces, at, used = [], 0, 0
    for start, text in sorted(parts):
        if start > at:
            pieces.append(rest[used : used + start - at])
            used, at = used + start - at, start
        if start + len(text) > at:
            pieces.append(text[at - start :])
            at = start + len(text)
    return "".join([*pieces, rest[used:]])


def to_bytes(vectors: Any, rows: int, dimension: int) -> bytes:
    """Sentence vectors as they are stored: each its scale, then its numbers.

    Raises:
        IndexingError: another shape than (rows, dimension), or a value that is no finite number.
    """
    given = np.asarray(vectors, np.float32)
    if given.shape != (rows, dimension) or not np.isfinite(given).all():
        raise IndexingError(
            f"The sentence vectors have shape {given.shape} or a value that is not finite; expected ({rows}, {dimension})."
        )
    widest = np.abs(given).max(axis=1, initial=0, keepdims=True)
    # Upwards to 17 binary digits, so that 127 times a scale is exact in single precision and gives the same scale again.
    scales = ((widest / _LARGEST).view(np.uint32) + 0x7F & 0xFFFFFF80).astype("<u4").view("<f4")
    numbers = np.rint(given / np.where(scales > 0, scales, 1)).astype(np.int8)
    return np.concatenate([scales.view(np.uint8), numbers.view(np.uint8)], axis=1).tobytes()


def from_bytes(stored: bytes, dimension: int) -> NDArray[np.float32]:
    """Sentence vectors, shape (sentences, dimension), of what `to_bytes` gave."""
    rows = np.frombuffer(stored, np.uint8).reshape(-1, _SCALE + dimension)
    scales = np.ascontiguousarray(rows[:, :_SCALE]).view("<f4")
    return np.asarray(rows[:, _SCALE:].view(np.int8) * scales, np.float32)


def _former_text(text: Any, spans: str) -> str:
    return rest_of(text, json.loads(spans)) if isinstance(text, str) else ""


def _former_vectors(halves: Any, dimension: str) -> Any:
    """Of one that cannot be read the bytes as they are: its check tells."""
    length = int(dimension or 0) * 2
    if not isinstance(halves, bytes) or not length or len(halves) % length:
        return halves
    given = np.frombuffer(halves, "<f2").reshape(-1, length // 2)
    return to_bytes(given, *given.shape) if np.isfinite(given).all() else halves


FORMER: dict[str, Callable[..., Any]] = {"km_rest": _former_text, "km_packed": _former_vectors}
"""Of format 1, as functions of the SQL that brings it up to date."""
