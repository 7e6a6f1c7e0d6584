"""A document as JSON and in lines: what is known of it, where it came from, what it seems to say of itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kmassist.documents.document import Document
    from kmassist.documents.proposal import Proposal


def document_json(document: Document, *, with_text: bool = False) -> dict[str, Any]:
    """A document for scripts."""
    body: dict[str, Any] = json.loads(
        document.model_dump_json(exclude={"text", "pages", "headings", "composed", "left_out"})
    )
    body["pages"] = len(document.pages)
    if with_text:
        body["text"] = document.text
    return body


def document_lines(document: Document) -> list[str]:
    """A document for a person: every known value and where it came from, then what is missing."""
    from kmassist.cli.render import safe, style, wrap

    meta = document.metadata
    lines = [
        style(safe(meta.title or document.source_name), bold=True),
        f"  {'id':<18}{document.doc_id}",
    ]
    lines.append(
        f"  {'file':<18}{safe(document.source_name)}{' ' + document.locator if document.locator else ''}"
    )
    for name, value in meta:
        if name in ("title", "came_from") or value in (None, "", (), False):
            continue
        came = meta.came_from.get(name, "default")
        lines.append(wrap(f"{name.replace('_', ' '):<18}{_shown(value)}  [{came}]", "  ", " " * 20))
    lines += [wrap(f"! {warning}", "  ", "    ") for warning in document.warnings]
    return lines


def proposal_lines(proposals: Sequence[Proposal]) -> list[str]:
    """What a document seems to say of itself, with its words and where they stand, and how to take it."""
    from kmassist.cli.render import safe, wrap

    lines = [
        wrap(
            f"? {p.field.replace('_', ' '):<16}{_shown(tuple(p.value) if isinstance(p.value, list) else p.value)}"
            f"  [proposed: “{safe(p.quote)}”, {p.place}]",
            "  ",
            " " * 20,
        )
        for p in proposals
    ]
    if lines:
        lines.append("  Take these with --accept-proposals ('add', or 'sources edit').")
    return lines


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        if value and hasattr(value[0], "criterion"):
            return f"{len(value)} criteria: " + "; ".join(_criterion(c) for c in value)
        if value and hasattr(value[0], "outcome"):
            return "; ".join(
                f"{f.outcome}: {f.direction or '?'} {f.estimate}".strip() for f in value
            )
        return ", ".join(str(v) for v in value)
    if hasattr(value, "model_dump"):
        return "; ".join(
            f"{k}: {_shown(v)}"
            for k, v in value.model_dump().items()
            if v not in (None, "", (), False)
        )
    label = getattr(value, "label", None)
    return f"{value} ({label})" if label else str(value)


def _criterion(criterion: Any) -> str:
    achieved = criterion.achieved_percent
    share = f"{criterion.numerator} of {criterion.denominator}"
    target = (
        f", target {criterion.target_percent:g}%" if criterion.target_percent is not None else ""
    )
    return (
        f"{criterion.criterion} {share} ({achieved:.0f}%){target}"
        if achieved is not None
        else criterion.criterion
    )
