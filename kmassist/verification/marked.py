"""A draft with what was found written beside each sentence: Word comments, or a page with marks."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from html import escape
from typing import TYPE_CHECKING, Any

from kmassist.text.counts import counted
from kmassist.verification.model import CheckedSentence, CheckReport, Verdict

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

Hide = Callable[[str, str], str]
"""(doc_id, words) -> the words with their quotation marks, as they may leave the library."""

_AUTHOR, _INITIALS = "kmassist", "km"
_ASTRAY = "Checked as well, in a part of the file where no comment can stand:"
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
            parts.append(f" <small>[{note.replace(chr(10), ' ')}]</small>")
        at = sentence.end
    parts.append(escape(draft[at:]))
    counts = ", ".join(f"{n} {name}" for name, n in report.counts.items() if n)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>Checked: {escape(report.name)}</title>"
        "<style>body{font:1rem/1.6 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
        ".draft{white-space:pre-line}small{color:#7a1f12}</style>"
        f"<h1>{escape(report.name)}</h1><p>Checked on {report.checked_on} against {counted(report.documents, 'document')}: "
        f"{escape(counts)}. A check says which tests a sentence passed, never that it is true.</p>"
        f'<div class="draft">{"".join(parts)}</div></html>\n'
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
    place, astray = 0, []
    for sentence in wanted:
        found = _find(paragraphs, sentence.text, place)
        if found is None:
            astray.append(sentence)
            continue
        place, runs = found
        note = comment(sentence, hide)
        document.add_comment(runs=runs, text=note, author=_AUTHOR, initials=_INITIALS)
    if astray:
        heading = document.add_paragraph(_ASTRAY)
        for sentence in astray:
            run = heading.add_run(f" {sentence.text}")
            note = comment(sentence, hide)
            document.add_comment(runs=run, text=note, author=_AUTHOR, initials=_INITIALS)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _paragraphs(document: Any) -> Iterator[Paragraph]:
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def _find(paragraphs: Sequence[Paragraph], text: str, start: int) -> tuple[int, list[Run]] | None:
    """Number of the paragraph that holds a sentence, from ``start`` on, else from the top; and the runs that are the sentence."""
    wanted = " ".join(text.split())
    for number in [*range(start, len(paragraphs)), *range(start)]:
        paragraph = paragraphs[number]
        flat, places = _flat(_runs(paragraph))
        at = flat.find(wanted)
        if at < 0:
            continue
        (first, begin), (last, end) = places[at], places[at + len(wanted) - 1]
        runs = _runs(paragraph)
        _split(runs[last], end + 1)
        started = _split(runs[first], begin)
        if first == last and started is not runs[first]:
            return number, [started]
        return number, [started, *runs[first + 1 : last + 1]]
    return None


def _runs(paragraph: Paragraph) -> list[Run]:
    """Runs in order, those of links and of insertions that await acceptance with them, deleted ones not."""
    from docx.text.run import Run

    found = paragraph._p.xpath(".//w:r[not(ancestor::w:del) and not(ancestor::w:txbxContent)]")
    return [Run(element, paragraph) for element in found]


def _flat(runs: Sequence[Run]) -> tuple[str, list[tuple[int, int]]]:
    """The text of runs with single blanks, and for each character its run and its place in it."""
    out: list[str] = []
    places: list[tuple[int, int]] = []
    for number, run in enumerate(runs):
        for offset, character in enumerate(run.text):
            if character.isspace() and (not out or out[-1] == " "):
                continue
            out.append(" " if character.isspace() else character)
            places.append((number, offset))
    return "".join(out), places


def _split(run: Run, at: int) -> Run:
    """Cut a run in two that look alike, so that a comment can stand at a sentence; the run from ``at`` on. One with more than text stays whole."""
    from docx.text.run import Run

    text = run.text
    simple = all(child.tag.rpartition("}")[2] in {"rPr", "t", "tab"} for child in run._r)
    if not 0 < at < len(text) or not simple:
        return run
    rest = Run(deepcopy(run._r), run._parent)
    run._r.addnext(rest._r)
    run.text, rest.text = text[:at], text[at:]
    return rest
