"""The annex: judgement table, reasons, passages, what was set aside, how the search was done, the self-check, references."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmassist.briefs import Brief
from kmassist.briefs.model import EtdLine, SourceLine
from kmassist.coverage import State
from kmassist.export.blocks import (
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
from kmassist.export.layout.fitting import Section
from kmassist.export.layout.one_page import withheld_words
from kmassist.export.layout.wording import Wording, cites, figure_inline, finding_inline, quoted_inline
from kmassist.questions import QuestionType
from kmassist.text import reading_ease

_PLAIN_FROM = 50
_NOT_SLOTS = ("frame", "sentence")
"""What a frame holds besides its slots: its name, and the sentence that the first page shows."""
ANNEX_PARTS = 9
"""The most sections that an annex has."""


def annex(brief: Brief, wording: Wording, sections: Sequence[Section]) -> Iterator[Block]:
    """The blocks of the annex; references and self-check always, the judgement table not for the public."""
    letters = iter("ABCDEFGHIJKLM")

    def heading(words: str, anchor: str) -> Heading:
        return Heading(2, f"{next(letters)}. {words}", anchor)

    if any(section.moved for section in sections):
        yield heading("More on the sections", "more")
        for section in sections:
            if section.moved:
                yield Heading(3, section.title, f"more-{section.name}")
                yield from section.more()
    if not wording.is_plain:
        yield heading("Evidence-to-Decision table", "etd")
        yield from _etd(brief)
        yield heading("Why each kind of knowledge is in its state", "reasons")
        yield _reasons(brief)
    if brief.glossary and not wording.is_plain:
        yield heading("Words and abbreviations", "glossary")
        yield Bullets(tuple((Span(f"{short}: ", is_strong=True), Span(long)) for short, long in brief.glossary))
    yield heading("Provenance", "provenance")
    yield _provenance(brief) if brief.sources else Paragraph(text("No source of this corpus bears on the question."))
    yield heading("Set aside, outdated and withheld", "excluded")
    yield from _excluded(brief)
    yield heading("How the search was done", "method")
    yield from _method(brief, wording)
    yield heading("Self-check (SUPPORT tool for policy briefs)", "self-check")
    yield Table(
        "Six questions for a policy brief",
        ("Question", "Met", "What can be said"),
        tuple((text(line.question), strong(line.met), text(line.says)) for line in brief.self_check),
        (0.4, 0.12, 0.48),
    )
    # last and without a letter: Word keeps endnotes at the end of the document
    yield Heading(2, "References", "references")
    if brief.sources:
        yield References(tuple(_entry(line) for line in brief.sources))
    else:
        yield Paragraph(text("None."))


def _etd(brief: Brief) -> Iterator[Block]:
    yield Paragraph(
        text("Only the evidence column is filled by machine. Judgement and considerations are for the people who decide.")
    )
    yield Table(
        "GRADE Evidence-to-Decision",
        ("Criterion", "Research and local evidence", "Judgement (people)"),
        tuple((text(f"{line.number} {line.criterion}"), _evidence(line), _judgement(brief, line)) for line in brief.etd),
        (0.24, 0.5, 0.26),
    )


def _evidence(line: EtdLine) -> Inline:
    if line.is_empty:
        fed = ", ".join(kind.label.lower() for kind in line.fed_by)
        return (Span("No source in corpus", is_strong=True), Span(f" (would come from {fed})."))
    spans: list[Span] = []
    for part in _evidence_parts(line):
        spans += [Span(" ")] if spans else []
        spans += part
    if not spans:
        spans.append(Span("No quoted passage speaks to this directly."))
    if line.also:
        spans += [Span(" See also "), *cites(line.also)]
    return tuple(spans)


def _evidence_parts(line: EtdLine) -> Iterator[Inline]:
    yield from (figure_inline(figure) for figure in line.figures)
    yield from (finding_inline(finding) for finding in line.findings)
    yield from (quoted_inline(claim) for claim in line.claims)


def _judgement(brief: Brief, line: EtdLine) -> Inline:
    written = " ".join(brief.narrative.get(f"etd.{line.number}", "").split())
    if written:
        return text(written)
    return (Span(f"To be judged: {' / '.join(line.options)}", is_emphasis=True),)


def _reasons(brief: Brief) -> Table:
    rows = []
    for cell in brief.cells:
        rules = (f"{trace.code}: {trace.says}{f' [{trace.setting}]' if trace.setting else ''}" for trace in cell.trace)
        says = " ".join(rule.removeprefix(": ") for rule in rules) or "No rule raised a flag."
        override = f" Overridden: {cell.overridden_by}" if cell.overridden_by else ""
        counts = f"{cell.direct} direct, {cell.partial} partial, {cell.indirect} indirect"
        rows.append(
            (text(cell.source_type.label), text(f"{cell.state.symbol} {cell.state.value}"), text(counts), text(says + override))
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
            part for part in (meta.origin.value if meta.origin else "", meta.setting.value if meta.setting else "") if part
        )
        about = "; ".join(
            part
            for part in (
                f"evidence {meta.dated}" if meta.dated else "undated",
                where,
                f"industry: {meta.industry_involvement}" if meta.industry_involvement else "",
                f"funding: {meta.funding}" if meta.funding else "",
                meta.licence,
                line.note,
            )
            if part
        )
        file = (
            f"{line.source_name} (sha256 {line.source_sha256[:12]})" if line.source_sha256 else line.source_name or "not kept"
        )
        rows.append((cites([line.number]), text(line.cite_as), text(kind), text(about), text(f"{line.doc_id}; {file}")))
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
        items.append(text(withheld_words(brief)))
    yield Bullets(tuple(items)) if items else Paragraph(text("Nothing was set aside, outdated or withheld."))


def _ease(brief: Brief) -> str:
    """How hard the quotations are to read; their words cannot be changed, but people can say it in plainer ones."""
    words = " ".join(claim.text for message in brief.key_messages if (claim := message.claim))
    if not words:
        return ""
    score = reading_ease(words)
    hard = (
        "hard for many readers; say it in plainer words beside it" if score < _PLAIN_FROM else "plain enough for most readers"
    )
    return f"Quotations in the key messages: Flesch score {score:.0f} of 100, {hard}."


def _type_words(kind: str) -> str:
    return f"{QuestionType(kind).label} ({kind})" if kind in {*QuestionType} else kind


def _method(brief: Brief, wording: Wording) -> Iterator[Block]:
    method = brief.method
    pairs = [
        ("Question", brief.resolved_question),
        ("Kind of question", "; ".join(map(_type_words, method.types))),
        ("Looked for", "; ".join(f"{slot}: {words}" for slot, words in method.frame.items() if slot not in _NOT_SLOTS)),
        ("Frame", method.frame.get("frame", "")),
        ("Topics", "; ".join(method.topic_labels or method.topics)),
        ("Expansions", "; ".join(f"{term}: {', '.join(forms)}" for term, forms in method.expansions.items())),
        ("Senses chosen", "; ".join(f"{term}: {sense}" for term, sense in method.senses.items())),
        ("Words nothing mentions", ", ".join(method.uncovered_terms)),
        ("Corpus", f"{method.corpus.name}, {method.corpus.documents} documents, identity {method.corpus.digest}"),
        ("Searched on", method.searched_on),
        ("Limits of the search", " ".join((*method.degraded, *method.notes))),
        ("Embedding model", method.embedder),
        ("Software", method.software),
        ("Small numbers", method.small_numbers),
        ("Reading ease", _ease(brief) if wording.is_plain else ""),
        ("Writing", "Quotations and computed figures only; each quotation was checked against its place in the source."),
    ]
    yield Table(
        "Method",
        ("Item", "What was done"),
        tuple((text(name), text(says)) for name, says in pairs if says),
        (0.24, 0.76),
    )
