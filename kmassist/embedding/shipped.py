"""The files of the shipped model that are loaded, each with the digest it must have.

Damaged weights would give other vectors; an exchanged vocabulary or setting does so just as quietly, and some settings name
code to run. A model folder of a person's own is trusted as they trust a program.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

WEIGHTS = "model.safetensors"
DIGESTS = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "data_config.json": "32edcb108fc2516b920734a862ae0692bcae1c5d45d5f8d972cb0d53434a4c54",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
}
_LOADED = frozenset(
    {".json", ".txt", ".bin", ".safetensors", ".py", ".model", ".pt", ".h5", ".msgpack"}
)


def wrong_files(folder: Path, *, with_weights: bool = True) -> list[str]:
    """Names of files that are missing, changed, or not of the model although something could load them.

    Args:
        folder: of the shipped model.
        with_weights: read the weights too, 91 MB.
    """
    wanted = {name: digest for name, digest in DIGESTS.items() if with_weights or name != WEIGHTS}
    wrong = [name for name, digest in wanted.items() if digest_of(folder / name) != digest]
    there = (
        path
        for path in folder.rglob("*")
        if path.suffix in _LOADED and "__pycache__" not in path.parts
    )
    names = (path.relative_to(folder).as_posix() for path in there)
    return sorted({*wrong, *(name for name in names if name not in DIGESTS)})


def digest_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
