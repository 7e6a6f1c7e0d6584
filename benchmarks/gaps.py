"""How well gaps are found: leave-type-out on the demonstration corpus, question types, stated directions, time.

    python benchmarks/gaps.py [--library FOLDER] [--trials FOLDER] [--questions FILE] [--out FILE]

1. Leave-type-out: for every demonstration question and every required type of which anything was found, the same question is
   asked again without any document of that type. The missing flag (G1) must be raised for it, and for no other type that had
   none before.
2. Missing wrongly: required types of which the question's own list of right sources holds one, and which are flagged missing
   all the same. This measures the whole pipeline, the relevance gate above all. ``indirect`` are those among them whose
   source was found and is shown, but as indirect only: a finding about the source and no miss of the gate.
3. Abstention: questions that this corpus does not answer must get the verdict "not answerable"; how many others do is told too.
4. Time that `cover` takes beyond retrieval.
5. Question types against labels, of the demonstration questions (labelled by others) and of data/question_types.yaml.
6. Stated directions against the expert's labels of real trials' sentences (Evidence Inference), each pair of prompt and
   sentence once. The rules were written with their errors in sight: `first_look` keeps the figures of before.
"""

from __future__ import annotations

import argparse
import csv
import html
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from kmassist.assistant import Assistant
from kmassist.coverage import Coverage, Need, Verdict
from kmassist.documents.document import SourceType
from kmassist.events import Covered
from kmassist.evidence.directions import read_direction
from kmassist.index import Filter
from kmassist.question.followups import resolve_followup
from kmassist.question.types import QuestionType, classify, needs
from kmassist.settings.model import Settings

HERE = Path(__file__).parent
ROOT = HERE.parent
SAMPLE = ROOT / "corpus" / "sample"
TODAY = date(2026, 11, 23)
FIRST_LOOK = {"right": 0.774, "wrong": 0.107, "silent": 0.119}
LABELS = {
    "significantly increase": "increase",
    "significantly increased": "increase",
    "significantly decreased": "decrease",
    "no significant difference": "no difference",
}
FOLDERS = {kind.folder: kind for kind in SourceType}


def measure_questions(assistant: Assistant, questions: list[dict[str, Any]]) -> dict[str, Any]:
    """Leave-type-out, missing wrongly, abstention and time over the demonstration questions."""
    tried = raised = others = false = gold = gold_missed = 0
    milliseconds: list[float] = []
    verdicts: Counter[tuple[str, str]] = Counter()
    missed: list[str] = []
    indirect: list[str] = []
    resolved: dict[str, str] = {}
    ids: dict[SourceType | None, set[str]] = {kind: set() for kind in SourceType}
    for document in assistant.sources():
        ids.setdefault(document.metadata.source_type, set()).add(document.doc_id)
    for row in questions:
        resolved[row["id"]] = question = resolve_followup(
            row["question"], resolved.get(row.get("follows", ""))
        ).text
        types = [t for t in row["types"] if t != "T10"]
        if not types:
            continue
        whole, taken = covered(assistant, question, types, None)
        milliseconds.append(taken)
        answered_by = (
            set()
            if row["expected"] == "none"
            else {FOLDERS[e["document"].split("/")[0]] for e in row["expected"]}
        )
        verdicts["no answer here" if not answered_by else "has an answer", whole.verdict.value] += 1
        required = [c for c in whole.cells if c.need is Need.REQUIRED]
        gold += sum(c.source_type in answered_by for c in required)
        wrong = [
            c.source_type.value
            for c in required
            if c.source_type in answered_by and "G1" in c.codes
        ]
        gold_missed += len(wrong)
        missed += [f"{row['id']} {kind}" for kind in wrong]
        indirect += [
            f"{row['id']} {kind}" for kind in wrong if whole.cell(SourceType(kind)).studies
        ]
        for cell in required:
            if not cell.studies or "G1" in cell.codes:
                continue
            kept = Filter(without_doc_ids=frozenset(ids[cell.source_type]))
            without, _ = covered(assistant, question, types, kept)
            tried += 1
            raised += "G1" in without.cell(cell.source_type).codes
            for before in required:
                if before.source_type is not cell.source_type and "G1" not in before.codes:
                    others += 1
                    false += "G1" in without.cell(before.source_type).codes
    return {
        "leave_type_out": {
            "tried": tried,
            "raised": raised,
            "other_types": others,
            "false_flags": false,
        },
        "missing_wrongly": {
            "required_types_with_a_right_source": gold,
            "flagged_missing": gold_missed,
            "which": missed,
            "indirect": indirect,
        },
        "verdicts": {f"{group}: {verdict}": n for (group, verdict), n in sorted(verdicts.items())},
        "cover_milliseconds": {
            "median": round(statistics.median(milliseconds), 1),
            "largest": round(max(milliseconds), 1),
        },
    }


def covered(
    assistant: Assistant, question: str, types: list[str], where: Filter | None
) -> tuple[Coverage, float]:
    """The coverage of a question and the milliseconds from the end of retrieval to the matrix."""
    start = time.perf_counter()
    for event in assistant.ask(question, types=types, where=where, today=TODAY):
        if isinstance(event, Covered):
            return event.coverage, 1000 * (time.perf_counter() - start)
        start = time.perf_counter()
    raise AssertionError("no coverage came")


def measure_types(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Exact agreement, and how often every type that the label requires is required."""
    exact = enough = 0
    for row in rows:
        found = classify(row["question"])
        exact += [str(t) for t in found] == row["types"]
        enough += required(row["types"]) <= required([str(t) for t in found])
    return {"questions": len(rows), "exact": exact, "all_required_types": enough}


def required(types: list[str]) -> set[SourceType]:
    """The source types that question types require."""
    return {
        kind
        for kind, need in needs([QuestionType(t) for t in types]).items()
        if need is Need.REQUIRED
    }


def measure_directions(folder: Path) -> dict[str, Any]:
    """Right, wrong and silent shares, and the table of labels against readings."""
    prompts = {
        row["PromptID"]: row
        for row in csv.DictReader((folder / "prompts.csv").open(encoding="utf-8"))
    }
    pairs = {
        (row["PromptID"], html.unescape(row["Annotations"])): LABELS[row["Label"]]
        for row in csv.DictReader((folder / "annotations.csv").open(encoding="utf-8"))
        if row["Valid Label"] == "True" and row["Valid Reasoning"] == "True"
    }
    table: Counter[tuple[str, str]] = Counter()
    for (prompt, sentence), label in pairs.items():
        table[
            label, read_direction(sentence, html.unescape(prompts[prompt]["Outcome"])) or "silent"
        ] += 1
    total = sum(table.values())
    right = sum(n for (label, read), n in table.items() if label == read)
    silent = sum(n for (_, read), n in table.items() if read == "silent")
    return {
        "sentences": total,
        "right": round(right / total, 3),
        "wrong": round((total - right - silent) / total, 3),
        "silent": round(silent / total, 3),
        "first_look": FIRST_LOOK,
        "table": {f"{label} read as {read}": n for (label, read), n in sorted(table.items())},
    }


def main() -> int:
    """Measure and write; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--library",
        type=Path,
        help="of the demonstration corpus; made there when the folder is not there, else in a temporary folder",
    )
    parser.add_argument(
        "--trials", type=Path, default=ROOT.parent / "shared" / "data" / "maternity_trials"
    )
    parser.add_argument(
        "--questions",
        type=Path,
        default=SAMPLE / "questions.yaml",
        help="other questions on the same corpus",
    )
    parser.add_argument("--out", type=Path, default=HERE / "results" / "gaps.json")
    options = parser.parse_args()
    questions = yaml.safe_load(options.questions.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        library = options.library or Path(folder) / "library"
        is_new = not library.exists()
        assistant = Assistant.open(Settings(library=library), create=is_new)
        if is_new:
            for _ in assistant.add([SAMPLE]):
                pass
        report = measure_questions(assistant, questions)
        assistant.close()
    report["question_types"] = {
        "demonstration": measure_types(questions),
        "labelled_by_the_author": measure_types(
            yaml.safe_load((HERE / "data" / "question_types.yaml").read_text("utf-8"))
        ),
    }
    if options.trials.is_dir():
        report["directions"] = measure_directions(options.trials)
    left, wrongly = report["leave_type_out"], report["missing_wrongly"]
    report["bars"] = {
        "missing type is flagged in all cases": 0 < left["tried"] == left["raised"],
        "no more than 5% of other types flagged with it": left["false_flags"]
        <= 0.05 * left["other_types"],
        "no more than 5% of types with a right source flagged missing": wrongly["flagged_missing"]
        <= 0.05 * wrongly["required_types_with_a_right_source"],
        "cover takes < 50 ms at the median": report["cover_milliseconds"]["median"] < 50,
        "abstains on every question this corpus does not answer": not any(
            key.startswith("no answer here") and not key.endswith(Verdict.NOT_ANSWERABLE.value)
            for key in report["verdicts"]
        ),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(report, indent=1, ensure_ascii=False))
    return 0 if all(report["bars"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
