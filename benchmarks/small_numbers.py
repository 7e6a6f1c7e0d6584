"""Small numbers of people in phrasings that a service might write: how many pass the gate, and how much else it masks.

Phrasings are made from people, events, places and constructions (`data/small_number_phrasings.yaml`), so that nothing is
asked of the gate that was written with it in mind. Run: ``python -m benchmarks.small_numbers``.
"""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path
from typing import Any

import yaml

from kmassist.privacy.counts import find_masks

_HERE = Path(__file__).parent
_DATA = _HERE / "data"
_SLOT = re.compile(r"\{(\w+)\}")
_WORDS = ["zero", "one", "two", "three", "four"]


BLIND = tuple(
    sorted(p.stem.removeprefix("small_number_") for p in _DATA.glob("small_number_blind*.yaml"))
)
"""Batches of sentences written to be looked at once; what each showed then stands in docs/measurements.md."""


def _data() -> dict[str, Any]:
    path = _DATA / "small_number_phrasings.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def phrasings(count: int, *, seed: int) -> list[tuple[str, list[str]]]:
    """Texts, each with the pieces that must not be shown: the small counts and what tells them."""
    data, pick = _data(), random.Random(seed)
    found: list[tuple[str, list[str]]] = []
    while len(found) < count:
        template = data["constructions"][len(found) % len(data["constructions"])]
        found.append(_fill(template, data, pick))
    return found


def _fill(template: str, data: dict[str, Any], pick: random.Random) -> tuple[str, list[str]]:
    """Slots: n small count, N total, rest N-n, p percentage of n, q of the rest, w n in words, low and high the interval."""
    n, total = pick.randint(1, 4), pick.choice([23, 37, 41, 58, 112, 260, 564])
    z2 = 1.96**2
    share = n / total
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = 1.96 * (share * (1 - share) / total + z2 / (4 * total**2)) ** 0.5 / (1 + z2 / total)
    person = pick.choice(data["people"])
    values = {
        "n": str(n), "N": str(total), "rest": str(total - n), "w": _WORDS[n], "W": _WORDS[n].capitalize(),
        "p": f"{100 * n / total:.1f}", "q": f"{100 - 100 * n / total:.1f}",
        "low": f"{100 * max(0.0, centre - half):.1f}", "high": f"{100 * (centre + half):.1f}",
        "rate": f"{1000 * n / total:.1f}",
        "person": person["one"] if n == 1 else person["many"], "people": person["many"],
        "event": pick.choice(data["events"]), "place": pick.choice(data["places"]),
        "did": pick.choice(data["did"]),
    }  # fmt: skip
    secret = {"n", "rest", "w", "W", "p", "q", "low", "high", "rate"}
    text, hidden, last = "", [], 0
    for match in _SLOT.finditer(template):
        text += template[last : match.start()]
        if match[1] in secret:
            hidden.append((len(text), len(text) + len(values[match[1]])))
        text += values[match[1]]
        last = match.end()
    text += template[last:]
    return text, [f"{a}:{b}" for a, b in hidden]


def leaks(count: int = 400, *, seed: int = 20) -> list[str]:
    """Phrasings of which some piece that tells the count is shown."""
    found = []
    for text, hidden in phrasings(count, seed=seed):
        masks = find_masks(text)
        for piece in hidden:
            start, end = map(int, piece.split(":"))
            if not any(mask.start <= start and end <= mask.end for mask in masks):
                found.append(f"{text}   [{text[start:end]}]")
    return found


def leaks_among_others(*, seed: int) -> list[str]:
    """Sentences of all batches between two that count no people, which show what they do not show alone."""
    held = [_batch(name) for name in ("fresh", "services", "held_out", *BLIND)]
    things, pick = [text for data in held for text in data["no_people"]], random.Random(seed)
    found = []
    for marked in (text for data in held for text in data["people"]):
        gap = pick.choice([" ", "\n", "\n\n"])
        before, after = (f"{pick.choice(things).rstrip('.')}." for _ in range(2))
        found += _shown(f"{before}{gap}{marked.rstrip('.')}.{gap}{after}")
    return found


def false_masks() -> list[str]:
    """Sentences about no small number of people of which something is masked."""
    found = []
    for text in _data()["no_people"]:
        masks = find_masks(text)
        if masks:
            found.append(f"{text}   {[text[m.start : m.end] for m in masks]}")
    return found


def fresh(name: str = "fresh") -> tuple[list[str], list[str]]:
    """Of sentences written after the rules: small counts that are shown, and masks where no people are counted.

    ``name`` is ``fresh``, or ``services`` for those as audits, involvement, frontline notes and evaluations put
    them, ``held_out`` for those written after that, or ``blind`` to ``blind_twelfth`` for batches written last.
    """
    data = _batch(name)
    shown = [line for marked in data["people"] for line in _shown(marked)]
    return shown, [text for text in data["no_people"] if find_masks(text)]


def _batch(name: str) -> dict[str, list[str]]:
    path = _DATA / f"small_number_{name}.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _shown(marked: str) -> list[str]:
    """What is shown of the pieces between braces."""
    text = re.sub(r"[{}]", "", marked)
    masks, found = find_masks(text), []
    for place, piece in enumerate(re.finditer(r"\{([^}]*)\}", marked)):
        start = piece.start() - 2 * place
        if not any(m.start <= start and start + len(piece[1]) <= m.end for m in masks):
            found.append(f"{text}   [{piece[1]}]")
    return found


def _fresh_of(*names: str) -> tuple[list[str], list[str]]:
    found = [fresh(name) for name in names]
    return [text for shown, _ in found for text in shown], [
        t for _, masked in found for t in masked
    ]


def seconds_per_doubling() -> list[float]:
    """Time for one long line of counts, each time twice as long: it should about double."""
    times = []
    for size in (2_000, 4_000, 8_000, 16_000):
        text = "1 of 2 women and " * size
        begun = time.process_time()
        find_masks(text)
        times.append(round(time.process_time() - begun, 3))
    return times


def main() -> dict[str, Any]:
    """The figures, written to results/small_numbers.json."""
    through, needless = leaks(), false_masks()
    shown, masked = fresh()
    shown_there, masked_there = fresh("services")
    shown_last, masked_last = fresh("held_out")
    shown_blind, masked_blind = _fresh_of(*BLIND)
    found = {
        "phrasings": 400,
        "leaks": len(through),
        "no_people": len(_data()["no_people"]),
        "false_masks": len(needless),
        "fresh_shown": len(shown),
        "fresh_needless": len(masked),
        "services_shown": len(shown_there),
        "services_needless": len(masked_there),
        "held_out_shown": len(shown_last),
        "held_out_needless": len(masked_last),
        "blind_shown": len(shown_blind),
        "blind_needless": len(masked_blind),
        "shown_among_others": len(leaks_among_others(seed=1)),
        "seconds": seconds_per_doubling(),
    }
    for line in (
        *through,
        *needless,
        *shown,
        *masked,
        *shown_there,
        *masked_there,
        *shown_last,
        *masked_last,
        *shown_blind,
        *masked_blind,
    ):
        print(line)
    print(json.dumps(found))
    (_HERE / "results" / "small_numbers.json").write_text(
        json.dumps(found, indent=2) + "\n", encoding="utf-8"
    )
    return found


if __name__ == "__main__":
    main()
