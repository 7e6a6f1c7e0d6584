"""What a brief needs to know besides its evidence, and what it says of how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kmassist.answers.model import Answer
from kmassist.briefs.model import DecisionLine, Method, Withheld
from kmassist.evidence.roles import Weighed
from kmassist.gaps import RoleRecord
from kmassist.settings.model import PrivacySettings


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a brief needs to know besides the evidence; all of it stated in the brief.

    ``roles`` are the roles recorded for the eight stages; ``glossary`` maps an acronym to its long form, ``topic_labels`` the
    code of a topic to its name; ``sentences`` are those of the subject's sources, weighed for page one; ``ruled_out`` are topics
    that the question says there is none of.
    """

    today: str
    site: str = ""
    embedder: str = ""
    software: str = ""
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    withheld: Withheld = field(default_factory=Withheld)
    triggers: tuple[str, ...] = ()
    roles: tuple[RoleRecord, ...] = ()
    current_stage: int | None = None
    decisions: tuple[DecisionLine, ...] = ()
    target_setting: str = ""
    glossary: Mapping[str, str] | None = None
    topic_labels: Mapping[str, str] | None = None
    sentences: tuple[Weighed, ...] = ()
    ruled_out: frozenset[str] = frozenset()


def method_of(answer: Answer, around: Circumstances) -> Method:
    """How a brief came about: what was asked and read, which corpus, when, with what."""
    below = around.privacy.hide_counts_below
    return Method(
        corpus=answer.corpus,
        searched_on=answer.searched_on,
        subject=answer.subject,
        types=answer.types,
        frame=dict(sorted(answer.coverage.frame.items())),
        topics=answer.topics,
        topic_labels=tuple(
            (around.topic_labels or {}).get(topic, topic) for topic in answer.topics
        ),
        expansions=dict(sorted(answer.expansions.items())),
        senses=dict(sorted(answer.senses.items())),
        uncovered_terms=answer.uncovered_terms,
        degraded=answer.degraded,
        notes=answer.notes,
        set_aside=answer.set_aside,
        embedder=around.embedder,
        software=around.software,
        small_numbers=f"Counts of 1 to {below - 1} in local sources are hidden, and others where they would give them away."
        if below > 1
        else "Small numbers are not hidden.",
    )
