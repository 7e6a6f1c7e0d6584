"""Names, files and lengths made to harm never take the rest with them: the real program on real files."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from kmassist.documents.document import Document, PageSpan, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import split_document
from kmassist.documents.values import storable_text
from kmassist.errors import UnreadableSource
from kmassist.events import Skipped
from kmassist.privacy.redaction import scan_document
from kmassist.readers import read_bytes
from kmassist.text.sentences import split_sentences
from tests.conftest import Run
from tests.growth import assert_grows_with
from tests.integration.one_source import GOOD, QUESTION, posix

# names and files ------------------------------------------------------------------------------------------------------------


@posix
def test_a_file_name_that_is_not_utf_8_costs_nothing(kmassist: Run, tmp_path: Path) -> None:
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


def test_text_is_storable_whatever_it_was() -> None:
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
@pytest.mark.timeout(600)
@pytest.mark.parametrize("by", ["pipe", "device", "folder", "nothing", "another file"])
def test_a_file_swapped_between_the_two_reads_costs_itself_alone(
    by: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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

    def swapping(self: Any, path: Any, **settings: Any) -> Any:
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
    assert [Path(e.path).name for e in events if isinstance(e, Skipped)] == ["b.md"]


@posix
def test_special_files_are_refused_at_once(tmp_path: Path) -> None:
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
def test_twice_the_text_takes_about_twice_the_time(work: Any, what: Any) -> None:
    """Sixteen times the text; the square of it would be 256 times the time."""
    small, large = (
        document((ENDLESS[what] * size)[:size] + "x", pages=size // 400)
        for size in (15_000, 240_000)
    )
    assert_grows_with(lambda: work(small), lambda: work(large), times=16)


def test_long_lines_are_split_as_short_ones_are() -> None:
    sentence = (
        "Women (A. Smith et al. 2019) were seen by Dr. Jones at 9 a.m. and by St. Mary's staff. "
    )
    assert len(split_sentences(sentence * 400)) == 400 * len(split_sentences(sentence))
