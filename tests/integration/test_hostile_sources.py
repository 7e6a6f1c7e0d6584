"""Files made to attack readers cost a message each, and the rest is read."""

from __future__ import annotations

import os
import random
import socket
import sys
from pathlib import Path

import pytest

from kmassist.documents.document import clean_text
from kmassist.errors import SourceError, SourceNotFound, UnreadableSource, UnsupportedFormat
from kmassist.readers import look_through
from kmassist.readers.sandbox import Limits, Sandbox
from tests.contract import canary, damage, hostile, sources

_FAST = Limits(cpu_seconds=6)
"""Seconds that some of these files use up: what is shown is that they are stopped, not when."""


@pytest.fixture(scope="module")
def sandbox() -> object:
    with Sandbox(_FAST) as made:
        yield made


@pytest.mark.parametrize("name", damage.HOSTILE)
def test_a_hostile_file_is_refused_or_read_within_limits(
    name: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(damage.HOSTILE[name]())
    try:
        documents = sandbox.read(path)
    except SourceError as problem:
        assert problem.message  # noqa: PT017 - either outcome is right
        assert name in problem.message  # noqa: PT017 - either outcome is right
    else:
        assert all(document.text == clean_text(document.text) for document in documents)
        assert not any("root:" in document.text for document in documents)
    assert sandbox.peak_bytes < 1024**3


def test_kinds_are_right(sandbox: Sandbox, tmp_path: Path) -> None:
    expected = {
        "scan.pdf": (sources.scan_pdf(), "no_text_layer"),
        "locked.pdf": (sources.locked_pdf(), "password"),
        "empty.docx": (b"", "empty"),
        "junk.pdf": (b"%PDF-1.7\nnothing here", "damaged"),
        "junk.docx": (b"PK\x03\x04 nothing here", "damaged"),
        "laughs.xml": (damage.HOSTILE["laughs.xml"](), "limit"),
        "bomb.docx": (damage.HOSTILE["bomb.docx"](), "limit"),
    }
    for name, (data, kind) in expected.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UnreadableSource) as caught:
            sandbox.read(tmp_path / name)
        assert (name, caught.value.kind) == (name, kind)


def test_a_reader_that_hangs_is_stopped_and_the_next_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "forms.pdf").write_bytes(damage.nested_forms(60))
    (tmp_path / "good.md").write_bytes(sources.markdown())
    with Sandbox(Limits(wall_seconds=15, cpu_seconds=60)) as made:
        assert_read_or_refused(made, tmp_path / "forms.pdf")
        assert made.read(tmp_path / "good.md")


def test_two_thousand_mutants(sandbox: Sandbox, tmp_path: Path) -> None:
    """Damaged copies of every format through the real sandbox; more with `python -m benchmarks.readers --mutants 20000`."""
    chance = random.Random(20261123)
    count = 0
    for name, make in sources.GOOD.items():
        good = make()
        for number in range(112):
            path = tmp_path / f"{number}-{name}"
            path.write_bytes(damage.mutate(good, chance))
            assert_read_or_refused(sandbox, path)
            path.unlink()
            count += 1
    assert count >= 2000


def assert_read_or_refused(sandbox: Sandbox, path: Path) -> None:
    """Documents with clean text, or one sentence that names the file; never another file's words, never too much memory."""
    try:
        documents = sandbox.read(path)
    except SourceError as problem:
        assert path.name in problem.message  # noqa: PT017 - either outcome is right
    else:
        for document in documents:
            assert document.text == clean_text(document.text)
            assert canary.CANARY not in document.model_dump_json()
            assert "root:" not in document.text
    assert sandbox.peak_bytes < 1024**3


@pytest.mark.loopback
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")  # what makes them says so
@pytest.mark.parametrize("family", hostile.FAMILIES)
def test_crafted_files(family: str, tmp_path: Path) -> None:
    """Some 730 variants in nine families; nothing is fetched, no other file is read, nothing is run."""
    secret = tmp_path / "secret" / "canary.txt"
    secret.parent.mkdir()
    secret.write_text(canary.CANARY)
    count = 0
    with socket.create_server(("127.0.0.1", 0)) as listener, Sandbox(_FAST) as sandbox:
        listener.settimeout(0.05)
        fill = {canary.CANARY_FILE: str(secret), canary.PORT: str(listener.getsockname()[1])}
        for name, made in hostile.FAMILIES[family]():
            data = made
            for mark, value in fill.items():
                data = data.replace(mark.encode(), value.encode())
            path = tmp_path / name
            path.write_bytes(data)
            if name.startswith("sidecar"):
                path.with_name(f"{name}.meta.yaml").write_bytes(data)
                path.write_text("Words of the text that a person wrote.\n")
            assert_read_or_refused(sandbox, path)
            path.unlink()
            count += 1
        with pytest.raises(TimeoutError):
            listener.accept()
    assert count >= 25
    assert [entry.name for entry in secret.parent.iterdir()] == ["canary.txt"]


NAMES = [
    "-rf.txt", "$(true).txt", "`true`.txt", "a;b|c&d.txt", "%s%n.txt", "'\"quotes\".txt", "new\nline.txt", "tab\t.txt", "\x1b]0;x\x07.txt",
    "\u202egpj.txt", "[@click=app.quit]x[].txt", "CON.txt", "nul.txt", "x..txt", " .txt", "a" * 240 + ".txt", "é" * 100 + ".txt", "🤠.txt",
    "a\u0301.txt", "=1+1.txt", "~.txt", "#.txt", "a.txt.exe.txt", "\udcff\udcfe.txt", "a\\..\\x.txt",
]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_absurd_names_are_read_and_shown_harmless(sandbox: Sandbox, tmp_path: Path) -> None:
    for name in NAMES:
        path = tmp_path / name
        path.write_text("Words of the text that a person wrote.\n")
        (document,) = sandbox.read(path)
        assert document.source_name == clean_text(document.source_name)
        assert not any(
            ord(c) < 32 or 127 <= ord(c) < 160 or 0xD800 <= ord(c) < 0xE000
            for c in document.source_name
        )
    found = [path for path, problem in look_through([tmp_path]) if problem is None]
    assert len(found) == len(NAMES)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no special files here")
def test_a_folder_of_special_files_is_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links out, loops, pipes, sockets, devices and folders with a file's name: told of or passed by, and the rest is read."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.txt").write_text(canary.CANARY)
    (inside / "good.txt").write_text("Words of the text that a person wrote.\n")
    (inside / "out.txt").symlink_to(outside / "secret.txt")
    (inside / "folder-out").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    (inside / "self.txt").symlink_to(inside / "self.txt")
    (inside / "broken.txt").symlink_to(inside / "nowhere.txt")
    (inside / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(inside / "pipe.txt")
    (inside / "folder.pdf").mkdir()
    with socket.socket(socket.AF_UNIX) as unix:
        monkeypatch.chdir(inside)  # a socket's path must be short
        unix.bind("socket.txt")
    shallow = inside
    for _ in range(60):
        shallow = shallow / "deep"
        shallow.mkdir()
    (shallow / "last.txt").write_text("Words at the bottom of many folders.\n")
    outcomes = dict(look_through([inside]))
    assert {path.name for path, problem in outcomes.items() if problem is None} == {
        "good.txt",
        "last.txt",
    }
    with Sandbox() as made:
        assert all(made.read(path) for path, problem in outcomes.items() if problem is None)


def test_terminal_controls_do_not_get_through(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "escape.txt").write_bytes(damage.HOSTILE["escape.txt"]())
    text = sandbox.read(tmp_path / "escape.txt")[0].text
    assert not any(
        (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c in "\u202e\u202c" for c in text
    )
    assert "reversed" in text


@pytest.mark.loopback
def test_the_child_has_no_network_and_prints_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        (tmp_path / "call.xml").write_bytes(
            f'<!DOCTYPE article SYSTEM "http://127.0.0.1:{port}/x.dtd"><article><body><p>Some words of the article.</p></body></article>'.encode()
        )
        with Sandbox() as sandbox:
            assert sandbox.read(tmp_path / "call.xml")[0].text == "Some words of the article."
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_special_and_missing_files_are_refused_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(UnreadableSource, match="not an ordinary file"):
        sandbox.read(tmp_path / "pipe.txt")
    with pytest.raises(SourceNotFound):
        sandbox.read(tmp_path / "none.txt")
    (tmp_path / "old.pages").write_bytes(b"words")
    with pytest.raises(UnsupportedFormat, match="does not read"):
        sandbox.read(tmp_path / "old.pages")


def test_a_name_too_long_for_a_sidecar_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / ("x" * 250 + ".md")
    path.write_text("Words of the text that a person wrote.\n")
    assert sandbox.read(path)[0].text


def test_an_archive_that_unpacks_to_far_more_is_refused_as_such(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "ratio.docx"
    path.write_bytes(
        damage.repacked(sources.docx(), "word/document.xml", b"<w>" + b" " * 5_000_000 + b"</w>")
    )
    with pytest.raises(UnreadableSource, match="far more than its size"):
        sandbox.read(path)
