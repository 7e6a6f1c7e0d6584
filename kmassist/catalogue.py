"""Questions about the corpus itself (type T10): answered from metadata, as counted facts, never from the words of sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kmassist.documents import Document, SourceType


@dataclass(frozen=True, slots=True)
class Catalogued:
    """Facts as sentences, and the documents they are about with the words to quote from each, where there are any."""

    facts: tuple[str, ...]
    quotes: Mapping[str, str]


_TYPE_WORDS = {
    SourceType.PUB: r"published|research|studies|trials?|papers?",
    SourceType.GDL: r"guidelines?",
    SourceType.ECO: r"economic\w*|cost\w*",
    SourceType.AUD: r"audits?|local data",
    SourceType.PPI: r"ppi|patient and public|involvement|experience reports?",
    SourceType.FLK: r"frontline|staff knowledge|debriefs?",
    SourceType.SVE: r"(?:service )?evaluations?|pilots?",
    SourceType.POL: r"polic(?:y|ies)|inquir(?:y|ies)",
}
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
_OVERDUE = re.compile(
    r"\b(overdue|past (?:the|its|their)|out of date|expired|should have been (?:repeated|reviewed|updated)|due (?:again|for re-?audit|for review)|not been repeated)\b",
    re.I,
)
_WITHOUT = re.compile(r"\b(?:but (?:have )?(?:no|not|without)|without(?: any)?|with no|have no|lack(?:ing)?)\b(.*)", re.I)
_REPORTS_BY = re.compile(
    r"\b(?:report|show|stratif\w+|broken down|results?)\b.*\bby\b|\b(?:ethnic\w*|depriv\w*|language)\b", re.I
)
_HOW_MANY = re.compile(
    r"\bhow (?:many|much)\b|\bshow (?:me )?all\b|\blist (?:all|every)\b|\bwhat (?:do we|have we|is|does .* ) ?(?:hold|have|got|in)\b",
    re.I,
)

_NOT_HEARD = re.compile(
    r"\b(?:whose|which|what) voices? (?:is|are) (?:missing|absent|not\b)|\bwho (?:is|are|was|were) (?:not|never) (?:heard|asked|represented)\b|"
    r"\b(?:who|whom|which (?:women|groups?|people|families|mothers|parents|communities))\b(?=[^?]*(?:\bnot\b|\bnever\b|n['’]t\b))"
    r"[^?]*\bwe\b[^?]*\b(?:hear|heard|listen|listened|asked|reached)\b",
    re.I,
)


def look_up(
    question: str, documents: Sequence[Document], topics: Sequence[str], labels: Mapping[str, str], today: date
) -> Catalogued:
    """Answer a question about the corpus from its metadata; empty when it asks for something the metadata does not say.

    Args:
        question: the person's words.
        documents: all documents, without text.
        topics: topic codes the question names; they narrow the documents.
        labels: topic code -> label.
        today: the day that "overdue" is counted to.
    """
    for applies, answer in _ANSWERS:
        if applies(question):
            return answer(question, documents, topics, labels, today)
    return Catalogued((), {})


def subject_of(question: str) -> str:
    """The question without the words that ask about the corpus: an audit that is overdue is not about pregnancies that are."""
    return _NOT_HEARD.sub(" ", _OVERDUE.sub(" ", question))


def _on(topics: Sequence[str], labels: Mapping[str, str]) -> str:
    return f" on {', '.join(labels.get(t, t).lower() for t in topics)}" if topics else ""


def _types_in(text: str) -> list[SourceType]:
    return [kind for kind, pattern in _TYPE_WORDS.items() if re.search(rf"\b(?:{pattern})\b", text, re.I)]


def _named(document: Document) -> str:
    return document.metadata.title or document.source_name


def _overdue(
    question: str, documents: Sequence[Document], topics: Sequence[str], labels: Mapping[str, str], today: date
) -> Catalogued:
    kinds, now = _types_in(question), today.isoformat()
    facts, quotes = [], {}
    for document in _narrowed(documents, topics):
        meta = document.metadata
        if kinds and meta.source_type not in kinds:
            continue
        late = [c for c in meta.audit if c.re_audit_due and c.re_audit_due < now[: len(c.re_audit_due)]]
        if late:
            due = min(str(c.re_audit_due) for c in late)
            facts.append(f"{_named(document)}: its re-audit was due {due}.")
            quotes[document.doc_id] = late[0].criterion
        elif meta.review_by and meta.review_by < now[: len(meta.review_by)]:
            facts.append(f"{_named(document)}: its review was due {meta.review_by}.")
            quotes[document.doc_id] = "review"
    noun = " and ".join(kind.label.lower() for kind in kinds) or "all kinds"
    return Catalogued((f"{len(facts)} past their date{_on(topics, labels)}, on {now} ({noun}).", *sorted(facts)), quotes)


def _topics_without(
    question: str, documents: Sequence[Document], topics: Sequence[str], labels: Mapping[str, str], today: date
) -> Catalogued:
    match = _WITHOUT.search(question)
    lacking = _types_in(match.group(1)) if match else []
    having = [k for k in _types_in(question[: match.start()] if match else question) if k not in lacking]
    found = re.search(r"(\d+)|\b(" + "|".join(_NUMBERS) + r")\b", question[: match.start()] if match else question, re.I)
    least = (int(found.group(1)) if found.group(1) else _NUMBERS[found.group(2).lower()]) if found else 1
    studies: dict[str, dict[SourceType, set[str]]] = {}
    for document in documents:
        meta = document.metadata
        for topic in meta.topics if meta.source_type else ():
            assert meta.source_type is not None
            studies.setdefault(topic, {}).setdefault(meta.source_type, set()).add(meta.study_key or document.doc_id)
    facts = []
    for topic, by_type in sorted(studies.items()):
        if all(len(by_type.get(k, ())) >= least for k in having) and not any(by_type.get(k) for k in lacking):
            counts = ", ".join(f"{len(by_type[k])} {k.label.lower()}" for k in having)
            facts.append(
                f"{labels.get(topic, topic)} ({topic}): {counts}; none of {', '.join(k.label.lower() for k in lacking)}."
            )
    return Catalogued((f"{len(facts)} topics in this corpus, on {today.isoformat()}.", *facts), {})


def _reporting(
    question: str, documents: Sequence[Document], topics: Sequence[str], labels: Mapping[str, str], today: date
) -> Catalogued:
    wanted = [w for w in ("ethnic", "depriv", "language", "age", "disab", "religion") if re.search(rf"\b{w}", question, re.I)]
    facts = []
    for document in _narrowed(documents, topics):
        groups = [g for g in document.metadata.groups_reported if not wanted or any(w in g.casefold() for w in wanted)]
        if groups:
            facts.append(f"{_named(document)}: reports by {', '.join(groups)}.")
    return Catalogued((f"{len(facts)} documents record that they report results by group.", *sorted(facts)), {})


def _not_heard(
    question: str, documents: Sequence[Document], topics: Sequence[str], labels: Mapping[str, str], today: date
) -> Catalogued:
    """Thin involvement warrants hearing from more people: these are the ones its own reports name."""
    facts, quotes, silent = [], {}, 0
    for document in _narrowed(documents, topics):
        if document.metadata.source_type is SourceType.PPI:
            groups = document.metadata.ppi.not_heard if document.metadata.ppi else ()
            if groups:
                facts.append(f"{_named(document)}: {'; '.join(groups)}.")
                quotes[document.doc_id] = groups[0]
            else:
                silent += 1
    head = f"{len(facts)} of {len(facts) + silent} reports of patients and carers{_on(topics, labels)} say whom they did not hear, on {today.isoformat()}."
    return Catalogued((head, *sorted(facts)), quotes)


def _counts(
    question: str, documents: Sequence[Document], topics: Sequence[str], labels: Mapping[str, str], today: date
) -> Catalogued:
    kinds = _types_in(question)
    held = [d for d in _narrowed(documents, topics) if not kinds or d.metadata.source_type in kinds]
    facts = [f"{len(held)} documents{_on(topics, labels)} in this corpus on {today.isoformat()}."]
    for kind in SourceType:
        of_kind = sorted(_named(d) for d in held if d.metadata.source_type is kind)
        if of_kind:
            facts.append(f"{kind.label}: {len(of_kind)}. " + "; ".join(of_kind[:12]) + (" …" if len(of_kind) > 12 else ""))
    return Catalogued(tuple(facts), {})


def _narrowed(documents: Sequence[Document], topics: Sequence[str]) -> list[Document]:
    return [d for d in documents if not topics or set(topics) & set(d.metadata.topics)]


_Answer = Callable[[str, Sequence[Document], Sequence[str], Mapping[str, str], date], Catalogued]
_ANSWERS: tuple[tuple[Callable[[str], bool], _Answer], ...] = (
    (lambda q: bool(_NOT_HEARD.search(q)), _not_heard),
    (lambda q: bool(_OVERDUE.search(q)), _overdue),
    (lambda q: "topic" in q.casefold() and bool(_WITHOUT.search(q)), _topics_without),
    (lambda q: bool(_REPORTS_BY.search(q)) and "source" in q.casefold(), _reporting),
    (lambda q: bool(_HOW_MANY.search(q)), _counts),
)
