"""Filling prompt templates from an answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from kmassist.answers.model import Answer, Citation
from kmassist.answers.presentation import badges, marked
from kmassist.documents.source_types import kind_in_words
from kmassist.errors import ConfigError
from kmassist.question.types import Need
from kmassist.settings.file import shipped
from kmassist.text.plain_files import read_plain_file

_VARIABLE = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One template; ``digest`` is the SHA-256 of its file's text."""

    name: str
    version: int
    purpose: str
    variables: tuple[str, ...]
    text: str
    digest: str

    def render(self, values: Mapping[str, str]) -> str:
        """The text with its variables replaced, in one pass: a value that looks like a variable stays as it is.

        Raises:
            ConfigError: a variable has no value.
        """
        missing = [name for name in self.variables if name not in values]
        if missing:
            raise ConfigError(
                f"The prompt '{self.name}' needs a value for {', '.join(missing)}.", ""
            )
        return _VARIABLE.sub(lambda match: values[match.group(1)], self.text)


def load_prompt(path: Path) -> Prompt:
    """Read one template.

    Raises:
        ConfigError: it has no front matter, or its variables are not those of its text.
    """
    raw = read_plain_file(path).decode("utf-8")
    parts = raw.split("---\n", 2)
    try:
        head = dict(yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0] else {})
        prompt = Prompt(
            str(head["name"]), int(head["version"]), str(head["purpose"]), tuple(head["variables"]), parts[2].strip() + "\n",
            hashlib.sha256(raw.encode()).hexdigest(),
        )  # fmt: skip
    except (yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        raise ConfigError(
            f"The prompt '{path.name}' has no usable front matter.",
            "Compare it with the ones that ship.",
        ) from error
    used = set(_VARIABLE.findall(prompt.text))
    if used != set(prompt.variables):
        raise ConfigError(
            f"The prompt '{path.name}' declares other variables than it uses: {', '.join(sorted(used ^ set(prompt.variables)))}."
        )
    return prompt


def load_prompts(folder: Path) -> dict[str, Prompt]:
    """Every template of a folder by name."""
    return {
        prompt.name: prompt
        for prompt in (load_prompt(path) for path in sorted(folder.glob("*.md")))
    }


def templates() -> dict[str, Prompt]:
    """The shipped templates by name."""
    return load_prompts(shipped("prompts"))


def fill(prompt: Prompt, answer: Answer) -> str:
    """The template with the question, the quotations as they may leave the library, and what is missing."""
    missing = [
        row.source_type.label.lower()
        for row in answer.rows
        if not row.claims and answer.coverage.cell(row.source_type).need is not Need.NOT_NEEDED
    ]
    quotations = "\n".join(_quotation(claim.citation.masked()) for claim in answer.claims)
    values = {
        "question": answer.resolved_question,
        "searched_on": answer.searched_on,
        "documents": str(answer.corpus.documents),
        "quotations": quotations or "(none: this corpus does not answer the question)",
        "missing": ", ".join(missing) or "nothing that the question needs",
        "frame": "; ".join(f"{slot}: {text}" for slot, text in answer.coverage.frame.items())
        or "not framed",
        "terms": "; ".join(
            f"{word}: {', '.join(forms)}" for word, forms in answer.expansions.items()
        )
        or "the question's own words",
    }
    return prompt.render({name: values[name] for name in prompt.variables if name in values})


def _quotation(cited: Citation) -> str:
    about = ", ".join([cited.design or kind_in_words(cited.source_type), *badges(cited)])
    return f"[{cited.number}] {cited.cite_as} ({about}): {marked(cited)}"
