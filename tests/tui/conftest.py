"""A small library of documents written for these tests, made once and copied for each test, opened by the real assistant."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kmassist.assistant import Assistant
from kmassist.assistant.briefs import BriefDesk
from kmassist.assistant.gaps import GapDesk
from kmassist.embedding import open_embedder
from kmassist.settings.model import Settings, load_settings
from kmassist.tui.app import KmassistApp
from tests.conftest import MadeOnce
from tests.tui.driving import TODAY

DOCUMENTS = {
    "published/kestrel-2019.md": """---
title: Kestrel trial of standard triage
design: 1b
authors: [Kestrel A, Heron B, Plover C]
evidence_date: 2019-05
doi: 10.9999/kestrel
sample_size: 812
setting: UK-other
population: women who attend unscheduled
intervention: standard triage
topics: [TRI]
---
# Results

Standard triage raised the share of women who attend unscheduled and are seen within 15 minutes from 40% to 62%.
No woman was sent home before a midwife had assessed her.
Staff said that the triage categories were clear.
""",
    "published/plover-2021.md": """---
title: Plover trial of telephone triage
design: 1b
authors: [Plover C]
evidence_date: 2021-02
sample_size: 640
setting: UK-other
topics: [TRI]
---
# Findings

Telephone triage of women who attend unscheduled did not change the time to first assessment.
""",
    "guideline/unit-standard-2025.md": """---
title: National standard for maternity triage
issuer: Royal Society of Standards
evidence_date: 2025-02
review_by: 2028-02
version: "1"
topics: [TRI]
---
# Recommendations

Every unit should triage women who attend unscheduled within 15 minutes of arrival.
A midwife should repeat the assessment when a woman waits longer than expected.
""",
    "audit/triage-waits-2026.md": """---
title: Audit of triage waits
issuer: Ashcombe maternity unit
evidence_date: 2026-03-31
topics: [TRI]
audit:
  - criterion: Seen within 15 minutes of arrival
    standard_source: National standard for maternity triage
    target_percent: 90
    numerator: 104
    denominator: 260
    re_audit_due: 2026-10-01
---
# Audit

Of 260 women who attend unscheduled, 104 (40%) were seen for triage within 15 minutes; the target is 90%.
""",
    "ppi/listening-2026.md": """---
title: Listening to women about triage waits
issuer: Ashcombe voices partnership
evidence_date: 2026-04
is_synthetic: true
topics: [TRI, EXP]
ppi:
  who: women who waited in triage
  number: 14
  groups: [first-time mothers]
  method: listening event
  changed: a board now shows the expected wait
---
# What women said

Women who attend unscheduled told us that nobody said how long the triage wait would be.
""",
    "frontline/huddle-2026.md": """---
title: Huddle notes of the triage team
issuer: Ashcombe maternity unit
evidence_date: 2026-05
topics: [TRI]
frontline:
  roles: [midwife, obstetrician, receptionist]
  number: 9
  method: team huddle
---
# What staff know

Staff triage women who attend unscheduled faster when one midwife has no other task.
""",
    "policy/old-note.md": """# An undated note

Caps on car parking apply to visitors.
""",
}


@pytest.fixture(scope="session")
def template(made_once: MadeOnce) -> Path:
    return made_once("written", _fill)


def _fill(root: Path) -> None:
    for name, text in DOCUMENTS.items():
        path = root / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = load_settings({"library": str(root / "library")}, {})
    with Assistant.open(settings, create=True, embedder=open_embedder("hashing")) as assistant:
        list(assistant.add([root / "files"]))
        assert assistant.status().documents == len(DOCUMENTS)


@pytest.fixture
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    monkeypatch.setenv("KMASSIST_CONFIG", str(tmp_path / "state" / "kmassist.toml"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return lambda name: load_settings({"library": str(tmp_path / name)}, {})


def open_on(settings: Settings, today: dt.date = TODAY) -> Assistant:
    """The real assistant with the embedder that needs no model, on a fixed day."""
    assistant = Assistant.open(settings, create=True, embedder=open_embedder("hashing"))
    assistant.__dict__["gaps"] = GapDesk(assistant.index, settings, today=lambda: today)
    assistant.__dict__["briefs"] = BriefDesk(assistant, today=lambda: today)
    return assistant


@pytest.fixture
def filled_library(
    template: Path, tmp_path: Path, own_settings: Callable[[str], Settings]
) -> Settings:
    shutil.copytree(template / "library", tmp_path / "library")
    return own_settings("library")


@pytest.fixture
def filled_app(filled_library: Settings) -> KmassistApp:
    return KmassistApp(lambda: open_on(filled_library), today=TODAY)


@pytest.fixture
def empty_app(own_settings: Callable[[str], Settings]) -> KmassistApp:
    settings = own_settings("empty")
    return KmassistApp(lambda: open_on(settings), today=TODAY)
