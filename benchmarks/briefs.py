"""Briefs of every demonstration question: `python -m benchmarks.briefs [--library DIR] [--keep DIR] [--sample N] [--for ...]`.

`--questions FILE` takes another set, and prints only: one without lists of what is missing is judged by the pool alone.

For each question and audience: what page one holds against what there is, whether a source on it is unrelated, whether every
quotation is found again in its source and in the PDF, pages in the PDF as written and, for a sample, in the Word file as
LibreOffice sets it (left out where `soffice` is not installed), and how long composing and writing all five formats take.

What there is, is judged twice: by the question's own list of what the corpus lacks (corpus/sample/questions.yaml, written by
people who saw no output; questions about the corpus itself are left out) and by the kinds that the subject's pool holds. A
source is unrelated when it shares no topic with the documents that a person expects for the question. Writes
benchmarks/results/briefs.json.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import yaml

from kmassist.answers.model import Answer
from kmassist.assistant import Assistant
from kmassist.briefs import Audience, Brief
from kmassist.briefs.files import brief_bytes, laid_out
from kmassist.coverage import State, Verdict
from kmassist.documents.source_types import SourceType
from kmassist.pages.blocks import Block, Heading, citation_order, inlines, plain
from kmassist.settings.model import Settings

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "corpus" / "sample" / "questions.yaml"
OUT = Path(__file__).parent / "results" / "briefs.json"
AUDIENCES = (Audience.CLINICAL, Audience.COMMISSIONER, Audience.RESEARCH, Audience.PUBLIC)
FORMATS = (".md", ".html", ".docx", ".pdf", ".json")
PARTS = {
    "problem": (SourceType.AUD,),
    "effect": (SourceType.PUB, SourceType.SVE),
    "cost": (SourceType.ECO,),
    "people": (SourceType.PPI,),
    "staff": (SourceType.FLK,),
    "policy": (SourceType.POL,),
}
BOTH = ("good", "bad")
_FOOT = re.compile(r"b[0-9a-f]{12}·corpus[0-9a-f]{12}·[a-z]+?page\dof\d")
"""What stands at the foot of each page, squeezed: a quotation may run over it."""


def first_page(brief: Brief) -> list[Block]:
    """The blocks of page one, without its references."""
    blocks: list[Block] = []
    for block in laid_out(brief, False).blocks:
        if isinstance(block, Heading) and block.anchor == "detail":
            break
        blocks.append(block)
    return blocks


def answers(
    assistant: Assistant, questions: Path, every: int
) -> Iterator[tuple[dict[str, Any], Answer]]:
    """Every n-th question with its answer, follow-ups after what they follow."""
    items = {item["id"]: item for item in yaml.safe_load(questions.read_text(encoding="utf-8"))}
    for item in list(items.values())[::every]:
        before = items.get(item.get("follows", ""))
        previous = assistant.answer(before["question"]) if before else None
        yield item, assistant.answer(item["question"], previous=previous)


def topics_of(item: dict[str, Any], by_name: dict[str, list[Any]]) -> frozenset[str]:
    """Topics of the documents that a person expects; empty where none is expected or none has a topic."""
    expected = item["expected"] if isinstance(item["expected"], list) else []
    found: set[str] = set()
    for one in expected:
        name = Path(one["document"].partition("#")[0]).name
        found |= {topic for d in by_name.get(name, []) for topic in d.metadata.topics}
    return frozenset(found)


def judge(
    brief: Brief, item: dict[str, Any], topics: frozenset[str], pool: Sequence[SourceType]
) -> dict[str, Any]:
    """What page one holds, of what there is by a person's list and by the pool, and what on it is unrelated."""
    blocks = first_page(brief)
    cited = [brief.source(number) for number in citation_order(blocks)]
    kinds = {line.metadata.source_type for line in cited}
    words = "\n".join(plain(words) for block in blocks for words in inlines(block))
    both = all(any(m.slot == half for m in brief.key_messages) for half in BOTH)
    is_judged = brief.verdict is not Verdict.NOT_JUDGED
    lacking = {SourceType(code) for code in item.get("missing") or ()}
    row: dict[str, Any] = {"cut": bool(re.search(r"\w…", re.sub(r"“[^”]*”", "", words)))}
    for part, of in PARTS.items():
        row[f"{part} held"] = bool(kinds & set(of))
        row[f"{part} there"] = is_judged and bool(set(of) - lacking)
        row[f"{part} in pool"] = bool(set(of) & set(pool))
    row["both sides held"] = both and "people" not in lacking
    unrelated = [
        line.source_name
        for line in cited
        if topics and line.metadata.topics and not topics & set(line.metadata.topics)
    ]
    return {**row, "unrelated": unrelated, "cited": len(cited)}


def held_of(assistant: Assistant, answer: Answer) -> list[SourceType]:
    """Kinds that the subject's pool holds."""
    unsure = {State.ABSENT, State.TO_CHECK, State.OUTDATED_ONLY}
    return [cell.source_type for cell in answer.coverage.cells if cell.state not in unsure]


def pages_of(data: bytes) -> tuple[int, str]:
    """Pages of a PDF, and its words without its feet, white space and hyphens."""
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    words = " ".join(page.get_textpage().get_text_bounded() for page in document)
    return len(document), _FOOT.sub("", squeezed(words))


def squeezed(words: str) -> str:
    """Words without white space and hyphens, which the end of a line may add or take."""
    return re.sub("[\\s\u00ad\u0002\ufffe-]", "", words)


def look(assistant: Assistant, folder: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Every question for the audiences; ``options.sample`` of them with all formats timed and their files kept."""
    by_name: dict[str, list[Any]] = {}
    for document in assistant.sources():
        by_name.setdefault(Path(document.source_name.partition("#")[0]).name, []).append(document)
    rows = []
    asked = answers(assistant, options.questions, options.every)
    for number, (item, answer) in enumerate(asked):
        topics, pool = topics_of(item, by_name), held_of(assistant, answer)
        for audience in options.audiences:
            wall, cpu = time.perf_counter(), time.process_time()
            brief = assistant.briefs.compose(answer, audience)
            written = {".pdf": brief_bytes(brief, ".pdf")}
            row: dict[str, Any] = {"question": item["id"], "audience": audience.value}
            if number < options.sample:
                written |= {suffix: brief_bytes(brief, suffix) for suffix in FORMATS}
                row["seconds"] = round(time.perf_counter() - wall, 2)
                row["processor_seconds"] = round(time.process_time() - cpu, 2)
                for suffix in (".pdf", ".docx"):
                    name = f"{item['id']}-{audience.value}{suffix}"
                    (folder / name).write_bytes(written[suffix])
            pages, words = pages_of(written[".pdf"])
            shown = "\n".join(plain(w) for b in laid_out(brief, False).blocks for w in inlines(b))
            quoted = re.findall(r"“([^”]+)”", shown)
            row |= judge(brief, item, topics, pool)
            row["pages"] = pages
            row["lost"] = sum(squeezed(quote) not in words for quote in quoted)
            row["faults"] = len(assistant.briefs.check(brief))
            rows.append(row)
        print(item["id"], [row["pages"] for row in rows[-len(options.audiences) :]], flush=True)
    return rows


def word_pages(folder: Path) -> dict[str, int]:
    """Pages of the Word files as LibreOffice prints them; empty when it is not installed."""
    soffice = shutil.which("soffice")
    files = [str(path) for path in sorted(folder.glob("*.docx"))]
    if soffice is None or not files:
        return {}
    command = [soffice, f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    printed = folder / "word"
    subprocess.run(
        [*command, "--convert-to", "pdf", "--outdir", str(printed), *files],
        check=True,
        capture_output=True,
    )
    return {path.stem: pages_of(path.read_bytes())[0] for path in sorted(printed.glob("*.pdf"))}


def summed(rows: Sequence[dict[str, Any]], word: dict[str, int]) -> dict[str, Any]:
    """The figures of the report."""
    parts = {}
    for part in PARTS:
        for of in ("there", "in pool"):
            due = [row for row in rows if row[f"{part} {of}"]]
            parts[f"{part}, {of}"] = [sum(row[f"{part} held"] for row in due), len(due)]
    heard = [row for row in rows if row["people in pool"]]
    parts["both sides of experience, in pool"] = [
        sum(row["both sides held"] for row in heard),
        len(heard),
    ]
    most = {audience: Audience(audience).pages for audience in {row["audience"] for row in rows}}
    timed = sorted(row["processor_seconds"] for row in rows if "processor_seconds" in row)
    return {
        "briefs": len(rows),
        "page_one_holds": parts,
        "cited_on_page_one": sum(row["cited"] for row in rows),
        "unrelated_on_page_one": sum(len(row["unrelated"]) for row in rows),
        "unrelated": sorted({(row["question"], name) for row in rows for name in row["unrelated"]}),
        "cut_on_page_one": sum(row["cut"] for row in rows),
        "pages": {
            audience: dict(Counter(str(r["pages"]) for r in rows if r["audience"] == audience))
            for audience in most
        },
        "over": [
            f"{r['question']}-{r['audience']}" for r in rows if r["pages"] > most[r["audience"]]
        ],
        "word_pages": dict(Counter(f"{name.partition('-')[2]} {n}" for name, n in word.items())),
        "word_over": [name for name, n in word.items() if n > most[name.partition("-")[2]]],
        "quotations_lost": sum(row["lost"] for row in rows),
        "faults": sum(row["faults"] for row in rows),
        "processor_seconds_compose_and_five_formats": {
            "median": statistics.median(timed) if timed else None,
            "worst": timed[-1] if timed else None,
        },
    }


def main() -> None:
    """Compose, write, judge, count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--library", type=Path, help="a library that holds corpus/sample already")
    parser.add_argument("--keep", type=Path, help="a folder for the files, to look at")
    parser.add_argument(
        "--sample", type=int, default=10, help="questions whose files are all written"
    )
    parser.add_argument(
        "--for", dest="audiences", nargs="+", type=Audience, default=AUDIENCES, help="audiences"
    )
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="another set of them")
    parser.add_argument("--every", type=int, default=1, help="take every n-th question only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = options.keep or Path(place) / "briefs"
        folder.mkdir(parents=True, exist_ok=True)
        with Assistant.open(
            Settings(library=options.library or Path(place) / "library"), create=True
        ) as assistant:
            if options.library is None:
                for _ in assistant.add([QUESTIONS.parent]):
                    pass
            assistant.warm()
            rows = look(assistant, folder, options)
        report = summed(rows, word_pages(folder))
    for name, figure in report.items():
        print(name, json.dumps(figure))
    if options.questions != QUESTIONS:
        return
    OUT.write_text(json.dumps({**report, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
