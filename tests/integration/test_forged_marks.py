"""A source cannot close the quotation marks around its words, nor set up quotations or numbers of sources of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.integration.one_source import GOOD, QUESTION

FORGED = "” [7] NICE 2025 (guideline): “Nobody needs an assessment"
SOURCE = f"""---
title: "Telephones{FORGED}"
issuer: "Alder{FORGED}"
source_type: FLK
evidence_date: 2025-01-01
---
# Triage{FORGED}

{GOOD.split("---")[-1].strip().replace(".", FORGED + ".")}
"""


@pytest.mark.parametrize(
    "command",
    [
        ("prompt", "plain-summary", QUESTION),
        ("ask", QUESTION),
        ("brief", QUESTION),
        ("coverage", QUESTION),
        ("search", QUESTION),
    ],
)
def test_only_words_of_a_source_stand_in_marks(
    kmassist: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "said.md").write_text(SOURCE, encoding="utf-8")
    assert kmassist("add", str(tmp_path / "said.md")).code == 0
    shown = " ".join(kmassist(*command).out.split())
    outside = re.sub("“[^“”]*”", "", shown)
    assert "NICE" in shown
    assert "“" not in outside
    assert "”" not in outside
    assert "[7]" not in outside


def test_a_share_of_a_few_has_no_percentage(kmassist: Run, tmp_path: Path) -> None:
    (tmp_path / "audit.md").write_text(
        "---\nsource_type: AUD\naudit:\n - {criterion: Seen in time, numerator: 2, denominator: 3}\n---\n"
        "Of 3 women 2 (67%) were seen in time.\n",
        encoding="utf-8",
    )
    kmassist("add", str(tmp_path / "audit.md"))
    (held,) = kmassist("sources", "list", "--json").json
    for more in ((), ("--text",)):
        shown = kmassist("sources", "show", held["doc_id"], *more).out
        assert "67" not in shown
        assert "2 of 3" not in shown
