"""The evidence table of a brief: one row a study, for researchers (as reviews tabulate what they include)."""

from __future__ import annotations

import io
from pathlib import Path

from kmassist.answers.model import Citation
from kmassist.answers.presentation import marked
from kmassist.briefs.layout.points import row_words
from kmassist.briefs.layout.wording import figure_words
from kmassist.briefs.model import Brief, FindingLine, SourceLine
from kmassist.documents.metadata import Setting
from kmassist.evidence.salience import finding_weight
from kmassist.pages.blocks import Layout, Table, text
from kmassist.pages.docx import to_docx
from kmassist.text.tables import safe_cell, to_csv, written_as

COLUMNS = ("Ref.", "Source", "Kind and design", "Setting", "People", "Result with interval", "In its own words, and where")  # fmt: skip
_WIDTHS = (0.05, 0.14, 0.14, 0.1, 0.08, 0.22, 0.27)
_NOT_SAID = "not stated"
_RESULTS, _NOT_FOUND = {"effect", "harm"}, {"unknown", "not costed"}


def evidence_rows(brief: Brief) -> list[tuple[str, ...]]:
    """One row a study in order of reference number, as wide as `COLUMNS`; documents of one study share a row."""
    studies: dict[str, list[SourceLine]] = {}
    for line in brief.sources:
        studies.setdefault(line.metadata.study_id or line.doc_id, []).append(line)
    return [_row(brief, lines) for lines in studies.values()]


def _row(brief: Brief, lines: list[SourceLine]) -> tuple[str, ...]:
    numbers = {line.number for line in lines}
    meta = lines[0].metadata
    cited = [c.citation for c in brief.all_claims if c.citation.number in numbers]
    unknown = [m.claim.citation for m in brief.key_messages if m.claim and m.slot in _NOT_FOUND]
    # what it found before what it did not; its own words before a line that was computed; what reads most like a finding
    cited.sort(key=lambda c: (c in unknown, c.is_computed, -finding_weight(c.quote, "")))
    first = next(iter(cited), None)
    kind = meta.source_type.label if meta.source_type else ""
    people = next((m for line in lines if (m := _people(line))), "")
    return (
        " ".join(f"[{line.number}]" for line in lines),
        "; ".join(line.cite_as for line in lines),
        ", ".join(part for part in (kind, meta.design.label if meta.design else "") if part),
        meta.country + (" (this service)" if meta.setting is Setting.UK_LOCAL else "") or _NOT_SAID,
        people or _NOT_SAID,
        "; ".join(_results(brief, numbers)) or _NOT_SAID,
        _quoted(first) if first else "not quoted",
    )


def _quoted(citation: Citation) -> str:
    place = f"page {citation.page}" if citation.page else citation.section.rpartition(" › ")[2]
    return f"{marked(citation)}{f' ({place})' if place else ''}"


def _people(line: SourceLine) -> str:
    meta = line.metadata
    heard = meta.ppi.number if meta.ppi else None
    return str(meta.sample_size or heard or "")


def _results(brief: Brief, numbers: set[int]) -> list[str]:
    found = [f"{f.outcome}: {_result(f)}" for f in brief.findings if f.number in numbers]
    if not found:  # the record states none: rows of its own tables of results
        told = [m.claim.citation for m in brief.key_messages if m.claim and m.slot in _RESULTS]
        found = [w for c in told if c.number in numbers and (w := row_words(c.quote))]
    return found + [
        f"{f.criterion.rstrip('.')}: {figure_words(f)}".rstrip(".")
        for f in brief.audit
        if f.number in numbers
    ]


def _result(line: FindingLine) -> str:
    """A recorded result with its interval or, without one, the direction that its source states."""
    shown = " ".join(part for part in (line.measure, line.estimate) if part)
    if line.interval:
        return f"{shown} ({line.interval})".strip()
    return ", ".join(part for part in (shown, line.direction) if part)


def evidence_table(brief: Brief, path: Path) -> bytes:
    """The table as the bytes of a file of that name: .csv, .xlsx or .docx.

    Raises:
        ExportError: another suffix.
    """
    suffix = written_as(path, (".docx", ".xlsx", ".csv"))
    rows = evidence_rows(brief)
    if suffix == ".csv":
        return to_csv(COLUMNS, rows).encode()
    if suffix == ".xlsx":
        return _xlsx(rows)
    table = Table("", COLUMNS, tuple(tuple(text(cell) for cell in row) for row in rows), _WIDTHS)
    return to_docx(
        Layout(
            title=brief.title,
            subtitle="Evidence table: one row a study",
            status=f"{brief.state.value.upper()} · {brief.composed_on}",
            date=brief.composed_on,
            footer=f"{brief.brief_id} · corpus {brief.method.corpus.digest[:12]}",
            blocks=(table,),
        )
    )


def _xlsx(rows: list[tuple[str, ...]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Evidence table"
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([safe_cell(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = 160 * width
        for cell in sheet[column]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
