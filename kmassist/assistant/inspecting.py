"""What would be stored of a file or folder, before anything is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kmassist.assistant.holding import HELD_PARTS
from kmassist.assistant.preparing import keep_inside, limits_of, root_of
from kmassist.documents.document import Document
from kmassist.documents.passages import split_document
from kmassist.documents.proposal import Proposal
from kmassist.privacy.identifiers import summarise
from kmassist.privacy.masking import SmallNumbers
from kmassist.privacy.redaction import scan_document, scan_record
from kmassist.privacy.small_numbers import suppress_name
from kmassist.question.vocabulary import Vocabulary
from kmassist.readers import LEFT_OUT, look_through
from kmassist.readers.metadata.proposals import propose
from kmassist.readers.ocr import require_ocr
from kmassist.readers.sandbox import Sandbox
from kmassist.settings.model import PrivacySettings, Settings


@dataclass(frozen=True, slots=True)
class Inspection:
    """One document as it would be stored. ``identifiers`` are masked; ``missing`` are what its kind should say and does not,
    ``proposals`` what its own words seem to say of that."""

    document: Document
    passages: int
    missing: tuple[str, ...]
    identifiers: tuple[str, ...]
    already: str
    proposals: tuple[Proposal, ...] = ()

    def leaving(self, privacy: PrivacySettings) -> Inspection:
        """It as it may leave the library: small numbers of people masked."""
        gate = SmallNumbers(privacy)
        proposals = tuple(proposal.masked(gate.in_words) for proposal in self.proposals)
        already = suppress_name(self.already, below=privacy.hide_counts_below)
        document = gate.leaving(self.document)
        return replace(self, document=document, proposals=proposals, already=already)


def inspect_paths(
    settings: Settings,
    vocabulary: Vocabulary,
    path: Path,
    overrides: Mapping[str, Any],
    *,
    ocr: bool = False,
    known: Mapping[str, Document] | None = None,
) -> list[Inspection]:
    """What would be stored from a file or folder, before anything is; needs no library.

    Raises:
        SourceError: a file cannot be read. MissingExtra: ``ocr`` without ocrmypdf or tesseract.
    """
    if ocr:
        require_ocr()
    pattern = settings.privacy.hospital_number_pattern
    found = []
    with Sandbox(limits_of(settings)) as sandbox:
        for file, problem in look_through([path]):
            if problem is not None and getattr(problem, "kind", "") == LEFT_OUT:
                continue
            if problem is not None:
                raise problem
            for read in sandbox.read(
                file,
                overrides=overrides,
                root=root_of(path),
                find_topics=vocabulary.topics_of,
                ocr=ocr,
            ):
                parts = read.left_out
                document = keep_inside(read.model_copy(update={"left_out": ()}))
                found_in = [i for i in scan_document(document, pattern) if i.blocks]
                found_in += scan_record([part.text for part in parts], pattern)
                kinds = Counter(part.kind for part in parts if part.kind in HELD_PARTS)
                same = (known or {}).get(document.doc_id)
                found.append(
                    Inspection(
                        document=document,
                        passages=len(split_document(document)),
                        missing=document.warnings,
                        identifiers=(
                            *summarise(found_in),
                            *(f"{kind} left out ({n})" for kind, n in sorted(kinds.items())),
                        ),
                        already=f"already in the library as {same.source_name}" if same else "",
                        proposals=propose(document),
                    )
                )
    return found
