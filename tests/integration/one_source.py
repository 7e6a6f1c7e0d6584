"""One small source, a question that it answers, and what cannot run everywhere."""

from __future__ import annotations

import sys

import pytest

GOOD = "---\nsource_type: FLK\ntitle: What midwives said\nevidence_date: 2025-03\n---\n# Said\n\nMidwives said that triage was calm at night.\n"
QUESTION = "What did midwives say about triage at night?"
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
