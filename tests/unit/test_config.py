"""Settings: every value knows its origin; a mistake is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmassist.config import load_settings
from kmassist.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kmassist.toml"
    monkeypatch.setenv("KMASSIST_CONFIG", str(path))
    return path


def test_flag_over_environment_over_file_over_default(file: Path) -> None:
    file.write_text("[answer]\nnearest = 1\nsources_per_type = 2\n[coverage.age]\naudit_red = 30\n")
    settings = load_settings({"answer.nearest": 5}, {"KMASSIST_ANSWER__NEAREST": "4", "KMASSIST_LIBRARY": "/tmp/x"})
    assert (settings.answer.nearest, settings.answer.sources_per_type, settings.coverage.age.audit_red) == (5, 2, 30)
    assert settings.library == Path("/tmp/x")
    assert settings.origins == {
        "answer.nearest": "flag",
        "answer.sources_per_type": "file",
        "coverage.age.audit_red": "file",
        "library": "environment",
    }


@pytest.mark.parametrize(
    ("content", "environment", "says"),
    [
        ("[answer]\nnearest = 99\n", {}, "answer.nearest"),
        ("[answer]\nnonsense = 1\n", {}, "answer.nonsense"),
        ("not toml", {}, "cannot be read"),
        ("", {"KMASSIST_ANSWER__NEAREST": "many"}, "environment"),
        ("", {"KMASSIST_LIBRARY__X": "1"}, "library"),
    ],
)
def test_a_mistake_names_the_setting(file: Path, content: str, environment: dict[str, str], says: str) -> None:
    file.write_text(content)
    with pytest.raises(ConfigError, match=says):
        load_settings(environment=environment)


def test_without_anything_there_are_defaults(file: Path) -> None:
    assert load_settings(environment={}).origins == {}
