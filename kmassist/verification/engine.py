"""Check a draft: sentence by sentence against the library, or against given documents alone.

For each sentence: is it a claim; does it stand word for word; which sentences of the library are nearest; what do the
deterministic tests say of the nearest ones; do the sources that it cites say so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kmassist.index import Filter, Index
from kmassist.text.quoted import name_of
from kmassist.text.sentences import split_sentences
from kmassist.text.shipped import english
from kmassist.text.words import tokenise
from kmassist.verification.compare import differences, figures_shared, runs_alike, speaks, unmatched
from kmassist.verification.model import (
    Aspect,
    CheckedSentence,
    CheckReport,
    Difference,
    EvidenceSentence,
    Test,
    Verdict,
)
from kmassist.verification.patterns import pattern
from kmassist.verification.references import (
    Library,
    Reference,
    reference_list,
    references_in,
    sources_of,
    without_references,
)

if TYPE_CHECKING:
    from kmassist.documents.passages import Passage
    from kmassist.embedding.embedder import Embedder

SUPPORTS, NEAR = 0.6, 0.5
"""Cosine from which a sentence may support a claim, and from which it is on the same matter; see docs/measurements.md."""
_UNMATCHED = 0.25
"""Share of a claim's telling words that may have nothing like them in the evidence sentence."""
_SAME_MATTER = 1.3
"""Likeness and share of words together from which a difference is an alarm."""
_LEAST_WORDS = 5
_PASSAGES, _SENTENCES, _JUDGED = 8, 8, 4
_AROUND = 300
"""Characters before and after a quoted stretch in which the rest of its clause is looked for."""
_CLAUSE_END = re.compile(r"[,.;:!?][\"'”’)\]]*(?=\s|$)|\n")
_QUOTED = re.compile('[“"]([^“”"]{15,}?)[”"]')


_COMPUTED = english("verification", "said_by_the_row_of_an_audit")
"""What kmassist itself adds to a row of an audit: no words of the source."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence of the library near a claim, with what stands around it."""

    passage: Passage
    number: int
    context: str
    likeness: float
    shared: float
    """Share of the claim's telling words that it has, 0 to 1."""


class DraftChecker:
    """Checks sentences against one library; holds nothing but what it looked up."""

    def __init__(self, index: Index, embedder: Embedder, within: Filter | None = None) -> None:
        self._index = index
        self._embedder = embedder
        self._within = within
        self._documents = {d.doc_id: d for d in index.documents(within)}
        self._library = Library.of(list(self._documents.values()))
        self._text = lru_cache(maxsize=64)(self._read_text)

    def check(self, draft: str, *, name: str, today: dt.date) -> CheckReport:
        """Every sentence of a draft up to its list of references.

        Args:
            draft: plain text, a paragraph or heading a line.
            name: what the draft is called in the report.
            today: the day to be written on the report.
        """
        listed, end = reference_list(draft, self._library)
        stats = self._index.stats()
        return CheckReport(
            name=name,
            checked_on=today.isoformat(),
            documents=len(self._documents),
            corpus_digest=stats.corpus_digest,
            sentences=tuple(self._checked(draft, span, listed) for span in _claims(draft, end)),
        )

    def _checked(
        self, draft: str, span: tuple[int, int], listed: Mapping[int, tuple[str, tuple[str, ...]]]
    ) -> CheckedSentence:
        text = draft[slice(*span)]
        references = list(references_in(text, listed, self._library))
        claim = pattern("took_note").sub("", without_references(text), count=1)
        found = self._verdict(claim, references)
        return found.model_copy(
            update={
                "text": text,
                "start": span[0],
                "end": span[1],
                "cited": tuple(reference.text for reference in references),
                "cited_doc_ids": tuple(dict.fromkeys(d for r in references for d in r.doc_ids)),
            }
        )

    def check_sentence(self, sentence: str) -> CheckedSentence:
        """One sentence by itself; references are resolved against the library."""
        return self._checked(sentence, (0, len(sentence)), {})

    # -- one claim ----------------------------------------------------------------------------------------------------

    def _verdict(self, claim: str, references: Sequence[Reference]) -> CheckedSentence:
        cited = sources_of(references)
        missing = [r for r in references if not r.doc_ids]
        if pattern("opinion").search(claim):
            return _plain(claim, Verdict.NOT_CHECKED)
        if missing:
            return self._told(claim, Verdict.NOT_HELD, self._candidates(claim, ())[:1], [])
        if place := self._stands(claim, cited):
            return self._denied_around(claim, place)
        if misquoted := self._misquoted(claim, cited):
            return misquoted
        near = self._candidates(claim, cited)
        if cited:
            return self._against_cited(claim, near, cited)
        return self._judged(claim, near)

    def _misquoted(self, claim: str, cited: Sequence[str]) -> CheckedSentence | None:
        """The sentence as differing when words in its quotation marks stand nowhere near it; a term of a few words is none."""
        for quotation in _QUOTED.findall(claim):
            if len(quotation.split()) < _LEAST_WORDS - 1:
                continue
            where = cited or dict.fromkeys((*self._likely(quotation), *self._likely(claim)))
            if not self._stands(quotation, tuple(where)):
                near = self._candidates(quotation, cited)
                apart = Difference(aspect=Aspect.WORDING, draft=quotation, source=_words(near))
                return self._told(claim, Verdict.DIFFERS, near[:1], [apart])
        return None

    def _against_cited(
        self, claim: str, near: Sequence[_Candidate], cited: Sequence[str]
    ) -> CheckedSentence:
        """What the cited sources say; when they are silent, whether another source says it."""
        found = self._judged(claim, near)
        if found.verdict is Verdict.NOTHING_HELD:
            stands = self._stands(claim, ())
            elsewhere = stands or self._judged(claim, self._candidates(claim, ()))
            return elsewhere.model_copy(
                update={
                    "verdict": Verdict.NOT_IN_CITED,
                    "differences": (),
                    "tests": (
                        Test(name="said by the cited source", passed=False),
                        *elsewhere.tests,
                    ),
                }
            )
        return found

    def _judged(self, claim: str, near: Sequence[_Candidate]) -> CheckedSentence:
        """The nearest sentence that passes every test supports; else the nearest on the same matter shows what differs."""
        best: tuple[_Candidate, list[Difference]] | None = None
        support: _Candidate | None = None
        is_told = False
        for candidate in near[:_JUDGED]:
            if candidate.likeness < NEAR:
                continue
            sentence = _COMPUTED.sub("", candidate.passage.sentence(candidate.number))
            apart = differences(claim, sentence, candidate.context, self._alike)
            if apart and runs_alike(claim, sentence):  # the claim restates it and changes it
                return self._told(claim, Verdict.DIFFERS, [candidate], apart)
            is_near = candidate.likeness >= SUPPORTS or figures_shared(claim, sentence) >= 2
            is_clean = is_near and not apart and speaks(claim, sentence)
            is_told = is_told or is_clean
            if is_clean and support is None:
                lone = unmatched(claim, sentence, candidate.context, self._alike)
                support = candidate if lone <= _UNMATCHED else None
            if best is None or candidate.likeness > best[0].likeness + 0.05:
                best = candidate, apart
        if support is not None:
            return self._told(claim, Verdict.SUPPORTED, [support], [])
        if best is not None and best[1] and _is_same_matter(best[0]) and not is_told:
            return self._told(claim, Verdict.DIFFERS, [best[0]], best[1])
        held = [c for c in near[:1] if c.likeness >= NEAR]
        return self._told(claim, Verdict.NOTHING_HELD, held, [])

    def _told(
        self,
        claim: str,
        verdict: Verdict,
        near: Sequence[_Candidate],
        apart: Sequence[Difference],
    ) -> CheckedSentence:
        failed = {difference.aspect for difference in apart}
        tests = [
            Test(name=aspect.value, passed=aspect not in failed)
            for aspect in Aspect
            if verdict in {Verdict.SUPPORTED, Verdict.DIFFERS} and aspect is not Aspect.WORDING
        ]
        return CheckedSentence(
            text=claim,
            start=0,
            end=len(claim),
            verdict=verdict,
            differences=tuple(apart),
            evidence=tuple(self._evidence(c) for c in near),
            tests=tuple(tests),
        )

    def _evidence(self, candidate: _Candidate) -> EvidenceSentence:
        passage = candidate.passage
        start, end = passage.sentences[candidate.number]
        document = self._documents[passage.doc_id]
        return EvidenceSentence(
            doc_id=passage.doc_id,
            cite_as=document.cite_as,
            title=name_of(document.metadata.title),
            quote=passage.sentence(candidate.number),
            start=start,
            end=end,
            likeness=round(candidate.likeness, 4),
        )

    # -- looking ------------------------------------------------------------------------------------------------------

    def _stands(self, words: str, doc_ids: Sequence[str]) -> CheckedSentence | None:
        """The sentence as *quoted* when it stands word for word in one of the documents, else None."""
        wanted = _flat(words).rstrip(".")
        if len(wanted.split()) < _LEAST_WORDS - 1:
            return None
        for doc_id in doc_ids or self._likely(words):
            text, places = self._text(doc_id)
            at = text.find(wanted)
            if at < 0:
                continue
            start, end = places[at], places[at + len(wanted) - 1] + 1
            document = self._documents[doc_id]
            whole = self._index.document(doc_id).text
            evidence = EvidenceSentence(
                doc_id=doc_id, cite_as=document.cite_as, title=name_of(document.metadata.title),
                quote=whole[start:end], start=start, end=end, likeness=1.0,
            )  # fmt: skip
            return CheckedSentence(
                text=words, start=0, end=len(words), verdict=Verdict.QUOTED,
                evidence=(evidence,), tests=(Test(name="word for word", passed=True),),
            )  # fmt: skip
        return None

    def _denied_around(self, claim: str, found: CheckedSentence) -> CheckedSentence:
        """A quoted claim as differing when the source denies it in the same clause ("did not show that ...", "... it was not")."""
        evidence = found.evidence[0]
        text = self._index.document(evidence.doc_id).text
        before = _CLAUSE_END.split(text[max(0, evidence.start - _AROUND) : evidence.start])[-1]
        after = _CLAUSE_END.split(text[evidence.end : evidence.end + _AROUND])[0]
        denial = pattern("negation")
        denied = denial.search(before) or denial.search(" ".join(after.split()[:2]))
        if not denied:
            return found
        told = evidence.model_copy(
            update={
                "quote": before.lstrip() + evidence.quote + after.rstrip(),
                "start": evidence.start - len(before.lstrip()),
                "end": evidence.end + len(after.rstrip()),
            }
        )
        apart = Difference(aspect=Aspect.DIRECTION, draft="", source=denied.group())
        return self._told(claim, Verdict.DIFFERS, (), [apart]).model_copy(
            update={"evidence": (told,)}
        )

    def _likely(self, words: str) -> list[str]:
        """Documents that use the words, the best first."""
        found = self._hits(words, self._within)
        return list(dict.fromkeys(passage.doc_id for passage, _ in found))

    def _hits(self, words: str, where: Filter | None) -> list[tuple[Passage, float]]:
        terms = dict.fromkeys(tokenise(words), 1.0)
        runs = [self._index.lexical(terms, _PASSAGES, where)] if terms else []
        if self._index.capabilities.dense:
            runs.append(self._index.dense(self._embedder.embed_query(words), _PASSAGES, where))
        scores: dict[str, float] = {}
        for run in runs:
            top = max((hit.score for hit in run), default=1.0) or 1.0
            for hit in run:
                scores[hit.passage_id] = scores.get(hit.passage_id, 0.0) + hit.score / top
        order = sorted(scores, key=lambda key: (-scores[key], key))
        passages = {p.passage_id: p for p in self._index.passages(order)}
        return [(passages[key], scores[key]) for key in order if key in passages]

    def _candidates(self, claim: str, doc_ids: Sequence[str]) -> list[_Candidate]:
        """The sentences nearest in meaning: those that share words or meaning first, then each by its own vector."""
        where = Filter(doc_ids=frozenset(doc_ids)) if doc_ids else self._within
        hits = self._hits(claim, where)[: 2 * _PASSAGES]
        stems = frozenset(tokenise(claim))
        vector = self._embedder.embed_query(claim)
        pooled = self._index.vectors([p.passage_id for p, _ in hits])
        rough = []
        for passage, _ in hits:
            vectors = pooled[passage.passage_id][1] if passage.passage_id in pooled else None
            for number in range(len(passage.sentences)):
                own = frozenset(tokenise(passage.sentence(number)))
                shared = len(stems & own) / max(1, min(len(stems), len(own)))
                likeness = float(vectors[number] @ vector) if vectors is not None else 0.0
                rough.append((shared + likeness, shared, passage, number))
        rough.sort(key=lambda item: (-item[0], item[2].passage_id, item[3]))
        found = []
        for _, shared, passage, number in rough[:_SENTENCES]:
            likeness = float(self._embedder.embed_query(passage.sentence(number)) @ vector)
            around = self._around(passage, number)
            found.append(_Candidate(passage, number, around, likeness, shared))
        found.sort(key=lambda c: (-c.likeness - c.shared, c.passage.passage_id, c.number))
        return found

    def _around(self, passage: Passage, number: int) -> str:
        meta = self._documents[passage.doc_id].metadata
        near = range(max(0, number - 1), min(len(passage.sentences), number + 2))
        beside = " ".join(passage.sentence(i) for i in near if i != number)
        return f"{meta.title}. {passage.heading}. {meta.population}. {meta.year or ''}. {beside}"

    def _alike(self, one: str, other: str) -> float:
        return float(self._embedder.embed_query(one) @ self._embedder.embed_query(other))

    def _read_text(self, doc_id: str) -> tuple[str, list[int]]:
        """A document's text with blanks and quotation marks folded, and where each character stood."""
        return _folded(self._index.document(doc_id).text)


def _claims(draft: str, end: int) -> Iterator[tuple[int, int]]:
    """Spans of what may be a claim: sentences that are no question, no heading and more than one word ("Stillbirths doubled.")."""
    for start, stop in split_sentences(draft, 0, end):
        text = draft[start:stop]
        if len(text.split()) < 2 or text.endswith("?") or text.startswith("#"):
            continue
        if not re.search(r"[.!:;%)”\"\]]$", text) and len(text.split()) < 10:
            continue  # a heading
        yield start, stop


def _is_same_matter(candidate: _Candidate) -> bool:
    """Whether a difference from this sentence is worth an alarm: near in words as well as in meaning."""
    return candidate.likeness >= SUPPORTS and candidate.shared + candidate.likeness >= _SAME_MATTER


def _plain(claim: str, verdict: Verdict) -> CheckedSentence:
    return CheckedSentence(text=claim, start=0, end=len(claim), verdict=verdict)


def _words(near: Sequence[_Candidate]) -> str:
    return near[0].passage.sentence(near[0].number) if near else ""


_FOLDED = str.maketrans({**dict.fromkeys('“”„‟’‘‚‛"', "'"), "–": "-", "—": "-", "\u00a0": " "})
"""Marks that mean the same: single ones stand for double ones inside a quotation (`kmassist.text.quoted`)."""


def _flat(text: str) -> str:
    return " ".join(text.translate(_FOLDED).split()).strip("'").casefold()


def _folded(text: str) -> tuple[str, list[int]]:
    out: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_FOLDED)):
        if character.isspace():
            if out and out[-1] != " ":
                out.append(" ")
                places.append(place)
            continue
        for folded in character.casefold():
            out.append(folded)
            places.append(place)
    return "".join(out), places


def documents_of(report: CheckReport) -> dict[str, list[CheckedSentence]]:
    """doc_id -> sentences of the draft that rest on it (quoted or supported), for proposing what a decision used."""
    found: dict[str, list[CheckedSentence]] = {}
    for sentence in report.sentences:
        if sentence.verdict in {Verdict.QUOTED, Verdict.SUPPORTED}:
            for evidence in sentence.evidence:
                found.setdefault(evidence.doc_id, []).append(sentence)
    return found
