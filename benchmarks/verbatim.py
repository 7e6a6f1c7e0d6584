"""Do words stay as they are printed and values under their own headings? Run: ``python -m benchmarks.verbatim``.

*Sentences*: those of five words or more of the real PDFs of ../shared/data, against the letters that pdfium gives in the order of the
file, without those in Arabic letters, which pdfium gives in another order; and those of twenty trials set in two justified columns
with a running head and page numbers, against the trial. One is verbatim when its letters and digits stand there as one run, joined when they are two (a page, a column or a note
between), else neither. *Tables*: those of the trials with one or two rows of headings, set as a page, half of them without
lines; a row is false when a value stands under a heading that is none of its column's. Needs ../shared; a user's clone has none of it.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from kmassist.documents.document import Document
from kmassist.errors import SourceError
from kmassist.readers.pdf.reader import PdfReader
from kmassist.readers.sandbox import Sandbox
from kmassist.text.sentences import split_sentences

DATA = Path(__file__).parents[2] / "shared" / "data"
RESULTS = Path(__file__).parent / "results" / "verbatim.json"
_FEWEST_WORDS, _TABLES, _TRIALS = 5, 50, 20


def folded(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]+", "", text).casefold()


def printed(data: bytes) -> str:
    """The letters of a PDF in the order of the file, folded."""
    import pypdfium2

    book = pypdfium2.PdfDocument(data)
    found = []
    for number in range(len(book)):
        with suppress(pypdfium2.PdfiumError):  # a page that is damaged holds no words
            found.append(book[number].get_textpage().get_text_range())
    book.close()
    return folded("".join(found))


def judged(sentence: str, letters: str) -> str:
    """``verbatim``, ``joined`` of two runs, or ``changed``."""
    if folded(sentence) in letters:
        return "verbatim"
    words = sentence.split()
    splits = range(1, len(words))
    return "joined" if any(_both(words, at, letters) for at in splits) else "changed"


def _both(words: Sequence[str], at: int, letters: str) -> bool:
    return all(folded(" ".join(part)) in letters for part in (words[:at], words[at:]))


def prose(document: Document) -> Iterator[str]:
    """The sentences of a document that it did not compose from a table."""
    text = document.text
    for span in document.composed:
        text = (
            text[: span.start]
            + re.sub(r"[^\n]", " ", text[span.start : span.end])
            + text[span.end :]
        )
    for line in text.split("\n"):
        cut = (line[start:end] for start, end in split_sentences(line))
        yield from (s for s in cut if len(s.split()) >= _FEWEST_WORDS)


def sentences() -> dict[str, object]:
    """How many sentences of the real PDFs are as printed."""
    counts: Counter[str] = Counter()
    changed: list[str] = []
    with Sandbox() as sandbox:
        for path in sorted((DATA / "pdf").glob("*.pdf")):
            try:
                documents = sandbox.read(path)
            except SourceError:
                counts["files_refused"] += 1
                continue
            letters = printed(path.read_bytes())
            for sentence in (s for document in documents for s in prose(document)):
                if not re.search(r"[\u0590-\u08ff\ufb1d-\ufefc]", sentence):
                    counts[outcome := judged(sentence, letters)] += 1
                    changed += [f"{path.name}: {sentence[:80]}"] * (outcome == "changed")
    return {**_shares(counts), "which": changed}


def _shares(counts: Counter[str]) -> dict[str, object]:
    total = max(1, counts["verbatim"] + counts["joined"] + counts["changed"])
    return {**counts, "changed_percent": round(100 * counts["changed"] / total, 2)}


def columns() -> dict[str, object]:
    """The same of trials set in two columns."""
    counts: Counter[str] = Counter()
    changed: list[str] = []
    for path in sorted((DATA / "maternity_trials" / "jats").glob("*.xml"))[:_TRIALS]:
        root = etree.parse(
            path, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        )
        paragraphs = [
            " ".join("".join(map(str, p.itertext())).split()) for p in root.findall("body//p")
        ][:80]
        if len(paragraphs) < _FEWEST_WORDS:
            continue  # the file holds no more than the abstract
        letters = folded("".join(paragraphs))
        (document,) = PdfReader().read(Path("trial.pdf"), two_columns(paragraphs))
        for sentence in prose(document):
            counts[outcome := judged(sentence, letters)] += 1
            changed += [f"{path.name}: {sentence[:80]}"] * (outcome == "changed")
    return {**_shares(counts), "which": changed[:20]}


def two_columns(paragraphs: Sequence[str]) -> bytes:
    """Paragraphs on pages of two justified columns, with a running head and the number of the page."""
    from reportlab.lib.enums import TA_JUSTIFY
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    def furnish(canvas: Canvas, _: object) -> None:
        canvas.setFont("Times-Italic", 8)
        canvas.drawString(50, 815, "Journal of Trials 2024; 12: 1-9")
        canvas.drawCentredString(A4[0] / 2, 25, str(canvas.getPageNumber()))

    out = io.BytesIO()
    book = BaseDocTemplate(out, pagesize=A4)
    frames = [Frame(x, 45, 240, 755, id=str(x)) for x in (50, 305)]
    book.addPageTemplates([PageTemplate("two", frames, onPage=furnish)])
    style = ParagraphStyle(
        "body",
        fontName="Times-Roman",
        fontSize=9.5,
        leading=11.5,
        alignment=TA_JUSTIFY,
        spaceAfter=4,
    )
    book.build([Paragraph(escape(text), style) for text in paragraphs if text])
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Set:
    """A table as the trial gives it: rows of texts, each where it begins with how far it reaches; how many rows are headings."""

    rows: list[list[str]]
    spans: list[tuple[int, int, int, int]]
    heads: int

    def above(self, column: int) -> list[str]:
        """The headings over a column, folded."""
        return [text for row in self.rows[: self.heads] if (text := folded(row[column]))]


def tables() -> Iterator[Set]:
    """Tables of the trials with one or two rows of headings, at most seven columns and cells that fit a page."""
    for path in sorted((DATA / "maternity_trials" / "jats").glob("*.xml")):
        root = etree.parse(
            path, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        )
        for table in root.iter("table"):
            found = _filled(table)
            if found is not None:
                yield found


def _filled(table: etree._Element) -> Set | None:
    head, body = table.find("thead"), table.find("tbody")
    if head is None or body is None:
        return None
    trs = [*head.iter("tr"), *body.iter("tr")]
    grid: dict[tuple[int, int], str] = {}
    spans = []
    for y, tr in enumerate(trs):
        x = 0
        for cell in tr:
            while (y, x) in grid:
                x += 1
            wide, deep = int(cell.get("colspan") or 1), int(cell.get("rowspan") or 1)
            text = " ".join("".join(map(str, cell.itertext())).split())
            grid |= {(y + dy, x + dx): text for dy in range(deep) for dx in range(wide)}
            spans.append((x, y, x + wide - 1, y + deep - 1))
            x += wide
    wide = 1 + max((x for _, x in grid), default=0)
    rows = [[grid.get((y, x), "") for x in range(wide)] for y in range(len(trs))]
    heads = len(list(head.iter("tr")))
    fits = 3 <= wide <= 7 and 1 <= heads <= 2 and 4 <= len(rows) <= 25
    is_plain = all(len(c) <= 60 and ";" not in c and ": " not in c for row in rows for c in row)
    return Set(rows, spans, heads) if fits and is_plain else None


def page_of(table: Set, *, ruled: bool) -> bytes:
    """The table as a PDF page, its headings bold."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()["BodyText"]
    begins = {(x, y) for x, y, _, _ in table.spans}
    cells = [
        [
            Paragraph(f"<b>{escape(c)}</b>" if y < table.heads else escape(c), style)
            if (x, y) in begins
            else ""
            for x, c in enumerate(row)
        ]
        for y, row in enumerate(table.rows)
    ]
    look: list[Any] = [("SPAN", (x, y), (right, low)) for x, y, right, low in table.spans]
    look.append(("VALIGN", (0, 0), (-1, -1), "TOP"))
    look.append(
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black)
        if ruled
        else ("LINEBELOW", (0, table.heads - 1), (-1, table.heads - 1), 1, colors.black)
    )
    out = io.BytesIO()
    width = 720 / len(table.rows[0])
    page = Table(cells, colWidths=width, style=look)
    SimpleDocTemplate(out, pagesize=landscape(A4)).build(
        [Paragraph("A table of a trial.", style), page]
    )
    return out.getvalue()


def false_rows(table: Set, document: Document) -> tuple[int, list[str]]:
    """How many rows were composed with headings, and those with a value under a heading of another column."""
    columns: defaultdict[str, set[int]] = defaultdict(set)
    for row in table.rows[table.heads :]:
        for x, text in enumerate(row):
            columns[folded(text)].add(x)
    every = {text for x in range(len(table.rows[0])) for text in table.above(x)}
    rows, wrong = 0, []
    for span in document.composed:
        for line in document.text[span.start : span.end].split("\n"):
            pairs = re.findall(r"(?:^|; )([^;:]+): ([^;]+?)(?=;|\.$|$)", line)
            rows += bool(pairs)
            for heading, value in pairs:
                said, places = folded(heading), columns.get(folded(value), set())
                right = {text for x in places for text in table.above(x)}
                names = {text for text in every if text in said}
                if places and names and not names & right:
                    wrong.append(line)
                    break
    return rows, wrong


def headings() -> dict[str, object]:
    """Fifty tables of trials set as pages: how many rows stand under headings, and under a false one."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for number, table in enumerate(tables()):
        if number == _TABLES:
            break
        (document,) = PdfReader().read(Path("table.pdf"), page_of(table, ruled=number % 2 == 0))
        rows, false = false_rows(table, document)
        counts.update(tables=1, with_headings=int(rows > 0), rows=rows, false_rows=len(false))
        wrong += [f"{number}: {line}" for line in false]
    return {**counts, "which": wrong[:20]}


def main() -> int:
    """Prints and keeps both."""
    if not DATA.is_dir():
        print("The real files are not here.")
        return 0
    found = {"real_pages": sentences(), "two_columns": columns(), "tables": headings()}
    print(json.dumps(found, indent=1, ensure_ascii=False))
    # The words of the files stay out of the repository.
    kept = {part: {k: v for k, v in told.items() if k != "which"} for part, told in found.items()}
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
