"""Settings: frozen groups of values that know where they came from (default, file, environment, flag)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    ValidationError,
    field_validator,
)

from kmassist.errors import ConfigError
from kmassist.settings.file import read_values
from kmassist.text.faults import place_of, reason_of


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EmbeddingSettings(_Group):
    """Which embedding model, by name or folder; ``hashing`` is a small built-in one without meaning, for tests."""

    model: str = "default"
    batch_size: int = Field(default=16, ge=1, le=512)
    threads: int = Field(
        default=2, ge=1, le=64, description="CPU threads while adding; a question always uses one"
    )


class RetrievalSettings(_Group):
    """How many passages each leg brings and a site's own vocabulary."""

    depth: int = Field(default=200, ge=10, le=5000, description="passages each leg may bring")
    vocabulary: Path | None = Field(
        default=None, description="YAML file that extends the shipped vocabulary"
    )


class AnswerSettings(_Group):
    """How much an answer shows."""

    sources_per_type: int = Field(default=4, ge=1, le=50)
    sentences_per_source: int = Field(default=3, ge=1, le=20)
    nearest: int = Field(
        default=3,
        ge=0,
        le=20,
        description="passages shown as related, not direct, when nothing answers",
    )
    relevance_cutoff: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="probability from which a passage is about the question; empty: as calibrated",
    )


class AgeSettings(_Group):
    """Months after which a source type is amber (check) or red (outdated); basis in docs/gap-rules.md."""

    review_amber: int = 24
    review_red: int = 66
    guideline_amber: int = 36
    guideline_red: int = 60
    primary_amber: int = 120
    audit_amber: int = 12
    audit_red: int = 24
    ppi_amber: int = 24
    ppi_red: int = 36
    frontline_amber: int = 24
    frontline_red: int = 36
    evaluation_amber: int = 24
    evaluation_red: int = 36
    economic_amber: int = 36
    economic_red: int = 60


class CoverageSettings(_Group):
    """Thresholds of the gap rules (domain D3); every flag shows the one that decided."""

    minimum_direct_rcts: int = 2
    minimum_events: int = 300
    minimum_people: int = 400
    minimum_primary_experience: int = 3
    audit_interval_points: float = 20.0
    ppi_minimum_people: int = 10
    frontline_minimum_roles: int = 2
    evaluation_minimum_sites: int = 2
    evaluation_minimum_months: float = 6.0
    important_ratio_low: float = 0.75
    important_ratio_high: float = 1.25
    considerable_i_squared: float = 75.0
    single_type_documents: int = 3
    age: AgeSettings = AgeSettings()


_ENDLESS = re.compile(r"[*+](?!$)|\{\d*,\}|\)\{(?![1-4]\})|\(\?")
_OPEN = re.compile(r"\?|\{(\d*),(\d+)\}")
_MOST_WAYS = 2_000
"""Ways in which a pattern may be met at one place: more would take for ever on some text."""


class PrivacySettings(_Group):
    """Identifier scan and small numbers.

    What leaves the library (files, JSON, a pipe, the clipboard, a brief, a bundle) is always masked; with
    ``mask_on_screen`` the owner's own screen is as well.
    """

    scan: bool = True
    hospital_number_pattern: str = ""
    hide_counts_below: int = Field(default=5, ge=0, le=20)
    percent_needs_denominator: int = Field(default=10, ge=0, le=100)
    mask_on_screen: bool = False

    @field_validator("hospital_number_pattern")
    @classmethod
    def _is_quick(cls, pattern: str) -> str:
        """A pattern that can be read, finds something, and that no text makes run for ever: it says how long its parts are."""
        try:
            finds_nothing = bool(pattern) and re.compile(pattern).match("") is not None
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"it is no regular expression: {error}") from error
        bare = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "x", pattern).replace("(?:", "(")
        ways = math.prod(int(p[2] or 1) - int(p[1] or 0) + 1 for p in _OPEN.finditer(bare))
        if finds_nothing or ways > _MOST_WAYS or _ENDLESS.search(bare):
            raise ValueError(
                "it could run for ever or find nothing; say how many signs there are, with * or + at its end alone, "
                "as in [A-Z]{2}[0-9]{6,8}"
            )
        return pattern


class LimitSettings(_Group):
    """What one source file may cost."""

    file_megabytes: int = Field(default=100, ge=1)
    pages: int = Field(default=3000, ge=1)
    characters: int = Field(default=20_000_000, ge=1000)
    seconds: float = Field(default=60.0, gt=0)
    memory_megabytes: int = Field(default=1000, ge=200)


class SiteSettings(_Group):
    """The service that uses this library; ``role`` is who acts, as the audit trail names them: a role, never a name."""

    name: str = ""
    role: str = ""
    setting: str = "UK-local"
    corpus_name: str = "this corpus"


class DisplaySettings(_Group):
    """How the terminal interface looks."""

    theme: str = "textual-dark"
    reduced_motion: bool = False


class DatabaseUrl(str):
    """The address of a library that is no folder. It may hold a password: ``shown`` is for people, logs and files."""

    __slots__ = ()

    @property
    def shown(self) -> str:
        """The address without password and options."""
        parts = urlsplit(self)
        before, _, place = parts.netloc.rpartition("@")
        user = before.partition(":")[0]
        return f"{parts.scheme}://{f'{user}@' if user else ''}{place}{parts.path}"

    @property
    def servers(self) -> list[str]:
        """The names of the servers that it may mean."""
        parts = urlsplit(self)
        named = [
            place.rpartition(":")[0] or place
            for place in parts.netloc.rpartition("@")[2].split(",")
        ]
        named += ",".join(parse_qs(parts.query).get("host", [])).split(",")
        return [name for name in named if name and not name.startswith("/")]


def _as_place(value: Any) -> Any:
    is_url = isinstance(value, str) and "://" in value and not isinstance(value, DatabaseUrl)
    return DatabaseUrl(value) if is_url else value


def _shown(place: Path | DatabaseUrl) -> str:
    return place.shown if isinstance(place, DatabaseUrl) else str(place)


Place = Annotated[
    Path | InstanceOf[DatabaseUrl],
    BeforeValidator(_as_place),
    PlainSerializer(_shown, when_used="json"),
]
"""Where a library is: a folder, or the address of a database."""


class Settings(_Group):
    """All settings. ``origins`` maps a dotted name to ``file``, ``environment`` or ``flag``; absent means the default."""

    library: Place
    embedding: EmbeddingSettings = EmbeddingSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    answer: AnswerSettings = AnswerSettings()
    coverage: CoverageSettings = CoverageSettings()
    privacy: PrivacySettings = PrivacySettings()
    limits: LimitSettings = LimitSettings()
    site: SiteSettings = SiteSettings()
    display: DisplaySettings = DisplaySettings()
    origins: dict[str, str] = Field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The library's folder.

        Raises:
            ConfigError: it is in a database, whose own tools do what was asked.
        """
        if isinstance(self.library, DatabaseUrl):
            raise ConfigError(
                f"That works on a library in a folder, and this one is in a database ({self.library.shown}).",
                "Ask the database's administrators: docs/deployment.md says how it is backed up and restored.",
            )
        return self.library

    @property
    def shown_library(self) -> str:
        """Where the library is, for people."""
        return _shown(self.library)


def load_settings(
    flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Read settings from the file, the environment (``KMASSIST_LIBRARY``, ``KMASSIST_ANSWER__NEAREST``...) and flags.

    Args:
        flags: dotted name -> value, e.g. ``{"answer.nearest": 5}``; None values are left out.
        environment: instead of ``os.environ``.

    Raises:
        ConfigError: the file is not TOML, a name is unknown or a value cannot be used.
    """
    values, origins = read_values(set(Settings.model_fields) - {"origins"}, flags, environment)
    try:
        settings = Settings(**values, origins=origins)
    except ValidationError as error:
        first = error.errors()[0]
        name = place_of(first)
        where = origins.get(name, origins.get(name.split(".")[0], "settings"))
        raise ConfigError(
            f"The setting '{name}' from the {where} cannot be used: {reason_of(first)}.",
            f"{_meant(name, first['type'])}See 'kmassist config show'.",
        ) from error
    if isinstance(settings.library, DatabaseUrl):
        return settings
    return settings.model_copy(update={"library": settings.library.expanduser().absolute()})


def _meant(name: str, fault: str) -> str:
    """The setting that a name which is none may stand for, as a question."""
    if fault != "extra_forbidden":
        return ""
    from kmassist.text.naming import did_you_mean

    return did_you_mean(name, _names(Settings))


def _names(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Every setting by its dotted name."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _names(kind, f"{before}{name}.")
        else:
            yield f"{before}{name}"
