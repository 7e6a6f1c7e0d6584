"""A model whose files are not what they should be: questions are answered by words, and every command says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kmassist.assistant import Assistant
from kmassist.embedding import open_embedder
from kmassist.errors import ModelUnavailable
from kmassist.events import Answered, Warned
from kmassist.settings.model import load_settings
from tests.integration.one_source import GOOD, QUESTION


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    (folder / "said.md").write_text(GOOD, encoding="utf-8")
    settings = load_settings({"library": str(folder / "library")})
    with Assistant.open(settings, create=True, embedder=open_embedder("default", threads=1)) as own:
        list(own.add([folder / "said.md"]))
    return folder / "library"


@pytest.fixture(params=["tokenizer.json", "config.json"])
def damaged(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    embedder: Any = open_embedder("default", threads=1)
    for file in Path(embedder.folder).rglob("*"):
        place = tmp_path / file.relative_to(embedder.folder)
        if file.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif file.name == request.param and file.parent == Path(embedder.folder):
            place.write_bytes(file.read_bytes().replace(b"0", b"1", 1))
        else:
            place.symlink_to(file)
    embedder.folder = tmp_path
    return embedder


def test_a_question_is_answered_by_words_and_told_so(library: Path, damaged: Any) -> None:
    with pytest.raises(ModelUnavailable):
        damaged.embed_query("triage")
    settings = load_settings({"library": str(library)})
    with Assistant.open(settings, read_only=True, embedder=damaged) as own:
        events = list(own.ask(QUESTION))
        assert isinstance(events[-1], Answered)
        warned = [event.message for event in events if isinstance(event, Warned)]
        assert any("found by words alone" in message for message in warned)
        found = own.search(QUESTION)
        assert found
        assert "found by words alone" in found[0].degraded[0]
        assert damaged.damage()
