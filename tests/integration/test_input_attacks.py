"""One bad file, name, value or stream never takes the rest with it: the real program on real files."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import apsw
import pytest
from pydantic import ValidationError

from kmassist.cli.session import progress_bar
from kmassist.documents.document import Document, PageSpan, make_doc_id
from kmassist.documents.metadata import AuditCriterion, Metadata
from kmassist.documents.passages import split_document
from kmassist.documents.values import storable_text
from kmassist.errors import UnreadableSource
from kmassist.events import Progress
from kmassist.index.doctor import check
from kmassist.index.local import open_local
from kmassist.index.store import row_check
from kmassist.privacy.redaction import scan_document
from kmassist.readers import read_bytes
from kmassist.records.bundle_files import read_bundle, write_bundle
from kmassist.records.bundles import make_bundle
from kmassist.text.sentences import split_sentences
from tests.conftest import ROOT, Run
from tests.contract.corpora import make_entry
from tests.growth import assert_grows_with
from tests.unit.test_sharing import brief

GOOD = "---\nsource_type: FLK\ntitle: What midwives said\nevidence_date: 2025-03\n---\n# Said\n\nMidwives said that triage was calm at night.\n"
QUESTION = "What did midwives say about triage at night?"
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")


# values ----------------------------------------------------------------------------------------------------------------

IMPOSSIBLE = {
    "a day that is none": {"evidence_date": "2026-02-31"},
    "the year nought": {"published": "0000-01"},
    "a sample without end": {"sample_size": 10**40},
    "a number of women without end": {"ppi": {"who": "women", "number": 10**400}},
    "more cases than were looked at": {
        "audit": [{"criterion": "seen in time", "numerator": 50, "denominator": 10}]
    },
    "counts of 400 digits": {
        "audit": [{"criterion": "seen in time", "numerator": 10**399, "denominator": 10**400}]
    },
    "an estimate that is no number": {"findings": [{"outcome": "tears", "ci_low": float("nan")}]},
    "endless months": {"evaluation": {"months": float("inf")}},
}


@pytest.mark.parametrize("what", sorted(IMPOSSIBLE))
def test_a_value_that_cannot_be_is_refused_by_the_model_and_so_on_every_way_in(what):
    with pytest.raises(ValidationError):
        Metadata(**IMPOSSIBLE[what])


@pytest.mark.parametrize("what", sorted(IMPOSSIBLE))
def test_a_value_that_cannot_be_and_is_already_inside_is_set_aside_and_named(what, tmp_path):
    library = tmp_path / "library"
    with open_local(str(library), embedder="made-up@0", dimension=16, create=True) as index:
        for n in range(3):
            index.add(make_entry(n))
    doc_id = make_entry(1).document.doc_id
    put_inside(library, doc_id, IMPOSSIBLE[what])
    with open_local(str(library), embedder="", dimension=0) as index:
        documents = {d.doc_id: d for d in index.documents()}
        assert len(documents) == 3
        assert index.document(doc_id).text == make_entry(1).document.text
        (said,) = [warning for warning in documents[doc_id].warnings if "cannot be" in warning]
        assert next(iter(IMPOSSIBLE[what])) in said
        assert any(doc_id in notice for notice in index.notices)
        assert len(index.notices) == 1  # once, whatever is asked
        for criterion in documents[doc_id].metadata.audit:
            criterion.wilson_interval()
    assert [f.doc_id for f in check(library, is_deep=True)] == [doc_id]


def put_inside(library: Path, doc_id: str, values: dict[str, object]) -> None:
    """As an earlier version, a backup or somebody's hand may have left it: the row and its checks agree."""
    connection = apsw.Connection(str(library / "km.db"))
    sql = "SELECT seq, blob, body FROM documents WHERE doc_id = ?"
    ((seq, blob, body),) = connection.execute(sql, (doc_id,)).fetchall()
    changed = json.loads(body)
    changed["metadata"] |= values
    text = json.dumps(changed)
    sql = "UPDATE documents SET body = ?, body_check = ? WHERE doc_id = ?"
    connection.execute(sql, (text, row_check(seq, doc_id, blob, text), doc_id)).fetchall()
    connection.close()


def test_a_possible_share_is_taken():
    assert AuditCriterion(criterion="seen", numerator=10, denominator=10).achieved_percent == 100
    assert Metadata(evidence_date="2024-02-29").dated == "2024-02-29"


def test_a_correction_that_cannot_be_is_one_sentence_and_the_library_answers(
    kmassist: Run, tmp_path: Path
):
    (tmp_path / "frontline").mkdir()
    (tmp_path / "frontline" / "said.md").write_text(GOOD)
    (tmp_path / "frontline" / "bad.md").write_text(
        GOOD.replace("2025-03", "2026-02-30").replace("calm", "loud")
    )
    added = kmassist("add", str(tmp_path / "frontline"))
    assert added.code in (0, 4), added.err
    assert "no day of the calendar" in added.err
    doc = kmassist("sources", "list", "--json").json[0]["doc_id"]
    done = kmassist("sources", "edit", doc, "--set", "evidence_date=2026-06-31")
    assert done.code == 2
    assert "no day of the calendar" in done.err
    for args in (
        ["ask", QUESTION],
        ["coverage", QUESTION],
        ["map"],
        ["brief", QUESTION, "--for", "commissioner"],
    ):
        assert "Something went wrong" not in kmassist(*args).err, args


def test_a_bundle_with_a_value_that_cannot_be_is_refused_in_words():
    bundle = make_bundle(brief(), from_service="Marlow Vale", exported_on="2026-01-05")
    with zipfile.ZipFile(io.BytesIO(write_bundle(bundle, "# Brief\n"))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    body = json.loads(members["bundle.json"])
    body["brief"]["sources"][0]["metadata"]["evidence_date"] = "2026-02-31"
    members["bundle.json"] = json.dumps(body).encode()
    manifest = json.loads(members["manifest.json"])
    manifest["sha256"]["bundle.json"] = hashlib.sha256(members["bundle.json"]).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(UnreadableSource, match="no day of the calendar"):
        read_bundle(out.getvalue())


# names and files ------------------------------------------------------------------------------------------------------------


@posix
def test_a_file_name_that_is_not_utf_8_costs_nothing(kmassist: Run, tmp_path: Path):
    folder = tmp_path / "frontline"
    folder.mkdir()
    (folder / "good.md").write_text(GOOD)
    odd = os.fsencode(folder) + b"/caf\xe9 \xff.md"
    Path(os.fsdecode(odd)).write_text(GOOD.replace("calm", "busy"))
    done = kmassist("add", str(folder))
    assert done.code == 0, done.err
    listed = kmassist("sources", "list", "--json").json
    assert len(listed) == 2
    again = kmassist("add", "--json", str(folder))
    assert len(again.json["unchanged"]) == 2, again.err
    assert "busy" in kmassist("ask", QUESTION).out


def test_text_is_storable_whatever_it_was():
    rng = random.Random(1)
    for _ in range(2000):
        text = "".join(
            chr(rng.randrange(0x110000) if rng.random() < 0.5 else rng.randrange(0xD800, 0xE000))
            for _ in range(6)
        )
        storable_text(text).encode()
    assert storable_text("caf\udce9.md") == "caf\\xe9.md"
    assert storable_text("naïve “quote”") == "naïve “quote”"


@posix
@pytest.mark.timeout(60)
@pytest.mark.parametrize("by", ["pipe", "device", "folder", "nothing", "another file"])
def test_a_file_swapped_between_the_two_reads_costs_itself_alone(by, tmp_path, monkeypatch):
    from kmassist.assistant.add import Adding
    from kmassist.embedding import open_embedder
    from kmassist.index.local import open_memory
    from kmassist.question.vocabulary import Vocabulary
    from kmassist.readers.sandbox import Sandbox
    from kmassist.settings.model import load_settings

    folder = tmp_path / "frontline"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.md").write_text(GOOD.replace("calm", f"calm in unit {name}"))
    real = Sandbox.read

    def swapping(self, path, **settings):
        documents = real(self, path, **settings)
        if path.name == "b.md":
            path.unlink()
            if by == "pipe":
                os.mkfifo(path)
            elif by == "device":
                path.symlink_to("/dev/zero")
            elif by == "folder":
                path.mkdir()
            elif by == "another file":
                path.write_text(GOOD.replace("calm", "other"))
        return documents

    monkeypatch.setattr(Sandbox, "read", swapping)
    embedder = open_embedder("hashing")
    index = open_memory(embedder=embedder.fingerprint, dimension=embedder.dimension)
    settings = load_settings({"library": str(tmp_path / "library")})
    events = list(
        Adding(settings, index, embedder, Vocabulary.load()).add([folder], overrides={}, consent={})
    )
    assert sorted(d.source_name for d in index.documents()) == ["a.md", "c.md"]
    assert [Path(e.path).name for e in events if type(e).__name__ == "Skipped"] == ["b.md"]


@posix
def test_special_files_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "zero.md").symlink_to("/dev/zero")
    for name in ("pipe.md", "zero.md"):
        with pytest.raises(UnreadableSource, match="not an ordinary file"):
            read_bytes(tmp_path / name)


# time -----------------------------------------------------------------------------------------------------------------------

ENDLESS = {
    "initials": "A. B. ",
    "an index": "Smith A, 12. ",
    "abbreviations": "e.g. i.e. et al. ",
    "one word": "a.a",
    "full stops": ".",
    "stops and brackets": ".).",
    "counts": "1 of 2 women and ",
    "numbers": "943 476 591 ",
    "blanks": "  ",
    "marks": '!?" ',
    "lines": "A. B.\n",
    "dates": "1.1.2020 born ",
}


def document(text: str, pages: int = 0) -> Document:
    size = max(1, len(text) // max(1, pages))
    spans = tuple(PageSpan(number=i + 1, start=i * size, end=(i + 1) * size) for i in range(pages))
    return Document(doc_id=make_doc_id(text), text=text, metadata=Metadata(), pages=spans)


@pytest.mark.parametrize("what", sorted(ENDLESS))
@pytest.mark.parametrize("work", [split_document, scan_document], ids=["split", "scan"])
def test_twice_the_text_takes_about_twice_the_time(work, what):
    """Sixteen times the text; the square of it would be 256 times the time."""
    small, large = (
        document((ENDLESS[what] * size)[:size] + "x", pages=size // 400)
        for size in (15_000, 240_000)
    )
    assert_grows_with(lambda: work(small), lambda: work(large), times=16)


def test_long_lines_are_split_as_short_ones_are():
    sentence = (
        "Women (A. Smith et al. 2019) were seen by Dr. Jones at 9 a.m. and by St. Mary's staff. "
    )
    assert len(split_sentences(sentence * 400)) == 400 * len(split_sentences(sentence))


# streams -------------------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp850", "latin-1"])
def test_a_stream_of_another_encoding_degrades(small_library, encoding):
    done = program(small_library, ["ask", QUESTION], PYTHONIOENCODING=encoding)
    assert done.returncode in (0, 4), done.stderr
    assert "calm at night" in done.stdout.decode(encoding)
    listed = program(small_library, ["sources", "list", "--json"], PYTHONIOENCODING=encoding)
    assert (
        "→ “über” naïve ≥ 5" in json.loads(listed.stdout)[0]["metadata"]["title"]
    )  # data stay exact


def test_without_utf_8_mode_in_the_c_locale(small_library):
    done = program(
        small_library, ["ask", QUESTION], LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    assert done.returncode in (0, 4), done.stderr
    assert b"calm at night" in done.stdout


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_fault(small_library, closed):
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


def test_file_names_in_the_progress_bar_are_made_safe(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress_bar() as bar:
        bar(Progress("adding", 1, 2, "\r\x1b[2K\x1b[32mNo personal data\nfound\x1b[0m\x1b[8m.md"))
    written = capsys.readouterr().err
    assert written.count("\x1b") == 2  # the bar's own
    assert "\n" not in written


# files that are written -------------------------------------------------------------------------------------------------------


@posix
def test_a_saved_answer_is_written_over_nothing(small_library, tmp_path):
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
    small_library, tmp_path
):
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
@pytest.mark.timeout(120)
def test_a_pipe_or_a_device_in_a_named_file_s_place_is_a_sentence(small_library, tmp_path):
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
