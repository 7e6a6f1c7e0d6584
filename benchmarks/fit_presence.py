"""Fit the model of presence: `python -m benchmarks.fit_presence [--out FILE] [--report FILE]`.

Training data: the sixteen judged libraries of ../shared/data/libraries and the demonstration corpus with its wordings, one row for each
wording and document; a document that is arguable, or of a kind that is not scored, is left out. To each library wordings of others
are put as well, on which nothing there is: a subject that is held nowhere must not find its nearest neighbours present. Of each library
parts are taken as well, two by chance and two that hold little but one subject: a library begins small, and with one subject.
A library weighs as much as any other, whatever its size, and as much as its four parts together. Two models of each look are fitted: one on
whole libraries, one on the parts too for libraries of up to 25 documents. Those of the second look (`kmassist.retrieval.pool.titles`) are fitted on what
models of the first look gave that had not seen the area.

Judged on areas left out whole, in four groups, never on subjects left out of a library that was fitted on. The two cut-offs are set on the same
left-out figures: as many kinds said to be absent though there, and said to be present though not, as the bars below allow.
Writes kmassist/data/presence.json with the numbers, the recipe and the digest of what it was fitted on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import kmassist.retrieval.pool.arrays
import kmassist.retrieval.pool.make
import kmassist.retrieval.pool.signals
from benchmarks.judged_collections import (
    ROOT,
    Collection,
    Subject,
    cache,
    collections,
    demonstration,
    embedder_of_all,
    part_of,
)
from kmassist.assistant import Assistant
from kmassist.documents.source_types import SourceType
from kmassist.embedding.embedder import Embedder
from kmassist.retrieval.pool.make import PoolMaker, subject_text
from kmassist.retrieval.pool.model import SURE
from kmassist.retrieval.pool.signals import SIGNALS
from kmassist.retrieval.pool.titles import TITLED, likeliest, titled

OUT = ROOT / "kmassist" / "data" / "presence.json"
FALSE_ABSENT, FALSE_PRESENT, FOREIGN = 0.08, 0.065, 24
WORTH_A_LOOK = 0.25
"""Share of the documents named beside others on the subject that have to be about it."""
GROUPS = 4
"""Areas are left out in as many groups."""
NEAR = frozenset({"demonstration", "maternitycoast", "neonatal", "perinatalmh", "gynae"})
"""Areas that share subjects: their wordings are not put to one another as foreign ones."""
Floats = NDArray[np.float64]


@dataclass
class Rows:
    """One row for each wording and document of a library.

    ``values`` has shape (texts, documents, signals), ``of_titles`` the same with the documents' titles as texts; ``wording`` numbers the wording of each row, -1 for a foreign one; ``counts`` is
    false for what is arguable; ``share`` is the weight of all rows together. Behind the texts that rows are of stand the wider subjects and
    cores that some of them have: ``beside`` has shape (texts of rows, 2), their numbers, -1 for none.
    """

    values: Floats
    of_titles: Floats
    alike: Floats
    is_about: NDArray[np.bool_]
    counts: NDArray[np.bool_]
    wording: NDArray[np.intp]
    kinds: list[str]
    names: list[str]
    beside: NDArray[np.intp]
    share: float = 1.0


def main() -> None:
    """Measure on areas left out, fit on all, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument(
        "--report", type=Path, default=Path(__file__).parent / "results" / "presence.json"
    )
    options = parser.parse_args()
    areas = [*collections(), demonstration()]
    background = mean_passage(areas)
    parts = {one.name: rows_of(one, areas, background) for one in areas}
    rows = {name: found[0] for name, found in parts.items()}
    judged = judged_apart(parts)
    left_out = {name: found[0] for name, found in judged.items()}
    others = [one for one in areas if one.name != "demonstration"]
    low, high = cut_offs([c for o in others for c in cells_of(o, rows[o.name], left_out[o.name])])
    beside = worth_beside(others, rows, left_out, high)
    report = {"cut_offs": [low, high, beside], **measured(areas, rows, left_out, low, high)}
    for number, title in enumerate(PARTS, 1):
        cells = [
            (one.name, c)
            for one in areas
            for c in cells_of(one, parts[one.name][number], judged[one.name][number])
        ]
        report[f"parts: {title}"] = figures(
            [c for _, c in cells], low, high, [name for name, _ in cells]
        )
    for name, found in report.items():
        print(name, json.dumps(found))
    first, again = fit_both(parts)
    numbers = {
        "recipe": "four times 100 boosted trees of at most 8 leaves, one weight a library, foreign subjects "
        "counted twice; python -m benchmarks.fit_presence",
        "training": {one.name: one.digest for one in areas},
        "licence": "../shared/data/libraries and wordings: CC BY 4.0, written for this project",
        "model": embedder_of_all().fingerprint.partition("/")[0],
        "signals": list(SIGNALS),
        "titled": list(TITLED),
        "low": low,
        "high": high,
        "beside": beside,
        "background": [round(float(value), 5) for value in background],
        "whole": numbers_of(first.whole),
        "small": numbers_of(first.small),
        "again": numbers_of(again.whole),
        "again_small": numbers_of(again.small),
    }
    options.out.write_text(json.dumps(numbers) + "\n", encoding="utf-8")
    options.report.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


PARTS = ("by chance, 12", "by chance, 18", "of one subject", "of two subjects")


class Look(NamedTuple):
    """The models of one look."""

    whole: Any
    small: Any


@dataclass(frozen=True, slots=True)
class Judged:
    """Probabilities of rows: as they are, and held to those of the wider subject, as the product holds them."""

    free: Floats
    held: Floats

    @classmethod
    def of(cls, probability: Floats, rows: Rows) -> Judged:
        """From those of all texts that were looked for, one after the other."""
        by_text = probability.reshape(-1, len(rows.names))
        nothing = np.zeros((1, len(rows.names)))
        wider, core = np.concatenate([by_text, nothing])[rows.beside.T]
        free = np.maximum(by_text[: len(rows.beside)], core)
        held = np.where(rows.beside[:, :1] >= 0, np.minimum(free, np.maximum(wider, core)), free)
        return cls(free.reshape(-1), held.reshape(-1))


def judged_apart(parts: dict[str, list[Rows]]) -> dict[str, list[Judged]]:
    """Probabilities of a library and of its parts, by models of both looks that saw nothing of the area."""
    names: list[str] = list(parts)
    judged: dict[str, list[Judged]] = {}
    for group in range(GROUPS):
        left_out = names[group::GROUPS]
        first, again = fit_both({n: found for n, found in parts.items() if n not in left_out})
        for name in left_out:
            seen = second_look(first, parts[name])
            judged[name] = [
                Judged.of((again.small if part else again.whole).predict_proba(values)[:, 1], rows)
                for part, (values, rows) in enumerate(zip(seen, parts[name], strict=True))
            ]
    return judged


def fit_both(parts: dict[str, list[Rows]]) -> tuple[Look, Look]:
    """The models of the first look, and those of the second, which learn from first looks at areas that were left out of them."""
    names: list[str] = list(parts)
    seen: dict[str, list[Floats]] = {}
    for group in range(GROUPS):
        left_out = names[group::GROUPS]
        first = first_looks([found for n, found in parts.items() if n not in left_out])
        seen |= {name: second_look(first, parts[name]) for name in left_out}
    again = Look(
        fit([found[0] for found in parts.values()], [seen[name][0] for name in parts]),
        fit(
            [r for found in parts.values() for r in found],
            [values for name in parts for values in seen[name]],
        ),
    )
    return first_looks(list(parts.values())), again


def first_looks(parts: list[list[Rows]]) -> Look:
    """Fitted on libraries, each with its parts."""
    whole, everything = [found[0] for found in parts], [r for found in parts for r in found]
    return Look(
        fit(whole, [r.values[..., :OF_WHOLE] for r in whole]),
        fit(everything, [r.values for r in everything]),
    )


def second_look(first: Look, parts: list[Rows]) -> list[Floats]:
    """`TITLED` of every row of a library and of its parts."""
    found = []
    for number, rows in enumerate(parts):
        model, signals = (first.small, len(SIGNALS)) if number else (first.whole, OF_WHOLE)
        texts, titles = (
            np.clip(
                model.decision_function(values[..., :signals].reshape(-1, signals)), -SURE, SURE
            ).reshape(values.shape[:2])
            for values in (rows.values, rows.of_titles)
        )
        found.append(
            np.concatenate(
                [titled(z, {n: titles[n] for n in likeliest(z)}, rows.alike) for z in texts]
            )
        )
    return found


def part_files(one: Collection) -> list[frozenset[str]]:
    """File names of the parts in order of `PARTS`, the same at every run."""
    names = sorted(path.name for path in one.documents.rglob("*") if path.is_file())
    chance = random.Random(f"parts of {one.name}")
    first, *others = chance.sample(one.subjects, len(one.subjects))
    near = max(others, key=lambda s: len(s.files & first.files))
    return [
        frozenset(chance.sample(names, min(12, len(names)))),
        frozenset(chance.sample(names, min(18, len(names)))),
        first.files | first.optional,
        first.files | first.optional | near.files | near.optional,
    ]


def mean_passage(areas: list[Collection]) -> NDArray[np.float32]:
    """Mean passage vector of all areas, each counting the same."""
    means = []
    for one in areas:
        with one.open(embedder_of_all()) as assistant:
            ids = [
                p.passage_id
                for d in assistant.sources()
                for p in assistant.index.passages_of(d.doc_id)
            ]
            vectors = assistant.index.vectors(ids)
            means.append(np.mean([pair[0] for pair in vectors.values()], axis=0))
    return np.asarray(np.mean(means, axis=0), np.float32)


def rows_of(
    one: Collection, areas: list[Collection], background: NDArray[np.float32]
) -> list[Rows]:
    """The rows of a library and of its parts, kept until its documents or the code of the signals change."""
    code = "".join(
        Path(str(m.__file__)).read_text(encoding="utf-8")
        for m in (
            kmassist.retrieval.pool.signals,
            kmassist.retrieval.pool.arrays,
            kmassist.retrieval.pool.make,
        )
    )
    asked: list[tuple[Subject | None, str]] = [
        *((s, text) for s in one.subjects for _, text in s.wordings),
        *((None, text) for text in foreign(one, areas)),
    ]
    embedder = Remembering(embedder_of_all())
    with one.open(embedder) as assistant:
        texts, beside = texts_of(assistant, [text for _, text in asked])
        key = hashlib.sha256(
            f"{code}{one.digest}{texts}{embedder.fingerprint}{background.tobytes().hex()}".encode()
        ).hexdigest()[:16]
        found = []
        for number, files in enumerate((None, *part_files(one))):
            kept = cache() / f"rows-{one.name}-{number}-{key}.npz"
            if not kept.is_file():
                np.savez(kept, **values_of(assistant, texts, files, background))
            with np.load(kept) as held:
                rows = labelled(assistant, asked, beside, dict(held))
            rows.share = 0.25 if number else 1.0
            found.append(rows)
    print(one.name, [len(rows.names) for rows in found], flush=True)
    return found


def texts_of(assistant: Assistant, questions: list[str]) -> tuple[list[str], NDArray[np.intp]]:
    """The subjects of questions, behind them what else is looked for beside one, and `Rows.beside`."""
    read = [assistant.pools.read(question) for question in questions]
    number: dict[str, int] = {"": -1}
    texts = [subject_text(reading) for reading in read]
    beside = np.array(
        [
            [number.setdefault(t, len(texts) + len(number) - 1) for t in (r.wider, r.core)]
            for r in (reading.subject for reading in read)
        ],
        np.intp,
    )
    return [*texts, *list(number)[1:]], beside


def labelled(
    assistant: Assistant,
    asked: list[tuple[Subject | None, str]],
    beside: NDArray[np.intp],
    found: dict[str, NDArray[Any]],
) -> Rows:
    """What `values_of` gave as rows, with what is right."""
    documents = {d.doc_id: d for d in assistant.sources()}
    held = [documents[doc_id] for doc_id in found["ids"].tolist()]
    names, kinds = (
        [Path(d.source_name).name for d in held],
        [str(d.metadata.source_type or "") for d in held],
    )
    return Rows(
        values=found["values"].astype(np.float64),
        of_titles=found["of_titles"].astype(np.float64),
        alike=found["alike"],
        is_about=np.array([s is not None and n in s.files for s, _ in asked for n in names]),
        counts=np.array(
            [
                s is None or is_scored(s, n, k)
                for s, _ in asked
                for n, k in zip(names, kinds, strict=True)
            ]
        ),
        wording=np.repeat(
            [i if s is not None else -1 for i, (s, _) in enumerate(asked)], len(names)
        ),
        kinds=kinds,
        names=names,
        beside=beside,
    )


def values_of(
    assistant: Assistant,
    texts: list[str],
    files: frozenset[str] | None,
    background: NDArray[np.float32],
) -> dict[str, NDArray[Any]]:
    """Documents of a library, or of those of its files, how alike their passages are, and their signals for texts and for their titles."""
    with TemporaryDirectory() as place:
        index = assistant.index if files is None else part_of(assistant, files, Path(place))
        maker = PoolMaker(index, assistant.embedder, assistant.vocabulary, background=background)
        found = [seen for text in texts if (seen := maker.look_for(text)) is not None]
        arrays = found[0].arrays
        titles = {d.doc_id: maker.title_of(d) for d in index.documents()}
        of_titles = [maker.look_for(titles[doc_id]) for doc_id in arrays.doc_ids]
        if files is not None:
            index.close()
    return {
        "ids": np.array(arrays.doc_ids),
        "alike": arrays.alike,
        "values": np.stack([seen.values for seen in found]),
        "of_titles": np.stack([seen.values for seen in of_titles if seen is not None]),
    }


class Remembering:
    """An embedder that embeds a question once, however many libraries it is put to."""

    def __init__(self, embedder: Embedder) -> None:
        self.fingerprint, self.dimension = embedder.fingerprint, embedder.dimension
        self.embed, self.count_tokens = embedder.embed, embedder.count_tokens
        self.embed_query = lru_cache(maxsize=None)(embedder.embed_query)

    def embed_queries(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """See `Embedder.embed_queries`."""
        return [self.embed_query(text) for text in texts]


def foreign(one: Collection, areas: list[Collection]) -> list[str]:
    """Wordings of other libraries' subjects, the same at every run."""
    others = [a for a in areas if a is not one and not (a.name in NEAR and one.name in NEAR)]
    texts = [text for a in others for s in a.subjects for _, text in s.wordings]
    return random.Random(one.name).sample(texts, FOREIGN)


def is_scored(subject: Subject, name: str, kind: str) -> bool:
    """Whether a document says right or wrong of a subject."""
    return name in subject.files or not (
        name in subject.optional or kind in {str(k) for k in subject.either}
    )


OF_WHOLE = 18
"""Signals that whole libraries are judged by; the others tell nothing more there (false absent, to check and agreement were the same)."""


def fit(parts: list[Rows], values: list[Floats]) -> Any:
    """The model of some values of these rows: every library weighs the same, and in each a foreign subject twice as much as one of its own."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    weights = [r.counts * np.where(r.wording == -1, 2.0, 1.0) for r in parts]
    weight = np.concatenate(
        [r.share * w / max(w.sum(), 1e-9) for r, w in zip(parts, weights, strict=True)]
    )
    model = HistGradientBoostingClassifier(
        max_iter=100,
        max_leaf_nodes=8,
        learning_rate=0.08,
        min_samples_leaf=150,
        l2_regularization=5,
        random_state=0,
    )
    return model.fit(
        np.concatenate(
            [
                v.reshape(-1, v.shape[-1])[: len(r.counts)]
                for r, v in zip(parts, values, strict=True)
            ]
        ),
        np.concatenate([r.is_about for r in parts]),
        sample_weight=weight * len(weight) / weight.sum(),
    )


def numbers_of(model: Any) -> dict[str, Any]:
    """A fitted model as `pool.model.Forest` reads it: trees padded to one number of nodes, leaves that lead to themselves."""
    trees = [predictor[0].nodes for predictor in model._predictors]
    most = max(map(len, trees))
    found: dict[str, list[list[float]]] = defaultdict(list)
    for nodes in trees:
        is_leaf = nodes["is_leaf"].astype(bool)
        itself, padding = np.arange(most), np.arange(len(nodes), most)
        nothing = np.zeros(len(padding))
        for name, values in (
            ("feature", np.where(is_leaf, 0, nodes["feature_idx"])),
            ("threshold", np.where(is_leaf, 0.0, nodes["num_threshold"])),
            ("value", np.where(is_leaf, nodes["value"], 0.0)),
        ):
            kind = int if name == "feature" else lambda value: round(float(value), 10)
            found[name].append([kind(v) for v in np.concatenate([values, nothing])])
        for name in ("left", "right"):
            leads = np.where(is_leaf, itself[: len(nodes)], nodes[name])
            found[name].append([int(v) for v in np.concatenate([leads, padding])])
    return {
        "baseline": round(float(model._baseline_prediction[0, 0]), 6),
        "depth": int(max(nodes["depth"].max() for nodes in trees)),
        "trees": dict(found),
    }


@dataclass
class Cell:
    """A kind of source for one wording: its likeliest document, the likeliest one held to the wider subject, that among those
    not arguable, and what is right (None: not scored)."""

    subject: str
    kind: SourceType
    style: str
    best: float
    best_held: float
    best_sure: float
    is_there: bool | None


def cells_of(one: Collection, rows: Rows, found: Judged) -> list[Cell]:
    """Every cell of a library."""
    asked = [(s, style) for s in one.subjects for style, _ in s.wordings]
    cells = []
    for number, (subject, style) in enumerate(asked):
        free, held = (p[rows.wording == number] for p in (found.free, found.held))
        for kind in SourceType:
            of_kind = [i for i, k in enumerate(rows.kinds) if k == str(kind)]
            sure = [i for i in of_kind if rows.names[i] not in subject.optional]
            is_held = bool(subject.gold.get(kind, frozenset()) & set(rows.names))
            is_there = None if kind in subject.either else is_held
            best, best_held, best_sure = (
                float(p[of].max(initial=0.0))
                for p, of in ((free, of_kind), (held, of_kind), (held, sure))
            )
            cells.append(Cell(subject.name, kind, style, best, best_held, best_sure, is_there))
    return cells


def cut_offs(cells: list[Cell]) -> tuple[float, float]:
    """The lower and the upper one, by the bars."""
    low = np.quantile([c.best for c in cells if c.is_there], FALSE_ABSENT)
    high = np.quantile([c.best_sure for c in cells if c.is_there is False], 1 - FALSE_PRESENT)
    return round(min(float(low), float(high)), 3), round(float(high), 3)


def worth_beside(
    areas: list[Collection], rows: dict[str, Rows], found: dict[str, Judged], high: float
) -> float:
    """How far behind the likeliest of its kind a document is still worth a look, in log-odds, where that is on the subject.

    The most at which as many of those named are about it as `WORTH_A_LOOK`.
    """
    beside: list[tuple[float, bool]] = []
    for one in areas:
        of, probability = rows[one.name], found[one.name].held
        documents, kinds = len(of.names), np.array(of.kinds)
        z = np.log(probability / (1 - probability))
        for at in range(0, len(z), documents):
            here = slice(at, at + documents)
            best = np.array([z[here][kinds == kind].max() for kind in kinds])
            is_named = (best >= np.log(high / (1 - high))) & (probability[here] < high)
            is_named &= of.counts[here] & (of.wording[here] >= 0)
            behind = (best - z[here])[is_named]
            beside += zip(behind.tolist(), of.is_about[here][is_named].tolist(), strict=True)
    beside.sort()
    share = np.cumsum([is_about for _, is_about in beside]) / np.arange(1, len(beside) + 1)
    return round(beside[np.flatnonzero(share >= WORTH_A_LOOK)[-1]][0], 2)


def measured(
    areas: list[Collection],
    rows: dict[str, Rows],
    found: dict[str, Judged],
    low: float,
    high: float,
) -> dict[str, dict[str, float]]:
    """Figures of each area left out, of all but the demonstration corpus together, and of foreign subjects."""
    from sklearn.metrics import roc_auc_score

    report, together = {}, []
    for one in areas:
        cells = cells_of(one, rows[one.name], found[one.name])
        report[one.name] = figures(cells, low, high)
        keep = rows[one.name].counts
        report[one.name]["auroc"] = round(
            float(roc_auc_score(rows[one.name].is_about[keep], found[one.name].free[keep])), 4
        )
        kinds = np.array(rows[one.name].kinds)
        best, best_held = (
            np.stack([strange[:, kinds == k].max(axis=1) for k in sorted(set(kinds))])
            for p in (found[one.name].free, found[one.name].held)
            for strange in [p[rows[one.name].wording == -1].reshape(FOREIGN, -1)]
        )
        report[one.name]["foreign_present"] = round(float((best_held >= high).mean()), 4)
        report[one.name]["foreign_to_check"] = round(
            float(((best >= low) & (best_held < high)).mean()), 4
        )
        if one.name != "demonstration":
            together += [(one.name, c) for c in cells]
    report["all areas"] = figures(
        [c for _, c in together], low, high, [name for name, _ in together]
    )
    return report


def figures(
    cells: list[Cell], low: float, high: float, of: list[str] | None = None
) -> dict[str, float]:
    """False absent, false present, to check and agreement of some cells."""
    there = [c for c in cells if c.is_there]
    not_there = [c for c in cells if c.is_there is False]
    states: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for name, c in zip(of or [""] * len(cells), cells, strict=True):
        states[name, c.subject, str(c.kind)].append(int(c.best >= low) + int(c.best_held >= high))
    agreeing = sum(max(s.count(x) for x in set(s)) for s in states.values())
    return {
        "false_absent": round(sum(c.best < low for c in there) / max(1, len(there)), 4),
        "false_present": round(
            sum(c.best_sure >= high for c in not_there) / max(1, len(not_there)), 4
        ),
        "to_check": round(sum(low <= c.best and c.best_held < high for c in cells) / len(cells), 4),
        "agreement": round(agreeing / len(cells), 4),
    }


if __name__ == "__main__":
    main()
