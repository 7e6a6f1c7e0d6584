"""The demonstration questions through the whole product: `python -m benchmarks.questions [--library DIR] [--held-out | --fresh | --third | --fourth | --near | --figures]`.

Right: the expected document among the first three of its kind and its sentence quoted; for "none", nothing answered. A
question whose only sources are indirect or outdated gets the verdict "not answerable" with them quoted below it, and counts
as right when the expected sentence is there. Asked a second time with the expansion of acronyms, synonyms and spellings
switched off, to show what the vocabulary does. Writes benchmarks/results/questions.json.

``--held-out`` asks benchmarks/data/held_out_questions.yaml instead, which no word, rule or cut-off was chosen on, and writes
benchmarks/results/held_out_questions.json; ``--fourth`` asks another such set, fourth_questions.yaml. ``--fresh`` and ``--third`` ask sets
that were held out once and are development data now, ``--near``
asks near_questions.yaml, development questions that are near to the corpus and have no answer in it; ``--figures`` asks
figure_questions.yaml, development questions that only a figure answers.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from kmassist.assistant import Assistant
from kmassist.assistant.judging import Judgement, judge_questions
from kmassist.question.vocabulary import Vocabulary
from kmassist.question.vocabulary_file import Contents, shipped_contents
from kmassist.settings.model import Settings

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "corpus" / "sample" / "questions.yaml"
DATA = Path(__file__).parent / "data"
RESULTS = Path(__file__).parent / "results"


def figures(found: Judgement) -> dict[str, Any]:
    """The numbers of one run."""
    assert found.answers is not None
    if found.answers.doubts:
        raise SystemExit("\n".join(found.answers.doubts))
    questions = found.answers.questions
    answerable = [q for q in questions if not q.expects_none]
    return {
        "questions": len(questions),
        "fully_right": sum(q.is_right for q in questions),
        "share_right": round(found.answers.share_right, 4),
        "answerable": len(answerable),
        "document_shown": sum(q.is_document_in_top3 for q in answerable),
        "sentence_quoted": sum(q.is_sentence_quoted for q in answerable),
        "false_answers": found.answers.false_answers,
        "hybrid_ndcg10": round(found.evaluation.legs["hybrid"].ndcg10, 4),
        "lexical_ndcg10": round(found.evaluation.legs["lexical"].ndcg10, 4),
        "dense_ndcg10": round(found.evaluation.legs["dense"].ndcg10, 4),
        "wrong": [q.question_id for q in questions if not q.is_right],
    }


def topics_alone() -> Vocabulary:
    """The shipped topics without acronyms, synonyms and spellings: what measures the effect of expansion."""
    shipped = shipped_contents()
    return Vocabulary(Contents(topics=shipped.topics, case_sensitive=shipped.case_sensitive))


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--library", type=Path, help="a library that holds corpus/sample already")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--held-out",
        dest="name",
        action="store_const",
        const="held_out_questions",
        help="the held-out questions",
    )
    which.add_argument(
        "--fresh",
        dest="name",
        action="store_const",
        const="fresh_questions",
        help="the second set, held out once",
    )
    which.add_argument(
        "--third",
        dest="name",
        action="store_const",
        const="third_questions",
        help="the third, held out once",
    )
    which.add_argument(
        "--fourth",
        dest="name",
        action="store_const",
        const="fourth_questions",
        help="the fourth set, held out",
    )
    which.add_argument(
        "--near",
        dest="name",
        action="store_const",
        const="near_questions",
        help="near to the corpus, no answer",
    )
    which.add_argument(
        "--figures",
        dest="name",
        action="store_const",
        const="figure_questions",
        help="only a figure answers",
    )
    options = parser.parse_args()
    path = DATA / f"{options.name}.yaml" if options.name else QUESTIONS
    out = f"{path.stem}.json"
    with tempfile.TemporaryDirectory() as place:
        library = options.library or Path(place) / "library"
        with Assistant.open(Settings(library=library), create=True) as assistant:
            for _ in assistant.add([QUESTIONS.parent]):
                pass
            report = {
                "with_vocabulary": figures(judge_questions(assistant, path, root=QUESTIONS.parent))
            }
            plain = Assistant(
                assistant.settings,
                assistant.index,
                assistant.embedder,
                topics_alone(),
            )
            report["without_expansion"] = figures(
                judge_questions(plain, path, root=QUESTIONS.parent)
            )
    for name, row in report.items():
        print(name, json.dumps(row))
    (RESULTS / out).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
