"""From a person's words to a reading: written out, put right, with its subject and its abbreviations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kmassist.question.abbreviations import guess_by_initials, learn_abbreviations
from kmassist.question.spelling import correct, is_word, nearest_in_sources
from kmassist.question.subject import Subject, is_framing, names_in_question, read_subject
from kmassist.text.sentences import split_sentences
from kmassist.text.shipped import english
from kmassist.text.words import stem, words

if TYPE_CHECKING:
    from kmassist.embedding.embedder import Embedder
    from kmassist.index import Index
    from kmassist.question.interpretation import Reading
    from kmassist.question.vocabulary import Vocabulary

_DEFINING = 60
"""Passages looked through for the definition of an abbreviation."""
_MOST_DOCUMENTS = 2000
"""Documents whose text is looked through for a phrase with the initials of one that is nowhere defined."""


def understand(
    question: str,
    index: Index,
    vocabulary: Vocabulary,
    embedder: Embedder,
    *,
    senses: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    subject: str = "",
) -> tuple[Reading, dict[str, str]]:
    """A question as it is read, and the words that were put right: as typed -> as read.

    Args:
        senses: acronym -> meaning that the person chose.
        without: other forms not to search for.
        subject: the subject in the person's own words, in place of the one that is read.
    """
    written, corrections = correct(plainly(question), index, vocabulary, embedder)
    if subject and not set(words(subject)) <= set(words(written)):
        written = f"{written.rstrip(' ?.!')}: {' '.join(subject.split())}"
    learnt = _explained(written, index, vocabulary, embedder)
    reading = vocabulary.read_question(
        written,
        senses=senses,
        without=without,
        learnt=learnt,
        held=lambda name: _passages_that_say(name, index),
    )
    told = as_sources_write(subject or written, index)
    found = read_subject(
        told,
        names=vocabulary.names_in(told),
        long_forms=_long_forms(reading),
        known=index.document_frequency,
        is_word=lambda word: is_word(word.lower(), embedder),
        suggest=lambda word: (
            None if is_word(word.lower(), embedder) else nearest_in_sources(word, index)
        ),
    )
    found = replace(found, unknown=_without_other_forms(found.unknown, reading, index))
    if subject:
        found = replace(found, text=" ".join(subject.split()), is_corrected=True)
    topics = without_ruled_out(reading.topics, written, vocabulary)
    return replace(reading, subject=found, topics=topics), corrections


def without_ruled_out(
    topics: Sequence[str], question: str, vocabulary: Vocabulary
) -> tuple[str, ...]:
    """A question's topics without those that it says there is none of: macrosomia, no GDM.

    They stay where no other topic is left, and where their words name them only together with the "no": women with no English.
    """
    ruled_out = topics_ruled_out(question, vocabulary)
    return tuple(topic for topic in topics if topic not in ruled_out) or tuple(topics)


def topics_ruled_out(question: str, vocabulary: Vocabulary) -> frozenset[str]:
    """Topics that a question says there is none of."""
    return frozenset(
        topic
        for found in english("question", "ruled_out").finditer(question)
        for topic in vocabulary.topics_asked(found["what"])
    )


_ALWAYS, _LEAST_WRITTEN = 0.9, 2
"""Share of the times that the sources write a run of words with capitals within a sentence, and how often they must, for it to be a name."""


def as_sources_write(question: str, index: Index) -> str:
    """A question with the names of places in it as the sources write them: a hub in sale valley -> in Sale Valley.

    Whoever types in small letters names a place all the same. The sources tell it: within their sentences its words always have
    capitals (truecasing: Lita et al. 2003).
    """
    names: dict[str, str] = {}
    for behind in reversed([*english("question", "behind_a_preposition").finditer(question)]):
        start, run = behind.start("run"), behind["run"]
        if run not in names:
            words = run.split()
            names[run] = _name_that_begins(words, index) if not is_framing(words[0]) else ""
        name = names[run]
        question = question[:start] + name + question[start + len(name) :]
    return question


_GLANCED = 8
"""Passages in which a word that is a name must once have its capital."""


def _name_that_begins(run: Sequence[str], index: Index) -> str:
    """The longest name that the words begin with, as it is written; empty for none."""
    hits = [hit.passage_id for hit in index.lexical({stem(run[0]): 1.0}, _DEFINING)]
    best = index.passages(hits[:_GLANCED])
    if not any(re.search(rf"[a-z,] {run[0].capitalize()}\b", passage.text) for passage in best):
        return ""  # most words are no names, and reading all the passages takes milliseconds
    text = "\n".join(passage.text for passage in index.passages(hits))
    for size in range(len(run), 0, -1):
        end = r"(?![\w’'-]|(?-i: [A-Z]))"  # St is no name where St Aldwin's is
        written = re.findall(rf"(?<=[a-z,] ){' '.join(run[:size])}{end}", text, re.I)
        names = [str(one) for one in written if re.fullmatch("[A-Z][a-z]+(?: [A-Z][a-z]+)*", one)]
        if len(names) >= max(_LEAST_WRITTEN, _ALWAYS * len(written)):
            return str(names[0])
    return ""


_LONG = 80
"""Words beyond which what stands before a question is the story that leads to it."""


def plainly(question: str) -> str:
    """A question without what only dresses it: a long story before it, the letters of PICO, what a NOT shuts out."""
    flat = " ".join(question.split())
    letters = re.findall(r"\b[PICOT]\s?[:=]", flat)
    if len(set(letters)) > 2:
        flat = re.sub(r"\s*\b[PICOT]\s?[:=]\s*", ", ", flat).strip(" ,")
    flat = (
        english("question", "shut_out").sub("", flat)
        if " NOT " in flat and flat.upper() != flat
        else flat
    )
    if len(flat.split()) <= _LONG:
        return flat
    sentences = [flat[start:end] for start, end in split_sentences(flat)]
    asking = [sentence for sentence in sentences if sentence.endswith("?")] or sentences[-1:]
    if sum(len(names_in_question(sentence)) for sentence in asking) < _LEAST_NAMED:
        asking = [sentences[0], *(sentence for sentence in asking if sentence != sentences[0])]
    return " ".join(asking)


_LEAST_NAMED = 2
"""Words that questions at the end of a story must name to be understood without its beginning."""


def _long_forms(reading: Reading) -> dict[str, str]:
    """Abbreviation as written -> what it stands for."""
    return {
        word: forms[0]
        for word, forms in reading.expansions.items()
        if word in reading.abbreviations and forms
    }


def _without_other_forms(
    unknown: Mapping[str, str], reading: Reading, index: Index
) -> dict[str, str]:
    """The unknown words of a subject, without those that the sources have under another name: mums, clexane."""

    def is_held(form: str) -> bool:
        parts = [stem(part) for part in words(form)]
        return all(map(index.document_frequency(parts).get, parts))

    def has_another_name(word: str) -> bool:
        of_it = (f for name, f in reading.expansions.items() if word.lower() in words(name))
        return any(is_held(form) for forms in of_it for form in forms)

    return {word: near for word, near in unknown.items() if not has_another_name(word)}


def _explained(
    question: str, index: Index, vocabulary: Vocabulary, embedder: Embedder
) -> dict[str, str]:
    """Abbreviations that the vocabulary does not know, or only for what no source is about -> what the sources have for them."""
    found = {}
    for short in dict.fromkeys(_abbreviations_in(question)):
        is_written = bool(index.document_frequency([stem(short.lower())]).get(stem(short.lower())))
        if not is_written and (
            (short.islower() and (vocabulary.has_acronym(short) or is_word(short, embedder)))
            or any(_passages_that_say(name, index) for name in vocabulary.long_forms(short))
        ):
            continue
        long = _defined(short, index) if is_written else guess_by_initials(short, _texts(index))
        if long:
            found[short] = long
    return found


def _passages_that_say(name: str, index: Index) -> int:
    """How many of the passages nearest to a name have it, whatever its ending: advance care planning."""
    hits = index.lexical({stem(word): 1.0 for word in words(name)}, _DEFINING)
    said = _run_of_words(name).rstrip()
    passages = index.passages([hit.passage_id for hit in hits])
    return sum(said in _run_of_words(passage.text) for passage in passages)


def _run_of_words(text: str) -> str:
    return f" {' '.join(text.casefold().replace('-', ' ').split())} "


def _abbreviations_in(question: str) -> Iterator[str]:
    """Words that may be abbreviations: with capitals inside or throughout, or short ones in small letters."""
    is_shouted = question.upper() == question
    for word in re.findall(r"(?<![\w'’])[A-Za-z][A-Za-z0-9&]{1,6}(?![\w'’])", question):
        is_capital = sum(c.isupper() for c in word) >= 2 and not is_shouted
        if (is_capital or 3 <= len(word) <= 5) and not is_framing(word):
            yield word


def _defined(short: str, index: Index) -> str | None:
    """What the passages that hold it say it is short for."""
    run = index.lexical({stem(short.lower()): 1.0}, _DEFINING)
    beside_bracket = re.compile(rf"\(\s*{re.escape(short)}|{re.escape(short)}s?\s*\(", re.I)
    learnt = learn_abbreviations(
        passage.text
        for passage in index.passages(hit.passage_id for hit in run)
        if beside_bracket.search(passage.text)  # nowhere else is it defined
    )
    by_lower = {known.casefold(): long for known, long in learnt.items()}
    return by_lower.get(short.casefold()) or by_lower.get(short.casefold() + "s")


def _texts(index: Index) -> Iterator[str]:
    for document in index.documents()[:_MOST_DOCUMENTS]:
        yield "\n".join(
            (document.metadata.title, *(p.text for p in index.passages_of(document.doc_id)))
        )


def what_is_unknown(subject: Subject) -> str:
    """A sentence on the words that no source has, with what they may stand for; empty when there are none."""
    told = [
        f"“{word}”" + (f" (did you mean “{near}”?)" if near else "")
        for word, near in subject.unknown.items()
    ]
    return f"Nothing in this corpus mentions {', '.join(told)}." if told else ""
