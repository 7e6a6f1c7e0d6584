"""What people say of a document and a subject, "it is about this" or "it is not", and for which subjects that holds."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from kmassist.documents.frozen import Frozen
from kmassist.documents.metadata import PartialDate

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Vectors

_SAME = 0.82
"""Similarity from which two wordings are of one subject."""


class Said(Frozen):
    """One such word. ``vector`` is the subject's, so that it holds for every wording of it, not for these letters alone."""

    said_id: str = ""
    subject: str = Field(min_length=1)
    doc_id: str
    is_about: bool
    by_role: str = Field(min_length=2)
    date: PartialDate = None
    vector: str = ""


def packed(vector: Vectors) -> str:
    """A vector as text, at half precision."""
    return base64.b85encode(np.asarray(vector, np.float16).tobytes()).decode()


def unpacked(text: str) -> Vectors:
    """The vector that `packed` wrote, float32; empty for an empty text."""
    return np.frombuffer(base64.b85decode(text), np.float16).astype(np.float32)


def same_subject(said: Said, vector: Vectors) -> bool:
    """Whether what was said holds for a subject of this vector."""
    kept = unpacked(said.vector)
    return kept.shape == vector.shape and float(kept @ vector) >= _SAME
