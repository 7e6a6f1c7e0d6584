"""The small reader: what it is given, what it adds to the order of sentences, and that its NumPy pass is the one it was trained with."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.assistant import Assistant
from kmassist.assistant.health import examine
from kmassist.documents.document import Document, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import split_document
from kmassist.embedding import open_embedder, reader_of
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.embedding.reader import SENTENCE, WINDOW, Read, Window, read_tensors, runs, together
from kmassist.embedding.sentence_transformer import SentenceTransformerEmbedder
from kmassist.embedding.shipped import WEIGHTS
from kmassist.errors import ModelUnavailable, ReaderUnavailable
from kmassist.events import Answered, Warned
from kmassist.evidence.looked_at import Sentence
from kmassist.evidence.reading import WINDOWS, order_of_read, read_likeliest
from kmassist.settings.model import Settings
from kmassist.text import shipped

QUESTION = "How many of the beds had the pad changed?"
SENTENCES = (
    "Pads were bought in March.",
    "Pads were changed in 20 of 40 beds.",
    "Staff liked them.",
)


@given(st.lists(st.integers(0, 200), max_size=40))
def test_every_sentence_is_in_one_window_and_none_is_larger_than_it_may_be(
    lengths: list[int],
) -> None:
    found = runs(lengths)
    assert [i for run in found for i in run] == list(range(len(lengths)))
    for run in found:
        assert len(run) == 1 or sum(min(lengths[i], SENTENCE) for i in run) <= WINDOW


def test_each_sentence_is_found_again_in_what_is_read() -> None:
    row = together([7] * 100, [8], [[1, 2], [3], []])
    assert [row.ids[slice(*span)] for span in row.sentences][:2] == [[1, 2], [3]]
    assert set(row.ids[slice(*row.question)]) == {7}
    assert len(row.ids) < 60  # the question is cut


@pytest.mark.model
def test_the_sentence_that_answers_is_told_from_its_neighbours() -> None:
    reader = reader_of(open_embedder())
    assert reader is not None
    read, other = reader.read(
        QUESTION, [Window("Pads - Audit", SENTENCES), Window("Food - Menu", ("Soup was served.",))]
    )
    assert int(np.argmax(read.sentences)) == 1
    assert max(read.sentences) > max(other.sentences)
    assert read.whole > other.whole
    assert reader.read(QUESTION, []) == []


@pytest.mark.model
def test_the_numpy_pass_is_the_trained_model() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from benchmarks.train_reader import Tokeniser, from_tensors

    reader, model, tokens = reader_of(open_embedder()), from_tensors(read_tensors()), Tokeniser()
    assert reader is not None
    (read,) = reader.read(QUESTION, [Window("Pads - Audit", SENTENCES)])
    with torch.inference_mode():
        (scores,), wholes = model([tokens.row(QUESTION, "Pads - Audit", SENTENCES)])
    assert read.sentences == pytest.approx(scores.tolist(), abs=1e-3)
    assert read.whole == pytest.approx(float(wholes[0]), abs=1e-3)


def test_another_model_has_no_reader() -> None:
    assert reader_of(HashingEmbedder()) is None
    assert reader_of(open_embedder("some/folder")) is None


def test_a_damaged_reader_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reader.safetensors").write_bytes(b"damaged")
    monkeypatch.setattr("kmassist.embedding.reader.SHIPPED", tmp_path)
    embedder = SentenceTransformerEmbedder()
    for _ in range(2):
        with pytest.raises(ReaderUnavailable, match="Reinstall"):
            read_tensors()
        assert not embedder.has_whole_reader()
        (tmp_path / "reader.safetensors").unlink(missing_ok=True)
    assert SentenceTransformerEmbedder("some/folder").has_whole_reader()


class Longest:
    """Stands where the reader does: the longest sentence answers, and each passage is one window."""

    def __init__(self) -> None:
        self.asked: list[Window] = []

    def windows(self, sentences: list[str]) -> list[range]:
        return [range(len(sentences))]

    def read(self, question: str, windows: list[Window]) -> list[Read]:
        self.asked += windows
        return [Read(tuple(float(len(s)) for s in w.sentences), 0.5) for w in windows]


def test_only_the_windows_of_the_likeliest_sentences_are_read_each_once() -> None:
    texts = [
        f"Pads number {n} were changed. They were kept on shelf {n}." for n in range(WINDOWS + 4)
    ]
    documents = [
        Document(doc_id=make_doc_id(text), text=text, metadata=Metadata(title="Pads"))
        for text in texts
    ]
    passages = {p.passage_id: p for d in documents for p in split_document(d)}
    sentences = [Sentence(key, n, {}) for key in passages for n in range(2)]
    reader = Longest()
    found = read_likeliest(
        QUESTION,
        sentences,
        -np.arange(len(sentences), dtype=float),
        passages,
        {d.doc_id: d for d in documents},
        reader=reader,  # type: ignore[arg-type]
    )
    assert len(reader.asked) == WINDOWS
    assert set(found) == {(key, n) for key in list(passages)[:WINDOWS] for n in range(2)}
    assert all(signals.keys() == {"read", "whole"} for signals in found.values())


def test_what_was_not_read_stands_behind_what_was() -> None:
    read = [
        Sentence("p", n, {"read": score, "likeness": 0.0}) for n, score in enumerate((0.1, 3.0))
    ]
    unread = [Sentence("q", n, {"likeness": 9.0}) for n in range(2)]
    order = order_of_read([*read, *unread], np.array([0.0, 0.0, 5.0, 4.0]), {"read": 1.0})
    assert list(np.argsort(-order)) == [1, 0, 2, 3]
    assert order[2] - order[3] == pytest.approx(1.0)  # as they were to each other
    assert order[0] > order[2]


def test_the_shipped_reader_says_what_it_was_made_of() -> None:
    made = shipped.shipped_data("reader.json")
    assert made["rows"]
    assert len(made["training"]) == 16
    assert made["recipe"].endswith("benchmarks.train_reader")


@pytest.mark.model
def test_a_question_is_answered_without_the_reader_with_one_note_and_doctor_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(library=tmp_path / "library")
    (tmp_path / "note.md").write_text(f"# Pads on the ward\n\n{' '.join(SENTENCES)}\n")
    with Assistant.open(settings, create=True) as assistant:
        list(assistant.add([tmp_path / "note.md"]))
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("kmassist.embedding.reader.SHIPPED", tmp_path / "empty")
    with Assistant.open(settings) as assistant:
        *before, last = assistant.ask(QUESTION)
    assert isinstance(last, Answered)
    shown = (*last.answer.closest, *last.answer.nearest)
    assert SENTENCES[1] in [claim.text for claim in shown]
    (said,) = last.answer.degraded
    assert "reader.safetensors" in said
    assert said.endswith("Reinstall kmassist.")
    (warned,) = [event for event in before if isinstance(event, Warned)]
    assert said == f"{warned.message} {warned.hint}"
    (finding,) = examine(settings).findings
    assert (finding.severity, finding.file) == ("warning", "reader.safetensors")


@pytest.mark.model
def test_damaged_weights_of_the_model_itself_still_stop_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = SentenceTransformerEmbedder()
    changed = tmp_path / "model"
    shutil.copytree(embedder.folder, changed)
    (changed / WEIGHTS).write_bytes(b"damaged")
    monkeypatch.setitem(embedder.__dict__, "folder", changed)
    with pytest.raises(ModelUnavailable) as raised:
        reader_of(embedder)
    assert not isinstance(raised.value, ReaderUnavailable)
