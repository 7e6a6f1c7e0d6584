"""The second demonstration corpus: another domain, all eight kinds, everything in it marked synthetic."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kmassist.assistant import Assistant
from kmassist.cli import cli
from kmassist.coverage import State, Verdict
from kmassist.documents.document import SourceType
from kmassist.embedding.embedder import Embedder
from kmassist.readers import find_sources, read_source
from kmassist.settings.file import sample_corpus
from kmassist.settings.model import Settings

CORPUS = sample_corpus("frailty")


def test_it_holds_every_kind_and_says_of_each_document_that_it_is_synthetic() -> None:
    documents = [d for path in find_sources([CORPUS]) for d in read_source(path, root=CORPUS)]
    assert {d.metadata.source_type for d in documents} == set(SourceType)
    assert all(d.metadata.is_synthetic for d in documents)
    assert all(d.metadata.dated for d in documents)


@pytest.mark.parametrize("args", [["--sample", "status"], ["--sample", "frailty", "status"]])
def test_the_name_after_sample_may_be_left_out(args: list[str], tmp_path: Path) -> None:
    library = ["--library", str(tmp_path / "library")]
    help_text = CliRunner().invoke(cli, [*library, *args, "--help"])
    assert help_text.exit_code == 0
    assert "status" in help_text.output


@pytest.mark.model
def test_what_is_hoped_for_hides_no_voice_and_what_is_to_check_is_said_to_be(
    tmp_path: Path, real_model: Embedder
) -> None:
    settings = Settings(library=tmp_path / "library")
    with Assistant.open(settings, create=True, embedder=real_model) as assistant:
        for _ in assistant.add([CORPUS]):
            pass
        scaled = assistant.answer(
            "Should we scale the frailty hub pilot to reduce unplanned admissions of older people?"
        )
        asked_of = assistant.answer("How quickly does our urgent community response team arrive?")
    assert scaled.coverage.cell(SourceType.PPI).state is State.SUFFICIENT
    assert asked_of.coverage.cell(SourceType.AUD).state is State.TO_CHECK
    assert asked_of.coverage.verdict is Verdict.TO_CHECK
