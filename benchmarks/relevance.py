"""How well the relevance gate refuses: `python -m benchmarks.relevance [--trials]`. Writes benchmarks/results/relevance.json.

Leave-relevant-out and answerable against unanswerable questions are the cross-validated figures that
`python -m benchmarks.fit_relevance` wrote beside the numbers it fitted. Off-subject is measured here with the shipped
numbers: 200 SciFact claims asked of a maternity corpus against the corpus's own questions (PubMedQA maternity, and with
``--trials`` the 110 maternity trials, none of whose questions took part in fitting).
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.fit_relevance import TARGET
from benchmarks.judged import RESULTS, Remembering, index_of, load
from kmassist.assistant.evaluation import auroc, gate_report
from kmassist.embedding import open_embedder
from kmassist.evidence.relevance import judge
from kmassist.question.vocabulary import Vocabulary
from kmassist.retrieval.retrieve import retrieve


def off_subject(name: str, embedder: Remembering, vocabulary: Vocabulary) -> dict[str, Any]:
    """The gate on a corpus's own questions against claims about other things."""
    judged = load(name)
    index = index_of(judged, embedder)
    foreign = list(load("scifact").questions.values())[::4][:200]

    def answerable(text: str) -> float:
        reading = vocabulary.read_question(text)
        return judge(
            reading, retrieve(reading, index, embedder, reserve=5), index
        ).answerable_probability

    own = [answerable(text) for text in judged.questions.values()]
    others = [answerable(text) for text in foreign]
    report = gate_report(
        [*(("own", p, True) for p in own), *(("foreign", p, False) for p in others)], 0.5
    )
    index.close()
    return {
        "own": len(own),
        "foreign": len(others),
        "auroc": round(auroc(own, others), 4),
        "refusal_precision_at_half": report.refusal_precision,
        "refusal_recall_at_half": report.refusal_recall,
    }


def main() -> None:
    """Measure, print, write JSON."""
    vocabulary, embedder = Vocabulary.load(), Remembering(open_embedder())
    fitted = json.loads(TARGET.read_text(encoding="utf-8"))
    target = RESULTS / "relevance.json"
    results = json.loads(target.read_text()) if target.is_file() else {}
    results["cross_validated"] = {
        name: values["cross_validated"] for name, values in fitted["fitted_on"].items()
    }
    for name in ["pubmedqa", *(["trials"] if "--trials" in sys.argv else [])]:
        results[f"off_subject_{name}"] = off_subject(name, embedder, vocabulary)
    target.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
