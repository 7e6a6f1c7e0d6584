"""What every engine gets: passages with their vectors, questions with theirs, and what is relevant."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.judged import Remembering, index_of, load
from benchmarks.judged_collections import collections, embedder_of_all
from kmassist.assistant.evaluation import Judged
from kmassist.documents.document import Document
from kmassist.documents.passages import Passage
from kmassist.embedding.embedder import Embedder, passage_input
from kmassist.index import Entry, Index
from kmassist.question.vocabulary import Vocabulary


@dataclass(frozen=True)
class Set:
    """One set of documents with judged questions; ``optional`` are documents of a question that are neither right nor wrong."""

    judged: Judged
    entries: Sequence[Entry]
    asked: np.ndarray
    optional: dict[str, frozenset[str]]

    def write(self, folder: Path) -> None:
        """Write it for a worker; see `engines` and `own`."""
        folder.mkdir(parents=True)
        passages = [(e.document, p) for e in self.entries for p in e.passages]
        _lines(
            folder / "passages.jsonl",
            (
                {"id": p.passage_id, "text": passage_input(p, d.metadata.title)[0]}
                for d, p in passages
            ),
        )
        _lines(
            folder / "questions.jsonl",
            ({"id": key, "text": text} for key, text in self.judged.questions.items()),
        )
        _lines(
            folder / "documents.jsonl",
            (
                {
                    "document": e.document.model_dump(mode="json"),
                    "passages": [dataclasses.asdict(p) for p in e.passages],
                }
                for e in self.entries
            ),
        )
        np.save(folder / "vectors.npy", np.concatenate([e.vectors for e in self.entries]))
        np.save(
            folder / "sentences.npy",
            np.concatenate([v for e in self.entries for v in e.sentence_vectors or ()]),
        )
        np.save(folder / "asked.npy", self.asked)


def read_entries(folder: Path) -> list[Entry]:
    """What `Set.write` wrote of the documents."""
    vectors, sentences = np.load(folder / "vectors.npy"), np.load(folder / "sentences.npy")
    found, at, within = [], 0, 0
    for line in (folder / "documents.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        passages = [_passage(p) for p in row["passages"]]
        counts = [len(p.sentences) for p in passages]
        ends = within + np.cumsum([0, *counts])
        of_each = [sentences[a:b] for a, b in pairwise(ends)]
        document = Document.model_validate(row["document"])
        found.append(Entry(document, passages, vectors[at : at + len(passages)], of_each))
        at, within = at + len(passages), int(ends[-1])
    return found


def _passage(row: dict[str, Any]) -> Passage:
    return Passage(**{**row, "sentences": tuple((a, b) for a, b in row["sentences"])})


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def _few(keys: Iterable[str], count: int) -> list[str]:
    """So many of them, the same at every run."""
    return sorted(keys, key=lambda key: hashlib.sha256(key.encode()).hexdigest())[:count]


def _entries(index: Index) -> Iterator[Entry]:
    for listed in index.documents():
        passages = index.passages_of(listed.doc_id)
        if passages:
            held = index.vectors([p.passage_id for p in passages])
            pairs = [held[p.passage_id] for p in passages]
            vectors = np.stack([passage for passage, _ in pairs])
            document = index.document(listed.doc_id)
            yield Entry(document, passages, vectors, [sentences for _, sentences in pairs])


def _asked(questions: Iterable[str], embedder: Embedder) -> np.ndarray:
    vocabulary = Vocabulary.load()
    texts = (vocabulary.read_question(text).query.dense_text for text in questions)
    return np.stack([embedder.embed_query(text) for text in texts])


def scifact(count: int) -> Set:
    """SciFact: abstracts and ``count`` training questions."""
    embedder = Remembering(embedder_of_all())
    whole = load("scifact")
    keys = _few((key for key in whole.questions if whole.relevant(key)), count)
    questions = {key: whole.questions[key] for key in keys}
    judged = dataclasses.replace(whole, questions=questions)
    entries = list(_entries(index_of(whole, embedder)))
    return Set(judged, entries, _asked(questions.values(), embedder), {})


def libraries(count: int) -> Set:
    """The judged libraries as one, with ``count`` of their wordings; right is every document that bears on the subject."""
    embedder = embedder_of_all()
    entries: list[Entry] = []
    questions, qrels, optional = {}, {}, {}
    for one in collections():
        with one.open(embedder) as assistant:
            own = list(_entries(assistant.index))
        entries += own
        ids: dict[str, list[str]] = {}
        for entry in own:
            name = Path(entry.document.source_name).name
            ids.setdefault(name, []).append(entry.document.doc_id)
        for subject in one.subjects:
            gold = {doc_id: 1 for file in subject.files for doc_id in ids.get(file, ())}
            for number, (_, text) in enumerate(subject.wordings if gold else ()):
                key = f"{one.name}/{subject.name}/{number}"
                questions[key], qrels[key] = text, gold
                optional[key] = frozenset(d for file in subject.optional for d in ids.get(file, ()))
    kept = {key: questions[key] for key in _few(questions, count)}
    unique = list({entry.document.doc_id: entry for entry in entries}.values())
    judged = Judged("libraries", kept, qrels)
    return Set(judged, unique, _asked(kept.values(), embedder), optional)


SETS = {"scifact": scifact, "libraries": libraries}
