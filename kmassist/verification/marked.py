"""A draft with what was found written beside each sentence: Word comments, or a page with marks."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from kmassist.verification.model import CheckedSentence, CheckReport, Verdict

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

Hide = Callable[[str, str], str]
"""(doc_id, words) -> the words with their quotation marks, as they may leave the library."""

_AUTHOR, _INITIALS = "kmassist", "km"
_TONES = {
    Verdict.QUOTED: "#cfe8cf",
    Verdict.SUPPORTED: "#cfe8cf",
    Verdict.DIFFERS: "#f6c9c3",
    Verdict.NOT_IN_CITED: "#f6c9c3",
    Verdict.NOT_HELD: "#f8e3b0",
    Verdict.NOTHING_HELD: "#f8e3b0",
    Verdict.NOT_CHECKED: "transparent",
}


def comment(sentence: CheckedSentence, hide: Hide) -> str:
    """What is written beside one sentence: the verdict, what differs, and the nearest sentence of a source."""
    lines = [f"{sentence.verdict.symbol} {sentence.says[:1].upper()}{sentence.says[1:]}."]
    lines += [f"{difference.says}." for difference in sentence.differences]
    for evidence in sentence.evidence[:1]:
        quote = hide(evidence.doc_id, evidence.quote)
        lines.append(f"Nearest here: {evidence.cite_as}, {evidence.title}: {quote}")
    return "\n".join(lines)


def marked_html(draft: str, report: CheckReport, hide: Hide) -> str:
    """The draft as one page; each checked sentence carries its verdict in words, and a mark that needs no colour."""
    parts, at = [], 0
    for sentence in report.sentences:
        parts.append(escape(draft[at : sentence.start]))
        note = escape(comment(sentence, hide), quote=True)
        parts.append(
            f'<mark style="background:{_TONES[sentence.verdict]}" title="{note}">'
            f"<sup>{sentence.verdict.symbol}</sup>{escape(sentence.text)}</mark>"
        )
        if sentence.verdict.is_alarm:
            parts.append(f"<small>[{note.replace(chr(10), ' ')}]</small>")
        at = sentence.end
    parts.append(escape(draft[at:]))
    counts = ", ".join(f"{n} {name}" for name, n in report.counts.items() if n)
    body = "".join(parts).replace("\n", "<br>\n")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>Checked: {escape(report.name)}</title>"
        "<style>body{font:1rem/1.6 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
        "small{color:#7a1f12}</style>"
        f"<h1>{escape(report.name)}</h1><p>Checked on {report.checked_on} against {report.documents} documents: "
        f"{escape(counts)}. A check says which tests a sentence passed, never that it is true.</p><p>{body}</p></html>\n"
    )


def marked_docx(
    draft: str, report: CheckReport, hide: Hide, original: bytes | None = None
) -> bytes:
    """The draft as a Word file with a comment at each checked sentence.

    Args:
        draft: its plain text.
        report: what was found.
        hide: how a quotation may leave the library.
        original: the draft's own Word file, which keeps its look; without it the text is laid out plainly.
    """
    from docx import Document

    if original is None:
        document = Document()
        for line in filter(str.strip, draft.splitlines()):
            document.add_paragraph(line.strip())
    else:
        document = Document(io.BytesIO(original))
    paragraphs = list(_paragraphs(document))
    wanted = [s for s in report.sentences if s.verdict is not Verdict.NOT_CHECKED]
    place = 0
    for sentence in wanted:
        found = _find(paragraphs, sentence.text, place)
        if found is None:
            continue
        place, runs = found
        note = comment(sentence, hide)
        document.add_comment(runs=runs, text=note, author=_AUTHOR, initials=_INITIALS)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _paragraphs(document: Any) -> Iterator[Paragraph]:
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def _find(paragraphs: Sequence[Paragraph], text: str, start: int) -> tuple[int, list[Any]] | None:
    """Number of the paragraph that holds a sentence, from ``start`` on, else from the top; and the runs that cover it."""
    wanted = " ".join(text.split())
    for number in [*range(start, len(paragraphs)), *range(start)]:
        paragraph = paragraphs[number]
        flat, places = _flat_runs(paragraph)
        at = flat.find(wanted)
        if at < 0:
            continue
        numbers = sorted(set(places[at : at + len(wanted)]))
        runs = [paragraph.runs[i] for i in range(numbers[0], numbers[-1] + 1)]
        return number, runs
    return None


def _flat_runs(paragraph: Paragraph) -> tuple[str, list[int]]:
    """A paragraph's text with single blanks, and for each character the run it comes from."""
    out: list[str] = []
    places: list[int] = []
    for number, run in enumerate(paragraph.runs):
        for character in run.text:
            if character.isspace() and (not out or out[-1] == " "):
                continue
            out.append(" " if character.isspace() else character)
            places.append(number)
    return "".join(out), places
