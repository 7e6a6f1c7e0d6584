"""A hundred hostile texts through every command, every export and every screen of the real program: none acts."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import select
import shutil
import struct
import subprocess
import sys
import time
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.commands import Done
from tests.conftest import run_kmassist
from tests.contract import payloads

QUESTION = "How should we triage women who attend unscheduled?"
_FORBIDDEN = re.compile(f"[{payloads.FORBIDDEN}]")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hostile files and a library of them, made once and only ever copied."""
    folder = tmp_path_factory.mktemp("payloads") / "published"
    folder.mkdir()
    for name, body in payloads.documents():
        (folder / name).write_bytes(body.encode("utf-8", "surrogatepass"))
    (folder / "bad \x1b]0;x\x07\x9b2J.pdf").write_bytes(b"%PDF-1.7 nothing")
    done = run_kmassist(folder.parent / "library", ["add", str(folder)])
    assert not _FORBIDDEN.search(done.out + done.err), done.err
    assert "skipped" in done.out + done.err
    return folder.parent


@pytest.fixture
def library(made: Path, tmp_path: Path) -> Path:
    """A copy of it for each test."""
    return Path(shutil.copytree(made, tmp_path / "payloads")) / "library"


def commands(library: Path) -> list[list[str]]:
    listed = json.loads(run_kmassist(library, ["sources", "list", "--json"]).out)
    ids = [row["doc_id"] for row in listed][:2]
    payload = "\x1b]52;c;eA==\x07[@click=app.quit]x[/]"
    bad = next((library.parent / "published").glob("bad*"))
    return [
        ["ask", QUESTION], ["ask", f"triage {payload} of women?"], ["ask", "--json", QUESTION], ["search", "triage"], ["coverage", QUESTION],
        ["sources", "list"], ["sources", "list", "--json"], *(["sources", "show", doc] for doc in ids), ["sources", "show", payload],
        ["sources", "edit", ids[0], "--set", f"issuer={payload}"], ["inspect", str(bad)], ["inspect", str(library.parent / "published")],
        ["add", str(library.parent / f"none{payload.replace('/', '')}")], ["gaps", "list"], ["gaps", "show", payload], ["map"], ["map", "--json"],
        ["status"], ["doctor"], ["config", "show"], ["vocabulary", "test", f"triage {payload}"], ["forget", payload], [payload], ["--library", payload, "status"],
        ["brief", QUESTION, "--for", "clinical"], ["brief", QUESTION, "--for", "public"], ["decide", "list"], ["searches", "list"], ["use"], ["people"],
        ["prompt", "list"], ["verify", str(library.parent / payload.replace("/", ""))], ["assess"], ["codev", "list"], ["share", "list"], ["scale-up"],
    ]  # fmt: skip


def test_no_command_prints_what_a_terminal_obeys(library: Path) -> None:
    for arguments in commands(library):
        done: Done = run_kmassist(library, arguments)
        found = _FORBIDDEN.search(done.out + done.err)
        assert not found, (
            arguments[:2],
            (done.out + done.err)[max(0, found.start() - 40) : found.start() + 20],
        )
        assert "Something went wrong" not in done.err, (arguments, done.err)


def test_exports_hold_text_alone(library: Path) -> None:
    for form in ("md", "html", "json", "docx", "pdf"):
        target = library.parent / f"brief.{form}"
        done = run_kmassist(
            library, ["brief", QUESTION, "--for", "commissioner", "--output", str(target)]
        )
        assert done.code == 0, done.err
        data = target.read_bytes()
        if form == "docx":
            data = b"".join(
                zipfile.ZipFile(io.BytesIO(data)).read(n)
                for n in zipfile.ZipFile(io.BytesIO(data)).namelist()
                if n.endswith("xml")
            )
            assert b'TargetMode="External"' not in data or b"km.example" not in data
        if form != "pdf":
            assert not _FORBIDDEN.search(data.decode("utf-8")), form
        if form == "html":
            assert not acting(data.decode())
    for form in ("csv", "html", "json"):
        target = library.parent / f"map.{form}"
        done = run_kmassist(library, ["map", "--output", str(target)])
        if done.code == 0 and form == "csv":
            for row in csv.reader(target.read_text("utf-8-sig").splitlines()):
                assert not any(cell.lstrip().startswith(("=", "+", "@", "＝")) for cell in row)


def acting(page: str) -> list[str]:
    """Elements and attributes of a page that do something or fetch something of the payloads'."""
    found = []

    class Watch(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend([tag] if tag in ("script", "iframe", "object", "embed") else [])
            for name, value in attrs:
                if name.startswith("on") or (
                    name in ("href", "src")
                    and ("km" in (value or "") or "javascript" in (value or ""))
                ):
                    found.append(f"{tag} {name}={value}")

    Watch(convert_charrefs=True).feed(page)
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    "arguments",
    [["ask", QUESTION], ["sources", "list"], ["coverage", QUESTION]],
    ids=lambda a: a[0],
)
def test_on_a_terminal_only_colours_are_sequences(library: Path, arguments: list[str]) -> None:
    raw = on_a_terminal(library, arguments)
    assert not _FORBIDDEN.search(re.sub(r"\x1b\[[\d;]*m|\x1b\[2K", "", raw))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_interface_writes_no_payload_to_the_terminal(library: Path) -> None:
    """Every place with a hundred hostile documents in it; the raw bytes hold none of their sequences."""
    keys = [
        (QUESTION.encode(), b""),
        (b"\r", b"Triage report"),
        *((key, b"") for key in (b"\t", b"\r", b"\x1b", b"\x1bOR", b"\r", b"\x1b", b"\x1bOS")),
        *((key, b"") for key in (b"\x1b[15~", b"\x1b[17~", b"\x1b[18~", b"\x1bOP", b"\x1b")),
    ]
    raw = on_a_terminal(library, [], keys=keys)
    assert "Triage report" in raw
    assert "\x1b[?1049h" in raw  # the interface was there
    for payload in payloads.MARKERS:
        if payload.startswith(
            ("\x1b]", "\x9d", "\x90", "\x9f", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x9b")
        ) or payload in (
            "\x1bc",
            "\x1b[5i",
            "\x1b[20t",
        ):
            assert payload not in raw, repr(payload)
    assert not re.search("[\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00]", raw)


def on_a_terminal(
    library: Path, arguments: list[str], *, keys: list[tuple[bytes, bytes]] | None = None
) -> str:
    """What the program writes to a terminal of 120 columns and 40 lines, as it is.

    Args:
        keys: what is pressed once the question field is there, and what must be seen before the next key.
    """
    import fcntl
    import pty
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    environment = {
        **os.environ, "KMASSIST_EMBEDDING__MODEL": "hashing", "KMASSIST_CONFIG": str(library.parent / "none.toml"), "TERM": "xterm-256color",
        "HOME": str(library.parent), "XDG_CONFIG_HOME": str(library.parent / "c"), "XDG_STATE_HOME": str(library.parent / "s"),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "kmassist", "--library", str(library), *arguments],
        stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=library.parent, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    seen = bytearray()

    def listen(quiet_seconds: float) -> bool:
        """Take what is written until nothing comes for that long, or for four seconds (a cursor blinks); False at the end."""
        until = time.monotonic() + 4
        while time.monotonic() < until and select.select([master], [], [], quiet_seconds)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                return False
            if not piece:
                return False
            seen.extend(piece)
        return True

    def wait_for(text: bytes) -> None:
        deadline = time.monotonic() + 120
        while text not in seen:
            assert listen(0.2), f"{text!r} did not appear: it ended"
            assert time.monotonic() < deadline, f"{text!r} did not appear"

    try:
        if keys is not None:
            wait_for(b"What would you like to know?")
            for key, shows in keys:
                os.write(master, key)
                wait_for(shows)
                listen(0.7)
            os.write(master, b"\x11")
        while process.poll() is None:  # the test's own limit ends what does not end
            listen(0.2)
        listen(0.2)
    finally:
        process.kill()
        process.wait()
        os.close(master)
    return seen.decode("utf-8", "replace")
