"""Filling prompt templates from an answer."""

from __future__ import annotations

from kmassist.answers import Answer
from kmassist.prompts import Prompt, load_prompts
from kmassist.questions import Need
from kmassist.shipped import shipped


def templates() -> dict[str, Prompt]:
    """The shipped templates by name."""
    return load_prompts(shipped("prompts"))


def fill(prompt: Prompt, answer: Answer) -> str:
    """The template with the question, the quotations and what is missing."""
    missing = [
        row.source_type.label.lower()
        for row in answer.rows
        if not row.claims and answer.coverage.cell(row.source_type).need is not Need.NOT_NEEDED
    ]
    quotations = "\n".join(
        f"[{c.citation.number}] {c.citation.cite_as} ({c.citation.design or c.citation.source_type.label}): “{' '.join(c.text.split())}”"
        for c in answer.claims
    )
    values = {
        "question": answer.resolved_question,
        "searched_on": answer.searched_on,
        "documents": str(answer.corpus.documents),
        "quotations": quotations or "(none: this corpus does not answer the question)",
        "missing": ", ".join(missing) or "nothing that the question needs",
        "frame": "; ".join(f"{slot}: {text}" for slot, text in answer.coverage.frame.items()) or "not framed",
        "terms": "; ".join(f"{word}: {', '.join(forms)}" for word, forms in answer.expansions.items())
        or "the question's own words",
    }
    return prompt.render({name: values[name] for name in prompt.variables if name in values})
