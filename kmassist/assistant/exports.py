"""What of a library leaves it as files of figures and references: series over time, and lists for reference managers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kmassist.briefs.audit_series import AuditSeries, audit_series
from kmassist.briefs.layout.series import series_picture
from kmassist.briefs.process_chart import ChartKind
from kmassist.briefs.reference_files import bibtex_of, references_csv, ris_of
from kmassist.briefs.source_lines import source_lines
from kmassist.documents.metadata import Sharing
from kmassist.errors import ExportError, RecordError
from kmassist.index import Filter, Index
from kmassist.records.store import left
from kmassist.settings.model import Settings
from kmassist.text.tables import save_bytes, to_csv, written_as
from kmassist.text.words import stem, words

_REFERENCES = {".ris": ris_of, ".bib": bibtex_of, ".csv": references_csv}
_SERIES = (".svg", ".png", ".csv")


def find_series(
    index: Index, settings: Settings, about: str = "", *, is_leaving: bool
) -> tuple[AuditSeries, ...]:
    """The audit criteria measured three times or more whose words hold all of ``about``; longest first.

    With ``is_leaving`` small numbers of people are left out of each series.
    """
    wanted = {stem(word) for word in words(about)}
    found = audit_series(index.documents(), settings.privacy if is_leaving else None)
    return tuple(
        series
        for series in found
        if wanted <= {stem(word) for word in words(f"{series.criterion} {series.issuer}")}
    )


def write_series(
    index: Index, series: Sequence[AuditSeries], path: Path, kind: ChartKind | None, *, force: bool
) -> Path:
    """One series as .svg or .png, or any number of them as .csv.

    Raises:
        RecordError: a picture is asked for and there is not exactly one series.
        ExportError: another suffix, or it cannot be written.
    """
    suffix = written_as(path, _SERIES)
    if suffix == ".csv":
        header = ("criterion", "issuer", "from", "to", "count", "of", "percent", "target")
        rows = [
            (
                one.criterion,
                one.issuer,
                p.start,
                p.end,
                p.count,
                p.size,
                f"{p.percent:.1f}",
                one.target,
            )
            for one in series
            for p in one.shown
        ]
        data = to_csv(header, rows).encode()
    elif len(series) != 1:
        raise RecordError(
            f"{len(series)} series fit these words; a picture shows one.",
            "Add words of the criterion, or write a .csv file.",
        )
    else:
        data = series_picture(series[0], kind, suffix)
    return left(index, "series", save_bytes(path, data, force=force))


def write_references(
    index: Index, settings: Settings, where: Filter, path: Path, *, force: bool = False
) -> tuple[Path, int, int]:
    """The documents as RIS, BibTeX or CSV: the path, how many, and how many marked for the team alone were left out.

    Raises:
        ExportError: another suffix, nothing to write, or it cannot be written.
    """
    write = _REFERENCES[written_as(path, _REFERENCES)]
    held = index.documents(where)
    documents = [d for d in held if d.metadata.sharing is not Sharing.TEAM]
    if not documents:
        raise ExportError(
            "No document may be written: none fits, or all are marked for the team alone.",
            "See 'kmassist sources list'.",
        )
    text = write(source_lines(documents, settings.privacy))
    save_bytes(path, text.encode(), force=force)
    return left(index, "references", path), len(documents), len(held) - len(documents)
