"""The scale-up check of a pilot: from a question or a source, against a target."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kmassist.answers.presentation import marked
from kmassist.briefs.scale_check import ScaleCheck, Target, differences, must_know
from kmassist.briefs.scale_up import scale_up
from kmassist.briefs.source_lines import source_lines
from kmassist.briefs.target_site import places_in, target_claims
from kmassist.coverage import State
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Design
from kmassist.errors import DocumentNotFound, RecordError
from kmassist.privacy.masking import SmallNumbers
from kmassist.records.store import left
from kmassist.text.tables import export_form, save_text, to_csv, to_markdown

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_TRIED = frozenset({Design.BEFORE_AFTER, Design.QUASI_EXPERIMENTAL, Design.RCT})


class ScaleDesk:
    """ISAT's ten domains for a pilot, each with the sentences behind it."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def check(
        self, about: str, *, beside: Sequence[str] = (), target: Target | None = None
    ) -> ScaleCheck:
        """Check a pilot.

        Args:
            about: a source (its id, the start of it, or its file name), judged by itself and what stands ``beside`` it; or a
                question, judged by everything found relevant for it.
            beside: further sources.
            target: the place it would go to.

        Raises:
            RecordError: nothing relevant was found for the question.
            DocumentNotFound: a source named in ``beside`` is not there.
        """
        target = target or Target(setting=self._assistant.settings.site.setting)
        more = [self._assistant.source(doc) for doc in beside]
        try:
            pilots = [self._assistant.source(about)]
            around, unchecked = more, list[Document]()
            subject = pilots[0].metadata.title or pilots[0].source_name
        except DocumentNotFound as error:
            if not any(c.isspace() for c in about.strip()):
                raise
            found, unchecked = self._relevant(about)
            if not found and not unchecked:
                raise RecordError(
                    "Nothing in this library is about that question, so there is nothing to check."
                ) from error
            pilots = [d for d in found if d.metadata.source_type is SourceType.SVE] or [
                d for d in found if _was_tried(d)
            ]
            around = [*found, *more]
            subject = about
        documents = list({d.doc_id: d for d in [*pilots, *around, *unchecked]}.values())
        numbers = {d.doc_id: n for n, d in enumerate(documents, start=1)}
        privacy = self._assistant.settings.privacy

        result = scale_up(
            pilots,
            around,
            lambda d: numbers[d.doc_id],
            gate=SmallNumbers(privacy),
            unchecked=unchecked,
            target_setting=target.words,
        )
        names = (target.name,) if target.name else places_in(about, documents)
        gate = SmallNumbers(privacy)
        said = target_claims(pilots, [*pilots, *around], names, lambda d: numbers[d.doc_id], gate)
        result = result.model_copy(update={"target": tuple(said)})
        result = result.model_copy(update={"differs": differences(pilots, target)})
        result = result.model_copy(update={"must_know": must_know(result, target)})
        held = [*result.target, *(claim for line in result.domains for claim in line.claims)]
        lines = source_lines(documents, privacy, {claim.citation.doc_id for claim in held})
        return ScaleCheck(subject=subject, target=target, result=result, sources=lines)

    def text(self, check: ScaleCheck, form: str) -> str:
        """A check as ``md``, ``csv`` or ``json``."""
        if form == "json":
            return json.dumps(check.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"
        rows = [
            [
                line.part,
                line.domain,
                line.state,
                line.because,
                " ".join(f"{marked(c.citation)} [{c.citation.number}]" for c in line.claims),
            ]
            for line in check.result.domains
        ]
        header = ["Part", "Domain", "State", "Why", "Passages"]
        if form == "csv":
            return to_csv(header, rows)
        parts = [f"# Scale-up check: {check.subject}\n", f"{CREDIT}\n", to_markdown(header, rows)]
        for title, lines in (
            ("The target, from its own sources", said_of_target(check)),
            ("What differs between pilot and target", check.result.differs),
            ("What must be known before the decision", check.result.must_know),
            ("Sources", [f"[{s.number}] {s.reference}" for s in check.sources]),
        ):
            if lines:
                parts.append(f"## {title}\n\n" + "".join(f"- {line}\n" for line in lines))
        return "\n".join(parts)

    def export(self, check: ScaleCheck, path: Path, *, force: bool = False) -> Path:
        """Write a check by the path's suffix (.md, .csv, .json)."""
        written = save_text(path, self.text(check, export_form(path)), force=force)
        return left(self._assistant.index, "scale-up check", written)

    def _relevant(self, question: str) -> tuple[list[Document], list[Document]]:
        """What is counted or quoted for a question, and what a person has yet to look at for it."""
        answer = self._assistant.answer(question)
        cells = [cell for cell in answer.coverage.cells if cell.state is not State.ABSENT]
        quoted = dict.fromkeys(claim.citation.doc_id for claim in answer.claims)
        held = dict.fromkeys(doc_id for cell in cells for doc_id in cell.held) | quoted
        unchecked = {doc_id for cell in cells for doc_id in cell.unchecked} - quoted.keys()
        documents = [self._assistant.index.document(doc_id) for doc_id in held]
        return (
            [d for d in documents if d.doc_id not in unchecked],
            [d for d in documents if d.doc_id in unchecked],
        )


def _was_tried(document: Document) -> bool:
    return document.metadata.source_type is SourceType.PUB and document.metadata.design in _TRIED


def said_of_target(check: ScaleCheck) -> list[str]:
    """What sources say of the target, each with its reference."""
    return [f"{marked(c.citation)} [{c.citation.number}]" for c in check.result.target]


CREDIT = (
    "Domains of the Intervention Scalability Assessment Tool (Milat and others 2020, doi 10.1186/s12961-019-0494-2). "
    "The tool's names are used; the rules and questions are kmassist's own. Evidenced means that sources cover it, "
    "not that it is good."
)
