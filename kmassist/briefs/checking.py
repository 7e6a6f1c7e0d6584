"""The citation checker: nothing is exported that does not stand, word for word, at its place in its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kmassist.answers.model import Citation, Claim
from kmassist.briefs.audit_figure import AuditFigure
from kmassist.briefs.figures import audit_figures, finding_lines
from kmassist.briefs.model import Brief, FindingLine
from kmassist.documents.document import Document
from kmassist.documents.vancouver import link_of, vancouver
from kmassist.errors import UncitedClaim
from kmassist.privacy.masking import SmallNumbers, hide_in_quotation
from kmassist.settings.model import PrivacySettings
from kmassist.text.quoted import name_of
from kmassist.text.sentences import split_sentences


def check_brief(
    brief: Brief, documents: Mapping[str, Document], privacy: PrivacySettings
) -> list[str]:
    """Every problem of a brief's quotations, figures and findings; empty when all of them hold.

    A quotation holds when the document is there, unchanged since, its words at that place (small numbers hidden by the same
    rule) are the words shown, whole sentences, on the page and below the heading named, under the right reference and kind of
    knowledge. A figure holds when it comes out again from the source's record; a finding when the record states it so; an entry
    in the list of references when the library would write it so.
    """
    problems = list(_claims(brief, documents, privacy))
    problems += _figures(brief, documents, privacy)
    problems += _findings(brief, documents, privacy)
    problems += _sources(brief, documents, privacy)
    return list(dict.fromkeys(problems))


def require_sound(
    brief: Brief, documents: Mapping[str, Document], privacy: PrivacySettings
) -> None:
    """Refuse a brief that `check_brief` finds fault with.

    Raises:
        UncitedClaim: naming the first fault and how many there are.
    """
    problems = check_brief(brief, documents, privacy)
    if problems:
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UncitedClaim(
            f"The brief was not exported: {problems[0]}{more}",
            "Compose it again from the question.",
        )


def _claims(
    brief: Brief, documents: Mapping[str, Document], privacy: PrivacySettings
) -> Iterator[str]:
    for kind, held in brief.claims.items():
        for claim in held:
            if claim.citation.source_type is not kind:
                yield f"[{claim.citation.number}] {claim.citation.cite_as}: the quotation stands under another kind of knowledge."
    gate = SmallNumbers(privacy)
    for claim in dict.fromkeys(brief.all_claims):
        problem = _claim_problem(claim, brief, documents, gate)
        if problem:
            yield f"[{claim.citation.number}] {claim.citation.cite_as}: {problem}"


def _claim_problem(
    claim: Claim, brief: Brief, documents: Mapping[str, Document], gate: SmallNumbers
) -> str:
    cited = claim.citation
    document = documents.get(cited.doc_id)
    if document is None:
        return "the source is not in the library."
    line = next((s for s in brief.sources if s.number == cited.number), None)
    words = document.text[cited.start : cited.end]
    found = document.page_at(cited.start)
    page = found.number if found else None
    faults = (
        (
            line is None or line.doc_id != cited.doc_id,
            "the reference number belongs to another source.",
        ),
        (
            _is_other_file(cited.source_sha256, document.source_sha256),
            "the file has changed since it was quoted.",
        ),
        (
            not 0 <= cited.start < cited.end <= len(document.text),
            "the place named is not in the source.",
        ),
        (
            _is_other_words(cited, words, document, gate),
            "these words do not stand at that place of the source.",
        ),
        (
            not _is_whole(document.text, cited.start, cited.end),
            "the quotation begins or ends inside a sentence.",
        ),
        (
            (name_of(cited.cite_as), cited.date, cited.to_come)
            != (
                gate.named(document).cite_as,
                document.metadata.dated or "",
                document.metadata.to_come,
            ),
            "the source is not called or dated so.",
        ),
        (cited.page != page, f"the quotation is on page {page}, not {cited.page}."),
        (
            not _is_told_truly(cited, gate.named(document)),
            "the source's kind, title or design is not what is said of it.",
        ),
        (not _is_below(cited, document, gate), "the section named does not hold these words."),
    )
    return next((says for is_wrong, says in faults if is_wrong), "")


def _is_other_words(cited: Citation, words: str, document: Document, gate: SmallNumbers) -> bool:
    """Whether a quotation is not what stands there, with exactly the masks that have to be in it."""
    masks = gate.in_place(document, cited.start, cited.end)
    held = cited.model_copy(update={"quote": words, "masks": masks, "is_masked": False}).masked()
    return (held.quote, held.masks) != (cited.quote, cited.masks)


def _is_told_truly(cited: Citation, document: Document) -> bool:
    meta = document.metadata
    design = meta.design.label if meta.design else ""
    held = (
        meta.source_type,
        name_of(meta.title or document.source_name),
        design,
        meta.is_synthetic,
        meta.digest,
        meta.quoted_by,
        document.is_composed(cited.start, cited.end),
    )
    return (
        cited.source_type,
        name_of(cited.title),
        cited.design,
        cited.is_synthetic,
        cited.digest,
        cited.quoted_by,
        cited.is_computed,
    ) == held


def _is_below(cited: Citation, document: Document, gate: SmallNumbers) -> bool:
    """Whether the heading that a quotation is said to stand under comes before it."""
    nearest = name_of(cited.section.rpartition(" › ")[2].strip())
    return not nearest or any(
        name_of(gate.in_words(h.title.strip(), kind=document.metadata.source_type)) == nearest
        and h.start <= cited.start
        for h in document.headings
    )


def _is_other_file(quoted: str, held: str) -> bool:
    return bool(quoted and held and quoted != held)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch is whole sentences, so that no "not" was left outside it."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    spans = split_sentences(text, first, len(text) if last < 0 else last)
    return any(span[0] == start for span in spans) and any(span[1] == end for span in spans)


def _all_figures(brief: Brief) -> Iterator[AuditFigure]:
    yield from (message.figure for message in brief.key_messages if message.figure)
    yield from brief.audit
    for line in brief.etd:
        yield from line.figures


def _figures(
    brief: Brief, documents: Mapping[str, Document], privacy: PrivacySettings
) -> Iterator[str]:
    for figure in _all_figures(brief):
        document = documents.get(figure.doc_id)
        again = (
            audit_figures(document, figure.number, today=brief.composed_on, privacy=privacy)
            if document
            else ()
        )
        if figure not in again or brief.source(figure.number).doc_id != figure.doc_id:
            yield f"[{figure.number}] {figure.cite_as}: the figure for '{figure.criterion}' is not in the source's record."


def _all_findings(brief: Brief) -> Iterator[FindingLine]:
    yield from (message.finding for message in brief.key_messages if message.finding)
    yield from brief.findings
    for line in brief.etd:
        yield from line.findings


def _findings(
    brief: Brief, documents: Mapping[str, Document], privacy: PrivacySettings
) -> Iterator[str]:
    for line in _all_findings(brief):
        document = documents.get(line.doc_id)
        again = (
            [
                found.model_copy(
                    update={"estimate": hide_in_quotation(found.estimate, document, privacy)}
                )
                for found in finding_lines(document, line.number)
            ]
            if document
            else []
        )
        if line not in again or brief.source(line.number).doc_id != line.doc_id:
            yield f"[{line.number}] {line.cite_as}: the finding on '{line.outcome}' is not in the source's record."


def _sources(
    brief: Brief, documents: Mapping[str, Document], privacy: PrivacySettings
) -> Iterator[str]:
    """Entries of the list of references that are not what the library holds; a source that has gone is told of elsewhere."""
    lines = [line for line in brief.sources if line.doc_id in documents]
    gate = SmallNumbers(privacy)
    named = [gate.named(documents[line.doc_id]) for line in lines]
    for line, document, reference in zip(lines, named, vancouver(named), strict=True):
        held = (document.cite_as, reference, link_of(document.metadata))
        if (line.cite_as, line.reference, line.link) != held:
            yield f"[{line.number}] {line.cite_as}: the entry in the list of references is not the source's."
