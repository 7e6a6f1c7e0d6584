"""Evidence: what the corpus holds on a question, grouped by source type, one entry a study, exact quotations only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kmassist.documents import Design, Document, SourceType
from kmassist.passages import Passage
from kmassist.quantities import Quantity, gives
from kmassist.text import words


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage with the gate's probability, the ranking score and one score a sentence."""

    passage: Passage
    probability: float
    score: float
    sentence_scores: tuple[float, ...]
    counts: bool | None = None

    def passes(self, cutoff: float) -> bool:
        """Whether it bears on the question: as the gate said, else by the cut-off alone."""
        return self.probability >= cutoff if self.counts is None else self.counts


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An exact quotation: ``document.text[start:end] == quote``, whole sentences.

    ``before`` and ``after`` are the neighbouring sentences; ``probability`` is the relevance gate's, 0 to 1.
    """

    doc_id: str
    passage_id: str
    start: int
    end: int
    quote: str
    page: int | None
    page_is_estimated: bool
    section: str
    probability: float
    score: float
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A document (without its text) and what it says on the question, best first.

    ``never_names``: element of the question (``figure``, ``intervention``, ``outcome``, ``subject``) -> its words, that no part of the
    document names.
    """

    document: Document
    excerpts: tuple[Excerpt, ...]
    probability: float
    never_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Study:
    """Reports of one study, best first; most studies have one. Counting is by study, never by passage."""

    key: str
    source_type: SourceType
    sources: tuple[Source, ...]

    def never_names(self, element: str) -> str:
        """The words of this element of the question, when none of its reports names it anywhere; else empty."""
        found = [source.never_names.get(element, "") for source in self.sources]
        return found[0] if found and all(found) else ""

    @property
    def probability(self) -> float:
        """The best report's."""
        return max(source.probability for source in self.sources)

    @property
    def dated(self) -> str | None:
        """The newest evidence date of its reports."""
        return max((s.document.metadata.dated for s in self.sources if s.document.metadata.dated), default=None)

    @property
    def design(self) -> Design | None:
        """The design of the first report that states one."""
        return next((s.document.metadata.design for s in self.sources if s.document.metadata.design), None)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A study that bears on the question but does not count, and why (withdrawn, superseded, undated...)."""

    study: Study
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found.

    ``by_type`` has all eight types, also empty ones, in their fixed order; ``nearest`` did not pass the gate and may be
    shown only as "related, not direct"; ``uncovered_terms`` are informative words of the question that nothing found uses.
    """

    by_type: Mapping[SourceType, tuple[Study, ...]]
    nearest: tuple[Study, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    uncovered_terms: tuple[str, ...] = ()
    answerable_probability: float = 0.0
    cutoff: float = 0.5
    topics: tuple[str, ...] = field(default=())

    @property
    def studies(self) -> tuple[Study, ...]:
        """Every study that passed the gate, in order of type."""
        return tuple(study for studies in self.by_type.values() for study in studies)


_ROW = re.compile(r": [^;]+; [^:;]+: ")
_SENTENCE = (
    (  # a figure, an interval, a count
        1.5,
        re.compile(
            r"\d+(?:\.\d+)?\s?%|\b\d[\d,]*(?: of |/)\d|\b(?:CI|RR|OR|HR|IRR|confidence interval)\b|\bp\s?[<=>]|£\s?\d"
            r"|\b\d+(?:\.\d+)? (?:versus|vs?|against|compared)\b",
            re.I,
        ),
    ),
    (  # a direction, an absence, a voice
        1.25,
        re.compile(
            r"\b(?:did not(?! (?:measure|record|report|collect))|no (?:\w+ ){0,2}differences?|not (?:shown|reduce|lower|test|known|differ)|similar|significant\w*|fewer|lower|"
            r"higher|longer|shorter|reduc\w+|increas\w+|decreas\w+|rose|fell|improv\w+|(?:more|less) (?:often|likely)|found|showed|said|"
            r"asked|felt|wanted|should|must|recommend\w*)\b",
            re.I,
        ),
    ),
    (  # one group against another
        1.3,
        re.compile(
            r"\bbetween (?:the )?(?:two |study |both )?(?:groups|arms)\b|\bcompared (?:with|to)\b|\bversus\b|\bvs\b"
            r"|\bthan (?:in|with|those|the|women|placebo|usual|standard)\b|\b(?:intervention|control|placebo|treatment) (?:group|arm)",
            re.I,
        ),
    ),
    # What others found, a row of a table, half a thought, a question, a notice to the reader, what was done: said, but no finding.
    (0.6, re.compile(r"\[\d+(?:[,–-]\s?\d+)*\]|\bet al\b|\b(?:previous|earlier) (?:stud|trial|report|review)\w*", re.I)),
    (0.7, _ROW),
    (0.7, re.compile(r"\b(?:did|does) not (?:measure|record|report|collect)\b", re.I)),
    (0.7, re.compile(r"^(?:they|it|he|she|those|these|both|such)\b", re.I)),  # speaks of what stands before it
    (0.3, re.compile(r"\?[\"'”’)]*$")),
    (
        0.4,
        re.compile(
            r"^(?:read|see|refer to|consult|ask|contact|note that)\b.*\b(?:full|text|before|page|appendix|table|author)\b", re.I
        ),
    ),
    (
        0.6,
        re.compile(
            r"^(?:this|the|these) (?:review|study|trial|paper|survey|digest|note|report)s?\b[^.]*?"
            r"\b(?:pooled|compared|included|looked at|examined|describes?|covers?|set out to)\b"
            r"|^(?:To \w+|The aim|We aimed|It tested|Researchers (?:compared|reanalysed))\b"
            r"|\b(?:were|was) (?:randomised|randomly|recruited|invited)\b|\blooked at \d|\btook part\b|\bmet for\b|\bhad all attended\b",
            re.I,
        ),
    ),
)
_HEADING = (  # the first that fits
    (1.0, re.compile(r"conclu|interpretation|main findings|what do these findings", re.I)),
    (0.6, re.compile(r"discuss|limitation|strength|implication|introduction", re.I)),
    (
        1.3,
        re.compile(
            r"result|finding|found|what .*(?:said|show|asked|happen|chang)|outcome|effect|figures|does not show|main|key|lesson|recommend",
            re.I,
        ),
    ),
    (
        0.6,
        re.compile(
            r"method|background|\baims?\b|scope|why (?:it|we)|what was (?:done|studied|compared|tested)|what this|what \w+ is\b|who (?:was|were|we|spoke|took part|met)\b|the question|objective|purpose|design|participants"
            r"|setting|how (?:we|it)",
            re.I,
        ),
    ),
)


def is_row(sentence: str) -> bool:
    """Whether a sentence is the row of a table ("Measure: Caesarean birth; Home: 30/120") rather than prose."""
    return bool(_ROW.search(sentence))


def finding_weight(sentence: str, heading: str) -> float:
    """How much a sentence reads like a finding of its source: a factor on its score, about 0.1 to 3.2.

    A figure, a stated direction and a comparison raise it; a question, a notice, a row of a table, a report of other people's
    studies and a heading of methods lower it. Headings are looked at from the innermost outwards. Chosen on the demonstration
    questions and on the sentences that experts marked in 19 maternity trials, where a marked sentence comes first for 48% of
    the prompts with it and for 15% without (docs/measurements.md).
    """
    weight = 1.0
    for factor, pattern in _SENTENCE:
        if pattern.search(sentence):
            weight *= factor
    for part in reversed(heading.split(" › ")):
        for factor, pattern in _HEADING:
            if pattern.search(part):
                return weight * factor
    return weight


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
        cutoff: probability from which a passage bears on the question.
        sentences_per_source: the most quoted sentences of one document.
        nearest: how many studies below the cut-off to keep as "related, not direct".
        uncovered_terms, answerable_probability, topics: carried through.
        quantity: the kind of figure that is asked for; sentences that give one are quoted first.
        favoured: what else speaks for a sentence; see `quantities.favoured`.

    Returns:
        Evidence in a total order: within a type by probability, ties by key.
    """
    by_doc: dict[str, list[FoundPassage]] = {}
    for item in sorted(found, key=lambda f: (-f.probability, -f.score, f.passage.passage_id)):
        by_doc.setdefault(item.passage.doc_id, []).append(item)
    said: list[frozenset[str]] = []
    repeated = _repeated_sentences(found)
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
                    title=documents[doc_id].metadata.title,
                    hears_trouble=documents[doc_id].metadata.source_type is SourceType.PPI,
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
        reason = _why_excluded(study)
        if reason:
            excluded.append(Excluded(study, reason))
        else:
            by_type[study.source_type].append(study)
    return Evidence(
        by_type={kind: tuple(studies) for kind, studies in by_type.items()},
        nearest=tuple(study for study in _studies(below) if not _why_excluded(study))[:nearest],
        excluded=tuple(excluded),
        uncovered_terms=tuple(uncovered_terms),
        answerable_probability=answerable_probability,
        cutoff=cutoff,
        topics=tuple(topics),
    )


def _study_key(document: Document) -> str:
    meta = document.metadata
    title = " ".join(words(meta.title))
    return meta.study_key or (f"title:{title}:{meta.year}" if title and meta.year else f"doc:{document.doc_id}")


def _studies(groups: Mapping[str, list[Source]]) -> list[Study]:
    studies = []
    for key, sources in groups.items():
        ordered = tuple(sorted(sources, key=lambda s: (-s.probability, s.document.doc_id)))
        for kind in SourceType:  # reports of one study may be of two types: a trial and the local note on it
            same = tuple(s for s in ordered if (s.document.metadata.source_type or SourceType.PUB) is kind)
            if same:
                studies.append(Study(key, kind, same))
    return sorted(studies, key=lambda s: (-s.probability, -_best_score(s), s.key))


def _best_score(study: Study) -> float:
    return max((e.score for source in study.sources for e in source.excerpts), default=0.0)


_OUT = re.compile(r"\b(withdrawn|superseded|retracted|rescinded|replaced by)\b", re.I)


def _why_excluded(study: Study) -> str:
    for source in study.sources:
        meta = source.document.metadata
        if meta.source_type is None:
            return f"its kind of source is not known (kmassist sources edit {source.document.doc_id} --set source_type=...)"
        if meta.superseded_by:
            return f"superseded by {meta.superseded_by}"
        found = _OUT.search(meta.status)
        if found:
            return found.group().lower()
    return ""


def _repeated_sentences(found: Sequence[FoundPassage]) -> frozenset[str]:
    """Sentences that stand in three or more documents: notices and templates, never an answer."""
    where: dict[str, set[str]] = {}
    for item in found:
        for number in range(len(item.passage.sentences)):
            where.setdefault(item.passage.sentence(number), set()).add(item.passage.doc_id)
    return frozenset(sentence for sentence, docs in where.items() if len(docs) >= 3)


_TROUBLE = re.compile(
    r"\b(?:frighten\w*|scar(?:ed|y)|afraid|alone|worr(?:y|ied|ying)|upset\w*|distress\w*|ignored|dismissed|pain\w*|unsafe|harm\w*|"
    r"not (?:told|heard|listened|believed|asked|understood)|nobody|worst|let down|felt (?:judged|watched|rushed)|complain\w*)\b",
    re.I,
)


_GIVES_WHAT_IS_ASKED = 1.25
"""Factor on a sentence with the kind of figure that the question asks for. What reads like a finding does not count then: how many
took part may be what is asked (chosen on `benchmarks.questions --figures`)."""
_LABEL = re.compile(
    r"^(?:checked against|key ?words?|doi|isbn|(?:trial |study )?registration|correspondence(?: to)?|copyright|licen[cs]e|funding|"
    r"(?:competing|conflicts? of|declarations? of) interests?)\s*:",
    re.I,
)
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
    floor: float = 0.4,
    title: str = "",
    hears_trouble: bool = False,
    quantity: Quantity | None = None,
    favoured: re.Pattern[str] | None = None,
) -> list[Excerpt]:
    """The best sentences of one document, best first; neighbours in a passage are quoted together.

    A sentence must reach ``floor`` times the best one's score; one that says nearly the same as another is left out. With
    ``hears_trouble`` one sentence more is quoted when the chosen ones tell of no trouble and the same passages do: what
    went badly for one person can matter more than what went well for most.
    """

    def weight(sentence: str, heading: str) -> float:
        if quantity is None:
            return finding_weight(sentence, heading) * (_GIVES_WHAT_IS_ASKED if favoured and favoured.search(sentence) else 1.0)
        return _GIVES_WHAT_IS_ASKED if gives(quantity, sentence) else 1.0

    scored = [
        (max(0.0, score) * weight(item.passage.sentence(i), item.passage.heading), item, i)
        for item in items
        for i, score in enumerate(item.sentence_scores)
        if not (item.passage.sentence(i) in repeated or _LABEL.search(item.passage.sentence(i)))
        and not _is_title(item.passage.sentence(i), title)
        and len(words(item.passage.sentence(i))) >= 3
    ]
    scored.sort(key=lambda s: (-s[0], s[1].passage.passage_id, s[2]))
    chosen: list[tuple[float, FoundPassage, int]] = []
    for score, item, i in scored:
        if len(chosen) == limit or (chosen and score < floor * chosen[0][0]):
            break
        terms = frozenset(words(item.passage.sentence(i)))
        if not any(len(terms & other) >= 0.85 * len(terms | other) for other in said):
            said.append(terms)
            chosen.append((score, item, i))
    if hears_trouble and not any(_TROUBLE.search(item.passage.sentence(i)) for _, item, i in chosen):
        told = {id(item) for _, item, _ in chosen}
        chosen += [s for s in scored if id(s[1]) in told and _TROUBLE.search(s[1].passage.sentence(s[2]))][:1]
    return [excerpt_of(item, numbers, score) for score, item, numbers in _joined(chosen)]


def _joined(chosen: Sequence[tuple[float, FoundPassage, int]]) -> list[tuple[float, FoundPassage, list[int]]]:
    """Sentences that stand side by side become one quotation; in order of the best score in each."""
    groups: list[tuple[float, FoundPassage, list[int]]] = []
    for score, item, i in sorted(chosen, key=lambda c: (c[1].passage.passage_id, c[2])):
        last = groups[-1] if groups else None
        if last and last[1] is item and last[2][-1] == i - 1 and "\n" not in _between(item.passage, i - 1):
            groups[-1] = (max(last[0], score), item, [*last[2], i])
        else:
            groups.append((score, item, [i]))
    return sorted(groups, key=lambda g: (-g[0], g[1].passage.passage_id, g[2]))


def _between(passage: Passage, i: int) -> str:
    return passage.text[passage.sentences[i][1] - passage.start : passage.sentences[i + 1][0] - passage.start]


_OPEN, _CLOSE = "“", "”"


def _with_whole_speech(passage: Passage, first: int, last: int) -> tuple[int, int]:
    """The span widened by at most two sentences on one side, so that nobody's words are cut off in the middle."""

    def is_whole(a: int, b: int) -> bool:
        words = passage.text[passage.sentences[a][0] - passage.start : passage.sentences[b][1] - passage.start]
        return words.count('"') % 2 == 0 and words.count(_OPEN) == words.count(_CLOSE)

    wider = ((first, last), (first, last + 1), (first - 1, last), (first, last + 2), (first - 2, last))
    return next(((a, b) for a, b in wider if a >= 0 and b < len(passage.sentences) and is_whole(a, b)), (first, last))


def excerpt_of(item: FoundPassage, numbers: Sequence[int], score: float) -> Excerpt:
    """Neighbouring sentences of a passage, by number, as one exact quotation."""
    passage = item.passage
    first, last = _with_whole_speech(passage, numbers[0], numbers[-1])
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
        before=passage.sentence(first - 1) if first > 0 else "",
        after=passage.sentence(last + 1) if last + 1 < len(passage.sentences) else "",
    )
