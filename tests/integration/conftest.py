"""Fixtures of the integration tests: the golden briefs, composed once, and a small library for the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kmassist.assistant import Assistant
from kmassist.assistant.briefs import BriefDesk
from kmassist.briefs import Audience, Brief
from kmassist.embedding.embedder import Embedder
from kmassist.events import Skipped
from kmassist.settings.model import load_settings
from tests.conftest import SAMPLE, MadeOnce, Run, run_kmassist
from tests.integration.golden_briefs import AUDIENCES, QUESTIONS, TODAY, WITHHELD
from tests.unit.sample_briefs import PICKED


@pytest.fixture(scope="session")
def briefs(
    sample_made: Path, tmp_path_factory: pytest.TempPathFactory, real_model: Embedder
) -> dict[tuple[str, Audience], Brief]:
    """Every golden brief, on a copy of the library; the last question with two sources marked."""
    library = tmp_path_factory.mktemp("golden") / "library"
    shutil.copytree(sample_made, library)
    found: dict[tuple[str, Audience], Brief] = {}
    with Assistant.open(
        load_settings({"library": library, "site.name": "Marlow Vale"}), embedder=real_model
    ) as assistant:
        desk = BriefDesk(assistant, today=lambda: TODAY)
        for name, question in QUESTIONS.items():
            if name == "withheld":
                by_name = {
                    document.source_name: document.doc_id for document in assistant.sources()
                }
                for file, mark in WITHHELD.items():
                    assistant.edit(by_name[file], {"sharing": mark})
            for audience in AUDIENCES:
                brief = found[name, audience] = desk.compose(question, audience)
                assert desk.check(brief) == []
    return found


@pytest.fixture(scope="session")
def said_made(made_once: MadeOnce) -> Path:
    """A library of what patients and staff said."""

    def fill(folder: Path) -> None:
        paths = [str(SAMPLE / "ppi"), str(SAMPLE / "frontline")]
        done = run_kmassist(folder / "library", ["add", *paths])
        assert done.code == 0, done.err

    return made_once("said", fill) / "library"


@pytest.fixture
def picked(made_once: MadeOnce, tmp_path: Path) -> Path:
    """A library of the files that the briefs of `sample_briefs` are made of, a copy for each test."""

    def fill(folder: Path) -> None:
        settings = load_settings({"library": folder / "library", "embedding.model": "hashing"})
        with Assistant.open(settings, create=True) as held:
            events = list(held.add([SAMPLE / name for name in PICKED]))
        assert not [event for event in events if isinstance(event, Skipped)]

    shutil.copytree(made_once("picked", fill) / "library", tmp_path / "library")
    return tmp_path / "library"


@pytest.fixture
def filled(said_made: Path, kmassist: Run, tmp_path: Path) -> Run:
    """A copy of it for each test."""
    shutil.copytree(said_made, tmp_path / "library")
    return kmassist
