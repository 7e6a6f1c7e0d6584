"""Files that look as if they hold personal data, and what was made of a library: held until somebody has them redacted, or accepts them with a reason."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kmassist.documents.document import Document, LeftOut
from kmassist.errors import UnreadableSource
from kmassist.events import Event, Warned
from kmassist.privacy.identifiers import Identifier, IdentifierKind, summarise
from kmassist.privacy.redaction import redact_document, scan_document, scan_record
from kmassist.settings.model import PrivacySettings
from kmassist.text.shipped import english

_OWN = english("documents", "made_of_this_library")

HELD_PARTS = frozenset({"hidden sheet", "hidden slide", "comment", "deleted text", "hidden text"})
"""Kinds of parts left out for which a file is held; others are looked through and hold it only for what is found in them."""


REDACT, WITHOUT_ORIGINAL, SCRUB = "redact", "without-original", "scrub"
"""What may be chosen instead of a reason to accept a file as it is."""


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


def hold_own_work(
    path: Path,
    documents: Sequence[Document],
    consent: Mapping[str, str],
    *,
    audit: Callable[..., None],
) -> None:
    """Hold back what was made of a library: taken in, an answer would be evidence for the next one.

    Raises:
        UnreadableSource: of kind ``own``, when nobody gave a reason to take it.
    """
    own = [d for d in documents if _OWN.search(d.text)]
    if not own:
        return
    choice = _chosen(path, consent)
    if choice in {"", REDACT, WITHOUT_ORIGINAL, SCRUB}:
        raise UnreadableSource(
            "It is an answer, a brief or a register that kmassist made of a library, and no source of its own.",
            "Add the sources that it names, or take another service's brief with 'kmassist share import'. To add it all the same, give --accept REASON.",
            kind="own",
        )
    audit("accept own work", doc_id=own[0].doc_id, reason=choice)


def _chosen(path: Path, consent: Mapping[str, str]) -> str:
    return next((consent[key] for key in (str(path), path.name, "*") if key in consent), "")


@dataclass(frozen=True, slots=True)
class Settled:
    """What of a file is stored: its documents, and the bytes that are kept as its original, None for none.

    ``is_chosen``: somebody decided what is kept, so that an original which is held already is no reason to change nothing.
    """

    documents: list[Document]
    original: bytes | None
    notes: list[Event]
    is_chosen: bool = True


def settle_identifiers(
    path: Path,
    documents: list[Document],
    data: bytes,
    consent: Mapping[str, str],
    privacy: PrivacySettings,
    *,
    audit: Callable[..., None],
    scrub: Callable[[Path], tuple[bytes, str]],
) -> Settled:
    """Hold back, redact, scrub or accept what looks like personal data; nothing of it is stored before the choice.

    Args:
        path: the file.
        documents: what was read of it.
        data: its bytes.
        consent: file name, path or ``*`` -> what was chosen.
        privacy: the settings of the scan.
        audit: writes a line of the audit trail.
        scrub: gives a copy of the file without its hidden parts, and the digest of what it was made of.

    Raises:
        UnreadableSource: of kind ``identifiers``, when there is personal data and no choice was made, or one that is not
            enough; of kind ``scrub``, when there is no scrubbed copy.
    """
    parts = [part for document in documents for part in document.left_out]
    documents = [document.model_copy(update={"left_out": ()}) for document in documents]
    if not privacy.scan:
        return Settled(documents, data, [], is_chosen=False)
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
        return Settled(documents, data, notes, is_chosen=False)
    choice = _chosen(path, consent)
    if not choice:
        raise UnreadableSource(
            " ".join(_why_held(blocking, hidden)),
            "Nothing of it was stored. Look with 'kmassist inspect', then add it with --redact, --scrub, --without-original or --accept REASON, or leave it out.",
            kind="identifiers",
        )
    told = {"doc_id": documents[0].doc_id, "count": len(blocking), "hidden": len(hidden)}
    is_in_text = len(blocking) > sum(item.blocks for item in in_parts)
    if choice in {SCRUB, WITHOUT_ORIGINAL} and is_in_text:
        raise UnreadableSource(
            " ".join(_why_held(blocking, [])),
            "That is in the text itself, so leaving out the hidden parts is not enough: --redact, or --accept REASON.",
            kind="identifiers",
        )
    if choice == SCRUB:
        copy = _scrubbed(path, data, scrub)
        audit("store scrubbed", **told)
        said = f"{path.name}: stored scrubbed, a copy without its hidden parts and properties."
        return Settled(documents, copy, [*notes, Warned(said)])
    if choice == WITHOUT_ORIGINAL or (choice == REDACT and not blocking):
        notes.append(Warned(f"{path.name}: stored without its original."))
        return Settled(documents, None, notes)
    if choice == REDACT:
        replaced = [item for item in found if item.kind is not IdentifierKind.NHS_TEST_NUMBER]
        notes.append(
            Warned(
                f"{path.name}: replaced {'; '.join(summarise(replaced))}. This is no claim that it is anonymous."
            )
        )
        return Settled([redact_document(document, pattern) for document in documents], None, notes)
    audit("accept identifiers", reason=choice, **told)
    return Settled(documents, data, notes)


def _scrubbed(path: Path, data: bytes, scrub: Callable[[Path], tuple[bytes, str]]) -> bytes:
    """The copy, when it was made of these bytes."""
    copy, digest = scrub(path)
    if hashlib.sha256(data).hexdigest() != digest:
        raise UnreadableSource(
            "The file changed while it was being read.",
            "Add it again when nobody is writing to it.",
        )
    return copy
