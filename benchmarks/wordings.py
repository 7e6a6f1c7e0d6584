"""The same need in ten wordings, and questions of strangers, on the demonstration corpus: `python -m benchmarks wordings`.

    python -m benchmarks.wordings [--out FILE] [--subjects-only] [--frailty]

Presence by subject is measured as in `benchmarks.libraries`. Of the questions with an answer in ../shared/data/wordings: the right sentence
quoted first, among the first three, at all, said to be answered; of the near misses those said to be answered without quoting a
sentence in which a source says that it does not know.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import yaml

from benchmarks.judged_collections import (
    WORDINGS,
    demonstration,
    embedder_of_all,
    second_demonstration,
)
from benchmarks.libraries import RESULTS, Share, line, score_questions, score_subjects


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=RESULTS / "wordings.json")
    parser.add_argument("--subjects-only", action="store_true", help="leave the questions out")
    parser.add_argument(
        "--frailty", action="store_true", help="the second demonstration corpus, subjects alone"
    )
    options = parser.parse_args()
    one = second_demonstration() if options.frailty else demonstration()
    with one.open(embedder_of_all()) as assistant:
        report: dict[str, Share] = score_subjects(assistant, one)
        if not (options.subjects_only or options.frailty):
            report |= score_questions(assistant, questions())
    print(line(one.name, report))
    options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def questions() -> list[dict[str, Any]]:
    """The strangers' questions in the shape of a library's; those off topic and about the library are not scored here."""
    rows = yaml.safe_load((WORDINGS / "questions.yaml").read_text(encoding="utf-8"))
    found = []
    for row in rows["answerable"]:
        golds = [row.get("gold_sentence") or " ".join(map(str, row.get("gold_values", ())))]
        golds += [
            also if isinstance(also, str) else also["sentence"]
            for also in row.get("also_right") or ()
        ]
        found.append({"q": row["question"], "y": 1, "sentence": golds[0], "also": golds[1:]})
    for row in rows["near_misses"]:
        found.append({"q": row["question"], "y": 0, "gap": row.get("stated_gap") or ""})
    return found


if __name__ == "__main__":
    main()
