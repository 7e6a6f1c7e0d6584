"""The library as it may be told to somebody visitor: within a sharing mark, with small numbers of people hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kmassist.answers.model import Answer
from kmassist.assistant.within import answer_within, circle, withheld
from kmassist.briefs import Audience, Withheld
from kmassist.documents.document import Document, HeadingSpan, SourceType, ids_meant
from kmassist.documents.metadata import Sharing
from kmassist.documents.required_metadata import missing_metadata
from kmassist.errors import DocumentNotFound, RecordError
from kmassist.gaps import GapRecord
from kmassist.gaps.records import Knowledge
from kmassist.index import Filter
from kmassist.privacy.masking import hide_in_metadata
from kmassist.privacy.masks import applied
from kmassist.privacy.redaction import redact_record, scan_record
from kmassist.text import clock
from kmassist.verification.engine import DraftChecker
from kmassist.verification.model import CheckedSentence, CheckReport

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.assistant.briefs import BriefEntry
    from kmassist.assistant.finding import Found
    from kmassist.briefs import Brief

__all__ = [  # all that a face needs which shows nothing else
    "CheckReport", "CheckedSentence", "Document", "Filter", "GapRecord", "Knowledge", "Part", "SourceType", "Visitor", "Withheld",
    "refuse_personal_data",
]  # fmt: skip
_INSIDE_FIELDS = ("raised_by", "trigger_detail", "owner_role", "action", "notes", "closing_note")
"""What of a gap only people within the NHS see."""


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a document: ``text[start:end]`` under its heading; ``number`` counts from 1, ``level`` from 1."""

    number: int
    level: int
    title: str
    start: int
    end: int
    page: int | None


class Visitor:
    """What one library tells somebody who may not see all of it.

    Args:
        assistant: the open library.
        mark: the widest sharing mark of the sources that may be shown.
    """

    def __init__(self, assistant: Assistant, mark: Sharing | str = Sharing.PUBLIC) -> None:
        self._assistant = assistant
        self.mark = Sharing(mark)
        self.may_see = circle(mark)

    @property
    def corpus_digest(self) -> str:
        """Changes with the documents that are held."""
        return self._assistant.index.stats().corpus_digest

    # -- asking -------------------------------------------------------------------------------------------------------

    def answer(self, question: str, *, where: Filter | None = None) -> tuple[Answer, Withheld]:
        """The answer as it may leave, and what was kept back."""
        answer, kept = answer_within(self._assistant, question, self.may_see, where=where)
        return self._assistant.leaving(answer), kept

    def search(self, question: str, *, where: Filter | None = None, k: int = 10) -> Sequence[Found]:
        """The best passages among what may be shown; show ``citation.masked()`` of each."""
        return self._assistant.search(question, where=self._within(where), k=k)

    def check(self, draft: str, *, name: str = "draft") -> CheckReport:
        """Every sentence of a draft against what may be shown."""
        assistant = self._assistant
        checker = DraftChecker(assistant.index, assistant.embedder, self._within(None))
        return checker.check(draft, name=name, today=clock.today())

    def quotation(self, doc_id: str, quote: str) -> str:
        """Words of a source with their quotation marks, small numbers hidden."""
        return self._assistant.drafts.hide(doc_id, quote)

    def _within(self, where: Filter | None) -> Filter:
        hidden = frozenset(d.doc_id for d in self._hidden())
        narrowed = where or Filter()
        return replace(narrowed, without_doc_ids=hidden | narrowed.without_doc_ids)

    # -- documents ----------------------------------------------------------------------------------------------------

    def sources(self, where: Filter | None = None) -> Sequence[Document]:
        """The documents that may be shown, without text, their metadata as they may leave."""
        found = self._assistant.sources(where)
        return [self._leaving(d) for d in found if d.metadata.sharing in self.may_see]

    def kept_back(self) -> Withheld:
        """How many documents of the library may not be shown."""
        return withheld(self._hidden())

    def _hidden(self) -> Sequence[Document]:
        return [d for d in self._assistant.sources() if d.metadata.sharing not in self.may_see]

    def _leaving(self, document: Document) -> Document:
        hidden = hide_in_metadata(document, self._assistant.settings.privacy)
        return document.model_copy(update={"metadata": hidden})

    def source(self, doc: str) -> Document:
        """One document without its text.

        Raises:
            DocumentNotFound: there is none of that id that may be shown.
        """
        return self._leaving(self._held(doc)).model_copy(update={"text": ""})

    def _held(self, doc: str) -> Document:
        """A document with its own text and metadata; not to be shown as it is."""
        wanted = doc.strip()
        may_be_shown = (d for d in self._assistant.sources() if d.metadata.sharing in self.may_see)
        ids = ids_meant(wanted, may_be_shown)
        if len(ids) != 1:
            raise DocumentNotFound(
                f"No document that may be shown has the id '{wanted[:60]}'."
                if not ids
                else f"'{wanted[:60]}' matches {len(ids)} documents.",
                "List them with the sources tool, and give the whole id.",
            )
        return self._assistant.source(ids[0])

    def lacks(self, doc: str) -> Sequence[str]:
        """What a source of its kind must say of itself and this one does not."""
        return missing_metadata(self._held(doc).metadata)

    def outline(self, doc: str) -> Sequence[Part]:
        """The sections of a document in order; one without headings is one section."""
        document = self._held(doc)
        heads = list(document.headings)
        if not heads or document.text[: heads[0].start].strip():
            heads.insert(0, HeadingSpan(level=1, start=0, end=0, title=document.metadata.title))
        ends = [*(head.start for head in heads[1:]), len(document.text)]
        return [
            Part(
                number=number,
                level=head.level,
                title=self._shown(document, head.start, head.end) or head.title,
                start=head.start,
                end=end,
                page=page.number if (page := document.page_at(head.start)) else None,
            )
            for number, (head, end) in enumerate(zip(heads, ends, strict=True), start=1)
        ]

    def text(self, doc: str, start: int = 0, end: int | None = None) -> str:
        """``text[start:end]`` of a document, small numbers of people masked; a place before its beginning is its beginning."""
        document = self._held(doc)
        last = len(document.text) if end is None else max(0, end)
        return self._shown(document, max(0, start), last)

    def _shown(self, document: Document, start: int, end: int) -> str:
        masks = self._assistant.asking.gate.in_place(document, start, end)
        return applied(document.text[start:end], masks, start=start)

    # -- records ------------------------------------------------------------------------------------------------------

    def gaps(self, *, stage: str = "", topic: str = "") -> Sequence[GapRecord]:
        """The register, without personal data and small numbers; who acts is told within the NHS alone."""
        return [self._gap(gap) for gap in self._assistant.gaps.list(stage=stage, topic=topic)]

    def _gap(self, gap: GapRecord) -> GapRecord:
        body: dict[str, Any] = redact_record(gap.model_dump(mode="json"))
        gate = self._assistant.asking.gate
        for name in ("title", "question", *_INSIDE_FIELDS):
            body[name] = gate.in_words(str(body[name]))
        if Sharing.NHS not in self.may_see:
            body |= dict.fromkeys(_INSIDE_FIELDS, "")
        body |= {"cases_a_year": None, "cases_needed": None}
        return gap.model_validate(body)

    def briefs(self) -> Sequence[BriefEntry]:
        """The kept briefs whose readers may see no more than may be shown, the newest revision of each."""
        newest: dict[str, BriefEntry] = {}
        for entry in self._assistant.briefs.list():
            if Audience(entry.audience).may_see <= self.may_see:
                newest.setdefault(entry.brief_id, entry)
        return list(newest.values())

    def brief(self, brief_id: str) -> str:
        """A kept brief as Markdown.

        Raises:
            RecordError: there is none that may be shown, or a quotation no longer holds.
        """
        desk = self._assistant.briefs
        if brief_id not in {entry.brief_id for entry in self.briefs()}:
            raise RecordError(f"No brief that may be shown has the id '{brief_id[:60]}'.")
        brief: Brief = desk.open(brief_id)
        marks = {d.doc_id: d.metadata.sharing for d in self._assistant.sources()}
        closed = [s for s in brief.sources if marks.get(s.doc_id) not in self.may_see]
        if closed or desk.check(brief):
            raise RecordError(
                "The brief no longer agrees with the library.", "Compose it again in kmassist."
            )
        return desk.markdown(brief)


def refuse_personal_data(fields: Mapping[str, Any]) -> None:
    """Nothing that somebody outside writes into a record may name a patient.

    Raises:
        RecordError: a field seems to hold personal data.
    """
    found = scan_record(dict(fields))
    if found:
        raise RecordError(
            f"What was written seems to hold personal data ({found[0].kind.value}).",
            "Leave it out: records name roles, never people.",
        )
