"""Sentences and terms: what must stay whole stays whole."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kmassist.text.counts import counted
from kmassist.text.english import is_one_slip
from kmassist.text.plain_files import append_private
from kmassist.text.sentences import split_sentences
from kmassist.text.words import first_words, tokenise, words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It fell from 3.3% to 3.0%. It did not rise.", 2),
        ("Kenyon et al. 2017 showed this. Others did not.", 2),
        ("See Fig. 2 for the rates, e.g. those at term.", 1),
        ("The dose was 0.5 mg vs. 1.0 mg. No harm was seen.", 2),
        ("No. 3 of 5 units took part.", 1),
        ("1. First point. 2. Second point.", 2),
        ("“Nobody told us.” She waited.", 2),
        ("One line\nanother line", 2),
        ("p = .03, n = 41+0 weeks.", 1),
    ],
)
def test_sentences_end_where_they_end(text: str, count: int) -> None:
    assert len(split_sentences(text)) == count


def test_a_negation_is_never_cut_off() -> None:
    text = "There was no difference in outcomes, i.e. it did not reduce stillbirth."
    assert [text[a:b] for a, b in split_sentences(text)] == [text]


@pytest.mark.parametrize("token", ["41+0", "3b", "ng207", "37+6"])
def test_tokens_that_must_survive(token: str) -> None:
    assert token in words(f"At {token.upper()} it was seen.")
    assert token in tokenise(f"At {token} it was seen.")


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("haemorrhage", "hemorrhage"),
        ("caesarean", "cesarean"),
        ("labour", "labor"),
        ("fetal", "foetal"),
        ("anaemia", "anemia"),
    ],
)
def test_british_and_american_spellings_are_one_term(british: str, american: str) -> None:
    assert tokenise(british) == tokenise(american)


def test_cutting_at_words() -> None:
    assert first_words("one two three", 9) == "one two…"
    assert first_words("one two", 8) == "one two"


@pytest.mark.parametrize(
    ("typed", "meant", "is_slip"),
    [
        ("antibitoics", "antibiotics", True),
        ("insted", "instead", True),
        ("colleaguee", "colleague", True),
        ("midwofe", "midwife", True),
        ("midwife", "midwife", False),
        ("prednisolone", "prednisone", False),
        ("progestogen", "progesterone", False),
        ("ab", "", False),
    ],
)
def test_one_slip_of_a_finger_and_no_more(typed: str, meant: str, is_slip: bool) -> None:
    assert is_one_slip(typed, meant) is is_slip
    assert is_one_slip(meant, typed) is is_slip


def test_a_private_file_is_for_its_owner_alone_and_no_link_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "crash.log"
    for said in ("one\n", "two\n"):
        append_private(path, said)
    assert path.read_text() == "one\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    link = tmp_path / "link.log"
    link.symlink_to(path)
    with pytest.raises(OSError, match=r"link"):
        append_private(link, "three")


def test_counts_are_said_in_agreement() -> None:
    assert counted(1, "document") == "1 document"
    assert counted(0, "document") == "0 documents"
    assert counted(1204, "document") == "1,204 documents"
    assert counted(1, "source is", "sources are") == "1 source is"
    assert counted(2, "source is", "sources are") == "2 sources are"
