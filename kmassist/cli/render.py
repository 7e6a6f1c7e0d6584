"""Answers and coverage as plain lines: no colour needed, no markup, at most the terminal's width."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import click

from kmassist.answers.presentation import (
    Section,
    badges,
    direct_line,
    marked,
    named,
    place_shown,
    sections,
    when,
)
from kmassist.coverage import Need, State, Verdict
from kmassist.documents.source_types import kind_in_words
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from kmassist.answers.model import Answer, Citation, Claim, Reference
    from kmassist.coverage import Coverage
    from kmassist.documents.document import SourceType
    from kmassist.settings.model import PrivacySettings

_VERDICTS = {
    Verdict.ANSWERABLE: "Answered from this corpus",
    Verdict.PARTLY: "Partly answered from this corpus",
    Verdict.TO_CHECK: "Perhaps answered: check the nearest sentence",
    Verdict.NOT_ANSWERABLE: "Not answerable from this corpus",
    Verdict.NOT_JUDGED: "A question about the corpus itself",
    Verdict.NOT_ASKED: "Nothing to search for",
}
_COLOURS = {
    State.SUFFICIENT: "green",
    State.THIN: "yellow",
    State.CONFLICTING: "magenta",
    State.OUTDATED_ONLY: "yellow",
    State.INDIRECT_ONLY: "yellow",
    State.SILENT: "yellow",
    State.TO_CHECK: "cyan",
    State.ABSENT: "red",
}
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def width() -> int:
    """Columns to write in: the terminal's, at most 110 so that lines stay readable; 100 in a pipe."""
    return min(110, shutil.get_terminal_size((100, 24)).columns) if sys.stdout.isatty() else 100


def safe(text: str) -> str:
    """The text without anything a terminal would obey."""
    return _UNSAFE.sub("", text)


def is_own_screen(privacy: PrivacySettings) -> bool:
    """Whether figures may be shown as they are: on a terminal; a pipe or a file leaves the library."""
    return sys.stdout.isatty() and not privacy.mask_on_screen


def style(text: str, **marks: Any) -> str:
    """Colour on a terminal that wants it, plain text elsewhere (https://no-color.org)."""
    is_wanted = not (_COLOURLESS.get() or os.environ.get("NO_COLOR"))
    if not is_wanted or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return text
    return click.style(text, **marks)


_COLOURLESS = ContextVar("colourless", default=False)


@contextmanager
def colourless(is_so: bool = True) -> Iterator[None]:
    """While this is open nothing is written in colour, whatever the terminal takes."""
    token = _COLOURLESS.set(is_so or _COLOURLESS.get())
    try:
        yield
    finally:
        _COLOURLESS.reset(token)


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
        line = "  ".join(
            [*(cell.ljust(w) for cell, w in zip(row[:-1], widths[:-1], strict=True)), last]
        ).rstrip()
        lines.append(style(line, bold=True) if number == 0 else line)
    return "\n".join(lines)


SAY_WHICH = "Say which documents to check are about it: kmassist coverage QUESTION --about ID, or --not-about ID."
_MOST = {"row": 1, "leading": 3, "nearest": 3}
"""Sentences of a part of an answer before --all: the best of a kind of source, a few of what else is close."""


def answer_lines(
    answer: Answer, *, around: bool = False, is_whole: bool = False, why: bool = False
) -> Iterable[str]:
    """An answer for reading in a terminal: the line that answers, the verdict, the kinds of source, then what they say.

    Args:
        around: with the sentences around each quotation.
        is_whole: every sentence, not the best of each kind.
        why: with how the question was read, codes, and the settings and options that change it.
    """
    yield style(wrap(answer.asked_as), bold=True)
    if answer.asked_as != " ".join(answer.question.split()):
        yield wrap(f"(you asked: {answer.question})")
    if answer.is_turned_away:
        yield from (wrap(note) for note in answer.notes)
        for claim in (claim for row in answer.rows for claim in row.claims):
            yield from _claim_lines(claim, around)
        return
    direct = direct_line(answer)
    if direct:
        yield ""
        yield from _section_lines(direct, direct.claims, around)
        yield ""
    yield from _verdict_lines(answer)
    yield ""
    yield from reading_lines(answer) if why else reading_line(answer)
    yield from coverage_lines(answer.coverage, codes=why)
    left_out = 0
    for section in sections(answer):
        if section.kind != "direct":
            most = None if is_whole else _MOST.get(section.kind)
            shown, folded = section.folded(len(section.claims) if most is None else most)
            yield ""
            yield from _section_lines(section, shown, around)
            left_out += len(folded)
    if left_out:
        yield ""
        yield wrap(
            f"{counted(left_out, 'more sentence')}: add --all. How the question was read: add --why."
        )
    if answer.references:
        yield ""
        yield style("Sources", bold=True)
        for reference in answer.references:
            yield wrap(reference_line(reference), "  ", "      ")
    yield ""
    yield wrap(
        "What stands in quotation marks is word for word; what is computed says so. Absence here is absence from this corpus, not from the world. Not for decisions about one patient."
    )


def _verdict_lines(answer: Answer) -> Iterable[str]:
    yield style(verdict_words(answer), bold=True) + (
        f" ({counted(answer.corpus.documents, 'document')}, searched {answer.searched_on})."
    )
    if answer.coverage.because:
        yield wrap(answer.coverage.because)
    is_counted = answer.coverage.verdict is Verdict.NOT_JUDGED
    for note in answer.notes if is_counted else ():
        yield wrap(f"- {note}", "  ", "    ")
    for note in (*(() if is_counted else answer.notes), *answer.degraded):
        yield style(wrap(f"! {note}", "", "  "), fg="yellow")


def _section_lines(section: Section, claims: Sequence[Claim], around: bool) -> Iterable[str]:
    yield style(section.heading, bold=True)
    colour = "yellow" if section.kind in {"nearest", "row", "direct"} else None
    for note in section.notes:
        indent = "    " if note.startswith("- ") else "  "
        yield style(wrap(note, indent, f"{indent}  "), fg=colour)
    for claim in claims:
        yield from _claim_lines(claim, around)


def short_lines(answer: Answer) -> Iterable[str]:
    """The answer for somebody with half a minute: verdict, the best sentence of each kind, what is missing, who disagrees."""
    if answer.is_turned_away:
        yield from answer_lines(answer)
        return
    yield (
        style(verdict_words(answer), bold=True)
        + f" ({counted(answer.corpus.documents, 'document')}, searched {answer.searched_on})."
    )
    for note in (*answer.notes, *answer.degraded):
        yield style(wrap(f"! {note}", "", "  "), fg="yellow")
    parts = {section.kind: section for section in sections(answer)}
    if "nearest" in parts:
        yield from _briefly(parts["nearest"])
    first_of_kind: dict[SourceType | None, Claim] = {}
    for claim in answer.nearest:
        first_of_kind.setdefault(claim.citation.source_type, claim)
    told = set()  # a kind that leads is not quoted again
    for section in sections(answer):
        leads = section.claims if section.kind in {"direct", "leading"} else ()
        most = None if section.kind == "direct" else 1  # a sentence for each part of the question
        for claim in [c for c in leads if c.citation.source_type not in told][:most]:
            told.add(claim.citation.source_type)
            yield wrap(f"{section.heading}: {marked(claim.citation)} ({cite(claim)})", "", "  ")
    best = [row.claims[0] for row in answer.rows if row.claims and row.source_type not in told] or [
        claim for kind, claim in first_of_kind.items() if kind not in told
    ]
    for claim in best:
        kind_of_it = claim.citation.source_type
        cell = answer.coverage.cell(kind_of_it) if kind_of_it else None
        if (
            cell is None
            or cell.need is not Need.NOT_NEEDED
            or answer.nearest
            or answer.coverage.verdict is Verdict.NOT_JUDGED
        ):
            yield wrap(
                f"{cell.state.symbol if cell else State.TO_CHECK.symbol} {kind_in_words(kind_of_it)}: {marked(claim.citation)} ({cite(claim)})",
                "",
                "  ",
            )
    for kind in ("held", "missing", "conflicts", "set aside"):
        if kind in parts:
            yield ""
            yield from _briefly(parts[kind])


def _briefly(section: Section) -> Iterable[str]:
    """A heading and the sentences below it, without claims."""
    yield style(section.heading, bold=True)
    for note in section.notes:
        indent = "    " if note.startswith("- ") else "  "
        yield wrap(note, indent, f"{indent}  ")


def verdict_words(answer: Answer) -> str:
    """The verdict as a person reads it."""
    return _VERDICTS[answer.coverage.verdict]


def reading_line(answer: Answer) -> Iterable[str]:
    """What was looked for, in a sentence, and what the person changed."""
    said = answer.coverage.frame.get("sentence", "")
    changed = f"Changed by you: {'; '.join(answer.changes)}." if answer.changes else ""
    parts = [part for part in (said, changed) if part]
    yield from (style(wrap(part, "", "  "), dim=True) for part in parts)
    if parts:
        yield ""


def reading_lines(answer: Answer) -> Iterable[str]:
    """How the question was understood."""
    parts = []
    if answer.subject:
        parts.append(f"Subject: {answer.asked} (change it with --subject).")
    if answer.coverage.frame:
        frame = answer.coverage.frame
        parts.append(
            frame.get("sentence") or "; ".join(f"{slot}: {text}" for slot, text in frame.items())
        )
    if answer.types:
        parts.append(
            "Question type: "
            + ", ".join(answer.types)
            + " (change it with --as; --as list shows all)."
        )
    if answer.senses:
        parts.append(
            "Read as: "
            + "; ".join(f"{short} = {sense}" for short, sense in answer.senses.items())
            + "."
        )
    if answer.expansions:
        forms = "; ".join(
            f"{word} → {', '.join(others)}" for word, others in answer.expansions.items()
        )
        parts.append(f"Also searched: {forms}.")
    if answer.changes:
        parts.append("Changed by you: " + "; ".join(answer.changes) + ".")
    for part in parts:
        yield style(wrap(part, "", "  "), dim=True)
    if parts:
        yield ""


def coverage_lines(
    coverage: Coverage, *, explain: bool = False, codes: bool = False
) -> Iterable[str]:
    """The eight rows, always.

    Args:
        explain: with the rules that decided each, in words.
        codes: with the short name of each kind, the code of each rule and the setting that moves it.
    """
    room = 35 if codes else 31
    yield style(
        f"  {'Kind of source':<{room}}{'State':<16}{'Sources':>7}  {'Newest':<10}  Need", bold=True
    )
    for cell in coverage.cells:
        state = f"{cell.state.symbol} {cell.state.words}"
        if cell.need is Need.NOT_NEEDED and cell.state is State.ABSENT:
            state = "  not searched" if not cell.is_searched else "  none"
        label = f"{cell.source_type.value} {cell.source_type.label}" if codes else cell.source_type.label  # fmt: skip
        line = f"  {label:<{room}}{state:<16}{cell.studies or '-':>7}  {cell.newest or '-':<10}  {cell.need.words}"
        needed = cell.need is Need.REQUIRED or cell.state is not State.ABSENT
        yield style(line, fg=_COLOURS[cell.state] if needed else None)
        if explain:
            for rule in cell.trace:
                letters = f"{rule.code}" + (f" (AHRQ {rule.ahrq})" if rule.ahrq else "")
                change = f" [setting {rule.setting}]" if rule.setting and codes else ""
                head = f"{letters}: " if letters and codes else ""
                yield wrap(f"{head}{rule.says}{change}", "      ", "        ")
            if cell.directness_note:
                yield wrap(cell.directness_note, "      ", "        ")
    if any(cell.unchecked for cell in coverage.cells):
        yield wrap(SAY_WHICH, "  ", "  ")


def _claim_lines(claim: Claim, around: bool) -> Iterable[str]:
    citation = claim.citation
    number = "" if citation.is_computed else f" [{citation.number}]"
    if around and claim.before:
        yield style(wrap(claim.before, "    "), dim=True)
    yield wrap(f"{marked(citation)}{number}", "  ", "  ")
    if around and claim.after:
        yield style(wrap(claim.after, "    "), dim=True)
    yield style(wrap(f"— {cite(claim)}", "    ", "      "), dim=True)


def cite(claim: Claim) -> str:
    """``BSOTS: a symptom-specific triage system…, Kenyon et al. 2017, before-and-after study, dated 2017, p. 3``."""
    c = claim.citation
    parts = [*named(c), f"dated {c.date}" if c.date else "", place_shown(c)]
    return ", ".join(part for part in parts if part) + beside(c)


def beside(source: Citation | Reference) -> str:
    """What is said beside a citation: `presentation.badges`, in brackets."""
    return "".join(f" ({badge})" for badge in badges(source))


def reference_line(reference: Reference) -> str:
    """One entry of the list of sources."""
    ids = [
        f"doi:{reference.doi}" if reference.doi else "",
        f"PMID {reference.pmid}" if reference.pmid else "",
        reference.pmcid,
    ]
    author = reference.cite_as.rpartition(" ")[0]  # an issuer is its own author
    parts = [
        f"[{reference.number}] {reference.cite_as}. {reference.title.rstrip('.')}.",
        f"{reference.journal}." if reference.journal not in ("", author) else "",
    ]
    kind = kind_in_words(reference.source_type).lower() + (
        f", {reference.design}" if reference.design else ""
    )
    tail = [
        f"({kind}{f'; {dated}' if (dated := reference.date or when(reference)) else ''})",
        ", ".join(i for i in ids if i),
        f"<{reference.doc_id}>",
    ]
    return " ".join(part for part in [*parts, *tail] if part) + (beside(reference))
