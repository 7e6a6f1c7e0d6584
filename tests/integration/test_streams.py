"""Streams of any encoding, closed or missing, and files that are written: one sentence, and nothing of anybody's is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kmassist.assistant import Assistant
from kmassist.cli.session import progress_bar
from kmassist.events import Progress, Read
from kmassist.index.local import open_local
from tests.conftest import ROOT
from tests.integration.one_source import GOOD, QUESTION, posix


@pytest.fixture(scope="module")
def small_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of one file, made once and only ever copied."""
    folder = tmp_path_factory.mktemp("streams")
    (folder / "frontline").mkdir()
    (folder / "frontline" / "said.md").write_text(
        GOOD.replace("What midwives said", "What midwives said → “über” naïve ≥ 5"),
        encoding="utf-8",
    )
    done = program(folder / "library", ["add", str(folder / "frontline")])
    assert done.returncode == 0, done.stderr
    return folder / "library"


@pytest.fixture
def small_library(small_made: Path, tmp_path: Path) -> Path:
    """A copy of it for each test."""
    return Path(shutil.copytree(small_made, tmp_path / "streams" / "library"))


def program(
    library: Path, args: list[str], **environment: str
) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KMASSIST_")}
    env = {
        **kept,
        "KMASSIST_CONFIG": str(library / "none.toml"),
        "KMASSIST_EMBEDDING__MODEL": "hashing",
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    command = [sys.executable, "-m", "kmassist", "--library", str(library), *args]
    return subprocess.run(command, env=env, capture_output=True, check=False, cwd=library.parent)


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii", "cp850", "latin-1"])
def test_a_stream_of_another_encoding_degrades(small_library: Any, encoding: Any) -> None:
    done = program(small_library, ["ask", QUESTION], PYTHONIOENCODING=encoding)
    assert done.returncode in (0, 4), done.stderr
    assert "calm at night" in done.stdout.decode(encoding)
    listed = program(small_library, ["sources", "list", "--json"], PYTHONIOENCODING=encoding)
    assert (
        "→ “über” naïve ≥ 5" in json.loads(listed.stdout)[0]["metadata"]["title"]
    )  # data stay exact


def test_without_utf_8_mode_in_the_c_locale(small_library: Any) -> None:
    done = program(
        small_library, ["ask", QUESTION], LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    assert done.returncode in (0, 4), done.stderr
    assert b"calm at night" in done.stdout


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_fault(small_library: Any, closed: Any) -> None:
    command = f'"{sys.executable}" -m kmassist --library "{small_library}" status {closed}'
    env = {
        **os.environ,
        "KMASSIST_CONFIG": str(small_library / "none.toml"),
        "KMASSIST_EMBEDDING__MODEL": "hashing",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        ["sh", "-c", command], env=env, capture_output=True, check=False, cwd=small_library.parent
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_file_names_in_the_progress_bar_are_made_safe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress_bar() as bar:
        bar(Progress("adding", 1, 2, "\r\x1b[2K\x1b[32mNo personal data\nfound\x1b[0m\x1b[8m.md"))
    written = capsys.readouterr().err
    assert written.count("\x1b") == 2  # the bar's own
    assert "\n" not in written


def test_the_progress_bar_never_runs_over_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    with progress_bar() as bar:
        bar(Progress("adding", 6, 126, "audit-of-interpreter-use-in-triage-2025.csv", 201.0))
    line = capsys.readouterr().err.split("\x1b[2K")[1].rstrip("\r")
    assert "6/126 about 201 s left" in line
    assert len(line) < 60


@posix
def test_a_saved_answer_is_written_over_nothing(small_library: Any, tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("twelve years of work")
    (tmp_path / "link.json").symlink_to(thesis)
    (tmp_path / "dangling.json").symlink_to(tmp_path / "absent")
    for target in ("thesis.txt", "link.json", "dangling.json"):
        done = program(small_library, ["ask", QUESTION, "--save", str(tmp_path / target)])
        assert done.returncode == 1
        assert b"is there already" in done.stderr
    assert not (tmp_path / "absent").exists()
    done = program(
        small_library, ["ask", QUESTION, "--save", str(tmp_path / "link.json"), "--force"]
    )
    assert done.returncode in (0, 4), done.stderr
    assert thesis.read_text() == "twelve years of work"
    assert (tmp_path / "link.json").stat().st_mode & 0o777 == 0o600


def test_what_is_opened_is_the_stored_copy_under_a_name_that_starts_no_program(
    small_library: Any, tmp_path: Path
) -> None:
    library = small_library
    private = tmp_path / "evil.desktop"
    private.write_text("[Desktop Entry]\nExec=sh\n")
    with open_local(str(library), embedder="", dimension=0) as index:
        (doc,) = index.documents()
        whole = index.document(doc.doc_id)
        from kmassist.index import Entry

        evil = whole.model_copy(
            update={"source_path": str(private), "source_name": "../../evil.desktop"}
        )
        index.add(
            Entry(evil, index.passages_of(doc.doc_id), None, None, index.original(doc.doc_id))
        )
    done = program(library, ["sources", "open", doc.doc_id], DISPLAY="", WAYLAND_DISPLAY="")
    written = done.stderr.decode().partition("Wrote ")[2].strip().rstrip(".")
    assert Path(written).name == "evil.desktop.txt"
    assert "Midwives said" in Path(written).read_text()


@posix
@pytest.mark.timeout(600)
def test_a_pipe_or_a_device_in_a_named_file_s_place_is_a_sentence(
    small_library: Any, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    (tmp_path / "deep.json").write_text("[" * 200_000)
    for args in (
        ["share", "look", str(tmp_path / "pipe.zip")],
        ["share", "import", str(tmp_path / "zero.json")],
        ["verify", str(tmp_path / "zero.json")],
        ["verify", str(tmp_path / "deep.json")],
        [
            "brief",
            QUESTION,
            "--for",
            "clinical",
            "--output",
            str(tmp_path / "b.docx"),
            "--template",
            str(tmp_path / "pipe.zip"),
        ],
    ):
        done = program(small_library, args)
        assert done.returncode not in (0, -9), args
        assert b"Something went wrong" not in done.stderr, (args, done.stderr)
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("shell", "place", "said"),
    [
        ("bash", "1", "plain,coverage\n"),
        ("powershell", "cov", "coverage\tWhich of the eight kinds"),
    ],
)
def test_a_shell_is_told_how_a_word_may_go_on(
    tmp_path: Path, shell: str, place: str, said: str
) -> None:
    asked = {"_KMASSIST_COMPLETE": f"{shell}_complete", "COMP_WORDS": "kmassist cov"}
    done = program(tmp_path / "library", [], **asked, COMP_CWORD=place)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().startswith(said)


def test_powershell_goes_on_with_choices_and_leaves_paths_to_itself(tmp_path: Path) -> None:
    def lines(words: str) -> list[str]:
        asked = {"_KMASSIST_COMPLETE": "powershell_complete", "COMP_WORDS": f"kmassist {words}"}
        done = program(tmp_path / "library", [], **asked, COMP_CWORD="")
        return list(filter(None, done.stdout.decode().splitlines()))

    assert "commissioner\tcommissioner" in lines("brief --for ")
    assert lines("add ") == []
    script = program(tmp_path / "library", ["completion", "powershell"]).stdout.decode()
    assert script.startswith("Register-ArgumentCompleter -Native -CommandName kmassist")


@posix
def test_a_byte_that_is_no_character_in_a_question_is_no_crash(small_library: Path) -> None:
    for args in (
        ["ask", os.fsdecode(b"triage \xff waits?"), "--json"],
        ["search", os.fsdecode(b"triage \xff")],
    ):
        done = program(small_library, args)
        assert done.returncode in (0, 3), done.stderr
        assert done.stdout.decode("utf-8", "strict")
    long = program(small_library, ["schema", "a" * 5_000])
    assert len(long.stderr) < 2_000
    assert b"aaa\xe2\x80\xa6" in long.stderr


def test_no_reader_of_a_question_meets_half_a_character(assistant: Assistant) -> None:
    """A terminal of another encoding, or a program, may send one; the words' models take none."""
    read = next(assistant.ask("triage \udcff \ud800 waits?"))
    assert isinstance(read, Read)
    assert read.reading.text.encode("utf-8")


def test_the_name_of_a_file_keeps_its_bytes(small_library: Path) -> None:
    odd = small_library.parent / os.fsdecode(b"caf\xe9.md")
    odd.write_text(GOOD.replace("triage", "the pool"), encoding="utf-8")
    done = program(small_library, ["add", str(odd)])
    assert done.returncode == 0, done.stderr
    assert b"1 added" in done.stdout
