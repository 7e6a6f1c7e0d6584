"""How an answer is told, whichever face tells it: what stands in quotation marks, and what is said of a source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kmassist.answers.model import Answer, Citation, Claim, Reference, TypeRow
from kmassist.coverage import CoverageCell, Need, Verdict
from kmassist.documents.metadata import AFTER_TODAY, Metadata
from kmassist.documents.source_types import SourceType, kind_in_words
from kmassist.text.counts import counted
from kmassist.text.quoted import quoted

IN_SHORT = "In short"
CLOSEST = "Also close to what was asked, best first"
NOT_KNOWN = "A source near this says what it does not know; check if it is what you ask"
_NEAREST = "Nearest passages: related, not direct. They do not answer the question."
_TO_CHECK = "Also near, best first; whether they answer is for you to check"
_PERHAPS = "No sentence here is sure to answer it. Check the nearest:"
_ELSEWHERE = "Not said of {place}: what stands here is of another place, or of none in particular."
_FOUND = "Found, but not counted:"
_HELD = "On the subject or to check, nothing quoted"
_DISAGREE = "Sources that disagree (shown side by side, not resolved here)"


def marked(citation: Citation) -> str:
    """The words with their quotation marks: only what stands in the source is inside them, and cannot end them.

    A mask stands outside, between two quotations; a line that kmassist wrote from a table has no marks and says so:
    ``Seen in time: 41 of 60 (computed from [2])``.
    """
    if citation.is_computed:
        words = " ".join("".join(piece.text for piece in citation.pieces).split())
        return f"{words} (computed{f' from [{citation.number}]' if citation.number else ''})"
    parts = []
    for piece in citation.pieces:
        words = " ".join(piece.text.split())
        if not piece.is_quoted:
            parts.append(words)
        elif any(mark.isalnum() for mark in words):
            parts.append(quoted(words))
    return " ".join(parts)


def badges(source: Citation | Reference | Metadata) -> list[str]:
    """What must stand beside every citation: whose brief it came with, that it is a digest, that its date is after today,
    that it is synthetic.
    """
    digest = {
        "": "",
        "full text": "digest of the full text",
        "abstract": "digest of the abstract, paper not read",
    }.get(source.digest, "digest, paper not read")
    found = [f"as quoted by {source.quoted_by}" if source.quoted_by else "", digest]
    found.append(f"dated {source.to_come}, {AFTER_TODAY}" if source.to_come else "")
    return [badge for badge in (*found, "synthetic" if source.is_synthetic else "") if badge]


def when(source: Citation | Reference) -> str:
    """The date of a source's evidence; empty where the badge tells that it is after today."""
    if source.date:
        return f"evidence of {source.date}"
    return "" if source.to_come else "undated"


def citation_line(citation: Citation) -> str:
    """One citation in words: ``[2] Kenyon et al. 2017, A title (randomised trial, 2017-03), p. 4``."""
    about = ", ".join(
        part
        for part in (citation.design or kind_in_words(citation.source_type), citation.date)
        if part
    )
    place = f", {citation.place}" if citation.place else ""
    beside = "".join(f" [{badge}]" for badge in badges(citation))
    return f"[{citation.number}] {citation.cite_as}, {citation.title} ({about}){place}{beside}"


def cell_line(cell: CoverageCell) -> str:
    """One row of the coverage strip in words, without colour: ``+ Guideline: sufficient, 2 sources, newest 2024-05``."""
    parts = [cell.state.words, cell.counted, f"newest {cell.newest}" if cell.newest else ""]
    return f"{cell.state.symbol} {cell.source_type.label}: {', '.join(filter(None, parts))} ({cell.need.words})"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an answer below its verdict: a heading, sentences about it, and claims. Every face shows all of them.

    ``kind`` is ``direct``, ``leading``, ``nearest``, ``row``, ``held``, ``missing``, ``conflicts`` or ``set aside``; a note that begins with
    a dash belongs to the one above it. ``source_type`` is that of a row; ``told`` are kinds of source quoted above this part.
    """

    kind: str
    heading: str
    notes: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    source_type: SourceType | None = None
    told: frozenset[SourceType | None] = frozenset()

    def folded(self, most: int) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
        """The claims to show at first and those to fold away.

        Of what leads an answer the best claim of each kind of source is shown beyond ``most``: that kind's own row says
        "quoted above", and has nothing to add.
        """
        shown = list(self.claims[:most])
        rest: list[Claim] = []
        kinds = {*self.told, *(claim.citation.source_type for claim in shown)}
        for claim in self.claims[most:]:
            is_first = self.kind == "leading" and claim.citation.source_type not in kinds
            kinds.add(claim.citation.source_type)
            (shown if is_first else rest).append(claim)
        return tuple(shown), tuple(rest)


def sections(answer: Answer) -> Iterator[Section]:
    """The parts of an answer in the order in which every face tells them."""
    direct = direct_line(answer)
    if direct:
        yield direct
    first = direct.claims if direct else ()
    told = frozenset(claim.citation.source_type for claim in first)
    spans = {
        claim.citation.span for claim in first
    }  # nothing is told twice, as an answer and as a gap
    gap = answer.not_known
    not_known = (gap,) if gap and gap.citation.span not in spans else ()
    spans |= {claim.citation.span for claim in not_known}
    others = tuple(claim for claim in answer.closest if claim.citation.span not in spans)
    for heading, claims in ((CLOSEST, others), (NOT_KNOWN, not_known)):
        if claims:
            yield Section("leading", heading, claims=claims, told=told)
    others = tuple(claim for claim in answer.nearest if claim.citation.span not in spans)
    if others:
        heading = _FOUND if answer.is_found_not_counted else _TO_CHECK if first else _NEAREST
        yield Section("nearest", heading, answer.not_counted, others)
    for row in answer.rows:
        if row.claims:
            yield _row(answer, row)
    if answer.not_quoted and not answer.nearest:
        yield Section("held", _HELD, tuple(_held_line(answer, row) for row in answer.not_quoted))
    if answer.missing and answer.coverage.verdict is not Verdict.NOT_JUDGED:
        yield Section("missing", "Missing", tuple(_missing_lines(answer)))
    if answer.coverage.conflicts:
        yield Section("conflicts", _DISAGREE, tuple(_conflict_lines(answer)))
    if answer.set_aside:
        yield Section("set aside", "Set aside", tuple(f"{reason}." for reason in answer.set_aside))


def direct_line(answer: Answer) -> Section | None:
    """What an answer begins with: the sentence that answers, one for each part of the question, the one that may, or that nothing
    here does.

    None for a question about the library itself or one that was turned away: there the notes answer.
    """
    verdict = answer.coverage.verdict
    if answer.is_turned_away or verdict is Verdict.NOT_JUDGED:
        return None
    elsewhere = (_ELSEWHERE.format(place=answer.elsewhere),) if answer.elsewhere else ()
    if verdict is Verdict.TO_CHECK and answer.nearest:
        return Section("direct", IN_SHORT, (_PERHAPS, *elsewhere), claims=answer.nearest[:1])
    if verdict is Verdict.NOT_ANSWERABLE or not answer.claims:
        number = answer.coverage.documents_searched
        said = f"Not answered here: no sentence of {'this' if number == 1 else 'these'} {counted(number, 'document')} answers it."
        if number < answer.corpus.documents and not number:
            said = "Not answered here: no document is in the part of the library that was asked."
        elif not number:
            said = "Not answered here: the library is empty. Add documents first (F3, or 'kmassist add FOLDER')."
        return Section("direct", IN_SHORT, (said,))
    if not answer.closest:
        return None
    return Section("direct", IN_SHORT, elsewhere, claims=answer.leading)


def short_title(title: str, most: int = 56) -> str:
    """The beginning of a title, cut between words: what tells one audit of a trust from the next."""
    words = " ".join(title.split()).rstrip(".")
    if len(words) <= most:
        return words
    kept = words[: most - 1].rpartition(" ")[0] or words[: most - 1]
    return kept.rstrip(" ,;:(-–") + "…"


def named(citation: Citation) -> list[str]:
    """Short title, who made it and what it is. A source that names nobody is not called by its title twice."""
    who = citation.cite_as
    if citation.is_anonymous:
        who = "" if citation.date else "undated"
    kind = citation.design or kind_in_words(citation.source_type).lower()
    return [part for part in (short_title(citation.title), who, kind) if part]


def place_shown(citation: Citation) -> str:
    """The page, else the last heading above the words, unless that is only the title again."""
    is_title = citation.page is None and citation.place.casefold() == citation.title.casefold()
    return "" if is_title else citation.place


_NEXT = {
    SourceType.PUB: "What does published research say about it?",
    SourceType.GDL: "What do guidelines say about it?",
    SourceType.ECO: "What does it cost?",
    SourceType.AUD: "What do our own audits show on it?",
    SourceType.PPI: "What do people and families say about it?",
    SourceType.FLK: "What do frontline staff say about it?",
    SourceType.SVE: "What did our evaluations of it find?",
    SourceType.POL: "What does policy say about it?",
}


def next_questions(answer: Answer, most: int = 3) -> tuple[str, ...]:
    """Follow-ups that the library has something on: kinds of source held on the subject that did not lead the answer."""
    if direct_line(answer) is None:
        return ()
    told = {claim.citation.source_type for claim in answer.leading}
    held = [
        cell.source_type
        for cell in answer.coverage.cells
        if cell.studies and cell.source_type not in told
    ]
    asked = answer.question.casefold()
    found = [_NEXT[kind] for kind in held if _NEXT[kind].casefold() not in asked]
    return tuple(found[:most])


def _row(answer: Answer, row: TypeRow) -> Section:
    """A kind of source: its sentences that do not stand above; only the best one where the question has no need of it."""
    is_needed = answer.coverage.cell(row.source_type).need is not Need.NOT_NEEDED
    is_judged = answer.coverage.verdict is not Verdict.NOT_JUDGED and not answer.is_told_again
    count = counted(row.studies, "source")
    if not is_needed and is_judged:
        count += "; not needed for this kind of question, the best sentence alone"
    others = answer.others(row)
    notes = [row.caution, "" if others else "Quoted above."]
    if row.more_studies:
        notes.append(f"{row.more_studies} more not quoted.")
    notes.append(answer.coverage.cell(row.source_type).also_to_check)
    return Section(
        "row",
        f"{row.source_type.label} ({count})",
        tuple(note for note in notes if note),
        others if is_needed or not is_judged else others[:1],
        row.source_type,
    )


def _held_line(answer: Answer, row: TypeRow) -> str:
    cell = answer.coverage.cell(row.source_type)
    said = f"{cell.state.symbol} {row.source_type.label}: {row.absence} {cell.also_to_check}"
    return said.rstrip()


def _missing_lines(answer: Answer) -> Iterator[str]:
    """One sentence says why, the kinds that it holds for stand below it, needed ones first."""
    for absence, rows in answer.missing.items():
        yield absence.rstrip(".") + ":"
        for need, said in (
            (Need.REQUIRED, "needed for this question"),
            (Need.DESIRABLE, Need.DESIRABLE.words),
        ):
            kinds = [
                row.source_type.label.lower()
                for row in rows
                if answer.coverage.cell(row.source_type).need is need
            ]
            if kinds:
                yield f"- {said}: {', '.join(kinds)}"


def _conflict_lines(answer: Answer) -> Iterator[str]:
    for conflict in answer.coverage.conflicts:
        sides = conflict.kind.replace("-", " against ", 1)
        yield f"{conflict.outcome}, {sides}:"
        yield f"- {conflict.left_says}"
        yield f"- {conflict.right_says}"


def answer_markdown(answer: Answer) -> str:
    """An answer as Markdown, everything that the screen shows: verdict, quotations with citations, absences, coverage."""
    verdict = answer.coverage.verdict.value
    lines = [f"## {answer.question}", ""]
    if answer.asked_as != answer.question:
        lines += [f"Read as: {answer.asked_as}", ""]
    if answer.changes:
        lines += [f"Changed by the reader: {'; '.join(answer.changes)}.", ""]
    because = f" {answer.coverage.because}" if answer.coverage.because else ""
    lines += [f"**{verdict[:1].upper()}{verdict[1:]}.**{because}", ""]
    lines += [f"- {note}" for note in (*answer.notes, *answer.degraded)]
    for section in sections(answer):
        lines += ["", f"### {section.heading}", ""]
        lines += [note if note.startswith("- ") else f"{note}\n" for note in section.notes]
        lines += [
            f"> {marked(claim.citation)}\n>\n> {citation_line(claim.citation)}\n"
            for claim in section.claims
        ]
    lines += ["", "### Coverage", ""]
    lines += [f"- {cell_line(cell)}" for cell in answer.coverage.cells]
    lines += [
        "",
        f"Searched {answer.searched_on}: {counted(answer.corpus.documents, 'document')}, corpus {answer.corpus.digest[:12]}.",
        "",
    ]
    return "\n".join(lines)
