"""How well retrieval ranks, on development data of ../shared/data: `python -m benchmarks.retrieval [SET...]`.

nDCG@10, R@100 and AP of both legs, of their fusion and of two other fusion rules on SciFact (training questions), LiveQA, PubMedQA (the question's own
abstract) and the maternity trials (the prompt's own article); the first and the first five sentences against the evidence
that an expert marked in the trials; time of a query without the encoder. Writes benchmarks/results/retrieval.json.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.fusion import min_max, rrf
from benchmarks.judged import DATA, RESULTS, Remembering, index_of, load
from kmassist.assistant.evaluation import Evaluation, Judged, Measures, evaluate, measure
from kmassist.embedding import open_embedder
from kmassist.embedding.embedder import Embedder
from kmassist.evidence.relevance import judge
from kmassist.evidence.salience import finding_weight
from kmassist.index import Index
from kmassist.question.vocabulary import Vocabulary
from kmassist.retrieval.fusion import convex
from kmassist.retrieval.retrieve import retrieve
from kmassist.text.words import words

SETS = ("scifact", "liveqa", "pubmedqa", "trials")


def evidence_hits(
    judged: Judged, index: Index, embedder: Embedder, vocabulary: Vocabulary
) -> dict[str, Any]:
    """Whether the sentence that an expert marked as the evidence of a prompt is among the first sentences found.

    A sentence is the evidence when three quarters of the words of one are in the other. Sentences of all articles compete,
    by the score that puts quotations in order in an answer.
    """
    with (DATA / "maternity_trials" / "annotations.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["Valid Label"] == "True" and row["Annotations"].strip()
        ]
    wanted: dict[str, list[set[str]]] = {}
    for row in rows:
        wanted.setdefault(row["PromptID"], []).append(set(words(row["Annotations"])))
    hits = {1: 0, 5: 0, 20: 0}
    asked = 0
    for prompt, evidence in wanted.items():
        if prompt not in judged.questions:
            continue
        asked += 1
        reading = vocabulary.read_question(judged.questions[prompt])
        judgement = judge(reading, retrieve(reading, index, embedder), index)
        passages = {
            p.passage_id: p for p in index.passages(j.passage_id for j in judgement.passages)
        }
        ranked = sorted(
            (
                (
                    s
                    * finding_weight(
                        passages[j.passage_id].sentence(n), passages[j.passage_id].heading
                    ),
                    j.passage_id,
                    n,
                )
                for j in judgement.passages
                for n, s in enumerate(j.sentence_scores)
            ),
            reverse=True,
        )
        for k in hits:
            found = [set(words(passages[pid].sentence(n))) for _, pid, n in ranked[:k]]
            hits[k] += any(_same(a, b) for a in found for b in evidence)
    return {"prompts": asked, **{f"top{k}": round(n / max(asked, 1), 4) for k, n in hits.items()}}


def _same(a: set[str], b: set[str]) -> bool:
    return len(a & b) >= 0.75 * min(len(a), len(b)) and min(len(a), len(b)) >= 4


def other_rules(judged: Judged, found: Evaluation) -> dict[str, Measures]:
    """The same two legs under the rules other systems use: reciprocal rank fusion, and an even sum of min-max scores."""
    rules: dict[str, Callable[[list[dict[str, float]]], dict[str, float]]] = {
        "rrf, k 60": rrf,
        "even min-max": lambda legs: convex(legs, (0.5, 0.5), scale=min_max),
    }
    measured = {}
    for name, fuse in rules.items():
        runs = {}
        for question_id, lexical in found.runs["lexical"].items():
            fused = fuse([dict(lexical[:100]), dict(found.runs["dense"][question_id][:100])])
            runs[question_id] = sorted(fused.items(), key=lambda item: (-item[1], item[0]))
        measured[name] = measure(judged, runs)
    return measured


def query_milliseconds(
    judged: Judged, index: Index, embedder: Embedder, vocabulary: Vocabulary
) -> dict[str, float]:
    """Median and 95th percentile of reading, both legs, fusion and the gate; the question's vector is at hand."""
    taken = []
    for text in list(judged.questions.values())[:60]:
        reading = vocabulary.read_question(text)
        embedder.embed_query(reading.query.dense_text)
        begun = time.perf_counter()
        judge(reading, retrieve(reading, index, embedder), index)
        taken.append(1000 * (time.perf_counter() - begun))
    taken.sort()
    return {"p50": round(taken[len(taken) // 2], 1), "p95": round(taken[int(len(taken) * 0.95)], 1)}


def main() -> None:
    """Measure, print a table, write JSON."""
    vocabulary, embedder = Vocabulary.load(), Remembering(open_embedder())
    target = RESULTS / "retrieval.json"
    results: dict[str, Any] = json.loads(target.read_text()) if target.is_file() else {}
    for name in sys.argv[1:] or SETS:
        judged = load(name)
        index = index_of(judged, embedder)
        found = evaluate(judged, index, embedder, vocabulary)
        stats, others = index.stats(), other_rules(judged, found)
        results[name] = {
            "documents": stats.documents,
            "passages": stats.passages,
            "legs": {
                leg: {k: round(v, 4) for k, v in asdict(m).items()} for leg, m in found.legs.items()
            },
            "other_rules": {
                rule: {k: round(v, 4) for k, v in asdict(m).items()} for rule, m in others.items()
            },
            "query_ms_without_encoder": query_milliseconds(judged, index, embedder, vocabulary),
        }
        if name == "trials":
            results[name]["evidence_sentence"] = evidence_hits(judged, index, embedder, vocabulary)
        print(f"{name}: {stats.documents} documents, {stats.passages} passages")
        for leg, m in (*found.legs.items(), *others.items()):
            print(
                f"  {leg:12s} nDCG@10 {m.ndcg10:.4f}  R@100 {m.recall100:.4f}  AP {m.average_precision:.4f}  ({m.questions} questions)"
            )
        print(
            "  query without encoder",
            results[name]["query_ms_without_encoder"],
            results[name].get("evidence_sentence", ""),
        )
        index.close()
        target.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
