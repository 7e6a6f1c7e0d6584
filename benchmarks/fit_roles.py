"""Learn what a sentence does from labelled sentences of sixteen areas: `python -m benchmarks.fit_roles [--libraries FOLDER]`.

The labels (benchmarks/data/sentence_roles.json) name each sentence by area, file and the digest of its words, so that none of
its words stand here; the sentences are those of ../shared/data/libraries (CC BY 4.0). They were drawn at random within each
kind, then once more among sentences with a figure and among those of patients with a word of praise; 288 later ones at random
from documents of patients, staff, research and evaluations, and 539 from all kinds but audits. Two readers labelled them, one
each, who saw no output of the program on it. 379 more (sentence_roles_hard.json) were drawn from those that a model took for a
good experience, a harm, a decision or something not known: they are learnt from and never judged on. Figures are of areas left
out whole, each in its turn; the last of them go by the rules of page one (`briefs.parts`), since those are what a reader meets.
Writes kmassist/data/sentence_roles.json and prints the figures.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.judged import Remembering
from kmassist.briefs.parts import PARTS, Part, likely_of
from kmassist.documents.passages import split_document
from kmassist.embedding import open_embedder
from kmassist.embedding.embedder import passage_input
from kmassist.evidence.role_words import Words
from kmassist.evidence.roles import Role, Sentence, Weighed, features
from kmassist.readers import read_source

ROOT = Path(__file__).resolve().parents[1]
LABELS = Path(__file__).parent / "data" / "sentence_roles.json"
HARD = LABELS.with_name("sentence_roles_hard.json")
OUT = ROOT / "kmassist" / "data" / "sentence_roles.json"
RESULTS = ((Role.HARM,), (Role.HARM, Role.EFFECT))
STRENGTH = 4.0
"""C of the logistic model: of 1, 2, 4 and 10 the best over areas left out; at 10 harms are told apart worse."""


def name_of(words: str) -> str:
    """What a sentence is known by in the labels."""
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:12]


def labelled(
    folder: Path, drawn: dict[str, str], hard: dict[str, str], embedder: Remembering
) -> list[dict[str, Any]]:
    """The labelled sentences of one area with their vectors, taken within their passages as the index has them."""
    labels = drawn | hard
    found = []
    for path in sorted((folder / "documents").rglob("*.md")):
        for document in read_source(path, root=folder / "documents"):
            kind = document.metadata.source_type
            wanted = [
                p
                for p in split_document(document)
                if any(
                    f"{path.name}:{name_of(p.sentence(n))}" in labels
                    for n in range(len(p.sentences))
                )
            ]
            if kind is None or not wanted:
                continue
            inputs = [passage_input(passage, document.metadata.title) for passage in wanted]
            _, vectors = embedder.embed(
                [text for text, _ in inputs], [spans for _, spans in inputs]
            )
            for passage, held in zip(wanted, vectors, strict=True):
                for number in range(len(passage.sentences)):
                    text = " ".join(passage.sentence(number).split())
                    name = f"{path.name}:{name_of(text)}"
                    if name in labels:
                        row = {"area": folder.name, "role": labels[name], "vector": held[number]}
                        row["is_drawn"] = name in drawn
                        found.append({**row, "read": Sentence(text, kind, passage.heading)})
    return found


def learn(rows: Sequence[dict[str, Any]]) -> tuple[LogisticRegression, Words, Words]:
    """The model of these sentences, and the words that it goes by: theirs and their headings'."""
    words = Words.of([row["read"].text for row in rows])
    titles = Words.of([row["read"].title for row in rows])
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=3000)
    model.fit(matrix(rows, words, titles), [row["role"] for row in rows])
    return model, words, titles


def matrix(rows: Sequence[dict[str, Any]], words: Words, titles: Words) -> NDArray[np.float64]:
    """See `roles.features`."""
    vectors = np.stack([row["vector"] for row in rows])
    return features([row["read"] for row in rows], vectors, words, titles)


def left_out(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a model says of each area that was learnt on the others: right in all, and right among those said to do it."""
    said: list[str] = []
    meant: list[str] = []
    sure: list[dict[str, float]] = []
    read: list[Sentence] = []
    for area in sorted({row["area"] for row in rows}):
        own = [row for row in rows if row["area"] == area and row["is_drawn"]]
        model, words, titles = learn([row for row in rows if row["area"] != area])
        likely = model.predict_proba(matrix(own, words, titles))
        said += [model.classes_[n] for n in likely.argmax(axis=1)]
        sure += [dict(zip(model.classes_, row, strict=True)) for row in likely]
        meant += [row["role"] for row in own]
        read += [row["read"] for row in own]
    figures: dict[str, Any] = {
        "sentences": [len(meant), len(rows)],
        "areas": len({row["area"] for row in rows}),
        "right": round(float(np.mean([a == b for a, b in zip(said, meant, strict=True)])), 3),
    }
    for role in Role:
        chosen = [b == role for a, b in zip(said, meant, strict=True) if a == role]
        told = [a == role for a, b in zip(said, meant, strict=True) if b == role]
        figures[role] = {
            "labelled": len(told),
            "precision": round(float(np.mean(chosen)), 3) if chosen else None,
            "recall": round(float(np.mean(told)), 3) if told else None,
        }
    pairs = [(a, b) for a, b in zip(said, meant, strict=True) if {a, b} <= {Role.GOOD, Role.BAD}]
    figures["good_or_bad_not_mixed_up"] = round(float(np.mean([a == b for a, b in pairs])), 3)
    figures["told as harm or as a result at all, from a likelihood of"] = {
        str(least): [_of_results(sure, meant, least, *roles) for roles in RESULTS]
        for least in (0.3, 0.4, 0.5, 0.6)
    }
    figures["told by page one, and right"] = {
        part.slot: _of_part(part, read, sure, meant) for part in PARTS if part.roles
    }
    return figures


def _of_part(
    part: Part, read: Sequence[Sentence], sure: Sequence[dict[str, float]], meant: Sequence[str]
) -> list[int]:
    """How many sentences may stand for a part of page one by their roles, and how many of them do what it asks for."""
    told = [
        m in part.roles
        for s, does, m in zip(read, sure, meant, strict=True)
        if s.kind in part.kinds
        and likely_of(
            Weighed("", 0, 1, 1.0, 1.0, {Role(r): float(v) for r, v in does.items()}), part, s.text
        )
    ]
    return [len(told), sum(told)]


def _of_results(
    sure: Sequence[dict[str, float]], meant: Sequence[str], least: float, *roles: Role
) -> dict[str, float | int | None]:
    """How many are told to do any of these from a likelihood on, and the share that does."""
    told = [
        m in roles
        for s, m in zip(sure, meant, strict=True)
        if sum(s.get(role, 0.0) for role in roles) >= least
    ]
    return {"told": len(told), "precision": round(float(np.mean(told)), 3) if told else None}


def main() -> None:
    """Embed, judge on areas left out, learn on all, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--libraries", type=Path, default=ROOT.parent / "shared" / "data" / "libraries"
    )
    options = parser.parse_args()
    drawn, hard = (json.loads(path.read_text(encoding="utf-8")) for path in (LABELS, HARD))
    embedder = Remembering(open_embedder())
    rows = [
        row
        for area, held in sorted(drawn.items())
        for row in labelled(options.libraries / area, held, hard.get(area, {}), embedder)
    ]
    figures = left_out(rows)
    print(json.dumps(figures, indent=1))
    write(rows, embedder.fingerprint.split("/")[0], figures)


def write(rows: Sequence[dict[str, Any]], embedder: str, figures: dict[str, Any]) -> None:
    """Learn on all and write what ships."""
    model, words, titles = learn(rows)
    numbers = {
        "model": embedder,
        "figures_of_areas_left_out": figures,
        "words": words.weight,
        "titles": titles.weight,
        "roles": list(model.classes_),
        "intercept": [round(float(v), 4) for v in model.intercept_],
        "weights": [[round(float(v), 3) for v in row] for row in model.coef_],
    }
    OUT.write_text(json.dumps(numbers) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
