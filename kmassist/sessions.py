"""Session: a conversation as it was shown, turn by turn, so that it can be reopened, renamed, exported and never lost."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from kmassist.answers import Answer, Citation, TypeRow
from kmassist.coverage import CoverageCell


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(_Frozen):
    """One question and what came of it. ``number`` counts from 1; ``answer`` is None while it is sought or when it failed.

    ``note`` says why there is no answer (cancelled, an error's sentence). ``asked_at`` is ISO local time to the second.
    """

    number: int
    question: str
    asked_at: str
    answer: Answer | None = None
    note: str = ""


class Session(_Frozen):
    """A conversation without its turns, as it stands in a list. Times are ISO, local, to the second."""

    session_id: str
    name: str
    begun_at: str
    changed_at: str
    turns: int = 0


_NAME_LENGTH = 60


def name_after(question: str) -> str:
    """A session's first name: its first question, cut at a word."""
    flat = " ".join(question.split())
    return flat if len(flat) <= _NAME_LENGTH else flat[:_NAME_LENGTH].rsplit(" ", 1)[0] + "…"


def citation_line(citation: Citation) -> str:
    """One citation in words: ``[2] Kenyon et al. 2017, A title (randomised trial, 2017-03), p. 4``."""
    about = ", ".join(part for part in (citation.design or citation.source_type.label, citation.date) if part)
    place = f", {citation.place}" if citation.place else ""
    synthetic = " [synthetic]" if citation.is_synthetic else ""
    return f"[{citation.number}] {citation.cite_as}, {citation.title} ({about}){place}{synthetic}"


def cell_line(cell: CoverageCell) -> str:
    """One row of the coverage strip in words, without colour: ``+ Guideline: sufficient, 2 studies, newest 2024-05``."""
    parts = [cell.state.value]
    if cell.studies:
        parts.append(f"{cell.studies} {'study' if cell.studies == 1 else 'studies'}")
    if cell.newest:
        parts.append(f"newest {cell.newest}")
    return f"{cell.state.symbol} {cell.source_type.label}: {', '.join(parts)} ({cell.need.value})"


def answer_markdown(answer: Answer) -> str:
    """An answer as Markdown, everything that the screen shows: verdict, quotations with citations, absences, coverage."""
    verdict = answer.coverage.verdict.value
    lines = [f"## {answer.question}", ""]
    if answer.resolved_question != answer.question:
        lines += [f"Read as: {answer.resolved_question}", ""]
    if answer.changes:
        lines += [f"Changed by the reader: {'; '.join(answer.changes)}.", ""]
    because = f" {answer.coverage.because}" if answer.coverage.because else ""
    lines += [f"**{verdict[:1].upper()}{verdict[1:]}.**{because}", ""]
    lines += [f"- {note}" for note in (*answer.notes, *answer.degraded)]
    for row in answer.rows:
        lines += _row_lines(row)
    if answer.nearest:
        lines += ["", "### Related, not direct", ""]
        lines += [f"> {claim.text}\n>\n> {citation_line(claim.citation)}\n" for claim in answer.nearest]
    lines += ["", "### Coverage", ""]
    lines += [f"- {cell_line(cell)}" for cell in answer.coverage.cells]
    lines += [
        "",
        f"Searched {answer.searched_on}: {answer.corpus.documents} documents, corpus {answer.corpus.digest[:12]}.",
        "",
    ]
    return "\n".join(lines)


def _row_lines(row: TypeRow) -> list[str]:
    if not row.claims:
        return ["", f"### {row.source_type.label}", "", row.absence or "Nothing found."]
    quotes = [f"> {claim.text}\n>\n> {citation_line(claim.citation)}\n" for claim in row.claims]
    return ["", f"### {row.source_type.label}", "", *quotes]


def session_markdown(session: Session, turns: list[Turn]) -> str:
    """A whole conversation as Markdown."""
    head = f"# {session.name}\n\nBegun {session.begun_at.replace('T', ' ')}, {session.turns} questions.\n"
    parts = [answer_markdown(t.answer) if t.answer else f"## {t.question}\n\n{t.note or 'No answer.'}\n" for t in turns]
    return "\n".join([head, *parts])
