"""Errors planted into sentences of the corpora, and fair sentences: how many errors are caught, how many alarms are false.

    python -m benchmarks.verification [--count 100] [--areas | --scifact [N]]

From sentences that hold a claim, chosen by their digest: a figure changed, a unit changed, the direction turned, a "not" put
in or dropped, a group of people exchanged, another source cited, an invented reference, the right words of another study.
Fair: the sentence itself, the sentence with its source cited, and paraphrases written by hand (data/paraphrases.yaml). An error is caught
when the verdict is neither *quoted* nor *supported*. Foreign: sentences of another area, which share words alone with what is held and
may be neither. With --areas five libraries of ../shared/data take the place of the demonstration corpora; with --scifact the labelled claims
of SciFact (Wadden et al. 2020). Each of the three writes its own file: results/verification.json, verification_areas.json, verification_scifact.json.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.judged_collections import Collection, collections, embedder_of_all
from kmassist.assistant import Assistant
from kmassist.documents.document import Document
from kmassist.documents.passages import Passage
from kmassist.settings.file import SAMPLES, sample_corpus
from kmassist.settings.model import load_settings
from kmassist.verification.engine import DraftChecker
from kmassist.verification.model import Verdict
from kmassist.verification.patterns import pattern
from kmassist.verification.quantities import figures

HERE = Path(__file__).parent
SCIFACT = HERE.parents[1] / "shared" / "data" / "scifact"
_TURNED = {
    "increased": "decreased", "rose": "fell", "fell": "rose", "higher": "lower", "lower": "higher", "more": "fewer",
    "fewer": "more", "reduced": "increased", "longer": "shorter", "shorter": "longer", "less": "more",
    "decreased": "increased", "increase": "decrease", "decrease": "increase", "reduction": "increase", "better": "worse",
}  # fmt: skip
_UNITS = {
    "minutes": "hours", "hours": "days", "weeks": "months", "days": "weeks", "%": " per 1,000", "years": "months",
    "per cent": "per 1,000", "months": "weeks", "mL": "L", "mg": "g",
}  # fmt: skip
_GROUPS = (
    "women", "midwives", "babies", "partners", "obstetricians", "carers", "nurses", "residents", "paramedics", "doctors",
    "staff", "teenagers", "twins", "fathers", "people",
)  # fmt: skip


def chosen(assistant: Assistant, count: int) -> list[tuple[Document, Passage, str]]:
    """Sentences with a verb and at least eight words, in the order of their digest."""
    found = []
    for document in assistant.sources():
        for passage in assistant.passages(document.doc_id):
            for number in range(len(passage.sentences)):
                text = passage.sentence(number)
                plain = 8 <= len(text.split()) <= 45 and text.endswith(".") and ":" not in text
                if plain and "ynthetic" not in text and not pattern("opinion").search(text):
                    found.append((document, passage, text))
    found.sort(key=lambda item: hashlib.sha256(item[2].encode()).hexdigest())
    return list({text: (d, p, text) for d, p, text in found}.values())[:count]


def planted(text: str, others: list[Document], own: Document) -> Iterator[tuple[str, str]]:
    """(kind of error, altered sentence)."""
    seed = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
    numbers = [f for f in figures(text) if re.search(r"\d", f.text)]
    if numbers:
        figure = numbers[seed % len(numbers)]
        raw = re.search(r"\d[\d,]*(?:\.\d+)?", figure.text)
        assert raw is not None
        digits = list(raw.group())
        place = max(i for i, c in enumerate(digits) if c.isdigit())
        digits[place] = str((int(digits[place]) + 1 + seed % 8) % 10)
        changed = figure.text.replace(raw.group(), "".join(digits), 1)
        yield "number", text[: figure.start] + text[figure.start :].replace(figure.text, changed, 1)
    for unit, other in _UNITS.items():
        found = re.search(rf"(?<=\d) ?{re.escape(unit)}(?!\w)", text)
        if found:
            yield (
                "unit",
                text[: found.start()] + f" {other}".replace("  ", " ") + text[found.end() :],
            )
            break
    for word, other in _TURNED.items():
        if re.search(rf"\b{word}\b", text):
            yield "direction", re.sub(rf"\b{word}\b", other, text, count=1)
            break
    if re.search(r"\bnot\b", text):
        yield "negation", " ".join(re.sub(r"\bnot\b", "", text, count=1).split())
    elif found := re.search(r"\b(was|were|is|are|had|did|could)\b", text):
        yield "negation", text[: found.end()] + " not" + text[found.end() :]
    for group in _GROUPS:
        if re.search(rf"\b{group}\b", text):
            other = next(g for g in _GROUPS[seed % len(_GROUPS) :] + _GROUPS if g not in text)
            yield "population", re.sub(rf"\b{group}\b", other, text, count=1)
            break
    stranger = others[seed % len(others)]
    if stranger.metadata.doi and stranger.doc_id != own.doc_id:
        yield "wrong source", f"{text[:-1]} (doi {stranger.metadata.doi})."
        yield (
            "words of another study",
            f"As shown in doi {stranger.metadata.doi}, {text[0].lower()}{text[1:]}",
        )
    yield "invented reference", f"{text[:-1]} (Hartwell et al., 20{10 + seed % 15})."


def fair(text: str, own: Document) -> Iterator[tuple[str, str]]:
    """(kind, sentence that is borne out)."""
    yield "as it stands", text
    if own.metadata.doi:
        yield "with its source", f"{text[:-1]} (doi {own.metadata.doi})."


def measure(
    assistant: Assistant, count: int, fair_rows: list[str], foreign: list[str]
) -> dict[str, Any]:
    """Counts by kind over one library."""
    checker = DraftChecker(assistant.index, assistant.embedder)
    items = chosen(assistant, count)
    with_doi = [d for d in assistant.sources() if d.metadata.doi] or assistant.sources()
    errors: dict[str, Counter[str]] = {}
    good: dict[str, Counter[str]] = {}
    missed, false = [], []
    for document, _, text in items:
        for kind, altered in planted(text, with_doi, document):
            if altered == text:
                continue
            found = checker.check_sentence(altered)
            caught = found.verdict not in {Verdict.QUOTED, Verdict.SUPPORTED}
            errors.setdefault(kind, Counter())["caught" if caught else "missed"] += 1
            errors[kind]["as alarm"] += found.verdict.is_alarm
            if not caught:
                missed.append((kind, altered, found.evidence[0].quote if found.evidence else ""))
        for kind, sentence in fair(text, document):
            found = checker.check_sentence(sentence)
            good.setdefault(kind, Counter())[found.verdict.value] += 1
            if found.verdict.is_alarm:
                false.append((kind, sentence, [d.says for d in found.differences]))
    for row in fair_rows:
        found = checker.check_sentence(row)
        good.setdefault("paraphrase", Counter())[found.verdict.value] += 1
        if found.verdict.is_alarm:
            false.append(("paraphrase", row, [d.says for d in found.differences]))
    for row in foreign:
        found = checker.check_sentence(row)
        caught = found.verdict not in {Verdict.QUOTED, Verdict.SUPPORTED}
        errors.setdefault("foreign", Counter())["caught" if caught else "missed"] += 1
        if not caught:
            missed.append(("foreign", row, found.evidence[0].quote if found.evidence else ""))
    total = sum(c["caught"] + c["missed"] for c in errors.values())
    caught = sum(c["caught"] for c in errors.values())
    fair_total = sum(sum(c.values()) for c in good.values())
    return {
        "sentences": len(items),
        "errors": {kind: dict(c) for kind, c in errors.items()},
        "fair": {kind: dict(c) for kind, c in good.items()},
        "caught": [caught, total],
        "false alarms": [len(false), fair_total],
        "missed": missed[:40],
        "false": false[:40],
    }


AREAS = ("stroke", "diabetes", "palliative", "eyecare", "urgentcare")


def paraphrases(name: str) -> list[str]:
    """Sentences that restate a source of that library fairly in other words."""
    file = "paraphrases_areas.yaml" if name in AREAS else "paraphrases.yaml"
    return list(yaml.safe_load((HERE / "data" / file).read_text("utf-8"))[name])


def libraries(names: Sequence[str]) -> Iterator[tuple[str, Assistant]]:
    """Each library, opened."""
    embedder = embedder_of_all()
    areas = [name for name in names if name in AREAS]
    for one in collections(areas) if areas else ():
        with one.open(embedder) as assistant:
            yield one.name, assistant
    for name in (name for name in names if name not in AREAS):
        one = Collection(name, sample_corpus(name), ())
        with one.open(embedder) as assistant:
            yield name, assistant


LABELS = {
    Verdict.QUOTED: "SUPPORT",
    Verdict.SUPPORTED: "SUPPORT",
    Verdict.DIFFERS: "CONTRADICT",
}
"""What a verdict is in SciFact's words; any other is *not enough information*, an empty label."""


@dataclass(slots=True)
class Claim:
    """One labelled claim: its words, its label, and the abstracts that it names."""

    text: str
    label: str
    abstracts: set[str]


def labelled(path: Path) -> list[Claim]:
    """The claims in the order of the file, each once: it has a row for every sentence of evidence."""
    found: dict[str, Claim] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            claim = found.setdefault(row["id"], Claim(row["claim"], row["evidence_label"], set()))
            claim.abstracts |= set(
                re.findall(r"\d+", f"{row['cited_doc_ids']} {row['evidence_doc_id']}")
            )
    return list(found.values())


def scored(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Accuracy and F1 of (label, what was said); macro-F1 is the plain mean over the three labels."""
    f1 = {}
    for label in ("SUPPORT", "CONTRADICT", ""):
        hit = sum(a == b == label for a, b in pairs)
        given, said = sum(a == label for a, _ in pairs), sum(b == label for _, b in pairs)
        f1[label.lower() or "not enough information"] = 2 * hit / max(1, given + said)
    return {
        "claims": len(pairs),
        "accuracy": round(sum(a == b for a, b in pairs) / max(1, len(pairs)), 3),
        "macro F1": round(sum(f1.values()) / len(f1), 3),
        "F1": {label: round(value, 3) for label, value in f1.items()},
        "said": {
            f"{label or 'not enough information'} as {said or 'not enough information'}": n
            for (label, said), n in sorted(Counter(pairs).items())
        },
    }


def scifact(count: int) -> dict[str, Any]:
    """The first ``count`` of SciFact's training claims against the abstracts that they name, all in one library."""
    corpus = {}
    for line in (SCIFACT / "corpus.jsonl").read_text("utf-8").splitlines():
        body = json.loads(line)
        corpus[body["_id"]] = body
    claims = labelled(SCIFACT / "claims_train.csv")[:count]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "in"
        folder.mkdir()
        for key in sorted(set().union(*(claim.abstracts for claim in claims))):
            (folder / f"{key}.md").write_text(
                f"---\ntitle: {json.dumps(corpus[key]['title'])}\nsource_type: PUB\npublished: '2015'\n---\n\n{corpus[key]['text']}\n",
                "utf-8",
            )
        settings = load_settings({"library": str(Path(place) / "library")}, {})
        with Assistant.open(settings, create=True) as assistant:
            list(assistant.add([folder]))
            checker = DraftChecker(assistant.index, assistant.embedder)
            pairs = [
                (claim.label, LABELS.get(checker.check_sentence(claim.text).verdict, ""))
                for claim in claims
            ]
    return scored(pairs)


def planted_and_fair(names: Sequence[str], count: int, *, is_shown: bool) -> dict[str, Any]:
    """What is caught of errors planted into each library, and how many alarms are false."""
    report: dict[str, Any] = {}
    caught, alarms = [0, 0], [0, 0]
    foreign: list[str] = []
    for name, assistant in libraries(names):
        found = measure(assistant, count, paraphrases(name), foreign)
        foreign = [text for _, _, text in chosen(assistant, count)]
        for kind, counts in found["errors"].items():
            print(f"{name} {kind}: {counts}")
        for kind, counts in found["fair"].items():
            print(f"{name} fair, {kind}: {counts}", flush=True)
        lists = {key: found.pop(key) for key in ("missed", "false")}
        if is_shown:
            print(json.dumps(lists, indent=1, ensure_ascii=False))
        report[name] = found if name in AREAS else found | lists  # no sentence of ../shared is kept
        for total, key in ((caught, "caught"), (alarms, "false alarms")):
            total[0] += found[key][0]
            total[1] += found[key][1]
    print(
        f"caught {caught[0]}/{caught[1]} = {caught[0] / caught[1]:.3f};"
        f" false alarms {alarms[0]}/{alarms[1]} = {alarms[0] / alarms[1]:.3f}"
    )
    return report | {"caught": caught, "false alarms": alarms}


def main() -> int:
    """Measure one of the three sets and write its figures; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100, help="sentences of each corpus")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--scifact", type=int, nargs="?", const=150, metavar="N", help="claims of SciFact instead"
    )
    which.add_argument(
        "--areas",
        action="store_true",
        help="five areas of ../shared/data instead of the demonstration",
    )
    parser.add_argument("--only", nargs="*", choices=[*SAMPLES, *AREAS])
    parser.add_argument("--show", action="store_true", help="what was missed, and false alarms")
    parser.add_argument("--out", type=Path, help="another file than results/verification*.json")
    options = parser.parse_args()
    if options.scifact:
        kept, report = "_scifact", scifact(options.scifact)
        print(json.dumps(report, indent=1))
    else:
        kept = "_areas" if options.areas else ""
        names = options.only or (AREAS if options.areas else SAMPLES)
        report = planted_and_fair(list(names), options.count, is_shown=options.show)
    out = options.out or HERE / "results" / f"verification{kept}.json"
    out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if options.scifact:
        return 0
    (caught, errors), (false, fair_ones) = report["caught"], report["false alarms"]
    return 0 if caught >= 0.99 * errors and false <= 0.02 * fair_ones else 1


if __name__ == "__main__":
    sys.exit(main())
