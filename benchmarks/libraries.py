"""How the product does on libraries that chose nothing of it: `python -m benchmarks libraries`.

    python -m benchmarks.libraries [FOLDER|NAME...] [--out FILE] [--subjects-only]

Every wording of every subject and every question of a library is asked through the assistant, in one process. Measures are those
of the judged sets' own description (../shared/data/libraries/README.md): a kind of source that is there and is said to be absent
(false absent), one that is not there and is said to be present (false present), cells left to check, agreement over the wordings
of one subject; the share of answerable questions whose sentence is quoted first, among the first three, at all, and that were
said to be answered or partly, or perhaps; near misses said to be answered without quoting the sentence that says it is not known, or perhaps.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.judged_collections import Collection, Subject, collections, embedder_of_all
from benchmarks.judged_sentences import golds, is_same, stated_gaps
from kmassist.answers.model import Answer, Status
from kmassist.assistant import Assistant
from kmassist.documents.document import SourceType

RESULTS = Path(__file__).parent / "results"
ABSENT = frozenset({"absent"})
TO_CHECK = frozenset({"to_check"})
Share = list[int]
"""[how many, of how many]."""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folders", nargs="*", help="libraries, all of ../shared/data/libraries without any"
    )
    parser.add_argument("--out", type=Path, default=RESULTS / "libraries.json")
    parser.add_argument("--subjects-only", action="store_true", help="leave the questions out")
    options = parser.parse_args()
    embedder, report = embedder_of_all(), {}
    for one in collections(options.folders):
        with one.open(embedder) as assistant:
            report[one.name] = {
                **score_subjects(assistant, one),
                **({} if options.subjects_only else score_questions(assistant, one.questions)),
            }
        print(line(one.name, report[one.name]), flush=True)
    report["all"] = total(report.values())
    print(line("all", report["all"]))
    options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def score_subjects(assistant: Assistant, one: Collection) -> dict[str, Share]:
    """Presence by subject; shares by style of wording are named ``false_absent/STYLE``."""
    names = {d.doc_id: Path(d.source_name).name for d in assistant.sources()}
    found: dict[str, Share] = defaultdict(lambda: [0, 0])
    for subject in one.subjects:
        told = [
            (style, cells_of(assistant.answer(text), names)) for style, text in subject.wordings
        ]
        for kind in SourceType:
            states = [cells[kind][0] for _, cells in told]
            usual = max(sorted(set(states)), key=states.count)
            add(found["agreement"], states.count(usual), len(states))
            add(found["to_check"], states.count("check"), len(states))
            if kind not in subject.either:
                for style, cells in told:
                    score_cell(found, subject, kind, style, *cells[kind])
    return dict(found)


def score_cell(
    found: dict[str, Share],
    subject: Subject,
    kind: SourceType,
    style: str,
    state: str,
    files: set[str],
) -> None:
    """Count one cell of one wording."""
    if kind in subject.gold:
        add(found["false_absent"], state == "absent", 1)
        add(found[f"false_absent/{style}"], state == "absent", 1)
    else:
        wrong = state == "present" and not (files and files <= subject.optional)
        add(found["false_present"], wrong, 1)
        add(found[f"false_present/{style}"], wrong, 1)


def cells_of(answer: Answer, names: dict[str, str]) -> dict[SourceType, tuple[str, set[str]]]:
    """Kind -> (``absent``, ``check`` or ``present``; the files named)."""
    return {
        cell.source_type: (
            "absent"
            if cell.state.value in ABSENT
            else "check"
            if cell.state.value in TO_CHECK
            else "present",
            {names.get(doc_id, doc_id) for doc_id in cell.doc_ids},
        )
        for cell in answer.coverage.cells
    }


def score_questions(assistant: Assistant, questions: Sequence[dict[str, Any]]) -> dict[str, Share]:
    """Sentences quoted and what was said, of answerable questions and near misses."""
    found: dict[str, Share] = {
        name: [0, 0]
        for name in (
            "first",
            "in_first_three",
            "shown",
            "said_answered",
            "said_perhaps",
            "near_wrong",
            "near_perhaps",
        )
    }
    for question in questions:
        answer = assistant.answer(question["q"])
        quotes = [claim.citation.quote for claim in (*answer.claims, *answer.nearest)]
        is_said, is_perhaps = answer.status.is_answer, answer.status is Status.TO_CHECK
        if question["y"]:
            right = [any(is_same(gold, quote) for gold in golds(question)) for quote in quotes]
            for name, is_so in (
                ("first", any(right[:1])),
                ("in_first_three", any(right[:3])),
                ("shown", any(right)),
                ("said_answered", is_said),
                ("said_perhaps", is_perhaps),
            ):
                add(found[name], is_so, 1)
        else:
            is_told = any(is_same(gap, quote) for gap in stated_gaps(question) for quote in quotes)
            add(found["near_wrong"], is_said and not is_told, 1)
            add(found["near_perhaps"], is_perhaps, 1)
    return found


def add(share: Share, count: int, of: int) -> None:
    """Count into a share."""
    share[0] += int(count)
    share[1] += of


def total(reports: Any) -> dict[str, Share]:
    """All libraries together, each cell and question alike."""
    found: dict[str, Share] = defaultdict(lambda: [0, 0])
    for report in reports:
        for name, (count, of) in report.items():
            add(found[name], count, of)
    return dict(found)


def line(title: str, report: dict[str, Share]) -> str:
    """One row of the table."""
    shown = (
        f"{n.replace('_', ' ')} {a}/{b} = {a / max(1, b):.3f}"
        for n, (a, b) in report.items()
        if "/" not in n
    )
    return f"{title}: {'; '.join(shown)}"


if __name__ == "__main__":
    main()
