"""What can be proved of Windows elsewhere: no modules that it lacks, no names that it refuses, files that others hold open, locks."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from nturl2path import url2pathname as windows_path
from pathlib import Path, PureWindowsPath

import pytest

from kmassist.index import files
from kmassist.tui.widgets.path_input import unquoted
from tests.conftest import ROOT

REFUSED = re.compile(
    r'[<>:"|?*\\\x00-\x1f]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)', re.IGNORECASE
)
"""Names that Windows takes for no file: characters, endings, devices."""

AS_ON_WINDOWS = textwrap.dedent(
    """
    import importlib, os, pkgutil, sys, types
    import asyncio, ssl, subprocess, sysconfig, urllib.request  # these choose for themselves by the system
    import mcp.server, pypdfium2, textual.app, textual_serve.server
    for name in ("fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"):
        sys.modules[name] = None
    locked = set()
    def locking(handle, mode, length):
        key = os.fstat(handle).st_ino
        if mode == 2 and key in locked:
            raise PermissionError(13, "Permission denied")
        locked.add(key) if mode == 2 else locked.discard(key)
    sys.modules["msvcrt"] = types.SimpleNamespace(LK_NBLCK=2, LK_UNLCK=0, locking=locking)
    for name in ("chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getpgid", "getuid", "killpg",
                 "mkfifo", "posix_spawn", "sched_getaffinity", "setsid", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK"):
        if hasattr(os, name):
            delattr(os, name)
    sys.platform = "win32"
    """
)
"""A fresh interpreter that has what Windows has: no POSIX modules and calls, and its own way to lock a file."""


def as_on_windows(code: str) -> str:
    script = AS_ON_WINDOWS + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_loads_without_what_windows_lacks() -> None:
    said = as_on_windows(
        """
        import kmassist
        for module in pkgutil.walk_packages(kmassist.__path__, "kmassist."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
                print(module.name)
        """
    )
    assert len(said.split()) > 200


def test_a_library_is_locked_filled_and_asked_without_what_windows_lacks(tmp_path: Path) -> None:
    place = tmp_path / "in" / "frontline"
    place.mkdir(parents=True)
    (place / "said.md").write_text(
        "# Notes\n\nMidwives said that triage is calm at night.\n", "utf-8"
    )
    said = as_on_windows(
        f"""
        from pathlib import Path
        from kmassist.errors import IndexLocked
        from kmassist.index.lock import WriterLock
        place = Path({str(tmp_path)!r})
        first, second = (WriterLock(place / "lock", timeout_seconds=0.05) for _ in range(2))
        with first:
            try:
                with second:
                    print("both")
            except IndexLocked:
                print("one")
        with second:
            print("next")
        """
    )
    assert said.split() == ["one", "next"]


def test_no_file_of_the_repository_has_a_name_that_windows_refuses() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = [name for name in listed.stdout.split("\0") if name]
    if not names:
        pytest.skip("not a clone")
    assert [name for name in names if any(REFUSED.search(part) for part in name.split("/"))] == []
    assert len({name.casefold() for name in names}) == len(names)


def test_no_file_of_a_library_has_a_name_that_windows_refuses(sample_library: Path) -> None:
    names = [path.name for path in sample_library.rglob("*")]
    assert names
    assert [name for name in names if REFUSED.search(name)] == []


def test_a_rename_waits_while_windows_lets_another_program_hold_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "new", tmp_path / "old"
    source.write_text("new")
    target.write_text("old")
    tries: list[int] = []
    replace = Path.replace

    def held_at_first(self: Path, other: Path) -> Path:
        tries.append(1)
        if len(tries) < 3:
            raise PermissionError(13, "The process cannot access the file")
        return replace(self, other)

    monkeypatch.setattr(files, "IS_WINDOWS", True)
    monkeypatch.setattr(Path, "replace", held_at_first)
    files.rename(source, target)
    assert (target.read_text(), len(tries)) == ("new", 3)


@pytest.mark.parametrize(
    ("pasted", "path"),
    [
        (r'"C:\Users\Ann Lee\audit 2026.xlsx"', r"C:\Users\Ann Lee\audit 2026.xlsx"),
        (r"C:\Users\Ann Lee\audit 2026.xlsx", r"C:\Users\Ann Lee\audit 2026.xlsx"),
        (r"“\\trust-nas\maternity$\minutes.docx”", r"\\trust-nas\maternity$\minutes.docx"),
        ("file:///C:/Users/Ann%20Lee/audit.xlsx", r"C:\Users\Ann Lee\audit.xlsx"),
        ("file://trust-nas/maternity/minutes%202.docx", r"\\trust-nas\maternity\minutes 2.docx"),
        ("<file:///C:/audit.xlsx>", r"C:\audit.xlsx"),
    ],
)
def test_a_path_pasted_on_windows_keeps_its_drive_and_its_share(pasted: str, path: str) -> None:
    assert PureWindowsPath(unquoted(pasted, windows_path)) == PureWindowsPath(path)
