"""The file of a vocabulary: its shape, the shipped ones, and a site's own laid over them."""

from __future__ import annotations

from functools import lru_cache, reduce
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError, field_validator

from kmassist.documents.frozen import Frozen
from kmassist.errors import ConfigError
from kmassist.text.plain_files import read_plain_file


class Topic(Frozen):
    """A maternity topic (C5): its code, the words a person reads and the terms that point to it.

    ``lay`` words point to it in a question; unlike a term, a source that never uses one may still be about it.
    """

    label: str
    terms: tuple[str, ...] = ()
    lay: tuple[str, ...] = ()


class Sense(Frozen):
    """One meaning of an acronym; ``also`` are other names of it, ``near`` words that point to it."""

    means: str
    also: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


class Contents(Frozen):
    """What a vocabulary file holds."""

    version: int = 1
    topics: dict[str, Topic] = Field(default_factory=dict)
    acronyms: dict[str, tuple[Sense, ...]] = Field(default_factory=dict)
    case_sensitive: tuple[str, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()
    spelling: tuple[tuple[str, str], ...] = ()
    generic: tuple[str, ...] = ()
    particular: tuple[str, ...] = ()

    @field_validator("acronyms", mode="before")
    @classmethod
    def _senses(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            key: [{"means": form}] if isinstance(form, str) else form for key, form in value.items()
        }


@lru_cache(maxsize=1)
def shipped_contents() -> Contents:
    """The words of maternity care, joined to those of other commissioning and to the abbreviations of all specialties: where
    several know an acronym, the senses of the first of these come first."""
    data = files("kmassist") / "data"
    shipped = [
        _parse((data / name).read_text(encoding="utf-8"), name)
        for name in ("vocabulary_clinical.yaml", "vocabulary_commissioning.yaml", "vocabulary.yaml")
    ]
    senses: dict[str, tuple[Sense, ...]] = {}
    for acronym, found in ((a, f) for one in shipped[::-1] for a, f in one.acronyms.items()):
        before = senses.get(acronym, ())
        known = {sense.means.casefold() for sense in before}
        senses[acronym] = (*before, *(s for s in found if s.means.casefold() not in known))
    return reduce(joined, shipped).model_copy(update={"acronyms": senses})


def joined(shipped: Contents, own: Contents) -> Contents:
    """Topics keep the shipped terms and gain their own; an acronym replaces the shipped one; lists are joined."""
    topics = dict(shipped.topics)
    for code, topic in own.topics.items():
        before = topics.get(code, Topic(label=topic.label))
        topics[code] = Topic(
            label=topic.label,
            terms=tuple(dict.fromkeys((*before.terms, *topic.terms))),
            lay=tuple(dict.fromkeys((*before.lay, *topic.lay))),
        )
    return Contents(
        topics=topics,
        acronyms={**shipped.acronyms, **own.acronyms},
        case_sensitive=(*shipped.case_sensitive, *own.case_sensitive),
        synonyms=(*shipped.synonyms, *own.synonyms),
        spelling=(*shipped.spelling, *own.spelling),
        generic=(*shipped.generic, *own.generic),
        particular=(*shipped.particular, *own.particular),
    )


def _read(path: Path) -> str:
    try:
        return read_plain_file(path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The vocabulary file {path.name} cannot be read ({error}).",
            f"Correct or remove {path}.",
        ) from error


def _parse(text: str, name: str) -> Contents:
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return Contents.model_validate(yaml.load(text, Loader=loader) or {})  # noqa: S506
    except (yaml.YAMLError, ValidationError) as error:
        what = str(error).splitlines()[0]
        raise ConfigError(
            f"The vocabulary file {name} is not as it should be: {what}.",
            "See the shipped data/vocabulary.yaml for its shape.",
        ) from error


def contents_of(path: Path) -> Contents:
    """What a site's own file holds.

    Raises:
        ConfigError: it cannot be read or has another shape.
    """
    return _parse(_read(path), path.name)
