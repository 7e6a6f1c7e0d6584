"""What people type is looked at before any of it is kept, in whatever record; what was kept before stays editable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kmassist.assistant.typed import typed
from kmassist.errors import RecordError
from kmassist.gaps.records import GapRecord
from kmassist.records.store import Records
from kmassist.settings.model import PrivacySettings
from tests.integration.test_decision_commands import Shell
from tests.unit.local_library import opened

TYPED = "Agreed with Mrs Jane Smith, NHS number 999 000 0018"
"""A number that is never issued."""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    source = tmp_path / "a.md"
    source.write_text("# Triage\n\nWomen waited in triage for a midwife.\n", encoding="utf-8")
    made = Shell(tmp_path)
    made("add", str(source), "--type", "FLK")
    return made


@pytest.mark.parametrize(
    "command",
    [
        ("gaps", "add", TYPED),
        ("decide", "new", "Should triage change?", "--decision", TYPED),
        ("codev", "add", "triage", TYPED, "--role", "midwife", "--discipline", "midwifery"),
        ("sets", "save", TYPED, "--topic", "TRI"),
    ],
)
def test_no_record_keeps_personal_data_that_was_typed(
    shell: Shell, command: tuple[str, ...]
) -> None:
    done = shell(*command, code=2)
    assert "looks as if it holds personal data" in done.stderr
    assert "0018" not in done.stdout + done.stderr


def test_a_record_from_before_stays_editable(tmp_path: Path) -> None:
    with opened(tmp_path / "library", create=True) as index:
        before = Records(index, "gap", GapRecord, key="gap_id", noun="gap", see="")
        gap = before.put(before.make({"gap_id": "1", "title": TYPED, "opened": "2026-01-02"}))
        now = Records(
            index,
            "gap",
            GapRecord,
            key="gap_id",
            noun="gap",
            see="",
            typed=typed(PrivacySettings()),
        )
        assert now.put(gap.model_copy(update={"topic": "TRI"})).topic == "TRI"
        with pytest.raises(RecordError, match="personal data"):
            now.put(gap.model_copy(update={"notes": TYPED + " again"}))
        lax = Records(
            index,
            "gap",
            GapRecord,
            key="gap_id",
            noun="gap",
            see="",
            typed=typed(PrivacySettings(scan=False)),
        )
        assert lax.put(gap)


def test_a_pasted_text_is_no_question(shell: Shell) -> None:
    for command in ("ask", "search", "coverage"):
        done = shell(command, "waiting in triage " * 200, code=2)
        assert "longer than 2,000 characters" in done.stderr


@pytest.mark.skipif(
    os.name != "posix", reason="permissions of Windows are seen in the folder's properties"
)
def test_a_library_that_others_may_write_in_is_said(shell: Shell, tmp_path: Path) -> None:
    source = tmp_path / "b.md"
    source.write_text("# Triage\n\nWomen waited at night.\n", encoding="utf-8")
    assert "Other accounts" not in shell("add", str(source), "--type", "FLK").stderr
    (tmp_path / "lib").chmod(0o777)
    source.write_text("# Triage\n\nWomen waited at dawn.\n", encoding="utf-8")
    assert (
        "Other accounts of this computer may change files"
        in shell("add", str(source), "--type", "FLK").stderr
    )
