"""Answers and coverage as plain lines: no colour needed, no markup, at most the terminal's width."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from kmassist.coverage import Need, State, Verdict

if TYPE_CHECKING:
    from kmassist.answers import Answer, Claim, Reference
    from kmassist.coverage import Coverage
    from kmassist.documents import SourceType

_VERDICTS = {
    Verdict.ANSWERABLE: "Answered from this corpus",
    Verdict.PARTLY: "Partly answered from this corpus",
    Verdict.NOT_ANSWERABLE: "Not answerable from this corpus",
    Verdict.NOT_JUDGED: "A question about the corpus itself",
}
_NEAREST = "Nearest passages: related, not direct. They do not answer the question."
_FOUND = "Found, but not counted:"
_COLOURS = {
    State.SUFFICIENT: "green",
    State.THIN: "yellow",
    State.CONFLICTING: "magenta",
    State.OUTDATED_ONLY: "yellow",
    State.INDIRECT_ONLY: "yellow",
    State.ABSENT: "red",
}
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def width() -> int:
    """Columns to write in: the terminal's, at most 110 so that lines stay readable; 100 in a pipe."""
    return min(110, shutil.get_terminal_size((100, 24)).columns) if sys.stdout.isatty() else 100


def safe(text: str) -> str:
    """The text without anything a terminal would obey."""
    return _UNSAFE.sub("", text)


def style(text: str, **marks: Any) -> str:
    """Colour on a terminal that wants it, plain text elsewhere (https://no-color.org)."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return click.style(text, **marks)


def wrap(text: str, indent: str = "", hanging: str | None = None) -> str:
    """Wrap on words."""
    return textwrap.fill(
        safe(text), width(), initial_indent=indent, subsequent_indent=hanging if hanging is not None else indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    """Columns padded to their widest cell; the last one is cut to the terminal's width."""
    cells = [[safe(c) for c in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    room = max(12, width() - sum(widths[:-1]) - 2 * (len(header) - 1))
    lines = []
    for number, row in enumerate(cells):
        last = row[-1] if len(row[-1]) <= room else row[-1][: room - 1] + "…"
        line = "  ".join([*(cell.ljust(w) for cell, w in zip(row[:-1], widths[:-1], strict=True)), last]).rstrip()
        lines.append(style(line, bold=True) if number == 0 else line)
    return "\n".join(lines)


def answer_lines(answer: Answer, *, around: bool = False) -> Iterable[str]:
    """The whole answer for reading in a terminal."""
    yield style(wrap(answer.resolved_question), bold=True)
    if answer.resolved_question != " ".join(answer.question.split()):
        yield wrap(f"(you asked: {answer.question})")
    if answer.is_turned_away:
        yield from (wrap(note) for note in answer.notes)
        return
    yield style(verdict_words(answer), bold=True) + (
        f" ({answer.corpus.documents} {'document' if answer.corpus.documents == 1 else 'documents'}, searched {answer.searched_on})."
    )
    if answer.coverage.because:
        yield wrap(answer.coverage.because)
    is_counted = answer.coverage.verdict is Verdict.NOT_JUDGED
    for note in answer.notes if is_counted else ():
        yield wrap(f"- {note}", "  ", "    ")
    for note in (*(() if is_counted else answer.notes), *answer.degraded):
        yield style(wrap(f"! {note}", "", "  "), fg="yellow")
    yield ""
    yield from reading_lines(answer)
    yield from coverage_lines(answer.coverage)
    if answer.nearest:
        yield ""
        yield from _nearest_heading(answer)
        for claim in answer.nearest:
            yield from _claim_lines(claim, around)
    for row in answer.rows:
        if not row.claims:
            continue
        studies = "source" if row.studies == 1 else "sources"
        yield ""
        is_needed = answer.coverage.cell(row.source_type).need is not Need.NOT_NEEDED
        said = f"{row.studies} {studies}" + (
            "" if is_needed else "; not needed for this kind of question, the best sentence alone"
        )
        yield style(f"{row.source_type.label} ({said})", bold=True)
        if row.caution:
            yield style(wrap(row.caution, "  "), fg="yellow")
        for claim in row.claims if is_needed or is_counted else row.claims[:1]:
            yield from _claim_lines(claim, around)
        if row.more_studies:
            yield f"  … and {row.more_studies} more; see 'kmassist search' or raise answer.sources_per_type."
    yield from _missing_lines(answer)
    if answer.coverage.conflicts:
        yield ""
        yield style("Sources that disagree (shown side by side, not resolved here)", bold=True)
        for conflict in answer.coverage.conflicts:
            yield wrap(f"{conflict.outcome} ({conflict.kind}):", "  ")
            yield wrap(f"- {conflict.left_says}", "    ", "      ")
            yield wrap(f"- {conflict.right_says}", "    ", "      ")
    if answer.set_aside:
        yield ""
        yield wrap("Set aside: " + "; ".join(answer.set_aside) + ".")
    if answer.references:
        yield ""
        yield style("Sources", bold=True)
        for reference in answer.references:
            yield wrap(reference_line(reference), "  ", "      ")
    yield ""
    yield wrap(
        "Quotations are word for word. Absence here is absence from this corpus, not from the world. Not for decisions about one patient."
    )


def short_lines(answer: Answer) -> Iterable[str]:
    """The answer for somebody with half a minute: verdict, the best sentence of each kind, what is missing, who disagrees."""
    if answer.is_turned_away:
        yield from answer_lines(answer)
        return
    yield style(verdict_words(answer), bold=True) + f" ({answer.corpus.documents} documents, searched {answer.searched_on})."
    for note in (*answer.notes, *answer.degraded):
        yield style(wrap(f"! {note}", "", "  "), fg="yellow")
    if answer.nearest:
        yield from _nearest_heading(answer)
    first_of_kind: dict[SourceType, Claim] = {}
    for claim in answer.nearest:
        first_of_kind.setdefault(claim.citation.source_type, claim)
    best = [row.claims[0] for row in answer.rows if row.claims] or list(first_of_kind.values())
    for claim in best:
        cell = answer.coverage.cell(claim.citation.source_type)
        if cell.need is not Need.NOT_NEEDED or answer.nearest or answer.coverage.verdict is Verdict.NOT_JUDGED:
            yield wrap(f"{cell.state.symbol} {claim.citation.source_type.label}: “{claim.text}” ({cite(claim)})", "", "  ")
    yield from _missing_lines(answer)
    for conflict in answer.coverage.conflicts:
        yield wrap(f"x Sources disagree on {conflict.outcome}: {conflict.left_says} / {conflict.right_says}", "", "  ")


def _nearest_heading(answer: Answer) -> Iterable[str]:
    yield style(_FOUND if answer.is_found_not_counted else _NEAREST, bold=True)
    for reason in answer.not_counted:
        yield style(wrap(reason, "  "), fg="yellow")


def _missing_lines(answer: Answer) -> Iterable[str]:
    """What the question has a use for and the corpus does not hold: one sentence says why, the kinds stand below it."""
    if answer.nearest or not answer.missing:
        return
    yield ""
    yield style("Missing", bold=True)
    for absence, rows in answer.missing.items():
        yield wrap(absence.rstrip(".") + ":", "  ")
        for need, said in ((Need.REQUIRED, "needed for this question"), (Need.DESIRABLE, "would help")):
            kinds = [row.source_type.label.lower() for row in rows if answer.coverage.cell(row.source_type).need is need]
            if kinds:
                yield wrap(f"- {said}: {', '.join(kinds)}", "    ", "      ")


def verdict_words(answer: Answer) -> str:
    """The verdict as a person reads it."""
    return _VERDICTS[answer.coverage.verdict]


def reading_lines(answer: Answer) -> Iterable[str]:
    """How the question was understood."""
    parts = []
    if answer.coverage.frame:
        frame = answer.coverage.frame
        parts.append(frame.get("sentence") or "; ".join(f"{slot}: {text}" for slot, text in frame.items()))
    if answer.types:
        parts.append("Question type: " + ", ".join(answer.types) + " (change it with --as; --as list shows all).")
    if answer.senses:
        parts.append("Read as: " + "; ".join(f"{short} = {sense}" for short, sense in answer.senses.items()) + ".")
    if answer.expansions:
        forms = "; ".join(f"{word} → {', '.join(others)}" for word, others in answer.expansions.items())
        parts.append(f"Also searched: {forms}.")
    if answer.changes:
        parts.append("Changed by you: " + "; ".join(answer.changes) + ".")
    for part in parts:
        yield style(wrap(part, "", "  "), dim=True)
    if parts:
        yield ""


def coverage_lines(coverage: Coverage, *, explain: bool = False) -> Iterable[str]:
    """The eight rows, always."""
    yield style(f"  {'Kind of source':<35}{'State':<16}{'Studies':>7}  {'Newest':<10}  Need", bold=True)
    for cell in coverage.cells:
        state = f"{cell.state.symbol} {cell.state.value}"
        if cell.need is Need.NOT_NEEDED and cell.state is State.ABSENT:
            state = "  not searched" if not cell.is_searched else "  none"
        line = f"  {cell.source_type.value} {cell.source_type.label:<31}{state:<16}{cell.studies or '-':>7}  {cell.newest or '-':<10}  {cell.need.value}"
        needed = cell.need is Need.REQUIRED or cell.state is not State.ABSENT
        yield style(line, fg=_COLOURS[cell.state] if needed else None)
        if explain:
            for rule in cell.trace:
                letters = f"{rule.code}" + (f" (AHRQ {rule.ahrq})" if rule.ahrq else "")
                change = f" [setting {rule.setting}]" if rule.setting else ""
                yield wrap(f"{letters}: {rule.says}{change}" if letters else f"{rule.says}{change}", "      ", "        ")
            if cell.directness_note:
                yield wrap(cell.directness_note, "      ", "        ")


def _claim_lines(claim: Claim, around: bool) -> Iterable[str]:
    citation = claim.citation
    if around and claim.before:
        yield style(wrap(claim.before, "    "), dim=True)
    yield wrap(f"“{claim.text}” [{citation.number}]", "  ", "  ")
    if around and claim.after:
        yield style(wrap(claim.after, "    "), dim=True)
    yield style(wrap(f"— {cite(claim)}", "    ", "      "), dim=True)


def cite(claim: Claim) -> str:
    """``Kenyon 2017, Title, before-and-after study, 2017, p. 3``."""
    c = claim.citation
    parts = [c.cite_as, c.design or c.source_type.label.lower(), f"dated {c.date}" if c.date else "", c.place]
    return ", ".join(part for part in parts if part) + (" (synthetic)" if c.is_synthetic else "")


def reference_line(reference: Reference) -> str:
    """One entry of the list of sources."""
    ids = [f"doi:{reference.doi}" if reference.doi else "", f"PMID {reference.pmid}" if reference.pmid else "", reference.pmcid]
    author = reference.cite_as.rpartition(" ")[0]  # an issuer is its own author
    parts = [
        f"[{reference.number}] {reference.cite_as}. {reference.title.rstrip('.')}.",
        f"{reference.journal}." if reference.journal not in ("", author) else "",
    ]
    kind = reference.source_type.label.lower() + (f", {reference.design}" if reference.design else "")
    tail = [f"({kind}; {reference.date or 'undated'})", ", ".join(i for i in ids if i), f"<{reference.doc_id}>"]
    return " ".join(part for part in [*parts, *tail] if part) + (" synthetic" if reference.is_synthetic else "")
