"""Files made to attack readers cost a message each, and the rest is read."""

from __future__ import annotations

import os
import random
import socket
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))
import sources

from kmassist.documents import Document, clean_text
from kmassist.errors import SourceError, SourceNotFound, UnreadableSource, UnsupportedFormat
from kmassist.readers.sandbox import Limits, Sandbox, read_isolated

_FAST = Limits(wall_seconds=20, cpu_seconds=15)


@pytest.fixture(scope="module")
def sandbox() -> object:
    with Sandbox(_FAST) as made:
        yield made


@pytest.mark.parametrize("name", sources.HOSTILE)
def test_a_hostile_file_is_refused_or_read_within_limits(name: str, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(sources.HOSTILE[name]())
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
        "laughs.xml": (sources.HOSTILE["laughs.xml"](), "limit"),
        "bomb.docx": (sources.HOSTILE["bomb.docx"](), "limit"),
    }
    for name, (data, kind) in expected.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UnreadableSource) as caught:
            sandbox.read(tmp_path / name)
        assert (name, caught.value.kind) == (name, kind)


def test_a_reader_that_hangs_is_stopped_and_the_next_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "forms.pdf").write_bytes(sources._nested_forms(60))
    (tmp_path / "good.md").write_bytes(sources.markdown())
    outcome = dict(read_isolated([tmp_path / "forms.pdf", tmp_path / "good.md"], limits=Limits(wall_seconds=5, cpu_seconds=30)))
    assert isinstance(outcome[tmp_path / "forms.pdf"], (UnreadableSource, list))
    good = outcome[tmp_path / "good.md"]
    assert isinstance(good, list)
    assert isinstance(good[0], Document)


def test_mutants_of_every_format(sandbox: Sandbox, tmp_path: Path) -> None:
    chance = random.Random(20261123)
    for name, make in sources.GOOD.items():
        good = make()
        for number in range(9):
            path = tmp_path / f"{number}-{name}"
            path.write_bytes(sources.mutate(good, chance))
            try:
                documents = sandbox.read(path)
            except SourceError as problem:
                assert problem.message  # noqa: PT017 - either outcome is right
            else:
                assert all(document.text == clean_text(document.text) for document in documents)
    assert sandbox.peak_bytes < 1024**3


def test_terminal_controls_do_not_get_through(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "escape.txt").write_bytes(sources.HOSTILE["escape.txt"]())
    text = sandbox.read(tmp_path / "escape.txt")[0].text
    assert not any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c in "\u202e\u202c" for c in text)
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
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0 words")
    with pytest.raises(UnsupportedFormat, match="does not read"):
        sandbox.read(tmp_path / "old.doc")
