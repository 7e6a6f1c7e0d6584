"""What every reader keeps to: one suite over every format."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kmassist.documents.document import Document, clean_text
from kmassist.errors import SourceError
from kmassist.readers import choose_reader, read_source
from kmassist.text.sentences import split_sentences
from tests.contract import damage, sources


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sources")
    sources.write_good(made)
    return made


@pytest.fixture(params=sources.GOOD)
def documents(request: pytest.FixtureRequest, folder: Path) -> list[Document]:
    return read_source(folder / request.param, root=folder)


def test_offsets_reproduce_the_text(documents: list[Document]) -> None:
    for document in documents:
        for heading in document.headings:
            assert document.text[heading.start : heading.end] == heading.title
        if document.pages:
            assert document.pages[0].start == 0
            assert document.pages[-1].end == len(document.text)
            for before, after in zip(document.pages, document.pages[1:], strict=False):
                assert before.end == after.start
                assert before.number < after.number


def test_text_is_clean(documents: list[Document]) -> None:
    for document in documents:
        assert document.text == clean_text(document.text)
        assert document.text
        assert "\n\n\n" not in document.text
        assert document.metadata.title == clean_text(document.metadata.title)


def test_a_newline_ends_a_sentence(documents: list[Document]) -> None:
    for document in documents:
        sentences = [document.text[start:end] for start, end in split_sentences(document.text)]
        assert all("\n" not in sentence for sentence in sentences)


def test_the_sentence_comes_through_whole(folder: Path) -> None:
    for name in sources.GOOD:
        if name in ("audit.csv", "audit.xlsx", "audit.ods", "columns.pdf"):
            continue
        text = read_source(folder / name, root=folder)[0].text
        assert sources.SENTENCE.rstrip(".") in text, name


def test_the_same_bytes_give_the_same_documents(documents: list[Document], folder: Path) -> None:
    again = read_source(folder / documents[0].source_name, root=folder)
    assert [d.model_dump() for d in again] == [d.model_dump() for d in documents]


def test_ids_and_origins(documents: list[Document]) -> None:
    assert len({document.doc_id for document in documents}) == len(documents)
    for document in documents:
        assert document.source_sha256
        assert document.media_type
        meta = document.metadata
        untouched = type(meta)()
        said = {
            name
            for name, value in meta
            if name != "came_from" and value != getattr(untouched, name)
        }
        assert said <= set(meta.came_from)
        if len(documents) > 1:
            assert document.locator


def test_the_date_is_never_the_day_of_reading(documents: list[Document]) -> None:
    for document in documents:
        assert document.metadata.published in (
            None,
            "2026-03",
            "2026-04-02",
            "2021-05-03",
            "2021-05",
            "2021",
            "2019",
        )


@pytest.mark.parametrize("name", sources.GOOD)
def test_a_bad_file_raises_only_source_errors(name: str, folder: Path, tmp_path: Path) -> None:
    chance = random.Random(name)
    good = (folder / name).read_bytes()
    for number in range(9):
        damaged = tmp_path / f"{number}{Path(name).suffix}"
        damaged.write_bytes(damage.mutate(good, chance))
        try:
            for document in read_source(damaged):
                assert document.text == clean_text(document.text)
        except SourceError as problem:
            assert problem.message.endswith((".", ":"))  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("name", sources.GOOD)
def test_readers_touch_nothing_but_their_arguments(name: str, folder: Path) -> None:
    data = (folder / name).read_bytes()
    reader = choose_reader(Path("nowhere") / name, data)
    assert reader.read(Path("nowhere") / name, data)
