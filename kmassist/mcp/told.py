"""What each tool says, as blocks of plain Markdown, and what it ends with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kmassist.answers.presentation import badges, cell_line, citation_line, marked, sections
from kmassist.assistant.visitor import (
    CheckedSentence,
    CheckReport,
    Document,
    GapRecord,
    Part,
    SourceType,
    Visitor,
    Withheld,
)

if TYPE_CHECKING:
    from kmassist.answers.model import Answer, Citation, Claim
    from kmassist.assistant.finding import Found


def answer_blocks(answer: Answer) -> Iterator[str]:
    """The answer as every face tells it: verdict, quotations with their sources, absences."""
    verdict = answer.coverage.verdict.value
    head = [f"# {answer.resolved_question}", ""]
    head += [f"{verdict[:1].upper()}{verdict[1:]}. {answer.coverage.because}".strip()]
    head += [*answer.notes, *answer.degraded]
    yield "\n".join(head)
    for section in sections(answer):
        yield "\n".join([f"## {section.heading}", *section.notes])
        for claim in section.claims:
            yield _claim(claim)


def _claim(claim: Claim) -> str:
    return f"> {marked(claim.citation)}\n{citation_line(claim.citation)} {_place(claim.citation)}"


def _place(citation: Citation) -> str:
    """Where the words stand: document and characters, for a reader who checks."""
    return f"<{citation.doc_id}:{citation.start}-{citation.end}>"


def found_blocks(found: Sequence[Found]) -> Iterator[str]:
    """The best passages in order."""
    for hit in found:
        kind = hit.document.metadata.source_type
        beside = "".join(f" [{badge}]" for badge in badges(hit.citation))
        yield (
            f"{hit.rank}. {kind.value if kind else '?'} {hit.document.cite_as}: {hit.citation.title}{beside}\n"
            f"> {marked(hit.citation.masked())}\n{hit.citation.place} {_place(hit.citation)}"
        )


def kinds_without(held: Sequence[Document], where: str) -> str:
    """Which of the eight kinds of source have nothing among these."""
    there = {d.metadata.source_type for d in held}
    absent = [kind.label.lower() for kind in SourceType if kind not in there]
    return f"None {where}: {', '.join(absent)}." if absent else f"No kind of source {where}."


def coverage_blocks(answer: Answer) -> Iterator[str]:
    """The eight kinds of source, always, each with the rule that decided."""
    verdict = answer.coverage.verdict.value
    yield (
        f"# {answer.resolved_question}\n"
        f"{verdict[:1].upper()}{verdict[1:]}. {answer.coverage.because}".strip()
    )
    for cell in answer.coverage.cells:
        yield f"{cell_line(cell)}\n  {cell.says}".rstrip()


def source_block(document: Document) -> str:
    """One document in a list."""
    meta = document.metadata
    about = [meta.source_type.label if meta.source_type else "kind not known"]
    about += [meta.dated or ("" if meta.to_come else "no date"), *badges(meta)]
    return f"{document.doc_id} {document.cite_as}: {meta.title} ({', '.join(about)})"


def outline_blocks(document: Document, parts: Sequence[Part]) -> Iterator[str]:
    """A document's head and the headings of its sections."""
    yield source_block(document)
    yield "\n".join(
        f"{'  ' * (part.level - 1)}{part.number}. {part.title}"
        f" ({f'p. {part.page}, ' if part.page else ''}{part.end - part.start:,} characters)"
        for part in parts
    )


def lacking(lacks: Sequence[str]) -> str:
    """What a document does not say of itself."""
    if not lacks:
        return "Nothing that a source of its kind must say of itself."
    return f"The document does not say: {', '.join(lacks)}."


def gap_block(gap: GapRecord) -> str:
    """One gap of the register."""
    parts = [gap.claim, gap.stage.value]
    parts += [SourceType(gap.source_type).label.lower()] if gap.source_type else []
    parts += [f"topic {gap.topic}"] if gap.topic else []
    parts += [f"due {gap.due}"] if gap.due else []
    lines = [f"Gap {gap.gap_id}: {gap.title} ({', '.join(parts)})"]
    lines += [f"Question: {gap.question}"] if gap.question and gap.question not in gap.title else []
    lines += [f"Who acts: {gap.owner_role}"] if gap.owner_role else []
    return "\n".join(lines)


def report_blocks(report: CheckReport, visitor: Visitor, *, show_all: bool) -> Iterator[str]:
    """A checked draft: counts, then the sentences to look at, or all."""
    counts = "\n".join(f"- {count} {verdict}" for verdict, count in report.counts.items() if count)
    count = len(report.sentences)
    yield f"{count} {'sentence' if count == 1 else 'sentences'} checked against {report.documents} documents on {report.checked_on}.\n{counts}"
    for sentence in report.sentences if show_all else report.alarms:
        yield _sentence(sentence, visitor)
    if not report.alarms:
        yield "Nothing differs from what is held here. That a sentence passed is no proof that it is true."


def _sentence(sentence: CheckedSentence, visitor: Visitor) -> str:
    lines = [f"{sentence.verdict.symbol} {sentence.text}", f"  {sentence.says}."]
    lines += [f"  {difference.says}." for difference in sentence.differences]
    for evidence in sentence.evidence[:1]:
        quote = visitor.quotation(evidence.doc_id, evidence.quote)
        place = f"<{evidence.doc_id}:{evidence.start}-{evidence.end}>"
        lines.append(f"  evidence sentence: {quote} ({evidence.cite_as}, {evidence.title}) {place}")
    return "\n".join(lines)


def not_used(kept: Withheld) -> str:
    """How many documents of the library may not be shown, in words; empty when all may."""
    if not kept.documents:
        return ""
    one = kept.documents == 1
    return (
        f"{kept.documents} {'document' if one else 'documents'} of the library may not be shown here "
        f"and {'was' if one else 'were'} not used."
    )
