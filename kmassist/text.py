"""Words and sentences: pure functions, no state but a stemmer's cache."""

from __future__ import annotations

import re
from functools import lru_cache

import Stemmer

_ABBREVIATIONS = frozenset(
    """
    al approx art ca cf ch co comp dept diff dr ed eds eg eq eqs etc exp ext fig figs hosp ibid ie inc incl int jr ltd max
    min mr mrs ms mx no nos nr obs p para paras pp prof pt ref refs resp sd sec sr st suppl tab univ vol vols vs viz wk
    e.g i.e a.m p.m u.k u.s n.b q.v ph.d m.d b.sc
    """.split()  # noqa: SIM905 - a list of words reads better than a literal
)
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?:\[\d+(?:[,–-]\d+)*\])?(?=\s+|$)")
_NEXT_IS_LOWER = re.compile(r"\s+[a-z,;:)\]%=<>≤≥±]")
_INITIAL = re.compile(r"(?:^|[\s(])[A-Z]$")
_LAST_WORD = re.compile(r"([A-Za-z][A-Za-z.]*)$")
_NUMBERED = re.compile(r"^\s*(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})$")


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the sentences of ``text[start:end]``, without surrounding white space, in order.

    A newline always ends a sentence. When in doubt it does not split: two sentences together are a longer quotation,
    half of one may be the opposite of what was meant.
    """
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text[start:stop]):
        left, right = start + line.start(), start + line.end()
        cursor = left
        for match in _END.finditer(text, left, right):
            if _ends_here(text, cursor, match, right):
                _append(spans, text, cursor, match.end())
                cursor = match.end()
        _append(spans, text, cursor, right)
    return spans


def _ends_here(text: str, cursor: int, match: re.Match[str], right: int) -> bool:
    if match.end() >= right:
        return True
    if _NEXT_IS_LOWER.match(text, match.end(), right):
        return False
    if match.group()[0] != "." or match.group().startswith("..."):
        return True
    before = text[cursor : match.start()]
    if _NUMBERED.match(before) or _INITIAL.search(before):
        return False
    word = _LAST_WORD.search(before)
    return not (word and word.group(1).lower() in _ABBREVIATIONS)


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        left = start + len(piece) - len(piece.lstrip())
        spans.append((left, left + len(stripped)))


STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being between both but by can
    could did do does doing down during each few for from further had has have having he her here hers herself him himself
    his how i if in into is it its itself just me more most my myself of off on once only or other our ours ourselves out
    over own same she should so some such than that the their theirs them themselves then there these they this those
    through to too under until up upon us very was we were what when where which while who whom why will with within would
    you your yours yourself yourselves
    """.split()  # noqa: SIM905 - a list of words reads better than a literal
)
_TOKEN = re.compile(
    r"\d{2}\+[0-6](?!\d)"  # gestation, 41+0
    r"|[<>≤≥]\s?\d+(?:\.\d+)?"  # <5
    r"|\d+(?:[.,]\d+)*[a-z]*"  # 3b, 0.03, 18,533, 15min
    r"|[a-z]+\d+[a-z0-9]*"  # ng207
    r"|[a-z]+(?:['’][a-z]+)?"
)
_STEMMER = Stemmer.Stemmer("english")
_FOLD = str.maketrans({"≤": "<", "≥": ">", "’": "'", "–": "-", "—": "-", "‑": "-", "æ": "ae", "œ": "oe"})


def words(text: str) -> list[str]:
    """Lower-case word and number tokens; gestations (41+0), grades (3b), codes (NG207) and thresholds (<5) stay whole."""
    found = _TOKEN.findall(text.lower().translate(_FOLD))
    return [w.replace(" ", "").replace(",", "") if w[0].isdigit() or w[0] in "<>" else w for w in found]


def tokenise(text: str) -> list[str]:
    """The terms BM25 sees: words without stop words, stemmed (Porter2). Order and repetition are kept."""
    return [stem(w) for w in words(text) if w not in STOP_WORDS]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Porter2 stem of one lower-case word in one spelling; a token with a digit is left alone."""
    if any(c.isdigit() for c in word):
        return word
    return str(_STEMMER.stemWord(fold_spelling(word.partition("'")[0])))


_SPELLING = (
    (re.compile(r"ae(?=[a-z])"), "e"),  # haemorrhage, caesarean, anaemia
    (re.compile(r"^oe(?=strog|dem|soph|stri)|(?<=f)oe(?=t)|(?<=rh)oe(?=a)|(?<=c)oe(?=li)"), "e"),  # foetus, diarrhoea
    (re.compile(r"(?:(?<=[bdlmnp])|(?<=vi))our(?=$|s$|ed$|ing$|ly$|al|ist|able|ful|less)"), "or"),  # labour, tumour, behaviour
    (re.compile(r"(?<=..[a-z])is(?=(?:e|ed|es|ing|ation|ations|er|ers)$)"), "iz"),  # randomised, optimisation
    (re.compile(r"(?<=[a-z]l)ys(?=(?:e|ed|es|ing|er)$)"), "yz"),  # analyse
    (re.compile(r"^sulph"), "sulf"),
    (re.compile(r"^(cent|lit|met|fib|theat)re(?=s?$)"), r"\1er"),
    (re.compile(r"^(counse|labe|mode|trave|cance)l(?=l(?:ed|ing|er|ers|or|ors)$)"), r"\1"),
    (re.compile(r"^programme(?=s?$)"), "program"),
    (re.compile(r"^leukae"), "leuke"),
)


def fold_spelling(word: str) -> str:
    """British and American spellings of one lower-case word as one: haemorrhage and hemorrhage, labour and labor."""
    for pattern, written in _SPELLING:
        word = pattern.sub(written, word)
    return word


def is_one_slip(typed: str, meant: str) -> bool:
    """Whether one slip of a finger lies between two words: a letter too many, missing, wrong, or two neighbours exchanged.

    The optimal string alignment distance of one (Damerau 1964).
    """
    start = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    left, right = typed[start:], meant[start:]
    exchanged = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return typed != meant and (left[1:] == right or left == right[1:] or left[1:] == right[1:] or exchanged)


def first_words(text: str, limit: int) -> str:
    """The text cut after ``limit`` characters at a word's end, with an ellipsis when something was cut."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rsplit(" ", 1)[0] + "…"


_VOWELS = re.compile(r"[aeiouy]+")


def reading_ease(text: str) -> float:
    """Flesch reading ease (Flesch 1948), about 0 (hard) to 100 (easy); 0.0 for no words. Syllables are groups of vowels."""
    found = re.findall(r"[A-Za-z]+", text)
    if not found:
        return 0.0
    syllables = sum(
        max(1, len(_VOWELS.findall(word.lower())) - (word.lower().endswith("e") and not word.lower().endswith("le")))
        for word in found
    )
    return 206.835 - 1.015 * len(found) / max(1, len(split_sentences(text))) - 84.6 * syllables / len(found)
