"""Settings: frozen groups of values that know where they came from (default, file, environment, flag)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kmassist.errors import ConfigError
from kmassist.settings_file import read_values


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EmbeddingSettings(_Group):
    """Which embedding model, by name or folder; ``hashing`` is a small built-in one without meaning, for tests."""

    model: str = "default"
    batch_size: int = Field(default=16, ge=1, le=512)
    threads: int = Field(default=2, ge=1, le=64, description="CPU threads while adding; a question always uses one")


class RetrievalSettings(_Group):
    """How many passages each leg brings and a site's own vocabulary."""

    depth: int = Field(default=200, ge=10, le=5000, description="passages each leg may bring")
    vocabulary: Path | None = Field(default=None, description="YAML file that extends the shipped vocabulary")


class AnswerSettings(_Group):
    """How much an answer shows."""

    sources_per_type: int = Field(default=4, ge=1, le=50)
    sentences_per_source: int = Field(default=3, ge=1, le=20)
    nearest: int = Field(default=3, ge=0, le=20, description="passages shown as related, not direct, when nothing answers")
    relevance_cutoff: float | None = Field(
        default=None, ge=0, le=1, description="probability from which a passage bears on the question; empty: as calibrated"
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


class PrivacySettings(_Group):
    """Identifier scan and small numbers."""

    scan: bool = True
    hospital_number_pattern: str = ""
    hide_counts_below: int = Field(default=5, ge=0, le=20)
    percent_needs_denominator: int = Field(default=10, ge=0, le=100)


class LimitSettings(_Group):
    """What one source file may cost."""

    file_megabytes: int = Field(default=100, ge=1)
    pages: int = Field(default=3000, ge=1)
    characters: int = Field(default=20_000_000, ge=1000)
    seconds: float = Field(default=60.0, gt=0)
    memory_megabytes: int = Field(default=1000, ge=200)


class SiteSettings(_Group):
    """The service that uses this library."""

    name: str = ""
    setting: str = "UK-local"
    corpus_name: str = "this corpus"


class DisplaySettings(_Group):
    """How the terminal interface looks."""

    theme: str = "textual-dark"
    reduced_motion: bool = False


class Settings(_Group):
    """All settings. ``origins`` maps a dotted name to ``file``, ``environment`` or ``flag``; absent means the default."""

    library: Path
    embedding: EmbeddingSettings = EmbeddingSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    answer: AnswerSettings = AnswerSettings()
    coverage: CoverageSettings = CoverageSettings()
    privacy: PrivacySettings = PrivacySettings()
    limits: LimitSettings = LimitSettings()
    site: SiteSettings = SiteSettings()
    display: DisplaySettings = DisplaySettings()
    origins: dict[str, str] = Field(default_factory=dict)


def load_settings(flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
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
        name = ".".join(str(part) for part in first["loc"])
        where = origins.get(name, origins.get(name.split(".")[0], "settings"))
        raise ConfigError(
            f"The setting '{name}' from the {where} cannot be used: {first['msg'].lower()}.", "See 'kmassist config show'."
        ) from error
    return settings.model_copy(update={"library": settings.library.expanduser().absolute()})
