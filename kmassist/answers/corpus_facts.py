"""Questions about the corpus itself (type T10): answered from metadata, as counted facts, never from the words of sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kmassist.documents.document import Document, SourceType
from kmassist.documents.issuers import is_from
from kmassist.documents.metadata import is_to_come
from kmassist.documents.source_types import kind_in_words
from kmassist.question.about_corpus import period_start, read_corpus_question
from kmassist.question.subject import read_subject
from kmassist.text.counts import counted
from kmassist.text.shipped import english


@dataclass(frozen=True, slots=True)
class Catalogued:
    """Facts as sentences, and the documents they are about with the words to quote from each, where there are any."""

    facts: tuple[str, ...]
    quotes: Mapping[str, str]


_TYPE_WORDS = {
    SourceType.PUB: r"published|research|studies|trials?",
    SourceType.GDL: r"guidelines?",
    SourceType.ECO: r"economic\w*|cost\w*",
    SourceType.AUD: r"audits?|local data",
    SourceType.PPI: r"ppi|patient and public|involvement|experience reports?",
    SourceType.FLK: r"frontline|staff knowledge|debriefs?",
    SourceType.SVE: r"(?:service )?evaluations?|pilots?",
    SourceType.POL: r"polic(?:y|ies)|inquir(?:y|ies)",
}
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
_LATE = english("answers", "late")
_WITHOUT = english("answers", "without")
_MOST_LISTED = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about the corpus with what is needed to answer it.

    ``named`` are the words it looks for, ``topics`` codes that narrow the documents, ``mentioning`` gives the
    documents that hold some words or another name for them: doc_id -> the words it uses; ``names_of`` the other names of a body.
    """

    question: str
    documents: Sequence[Document]
    topics: Sequence[str]
    labels: Mapping[str, str]
    today: date
    named: Mapping[str, str]
    mentioning: Callable[[str], Mapping[str, str]]
    names_of: Callable[[str], Sequence[str]]


def look_up(
    question: str,
    documents: Sequence[Document],
    topics: Sequence[str],
    labels: Mapping[str, str],
    today: date,
    *,
    mentioning: Callable[[str], Mapping[str, str]] = lambda _: {},
    names_of: Callable[[str], Sequence[str]] = lambda _: (),
) -> Catalogued:
    """Answer a question about the corpus from its metadata; empty when it asks for something the metadata does not say.

    Args:
        question: the person's words.
        documents: all documents, without text.
        topics: topic codes the question names; they narrow the documents.
        labels: topic code -> label.
        today: the day that "overdue" is counted to.
        mentioning: words -> the documents that hold them or another name for them: doc_id -> the words it uses.
        names_of: the name of a body -> what it is called besides.
    """
    read = read_corpus_question(question)
    answer = _ANSWERS.get(read.lists) if read else None
    if read is None or answer is None:
        return Catalogued((), {})
    return answer(
        Asked(question, documents, topics, labels, today, read.looked_for, mentioning, names_of)
    )


def subject_of(question: str) -> str:
    """The question without the words that ask about the corpus: an audit that is overdue is not about pregnancies that are."""
    read = read_corpus_question(question)
    return (
        ""
        if read and read.lists == "voices" and " on " not in question
        else _LATE.sub(" ", question)
    )


def _on(topics: Sequence[str], labels: Mapping[str, str]) -> str:
    return f" on {', '.join(labels.get(t, t).lower() for t in topics)}" if topics else ""


def _types_in(text: str) -> list[SourceType]:
    return [
        kind
        for kind, pattern in _TYPE_WORDS.items()
        if re.search(rf"\b(?:{pattern})\b", text, re.I)
    ]


def _named(document: Document) -> str:
    return document.metadata.title or document.source_name


def _overdue(asked: Asked) -> Catalogued:
    kinds, now = _types_in(asked.question), asked.today.isoformat()
    facts, quotes = [], {}
    for document in _narrowed(asked.documents, asked.topics):
        meta = document.metadata
        if kinds and meta.source_type not in kinds:
            continue
        late = [
            c for c in meta.audit if c.re_audit_due and c.re_audit_due < now[: len(c.re_audit_due)]
        ]
        if late:
            due = min(str(c.re_audit_due) for c in late)
            facts.append(f"{_named(document)}: its re-audit was due {due}.")
            quotes[document.doc_id] = late[0].criterion
        elif meta.review_by and meta.review_by < now[: len(meta.review_by)]:
            facts.append(f"{_named(document)}: its review was due {meta.review_by}.")
            quotes[document.doc_id] = "review"
    noun = " and ".join(kind.label.lower() for kind in kinds) or "all kinds"
    return Catalogued(
        (
            f"{len(facts)} past their date{_on(asked.topics, asked.labels)}, on {now} ({noun}).",
            *sorted(facts),
        ),
        quotes,
    )


def _topics_without(asked: Asked) -> Catalogued:
    match = _WITHOUT.search(asked.question)
    lacking = _types_in(match.group(1)) if match else []
    having = [
        k
        for k in _types_in(asked.question[: match.start()] if match else asked.question)
        if k not in lacking
    ]
    found = re.search(
        r"(\d+)|\b(" + "|".join(_NUMBERS) + r")\b",
        asked.question[: match.start()] if match else asked.question,
        re.I,
    )
    least = (
        (int(found.group(1)) if found.group(1) else _NUMBERS[found.group(2).lower()])
        if found
        else 1
    )
    studies: dict[str, dict[SourceType, set[str]]] = {}
    for document in asked.documents:
        meta = document.metadata
        for topic in meta.topics if meta.source_type else ():
            assert meta.source_type is not None
            studies.setdefault(topic, {}).setdefault(meta.source_type, set()).add(
                meta.study_key or document.doc_id
            )
    facts = []
    for topic, by_type in sorted(studies.items()):
        if all(len(by_type.get(k, ())) >= least for k in having) and not any(
            by_type.get(k) for k in lacking
        ):
            counts = ", ".join(f"{len(by_type[k])} {k.label.lower()}" for k in having)
            facts.append(
                f"{asked.labels.get(topic, topic)} ({topic}): {counts}; none of {', '.join(k.label.lower() for k in lacking)}."
            )
    return Catalogued(
        (f"{len(facts)} topics in this corpus, on {asked.today.isoformat()}.", *facts), {}
    )


def _reporting(asked: Asked) -> Catalogued:
    wanted = [
        w
        for w in ("ethnic", "depriv", "language", "age", "disab", "religion")
        if re.search(rf"\b{w}", asked.question, re.I)
    ]
    facts = []
    for document in _narrowed(asked.documents, asked.topics):
        groups = [
            g
            for g in document.metadata.groups_reported
            if not wanted or any(w in g.casefold() for w in wanted)
        ]
        if groups:
            facts.append(f"{_named(document)}: reports by {', '.join(groups)}.")
    return Catalogued(
        (
            f"{counted(len(facts), 'document records that it reports', 'documents record that they report')} results by group.",
            *sorted(facts),
        ),
        {},
    )


def _not_heard(asked: Asked) -> Catalogued:
    """Thin involvement warrants hearing from more people: these are the ones its own reports name."""
    facts, quotes, silent = [], {}, 0
    for document in _narrowed(asked.documents, asked.topics):
        if document.metadata.source_type is SourceType.PPI:
            groups = document.metadata.ppi.not_heard if document.metadata.ppi else ()
            if groups:
                facts.append(f"{_named(document)}: {'; '.join(groups)}.")
                quotes[document.doc_id] = groups[0]
            else:
                silent += 1
    head = f"{len(facts)} of {len(facts) + silent} reports of patients and carers{_on(asked.topics, asked.labels)} say whom they did not hear, on {asked.today.isoformat()}."
    return Catalogued((head, *sorted(facts)), quotes)


def _counts(asked: Asked) -> Catalogued:
    kinds = _types_in(asked.question)
    held = [
        d
        for d in _narrowed(asked.documents, asked.topics)
        if not kinds or d.metadata.source_type in kinds
    ]
    facts = [
        f"{_some(held)}{_on(asked.topics, asked.labels)} in this corpus on {asked.today.isoformat()}."
    ]
    for kind in SourceType:
        of_kind = sorted(_named(d) for d in held if d.metadata.source_type is kind)
        if of_kind:
            facts.append(
                f"{kind.label}: {len(of_kind)}. "
                + "; ".join(of_kind[:12])
                + (" …" if len(of_kind) > 12 else "")
            )
    return Catalogued(tuple(facts), {})


def _narrowed(documents: Sequence[Document], topics: Sequence[str]) -> list[Document]:
    return [d for d in documents if not topics or set(topics) & set(d.metadata.topics)]


def _listed(
    head: str, found: Sequence[Document], quotes: Mapping[str, str] | None = None
) -> Catalogued:
    """A count and the documents by date, newest first, each with its kind."""
    ordered = sorted(found, key=lambda d: (_dated(d), _named(d)), reverse=True)
    lines = [
        f"{_named(d)} ({kind_in_words(d.metadata.source_type).lower()}, "
        f"{_dated(d) or d.metadata.date_shown or 'undated'})."
        for d in ordered[:_MOST_LISTED]
    ]
    more = [f"… and {len(ordered) - _MOST_LISTED} more."] if len(ordered) > _MOST_LISTED else []
    return Catalogued((head, *lines, *more), quotes or {})


def _some(found: Sequence[Document]) -> str:
    return counted(len(found), "document")


def _dated(document: Document) -> str:
    """The day it bears, to order by: none that is after today."""
    held = (document.metadata.published, document.metadata.evidence_date)
    return next((date for date in held if date and not is_to_come(date)), "")


def _new(asked: Asked) -> Catalogued:
    """By the date that a document bears, not the day it was added; apart, those whose date is too short to tell."""
    since, kinds = period_start(asked.question, asked.today), _types_in(asked.question)
    held = [
        d
        for d in _narrowed(asked.documents, asked.topics)
        if _dated(d) and (not kinds or d.metadata.source_type in kinds)
    ]
    found = [d for d in held if _first_day(_dated(d)) >= _first_day(since)]
    unsure = [d for d in held if d not in found and _dated(d) == since[: len(_dated(d))]]
    about = _on(asked.topics, asked.labels)
    facts = _listed(f"{_some(found)}{about} dated {since} or later.", found).facts
    if unsure:
        head = f"{_some(unsure)} dated by year or month only, so before or after {since}."
        facts += _listed(head, unsure).facts
    return Catalogued(facts, {})


def _first_day(date: str) -> str:
    """The first day that a date of a year or a month may mean."""
    return date + "-01-01"[len(date) - 4 :]


def _gaps(asked: Asked) -> Catalogued:
    held = _narrowed(asked.documents, asked.topics)
    if not asked.topics and (subject := read_subject(_GAP_WORDS.sub(" ", asked.question)).text):
        ids = asked.mentioning(subject)
        held = [d for d in asked.documents if d.doc_id in ids]
        about = f" on {subject}"
    else:
        about = _on(asked.topics, asked.labels)
    kinds = {d.metadata.source_type for d in held}
    lacking = [kind.label.lower() for kind in SourceType if kind not in kinds]
    head = f"None in this corpus{about}, on {asked.today.isoformat()}: {', '.join(lacking) or 'no kind of source is missing'}."
    told = [
        f"{_named(d)} says: {d.metadata.states_uncertainty}"
        for d in held
        if d.metadata.states_uncertainty
    ]
    return Catalogued((head, *sorted(told)[:_MOST_LISTED]), {})


_GAP_WORDS = english("answers", "gap_words")


def _mentions(asked: Asked) -> Catalogued:
    what = asked.named["what"].strip(" .\"'“”")
    naming = asked.mentioning(what)
    found = [d for d in asked.documents if d.doc_id in naming]
    kinds = _types_in(asked.question.partition(what)[0])
    found = [d for d in found if not kinds or d.metadata.source_type in kinds]
    names = dict.fromkeys((what, *sorted(naming[d.doc_id] for d in found)))
    return _listed(
        f"{_some(found)} with {' or '.join(f'“{name}”' for name in names)} in the title, keywords or text.",
        found,
        {
            d.doc_id: what.split()[0] if naming[d.doc_id] == what else naming[d.doc_id]
            for d in found
        },
    )


def _everything(asked: Asked) -> Catalogued:
    who = next(iter(asked.named.values()), "").strip(" .")
    kinds = _types_in(asked.question)
    names = (who, *asked.names_of(who))
    found = [
        d
        for d in _narrowed(asked.documents, () if who else asked.topics)
        if (not who or any(is_from(d, name) for name in names))
        and (who or not kinds or d.metadata.source_type in kinds)
    ]
    of = f"from {who}" if who else " and ".join(kind.label.lower() for kind in kinds)
    return _listed(f"{_some(found)} {of}{'' if who else _on(asked.topics, asked.labels)}.", found)


def _compare(asked: Asked) -> Catalogued:
    """Side by side, when both sides name documents of the library; nothing otherwise."""
    sides = {}
    for words in (asked.named["one"].strip(), asked.named["other"].strip(" .")):
        found = _called(words, asked)
        if not found or len(found) > _MOST_COMPARED:
            return Catalogued((), {})
        sides[words] = found
    facts: list[str] = []
    quotes: dict[str, str] = {}
    for words, found in sides.items():
        facts += _listed(f"{words}:", found).facts
        quotes |= {d.doc_id: words.split()[0] for d in found}
    return Catalogued(tuple(facts), quotes)


_MOST_COMPARED = 8


def _called(words: str, asked: Asked) -> list[Document]:
    """Documents whose title or file is called so, or of the kind that is named, on the question's topics."""
    proper = [word for word in re.findall(r"[\w&-]+", words) if not word.islower()]
    named = [
        d
        for d in asked.documents
        if proper and set(proper) <= set(re.findall(r"[\w&-]+", _named(d)))
    ]
    kinds = (
        [SourceType.AUD] if english("answers", "of_the_asker").search(words) else _types_in(words)
    )
    of_kind = [d for d in named if d.metadata.source_type in kinds]
    if of_kind or not kinds or not asked.topics:
        return of_kind or named
    first = asked.topics[0]
    return [
        d for d in asked.documents if d.metadata.source_type in kinds and first in d.metadata.topics
    ]


_ANSWERS: Mapping[str, Callable[[Asked], Catalogued]] = {
    "voices": _not_heard,
    "overdue": _overdue,
    "topics_without": _topics_without,
    "groups": _reporting,
    "new": _new,
    "gaps": _gaps,
    "mentions": _mentions,
    "compare": _compare,
    "everything": _everything,
    "counts": _counts,
}
