"""Tables as lines and criteria: one place, so that slides, text documents, rich text and pages read them alike."""

from __future__ import annotations

from collections.abc import Sequence

from kmassist.documents.metadata import AuditCriterion
from kmassist.documents.source_types import SourceType
from kmassist.readers.audit import read_audit_table
from kmassist.readers.content import TextBuilder
from kmassist.readers.grid import Cell, Grid, Note, Table, add_blocks, add_lines
from kmassist.readers.grid_reading import read_grid
from kmassist.readers.metadata.provenance import Layer


def add_rows(builder: TextBuilder, rows: Sequence[Sequence[Cell]]) -> list[AuditCriterion]:
    """Adds rows of cells as lines; a cell that spans several places is the same object in each of them.

    Returns:
        The criteria, when it is an audit's table.
    """
    grid = Grid()
    for row in rows:
        if any(cell.text for cell in row):
            grid.add_row((cell, 1, 1) for cell in row)
    if not grid.rows:
        return []
    if len(grid.rows) == 1 or max(map(len, grid.rows)) == 1:
        for cells in grid.rows:
            for cell in dict.fromkeys(cells):
                builder.paragraph(cell.text)
        return []
    return add_audited(builder, read_grid(grid))


def add_audited(
    builder: TextBuilder, blocks: Sequence[Note | Table], *, is_tight: bool = False
) -> list[AuditCriterion]:
    """Adds what a grid holds; a table of an audit as the sentences of its criteria, which are given."""
    criteria: list[AuditCriterion] = []
    plain: list[Note | Table] = []
    title = builder.subject
    for block in blocks:
        audit = None
        if isinstance(block, Table):
            audit = read_audit_table(block, title=title, place="table row")
        elif len(block.texts) == 1:
            title = block.texts[0]
        if audit is None:
            plain.append(block)
            continue
        add_blocks(builder, plain, is_tight=is_tight)
        plain = []
        criteria += audit.criteria
        add_lines(builder, audit.lines, is_tight=is_tight)
        for warning in audit.warnings:
            builder.warn(warning)
    add_blocks(builder, plain, is_tight=is_tight)
    return criteria


def audit_layers(criteria: Sequence[AuditCriterion]) -> list[Layer]:
    """What the criteria that were found say of the document."""
    if not criteria:
        return []
    return [
        Layer("file", {"audit": [criterion.model_dump() for criterion in criteria]}),
        Layer("detected", {"source_type": SourceType.AUD}),
    ]
