"""Files that look as if they hold personal data: held until somebody has them redacted, or accepts them with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kmassist.documents.document import Document, LeftOut
from kmassist.errors import UnreadableSource
from kmassist.events import Event, Warned
from kmassist.privacy.identifiers import Identifier, IdentifierKind, summarise
from kmassist.privacy.redaction import redact_document, scan_document, scan_record
from kmassist.settings.model import PrivacySettings

HELD_PARTS = frozenset({"hidden sheet", "comment", "deleted text", "hidden text"})
"""Kinds of parts left out for which a file is held; others are looked through and hold it only for what is found in them."""


WITHOUT_ORIGINAL = "without-original"


def _why_held(blocking: Sequence[Identifier], hidden: Sequence[LeftOut]) -> list[str]:
    """Why a file waits for a decision, in sentences."""
    says = []
    if blocking:
        says.append(f"It looks as if it holds personal data: {'; '.join(summarise(blocking))}.")
    if hidden:
        kinds = Counter(part.kind for part in hidden)
        told = ", ".join(f"{kind} ({count})" for kind, count in sorted(kinds.items()))
        says.append(f"Its original holds parts that are not shown and were left out: {told}.")
    return says


def settle_identifiers(
    path: Path,
    documents: list[Document],
    consent: Mapping[str, str],
    privacy: PrivacySettings,
    audit: Callable[..., None],
) -> tuple[list[Document], bool, list[Event]]:
    """Hold back, redact or accept what looks like personal data; nothing of it is stored before the choice.

    Raises:
        UnreadableSource: of kind ``identifiers``, when there is personal data and no choice was made.
    """
    parts = [part for document in documents for part in document.left_out]
    documents = [document.model_copy(update={"left_out": ()}) for document in documents]
    if not privacy.scan:
        return documents, False, []
    pattern = privacy.hospital_number_pattern
    hidden = [part for part in parts if part.kind in HELD_PARTS]
    in_parts = scan_record([part.text for part in parts], pattern)
    found = [i for document in documents for i in scan_document(document, pattern)] + in_parts
    notes: list[Event] = []
    if any(item.kind is IdentifierKind.NHS_TEST_NUMBER for item in found):
        notes.append(
            Warned(f"{path.name} holds NHS numbers of the test range, which are never issued.")
        )
    blocking = [item for item in found if item.blocks]
    if not blocking and not hidden:
        return documents, False, notes
    choice = next((consent[key] for key in (str(path), path.name, "*") if key in consent), "")
    if not choice:
        raise UnreadableSource(
            " ".join(_why_held(blocking, hidden)),
            "Nothing of it was stored. Look with 'kmassist inspect', then add it with --redact, --without-original or --accept REASON, or leave it out.",
            kind="identifiers",
        )
    if choice == WITHOUT_ORIGINAL and len(blocking) == len(in_parts):
        notes.append(Warned(f"{path.name}: stored without its original."))
        return documents, True, notes
    if choice == WITHOUT_ORIGINAL:
        raise UnreadableSource(
            " ".join(_why_held(blocking, [])),
            "That is in the text itself, so leaving out the original is not enough: --redact, or --accept REASON.",
            kind="identifiers",
        )
    if choice == "redact" and not blocking:
        notes.append(Warned(f"{path.name}: stored without its original, which holds hidden parts."))
        return documents, True, notes
    if choice == "redact":
        replaced = [item for item in found if item.kind is not IdentifierKind.NHS_TEST_NUMBER]
        notes.append(
            Warned(
                f"{path.name}: replaced {'; '.join(summarise(replaced))}. This is no claim that it is anonymous."
            )
        )
        return [redact_document(document, pattern) for document in documents], True, notes
    audit(
        "accept identifiers",
        doc_id=documents[0].doc_id,
        reason=choice,
        count=len(blocking),
        hidden=len(hidden),
    )
    return documents, False, notes
