"""An answer from what somebody may see, what was kept back from it, and what is missing: for every way out of the library.

What may not be shown is left out of the search itself, so that nothing of it can show through; how much was left out is
said in numbers, so that "nothing here" is never said of what is held and not shared.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from kmassist.answers.model import Answer
from kmassist.assistant.brief_inputs import named_in
from kmassist.briefs import Withheld
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Sharing
from kmassist.documents.source_types import kind_in_words
from kmassist.index import Filter
from kmassist.question.types import Need
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_WIDER = {Sharing.PUBLIC: 0, Sharing.NHS: 1, Sharing.TEAM: 2}


def circle(mark: Sharing | str) -> frozenset[Sharing]:
    """The sharing marks that somebody may see who may see this one."""
    own = _WIDER[Sharing(mark)]
    return frozenset(one for one, place in _WIDER.items() if place <= own)


def answer_within(
    assistant: Assistant,
    about: str | Answer,
    may_see: Collection[Sharing],
    *,
    where: Filter | None = None,
    today: dt.date | None = None,
) -> tuple[Answer, Withheld]:
    """The answer from what may be seen, and how many sources that are about the question were left out.

    Args:
        about: a question, or an answer to it; one that was given before the corpus changed is asked again.
        may_see: sharing marks of the sources that may be used.
        where: which documents are asked.
        today: the day that ages are counted to.
    """

    def again(answer: Answer, narrowed: Filter | None) -> Answer:
        found = assistant.answer(
            answer.resolved_question,
            where=narrowed,
            types=answer.types or None,
            senses=answer.senses or None,
            without=answer.chosen.without,
            subject=answer.chosen.subject,
            today=today,
        )
        return found.model_copy(update={"question": answer.question})

    hidden = {d.doc_id: d for d in assistant.index.documents() if d.metadata.sharing not in may_see}
    if isinstance(about, str):
        first = assistant.answer(about, where=where, today=today)
    elif about.corpus.digest == assistant.index.stats().corpus_digest:
        first = about
    else:  # the corpus changed since: what was quoted may be gone
        first = again(about, where)
    kept_out = [hidden[doc_id] for doc_id in sorted(named_in(first) & set(hidden))]
    if not kept_out:
        return first, Withheld()
    without = frozenset(hidden) | (where.without_doc_ids if where else frozenset())
    narrowed = replace(where or Filter(), without_doc_ids=without)
    return again(first, narrowed), withheld(kept_out)


def withheld(documents: Collection[Document]) -> Withheld:
    """Sources that are kept back, in numbers."""
    counts = Counter(d.metadata.source_type for d in documents)
    by_type = tuple((kind or "", counts[kind]) for kind in (*SourceType, None) if counts[kind])
    return Withheld(documents=len(documents), by_type=by_type)


def kept_back_says(kept: Withheld) -> str:
    """How many sources are about the question and were not shown, in words; empty when none was."""
    if not kept.documents:
        return ""
    parts = ", ".join(
        f"{kind_in_words(SourceType(kind) if kind else None).lower()}: {n}"
        for kind, n in kept.by_type
    )
    one = kept.documents == 1
    return (
        f"{kept.documents} more {'source is' if one else 'sources are'} about this and "
        f"{'is' if one else 'are'} held, but may not be shown here ({parts})."
    )


def missing_says(answer: Answer, kept: Withheld) -> str:
    """What an answer lacks, in one or two sentences: kinds of source that are absent, and what was held back."""
    where = f"searched on {answer.searched_on}, {counted(answer.corpus.documents, 'document')}"
    held_back = {kind for kind, _ in kept.by_type}
    wanted = [
        row.source_type
        for rows in answer.missing.values()
        for row in rows
        if row.source_type.value not in held_back
    ]
    cells = answer.coverage
    needed = [k.label.lower() for k in wanted if cells.cell(k).need is Need.REQUIRED]
    useful = [k.label.lower() for k in wanted if cells.cell(k).need is not Need.REQUIRED]
    parts = []
    if needed:
        parts.append(f"needed for this question: {', '.join(needed)}")
    if useful:
        parts.append(f"would help: {', '.join(useful)}")
    said = (
        f"None in this corpus ({where}), {'; '.join(parts)}."
        if parts
        else f"No kind of source that the question needs is wholly missing ({where})."
    )
    return f"{said} {kept_back_says(kept)}".strip()
