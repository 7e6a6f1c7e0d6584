"""Judged questions of the small libraries, and when a quotation is the judged sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any


def flat(text: str) -> str:
    """Words and figures alone, for comparing a judged sentence with a quoted one."""
    kept = (text or "").lower().replace("\\%", "%").replace("*", "")
    return re.sub(r"[^0-9a-z£%.]+", " ", kept).strip()


def is_same(gold: str, quoted: str) -> bool:
    """Whether a quotation holds the judged sentence, or a table's row its figures and first cell."""
    a, b = flat(gold), flat(quoted)
    if not a or not b:
        return False
    if a in b or (len(b) > 25 and b in a):
        return True
    figures = set(re.findall(r"\d[\d.]*", a))
    is_row = "|" in gold or gold.count(",") > 2
    told = set(re.findall(r"\d[\d.]*", b))
    return is_row and len(figures) > 1 and figures <= told and a.split()[0] in b


def golds(question: dict[str, Any]) -> list[str]:
    """Every sentence that answers a judged question."""
    return [question["sentence"], *_sentences(question.get("also"))] if question["y"] else []


def stated_gaps(question: dict[str, Any]) -> list[str]:
    """Every sentence in which a source says that what a near miss asks is not known."""
    return _sentences(question.get("gap"))


def _sentences(told: Any) -> list[str]:
    rows = [told] if isinstance(told, str | dict) else told or []
    return [row if isinstance(row, str) else row["sentence"] for row in rows]


def library_questions(folder: Path) -> list[dict[str, Any]]:
    """The judged questions of one library."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]
