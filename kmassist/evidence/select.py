"""Evidence: what the corpus holds on a question, grouped by source type, one entry a study, exact quotations only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from kmassist.documents.document import Document, SourceType
from kmassist.documents.in_force import out_of_force
from kmassist.documents.passages import Passage
from kmassist.evidence.answerable import only_asks
from kmassist.evidence.model import (
    NEARLY,
    Evidence,
    Excerpt,
    Excluded,
    FoundPassage,
    Source,
    Study,
)
from kmassist.evidence.salience import (
    _GIVES_WHAT_IS_ASKED,
    _LABEL,
    _TROUBLE,
    finding_weight,
    leans_back,
)
from kmassist.question.quantities import Quantity, gives
from kmassist.text.words import words


def assemble(
    found: Sequence[FoundPassage],
    documents: Mapping[str, Document],
    *,
    cutoff: float,
    sentences_per_source: int,
    nearest: int,
    uncovered_terms: Sequence[str] = (),
    answerable_probability: float = 0.0,
    topics: Sequence[str] = (),
    quantity: Quantity | None = None,
    favoured: re.Pattern[str] | None = None,
) -> Evidence:
    """Group what was found by source type and study; drop near-duplicate quotations; put aside what is withdrawn.

    Args:
        found: passages with their probability and sentence scores, in any order.
        documents: metadata of every document in ``found``.
        cutoff: probability from which a passage is about the question.
        sentences_per_source: the most quoted sentences of one document.
        nearest: how many studies below the cut-off to keep as "related, not direct".
        uncovered_terms, answerable_probability, topics: carried through.
        quantity: the kind of figure that is asked for; sentences that give one are quoted first.
        favoured: what else is in favour of a sentence; see `quantities.favoured`.

    Returns:
        Evidence in a total order: within a type by the best sentence, then by probability, ties by key.
    """
    by_doc: dict[str, list[FoundPassage]] = {}
    for item in sorted(found, key=lambda f: (-f.probability, -f.score, f.passage.passage_id)):
        by_doc.setdefault(item.passage.doc_id, []).append(item)
    said: list[frozenset[str]] = []
    repeated = repeated_sentences(found)
    relevant: dict[str, list[Source]] = {}
    below: dict[str, list[Source]] = {}
    for doc_id, items in by_doc.items():
        passed = [item for item in items if item.passes(cutoff)]
        source = Source(
            documents[doc_id],
            tuple(
                _excerpts(
                    items if passed else items[:1],
                    sentences_per_source,
                    repeated,
                    said if passed else [],
                    document=documents[doc_id],
                    quantity=quantity,
                    favoured=favoured,
                )
            ),
            items[0].probability,
        )
        (relevant if passed else below).setdefault(_study_key(documents[doc_id]), []).append(source)
    by_type: dict[SourceType, list[Study]] = {kind: [] for kind in SourceType}
    excluded: list[Excluded] = []
    for study in _studies(relevant):
        kept, out = _set_apart(study)
        excluded += out
        if kept is not None and study.source_type is not None:
            by_type[study.source_type].append(kept)
    return Evidence(
        by_type={kind: tuple(studies) for kind, studies in by_type.items()},
        nearest=tuple(kept for study in _studies(below) if (kept := _set_apart(study)[0]))[
            :nearest
        ],
        excluded=tuple(excluded),
        uncovered_terms=tuple(uncovered_terms),
        answerable_probability=answerable_probability,
        cutoff=cutoff,
        topics=tuple(topics),
    )


def _study_key(document: Document) -> str:
    meta = document.metadata
    title = " ".join(words(meta.title))
    return meta.study_key or (
        f"title:{title}:{meta.year}" if title and meta.year else f"doc:{document.doc_id}"
    )


def group_studies(sources: Iterable[Source]) -> list[Study]:
    """Reports of one study and kind together, the most probable first."""
    groups: dict[str, list[Source]] = {}
    for source in sources:
        groups.setdefault(_study_key(source.document), []).append(source)
    return _studies(groups)


def _studies(groups: Mapping[str, list[Source]]) -> list[Study]:
    studies = []
    for key, sources in groups.items():
        ordered = tuple(
            sorted(
                sources,
                key=lambda s: (
                    -s.probability,
                    bool(s.document.metadata.to_come),
                    s.document.doc_id,
                ),
            )
        )
        # reports of one study may be of two types: a trial and the local note on it
        for kind in (*SourceType, None):
            same = tuple(s for s in ordered if s.document.metadata.source_type is kind)
            if same:
                studies.append(Study(key, kind, same))
    return sorted(studies, key=lambda s: (-_best_score(s), -s.probability, s.dated is None, s.key))


def _best_score(study: Study) -> float:
    return max((e.score for source in study.sources for e in source.excerpts), default=0.0)


def _set_apart(study: Study) -> tuple[Study | None, list[Excluded]]:
    """The study with the reports that count, and those that say of themselves that they do not: no file silences another."""
    why = {source.document.doc_id: _why_excluded(source) for source in study.sources}
    kept = tuple(s for s in study.sources if not why[s.document.doc_id])
    out = [
        Excluded(replace(study, sources=(source,)), reason)
        for source in study.sources
        if (reason := why[source.document.doc_id])
    ]
    return (replace(study, sources=kept) if kept else None), out


def _why_excluded(source: Source) -> str:
    meta = source.document.metadata
    if meta.source_type is None:
        return f"its kind of source is not known (kmassist sources edit {source.document.doc_id} --set source_type=...)"
    return out_of_force(meta)


def repeated_sentences(found: Sequence[FoundPassage]) -> frozenset[str]:
    """Sentences that stand in three or more documents: notices and templates, never an answer."""
    where: dict[str, set[str]] = {}
    for item in found:
        for number in range(len(item.passage.sentences)):
            where.setdefault(item.passage.sentence(number), set()).add(item.passage.doc_id)
    return frozenset(sentence for sentence, docs in where.items() if len(docs) >= 3)


"""Factor on a sentence with the kind of figure that the question asks for. What reads like a finding does not count then: how many
took part may be what is asked (chosen on `benchmarks.questions --figures`)."""
"""Lines about a document, which answer nothing."""


def _is_title(sentence: str, title: str) -> bool:
    """Whether a line is the document's title, by itself or with a few words of the page's head behind it and no full stop."""
    line, named = words(sentence), words(title)
    is_head = not sentence.rstrip().endswith((".", "!", "?")) and len(line) <= len(named) + 5
    return len(named) >= 3 and (line == named or (is_head and line[: len(named)] == named))


def _excerpts(
    items: Sequence[FoundPassage],
    limit: int,
    repeated: frozenset[str],
    said: list[frozenset[str]],
    *,
    floor: float = NEARLY,
    document: Document,
    quantity: Quantity | None = None,
    favoured: re.Pattern[str] | None = None,
) -> list[Excerpt]:
    """The best sentences of one document, best first; neighbours in a passage are quoted together.

    A sentence must reach ``floor`` times the best one's score; one that says nearly the same as another is left out. With
    a report of patients and carers one sentence more is quoted when the chosen ones tell of no trouble and the same passages do: what
    went badly for one person can matter more than what went well for most.
    """

    def weight(item: FoundPassage, sentence: str) -> float:
        if item.is_ordered:
            return 1.0
        if quantity is None:
            return finding_weight(sentence, item.passage.heading) * (
                _GIVES_WHAT_IS_ASKED if favoured and favoured.search(sentence) else 1.0
            )
        return _GIVES_WHAT_IS_ASKED if gives(quantity, sentence) else 1.0

    scored = [
        (max(0.0, score) * weight(item, item.passage.sentence(i)), item, i)
        for item in items
        for i, score in enumerate(item.sentence_scores)
        if can_answer(item.passage, i, document, repeated)
    ]
    scored.sort(key=lambda s: (-s[0], s[1].passage.passage_id, s[2]))
    chosen: list[tuple[float, FoundPassage, int]] = []
    for score, item, i in scored:
        if len(chosen) == limit or (chosen and score < floor * chosen[0][0]):
            break
        if not is_said(item.passage.sentence(i), said):
            chosen.append((score, item, i))
    if document.metadata.source_type is SourceType.PPI and not any(
        _TROUBLE.search(item.passage.sentence(i)) for _, item, i in chosen
    ):
        told = {id(item) for _, item, _ in chosen}
        chosen += [
            s for s in scored if id(s[1]) in told and _TROUBLE.search(s[1].passage.sentence(s[2]))
        ][:1]
    return [excerpt_of(item, numbers, score) for score, item, numbers in _joined(chosen)]


def can_answer(passage: Passage, number: int, document: Document, repeated: Set[str]) -> bool:
    """Whether a sentence may be quoted as evidence: no title, label, notice, question, scrap or line of the apparatus."""
    sentence = passage.sentence(number)
    return not (
        sentence in repeated
        or _LABEL.search(sentence)
        or document.apparatus_at(passage.sentences[number][0])
        or _is_title(sentence, document.metadata.title)
        or only_asks(sentence)
        or len(words(sentence)) < 3
    )


def is_said(sentence: str, said: list[frozenset[str]]) -> bool:
    """Whether nearly the same has been said; when not, it is now."""
    terms = frozenset(words(sentence))
    if any(len(terms & other) >= 0.85 * len(terms | other) for other in said):
        return True
    said.append(terms)
    return False


def _joined(
    chosen: Sequence[tuple[float, FoundPassage, int]],
) -> list[tuple[float, FoundPassage, list[int]]]:
    """Sentences that stand side by side become one quotation; in order of the best score in each."""
    groups: list[tuple[float, FoundPassage, list[int]]] = []
    for score, item, i in sorted(chosen, key=lambda c: (c[1].passage.passage_id, c[2])):
        last = groups[-1] if groups else None
        if (
            last
            and last[1] is item
            and last[2][-1] == i - 1
            and _are_in_one_paragraph(item.passage, i - 1)
        ):
            groups[-1] = (max(last[0], score), item, [*last[2], i])
        else:
            groups.append((score, item, [i]))
    return sorted(groups, key=lambda g: (-g[0], g[1].passage.passage_id, g[2]))


def _are_in_one_paragraph(passage: Passage, number: int) -> bool:
    """Whether a sentence and the next stand on one line of the text, which a paragraph is."""
    end, start = passage.sentences[number][1], passage.sentences[number + 1][0]
    return "\n" not in passage.text[end - passage.start : start - passage.start]


_LONGEST_LIST = 12
_OPEN, _CLOSE = "“", "”"


def with_whole_speech(passage: Passage, first: int, last: int) -> tuple[int, int]:
    """The span widened by at most two sentences on one side, so that nobody's words are cut off in the middle."""

    def is_whole(a: int, b: int) -> bool:
        words = passage.text[
            passage.sentences[a][0] - passage.start : passage.sentences[b][1] - passage.start
        ]
        return words.count('"') % 2 == 0 and words.count(_OPEN) == words.count(_CLOSE)

    wider = (
        (first, last),
        (first, last + 1),
        (first - 1, last),
        (first, last + 2),
        (first - 2, last),
    )
    return next(
        ((a, b) for a, b in wider if a >= 0 and b < len(passage.sentences) and is_whole(a, b)),
        (first, last),
    )


def _lead_in(passage: Passage, number: int) -> int | None:
    """The line that a list's item hangs on: the nearest one before it that ends in a colon, when all between are single lines."""
    for i in range(number - 1, max(-1, number - 1 - _LONGEST_LIST), -1):
        if _are_in_one_paragraph(passage, i):
            return None
        if passage.sentence(i).endswith(":"):
            return i
    return None


def excerpt_of(item: FoundPassage, numbers: Sequence[int], score: float) -> Excerpt:
    """Neighbouring sentences of a passage, by number, as one exact quotation.

    An item of a list is quoted with the line that it hangs on; where other items stand between, that line is ``before``. A
    sentence that opens with a word for what stands before it is quoted with that, in one paragraph.
    """
    passage = item.passage
    first, last = numbers[0], numbers[-1]
    if first and leans_back(passage.sentence(first)) and _are_in_one_paragraph(passage, first - 1):
        first -= 1
    first, last = with_whole_speech(passage, first, last)
    lead = _lead_in(passage, first)
    if lead is not None and lead == first - 1:
        first, lead = lead, None
    before = first - 1 if lead is None else lead
    start, end = passage.sentences[first][0], passage.sentences[last][1]
    return Excerpt(
        doc_id=passage.doc_id,
        passage_id=passage.passage_id,
        start=start,
        end=end,
        quote=passage.text[start - passage.start : end - passage.start],
        page=passage.page,
        page_is_estimated=passage.page_is_estimated,
        section=passage.heading,
        probability=item.probability,
        score=round(score, 6),
        before=passage.sentence(before) if before >= 0 else "",
        after=passage.sentence(last + 1) if last + 1 < len(passage.sentences) else "",
    )
