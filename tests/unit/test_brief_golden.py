"""Whole briefs as people read them, kept as files: what changes in their words is seen in review.

Write them anew with ``KMASSIST_GOLDEN=write pytest tests/unit/test_brief_golden.py``.
"""

import os
import re
from pathlib import Path

import pytest

from kmassist.briefs import Audience
from kmassist.briefs.files import brief_bytes
from tests.unit.sample_briefs import compose

FOLDER = Path(__file__).parents[1] / "golden"


def normalised(words: str) -> str:
    """Without identities that follow from the bytes of the corpus."""
    words = re.sub(r"\b([db])[0-9a-f]{12,16}\b", r"\1…", words)
    return re.sub(r"(sha256|identity|corpus) [0-9a-f]{12,64}", r"\1 …", words)


@pytest.mark.parametrize("audience", list(Audience))
def test_the_brief_reads_as_it_did(audience: Audience) -> None:
    path = FOLDER / f"brief-triage-{audience.value}.md"
    words = normalised(brief_bytes(compose(audience.value), ".md").decode())
    if os.environ.get("KMASSIST_GOLDEN") == "write":
        path.write_text(words, encoding="utf-8")
    assert words == path.read_text(encoding="utf-8")
