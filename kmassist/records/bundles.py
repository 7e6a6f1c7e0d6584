"""Bundle: a brief that travels to another service, with its sources' metadata, the context it grew in and what was adapted.

Of the sources only metadata travel, never their files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import ConfigDict, Field

from kmassist.briefs.model import Brief, SourceLine
from kmassist.documents.frozen import Frozen
from kmassist.documents.metadata import Origin, Sharing
from kmassist.errors import RecordError
from kmassist.records.contributions import CoDevelopment, Contribution
from kmassist.records.decisions.record import Day, DecisionRecord

SCHEMA: Literal["kmassist.bundle/1"] = "kmassist.bundle/1"
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


class ContextNote(Frozen):
    """One aspect of the place it was done in: size, staffing, who led, what made it possible."""

    aspect: str = Field(min_length=1)
    says: str = Field(min_length=1)


class Adaptation(Frozen):
    """What was changed from what others had described, and why."""

    changed: str = Field(min_length=1)
    why: str = ""
    by_role: str = ""
    on: Day = ""


class Bundle(Frozen):
    """Everything that travels. ``bundle_id`` is a digest of the rest, so that the same bundle is known again."""

    schema_name: Literal["kmassist.bundle/1"] = Field(
        default=SCHEMA, alias="schema", serialization_alias="schema"
    )
    bundle_id: str
    from_service: str = Field(min_length=1)
    exported_on: Day
    brief: Brief
    context: tuple[ContextNote, ...] = ()
    adaptations: tuple[Adaptation, ...] = ()
    co_development: tuple[CoDevelopment, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    withheld: int = Field(default=0, ge=0)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @property
    def digest_id(self) -> str:
        body = self.model_dump_json(by_alias=True, exclude={"bundle_id"})
        return "u" + hashlib.sha256(body.encode()).hexdigest()[:12]

    @property
    def sources(self) -> tuple[SourceLine, ...]:
        """The sources' metadata as their service holds them."""
        return self.brief.sources


class Received(Frozen):
    """A bundle taken in: when, and which documents here were made of it."""

    bundle: Bundle
    received_on: Day
    doc_ids: tuple[str, ...] = ()
    origin: Literal[Origin.EXTERNAL] = Origin.EXTERNAL
    key: str = ""
    """The public key it was signed with, empty when it was not signed."""

    @property
    def sources(self) -> tuple[SourceLine, ...]:
        """The sources with ids, dates and provenance as given, and marked external: none of them is this service's own."""
        return tuple(
            line.model_copy(
                update={"metadata": line.metadata.model_copy(update={"origin": Origin.EXTERNAL})}
            )
            for line in self.bundle.sources
        )


def make_bundle(
    brief: Brief,
    *,
    from_service: str,
    exported_on: str,
    context: Sequence[ContextNote] = (),
    adaptations: Sequence[Adaptation] = (),
    co_development: Sequence[CoDevelopment] = (),
    contributions: Sequence[Contribution] = (),
    decisions: Sequence[DecisionRecord] = (),
) -> Bundle:
    """Put a bundle together. Decisions keep only those relevant sources that travel; how many do not is said.

    Raises:
        RecordError: the service has no name, or the brief rests on sources marked for the team alone.
    """
    if not from_service.strip():
        raise RecordError(
            "A bundle says which service it comes from.",
            "Set site.name in the settings, or give --from.",
        )
    team = [line for line in brief.sources if line.metadata.sharing is Sharing.TEAM]
    if team:
        raise RecordError(
            f"{len(team)} of the brief's sources are marked for the team alone, so it cannot leave.",
            "Compose it for commissioners, research or the public; they are left out then.",
        )
    travels = {line.doc_id for line in brief.sources}
    kept = [_only(decision, travels) for decision in decisions]
    withheld = sum(len(d.relevant) for d in decisions) - sum(len(d.relevant) for d in kept)
    draft = Bundle(
        bundle_id="",
        from_service=from_service.strip(),
        exported_on=exported_on,
        brief=brief,
        context=tuple(context),
        adaptations=tuple(adaptations),
        co_development=tuple(co_development),
        contributions=tuple(contributions),
        decisions=tuple(kept),
        withheld=withheld,
    )
    clean = Bundle.model_validate(without_controls(draft.model_dump(mode="json", by_alias=True)))
    return clean.model_copy(update={"bundle_id": clean.digest_id})


def _only(decision: DecisionRecord, doc_ids: set[str]) -> DecisionRecord:
    """The decision without sources that stay at home; its history names sources in words and stays too."""
    kept = tuple(r for r in decision.relevant if r.doc_id in doc_ids)
    if len(kept) == len(decision.relevant):
        return decision
    return decision.model_copy(
        update={
            "relevant": kept,
            "marks": tuple(m for m in decision.marks if m.doc_id in doc_ids),
            "challenges": tuple(
                c for c in decision.challenges if not c.doc_id or c.doc_id in doc_ids
            ),
            "history": (),
            "signed_off_anyway": "",
        }
    )


def without_controls(value: Any) -> Any:
    """A JSON value with every string without what a terminal would obey or what hides words."""
    if isinstance(value, str):
        return _UNSAFE.sub("", value)
    if isinstance(value, list):
        return [without_controls(part) for part in value]
    if isinstance(value, dict):
        return {without_controls(name): without_controls(part) for name, part in value.items()}
    return value
