"""Bundle: a brief that travels to another service, with its sources' metadata, the context it grew in and what was adapted.

A bundle is a zip of three known files and is read in memory only. What comes in is somebody else's: it is validated, cleaned
of control characters, and marked external. Of the sources only metadata travel, never their files.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kmassist.briefs.importing import documents_of
from kmassist.briefs.model import Brief, SourceLine
from kmassist.contributions import CoDevelopment, Contribution
from kmassist.decisions.record import Day, DecisionRecord
from kmassist.documents import (
    Document,
    HeadingSpan,
    Metadata,
    Origin,
    Setting,
    Sharing,
    SourceType,
    clean_text,
    make_doc_id,
)
from kmassist.errors import RecordError, UnreadableSource

SCHEMA: Literal["kmassist.bundle/1"] = "kmassist.bundle/1"
_BUNDLE, _MANIFEST, _BRIEF = "bundle.json", "manifest.json", "brief.md"
_LARGEST_ZIP = 32 * 2**20
_LARGEST_MEMBER = {_BUNDLE: 24 * 2**20, _MANIFEST: 2**16, _BRIEF: 8 * 2**20}
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ContextNote(_Frozen):
    """One aspect of the place it was done in: size, staffing, who led, what made it possible."""

    aspect: str = Field(min_length=1)
    says: str = Field(min_length=1)


class Adaptation(_Frozen):
    """What was changed from what others had described, and why."""

    changed: str = Field(min_length=1)
    why: str = ""
    by_role: str = ""
    on: Day = ""


class Bundle(_Frozen):
    """Everything that travels. ``bundle_id`` is a digest of the rest, so that the same bundle is known again."""

    schema_name: Literal["kmassist.bundle/1"] = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
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
        """What ``bundle_id`` has to be."""
        body = self.model_dump_json(by_alias=True, exclude={"bundle_id"})
        return "u" + hashlib.sha256(body.encode()).hexdigest()[:12]

    @property
    def sources(self) -> tuple[SourceLine, ...]:
        """The sources' metadata as their service holds them."""
        return self.brief.sources


class Received(_Frozen):
    """A bundle taken in: when, and which documents here were made of it."""

    bundle: Bundle
    received_on: Day
    doc_ids: tuple[str, ...] = ()
    origin: Literal[Origin.EXTERNAL] = Origin.EXTERNAL

    @property
    def sources(self) -> tuple[SourceLine, ...]:
        """The sources with ids, dates and provenance as given, and marked external: none of them is this service's own."""
        return tuple(
            line.model_copy(update={"metadata": line.metadata.model_copy(update={"origin": Origin.EXTERNAL})})
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
        raise RecordError("A bundle says which service it comes from.", "Set site.name in the settings, or give --from.")
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
    clean = Bundle.model_validate(_clean(draft.model_dump(mode="json", by_alias=True)))
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
            "challenges": tuple(c for c in decision.challenges if not c.doc_id or c.doc_id in doc_ids),
            "history": (),
            "signed_off_anyway": "",
        }
    )


def write_bundle(bundle: Bundle, brief_markdown: str) -> bytes:
    """The zip: same bundle, same bytes."""
    body = bundle.model_dump_json(by_alias=True, indent=1).encode()
    text = brief_markdown.encode()
    manifest = {"schema": SCHEMA, "sha256": {_BUNDLE: _sha256(body), _BRIEF: _sha256(text)}}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in ((_MANIFEST, json.dumps(manifest, indent=1).encode()), (_BUNDLE, body), (_BRIEF, text)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, data)
    return out.getvalue()


def read_bundle(data: bytes) -> Bundle:
    """A bundle from a zip that anybody could have made.

    Nothing is unpacked to disk; only the three known names are read, each up to a limit; digests must agree.

    Raises:
        UnreadableSource: it is not a bundle, too large, altered, or made by a newer kmassist.
    """
    if len(data) > _LARGEST_ZIP:
        raise UnreadableSource("The bundle is too large.", f"The limit is {_LARGEST_ZIP // 2**20} MB.", kind="limit")
    members = _members(data)
    manifest, body = _json(members[_MANIFEST]), members[_BUNDLE]
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        schema = str(manifest.get("schema", "")) if isinstance(manifest, dict) else ""
        newer = schema.startswith("kmassist.bundle/")
        raise UnreadableSource(
            "The bundle was made by another version of kmassist." if newer else "The file is not a kmassist bundle.",
            "Update kmassist." if newer else "Ask for one made with 'kmassist share export'.",
        )
    sums = manifest.get("sha256")
    if not isinstance(sums, dict) or any(sums.get(name) != _sha256(members[name]) for name in (_BUNDLE, _BRIEF)):
        raise UnreadableSource("The bundle was damaged or altered on its way: a digest does not agree.", "Ask for it again.")
    try:
        bundle = Bundle.model_validate(_clean(_json(body)))
    except (ValidationError, RecursionError) as error:
        raise UnreadableSource("The bundle holds something that kmassist does not know.", "Update kmassist.") from error
    if bundle.bundle_id != bundle.digest_id:
        raise UnreadableSource("The bundle is not what its id says.", "Ask for it again.")
    return bundle


def _members(data: bytes) -> dict[str, bytes]:
    problem = UnreadableSource("The file is not a kmassist bundle.", "Ask for one made with 'kmassist share export'.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if sorted(info.filename for info in infos) != sorted(_LARGEST_MEMBER):
                raise problem
            found = {}
            for info in infos:
                limit = _LARGEST_MEMBER[info.filename]
                if info.flag_bits & 0x1:
                    raise UnreadableSource("The bundle is encrypted.", "Ask for one without a password.", kind="password")
                with archive.open(info) as member:
                    found[info.filename] = member.read(limit + 1)  # the header's size is not believed
                if len(found[info.filename]) > limit:
                    raise UnreadableSource(
                        "The bundle is too large when unpacked.", "Ask for one brief at a time.", kind="limit"
                    )
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise problem from error
    return found


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadableSource("The bundle holds something that is not JSON.", "Ask for it again.") from error


def _clean(value: Any) -> Any:
    """Every string without what a terminal would obey or what hides words."""
    if isinstance(value, str):
        return _UNSAFE.sub("", value)
    if isinstance(value, list):
        return [_clean(part) for part in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(part) for name, part in value.items()}
    return value


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def documents_from(bundle: Bundle, *, source_name: str = "", sha256: str = "") -> list[Document]:
    """What of a bundle can be searched: one document a quoted source, and one of what that service learned; all external.

    Dates are those of the evidence and of the export, never of taking it in.
    """
    brief = bundle.brief.model_copy(update={"site": bundle.from_service})
    own = _own_document(bundle, source_name, sha256)
    return [*documents_of(brief, source_name=source_name, sha256=sha256), *([own] if own else [])]


def _own_document(bundle: Bundle, source_name: str, sha256: str) -> Document | None:
    """Context, adaptations, who had a hand in it and what was decided, as a service's own account; None when there is none."""
    sections = [
        ("The place it was done in", [f"{note.aspect}: {note.says}" for note in bundle.context]),
        ("What was adapted", [f"{a.changed}{f' (why: {a.why})' if a.why else ''}" for a in bundle.adaptations]),
        ("Who had a hand in it", [f"{e.on}, {e.role} ({e.discipline}): {e.changed}" for e in bundle.co_development]),
        ("What was decided", [line for d in bundle.decisions for line in _decided(d)]),
    ]
    title = f"What {bundle.from_service} learned: {bundle.brief.title}"
    blocks, headings = [title], [HeadingSpan(level=1, start=0, end=len(title), title=title)]
    for heading, lines in sections:
        if lines:
            start = sum(len(block) + 2 for block in blocks)
            headings.append(HeadingSpan(level=2, start=start, end=start + len(heading), title=heading))
            blocks += [heading, *(_stop(line) for line in lines)]
    if len(blocks) == 1:
        return None
    text = "\n\n".join(blocks)
    metadata = Metadata(
        title=title,
        source_type=SourceType.SVE,
        issuer=bundle.from_service,
        published=bundle.exported_on,
        evidence_date=bundle.brief.composed_on,
        origin=Origin.EXTERNAL,
        setting=Setting.UK_OTHER,
        study_id=f"bundle-{bundle.bundle_id}",
        topics=bundle.brief.method.topics,
        sharing=bundle.brief.sharing,
        is_synthetic=any(line.metadata.is_synthetic for line in bundle.sources),
        keywords=(f"bundle:{bundle.bundle_id}",),
        came_from={"origin": "flag"},
    )
    return Document(
        doc_id=make_doc_id(text, bundle.bundle_id),
        text=text,
        metadata=metadata,
        headings=tuple(headings),
        source_name=source_name,
        source_sha256=sha256,
        media_type="application/zip",
        locator=bundle.bundle_id,
    )


def _decided(decision: DecisionRecord) -> list[str]:
    said = [f"{decision.body or 'The body'} decided on {decision.date}: {decision.decision}"]
    return said + [f"Review of {r.on}: {r.outcome}" for r in decision.reviews]


def _stop(text: str) -> str:
    """One line that ends as a sentence, so that it can be quoted by itself."""
    flat = " ".join(clean_text(text).split())
    return flat if flat.endswith((".", "!", "?")) else f"{flat}."
