"""What is held in less room: a document's text without its passages, which have rows of their own, and vectors.

A stored vector is a scale and a signed byte for each number: its inner product with another unit vector is off by 0.0003 as a
rule and by less than 0.002 at worst. What was read and is written again gives the same bytes. A passage's vector is read in
half precision, which every engine can keep to the bit, so that all give the same scores.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmassist.errors import IndexingError

Stored = NDArray[np.uint8]
"""Vectors as they are stored, shape (vectors, bytes): of each its scale, a float32, then its numbers."""
Halves = NDArray[np.float16]
Singles = NDArray[np.float32]
_LARGEST = 127
_SCALE = 4
"""Bytes of a scale."""
_AT_ONCE = 256
"""Vectors that are worked on together: what they need stays in the processor's cache."""
_LEAST = np.float32(2.0**-14)
"""The least number that half precision has with all its digits."""
_SMALLER = np.float32(2.0**-112)
"""By how much the exponents of single and of half precision differ."""


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


def stored(vectors: Any, rows: int, dimension: int, what: str = "sentence vectors") -> Stored:
    """Vectors as they are stored.

    Raises:
        IndexingError: another shape than (rows, dimension), or a value that is no finite number.
    """
    given = np.asarray(vectors, np.float32)
    if given.shape != (rows, dimension) or not np.isfinite(given).all():
        raise IndexingError(
            f"The {what} have shape {given.shape} or a value that is not finite; expected ({rows}, {dimension})."
        )
    widest = np.abs(given).max(axis=1, initial=0, keepdims=True)
    # Upwards to 17 binary digits, so that 127 times a scale is exact in single precision and gives the same scale again.
    scales = ((widest / _LARGEST).view(np.uint32) + 0x7F & 0xFFFFFF80).astype("<u4").view("<f4")
    numbers = np.rint(given / np.where(scales > 0, scales, 1)).astype(np.int8)
    return np.concatenate([scales.view(np.uint8), numbers.view(np.uint8)], axis=1)


def stored_passages(vectors: Any, rows: int, dimension: int) -> Stored:
    """Vectors of passages as they are stored.

    The widest number is taken in half precision, so that what `singles` gives is stored as the same bytes again.

    Raises:
        IndexingError: another shape than (rows, dimension), or a value that half precision does not have.
    """
    with np.errstate(over="ignore"):
        halves = np.asarray(vectors, np.float32).astype(np.float16)
    return stored(halves, rows, dimension, "passage vectors")


def none_stored(dimension: int) -> Stored:
    """No vectors, as they are stored."""
    return np.zeros((0, _SCALE + dimension), np.uint8)


def as_stored(data: NDArray[np.uint8], dimension: int) -> Stored:
    """Bytes of a file as the vectors that were written to it."""
    return data.reshape(-1, _SCALE + dimension)


def dimension_of(vectors: Stored) -> int:
    """Numbers of each stored vector."""
    return int(vectors.shape[1]) - _SCALE


def _scales(rows: Stored) -> Singles:
    return np.ascontiguousarray(rows[:, :_SCALE]).view("<f4")


def _read(rows: Stored) -> Singles:
    return np.asarray(rows[:, _SCALE:].view(np.int8) * _scales(rows), np.float32)


def singles(rows: Stored) -> Singles:
    """Passages' vectors in single precision; each number is one that half precision has."""
    return halves(rows).astype(np.float32)


def halves(rows: Stored) -> Halves:
    """Passages' vectors in half precision: several times as fast as by NumPy, which counts when a million are read.

    Its bits are those of single precision but for the last 13, once the exponent is as small as half precision has it. What
    lies between two numbers becomes the larger.
    """
    found = np.empty((len(rows), dimension_of(rows)), np.uint16)
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        scales = _scales(part)
        if (scales > 1 / _LARGEST).any() or (scales < _LEAST).any():
            found[start : start + _AT_ONCE] = _read(part).astype(np.float16).view(np.uint16)
            continue
        numbers = part[:, _SCALE:]
        bits = (np.abs(numbers.view(np.int8)) * (scales * _SMALLER)).view(np.uint32)
        bits += 0x1000
        bits >>= 13
        signs = (numbers & 0x80).astype(np.uint16)
        signs <<= 8
        np.bitwise_or(bits, signs, out=found[start : start + _AT_ONCE], casting="unsafe")
    return found.view(np.float16)


def to_bytes(vectors: Any, rows: int, dimension: int) -> bytes:
    """Sentence vectors as they are stored, one after another.

    Raises:
        IndexingError: as `stored`.
    """
    return stored(vectors, rows, dimension).tobytes()


def from_bytes(data: bytes, dimension: int) -> Singles:
    """Sentence vectors, shape (sentences, dimension), of what `to_bytes` gave."""
    return _read(as_stored(np.frombuffer(data, np.uint8), dimension))


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
"""Of formats 1 and 2, as functions of the SQL that brings them up to date."""
