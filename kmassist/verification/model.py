"""What checking a draft finds: a verdict a sentence, the tests it passed, and what differs."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from kmassist.text.quoted import quoted


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Verdict(StrEnum):
    """What the library says of one sentence. None of them says "true".

    The words follow the field: a *claim* is supported by an *evidence sentence*, contradicted (here: differs), or there is
    not enough information (Thorne et al. 2018, FEVER; Wadden et al. 2020, SciFact).
    """

    QUOTED = "quoted"
    SUPPORTED = "supported"
    DIFFERS = "differs"
    NOT_IN_CITED = "cites a source that does not say so"
    NOT_HELD = "cites a source not held"
    NOTHING_HELD = "nothing held on this"
    NOT_CHECKED = "opinion or plan (not checked)"

    @property
    def is_alarm(self) -> bool:
        """Whether somebody must look before the draft is signed."""
        return self in {Verdict.DIFFERS, Verdict.NOT_IN_CITED, Verdict.NOT_HELD}

    @property
    def symbol(self) -> str:
        """A mark that does not need colour."""
        return {
            Verdict.QUOTED: "=",
            Verdict.SUPPORTED: "+",
            Verdict.DIFFERS: "!",
            Verdict.NOT_IN_CITED: "!",
            Verdict.NOT_HELD: "?",
            Verdict.NOTHING_HELD: "-",
            Verdict.NOT_CHECKED: ".",
        }[self]


class Aspect(StrEnum):
    """In what a claim and its evidence sentence may differ."""

    NUMBER = "number"
    UNIT = "unit"
    DIRECTION = "direction"
    POPULATION = "population or subject"
    DATE = "date"
    WORDING = "wording of the quotation"


class Difference(_Frozen):
    """What the draft says and what the source says instead; either may be empty (left out, added)."""

    aspect: Aspect
    draft: str
    source: str

    @property
    def says(self) -> str:
        """In words, both shown."""
        return (
            f"{self.aspect.value}: the draft has {_shown(self.draft)}, "
            f"the source {_shown(self.source)}"
        )


def _shown(words: str) -> str:
    return quoted(words) if words else "nothing there"


class EvidenceSentence(_Frozen):
    """An exact quotation: ``document.text[start:end] == quote``."""

    doc_id: str
    cite_as: str
    title: str
    quote: str
    start: int
    end: int
    likeness: float
    """Cosine of the two sentences' vectors, -1 to 1."""


class Test(_Frozen):
    """One test that a sentence was put to."""

    name: str
    passed: bool
    detail: str = ""


class CheckedSentence(_Frozen):
    """One sentence of the draft: ``draft[start:end] == text``."""

    text: str
    start: int
    end: int
    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    evidence: tuple[EvidenceSentence, ...] = ()
    cited: tuple[str, ...] = ()
    """References in the sentence, as written."""
    cited_doc_ids: tuple[str, ...] = ()
    """The documents of the library that they mean."""
    tests: tuple[Test, ...] = ()

    @property
    def says(self) -> str:
        """The verdict in one line."""
        if self.differences:
            aspects = dict.fromkeys(difference.aspect.value for difference in self.differences)
            return f"differs in {' and '.join(aspects)}"
        if self.verdict is Verdict.SUPPORTED:
            return f"supported by {self.evidence[0].cite_as}"
        return self.verdict.value


class CheckReport(_Frozen):
    """All sentences of a draft in order, and against what they were checked."""

    name: str
    checked_on: str
    documents: int
    corpus_digest: str
    sentences: tuple[CheckedSentence, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Verdict -> how many sentences, every verdict listed."""
        found = [sentence.verdict for sentence in self.sentences]
        return {verdict.value: found.count(verdict) for verdict in Verdict}

    @property
    def alarms(self) -> tuple[CheckedSentence, ...]:
        """What somebody must look at."""
        return tuple(s for s in self.sentences if s.verdict.is_alarm)
