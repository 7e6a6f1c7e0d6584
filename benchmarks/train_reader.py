"""Train the small reader: `python -m benchmarks.train_reader [--epochs 3]`.

Rows: the judged questions of the sixteen areas of ../shared/data/libraries (CC BY 4.0, written for this project) with the windows that
the product looks at for them, and public rows of ../shared/data: SQuAD 2.0 (CC BY-SA 4.0; half of its questions only look as if
their paragraph answered them), Evidence Inference v2 (MIT), PubMedQA (MIT) and a part of MedQuAD (CC BY 4.0). Three readers
are trained from the public ones onward: one on each half of the areas, so that every question has scores from a reader that never
saw its area (kept in the benchmark cache; `fit_closest` learns and judges on those), and one on all, which ships:
kmassist/data/reader.safetensors and reader.json.

Of each question one window with an answer, one of its windows without the sentence that answers, and three likely ones that have
no answer; a near miss has only the last. Losses: each sentence by itself, the answering one against all others of its question,
and the window as a whole. Word and place embeddings stay as they are. Of each changed matrix the `RANK` largest components of
the difference are kept. About an hour and a half of processor time.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import hashlib
import json
import pickle
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save
from torch import nn

from benchmarks.asked import SCORES, Asked, ScoredWindow, all_asked
from benchmarks.judged_collections import ROOT, SHARED, collections
from kmassist.embedding.reader import FILE, Tokens, difference, runs, together
from kmassist.embedding.sentence_transformer import SentenceTransformerEmbedder
from kmassist.evidence.looked_at import ordering
from kmassist.text.shipped import shipped_data

DATA = ROOT / "kmassist" / "data"
RANK = 64
WITHOUT, LIKELY = 3, 20
"""Windows without an answer of each question, drawn from so many likely ones."""
SCORED = 16
"""Windows of each question that a reader of other areas scores: more than the product reads, for the order may change."""
AREA_BATCH, PUBLIC_BATCH, PUBLIC_ALONE, MEDQUAD = 8, 2, 12, 900
SQUAD, SQUAD_ALONE, SQUAD_OTHER = 6000, 14, 0.4
"""Questions of SQuAD and how many at a time; the share of the answerable ones that bring a window without the answer as well."""
LEARNING_RATE, OF_HEADS, LAYER_DECAY = 1e-4, 5e-4, 0.9
HALF = "avx512" in torch.backends.cpu.get_cpu_capability().lower()
"""Half precision is for processors that reckon in it: on one with AVX2 alone it made a step more than ten times slower."""
Batch = list[list["Row"]]


@dataclass(frozen=True, slots=True)
class Row:
    """One window: its tokens, whether each sentence answers (None: not known), whether any does (None: not known)."""

    tokens: Tokens
    answers: tuple[float, ...] | None
    whole: float | None


class Trained(nn.Module):
    """The reader while it is trained: the trunk with its heads."""

    def __init__(self) -> None:
        from transformers import BertModel

        super().__init__()
        folder = str(SentenceTransformerEmbedder().folder)
        self.trunk = BertModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation="eager", local_files_only=True
        )
        for values in self.trunk.embeddings.parameters():
            values.requires_grad = False
        size = self.trunk.config.hidden_size
        self.inner, self.outer = nn.Linear(4 * size, 128), nn.Linear(128, 1)
        self.whole = nn.Linear(size, 1)

    def forward(self, rows: Sequence[Tokens]) -> tuple[list[Any], Any]:
        """Log-odds of each row's sentences, and of each row."""
        longest = max(len(row.ids) for row in rows)
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        mask = torch.zeros(len(rows), longest)
        for number, row in enumerate(rows):
            ids[number, : len(row.ids)] = torch.tensor(row.ids)
            mask[number, : len(row.ids)] = 1
        states = self.trunk(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        seen = []
        for number, row in enumerate(rows):
            asked = states[number, slice(*row.question)].mean(0)
            for span in row.sentences:
                said = states[number, slice(*span)].mean(0)
                seen.append(torch.cat([said, asked, said * asked, said - asked]))
        scores = self.outer(nn.functional.gelu(self.inner(torch.stack(seen))))[:, 0]
        return list(scores.split([len(row.sentences) for row in rows])), self.whole(mean)[:, 0]


class Tokeniser:
    """Ids of texts, each text cut once."""

    def __init__(self) -> None:
        self._cut = SentenceTransformerEmbedder().token_ids
        self._known: dict[str, list[int]] = {}

    def __call__(self, text: str) -> list[int]:
        if text not in self._known:
            self._known[text] = self._cut(text)
        return self._known[text]

    def row(self, question: str, title: str, sentences: Sequence[str]) -> Tokens:
        """One window's tokens."""
        return together(self(question), self(title), [self(s) for s in sentences])

    def runs(self, sentences: Sequence[str]) -> list[range]:
        """The windows of a passage."""
        return runs([len(self(s)) for s in sentences])


def public_questions(chance: random.Random) -> list[list[dict[str, Any]]]:
    """The public rows by question, in an order of chance."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for name in ("ei", "pm", "mq"):
        with gzip.open(SHARED / "reader_rows" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                found.setdefault((name, row["q"]), []).append(row)
    keys = sorted(found)
    chance.shuffle(keys)
    medquad = [key for key in keys if key[0] == "mq"][:MEDQUAD]
    chosen = [key for key in keys if key[0] != "mq"] + medquad
    chance.shuffle(chosen)
    return [found[key] for key in chosen]


def public_rows(
    question: Sequence[dict[str, Any]], tokens: Tokeniser, chance: random.Random
) -> list[Row]:
    """Windows of one public question: of a paper that answers one with the answer and one without, of others any."""
    rows = []
    for found in question[:4]:
        labels = found["lab"]
        windows = tokens.runs(found["sents"])
        if labels is not None and found["y"]:
            split: dict[bool, list[range]] = {True: [], False: []}
            for window in windows:
                split[any(labels[i] for i in window)].append(window)
            drawn = [chance.choice(part) for part in split.values() if part]
        else:
            drawn = [chance.choice(windows)]
        for window in drawn:
            row = tokens.row(found["q"], found["title"], [found["sents"][i] for i in window])
            if labels is not None:
                answers = tuple(float(labels[i]) for i in window)
                rows.append(Row(row, answers, float(any(answers))))
            elif not found["y"]:
                rows.append(Row(row, (0.0,) * len(window), 0.0))
            else:
                rows.append(Row(row, None, 1.0 if len(windows) == 1 else None))
    return rows


def squad_questions(chance: random.Random) -> list[dict[str, Any]]:
    """Questions of SQuAD drawn by chance, each with its paragraph."""
    folder = SHARED / "squad"

    def lines(name: str) -> list[dict[str, Any]]:
        text = (folder / f"squad2dev-train-{name}.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    paragraphs = {paragraph["p"]: paragraph for paragraph in lines("paragraphs")}
    drawn = chance.sample(lines("questions"), SQUAD)
    return [paragraphs[question["p"]] | question for question in drawn]


def squad_rows(question: dict[str, Any], tokens: Tokeniser, chance: random.Random) -> list[Row]:
    """Windows of one question of SQuAD; of one without an answer the window that shares most words with it."""
    sentences, drawn = question["sents"], []
    windows = tokens.runs(sentences)
    if question["y"]:
        sides = {
            is_in: [w for w in windows if (question["s"] in w) is is_in] for is_in in (True, False)
        }
        drawn.append(chance.choice(sides[True]))
        if sides[False] and chance.random() < SQUAD_OTHER:
            drawn.append(chance.choice(sides[False]))
    else:
        asked = set(tokens(question["q"]))
        told = [set(tokens(sentence)) for sentence in sentences]
        drawn.append(
            max(windows, key=lambda w: len(asked & set[int]().union(*(told[i] for i in w))))
        )
    answers = [tuple(float(question["y"] and i == question["s"]) for i in w) for w in drawn]
    return [
        Row(tokens.row(question["q"], question["title"], [sentences[i] for i in w]), of, max(of))
        for w, of in zip(drawn, answers, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class AreaQuestion:
    """One judged question with its likely windows, nearest first, each with whether its sentences answer.

    ``cut``: the answering windows without the sentences that answer.
    """

    question: str
    answering: list[tuple[Tokens, tuple[float, ...]]]
    cut: list[tuple[Tokens, tuple[float, ...]]]
    others: list[tuple[Tokens, tuple[float, ...]]]


def area_questions(asked: Iterable[Asked], tokens: Tokeniser) -> list[AreaQuestion]:
    """The questions of areas; an answerable one whose answer was not looked at is left out."""
    found = []
    for one in asked:
        if one.kind == 1 and not any(one.right):
            continue
        nearness = [s.signals["likeness"] + s.signals["similarity"] for s in one.sentences]
        windows = one.windows(tokens.runs)
        windows.sort(key=lambda members: -max(nearness[i] for i in members))
        sides: dict[bool, list[list[int]]] = {True: [], False: []}
        for members in windows:
            sides[any(one.right[i] for i in members)].append(members)
        cut = [[i for i in members if not one.right[i]] for members in sides[True]]

        def rows(
            windows: Iterable[list[int]], one: Asked = one
        ) -> list[tuple[Tokens, tuple[float, ...]]]:
            return [
                (
                    tokens.row(one.question, one.titles[w[0]], [one.texts[i] for i in w]),
                    tuple(float(one.right[i]) for i in w),
                )
                for w in windows
            ]

        found.append(
            AreaQuestion(
                one.question,
                rows(sides[True]),
                rows(filter(None, cut)),
                rows(sides[False][:LIKELY]),
            )
        )
    return found


def _shown(asked: Sequence[Asked], names: Set[str], chance: random.Random) -> Iterator[Asked]:
    """The questions of these areas; of those of other areas that were put to them, half."""
    return (a for a in asked if a.area in names and (a.kind >= 0 or chance.random() < 0.5))


def area_rows(one: AreaQuestion, chance: random.Random) -> list[Row]:
    """Windows of one judged question."""
    drawn = [chance.choice(one.answering)] if one.answering else []
    drawn += chance.sample(one.others, min(WITHOUT, len(one.others)))
    drawn += [chance.choice(one.cut)] if one.cut else []
    return [Row(tokens, answers, float(any(answers))) for tokens, answers in drawn]


def loss_of(model: Trained, batch: Batch) -> Any:
    """Mean loss of the questions of a batch."""
    entropy = nn.functional.binary_cross_entropy_with_logits
    with torch.autocast("cpu", torch.bfloat16, enabled=HALF):
        scores, wholes = model([row.tokens for rows in batch for row in rows])
    total, number = torch.tensor(0.0), 0
    for rows in batch:
        mine, truth = [], []
        for row in rows:
            if row.whole is not None:
                total = total + 0.5 * entropy(wholes[number].float(), torch.tensor(row.whole))
            if row.answers is not None:
                mine.append(scores[number].float())
                truth += row.answers
            number += 1
        if not mine:
            continue
        values, wanted = torch.cat(mine), torch.tensor(truth)
        total = total + entropy(values, wanted, weight=1 + 2 * wanted)
        if 0 < wanted.sum() < len(wanted):
            total = total - values.log_softmax(0)[wanted > 0].logsumexp(0)
    return total / len(batch)


def train(model: Trained, batches: Sequence[Any], rows: Any, label: str) -> None:
    """Train in place; the rate rises over the first tenth and falls to nothing."""
    layers = model.trunk.encoder.layer
    heads = [*model.inner.parameters(), *model.outer.parameters(), *model.whole.parameters()]
    groups = [{"params": heads, "rate": OF_HEADS}]
    for depth, layer in enumerate(layers):
        rate = LEARNING_RATE * LAYER_DECAY ** (len(layers) - 1 - depth)
        groups.append({"params": list(layer.parameters()), "rate": rate})
    optimiser = torch.optim.AdamW(groups, lr=LEARNING_RATE, weight_decay=0.01)
    losses = []
    for step, batch in enumerate(batches):
        part = min(1.0, (step + 1) / (0.1 * len(batches))) * max(0.02, 1 - step / len(batches))
        for group in optimiser.param_groups:
            group["lr"] = group["rate"] * part
        loss = loss_of(model, rows(batch))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(float(loss.detach()))
        if step % 50 == 49:
            print(label, step + 1, len(batches), round(float(np.mean(losses[-50:])), 3), flush=True)


def crossed(asked: Sequence[Asked], tokens: Tokeniser, readers: Mapping[str, Trained]) -> None:
    """Score the likeliest windows of every question with the reader that never saw its area; keep the scores.

    Args:
        asked: all questions.
        readers: by area.
    """
    order = shipped_data("closest.json")["order"]
    found = []
    for one in asked:
        values = ordering(one.sentences, order)
        windows = sorted(one.windows(tokens.runs), key=lambda window: -max(values[window]))
        rows = [
            tokens.row(one.question, one.titles[w[0]], [one.texts[i] for i in w])
            for w in windows[:SCORED]
        ]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            scores, wholes = readers[one.area](rows)
        found.append(
            [
                ScoredWindow(window, of_window.tolist(), float(whole))
                for window, of_window, whole in zip(windows, scores, wholes, strict=False)
            ]
        )
    SCORES.write_bytes(pickle.dumps(found))


def tensors_of(model: Trained) -> dict[str, Any]:
    """What ships: heads, small tensors as they differ from the trunk, matrices as two thin ones; half precision."""
    found = {}
    before = Trained().trunk.state_dict()
    for name, value in model.trunk.state_dict().items():
        if not name.startswith("encoder."):
            continue
        difference = (value - before[name]).double()
        if difference.dim() == 1:
            found[name] = difference.half()
            continue
        left, sizes, right = torch.linalg.svd(difference, full_matrices=False)
        root = sizes[:RANK].sqrt()
        found[f"{name}:left"] = (left[:, :RANK] * root).half()
        found[f"{name}:right"] = (root[:, None] * right[:RANK]).half()
    for name in ("inner", "outer", "whole"):
        for part, value in getattr(model, name).state_dict().items():
            found[f"head.{name}.{part}"] = value.half()
    return {name: value.contiguous().numpy() for name, value in found.items()}


def from_tensors(tensors: Mapping[str, Any]) -> Trained:
    """The model that ships, as PyTorch runs it."""
    model = Trained()
    state = model.state_dict()
    for name in {key.partition(":")[0] for key in tensors}:
        if name.startswith("head."):
            state[name.removeprefix("head.")] = torch.tensor(tensors[name])
        else:
            state[f"trunk.{name}"] += torch.tensor(difference(name, tensors))
    model.load_state_dict(state)
    return model.eval()


def write(model: Trained) -> None:
    """What ships, with what it was made of."""
    content = save(tensors_of(model))
    (DATA / FILE).write_bytes(content)
    said = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "recipe": "cross-encoder on the shipped embedding model; python -m benchmarks.train_reader",
        "licence": "CC BY-SA 4.0, as SQuAD 2.0 (Rajpurkar, Jia and Liang 2018), one of the sets they were trained on",
        "rank": RANK,
        "training": {one.name: one.digest for one in collections()},
        "rows": {
            "libraries of ../shared/data": "CC BY 4.0, written for this project",
            "SQuAD 2.0": "CC BY-SA 4.0",
            "Evidence Inference v2": "MIT",
            "PubMedQA": "MIT",
            "MedQuAD": "CC BY 4.0",
        },
    }
    (DATA / "reader.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Train on the public rows, on each half of the areas, on all; write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    chance, tokens = random.Random(0), Tokeniser()
    public, asked = public_questions(chance), all_asked()
    areas = sorted({one.area for one in asked})

    def public_batch(batch: Sequence[Any]) -> Batch:
        return [public_rows(question, tokens, chance) for question in batch]

    papers = [question for question in public if question[0]["src"] != "mq"]
    begun = Trained()
    squad = squad_questions(chance)
    pieces: list[tuple[Any, Sequence[Any]]] = [
        (squad_rows, squad[i : i + SQUAD_ALONE]) for i in range(0, SQUAD, SQUAD_ALONE)
    ]
    last = len(pieces) // 2
    pieces += [
        (public_rows, public[i : i + PUBLIC_ALONE]) for i in range(0, len(public), PUBLIC_ALONE)
    ]
    mixed = pieces[last:]
    chance.shuffle(mixed)
    plan_of_public = pieces[:last] + mixed
    train(
        begun,
        plan_of_public,
        lambda piece: [piece[0](question, tokens, chance) for question in piece[1]],
        "public",
    )

    def on(names: Set[str], label: str) -> Trained:
        model, plan = copy.deepcopy(begun), []
        mine = area_questions(_shown(asked, names, chance), tokens)
        for _ in range(options.epochs):
            chance.shuffle(mine)
            plan += [
                (mine[i : i + AREA_BATCH], chance.sample(papers, PUBLIC_BATCH))
                for i in range(0, len(mine), AREA_BATCH)
            ]

        def batch(pair: Any) -> Batch:
            return [*(area_rows(one, chance) for one in pair[0]), *public_batch(pair[1])]

        train(model, plan, batch, label)
        return model.eval()

    halves = (frozenset(areas[::2]), frozenset(areas[1::2]))
    readers = [on(half, f"half {number}") for number, half in enumerate(halves, 1)]
    crossed(asked, tokens, {area: readers[area in halves[0]] for area in areas})
    write(on(frozenset(areas), "all"))


if __name__ == "__main__":
    main()
