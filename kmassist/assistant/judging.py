"""Measuring on judged questions: a folder in BEIR format in an index of its own, or a site's gold questions on its library."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from kmassist.answers.model import Status
from kmassist.assistant.evaluation import (
    Evaluation,
    GateReport,
    calibrate,
    evaluate,
    fill,
    leave_relevant_out,
    read_beir,
    read_gold_questions,
)
from kmassist.embedding import open_embedder
from kmassist.errors import SourceNotFound, UnreadableSource
from kmassist.evidence.relevance import judge
from kmassist.index import Filter, open_index
from kmassist.question.vocabulary import Vocabulary
from kmassist.retrieval.pool import Standing
from kmassist.retrieval.retrieve import retrieve
from kmassist.settings.model import Settings

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.retrieval.pool.make import PoolMaker
    from kmassist.retrieval.pool.said import Said


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was measured; ``answers`` only for gold questions, ``gate`` and ``presence`` only when asked for."""

    name: str
    evaluation: Evaluation
    gate: GateReport | None = None
    calibrated: GateReport | None = None
    answers: AnswerReport | None = None
    presence: PresenceReport | None = None

    @property
    def relevance_cutoff(self) -> float | None:
        """The calibrated cut-off as the setting ``answer.relevance_cutoff`` takes it: of a passage, not of the question."""
        return self.calibrated.cutoff if self.calibrated else None


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """One gold question: whether it went as expected, and why not."""

    question_id: str
    question: str
    expects_none: bool
    status: str
    is_document_in_top3: bool
    is_sentence_quoted: bool

    @property
    def is_right(self) -> bool:
        """Expected document in the first three and its sentence quoted; for "none", nothing answered."""
        if self.expects_none:
            return not Status(self.status).is_answer
        return self.is_document_in_top3 and self.is_sentence_quoted


@dataclass(frozen=True, slots=True)
class PresenceReport:
    """What people said of documents and subjects, held against what the model of presence says of them by itself."""

    subjects: int
    right: int
    to_check: int
    wrong: int

    @property
    def said(self) -> int:
        """Words said, each on one document and one subject."""
        return self.right + self.to_check + self.wrong


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """Every gold question asked through the whole product, and expectations that cannot be met: see `Judged.doubts`."""

    questions: tuple[QuestionReport, ...]
    doubts: tuple[str, ...] = ()

    @property
    def share_right(self) -> float:
        """Share of all questions that went as expected."""
        return sum(q.is_right for q in self.questions) / max(1, len(self.questions))

    @property
    def false_answers(self) -> int:
        """Questions without an answer that were answered all the same."""
        return sum(q.expects_none and not q.is_right for q in self.questions)


def judge_folder(
    settings: Settings,
    folder: Path,
    *,
    is_gate: bool = False,
    is_calibrating: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Judgement:
    """Run the product's own retrieval on a folder in BEIR format, in a temporary index of its own.

    Raises:
        SourceError: the folder is not in that format.
    """
    judged = read_beir(folder)
    embedder = open_embedder(settings.embedding.model, threads=settings.embedding.threads)
    vocabulary = Vocabulary.load(settings.retrieval.vocabulary)
    with tempfile.TemporaryDirectory(prefix="kmassist-eval-") as place:
        index = open_index(
            f"file:{place}/library",
            embedder=embedder.fingerprint,
            dimension=embedder.dimension,
            create=True,
        )
        try:
            fill(index, judged.documents, embedder, progress=progress)
            found = evaluate(judged, index, embedder, vocabulary, depth=settings.retrieval.depth)
            gate = (
                leave_relevant_out(judged, index, embedder, vocabulary)
                if is_gate or is_calibrating
                else None
            )
        finally:
            index.close()
    return Judgement(
        judged.name, found, gate, calibrate(gate.best) if gate and is_calibrating else None
    )


def judge_questions(
    assistant: Assistant,
    path: Path,
    *,
    root: Path | None = None,
    is_gate: bool = False,
    is_calibrating: bool = False,
) -> Judgement:
    """Ask a site's gold questions of its own library, through retrieval and through the whole product.

    Where a cut-off is to be found, what people said of documents ("it is about this", "it is not") is gold as well.

    Args:
        path: ``questions.yaml``.
        root: the folder that its document paths are below; the file's own folder by default.

    Raises:
        SourceError: the file is no list of questions.
    """
    path = path.absolute()
    judged = read_gold_questions(
        path,
        assistant.sources(),
        root=(root or path.parent).absolute(),
        text_of=lambda doc_id: assistant.index.document(doc_id).text,
    )
    found = evaluate(
        judged,
        assistant.index,
        assistant.embedder,
        assistant.vocabulary,
        depth=assistant.settings.retrieval.depth,
    )
    gate, presence = None, None
    said = assistant.gaps.said() if is_calibrating else ()
    if is_gate or is_calibrating:
        gate = leave_relevant_out(judged, assistant.index, assistant.embedder, assistant.vocabulary)
    if said:
        presence = judge_presence(assistant.pools, said)
    items: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    by_id = {str(item.get("id", number)): item for number, item in enumerate(items, start=1)}
    reports = tuple(_ask(assistant, str(key), by_id, judged.qrels) for key in by_id)
    calibrated = (
        calibrate((*gate.best, *best_of_said(assistant, said))) if gate and is_calibrating else None
    )
    answers = AnswerReport(reports, judged.doubts)
    return Judgement(judged.name, found, gate, calibrated, answers, presence)


def best_of_said(assistant: Assistant, said: Sequence[Said]) -> Iterator[tuple[str, float, bool]]:
    """For each document that was spoken of, how likely its best passage is about the subject, and whether people say that it does.

    Only those documents are looked at: of the others nobody has said anything.
    """
    for one in said:
        reading = assistant.vocabulary.read_question(one.subject)
        where = Filter(doc_ids=frozenset({one.doc_id}))
        found = retrieve(reading, assistant.index, assistant.embedder, where=where)
        passages = judge(reading, found, assistant.index).passages
        yield one.subject, max((p.probability for p in passages), default=0.0), one.is_about


def judge_presence(pools: PoolMaker, said: Sequence[Said]) -> PresenceReport:
    """How often the model of presence says by itself what people said."""
    found = {subject: pools.by_model(subject) for subject in {one.subject for one in said}}
    standings = [(one.is_about, found[one.subject].get(one.doc_id)) for one in said]
    to_check = sum(standing is Standing.TO_CHECK for _, standing in standings)
    right = sum(standing is (Standing.ON if is_about else None) for is_about, standing in standings)
    return PresenceReport(len(found), right, to_check, len(standings) - right - to_check)


def _ask(
    assistant: Assistant,
    question_id: str,
    items: Mapping[str, Mapping[str, Any]],
    qrels: Mapping[str, Mapping[str, int]],
) -> QuestionReport:
    item = items[question_id]
    follows = items.get(str(item.get("follows", "")))
    previous = assistant.answer(str(follows["question"])) if follows else None
    answer = assistant.answer(str(item["question"]), previous=previous)
    expected = item.get("expected", "none")
    wanted = set(qrels.get(question_id, {}))
    fragments = [] if expected == "none" else [_flat(str(e.get("sentence", ""))) for e in expected]
    quotes = [_flat(claim.citation.quote) for claim in (*answer.claims, *answer.nearest)]
    return QuestionReport(
        question_id=question_id,
        question=str(item["question"]),
        expects_none=expected == "none",
        status=answer.status.value,
        is_document_in_top3=bool(
            wanted
            & {*_first_documents(answer.rows, 3), *(c.citation.doc_id for c in answer.nearest)}
        ),
        is_sentence_quoted=any(
            fragment and fragment in quote for fragment in fragments for quote in quotes
        ),
    )


def _first_documents(rows: Sequence[Any], k: int) -> list[str]:
    """The first ``k`` documents of each kind of source: an answer has no single merged list."""
    return [
        doc_id
        for row in rows
        for doc_id in list(dict.fromkeys(claim.citation.doc_id for claim in row.claims))[:k]
    ]


def _flat(text: str) -> str:
    return " ".join(text.split())


def judged_path(path: Path) -> Path:
    """The gold questions meant by a path: the file itself, or ``questions.yaml`` in a folder that holds no BEIR corpus.

    Raises:
        SourceNotFound, UnreadableSource: there is nothing to measure on.
    """
    if not path.exists():
        raise SourceNotFound(
            f"There is no file or folder '{path}'.",
            "Give a folder in BEIR format or a questions.yaml.",
        )
    if path.is_file():
        return path
    if (path / "corpus.jsonl").is_file():
        return path
    if (path / "questions.yaml").is_file():
        return path / "questions.yaml"
    raise UnreadableSource(
        f"There is nothing to measure on in '{path.name}'.",
        "It needs corpus.jsonl, queries.jsonl and qrels.tsv, or a questions.yaml.",
    )
