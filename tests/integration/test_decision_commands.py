"""The commands around decisions: what they print, where, and how they end."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest

from kmassist.cli import run
from tests.conftest import MadeOnce
from tests.schemas import check_written

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
QUESTION = "Should we commission a first assessment by a midwife within 15 minutes for women who wait in maternity triage?"


class Done(NamedTuple):
    """What a command line gave."""

    stdout: str
    stderr: str


class Shell:
    """kmassist over one library."""

    def __init__(self, folder: Path, name: str = "lib") -> None:
        self._environment = {
            "HOME": str(folder),
            "XDG_STATE_HOME": str(folder / "state"),
            "KMASSIST_LIBRARY": str(folder / name),
            "KMASSIST_EMBEDDING__MODEL": "hashing",
            "KMASSIST_ANSWER__RELEVANCE_CUTOFF": "0.05",
            "KMASSIST_SITE__NAME": f"Service {name}",
        }

    def __call__(self, *arguments: str, code: int | None = 0) -> Done:
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self._environment),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            returned = run(list(arguments))
        assert code in (None, returned), (arguments, out.getvalue(), err.getvalue())
        return Done(out.getvalue(), err.getvalue())

    def json(self, *arguments: str, code: int | None = 0) -> Any:
        body = json.loads(self(*arguments, "--json", code=code).stdout)
        check_written(arguments, body)
        return body


@pytest.fixture(scope="session")
def made(made_once: MadeOnce) -> Path:
    """A library of three places of the demonstration corpus."""
    names = (
        "audit/triage-15-minutes-ashcombe-2026.csv",
        "ppi/triage-waits-listening-event-2026.docx",
        "evaluation",
    )
    paths = [str(SAMPLE / name) for name in names]
    return made_once("decided", lambda folder: Shell(folder)("add", *paths))


@pytest.fixture
def shell(made: Path, tmp_path: Path) -> Shell:
    """A copy of it for each test."""
    return Shell(Path(shutil.copytree(made, tmp_path / "shell")))


def test_a_decision_from_beginning_to_review(shell: Shell, tmp_path: Path) -> None:
    made = shell.json(
        "decide",
        "new",
        QUESTION,
        "--decision",
        "=HYPERLINK(1) fund it",
        "--body",
        "Board",
        "--review",
        "2026-01-01",
    )
    key = made["decision_id"]
    kinds = [source["source_type"] for source in made["relevant"]]
    assert "PPI" in kinds
    refused = shell("decide", "sign-off", key, "--role", "chair", code=2)
    assert "cannot be signed yet" in refused.stderr
    assert "not marked: PPI" in refused.stderr
    assert refused.stdout == ""
    for number, kind in enumerate(kinds, start=1):
        if kind == "PPI":
            shell("decide", "mark", key, str(number), "--as", "set-aside", code=2)
            shell(
                "decide",
                "mark",
                key,
                str(number),
                "--as",
                "set-aside",
                "--because",
                "asked again in May",
            )
        else:
            shell("decide", "mark", key, str(number), "--as", "used")
    assert not [c for c in shell.json("decide", "check", key)["checks"] if c["blocks"]]
    shell("decide", "challenge", key, "Why not now?", "--role", "MNVP chair")
    shell("decide", "reply", key, "1", "Now.", "--role", "chair")
    assert shell.json("decide", "sign-off", key, "--role", "chair")["signed_off_by"] == "chair"
    assert "Review overdue since 2026-01-01" in shell("status").stdout
    ratios = {r["source_type"]: r["ratio"] for r in shell.json("use")["ratios"]}
    assert (ratios["AUD"], ratios["PPI"], ratios["PUB"]) == (1.0, 0.0, None)
    assert "0.00 (0 of 1)" in shell("use").stdout
    shell("decide", "review", key, "better", "--next", "2099-01-01")
    assert "overdue" not in shell("status").stdout.lower()
    target = tmp_path / "out.csv"
    shell("decide", "export", "--output", str(target))
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert len(rows) == len(kinds)
    assert all(row["decision"].startswith("'=") for row in rows)
    shell("decide", "export", "--output", str(target), code=1)
    shell("decide", "export", "--output", str(tmp_path / "out.xls"), code=1)
    shell("use", "--output", str(tmp_path / "use.md"))
    assert "| Patient and public involvement |" in (tmp_path / "use.md").read_text()
    assert "# Decision: =HYPERLINK(1) fund it" in shell("decide", "export", key).stdout


def test_a_group_of_four_sees_no_result(shell: Shell, tmp_path: Path) -> None:
    assert len(shell.json("assess", "items")["dimensions"]) == 10
    for _ in range(4):
        shell("assess", "answer", *["4"] * 24, "--round", "team")
    shell("assess", "close", "--round", "team", "--yes", code=2)
    shown = shell.json("assess", "results", "--round", "team")
    assert shown["dimensions"] == []
    assert shown["respondents"] == 4
    assert "not the Warwick" in shown["disclaimer"]
    shell("assess", "answer", *["2"] * 24, "--round", "team")
    shell("assess", "close", "--round", "team", "--yes")
    target = tmp_path / "assess.csv"
    shell("assess", "results", "--round", "team", "--output", str(target))
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert {(row["Mean"], row["n"]) for row in rows} == {("3.60", "5")}
    assert all("not been validated" in row["label"] for row in rows)
    shell("assess", "answer", *["2"] * 24, "--round", "team", code=2)
    shell("assess", "answer", "3", code=2)


def test_scale_up_names_what_is_missing(shell: Shell, tmp_path: Path) -> None:
    shown = shell("scale-up", "triage-pathway-pilot-2026.docx", "--sites", "4").stdout
    assert "1 site took part, the target has 4" in shown
    assert "Sustainability" in shown
    assert len(shell.json("scale-up", "triage-pathway-pilot-2026.docx")["result"]["domains"]) == 10
    shell("scale-up", "nothing-of-that-name", code=2)
    shell("scale-up", "triage-pathway-pilot-2026.docx", "--output", str(tmp_path / "scale.md"))
    assert "| Part | Domain |" in (tmp_path / "scale.md").read_text()


def test_a_bundle_goes_to_another_service(shell: Shell, tmp_path: Path) -> None:
    shell("codev", "add", "triage", "the desk", "--role", "lead", "--discipline", "Midwifery")
    assert "Thin" in shell("codev", "list", "triage").stdout
    made = tmp_path / "brief.json"
    shell("brief", QUESTION, "--for", "commissioner", "--keep", "--output", str(made))
    brief = json.loads(made.read_text())["brief_id"]
    target = tmp_path / "triage.zip"
    shell("share", "export", brief, str(target), "--context", "no equals sign", code=2)
    sent = json.loads(
        shell(
            "share",
            "export",
            brief,
            str(target),
            "--context",
            "Size=7,800 a year",
            "--topic",
            "triage",
            "--json",
        ).stdout
    )
    other = Shell(tmp_path, "other")
    assert sent["bundle_id"] in other("share", "look", str(target)).stdout
    taken = other.json("share", "import", str(target))
    assert taken["origin"] == "external"
    assert {d["metadata"]["origin"] for d in other.json("sources", "list")} == {"external"}
    assert "7,800 a year" in other("share", "show", taken["bundle_id"]).stdout
    target.write_bytes(target.read_bytes()[:-100])
    other("share", "import", str(target), code=1)
