"""Another site's brief as external sources of this library: one document a quoted source, with what was quoted and no more."""

from __future__ import annotations

from pydantic import ValidationError

from kmassist.briefs.model import Brief, SourceLine
from kmassist.documents import Document, HeadingSpan, Metadata, Origin, Setting, SourceType, clean_text, make_doc_id
from kmassist.errors import UnreadableSource

_LARGEST = 24 * 2**20
_OWN = frozenset({SourceType.AUD, SourceType.PPI, SourceType.FLK, SourceType.SVE})


def read_brief(data: bytes) -> Brief:
    """A brief from JSON.

    Raises:
        UnreadableSource: it is not a brief of a schema that this version reads, or too large.
    """
    if len(data) > _LARGEST:
        raise UnreadableSource("The brief is larger than 24 MB.", "Ask for one without its annex.", kind="limit")
    try:
        return Brief.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UnreadableSource(
            f"This is not a brief that kmassist can read ({place}: {first['msg'].lower()}).", "Export it as .json again."
        ) from error


def documents_of(brief: Brief, *, source_name: str = "", sha256: str = "") -> list[Document]:
    """One document for each source that was quoted or counted, marked external, titled with the site it comes from.

    The study's identifiers are kept, so that a paper held here already is not counted twice. What another service found out
    for itself is UK evidence of another place, not local.
    """
    site = clean_text(brief.site) or "another service"
    return [document for line in brief.sources if (document := _document(brief, line, site, source_name, sha256)) is not None]


def _document(brief: Brief, line: SourceLine, site: str, source_name: str, sha256: str) -> Document | None:
    words = list(dict.fromkeys(claim.text for claim in brief.all_claims if claim.citation.number == line.number))
    words += [f"{f.criterion}: {f.count}, {f.verdict}." for f in brief.audit if f.number == line.number]
    if not words:
        return None
    title = clean_text(line.metadata.title or line.cite_as)
    head = f"Quoted by {site} in the brief “{clean_text(brief.title)}” of {brief.composed_on}"
    text = clean_text("\n\n".join([title, head, *(" ".join(clean_text(passage).split()) for passage in words)]))
    heading = HeadingSpan(level=1, start=0, end=len(title), title=title)
    locator = f"{brief.brief_id}/{line.number}"
    return Document(
        doc_id=make_doc_id(text, locator),
        text=text,
        metadata=_metadata(line, site, brief),
        headings=(heading,),
        source_name=source_name,
        source_sha256=sha256,
        media_type="application/json",
        locator=locator,
        warnings=(f"Only what {site} quoted is here; read the source itself before relying on it.",),
    )


def _metadata(line: SourceLine, site: str, brief: Brief) -> Metadata:
    held = line.metadata
    is_own = held.source_type in _OWN or held.origin is Origin.INTERNAL
    changes = {
        "title": f"{held.title or line.cite_as} (as quoted by {site})",
        "origin": Origin.EXTERNAL,
        "setting": Setting.UK_OTHER if is_own and held.setting in {Setting.UK_LOCAL, None} else held.setting,
        "sharing": held.sharing,
        "keywords": (*held.keywords, f"brief:{brief.brief_id}"),
        "came_from": {"origin": "flag"},
    }
    return Metadata.model_validate(held.model_copy(update=changes).model_dump())
