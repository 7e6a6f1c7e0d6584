"""Where settings are written and what stands there, before anything is checked: quick enough to be asked before a window opens."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from platformdirs import user_config_path, user_data_path

from kmassist.errors import ConfigError, SourceNotFound

_LONGEST_ROLE = 80


def default_library() -> Path:
    """The platform's data folder for kmassist."""
    return user_data_path("kmassist", appauthor=False) / "library"


def config_path() -> Path:
    """The settings file: ``KMASSIST_CONFIG``, else ``kmassist.toml`` in the platform's configuration folder."""
    named = os.environ.get("KMASSIST_CONFIG")
    return (
        Path(named).expanduser()
        if named
        else user_config_path("kmassist", appauthor=False) / "kmassist.toml"
    )


def _role_path() -> Path:
    return config_path().with_suffix(".role")


def kept_role() -> str:
    """The acting role that was asked for once; empty when nobody was asked."""
    try:
        return _role_path().read_text(encoding="utf-8").strip()[:_LONGEST_ROLE]
    except (OSError, UnicodeDecodeError):
        return ""


def keep_role(role: str) -> None:
    """Keep the acting role beside the settings, for this person alone; nothing happens where that cannot be written."""
    path = _role_path()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as out:
            out.write(" ".join(role.split())[:_LONGEST_ROLE] + "\n")


def read_values(
    groups: Collection[str],
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Nested values as they stand in the file, the environment and the flags, later ones winning; and dotted name -> origin.

    Args:
        groups: the first parts of names that the environment may set.
        flags: dotted name -> value; None values are left out.
        environment: instead of ``os.environ``.

    Raises:
        ConfigError: the file is not TOML, or a name runs through a value.
    """
    env = os.environ if environment is None else environment
    values: dict[str, Any] = {"library": default_library()}
    origins: dict[str, str] = {}
    path = config_path()
    if path.is_file():
        import tomllib

        try:
            _merge(values, tomllib.loads(path.read_text(encoding="utf-8")), origins, "file")
        except (ValueError, RecursionError, OSError) as error:  # also a number of 5,000 digits
            raise ConfigError(
                f"The settings file {path.name} cannot be read: {error}.", f"Correct {path}."
            ) from error
    for name, value in sorted(env.items()):
        key = name.removeprefix("KMASSIST_").lower().replace("__", ".")
        if name.startswith("KMASSIST_") and key.split(".")[0] in groups:
            _set(values, key, value, origins, "environment")
    for key, value in (flags or {}).items():
        if value is not None:
            _set(values, key, value, origins, "flag")
    return values, origins


def _merge(
    values: dict[str, Any],
    found: Mapping[str, Any],
    origins: dict[str, str],
    origin: str,
    prefix: str = "",
) -> None:
    for key, value in found.items():
        is_taken = prefix + key == "origins"  # says where the others came from
        if isinstance(value, Mapping) or is_taken:
            if is_taken or not isinstance(values.get(key, {}), dict):
                raise ConfigError(
                    f"There is no group of settings '{prefix}{key}'.", "See 'kmassist config show'."
                )
            _merge(values.setdefault(key, {}), value, origins, origin, f"{prefix}{key}.")
        else:
            values[key] = value
            origins[prefix + key] = origin


def _set(
    values: dict[str, Any], key: str, value: Any, origins: dict[str, str], origin: str
) -> None:
    *groups, name = key.split(".")
    target = values
    for group in groups:
        target = target.setdefault(group, {})
        if not isinstance(target, dict):
            raise ConfigError(f"There is no setting '{key}'.", "See 'kmassist config show'.")
    target[name] = value
    origins[key] = origin


_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(name: str) -> Path:
    """The folder of that name (``corpus`` or ``prompts``).

    Raises:
        SourceNotFound: this installation lacks it.
    """
    for path in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if path.is_dir():
            return path
    raise SourceNotFound(
        f"This installation of kmassist lacks its '{name}' folder.", "Install it again."
    )


SAMPLES = {"maternity": "sample", "frailty": "frailty"}
"""Demonstration corpora by name, and the folder of each below ``corpus``; the first is the default."""


def is_demonstration(library: object) -> bool:
    """Whether a library, a folder or another engine's address, holds a demonstration corpus: its trusts are fictional."""
    return isinstance(library, Path) and any(
        (library / f"{folder}-ready").exists() for folder in SAMPLES.values()
    )


def sample_corpus(name: str = "maternity") -> Path:
    """The folder of a demonstration corpus."""
    return shipped("corpus") / SAMPLES[name]
