"""The shipped templates load, and what fills them cannot change them."""

from pathlib import Path

import pytest

from kmassist.assistant.prompting import load_prompt, load_prompts
from kmassist.errors import ConfigError
from kmassist.settings.file import shipped


def test_every_shipped_prompt_loads_and_renders() -> None:
    prompts = load_prompts(shipped("prompts"))
    assert {"plain-summary", "search-strategy"} <= set(prompts)
    for prompt in prompts.values():
        text = prompt.render(dict.fromkeys(prompt.variables, "VALUE"))
        assert "{{" not in text
        assert "VALUE" in text


def test_a_value_is_never_taken_for_a_variable() -> None:
    prompt = load_prompts(shipped("prompts"))["plain-summary"]
    values = dict.fromkeys(prompt.variables, "x") | {"question": "{{quotations}}"}
    assert "Question: {{quotations}}" in prompt.render(values)


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(ConfigError, match="question"):
        load_prompts(shipped("prompts"))["plain-summary"].render({})


@pytest.mark.parametrize(
    "text",
    [
        "no front matter",
        "---\nname: x\n---\ntext",
        "---\nname: x\nversion: 1\npurpose: p\nvariables: [a]\n---\n{{b}}\n",
    ],
)
def test_a_broken_template_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.md"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"broken\.md"):
        load_prompt(path)
