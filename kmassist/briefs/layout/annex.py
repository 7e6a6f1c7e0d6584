"""The annex: judgement table, reasons, passages, what was set aside, how the search was done, the self-check, references."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmassist.answers.model import Claim
from kmassist.briefs import Brief
from kmassist.briefs.layout.audit import audit_table
from kmassist.briefs.layout.fitting import Section
from kmassist.briefs.layout.foot import ease, withheld_kind
from kmassist.briefs.layout.judgements import etd_blocks
from kmassist.briefs.layout.wording import Wording, cites, quotation
from kmassist.briefs.model import SourceLine
from kmassist.briefs.withholding import withheld_words
from kmassist.coverage import State
from kmassist.pages.blocks import (
    Block,
    Bullets,
    Heading,
    Inline,
    Paragraph,
    ReferenceEntry,
    References,
    Span,
    Table,
    strong,
    text,
)
from kmassist.question.types import QuestionType
from kmassist.text.counts import counted

_NOT_SLOTS = ("frame", "sentence")
"""What a frame holds besides its slots: its name, and the sentence that the first page shows."""
ANNEX_PARTS = 9
"""The most sections that an annex has."""


def annex_blocks(
    brief: Brief, wording: Wording, sections: Sequence[Section], behind: Sequence[Claim]
) -> Iterator[Block]:
    """The blocks of the annex; the self-check always, the judgement table not for the public."""
    letters = iter("ABCDEFGHIJKLM")

    def heading(words: str, anchor: str) -> Heading:
        return Heading(2, f"{next(letters)}. {words}", anchor)

    if any(section.moved for section in sections):
        yield heading("More on the sections", "more")
        for section in sections:
            if section.moved:
                yield Heading(3, section.title, f"more-{section.name}")
                yield from section.more()
    if behind:
        yield heading("Whole passages behind page one", "behind")
        yield from map(quotation, behind)
    if brief.audit:
        yield heading("Local audit criteria", "audit")
        yield audit_table(brief)
    if not wording.is_plain:
        yield heading("Evidence-to-Decision table", "etd")
        yield from etd_blocks(brief)
        yield heading("Why each kind of knowledge is in its state", "reasons")
        yield _reasons(brief)
    if brief.glossary and not wording.is_plain:
        yield heading("Words and abbreviations", "glossary")
        yield Bullets(
            tuple(
                (Span(f"{short}: ", is_strong=True), Span(long)) for short, long in brief.glossary
            )
        )
    yield heading("Provenance", "provenance")
    yield (
        _provenance(brief)
        if brief.sources
        else Paragraph(text("No source of this corpus is about the question."))
    )
    yield heading("Set aside, outdated and withheld", "excluded")
    yield from _excluded(brief)
    yield heading("How the search was done", "method")
    yield from _method(brief, wording)
    yield heading("Self-check (SUPPORT tool for policy briefs)", "self-check")
    yield Table(
        "Six questions for a policy brief",
        ("Question", "Met", "What can be said"),
        tuple(
            (text(line.question), strong(line.met), text(line.says)) for line in brief.self_check
        ),
        (0.4, 0.12, 0.48),
    )


def references(brief: Brief, cited: Sequence[int], *, is_small: bool = False) -> list[Block]:
    """The list of these references under its heading, last; on a single page without one, in small type."""
    if not cited:
        return []
    entries = tuple(_entry(brief.source(number)) for number in sorted(cited))
    if is_small:
        return [References(entries, is_small=True)]
    return [Heading(2, "References", "references"), References(entries)]


def _reasons(brief: Brief) -> Table:
    rows = []
    for cell in brief.cells:
        rules = (
            f"{trace.code}: {trace.says}{f' [{trace.setting}]' if trace.setting else ''}"
            for trace in cell.trace
        )
        says = " ".join(rule.removeprefix(": ") for rule in rules) or "No rule raised a flag."
        override = f" Overridden: {cell.overridden_by}" if cell.overridden_by else ""
        state = f"{cell.state.symbol} {cell.state.words}"
        if withheld_kind(brief, cell.source_type):
            state, says = "= withheld", brief.absences.get(cell.source_type, "")
        counts = f"{cell.direct} direct, {cell.partial} partial, {cell.indirect} indirect"
        rows.append(
            (
                text(cell.source_type.label),
                text(state),
                text(counts),
                text(says + override),
            )
        )
    return Table(
        "State of each kind of knowledge, with the rule that decided and the setting that moves it",
        ("Kind", "State", "Studies", "Rule"),
        tuple(rows),
        (0.2, 0.15, 0.2, 0.45),
    )


def _entry(line: SourceLine) -> ReferenceEntry:
    words: list[Span] = [Span(line.reference)]
    if line.link:
        words += [Span(" "), Span(line.link, href=line.link)]
    return ReferenceEntry(line.number, tuple(words))


def _provenance(brief: Brief) -> Table:
    rows = []
    for line in brief.sources:
        meta = line.metadata
        kind = meta.source_type.label if meta.source_type else "not stated"
        where = ", ".join(
            part
            for part in (
                meta.origin.value if meta.origin else "",
                meta.setting.value if meta.setting else "",
            )
            if part
        )
        about = "; ".join(
            part
            for part in (
                f"evidence {meta.date_shown}" if meta.date_shown else "undated",
                where,
                f"industry: {meta.industry_involvement}" if meta.industry_involvement else "",
                f"funding: {meta.funding}" if meta.funding else "",
                meta.licence,
                line.note,
            )
            if part
        )
        file = (
            f"{line.source_name} (sha256 {line.source_sha256[:12]})"
            if line.source_sha256
            else line.source_name or "not kept"
        )
        rows.append(
            (
                cites([line.number]),
                text(line.cite_as),
                text(kind),
                text(about),
                text(f"{line.doc_id}; {file}"),
            )
        )
    return Table(
        "Where each source comes from",
        ("No.", "Source", "Kind", "Date, origin, licence", "Identity and file"),
        tuple(rows),
        (0.07, 0.2, 0.16, 0.28, 0.29),
    )


def _excluded(brief: Brief) -> Iterator[Block]:
    items: list[Inline] = [text(words) for words in brief.unused]
    items += [
        (Span(f"{line.cite_as}: {line.note} "), *cites([line.number]))
        for line in brief.sources
        if line.note and not line.is_quoted
    ]
    items += [
        text(f"{cell.source_type.label}: outdated only. {cell.says}")
        for cell in brief.cells
        if cell.state is State.OUTDATED_ONLY
    ]
    if brief.withheld.documents:
        items.append(text(withheld_words(brief.withheld)))
    yield (
        Bullets(tuple(items))
        if items
        else Paragraph(text("Nothing was set aside, outdated or withheld."))
    )


def _type_words(kind: str) -> str:
    return f"{QuestionType(kind).label} ({kind})" if kind in {*QuestionType} else kind


def _method(brief: Brief, wording: Wording) -> Iterator[Block]:
    method = brief.method
    pairs = [
        ("Question", brief.resolved_question),
        ("Kind of question", "; ".join(map(_type_words, method.types))),
        (
            "Looked for",
            "; ".join(
                f"{slot}: {words}" for slot, words in method.frame.items() if slot not in _NOT_SLOTS
            ),
        ),
        ("Frame", method.frame.get("frame", "")),
        ("Topics", "; ".join(method.topic_labels or method.topics)),
        (
            "Expansions",
            "; ".join(f"{term}: {', '.join(forms)}" for term, forms in method.expansions.items()),
        ),
        ("Senses chosen", "; ".join(f"{term}: {sense}" for term, sense in method.senses.items())),
        ("Words nothing mentions", ", ".join(method.uncovered_terms)),
        (
            "Corpus",
            f"{method.corpus.name}, {counted(method.corpus.documents, 'document')}, identity {method.corpus.digest}",
        ),
        ("Searched on", method.searched_on),
        ("Limits of the search", " ".join((*method.degraded, *method.notes))),
        ("Embedding model", method.embedder),
        ("Software", method.software),
        ("Small numbers", method.small_numbers),
        ("Reading age", ease(brief) if wording.is_plain else ""),
        (
            "Writing",
            "Quotations and computed figures only; each quotation was checked against its place in the source.",
        ),
    ]
    yield Table(
        "Method",
        ("Item", "What was done"),
        tuple((text(name), text(says)) for name, says in pairs if says),
        (0.24, 0.76),
    )
