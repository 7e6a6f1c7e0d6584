"""Prompt templates: front matter (name, version, purpose, variables) and text with ``{{variables}}``.

kmassist calls no language model. A filled template is for a person to take to one that their organisation has approved, or
to a librarian; its name, version and digest say which wording was used.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from kmassist.errors import ConfigError

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
            raise ConfigError(f"The prompt '{self.name}' needs a value for {', '.join(missing)}.", "")
        return _VARIABLE.sub(lambda match: values[match.group(1)], self.text)


def load_prompt(path: Path) -> Prompt:
    """Read one template.

    Raises:
        ConfigError: it has no front matter, or its variables are not those of its text.
    """
    raw = path.read_text(encoding="utf-8")
    parts = raw.split("---\n", 2)
    try:
        head = dict(yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0] else {})
        prompt = Prompt(
            str(head["name"]), int(head["version"]), str(head["purpose"]), tuple(head["variables"]), parts[2].strip() + "\n",
            hashlib.sha256(raw.encode()).hexdigest(),
        )  # fmt: skip
    except (yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        raise ConfigError(
            f"The prompt '{path.name}' has no usable front matter.", "Compare it with the ones that ship."
        ) from error
    used = set(_VARIABLE.findall(prompt.text))
    if used != set(prompt.variables):
        raise ConfigError(
            f"The prompt '{path.name}' declares other variables than it uses: {', '.join(sorted(used ^ set(prompt.variables)))}."
        )
    return prompt


def load_prompts(folder: Path) -> dict[str, Prompt]:
    """Every template of a folder by name."""
    return {prompt.name: prompt for prompt in (load_prompt(path) for path in sorted(folder.glob("*.md")))}
