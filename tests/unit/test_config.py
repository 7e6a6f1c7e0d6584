"""Settings: every value knows its origin; a mistake is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmassist.errors import ConfigError
from kmassist.settings.model import load_settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kmassist.toml"
    monkeypatch.setenv("KMASSIST_CONFIG", str(path))
    return path


def test_flag_over_environment_over_file_over_default(file: Path) -> None:
    file.write_text("[answer]\nnearest = 1\nsources_per_type = 2\n[coverage.age]\naudit_red = 30\n")
    settings = load_settings(
        {"answer.nearest": 5}, {"KMASSIST_ANSWER__NEAREST": "4", "KMASSIST_LIBRARY": "/tmp/x"}
    )
    assert (
        settings.answer.nearest,
        settings.answer.sources_per_type,
        settings.coverage.age.audit_red,
    ) == (5, 2, 30)
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
        (f"[answer]\nnearest = {'9' * 5000}\n", {}, "cannot be read"),
        ('origins = "x"\n', {}, "no group of settings 'origins'"),
        ("privacy = 5\n", {}, "'privacy'.*give a group of values"),
        ("", {"KMASSIST_ANSWER__NEAREST": "many"}, "environment"),
        ("", {"KMASSIST_LIBRARY__X": "1"}, "library"),
    ],
)
def test_a_mistake_names_the_setting(
    file: Path, content: str, environment: dict[str, str], says: str
) -> None:
    file.write_text(content)
    with pytest.raises(ConfigError, match=says):
        load_settings(environment=environment)


def test_without_anything_there_are_defaults(file: Path) -> None:
    assert load_settings(environment={}).origins == {}


@pytest.mark.parametrize(
    "pattern",
    [
        "[",
        "(a+)+$",
        "(a|aa)*b",
        "((RX)*\\d)+",
        "(x{1,9}){2,}",
        "(.*)(.*)x",
        "a*a*a*b",
        "a?b?",
        "(a|a){30}b",
        "\\w{0,30}\\w{0,30}\\w{0,30}!",
    ],
)
def test_a_pattern_of_hospital_numbers_that_could_run_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError, match="hospital_number_pattern"):
        load_settings({"privacy.hospital_number_pattern": pattern}, environment={})


@pytest.mark.parametrize(
    "pattern", ["", r"(?:RX|RY)\d{6}", r"[A-Z]{2}[0-9]{6,8}", r"(AB|CD){2}\d+"]
)
def test_other_patterns_of_hospital_numbers_are_taken(pattern: str) -> None:
    settings = load_settings({"privacy.hospital_number_pattern": pattern}, environment={})
    assert settings.privacy.hospital_number_pattern == pattern


@pytest.mark.parametrize("group", ["origins", "library"])
def test_a_group_of_settings_that_is_none_is_said(
    group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kmassist.toml"
    path.write_text(f"[{group}]\nx = 1\n")
    monkeypatch.setenv("KMASSIST_CONFIG", str(path))
    with pytest.raises(ConfigError, match=group):
        load_settings()
