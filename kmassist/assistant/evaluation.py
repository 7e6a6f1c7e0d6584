"""Evaluation: retrieval and the relevance gate against judgements, on any folder in BEIR format or a user's gold questions.

A document's score is its best passage's. Measures follow trec_eval: nDCG with linear gain, recall and average precision
over grades of at least ``least_grade``; questions without such a judgement count in none of them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from kmassist.documents.document import Document, clean_text
from kmassist.documents.metadata import Metadata
from kmassist.documents.passages import DEFAULT_MAX_WORDS, split_document
from kmassist.errors import SourceNotFound, UnreadableSource
from kmassist.evidence.relevance import Judgement, judge
from kmassist.index import Entry, Filter, Index
from kmassist.index.runs import Qrels, Run
from kmassist.retrieval.retrieve import Ranking, Retrieval, retrieve

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Embedder
    from kmassist.question.vocabulary import Vocabulary

Ranked = list[tuple[str, float]]
LEGS = ("lexical", "dense", "hybrid")


@dataclass(frozen=True, slots=True)
class Judged:
    """Questions with judgements; ``documents`` is empty when they are about a library that exists already.

    ``doubts`` are expectations that no answer can meet: a document or a sentence that is not there.
    """

    name: str
    questions: Mapping[str, str]
    qrels: Qrels
    documents: tuple[Document, ...] = ()
    least_grade: int = 1
    doubts: tuple[str, ...] = ()

    def relevant(self, question_id: str) -> frozenset[str]:
        """Documents of at least the least grade."""
        return frozenset(
            d for d, grade in self.qrels.get(question_id, {}).items() if grade >= self.least_grade
        )


@dataclass(frozen=True, slots=True)
class Measures:
    """Means over ``questions`` questions, 0 to 1."""

    ndcg10: float
    recall100: float
    average_precision: float
    questions: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measures and ranked documents per leg."""

    legs: Mapping[str, Measures]
    runs: Mapping[str, Mapping[str, Ranked]]


@dataclass(frozen=True, slots=True)
class GateReport:
    """How well the gate tells questions with an answer from those without.

    ``scores`` are (question_id, answerable probability, has an answer); ``best`` the same with the probability of the most
    probable passage, which is what a cut-off of passages refuses by. ``auroc`` is None when only one kind is there.
    Precision and recall are of refusing, at ``cutoff``.
    """

    auroc: float | None
    calibration_error: float
    cutoff: float
    refusal_precision: float | None
    refusal_recall: float | None
    scores: tuple[tuple[str, float, bool], ...] = field(repr=False, default=())
    best: tuple[tuple[str, float, bool], ...] = field(repr=False, default=())


def read_beir(folder: Path, *, least_grade: int = 1) -> Judged:
    """Read ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv`` (or ``qrels/*.tsv``).

    Raises:
        SourceNotFound: one of them is missing.
        UnreadableSource: a line is not what it should be.
    """
    tables = (
        [folder / "qrels.tsv"]
        if (folder / "qrels.tsv").is_file()
        else sorted((folder / "qrels").glob("*.tsv"))
    )
    for path in (
        folder / "corpus.jsonl",
        folder / "queries.jsonl",
        *(tables or [folder / "qrels.tsv"]),
    ):
        if not path.is_file():
            raise SourceNotFound(
                f"There is no {path.name} in {folder.name}.",
                "A judged folder has corpus.jsonl, queries.jsonl and qrels.tsv.",
            )
    qrels: dict[str, dict[str, int]] = {}
    try:
        for path in tables:
            with path.open(encoding="utf-8", newline="") as file:
                for row in list(csv.reader(file, delimiter="\t"))[1:]:
                    qrels.setdefault(row[0], {})[row[1]] = int(row[2])
        questions = {row["_id"]: row["text"] for row in _lines(folder / "queries.jsonl")}
        documents = tuple(_document(row) for row in _lines(folder / "corpus.jsonl"))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise UnreadableSource(
            f"The judged folder {folder.name} is not in BEIR format ({error})."
        ) from error
    return Judged(folder.name, questions, qrels, documents, least_grade)


def read_gold_questions(
    path: Path,
    documents: Iterable[Document],
    *,
    root: Path,
    text_of: Callable[[str], str] | None = None,
) -> Judged:
    """Read a user's gold questions (``questions.yaml``): question, and the documents that answer it, or "none".

    Args:
        path: a list of ``{id, question, expected: [{document, sentence}] or "none"}``.
        documents: the library's; a document is named by its path below ``root``. Of a file that holds several, ``#n`` names the
            n-th; without it those are meant that hold the sentence, or all of them.
        root: the folder the paths are below.
        text_of: the text of a doc_id, to see that the expected sentences stand where they are expected.

    Raises:
        UnreadableSource: the file is no such list.
    """
    try:
        items: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
        by_name: dict[str, list[str]] = {}
        for document in documents:
            name = document.source_path
            if Path(name).is_relative_to(root):
                name = Path(name).relative_to(root).as_posix()
            by_name.setdefault(name, []).append(document.doc_id)
            if document.locator:
                by_name[f"{name}#{document.locator.lstrip('#')}"] = [document.doc_id]
        questions, qrels, doubts = dict[str, str](), dict[str, dict[str, int]](), list[str]()
        for number, item in enumerate(items, start=1):
            key, expected = str(item.get("id", number)), item["expected"]
            questions[key], qrels[key] = str(item["question"]), {}
            for one in [] if expected == "none" else expected:
                name, sentence = (
                    str(one["document"]),
                    " ".join(str(one.get("sentence", "")).split()),
                )
                named = by_name.get(name, [])
                holding = [
                    d for d in named if text_of is None or sentence in " ".join(text_of(d).split())
                ]
                if not named:
                    doubts.append(f"{key}: there is no document '{name}' in the library")
                elif not holding:
                    doubts.append(f"{key}: '{sentence}' does not stand in '{name}'")
                qrels[key].update(dict.fromkeys(holding or named or [f"absent:{name}"], 1))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise UnreadableSource(
            f"The gold questions in {path.name} cannot be read ({error})."
        ) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableSource(
            f"The gold questions in {path.name} are no list of questions.",
            "Each needs 'question' and 'expected': a list of {document, sentence}, or none.",
        ) from error
    names = [name for found in qrels.values() for name in found]
    if names and all(name.startswith("absent:") for name in names):
        raise SourceNotFound(
            f"None of the documents that {path.name} names is in this library.",
            "Name the folder that its paths begin at with --root, or the library with --library.",
        )
    return Judged(path.stem, questions, qrels, doubts=tuple(doubts))


def fill(
    index: Index,
    documents: Sequence[Document],
    embedder: Embedder,
    *,
    max_words: int = DEFAULT_MAX_WORDS,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Split, embed and add documents; those without text are left out. ``progress`` is called with (done, total)."""
    from kmassist.embedding.embedder import passage_input

    for done, document in enumerate(documents, start=1):
        passages = split_document(document, max_words=max_words)
        inputs = [passage_input(passage, document.metadata.title) for passage in passages]
        vectors, sentences = embedder.embed(
            [text for text, _ in inputs], [spans for _, spans in inputs]
        )
        if passages:
            index.add(Entry(document, passages, vectors, sentences))
        if progress and (done % 50 == 0 or done == len(documents)):
            progress(done, len(documents))


def evaluate(
    judged: Judged,
    index: Index,
    embedder: Embedder,
    vocabulary: Vocabulary,
    *,
    depth: int = 200,
    ranking: Ranking | None = None,
) -> Evaluation:
    """Ask every judged question and measure both legs and their fusion."""
    runs: dict[str, dict[str, Ranked]] = {leg: {} for leg in LEGS}
    for question_id, text in judged.questions.items():
        if judged.relevant(question_id):
            found = retrieve(
                vocabulary.read_question(text),
                index,
                embedder,
                k=2 * depth,
                depth=depth,
                ranking=ranking,
            )
            for leg, run in zip(LEGS, (found.lexical, found.dense, found.run), strict=True):
                runs[leg][question_id] = rank_documents(run)
    return Evaluation({leg: measure(judged, ranked) for leg, ranked in runs.items()}, runs)


def rank_documents(run: Run) -> Ranked:
    """Documents in order of their best passage, ties by id."""
    best: dict[str, float] = {}
    for hit in run:
        doc_id = hit.passage_id.rpartition(":")[0]
        best[doc_id] = max(best.get(doc_id, float("-inf")), hit.score)
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))


def measure(judged: Judged, runs: Mapping[str, Ranked]) -> Measures:
    """Mean nDCG@10, R@100 and AP over the judged questions of a run."""
    rows = []
    for question_id, ranked in runs.items():
        grades, relevant = judged.qrels[question_id], judged.relevant(question_id)
        ids = [doc_id for doc_id, _ in ranked]
        gain = sum(
            max(0, grades.get(d, 0)) / log2(rank + 1) for rank, d in enumerate(ids[:10], start=1)
        )
        best = sorted((g for g in grades.values() if g > 0), reverse=True)[:10]
        ideal = sum(g / log2(rank + 1) for rank, g in enumerate(best, start=1))
        ranks = [rank for rank, d in enumerate(ids, start=1) if d in relevant]
        precision = sum(number / rank for number, rank in enumerate(ranks, start=1)) / len(relevant)
        rows.append((gain / ideal, len(relevant & set(ids[:100])) / len(relevant), precision))
    if not rows:
        return Measures(0.0, 0.0, 0.0, 0)
    means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    return Measures(means[0], means[1], means[2], len(rows))


def leave_relevant_out(
    judged: Judged,
    index: Index,
    embedder: Embedder,
    vocabulary: Vocabulary,
    *,
    cutoff: float | None = None,
) -> GateReport:
    """Ask every question of the corpus as it is, and again without its relevant documents; score the gate on both.

    Questions without a relevant document count once, as having no answer.
    """
    scores: list[tuple[str, float, bool]] = []
    best: list[tuple[str, float, bool]] = []
    for question_id, has_answer, judgement in both_ways(judged, index, embedder, vocabulary):
        scores.append((question_id, judgement.answerable_probability, has_answer))
        best.append(
            (question_id, max((p.probability for p in judgement.passages), default=0.0), has_answer)
        )
    return replace(gate_report(scores, 0.5 if cutoff is None else cutoff), best=tuple(best))


def both_ways(
    judged: Judged, index: Index, embedder: Embedder, vocabulary: Vocabulary
) -> Iterable[tuple[str, bool, Judgement]]:
    """(question_id, has an answer, judgement) with all documents, then without the relevant ones."""
    for question_id, text in judged.questions.items():
        reading, relevant = vocabulary.read_question(text), judged.relevant(question_id)
        for where in (None, Filter(without_doc_ids=relevant)) if relevant else (None,):
            found: Retrieval = retrieve(reading, index, embedder, where=where)
            yield question_id, bool(relevant) and where is None, judge(reading, found, index)


def gate_report(scores: Sequence[tuple[str, float, bool]], cutoff: float) -> GateReport:
    """AUROC, calibration error (10 equal bins) and refusal at a cut-off."""
    yes = [p for _, p, has in scores if has]
    no = [p for _, p, has in scores if not has]
    refused = [has for _, p, has in scores if p < cutoff]
    return GateReport(
        auroc=auroc(yes, no) if yes and no else None,
        calibration_error=calibration_error([(p, has) for _, p, has in scores]),
        cutoff=cutoff,
        refusal_precision=refused.count(False) / len(refused) if refused else None,
        refusal_recall=refused.count(False) / len(no) if no else None,
        scores=tuple(scores),
    )


def auroc(yes: Sequence[float], no: Sequence[float]) -> float:
    """Probability that one of ``yes`` is above one of ``no``, ties counting half (Mann and Whitney 1947)."""
    ordered = sorted([(p, True) for p in yes] + [(p, False) for p in no])
    total, at = 0.0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        total += (at + end + 1) / 2 * sum(is_yes for _, is_yes in ordered[at:end])
        at = end
    return (total - len(yes) * (len(yes) + 1) / 2) / (len(yes) * len(no))


def calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error: mean distance of forecast and frequency over equal bins, weighted by their size."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for probability, happened in pairs:
        groups.setdefault(min(bins - 1, int(probability * bins)), []).append(
            (probability, happened)
        )
    return (
        sum(abs(sum(p - h for p, h in group)) for group in groups.values()) / len(pairs)
        if pairs
        else 0.0
    )


def calibrate(scores: Sequence[tuple[str, float, bool]]) -> GateReport:
    """The cut-off with the best F1 of refusing on these questions; ties take the lowest, which refuses least."""
    best, best_value = gate_report(scores, 0.0), -1.0
    for cutoff in sorted({round(p + 1e-6, 6) for _, p, _ in scores}):
        report = gate_report(scores, cutoff)
        precision, recall = report.refusal_precision or 0.0, report.refusal_recall or 0.0
        value = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        if value > best_value:
            best, best_value = report, value
    return replace(best, scores=tuple(scores))


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        doc_id=str(row["_id"]),
        text=clean_text(str(row["text"])),
        metadata=Metadata(title=clean_text(str(row.get("title", "")))),
    )
