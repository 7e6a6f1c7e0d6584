"""What of another service's brief or bundle can be searched here: external documents, titled with the site they come from."""

from __future__ import annotations

from pydantic import ValidationError

from kmassist.briefs.model import Brief, SourceLine
from kmassist.documents.document import (
    ComposedSpan,
    Document,
    HeadingSpan,
    SourceType,
    clean_text,
    make_doc_id,
)
from kmassist.documents.metadata import Metadata, Origin, Setting
from kmassist.documents.source_types import LOCAL_TYPES
from kmassist.errors import UnreadableSource
from kmassist.records.bundles import Bundle
from kmassist.records.decisions.record import DecisionRecord
from kmassist.text.faults import place_of, reason_of

_LARGEST = 24 * 2**20


def read_brief(data: bytes) -> Brief:
    """A brief from JSON.

    Raises:
        UnreadableSource: it is not a brief of a schema that this version reads, or too large.
    """
    if len(data) > _LARGEST:
        raise UnreadableSource(
            "The brief is larger than 24 MB.", "Ask for one without its annex.", kind="limit"
        )
    try:
        return Brief.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = place_of(first) or "the file"
        raise UnreadableSource(
            f"This is not a brief that kmassist can read ({place}: {reason_of(first)}).",
            "Export it as .json again.",
        ) from error


def documents_of(brief: Brief, *, source_name: str = "", sha256: str = "") -> list[Document]:
    """One document for each source that was quoted or counted, marked external, titled with the site it comes from.

    The study's identifiers are kept, so that a paper held here already is not counted twice. What another service found out
    for itself is UK evidence of another place, not local.
    """
    site = clean_text(brief.site) or "another service"
    return [
        document
        for line in brief.sources
        if (document := _document(brief, line, site, source_name, sha256)) is not None
    ]


def _document(
    brief: Brief, line: SourceLine, site: str, source_name: str, sha256: str
) -> Document | None:
    cited = [c.citation for c in brief.all_claims if c.citation.number == line.number]
    quoted = list(dict.fromkeys(c.quote for c in cited if not (c.is_computed or c.is_masked)))
    told = list(dict.fromkeys(c.quote for c in cited if c.is_computed or c.is_masked))
    told += [
        f"{f.criterion}: {f.count}, {f.verdict}." for f in brief.audit if f.number == line.number
    ]
    if not quoted and not told:
        return None
    title = clean_text(line.metadata.title or line.cite_as)
    head = f"Quoted by {site} in the brief “{clean_text(brief.title)}” of {brief.composed_on}"
    blocks = [title, *(" ".join(clean_text(passage).split()) for passage in quoted)]
    composed = [head, *(" ".join(clean_text(passage).split()) for passage in told)]
    text = "\n\n".join([*blocks, *composed])
    own = len("\n\n".join(blocks)) + 2
    heading = HeadingSpan(level=1, start=0, end=len(title), title=title)
    locator = f"{brief.brief_id}/{line.number}"
    return Document(
        doc_id=make_doc_id(text, locator),
        text=text,
        metadata=_metadata(line, site, brief),
        headings=(heading,),
        composed=(ComposedSpan(start=own, end=len(text)),),
        source_name=source_name,
        source_sha256=sha256,
        media_type="application/json",
        locator=locator,
        warnings=(
            f"Only what {site} quoted is here; read the source itself before relying on it.",
        ),
    )


def _metadata(line: SourceLine, site: str, brief: Brief) -> Metadata:
    held = line.metadata
    is_own = held.source_type in LOCAL_TYPES or held.origin is Origin.INTERNAL
    changes = {
        "title": held.title or line.cite_as,
        "quoted_by": site,
        "origin": Origin.EXTERNAL,
        "setting": Setting.UK_OTHER
        if is_own and held.setting in {Setting.UK_LOCAL, None}
        else held.setting,
        "sharing": held.sharing,
        "keywords": (*held.keywords, f"brief:{brief.brief_id}"),
        "came_from": {"origin": "flag"},
    }
    return Metadata.model_validate(held.model_copy(update=changes).model_dump())


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
        (
            "What was adapted",
            [f"{a.changed}{f' (why: {a.why})' if a.why else ''}" for a in bundle.adaptations],
        ),
        (
            "Who had a hand in it",
            [f"{e.on}, {e.role} ({e.discipline}): {e.changed}" for e in bundle.co_development],
        ),
        ("What was decided", [line for d in bundle.decisions for line in _decided(d)]),
    ]
    title = f"What {bundle.from_service} learned: {bundle.brief.title}"
    blocks, headings = [title], [HeadingSpan(level=1, start=0, end=len(title), title=title)]
    for heading, lines in sections:
        if lines:
            start = sum(len(block) + 2 for block in blocks)
            headings.append(
                HeadingSpan(level=2, start=start, end=start + len(heading), title=heading)
            )
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
        composed=(ComposedSpan(start=0, end=len(text)),),
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
