"""Whether every quotation mark holds words that stand in a stored document: 1,000 generated questions, every rendering.

Questions are made from the topics, interventions and titles of the corpus and from templates of the ways people ask. Each
answer is laid out as the terminal shows it (whole and short), in plain lines, as Markdown and as a prompt, as it is and as it
leaves the library; every stretch between “ and ” must be found in a stored document at the offsets of a citation, or be a
title or words of the question. Run: ``python -m benchmarks.quotations [--questions 1000] [--model]``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kmassist.answers.model import Answer
from kmassist.answers.presentation import answer_markdown
from kmassist.assistant import Assistant
from kmassist.assistant.prompting import fill, templates
from kmassist.cli.chat import plain_lines
from kmassist.cli.render import answer_lines, short_lines
from kmassist.documents.document import Document
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.settings.file import sample_corpus
from kmassist.settings.model import load_settings
from kmassist.text.quoted import nested

QUOTED = re.compile(r"“([^“”]*)”")
_TEMPLATES = (
    "Should we offer {x}?", "Does {x} work?", "What do women say about {x}?", "What does {x} cost?",
    "How are we doing on {x}?", "{x}", "what do staff think of {x}", "Is {x} safe at home?",
    "How many women had {x} last year?", "Which audits are there on {x}?", "Who is missing on {x}?",
    "What should midwives do about {x}?", "How often is {x} recorded?", "Can we extend {x} to Ashcombe?",
)  # fmt: skip


def questions(documents: list[Document], count: int, *, seed: int = 7) -> list[str]:
    """Distinct questions in a random order that is always the same."""
    subjects = sorted(
        {d.metadata.intervention for d in documents if d.metadata.intervention}
        | {d.metadata.title.split(":")[0].lower() for d in documents}
        | {word for d in documents for word in d.metadata.keywords}
    )
    pairs = list(itertools.product(_TEMPLATES, subjects))
    random.Random(seed).shuffle(pairs)
    return [template.format(x=subject) for template, subject in pairs[:count]]


def renderings(answer: Answer) -> Iterator[str]:
    """Everything that is printed of an answer."""
    yield "\n".join(answer_lines(answer, around=True, is_whole=True))
    yield "\n".join(short_lines(answer))
    yield "\n".join(plain_lines(answer))
    yield answer_markdown(answer)
    for prompt in templates().values():
        if "quotations" in prompt.variables:
            yield fill(prompt, answer)


def faults(answer: Answer, documents: dict[str, Document]) -> Iterator[str]:
    """Stretches in quotation marks that stand at no cited place, and citations whose pieces do not."""
    held: set[str] = {_held(d.metadata.title) for d in documents.values()}
    titles = [_held(d.metadata.title) for d in documents.values()]
    for claim in (*answer.claims, *answer.nearest):
        text = documents[claim.citation.doc_id].text
        for cited in (claim.citation, claim.citation.masked()):
            place = cited.start
            for piece in cited.pieces:
                at = text.find(piece.text, place) if piece.is_quoted else place
                if at < 0 or at + len(piece.text) * piece.is_quoted > cited.end:
                    yield f"not at its place: {piece.text}"
                if piece.is_quoted:
                    held.add(_held(piece.text))
                    place = at + len(piece.text)
    # Notes speak of the question's words and what was meant by them, of no source.
    asked = _flat(
        f"{answer.question} {answer.resolved_question} {' '.join(answer.notes)}"
    ).casefold()
    for text in renderings(answer):
        for words in QUOTED.findall(_flat(text)):
            flat = _flat(words)
            is_title = any(flat.rstrip("…").strip() in title for title in titles)
            if flat not in held and not is_title and flat.casefold() not in asked:
                yield f"in no source: {flat}"


def _flat(text: str) -> str:
    return " ".join(re.sub(r"\n> ?", "\n", text).split())


def _held(text: str) -> str:
    """Words of a source as they stand between quotation marks."""
    return nested(_flat(text))


def main() -> int:
    """Ask, lay out and check; the figures go to results/quotations.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--model", action="store_true", help="with the shipped embedding model")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"library": folder})
        embedder = None if given.model else HashingEmbedder()
        with Assistant.open(settings, create=True, embedder=embedder) as assistant:
            list(assistant.add([sample_corpus()]))
            documents = {d.doc_id: assistant.index.document(d.doc_id) for d in assistant.sources()}
            asked = questions(list(documents.values()), given.questions)
            wrong: list[str] = []
            quoted = computed = masked = 0
            for question in asked:
                answer = assistant.answer(question)
                found = [*faults(answer, documents), *faults(assistant.leaving(answer), documents)]
                wrong += [f"{question}: {fault}" for fault in found]
                cited = [c.citation for c in (*answer.claims, *answer.nearest)]
                quoted += sum(not c.is_computed for c in cited)
                computed += sum(c.is_computed for c in cited)
                masked += sum(bool(c.masks) for c in cited)
    result = {
        "questions": len(asked),
        "quotations": quoted,
        "computed": computed,
        "masked": masked,
        "faults": len(wrong),
    }
    print("\n".join(wrong[:40]))
    print(json.dumps(result))
    path = Path(__file__).parent / "results" / "quotations.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
