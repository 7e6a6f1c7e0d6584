"""List the nouns that name an object and nothing else: `python -m benchmarks.fit_objects WORDNET VOCABULARY`.

WORDNET is the folder ``dict`` of WordNet 3.1 (Princeton University, its licence allows use and change), VOCABULARY the
``vocab.txt`` of the shipped model, which stands for the words that people use. A noun is taken when it has a sense under one
of the kinds below; when no sense of a person, an act, a state or a part of the body is as usual; and when it is no adjective
and no name. Prints the words; they stand under ``objects`` in kmassist/data/small_numbers.yaml.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

KINDS = (
    "furniture", "furnishing", "kitchen_utensil", "tableware", "container", "clothing",
    "garment", "footwear", "white_goods", "home_appliance", "fixture", "bedclothes", "room",
    "building", "way", "wall", "plaything", "writing_implement", "electronic_device", "lamp",
    "electronic_equipment", "barrier", "floor_cover", "telephone", "cleaning_implement",
    "computer", "structure", "conveyance", "sheet", "signaling_device", "heater", "fastener",
    "toilet", "publication", "paper", "receptacle", "utensil", "bag", "book", "opening",
    "handwear", "electrical_device", "protective_covering", "padding", "cushion",
)  # fmt: skip
NOT_KINDS = (
    "medical_instrument", "surgical_instrument", "prosthesis", "dressing", "bandage",
    "medicine", "drug", "contraceptive", "catheter", "restraint", "weapon", "pump", "hospital",
    "medical_building", "rack", "ship", "supporting_structure", "obstruction", "housing",
    "coffin",
)  # fmt: skip
FOOD, ARTEFACT, PERSON = 13, 6, 18
TELLING = frozenset({4, 5, 8, 9, 11, 12, 14, 18, 19, 22, 26})
"""Fields of WordNet whose nouns may stand for what happened to somebody."""
RARE = 0.1
NOT = frozenset({
    "argyle", "argyll", "angelica", "barrack", "bra", "brothel", "choke", "clarence", "cole",
    "cope", "crypt", "digest", "duff", "eats", "greave", "hank", "harem", "hash", "helping",
    "helmet", "hut", "keep", "kirk", "mack", "mag", "marge", "munition", "murphy", "panzer",
    "pew", "proportion", "read", "rosemary", "settle", "shack", "shook", "spur", "stays",
    "stole", "stuffing", "sub", "symmetry", "tails", "tam", "tammy", "teddy", "toby",
    "tombstone", "trey", "tuck", "threads", "three", "two", "four", "six", "seven", "ten",
    "shelter", "gurney", "stretcher", "cell", "home", "casket", "cords", "bomber", "lower",
    "organs", "pantie", "mausoleum", "pickup", "provisions", "baba", "bran", "fries", "eggs",
    "site", "preserves", "buffet", "bunk", "lodging",
})  # fmt: skip
"""Left out by hand: names, numbers, and words that may stand for people or for what happens to them."""


class Sense(NamedTuple):
    """One meaning: its field, its words as they are written, and the meanings above it."""

    field: int
    words: tuple[str, ...]
    above: tuple[str, ...]


def senses_of(folder: Path) -> dict[str, Sense]:
    """Every meaning of a noun by its address."""
    found = {}
    for line in _rows(folder / "data.noun"):
        parts = line.split(" | ")[0].split()
        size = 2 * int(parts[3], 16)
        pointers = [parts[at : at + 4] for at in range(5 + size, len(parts) - 3, 4)]
        above = tuple(p[1] for p in pointers if p[0] in {"@", "@i"} and p[2] == "n")
        found[parts[0]] = Sense(int(parts[1]), tuple(parts[4 : 4 + size : 2]), above)
    return found


def objects(folder: Path, vocabulary: frozenset[str]) -> list[str]:
    """The nouns, in order."""
    senses = senses_of(folder)
    index = {}
    for line in _rows(folder / "index.noun"):
        parts = line.split()
        index[parts[0]] = parts[-int(parts[2]) :]
    told: dict[tuple[str, str], int] = {}
    for line in _rows(folder / "index.sense"):
        key, address, _, times = line.split()
        if key.partition("%")[2].startswith("1:"):
            told[key.partition("%")[0], address] = int(times)
    adjectives = {line.split()[0] for line in _rows(folder / "index.adj")}
    kept = {a for kind in KINDS if (a := _artefact(kind, index, senses))}
    left = {a for kind in NOT_KINDS if (a := _artefact(kind, index, senses))}

    def is_object(address: str) -> bool:
        around = _above(address, senses)
        return bool(around & kept or senses[address].field == FOOD) and not around & left

    found = []
    for word, meanings in index.items():
        if not word.isalpha() or len(word) < 3 or word in NOT or word in adjectives:
            continue
        if not {word, word + "s"} & vocabulary or _is_name(word, meanings, senses):
            continue
        times = {a: told.get((word, a), 0) for a in meanings}
        good = sum(times[a] for a in meanings if is_object(a))
        telling = [a for a in meanings if senses[a].field in TELLING]
        is_usual = meanings[0] in telling or sum(times[a] for a in telling) > RARE * good
        has_person = any(senses[a].field == PERSON for a in meanings) and not good
        if (
            any(map(is_object, meanings))
            and not is_usual
            and not has_person
            and (good or not telling)
        ):
            found.append(word)
    return sorted(found)


def _rows(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if not line.startswith(" ")]


def _artefact(word: str, index: dict[str, list[str]], senses: dict[str, Sense]) -> str | None:
    known = index.get(word, [])
    return next((a for a in known if senses[a].field == ARTEFACT), known[0] if known else None)


def _above(address: str, senses: dict[str, Sense]) -> set[str]:
    found, waiting = {address}, [address]
    while waiting:
        for above in senses[waiting.pop()].above:
            if above not in found:
                found.add(above)
                waiting.append(above)
    return found


def _is_name(word: str, meanings: list[str], senses: dict[str, Sense]) -> bool:
    written = (w for a in meanings for w in senses[a].words if w.lower() == word)
    return any(w[0].isupper() and not w.isupper() for w in written)


if __name__ == "__main__":
    print(*objects(Path(sys.argv[1]), frozenset(Path(sys.argv[2]).read_text("utf-8").split())))
