"""A question as a search of databases elsewhere: concepts with their other words, written in each database's syntax.

The words are those of the reading; headings of a controlled vocabulary are left as places for a librarian, never guessed.
The syntaxes are data (``data/databases.yaml``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import yaml

from kmassist.question.frames import outcome_of
from kmassist.question.interpretation import Reading
from kmassist.text.english import STOP_WORDS, fold_spelling
from kmassist.text.words import stem, words


@cache
def database_data() -> Mapping[str, Any]:
    """The tables of data/databases.yaml."""
    text = (files("kmassist") / "data" / "databases.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


@dataclass(frozen=True, slots=True)
class Concept:
    """One idea of a question. ``names`` are the words for it, its own first; ``label`` is what a person calls it. ``why`` says
    why a search should find it without them (an outcome, a comparison, words that say little); empty for one that must be there.
    """

    names: tuple[str, ...]
    label: str
    why: str = ""

    @property
    def is_optional(self) -> bool:
        """Whether a search is not narrowed by it."""
        return bool(self.why)


@dataclass(frozen=True, slots=True)
class Line:
    """One numbered line. ``says`` is what it looks for, for a person."""

    number: str
    search: str
    says: str
    is_for_librarian: bool = False


@dataclass(frozen=True, slots=True)
class Strategy:
    """A search of one database, ready for a librarian."""

    question: str
    key: str
    database: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as they are pasted, with their numbers."""
        wide = max(len(line.number) for line in self.lines)
        return "\n".join(f"{line.number:<{wide}}  {line.search}" for line in self.lines)

    @property
    def markdown(self) -> str:
        """A page for a librarian."""
        rows = "\n".join(
            f"| {line.number} | `{line.search.replace('|', chr(92) + '|')}` | {line.says} |"
            for line in self.lines
        )
        notes = "\n".join(f"- {note}" for note in self.notes)
        head = f"## {self.database}\n\nQuestion: {self.question}\n\n| Line | Search | What it looks for |\n|---|---|---|\n"
        return f"{head}{rows}\n\n{notes}\n"


def concepts_of(
    reading: Reading, frame: Mapping[str, str], names: Iterable[str] = ()
) -> tuple[Concept, ...]:
    """The ideas of a question, in its order: names of the vocabulary whole, the words between them in runs.

    Args:
        reading: with the other words that are searched for.
        frame: the slots of the question; what stands in its outcome or comparison narrows a search and is left out of it.
        names: names of several words that the question uses.
    """
    known = {_content(name): forms for name, forms in reading.expansions.items()}
    known = {**{_content(name): () for name in names}, **known}
    found: dict[tuple[str, ...], Concept] = {}
    for phrase in reading.subject.phrases:
        units = _units(phrase, known)
        is_named = [unit in known for unit, _ in units]
        for at, (unit, is_beside) in enumerate(units):
            after = units[at + 1][1] if at + 1 < len(units) else False
            beside = (is_beside and is_named[at - 1]) or (after and is_named[at + 1])
            why = _why_optional(unit, reading, frame, is_beside_a_name=beside)
            forms = [form for form in known.get(unit, ()) if _content(form)]
            names_of = (_as_written(unit, phrase), *_distinct(forms, unit))
            short = next((s for s in reading.abbreviations if (s.casefold(),) == unit), "")
            label = f"{forms[0]} ({short})" if short and forms else names_of[0]
            found.setdefault(tuple(map(stem, unit)), Concept(names_of, label, why))
    concepts = tuple(found.values())
    if concepts and all(concept.is_optional for concept in concepts):
        return tuple(Concept(concept.names, concept.label) for concept in concepts)
    return concepts


_COMMON = "a word that most records hold"


def _why_optional(
    unit: tuple[str, ...], reading: Reading, frame: Mapping[str, str], *, is_beside_a_name: bool
) -> str:
    """Why a search should not need these words; empty when it should."""
    own = frozenset(map(stem, unit))
    kept = {stem(term.word): term.is_key for term in reading.informative}
    if own <= _stems(outcome_of(frame)):
        return "the outcome"
    if own <= _stems(frame.get("comparison", "")):
        return "what it is compared with"
    if any(word.isdigit() for word in unit):
        return "a figure, which records write in many ways"
    if not own & kept.keys():
        return _COMMON
    has_others = any(_content(name) == unit for name in reading.expansions)
    is_key = any(kept.get(part) for part in own)
    return "" if has_others or is_key or not is_beside_a_name else "a word that narrows another"


def _units(
    phrase: str, known: Mapping[tuple[str, ...], object]
) -> list[tuple[tuple[str, ...], bool]]:
    """Words in runs, and whether each run stands right beside the one before it; a name is a run of its own, the longest first."""
    everything = words(phrase)
    places = [at for at, word in enumerate(everything) if word not in STOP_WORDS]
    content = [everything[at] for at in places]
    units: list[tuple[tuple[str, ...], bool]] = []
    begun = at = 0

    def close(first: int, last: int) -> None:
        if last > first:
            is_beside = first > 0 and places[first] == places[first - 1] + 1
            units.append((tuple(content[first:last]), is_beside))

    while at < len(content):
        rest = range(len(content) - at, 0, -1)
        size = next((n for n in rest if tuple(content[at : at + n]) in known), 0)
        if size or (at > begun and places[at] != places[at - 1] + 1):
            close(begun, at)
            begun = at
        if size:
            close(at, at + size)
            begun = at + size
        at += size or 1
    close(begun, at)
    return units


def _as_written(unit: tuple[str, ...], phrase: str) -> str:
    """The unit with the small words that stand between its own."""
    everything = words(phrase)
    for first, word in enumerate(everything):
        if word != unit[0]:
            continue
        for last in range(first + len(unit), len(everything) + 1):
            if _content(" ".join(everything[first:last])) == unit:
                return " ".join(everything[first:last])
    return " ".join(unit)


def _content(text: str) -> tuple[str, ...]:
    return tuple(word for word in words(text) if word not in STOP_WORDS)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _content(text))


def _distinct(forms: Iterable[str], own: tuple[str, ...]) -> Iterable[str]:
    """Other words without those that are the same words in another spelling."""
    seen = {tuple(map(stem, own))}
    for form in forms:
        stems = tuple(map(stem, _content(form)))
        if stems not in seen:
            seen.add(stems)
            yield form


def strategies(
    question: str,
    concepts: Sequence[Concept],
    *,
    short: Iterable[str] = (),
    spelling: Iterable[tuple[str, str]] = (),
    databases: Sequence[str] = (),
) -> tuple[Strategy, ...]:
    """A question's search in each database.

    Args:
        question: as it was asked.
        concepts: of `concepts_of`; at least one.
        short: short forms, which are searched as they stand.
        spelling: pairs of spellings besides the rules.
        databases: keys of the table; all when empty.
    """
    table = database_data()["databases"]
    writer = _Writer(
        frozenset(word.casefold() for word in short),
        [(a.casefold(), b.casefold()) for a, b in spelling],
    )
    return tuple(
        _strategy(question, key, table[key], concepts, writer) for key in databases or table
    )


def _strategy(
    question: str, key: str, form: Mapping[str, Any], concepts: Sequence[Concept], writer: _Writer
) -> Strategy:
    lines: list[Line] = []

    def add(search: str, says: str, *, is_for_librarian: bool = False) -> str:
        number = str(form["line"]).format(n=len(lines) + 1)
        lines.append(Line(number, search, says, is_for_librarian))
        return number

    ends: dict[Concept, str] = {}
    common = [c for c in concepts if c.why == _COMMON and len(c.names) == 1 and " " not in c.label]
    for concept in sorted(concepts, key=lambda c: c.is_optional):
        if concept in common:
            continue
        parts = []
        if form["heading"]:
            heading = str(form["heading"]).format(concept=concept.label)
            says = f"{form['headings']}: for the librarian to choose, or to take out"
            parts.append(add(heading, says, is_for_librarian=True))
        found = writer.terms(concept, form)
        terms = str(form["either"]).join(found)
        if len(found) == 1 and terms.startswith("(") and terms.endswith(")"):
            terms = terms[1:-1]
        parts.append(add(str(form["text"]).format(terms=terms), f"{concept.label}, as words"))
        ends[concept] = parts[0] if len(parts) == 1 else add(
            str(form["either"]).join(parts), f"{concept.label}: heading or words"
        )  # fmt: skip
    main = [concept for concept in concepts if not concept.is_optional]
    named = " and ".join(concept.label for concept in main)
    if len(main) > 1 and form.get("is_one_line"):
        searches = {line.number: line.search for line in lines}
        add(str(form["all"]).join(searches[ends[c]] for c in main), f"{named}: paste this line")
    elif len(main) > 1:
        add(str(form["all"]).join(ends[concept] for concept in main), named)
    label = f"{form['name']} ({form['platform']})"
    return Strategy(question, key, label, tuple(lines), tuple(_notes(form, concepts, ends, writer)))


def _notes(
    form: Mapping[str, Any],
    concepts: Sequence[Concept],
    ends: Mapping[Concept, str],
    writer: _Writer,
) -> Iterable[str]:
    yield "Drawn from how the question was read. A librarian should look at it before it is run."
    if form["heading"]:
        yield f"Lines in square brackets wait for headings of {form['headings']}; none was guessed."
    for concept in concepts:
        if concept.is_optional and concept in ends:
            yield f"“{concept.label}” (line {ends[concept]}) is not required: it is {concept.why}. Add it where too much is found."
    if common := [c.label for c in concepts if c not in ends]:
        yield f"Left out, because most records hold it: {', '.join(common)}."
    names = [name for concept in concepts for name in concept.names]
    shorts = [name.upper() for name in names if name.casefold() in writer.short]
    if shorts:
        yield f"Short forms can mean other things elsewhere: {', '.join(dict.fromkeys(shorts))}."
    yield "No limit of date, language or country is set."


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes names as terms of a database."""

    short: frozenset[str]
    spelling: Sequence[tuple[str, str]]

    def terms(self, concept: Concept, form: Mapping[str, Any]) -> list[str]:
        """Every way of writing a concept's names, each once."""
        found: dict[str, None] = {}
        for name in concept.names:
            found.update(dict.fromkeys(self._name(name, form)))
        return list(found)

    def _name(self, name: str, form: Mapping[str, Any]) -> Iterable[str]:
        content = _content(name)
        everything = words(name)
        if len(everything) == 1:
            return self._single(content[0], form)
        spelt = [self._spellings(word) for word in content]
        if len(content) == 1 or len(content) > database_data()["longest_near"]:
            return [str(form["phrase"]).format(words=" ".join(everything))]
        if not form["is_cut_inside"]:
            return [
                str(form["words"]).format(words=str(form["between"]).join(chosen))
                for chosen in product(*spelt)
            ]
        parts = [self._alternatives(word, form) for word in content]
        return [str(form["words"]).format(words=str(form["between"]).join(parts))]

    def _alternatives(self, word: str, form: Mapping[str, Any]) -> str:
        written = list(dict.fromkeys(self._single(word, form)))
        return written[0] if len(written) == 1 else f"({str(form['either']).join(written)})"

    def _single(self, word: str, form: Mapping[str, Any]) -> Iterable[str]:
        for spelt in self._spellings(word):
            root = "" if spelt in self.short else root_of(spelt)
            template = str(form["cut"]) if root else str(form["word"])
            yield template.format(root=root, word=spelt)

    def _spellings(self, word: str) -> tuple[str, ...]:
        """A word, its other spellings, and its forms that no cut reaches."""
        if word in self.short:
            return (word,)
        other = [b if a == word else a for a, b in self.spelling if word in (a, b)]
        irregular = database_data()["irregular"].get(word, ())
        return tuple(dict.fromkeys((word, *other, fold_spelling(word), *irregular)))


def root_of(word: str) -> str:
    """What is left of a word when its last ending is cut; empty for a word too short, or one with a figure in it."""
    data = database_data()
    if not word.isalpha() or word in data["irregular"]:
        return ""
    for ending in data["endings"]:
        if word.endswith(ending) and len(word) - len(ending) >= data["least_root"]:
            return word.removesuffix(ending)
    return word if len(word) > data["least_root"] and not word.endswith("e") else ""
